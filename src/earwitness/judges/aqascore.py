"""AQAScore: the probability that an audio language model answers Yes to "does this clip contain <caption>?".

One question about the whole caption, read at the first answer token (arXiv 2601.14728, zero-shot). With
``s = log p(answer forms | clip, question)``, the score is ``sigmoid(s_yes - s_no)`` in [0, 1]: 1 says that the clip
certainly holds what the caption asks for, .5 that the model cannot tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earwitness.backbones.base import AnswerMethod, Backbone, FrontEnd
from earwitness.errors import UnknownNameError
from earwitness.judges.questions import QuestionJudge
from earwitness.judges.windows import WINDOW_RULE
from earwitness.rubrics.asking import Wording, wordings
from earwitness.rubrics.template import template as numbered_template
from earwitness.types import Item, Language, Pair, Recipe, Rubric, Verdict

# Raised when the same inputs would give another number than before.
VERSION = 2


@dataclass(frozen=True, slots=True)
class Preset:
    """A named way to take the score."""

    template: int
    answers: AnswerMethod
    front_end: FrontEnd
    note: str


PRESETS: Mapping[str, Preset] = {
    "aqascore": Preset(1, "logsumexp", "correct", "all single-token forms of yes and no, the whole clip"),
    "aqascore-paper": Preset(1, "pair", "paper", "as published: exactly Yes and No, cut by the released front-end"),
}


class AQAScore(QuestionJudge):
    """Asks one templated question a caption; ``values["alignment"]`` is P(yes) in [0, 1].

    Source: AQAScore, arXiv 2601.14728.

    Args:
        backbone: a name from ``earwitness list backbones``, a folder with a checkpoint, or a ``Backbone``.
        preset: ``aqascore``, or ``aqascore-paper`` to reproduce published numbers.
        template: number of the question's wording; the preset's when None.
        answers: how answer forms make P(yes): ``logsumexp``, ``largest`` or ``pair``; the preset's when None.
        front_end: ``correct`` hears the whole clip, ``paper`` cuts it as the released front-end does; the preset's
            when None.
        system: a name of ``rubrics.asking.WORDINGS``, or a JSON file with wordings: its system message goes before the
            clip, in the caption's language. None, as in the paper, leaves the model its own.
        **load_options: passed on to ``load_backbone``, such as ``device``, ``dtype``, ``revision``, ``batch_size``.

    Raises:
        UnknownNameError: if there is no such backbone, preset, template or wording.
        UsageError: if an option has no such value, or a loaded backbone hears with another front-end.
        MissingDependencyError: if the backbone needs a library that is not installed.
        BackboneError: if the backbone cannot be loaded.

    Example:
        >>> import numpy as np
        >>> from earwitness import FakeBackbone, Pair, from_array
        >>> clip = from_array(np.sin(np.arange(16000) / 10), sample_rate=16000)
        >>> judge = AQAScore(FakeBackbone({"dog": 0.9, "cat": 0.2}))
        >>> round(judge.score(Pair(clip, "a dog barks")).values["alignment"], 3)
        0.9
    """

    name = "aqascore"
    axes: Mapping[str, tuple[float, float]] = {"alignment": (0.0, 1.0)}

    def __init__(
        self,
        backbone: str | Path | Backbone = "embedded",
        *,
        preset: str = "aqascore",
        template: int | None = None,
        answers: AnswerMethod | None = None,
        front_end: FrontEnd | None = None,
        system: str | Path | None = None,
        **load_options: Any,
    ) -> None:
        if preset not in PRESETS:
            raise UnknownNameError("preset", preset, PRESETS)
        chosen = PRESETS[preset]
        self.template = numbered_template(chosen.template if template is None else template)
        answers, front_end = answers or chosen.answers, front_end or chosen.front_end
        told = {language: wording.system for language, wording in wordings(system).items()} if system else {}
        self.system: Mapping[Language, str] = {language: text for language, text in told.items() if text}
        super().__init__(backbone, answers, front_end, load_options)

    @property
    def recipe(self) -> Recipe:
        """Everything that determines this judge's numbers."""
        return Recipe(
            {
                "judge": self.name,
                "version": VERSION,
                "backbone": {"name": self.backbone.name, **self.backbone.identity},
                "template": {"number": self.template.number, "texts": dict(self.template.texts)},
                "answers": self.answers,
                "front_end": self.front_end,
                "windows": dict(WINDOW_RULE),
                # Left out where there is none: the recipe is then that of the paper's question alone.
                **({"system": dict(self.system)} if self.system else {}),
            }
        )

    def rubrics(self, pairs: Sequence[Pair]) -> list[Rubric]:
        """One question a pair: the whole caption in the template of the caption's language."""
        return [self._rubric(pair.caption, pair.language or "en") for pair in pairs]

    def _rubric(self, caption: str, language: Language) -> Rubric:
        item = Item("caption", self.template.ask(caption, language), "caption")
        return Rubric((item,), language, f"template {self.template.number}")

    def wording(self, rubric: Rubric) -> Wording:
        """The template says it all, but for a system message."""
        return Wording("{question}", rubric.language, system=self.system.get(rubric.language))

    def values(self, verdicts: Sequence[Verdict]) -> Mapping[str, float | None]:
        """P(yes) of the one question."""
        return {"alignment": verdicts[0].p_yes}
