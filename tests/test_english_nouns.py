import pytest

from earwitness.rubrics.rules.context import in_context
from earwitness.rubrics.rules.english_nouns import (
    anyone,
    noun_age,
    own_phrase,
    person_aged,
    plural,
    translated_phrase,
    with_article,
    with_gerund,
)
from earwitness.rubrics.rules.tokens import tokens_of


def spell(token):
    if token.text.isascii():
        return token.text
    return token.form.term.names.get("en") if token.form else None


def words(text):
    return in_context(tokens_of(text))


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("dog barks", "a dog barking"),
        ("dogs bark", "dogs barking"),
        ("the dog barks", "the dog barking"),
        ("a zorg flumbles", "a zorg flumbling"),
        ("explosion", "an explosion"),
        ("music", "music"),
        ("creaking stairs", "creaking stairs"),
        ("zorg", None),
    ],
)
def test_english_words(text, phrase):
    assert own_phrase(words(text), spell) == phrase


@pytest.mark.parametrize(
    ("text", "person", "phrase"),
    [
        ("狗叫", False, "dog barking"),
        ("狗在叫", False, "a dog barking"),
        ("猫在叫", False, "a cat meowing"),
        ("狗", False, "the sound of a dog"),
        ("雨声", False, "rain"),
        ("有人唱歌", True, "someone singing"),
        ("嘎嘣机响", False, None),
        ("有人嘎嘣", True, None),
    ],
)
def test_chinese_words(text, person, phrase):
    kept = [token for token in tokens_of(text) if token.text != "在"]
    found = translated_phrase(kept, spell, person=person)
    assert (found or "").removeprefix("a ") == (phrase or "").removeprefix("a ")


def test_a_known_verb_is_the_gerund():
    assert with_gerund(words("A dog starts barking"), spell) == "a dog starting barking"
    assert with_gerund(words("Ice cubes rattle"), spell) == "ice cubes rattling"


def test_people_are_someone():
    assert anyone("two women chatting", spoken=True) == "people chatting"
    assert anyone("a man saying", spoken=True) == "someone speaking"
    assert anyone("the speaker", spoken=True) == "the speaker"


def test_articles():
    assert [with_article(text) for text in ("owl", "dog", "roar of a lion")] == [
        "an owl",
        "a dog",
        "the roar of a lion",
    ]


def test_plurals():
    assert [plural(word) for word in ("dogs", "glass", "chorus", "dog")] == [True, False, False, False]


@pytest.mark.parametrize(
    ("noun", "age"), [("girl", "a child"), ("teenager", "a teenager"), ("grandmother", "an old person")]
)
def test_ages_leave_gender_out(noun, age):
    assert noun_age(tokens_of(noun)[0]) == age


def test_ages_in_numbers():
    assert person_aged("In her thirties") == "someone in their thirties"
    assert person_aged("mid-thirties") == 'someone of this age: "mid-thirties"'
