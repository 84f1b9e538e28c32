"""``earwitness score``: one clip against its caption, or many pairs into a run directory."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from earwitness.cli.terminal import TableFormat, terminal_width
from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.judges.aqascore import AQAScore
    from earwitness.manifest import Pairs
    from earwitness.report.tables import Format
    from earwitness.run import Run

# How `score` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness score rain.wav "Heavy rain, then a dog barks twice."
  earwitness score generated.csv --backbone qwen2.5-omni-7b --out runs/may
  earwitness score clips/ --caption-from folder
"""

ENOUGH_SCORED, ALL_BUT_FEW_SCORED = 0.95, 0.99
TOO_FEW_SCORED = 3
INTERRUPTED = 130


class Answers(StrEnum):
    """How answer forms make P(yes)."""

    logsumexp = "logsumexp"
    largest = "largest"
    pair = "pair"


class CaptionFrom(StrEnum):
    """Where captions come from when the source is a folder or glob."""

    auto = "auto"
    folder = "folder"
    txt = "txt"


def score(
    source: Annotated[str, typer.Argument(help="An audio file with its CAPTION; or a manifest, folder or glob.")],
    caption: Annotated[str | None, typer.Argument(help="What the clip should contain.")] = None,
    backbone: Annotated[
        str, typer.Option(help="Name from `earwitness list backbones`, or a folder with a checkpoint.")
    ] = "embedded",
    preset: Annotated[str, typer.Option(help="Name from `earwitness list presets`.")] = "aqascore",
    template: Annotated[
        int | None, typer.Option(help="Number from `earwitness list templates`; the preset's by default.")
    ] = None,
    answers: Annotated[
        Answers | None, typer.Option(help="How answer forms make P(yes); the preset's by default.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Run directory; an unfinished one is resumed. Default: runs/NAME-RECIPE.")
    ] = None,
    caption_from: Annotated[
        CaptionFrom, typer.Option(help="Captions of a folder or glob: folder names, or same-named .txt files.")
    ] = CaptionFrom.auto,
    column: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=NAME", help="A manifest's column by field: caption=prompt_en.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Score only so many pairs.")] = None,
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="Score the I-th of N parts, 1/N to N/N.")] = None,
    seed: Annotated[int | None, typer.Option(help="With --limit: a seeded sample instead of the first pairs.")] = None,
    allow_outside_root: Annotated[
        bool, typer.Option("--allow-outside-root", help="Accept clips outside the manifest's folder.")
    ] = False,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Clips at a time; automatic by default.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, mps or auto.")] = "auto",
    device_map: Annotated[str | None, typer.Option(help="Spread a large model over devices: auto, balanced.")] = None,
    dtype: Annotated[str, typer.Option(help="float32, bfloat16, float16 or auto.")] = "auto",
    revision: Annotated[str | None, typer.Option(help="Commit of the checkpoint on its hub, to pin it.")] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run code that comes with the checkpoint.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print how the source is read; score nothing.")] = False,
    output: Annotated[TableFormat, typer.Option("--format", help="How the table is printed.")] = TableFormat.text,
) -> None:
    """Score how well clips match their captions: P(yes) to "does this audio contain ...?", 0 to 1."""
    form: Format = output.value
    pairs = None
    if caption is None:
        pairs = _pairs(source, caption_from, column or [], limit, shard, seed, allow_outside_root)
        if dry_run:
            _show_mapping(pairs)
            return
    from earwitness.judges.aqascore import AQAScore

    judge = AQAScore(
        backbone,
        preset=preset,
        template=template,
        answers=None if answers is None else answers.value,
        device=device,
        device_map=device_map,
        dtype=dtype,
        revision=revision,
        batch_size=batch_size or "auto",
        trust_remote_code=trust_remote_code,
    )
    if pairs is None:
        _score_clip(judge, source, cast(str, caption), form)
    else:
        _score_run(judge, pairs, out or Path("runs") / f"{_name(source)}-{judge.recipe.id}", form)


def _pairs(
    source: str,
    caption_from: CaptionFrom,
    column: list[str],
    limit: int | None,
    shard: str | None,
    seed: int | None,
    allow_outside_root: bool,
) -> Pairs:
    from earwitness.manifest import read_pairs

    return read_pairs(
        source,
        caption_from=caption_from.value,
        columns=_columns(column),
        limit=limit,
        shard=_shard(shard) if shard else None,
        seed=seed,
        allow_outside_root=allow_outside_root,
    )


def _columns(named: list[str]) -> dict[str, str]:
    """Columns by field.

    Example:
        >>> _columns(["caption=prompt_en", "ratings.quality=MOS"])
        {'caption': 'prompt_en', 'ratings.quality': 'MOS'}
    """
    wrong = [text for text in named if "=" not in text]
    if wrong:
        raise UsageError(f"--column is {wrong[0]!r}; wanted FIELD=NAME, such as caption=prompt_en.")
    return {field: name for field, _, name in (text.partition("=") for text in named)}


def _shard(text: str) -> tuple[int, int]:
    """Part and number of parts, both counted from 1.

    Example:
        >>> _shard("2/8")
        (2, 8)
    """
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise UsageError(f"--shard is {text!r}; wanted I/N with 1 <= I <= N, such as 1/8.")
    return int(part), int(parts)


def _show_mapping(pairs: Pairs) -> None:
    import json

    print(json.dumps(pairs.mapping, ensure_ascii=False, indent=2))
    for number, pair in enumerate(pairs):
        if number == 3:
            break
        print(f"{pair.id}: {pair.audio!r} <- {pair.caption!r}")


def _score_clip(judge: AQAScore, source: str, caption: str, form: Format) -> None:
    from earwitness.report.scores import clip_table
    from earwitness.report.tables import write_table
    from earwitness.types import Pair

    score = judge.score(Pair(source, caption))
    print(write_table(clip_table(source, caption, score, judge.recipe), form, width=terminal_width()))


def _score_run(judge: AQAScore, pairs: Pairs, out: Path, form: Format) -> None:
    from earwitness.report.scores import run_table
    from earwitness.report.tables import write_table
    from earwitness.run import evaluate

    run = evaluate(judge, pairs, out=out)
    print(write_table(run_table(run, rows=None if form != "text" else 20), form, width=terminal_width()))
    if run.interrupted:
        print(f"interrupted; the same command resumes {out}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    _check_share(run)


def _check_share(run: Run) -> None:
    """A run in which too little was scored must not look healthy."""
    share = run.n_scored / run.n_total if run.n_total else 0.0
    if share < ALL_BUT_FEW_SCORED:
        print(f"warning: only {run.n_scored} of {run.n_total} pairs were scored ({share:.1%}).", file=sys.stderr)
    if share < ENOUGH_SCORED:
        raise typer.Exit(TOO_FEW_SCORED)


def _name(source: str) -> str:
    """A folder name for a run, made of its source's name.

    Example:
        >>> _name("data/generated.csv"), _name("clips/**/*.wav")
        ('generated', 'clips')
    """
    plain = Path(*[part for part in Path(source).parts if not any(sign in part for sign in "*?[")] or ["run"])
    return plain.resolve().stem if plain.name in ("", ".", "..") else plain.stem
