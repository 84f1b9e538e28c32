"""What all losses have in common."""

import pytest
import torch

from earwitness.mos import losses
from earwitness.mos.losses import inputs

RANDOM = torch.Generator().manual_seed(0)
RATINGS = torch.randint(5, 25, (40,), generator=RANDOM) / 5
SCORES = RATINGS + torch.randn(40, generator=RANDOM)
SPREADS, COUNTS = torch.rand(40, generator=RANDOM), torch.randint(2, 9, (40,), generator=RANDOM)


def by_name(name, scores, **options):
    """The loss of that name, given what it asks for."""
    if name == "noise_aware_ranking_loss":
        return losses.noise_aware_ranking_loss(scores, RATINGS, SPREADS, COUNTS, **options)
    if name == "interval_weight_ranking_loss":
        options["weights"] = losses.INTERVAL_WEIGHTS["PC"]
    return getattr(losses, name)(scores, RATINGS, **options)


NAMES = [name for name in losses.__all__ if name.endswith("_loss") and name != "softened_bins_loss"]
CASES = [(name, {}) for name in NAMES]
CASES += [(name, {"method": "sorted"}) for name in NAMES if "method" in (getattr(losses, name).__kwdefaults__ or ())]
CASES += [("noise_aware_ranking_loss", {"target": "weight"})]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_autocast_changes_no_digit(name, options):
    """Under autocast a matrix product would be taken in bfloat16."""
    plain = by_name(name, SCORES, **options)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert by_name(name, SCORES, **options) == plain


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_step_down_the_slope_lowers_the_loss(name, options):
    scores = SCORES.double().requires_grad_()
    before = by_name(name, scores, **options)
    (slope,) = torch.autograd.grad(before, scores)
    step = 1e-3 * slope / slope.norm()
    after = by_name(name, (scores - step).detach(), **options).item()
    assert after == pytest.approx(before.item() - 1e-3 * slope.norm().item(), rel=1e-4)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_the_type_of_the_result(name, options):
    kinds = {torch.float64: torch.float64, torch.float32: torch.float32, torch.bfloat16: torch.float32}
    assert {kind: by_name(name, SCORES.to(kind), **options).dtype for kind in kinds} == kinds


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_device_without_float64_sums_in_float32(name, options, monkeypatch):
    wide = by_name(name, SCORES, **options).item()
    monkeypatch.setattr(inputs, "_NO_FLOAT64", ("cpu",))
    scores = SCORES.clone().requires_grad_()
    loss = by_name(name, scores, **options)
    loss.backward()
    assert loss.item() == pytest.approx(wide, rel=1e-5)
    assert scores.grad.isfinite().all()


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_missing_rating_or_another_shape_is_refused(name, options):
    with pytest.raises(ValueError, match="wanted one number a clip"):
        by_name(name, SCORES[:, None], **options)
    with pytest.raises(ValueError, match=r"scores \[39\] and ratings \[40\]"):
        by_name(name, SCORES[1:], **options)
    with pytest.raises(TypeError, match="scores are of type list; wanted a tensor"):
        by_name(name, SCORES.tolist(), **options)


def test_expected_ratings_keep_their_digits_under_autocast():
    logits = torch.randn(5, 20, generator=torch.Generator().manual_seed(1))
    plain = losses.expected_ratings(logits, bounds=(1, 5))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert losses.expected_ratings(logits, bounds=(1, 5)).tolist() == plain.tolist()


def test_every_public_name_is_there():
    assert [name for name in losses.__all__ if not hasattr(losses, name)] == []
    assert sorted(losses.__all__) == losses.__all__
