"""Judges that ask: pairs become yes/no items, items become verdicts, verdicts become values.

AQAScore asks one item a caption, a rubric asks many; all the rest is the same for both and is here: one request a
window with all its questions behind one audio prefix, and windows put together by the item's kind.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from earwitness.backbones.base import (
    MIN_ANSWER_MASS,
    AnswerForms,
    AnswerMethod,
    Backbone,
    FrontEnd,
    MeasuredWindows,
    resolve_forms,
)
from earwitness.errors import ClipError
from earwitness.judges.ahead import each_or_why
from earwitness.judges.answers import Answered, Answers, Asked, by_logits
from earwitness.judges.batch import BatchJudge
from earwitness.judges.hearing import Heard, hear
from earwitness.judges.loading import check_choice, loaded
from earwitness.judges.windows import Combined, combine
from earwitness.rubrics.asking import Wording
from earwitness.rubrics.base import Decomposed
from earwitness.types import Language, Pair, Rubric, Score, ScoreFailure, Verdict, VerdictStatus

# What was asked about a pair, and what the backbone said.
Told: TypeAlias = tuple[Asked, Answers]


class QuestionJudge(BatchJudge[Heard, Told]):
    """Base of the judges that put yes/no items to a backbone.

    Args:
        backbone: a name, a folder, a server's address, or a ``Backbone``.
        answers: how answer forms make P(yes).
        front_end: how the backbone hears.
        load_options: for ``load_backbone``.
    """

    def __init__(
        self,
        backbone: str | Path | Backbone,
        answers: AnswerMethod,
        front_end: FrontEnd,
        load_options: Mapping[str, Any] | None = None,
    ) -> None:
        check_choice("answers", answers, get_args(AnswerMethod))
        self.backbone = loaded(backbone, front_end, **(load_options or {}))
        super().__init__(self.backbone.name, self.backbone.batch_size, "backbone_failed")
        self.answers: AnswerMethod = answers
        self.front_end: FrontEnd = front_end
        self._forms: dict[Language, AnswerForms] = {}

    @abstractmethod
    def rubrics(self, pairs: Sequence[Pair]) -> Sequence[Decomposed]:
        """What to ask about each pair, or why nothing can be asked."""

    @abstractmethod
    def wording(self, rubric: Rubric) -> Wording:
        """How a rubric's items are put."""

    @abstractmethod
    def values(self, verdicts: Sequence[Verdict]) -> Mapping[str, float | None]:
        """The number of each axis, from verdicts that all have an answer."""

    def settle(self, caption: str, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
        """What a judge makes of a caption's verdicts beside each other, such as items that others block."""
        return verdicts

    def answer(self, asked: Sequence[Asked]) -> Answered:
        """What the backbone says about each pair's items: read off the first answer token."""
        return by_logits(asked, self.backbone, self._forms_of, self.answers)

    def _forms_of(self, language: Language) -> AnswerForms:
        if language not in self._forms:
            self._forms[language] = resolve_forms(self.backbone, language, self.answers)
        return self._forms[language]

    def ready(self, pair: Pair) -> Heard:
        """The clip as the backbone hears it.

        Raises:
            ClipError: if the clip or the caption cannot be judged.
        """
        return hear(pair, self.backbone, self.front_end)

    def requests_a_window(self, pair: Pair) -> int:
        """One for each item; none where the caption cannot be taken apart."""
        (rubric,) = self.rubrics([pair])
        return 0 if isinstance(rubric, ClipError) else len(rubric.items)

    def answer_all(self, batch: Sequence[Heard]) -> list[Told | ClipError]:
        """What is asked about each pair and what the backbone says."""
        rubrics = each_or_why([heard.pair for heard in batch], self.rubrics, "taking the caption apart", "clip_failed")
        asked = [
            rubric if isinstance(rubric, ClipError) else Asked(heard, rubric, self.wording(rubric))
            for heard, rubric in zip(batch, rubrics, strict=True)
        ]
        answers = iter(self.answer([one for one in asked if isinstance(one, Asked)]))
        return [one if isinstance(one, ClipError) else _told(one, next(answers)) for one in asked]

    def judged(self, ready: Heard, answer: Told) -> Score:
        """The score; unscored, with all verdicts, where an item has no answer."""
        asked, answers = answer
        combined = [self._combine(asked, answers, index) for index in range(len(asked.rubric.items))]
        told = tuple(_verdict(asked, answers, index, whole) for index, whole in enumerate(combined))
        verdicts = self.settle(ready.pair.caption, told)
        failure = _why_unscored(self.backbone.name, ready.pair, verdicts)
        flags = {*ready.flags, *asked.rubric.flags, *answers.flags}.union(*(whole.flags for whole in combined))
        if any(verdict.status == "off_format" for verdict in told):
            flags.add("off_format")
        return Score(
            pair_id=ready.pair.id,
            values=dict.fromkeys(self.axes) if failure else self.values(verdicts),
            recipe=self.recipe.id,
            verdicts=verdicts,
            status="unscored" if failure else "ok",
            error=failure,
            coverage=min(whole.coverage for whole in combined),
            flags=tuple(sorted(flags)),
            audio_sha256=ready.sha256,
        )

    def _combine(self, asked: Asked, answers: Answers, index: int) -> Combined:
        item = asked.rubric.items[index]
        ids = [other.id for other in asked.rubric.items]
        parents = answers.p_yes[:, [ids.index(parent) for parent in item.parents]]
        return combine(
            # What is said of no sound in particular holds throughout.
            "style" if item.kind == "attribute" and not item.parents else item.kind,
            answers.p_yes[:, index],
            asked.heard.windows,
            duration=asked.heard.duration,
            parent=parents.prod(axis=1) if item.parents else None,
            null=self._null(answers.mass[:, index]),
        )

    def _null(self, mass: NDArray[np.float64]) -> NDArray[np.float64] | None:
        # It was measured on probabilities; a written yes, which has no mass, is none.
        return self.backbone.window_null if isinstance(self.backbone, MeasuredWindows) and mass.min() >= 0 else None


def _told(asked: Asked, answers: Answers | ClipError) -> Told | ClipError:
    return answers if isinstance(answers, ClipError) else (asked, answers)


def _verdict(asked: Asked, answers: Answers, index: int, whole: Combined) -> Verdict:
    """One item's verdict; without an answer in every window it has none."""
    item = asked.rubric.items[index]
    missing = np.isnan(answers.p_yes[:, index])
    if missing.any():
        return Verdict(item, None, None, answers.unanswered, answers.evidence[int(missing.argmax())][index] or None)
    heard_in = [window for window, weight in enumerate(whole.weights) if weight > 0]
    evidence = _evidence([answers.evidence[window][index] for window in heard_in], asked.heard, heard_in)
    mass = float(answers.mass[heard_in, index].min())
    # Not below rather than at least: a written answer has no mass.
    status: VerdictStatus = "off_format" if mass < MIN_ANSWER_MASS else "ok"
    return Verdict(item, whole.p_yes, None if np.isnan(mass) else mass, status, evidence)


def _evidence(texts: Sequence[str], heard: Heard, windows: Sequence[int]) -> str | None:
    """What was written about the windows that count; where one alone decided, it is named."""
    if len(heard.windows) == 1:
        return texts[0] or None
    spans = [f"{heard.windows[window].start:.1f}-{heard.windows[window].end:.1f} s" for window in windows]
    if len(windows) == 1:
        return "; ".join(filter(None, (texts[0], f"decided at {spans[0]}")))
    return "; ".join(f"{span}: {text}" for span, text in zip(spans, texts, strict=True) if text) or None


def _why_unscored(backbone: str, pair: Pair, verdicts: Sequence[Verdict]) -> ScoreFailure | None:
    missing = [verdict for verdict in verdicts if verdict.p_yes is None]
    if not missing:
        return None
    named = [v.item.id + (f" ({v.evidence})" if v.evidence else "") for v in missing]
    return ScoreFailure(
        "no_answer",
        f"{backbone} gave '{pair.id}' no probability of yes or no for {len(missing)} of {len(verdicts)} items: "
        f"{', '.join(named)}.",
    )
