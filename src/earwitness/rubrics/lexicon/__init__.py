"""The words that the rules know, in English and Chinese: data files beside this one, and their reader.

Each file holds a ``version`` and ``groups``; a group gives its terms a ``tag`` (what they are in a caption), a
``dimension`` (of the items they make), a ``sense`` (what tells terms of one tag apart), ``implies`` (dimensions that a
noun says besides), ``inflect`` (how its English words change) and ``article`` (whether they want one). A term is a line
``english|... = chinese|... = call``; the first word of each language is the one that translations use, ``call`` is what
a source does when nothing is said. ``patterns`` are regular expressions for what has numbers in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from earwitness.rubrics.lexicon.inflection import Shape, forms, with_ing
from earwitness.types import Language

FILES = ("structure", "sounds", "voices", "music", "traits", "places", "patterns")


@dataclass(frozen=True, slots=True)
class Term:
    """One meaning and its name in each language.

    Attributes:
        tag: what it is in a caption, such as ``source`` or ``trait``.
        dimension: of the items that it makes.
        sense: what tells it apart from others of its tag.
        implies: dimensions of attributes that the noun says besides, as "girl" does gender and age.
        article: whether its English singular wants an article.
        names: the word for it in each language that has one.
        call: the English verb for the sound that this source makes.
    """

    tag: str
    dimension: str = ""
    sense: str = ""
    implies: tuple[str, ...] = ()
    article: bool = False
    names: Mapping[Language, str] = field(default_factory=dict)
    call: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A term in one shape; ``base`` is the uninflected word that was used."""

    term: Term
    shape: Shape
    base: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All data files.

    Attributes:
        words: forms by their lower-cased text, hyphens as spaces; several where a text has several meanings.
        patterns: what is found by its form.
        identity: hash of all data.
    """

    words: Mapping[str, tuple[Form, ...]]
    patterns: tuple[tuple[re.Pattern[str], Form], ...]
    identity: str

    def of(self, text: str) -> tuple[Form, ...]:
        """The forms that a text can be, the commonest first; none if it is unknown."""
        return self.words.get(text, ())


@cache
def lexicon() -> Lexicon:
    """The data that ships, read once.

    Example:
        >>> [form.term.names["zh"] for form in lexicon().of("dogs")], lexicon().of("zorg")
        (['狗'], ())
    """
    texts = [files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8") for name in FILES]
    groups = [group for text in texts for group in json.loads(text)["groups"]]
    words: dict[str, list[Form]] = {}
    for group in groups:
        for text, form in _forms(group):
            words.setdefault(text.replace("-", " "), []).append(form)
    return Lexicon(
        {text: tuple(found) for text, found in words.items()},
        tuple(pattern for group in groups for pattern in _patterns(group)),
        hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12],
    )


def _forms(group: Mapping[str, Any]) -> Iterator[tuple[str, Form]]:
    for line in group.get("terms", ()):
        english, chinese, call = (part.strip() for part in f"{line} = = ".split("=")[:3])
        entries: dict[Language, list[str]] = {"en": english.split("|"), "zh": chinese.split("|")}
        names = {language: words[0].split("/")[0] for language, words in entries.items() if words[0]}
        term = _term(group, names, call)
        for entry in filter(None, entries["en"]):
            base = entry.split("/")[0]
            yield from ((text.lower(), Form(term, shape, base)) for text, shape in forms(entry, group.get("inflect")))
        yield from ((word.lower(), Form(term, "base", word)) for word in entries["zh"] if word)


def _term(group: Mapping[str, Any], names: Mapping[Language, str], call: str) -> Term:
    return Term(
        group["tag"],
        group.get("dimension", ""),
        group.get("sense", ""),
        tuple(group.get("implies", ())),
        group.get("article", False),
        names,
        call,
    )


def _patterns(group: Mapping[str, Any]) -> Iterator[tuple[re.Pattern[str], Form]]:
    form = Form(_term(group, {}, ""), "base", "")
    yield from ((re.compile(pattern, re.IGNORECASE), form) for pattern in group.get("patterns", ()))


def gerund(form: Form) -> str:
    """The gerund of a verb, whatever its shape.

    Example:
        >>> gerund(lexicon().of("barks")[0])
        'barking'
    """
    first, space, rest = form.base.partition(" ")
    return with_ing(first) + space + rest
