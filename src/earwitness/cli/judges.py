"""Which judge a command means, which options are its own, and what it needs of the pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earwitness.cli.decomposers import DecomposerOptions
from earwitness.cli.servers import server_options
from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.types import Judge


class JudgeName(StrEnum):
    """The judges that can be named."""

    aqascore = "aqascore"
    rubric = "rubric"
    mos = "mos"
    clapscore = "clapscore"
    prompted_rating = "prompted-rating"
    prompted_digits = "prompted-digits"
    sampled_yes = "sampled-yes"


class Answers(StrEnum):
    """How answer forms make P(yes)."""

    logsumexp = "logsumexp"
    largest = "largest"
    pair = "pair"


class Mode(StrEnum):
    """How the items of a rubric are answered."""

    logits = "logits"
    generate = "generate"
    both = "both"


# What loads a backbone, and what takes captions apart.
_BACKBONE = ("backbone", "device_map", "dtype", "revision", "trust_remote_code", "server")
_DECOMPOSER = tuple(option.name for option in fields(DecomposerOptions))
# Those of all judges.
_COMMON = ("judge", "device", "batch_size", "recalibration")
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

    judge: Annotated[JudgeName, typer.Option(help="What scores: a name from `earwitness list judges`.")] = (
        JudgeName.aqascore
    )
    checkpoint: Annotated[
        str | None,
        typer.Option(
            help="Of --judge mos: folder of a trained predictor, or audiobox-aesthetics; of clapscore: CLAP's.",
            show_default=False,
        ),
    ] = None
    encoder: Annotated[
        Path | None,
        typer.Option(help="Of --judge mos: where the predictor's encoder folder is now.", show_default=False),
    ] = None
    backbone: Annotated[
        str | None,
        typer.Option(
            help="Name from `earwitness list backbones`, a folder with a checkpoint, or a server's address. "
            "Default: embedded."
        ),
    ] = None
    preset: Annotated[
        str | None, typer.Option(help="Name from `earwitness list presets`. Default: the judge's name.")
    ] = None
    template: Annotated[
        int | None, typer.Option(help="Number from `earwitness list templates`; the preset's by default.")
    ] = None
    answers: Annotated[Answers | None, typer.Option(help="How answer forms make P(yes); the preset's by default.")] = (
        None
    )
    mode: Annotated[Mode | None, typer.Option(help="Of --judge rubric: how items are answered. Default: logits.")] = (
        None
    )
    aggregate: Annotated[
        str | None, typer.Option(help="Of --judge rubric: name from `earwitness list aggregators`. Default: mean.")
    ] = None
    threshold: Annotated[
        float | None, typer.Option(help="Of --judge rubric: P(yes) from which an item is met. Default: 0.5.")
    ] = None
    match_at: Annotated[
        float | None,
        typer.Option(help="Of --judge rubric: alignment from which a clip matches: a value of its own."),
    ] = None
    wording: Annotated[
        str | None, typer.Option(help="Of --judge rubric: name from `earwitness list wordings`, or a JSON file.")
    ] = None
    decomposer: DecomposerOptions = field(default_factory=DecomposerOptions)
    draws: Annotated[int | None, typer.Option(help="Of --judge sampled-yes: answers drawn. Default: 8.")] = None
    recalibration: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What `earwitness calibrate` saved for this judge.")
    ] = None
    batch_size: Annotated[int | None, typer.Option(min=1, help="Clips at a time; automatic by default.")] = None
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, mps or auto.")] = "auto"
    device_map: Annotated[str | None, typer.Option(help="Spread a large model over devices: auto, balanced.")] = None
    dtype: Annotated[str | None, typer.Option(help="float32, bfloat16, float16 or auto. Default: auto.")] = None
    revision: Annotated[str | None, typer.Option(help="Commit of the checkpoint on its hub, to pin it.")] = None
    trust_remote_code: Annotated[
        bool | None,
        typer.Option("--trust-remote-code", help="Run code that comes with the backbone's checkpoint."),
    ] = None
    server: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="How to talk to a server: concurrency=32, max_cost=5, ..."),
    ] = None

    def __post_init__(self) -> None:
        own = JUDGES[self.judge].own
        strange = [name for name in self._named() if name not in (*own, *_COMMON)]
        if strange:
            raise UsageError(
                f"{', '.join(map(_option, strange))} cannot go with --judge {self.judge}; its own options are "
                f"{', '.join(map(_option, own))}, and --device, --batch-size and --recalibration of all judges."
            )
        if self.judge == JudgeName.mos and self.checkpoint is None:
            raise UsageError(
                "--judge mos needs --checkpoint: the folder of a predictor (earwitness train mos), or "
                "audiobox-aesthetics."
            )

    def _named(self) -> list[str]:
        """The options that were given, those of the decomposer among them."""
        return [
            option.name
            for options in (self, self.decomposer)
            for option in fields(options)
            if option.name != "decomposer" and getattr(options, option.name) is not None
        ]

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
        """The judge, ready to score; recalibrated where a file says how."""
        judge = _LOADERS[self.judge](self)
        if self.recalibration is None:
            return judge
        from earwitness.judges.recalibrated import read_recalibration

        return read_recalibration(self.recalibration).of(judge)

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
        told = ((name, getattr(self, name)) for name in names)
        return {name: value.value if isinstance(value, StrEnum) else value for name, value in told if value is not None}


def _aqascore(options: JudgeOptions) -> Judge:
    from earwitness.judges.aqascore import AQAScore

    return AQAScore(**options.loading, **options.given("preset", "template", "answers"))


def _rubric(options: JudgeOptions) -> Judge:
    from earwitness.judges.rubric import PRESETS, RubricJudge

    chosen = PRESETS.get(options.preset or "rubric")
    questions = chosen.questions if chosen else None
    decomposer = options.decomposer.load(questions)
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
