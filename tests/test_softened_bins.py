"""A rating as a distribution over bins, against SciPy and hand-worked numbers."""

import numpy as np
import pytest
import torch
from scipy import special, stats

from earwitness.mos.losses import bin_values, expected_ratings, softened_bins_loss

SCALE = (1.0, 5.0)


def bump(rating, deviation=0.25, bins=20):
    density = stats.norm.pdf(np.linspace(*SCALE, bins), rating, deviation)
    return density / density.sum()


def test_is_the_divergence_from_the_bump():
    random = np.random.default_rng(0)
    logits, ratings = random.normal(0, 2, (7, 20)), random.uniform(1, 5, 7)
    wanted = np.mean(
        [stats.entropy(bump(rating), special.softmax(each)) for rating, each in zip(ratings, logits, strict=True)]
    )
    found = softened_bins_loss(torch.tensor(logits), torch.tensor(ratings), bounds=SCALE).item()
    assert found == pytest.approx(wanted, rel=1e-9)


def test_a_perfect_distribution_costs_nothing_and_reads_back():
    ratings = np.array([2.0, 3.0, 3.7])
    logits = torch.tensor(np.log([bump(rating) for rating in ratings]))
    assert softened_bins_loss(logits, torch.tensor(ratings), bounds=SCALE).item() == pytest.approx(0, abs=1e-12)
    assert expected_ratings(logits, bounds=SCALE).numpy() == pytest.approx(ratings, abs=1e-3)


def test_the_bump_is_cut_at_the_end_of_the_scale():
    # Densities at 0, 1, 2, 3 bins of 4/19 below 5: 1, .7015, .2421, .0411; mean .1402 below, .56 deviations.
    logits = torch.tensor(np.log([bump(5.0)]))
    assert expected_ratings(logits, bounds=SCALE).item() == pytest.approx(5 - 0.1402, abs=2e-4)


def test_values_run_from_end_to_end():
    assert bin_values((0, 10), 6).tolist() == [0, 2, 4, 6, 8, 10]
    assert len(bin_values(SCALE)) == 20


def test_gradcheck_and_options():
    random = np.random.default_rng(1)
    logits, ratings = torch.tensor(random.normal(0, 2, (3, 10)), requires_grad=True), torch.tensor([1.0, 2.2, 5.0])
    assert torch.autograd.gradcheck(lambda leaf: softened_bins_loss(leaf, ratings, bounds=SCALE), (logits,))
    wide, narrow = (softened_bins_loss(logits, ratings, bounds=SCALE, deviation=each).item() for each in (1.0, 0.1))
    assert wide != pytest.approx(narrow, rel=0.01)


def test_half_precision_logits():
    logits = torch.randn(4, 20, generator=torch.Generator().manual_seed(0)).to(torch.bfloat16).requires_grad_()
    ratings = torch.tensor([1.0, 2.0, 3.0, 5.0])
    loss = softened_bins_loss(logits, ratings, bounds=SCALE)
    loss.backward()
    assert (loss.dtype, logits.grad.dtype) == (torch.float32, torch.bfloat16)
    assert loss.item() == pytest.approx(softened_bins_loss(logits.double(), ratings, bounds=SCALE).item(), rel=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_rating_at_the_end_of_the_scale_is_on_it_in_every_type(dtype):
    ratings, bounds = torch.tensor([1.1, 4.9], dtype=torch.float64), (1.1, 4.9)
    exact, found = (
        softened_bins_loss(torch.zeros(2, 20), r, bounds=bounds).item() for r in (ratings, ratings.to(dtype))
    )
    assert found == pytest.approx(exact, rel=4 * torch.finfo(dtype).eps)


def test_no_clips_are_zero_with_a_gradient():
    logits = torch.zeros(0, 20, requires_grad=True)
    loss = softened_bins_loss(logits, torch.zeros(0), bounds=SCALE)
    loss.backward()
    assert loss.item() == 0


REFUSED = {
    "shape": (torch.zeros(20), [3.0], {}, r"logits \[20\] and ratings \[1\]; wanted \[clip, bin\] and \[clip\]"),
    "number": (torch.zeros(2, 20), [3.0], {}, r"logits \[2, 20\] and ratings \[1\]"),
    "whole": (torch.zeros(1, 20, dtype=torch.int), [3.0], {}, "needs floating-point logits"),
    "missing": (torch.zeros(1, 20), [float("nan")], {}, "1 of 1 ratings are not finite"),
    "outside": (torch.zeros(1, 20), [5.5], {}, "ratings run from 5.5 to 5.5, outside the bounds 1 to 5"),
    "bounds": (torch.zeros(0, 20), [], {"bounds": (5, 1)}, r"bounds are \(5, 1\)"),
    "one bin": (torch.zeros(1, 1), [3.0], {}, "bins is 1"),
    "deviation": (torch.zeros(1, 20), [3.0], {"deviation": 0}, "deviation is 0"),
}


@pytest.mark.parametrize(("logits", "ratings", "options", "text"), REFUSED.values(), ids=REFUSED)
def test_refusals(logits, ratings, options, text):
    with pytest.raises(ValueError, match=text):
        softened_bins_loss(logits, torch.tensor(ratings), **{"bounds": SCALE, **options})
