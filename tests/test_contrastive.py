"""UTMOS's contrastive loss against a double loop of its formula."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from earwitness.mos.losses import contrastive_loss

FORMS = ("pairs", "sorted")


def by_loop(scores, ratings, margin=0.2):
    total, slopes, count = 0.0, np.zeros(len(scores)), 0
    for i, j in itertools.combinations(range(len(scores)), 2):
        apart = (scores[i] - scores[j]) - (ratings[i] - ratings[j])
        count += 1
        if abs(apart) > margin:
            total += abs(apart) - margin
            slopes[i] += np.sign(apart)
            slopes[j] -= np.sign(apart)
    return total / max(count, 1), slopes / max(count, 1)


def found(scores, ratings, **options):
    leaf = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    loss = contrastive_loss(leaf, torch.tensor(ratings, dtype=torch.float64), **options)
    loss.backward()
    return loss.item(), leaf.grad.numpy()


# Eighths do not round: a pair that reaches the margin exactly does so on both sides.
CLIPS = st.lists(st.tuples(st.integers(-16, 16), st.integers(0, 16)), max_size=40)


@pytest.mark.parametrize("method", FORMS)
@settings(deadline=None, max_examples=100)
@given(CLIPS, st.sampled_from([0.0, 0.125, 0.5, 1.0]))
def test_is_the_double_loop_with_ties_and_kinks(method, clips, margin):
    scores, ratings = [score / 8 for score, _ in clips], [rating / 4 for _, rating in clips]
    loss, slopes = found(scores, ratings, margin=margin, method=method)
    wanted, wanted_slopes = by_loop(scores, ratings, margin)
    assert loss == pytest.approx(wanted, rel=1e-12)
    assert slopes == pytest.approx(wanted_slopes, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("n", [300, 2000])
def test_both_forms_agree_on_any_numbers(n):
    random = np.random.default_rng(n)
    scores, ratings = random.normal(3, 1, n), random.uniform(1, 5, n)
    pairs, ordered = (found(scores, ratings, method=method) for method in FORMS)
    assert ordered[0] == pytest.approx(pairs[0], rel=1e-12)
    assert ordered[1] == pytest.approx(pairs[1], rel=1e-12, abs=1e-12 * np.abs(pairs[1]).max())


@pytest.mark.parametrize("method", FORMS)
def test_gradcheck(method):
    random = np.random.default_rng(3)
    scores, ratings = torch.tensor(random.normal(3, 1, 12), requires_grad=True), torch.tensor(random.uniform(1, 5, 12))
    assert torch.autograd.gradcheck(lambda leaf: contrastive_loss(leaf, ratings, method=method), (scores,))


@pytest.mark.parametrize("method", FORMS)
def test_an_offset_of_all_scores_costs_nothing(method):
    ratings = torch.tensor([1.0, 2.0, 4.0])
    assert contrastive_loss(ratings + 7, ratings, margin=0.0, method=method) == 0
    assert contrastive_loss(1.25 * ratings, ratings, margin=0.0, method=method) > 0


@pytest.mark.parametrize("method", FORMS)
@pytest.mark.parametrize("n", [0, 1])
def test_no_pair_is_zero_with_a_gradient(method, n):
    loss, slopes = found([2.0] * n, [1.0] * n, method=method)
    assert (loss, slopes.tolist()) == (0.0, [0.0] * n)


def test_refusals():
    with pytest.raises(ValueError, match="margin is -1"):
        found([1.0], [1.0], margin=-1)
    with pytest.raises(ValueError, match="method is 'loop'"):
        found([1.0], [1.0], method="loop")
