"""The parts of a clause: the words of its sound and what is remarked about it.

A core is a sound's words in order, with the articles and prepositions among them. Nothing needs to be known of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from earwitness.rubrics.rules.tokens import CONTENT, NOUNS, VERBS, Token

# Chinese verbs that only bring a sound on: 响起钟声 is the sound of a bell.
_ARISES = frozenset({"响起", "响着", "响"})


@dataclass(frozen=True, slots=True)
class Remark:
    """An attribute, count or style and the tokens that say it; its span holds their degree words."""

    dimension: str
    tokens: tuple[Token, ...]

    @property
    def span(self) -> tuple[int, int]:
        """From the first to the last of its words."""
        return self.tokens[0].start, self.tokens[-1].end


@dataclass(slots=True)
class Parts:
    """A clause taken apart.

    Attributes:
        core: the words of its sound.
        traits: attributes in it.
        counts: number words.
        styles: places, genres, tempos.
        definite: whether the core has a definite article.
        refers: whether a pronoun or a noun such as "voice" or "pitch" is its subject, which names no new sound.
        commented: whether it says what the sound is like or for, not what is heard.
        linking: whether a form of "be" stands in it.
        topic: the dimension of its last noun such as "mood" or "pitch".
    """

    core: list[Token] = field(default_factory=list)
    traits: list[Remark] = field(default_factory=list)
    counts: list[Remark] = field(default_factory=list)
    styles: list[Remark] = field(default_factory=list)
    definite: bool = False
    refers: bool = False
    commented: bool = False
    linking: bool = False
    topic: str = ""

    @property
    def content(self) -> list[Token]:
        """The core without articles and prepositions."""
        return [token for token in self.core if token.tag in CONTENT]

    @property
    def nouns(self) -> list[Token]:
        """The nouns of the core that the lexicon knows."""
        return [token for token in self.core if token.tag in NOUNS]

    @property
    def verb(self) -> Token | None:
        """Its verb, known or guessed."""
        place = verb_place(self.core)
        return None if place is None else self.core[place]

    @property
    def starts_with_verb(self) -> bool:
        """Whether it has an action and nobody who does it; a participle may belong to a noun: "barking dogs"."""
        if not self.core or not is_verb(self.core, 0):
            return False
        finite = self.core[0].shape == "third" or not self.core[0].text.isascii()
        return finite or not any(token.tag in NOUNS for token in self.core[1:2])


def verb_place(words: Sequence[Token]) -> int | None:
    """Where a core's verb stands; None if it has none."""
    return next((place for place in range(len(words)) if is_verb(words, place)), None)


def is_verb(words: Sequence[Token], place: int) -> bool:
    """Whether this word of a core is an action: a known verb, or an unknown word where English has its verbs."""
    token = words[place]
    if token.tag in VERBS:
        return True
    if token.tag != "word" or not token.text.isascii():
        return False
    if token.text.endswith("ing"):
        return len(token.text) > 5
    known_later = any(other.tag in VERBS for other in words[place + 1 :])
    before = [other.text for other in words[:place] if other.tag in CONTENT and not other.text.endswith("ing")]
    singular = bool(before) and not before[-1].endswith("s")
    return singular and not known_later and token.text.endswith("s") and not token.text.endswith("ss")


def core_of(runs: Sequence[Sequence[Token]]) -> list[Token]:
    """The words of a clause's sound from the runs of words that its remarks leave.

    In English the first run, with its object or its verb if they come later; a Chinese clause is one event.
    """
    kept = [run for run in map(_trimmed, runs) if run]
    if not kept:
        return []
    if not kept[0][0].text.isascii():
        words = [token for run in kept for token in run]
        return words[1:] if words[0].text in _ARISES and any(t.tag in NOUNS for t in words) else words
    core, *others = (list(run) for run in kept)
    if core[-1].tag in VERBS and others and others[0][0].tag in NOUNS:
        core += [*_articles_behind(core, runs), *others.pop(0)]  # "opens a squeaky door"
    return core + _late_verb(core, others)


def _late_verb(core: list[Token], others: list[list[Token]]) -> list[Token]:
    """The run that has the core's verb: "birds in the forest sing"."""
    if verb_place(core) is not None:
        return []
    bare = all(token.tag in ("word", "det") for token in core)
    return next((run for run in others if bare or is_verb([*core, *run], len(core))), [])


def _articles_behind(core: Sequence[Token], runs: Sequence[Sequence[Token]]) -> list[Token]:
    """The article that was cut from the core's end together with an adjective."""
    whole = next(run for run in runs if list(run[: len(core)]) == list(core))
    return [token for token in whole[len(core) :] if token.tag == "det"]


def _trimmed(run: Sequence[Token]) -> Sequence[Token]:
    """Without prepositions at either end, nor articles and 的 at its end; nothing if no content is left."""
    first, end = 0, len(run)
    while first < end and run[first].tag == "prep":
        first += 1
    while end > first and (run[end - 1].tag in ("prep", "det") or run[end - 1].text == "的"):
        end -= 1
    return run[first:end] if any(token.tag in CONTENT for token in run[first:end]) else []
