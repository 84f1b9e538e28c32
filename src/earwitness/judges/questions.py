"""Judges that ask: pairs become yes/no items, items become verdicts, verdicts become values.

AQAScore asks one item a caption, a rubric asks many; all the rest is the same for both and is here: one request a
window with all its questions behind one audio prefix, and windows put together by the item's kind.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

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
from earwitness.errors import AnswerError, ClipError
from earwitness.judges.ahead import each_or_why, scores_ahead, unscored
from earwitness.judges.hearing import Heard, hear
from earwitness.judges.windows import Combined, combine
from earwitness.types import Item, Language, Pair, Recipe, Score, Verdict


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
        return scores_ahead(self, pairs, self.backbone.batch_size, self._ask, self._score_batch)

    def _ask(self, pair: Pair) -> Asked:
        heard = hear(pair, self.backbone, self.front_end)
        items = self.items(pair)
        forms = self._forms_of(pair.language or "en")
        questions = tuple(item.question for item in items)
        return Asked(heard, items, forms, tuple(Request(clip, questions, forms.all) for clip in heard.clips))

    def _forms_of(self, language: Language) -> AnswerForms:
        if language not in self._forms:
            self._forms[language] = resolve_forms(self.backbone, language, self.answers)
        return self._forms[language]

    def _score_batch(self, batch: Sequence[Asked]) -> Iterator[Score]:
        answers = each_or_why(batch, self._answer, f"{self.backbone.name} on this clip", "backbone_failed")
        for asked, answer in zip(batch, answers, strict=True):
            yield self._judge_or_fail(asked, answer)

    def _answer(self, batch: Sequence[Asked]) -> list[list[NDArray[np.float64]]]:
        """Log-probabilities by clip and window."""
        answers = iter(self.backbone.answer([request for asked in batch for request in asked.requests]))
        return [list(islice(answers, len(asked.requests))) for asked in batch]

    def _judge_or_fail(self, asked: Asked, answers: list[NDArray[np.float64]] | ClipError) -> Score:
        try:
            if isinstance(answers, ClipError):
                raise answers
            return self._judge(asked, answers)
        except ClipError as error:
            return unscored(self, asked.heard.pair, error, asked.heard.sha256, asked.heard.flags)

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
