"""What a run says of its pairs, held against what people say of them.

``p_yes [pair]`` is what a run says on one axis, a probability; ``labels [pair]`` are 1 for a match and 0 for none;
``truths [pair]`` are what correlations are taken with: ratings, or else the labels.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from earwitness.bench.judged import ALIGNMENT
from earwitness.bench.measurements import clips_of
from earwitness.bench.studies.labels import Truth, labelled
from earwitness.metrics.correlation import Values
from earwitness.run import Run


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a run says beside what people say; ``[pair]``, all of pairs with a score.

    Attributes:
        name: what the run is called.
        recipe: its id.
        ids: of the pairs.
        p_yes: see the module.
        truths: see the module.
        labels: see the module; None where ratings tell none.
        n_total: pairs with a truth, scored or not.
        masses: probability of all yes and no forms, mean over a pair's questions; None where answers were written.
        clips: what tells clips apart, where some clip has several captions; None where each has its own.
        truth: where the truths come from, in words.
    """

    name: str
    recipe: str
    ids: tuple[str, ...]
    p_yes: Values
    truths: Values
    labels: Values | None
    n_total: int
    masses: Values | None = None
    clips: tuple[str, ...] | None = None
    truth: str = "labels"


def said_of(run: Run, name: str, truth: Truth, *, axis: str = ALIGNMENT) -> Said:
    """What a run says on an axis, beside what people say.

    Args:
        run: of pairs whose manifest says what people say.
        name: what it is to be called.
        truth: where it says so.
        axis: of the judge; its values are probabilities.

    Raises:
        UsageError: if the run has no such axis, its values are no probabilities, no scored pair has a truth, or a label
            is not as it should be.
    """
    found = labelled(run, truth, axis)
    answers = found.answers
    return Said(
        name,
        run.recipe.id,
        tuple(answer.pair.id for answer in answers),
        np.array([answer.p_yes for answer in answers]),
        np.array([answer.truth for answer in answers]),
        _complete([answer.matches for answer in answers]),
        found.n_total,
        _complete([statistics.fmean(answer.masses) if answer.masses else None for answer in answers]),
        clips_of([answer.pair for answer in answers]),
        str(truth),
    )


def _complete(values: Sequence[float | None]) -> Values | None:
    return None if None in values else np.array(values, np.float64)
