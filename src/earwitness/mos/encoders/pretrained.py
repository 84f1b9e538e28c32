"""Audio encoders of transformers: WavLM, wav2vec 2.0, HuBERT and their kin, MERT, Whisper's encoder, AST.

An embedding is the mean over the frames of the clip itself: silence that a network wants after a short clip is heard
by it, and left out of the mean. Sample rate and normalisation are those of the released feature extractor.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from earwitness.backbones.families import Family as FrontEndFamily
from earwitness.backbones.front_end import FrontEnd
from earwitness.backbones.reading import explained, resolve_device
from earwitness.errors import BackboneError
from earwitness.mos.encoders import Encoder, EncoderOptions
from earwitness.mos.encoders.audiobox import AudioboxEncoder, is_audiobox
from earwitness.mos.encoders.checkpoint import Source, find_source
from earwitness.mos.encoders.clap import ClapEncoder
from earwitness.mos.encoders.families import Family, family_of
from earwitness.mos.encoders.layers import LayerChoice
from earwitness.mos.encoders.tower import Prepared, Tower, mean_over


class FamilyEncoder(Tower):
    """What the families share: their loading, and means over the frames of the clip itself.

    Args:
        options: as they were asked for.
        source: the checkpoint.
        family: its entry in the family table.
    """

    extractor_class: ClassVar[str]

    def __init__(self, options: EncoderOptions, source: Source, family: Family) -> None:
        self._extractor = source.extractor(self.extractor_class)
        model = source.model(family.model_class, resolve_device(options.device))
        self._choice = LayerChoice(options, int(model.config.num_hidden_layers))
        super().__init__(
            options,
            self.network(model),
            sample_rate=int(self._extractor.sampling_rate),
            layers=self._choice.layers,
            features=int(model.config.hidden_size),
            longest=self.fit(source, family, model.config),
            weights={"encoder": family.model_type, **source.identity},
        )

    @abstractmethod
    def fit(self, source: Source, family: Family, config: Any) -> int:
        """Make ready what turns samples into the network's inputs; how many samples it takes at once."""

    def network(self, model: Any) -> torch.nn.Module:
        """The part of a model that hears; as a rule all of it."""
        module: torch.nn.Module = model
        return module

    def in_time(self, states: torch.Tensor) -> torch.Tensor:
        """States by time, ``[window, frame, feature]``; as a rule they are."""
        return states

    def forward(self, inputs: torch.Tensor, heard: Sequence[int]) -> torch.Tensor:
        """Means over the clip's own frames, ``[window, layer, feature]``."""
        made = self.module(inputs, output_hidden_states=self._choice.needs_states)
        return self._choice.pooled(made, lambda states: mean_over(self.in_time(states), heard))


class WaveformEncoder(FamilyEncoder):
    """Networks that hear samples: the wav2vec 2.0 family."""

    extractor_class = "Wav2Vec2FeatureExtractor"

    def fit(self, source: Source, family: Family, config: Any) -> int:
        """Nothing to make ready."""
        return round(family.longest * int(self._extractor.sampling_rate))

    def prepare(self, samples: NDArray[np.float32]) -> Prepared:
        """Samples, normalised as released."""
        made = self._extractor(samples, sampling_rate=self.sample_rate, padding=False, return_tensors="np")
        return Prepared(np.asarray(made["input_values"][0], np.float32))


class WhisperEncoder(FamilyEncoder):
    """Whisper's encoder, which always hears 30 s, most of it silence after a short clip."""

    extractor_class = "WhisperFeatureExtractor"

    def fit(self, source: Source, family: Family, config: Any) -> int:
        """The front-end that the judges have."""
        whole = FrontEndFamily("whisper", (), family.model_class, _positions, "window")
        self._front_end = FrontEnd(self._extractor, whole)
        return self._front_end.window

    def network(self, model: Any) -> torch.nn.Module:
        """Its encoder."""
        encoder: torch.nn.Module = model.encoder
        return encoder

    def prepare(self, samples: NDArray[np.float32]) -> Prepared:
        """Log-mel frames of the whole window, and the positions that hear the clip."""
        frames = self._front_end.frames(samples)
        return Prepared(frames.features[0], frames.tokens)


def _positions(frames: int) -> int:
    """Positions of Whisper's encoder for a number of mel frames: its second convolution takes every other one."""
    return (frames + 1) // 2


class PatchEncoder(FamilyEncoder):
    """The Audio Spectrogram Transformer: a spectrogram of 10.24 s, cut into patches."""

    extractor_class = "ASTFeatureExtractor"

    def fit(self, source: Source, family: Family, config: Any) -> int:
        """The sizes of spectrogram and patches.

        Raises:
            BackboneError: if extractor and network are of two sizes.
        """
        made, taken = (int(self._extractor.max_length), int(self._extractor.num_mel_bins)), _size(config)
        if made != taken:
            raise BackboneError(f"{source.what}: its extractor makes {made} frames and bands, it takes {taken}.")
        self._stride = int(config.time_stride)
        self._rows = (int(config.num_mel_bins) - int(config.patch_size)) // int(config.frequency_stride) + 1
        rate = int(self._extractor.sampling_rate)
        self._frame, self._hop = round(0.025 * rate), round(0.010 * rate)
        return (int(config.max_length) - 1) * self._hop + self._frame

    def prepare(self, samples: NDArray[np.float32]) -> Prepared:
        """The spectrogram with silence after it, and the columns of patches that hear the clip."""
        made = self._extractor(samples, sampling_rate=self.sample_rate, return_tensors="np")["input_values"][0]
        frames = 1 + (len(samples) - self._frame) // self._hop
        return Prepared(np.asarray(made, np.float32), -(-frames // self._stride))

    def in_time(self, states: torch.Tensor) -> torch.Tensor:
        """Means over frequency, ``[window, column, feature]``; patches come row by row from low to high.

        The two class tokens before them, which hear the silence too, are left out.
        """
        windows, _, features = states.shape
        return states[:, 2:].reshape(windows, self._rows, -1, features).mean(dim=1)


def _size(config: Any) -> tuple[int, int]:
    """Frames and bands of the spectrogram that a network takes."""
    return int(config.max_length), int(config.num_mel_bins)


_KINDS: dict[str, Any] = {"waveform": WaveformEncoder, "whisper": WhisperEncoder, "patches": PatchEncoder}


def load(options: EncoderOptions) -> Encoder:
    """The encoder in a folder or on the hub, by the model_type that its config claims.

    Raises:
        BackboneError: if it cannot be loaded.
        UsageError: if there is no such layer, device or revision.
    """
    with explained(f"encoder '{options.name}'", options.source):
        source = find_source(options)
        if source.config.get("model_type") == "clap":
            return ClapEncoder(options, source)
        if is_audiobox(source.config):
            return AudioboxEncoder(options, source)
        family = family_of(source.config, source.what)
        encoder: Encoder = _KINDS[family.front_end](options, source, family)
        return encoder
