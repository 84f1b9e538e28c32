"""AnyAudio-Judge: a caption comes apart into yes/no items, each is judged, and the score says which are met.

Source: AnyAudio-Judge, arXiv 2606.03116. For item j, ``p_j = P(yes)`` at the first answer token, and the score is the
mean of all ``p_j``, in [0, 1]: the share of the caption's demands that a listener should expect to be met. All items of
a clip are asked behind one audio prefix, so ten cost little more than one.

Modes: ``logits`` reads probabilities; ``generate`` has the model write JSON with evidence, yes counts 1 and no 0;
``both`` takes the probabilities and adds the written evidence. An item that cannot be read from a reply is asked once
more by its logits; a pair with an item that has no answer even so is unscored, and counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from earwitness.backbones.base import AnswerMethod, Backbone, FrontEnd, LimitedVocabulary
from earwitness.errors import ClipError, NoLogProbsError, UnknownNameError, UsageError
from earwitness.judges.aggregation import AGGREGATORS, aggregate, blocked
from earwitness.judges.ahead import each_or_why
from earwitness.judges.answers import Answered, Answers, Asked, by_writing, filled, without_answer
from earwitness.judges.loading import check_choice
from earwitness.judges.questions import QuestionJudge
from earwitness.judges.windows import WINDOW_RULE
from earwitness.rubrics.asking import Wording, wordings
from earwitness.rubrics.base import Caption, Decomposed, Decomposer
from earwitness.rubrics.rules import RuleDecomposer
from earwitness.types import Language, Pair, Recipe, Rubric, Verdict

Mode = Literal["logits", "generate", "both"]

# Raised when the same inputs would give another number than before.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Preset:
    """A named way to judge rubrics; ``questions`` is their language, None for each caption's own."""

    answers: AnswerMethod
    front_end: FrontEnd
    mode: Mode
    questions: Language | None
    wording: str | None
    match_at: float | None
    note: str


PRESETS: Mapping[str, Preset] = {
    "rubric": Preset("logsumexp", "correct", "logits", None, None, None, "all answer forms, questions as the caption"),
    "anyaudio-judge-paper": Preset(
        "largest",
        "paper",
        "logits",
        "zh",
        "released",
        None,
        "as released: largest form of yes and no, Chinese questions",
    ),
    "anyaudio-judge-paper-generate": Preset(
        "largest", "paper", "generate", "zh", "released", 0.8, "as released: share of yes written, matched from .8"
    ),
}


class RubricJudge(QuestionJudge):
    """Asks every item of a caption's rubric; ``values["alignment"]`` puts their P(yes) together, in [0, 1].

    Source: AnyAudio-Judge, arXiv 2606.03116.

    Args:
        backbone: a name from ``earwitness list backbones``, a folder with a checkpoint, a server's address, or a
            ``Backbone``.
        preset: ``rubric``, or ``anyaudio-judge-paper`` to judge as the released pipeline does.
        decomposer: what takes captions apart; when None, rules that need no model and ask in the preset's language.
        mode: ``logits``, ``generate`` or ``both``; the preset's when None.
        aggregate: a name of ``AGGREGATORS``; ``mean`` is the paper's.
        threshold: P(yes) from which an item is met, .5 when None; the children of one that is not are blocked. Not for
            ``mean``, which blocks nothing.
        match_at: alignment from which a clip matches: then ``values["match"]`` is 1 or 0. None takes the preset's, and
            leaves it out where that has none.
        wording: a name of ``WORDINGS``, or a JSON file with wordings; None takes the preset's, and without one
            ``listen``, or ``plain`` for a backbone of limited vocabulary.
        answers: how answer forms make P(yes): ``logsumexp``, ``largest`` or ``pair``; the preset's when None.
        front_end: ``correct`` or ``paper``; the preset's when None.
        **load_options: passed on to ``load_backbone``.

    Raises:
        UnknownNameError: if there is no such backbone, preset, aggregator or wording.
        UsageError: if an option has no such value.
        MissingDependencyError: if the backbone needs a library that is not installed.
        BackboneError: if the backbone cannot be loaded.

    Example:
        >>> import numpy as np
        >>> from earwitness import FakeBackbone, Pair, from_array
        >>> clip = from_array(np.sin(np.arange(16000) / 10), sample_rate=16000)
        >>> judge = RubricJudge(FakeBackbone({"dog": 0.9, "rain": 0.2}))
        >>> score = judge.score(Pair(clip, "A dog barks. Rain falls."))
        >>> [round(verdict.p_yes, 2) for verdict in score.verdicts], round(score.values["alignment"], 2)
        ([0.9, 0.2], 0.55)
    """

    name = "rubric"

    def __init__(
        self,
        backbone: str | Path | Backbone = "embedded",
        *,
        preset: str = "rubric",
        decomposer: Decomposer | None = None,
        mode: Mode | None = None,
        aggregate: str = "mean",
        threshold: float | None = None,
        match_at: float | None = None,
        wording: str | Path | None = None,
        answers: AnswerMethod | None = None,
        front_end: FrontEnd | None = None,
        **load_options: Any,
    ) -> None:
        if preset not in PRESETS:
            raise UnknownNameError("preset", preset, PRESETS)
        if aggregate not in AGGREGATORS:
            raise UnknownNameError("aggregator", aggregate, AGGREGATORS)
        chosen = PRESETS[preset]
        answers, front_end = answers or chosen.answers, front_end or chosen.front_end
        self.mode: Mode = mode or chosen.mode
        check_choice("mode", self.mode, get_args(Mode))
        self.aggregate = aggregate
        if threshold is not None and not AGGREGATORS[aggregate].blocks:
            raise UsageError(f"threshold is {threshold}, but aggregate '{aggregate}' blocks nothing. Leave one out.")
        self.threshold = _share("threshold", 0.5 if threshold is None else threshold)
        self.match_at = chosen.match_at if match_at is None else _share("match_at", match_at)
        self.decomposer = decomposer or RuleDecomposer(questions=chosen.questions)
        named = wording or chosen.wording
        given = wordings(named) if named else None  # before a large model is loaded
        super().__init__(backbone, answers, front_end, load_options)
        fitting = "plain" if isinstance(self.backbone, LimitedVocabulary) else "listen"
        self.wordings = given or wordings(fitting)

    @property
    def axes(self) -> Mapping[str, tuple[float, float]]:
        """``alignment``, and ``match`` where it is asked for: its mean is the share of clips that match."""
        return dict.fromkeys(("alignment", *["match"] * (self.match_at is not None)), (0.0, 1.0))

    @property
    def recipe(self) -> Recipe:
        """Everything that determines this judge's numbers."""
        return Recipe(
            {
                "judge": self.name,
                "version": VERSION,
                "backbone": {"name": self.backbone.name, **self.backbone.identity},
                "decomposer": dict(self.decomposer.identity),
                "wording": {language: asdict(wording) for language, wording in self.wordings.items()},
                "mode": self.mode,
                "answers": self.answers,
                "aggregate": self.aggregate,
                **({"threshold": self.threshold} if AGGREGATORS[self.aggregate].blocks else {}),
                "match_at": self.match_at,
                "front_end": self.front_end,
                "windows": dict(WINDOW_RULE),
            }
        )

    def rubrics(self, pairs: Sequence[Pair]) -> Sequence[Decomposed]:
        """What the decomposer makes of the captions."""
        return self.decomposer.decompose([Caption(pair.caption, pair.language or "en") for pair in pairs])

    def wording(self, rubric: Rubric) -> Wording:
        """The wording in the language of the questions."""
        if rubric.language not in self.wordings:
            raise UsageError(f"the wordings are in {', '.join(self.wordings)}; a rubric's are in '{rubric.language}'.")
        return self.wordings[rubric.language]

    def requests_a_window(self, pair: Pair) -> int:
        """One for each item where probabilities are read, one for all where answers are written."""
        items = 0 if self.mode == "generate" else super().requests_a_window(pair)
        return items + (self.mode != "logits")

    def answer(self, asked: Sequence[Asked]) -> Answered:
        """What the backbone says about every item, in the judge's mode."""
        if self.mode == "logits":
            return super().answer(asked)
        # A model that breaks while writing may still be asked by its logits.
        doing = f"{self.backbone.name} writing about this clip"
        written = each_or_why(asked, lambda some: by_writing(some, self.backbone), doing, "backbone_failed")
        return self._with_logits(asked, written) if self.mode == "both" else self._asked_again(asked, written)

    def settle(self, caption: str, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
        """Without the answers that the backbone can only guess, and with the children of failed items blocked."""
        told = tuple(self._unless_guessed(caption, verdict) for verdict in verdicts)
        return blocked(told, self.threshold) if AGGREGATORS[self.aggregate].blocks else told

    def values(self, verdicts: Sequence[Verdict]) -> Mapping[str, float | None]:
        """The aggregate of all items, and whether it reaches ``match_at``."""
        alignment = aggregate(verdicts, self.aggregate)
        matched = {} if self.match_at is None else {"match": float(alignment >= self.match_at)}
        return {"alignment": alignment, **matched}

    def _unless_guessed(self, caption: str, verdict: Verdict) -> Verdict:
        """A backbone that was taught few words is not believed about items that name none of them."""
        known, item = self.backbone, verdict.item
        words = caption[slice(*item.span)] if item.span else ""
        if not isinstance(known, LimitedVocabulary) or any(map(known.names_something, (item.question, words))):
            return verdict
        evidence = f"names no sound that backbone '{self.backbone.name}' was taught"
        return replace(verdict, p_yes=None, status="error", evidence=evidence)

    def _with_logits(self, asked: Sequence[Asked], written: Answered) -> Answered:
        """Probabilities with written evidence, where there is some."""
        return [
            measured if isinstance(measured, ClipError) else _with_words(measured, words)
            for measured, words in zip(super().answer(asked), written, strict=True)
        ]

    def _asked_again(self, asked: Sequence[Asked], written: Answered) -> Answered:
        """Written answers; what could not be read, or failed, is asked once more by its logits."""
        lacking = [without_answer(one, answers) for one, answers in zip(asked, written, strict=True)]
        wanted = [again for again in lacking if again is not None]
        try:
            others = iter(super().answer(wanted) if wanted else ())
        except NoLogProbsError:
            return written
        return [
            answers if again is None else filled(one, answers, again, next(others))
            for one, answers, again in zip(asked, written, lacking, strict=True)
        ]


def _with_words(measured: Answers, written: Answers | ClipError) -> Answers:
    """Measured answers with the evidence of the written ones; what was not written or contradicts them is flagged."""
    if isinstance(written, ClipError):
        return replace(measured, flags=measured.flags | {"evidence_missing"})
    unread = np.isnan(written.p_yes)
    # In every window: where one window alone decides, the others may well have heard nothing.
    contradicted = (((measured.p_yes >= 0.5) != (written.p_yes >= 0.5)) & ~unread).all(axis=0)
    flags = [*["evidence_missing"] * bool(unread.any()), *["evidence_disagrees"] * bool(contradicted.any())]
    evidence = tuple(
        tuple("" if lost else text for lost, text in zip(*row, strict=True))
        for row in zip(unread, written.evidence, strict=True)
    )
    return replace(measured, evidence=evidence, flags=measured.flags.union(flags))


def _share(option: str, value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise UsageError(f"{option} is {value}; wanted a probability, 0 to 1.")
    return float(value)
