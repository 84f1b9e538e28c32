"""Texts as captions quote them."""

from __future__ import annotations

import pytest

from earwitness.scenes.domains.speech.sentences import LINES
from earwitness.scenes.domains.speech.texts import as_quoted, is_question


@pytest.mark.parametrize(("text", "quoted"), [
    ("we call it a bear", "We call it a bear"),
    ("then i said i'd  be late", "Then I said I'd be late"),
    ("it is now two o'clock", "It is now two o'clock"),
    # A name with a capital is written as it should be.
    ("Mike likes green tea", "Mike likes green tea"),
])  # fmt: skip
def test_a_sentence_begins_with_a_capital(text: str, quoted: str) -> None:
    assert as_quoted(text) == quoted


@pytest.mark.parametrize("text", [
    "we call it", "mike likes green tea", "here is betty's new scarf", "he is in london now",
    "bill likes the p e class", "see you on monday then", "we speak english at home",
])  # fmt: skip
def test_short_texts_and_names_in_small_letters_are_left_out(text: str) -> None:
    assert as_quoted(text) is None


@pytest.mark.parametrize("text", [
    "do you like it too", "are you at the concert", "is this well done", "what will you do now", "and who is the judge",
    "why would anybody choose that",
])  # fmt: skip
def test_questions_are_known(text: str) -> None:
    words = as_quoted(text)
    assert words is not None
    assert is_question(words)


@pytest.mark.parametrize("text", [
    "how beautiful they all are", "do not go there", "do it for me now", "have a little bit of faith",
    "when they get what they want", "is looking forward to it",
])  # fmt: skip
def test_what_may_be_no_question_is_left_out(text: str) -> None:
    assert as_quoted(text) is None


def test_no_line_is_a_question() -> None:
    assert not [line for lines in LINES.values() for line in lines if is_question(line.words)]
