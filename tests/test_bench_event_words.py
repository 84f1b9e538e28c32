"""Events and items told apart by their words: endings, words that name no sound, each taken once."""

import pytest

from earwitness.bench.sets.event_words import matching


@pytest.mark.parametrize(
    ("event", "item"),
    [
        ("dog barking", "a dog barks loudly"),
        ("rain", "heavy rain falling"),
        ("sound of a car engine", "the car's engine revs"),
        ("birds chirping", "A bird chirped"),
        ("door slamming", "a door slams"),
        ("glass breaking", "breaks"),
        ("狗叫声", "能听到狗叫吗"),
    ],
)
def test_half_of_the_words_of_the_shorter_are_enough(event, item):
    assert matching([event], [item]) == {0: 0}


@pytest.mark.parametrize(
    ("event", "item"), [("dog barking", "a cat meows"), ("the sound of rain", "the sound of wind"), ("rain", "")]
)
def test_other_words_are_another_event_and_words_without_sound_tell_nothing(event, item):
    assert matching([event], [item]) == {}


def test_each_is_taken_once_and_as_many_as_can_be():
    # "dog" alone fits both items; taken greedily it would keep "dog barking" from its only partner.
    assert matching(["dog", "dog barking"], ["dog barks", "dog growls"]) == {0: 1, 1: 0}
    assert matching(["dog barking"], ["a dog barks", "the dog barks again"]) == {0: 0}


def test_of_equally_many_those_that_share_most():
    assert matching(["dog barking loudly", "dog growling loudly"], ["a dog growls loudly", "a dog barks loudly"]) == {
        0: 1,
        1: 0,
    }


def test_nothing_matches_nothing():
    assert matching([], ["rain"]) == matching(["rain"], []) == {}
