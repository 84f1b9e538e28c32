"""Captions of music of known instrument, tempo, mode, register and dynamics, in English and Chinese.

A trait stands before the noun, behind it, or in a sentence of its own. Drums, and that there are none, are told last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from earwitness.scenes.domains.base import Claim, Described
from earwitness.scenes.domains.music.words import INSTRUMENTS, TRAITS, Place
from earwitness.scenes.domains.pieces import Piece, capitalised, described, joined
from earwitness.scenes.draws import one_of
from earwitness.types import Language

# Traits before a noun; more would be a list.
MOST_BEFORE = 3


def describe(claims: Sequence[Claim], language: Language, rng: np.random.Generator) -> Described:
    """A caption that makes these claims, with an item for each; its frame, its words and their order are drawn.

    Args:
        claims: in the order of the items; no fact twice.
        language: of the caption.
        rng: draws the wording.

    Example:
        >>> claims = [Claim("instrument", ("harp",)), Claim("tempo", (), "slow"), Claim("drums")]
        >>> describe(claims, "en", np.random.default_rng(1)).caption
        'The harp music is slow, accompanied by drums.'
    """
    caption = _Caption(claims, language, rng)
    frames = FRAMES[language] + (PLAYED[language] if caption.names_instrument else ())
    pieces = one_of(frames, rng)(caption)
    return described(capitalised(pieces), claims, lambda claim: question(claim, language))


def question(claim: Claim, language: Language) -> str:
    """The question whether a claim is true; its words hang on the claim alone.

    Example:
        >>> question(Claim("instrument", ("accordion",)), "en"), question(Claim("tempo", (), "slow"), "zh")
        ('Can an accordion be heard?', '这段音乐的速度慢吗？')
    """
    if claim.fact == "instrument":
        return INSTRUMENTS[claim.about[0]][language].question
    return TRAITS[language][claim.fact, claim.value].question


class _Caption:
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

    def word(self, choices: Sequence[str]) -> str:
        """One of several wordings."""
        return one_of(choices, self._rng)

    def instrument(self, place: Literal["music", "on", "plays"]) -> list[Piece]:
        """The instrument, if it is told."""
        if self._instrument is None:
            return []
        forms = INSTRUMENTS[self._instrument.about[0]][self._language]
        return [Piece(self.word(getattr(forms, place)), (self._instrument,))]

    def before(self, least: int) -> list[Piece]:
        """Some of the traits, so many at least, for a place before a noun."""
        number = int(self._rng.integers(least, min(len(self._traits), MOST_BEFORE) + 1))
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
        return Piece(self.word([form for form in forms if not (not_with and form.startswith(not_with))]), (claim,))


def _after(opening: str, pieces: Sequence[Piece], between: str = "") -> list[Piece]:
    """The pieces behind an opening; nothing if there are none."""
    return [Piece(opening), *joined(pieces, between)] if pieces else []


# --- English -------------------------------------------------------------------------------------------------------


def _noun(caption: _Caption, *, named: bool = True) -> list[Piece]:
    """``a slow, soft piano piece``; where the instrument is told elsewhere ``a slow, soft piece``."""
    kind = caption.word(("piece", "tune", "music"))
    instrument = caption.instrument("music") if named else []
    # Of its own, "a piece" would be no sentence.
    traits = joined(caption.before(least=int(named and not instrument)), ", ")
    words = [*traits, *_gap(traits), *instrument, *_gap(instrument), Piece(kind)]
    # Music is not counted.
    return words if kind == "music" else [Piece("an " if words[0].text[0] in "aeio" else "a "), *words]


def _gap(words: Sequence[Piece]) -> list[Piece]:
    return [Piece(" ")] if words else []


def _piece(caption: _Caption) -> list[Piece]:
    """A slow piano piece in a minor key, with drums."""
    noun = _noun(caption)
    return [*noun, *_after(" ", [*caption.behind(), *caption.drums("behind")], ", "), Piece(".")]


def _piece_and_drums(caption: _Caption) -> list[Piece]:
    """Slow piano music in a minor key; there are no drums."""
    noun = _noun(caption)
    return [*noun, *_after(" ", caption.behind(), ", "), *_after("; ", caption.drums("alone")), Piece(".")]


def _played(caption: _Caption) -> list[Piece]:
    """A slow piece played on a piano in a minor key, with drums."""
    noun = _noun(caption, named=False)
    behind = [*caption.behind(verb=True), *caption.drums("behind")]
    return [*noun, Piece(" played "), *caption.instrument("on"), *_after(" ", behind, ", "), Piece(".")]


def _plays(caption: _Caption) -> list[Piece]:
    """A piano plays a slow piece in a minor key, with drums."""
    noun = _noun(caption, named=False)
    behind = [*caption.behind(verb=True), *caption.drums("behind")]
    return [*caption.instrument("plays"), Piece(" "), *noun, *_after(" ", behind, ", "), Piece(".")]


def _stated(caption: _Caption) -> list[Piece]:
    """The piano music is slow, soft and in a minor key, with drums."""
    subject = joined([Piece("the"), *caption.instrument("music"), Piece("music is")], " ")
    return [
        *subject,
        Piece(" "),
        *joined(caption.alone(), ", ", " and "),
        *_after(", ", caption.drums("behind")),
        Piece("."),
    ]


def _sentences(caption: _Caption) -> list[Piece]:
    """A slow piano piece. It is soft and in a minor key. There are no drums."""
    noun = _noun(caption)
    alone = caption.alone()
    is_so = [Piece(". It is "), *joined(alone, ", ", " and ")] if alone else []
    return [*noun, *is_so, *_after(". ", capitalised(caption.drums("alone"))), Piece(".")]


# --- Chinese -------------------------------------------------------------------------------------------------------


def _music(caption: _Caption, *, named: bool = True) -> list[Piece]:
    """``慢速、轻柔的钢琴曲``; where the instrument is told elsewhere ``慢速、轻柔的乐曲``."""
    instrument = caption.instrument("music") if named else []
    traits = joined(caption.before(least=int(named and not instrument)), "、")
    kind = caption.word(("曲", "音乐") if instrument else ("乐曲", "音乐"))
    return [*traits, *([Piece("的")] if traits else []), *instrument, Piece(kind)]


def _listed(caption: _Caption) -> list[Piece]:
    """What is left to tell, each behind a comma."""
    return _after("，", [*caption.behind(), *caption.drums("behind")], "，")


def _a_piece(caption: _Caption) -> list[Piece]:
    """Such as 一段慢速的钢琴曲，音区很高，有鼓声."""
    return [
        Piece(caption.word(("一段", "可以听到一段", "录音里是一段"))),
        *_music(caption),
        *_listed(caption),
        Piece("。"),
    ]


def _played_with(caption: _Caption) -> list[Piece]:
    """Such as 一段用钢琴演奏的慢速的乐曲，采用小调，没有鼓声."""
    music = _music(caption, named=False)
    return [Piece("一段"), *caption.instrument("on"), *music, *_listed(caption), Piece("。")]


def _is_playing(caption: _Caption) -> list[Piece]:
    """Such as 钢琴演奏着一段慢速的乐曲，采用小调，没有鼓声."""
    music = _music(caption, named=False)
    return [*caption.instrument("plays"), Piece("一段"), *music, *_listed(caption), Piece("。")]


def _this_piece(caption: _Caption) -> list[Piece]:
    """Such as 这段钢琴音乐速度很慢，采用小调，没有鼓声."""
    told = [*caption.alone(), *caption.drums("behind")]
    return [Piece("这段"), *caption.instrument("music"), Piece("音乐"), *joined(told, "，"), Piece("。")]


def _two_sentences(caption: _Caption) -> list[Piece]:
    """Such as 这是一段慢速的钢琴音乐。乐曲采用小调，其中听不到鼓声."""
    music = _music(caption)
    rest = _after("。乐曲", caption.alone(), "，")
    drums = _after("，其中" if rest else "。乐曲中", caption.drums("alone"))
    return [Piece("这是一段"), *music, *rest, *drums, Piece("。")]


# Frames for any piece, and those for one of which the instrument is told.
Frame: TypeAlias = Callable[[_Caption], list[Piece]]
FRAMES: Mapping[Language, tuple[Frame, ...]] = {
    "en": (_piece, _piece_and_drums, _stated, _sentences),
    "zh": (_a_piece, _this_piece, _two_sentences),
}
PLAYED: Mapping[Language, tuple[Frame, ...]] = {"en": (_played, _plays), "zh": (_played_with, _is_playing)}
