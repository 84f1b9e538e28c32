"""What a training reads of rated pairs: embeddings once, ratings by axis, and what else a loss may ask for.

Arrays are ``[clip, axis]`` over the clips that could be embedded, NaN where a clip was not rated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from earwitness.errors import UsageError
from earwitness.mos.encoders import Encoder
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.mos.encoders.embeddings import embed_pairs
from earwitness.mos.heads import SMALLEST_SPREAD, Axis
from earwitness.mos.objective import LOSSES, Objective, Overview, RatedAxis
from earwitness.ratings import RatedPairs, data_hash
from earwitness.run.pair_key import key_of
from earwitness.types import Pair, ScoreFailure

# Below this a correlation says nothing, and a scale cannot be told.
FEWEST_RATED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Rated clips as a training sees them.

    Attributes:
        name: of the set.
        hash: of its content.
        axes: with the raters' scales.
        pairs: that could be embedded.
        total: how many there were.
        audio: embeddings, ``[clip, layer, feature]``.
        text: of the captions, ``[clip, text_feature]``, if an axis needs them.
        ratings: means, ``[clip, axis]``.
        spreads: standard deviations of single ratings, ``[clip, axis]``, NaN where not known.
        counts: how many single ratings, ``[clip, axis]``, 0 where not known.
        failures: why the others have no embedding, by pair id.
        observed: axes whose scale nobody told.
    """

    name: str
    hash: str
    axes: tuple[Axis, ...]
    pairs: tuple[Pair, ...]
    total: int
    audio: Tensor
    text: Tensor | None
    ratings: Tensor
    spreads: Tensor
    counts: Tensor
    failures: Mapping[str, ScoreFailure]
    observed: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def systems(self) -> tuple[str, ...] | None:
        """What made each clip, where that is known of every clip."""
        named = tuple(pair.system for pair in self.pairs if pair.system is not None)
        return named if len(named) == len(self.pairs) else None

    def also_in(self, other: Examples) -> int:
        """How many of these clips sound in another set too, under whatever name."""
        known = {key_of(pair, "").clip for pair in other.pairs}
        return sum(key_of(pair, "").clip in known for pair in self.pairs)

    def overviews(self) -> tuple[Overview, ...]:
        """What the ratings of each axis are like."""
        columns = zip(self.ratings.numpy().T, self.spreads.numpy().T, self.counts.numpy().T, strict=True)
        return tuple(_overview(*column) for column in columns)


def axes_of(rated: RatedPairs, names: Sequence[str], text_axes: Sequence[str]) -> tuple[Axis, ...]:
    """The axes to predict, with the raters' scales.

    Raises:
        UsageError: if one was not rated.
    """
    missing = [name for name in names if name not in rated.scales]
    if missing:
        raise UsageError(f"{rated.name} has no ratings of '{missing[0]}'; it has {', '.join(rated.axes) or 'none'}.")
    scales = ((name, float(rated.scales[name][0]), float(rated.scales[name][1])) for name in names)
    return tuple(Axis(name, low, high, text=name in text_axes) for name, low, high in scales)


def ratings_of(rated: RatedPairs, axes: Sequence[Axis]) -> NDArray[np.float64]:
    """Mean ratings, ``[clip, axis]``; NaN where a clip was not rated."""
    return np.stack([rated.ratings(axis.name) for axis in axes], axis=1)


def read_examples(
    encoder: Encoder,
    rated: RatedPairs,
    axes: tuple[Axis, ...],
    *,
    cache: EmbeddingCache | None = None,
    progress: bool | None = None,
) -> Examples:
    """Embed the clips and line up their ratings.

    Raises:
        UsageError: if too few clips of an axis have both, or the set has another scale than the axes.
    """
    axes_of(rated, [axis.name for axis in axes], ())
    texts = any(axis.text for axis in axes)
    made = embed_pairs(encoder, rated.pairs, texts=texts, cache=cache, progress=progress)
    kept = rated.of_clips(made.kept.tolist())
    ratings = ratings_of(kept, axes)
    check_rated(rated, axes, ratings, made.failures)
    spreads, counts = _single_ratings(kept, axes)
    return Examples(
        rated.name,
        data_hash(rated),
        axes,
        kept.pairs,
        len(rated),
        torch.from_numpy(made.audio),
        None if made.text is None else torch.from_numpy(made.text),
        torch.from_numpy(ratings),
        torch.from_numpy(spreads),
        torch.from_numpy(counts),
        made.failures,
        rated.observed,
    )


def rated_axes(
    examples: Examples, overviews: Sequence[Overview], clips: Tensor, scores: Tensor, logits: Tensor | None
) -> list[RatedAxis]:
    """A batch axis by axis, each without its unrated clips.

    Args:
        examples: that the clips belong to.
        overviews: of the training set's ratings, by axis.
        clips: their indices, ``[clip]``.
        scores: predicted, ``[clip, axis]``.
        logits: of the bins, ``[clip, axis, bin]``, if there are any.
    """
    columns = (examples.ratings, examples.spreads, examples.counts)
    ratings, spreads, counts = (column[clips].to(scores.device) for column in columns)
    seen = []
    for place, (axis, overview) in enumerate(zip(examples.axes, overviews, strict=True)):
        known = ~ratings[:, place].isnan()
        answers = None if logits is None else logits[known, place]
        mean, spread, count = (column[known, place] for column in (ratings, spreads, counts))
        seen.append(RatedAxis(axis, overview, scores[known, place], mean, answers, spread, count))
    return seen


def _overview(ratings: NDArray[np.float64], spreads: NDArray[np.float64], counts: NDArray[np.int64]) -> Overview:
    low, high, mean, spread = (float(of(ratings)) for of in (np.nanmin, np.nanmax, np.nanmean, np.nanstd))
    # Constant ratings spread by what rounding their mean leaves, not by 0.
    spread = spread if spread >= SMALLEST_SPREAD else 1.0
    repeated = counts > 1
    freedom = counts[repeated] - 1
    squares = float((freedom * spreads[repeated] ** 2).sum())
    return Overview(low, high, mean, spread, (squares / freedom.sum()) ** 0.5 if repeated.any() else None)


def _single_ratings(rated: RatedPairs, axes: Sequence[Axis]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Spreads and counts of single ratings, ``[clip, axis]``."""
    spreads = np.full((len(rated), len(axes)), np.nan)
    counts = np.zeros((len(rated), len(axes)), np.int64)
    for place, axis in enumerate(axes):
        if axis.name in rated.singles:
            spreads[:, place] = rated.singles[axis.name].spreads(len(rated))
            counts[:, place] = rated.singles[axis.name].counts(len(rated))
    return spreads, counts


def check_loss(objective: Objective, rated: RatedPairs, axes: Sequence[Axis]) -> None:
    """Refuse a ranking loss that needs more than is known of the ratings, such as the single ones behind a mean.

    Raises:
        UsageError: with what it needs.
    """
    if objective.ranking == "none":
        return
    spreads, counts = _single_ratings(rated, axes)
    for place, axis in enumerate(axes):
        ratings, spread, count = rated.ratings(axis.name), spreads[:, place], counts[:, place]
        mean, *known = map(torch.from_numpy, (ratings, spread, count))
        seen = RatedAxis(axis, _overview(ratings, spread, count), mean, mean, None, *known)
        LOSSES[objective.ranking].options(seen, objective)


def check_varied(name: str, axes: Sequence[Axis], ratings: NDArray[np.float64]) -> None:
    """Refuse to learn from ratings ``[clip, axis]`` that are all alike.

    Raises:
        UsageError: with the axis on which they are.
    """
    for axis, column in zip(axes, ratings.T, strict=True):
        if np.nanmax(column) - np.nanmin(column) < SMALLEST_SPREAD:
            raise UsageError(
                f"{name}: every clip is rated {np.nanmax(column):g} on '{axis.name}', and nothing can be learnt from "
                "that. Leave the axis out, or give clips with different ratings."
            )


def check_rated(
    rated: RatedPairs, axes: Sequence[Axis], ratings: NDArray[np.float64], failures: Mapping[str, ScoreFailure]
) -> None:
    """Refuse ratings ``[clip, axis]`` that are too few, or outside the axes' scales.

    Raises:
        UsageError: with the axis, and why clips were left out, if any were.
    """
    first = next((f" The first, '{name}': {why.message}" for name, why in failures.items()), "")
    for axis, column in zip(axes, ratings.T, strict=True):
        known = int(np.isfinite(column).sum())
        if known < FEWEST_RATED:
            raise UsageError(
                f"{rated.name} has {known} clips that could be read and are rated on '{axis.name}'; wanted at least "
                f"{FEWEST_RATED}. {len(failures)} of {len(rated)} clips could not be read.{first}"
            )
        if np.nanmin(column) < axis.low or np.nanmax(column) > axis.high:
            raise UsageError(
                f"{rated.name} has ratings of '{axis.name}' from {np.nanmin(column):g} to {np.nanmax(column):g}, "
                f"outside its scale {axis.low:g}-{axis.high:g}. Give the raters' scale."
            )
