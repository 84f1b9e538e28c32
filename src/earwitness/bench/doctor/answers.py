"""What a judge said of the controls, as read from the records of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earwitness.bench.controls.conditions import CONDITIONS, Condition, Group
from earwitness.bench.controls.pairs import PART
from earwitness.bench.judged import ALIGNMENT
from earwitness.bench.measurements import Scale
from earwitness.errors import UsageError
from earwitness.metrics.correlation import Values
from earwitness.run.store import Record
from earwitness.types import Score


@dataclass(frozen=True, slots=True)
class ControlAnswer:
    """One pair and what the judge said.

    Attributes:
        base: whose clip it has.
        clip: the same for all bases of one clip.
        caption_of: the base whose caption it has.
        p_yes: the judge's score on a scale from 0 to 1, which for judges that ask is P(yes); None where it gave none.
        mass: the smallest probability of yes and no together among its questions; None where none is told.
        off_format: whether a question was answered by something else than yes or no.
        error: why there is no score.
    """

    base: str
    clip: str
    caption_of: str
    p_yes: float | None
    mass: float | None
    off_format: bool
    error: str | None

    @classmethod
    def of(cls, record: Record, scale: Scale) -> ControlAnswer:
        """A run's record; a pair that waits has no score."""
        meta, score = record.pair["meta"], record.score
        whose = meta["base"], meta["clip"], meta["caption_of"]
        if score is None:
            return cls(*whose, None, None, False, "waiting")
        masses = [verdict.mass for verdict in score.verdicts if verdict.mass is not None]
        return cls(
            *whose,
            _on_scale(score, scale),
            min(masses, default=None),
            "off_format" in score.flags,
            None if score.error is None else score.error.code,
        )


def _on_scale(score: Score, scale: Scale) -> float | None:
    value = score.values.get(ALIGNMENT)
    return None if value is None else (value - scale[0]) / (scale[1] - scale[0])


def are_probabilities(scale: Scale) -> bool:
    """Whether a judge's scores are what it takes for the probability of a match, not a rating on another scale."""
    return tuple(scale) == (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Told:
    """Bases that have a score under each of some conditions.

    Attributes:
        bases: shape ``[base]``.
        clips: what is independent, shape ``[base]``.
        p_yes: under each condition, each of shape ``[base]``.
    """

    bases: NDArray[np.str_]
    clips: NDArray[np.str_]
    p_yes: tuple[Values, ...]

    def __len__(self) -> int:
        return len(self.bases)

    def where(self, wanted: NDArray[np.bool_]) -> Told:
        """Some of these bases."""
        return Told(self.bases[wanted], self.clips[wanted], tuple(p_yes[wanted] for p_yes in self.p_yes))


class Answers:
    """All that a judge said, by condition.

    Args:
        by_condition: the answers of each condition.
        decide_at: a p_yes of at least this is a yes; None if nothing tells what is.
        are_probabilities: whether p_yes is what the judge itself gives, not a rating on another scale.
    """

    def __init__(
        self,
        by_condition: Mapping[str, Sequence[ControlAnswer]],
        decide_at: float | None,
        *,
        are_probabilities: bool = True,
    ) -> None:
        self.decide_at = decide_at
        self.are_probabilities = are_probabilities
        self._told = {name: {answer.base: answer for answer in given} for name, given in by_condition.items()}

    @classmethod
    def read(cls, records: Iterable[Record], scale: Scale, decide_at: float | None) -> Answers:
        """Those of a run.

        Raises:
            UsageError: if the run is not of controls.
        """
        by_condition: defaultdict[str, list[ControlAnswer]] = defaultdict(list)
        for record in records:
            if record.pair["meta"].get("part") != PART:
                raise UsageError(f"pair '{record.pair['id']}' is no control; wanted a run of earwitness doctor.")
            by_condition[record.pair["meta"]["condition"]].append(ControlAnswer.of(record, scale))
        return cls(by_condition, decide_at, are_probabilities=are_probabilities(scale))

    def __iter__(self) -> Iterator[ControlAnswer]:
        return (answer for given in self._told.values() for answer in given.values())

    def conditions(self, *groups: Group) -> list[Condition]:
        """Those of some groups that were run."""
        return [condition for condition in CONDITIONS if condition.group in groups and condition.name in self._told]

    def of(self, condition: str) -> list[ControlAnswer]:
        """Those of a condition, the unscored among them; none if it was not run."""
        return list(self._told.get(condition, {}).values())

    def scored(self, *conditions: str) -> Told:
        """The bases that have a score under all of these."""
        told = [self._told.get(condition, {}) for condition in conditions]
        bases = [base for base in told[0] if all(base in one and one[base].p_yes is not None for one in told)]
        return Told(
            np.array(bases, np.str_),
            np.array([told[0][base].clip for base in bases], np.str_),
            tuple(np.array([one[base].p_yes for base in bases], np.float64) for one in told),
        )

    def true_of_captions(self, condition: str, bases: Iterable[str]) -> Values:
        """``p_yes [base]`` of the true match of each base's caption under a condition; NaN where it has no score."""
        told, true = self._told[condition], self._told.get("true", {})
        matches = (true.get(told[base].caption_of) for base in bases)
        return np.array([np.nan if match is None or match.p_yes is None else match.p_yes for match in matches])

    def says_yes(self, p_yes: Values) -> Values:
        """Decisions, 1 for yes and 0 for no, where something tells what is a yes."""
        assert self.decide_at is not None
        return (p_yes >= self.decide_at).astype(np.float64)
