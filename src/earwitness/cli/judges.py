"""Which judge a command means, which options are its own, and what it needs of the pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earwitness.cli.decomposers import DecomposerOptions, With
from earwitness.cli.servers import server_options
from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.backbones.base import AnswerMethod
    from earwitness.judges.rubric import Mode
    from earwitness.rubrics.base import Domain
    from earwitness.types import Judge, Language


class JudgeName(StrEnum):
    """The judges that can be named."""

    aqascore = "aqascore"
    rubric = "rubric"
    mos = "mos"
    clapscore = "clapscore"
    prompted_rating = "prompted-rating"
    prompted_digits = "prompted-digits"
    sampled_yes = "sampled-yes"


# What loads a backbone, and what takes captions apart.
_BACKBONE = ("backbone", "device_map", "dtype", "revision", "trust_remote_code", "server")
_DECOMPOSER = ("decompose_with", "llm", "llm_cache", "domain", "questions", "rubrics", "llm_server")
_RUBRIC = ("preset", "answers", "mode", "aggregate", "threshold", "match_at", "wording")


@dataclass(frozen=True, slots=True)
class JudgeInfo:
    """One line of ``earwitness list judges``; ``own`` are its options."""

    own: tuple[str, ...]
    needs: str
    note: str


JUDGES: Mapping[JudgeName, JudgeInfo] = {
    JudgeName.aqascore: JudgeInfo(
        (*_BACKBONE, "preset", "template", "answers"), "log-probabilities", "P(yes) of one question about the caption"
    ),
    JudgeName.rubric: JudgeInfo(
        (*_BACKBONE, *_RUBRIC, *_DECOMPOSER),
        "log-probabilities, or text with --mode generate",
        "which of the caption's demands are met, one question each (AnyAudio-Judge)",
    ),
    JudgeName.mos: JudgeInfo(("checkpoint", "encoder"), "a trained predictor", "people's ratings, predicted (QAMRO)"),
    JudgeName.clapscore: JudgeInfo(("checkpoint", "revision"), "a CLAP", "cosine of audio and text embeddings"),
    JudgeName.prompted_rating: JudgeInfo(_BACKBONE, "text", "the model writes a rating from 0 to 10"),
    JudgeName.prompted_digits: JudgeInfo(_BACKBONE, "log-probabilities", "the expected digit of such a rating"),
    JudgeName.sampled_yes: JudgeInfo((*_BACKBONE, "template", "draws"), "text", "share of yes among drawn answers"),
}


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """The options that choose and load a judge; each is named as on the command line, None where it was not given."""

    judge: JudgeName = JudgeName.aqascore
    checkpoint: str | None = None
    encoder: Path | None = None
    backbone: str | None = None
    preset: str | None = None
    template: int | None = None
    answers: AnswerMethod | None = None
    mode: Mode | None = None
    aggregate: str | None = None
    threshold: float | None = None
    match_at: float | None = None
    wording: str | None = None
    decompose_with: With | None = None
    llm: str | None = None
    llm_cache: Path | None = None
    domain: Domain | None = None
    questions: Language | None = None
    rubrics: Path | None = None
    llm_server: tuple[str, ...] | None = None
    draws: int | None = None
    device_map: str | None = None
    dtype: str | None = None
    revision: str | None = None
    trust_remote_code: bool | None = None
    server: tuple[str, ...] | None = None
    device: str = "auto"
    batch_size: int | None = None

    def __post_init__(self) -> None:
        own = JUDGES[self.judge].own
        strange = [
            field.name
            for field in fields(self)
            if field.name not in (*own, "judge", "device", "batch_size") and getattr(self, field.name) is not None
        ]
        if strange:
            raise UsageError(
                f"{', '.join(map(_option, strange))} cannot go with --judge {self.judge}; its own options are "
                f"{', '.join(map(_option, own))}, and --device and --batch-size of all judges."
            )
        if self.judge == JudgeName.mos and self.checkpoint is None:
            raise UsageError(
                "--judge mos needs --checkpoint: the folder of a predictor (earwitness train mos), or "
                "audiobox-aesthetics."
            )

    @property
    def needs_captions(self) -> bool:
        """Whether each pair needs a caption.

        Raises:
            UsageError: if the checkpoint of predictors has no card to tell it.
        """
        if self.judge != JudgeName.mos or self.checkpoint is None:
            return True
        from earwitness.judges.mos import needs_captions

        return needs_captions(self.checkpoint)

    def load(self) -> Judge:
        """The judge, ready to score."""
        return _LOADERS[self.judge](self)

    @property
    def loading(self) -> dict[str, Any]:
        """What loads a backbone, as keyword arguments."""
        return {
            "backbone": self.backbone or "embedded",
            "device": self.device,
            "device_map": self.device_map,
            "dtype": self.dtype or "auto",
            "revision": self.revision,
            "batch_size": self.batch_size or "auto",
            "trust_remote_code": bool(self.trust_remote_code),
            "server": None if self.server is None else server_options(self.server),
        }

    def given(self, *names: str) -> dict[str, Any]:
        """Those of the options that were given, as keyword arguments; the others are left to the judge."""
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


def _aqascore(options: JudgeOptions) -> Judge:
    from earwitness.judges.aqascore import AQAScore

    return AQAScore(**options.loading, **options.given("preset", "template", "answers"))


def _rubric(options: JudgeOptions) -> Judge:
    from earwitness.judges.rubric import PRESETS, RubricJudge

    chosen = PRESETS.get(options.preset or "rubric")
    questions = chosen.questions if chosen else None
    decomposer = DecomposerOptions(*(getattr(options, name) for name in _DECOMPOSER)).load(questions)
    return RubricJudge(**options.loading, decomposer=decomposer, **options.given(*_RUBRIC))


def _mos(options: JudgeOptions) -> Judge:
    from earwitness.judges.mos import MOSJudge

    assert options.checkpoint is not None  # checked with the options
    return MOSJudge.load(
        options.checkpoint, encoder=options.encoder, device=options.device, batch_size=options.batch_size
    )


def _clapscore(options: JudgeOptions) -> Judge:
    from earwitness.judges.clapscore import CLAPScore

    return CLAPScore(**options.given("checkpoint", "revision", "batch_size"), device=options.device)


def _prompted_rating(options: JudgeOptions) -> Judge:
    from earwitness.judges.prompted import PromptedRating

    return PromptedRating(**options.loading)


def _prompted_digits(options: JudgeOptions) -> Judge:
    from earwitness.judges.prompted import DigitExpectation

    return DigitExpectation(**options.loading)


def _sampled_yes(options: JudgeOptions) -> Judge:
    from earwitness.judges.sampled import SampledYes

    return SampledYes(**options.loading, **options.given("template", "draws"))


_LOADERS = {
    JudgeName.aqascore: _aqascore,
    JudgeName.rubric: _rubric,
    JudgeName.mos: _mos,
    JudgeName.clapscore: _clapscore,
    JudgeName.prompted_rating: _prompted_rating,
    JudgeName.prompted_digits: _prompted_digits,
    JudgeName.sampled_yes: _sampled_yes,
}


def _option(name: str) -> str:
    return "--with" if name == "decompose_with" else "--" + name.replace("_", "-")
