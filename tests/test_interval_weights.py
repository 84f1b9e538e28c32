"""Track 2's interval weights against the authors' figures and a double loop."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from earwitness.mos.losses import INTERVAL_WEIGHTS, interval_weight_ranking_loss

ORACLE = Path(__file__).parents[2] / "shared" / "data" / "oracles" / "qamro_losses.json"
FORMS = ("pairs", "sorted")
AXES = tuple(INTERVAL_WEIGHTS)


def by_loop(scores, ratings, weights, margin=0.2, emphasis=7.0):
    def weight(rating):
        return weights[min(int(rating), 9) - 1] / 9.5

    total, slopes, count = 0.0, np.zeros(len(scores)), 0
    for i, j in itertools.permutations(range(len(scores)), 2):
        if not ratings[i] > ratings[j] >= 1:
            continue
        count += 1
        each = 1 + (emphasis - 1) * max(weight(ratings[i]), weight(ratings[j]))
        hinge = margin * (ratings[i] - ratings[j]) - (scores[i] - scores[j])
        if hinge > 0:
            total += each * hinge
            slopes[i] -= each
            slopes[j] += each
    return total / max(count, 1), slopes / max(count, 1)


def found(scores, ratings, axis="PQ", **options):
    leaf = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    options = {"weights": INTERVAL_WEIGHTS[axis], **options}
    loss = interval_weight_ranking_loss(leaf, torch.tensor(ratings, dtype=torch.float64), **options)
    loss.backward()
    return loss.item(), leaf.grad.numpy()


def difference(one, other):
    """Of losses, and of slopes against the largest of them."""
    largest = np.abs(other[1]).max(initial=0) or 1
    return max(abs(one[0] - other[0]) / (other[0] or 1), np.abs(one[1] - other[1]).max(initial=0) / largest)


@pytest.mark.skipif(not ORACLE.exists(), reason="the authors' figures (qamro_losses.json) are not on this machine")
@pytest.mark.parametrize("method", FORMS)
def test_the_authors_figures(method):
    """Theirs come from a table of float32 weights: so rounded we agree to the last digits, exactly weighted to 1e-7."""
    cases = [case for case in json.loads(ORACLE.read_text(encoding="utf-8"))["cases"] if case["track"] == 2]
    assert len(cases) == 32
    furthest = {torch.float32: 0.0, torch.float64: 0.0}
    for case, dtype in itertools.product(cases, furthest):
        options = {"margin": case["alpha"], "emphasis": case["beta"], "method": method, "weight_dtype": dtype}
        result = found(case["predictions"], case["ratings"], case["axis"].upper(), **options)
        apart = difference(result, (case["loss"], np.array(case["gradient"])))
        furthest[dtype] = max(furthest[dtype], apart)
    assert furthest[torch.float32] < 1e-12
    assert 1e-9 < furthest[torch.float64] < 1e-7


def test_why_their_figures_need_float32_weights():
    """5.5 / 9.5 has no finite binary form: float32 keeps 24 bits of it, and the loss inherits the difference."""
    scores, ratings = [9.0, 8.0, 1.0], [3.0, 5.5, 8.5]
    exact, rounded = (found(scores, ratings, weight_dtype=dtype) for dtype in (torch.float64, torch.float32))
    assert 0 < difference(exact, rounded) < 1e-7
    assert difference(exact, by_loop(scores, ratings, INTERVAL_WEIGHTS["PQ"])) < 1e-14
    # Weights that float32 holds exactly leave no difference: 9.5 / 9.5 = 1 and 0.
    exact, rounded = (
        found(scores, ratings, weights=[9.5] * 9, weight_dtype=dtype) for dtype in (torch.float64, torch.float32)
    )
    assert difference(exact, rounded) == 0


@pytest.mark.parametrize("method", FORMS)
def test_by_hand(method):
    # PQ: a rating of 2 has weight 0, of 5.5 7.5, of 7.5 8.5. Scores reversed miss by 0.7 + 3.5, 1.1 + 5.5, 0.4 + 2.
    wanted = (4.2 * (1 + 6 * 7.5 / 9.5) + (6.6 + 2.4) * (1 + 6 * 8.5 / 9.5)) / 3
    assert found([-2.0, -5.5, -7.5], [2.0, 5.5, 7.5], method=method)[0] == pytest.approx(wanted)


# As in the test of the other loss: nothing rounds, so kinks are kinks on both sides.
CLIPS = st.lists(st.tuples(st.integers(-80, 80), st.integers(0, 20)), max_size=40)


@pytest.mark.parametrize("method", FORMS)
@settings(deadline=None, max_examples=100)
@given(CLIPS, st.sampled_from(AXES), st.sampled_from([1.0, 3.0, 7.0]))
def test_is_the_double_loop_with_ties_and_kinks(method, clips, axis, emphasis):
    scores, ratings = [score / 8 for score, _ in clips], [rating / 2 for _, rating in clips]
    options = {"margin": 0.25, "emphasis": emphasis}
    wanted = by_loop(scores, ratings, INTERVAL_WEIGHTS[axis], **options)
    assert difference(found(scores, ratings, axis, method=method, **options), wanted) < 1e-12


@pytest.mark.parametrize("axis", AXES)
def test_both_forms_agree_where_the_loop_is_too_slow(axis):
    random = np.random.default_rng(1)
    scores, ratings = random.normal(5, 2, 1500), random.integers(5, 101, 1500) / 10
    pairs, ordered = (found(scores, ratings, axis, method=method) for method in FORMS)
    assert difference(ordered, pairs) < 1e-12


@pytest.mark.parametrize("method", FORMS)
def test_ends_of_the_intervals(method):
    """A rating of 2 is in the second interval, of 10 in the last; one below 1 leaves the pairs, not the batch."""
    weights = [9.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.75]
    loss = [
        found([1.0, 0.0], [rating, 6.0], weights=weights, margin=0.0, method=method) for rating in (1, 1.99, 2, 0.9)
    ]
    assert [each[0] for each in loss] == [7.0, 7.0, 1.0, 0.0]
    assert loss[-1][1].tolist() == [0.0, 0.0]
    assert found([0.0, 1.0], [10.0, 6.0], weights=weights, margin=0.0, method=method)[0] == 4.0


@pytest.mark.parametrize("method", FORMS)
@pytest.mark.parametrize("ratings", [[], [3.0], [3.0, 3.0], [0.5, 3.0]])
def test_nothing_to_rank_is_zero_with_a_gradient(method, ratings):
    loss, slopes = found([0.0] * len(ratings), ratings, method=method)
    assert loss == 0
    assert slopes.tolist() == [0.0] * len(ratings)


@pytest.mark.parametrize("method", FORMS)
def test_gradcheck(method):
    random = np.random.default_rng(3)
    scores, ratings = torch.tensor(random.normal(5, 2, 12), requires_grad=True), torch.tensor(random.uniform(1, 10, 12))
    weights = INTERVAL_WEIGHTS["CE"]
    assert torch.autograd.gradcheck(
        lambda leaf: interval_weight_ranking_loss(leaf, ratings, weights=weights, method=method), (scores,)
    )


REFUSED = {
    "above": ([10.5], {}, "the highest rating is 10.5"),
    "eight": ([5.0], {"weights": [1.0] * 8}, "wanted nine numbers from 0 to 9.5"),
    "heavy": ([5.0], {"weights": [10.0] * 9}, "wanted nine numbers from 0 to 9.5"),
    "margin": ([5.0], {"margin": -1.0}, "margin is -1.0"),
    "method": ([5.0], {"method": "loop"}, "method is 'loop'"),
}


@pytest.mark.parametrize(("ratings", "options", "text"), REFUSED.values(), ids=REFUSED)
def test_refusals(ratings, options, text):
    with pytest.raises(ValueError, match=text):
        found([0.0], ratings, **options)
