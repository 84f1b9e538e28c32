"""Judges that put one prompt about the whole caption: what those that rate and those that draw share.

A rating holds throughout a clip: of the windows of a long one it is the mean by their share of time. Drawn answers
stand for one probability of yes: of the windows the best speaks, as with AQAScore. A window whose reply cannot be read
is left out, which flag and coverage tell; a pair without any readable reply is unscored, and its verdict keeps what was
written.

Conventions: ``share`` is a value over the top of its scale, in [0, 1]; NaN where there is none.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from earwitness.backbones.base import MIN_ANSWER_MASS, Backbone, FrontEnd, Request
from earwitness.errors import AnswerError, ClipError
from earwitness.judges.ahead import unscored
from earwitness.judges.batch import BatchJudge, put_windows
from earwitness.judges.hearing import Heard, hear
from earwitness.judges.loading import loaded
from earwitness.judges.windows import WINDOW_RULE, Combined, combine
from earwitness.rubrics.template import Template
from earwitness.types import Item, Kind, Pair, Recipe, Score, Verdict, VerdictStatus

# Raised when the same inputs would give another number than before.
VERSION = 1

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Said:
    """What the answer to one window says.

    Attributes:
        share: the value over the top of the scale; NaN if the answer cannot be read.
        evidence: the answer in words.
        mass: share of all answers that could be read as one, in [0, 1]; None where there is only one answer.
        flags: doubts about it.
    """

    share: float
    evidence: str
    mass: float | None = None
    flags: frozenset[str] = frozenset()


class PromptedJudge(BatchJudge[Heard, list[Said]], Generic[Given]):
    """Base of the judges that put one prompt about the whole caption to a backbone.

    Args:
        backbone: a name, a folder, or a ``Backbone``.
        template: the prompt.
        front_end: how the backbone hears.
        load_options: for ``load_backbone``.
    """

    axes: Mapping[str, tuple[float, float]] = {"alignment": (0.0, 1.0)}
    # Whether a value estimates the probability of yes, or is a rating.
    says_yes: ClassVar[bool] = False
    # What a reply has to be, for people, and the code of a pair without one.
    wanted: ClassVar[str]
    unread: ClassVar[str] = "unreadable_reply"

    def __init__(
        self, backbone: str | Path | Backbone, template: Template, front_end: FrontEnd, load_options: Mapping[str, Any]
    ) -> None:
        self.backbone = loaded(backbone, front_end, **load_options)
        self.template = template
        self.front_end: FrontEnd = front_end
        super().__init__(self.backbone.name, self.backbone.batch_size, "backbone_failed")

    @property
    @abstractmethod
    def asking(self) -> Mapping[str, Any]:
        """How the answer is asked for, for the recipe."""

    @abstractmethod
    def put(self, requests: Sequence[Request]) -> Sequence[Given | ClipError]:
        """What the backbone answers to each request."""

    @abstractmethod
    def read(self, given: Given) -> Said:
        """What an answer says."""

    def request(self, heard: Heard, window: int) -> Request:
        """The prompt for one window."""
        return Request(heard.clips[window], (self._question(heard.pair),))

    @property
    def recipe(self) -> Recipe:
        """Everything that determines this judge's numbers."""
        return Recipe(
            {
                "judge": self.name,
                "version": VERSION,
                "backbone": {"name": self.backbone.name, **self.backbone.identity},
                "template": {"number": self.template.number, "texts": dict(self.template.texts)},
                "front_end": self.front_end,
                "windows": {"as": self._kind, **WINDOW_RULE},
                **self.asking,
            }
        )

    def ready(self, pair: Pair) -> Heard:
        """The clip as the backbone hears it.

        Raises:
            ClipError: if the clip or the caption cannot be judged.
        """
        return hear(pair, self.backbone, self.front_end)

    def requests_a_window(self, pair: Pair) -> int:
        """One prompt about the whole caption."""
        return 1

    def answer_all(self, batch: Sequence[Heard]) -> list[list[Said] | ClipError]:
        """What each window's answer says; a pair with a window whose request failed fails with that reason."""
        wanted = [[self.request(heard, window) for window in range(len(heard.clips))] for heard in batch]
        return [
            windows if isinstance(windows, ClipError) else [self.read(given) for given in windows]
            for windows in put_windows(wanted, self.put)
        ]

    def judged(self, ready: Heard, answer: list[Said]) -> Score:
        """The score that the windows' answers make together; unscored if none of them can be read."""
        shares = [said.share for said in answer]
        whole = combine(self._kind, shares, ready.windows, duration=ready.duration)
        verdict = self._verdict(ready, answer, whole)
        flags = ready.flags.union(*(said.flags for said in answer), whole.flags)
        if whole.p_yes is None:
            error = self._unreadable(ready.pair, verdict)
            return replace(unscored(self, ready.pair, error, ready.sha256, flags), verdicts=(verdict,))
        if verdict.status == "off_format":
            flags |= {"off_format"}
        return Score(
            pair_id=ready.pair.id,
            values={"alignment": whole.p_yes * self.axes["alignment"][1]},
            recipe=self.recipe.id,
            verdicts=(verdict,),
            coverage=whole.coverage,
            flags=tuple(sorted(flags)),
            audio_sha256=ready.sha256,
        )

    def _unreadable(self, pair: Pair, verdict: Verdict) -> AnswerError:
        text = (verdict.evidence or "")[:200]
        return AnswerError(
            f"{self.backbone.name} answered '{pair.id}' with {text!r}; wanted {self.wanted}.", code=self.unread
        )

    @property
    def _kind(self) -> Kind:
        """How windows are put together: as those of a style, or as those of a whole caption."""
        return "caption" if self.says_yes else "style"

    def _question(self, pair: Pair) -> str:
        return self.template.ask(pair.caption, pair.language or "en")

    def _verdict(self, heard: Heard, answer: Sequence[Said], whole: Combined) -> Verdict:
        """The one verdict; a rating is no probability of yes, so only its evidence and mass are told."""
        item = Item("caption", self._question(heard.pair), "caption")
        masses = [
            said.mass for said, weight in zip(answer, whole.weights, strict=True) if weight and said.mass is not None
        ]
        mass = min(masses, default=None)
        status: VerdictStatus = "ok" if mass is None or mass >= MIN_ANSWER_MASS else "off_format"
        return Verdict(
            item,
            whole.p_yes if self.says_yes else None,
            mass,
            "unparsed" if whole.p_yes is None else status,
            _evidence(heard, answer, whole),
        )


def _evidence(heard: Heard, answer: Sequence[Said], whole: Combined) -> str:
    """The answers that count and those that cannot be read, each with its window where there are several."""
    if len(answer) == 1:
        return answer[0].evidence
    return "; ".join(
        f"{window.start:.1f}-{window.end:.1f} s: {said.evidence}"
        for said, window, weight in zip(answer, heard.windows, whole.weights, strict=True)
        if weight or math.isnan(said.share)
    )
