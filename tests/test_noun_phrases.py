import pytest

from earwitness.rubrics.rules.context import in_context
from earwitness.rubrics.rules.noun_phrases import chinese_place_end, is_place, phrase_end
from earwitness.rubrics.rules.tokens import tokens_of


def phrase(text):
    """The phrase behind the first token."""
    tokens = in_context(tokens_of(text))
    return tokens[0], tokens[1 : phrase_end(tokens, 0)]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("in a busy street", "a busy street"),
        ("in a kitchen a dog barks", "a kitchen"),
        ("in a crowded bar while it rains", "a crowded bar"),
        ("with the roar of a crowd", "the roar of a crowd"),
        ("on gravel crunching", "gravel"),
    ],
)
def test_where_a_phrase_ends(text, inside):
    assert " ".join(token.text for token in phrase(text)[1]) == inside


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("in a kitchen", True),
        ("in a zorg", True),
        ("on a zorg", False),
        ("on a street", True),
        ("like a street", False),
        ("in anger", False),
        ("in", False),
    ],
)
def test_what_says_where(text, where):
    assert is_place(*phrase(text)) is where


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("在厨房里切菜", "在厨房里"),
        ("在繁忙的街道上行驶", "在繁忙的街道上"),
        ("在夜晚的森林里叫", "在夜晚的森林里"),
        ("在嘎嘣镇里叫", "在嘎嘣镇里"),
        ("在叫", None),
    ],
)
def test_chinese_places(text, place):
    tokens = tokens_of(text)
    end = chinese_place_end(tokens, 0)
    assert (end and text[: tokens[end - 1].end]) == place
