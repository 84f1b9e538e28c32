"""``earwitness score``: one clip against its caption, or many pairs into a run directory."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.decomposers import LLM, DecomposeWith, DomainOption, LLMCache, LLMServer, Questions
from earwitness.cli.exit_codes import ENOUGH_SCORED, INTERRUPTED, TOO_FEW_SCORED
from earwitness.cli.judges import JudgeName, JudgeOptions
from earwitness.cli.selection import Selection, show
from earwitness.cli.terminal import TableFormat, in_colour, terminal_width
from earwitness.errors import AnswerError, BackboneError, UsageError

if TYPE_CHECKING:
    from earwitness.manifest import Pairs
    from earwitness.report.tables import Format
    from earwitness.run import Run
    from earwitness.types import Judge, Score

# How `score` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness score rain.wav "Heavy rain, then a dog barks twice."
  earwitness score generated.csv --backbone qwen2.5-omni-7b --out runs/may
  earwitness score clips/ --caption-from folder
  earwitness score rain.wav "Heavy rain, then a dog barks twice." --judge rubric
  earwitness score generated.csv --judge rubric --backbone http://localhost:8000/v1
  earwitness score clips/ --judge mos --checkpoint runs/quality
"""

ALL_BUT_FEW_SCORED = 0.99
ROWS_SHOWN = 20
# Why a pair was never put to a server, though nothing is wrong with it.
NOT_ASKED = ("budget_spent", "run_stopped")
# Pairs from which a run over a server is told what it takes beforehand.
LARGE_RUN = 100


class Answers(StrEnum):
    """How answer forms make P(yes)."""

    logsumexp = "logsumexp"
    largest = "largest"
    pair = "pair"


class Mode(StrEnum):
    """How the items of a rubric are answered."""

    logits = "logits"
    generate = "generate"
    both = "both"


class CaptionFrom(StrEnum):
    """Where captions come from when the source is a folder or glob."""

    auto = "auto"
    folder = "folder"
    txt = "txt"


def score(
    source: Annotated[str, typer.Argument(help="An audio file with its CAPTION; or a manifest, folder or glob.")],
    caption: Annotated[str | None, typer.Argument(help="What the clip should contain.")] = None,
    judge: Annotated[
        JudgeName, typer.Option(help="What scores: a name from `earwitness list judges`.")
    ] = JudgeName.aqascore,
    checkpoint: Annotated[
        str | None,
        typer.Option(
            help="Of --judge mos: folder of a trained predictor, or audiobox-aesthetics; of clapscore: CLAP's.",
            show_default=False,
        ),
    ] = None,
    encoder: Annotated[
        Path | None,
        typer.Option(help="Of --judge mos: where the predictor's encoder folder is now.", show_default=False),
    ] = None,
    backbone: Annotated[
        str | None,
        typer.Option(
            help="Name from `earwitness list backbones`, a folder with a checkpoint, or a server's address. "
            "Default: embedded."
        ),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="Name from `earwitness list presets`. Default: the judge's name.")
    ] = None,
    template: Annotated[
        int | None, typer.Option(help="Number from `earwitness list templates`; the preset's by default.")
    ] = None,
    answers: Annotated[
        Answers | None, typer.Option(help="How answer forms make P(yes); the preset's by default.")
    ] = None,
    mode: Annotated[
        Mode | None, typer.Option(help="Of --judge rubric: how items are answered. Default: logits.")
    ] = None,
    aggregate: Annotated[
        str | None, typer.Option(help="Of --judge rubric: name from `earwitness list aggregators`. Default: mean.")
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Of --judge rubric: P(yes) from which an item is met. Default: 0.5.")
    ] = None,
    match_at: Annotated[
        float | None,
        typer.Option(help="Of --judge rubric: alignment from which a clip matches: a value of its own."),
    ] = None,
    wording: Annotated[
        str | None, typer.Option(help="Of --judge rubric: name from `earwitness list wordings`, or a JSON file.")
    ] = None,
    decompose_with: DecomposeWith = None,
    llm: LLM = None,
    llm_cache: LLMCache = None,
    llm_server: LLMServer = None,
    domain: DomainOption = None,
    questions: Questions = None,
    rubrics: Annotated[
        Path | None, typer.Option(help="Of --judge rubric: a file of rubrics (earwitness rubric --out).")
    ] = None,
    draws: Annotated[int | None, typer.Option(help="Of --judge sampled-yes: answers drawn. Default: 8.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Run directory; an unfinished one is resumed. Default: runs/NAME-INPUT-RECIPE.")
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
    dtype: Annotated[str | None, typer.Option(help="float32, bfloat16, float16 or auto. Default: auto.")] = None,
    revision: Annotated[str | None, typer.Option(help="Commit of the checkpoint on its hub, to pin it.")] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run code that comes with the backbone's checkpoint.")
    ] = False,
    server: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="How to talk to a server: concurrency=32, max_cost=5, ..."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print how the source is read; score nothing.")] = False,
    output: Annotated[TableFormat, typer.Option("--format", help="How the table is printed.")] = TableFormat.text,
) -> None:
    """Score how well clips match their captions (P(yes), 0 to 1), or how people would rate them."""
    options = JudgeOptions(
        judge,
        checkpoint=checkpoint,
        encoder=encoder,
        backbone=backbone,
        preset=preset,
        template=template,
        answers=None if answers is None else answers.value,
        mode=None if mode is None else mode.value,
        aggregate=aggregate,
        threshold=threshold,
        match_at=match_at,
        wording=wording,
        decompose_with=decompose_with,
        llm=llm,
        llm_cache=llm_cache,
        llm_server=tuple(llm_server) if llm_server else None,
        domain=None if domain is None else domain.value,
        questions=None if questions is None else questions.value,
        rubrics=rubrics,
        draws=draws,
        device_map=device_map,
        dtype=dtype,
        revision=revision,
        trust_remote_code=trust_remote_code or None,
        server=tuple(server) if server else None,
        device=device,
        batch_size=batch_size,
    )
    selection = Selection(caption_from.value, tuple(column or ()), limit, shard, seed, allow_outside_root)
    given = selection.given() + ["--out"] * (out is not None) + ["--dry-run"] * dry_run
    if caption is not None:
        _check_caption(caption, given)
    elif dry_run:
        show(selection.read(source, captions_optional=not options.needs_captions))
        return
    elif _is_clip(source) and not selection.given():
        caption = _without_caption(source, options, out)
    if caption is not None:
        _score_clip(options.load(), source, caption, output.value)
    else:
        pairs = selection.read(source, captions_optional=not options.needs_captions)
        loaded = options.load()
        _score_run(loaded, pairs, out or selection.run_directory(source, loaded.recipe.id), output.value)


def _without_caption(source: str, options: JudgeOptions, out: Path | None) -> str | None:
    """The caption of one clip that was given none: empty for a judge that only listens; None to make a run of it."""
    if options.needs_captions:
        raise UsageError(f'what should {source} contain? Give a caption: earwitness score {source} "..."')
    return "" if out is None else None


def _is_clip(text: str) -> bool:
    from earwitness.manifest.places import AUDIO_SUFFIXES

    # The suffix first: a long caption is no path that a file system could be asked for.
    return Path(text).suffix.lower() in AUDIO_SUFFIXES and Path(text).is_file()


def _check_caption(caption: str, given: list[str]) -> None:
    """A shell that spells out a glob puts a second file where the caption belongs."""
    if _is_clip(caption):
        raise UsageError(f"{caption} is a file, not a caption. Put a glob in quotes: earwitness score 'clips/*.wav'")
    if given:
        raise UsageError(
            f"{', '.join(given)} cannot go with one clip and its CAPTION; wanted a manifest, folder or glob."
        )


def _score_clip(judge: Judge, source: str, caption: str, form: Format) -> None:
    from earwitness.types import Pair

    try:
        print(_shown(judge, source, caption, judge.score(Pair(source, caption)), form))
    except AnswerError as error:
        # What was answered tells more than that something was not.
        if error.score is not None:
            print(_shown(judge, source, caption, error.score, form))
        raise


def _shown(judge: Judge, source: str, caption: str, score: Score, form: Format) -> str:
    """A row; where a rubric was judged, its tree."""
    from earwitness.report.scores import clip_table
    from earwitness.report.tables import write_table
    from earwitness.report.trees import write_verdicts

    table = clip_table(source, caption, score, judge.recipe)
    if form == "text" and judge.name == JudgeName.rubric and score.verdicts:
        threshold = judge.recipe.parts.get("threshold", 0.5)
        return write_verdicts(
            caption, score, table.notes, threshold=threshold, width=terminal_width(), colour=in_colour()
        )
    return write_table(table, form, width=terminal_width())


def _score_run(judge: Judge, pairs: Pairs, out: Path, form: Format) -> None:
    from earwitness.report.scores import run_table
    from earwitness.report.tables import write_table
    from earwitness.run import evaluate

    _tell_expense(judge, pairs)
    run = evaluate(judge, pairs, out=out)
    print(write_table(run_table(run, rows=None if form != "text" else ROWS_SHOWN), form, width=terminal_width()))
    if run.interrupted:
        print(f"interrupted; the same command resumes {out}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    _check_asked(run)
    _check_share(run)


def _check_asked(run: Run) -> None:
    """A run whose server or budget ended before its pairs did is to be gone on with, not to be read."""
    left = sum(run.failures.get(code, 0) for code in NOT_ASKED)
    if left:
        raise BackboneError(
            f"{left:,} pairs were not asked, because the budget is spent or the server stopped. The same command, with "
            f"a new budget or the server back, resumes {run.path}."
        )


def _tell_expense(judge: Judge, pairs: Pairs) -> None:
    """What a large run over a server will take, while it can still be left."""
    from earwitness.backbones.base import Priced
    from earwitness.judges.expense import Asking, expense

    if not isinstance(judge, Asking) or not isinstance(judge.backbone, Priced):
        return
    total = pairs.check() or 0
    if total >= LARGE_RUN and (told := expense(judge, judge.backbone, pairs, total)) is not None:
        print(f"about {told}; Ctrl-C to leave, the same command resumes", file=sys.stderr)


def _check_share(run: Run) -> None:
    """A run in which too little was scored must not look healthy."""
    if run.share_scored < ALL_BUT_FEW_SCORED:
        told = f"{run.n_scored} of {run.n_total} pairs were scored ({run.share_scored:.1%})"
        print(f"warning: only {told}.", file=sys.stderr)
    if run.share_scored < ENOUGH_SCORED:
        raise typer.Exit(TOO_FEW_SCORED)
