"""``earwitness show``: what was answered about single clips of a run, item by item."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.terminal import TreeFormat, in_colour, terminal_width
from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.run import Run
    from earwitness.run.store import Record
    from earwitness.types import Score

# How `show` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness show runs/may --lowest 3
  earwitness show runs/may clip-04.wav
"""


def show(
    run: Annotated[Path, typer.Argument(help="Run directory.")],
    clips: Annotated[list[str] | None, typer.Argument(metavar="[CLIP]...", help="Clips by name or id.")] = None,
    lowest: Annotated[int, typer.Option(min=1, help="Without clips: show so many of the lowest scores.")] = 5,
    output: Annotated[TreeFormat, typer.Option("--format", help="How they are printed.")] = TreeFormat.text,
) -> None:
    """Show the verdicts of clips as trees: those named, or those that scored lowest."""
    from earwitness.report.trees import write_verdicts
    from earwitness.run import open_run

    opened = open_run(run)
    for record, score in _named(opened, clips) if clips else _lowest(opened, lowest):
        if output == TreeFormat.json:
            print(json.dumps({"clip": record.clip, **score.to_dict()}, ensure_ascii=False, allow_nan=False))
            continue
        doubts = [f"not scored: {score.error.message}" if score.error else "", ", ".join(score.flags)]
        caption = f"{record.clip or score.pair_id}: {record.pair['caption']}"
        print(write_verdicts(caption, score, list(filter(None, doubts)), width=terminal_width(), colour=in_colour()))


def _judged(run: Run) -> list[tuple[Record, Score]]:
    return [(record, score) for record in run.records() if (score := record.score) is not None]


def _named(run: Run, clips: list[str]) -> list[tuple[Record, Score]]:
    judged = _judged(run)
    known = {name for record, score in judged for name in (record.clip, score.pair_id)}
    missing = [name for name in clips if name not in known]
    if missing:
        raise UsageError(
            f"{run.path} holds no clip '{missing[0]}'; wanted names or ids as in {run.path / 'scores.csv'}."
        )
    return [(record, score) for record, score in judged if record.clip in clips or score.pair_id in clips]


def _lowest(run: Run, count: int) -> list[tuple[Record, Score]]:
    """By the first axis; what was not scored comes first, as it needs to be looked at most."""

    def place(judged: tuple[Record, Score]) -> float:
        value = next(iter(judged[1].values.values()))
        return float("-inf") if value is None else value

    return sorted(_judged(run), key=place)[:count]
