"""``earwitness threshold``: from which score a clip is called a match, fitted on a run whose clips are labelled."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earwitness.cli.terminal import TreeFormat
from earwitness.errors import UsageError

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
    import json
    from dataclasses import asdict

    from earwitness.bench.studies.labels import label_of
    from earwitness.metrics.threshold import fit_threshold
    from earwitness.run import open_run

    opened = open_run(run)
    judged = [(record, record.score) for record in opened.records()]
    scored = [(record, score.values.get(axis)) for record, score in judged if score is not None]
    told = [(record, value) for record, value in scored if value is not None]
    if not told:
        raise UsageError(f"{run} holds no clip with a score on axis '{axis}'; its axes: {', '.join(opened.summary)}.")
    fitted = fit_threshold(
        [value for _, value in told],
        [label_of(record.pair["id"], {**record.pair["meta"], **record.pair["ratings"]}, label) for record, _ in told],
        clusters=[record.pair["caption"] for record, _ in told],
        seed=seed,
    )
    facts = {**asdict(fitted), "n_total": opened.n_total, "recipe": opened.recipe.id}
    if output == TreeFormat.json:
        print(json.dumps(facts))
        return
    interval = "no interval" if fitted.low is None else f"95 % interval {fitted.low:.3f} to {fitted.high:.3f}"
    print(
        f"threshold {fitted.value:.3f}, {interval}, n = {fitted.n} of {opened.n_total}, {fitted.matches} of them match"
    )
    print(f"accuracy {fitted.accuracy:.3f} on these clips, which chose it; recipe {opened.recipe.id}")
    print(
        f"use: --match-at {fitted.value!r}" if fitted.value <= 1 else "no threshold up to 1 calls more right than none"
    )
