"""``earwitness score``: one clip against its caption, or many pairs into a run directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.judges import JudgeName, JudgeOptions
from earwitness.cli.runs import check_finished, judge_pairs
from earwitness.cli.selection import Selection, show
from earwitness.cli.terminal import Output, in_colour, terminal_width
from earwitness.errors import AnswerError, UsageError

if TYPE_CHECKING:
    from earwitness.manifest import Pairs
    from earwitness.report.tables import Format
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

ROWS_SHOWN = 20


def score(
    source: Annotated[str, typer.Argument(help="An audio file with its CAPTION; or a manifest, folder or glob.")],
    caption: Annotated[str | None, typer.Argument(help="What the clip should contain.")] = None,
    *,
    judge: JudgeOptions,
    out: Annotated[
        Path | None, typer.Option(help="Run directory; an unfinished one is resumed. Default: runs/NAME-INPUT-RECIPE.")
    ] = None,
    selection: Selection,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print how the source is read; score nothing.")] = False,
    output: Output,
) -> None:
    """Score how well clips match their captions (P(yes), 0 to 1), or how people would rate them."""
    given = selection.given() + ["--out"] * (out is not None) + ["--dry-run"] * dry_run
    if caption is not None:
        _check_caption(caption, given)
    elif dry_run:
        show(selection.read(source, captions_optional=not judge.needs_captions))
        return
    elif _is_clip(source) and not selection.given():
        caption = _without_caption(source, judge, out)
    if caption is not None:
        _score_clip(judge.load(), source, caption, output.form)
    else:
        pairs = selection.read(source, captions_optional=not judge.needs_captions)
        loaded = judge.load()
        _score_run(loaded, pairs, out or selection.run_directory(source, loaded.recipe.id), output.form)


def _without_caption(source: str, judge: JudgeOptions, out: Path | None) -> str | None:
    """The caption of one clip that was given none: empty for a judge that only listens; None to make a run of it."""
    if judge.needs_captions:
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

    run = judge_pairs(judge, pairs, out)
    print(write_table(run_table(run, rows=None if form != "text" else ROWS_SHOWN), form, width=terminal_width()))
    check_finished(run)
