from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earwitness.rubrics.rules.tokens import tokens_of


def cut(text):
    return [token.text for token in tokens_of(text)]


def tags(text):
    return [token.tag for token in tokens_of(text)]


def test_the_longest_phrase_wins():
    assert cut("a police car with low-pitched sirens") == ["a", "police car", "with", "low pitched", "sirens"]


def test_nothing_is_joined_across_a_comma():
    assert cut("police, car") == ["police", ",", "car"]


def test_chinese_is_cut_with_the_fewest_unknown_characters():
    assert cut("先有人敲门") == ["先", "有人", "敲门"]
    assert cut("嘎嘣机在响") == ["嘎嘣机", "在", "响"]
    assert tags("嘎嘣机在响")[0] == "word"


@pytest.mark.parametrize(
    ("text", "tag", "dimension"),
    [
        ("120 BPM", "tempo", "tempo"),
        ("in C minor", "tempo", "tempo"),
        ("30-year-old", "trait", "age"),
        ("三十岁左右", "trait", "age"),
        ("for ten seconds", "trait", "duration"),
        ("1980s", "genre", "genre"),
        ("三声", "count", ""),
        ("four times", "count", ""),
    ],
)
def test_what_has_numbers_is_found_by_its_form(text, tag, dimension):
    (token,) = tokens_of(text)
    assert (token.tag, token.dimension, token.span) == (tag, dimension, (0, len(text)))


def test_a_possessive_is_its_noun():
    assert tags("the baby's toy") == ["det", "source", "source"]


def test_a_token_can_be_read_in_another_meaning():
    (bark,) = tokens_of("bark")
    assert bark.tag == "sound"
    assert bark.meaning("action").tag == "action"
    assert bark.meaning("place") is None


def test_both_languages_stand_in_one_caption():
    assert tags("狗叫 and rain，tractor") == ["sound", "and", "sound", "comma", "source"]


@given(st.text())
def test_tokens_lie_in_order_and_hold_their_own_text(text):
    tokens = tokens_of(text)
    assert all(token.start < token.end <= len(text) for token in tokens)
    assert all(first.end <= second.start for first, second in pairwise(tokens))
