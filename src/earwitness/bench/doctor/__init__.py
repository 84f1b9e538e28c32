"""Does this judge listen? Controls are judged into an ordinary run, and the audit is computed from its records alone.

``answers`` reads the records, ``findings`` and ``decisions`` compute every figure (``finding``), ``diagnosis`` makes a
verdict of them and names failures.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from earwitness.bench.controls.conditions import CONDITIONS, Condition
from earwitness.bench.controls.pairs import Controls
from earwitness.bench.decisions import EVEN
from earwitness.bench.doctor.answers import Answers, are_probabilities
from earwitness.bench.doctor.diagnosis import Failure, Verdict, failures_of, verdict_of
from earwitness.bench.doctor.finding import Finding
from earwitness.bench.doctor.findings import findings
from earwitness.bench.judged import ALIGNMENT
from earwitness.bench.measurements import Scale
from earwitness.errors import UsageError
from earwitness.run import Run, evaluate
from earwitness.types import Judge, Pair, Recipe, Score

# What is noted of a run.
NOTE = "doctor"


@dataclass(frozen=True, slots=True)
class Audit:
    """What the controls say of a judge.

    Attributes:
        verdict: whether it listens.
        failures: what is wrong with it, each with its figure.
        findings: all figures.
        bases: how many clips with true captions there are.
        scored: how many of these have a score.
        source: what they are.
        decide_at: a score of at least this, on a scale from 0 to 1, is a yes; None if nothing tells what is.
        are_probabilities: whether the judge's scores are.
        recipe: of the judge.
        not_run: conditions that no pair was made for, with the reason.
        not_scored: how many pairs of all conditions but null captions have no score, by the code of the reason.
    """

    verdict: Verdict
    failures: tuple[Failure, ...]
    findings: tuple[Finding, ...]
    bases: int
    scored: int
    source: str
    decide_at: float | None
    are_probabilities: bool
    recipe: Recipe
    not_run: Mapping[str, str]
    not_scored: Mapping[str, int]

    @property
    def headline(self) -> str:
        """The verdict in words; where it cannot be told, with the number of pairs that did not tell it, or why."""
        if self.verdict != "cannot tell":
            return self.verdict
        auc = self.get("shuffled", "AUC")
        if auc is None:
            return f"cannot tell: {self.not_run['shuffled']}" if self.scored else "cannot tell at n = 0"
        return f"cannot tell at n = {auc.n}" + (f" of {auc.clips} clips" if auc.clips < auc.n else "")

    def get(self, of: str, measure: str) -> Finding | None:
        """One figure; None where it was not measured."""
        return next((found for found in self.findings if (found.of, found.measure) == (of, measure)), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and dicts, ready for strict JSON."""
        return {"headline": self.headline, **asdict(self), "recipe": self.recipe.id}


def examine(
    judge: Judge,
    controls: Controls,
    out: str | Path,
    *,
    source: str,
    decide_at: float | None = None,
    progress: bool | None = None,
) -> Run:
    """Judge controls into a run directory; the same call resumes.

    A few pairs are judged one at a time first, the rest in the judge's own batches.

    Args:
        judge: gives ``alignment``.
        controls: of clips with captions that are true of them.
        out: the run directory.
        source: what the clips are, in words.
        decide_at: a score of at least this, on a scale from 0 to 1, is a yes; 1/2 where none is given, of judges whose
            scores are probabilities, and nothing of others.
        progress: as in ``evaluate``.

    Returns:
        The run, which ``audit`` reads.

    Raises:
        UsageError: if the judge gives no alignment on a scale with two ends, there is no clip, or ``decide_at`` lies
            outside 0 to 1.
        EarwitnessError: as ``evaluate`` does.
    """
    scale = _scale_of(judge.axes)
    if not controls.bases:
        raise UsageError("there is no pair to make controls of; wanted at least one, and 20 clips for a verdict.")
    if decide_at is None and are_probabilities(scale):
        decide_at = EVEN
    if decide_at is not None and not 0.0 < decide_at < 1.0:
        raise UsageError(f"decide_at is {decide_at}; wanted a score between 0 and 1 from which a pair is a yes.")
    about = {
        NOTE: {"source": source, "bases": controls.bases, "decide_at": decide_at, "speech": controls.speech.origin},
    }
    return evaluate(_FirstOneByOne(judge), controls, out, progress=progress, about=about)


class _FirstOneByOne:
    """A judge that is given the controls to be scored alone one at a time; they come before all others."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.name, self.axes = judge.name, judge.axes

    @property
    def recipe(self) -> Recipe:
        return self._judge.recipe

    def score(self, pair: Pair) -> Score:
        return self._judge.score(pair)

    def score_all(self, pairs: Iterable[Pair]) -> Iterator[Score]:
        waiting = iter(pairs)
        for pair in waiting:
            if pair.meta["condition"] != "alone":
                yield from self._judge.score_all(chain([pair], waiting))
                return
            yield from self._judge.score_all([pair])


def audit(run: Run) -> Audit:
    """What a run of controls says of its judge; no judge and no clip is needed.

    Raises:
        UsageError: if the run is not of controls.
        StoreError: if it cannot be read.
    """
    noted = run.about(NOTE)
    if noted is None:
        raise UsageError(f"{run.path} holds no controls; wanted a run of earwitness doctor.")
    answers = Answers.read(run.records(), _scale_of(run.axes), noted["decide_at"])
    found = findings(answers)
    by_name = {(finding.of, finding.measure): finding for finding in found}
    verdict = verdict_of(by_name)
    return Audit(
        verdict,
        failures_of(by_name, verdict),
        found,
        bases=noted["bases"],
        scored=len(answers.scored("true")),
        source=noted["source"],
        decide_at=noted["decide_at"],
        are_probabilities=answers.are_probabilities,
        recipe=run.recipe,
        not_run=_not_run(answers, noted["speech"], finished=sum(1 for _ in answers) == run.n_total),
        not_scored=_not_scored(answers),
    )


def _scale_of(axes: Mapping[str, Scale]) -> Scale:
    if ALIGNMENT not in axes:
        raise UsageError(
            f"the judge gives {', '.join(axes)}; wanted one that says how well a clip matches its caption (alignment)."
        )
    low, high = axes[ALIGNMENT]
    if not (math.isfinite(low) and math.isfinite(high)):
        raise UsageError(f"the judge's alignment lies between {low} and {high}; wanted a scale with two ends.")
    return low, high


def _not_run(answers: Answers, speech: str, *, finished: bool) -> dict[str, str]:
    spoken = any(answers.of(condition.name) for condition in CONDITIONS if condition.needs == "speech")
    return {
        condition.name: _lack(condition, spoken, speech) if finished else "the run is not finished"
        for condition in CONDITIONS
        if not answers.of(condition.name)
    }


def _lack(condition: Condition, spoken: bool, speech: str) -> str:
    """What no base has that a condition takes; ``speech`` is who speaks, or why nobody does where none was spoken."""
    if condition.needs == "reader":
        return f"{speech} does not read captions" if spoken else speech
    if condition.needs == "speech" and not spoken:
        return speech
    if condition.asks == "other":
        return "no other caption to compare with"
    return "no caption tells an order that can be reversed"


def _not_scored(answers: Answers) -> dict[str, int]:
    codes = Counter(
        answer.error
        for condition in CONDITIONS
        if condition.group != "null"
        for answer in answers.of(condition.name)
        if answer.error is not None
    )
    return dict(sorted(codes.items()))
