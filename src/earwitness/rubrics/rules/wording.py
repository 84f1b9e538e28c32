"""What the questions of both languages share: words in the language asked in, and how a sound is told from others.

A word that the caption has in the other language is put in this one by the lexicon; what the lexicon cannot say is
quoted as it stands. Yes always means that the clip matches.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from earwitness.rubrics.rules.remarks import Remark, verb_place
from earwitness.rubrics.rules.sketch import Sketch
from earwitness.rubrics.rules.sounds import Sound
from earwitness.rubrics.rules.timeline import Relation
from earwitness.rubrics.rules.tokens import CONTENT, Token
from earwitness.types import Language, language_of

_NUMBERS = {
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    "zh": ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"),
}
_VALUES = {word: number for words in _NUMBERS.values() for number, word in enumerate(words)}
_VALUES |= {"once": 1, "twice": 2, "thrice": 3, "single": 1, "a single": 1, "二": 2}
_CALLS = ("叫", "声", "鸣", "吠", "响")
_LEADING = re.compile(r"\d+|[一二两三四五六七八九十]+|[a-z]+(?: single)?")


class Wording(ABC):
    """Questions about one caption in one language.

    Attributes:
        text: the caption.
        sketch: what it says.
        speakers: the makers of its voices, numbered.
    """

    language: Language

    def __init__(self, text: str, sketch: Sketch) -> None:
        self.text = text
        self.sketch = sketch
        voices = [sound for sound in sketch.sounds if sound.source == "voice"]
        self.speakers = {maker: place for place, maker in enumerate(dict.fromkeys(voice.maker for voice in voices))}

    @abstractmethod
    def noun(self, sound: Sound) -> str:
        """A noun phrase for it."""

    @abstractmethod
    def event(self, sound: Sound) -> str:
        """Whether it is heard."""

    @abstractmethod
    def attribute(self, sound: Sound, trait: Remark) -> str:
        """Whether it sounds so."""

    @abstractmethod
    def count(self, sound: Sound, count: Remark) -> str:
        """Whether it is heard so often, or made by so many."""

    @abstractmethod
    def relation(self, relation: Relation[Sound]) -> str:
        """Whether the two lie so in time."""

    @abstractmethod
    def absence(self, tokens: Sequence[Token]) -> str:
        """Whether the clip is free of it."""

    @abstractmethod
    def speech(self, words: str) -> str:
        """Whether these words are spoken or sung."""

    @abstractmethod
    def style(self, style: Remark) -> str:
        """Whether the whole clip is so."""

    def said(self, tokens: Sequence[Token]) -> str:
        """These tokens and what lies between them, as the caption has them."""
        return self.text[tokens[0].start : tokens[-1].end]

    def word(self, token: Token) -> str | None:
        """A token in the language asked in; None if the lexicon has no word for it."""
        measure = token.tag == "tempo" and any(character.isdigit() for character in token.text)
        if measure or not any(character.isalpha() for character in token.text) or self._is_own(token.text):
            return token.text if token.forms or token.start == 0 else self.text[token.start : token.end]
        return token.form.term.names.get(self.language) if token.form else None

    def words(self, tokens: Iterable[Token]) -> list[str] | None:
        """The tokens in the language asked in; None if one cannot be said in it."""
        found = [self.word(token) for token in tokens]
        return [word for word in found if word] if all(found) else None

    def _is_own(self, text: str) -> bool:
        return language_of(text) == self.language


def number_in(text: str) -> int | None:
    """The number that a count names; None for "several" and its like.

    Example:
        >>> number_in("twice"), number_in("三声"), number_in("4 times"), number_in("several"), number_in("十几只")
        (2, 3, 4, None, None)
    """
    match = _LEADING.match(text.removeprefix("exactly "))
    if match is None or any(vague in text for vague in "几数多来"):
        return None
    return int(match[0]) if match[0].isdecimal() else _VALUES.get(match[0])


def numeral(number: int, language: Language) -> str:
    """A number in words, beyond twelve in digits.

    Example:
        >>> numeral(2, "zh"), numeral(3, "en"), numeral(20, "en")
        ('两', 'three', '20')
    """
    return _NUMBERS[language][number] if number < len(_NUMBERS[language]) else str(number)


def maker_of(sound: Sound) -> list[Token]:
    """The words that name who makes a sound: its own without verb, or its subject's."""
    if sound.subject is not None:
        # 狗叫 is one word: who barks cannot be told from the barking.
        return [token for token in maker_of(sound.subject) if not token.text.endswith(_CALLS)]
    return sound.words[: verb_place(sound.words)]


def is_person(words: Iterable[Token]) -> bool:
    """Whether these words name somebody whose kind is asked about in items of its own."""
    return any(token.tag == "voice" and token.form is not None for token in words)


def content(words: Iterable[Token]) -> list[Token]:
    """Words with a meaning of their own, nouns before verbs of the same text."""
    return [token for token in words if token.tag in CONTENT]
