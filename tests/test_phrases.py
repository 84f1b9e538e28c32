import pytest

from earwitness.rubrics.rules.clauses import clauses_of
from earwitness.rubrics.rules.phrases import parts_of
from earwitness.rubrics.rules.tokens import tokens_of


def parts(text, clause=0):
    return parts_of(clauses_of(tokens_of(text))[clause])


def said(remarks):
    return [(remark.dimension, " ".join(token.text for token in remark.tokens)) for remark in remarks]


def core(text, clause=0):
    return " ".join(token.text for token in parts(text, clause).core)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("in a kitchen a dog barks loudly twice", "a dog barks"),
        ("birds in the forest sing", "birds sing"),
        ("footsteps on gravel", "footsteps on gravel"),
        ("the sound of a dog", "a dog"),
        ("someone opens a squeaky door", "someone opens a door"),
        ("wind chimes tinkle softly in a gentle breeze", "wind chimes tinkle"),
        ("a piano creating a summer storm", "a piano"),
        ("一只狗大声地叫了两声", "一只 狗 叫"),
        ("响起激昂的鼓声", "鼓声"),
        ("狗的叫声", "狗 的 叫 声"),
    ],
)
def test_the_core_is_what_is_left(text, words):
    assert core(text) == words


def test_degrees_belong_to_their_attribute():
    assert said(parts("a dog barks very loudly").traits) == [("loudness", "very loudly")]
    assert said(parts("he speaks with a thick Russian accent", 1).traits) == [("accent", "thick russian accent")]
    assert said(parts("a piano with light reverb", 1).traits) == [("room", "light reverb")]


def test_an_unknown_adverb_is_a_manner():
    assert said(parts("he laughs bitterly").traits) == [("manner", "bitterly")]
    assert said(parts("a butterfly flutters").traits) == []


def test_a_manner_phrase_gives_attributes_and_no_nouns():
    found = parts("he speaks in a very low and husky voice")
    assert said(found.traits) == [("pitch", "very low"), ("timbre", "husky")]
    assert [token.text for token in found.core] == ["speaks"]


def test_unknown_words_before_a_telling_noun():
    assert said(parts("in a velveteen tone").traits) == [("emotion", "velveteen")]
    assert said(parts("a zorgish-style lute").styles) == [("genre", "zorgish style")]


def test_age_of_a_thing_is_part_of_its_name():
    assert core("an old truck") == "an old truck"
    assert said(parts("an old sailor").traits) == [("age", "old")]


def test_numbers_between_which_is_counted_are_no_count():
    assert parts("he counts from one to ten").counts == []


def test_a_genre_that_plays_is_heard_too():
    found = parts("soft jazz plays")
    assert [(token.text, token.tag) for token in found.core[:1]] == [("jazz", "music")]
    assert said(found.styles) == [("genre", "jazz")]


@pytest.mark.parametrize(
    ("text", "flag"),
    [("her pitch is low", "refers"), ("the dog barks", "definite"), ("suitable for a film", "commented")],
)
def test_what_kind_of_clause_it_is(text, flag):
    assert getattr(parts(text), flag)
    assert not getattr(parts("a dog barks"), flag)
