"""Pieces of captions: what lies between them, and whose letter is a capital."""

from __future__ import annotations

import pytest

from earwitness.scenes.domains.base import Claim
from earwitness.scenes.domains.pieces import Piece, capitalised, described, joined

BELL, DOG = Claim("event", ("bell",)), Claim("event", ("dog",))


def _texts(pieces: list[Piece]) -> list[str]:
    return [piece.text for piece in pieces]


@pytest.mark.parametrize(
    ("count", "plain", "listed"),
    [
        (0, [], []),
        (1, ["a"], ["a"]),
        (2, ["a", "+", "b"], ["a", "&", "b"]),
        (3, ["a", "+", "b", "+", "c"], ["a", "+", "b", "&", "c"]),
    ],
)
def test_something_stands_between_each_two_and_nowhere_else(count: int, plain: list[str], listed: list[str]):
    pieces = [Piece(text) for text in "abc"[:count]]
    assert _texts(joined(pieces, "+")) == plain
    assert _texts(joined(pieces, "+", "&")) == listed


def test_what_is_joined_still_says_what_it_said():
    said = joined([Piece("a bell", (BELL,)), Piece("a dog", (DOG,))], " and ")
    assert [piece.says for piece in said] == [(BELL,), (), (DOG,)]


@pytest.mark.parametrize(
    ("texts", "raised"),
    [
        (["a bell", " and a dog"], ["A bell", " and a dog"]),
        # Whoever comes first may have nothing to say.
        (["", "", "then a TV", "."], ["", "", "Then a TV", "."]),
        (["钟声", "。"], ["钟声", "。"]),
        (["", ""], ["", ""]),
        ([], []),
    ],
)
def test_only_the_first_letter_of_all_becomes_a_capital(texts: list[str], raised: list[str]):
    assert _texts(capitalised([Piece(text) for text in texts])) == raised


def test_a_capital_changes_no_claim():
    assert capitalised([Piece(""), Piece("bells", (BELL,))])[1] == Piece("Bells", (BELL,))


def test_a_claim_in_several_pieces_spans_them_and_what_lies_between():
    pieces = [Piece("A bell", (BELL,)), Piece(", far off, "), Piece("rings", (BELL,)), Piece(".")]
    made = described(pieces, (BELL,), lambda claim: "?")
    assert made.caption[slice(*made.items[0].span)] == "A bell, far off, rings"
