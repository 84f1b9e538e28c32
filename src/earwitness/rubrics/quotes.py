"""Quoted words of a caption: what must be spoken, in any of the quotation marks that people type.

A mark opens only where a closing one of its kind follows; an apostrophe within a word is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MASK = "\ufffc"
_PAIRS = tuple(
    pair.split() for pair in ("“ ”", "„ “", "« »", "‹ ›", "「 」", "『 』", "《 》", "〝 〞", "＂ ＂", '" "', "` `")
)
_QUOTED = re.compile(
    "|".join(f"{opening}([^{opening}{closing}]+){closing}" for opening, closing in _PAIRS)
    # Single marks stand at the border of a word, unlike an apostrophe; German and English books mix their ends.
    + r"|(?<!\w)['‘‚]([^'‘’]*(?:\w['’]\w[^'‘’]*)*)['’](?!\w)"
    + r"|“([^“”\"]+)\""
)
# What these introduce is a name, not something that is said.
_NAMED = re.compile(r"(?:sound of|sounds of|called|named|titled|labell?ed|style of|known as|so-called|genre)\s*$", re.I)
_NAMED_AFTER = re.compile(r"\s*(?:的声音|的风格|风格|的歌|-style|style)")
_TITLE = "《"


def quoted_spans(text: str) -> Iterator[tuple[int, int]]:
    """Places of the words inside quotation marks, the marks left out, in order.

    Example:
        >>> caption = "A man says “it's late” and a woman says 'go'."
        >>> [caption[start:end] for start, end in quoted_spans(caption)]
        ["it's late", 'go']
    """
    for match in _QUOTED.finditer(text):
        group = match.lastindex or 0
        start, end = match.span(group)
        named = _NAMED.search(text, max(0, match.start() - 24), match.start()) or _NAMED_AFTER.match(text, match.end())
        if not named and text[match.start()] != _TITLE and text[start:end].strip():
            yield start, end


def masked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these places and the marks around them blotted out, of the same length."""
    parts, place = [], 0
    for start, end in spans:
        parts += [text[place : start - 1], MASK, " " * (end - start), " "]
        place = end + 1
    return "".join([*parts, text[place:]])
