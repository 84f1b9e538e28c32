"""Losses between machine scores and people's ratings, as plain functions of tensors.

``scores`` are predictions and carry the gradient; ``ratings`` are data, on the raters' own scale, finite (leave out
clips without one), and carry none. Both are ``[clip]``; a loss is one number, shape ``[]``. Where there is nothing to
compare (no clips, one clip, all ratings tied) a ranking loss is 0 with a gradient of zeros. At a kink the subgradient
is 0. Sums are taken in float64, or float32 on devices without it; see ``inputs`` for the type of the result. A score
that is NaN makes the loss NaN.

    quality_margin_ranking_loss   pairs, by the rating gap and the better clip's quality (QAMRO); any size
    interval_weight_ranking_loss  pairs, by how common their ratings are (QAMRO's second form); any size
    noise_aware_ranking_loss      pairs, by the evidence that the raters' spread leaves for their order
    contrastive_loss              pairs, score gap against rating gap (UTMOS); any size
    listnet_loss, soft_rank_loss  the batch as one list
    ccc_loss                      concordance: correlation, offset and scale in one
    huber_loss, mse_loss, l1_loss, clipped_l1_loss, clipped_l2_loss    each clip's own error
    softened_bins_loss            a distribution over bins of the scale, for logits [clip, bin]
    gather_clips                  all devices' clips in one list, for any of these

A ranking loss says nothing of the scale: add a regression loss, such as ``huber_loss(scores, ratings) +
rank_weight * quality_margin_ranking_loss(scores, ratings)``.
"""

from __future__ import annotations

from earwitness.mos.losses.concordance import ccc_loss
from earwitness.mos.losses.contrastive import contrastive_loss
from earwitness.mos.losses.gather import gather_clips
from earwitness.mos.losses.interval_weights import INTERVAL_WEIGHTS, interval_weight_ranking_loss
from earwitness.mos.losses.listwise import listnet_loss, soft_rank_loss
from earwitness.mos.losses.noise_aware import noise_aware_ranking_loss
from earwitness.mos.losses.quality_margin import quality_margin_ranking_loss
from earwitness.mos.losses.regression import clipped_l1_loss, clipped_l2_loss, huber_loss, l1_loss, mse_loss
from earwitness.mos.losses.softened_bins import bin_values, expected_ratings, softened_bins_loss

__all__ = [
    "INTERVAL_WEIGHTS",
    "bin_values",
    "ccc_loss",
    "clipped_l1_loss",
    "clipped_l2_loss",
    "contrastive_loss",
    "expected_ratings",
    "gather_clips",
    "huber_loss",
    "interval_weight_ranking_loss",
    "l1_loss",
    "listnet_loss",
    "mse_loss",
    "noise_aware_ranking_loss",
    "quality_margin_ranking_loss",
    "soft_rank_loss",
    "softened_bins_loss",
]
