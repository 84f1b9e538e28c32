"""Tables of scores: one row a clip, and under them how many were scored, their mean and the recipe."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

from earwitness.report.tables import Cell, Table
from earwitness.types import Estimate, Recipe, Score

if TYPE_CHECKING:
    from earwitness.run import Run


def score_table(scores: Iterable[Score], recipe: Recipe) -> Table:
    """One row for each score."""
    listed = list(scores)
    scored = sum(score.status == "ok" for score in listed)
    return Table(
        columns=("clip", *_axes(listed), "flags"),
        rows=tuple(_row(score, _axes(listed)) for score in listed),
        notes=(f"{scored} of {len(listed)} scored, recipe {recipe.id} ({describe(recipe)})",),
        facts={"n_scored": scored, "n_total": len(listed), "recipe": recipe.id},
    )


def run_table(run: Run, rows: int | None = 20) -> Table:
    """The first ``rows`` scores of a run (all if None), its means with 95 % intervals, and what was not scored."""
    listed = list(islice(run.scores(), rows))
    axes = tuple(run.summary)
    left = run.n_total - len(listed)
    notes = [f"... and {left:,} more in {run.path / 'scores.csv'}"] if left > 0 else []
    notes += [_mean(axis, estimate) for axis, estimate in run.summary.items()]
    notes += [f"not scored: {count} x {code}" for code, count in sorted(run.failures.items())]
    notes.append(f"{run.n_scored:,} of {run.n_total:,} scored, recipe {run.recipe.id} ({describe(run.recipe)})")
    return Table(
        columns=("clip", *axes, "flags"),
        rows=tuple(_row(score, axes) for score in listed),
        notes=tuple(notes),
        facts={
            "n_scored": run.n_scored,
            "n_total": run.n_total,
            "means": {axis: _as_json(estimate) for axis, estimate in run.summary.items()},
            "not_scored": dict(sorted(run.failures.items())),
            "recipe": run.recipe.id,
        },
    )


def describe(recipe: Recipe) -> str:
    """A recipe in a few words: what people change from run to run."""
    backbone = recipe.parts.get("backbone", {})
    words = [recipe.parts.get("judge"), backbone.get("name"), f"template {recipe.parts['template']['number']}"]
    return ", ".join([*map(str, words), str(recipe.parts.get("answers")), f"{recipe.parts.get('front_end')} front-end"])


def _axes(scores: list[Score]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(axis for score in scores for axis in score.values))


def _row(score: Score, axes: tuple[str, ...]) -> tuple[Cell, ...]:
    doubts = ([f"not scored: {score.error.code}"] if score.error else []) + list(score.flags)
    if score.coverage is not None and score.coverage < 1.0:
        doubts.append(f"heard {score.coverage:.0%}")
    return (score.pair_id, *(score.values.get(axis) for axis in axes), ", ".join(doubts))


def _mean(axis: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return f"mean {axis}: none"
    interval = "no interval"
    if estimate.low is not None and estimate.high is not None:
        interval = f"95 % interval {estimate.low:.3f} to {estimate.high:.3f}"
    return f"mean {axis} {estimate.value:.3f}, {interval}, n = {estimate.n:,}"


def _as_json(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}
