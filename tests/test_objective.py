"""The objective: named losses, masks for unrated clips, the two terms and their scales."""

import numpy as np
import pytest
import torch

from earwitness.errors import UsageError
from earwitness.mos import losses
from earwitness.mos.heads import Axis
from earwitness.mos.objective import LOSSES, Objective, Overview, RatedAxis, terms

RATINGS = torch.tensor([1.5, 2.0, 4.0, 4.5], dtype=torch.float64)
SCORES = torch.tensor([2.0, 1.0, 3.0, 5.0])


def rated(scores=SCORES, ratings=RATINGS, axis="quality", **options):
    overview = Overview(1.0, 5.0, 3.0, 2.0, 0.8)
    clips = len(ratings)
    defaults = {"logits": None, "spreads": torch.full((clips,), 0.5), "counts": torch.full((clips,), 4)}
    return RatedAxis(Axis(axis, 1, 10), overview, scores, ratings, **{**defaults, **options})


def found(objective, *axes):
    return [term.item() for term in terms(objective, axes)]


def test_both_terms_by_hand():
    # Errors .5, 1, 1, .5: Huber halves the squares up to 1. Of the pairs only (2.0, 1.5) is ranked wrongly: by
    # z = .2 * rating - score its hinge is (.4 - 1) - (.3 - 2) = 1.1, its weight 1 + 6 * (2 - 1) / 4, of six pairs.
    regression, ranking = found(Objective(), rated())
    assert regression == pytest.approx((0.125 + 0.5 + 0.5 + 0.125) / 4)
    assert ranking == pytest.approx(1.1 * 2.5 / 6, rel=1e-6)


def test_quality_by_the_batch_is_the_paper():
    _, ranking = found(Objective(quality_bounds="batch"), rated())
    assert ranking == pytest.approx(losses.quality_margin_ranking_loss(SCORES, RATINGS).item())
    # (2 - 1.5) / (4.5 - 1.5) of the way: another weight than by the whole data.
    assert ranking == pytest.approx(1.1 * (1 + 6 * 0.5 / 3) / 6, rel=1e-6)


def test_axes_add_up():
    one, other = rated(), rated(scores=SCORES.flip(0))
    both = found(Objective(), one, other)
    assert both == pytest.approx(
        [sum(pair) for pair in zip(found(Objective(), one), found(Objective(), other), strict=True)]
    )


def test_regression_losses_add_up():
    seen = rated()
    parts = [found(Objective(regression=name), seen)[0] for name in ("mse", "l1")]
    assert found(Objective(regression="mse+l1"), seen)[0] == pytest.approx(sum(parts))


def test_standardised_regression_leaves_the_ranking_alone():
    plain = found(Objective(regression="mse"), rated())
    standard = found(Objective(regression="mse", regression_scale="standardised"), rated())
    assert standard == pytest.approx([plain[0] / 2.0**2, plain[1]])


def test_an_axis_without_ratings_adds_nothing_and_keeps_a_gradient():
    scores = torch.zeros(0, requires_grad=True)
    whole = terms(Objective(), [rated(scores, torch.zeros(0))])
    (whole.regression + whole.ranking).backward()
    assert (whole.regression.item(), whole.ranking.item()) == (0, 0)


@pytest.mark.parametrize("name", [name for name, info in LOSSES.items() if info.kind == "ranking"])
def test_every_ranking_loss_trains(name):
    # Close together, as scores are at the start: soft ranks have no slope between clips that lie far apart.
    scores = (SCORES / 4).requires_grad_()
    logits = torch.zeros(4, 20, requires_grad=True)
    _, ranking = terms(Objective(name, "none"), [rated(scores, axis="PQ", logits=logits)])
    ranking.backward()
    gradient = logits.grad if name == "bins" else scores.grad
    assert gradient.abs().sum() > 0


@pytest.mark.parametrize("name", [name for name, info in LOSSES.items() if info.kind == "regression"])
def test_every_regression_loss_is_zero_at_the_ratings(name):
    assert found(Objective("none", name), rated(scores=RATINGS.float()))[0] == 0


def test_options_reach_the_loss():
    for options in ({"margin": 0.5}, {"emphasis": 3.0}):
        assert found(Objective(**options), rated())[1] != found(Objective(), rated())[1]
    assert (
        found(Objective("contrastive", margin=0.1), rated())[1]
        > found(Objective("contrastive", margin=0.4), rated())[1]
    )


# The interval weights of track 2 are of one scale, 1 to 10.
@pytest.mark.parametrize(
    "name", [name for name, info in LOSSES.items() if info.kind == "ranking" and name != "qamro-track2"]
)
def test_losses_grow_with_the_scale_or_follow_it(name):
    # The same ratings in tenths of points: losses that compare gaps with a fixed unit would change.
    def value(unit):
        logits = torch.linspace(-1, 1, 20).repeat(4, 1)
        seen = RatedAxis(
            Axis("quality", 1 * unit, 5 * unit),
            Overview(1.0 * unit, 5.0 * unit, 3.0 * unit, 2.0 * unit, 0.8 * unit),
            SCORES * unit,
            RATINGS * unit,
            logits,
            torch.full((4,), 0.5) * unit,
            torch.full((4,), 4),
        )
        # The margin of contrastive is in points itself.
        return found(Objective(name, "none", margin=0.0 if name == "contrastive" else 0.2), seen)[1]

    grown = 10 if LOSSES[name].in_points else 1
    assert value(10.0) == pytest.approx(grown * value(1.0), rel=1e-5)


@pytest.mark.parametrize(
    ("name", "five", "hundred", "standardised", "weighed"),
    [
        ("qamro", 4.3, 2.8, 128, 5.1),
        ("contrastive", 1.7, 1.2, 54, 2.2),
        ("soft-rank", 1.4, 0.036, 1.6, None),
        ("ccc", 1.4, 0.036, 1.7, None),
        ("noise-aware", 0.54, 0.014, 0.65, None),
    ],
)
def test_how_the_terms_weigh_on_wide_scales_is_what_the_page_says(name, five, hundred, standardised, weighed):
    draw = torch.Generator().manual_seed(0)
    ratings = 1 + 4 * torch.rand(256, generator=draw, dtype=torch.float64)
    predicted = ratings / 2 + 1.5 + 0.5 * torch.randn(256, generator=draw, dtype=torch.float64)

    def ratio(unit, scale, rank_weight=1.0):
        scores, rated_so = (unit * predicted).requires_grad_(), unit * ratings
        whole = (of(rated_so).item() for of in (torch.min, torch.max, torch.mean, torch.std))
        spreads, counts = torch.full((256,), 0.5 * unit), torch.full((256,), 4)
        axis = Axis("quality", unit, 5 * unit)
        seen = RatedAxis(axis, Overview(*whole, 0.8 * unit), scores, rated_so, None, spreads, counts)
        both = terms(Objective(name, regression_scale=scale), [seen])
        regression, ranking = (torch.autograd.grad(term, scores, retain_graph=True)[0].norm().item() for term in both)
        return rank_weight * ranking / regression

    found_so = ratio(1, "ratings"), ratio(25, "ratings"), ratio(25, "standardised")
    assert found_so == pytest.approx((five, hundred, standardised), rel=0.05)
    if weighed:
        assert ratio(25, "standardised", 0.04) == pytest.approx(weighed, rel=0.05)


def test_the_two_forms_of_noise_awareness_are_those_of_the_loss():
    spreads, counts, common = torch.full((4,), 0.5), torch.full((4,), 4), {"pooled_spread": 0.8}
    soft, weight = (
        losses.noise_aware_ranking_loss(SCORES, RATINGS, spreads, counts, **common, **options).item()
        for options in ({"target": "soft", "temperature": 2.0}, {"target": "weight", "margin": 0.5})
    )
    assert found(Objective("noise-aware", "none", margin=0.5), rated())[1] == pytest.approx(soft)
    assert found(Objective("noise-weighted", "none", margin=0.5), rated())[1] == pytest.approx(weight)


@pytest.mark.parametrize("name", [name for name, info in LOSSES.items() if info.kind == "ranking"])
def test_a_loss_reads_what_it_says_and_nothing_else(name):
    others = {"margin": 0.9, "emphasis": 2.0, "quality_bounds": "batch"}
    # Ratings that do not reach the ends of the training set's, so that both kinds of bounds differ.
    logits = torch.linspace(-1, 1, 20).repeat(4, 1)
    plain, *changed = (
        found(Objective(name, "none", **options), rated(axis="PC", logits=logits))[1]
        for options in ({}, *({option: value} for option, value in others.items()))
    )
    moved = {option for option, value in zip(others, changed, strict=True) if value != plain}
    assert moved == set(LOSSES[name].reads)


def test_a_clip_of_which_only_the_mean_is_known_takes_the_usual_spread():
    counts, spreads = torch.tensor([4, 4, 4, 0]), torch.tensor([0.5, 0.5, 0.5, np.nan])
    assert np.isfinite(found(Objective("noise-aware"), rated(counts=counts, spreads=spreads))[1])


@pytest.mark.parametrize(
    ("objective", "seen", "told"),
    [
        (Objective("qamro-track2"), rated(), "only for PQ, PC, CE, CU"),
        (Objective("bins"), rated(), "needs heads with bins"),
    ],
)
def test_what_a_loss_lacks_is_told(objective, seen, told):
    with pytest.raises(UsageError, match=told):
        terms(objective, [seen])


def test_noise_aware_without_single_ratings_is_told():
    seen = RatedAxis(
        Axis("quality", 1, 5), Overview(1, 5, 3, 2), SCORES, RATINGS, None, torch.full((4,), torch.nan), torch.zeros(4)
    )
    with pytest.raises(UsageError, match="needs single ratings"):
        terms(Objective("noise-aware"), [seen])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"ranking": "qamroo"}, "no ranking loss 'qamroo'"),
        ({"ranking": "huber"}, "no ranking loss 'huber'"),
        ({"regression": "mse+qamro"}, "no regression loss 'qamro'"),
        ({"ranking": "none", "regression": "none"}, "at least one"),
    ],
)
def test_wrong_names_are_told(options, told):
    with pytest.raises(UsageError, match=told):
        Objective(**options)
