"""What judges share beside their questions: pairs are made ready ahead, answered in batches, and each fails alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Generic, Protocol, TypeVar

from earwitness.backbones.base import Request
from earwitness.errors import AnswerError, ClipError
from earwitness.judges.ahead import each_or_why, scores_ahead, unscored
from earwitness.types import Pair, Recipe, Score


class Ready(Protocol):
    """A pair made ready, and what its record says of the clip whether or not there is a score."""

    @property
    def pair(self) -> Pair:
        """As it came."""

    @property
    def sha256(self) -> str:
        """Hash of the decoded clip."""

    @property
    def flags(self) -> Iterable[str]:
        """Doubts found so far."""


Given = TypeVar("Given")
Prepared = TypeVar("Prepared", bound=Ready)
Answer = TypeVar("Answer")


def put_windows(
    wanted: Sequence[Sequence[Request]], put: Callable[[list[Request]], Sequence[Given | ClipError]]
) -> list[list[Given] | ClipError]:
    """What a backbone gives to the windows of each pair, all in one call.

    Args:
        wanted: a request for each window of each pair.
        put: gives an answer to each of some requests, or why there is none.

    Returns:
        The windows' answers by pair; a pair with a window that failed fails with that window's reason.
    """
    given = iter(put([request for windows in wanted for request in windows]))
    return [_whole(list(islice(given, len(windows)))) for windows in wanted]


def _whole(windows: Sequence[Given | ClipError]) -> list[Given] | ClipError:
    failed = next((answer for answer in windows if isinstance(answer, ClipError)), None)
    return failed or [answer for answer in windows if not isinstance(answer, ClipError)]


class BatchJudge(ABC, Generic[Prepared, Answer]):
    """Base of judges that read a pair, have a model answer many at once, and make a score of each answer.

    Args:
        model: what answers, for people.
        batch_size: pairs answered at once.
        failure: code of a pair on which the model fails without a reason of its own.
    """

    name: str

    def __init__(self, model: str, batch_size: int, failure: str) -> None:
        self.batch_size = batch_size
        self._model = model
        self._failure = failure

    @property
    @abstractmethod
    def axes(self) -> Mapping[str, tuple[float, float]]:
        """The axes of every score, with their lowest and highest values."""

    @property
    @abstractmethod
    def recipe(self) -> Recipe:
        """Everything that determines this judge's numbers."""

    @abstractmethod
    def ready(self, pair: Pair) -> Prepared:
        """The pair as the model needs it; raises a ``ClipError`` if it cannot be judged."""

    @abstractmethod
    def answer_all(self, batch: Sequence[Prepared]) -> Sequence[Answer | ClipError]:
        """The model's answer to each pair, or why there is none."""

    @abstractmethod
    def judged(self, ready: Prepared, answer: Answer) -> Score:
        """The score that an answer makes; it is unscored, or a ``ClipError`` is raised, if it makes none."""

    def score(self, pair: Pair) -> Score:
        """Score one pair.

        Raises:
            ClipError: if the clip or the caption cannot be judged; ``code`` says why.
        """
        ready = self.ready(pair)
        (answer,) = self._answers_or_why([ready])
        if isinstance(answer, ClipError):
            raise answer
        score = self.judged(ready, answer)
        if score.error is not None:
            raise AnswerError(score.error.message, code=score.error.code, score=score)
        return score

    def score_all(self, pairs: Iterable[Pair]) -> Iterator[Score]:
        """Scores in input order; what cannot be scored comes as an unscored ``Score``."""
        return scores_ahead(self, pairs, self.batch_size, self.ready, self._score_batch)

    def _score_batch(self, batch: Sequence[Prepared]) -> Iterator[Score]:
        for ready, answer in zip(batch, self._answers_or_why(batch), strict=True):
            yield self._judged_or_why(ready, answer)

    def _answers_or_why(self, batch: Sequence[Prepared]) -> list[Answer | ClipError]:
        return each_or_why(batch, self.answer_all, f"{self._model} on this clip", self._failure)

    def _judged_or_why(self, ready: Prepared, answer: Answer | ClipError) -> Score:
        try:
            if isinstance(answer, ClipError):
                raise answer
            return self.judged(ready, answer)
        except ClipError as error:
            return unscored(self, ready.pair, error, ready.sha256, ready.flags)
