"""What training makes small: for each axis a regression term and ``rank_weight`` times a ranking term, summed.

``scores`` and ``ratings`` are ``[clip, axis]`` on the raters' own scale; a NaN rating says that a clip was not rated on
an axis, and the clip then takes no part in that axis's terms. Losses are named in a lazy table, ``LOSSES``: naming one
loads neither torch nor its code.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from earwitness.errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor

    from earwitness.mos.heads import Axis

_ROOM = "earwitness.mos.losses"
Kind = Literal["regression", "ranking"]
QualityBounds = Literal["data", "batch"]
RegressionScale = Literal["ratings", "standardised"]
# Width of the bump around a rating, as a share of the scale: a quarter point of 1-5.
BUMP = 1 / 16


@dataclass(frozen=True, slots=True)
class Objective:
    """Which losses, and how they are put together.

    Attributes:
        ranking: a ranking loss of ``LOSSES``, or ``none``.
        regression: a regression loss of ``LOSSES``, several joined by ``+``, or ``none``.
        rank_weight: of the ranking term; the regression term has 1.
        margin: share of the rating gap that scores must keep (QAMRO's alpha), or the gap error that costs nothing
            (contrastive; in points of the scale).
        emphasis: weight of the best-rated pairs (QAMRO's beta).
        quality_bounds: what counts as best and worst for that weight: the training set's ratings, or the batch's, as in
            the paper, where one clip's weight swings with the company it keeps.
        regression_scale: regress on the raters' scale, or on ratings standardised by the training set.
    """

    ranking: str = "qamro"
    regression: str = "huber"
    rank_weight: float = 1.0
    margin: float = 0.2
    emphasis: float = 7.0
    quality_bounds: QualityBounds = "data"
    regression_scale: RegressionScale = "ratings"

    def __post_init__(self) -> None:
        for name in self.regressions:
            loss_info(name, "regression")
        if self.ranking != "none":
            loss_info(self.ranking, "ranking")
        elif not self.regressions:
            raise UsageError("there is neither a regression nor a ranking loss; wanted at least one.")

    @property
    def regressions(self) -> tuple[str, ...]:
        """The regression losses that are added up.

        Example:
            >>> Objective(regression="mse+l1").regressions
            ('mse', 'l1')
        """
        return () if self.regression == "none" else tuple(self.regression.split("+"))


@dataclass(frozen=True, slots=True)
class Overview:
    """What the ratings of one axis are like over the whole training set.

    Attributes:
        low: the lowest mean rating.
        high: the highest.
        mean: of the clips' mean ratings.
        spread: their standard deviation; 1 if they are all alike.
        pooled_spread: standard deviation of single ratings within a clip; None if no clip has two.
    """

    low: float
    high: float
    mean: float
    spread: float
    pooled_spread: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RatedAxis:
    """One axis of a batch, without its unrated clips.

    Attributes:
        axis: which, with the raters' scale.
        overview: of the training set's ratings.
        scores: predicted, ``[clip]``.
        ratings: people's, ``[clip]``.
        logits: log-odds of the bins, ``[clip, bin]``, if the heads have any.
        spreads: standard deviation of each clip's single ratings, ``[clip]``, NaN where not known.
        counts: how many single ratings each clip has, ``[clip]``, 0 where not known.
    """

    axis: Axis
    overview: Overview
    scores: Tensor
    ratings: Tensor
    logits: Tensor | None
    spreads: Tensor
    counts: Tensor


class Terms(NamedTuple):
    """The two terms, summed over axes, before the ranking term is weighed."""

    regression: Tensor
    ranking: Tensor


@dataclass(frozen=True, slots=True)
class LossInfo:
    """A loss by name.

    Attributes:
        kind: regression or ranking.
        loader: ``module:function``, imported on use.
        options: what the function takes besides scores and ratings.
        source: where it comes from.
        reads: options of an ``Objective`` that it reads.
        in_points: whether it grows with the scale, as a hinge on the gap between two scores does.
        bins: whether it takes the log-odds of bins in place of scores.
    """

    kind: Kind
    loader: str
    options: Callable[[RatedAxis, Objective], Mapping[str, Any]]
    source: str
    reads: tuple[str, ...] = ()
    in_points: bool = False
    bins: bool = False


def _none(seen: RatedAxis, objective: Objective) -> Mapping[str, Any]:
    return {}


def _qamro(seen: RatedAxis, objective: Objective) -> Mapping[str, Any]:
    whole = seen.overview
    bounds = (whole.low, whole.high) if objective.quality_bounds == "data" and whole.low < whole.high else None
    return {"margin": objective.margin, "emphasis": objective.emphasis, "bounds": bounds}


def _track2(seen: RatedAxis, objective: Objective) -> Mapping[str, Any]:
    from earwitness.mos.losses import INTERVAL_WEIGHTS

    weights = INTERVAL_WEIGHTS.get(seen.axis.name)
    if weights is None:
        raise UsageError(
            f"qamro-track2 has no interval weights for axis '{seen.axis.name}', only for "
            f"{', '.join(INTERVAL_WEIGHTS)}. Use qamro."
        )
    return {"weights": weights, "margin": objective.margin, "emphasis": objective.emphasis}


def _contrastive(seen: RatedAxis, objective: Objective) -> Mapping[str, Any]:
    return {"margin": objective.margin}


def _listnet(seen: RatedAxis, objective: Objective) -> Mapping[str, Any]:
    return {"temperature": seen.overview.spread}


def _evidence(loss: str, seen: RatedAxis) -> dict[str, Any]:
    """How far the raters of each clip agree."""
    if seen.overview.pooled_spread is None:
        raise UsageError(
            f"{loss} needs single ratings, at least two of one clip; '{seen.axis.name}' has only means. Use qamro."
        )
    # A clip of which only the mean is known counts as one rater's, with the spread that clips have as a rule.
    counts = seen.counts.clamp(min=1)
    return {"spreads": seen.spreads, "counts": counts, "pooled_spread": seen.overview.pooled_spread}


def _noise_aware(seen: RatedAxis, objective: Objective) -> Mapping[str, Any]:
    return {**_evidence("noise-aware", seen), "target": "soft", "temperature": seen.overview.spread}


def _noise_weighted(seen: RatedAxis, objective: Objective) -> Mapping[str, Any]:
    return {**_evidence("noise-weighted", seen), "target": "weight", "margin": objective.margin}


def _bins(seen: RatedAxis, objective: Objective) -> Mapping[str, Any]:
    bounds = seen.axis.low, seen.axis.high
    return {"bounds": bounds, "deviation": BUMP * (bounds[1] - bounds[0])}


LOSSES: Mapping[str, LossInfo] = {
    "huber": LossInfo("regression", f"{_ROOM}:huber_loss", _none, "QAMRO, arXiv 2508.08957"),
    "mse": LossInfo("regression", f"{_ROOM}:mse_loss", _none, "mean squared error"),
    "l1": LossInfo("regression", f"{_ROOM}:l1_loss", _none, "mean absolute error"),
    "clipped-l1": LossInfo("regression", f"{_ROOM}:clipped_l1_loss", _none, "small errors cost nothing"),
    "clipped-l2": LossInfo("regression", f"{_ROOM}:clipped_l2_loss", _none, "MBNet, arXiv 2103.00110"),
    "qamro": LossInfo(
        "ranking",
        f"{_ROOM}:quality_margin_ranking_loss",
        _qamro,
        "QAMRO, arXiv 2508.08957",
        reads=("margin", "emphasis", "quality_bounds"),
        in_points=True,
    ),
    "qamro-track2": LossInfo(
        "ranking",
        f"{_ROOM}:interval_weight_ranking_loss",
        _track2,
        "code of QAMRO, for PQ, PC, CE, CU",
        reads=("margin", "emphasis"),
        in_points=True,
    ),
    "noise-aware": LossInfo(
        "ranking",
        f"{_ROOM}:noise_aware_ranking_loss",
        _noise_aware,
        "chance of an order, as sure as the raters are of it",
    ),
    "noise-weighted": LossInfo(
        "ranking",
        f"{_ROOM}:noise_aware_ranking_loss",
        _noise_weighted,
        "hinge, weighed by how sure the raters are of the order",
        reads=("margin",),
        in_points=True,
    ),
    "listnet": LossInfo("ranking", f"{_ROOM}:listnet_loss", _listnet, "ListNet"),
    "soft-rank": LossInfo("ranking", f"{_ROOM}:soft_rank_loss", _none, "one minus a soft Spearman correlation"),
    "contrastive": LossInfo(
        "ranking",
        f"{_ROOM}:contrastive_loss",
        _contrastive,
        "UTMOS, arXiv 2204.02152",
        reads=("margin",),
        in_points=True,
    ),
    "ccc": LossInfo("ranking", f"{_ROOM}:ccc_loss", _none, "one minus the concordance correlation"),
    "bins": LossInfo("ranking", f"{_ROOM}:softened_bins_loss", _bins, "Kullback-Leibler to softened bins", bins=True),
}


def loss_info(name: str, kind: Kind) -> LossInfo:
    """A loss of the table.

    Raises:
        UsageError: if there is none of that name and kind.

    Example:
        >>> loss_info("qamro", "ranking").loader
        'earwitness.mos.losses:quality_margin_ranking_loss'
    """
    names = [known for known, info in LOSSES.items() if info.kind == kind]
    if name not in names:
        raise UsageError(f"no {kind} loss '{name}'; wanted one of {', '.join(names)}, or none.")
    return LOSSES[name]


def terms(objective: Objective, axes: Sequence[RatedAxis]) -> Terms:
    """Both terms of a batch, summed over its axes; an axis on which no clip of the batch was rated adds nothing.

    Raises:
        UsageError: if a loss needs what an axis does not have: bins, single ratings, or weights for it.
    """
    import torch

    # A sum of nothing, but with a gradient, so that a batch without any rating takes a step of zero.
    regression = ranking = torch.stack([seen.scores.sum() for seen in axes]).sum() * 0
    for seen in axes:
        for name in objective.regressions if len(seen.ratings) else ():
            regression = regression + _regression(name, seen, objective)
        if objective.ranking != "none" and len(seen.ratings):
            ranking = ranking + _ranking(objective.ranking, seen, objective)
    return Terms(regression, ranking)


def _regression(name: str, seen: RatedAxis, objective: Objective) -> Tensor:
    info = loss_info(name, "regression")
    standardised = objective.regression_scale == "standardised"
    mean, spread = (seen.overview.mean, seen.overview.spread) if standardised else (0.0, 1.0)
    return _call(info, (seen.scores - mean) / spread, (seen.ratings - mean) / spread, {})


def _ranking(name: str, seen: RatedAxis, objective: Objective) -> Tensor:
    info = loss_info(name, "ranking")
    if not info.bins:
        return _call(info, seen.scores, seen.ratings, info.options(seen, objective))
    if seen.logits is None:
        raise UsageError(f"loss '{name}' needs heads with bins; set bins to 20, say.")
    return _call(info, seen.logits, seen.ratings, info.options(seen, objective))


def _call(info: LossInfo, predicted: Tensor, ratings: Tensor, options: Mapping[str, Any]) -> Tensor:
    module, _, function = info.loader.partition(":")
    loss: Tensor = getattr(importlib.import_module(module), function)(predicted, ratings, **options)
    return loss
