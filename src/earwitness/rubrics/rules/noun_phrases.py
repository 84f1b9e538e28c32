"""Where a phrase behind a preposition ends, in English and Chinese, and whether it names a place.

``start`` is the preposition's place among a clause's tokens; ends are the place behind the phrase's last token.
"""

from __future__ import annotations

from collections.abc import Sequence

from earwitness.rubrics.rules.tokens import CONTENT, NOUNS, VERBS, Token

_PLACED = frozenset({"deep in", "deep inside", "deep within", "in", "inside", "within", "outside", "at", "inside of"})
_PLACES = _PLACED | {"on", "near", "through", "along", "across", "by", "beside", "around", "under", "from", "next to"}
_PLACES |= {"behind", "above", "between", "in front of", "over", "down", "up", "out", "into", "onto", "to", "past"}
# What closes a Chinese place: in it, on it.
WITHIN = frozenset({"里", "中", "上", "下的", "里面"})
_IN_ENGLISH = frozenset({"det", "degree", "trait", "count", "genre", "tempo", "comma", "and"})
_IN_CHINESE = frozenset({"det", "word", "frame", "degree", "trait", "source", "sound"})
# No Chinese place is longer, in tokens.
_FAR = 9


def phrase_end(tokens: Sequence[Token], start: int) -> int:
    """The end of an English noun phrase; "of" continues it."""
    place = start + 1
    while place < len(tokens) and _continues(tokens, start, place):
        place += 1
    return place


def _continues(tokens: Sequence[Token], start: int, place: int) -> bool:
    token, before = tokens[place], tokens[place - 1]
    if token.tag == "det" and before.tag in CONTENT | {"place", "property"}:
        return False  # the next noun phrase
    participle = token.tag in VERBS and token.shape in ("past", "ing") and before.tag == "det"  # "a crowded bar"
    joins = token.tag in _IN_ENGLISH or participle or (token.text == "of" and place > start + 1)
    return joins or token.tag in NOUNS | {"place", "property", "word"}


def is_place(preposition: Token, phrase: Sequence[Token]) -> bool:
    """Whether a phrase says where: it ends in a known place, or is "in a" with words that nobody knows."""
    if not phrase:
        return False
    strange = phrase[0].tag == "det" and phrase[-1].tag == "word" and len(phrase) < 6
    known = phrase[-1].tag == "place"
    return (known and preposition.text in _PLACES) or (strange and preposition.text in _PLACED)


def chinese_place_end(tokens: Sequence[Token], start: int) -> int | None:
    """The end of a place that begins with 在, beyond 里 or 上; None if there is none. Of several it is the last's."""
    end = None
    for place in range(start + 1, min(start + _FAR, len(tokens))):
        token = tokens[place]
        within = place + 1 < len(tokens) and tokens[place + 1].text in WITHIN
        if token.tag == "place" or (token.tag == "word" and within):
            end = place + 1 + within
        elif token.tag not in _IN_CHINESE or (end and token.text != "的"):
            break
    return end
