"""Judges that ask: pairs become yes/no items, items become verdicts, verdicts become values.

AQAScore asks one item a caption, a rubric asks many; all the rest is the same for both and is here: decoding one
batch ahead of the backbone, one request a window with all its questions behind one audio prefix, windows put together
by the item's kind, and the rule that one bad clip fails alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from earwitness.backbones.base import (
    MIN_ANSWER_MASS,
    AnswerForms,
    AnswerMethod,
    Backbone,
    FrontEnd,
    MeasuredWindows,
    Request,
    p_yes,
    resolve_forms,
)
from earwitness.errors import AnswerError, BackboneError, ClipError, UsageError
from earwitness.judges.hearing import Heard, clip_name, hear
from earwitness.judges.windows import Combined, combine
from earwitness.types import Item, Language, Pair, Recipe, Score, ScoreFailure, Verdict

Element = TypeVar("Element")


@dataclass(frozen=True, slots=True)
class Asked:
    """A pair with its items and one request for each window."""

    heard: Heard
    items: tuple[Item, ...]
    forms: AnswerForms
    requests: tuple[Request, ...]


class QuestionJudge(ABC):
    """Base of the judges that put yes/no items to a backbone."""

    name: str
    axes: Mapping[str, tuple[float, float]]

    def __init__(self, backbone: Backbone, answers: AnswerMethod, front_end: FrontEnd) -> None:
        self.backbone = backbone
        self.answers: AnswerMethod = answers
        self.front_end: FrontEnd = front_end
        self._forms: dict[Language, AnswerForms] = {}

    @property
    @abstractmethod
    def recipe(self) -> Recipe:
        """Everything that determines this judge's numbers."""

    @abstractmethod
    def items(self, pair: Pair) -> tuple[Item, ...]:
        """The questions to ask about this pair."""

    @abstractmethod
    def values(self, verdicts: Sequence[Verdict]) -> Mapping[str, float | None]:
        """The number of each axis."""

    def score(self, pair: Pair) -> Score:
        """Score one pair.

        Raises:
            ClipError: if the clip or the caption cannot be judged; ``code`` says why.
        """
        asked = self._ask(pair)
        return self._judge(asked, self.backbone.answer(asked.requests))

    def score_all(self, pairs: Iterable[Pair]) -> Iterator[Score]:
        """Scores in input order; what cannot be scored comes as an unscored ``Score``."""
        ahead: deque[list[Future[Asked | Score]]] = deque()
        with ThreadPoolExecutor(max_workers=4, thread_name_prefix="decode") as pool:
            for batch in _batches(pairs, max(1, self.backbone.batch_size)):
                ahead.append([pool.submit(self._ask_or_fail, pair) for pair in batch])
                # The next batch is decoded while the backbone answers this one.
                if len(ahead) > 1:
                    yield from self._score_batch([clip.result() for clip in ahead.popleft()])
            while ahead:
                yield from self._score_batch([clip.result() for clip in ahead.popleft()])

    def _ask(self, pair: Pair) -> Asked:
        heard = hear(pair, self.backbone, self.front_end)
        items = self.items(pair)
        forms = self._forms_of(pair.language or "en")
        questions = tuple(item.question for item in items)
        return Asked(heard, items, forms, tuple(Request(clip, questions, forms.all) for clip in heard.clips))

    def _ask_or_fail(self, pair: Pair) -> Asked | Score:
        try:
            return self._ask(pair)
        except (BackboneError, UsageError):
            raise  # these hold for every pair
        except Exception as error:  # whatever one odd pair brings must stay with that pair
            return self._unscored(pair, _as_clip_error(error, f"reading {clip_name(pair)}", "clip_failed"))

    def _forms_of(self, language: Language) -> AnswerForms:
        if language not in self._forms:
            self._forms[language] = resolve_forms(self.backbone, language, self.answers)
        return self._forms[language]

    def _score_batch(self, batch: Sequence[Asked | Score]) -> Iterator[Score]:
        answers = iter(self._answer([clip for clip in batch if isinstance(clip, Asked)]))
        for clip in batch:
            yield clip if isinstance(clip, Score) else self._judge_or_fail(clip, next(answers))

    def _answer(self, batch: Sequence[Asked]) -> list[list[NDArray[np.float64]] | ClipError]:
        """Log-probabilities by clip and window; when the batch fails, each clip is asked alone."""
        if not batch:
            return []
        try:
            answers = iter(self.backbone.answer([request for clip in batch for request in clip.requests]))
            return [list(islice(answers, len(clip.requests))) for clip in batch]
        except BackboneError:
            raise  # the backbone is gone, not the clip: the run stops and resumes later
        except Exception as error:  # whatever a model raises on an odd clip must stay with that clip
            if len(batch) > 1:
                return [answer for clip in batch for answer in self._answer([clip])]
            return [_as_clip_error(error, f"{self.backbone.name} on this clip", "backbone_failed")]

    def _judge_or_fail(self, asked: Asked, answers: list[NDArray[np.float64]] | ClipError) -> Score:
        try:
            if isinstance(answers, ClipError):
                raise answers
            return self._judge(asked, answers)
        except ClipError as error:
            return self._unscored(asked.heard.pair, error, asked.heard)

    def _judge(self, asked: Asked, answers: Sequence[NDArray[np.float64]]) -> Score:
        """From log-probabilities ``[question, form]`` of each window to the score."""
        judged = [p_yes(answer, asked.forms, self.answers) for answer in answers]
        probability = np.stack([yes for yes, _ in judged])  # [window, item]
        mass = np.stack([total for _, total in judged])
        if np.isnan(probability).all():
            raise AnswerError(
                f"{self.backbone.name} gave '{asked.heard.pair.id}' no probability of yes or no at all.",
                code="no_answer",
            )
        combined = [self._combine(asked, probability, index) for index in range(len(asked.items))]
        verdicts = tuple(
            _verdict(asked, item, whole, mass[:, index])
            for index, (item, whole) in enumerate(zip(asked.items, combined, strict=True))
        )
        flags = set(asked.heard.flags).union(*(whole.flags for whole in combined))
        if any(verdict.status == "off_format" for verdict in verdicts):
            flags.add("off_format")
        heard_share = min(whole.coverage for whole in combined)
        return Score(
            pair_id=asked.heard.pair.id,
            values=self.values(verdicts),
            recipe=self.recipe.id,
            verdicts=verdicts,
            coverage=heard_share,
            flags=tuple(sorted(flags)),
            audio_sha256=asked.heard.sha256,
        )

    def _combine(self, asked: Asked, probability: NDArray[np.float64], index: int) -> Combined:
        item = asked.items[index]
        ids = [other.id for other in asked.items]
        parent = probability[:, ids.index(item.parents[0])] if item.parents else None
        return combine(
            item.kind,
            probability[:, index],
            asked.heard.windows,
            duration=asked.heard.duration,
            parent=parent,
            null=self.backbone.window_null if isinstance(self.backbone, MeasuredWindows) else None,
        )

    def _unscored(self, pair: Pair, error: ClipError, heard: Heard | None = None) -> Score:
        return Score(
            pair_id=pair.id,
            values=dict.fromkeys(self.axes),
            recipe=self.recipe.id,
            status="unscored",
            error=ScoreFailure(error.code, str(error)),
            flags=tuple(sorted(heard.flags)) if heard else (),
            audio_sha256=heard.sha256 if heard else None,
        )


def _verdict(asked: Asked, item: Item, whole: Combined, mass: NDArray[np.float64]) -> Verdict:
    """One item's verdict; its mass is that of the window that weighed most."""
    if whole.p_yes is None:
        return Verdict(item, None, None, status="error")
    decisive = int(np.argmax(whole.weights))
    window = asked.heard.windows[decisive]
    return Verdict(
        item,
        whole.p_yes,
        float(mass[decisive]),
        status="ok" if mass[decisive] >= MIN_ANSWER_MASS else "off_format",
        evidence=f"decided at {window.start:.1f}-{window.end:.1f} s" if len(asked.heard.windows) > 1 else None,
    )


def _as_clip_error(error: Exception, doing: str, code: str) -> ClipError:
    if isinstance(error, ClipError):
        return error
    return ClipError(f"{doing} failed: {type(error).__name__}: {error}", code=code)


def _batches(elements: Iterable[Element], size: int) -> Iterator[list[Element]]:
    """Lists of up to ``size`` elements, in order (itertools.batched needs Python 3.12)."""
    source = iter(elements)
    while batch := list(islice(source, size)):
        yield batch
