"""``earwitness threshold``: from which score a clip is called a match, fitted on a run whose clips are labelled."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.runs import check_answers
from earwitness.cli.terminal import TreeFormat

if TYPE_CHECKING:
    from earwitness.metrics.threshold import Threshold
    from earwitness.run import Run

# How `threshold` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness score dev.csv --judge rubric --out runs/dev
  earwitness threshold runs/dev --label label
  earwitness score test.csv --judge rubric --match-at 0.63
"""


def threshold(
    run: Annotated[Path, typer.Argument(help="Run directory of development data.")],
    label: Annotated[str, typer.Option(help="The manifest's column that says whether a clip matches: yes/no or 1/0.")],
    axis: Annotated[str, typer.Option(help="The score's axis.")] = "alignment",
    seed: Annotated[int, typer.Option(help="Of the resamples behind the interval.")] = 0,
    output: Annotated[TreeFormat, typer.Option("--format", help="How it is printed.")] = TreeFormat.text,
) -> None:
    """Fit the threshold that calls most clips of a run right, with its 95 % interval over captions."""
    from earwitness.bench.studies.labels import labelled
    from earwitness.metrics.threshold import fit_threshold
    from earwitness.run import open_run

    opened = open_run(run)
    found = labelled(opened, label, axis, probabilities=False)
    captions = [answer.pair.caption for answer in found.answers]
    fitted = fit_threshold(found.p_yes, found.truths, clusters=captions, seed=seed)
    _print(fitted, opened, output)
    check_answers((opened, found))


def _print(fitted: Threshold, run: Run, output: TreeFormat) -> None:
    if output == TreeFormat.json:
        print(json.dumps({**asdict(fitted), "n_total": run.n_total, "recipe": run.recipe.id}))
        return
    interval = "no interval" if fitted.low is None else f"95 % interval {fitted.low:.3f} to {fitted.high:.3f}"
    print(f"threshold {fitted.value:.3f}, {interval}, n = {fitted.n} of {run.n_total}, {fitted.matches} of them match")
    print(f"accuracy {fitted.accuracy:.3f} on these clips, which chose it; recipe {run.recipe.id}")
    print(
        f"use: --match-at {fitted.value!r}" if fitted.value <= 1 else "no threshold up to 1 calls more right than none"
    )
