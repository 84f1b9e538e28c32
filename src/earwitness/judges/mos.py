"""MOS: the rating that people would give, predicted from the sound.

A trained predictor (``earwitness train mos``) gives every axis that it was taught a number on its raters' own scale, by
listening alone or, for axes such as textual alignment, by clip and caption. A long clip is heard in windows, all of it.
A number at the end of its scale may stand for more: where the heads went beyond it, the score is flagged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from earwitness.audio import read_audio, resample
from earwitness.audio.segment import segment
from earwitness.errors import AnswerError, MissingDependencyError, UsageError
from earwitness.judges.batch import BatchJudge
from earwitness.judges.hearing import check_length, check_says_something
from earwitness.types import Audio, Pair, Recipe, Score

if TYPE_CHECKING:
    from earwitness.mos.predictor import Predicted, RatingPredictor

# Raised when the same inputs would give another number than before.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Heard:
    """A pair and its clip at the encoder's rate."""

    pair: Pair
    audio: Audio

    @property
    def sha256(self) -> str:
        """Hash of the decoded clip."""
        return self.audio.sha256

    @property
    def flags(self) -> tuple[str, ...]:
        """The clip's."""
        return self.audio.flags


class MOSJudge(BatchJudge[Heard, "Predicted"]):
    """Predicts ratings by axis; ``values[axis]`` is on the raters' own scale and cut to it.

    Args:
        predictor: an encoder and its trained heads.
        batch_size: clips embedded at once; the encoder's own when None.

    Raises:
        UsageError: if ``batch_size`` is less than 1.

    Example:
        >>> import numpy as np
        >>> from earwitness import Pair, from_array
        >>> from earwitness.mos.encoders import load_encoder
        >>> from earwitness.mos.heads import Axis, Heads
        >>> from earwitness.mos.predictor import Card, RatingPredictor
        >>> encoder, axes = load_encoder("log-mel"), (Axis("quality", 1, 5),)
        >>> heads = Heads(axes, layers=encoder.layers, features=encoder.features)
        >>> card = Card(axes, encoder.spec, dict(encoder.identity), heads.sizes)
        >>> judge = MOSJudge(RatingPredictor(encoder, heads, card))
        >>> clip = from_array(np.sin(np.arange(16000) / 10), sample_rate=16000)
        >>> 1 <= judge.score(Pair(clip, "")).values["quality"] <= 5
        True
    """

    name = "mos"

    def __init__(self, predictor: RatingPredictor, *, batch_size: int | None = None) -> None:
        if batch_size is not None and batch_size < 1:
            raise UsageError(f"batch_size is {batch_size}; wanted at least 1, or None for the encoder's own.")
        super().__init__(predictor.encoder.name, batch_size or predictor.encoder.batch_size, "encoder_failed")
        self.predictor = predictor

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        encoder: str | Path | None = None,
        device: str = "auto",
        batch_size: int | None = None,
    ) -> MOSJudge:
        """The judge of a saved predictor.

        Args:
            path: the folder that ``earwitness train mos`` wrote, with ``card.json`` and ``weights.safetensors``; or
                ``audiobox-aesthetics``, for the heads that its authors published.
            encoder: the folder where the predictor's encoder is now, if it was moved since the training.
            device: where the encoder runs.
            batch_size: clips embedded at once; the encoder's own when None.

        Raises:
            UsageError: if there is no card, it cannot be read, or the encoder's folder is not there.
            BackboneError: if the weights do not fit the card, or the encoder is not that of the training.
            MissingDependencyError: if a library that the predictor needs is not installed.
        """
        predictor = _predictors().RatingPredictor.load(path, encoder=encoder, device=device)
        return cls(predictor, batch_size=batch_size)

    @property
    def axes(self) -> Mapping[str, tuple[float, float]]:
        """What is predicted, with the scale of the raters it was learnt from."""
        return {axis.name: (float(axis.low), float(axis.high)) for axis in self.predictor.axes}

    @cached_property
    def recipe(self) -> Recipe:
        """Everything that determines this judge's numbers: heads by the hash of their weights, encoder, scales."""
        card = self.predictor.card
        return Recipe(
            {
                "judge": self.name,
                "version": VERSION,
                "axes": {axis.name: [axis.low, axis.high, *["text"] * axis.text] for axis in self.predictor.axes},
                "heads": {"weights": weights_hash(self.predictor), **card.heads.to_dict()},
                "encoder": {"name": card.encoder_name, **self.predictor.encoder.identity},
            }
        )

    def ready(self, pair: Pair) -> Heard:
        """The clip at the encoder's rate; the caption may be empty unless an axis is about it.

        Raises:
            ClipError: if the clip or the caption cannot be judged.
        """
        if self.predictor.needs_text:
            check_says_something(pair)
        audio = segment(read_audio(pair.audio), pair.meta)
        encoder = self.predictor.encoder
        check_length(pair, audio, encoder.name, encoder.min_duration)
        return Heard(pair, resample(audio, encoder.sample_rate))

    def answer_all(self, batch: Sequence[Heard]) -> list[Predicted]:
        """A prediction of one clip each, so that no number depends on the clips beside it."""
        encoder, needs_text = self.predictor.encoder, self.predictor.needs_text
        audio = encoder.embed([heard.audio for heard in batch])
        text = encoder.embed_texts([heard.pair.caption for heard in batch]) if needs_text else None
        return [
            self.predictor.predict(audio[clip : clip + 1], None if text is None else text[clip : clip + 1])
            for clip in range(len(batch))
        ]

    def judged(self, ready: Heard, answer: Predicted) -> Score:
        """The score that a prediction makes.

        Raises:
            AnswerError: with code ``not_finite``.
        """
        values = dict(zip(self.axes, answer.values[0].tolist(), strict=True))
        if not np.isfinite(answer.values).all():
            raise AnswerError(f"the predictor gave '{ready.pair.id}' {values}; wanted numbers.", code="not_finite")
        flags = {*ready.audio.flags, *(["beyond_scale"] if answer.beyond.any() else [])}
        return Score(
            pair_id=ready.pair.id,
            values=values,
            recipe=self.recipe.id,
            coverage=1.0,
            flags=tuple(sorted(flags)),
            audio_sha256=ready.audio.sha256,
        )


def needs_captions(path: str | Path) -> bool:
    """Whether a predictor has an axis that is about the caption; of a saved one only the card is read.

    Raises:
        UsageError: if there is no card, or it cannot be read.
        MissingDependencyError: if a library that predictors need is not installed.
    """
    predictors = _predictors()
    if str(path) == predictors.PUBLISHED and not Path(path).is_dir():
        return False
    return any(axis.text for axis in predictors.read_card(path).axes)


def _predictors() -> ModuleType:
    """Where predictors are; torch is imported with it, so not before it is used."""
    try:
        from earwitness.mos import predictor
    except ImportError as error:
        raise MissingDependencyError("judge 'mos'", error.name or "torch", "hf") from error
    return predictor


def weights_hash(predictor: RatingPredictor) -> str:
    """Sixteen hexadecimal digits of the heads' weights; those of the encoder are in its identity."""
    digest = hashlib.sha256()
    for name, tensor in sorted(predictor.heads.state_dict().items()):
        weights: NDArray[Any] = tensor.detach().cpu().numpy()
        # Little-endian, so that the recipe is the same on every machine.
        digest.update(f"{name} {weights.dtype.str} {weights.shape}\n".encode())
        digest.update(weights.astype(weights.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()[:16]
