import numpy as np
import pytest

from earwitness.backbones import load_backbone
from earwitness.backbones.base import ANSWER_FORMS, Backbone, Request, p_yes, resolve_forms
from earwitness.backbones.fake import FakeBackbone
from earwitness.errors import AudioError, BackboneError, UsageError
from earwitness.types import NO_AUDIO, Audio

EN = ANSWER_FORMS["en"]


def clip(name="a", seconds=1.0, rate=16000):
    return Audio(np.zeros(round(seconds * rate), np.float32), rate, name)


def ask(fake, *questions, audio=None, forms=EN):
    (answer,) = fake.answer([Request(audio or clip(), questions, forms.all)])
    return p_yes(answer, forms)


def test_it_is_a_backbone():
    assert isinstance(load_backbone("fake"), Backbone)


def test_the_same_question_has_the_same_answer():
    first, second = ask(FakeBackbone(), "q"), ask(FakeBackbone(), "q")
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("other", [{"audio": clip("b")}, {"fake": FakeBackbone(seed=1)}, {"question": "p"}])
def test_another_clip_seed_or_question_has_another_answer(other):
    known = ask(FakeBackbone(), "q")[0]
    changed = ask(other.get("fake", FakeBackbone()), other.get("question", "q"), audio=other.get("audio"))[0]
    assert abs(known - changed) > 1e-6


def test_answers_by_hash_are_spread_evenly():
    answers, _ = ask(FakeBackbone(), *map(str, range(4000)))
    counts, _ = np.histogram(answers, bins=10, range=(0, 1))
    # 400 in each tenth, five standard deviations (19) either way.
    assert counts.min() > 305
    assert counts.max() < 495


def test_a_table_answers_by_the_words_of_the_question():
    answers, mass = ask(FakeBackbone({"dog": 0.9, "cat": 0.25}, mass=0.6), "A dog?", "A cat?")
    np.testing.assert_allclose(answers, [0.9, 0.25])
    np.testing.assert_allclose(mass, [0.6, 0.6])


def test_a_function_is_given_clip_and_question():
    fake = FakeBackbone(lambda audio, question: audio.duration / len(question))
    np.testing.assert_allclose(ask(fake, "four", audio=clip(seconds=2))[0], [0.5])


def test_chinese_forms_mean_the_same():
    forms = ANSWER_FORMS["zh"]
    np.testing.assert_allclose(ask(FakeBackbone({"狗": 0.8}), "有狗吗？", forms=forms)[0], [0.8])


def test_it_writes_the_likelier_answer():
    fake = FakeBackbone({"dog": 0.9, "cat": 0.1})
    assert fake.generate([Request(clip(), ("dog?", "cat?"))]) == [("Yes", "No")]


def test_tokens_limit_the_forms():
    fake = FakeBackbone(tokens=["Yes", "no"])
    assert resolve_forms(fake, "en", "logsumexp").all == ("Yes", "no")
    with pytest.raises(BackboneError, match="no single token for no"):
        resolve_forms(fake, "en", "pair")


def test_limits_are_kept():
    fake = FakeBackbone(max_duration=10)
    with pytest.raises(AudioError, match=r"11\.00 s; fake hears 0\.1 to 10 s") as caught:
        ask(fake, "q", audio=clip(seconds=11))
    assert caught.value.code == "too_long"
    with pytest.raises(UsageError, match="8000 Hz"):
        ask(fake, "q", audio=clip(rate=8000))
    with pytest.raises(UsageError, match="mass is 0"):
        FakeBackbone(mass=0)


def test_identity_tells_fakes_apart():
    fakes = [FakeBackbone(), FakeBackbone(seed=1), FakeBackbone(mass=0.5), FakeBackbone({"dog": 1.0})]
    assert len({repr(fake.identity) for fake in fakes}) == 4


def test_without_a_clip_it_answers_the_question():
    (yes,), _ = ask(FakeBackbone({"dog": 0.9}), "Is it a dog?", audio=NO_AUDIO)
    assert yes == pytest.approx(0.9)
    assert ask(FakeBackbone(), "q", audio=NO_AUDIO)[0] != ask(FakeBackbone(), "q")[0]
