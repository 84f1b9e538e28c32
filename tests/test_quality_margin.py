"""The QAMRO loss against its authors' figures, a double loop from the paper's formula, and hand-worked numbers."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from earwitness.mos.losses import quality_margin_ranking_loss
from earwitness.mos.losses.quality_margin import PAIRS_UP_TO, chosen_method

ORACLE = Path(__file__).parents[2] / "shared" / "data" / "oracles" / "qamro_losses.json"
FORMS = ("pairs", "sorted")


def by_loop(scores, ratings, margin=0.2, emphasis=7.0, bounds=None, tolerance=0.0):
    """Loss and slopes, pair by pair, as the paper has it."""
    low, high = bounds or (min(ratings), max(ratings))
    total, slopes, count = 0.0, np.zeros(len(scores)), 0
    for i, j in itertools.combinations(range(len(scores)), 2):
        gap = ratings[i] - ratings[j]
        if abs(gap) <= tolerance:
            continue
        count += 1
        weight = 1 + (emphasis - 1) * (max(ratings[i], ratings[j]) - low) / (high - low)
        sign = math.copysign(1, gap)
        hinge = margin * abs(gap) - sign * (scores[i] - scores[j])
        if hinge > 0:
            total += weight * hinge
            slopes[i] -= weight * sign
            slopes[j] += weight * sign
    return total / max(count, 1), slopes / max(count, 1)


def found(scores, ratings, **options):
    leaf = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    loss = quality_margin_ranking_loss(leaf, torch.tensor(ratings, dtype=torch.float64), **options)
    loss.backward()
    return loss.item(), leaf.grad.numpy()


def close(one, other, rel=1e-12):
    """Loss, and slopes against the largest of them: a slope of 0 has no digits of its own."""
    largest = np.abs(other[1]).max(initial=0)
    return one[0] == pytest.approx(other[0], rel=rel, abs=1e-300) and one[1] == pytest.approx(
        other[1], rel=rel, abs=rel * largest
    )


def oracle_cases(track):
    cases = json.loads(ORACLE.read_text(encoding="utf-8"))["cases"] if ORACLE.exists() else []
    return [case for case in cases if case["track"] == track]


@pytest.mark.skipif(not ORACLE.exists(), reason="the authors' figures (qamro_losses.json) are not on this machine")
@pytest.mark.parametrize("method", FORMS)
def test_the_authors_figures(method):
    cases = oracle_cases(track=1)
    assert len(cases) == 48
    for case in cases:
        options = {"margin": case["alpha"], "emphasis": case["beta"], "method": method}
        result = found(case["predictions"], case["ratings"], **options)
        assert close(result, (case["loss"], np.array(case["gradient"]))), case


@pytest.mark.parametrize("method", FORMS)
def test_by_hand(method):
    # z = rating / 4 - score = 1.25, 1, -1.75 falls as ratings rise: every pair keeps its margin.
    assert found([-1.0, -0.25, 3.0], [1.0, 3.0, 5.0], margin=0.25, method=method)[0] == 0
    # Scores reversed: z = 1.25, 3.75, 6.25 with weights 1, 4, 7: 4 * 2.5 + 7 * 5 + 7 * 2.5 = 62.5, over 3 pairs.
    loss, slopes = found([-1.0, -3.0, -5.0], [1.0, 3.0, 5.0], margin=0.25, method=method)
    assert loss == pytest.approx(62.5 / 3)
    assert slopes == pytest.approx([11 / 3, (7 - 4) / 3, -14 / 3])


# Margin 1/4, ratings in halves and scores in eighths round nowhere, so that kinks are kinks on both sides.
CLIPS = st.lists(st.tuples(st.integers(-40, 40), st.integers(2, 10)), min_size=2, max_size=40)


@pytest.mark.parametrize("method", FORMS)
@settings(deadline=None, max_examples=100)
@given(CLIPS, st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.25]), st.sampled_from([None, (1.0, 5.0)]))
def test_is_the_double_loop_with_ties_and_kinks(method, clips, tolerance, margin, bounds):
    scores, ratings = (
        [count / scale for count in counts] for counts, scale in zip(zip(*clips, strict=True), (8, 2), strict=True)
    )
    options = {"margin": margin, "tolerance": tolerance, "bounds": bounds}
    assert close(found(scores, ratings, method=method, **options), by_loop(scores, ratings, **options))


@pytest.mark.parametrize("emphasis", [0.0, 0.5, 1.0, 7.0])
@pytest.mark.parametrize("n", [2, 5, 64, 300])
def test_both_forms_are_the_double_loop_on_any_numbers(n, emphasis):
    random = np.random.default_rng(n)
    scores, ratings = random.normal(3, 1, n), random.uniform(1, 5, n)
    wanted = by_loop(scores, ratings, emphasis=emphasis)
    for method in FORMS:
        assert close(found(scores, ratings, emphasis=emphasis, method=method), wanted)


def test_both_forms_agree_where_the_loop_is_too_slow():
    random = np.random.default_rng(1)
    scores, ratings = random.normal(3, 1, 1500), random.integers(5, 26, 1500) / 5
    for tolerance in (0.0, 0.2):
        pairs, ordered = (found(scores, ratings, tolerance=tolerance, method=method) for method in FORMS)
        assert close(ordered, pairs)


def by_blocks(scores, ratings, margin=0.2, emphasis=7.0):
    """All pairs, a thousand clips at a time."""
    shortfall = margin * ratings - scores
    weights = 1 + (emphasis - 1) * (ratings - ratings.min()) / np.ptp(ratings)
    total, slopes, count = 0.0, np.zeros(len(scores)), 0
    for rows in np.array_split(np.arange(len(scores)), max(1, len(scores) // 1000)):
        ranked = ratings[rows, None] > ratings
        hinges = np.where(ranked, np.maximum(shortfall[rows, None] - shortfall, 0), 0)
        active = hinges > 0
        total += weights[rows] @ hinges.sum(1)
        count += int(ranked.sum())
        slopes[rows] -= weights[rows] * active.sum(1)
        slopes += weights[rows] @ active
    return total / count, slopes / count


@pytest.mark.heavy
def test_sorting_is_exact_where_all_pairs_do_not_fit(heavy):
    clips = heavy.size(65_536)
    random = np.random.default_rng(6)
    ratings = random.uniform(1, 5, clips)
    scores = ratings + random.normal(0, 1, clips)
    result, wanted = found(scores, ratings, method="sorted"), by_blocks(scores, ratings)
    apart = max(abs(result[0] / wanted[0] - 1), np.abs(result[1] - wanted[1]).max() / np.abs(wanted[1]).max())
    assert apart < 1e-12
    heavy.record("ranking loss: sorted against all pairs", clips=clips, apart=float(f"{apart:.1e}"))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16])
@pytest.mark.parametrize("method", FORMS)
def test_a_tolerance_means_what_it_says_in_decimals(method, dtype):
    # 3.6 - 3.4 is a hair over 0.2 in float64, and a hair under it in float32.
    ratings = torch.tensor([3.4, 3.6, 4.0], dtype=dtype)
    scores = torch.tensor([9.0, 0.0, 0.0], requires_grad=True)
    quality_margin_ranking_loss(scores, ratings, margin=0.0, emphasis=1.0, tolerance=0.2, method=method).backward()
    # Pairs (4, 3.4) and (4, 3.6) are left; only the first is out of order.
    assert scores.grad.tolist() == [0.5, 0.0, -0.5]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16])
@pytest.mark.parametrize("method", FORMS)
def test_a_tolerance_holds_along_the_whole_scale(method, dtype):
    """Means of five raters lie 0.2 apart, which no binary number is: no such neighbours may be ranked by rounding."""
    for fifths in range(5, 25):
        neighbours = (torch.tensor([fifths, fifths + 1, fifths + 2]).double() / 5).to(dtype)
        scores = -neighbours.double()
        options = {"margin": 0.0, "emphasis": 1.0, "tolerance": 0.2, "method": method}
        assert quality_margin_ranking_loss(scores[:2], neighbours[:2], **options) == 0
        # Of three in a row, the ends alone are ranked.
        found = quality_margin_ranking_loss(scores, neighbours, **options).item()
        assert found == pytest.approx(0.4, rel=4 * torch.finfo(dtype).eps / 0.05)


def test_auto_is_by_size():
    assert (chosen_method("auto", PAIRS_UP_TO), chosen_method("auto", PAIRS_UP_TO + 1)) == FORMS
    assert [chosen_method(method, 10) for method in FORMS] == list(FORMS)
    random = np.random.default_rng(0)
    for n in (PAIRS_UP_TO, PAIRS_UP_TO + 1):
        scores, ratings = random.normal(3, 1, n), random.uniform(1, 5, n)
        assert close(found(scores, ratings), found(scores, ratings, method="pairs"))


@pytest.mark.parametrize("method", FORMS)
def test_the_batch_swings_a_weight_and_bounds_hold_it(method):
    """A clip's weight by the batch's own best and worst rating is whatever the batch makes of it."""

    def weight(others, **options):
        # Only the first two of these clips are out of order, by one point; the others lie far above or below.
        ratings = [3.0, 3.5, *others]
        scores = [1.0, 0.0, *(100 * (rating - 3.0) for rating in others)]
        pairs = len(ratings) * (len(ratings) - 1) / 2
        return found(scores, ratings, margin=0.0, method=method, **options)[0] * pairs

    assert [weight([]), weight([1.0, 5.0])] == pytest.approx([7.0, 1 + 6 * 2.5 / 4])
    assert [weight(others, bounds=(1.0, 5.0)) for others in ([], [1.0, 5.0])] == pytest.approx([1 + 6 * 2.5 / 4] * 2)


@pytest.mark.parametrize("method", FORMS)
@pytest.mark.parametrize("ratings", [[], [3.0], [3.0, 3.0, 3.0]])
def test_nothing_to_rank_is_zero_with_a_gradient(method, ratings):
    scores = torch.linspace(1, 2, len(ratings), requires_grad=True)
    loss = quality_margin_ranking_loss(scores, torch.tensor(ratings), method=method)
    loss.backward()
    assert loss.shape == ()
    assert loss.item() == 0
    assert scores.grad.tolist() == [0.0] * len(ratings)


@pytest.mark.parametrize("method", FORMS)
def test_a_pair_that_keeps_its_margin_exactly_has_no_slope(method):
    scores, ratings = [0.25, 0.5, 0.75, 1.0], [1.0, 2.0, 3.0, 4.0]
    loss, slopes = found(scores, ratings, margin=0.25, method=method)
    assert loss == 0
    assert slopes.tolist() == [0.0] * 4
    assert found([2.0] * 4, ratings, margin=0.0, method=method)[1].tolist() == [0.0] * 4


@pytest.mark.parametrize("method", FORMS)
def test_gradcheck(method):
    random = np.random.default_rng(3)
    scores = torch.tensor(random.normal(3, 1, 12), requires_grad=True)
    ratings = torch.tensor(random.integers(1, 6, 12))
    assert torch.autograd.gradcheck(
        lambda leaf: quality_margin_ranking_loss(leaf, ratings, method=method, tolerance=1.0), (scores,)
    )


class TestInvariants:
    random = np.random.default_rng(7)
    ratings = random.integers(5, 26, 50) / 5
    scores = random.normal(3, 1, 50)

    @pytest.mark.parametrize("method", FORMS)
    def test_the_order_of_clips_is_nothing(self, method):
        order = np.random.default_rng(8).permutation(50)
        loss, slopes = found(self.scores, self.ratings, method=method)
        assert close(found(self.scores[order], self.ratings[order], method=method), (loss, slopes[order]))

    @pytest.mark.parametrize("method", FORMS)
    def test_a_shift_of_scores_or_ratings_is_nothing(self, method):
        once = found(self.scores, self.ratings, method=method)
        assert close(found(self.scores + 8, self.ratings, method=method), once)
        assert close(found(self.scores, self.ratings + 8, method=method), once)

    @pytest.mark.parametrize("method", FORMS)
    def test_a_larger_scale_is_a_larger_loss(self, method):
        loss, slopes = found(self.scores, self.ratings, method=method)
        assert close(found(4 * self.scores, 4 * self.ratings, method=method), (4 * loss, slopes))

    @pytest.mark.parametrize("method", FORMS)
    def test_perfect_scores_cost_nothing_and_reversed_ones_most(self, method):
        perfect, reversed_ = (found(sign * self.ratings, self.ratings, method=method)[0] for sign in (1, -1))
        assert perfect == 0
        assert reversed_ > found(self.scores, self.ratings, method=method)[0] > 0

    @pytest.mark.parametrize("method", FORMS)
    def test_slopes_sum_to_nothing(self, method):
        assert found(self.scores, self.ratings, method=method)[1].sum() == pytest.approx(0, abs=1e-14)

    def test_every_option_is_read(self):
        plain = found(self.scores, self.ratings)[0]
        for option in ({"margin": 0.5}, {"emphasis": 3.0}, {"bounds": (0.0, 10.0)}, {"tolerance": 1.0}):
            assert found(self.scores, self.ratings, **option)[0] != pytest.approx(plain, rel=1e-3), option


@pytest.mark.parametrize("method", FORMS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_half_precision_is_summed_wide(method, dtype):
    """4,950 pairs of up to 7 * 12 points: float16 would overflow, bfloat16 would keep two digits."""
    random = np.random.default_rng(2)
    scores = torch.tensor(random.normal(0, 4, 100)).to(dtype).requires_grad_()
    ratings = torch.tensor(random.uniform(1, 5, 100)).to(dtype)
    loss = quality_margin_ranking_loss(scores, ratings, method=method)
    loss.backward()
    wanted = by_loop(scores.double().tolist(), ratings.double().tolist())
    assert (loss.dtype, scores.grad.dtype) == (torch.float32, dtype)
    assert loss.item() == pytest.approx(wanted[0], rel=1e-6)
    assert scores.grad.double().numpy() == pytest.approx(wanted[1], rel=torch.finfo(dtype).eps, abs=1e-7)


@pytest.mark.parametrize("method", FORMS)
def test_no_gradient_flows_to_the_ratings(method):
    ratings = torch.tensor([1.0, 2.0], requires_grad=True)
    scores = torch.tensor([2.0, 1.0], requires_grad=True)
    quality_margin_ranking_loss(scores, ratings, method=method).backward()
    assert ratings.grad is None


@pytest.mark.parametrize("method", FORMS)
def test_a_score_that_is_no_number_is_not_hidden(method):
    scores = torch.tensor([1.0, torch.nan, 2.0, 0.0])
    assert quality_margin_ranking_loss(scores, torch.tensor([1.0, 2.0, 3.0, 3.5]), method=method).isnan()


def test_integer_ratings_are_ratings():
    scores = torch.tensor([3.0, 1.0, 2.0])
    whole, floating = (quality_margin_ranking_loss(scores, torch.tensor([1, 2, 3]).to(kind)) for kind in (int, float))
    assert whole == floating > 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_a_rating_at_the_end_of_the_scale_is_on_it_in_every_type(dtype):
    # 1.1 and 4.9 have no exact value in these types and may come to lie just outside.
    scores, ratings = torch.tensor([4.0, 3.0, 2.0]), torch.tensor([1.1, 3.0, 4.9])
    exact = quality_margin_ranking_loss(scores, ratings.double().round(decimals=1), bounds=(1.1, 4.9)).item()
    found = quality_margin_ranking_loss(scores, ratings.to(dtype), bounds=(1.1, 4.9)).item()
    assert found == pytest.approx(exact, rel=4 * torch.finfo(dtype).eps)


REFUSED = {
    "a column": ([[1.0], [2.0]], [1.0, 2.0], {}, r"scores \[2, 1\]; wanted one number a clip"),
    "fewer ratings": ([1.0, 2.0], [1.0], {}, r"scores \[2\] and ratings \[1\]"),
    "whole scores": ([1, 2], [1.0, 2.0], {}, "needs floating-point scores"),
    "a missing rating": ([1.0, 2.0], [1.0, math.nan], {}, "1 of 2 ratings are not finite"),
    "margin": ([1.0], [1.0], {"margin": -0.1}, "margin is -0.1"),
    "emphasis": ([1.0], [1.0], {"emphasis": math.inf}, "emphasis is inf"),
    "tolerance": ([1.0], [1.0], {"tolerance": -1}, "tolerance is -1"),
    "method": ([1.0], [1.0], {"method": "fast"}, "method is 'fast'; it must be one of auto, pairs, sorted"),
    "bounds": ([1.0], [1.0], {"bounds": (5, 1)}, r"bounds are \(5, 1\)"),
    "outside": ([1.0], [6.0], {"bounds": (1, 5)}, "ratings run from 6 to 6, outside the bounds 1 to 5"),
    "just outside": ([1.0], [5.001], {"bounds": (1, 5)}, "outside the bounds 1 to 5"),
}


@pytest.mark.parametrize(("scores", "ratings", "options", "text"), REFUSED.values(), ids=REFUSED)
def test_refusals(scores, ratings, options, text):
    with pytest.raises(ValueError, match=text):
        quality_margin_ranking_loss(torch.tensor(scores), torch.tensor(ratings), **options)


def test_devices_must_match():
    with pytest.raises(ValueError, match=r"scores are on meta, ratings on cpu\. Move one"):
        quality_margin_ranking_loss(torch.ones(2, device="meta"), torch.ones(2))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@pytest.mark.parametrize("method", FORMS)
def test_a_gpu_says_the_same(method):
    random = np.random.default_rng(4)
    scores, ratings = random.normal(3, 1, 3000), random.integers(5, 26, 3000) / 5
    leaf = torch.tensor(scores, device="cuda", requires_grad=True)
    loss = quality_margin_ranking_loss(leaf, torch.tensor(ratings, device="cuda"), method=method)
    loss.backward()
    assert close((loss.item(), leaf.grad.cpu().numpy()), found(scores, ratings, method=method))
