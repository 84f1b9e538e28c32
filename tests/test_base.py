import numpy as np
import pytest
from scipy.special import expit, logsumexp

from earwitness.backbones.base import ANSWER_FORMS, AnswerForms, p_yes, resolve_forms
from earwitness.backbones.fake import FakeBackbone
from earwitness.errors import BackboneError

FORMS = AnswerForms(("Yes", "yes"), ("No", "no", "NO"))


def log_softmax(rows, columns=50, seed=0):
    logits = np.random.default_rng(seed).normal(0, 3, (rows, columns))
    return logits - logsumexp(logits, axis=1, keepdims=True)


def test_logsumexp_is_the_sum_over_forms():
    log_probs = log_softmax(200)[:, :5]
    answer, mass = p_yes(log_probs, FORMS)
    yes, no = np.exp(log_probs[:, :2]).sum(1), np.exp(log_probs[:, 2:]).sum(1)
    np.testing.assert_allclose(answer, yes / (yes + no), rtol=1e-12)
    np.testing.assert_allclose(mass, yes + no, rtol=1e-12)


def test_largest_takes_the_likeliest_form_of_each_side():
    log_probs = log_softmax(200)[:, :5]
    answer, mass = p_yes(log_probs, FORMS, "largest")
    np.testing.assert_allclose(answer, expit(log_probs[:, :2].max(1) - log_probs[:, 2:].max(1)), rtol=1e-12)
    np.testing.assert_allclose(mass, np.exp(log_probs).sum(1), rtol=1e-12)


def test_pair_is_the_papers_formula_on_raw_logits():
    # exp(2) / (exp(2) + exp(0.5)); a constant added to both logits changes nothing.
    forms = AnswerForms(("Yes",), ("No",))
    assert p_yes(np.array([[2.0, 0.5]]) - 7.0, forms, "pair")[0] == pytest.approx(0.8175744761936437)


def test_swapping_yes_and_no_mirrors_the_answer():
    log_probs = log_softmax(50)[:, :5]
    swapped = AnswerForms(FORMS.no, FORMS.yes)
    answer, _ = p_yes(log_probs, FORMS)
    mirrored, _ = p_yes(log_probs[:, [2, 3, 4, 0, 1]], swapped)
    np.testing.assert_allclose(answer + mirrored, 1.0, rtol=1e-12)


def test_extremes_stay_in_range():
    log_probs = np.array([[0.0, -5000.0], [-5000.0, 0.0], [-800.0, -801.0]])
    answer, mass = p_yes(log_probs, AnswerForms(("Yes",), ("No",)))
    np.testing.assert_allclose(answer, [1.0, 0.0, expit(1.0)])
    np.testing.assert_allclose(mass, [1.0, 1.0, 0.0], atol=1e-300)


def test_two_impossible_answers_are_no_evidence():
    answer, mass = p_yes(np.full((1, 2), -np.inf), AnswerForms(("Yes",), ("No",)))
    assert np.isnan(answer).all()
    np.testing.assert_array_equal(mass, [0.0])


def test_pair_keeps_the_plain_words():
    assert resolve_forms(FakeBackbone(), "en", "pair") == AnswerForms(("Yes",), ("No",))
    assert resolve_forms(FakeBackbone(), "zh", "pair") == AnswerForms(("是",), ("否",))


def test_all_single_tokens_are_kept():
    assert resolve_forms(FakeBackbone(), "en", "logsumexp") == ANSWER_FORMS["en"]
    some = resolve_forms(FakeBackbone(tokens=["yes", " no", "NO"]), "en", "largest")
    assert some == AnswerForms(("yes",), (" no", "NO"))


@pytest.mark.parametrize(
    ("tokens", "method", "text"),
    [
        (["yes"], "logsumexp", r"no single token for no among 'No', ' No', 'no', ' no', 'NO'.*another language"),
        (["yes", "no"], "pair", r"no single token for yes among 'Yes'.*Try answers='logsumexp'"),
    ],
)
def test_no_form_at_all_is_refused(tokens, method, text):
    with pytest.raises(BackboneError, match=text):
        resolve_forms(FakeBackbone(tokens=tokens), "en", method)
