"""The forms that an English word takes, by its part of speech; irregular forms are given by the data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

Shape = Literal["base", "plural", "third", "ing", "past", "adverb"]
Inflection = Literal["noun", "verb", "adjective"]

_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_CONSONANT_Y = re.compile(r"[^aeiou]y$")
# One vowel before one consonant in a word of one syllable: the consonant is doubled.
_DOUBLING = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")


def with_s(word: str) -> str:
    """Plural of a noun, third person of a verb.

    Example:
        >>> with_s("dog"), with_s("crash"), with_s("cry")
        ('dogs', 'crashes', 'cries')
    """
    if _CONSONANT_Y.search(word):
        return word[:-1] + "ies"
    return word + ("es" if _SIBILANT.search(word) else "s")


def with_ing(verb: str) -> str:
    """The gerund.

    Example:
        >>> with_ing("bark"), with_ing("hum"), with_ing("chime")
        ('barking', 'humming', 'chiming')
    """
    return _stem(verb) + "ing"


def with_ed(verb: str) -> str:
    """The regular past.

    Example:
        >>> with_ed("hum"), with_ed("chime"), with_ed("cry")
        ('hummed', 'chimed', 'cried')
    """
    return verb[:-1] + "ied" if _CONSONANT_Y.search(verb) else _stem(verb) + "ed"


def _stem(verb: str) -> str:
    if _DOUBLING.match(verb):
        return verb + verb[-1]
    return verb[:-1] if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")) else verb


def with_ly(adjective: str) -> str:
    """The adverb.

    Example:
        >>> with_ly("loud"), with_ly("angry"), with_ly("gentle"), with_ly("energetic")
        ('loudly', 'angrily', 'gently', 'energetically')
    """
    if adjective.endswith("le"):
        return adjective[:-1] + "y"
    if adjective.endswith("ic"):
        return adjective + "ally"
    return (adjective[:-1] + "i" if _CONSONANT_Y.search(adjective) else adjective) + "ly"


def forms(entry: str, inflection: Inflection | None) -> Iterator[tuple[str, Shape]]:
    """Each form of a word as the data gives it, with its shape; ``sing/sang`` names irregular forms.

    A noun of several words changes its last, a verb its first.

    Example:
        >>> list(forms("church bell", "noun")), list(forms("goose/geese", "noun"))
        ([('church bell', 'base'), ('church bells', 'plural')], [('goose', 'base'), ('geese', 'plural')])
        >>> [form for form, _ in forms("pass by", "verb")]
        ['pass by', 'passes by', 'passing by', 'passed by']
    """
    word, *irregular = entry.split("/")
    yield word, "base"
    if inflection == "noun":
        yield irregular[0] if irregular else with_s(word), "plural"
    elif inflection == "verb":
        yield from _verb_forms(word, irregular)
    elif inflection == "adjective" and " " not in word:
        yield with_ly(word), "adverb"


_VERB: Mapping[Shape, Callable[[str], str]] = {"third": with_s, "ing": with_ing, "past": with_ed}


def _verb_forms(verb: str, irregular: list[str]) -> Iterator[tuple[str, Shape]]:
    first, space, rest = verb.partition(" ")
    for shape, inflected in _VERB.items():
        yield inflected(first) + space + rest, shape
    for form in irregular:
        yield form, "ing" if form.endswith("ing") else "past"
