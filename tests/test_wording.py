import pytest

from earwitness.rubrics.rules.decomposer import WORDINGS
from earwitness.rubrics.rules.sketch import sketch_of
from earwitness.rubrics.rules.tokens import tokens_of
from earwitness.rubrics.rules.wording import Wording, content, is_person, maker_of, number_in, numeral


def wording(text, language):
    return WORDINGS[language](text, sketch_of(tokens_of(text)))


def test_both_languages_have_one():
    assert set(WORDINGS) == {"en", "zh"}
    assert all(issubclass(kind, Wording) for kind in WORDINGS.values())


@pytest.mark.parametrize(
    ("text", "number"),
    [("once", 1), ("a single", 1), ("two", 2), ("12", 12), ("exactly three times", 3), ("两只", 2), ("十二声", 12)],
)
def test_numbers_are_read(text, number):
    assert number_in(text) == number


@pytest.mark.parametrize("text", ["several", "many times", "几声", "十几只", "许多"])
def test_vague_counts_are_no_numbers(text):
    assert number_in(text) is None


def test_numbers_are_said_in_both_languages():
    assert (numeral(2, "en"), numeral(2, "zh"), numeral(13, "en")) == ("two", "两", "13")


def test_words_in_the_other_language():
    english = wording("狗和嘎嘣机", "en")
    dog, _, machine = tokens_of("狗和嘎嘣机")
    assert (english.word(dog), english.word(machine)) == ("dog", None)
    assert english.words([dog, machine]) is None


def test_unknown_words_keep_their_letters():
    chinese, english = wording("the MRI hums", "zh"), wording("the MRI hums", "en")
    mri = tokens_of("the MRI hums")[1]
    assert (english.word(mri), chinese.word(mri)) == ("MRI", None)


def test_who_makes_a_sound():
    walks, sings = sketch_of(tokens_of("An old man walks and then sings")).sounds
    assert [token.text for token in maker_of(sings)] == [token.text for token in maker_of(walks)] == ["an", "old man"]
    assert is_person(maker_of(walks))


def test_chinese_calls_do_not_name_their_maker():
    _, runs = sketch_of(tokens_of("狗叫了两声，然后跑开")).sounds
    assert content(maker_of(runs)) == []


def test_speakers_are_numbered_once():
    text = "A man speaks, laughs and sighs, and a woman answers"
    assert list(wording(text, "en").speakers.values()) == [0, 1]
