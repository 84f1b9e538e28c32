"""An encoder whose embeddings are arithmetic, which counts what it is given and fails where it is told to."""

from __future__ import annotations

import numpy as np

from earwitness.mos.encoders.base import EncoderSpec


class CountingEncoder:
    """Mean, level and length of a clip; a caption's length and its first letter.

    Args:
        version: part of the identity.
        fails_on: called with each clip; True makes the whole batch fail.
    """

    name = "counting"
    spec = EncoderSpec("counting")
    sample_rate = 16_000
    layers = 2
    features = 3
    text_features = 2
    min_duration = 0.1
    batch_size = 2

    def __init__(self, version=1, fails_on=lambda clip: False):
        self.version = version
        self.fails_on = fails_on
        self.clips = self.captions = 0

    @property
    def identity(self):
        return {"encoder": self.name, "version": self.version}

    def embed(self, clips):
        if any(self.fails_on(clip) for clip in clips):
            raise RuntimeError("told to fail")
        self.clips += len(clips)
        one = [[clip.samples.mean(), np.abs(clip.samples).mean(), clip.duration] for clip in clips]
        return np.stack([np.array(one, np.float32), np.array(one, np.float32) * self.version], axis=1)

    def embed_texts(self, captions):
        self.captions += len(captions)
        return np.array([[len(caption), ord(caption[0])] for caption in captions], np.float32)
