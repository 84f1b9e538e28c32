"""Captions put together of pieces that say what they claim, so that each item's span is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from earwitness.scenes.domains.base import ITEM_OF, PRESENCE, Claim, Described
from earwitness.types import Item


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a caption and the claims that it makes; a claim may be spread over several pieces."""

    text: str
    says: tuple[Claim, ...] = ()


def joined(pieces: Sequence[Piece], between: str, last: str | None = None) -> list[Piece]:
    """The pieces with so much between each two, and between the last two.

    Example:
        >>> words = map(Piece, ("slow", "soft", "low"))
        >>> "".join(piece.text for piece in joined(list(words), ", ", " and "))
        'slow, soft and low'
    """
    put: list[Piece] = []
    for place, piece in enumerate(pieces):
        if place:
            put.append(Piece(between if last is None or place < len(pieces) - 1 else last))
        put.append(piece)
    return put


def capitalised(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with the first letter of all a capital; other letters stay, as a name may have capitals of its own.

    Example:
        >>> [piece.text for piece in capitalised([Piece(""), Piece("a TV"), Piece(" is on")])]
        ['', 'A TV', ' is on']
    """
    first = next((place for place, piece in enumerate(pieces) if piece.text), 0)
    return [
        replace(piece, text=piece.text[:1].upper() + piece.text[1:]) if place == first else piece
        for place, piece in enumerate(pieces)
    ]


def described(pieces: Sequence[Piece], claims: Sequence[Claim], ask: Callable[[Claim], str]) -> Described:
    """Put a caption together, with one item for each claim, in the order of the claims.

    Args:
        pieces: which together are the caption, blanks and punctuation among them; what a claim is spread over, and what
            lies between, is the span of its item.
        claims: those that the pieces make; a claim comes after those that it rests on.
        ask: the question about a claim.

    Example:
        >>> bell, twice = Claim("event", ("bell",)), Claim("count", ("bell",), 2)
        >>> pieces = [Piece("A bell rings", (bell,)), Piece(" "), Piece("twice", (twice,)), Piece(".")]
        >>> made = described(pieces, (bell, twice), lambda claim: f"{claim.fact}?")
        >>> made.caption, [(item.id, item.span, item.parents) for item in made.items]
        ('A bell rings twice.', [('q1', (0, 12), ()), ('q2', (13, 18), ('q1',))])
    """
    ids = {claim: f"q{number}" for number, claim in enumerate(claims, start=1)}
    items = []
    for claim, name in ids.items():
        kind, dimension = ITEM_OF[claim.fact]
        parents = tuple(ids[other] for other in claims if _rests_on(claim, other))
        items.append(Item(name, ask(claim), kind, dimension, _span(pieces, claim), parents))
    return Described("".join(piece.text for piece in pieces), tuple(items), tuple(ids))


def _rests_on(claim: Claim, other: Claim) -> bool:
    if claim.fact in PRESENCE or other.fact not in PRESENCE or claim.fact == "absence":
        return False
    return other.about[0] in claim.about


def _span(pieces: Sequence[Piece], claim: Claim) -> tuple[int, int]:
    ends = np.cumsum([0, *(len(piece.text) for piece in pieces)])
    saying = [place for place, piece in enumerate(pieces) if claim in piece.says]
    return int(ends[saying[0]]), int(ends[saying[-1] + 1])
