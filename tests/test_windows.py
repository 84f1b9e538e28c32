import json
from itertools import pairwise

import numpy as np
import pytest

from earwitness.backbones.window_null import window_null
from earwitness.judges.windows import MIN_OVERLAP, WINDOW_RULE, Window, combine, plan_windows

HOP = 10.0
RNG = np.random.default_rng(0)
# A judge's logits on windows without the event: around one in a thousand, rarely a third.
NULL = window_null(RNG.gumbel(-7, 1.0, 20_000))


def side_by_side(count):
    """Windows of ten seconds without an overlap."""
    return tuple(Window(HOP * i, HOP * (i + 1)) for i in range(count))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class TestPlan:
    def test_a_clip_that_fits_is_one_window(self):
        assert plan_windows(10.0, 10.0) == (Window(0.0, 10.0),)
        assert plan_windows(0.3, 10.0) == (Window(0.0, 0.3),)

    @pytest.mark.parametrize("window", [8.0, 10.0, 30.0])
    @pytest.mark.parametrize("overlap", [1.0, 2.5])
    @pytest.mark.parametrize("duration", [30.01, 31.0, 45.5, 61.0, 299.9, 600.0])
    def test_they_cover_the_clip_and_overlap(self, duration, window, overlap):
        windows = plan_windows(duration, window, overlap)
        assert windows[0].start == 0.0
        assert windows[-1].end == duration
        assert all(one.duration == pytest.approx(window) for one in windows)
        shared = [one.end - other.start for one, other in pairwise(windows)]
        assert min(shared) >= overlap - 1e-9
        # One fewer could not cover it.
        assert duration > window + (len(windows) - 2) * (window - overlap)

    def test_counts_by_hand(self):
        # Steps of 9 s after the first 10: 19 s takes two windows, 19.1 s three.
        assert [len(plan_windows(d, 10.0)) for d in (10.0, 10.1, 19.0, 19.1, 28.0)] == [1, 2, 2, 3, 3]

    @pytest.mark.parametrize("overlap", [0.0, 0.99, 10.0, 11.0])
    def test_an_overlap_that_hides_events(self, overlap):
        with pytest.raises(ValueError, match="wanted at least 1 s"):
            plan_windows(60.0, 10.0, overlap)


class TestEvent:
    @pytest.mark.parametrize("kind", ["event", "speech"])
    def test_an_event_at_45_s_of_a_long_clip_is_found(self, kind):
        windows = plan_windows(600.0, 10.0)
        heard = [one.start <= 45 and one.end >= 45.5 for one in windows]
        p_yes = np.where(heard, 0.98, sigmoid(np.random.default_rng(1).gumbel(-7, 1.0, len(windows))))
        found = combine(kind, p_yes, windows, duration=600.0, null=NULL)
        absent = combine(kind, np.where(heard, 0.001, p_yes), windows, duration=600.0, null=NULL)
        # 60 windows' worth of sound take log 60 = 4.1 off a logit of 3.9, for a tail of scale 1.
        assert found.p_yes == pytest.approx(sigmoid(np.log(0.98 / 0.02) - np.log(60)), abs=0.1)
        assert found.p_yes > 40 * absent.p_yes
        assert (found.coverage, found.flags) == (1.0, ())

    def test_a_certain_event_stays_certain(self):
        windows = plan_windows(600.0, 10.0)
        p_yes = np.full(len(windows), 0.001)
        p_yes[4] = 1 - 1e-6
        assert combine("event", p_yes, windows, duration=600.0, null=NULL).p_yes > 0.99

    def test_the_same_absent_event_in_10_s_and_in_10_min(self):
        """What lasts longer is not likelier to be called present: means and rates agree, uncorrected they do not."""
        rng = np.random.default_rng(2)

        def scores(duration, null):
            windows = plan_windows(duration, 10.0)
            clips = 600
            # One piece of evidence a second, drawn anew for each clip; a window hears the strongest of its ten.
            evidence = rng.gumbel(-7 - np.log(10), 1.0, (clips, int(duration)))
            seconds = [slice(round(one.start), round(one.end)) for one in windows]
            logits = np.stack([evidence[:, part].max(axis=1) for part in seconds], axis=1)
            return np.array(
                [combine("event", sigmoid(row), windows, duration=duration, null=null).p_yes for row in logits]
            )

        short, long, raw = scores(10.0, NULL), scores(600.0, NULL), scores(600.0, None)
        for threshold in (0.002, 0.01):
            assert np.mean(long > threshold) == pytest.approx(np.mean(short > threshold), abs=0.06)
        assert np.median(long) == pytest.approx(np.median(short), rel=0.2)
        assert np.median(raw) > 20 * np.median(short)

    def test_without_a_null_it_is_said(self):
        windows = side_by_side(3)
        result = combine("event", [0.1, 0.7, 0.2], windows, duration=30.0)
        assert (result.p_yes, result.flags, result.weights) == (0.7, ("windows_uncorrected",), (0.0, 1.0, 0.0))


class TestNegation:
    def test_a_forbidden_event_in_one_window_of_ten(self):
        windows = side_by_side(10)
        clean = sigmoid(7 - np.random.default_rng(3).gumbel(0, 1.0, 10))
        broken = clean.copy()
        broken[6] = 1e-5
        kept = combine("negation", clean, windows, duration=100.0, null=NULL)
        violated = combine("negation", broken, windows, duration=100.0, null=NULL)
        assert kept.p_yes > 0.99
        assert violated.p_yes < 0.01
        assert violated.weights[6] == 1.0
        assert kept.flags == violated.flags == ()

    def test_it_is_the_event_mirrored(self):
        windows = side_by_side(4)
        p_yes = np.array([0.01, 0.4, 0.03, 0.2])
        event = combine("event", p_yes, windows, duration=40.0, null=NULL)
        negation = combine("negation", 1 - p_yes, windows, duration=40.0, null=NULL)
        assert negation.p_yes == pytest.approx(1 - event.p_yes)
        assert negation.weights == event.weights


class TestMeans:
    def test_a_style_is_the_mean_over_time(self):
        assert combine("style", [0.2, 0.4, 0.9], side_by_side(3), duration=30.0).p_yes == pytest.approx(0.5)

    def test_shared_seconds_count_once(self):
        windows = (Window(0, 10), Window(5, 15), Window(20, 30))
        # 0-5 and half of 5-10: 7.5 s; half of 5-10 and 10-15: 7.5 s; 10 s alone.
        result = combine("style", [1.0, 0.0, 0.0], windows, duration=30.0)
        assert result.p_yes == pytest.approx(7.5 / 25)
        assert result.weights == pytest.approx((0.3, 0.3, 0.4))
        assert result.coverage == pytest.approx(25 / 30)

    def test_an_attribute_holds_where_its_parent_is_heard(self):
        windows = side_by_side(3)
        result = combine("attribute", [0.9, 0.1, 0.2], windows, duration=30.0, parent=[0.8, 0.0, 0.2])
        assert result.p_yes == pytest.approx(0.8 * 0.9 + 0.2 * 0.2)
        assert result.flags == ()

    @pytest.mark.parametrize("parent", [None, [0.0, 0.0, 0.0], [np.nan, 0.0, np.nan]])
    def test_an_attribute_of_nothing_is_flagged(self, parent):
        result = combine("attribute", [0.9, 0.3, 0.3], side_by_side(3), duration=30.0, parent=parent)
        assert (result.p_yes, result.flags) == (pytest.approx(0.5), ("parent_unheard",))


class TestBestWindow:
    @pytest.mark.parametrize("kind", ["relation", "count", "caption"])
    def test_what_may_span_windows_is_that_of_one(self, kind):
        """Order across a border: neither window hears both events, and the record says what it rests on."""
        windows = plan_windows(19.0, 10.0)
        result = combine(kind, [0.3, 0.1], windows, duration=19.0, null=NULL)
        assert result.flags == ("window_limited",)
        assert result.coverage == pytest.approx(10 / 19)
        assert 0.0 < result.p_yes < 0.3

    def test_a_whole_clip_is_not_limited(self):
        result = combine("caption", [0.3], plan_windows(8.0, 10.0), duration=8.0, null=NULL)
        assert (result.p_yes, result.coverage, result.flags) == (0.3, 1.0, ())


class TestMissingAnswers:
    @pytest.mark.parametrize(
        ("kind", "p_yes"), [("event", 0.6), ("negation", 0.2), ("style", 0.4), ("attribute", 0.4), ("caption", 0.6)]
    )
    def test_a_window_without_an_answer_counts_for_nothing(self, kind, p_yes):
        answers = np.array([0.6, np.nan, 0.2])
        result = combine(kind, answers, side_by_side(3), duration=30.0, parent=[0.5, 0.9, 0.5])
        assert result.p_yes == pytest.approx(p_yes)
        assert "windows_missing" in result.flags
        assert result.weights[1] == 0.0
        assert result.coverage == pytest.approx(1 / 3 if kind == "caption" else 2 / 3)
        assert np.isnan(answers[1])

    def test_no_answer_at_all(self):
        result = combine("event", [np.nan, np.nan], side_by_side(2), duration=20.0, null=NULL)
        assert (result.p_yes, result.coverage, result.flags) == (None, 0.0, ("windows_missing",))

    def test_answers_that_do_not_fit_the_windows(self):
        with pytest.raises(ValueError, match=r"answers of shape \[2\] for 3 windows"):
            combine("event", [0.1, 0.2], side_by_side(3), duration=30.0)


@pytest.mark.parametrize("kind", ["event", "speech", "negation", "style", "attribute", "relation", "count", "caption"])
def test_order_of_the_windows_does_not_matter(kind):
    windows, p_yes = side_by_side(4), np.array([0.1, 0.8, 0.4, 0.3])
    parent = np.array([0.2, 0.9, 0.4, 0.1])
    shuffled = [2, 0, 3, 1]
    one = combine(kind, p_yes, windows, duration=40.0, parent=parent, null=NULL)
    other = combine(
        kind, p_yes[shuffled], [windows[i] for i in shuffled], duration=40.0, parent=parent[shuffled], null=NULL
    )
    assert one.p_yes == pytest.approx(other.p_yes)
    assert one.coverage == pytest.approx(other.coverage)


def test_the_rule_can_stand_in_a_recipe():
    assert json.loads(json.dumps(WINDOW_RULE)) == WINDOW_RULE
    assert WINDOW_RULE["overlap"] == MIN_OVERLAP
