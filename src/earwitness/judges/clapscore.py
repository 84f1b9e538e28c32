"""CLAPScore: how near a clip lies to its caption in the space that CLAP was taught.

The cosine of the clip's and the caption's projected embeddings, in [-1, 1], with any checkpoint that transformers'
``ClapModel`` reads. What a value means depends on the checkpoint: one that counts as a match with one is poor with
another, so the checkpoint is part of the recipe and scores of two are never put on one table.

CLAP hears 10 s at once, and its released extractor crops longer clips at random. Here a longer clip is heard whole, in
the fewest windows of one length that lie end to end; the mean of their unit embeddings is the clip's. A shorter one is
repeated and filled up with silence, as released.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from earwitness.audio import read_audio, resample
from earwitness.audio.segment import segment
from earwitness.errors import AnswerError, UsageError
from earwitness.judges.batch import BatchJudge
from earwitness.judges.hearing import check_length, check_says_something
from earwitness.mos.encoders import Encoder, load_encoder
from earwitness.types import Audio, Pair, Recipe, Score

# Raised when the same inputs would give another number than before.
VERSION = 1
# Part of every recipe: another rule gives other numbers. Their length in samples is in the encoder's identity.
WINDOW_RULE = "fewest windows of one length, end to end; cosine of the mean of their unit embeddings"


@dataclass(frozen=True, slots=True)
class Sounding:
    """A pair and its clip at the encoder's rate."""

    pair: Pair
    audio: Audio

    @property
    def sha256(self) -> str:
        """Hash of the decoded clip."""
        return self.audio.sha256

    @property
    def flags(self) -> Iterable[str]:
        """The clip's, and ``caption_language_untaught`` for a caption that CLAP's English text tower never learnt."""
        return {*self.audio.flags, *(["caption_language_untaught"] if self.pair.language == "zh" else [])}


class CLAPScore(BatchJudge[Sounding, float]):
    """Cosine of CLAP's embeddings of clip and caption; ``values["alignment"]`` is in [-1, 1].

    Source: CLAP, arXiv 2211.06687; as a score of generated audio, Make-An-Audio, arXiv 2301.12661.

    Args:
        checkpoint: a CLAP of ``earwitness list encoders``, a folder with one, its id on the Hugging Face hub, or a
            loaded encoder.
        **load_options: passed on to ``load_encoder``: ``device``, ``revision``, ``batch_size``.

    Raises:
        UnknownNameError: if there is no such checkpoint.
        UsageError: if the checkpoint is no CLAP, or an option has no such value.
        MissingDependencyError: if torch or transformers is not installed.
        BackboneError: if the checkpoint cannot be loaded.

    Example:
        >>> CLAPScore("clip")
        Traceback (most recent call last):
        earwitness.errors.UnknownNameError: no encoder 'clip'. Did you mean 'clap'? See: earwitness list encoders
    """

    name = "clapscore"
    axes: Mapping[str, tuple[float, float]] = {"alignment": (-1.0, 1.0)}

    def __init__(self, checkpoint: str | Path | Encoder = "laion/clap-htsat-unfused", **load_options: Any) -> None:
        if isinstance(checkpoint, str | Path):
            checkpoint = load_encoder(checkpoint, **load_options)
        elif load_options:
            raise UsageError(f"{', '.join(load_options)}: options for loading, but the encoder is loaded already.")
        kind = checkpoint.identity.get("encoder")
        if kind != "clap":
            raise UsageError(f"encoder '{checkpoint.name}' is of kind {kind!r}; CLAPScore needs a checkpoint of CLAP.")
        super().__init__(checkpoint.name, checkpoint.batch_size, "encoder_failed")
        self.encoder = checkpoint

    @cached_property
    def recipe(self) -> Recipe:
        """Everything that determines this judge's numbers: the checkpoint by hash or revision, and the windows."""
        encoder = dict(self.encoder.identity)
        return Recipe({"judge": self.name, "version": VERSION, "encoder": encoder, "windows": WINDOW_RULE})

    def ready(self, pair: Pair) -> Sounding:
        """The clip at the encoder's rate.

        Raises:
            ClipError: if the clip or the caption cannot be judged.
        """
        check_says_something(pair)
        audio = segment(read_audio(pair.audio), pair.meta)
        check_length(pair, audio, self.encoder.name, self.encoder.min_duration)
        return Sounding(pair, resample(audio, self.encoder.sample_rate))

    def answer_all(self, batch: Sequence[Sounding]) -> list[float]:
        """The cosine of each pair."""
        captions = self.encoder.embed_texts([sounding.pair.caption for sounding in batch])
        clips = self.encoder.embed([sounding.audio for sounding in batch])[:, 0]
        # Both are of unit length; in float64 their product passes 1 by no more than they do.
        cosines = np.einsum("cf,cf->c", clips, captions, dtype=np.float64)
        return [float(cosine) for cosine in np.clip(cosines, -1.0, 1.0)]

    def judged(self, ready: Sounding, answer: float) -> Score:
        """The score of a cosine.

        Raises:
            AnswerError: with code ``not_finite``.
        """
        if not np.isfinite(answer):
            raise AnswerError(
                f"{self.encoder.name} gave '{ready.pair.id}' {answer}; wanted a number.", code="not_finite"
            )
        return Score(
            pair_id=ready.pair.id,
            values={"alignment": answer},
            recipe=self.recipe.id,
            coverage=1.0,
            flags=tuple(sorted(ready.flags)),
            audio_sha256=ready.sha256,
        )
