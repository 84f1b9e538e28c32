"""What is told beside the errors: losses in points on scales they were not made for, and trainings to beware of."""

from dataclasses import replace

import pytest

from earwitness.mos.heads import Axis
from earwitness.train.cautions import fit_cautions, scale_cautions
from earwitness.train.config import MOSConfig
from earwitness.train.results import FitResult

PLAIN = MOSConfig(axes=("quality",))
FIT = FitResult("qamro", 0, 12, 4, 0.5, 1.0, ["earwitness 1"], {}, {})


def told(low, high, **options):
    return scale_cautions(replace(PLAIN, **options), [Axis("quality", low, high)])


@pytest.mark.parametrize(("low", "high"), [(1, 5), (1, 10), (0, 10), (1, 4)])
def test_scales_of_about_five_points_pass(low, high):
    assert told(low, high) == told(low, high, loss="contrastive") == []


def test_a_scale_of_a_hundred_points_is_told():
    (line,) = told(0, 100)
    assert line.startswith("quality: ratings run 0-100: Huber's one point is 1 % of that and 25 % of 1-5")
    assert line.endswith("use --regression-scale standardised and --rank-weight 0.04.")
    (other,) = told(0, 1, loss="soft-rank")
    assert "100 % of that" in other
    assert other.endswith("use --regression-scale standardised.")


@pytest.mark.parametrize("loss", ["qamro", "noise-weighted"])
def test_a_hinge_in_points_must_be_weighed_down_beside_a_standardised_regression(loss):
    (line,) = told(0, 100, loss=loss, regression_scale="standardised")
    assert line.endswith("use --rank-weight 0.04.")
    assert told(0, 100, loss=loss, regression_scale="standardised", rank_weight=0.04) == []


@pytest.mark.parametrize(
    "options", [{"loss": "none"}, {"regression_scale": "standardised", "loss": "ccc"}, {"regression": "none"}]
)
def test_what_counts_in_no_points_beside_a_ranking_loss_passes(options):
    assert told(0, 100, **options) == []


def test_the_margin_of_contrastive_stays_in_points():
    (line,) = told(0, 100, loss="contrastive", regression_scale="standardised", rank_weight=0.04)
    assert "a margin of 0.2 points is 0.2 % of that" in line


def test_of_a_scale_that_nobody_told_only_that_is_told():
    axes = [Axis("quality", 2.4, 4.9), Axis("depth", 0, 100)]
    for options in ({}, {"loss": "contrastive"}, {"loss": "none"}):
        lines = scale_cautions(replace(PLAIN, **options), axes, {"quality"})
        assert lines[0].startswith("quality: nobody told the raters' scale; 2.4-4.9 was taken from the ratings seen")
        assert all(line.startswith("depth: ratings run 0-100") for line in lines[1:])
    assert len(lines) == 1


def test_a_training_without_a_best_epoch_is_told():
    assert fit_cautions([FIT], "earwitness 1") == []
    (line,) = fit_cautions([FIT, replace(FIT, best_epoch=0, seed=1)], "earwitness 1")
    assert line.startswith("qamro, seed 1: no epoch had the measure")


def test_a_training_by_other_code_is_told():
    mixed = replace(FIT, codes=["earwitness 0", "earwitness 1"])
    (line,) = fit_cautions([mixed], "earwitness 1")
    assert line.startswith("qamro, seed 0 was trained by earwitness 0, and this run is by earwitness 1")
