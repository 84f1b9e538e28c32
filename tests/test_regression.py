"""Losses on each clip's own error, by hand and against PyTorch's."""

import math

import pytest
import torch
from torch.nn import functional

from earwitness.mos.losses import clipped_l1_loss, clipped_l2_loss, huber_loss, l1_loss, mse_loss

LOSSES = (huber_loss, mse_loss, l1_loss, clipped_l1_loss, clipped_l2_loss)
SCORES = torch.tensor([1.0, 2.25, 3.5, 6.0], dtype=torch.float64)
RATINGS = torch.tensor([1.0, 2.0, 4.0, 3.0], dtype=torch.float64)


def slopes(loss, **options):
    leaf = SCORES.clone().requires_grad_()
    loss(leaf, RATINGS, **options).backward()
    return leaf.grad.tolist()


# Errors 0, 0.25, -0.5, 3.
@pytest.mark.parametrize(
    ("loss", "options", "wanted", "wanted_slopes"),
    [
        (mse_loss, {}, (0.0625 + 0.25 + 9) / 4, [0, 0.125, -0.25, 1.5]),
        (l1_loss, {}, 3.75 / 4, [0, 0.25, -0.25, 0.25]),
        (huber_loss, {}, (0.03125 + 0.125 + 2.5) / 4, [0, 0.0625, -0.125, 0.25]),
        (huber_loss, {"delta": 0.25}, (0.03125 + 0.25 * 0.375 + 0.25 * 2.875) / 4, [0, 0.0625, -0.0625, 0.0625]),
        (clipped_l1_loss, {}, 3 / 4, [0, 0, 0, 0.25]),
        (clipped_l1_loss, {"tolerance": 0.25}, 3.5 / 4, [0, 0, -0.25, 0.25]),
        (clipped_l2_loss, {}, 9 / 4, [0, 0, 0, 1.5]),
        (clipped_l2_loss, {"tolerance": 0.25}, 9.25 / 4, [0, 0, -0.25, 1.5]),
    ],
)
def test_by_hand(loss, options, wanted, wanted_slopes):
    assert loss(SCORES, RATINGS, **options).item() == wanted
    assert slopes(loss, **options) == wanted_slopes


@pytest.mark.parametrize("delta", [0.3, 1.0, 2.0])
def test_huber_is_pytorchs(delta):
    random = torch.Generator().manual_seed(0)
    scores, ratings = torch.randn(2, 100, generator=random, dtype=torch.float64)
    assert huber_loss(scores, ratings, delta=delta).item() == pytest.approx(
        functional.huber_loss(scores, ratings, delta=delta).item()
    )


@pytest.mark.parametrize("loss", LOSSES)
def test_no_tolerance_is_no_clipping(loss):
    plain = {clipped_l1_loss: l1_loss, clipped_l2_loss: mse_loss}
    if loss in plain:
        assert loss(SCORES, RATINGS, tolerance=0.0) == plain[loss](SCORES, RATINGS)
    assert loss(RATINGS, RATINGS) == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_no_clips_are_zero_with_a_gradient(loss):
    leaf = torch.zeros(0, requires_grad=True)
    result = loss(leaf, torch.zeros(0))
    result.backward()
    assert (result.item(), result.shape) == (0.0, ())


@pytest.mark.parametrize("loss", LOSSES)
def test_half_precision_is_summed_wide(loss):
    scores = torch.full((3000,), 60.0, dtype=torch.float16, requires_grad=True)
    result = loss(scores, torch.zeros(3000))
    result.backward()
    # 3000 squares of 60 are far beyond float16's 65504.
    assert result.dtype == torch.float32
    assert result.item() == pytest.approx({huber_loss: 59.5, mse_loss: 3600, clipped_l2_loss: 3600}.get(loss, 60))
    assert scores.grad.isfinite().all()


@pytest.mark.parametrize(
    ("loss", "option"),
    [(huber_loss, {"delta": 0.0}), (clipped_l1_loss, {"tolerance": -1.0}), (clipped_l2_loss, {"tolerance": math.nan})],
)
def test_refusals(loss, option):
    with pytest.raises(ValueError, match=f"{next(iter(option))} is"):
        loss(SCORES, RATINGS, **option)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_column_is_not_broadcast(loss):
    with pytest.raises(ValueError, match=r"scores \[4, 1\]; wanted one number a clip"):
        loss(SCORES[:, None], RATINGS)
