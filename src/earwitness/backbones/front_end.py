"""From a clip to what an audio encoder takes in: log-mel frames, laid out as the model's family wants them.

Every clip is turned into frames alone, never in a batch: what follows a clip in a padded batch would change its last
frames. This is the one place where frames are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earwitness.backbones.families import LONGEST, Family
from earwitness.backbones.features import LogMel

# Under a tenth of a second there is nothing to judge.
SHORTEST = 0.1


@dataclass(frozen=True, slots=True)
class Frames:
    """One clip as its encoder takes it.

    Attributes:
        features: log-mel, float32, shape ``[chunk, mel, frame]``; one chunk unless the family cuts long clips.
        mask: which frames are sound, shape ``[chunk, frame]``.
        tokens: placeholder tokens in the prompt.
    """

    features: NDArray[np.float32]
    mask: NDArray[np.int64]
    tokens: int


# Of a question that is asked without a clip.
NO_FRAMES = Frames(np.zeros((0, 0, 0), np.float32), np.zeros((0, 0), np.int64), 0)


class FrontEnd:
    """The front-end of one checkpoint: its feature extractor, used as its family uses it.

    Args:
        extractor: the checkpoint's feature extractor, of Whisper's kind.
        family: how a clip is laid out.
        cut: hear as the released processor does: what it keeps of a long clip, through the extractor itself. Otherwise
            frames are computed by ``LogMel`` where it gives the extractor's numbers.
    """

    def __init__(self, extractor: Any, family: Family, *, cut: bool = False) -> None:
        self._extractor = extractor
        self._family = family
        self._cut = cut
        self._log_mel = LogMel(extractor) if LogMel.equals(extractor) and not cut else None
        self.sample_rate = int(extractor.sampling_rate)
        self.window = int(extractor.n_samples)

    @property
    def released_window(self) -> float:
        """Seconds that the released processor keeps of a clip."""
        return self._family.released_seconds or self.window / self.sample_rate

    @property
    def max_duration(self) -> float:
        """The longest clip heard at once, seconds."""
        limited = self._family.padding == "window" and not self._cut
        return self.window / self.sample_rate if limited else LONGEST

    @property
    def min_duration(self) -> float:
        """The shortest clip that is at least one token, and no shorter than 0.1 s."""
        hop = int(self._extractor.hop_length)
        frames = next(n for n in range(1, 1000) if self._family.count_tokens(n) >= 1)
        return max(SHORTEST, frames * hop / self.sample_rate)

    def is_alone(self, length: int) -> bool:
        """Whether a clip of so many samples must not share a batch with others."""
        return 0 < length // int(self._extractor.hop_length) < self._family.alone_below

    def frames(self, samples: NDArray[np.float32]) -> Frames:
        """Log-mel frames of one clip at ``sample_rate``; none of a clip without samples."""
        if not len(samples):
            return NO_FRAMES
        if self._cut:
            samples = samples[: round(self.released_window * self.sample_rate)]
        chunks = [self._chunk(part) for part in self._parts(samples)]
        features = np.stack([features for features, _ in chunks])
        mask = np.stack([mask for _, mask in chunks])
        return Frames(features, mask, sum(self._family.count_tokens(int(row.sum())) for row in mask))

    def _parts(self, samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        if self._family.padding != "chunks":
            return [samples]
        return [samples[start : start + self.window] for start in range(0, len(samples), self.window)]

    def _chunk(self, samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        length = self._padded(len(samples))
        if self._log_mel is None:
            features, heard = self._extracted(samples, length)
        else:
            features, heard = self._log_mel.frames(samples, length), self._log_mel.heard_frames(len(samples), length)
        if self._family.padding in {"silence", "none"}:
            features = features[:, :heard]
        mask = np.zeros(features.shape[1], np.int64)
        mask[:heard] = 1
        return features, mask

    def _padded(self, length: int) -> int:
        if self._family.padding == "none":
            return length
        if self._family.padding == "silence":
            # Silence of one transform after the clip gives every frame of it the value that endless silence would;
            # the released processor pads to 300 s for the same frames.
            hop = int(self._extractor.hop_length)
            return -(-(length + int(self._extractor.n_fft)) // hop) * hop
        return self.window

    def _extracted(self, samples: NDArray[np.float32], length: int) -> tuple[NDArray[np.float32], int]:
        # Truncation is on by default and silent: it cuts at the window and marks the rest as heard.
        made = self._extractor(
            samples,
            sampling_rate=self.sample_rate,
            padding="max_length",
            max_length=length,
            truncation=False,
            return_attention_mask=True,
            return_tensors="np",
        )
        return np.asarray(made["input_features"][0], np.float32), int(made["attention_mask"][0].sum())


def stack_frames(clips: Sequence[Frames]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """All chunks of all clips in one array, shorter ones filled up with masked frames.

    Returns:
        Features ``[chunk, mel, frame]`` and mask ``[chunk, frame]``, chunks in the order of the clips.
    """
    longest = max(clip.mask.shape[1] for clip in clips)
    features = [_fill(clip.features, longest) for clip in clips]
    masks = [_fill(clip.mask, longest) for clip in clips]
    return np.concatenate(features), np.concatenate(masks)


def _fill(array: NDArray[Any], length: int) -> NDArray[Any]:
    room = [(0, 0)] * (array.ndim - 1) + [(0, length - array.shape[-1])]
    return np.pad(array, room)
