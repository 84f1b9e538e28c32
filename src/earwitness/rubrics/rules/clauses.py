"""A caption as clauses: stretches of tokens between punctuation, conjunctions and cues, which are kept as their links.

A comma or an "and" between modifiers of one noun ("a low, steady hum") separates nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earwitness.rubrics.rules.context import in_context
from earwitness.rubrics.rules.tokens import CONTENT, MODIFIERS, SEPARATORS, Token

# No clause that people write is longer; what is gets cut, so that time grows with a caption's length and no faster.
MOST_TOKENS = 100
# What may stand between a clause's beginning and the noun that its modifiers belong to.
_OPENS = frozenset({"det", "prep", "count", "frame"})
_VERBAL_NEGATIONS = frozenset({"not", "never", "不", "未", "isn't", "aren't", "doesn't", "don't"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of tokens without separators.

    Attributes:
        links: the separators in front of it, back to the clause before.
        tokens: none only where separators end the caption.
    """

    links: tuple[Token, ...]
    tokens: tuple[Token, ...]

    def linked_by(self, *tags: str) -> Token | None:
        """The last of its links of one of these tags."""
        return next((link for link in reversed(self.links) if link.tag in tags), None)

    @property
    def opens_sentence(self) -> bool:
        """Whether nothing stands before it in its sentence."""
        return not self.links or self.linked_by("stop") is not None


def clauses_of(tokens: Sequence[Token]) -> list[Clause]:
    """The caption's clauses in order; separators at its end make a clause of no tokens.

    Example:
        >>> from earwitness.rubrics.rules.tokens import tokens_of
        >>> clauses = clauses_of(tokens_of("A low, steady hum, then a dog barks"))
        >>> [" ".join(token.text for token in clause.tokens) for clause in clauses]
        ['a low , steady hum', 'a dog barks']
    """
    read = in_context(tokens)
    clauses: list[Clause] = []
    links: list[Token] = []
    current: list[Token] = []
    for place, token in enumerate(read):
        separates = _separates(read, place, current)
        if current and (separates or len(current) == MOST_TOKENS):
            clauses.append(Clause(tuple(links), tuple(current)))
            links, current = [], []
        (links if separates else current).append(token)
    return [*clauses, Clause(tuple(links), tuple(current))]


def _separates(tokens: Sequence[Token], place: int, current: Sequence[Token]) -> bool:
    token = tokens[place]
    if token.tag not in SEPARATORS:
        return False
    if token.text in (":", "：") and current and current[-1].tag == "property":
        return False
    if token.tag == "with" and token.text.endswith(("有", "听到")):
        return not current or any(other.tag in CONTENT for other in current)
    if token.tag in ("comma", "and"):
        return not _between_modifiers(tokens, place, current)
    return token.tag != "neg" or not _negates_trait(tokens, place)


def _between_modifiers(tokens: Sequence[Token], place: int, current: Sequence[Token]) -> bool:
    """Whether modifiers of a noun that is still to come stand on both sides."""
    if not current or current[-1].tag not in MODIFIERS or current[-1].shape == "adverb" or tokens[place].text == "，":
        return False
    opening = next((t.tag for t in reversed(current) if t.tag not in MODIFIERS | {"degree", "comma", "and"}), None)
    if opening is not None and opening not in _OPENS:
        return False
    after = _first_after(tokens, place, ("comma", "and", "degree"))
    return (
        after is not None and after.shape != "adverb" and (after.tag in MODIFIERS or after.text in ("male", "female"))
    )


def _negates_trait(tokens: Sequence[Token], place: int) -> bool:
    """Whether "not" says how something sounds, as in "not too loud", rather than that it is absent."""
    token = tokens[place]
    if token.text not in _VERBAL_NEGATIONS:
        return False
    after = _first_after(tokens, place, ("degree", "frame"))
    unknown = token.text in ("不", "未") and (after is None or not after.forms)
    return unknown or (after is not None and after.tag in ("trait", "degree"))


def _first_after(tokens: Sequence[Token], place: int, skipped: Iterable[str]) -> Token | None:
    return next((token for token in tokens[place + 1 : place + 6] if token.tag not in skipped), None)
