"""A judge whose P(yes) on one axis is recalibrated, and the file that carries a recalibration from a run to a judge.

What was fitted on one judge's answers means nothing for another's: the file names the recipe of the run that it was
fitted on, and is refused for any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from earwitness.errors import AnswerError, UsageError
from earwitness.judges.expense import Asking
from earwitness.metrics.recalibration import Recalibration
from earwitness.run.whole_files import replacing
from earwitness.types import Judge, Pair, Recipe, Score

# The first of a file's words, so that any other file is told from one of these.
FORMAT = "earwitness recalibration 1"


class Recalibrated:
    """A judge whose values on one axis are recalibrated; all else, verdicts among it, is as the judge said it.

    Its recipe is the judge's with the recalibration as another part. An axis that the judge makes of the same answers,
    such as the rubric's ``match``, stays as it was.

    Args:
        judge: whose values are recalibrated.
        recalibration: fitted on runs of this judge.
        axis: whose values are probabilities.

    Raises:
        UsageError: if the judge has no such axis, its values are no probabilities, or it is recalibrated already.

    Example:
        >>> import numpy as np
        >>> from earwitness import AQAScore, FakeBackbone, Pair, from_array
        >>> clip = from_array(np.sin(np.arange(16000) / 10), sample_rate=16000)
        >>> halved = Recalibration("temperature", {"temperature": 2.0}, 100)
        >>> judge = Recalibrated(AQAScore(FakeBackbone({"dog": 0.9})), halved)
        >>> score = judge.score(Pair(clip, "a dog barks"))
        >>> round(score.values["alignment"], 2), round(score.verdicts[0].p_yes, 2)
        (0.75, 0.9)
    """

    def __init__(self, judge: Judge, recalibration: Recalibration, axis: str = "alignment") -> None:
        if axis not in judge.axes:
            raise UsageError(f"judge {judge.name} has no axis '{axis}'; it has {', '.join(judge.axes)}.")
        if tuple(judge.axes[axis]) != (0.0, 1.0):
            low, high = judge.axes[axis]
            raise UsageError(
                f"judge {judge.name} gives '{axis}' from {low:g} to {high:g}; wanted probabilities, 0 to 1."
            )
        if "recalibration" in judge.recipe.parts:
            raise UsageError(f"judge {judge.name} is recalibrated already; fit on what it says without that.")
        self.judge, self.recalibration, self.axis = judge, recalibration, axis
        if isinstance(judge, Asking):
            # What a run will cost is told from these.
            self.backbone, self.ready, self.requests_a_window = judge.backbone, judge.ready, judge.requests_a_window

    @property
    def name(self) -> str:
        """The judge's."""
        return self.judge.name

    @property
    def axes(self) -> Mapping[str, tuple[float, float]]:
        """The judge's."""
        return self.judge.axes

    @property
    def recipe(self) -> Recipe:
        """The judge's, and what its values were put through."""
        put_through = {"axis": self.axis, **self.recalibration.to_dict()}
        return Recipe({**self.judge.recipe.parts, "recalibration": put_through})

    def score(self, pair: Pair) -> Score:
        """Score one pair.

        Raises:
            ClipError: if the judge cannot score it.
        """
        try:
            return self._recalibrated(self.judge.score(pair))
        except AnswerError as error:
            if error.score is not None:
                error.score = self._recalibrated(error.score)
            raise

    def score_all(self, pairs: Iterable[Pair]) -> Iterator[Score]:
        """Scores in input order; what the judge cannot score stays unscored."""
        return map(self._recalibrated, self.judge.score_all(pairs))

    def _recalibrated(self, score: Score) -> Score:
        value = score.values.get(self.axis)
        moved = None if value is None else float(self.recalibration.apply([value])[0])
        return replace(score, values={**score.values, self.axis: moved}, recipe=self.recipe.id)


@dataclass(frozen=True, slots=True)
class FittedRecalibration:
    """A recalibration, and what it was fitted on.

    Attributes:
        recalibration: the function.
        recipe: id of the recipe of the run that it was fitted on.
        axis: of the judge.
        fitted_on: what else a reader should know: the label, the share of the clips, the seed.
    """

    recalibration: Recalibration
    recipe: str
    axis: str
    fitted_on: Mapping[str, Any]

    def of(self, judge: Judge) -> Recalibrated:
        """The judge, recalibrated.

        Raises:
            UsageError: if it was fitted on another judge, or this one cannot be recalibrated.
        """
        if judge.recipe.id != self.recipe:
            raise UsageError(
                f"the recalibration was fitted on recipe {self.recipe}; judge {judge.name} is of recipe "
                f"{judge.recipe.id}, for which it means nothing. Fit one on a run of this judge: earwitness calibrate."
            )
        return Recalibrated(judge, self.recalibration, self.axis)


def write_recalibration(path: Path, fitted: FittedRecalibration) -> None:
    """Save a recalibration as JSON, whole or not at all.

    Raises:
        UsageError: if the file cannot be written.
    """
    record = {
        "format": FORMAT,
        "recipe": fitted.recipe,
        "axis": fitted.axis,
        "recalibration": fitted.recalibration.to_dict(),
        "fitted_on": dict(fitted.fitted_on),
    }
    try:
        with replacing(path) as part:
            part.write_text(json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error


def read_recalibration(path: str | Path) -> FittedRecalibration:
    """The recalibration that ``earwitness calibrate`` saved.

    Raises:
        UsageError: if the file cannot be read, or holds none.
    """
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} cannot be read as a recalibration: {error}. Make one: earwitness calibrate."
        ) from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise UsageError(f"{path} is no recalibration; wanted what earwitness calibrate writes, format '{FORMAT}'.")
    try:
        recalibration = Recalibration.from_dict(record["recalibration"])
        return FittedRecalibration(recalibration, _text(record, "recipe"), _text(record, "axis"), record["fitted_on"])
    except (UsageError, KeyError) as error:
        raise UsageError(f"{path} is not as earwitness calibrate wrote it: {error}") from error


def _text(record: Mapping[str, Any], name: str) -> str:
    told = record[name]
    if not isinstance(told, str):
        raise UsageError(f"{name} is {told!r}; wanted a text.")
    return told
