import pytest

from earwitness.rubrics.lexicon.inflection import forms, with_ed, with_ing, with_ly, with_s


@pytest.mark.parametrize(
    ("verb", "third", "ing", "past"),
    [
        ("bark", "barks", "barking", "barked"),
        ("crash", "crashes", "crashing", "crashed"),
        ("cry", "cries", "crying", "cried"),
        ("play", "plays", "playing", "played"),
        ("hum", "hums", "humming", "hummed"),  # one vowel before one consonant
        ("drip", "drips", "dripping", "dripped"),
        ("beep", "beeps", "beeping", "beeped"),  # two vowels
        ("blow", "blows", "blowing", "blowed"),  # w is never doubled
        ("chime", "chimes", "chiming", "chimed"),
        ("buzz", "buzzes", "buzzing", "buzzed"),
        ("moo", "moos", "mooing", "mooed"),
    ],
)
def test_verbs(verb, third, ing, past):
    assert (with_s(verb), with_ing(verb), with_ed(verb)) == (third, ing, past)


@pytest.mark.parametrize(
    ("adjective", "adverb"),
    [("loud", "loudly"), ("angry", "angrily"), ("gentle", "gently"), ("energetic", "energetically"), ("shy", "shily")],
)
def test_adverbs(adjective, adverb):
    assert with_ly(adjective) == adverb


def test_irregular_forms_come_from_the_data():
    assert dict(forms("sing/sang/sung", "verb")) == {
        "sing": "base", "sings": "third", "singing": "ing", "singed": "past", "sang": "past", "sung": "past"
    }  # fmt: skip
    assert list(forms("mouse/mice", "noun")) == [("mouse", "base"), ("mice", "plural")]


def test_without_inflection_a_word_stands_alone():
    assert list(forms("in the distance", None)) == [("in the distance", "base")]
    assert list(forms("far away", "adjective")) == [("far away", "base")]
