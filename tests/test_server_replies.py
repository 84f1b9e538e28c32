import math
from collections.abc import Mapping

import numpy as np
import pytest

from earwitness.backbones.base import ANSWER_FORMS, AnswerForms, p_yes
from earwitness.backbones.server.failures import PassingFailure
from earwitness.backbones.server.replies import Top, first_token, written
from earwitness.errors import ClipError

PAIR = AnswerForms(("Yes",), ("No",))


def reply(told):
    entries = told.items() if isinstance(told, Mapping) else told
    return {
        "choices": [{"logprobs": {"content": [{"top_logprobs": [{"token": t, "logprob": v} for t, v in entries]}]}}]
    }


def of(**probabilities):
    return reply({token: math.log(p) for token, p in probabilities.items()})


class TestTop:
    def test_forms_that_are_told_are_taken_as_they_are(self):
        found = Top(20, None).read(of(Yes=0.6, No=0.3, maybe=0.05), PAIR.all)
        np.testing.assert_allclose(np.exp(found), [0.6, 0.3])

    def test_an_absent_form_is_taken_at_half_of_the_last_ones_probability(self):
        # The last told has .004, the rest of all probability is .046: No has at most .004, and is taken at .002.
        found = Top(20, None).read(of(Yes=0.9, maybe=0.05, well=0.004), PAIR.all)
        np.testing.assert_allclose(np.exp(found), [0.9, 0.002])

    def test_what_is_left_of_all_probability_bounds_it_too(self):
        # .99 + .009 are told, so that .001 is left, less than the last one's .009.
        found = Top(20, None).read(of(Yes=0.99, maybe=0.009), PAIR.all)
        np.testing.assert_allclose(np.exp(found), [0.99, 0.0005])

    def test_there_is_no_answer_where_the_bound_leaves_p_yes_open(self):
        # No may have up to .04: P(yes) lies anywhere from .5 / .54 = .926 to 1.
        with pytest.raises(
            ClipError, match=r"2 likeliest tokens, and those leave P\(yes\) anywhere from 0.93 to 1.00"
        ) as e:
            Top(20, None).read(of(Yes=0.5, maybe=0.04), PAIR.all)
        assert e.value.code == "outside_top_k"

    @pytest.mark.parametrize("told", [{"maybe": 0.5, "well": 0.4}, {"maybe": 1.0}])
    def test_there_is_none_where_nothing_is_told_of_either_side(self, told):
        with pytest.raises(ClipError) as caught:
            Top(20, None).read(of(**told), PAIR.all)
        assert caught.value.code == "outside_top_k"

    def test_the_likeliest_form_counts_too_where_the_sum_would_hide_it(self):
        # Six forms of yes have .15 each, No at most .0035. Against the sum, .9, that leaves P(yes) open by .004 in all;
        # against the likeliest alone, .15, by .023: .012 to one side of the middle.
        yes = ANSWER_FORMS["en"].yes
        told = reply([*((form, math.log(0.15)) for form in yes), ("maybe", math.log(0.0035))])
        with pytest.raises(ClipError):
            Top(20, None).read(told, (*yes, "No"))

    @pytest.mark.parametrize("seed", range(40))
    def test_whatever_is_answered_is_within_a_hundredth_of_the_truth(self, seed):
        rng = np.random.default_rng(seed)
        forms = ANSWER_FORMS["en"]
        tokens = [*forms.all, *(f"w{n}" for n in range(60))]
        true = rng.dirichlet(np.full(len(tokens), 0.15))
        top = np.argsort(-true)[:20]
        try:
            found = Top(20, None).read(reply([(tokens[i], math.log(max(true[i], 1e-300))) for i in top]), forms.all)
        except ClipError:
            return  # said to be open
        with np.errstate(divide="ignore"):
            truth = np.log(true[: len(forms.all)])
        for method in ("logsumexp", "largest"):
            assert abs(p_yes(found[None], forms, method)[0] - p_yes(truth[None], forms, method)[0]) <= 0.01

    def test_equal_texts_are_summed(self):
        found = Top(20, None).read(
            reply([("Yes", math.log(0.5)), ("Yes", math.log(0.2)), ("No", math.log(0.2))]), PAIR.all
        )
        np.testing.assert_allclose(np.exp(found), [0.7, 0.2])

    def test_words_that_a_server_writes_for_impossible_are_not_taken_as_a_bound(self):
        # A floor of -9999 would bound No by nothing at all; the last real one is Yes itself.
        with pytest.raises(ClipError):
            Top(20, None).read(reply({"Yes": math.log(0.6), "!": -9999.0}), PAIR.all)

    def test_a_token_beyond_those_asked_for_bounds_nothing(self):
        # Asked for one: No has at most what the first leaves over, not the .001 of the token that was added.
        with pytest.raises(ClipError, match=r"1 likeliest tokens, and those leave P\(yes\) anywhere from 0.60"):
            Top(1, None).read(of(Yes=0.6, odd=0.001), PAIR.all)
        found = Top(2, None).read(of(Yes=0.9, maybe=0.004, odd=1e-9), PAIR.all)
        np.testing.assert_allclose(np.exp(found), [0.9, 0.002])

    def test_nor_where_equal_texts_hide_it(self):
        told = reply([("Yes", math.log(0.5)), ("Yes", math.log(0.3)), ("odd", math.log(1e-9))])
        with pytest.raises(ClipError):
            Top(2, None).read(told, PAIR.all)

    def test_forms_that_are_not_yes_and_no_are_bounded_together(self):
        # Of four digits two are absent, .001 each at most: .002 / (.9 + .002) of all is less than a hundredth.
        told = {"7": 0.6, "8": 0.3, "nine": 0.001}
        found = Top(20, None).read(of(**told), ("6", "7", "8", "9"))
        np.testing.assert_allclose(np.exp(found), [0.0005, 0.6, 0.3, 0.0005])

    def test_and_there_is_no_answer_where_they_may_have_more(self):
        # .02 each: .04 / (.9 + .04) = .043.
        with pytest.raises(ClipError, match=r"leave 4% of the answer to forms that are not among them") as caught:
            Top(20, None).read(of(**{"7": 0.6, "8": 0.3, "nine": 0.02}), ("6", "7", "8", "9"))
        assert caught.value.code == "outside_top_k"
        with pytest.raises(ClipError, match="leave 100% of the answer"):
            Top(20, None).read(of(well=0.9), ("6", "7"))

    def test_forms_of_one_side_alone_must_be_told(self):
        with pytest.raises(ClipError):
            Top(20, None).read(of(Yes=0.999, x=0.0001), ("Yes", "yes"))


class TestFirstToken:
    @pytest.mark.parametrize(
        "broken",
        [
            None,
            [],
            {},
            {"choices": []},
            {"choices": [{}]},
            {"choices": [{"logprobs": None}]},
            {"choices": [{"logprobs": {"content": []}}]},
            {"choices": [{"logprobs": {"content": [{"top_logprobs": None}]}}]},
            reply([("Yes", "much")]),
            reply([("Yes", None)]),
            reply([("Yes", 10**400)]),
            reply([]),
            reply([("Yes", -math.inf)]),
        ],
    )
    def test_a_reply_without_log_probabilities_may_pass(self, broken):
        with pytest.raises(PassingFailure) as caught:
            first_token(broken)
        assert caught.value.error.code == "no_log_probs"

    @pytest.mark.parametrize(
        "told", [{"Yes": math.nan, "No": -1.0}, {"Yes": 0.5}, {"Yes": -0.1, "No": -0.2}, {"Yes": 800.0}]
    )
    def test_numbers_that_are_no_log_probabilities_are_not_taken(self, told):
        with pytest.raises(PassingFailure) as caught:
            first_token(reply(told))
        assert caught.value.error.code == "bad_reply"


@pytest.mark.parametrize(
    "broken", [{}, {"choices": [{"message": {"content": None}}]}, {"choices": [{"message": 3}]}, 7]
)
def test_a_reply_without_text_may_pass(broken):
    with pytest.raises(PassingFailure, match="has no text"):
        written(broken)


def test_an_empty_text_is_a_text():
    assert written({"choices": [{"message": {"content": ""}}]}) == ""
