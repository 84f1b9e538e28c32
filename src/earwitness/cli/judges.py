"""Which judge a command means, which options are its own, and what it needs of the pairs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.backbones.base import AnswerMethod
    from earwitness.types import Judge


class JudgeName(StrEnum):
    """The judges that can be named."""

    aqascore = "aqascore"
    mos = "mos"


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """The options that choose and load a judge; each is named as on the command line, None where it was not given."""

    judge: JudgeName = JudgeName.aqascore
    checkpoint: Path | None = None
    encoder: Path | None = None
    backbone: str | None = None
    preset: str | None = None
    template: int | None = None
    answers: AnswerMethod | None = None
    device_map: str | None = None
    dtype: str | None = None
    revision: str | None = None
    trust_remote_code: bool | None = None
    device: str = "auto"
    batch_size: int | None = None

    def __post_init__(self) -> None:
        own = _PREDICTING if self.judge == JudgeName.mos else _ASKING
        strange = [name for name in (*_ASKING, *_PREDICTING) if name not in own and getattr(self, name) is not None]
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
            UsageError: if the checkpoint has no card to tell it.
        """
        if self.checkpoint is None:
            return True
        from earwitness.judges.mos import needs_captions

        return needs_captions(self.checkpoint)

    def load(self) -> Judge:
        """The judge, ready to score."""
        if self.checkpoint is not None:
            from earwitness.judges.mos import MOSJudge

            return MOSJudge.load(self.checkpoint, encoder=self.encoder, device=self.device, batch_size=self.batch_size)
        from earwitness.judges.aqascore import AQAScore

        return AQAScore(
            self.backbone or "embedded",
            preset=self.preset or "aqascore",
            template=self.template,
            answers=self.answers,
            device=self.device,
            device_map=self.device_map,
            dtype=self.dtype or "auto",
            revision=self.revision,
            batch_size=self.batch_size or "auto",
            trust_remote_code=bool(self.trust_remote_code),
        )


# What only a judge that predicts reads, and only one that asks a backbone.
_PREDICTING = ["checkpoint", "encoder"]
_ASKING = [f.name for f in fields(JudgeOptions) if f.name not in ("judge", "device", "batch_size", *_PREDICTING)]


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
