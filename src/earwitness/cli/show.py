"""``earwitness show``: what was answered about single clips of a run, item by item."""

from __future__ import annotations

import heapq
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.terminal import TreeFormat, in_colour, terminal_width
from earwitness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earwitness.run import Run
    from earwitness.run.store import Record
    from earwitness.types import Score

LOWEST = 5

# How `show` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness show runs/may --lowest 3
  earwitness show runs/may clip-04.wav
"""


def show(
    run: Annotated[Path, typer.Argument(help="Run directory.")],
    clips: Annotated[list[str] | None, typer.Argument(metavar="[CLIP]...", help="Clips by name or id.")] = None,
    lowest: Annotated[
        int | None, typer.Option(min=1, help="Without clips: show so many of the lowest scores. Default: 5.")
    ] = None,
    output: Annotated[TreeFormat, typer.Option("--format", help="How they are printed.")] = TreeFormat.text,
) -> None:
    """Show the verdicts of clips as trees: those named, or those that scored lowest."""
    from earwitness.report.trees import write_verdicts
    from earwitness.run import open_run

    if clips and lowest:
        raise UsageError("--lowest picks clips; it cannot go with clips by name.")
    opened = open_run(run)
    threshold = opened.recipe.parts.get("threshold", 0.5)
    for record, score in _named(opened, clips) if clips else _lowest(opened, lowest or LOWEST):
        caption = record.pair["caption"]
        if output == TreeFormat.json:
            told = {"clip": record.clip, "caption": caption, **score.to_dict()}
            print(json.dumps(told, ensure_ascii=False, allow_nan=False))
            continue
        why = [score.error.message] if score.error else []
        title = f"{record.clip or score.pair_id}: {caption}"
        shape = {"threshold": threshold, "width": terminal_width(), "colour": in_colour()}
        print(write_verdicts(title, score, why, **shape))


def _judged(run: Run) -> Iterator[tuple[Record, Score]]:
    return ((record, score) for record in run.records() if (score := record.score) is not None)


def _named(run: Run, clips: list[str]) -> list[tuple[Record, Score]]:
    found = [(record, score) for record, score in _judged(run) if record.clip in clips or score.pair_id in clips]
    known = {name for record, score in found for name in (record.clip, score.pair_id)}
    missing = [name for name in clips if name not in known]
    if missing:
        raise UsageError(f"{run.path} holds no clip '{missing[0]}'; wanted names or ids of its scores.csv.")
    return found


def _lowest(run: Run, count: int) -> list[tuple[Record, Score]]:
    """By the first axis; what was not scored comes first, as it needs to be looked at most."""

    def place(judged: tuple[Record, Score]) -> float:
        value = next(iter(judged[1].values.values()))
        return float("-inf") if value is None else value

    return heapq.nsmallest(count, _judged(run), key=place)
