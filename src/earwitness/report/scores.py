"""Tables of scores: one row a clip, and under them how many were scored, their mean and the recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias

from earwitness.report.reasons import not_scored
from earwitness.report.tables import Cell, Table
from earwitness.types import Estimate, Recipe, Score

if TYPE_CHECKING:
    from earwitness.run import Run
    from earwitness.run.store import Record

# A clip's name, its caption, and what the judge said.
Named: TypeAlias = "tuple[str, str, Score]"


def clip_table(clip: str, caption: str, score: Score, recipe: Recipe) -> Table:
    """One clip's score."""
    axes, named = tuple(score.values), [(PurePath(clip).name, caption, score)]
    scored = int(score.error is None)
    return Table(
        columns=_columns(axes, named),
        rows=_rows(axes, named),
        notes=(f"{scored} of 1 scored, recipe {recipe.id} ({describe(recipe)})",),
        facts={"n_scored": scored, "n_total": 1, "recipe": recipe.id},
        records=({"clip": PurePath(clip).name, "caption": caption, **score.to_dict()},),
    )


def run_table(run: Run, rows: int | None = 20) -> Table:
    """The first ``rows`` clips of a run (all if None), its means with 95 % intervals, and what was not scored."""
    axes = tuple(run.summary)
    judged = ((record, record.score) for record in islice(run.records(), rows))
    listed = [(_clip(record), record.pair["caption"], score) for record, score in judged if score is not None]
    return Table(
        columns=_columns(axes, listed),
        rows=_rows(axes, listed),
        notes=_notes(run, run.n_total - len(listed)),
        facts={
            "n_scored": run.n_scored,
            "n_total": run.n_total,
            "means": {axis: estimate and asdict(estimate) for axis, estimate in run.summary.items()},
            "not_scored": dict(sorted(run.failures.items())),
            "left_out": run.left_out,
            "recipe": run.recipe.id,
        },
        records=tuple({"clip": clip, "caption": caption, **score.to_dict()} for clip, caption, score in listed),
    )


def _columns(axes: tuple[str, ...], listed: Sequence[Named]) -> tuple[str, ...]:
    """Headings; clips that were heard without captions have no column of them."""
    return ("clip", *["caption"] * _captioned(listed), *axes, "flags")


def _rows(axes: tuple[str, ...], listed: Sequence[Named]) -> tuple[tuple[Cell, ...], ...]:
    captioned = _captioned(listed)
    return tuple(
        (clip, *[caption] * captioned, *(score.values.get(axis) for axis in axes), doubts(score))
        for clip, caption, score in listed
    )


def _captioned(listed: Sequence[Named]) -> bool:
    return not listed or any(caption for _, caption, _ in listed)


def _clip(record: Record) -> str:
    return record.clip or str(record.pair["id"])


def _notes(run: Run, left: int) -> tuple[str, ...]:
    """What must be said with a run's rows; ``left`` are not shown."""
    notes = [f"... and {left:,} more in {run.path / 'scores.csv'}"] if left else []
    notes += [
        _mean(f"{axis} of {system}", estimate, summary.n_total)
        for system, summary in run.systems.items()
        for axis, estimate in summary.estimates.items()
    ]
    notes += [_mean(axis, estimate, run.n_total) for axis, estimate in run.summary.items()]
    notes += not_scored(run.failures)
    if run.left_out:
        notes.append(f"left out: {run.left_out:,} pairs of an earlier input that this one does not have")
    notes.append(f"{run.n_scored:,} of {run.n_total:,} scored, recipe {run.recipe.id} ({describe(run.recipe)})")
    return (*notes, f"saved in {run.path}")


def describe(recipe: Recipe) -> str:
    """A recipe in a few words: what people change from run to run.

    Example:
        >>> heads = {"kind": "mlp", "weights": "4b1d90cafe000000"}
        >>> describe(Recipe({"judge": "mos", "encoder": {"name": "log-mel"}, "heads": heads}))
        'mos, encoder log-mel, mlp heads 4b1d90ca'
    """
    parts = recipe.parts
    words = [str(parts.get("judge", "unnamed judge"))]
    if "backbone" in parts:
        words.append(parts["backbone"]["name"])
    if "template" in parts:
        words.append(f"template {parts['template']['number']}")
    if "decomposer" in parts:
        words += [f"rubrics by {parts['decomposer']['name']}", parts["mode"], parts["aggregate"]]
    if "answers" in parts:
        words += [parts["answers"], f"{parts['front_end']} front-end"]
    if "encoder" in parts:
        words.append(f"encoder {parts['encoder']['name']}")
    if "heads" in parts:
        words.append(f"{parts['heads']['kind']} heads {parts['heads']['weights'][:8]}")
    if "recalibration" in parts:
        words.append(f"recalibrated by {parts['recalibration']['method']}")
    return ", ".join(words)


def doubts(score: Score) -> str:
    """Why a score is missing or to be read with care."""
    found = ([f"not scored: {score.error.code}"] if score.error else []) + list(score.flags)
    if score.coverage is not None and score.coverage < 1.0:
        found.append(f"heard {score.coverage:.0%}")
    return ", ".join(found)


def _mean(name: str, estimate: Estimate | None, total: int) -> str:
    if estimate is None:
        return f"mean {name}: none of {total:,} scored"
    if estimate.low is None or estimate.high is None:
        interval = "no interval"
    else:
        interval = f"95 % interval {estimate.low:.3f} to {estimate.high:.3f}"
    return f"mean {name} {estimate.value:.3f}, {interval}, n = {estimate.n:,} of {total:,}"
