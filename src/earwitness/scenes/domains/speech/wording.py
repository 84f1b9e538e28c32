"""How clips of one speaker are spoken of, in English and Chinese: captions from claims, and the question about each.

Manner (pace, pitch, loudness) is told beside the verb, before the speaker, or in a clause of its own; the quoted words
end their sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from earwitness.scenes.domains.base import Claim, Described, Fact
from earwitness.scenes.domains.labels.words import said, stem
from earwitness.scenes.domains.pieces import Piece, described
from earwitness.scenes.domains.speech.words import ENGLISH, MANDARIN, SpeechWords
from earwitness.types import Language, language_of

T = TypeVar("T")

MANNER: tuple[Fact, ...] = ("pace", "loudness", "pitch")
_WORDS: Mapping[Language, SpeechWords] = {"en": ENGLISH, "zh": MANDARIN}
_VOICE = "voice"
_STOP: Mapping[Language, str] = {"en": ".", "zh": "。"}


def worded(claims: Sequence[Claim], language: Language, rng: np.random.Generator) -> Described:
    """A caption that makes these claims about one speaker.

    Args:
        claims: at most one of a fact, with ``voice`` first.
        language: of caption and questions; quoted words stay in their own.
        rng: draws the wording.

    Example:
        >>> speaks, low = Claim("voice", ("speaker",)), Claim("pitch", ("speaker",), "low")
        >>> made = worded((speaks, Claim("gender", ("speaker",), "man"), low), "en", np.random.default_rng(0))
        >>> made.caption
        'A man talks. The speech is low in pitch.'
        >>> [made.caption[slice(*item.span)] for item in made.items if item.span]
        ['man talks', 'man', 'low in pitch']
    """
    told = {claim.fact: claim for claim in claims}
    caption = _English(told, ENGLISH, rng) if language == "en" else _Mandarin(told, MANDARIN, rng)
    return described(caption.pieces(), claims, lambda claim: question(claim, language))


def question(claim: Claim, language: Language) -> str:
    """What is asked about a claim.

    Example:
        >>> question(Claim("pace", ("speaker",), "slow"), "en"), question(Claim("absence", ("rain",)), "zh")
        ('Does the speaker talk slowly?', '这段音频里没有雨声，对吗？')
    """
    words = _WORDS[language]
    if claim.fact not in words.named:
        return words.asked[claim.fact, str(claim.value)]
    name = claim.value
    if claim.fact == "secondary":
        name = said(claim.about[0], language).nouns[0]
    if claim.fact == "absence":
        name = stem(claim.about[0], language)
    return words.named[claim.fact].format(name)


class _Caption:
    """What both languages have in common: picking words for what is told."""

    def __init__(self, told: Mapping[Fact, Claim], words: SpeechWords, rng: np.random.Generator) -> None:
        self.told, self.words, self._rng = told, words, rng

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._rng.integers(len(choices)))]

    def subject(self) -> list[Piece]:
        """Who speaks: what stands before, and what the event and gender or age are told by."""
        voice = self.told["voice"]
        for fact in ("gender", "age"):
            if fact in self.told:
                before, middle, behind = self.pick(self.words.subjects[fact, str(self.told[fact].value)])
                return [Piece(before), Piece(middle, (voice, self.told[fact])), Piece(behind, (voice,))]
        before, noun = self.pick(self.words.nobody_known)
        return [Piece(before), Piece(noun, (voice,))]

    def spoken_language(self) -> list[Piece]:
        claim = self.told.get("language")
        return [Piece(self.pick(self.words.languages[str(claim.value)]), (claim,))] if claim else []

    def manner(self, where: Mapping[tuple[str, str], Sequence[str]]) -> list[Piece]:
        """Pace, loudness and pitch, as far as they are told, in any order."""
        told = [fact for fact in MANNER if fact in self.told]
        claims = [self.told[told[place]] for place in self._rng.permutation(len(told))]
        pieces: list[Piece] = []
        for claim in claims:
            choices = where[claim.fact, str(claim.value)]
            # "In a loud voice and in a deep voice" is said once.
            fresh = [text for text in choices if not any(_VOICE in text and _VOICE in piece.text for piece in pieces)]
            pieces.append(Piece(self.pick(fresh), (claim,)))
        return pieces

    def quoted(self) -> Piece:
        """The words between the marks, with the full stop of their own language."""
        claim = self.told["words"]
        return Piece(f"{claim.value}{_STOP[language_of(str(claim.value))]}", (claim,))

    def sound(self, language: Language) -> Piece:
        claim = self.told["secondary"]
        return Piece(self.pick(said(claim.about[0], language).nouns), (claim,))

    def absent(self, language: Language) -> list[Piece]:
        claim = self.told["absence"]
        before, cue, behind = self.pick(self.words.absent)
        return [Piece(before), Piece(cue.format(stem(claim.about[0], language)), (claim,)), Piece(behind)]

    def behind(self, language: Language) -> list[Piece]:
        before, after = self.pick(self.words.behind).split("{}")
        return [Piece(before), self.sound(language), Piece(after)]


_SPEAKS_AND_SAYS = ((ENGLISH.speaks, ", saying: "),)


class _English(_Caption):
    """An English caption."""

    def pieces(self) -> list[Piece]:
        where = self.pick(("beside", "before", "apart"))
        manner = self.manner(self.words.apart if where == "apart" else self.words.beside)
        behind = self.pick(("first", "last")) if "secondary" in self.told else None
        first = [Piece("with "), self.sound("en"), Piece(" in the background, ")] if behind == "first" else []
        if where == "before" and not first and manner and " " in manner[0].text:
            first = [manner.pop(0), Piece(", ")]
        sentences = [self._spoken(first, [] if where == "apart" else manner)]
        if where == "apart" and manner:
            sentences.append([Piece("the speech is "), *_listed(manner), Piece(".")])
        if behind == "last":
            sentences.append([*self.behind("en"), Piece(".")])
        if "absence" in self.told:
            sentences.append([*self.absent("en"), Piece(".")])
        return _joined([_capital(sentence) for sentence in sentences], " ")

    def _spoken(self, first: list[Piece], manner: list[Piece]) -> list[Piece]:
        """Who speaks how, and the words."""
        quotes = "words" in self.told
        verbs, mark = self.words.speaks, "."
        if quotes:
            # "Says", or "speaks and says" where there is a manner to tell.
            verbs, mark = self.pick(((self.words.says, ": "), *_SPEAKS_AND_SAYS[: bool(manner)]))
        verb = Piece(f" {self.pick(verbs)}", (self.told["voice"],))
        pieces = [*first, *self.subject(), verb, *self._how(manner), Piece(mark)]
        return [*pieces, Piece('"'), self.quoted(), Piece('"')] if quotes else pieces

    def _how(self, manner: list[Piece]) -> list[Piece]:
        """Speaks slowly in English; speaks in English in a loud voice."""
        parts = [self.spoken_language(), _listed(manner)]
        if not any(" " in piece.text for piece in manner):
            parts.reverse()
        return [piece for part in parts if part for piece in (Piece(" "), *part)]


class _Mandarin(_Caption):
    """A Chinese caption."""

    def pieces(self) -> list[Piece]:
        where = self.pick(("beside", "before", "apart"))
        manner = _separated(self.manner(self.words.beside if where == "beside" else self.words.apart), "、")
        behind = self.pick(("first", "last")) if "secondary" in self.told else None
        pieces = [*self.behind("zh"), Piece("，")] if behind == "first" else []
        before, *subject = self.subject()
        pieces += [before, *([*manner, Piece("的")] if manner and where == "before" else []), *subject]
        pieces += [Piece("" if "words" in self.told else self.pick(("", "在")))]
        pieces += [*self.spoken_language(), *(manner if where == "beside" else [])]
        pieces += self._said(manner if where == "apart" else [])
        if behind == "last":
            pieces += [*self.behind("zh"), Piece("。")]
        if "absence" in self.told:
            pieces += [*self.absent("zh"), Piece("。")]
        return pieces

    def _said(self, manner: list[Piece]) -> list[Piece]:
        """The verb with the words, and manner in a clause behind."""
        voice = self.told["voice"]
        if "words" in self.told:
            pieces = [Piece(self.pick(self.words.says), (voice,)), Piece("：“"), self.quoted(), Piece("”")]
            return [*pieces, *manner, Piece("。")] if manner else pieces
        verb = Piece(self.pick(self.words.speaks), (voice,))
        return [verb, *((Piece("，"), *manner) if manner else ()), Piece("。")]


def _listed(pieces: Sequence[Piece]) -> list[Piece]:
    """One, two and three."""
    listed = _separated(pieces, ", ")
    if len(pieces) > 1:
        listed[-2] = Piece(" and ")
    return listed


def _separated(pieces: Sequence[Piece], mark: str) -> list[Piece]:
    return _joined([[piece] for piece in pieces], mark)


def _joined(parts: Sequence[Sequence[Piece]], mark: str) -> list[Piece]:
    joined = [piece for part in parts for piece in (*part, Piece(mark))]
    return joined[:-1]


def _capital(sentence: Sequence[Piece]) -> list[Piece]:
    """The sentence with its first letter a capital."""
    first = next(place for place, piece in enumerate(sentence) if piece.text)
    raised = sentence[first].text[0].upper() + sentence[first].text[1:]
    return [*sentence[:first], replace(sentence[first], text=raised), *sentence[first + 1 :]]
