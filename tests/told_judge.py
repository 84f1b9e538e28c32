"""A judge that says what a test tells it to."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from earwitness.errors import ClipError
from earwitness.types import Pair, Recipe, Score, ScoreFailure


class ToldJudge:
    """Scores by a function of the pair; None leaves the pair unscored.

    Args:
        tell: the value of each axis, or None.
        axes: of the judge, with their ends.
        label: tells two such judges apart.
    """

    name = "told"

    def __init__(
        self,
        tell: Callable[[Pair], Mapping[str, float] | float | None],
        axes: Mapping[str, tuple[float, float]] | None = None,
        label: str = "a",
    ) -> None:
        self._tell = tell
        self.axes = axes or {"alignment": (0.0, 1.0)}
        self._label = label

    @property
    def recipe(self) -> Recipe:
        return Recipe({"judge": self.name, "label": self._label})

    def score(self, pair: Pair) -> Score:
        score = next(iter(self.score_all([pair])))
        if score.error:
            raise ClipError(score.error.message, code=score.error.code)
        return score

    def score_all(self, pairs: Iterable[Pair]) -> Iterator[Score]:
        for pair in pairs:
            told = self._tell(pair)
            clip = str(pair.meta.get("audio", pair.id))
            if told is None:
                failure = ScoreFailure("told_nothing", f"nothing was told of '{pair.id}'.")
                values = dict.fromkeys(self.axes)
                yield Score(pair.id, values, self.recipe.id, status="unscored", error=failure, audio_sha256=clip)
                continue
            values = told if isinstance(told, Mapping) else dict.fromkeys(self.axes, told)
            yield Score(pair.id, values, self.recipe.id, audio_sha256=clip)
