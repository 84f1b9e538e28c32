"""How clips of one speaker are spoken of, in English and Chinese: captions from claims, and the question about each.

Manner (pace, pitch, loudness) is told beside the verb, before the speaker, or in a clause of its own; the quoted words
end their sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from earwitness.scenes.domains.base import Claim, Described, Fact
from earwitness.scenes.domains.labels.words import said, stem
from earwitness.scenes.domains.pieces import Piece, capitalised, described, joined
from earwitness.scenes.domains.speech.texts import is_question
from earwitness.scenes.domains.speech.words import ENGLISH, MANDARIN, SpeechWords
from earwitness.scenes.draws import one_of
from earwitness.types import Language, language_of

MANNER: tuple[Fact, ...] = ("pace", "loudness", "pitch")
_WORDS: Mapping[Language, SpeechWords] = {"en": ENGLISH, "zh": MANDARIN}


def describe(claims: Sequence[Claim], language: Language, rng: np.random.Generator) -> Described:
    """A caption that makes these claims about one speaker.

    Args:
        claims: at most one of a fact, with ``voice`` first.
        language: of caption and questions; quoted words stay in their own.
        rng: draws the wording.

    Example:
        >>> speaks, low = Claim("voice", ("speaker",)), Claim("pitch", ("speaker",), "low")
        >>> made = describe((speaks, Claim("gender", ("speaker",), "man"), low), "en", np.random.default_rng(0))
        >>> made.caption
        'A male speaker is talking. The speech is low-pitched.'
        >>> [made.caption[slice(*item.span)] for item in made.items if item.span]
        ['male speaker is talking', 'male', 'low-pitched']
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
    if claim.fact in ("secondary", "absence"):
        nouns = said(claim.about[0], language).nouns
        # "Free of a helicopter" would be of the machine.
        name = next((noun for noun in nouns if noun.startswith("the sound of")), nouns[0])
    return words.named[claim.fact].format(name)


class _Caption:
    """What both languages have in common: picking words for what is told."""

    def __init__(self, told: Mapping[Fact, Claim], words: SpeechWords, rng: np.random.Generator) -> None:
        self.told, self.words, self.rng = told, words, rng
        self._used: set[str] = set()

    def pick(self, choices: Sequence[str]) -> str:
        """Words that say none of what is said once again."""
        picked = one_of([text for text in choices if not any(stem in text for stem in self._used)], self.rng)
        self._note(picked)
        return picked

    def _note(self, text: str) -> None:
        self._used |= {stem for stem in self.words.once if stem in text}

    def subject(self) -> list[Piece]:
        """Who speaks: what stands before, then what the event and gender or age are told by."""
        voice = self.told["voice"]
        fact = next(iter(self.known("gender", "age")), None)
        if fact is None:
            before, noun = one_of(self.words.nobody_known, self.rng)
            self._note(noun)
            return [Piece(before), Piece(noun, (voice,))]
        claim = self.told[fact]
        before, middle, behind = one_of(self.words.subjects[fact, str(claim.value)], self.rng)
        self._note(middle + behind)
        return [Piece(before), Piece(middle, (voice, claim)), Piece(behind, (voice,))]

    def spoken_language(self, verb: str = "") -> list[Piece]:
        """What is spoken: who speaks speaks English; who talks or says something does so in English."""
        claim = self.told.get("language")
        if claim is None:
            return []
        objects = self.words.spoken[str(claim.value)] if "speak" in verb else ()
        return [Piece(self.pick((*self.words.languages[str(claim.value)], *objects)), (claim,))]

    def manner(self, facts: Sequence[Fact], where: Mapping[tuple[str, str], Sequence[str]]) -> list[Piece]:
        """What is told of these facts, in any order."""
        claims = [self.told[facts[place]] for place in self.rng.permutation(len(facts))]
        return [Piece(self.pick(where[claim.fact, str(claim.value)]), (claim,)) for claim in claims]

    def quoted(self) -> Piece:
        """The words between the marks, with the stop of their own language."""
        claim = self.told["words"]
        words = str(claim.value)
        stop = "。" if language_of(words) == "zh" else "?" if is_question(words) else "."
        return Piece(words + stop, (claim,))

    def absent(self, language: Language) -> list[Piece]:
        claim = self.told["absence"]
        before, cue, behind = one_of(self.words.absent, self.rng)
        return [Piece(before), Piece(cue.format(stem(claim.about[0], language)), (claim,)), Piece(behind)]

    def sound(self, language: Language) -> Piece:
        claim = self.told["secondary"]
        return Piece(one_of(said(claim.about[0], language).nouns, self.rng), (claim,))

    def behind(self, language: Language) -> list[Piece]:
        before, after = one_of(self.words.behind, self.rng).split("{}")
        return [Piece(before), self.sound(language), Piece(after)]

    def known(self, *facts: Fact) -> list[Fact]:
        return [fact for fact in facts if fact in self.told]


class _English(_Caption):
    """An English caption."""

    def pieces(self) -> list[Piece]:
        where = one_of(("beside", "before", "apart"), self.rng)
        subject = self.subject()
        told = self.known(*MANNER)
        # "Slowly and at a low volume" is easier to read than the other way round.
        manner = [] if where == "apart" else sorted(self.manner(told, self.words.beside), key=_is_phrase)
        behind = one_of(("first", "last"), self.rng) if "secondary" in self.told else None
        first = [Piece("with "), self.sound("en"), Piece(" in the background, ")] if behind == "first" else []
        if where == "before" and not first and manner and _is_phrase(manner[-1]):
            first = [manner.pop(), Piece(", ")]
        sentences = [[*first, *subject, *self._spoken(manner)]]
        if where == "apart" and told:
            sentences.append(self._speech(told))
        if behind == "last":
            sentences.append([*self.behind("en"), Piece(".")])
        if "absence" in self.told:
            sentences.append([*self.absent("en"), Piece(".")])
        return list(_with_blanks(map(capitalised, sentences)))

    def _spoken(self, manner: list[Piece]) -> list[Piece]:
        """The verb, the manner, and the words."""
        quotes = "words" in self.told
        # "Says", or "speaks ..., saying" where there is a manner to tell.
        saying = quotes and bool(manner) and self.rng.random() < 0.5
        verbs = self.words.speaks if saying or not quotes else self.words.says
        verb = self.pick(verbs)
        pieces = [Piece(f" {verb}", (self.told["voice"],)), *self._how(verb, manner)]
        if not quotes:
            return [*pieces, Piece(".")]
        return [*pieces, Piece(', saying: "' if saying else ': "'), self.quoted(), Piece('"')]

    def _how(self, verb: str, manner: list[Piece]) -> list[Piece]:
        """Speaks slowly in English; speaks English slowly; speaks in English at a slow pace."""
        language = self.spoken_language(verb)
        parts = [language, joined(manner, ", ", " and ")]
        if language and language[0].text.startswith("in ") and not any(map(_is_phrase, manner)):
            parts.reverse()
        return [piece for part in parts if part for piece in (Piece(" "), *part)]

    def _speech(self, told: list[Fact]) -> list[Piece]:
        """Its manner as a sentence of its own; a recording has a volume, but neither pace nor pitch."""
        subjects = ("the speech is ", "the recording is ") if told == ["loudness"] else ("the speech is ",)
        manner = joined(self.manner(told, self.words.apart), ", ", " and ")
        return [Piece(one_of(subjects, self.rng)), *manner, Piece(".")]


class _Mandarin(_Caption):
    """A Chinese caption."""

    def pieces(self) -> list[Piece]:
        where = one_of(("beside", "before", "apart"), self.rng)
        behind = one_of(("first", "last"), self.rng) if "secondary" in self.told else None
        pieces = [*self.behind("zh"), Piece("，")] if behind == "first" else []
        # Of a speaker nobody says how loud the recording is; and one manner is enough beside the verb.
        close = self.known("pace", "pitch") if where != "apart" else []
        if where == "beside":
            close = close[:1] if self.rng.random() < 0.5 else close[-1:]
        before, *subject = self.subject()
        pieces += [before, *(self._attribute(close) if where == "before" and close else []), *subject]
        pieces += [Piece("" if "words" in self.told else one_of(("", "在"), self.rng))]
        pieces += [*self.spoken_language(), *(self.manner(close, self.words.beside) if where == "beside" else [])]
        pieces += self._said([fact for fact in self.known(*MANNER) if fact not in close])
        if behind == "last":
            pieces += [*self.behind("zh"), Piece("。")]
        if "absence" in self.told:
            pieces += [*self.absent("zh"), Piece("。")]
        return pieces

    def _attribute(self, facts: list[Fact]) -> list[Piece]:
        return [*joined(self.manner(facts, self.words.apart), "、"), Piece("的")]

    def _said(self, facts: list[Fact]) -> list[Piece]:
        """The verb with the words, and manner in a clause behind, or in a sentence behind the words."""
        voice = self.told["voice"]
        manner = joined(self.manner(facts, self.words.apart), "，")
        if "words" in self.told:
            pieces = [Piece(self.pick(self.words.says), (voice,)), Piece("：“"), self.quoted(), Piece("”")]
            return [*pieces, Piece("说话的"), *manner, Piece("。")] if manner else pieces
        verb = Piece(self.pick(self.words.speaks), (voice,))
        return [verb, *((Piece("，"), *manner) if manner else ()), Piece("。")]


def _is_phrase(piece: Piece) -> bool:
    return " " in piece.text


def _with_blanks(sentences: Iterator[list[Piece]]) -> Iterator[Piece]:
    """Sentences one after the other."""
    for place, sentence in enumerate(sentences):
        yield from (*([Piece(" ")] if place else []), *sentence)
