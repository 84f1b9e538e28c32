"""``earwitness scenes check`` and ``scenes sheets``: clips measured against their scripts, and shown to people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from earwitness.cli.saving import save_text
from earwitness.cli.terminal import Output, terminal_width

# Below this share of readings that agree, script and clips are said to disagree.
ENOUGH_AGREE = 0.95
DISAGREE = 1
SHEETS = "sheets.html"
# How they are used, shown under their options.
CHECK_EXAMPLES = """\b
Examples:
  earwitness scenes check earwitness-bench
  earwitness scenes check earwitness-bench --n 2000 --json
"""
SHEETS_EXAMPLES = """\b
Examples:
  earwitness scenes sheets earwitness-bench --out sheets
"""

Folder = Annotated[Path, typer.Argument(help="Folder of a set, as written by scenes make --preset bench.")]


def check(
    data: Folder,
    *,
    n: Annotated[int, typer.Option(min=1, help="How many clips, as many of each subset.")] = 280,
    seed: Annotated[int, typer.Option(help="Seed of the choice of clips.")] = 0,
    output: Output,
) -> None:
    """Measure clips anew, by plain signal analysis, and see whether they hold what their scripts say."""
    from earwitness.report.recovery import recovered, recovery_table
    from earwitness.report.tables import write_table
    from earwitness.scenes.recovery.heard import choose_clips, measured_clips

    heard = measured_clips(data, choose_clips(data, n, seed))
    readings = [(clip.name, reading) for clip in heard for reading in clip.readings]
    print(write_table(recovery_table(readings), output.form, terminal_width()))
    wrong = [found for found in recovered(readings) if found.agreeing < ENOUGH_AGREE * len(found.measured)]
    if wrong:
        told = ", ".join(f"{found.what} {found.agreeing} of {len(found.measured)}" for found in wrong)
        print(f"scripts and clips disagree: {told} readings agree; wanted {ENOUGH_AGREE:.0%}.", file=sys.stderr)
        raise typer.Exit(DISAGREE)


def sheets(
    data: Folder,
    *,
    out: Annotated[Path, typer.Option(help=f"Folder for {SHEETS} and the clips.")],
    n: Annotated[int, typer.Option(min=1, help="How many quartets, as many of each subset and kind.")] = 24,
    seed: Annotated[int, typer.Option(help="Seed of the choice of quartets.")] = 0,
) -> None:
    """Write a page to look at and listen to: spectrograms, captions, facts and readings, with the clips beside it."""
    from earwitness.report.contact_sheets import CLIPS, contact_sheets, file_of
    from earwitness.scenes.clip_folders import writing
    from earwitness.scenes.recovery.heard import choose_quartets, measured_quartets

    quartets = measured_quartets(data, choose_quartets(data, n, seed))
    page = contact_sheets(f"{len(quartets)} quartets of {data.resolve().name}", quartets)
    with writing(out / CLIPS):
        for clip in (clip for quartet in quartets for clip in quartet.clips.values()):
            (out / CLIPS / file_of(clip)).write_bytes(clip.audio)
    save_text(out / SHEETS, page)
    print(out / SHEETS)
