"""A caption as tokens: each has its place in the text and the meanings that the lexicon gives it.

English is cut at spaces and hyphens and the longest known phrase wins; Chinese is cut so that the fewest characters
stay unknown and, of such cuts, into the fewest parts. What has numbers in it is found by pattern first. Both languages
may stand in one caption. ``start`` and ``end`` count characters of the caption.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from earwitness.rubrics.lexicon import Form, lexicon
from earwitness.rubrics.quotes import MASK
from earwitness.types import language_of

# What tokens are, by tag: what makes a sound's name, what says how it is, and what stands between clauses.
NOUNS = frozenset({"source", "sound", "voice", "instrument", "music"})
VERBS = frozenset({"action", "motion"})
CONTENT = NOUNS | VERBS | {"word"}
STYLED = frozenset({"genre", "tempo", "production"})
MODIFIERS = STYLED | {"trait"}
SEPARATORS = frozenset({"comma", "stop", "and", "with", "order", "overlap", "neg"})

MOST_WORDS = 6
LONGEST_HAN = 8
_PIECE = re.compile(
    r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+(?:['’&][^\W_\u3400-\u9fff]+)*|[^\w\s-]|(?<!\w)-+|-+(?!\w)|[\n\r]+"
)
_JOINED = re.compile(r"-|[ \t\u00a0]{0,3}")
_STOP = frozenset(".!?。！？…\n\r")
_COMMA = frozenset(",;:()[]{}，；：、（）【】/|—–~+-")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or phrase of a caption.

    Attributes:
        start: its first character's place.
        end: the place behind its last character.
        text: lower-cased.
        forms: its meanings; the first is the one in use.
        tag: what it is: a term's tag, ``comma``, ``stop``, ``quote``, ``mark``, or ``word`` if nobody knows it.
    """

    start: int
    end: int
    text: str
    tag: str
    forms: tuple[Form, ...] = ()

    @property
    def span(self) -> tuple[int, int]:
        """Its place in the caption."""
        return self.start, self.end

    @property
    def form(self) -> Form | None:
        """The meaning in use."""
        return self.forms[0] if self.forms else None

    @property
    def dimension(self) -> str:
        """Of the items that it makes."""
        return self.forms[0].term.dimension if self.forms else ""

    @property
    def sense(self) -> str:
        """What tells it apart from others of its tag."""
        return self.forms[0].term.sense if self.forms else ""

    @property
    def shape(self) -> str:
        """The shape in which it stands, such as ``ing``."""
        return self.forms[0].shape if self.forms else ""

    def meaning(self, *tags: str) -> Token | None:
        """The same token in a meaning of one of these tags; None if it has none."""
        for form in self.forms:
            if form.term.tag in tags:
                others = tuple(other for other in self.forms if other is not form)
                return replace(self, tag=form.term.tag, forms=(form, *others))
        return None


def tokens_of(text: str) -> list[Token]:
    """The tokens of a caption, in order.

    Example:
        >>> [(token.text, token.tag) for token in tokens_of("Dogs bark, then 狗叫了两声")][:4]
        [('dogs', 'source'), ('bark', 'sound'), (',', 'comma'), ('then', 'order')]
        >>> [token.text for token in tokens_of("狗叫了两声")]
        ['狗叫', '了', '两声']
    """
    found: list[Token] = []
    place = 0
    for token in _patterned(text):
        found += _between(text, place, token.start)
        found.append(token)
        place = token.end
    return found + _between(text, place, len(text))


def _patterned(text: str) -> list[Token]:
    """What patterns find, from left to right; the longest where several begin, none within another."""
    matches = [(match, form) for pattern, form in lexicon().patterns for match in pattern.finditer(text)]
    matches.sort(key=lambda found: (found[0].start(), -found[0].end()))
    tokens: list[Token] = []
    for match, form in matches:
        if not tokens or match.start() >= tokens[-1].end:
            tokens.append(Token(match.start(), match.end(), match[0].lower(), form.term.tag, (form,)))
    return tokens


def _between(text: str, start: int, end: int) -> list[Token]:
    pieces = [(match.start(), match.end()) for match in _PIECE.finditer(text, start, end)]
    tokens: list[Token] = []
    number = 0
    while number < len(pieces):
        first, last = pieces[number]
        if language_of(text[first]) == "zh":
            tokens += _chinese(text, first, last)
            number += 1
        else:
            token, used = _longest(text, pieces[number : number + MOST_WORDS])
            tokens.append(token)
            number += used
    return tokens


def _longest(text: str, pieces: Sequence[tuple[int, int]]) -> tuple[Token, int]:
    """The longest phrase that begins here and is known, and how many pieces it takes; else the first piece alone."""
    start = pieces[0][0]
    keys = list(_phrases(text, pieces))
    for used in range(len(keys), 0, -1):
        # A possessive is its noun: "the woman's tone".
        if forms := lexicon().of(keys[used - 1]) or lexicon().of(keys[used - 1].removesuffix("'s")):
            return Token(start, pieces[used - 1][1], keys[used - 1], forms[0].term.tag, forms), used
    return Token(start, pieces[0][1], keys[0], _plain_tag(keys[0])), 1


def _phrases(text: str, pieces: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The first piece, the first two, and so on, while nothing but space or a hyphen lies between."""
    phrase = ""
    for number, (start, end) in enumerate(pieces):
        if number and not _JOINED.fullmatch(text, pieces[number - 1][1], start):
            return
        word = text[start:end].lower().replace("’", "'")
        phrase = f"{phrase} {word}" if number else word
        yield phrase


def _plain_tag(piece: str) -> str:
    if piece[0] in _STOP:
        return "stop"
    if piece[0] in _COMMA:
        return "comma"
    return "quote" if piece[0] == MASK else "word" if piece[0].isalnum() else "mark"


def _chinese(text: str, start: int, end: int) -> list[Token]:
    """The run's best cut; unknown neighbours make one token."""
    tokens: list[Token] = []
    for first, last in _cut(text[start:end]):
        word = text[start + first : start + last]
        forms = lexicon().of(word)
        if not forms and tokens and tokens[-1].tag == "word" and tokens[-1].end == start + first:
            before = tokens.pop()
            tokens.append(Token(before.start, start + last, before.text + word, "word"))
        else:
            tokens.append(Token(start + first, start + last, word, forms[0].term.tag if forms else "word", forms))
    return tokens


def _cut(run: str) -> list[tuple[int, int]]:
    """Borders of the parts; the longest term first would take 先有 out of 先 + 有人 and leave 人 behind."""
    known = lexicon().of
    best: list[tuple[int, int, int]] = [(0, 0, 0)]  # up to each place: unknown characters, parts, last part's start
    for stop in range(1, len(run) + 1):
        ways = [(best[stop - 1][0] + (not known(run[stop - 1])), best[stop - 1][1] + 1, stop - 1)]
        for start in range(max(0, stop - LONGEST_HAN), stop - 1):
            if known(run[start:stop]):
                ways.append((best[start][0], best[start][1] + 1, start))
        best.append(min(ways))
    parts, stop = [], len(run)
    while stop:
        parts.append((best[stop][2], stop))
        stop = best[stop][2]
    return parts[::-1]
