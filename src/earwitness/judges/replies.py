"""What a model wrote, read as a rating or as yes or no; what could mean two things, or none, is not read.

Texts come in English or Chinese. A reply is taken at its word: its rating is the only number in it, its yes or no is
its first word. Nothing is guessed from prose: "I hear 2 dogs" holds a number and no rating.
"""

from __future__ import annotations

import re
import unicodedata

_HAN = {numeral: value for value, numeral in enumerate("零一二三四五六七八九十")} | {"两": 2}
_HANS = "".join(_HAN)
# Possessive: 7.5 may not be read as 7 with a full stop behind it.
_DIGITS = r"(?<!\d)-?\d++(?:\.\d++)?+"
# 十分 before a word is an adverb, very; 八十分 is eighty of a hundred.
_NUMERALS = rf"(?<![{_HANS}百点])(?!十分\w)[{_HANS}](?:点[{_HANS}])?"

# "From 0 to 10" and 满分10分 say what the scale is, not where on it the clip lies.
_SCALE = re.compile(
    r"(?<![\d.])0\s*(?:-|–|~|to|and|到|至)\s*10(?!\d)分?|满分[是为:\s]*(?:10|十)\s*分?|(?:10|十)分(?:制|为?满分)", re.I
)
_OF_TEN = re.compile(r"(?:/|out of)\s*(?:10(?:\.0+)?|ten)(?![\d.]*\d)|\bpoints?\b", re.I)
_MARKUP = re.compile(r"[*_`\"'“”「」]")

# Behind a number: the end, a line's end, or a mark; neither a further word nor another scale.
_END = r"(?=[^\S\n]*(?:$|\n|[^\w\s%/]))"
_LABEL = r"\b(?:rating|score|rate)\b[^\d\n-]{0,30}?|(?:评分|得分|分数|打分)[^\d\n-]{0,8}?"
_RATINGS = (
    re.compile(rf"({_DIGITS}|{_NUMERALS})\s*分(?!\w)"),
    re.compile(rf"^\W*?({_DIGITS}){_END}"),
    re.compile(rf"(?:{_LABEL})({_DIGITS}){_END}", re.I),
    re.compile(rf"^\W*({_NUMERALS})\W*$"),
)
_NUMBERS = re.compile(rf"{_DIGITS}|{_NUMERALS}(?=\s*分)")

_YES_NO = re.compile(rf"^\W*(?:(?:answer|回答|答案)\s*:\W*)?(?:(yes|是的?)|no|否|不是的?){_END}", re.I)


def read_rating(text: str) -> float | None:
    """The rating from 0 to 10 that a reply gives.

    Args:
        text: such as ``7``, ``7/10``, ``Rating: 7.5``, ``7分`` or ``八分``.

    Returns:
        The rating; None if the reply gives none, several, or one beyond the scale.

    Example:
        >>> [read_rating(text) for text in ("7/10", "**Rating:** 7.5", "八分。", "7 or 8", "I hear 2 dogs", "11")]
        [7.0, 7.5, 8.0, None, None, None]
    """
    text = _SCALE.sub(" ", _MARKUP.sub("", unicodedata.normalize("NFKC", text)))
    text = _OF_TEN.sub("分", text).strip()
    ratings = {_number(found) for form in _RATINGS for found in form.findall(text)}
    others = {_number(found) for found in _NUMBERS.findall(text)} - ratings
    if len(ratings) != 1 or others:
        return None
    (rating,) = ratings
    return rating if 0.0 <= rating <= 10.0 else None


def _number(text: str) -> float:
    if text[0] not in _HAN:
        return float(text)
    whole, _, tenths = text.partition("点")
    return _HAN[whole] + (_HAN[tenths] / 10 if tenths else 0.0)


def read_yes_no(text: str) -> bool | None:
    """Whether a reply is yes or no; None if it is neither, or goes on without a stop.

    Example:
        >>> [read_yes_no(text) for text in ("Yes.", "no", "是的，能听到。", "不是", "No doubt", "yes or no")]
        [True, False, True, False, None, None]
    """
    found = _YES_NO.match(_MARKUP.sub("", unicodedata.normalize("NFKC", text)))
    return None if found is None else found.group(1) is not None
