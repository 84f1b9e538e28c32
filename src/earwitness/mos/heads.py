"""Heads: what turns an embedding into ratings, one small network an axis.

``audio`` is ``[clip, layer, feature]``, ``text`` is ``[clip, text_feature]``, ``ratings`` are ``[clip, axis]`` on the
raters' own scale. Every axis weighs the layers for itself (softmax of learned weights; with one layer there is nothing
to weigh) and has a network of its own. An axis that asks whether a clip fits its caption also sees the caption.

=================  ===================================================================================================
``mlp``            ours: standardised features, hidden layers of linear, layer norm, GELU, dropout. With a caption: both
                   embeddings, and where they are of one width their product and absolute difference as unit vectors,
                   because in a shared space such as CLAP's it is the angle between them that tells a match
``paper``          QAMRO, arXiv 2508.08957: three linear layers with ReLU between; a caption's embedding is appended
``linear-stack``   what the authors' track-1 code does: the same three layers without any activation between, so in
                   effect one linear layer; its learning path differs, its reach does not
``audiobox``       heads as in Audiobox-Aesthetics, arXiv 2502.05139: the embedding as a unit vector, then linear layers
                   of full width with layer norm and GELU between
=================  ===================================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from earwitness.errors import UsageError
from earwitness.mos.head_sizes import HIDDEN, HeadKind, HeadSizes
from earwitness.mos.losses import bin_values

AUDIOBOX_DEPTH = 4
# A feature that hardly varies over the training set tells nothing; dividing by its spread would only raise noise.
SMALLEST_SPREAD = 1e-6


@dataclass(frozen=True, slots=True)
class Axis:
    """What is rated: its name, the lowest and highest rating, and whether the caption matters to it."""

    name: str
    low: float
    high: float
    text: bool = False


class HeadOutput(NamedTuple):
    """Ratings ``[clip, axis]`` on the raters' scale; log-odds of the bins ``[clip, axis, bin]`` where there are any."""

    ratings: Tensor
    logits: Tensor | None


class Heads(nn.Module):
    """One network an axis over embeddings.

    Args:
        axes: what to predict.
        layers: layers in an audio embedding.
        features: width of a layer.
        text_features: width of a caption's embedding; needed by axes with ``text``.
        kind: one of the table above.
        hidden: widths of the hidden layers; the kind's own when None.
        dropout: share of hidden values left out while training, in [0, 1).
        bins: 0, or at least 2 ratings that each head gives log-odds of; the rating is their mean.

    Raises:
        UsageError: if an option has no such value, or an axis needs captions where there are none.

    Example:
        >>> heads = Heads([Axis("quality", 1, 5)], layers=1, features=8)
        >>> heads(torch.zeros(3, 1, 8)).ratings.shape
        torch.Size([3, 1])
    """

    audio_mean: Tensor
    audio_spread: Tensor
    text_mean: Tensor
    text_spread: Tensor
    rating_mean: Tensor
    rating_spread: Tensor
    bin_ratings: Tensor

    def __init__(
        self,
        axes: Sequence[Axis],
        *,
        layers: int,
        features: int,
        text_features: int = 0,
        kind: HeadKind = "mlp",
        hidden: Sequence[int] | None = None,
        dropout: float = 0.0,
        bins: int = 0,
    ) -> None:
        super().__init__()
        _check_kind(kind)
        usual = HIDDEN.get(kind, (features,) * AUDIOBOX_DEPTH)
        widths = usual if hidden is None else tuple(hidden)
        self.axes = tuple(axes)
        self.sizes = HeadSizes(layers, features, text_features, kind, widths, dropout, bins)
        _check(self.axes, self.sizes)
        self.layer_weights = nn.Parameter(torch.zeros(len(axes), layers), requires_grad=layers > 1)
        self.networks = nn.ModuleList(_network(self.sizes, self._width(axis)) for axis in axes)
        for name, shape in (("audio", (layers, features)), ("text", (text_features,)), ("rating", (len(axes),))):
            self.register_buffer(f"{name}_mean", torch.zeros(shape))
            self.register_buffer(f"{name}_spread", torch.ones(shape))
        values = [bin_values((axis.low, axis.high), bins).float() for axis in axes] if bins else []
        self.register_buffer("bin_ratings", torch.stack(values) if values else torch.zeros(0), persistent=False)

    def fit_scales(
        self,
        audio: NDArray[np.float32],
        text: NDArray[np.float32] | None = None,
        ratings: NDArray[np.float64] | None = None,
    ) -> None:
        """Take means and spreads from the training set; ratings ``[clip, axis]`` may hold NaN for what is unrated.

        Features are standardised for ``mlp`` only: the other kinds see them as their authors' do. Without ``ratings``
        a network's answer is the rating itself.
        """
        if self.sizes.kind == "mlp":
            _set_scale(self.audio_mean, self.audio_spread, audio)
            if text is not None:
                _set_scale(self.text_mean, self.text_spread, text)
        if ratings is not None:
            _set_scale(self.rating_mean, self.rating_spread, ratings)

    def forward(self, audio: Tensor, text: Tensor | None = None) -> HeadOutput:
        """Ratings of clips from embeddings ``[clip, layer, feature]`` and captions' ``[clip, text_feature]``."""
        answers = torch.stack([self._answer(index, audio, text) for index in range(len(self.axes))], dim=1)
        if not self.sizes.bins:
            return HeadOutput(self.rating_mean + self.rating_spread * answers[..., 0], None)
        return HeadOutput((answers.softmax(-1) * self.bin_ratings).sum(-1), answers)

    def _answer(self, index: int, audio: Tensor, text: Tensor | None) -> Tensor:
        """One axis's answers, ``[clip, 1]`` or ``[clip, bin]``."""
        weights = self.layer_weights[index].softmax(-1)
        seen = torch.einsum("clf,l->cf", (audio - self.audio_mean) / self.audio_spread, weights)
        if self.sizes.kind == "audiobox":
            seen = normalize(seen, dim=-1)
        if self.axes[index].text:
            if text is None:
                raise UsageError(f"axis '{self.axes[index].name}' needs the captions' embeddings; got none.")
            seen = torch.cat([seen, (text - self.text_mean) / self.text_spread], dim=-1)
            if self._compares:
                seen = torch.cat([seen, _comparison(torch.einsum("clf,l->cf", audio, weights), text)], dim=-1)
        answer: Tensor = self.networks[index](seen)
        return answer

    @property
    def _compares(self) -> bool:
        return self.sizes.kind == "mlp" and self.sizes.features == self.sizes.text_features

    def _width(self, axis: Axis) -> int:
        """Values that an axis's network sees."""
        sizes = self.sizes
        compared = 2 * sizes.features if self._compares else 0
        return sizes.features + (sizes.text_features + compared if axis.text else 0)


def _comparison(audio: Tensor, text: Tensor) -> Tensor:
    """Product and absolute difference of two unit vectors, both brought to a spread near one."""
    one, other = normalize(audio, dim=-1), normalize(text, dim=-1)
    width = audio.shape[-1]
    return torch.cat([width * one * other, width**0.5 * (one - other).abs()], dim=-1)


def _network(sizes: HeadSizes, width: int) -> nn.Sequential:
    parts: list[nn.Module] = []
    for hidden in sizes.hidden:
        parts.append(nn.Linear(width, hidden))
        if sizes.kind in ("mlp", "audiobox"):
            parts += [nn.LayerNorm(hidden), nn.GELU()]
        elif sizes.kind == "paper":
            parts.append(nn.ReLU())
        if sizes.dropout:
            parts.append(nn.Dropout(sizes.dropout))
        width = hidden
    return nn.Sequential(*parts, nn.Linear(width, sizes.bins or 1))


def _set_scale(mean: Tensor, spread: Tensor, values: NDArray[np.float32] | NDArray[np.float64]) -> None:
    known = np.asarray(values, np.float64)
    deviation = np.nanstd(known, axis=0)
    mean.copy_(torch.from_numpy(np.nanmean(known, axis=0)))
    spread.copy_(torch.from_numpy(np.where(deviation < SMALLEST_SPREAD, 1.0, deviation)))


def _check_kind(kind: str) -> None:
    if kind not in get_args(HeadKind):
        raise UsageError(f"head is {kind!r}; it must be one of {', '.join(get_args(HeadKind))}.")


def _check(axes: tuple[Axis, ...], sizes: HeadSizes) -> None:
    if not axes or len({axis.name for axis in axes}) < len(axes):
        raise UsageError(f"axes are {[axis.name for axis in axes]}; wanted at least one, each named once.")
    for axis in axes:
        if not axis.low < axis.high:
            raise UsageError(f"axis '{axis.name}' has the scale {axis.low:g} to {axis.high:g}; wanted low below high.")
        if axis.text and not sizes.text_features:
            raise UsageError(f"axis '{axis.name}' needs captions, and the encoder has no text tower; clap has one.")
    if min(sizes.layers, sizes.features, *sizes.hidden) < 1:
        raise UsageError(f"heads have {sizes.layers} layers, {sizes.features} features and hidden {sizes.hidden}.")
    if not 0 <= sizes.dropout < 1:
        raise UsageError(f"dropout is {sizes.dropout}; it must be at least 0 and below 1.")
    if sizes.bins < 0 or sizes.bins == 1:
        raise UsageError(f"bins is {sizes.bins}; it must be 0 for none, or at least 2.")
