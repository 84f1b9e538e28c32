"""Ceilings against simulations whose truth is known, closed forms, and published figures."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from earwitness.errors import UsageError
from earwitness.metrics.ceiling import noise_ceiling, stepped_up
from earwitness.metrics.icc import icc

AES = Path(__file__).parents[2] / "shared" / "data" / "aes_ratings" / "audiomos2025_track2_human_annotations.jsonl"


class Panel:
    """Simulated single ratings: truth of variance 1 by clip and ``noise`` a rating."""

    def __init__(self, sizes, noise=1.5, systems=None, seed=0):
        rng = np.random.default_rng(seed)
        self.truth = rng.normal(size=len(sizes))
        if systems is not None:
            self.truth = rng.normal(size=systems.max() + 1)[systems] + self.truth
        self.clips = np.repeat(np.arange(len(sizes)), sizes)
        self.values = self.truth[self.clips] + noise * rng.normal(size=len(self.clips))
        self.means = np.bincount(self.clips, self.values) / sizes
        self.systems = None if systems is None else systems[self.clips]


@pytest.mark.parametrize("design", ["four", "odd", "ragged"])
@pytest.mark.parametrize("measure", ["lcc", "srcc"])
def test_the_ceiling_is_the_correlation_of_the_mean_with_the_truth(design, measure):
    rng = np.random.default_rng(1)
    sizes = {"four": np.full(20_000, 4), "odd": np.full(20_000, 3), "ragged": rng.integers(2, 8, 20_000)}[design]
    panel = Panel(sizes)
    found = noise_ceiling(panel.values, panel.clips, measure=measure, splits=20)
    correlation = stats.pearsonr if measure == "lcc" else stats.spearmanr
    assert found.ceiling == pytest.approx(correlation(panel.means, panel.truth).statistic, abs=0.012)
    assert found.ceiling == math.sqrt(found.reliability)
    assert (found.n, found.ratings, found.splits) == (20_000, sizes.sum(), 20)
    if measure == "lcc":
        assert noise_ceiling(panel.values, panel.clips, measure="lcc", method="anova").ceiling == pytest.approx(
            found.ceiling, abs=0.01
        )


@pytest.mark.parametrize("ragged", [False, True])
def test_the_ceiling_of_systems(ragged):
    rng = np.random.default_rng(2)
    systems = np.repeat(np.arange(4000), rng.integers(2, 6, 4000) if ragged else 3)
    sizes = rng.integers(2, 6, len(systems)) if ragged else np.full(len(systems), 4)
    panel = Panel(sizes, noise=3.0, systems=systems)
    count = np.bincount(systems)
    means, truth = (np.bincount(systems, v) / count for v in (panel.means, panel.truth))
    wanted = stats.pearsonr(means, truth).statistic
    arguments = {"systems": panel.systems, "level": "system", "measure": "lcc"}
    splits = noise_ceiling(panel.values, panel.clips, splits=30, **arguments)
    closed = noise_ceiling(panel.values, panel.clips, method="anova", **arguments)
    assert (splits.ceiling, closed.ceiling) == pytest.approx((wanted, wanted), abs=0.02)
    assert splits.n == closed.n == 4000


def test_without_systems_drawn_apart_the_mean_over_panels_is_unbiased():
    """One panel may be lucky; over 60 panels of 150 clips the reliability is what the variances say: 4 / (4 + 2.25)."""
    reliabilities = [
        noise_ceiling(panel.values, panel.clips, measure="lcc", splits=20).reliability
        for panel in (Panel(np.full(150, 4), seed=seed) for seed in range(60))
    ]
    assert np.mean(reliabilities) == pytest.approx(4 / 6.25, abs=0.02)


def crossed(clips=30, raters=6, seed=3):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(clips, 1)) + rng.normal(size=raters) + rng.normal(size=(clips, raters))
    flat = np.arange(table.size)
    return table, table.reshape(-1), flat // raters, flat % raters


def test_a_crossed_design_takes_every_split_of_raters_once():
    table, values, clips, raters = crossed()
    found = noise_ceiling(values, clips, raters=raters, measure="lcc")
    by_hand = [
        stats.pearsonr(table[:, list(half)].mean(axis=1), np.delete(table, half, axis=1).mean(axis=1)).statistic
        for half in itertools.combinations(range(6), 3)
        if 0 in half
    ]
    assert (found.method, found.splits) == ("all_splits", 10)
    assert found.split_half == pytest.approx(np.mean(by_hand), rel=1e-12)
    assert found.reliability == pytest.approx(2 * found.split_half / (1 + found.split_half), rel=1e-12)
    order = np.random.default_rng(4).permutation(len(values))
    assert noise_ceiling(values[order], clips[order], raters=raters[order], measure="lcc").ceiling == pytest.approx(
        found.ceiling, rel=1e-12
    )


def test_too_many_splits_of_raters_are_drawn():
    _, values, clips, raters = crossed(raters=14)
    found = noise_ceiling(values, clips, raters=raters, splits=100)
    assert (found.method, found.splits) == ("random_splits", 100)


def test_an_odd_number_of_crossed_raters():
    _, values, clips, raters = crossed(clips=3000, raters=5)
    found = noise_ceiling(values, clips, raters=raters, measure="lcc")
    assert (found.method, found.splits) == ("all_splits", 10)
    closed = noise_ceiling(values, clips, raters=raters, measure="lcc", method="anova")
    assert found.reliability == pytest.approx(closed.reliability, abs=0.005)


def test_closed_forms_are_intraclass_correlations():
    table, values, clips, raters = crossed()
    anonymous = noise_ceiling(values, clips, measure="lcc", method="anova")
    assert anonymous.reliability == pytest.approx(icc(table, form=1, of="mean").value, rel=1e-12)
    alpha = noise_ceiling(values, clips, raters=raters, measure="lcc", method="anova")
    assert alpha.reliability == pytest.approx(icc(table, form=3, of="mean").value, rel=1e-12)
    assert alpha.split_half == pytest.approx(alpha.reliability / (2 - alpha.reliability))


def test_cronbachs_alpha_is_the_mean_over_all_splits_in_covariances():
    """Rulon's coefficient, 4 cov / var of the sum, averaged over all splits of a crossed design."""
    table, values, clips, raters = crossed()
    coefficients = []
    for half in itertools.combinations(range(6), 3):
        first, second = table[:, list(half)].sum(axis=1), np.delete(table, half, axis=1).sum(axis=1)
        coefficients.append(4 * np.cov(first, second)[0, 1] / np.var(first + second, ddof=1))
    found = noise_ceiling(values, clips, raters=raters, measure="lcc", method="anova")
    assert found.reliability == pytest.approx(np.mean(coefficients), rel=1e-12)


@pytest.mark.parametrize("r", [0.1, 0.5, 0.9, 1.0])
def test_stepping_up_equal_halves_is_spearman_brown(r):
    assert stepped_up(r, 1 / 5, 1 / 5, 1 / 10) == pytest.approx(2 * r / (1 + r), rel=1e-12)


def test_stepping_up_unequal_parts_inverts_what_they_correlate():
    noise = 0.7
    r = 1 / math.sqrt((1 + noise / 2) * (1 + noise / 5))
    assert stepped_up(r, 1 / 2, 1 / 5, 1 / 7) == pytest.approx(1 / (1 + noise / 7), rel=1e-12)


def test_clips_with_one_rating_are_left_out():
    panel = Panel(np.full(50, 4))
    found = noise_ceiling(panel.values, panel.clips, splits=20)
    more = noise_ceiling([*panel.values, 9.0], [*panel.clips, 99], splits=20)
    assert more == found


@pytest.mark.parametrize("method", ["splits", "anova"])
def test_what_does_not_exist_is_none_with_its_reason(method):
    def reason(values, clips):
        return noise_ceiling(values, clips, measure="lcc", method=method).reason

    assert reason([], []) == "too_few_units"
    assert reason([1, 2, 1, 2], [0, 0, 1, 1]) == "too_few_units"
    assert reason([3.0] * 12, np.repeat(np.arange(6), 2)) == "constant_ratings"
    # Raters who always differ by the most: halves correlate by -1.
    found = noise_ceiling([0, 10, 1, 9, 2, 8, 3, 7, 4, 6.5], np.repeat(np.arange(5), 2), measure="lcc", method=method)
    assert (found.reason, found.ceiling) == ("no_agreement", None)
    assert found.split_half < 0


def test_what_cannot_be_split_is_refused():
    with pytest.raises(UsageError, match=r"systems\[\d\] is [xy]; wanted one system a clip"):
        noise_ceiling([1, 2], ["a", "a"], systems=["x", "y"], level="system")
    with pytest.raises(UsageError, match="needs systems"):
        noise_ceiling([1, 2], ["a", "a"], level="system")
    with pytest.raises(UsageError, match="speaks of 'lcc'"):
        noise_ceiling([1, 2], ["a", "a"], method="anova")
    with pytest.raises(UsageError, match=r"ratings\[1\] is nan; wanted \[rating\], all finite"):
        noise_ceiling([1, math.nan], ["a", "a"])
    with pytest.raises(UsageError, match=r"raters\[1\] is None; wanted a name"):
        noise_ceiling([1, 2], ["a", "a"], raters=["x", None])
    with pytest.raises(UsageError, match="splits is 0; wanted a whole number of at least 1"):
        noise_ceiling([1, 2], ["a", "a"], splits=0)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"level": "systems"}, "level is 'systems'; wanted one of clip, system"),
        ({"measure": "mse"}, "measure is 'mse'; wanted one of lcc, srcc"),
        ({"method": "split"}, "method is 'split'; wanted one of splits, anova"),
    ],
)
def test_unknown_names_are_refused(argument, message):
    panel = Panel(np.full(50, 4))
    with pytest.raises(UsageError, match=message):
        noise_ceiling(panel.values, panel.clips, **argument)


@pytest.mark.parametrize("method", ["splits", "anova"])
@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_the_ceiling_does_not_feel_the_size_of_ratings(method, size):
    panel = Panel(np.full(50, 4))
    found, sized = (
        noise_ceiling(scale * panel.values, panel.clips, measure="lcc", method=method, splits=20) for scale in (1, size)
    )
    assert sized.ceiling == pytest.approx(found.ceiling, rel=1e-9)


@pytest.mark.skipif(not AES.exists(), reason="the AES ratings are not on this machine")
def test_published_production_quality():
    """Ten ratings of 3,060 clips of 36 systems: .775 split-half, .873 reliability, .934 ceiling; systems .986."""
    rows = [json.loads(line) for line in AES.read_text(encoding="utf-8").splitlines()]
    values = np.array([row["Production_Quality"] for row in rows])
    clips = np.repeat(np.arange(len(rows)), 10)
    systems = np.repeat([row["data_path"].split("-")[2] for row in rows], 10)
    clip = noise_ceiling(values.reshape(-1), clips, splits=40)
    assert (clip.split_half, clip.reliability, clip.ceiling) == pytest.approx((0.775, 0.873, 0.934), abs=0.0015)
    system = noise_ceiling(values.reshape(-1), clips, systems=systems, level="system", splits=40)
    assert system.split_half == pytest.approx(0.986, abs=0.0015)


def by_panel(strictness, seed, raters=6, sentences=16, systems=8):
    """Panels that differ by sentence, each rater on all systems of it, as in MUSHRA; ``strictness`` of each rater."""
    rng = np.random.default_rng(seed)
    truth = 0.35 * rng.normal(size=systems) + 0.3 * rng.normal(size=(sentences, systems))
    strict = strictness * rng.normal(size=(sentences, 1, raters))
    values = truth[..., None] + strict + 0.8 * rng.normal(size=(sentences, systems, raters))
    sentence, system, rater = np.indices(values.shape).reshape(3, -1)
    return (
        truth,
        values,
        {
            "values": values.reshape(-1),
            "clips": sentence * systems + system,
            "raters": sentence * raters + rater,
            "systems": system,
        },
    )


@pytest.mark.parametrize("strictness", [0, 1, 2])
@pytest.mark.parametrize("raters", [5, 6])
@pytest.mark.parametrize("level", ["clip", "system"])
def test_strictness_that_all_systems_meet_alike_is_no_noise(level, raters, strictness):
    """Between clips of different panels it is: there mean ratings really differ by who gave them."""
    found, wanted = [], []
    for seed in range(60):
        truth, values, panel = by_panel(strictness, seed, raters)
        ceiling = noise_ceiling(**panel, level=level, measure="lcc", splits=30)
        found.append(ceiling.reliability or 0)
        means = values.mean(axis=2)
        pair = (means.mean(axis=0), truth.mean(axis=0)) if level == "system" else (means.ravel(), truth.ravel())
        wanted.append(stats.pearsonr(*pair).statistic ** 2)
    assert np.mean(found) == pytest.approx(np.mean(wanted), abs=0.01 if level == "system" else 0.03)


@pytest.mark.parametrize("level", ["clip", "system"])
def test_few_raters_of_whom_each_clip_has_its_own_draw(level):
    """Six of ten on each clip: mean ratings differ by who was drawn, but less than if raters had no end."""
    found, wanted = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        systems = np.tile(np.arange(8), 16)
        truth = 0.35 * rng.normal(size=8)[systems] + 0.3 * rng.normal(size=128)
        raters = np.stack([rng.permutation(10)[:6] for _ in range(128)])
        values = truth[:, None] + rng.normal(size=10)[raters] + 0.8 * rng.normal(size=(128, 6))
        ceiling = noise_ceiling(
            values.ravel(),
            np.repeat(np.arange(128), 6),
            raters=raters.ravel(),
            systems=np.repeat(systems, 6),
            level=level,
            measure="lcc",
            splits=30,
        )
        found.append(ceiling.reliability or 0)
        pair = (values.mean(axis=1), truth)
        if level == "system":
            pair = (np.bincount(systems, side) for side in pair)
        wanted.append(stats.pearsonr(*pair).statistic ** 2)
    assert np.mean(found) == pytest.approx(np.mean(wanted), abs=0.01 if level == "system" else 0.03)


def test_the_order_of_ratings_does_not_matter_to_split_raters():
    panel = by_panel(2, 0)[2]
    order = np.random.default_rng(1).permutation(len(panel["values"]))
    shuffled = {name: column[order] for name, column in panel.items()}
    assert noise_ceiling(**shuffled, level="system") == noise_ceiling(**panel, level="system")


def test_one_name_for_all_raters_is_none():
    panel = Panel(np.full(50, 5))
    for method in ("splits", "anova"):
        named, unnamed = (
            noise_ceiling(panel.values, panel.clips, raters=raters, measure="lcc", method=method)
            for raters in ([-1] * 250, None)
        )
        assert named == unnamed


def test_a_rater_who_rates_a_clip_twice_can_be_split():
    """Two raters of 10,000 clips each, twice a clip: what is left to split is the pair, at random."""
    rng = np.random.default_rng(9)
    truth, clips = np.repeat(rng.normal(size=20_000), 2), np.repeat(np.arange(20_000), 2)
    values = truth + rng.normal(size=40_000) + 3 * (np.arange(40_000) % 2)
    named, unnamed = (
        noise_ceiling(values, clips, raters=raters, measure="lcc", splits=10) for raters in (clips // 10_000, None)
    )
    assert named.split_half == pytest.approx(unnamed.split_half, abs=0.02)


def test_the_closed_form_wants_raters_on_all_clips_or_on_one():
    panel = by_panel(1, 0)[2]
    with pytest.raises(UsageError, match="Use method 'splits'"):
        noise_ceiling(**panel, level="system", measure="lcc", method="anova")
    nested = noise_ceiling(panel["values"], panel["clips"], raters=range(768), measure="lcc", method="anova")
    assert nested == noise_ceiling(panel["values"], panel["clips"], measure="lcc", method="anova")
