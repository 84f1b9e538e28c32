"""What an ablation varies: the settings that AQAScore can be taken in.

A *factor* is what varies, a *level* is a value of it, a *setting* has one level of each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from typing import get_args

from earwitness.backbones.base import AnswerMethod, Backbone, FrontEnd
from earwitness.errors import UsageError
from earwitness.judges.loading import check_choice
from earwitness.rubrics.asking import wordings
from earwitness.rubrics.template import template

# Letters of a level in a folder's name.
LONGEST_LEVEL = 40


@dataclass(frozen=True, slots=True)
class Setting:
    """How the score is taken in one cell; the system message by the name of its wording, None for none of ours."""

    backbone: str
    front_end: FrontEnd = "correct"
    template: int = 1
    answers: AnswerMethod = "logsumexp"
    system: str | None = None

    @property
    def levels(self) -> dict[str, str]:
        """Level by factor, in words.

        Example:
            >>> Setting("embedded", template=2).levels
            {'backbone': 'embedded', 'front-end': 'correct', 'template': '2', 'answers': 'logsumexp', 'system': 'none'}
        """
        return {name.replace("_", "-"): str(value or "none") for name, value in asdict(self).items()}

    @property
    def name(self) -> str:
        """Fit for a folder.

        Example:
            >>> Setting("Qwen/Qwen2-Audio", system="listen").name
            'Qwen-Qwen2-Audio-correct-1-logsumexp-listen'
        """
        return "-".join(re.sub(r"[^\w.]+", "-", level)[-LONGEST_LEVEL:].strip("-.") for level in self.levels.values())


@dataclass(frozen=True, slots=True)
class Grid:
    """The levels of each factor; the first ones are the setting that others are seen beside.

    Attributes:
        backbones: what ``load_backbone`` takes, or a ``Backbone``, by a name of one's own.
        front_ends: ``correct`` or ``paper``.
        templates: by number.
        answers: how answer forms make P(yes).
        systems: names of wordings, or files, whose system message goes before the clip; None for none.
        crossed: every combination; otherwise those that differ from the first setting in one factor at most.

    Raises:
        UnknownNameError: if there is no such template or wording.
        UsageError: if there is no such way to answer or front-end, or a factor has no level.
    """

    backbones: Mapping[str, str | Path | Backbone] = field(default_factory=lambda: {"embedded": "embedded"})
    front_ends: Sequence[FrontEnd] = ("correct",)
    templates: Sequence[int] = (1,)
    answers: Sequence[AnswerMethod] = ("logsumexp",)
    systems: Sequence[str | None] = (None,)
    crossed: bool = True

    def __post_init__(self) -> None:
        for number in self.templates:
            template(number)
        for name in filter(None, self.systems):
            wordings(name)
        for method in self.answers:
            check_choice("answers", method, get_args(AnswerMethod))
        for front_end in self.front_ends:
            check_choice("front_end", front_end, get_args(FrontEnd))
        if not self.settings():
            raise UsageError("a factor has no level; wanted at least one of each.")

    def settings(self) -> list[Setting]:
        """One for each cell; those of one backbone and front-end follow each other, so that it is loaded once.

        Example:
            >>> [setting.template for setting in Grid(templates=(1, 3)).settings()]
            [1, 3]
        """
        levels = product(self.backbones, self.front_ends, self.templates, self.answers, self.systems)
        made = list(dict.fromkeys(Setting(*of_each) for of_each in levels))
        return [setting for setting in made if self.crossed or _differences(setting, made[0]) <= 1]


def _differences(a: Setting, b: Setting) -> int:
    return sum(level != b.levels[factor] for factor, level in a.levels.items())
