"""Captions of music of known instrument, tempo, mode, register and dynamics, in English and Chinese.

A trait stands before the noun, behind it, or in a sentence of its own. Drums, and that there are none, are told last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from earwitness.scenes.domains.base import Claim
from earwitness.scenes.domains.music.words import INSTRUMENTS, TRAITS, Place
from earwitness.scenes.domains.pieces import Piece
from earwitness.types import Language

# Traits before a noun; more would be a list.
MOST_BEFORE = 3


def caption(claims: Sequence[Claim], language: Language, rng: np.random.Generator) -> list[Piece]:
    """A caption that makes these claims; its frame, its words and their order are drawn.

    Args:
        claims: in any order; no fact twice.
        language: of the caption.
        rng: draws the wording.
    """
    telling = _Telling(claims, language, rng)
    frames = FRAMES[language] + (PLAYED[language] if telling.names_instrument else ())
    pieces = frames[rng.integers(len(frames))](telling)
    return [_capital(pieces[0]), *pieces[1:]]


def _capital(piece: Piece) -> Piece:
    return Piece(piece.text[0].upper() + piece.text[1:], piece.says)


class _Telling:
    """What is still to be told of a piece."""

    def __init__(self, claims: Sequence[Claim], language: Language, rng: np.random.Generator) -> None:
        self._language, self._rng = language, rng
        by_fact = {claim.fact: claim for claim in claims}
        self._instrument = by_fact.pop("instrument", None)
        self._drums = [claim for fact in ("drums", "absence") if (claim := by_fact.pop(fact, None))]
        left = list(by_fact.values())
        self._traits = [left[place] for place in rng.permutation(len(left))]

    @property
    def names_instrument(self) -> bool:
        """Whether an instrument is told."""
        return self._instrument is not None

    def one_of(self, choices: Sequence[str]) -> str:
        """One wording."""
        return choices[int(self._rng.integers(len(choices)))]

    def instrument(self, place: Literal["music", "on", "plays"]) -> list[Piece]:
        """The instrument, if it is told."""
        if self._instrument is None:
            return []
        forms = INSTRUMENTS[self._instrument.about[0]][self._language]
        return [Piece(self.one_of(getattr(forms, place)), (self._instrument,))]

    def before(self) -> list[Piece]:
        """Some of the traits, for a place before a noun."""
        number = int(self._rng.integers(min(len(self._traits), MOST_BEFORE) + 1))
        taken, self._traits = self._traits[:number], self._traits[number:]
        return [self._said(claim, "before") for claim in taken]

    def behind(self, *, verb: bool = False) -> list[Piece]:
        """All traits that are left, for a place behind a noun; behind a verb, without another one."""
        return [self._said(claim, "behind", not_with="played " if verb else "") for claim in self._traits]

    def alone(self) -> list[Piece]:
        """All traits that are left, for a sentence of their own."""
        return [self._said(claim, "alone") for claim in self._traits]

    def drums(self, place: Place) -> list[Piece]:
        """The drums or their absence, if either is told."""
        return [self._said(claim, place) for claim in self._drums]

    def _said(self, claim: Claim, place: Place, not_with: str = "") -> Piece:
        forms = getattr(TRAITS[self._language][claim.fact, claim.value], place)
        return Piece(self.one_of([form for form in forms if not (not_with and form.startswith(not_with))]), (claim,))


def _joined(pieces: Sequence[Piece], between: str, last: str | None = None) -> list[Piece]:
    """The pieces with so much between each two, and between the last two."""
    joined: list[Piece] = []
    for place, piece in enumerate(pieces):
        if place:
            joined.append(Piece(between if last is None or place < len(pieces) - 1 else last))
        joined.append(piece)
    return joined


def _after(opening: str, pieces: Sequence[Piece], between: str) -> list[Piece]:
    """The pieces behind an opening; nothing if there are none."""
    return [Piece(opening), *_joined(pieces, between)] if pieces else []


# --- English -------------------------------------------------------------------------------------------------------


def _noun(telling: _Telling, *, named: bool = True) -> list[Piece]:
    """``a slow, soft piano piece``, or without the instrument ``a slow, soft piece``."""
    kind = telling.one_of(("piece", "tune", "music"))
    traits = _joined(telling.before(), ", ")
    instrument = telling.instrument("music") if named else []
    words = [*traits, *_gap(traits), *instrument, *_gap(instrument), Piece(kind)]
    # Music is not counted.
    return words if kind == "music" else [Piece("an " if words[0].text[0] in "aeio" else "a "), *words]


def _gap(words: Sequence[Piece]) -> list[Piece]:
    return [Piece(" ")] if words else []


def _piece(telling: _Telling) -> list[Piece]:
    """A slow piano piece in a minor key, with drums."""
    noun = _noun(telling)
    return [*noun, *_after(" ", [*telling.behind(), *telling.drums("behind")], ", "), Piece(".")]


def _piece_and_drums(telling: _Telling) -> list[Piece]:
    """Slow piano music in a minor key; there are no drums."""
    noun = _noun(telling)
    return [*noun, *_after(" ", telling.behind(), ", "), *_after("; ", telling.drums("alone"), ""), Piece(".")]


def _played(telling: _Telling) -> list[Piece]:
    """A slow piece played on a piano in a minor key, with drums."""
    noun = _noun(telling, named=False)
    behind = [*telling.behind(verb=True), *telling.drums("behind")]
    return [*noun, Piece(" played "), *telling.instrument("on"), *_after(" ", behind, ", "), Piece(".")]


def _plays(telling: _Telling) -> list[Piece]:
    """A piano plays a slow piece in a minor key, with drums."""
    noun = _noun(telling, named=False)
    behind = [*telling.behind(verb=True), *telling.drums("behind")]
    return [*telling.instrument("plays"), Piece(" "), *noun, *_after(" ", behind, ", "), Piece(".")]


def _stated(telling: _Telling) -> list[Piece]:
    """The piano music is slow, soft and in a minor key, with drums."""
    subject = _joined([Piece("the"), *telling.instrument("music"), Piece("music is")], " ")
    return [
        *subject,
        Piece(" "),
        *_joined(telling.alone(), ", ", " and "),
        *_after(", ", telling.drums("behind"), ""),
        Piece("."),
    ]


def _sentences(telling: _Telling) -> list[Piece]:
    """A slow piano piece. It is soft and in a minor key. There are no drums."""
    noun = _noun(telling)
    alone = telling.alone()
    is_so = [Piece(". It is "), *_joined(alone, ", ", " and ")] if alone else []
    return [*noun, *is_so, *_after(". ", list(map(_capital, telling.drums("alone"))), ""), Piece(".")]


# --- Chinese -------------------------------------------------------------------------------------------------------


def _music(telling: _Telling, *, named: bool = True) -> list[Piece]:
    """``慢速、轻柔的钢琴曲``, or without the instrument ``慢速、轻柔的乐曲``."""
    traits = _joined(telling.before(), "、")
    instrument = telling.instrument("music") if named else []
    kind = telling.one_of(("曲", "音乐") if instrument else ("乐曲", "音乐"))
    return [*traits, *([Piece("的")] if traits else []), *instrument, Piece(kind)]


def _listed(telling: _Telling) -> list[Piece]:
    """What is left to tell, each behind a comma."""
    return _after("，", [*telling.behind(), *telling.drums("behind")], "，")


def _a_piece(telling: _Telling) -> list[Piece]:
    """Such as 一段慢速的钢琴曲，音区很高，有鼓声."""
    return [
        Piece(telling.one_of(("一段", "可以听到一段", "录音里是一段"))),
        *_music(telling),
        *_listed(telling),
        Piece("。"),
    ]


def _played_with(telling: _Telling) -> list[Piece]:
    """Such as 一段用钢琴演奏的慢速的乐曲，采用小调，没有鼓声."""
    music = _music(telling, named=False)
    return [Piece("一段"), *telling.instrument("on"), *music, *_listed(telling), Piece("。")]


def _is_playing(telling: _Telling) -> list[Piece]:
    """Such as 钢琴演奏着一段慢速的乐曲，采用小调，没有鼓声."""
    music = _music(telling, named=False)
    return [*telling.instrument("plays"), Piece("一段"), *music, *_listed(telling), Piece("。")]


def _this_piece(telling: _Telling) -> list[Piece]:
    """Such as 这段钢琴音乐速度很慢，采用小调，没有鼓声."""
    told = [*telling.alone(), *telling.drums("alone")]
    return [Piece("这段"), *telling.instrument("music"), Piece("音乐"), *_joined(told, "，"), Piece("。")]


def _two_sentences(telling: _Telling) -> list[Piece]:
    """Such as 这是一段慢速的钢琴音乐。乐曲采用小调，没有鼓声."""
    music = _music(telling)
    rest = [*telling.alone(), *telling.drums("alone")]
    return [Piece("这是一段"), *music, *_after("。乐曲", rest, "，"), Piece("。")]


# Frames for any piece, and those for one of which the instrument is told.
Frame: TypeAlias = Callable[[_Telling], list[Piece]]
FRAMES: Mapping[Language, tuple[Frame, ...]] = {
    "en": (_piece, _piece_and_drums, _stated, _sentences),
    "zh": (_a_piece, _this_piece, _two_sentences),
}
PLAYED: Mapping[Language, tuple[Frame, ...]] = {"en": (_played, _plays), "zh": (_played_with, _is_playing)}
