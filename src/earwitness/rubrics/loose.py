"""JSON as language models write it: objects found in any text, each read whole or not at all.

Read in spite of the standard: prose and fences around, several lists, commas too many or too few between elements,
single and curly quotes, keys and words without quotes, full-width colons and commas, comments, raw line ends, quotation
marks inside a text that are not escaped. Nothing is completed: what the text does not close does not count.

Everything but lists, objects and null is a string here, so that ``1``, ``"1"`` and ``true``, ``"true"`` are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

Object: TypeAlias = dict[str, Any]

# Deeper than any reply that means something.
_DEEPEST = 64
# The longest object whose quotes are mended, in characters: a bound on looking ahead.
_LONGEST = 4000

_OPENING = re.compile(r"[\[{]")
_SPACE = re.compile(r"(?:\s++|//[^\n]*+)*+")
# A possessive match never goes back, so no text takes more than one pass.
_TOKEN = re.compile(
    r"""(?P<mark>[{}\[\]:,：，])
    | "(?P<double>[^"\\]*+(?:\\.[^"\\]*+)*+)"
    | (?<!\w)'(?P<single>[^'\\]*+(?:\\.[^'\\]*+)*+)'
    | “(?P<curly>[^”]*+)”
    | (?P<bare>[^\s{}\[\]:,：，"'“”]++)""",
    re.DOTALL | re.VERBOSE,
)
_UNCLOSED = re.compile(r"""["“]|(?<!\w)'""")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_KEY = re.compile(r"""["'](\w[\w -]{0,30})["']\s*[:：]""")
_FIELD = re.compile(rf"""[{{,]\s*{_KEY.pattern}\s*""")
_AFTER_OBJECT = re.compile(r"\s*[,，]?\s*(?:[\[\]{}`]|\Z)")
_WORD = re.compile(r"[\w.+-]+")
# A colon with no key before it.
_NO_KEY = re.compile(r"""[^\w\s"'”:：]\s*[:：]$""")


class Reply:
    """The objects in a model's reply that hold one of some names; objects inside such an object are its own affair.

    The text is read from front to back in time proportional to its length, whatever is in it. Where the inside of
    brackets stops making sense, the objects that were complete count, the one that broke does not, and reading begins
    anew at the next bracket.

    Args:
        text: what the model wrote; its thoughts between ``<think>`` and ``</think>`` do not count.
        names: what makes an object count.

    Attributes:
        objects: in order, with lower-case keys; a key that is there twice holds None.
        damaged: whether such an object broke, or the text ended inside the list that holds them.

    Example:
        >>> Reply("Well: [{'id': 1, answer: yes,}, {'id': 2, 'answ", ("id",)).objects
        [{'id': '1', 'answer': 'yes'}]
    """

    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        self.objects: list[Object] = []
        self.damaged = False
        # Half a surrogate pair is no text: it could be neither tokenised nor stored.
        told = text.rpartition("</think>")[2].partition("<think>")[0].encode("utf-8", "replace").decode()
        self._read(told, names)

    def _read(self, text: str, names: tuple[str, ...]) -> None:
        place, inside = 0, False
        while found := _OPENING.search(text, place):
            tree = _Reading(text, found.start(), names).tree()
            inside = inside and not _begins_anew(text[max(0, found.start() - 20) : found.start()])
            objects = [] if inside else list(_counting(tree.value, names))
            self.objects += objects
            self.damaged |= tree.torn or (tree.unclosed and bool(objects))
            inside |= tree.broken
            place = tree.end


def _begins_anew(before: str) -> bool:
    """Whether what stood before a bracket shows that it is not within what is left of something broken.

    There it may be the value of a key, or part of a text.
    """
    told = before.rstrip()
    return "\n" in before[len(told) :] or told[-1:] in {",", "[", "]", "}", "`"} or bool(_NO_KEY.search(told))


def _counting(tree: Any, names: tuple[str, ...]) -> Iterator[Object]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and any(name in node for name in names):
            yield node
        elif isinstance(node, dict | list):
            waiting += reversed(list(node.values()) if isinstance(node, dict) else node)


class _Tree(NamedTuple):
    """What stood in one pair of brackets, and where reading goes on.

    ``broken``: its inside stopped making sense; ``unclosed``: the text ended before it did; ``torn``: with that, an
    object that counts was lost.
    """

    value: Any
    end: int
    broken: bool = False
    unclosed: bool = False
    torn: bool = False


@dataclass(slots=True)
class _Open:
    """A list or object whose end has not been met, and what may come next in it."""

    value: list[Any] | Object
    start: int
    wants: Literal["element", "key", "colon", "value", "comma"]
    key: str = ""

    def put(self, value: Any) -> None:
        """Take the next element, or the value of the last key; of two with one key, neither."""
        if isinstance(self.value, list):
            self.value.append(value)
        else:
            self.value[self.key] = None if self.key in self.value else value
        self.wants = "comma"


class _Reading:
    """Reads one pair of brackets; keeps its own stack, as a text may nest deeper than Python does."""

    def __init__(self, text: str, start: int, names: tuple[str, ...]) -> None:
        self._text = text
        self._names = names
        self._place = start
        self._open: list[_Open] = []

    def tree(self) -> _Tree:
        """What is complete of it."""
        opened = _opened(self._text[self._place], self._place)
        self._open.append(opened)
        self._place += 1
        while self._open:
            self._place = _after(_SPACE, self._text, self._place)
            token = _TOKEN.match(self._text, self._place)
            if self._ends_early(token):
                return _Tree(opened.value, len(self._text), unclosed=True, torn=self._drop_open())
            if token is not None and self._take(token):
                self._place = token.end()
            elif not self._mend():
                return _Tree(opened.value, self._place + (token is None), broken=True, torn=self._drop_open())
        return _Tree(opened.value, self._place)

    def _ends_early(self, token: re.Match[str] | None) -> bool:
        """Whether the text stops here, within a string or a word at the latest."""
        if token is not None:
            return token["bare"] is not None and token.end() == len(self._text)
        return self._place == len(self._text) or _UNCLOSED.match(self._text, self._place) is not None

    def _take(self, token: re.Match[str]) -> bool:
        """Take the next token in; False if it makes no sense here."""
        top = self._open[-1]
        match token["mark"]:
            case "{" | "[" as bracket:
                return self._take_opening(top, bracket)
            case "}" | "]" as bracket:
                if bracket != ("]" if isinstance(top.value, list) else "}") or top.wants in {"colon", "value"}:
                    return False
                self._open.pop()
            case ":" | "：":
                if top.wants != "colon":
                    return False
                top.wants = "value"
            case "," | "，":
                if top.wants in {"colon", "value"}:
                    return False
                top.wants = "element" if isinstance(top.value, list) else "key"
            case _:
                return _take_word(top, token)
        return True

    def _take_opening(self, top: _Open, bracket: str) -> bool:
        # A comma may lack between the elements of a list.
        fits = top.wants in {"element", "value"} or (top.wants == "comma" and isinstance(top.value, list))
        if not fits or len(self._open) == _DEEPEST:
            return False
        opened = _opened(bracket, self._place)
        top.put(opened.value)
        self._open.append(opened)
        return True

    def _mend(self) -> bool:
        """Read the innermost object anew by its keys, for quotation marks in its texts that are not escaped."""
        top = self._open[-1]
        if isinstance(top.value, list):
            return False
        end = self._text.find("}", self._place, top.start + _LONGEST)
        if end < 0 or self._text.find("{", top.start + 1, end) >= 0 or not _AFTER_OBJECT.match(self._text, end + 1):
            return False
        fields = _fields(self._text[top.start : end])
        if fields is None:
            return False
        top.value.clear()
        top.value.update(fields)
        self._open.pop()
        self._place = end + 1
        return True

    def _drop_open(self) -> bool:
        """Empty the open objects that would count, with all they hold; whether there were any."""
        objects = [opened.value for opened in self._open if isinstance(opened.value, dict)]
        torn = [value for value in objects if any(name in value for name in self._names)]
        for value in torn:
            value.clear()
        return bool(torn)


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _opened(bracket: str, start: int) -> _Open:
    return _Open({}, start, "key") if bracket == "{" else _Open([], start, "element")


def _take_word(top: _Open, token: re.Match[str]) -> bool:
    bare, quoted = token["bare"], _quoted(token)
    # A comma may lack before a key in quotes.
    if top.wants == "key" or (top.wants == "comma" and isinstance(top.value, dict) and bare is None):
        top.key, top.wants = (quoted if bare is None else bare).strip().lower(), "colon"
        return True
    if top.wants not in {"element", "value"}:
        return False
    top.put(quoted if bare is None else None if bare.lower() in {"null", "none"} else bare)
    return True


def _quoted(token: re.Match[str]) -> str:
    if token["curly"] is not None:
        return token["curly"]
    return _unescaped(token["double"] if token["double"] is not None else token["single"] or "")


def _unescaped(body: str) -> str:
    if "\\" not in body:
        return body
    text = _ESCAPE.sub(
        lambda found: chr(int(found[1][1:], 16)) if len(found[1]) > 1 else _ESCAPED.get(found[1], found[1]), body
    )
    # Two escapes may be the halves of one character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _fields(body: str) -> Object | None:
    """The fields of an object without its closing bracket, from each key up to the next; None if one is not plain."""
    keys = list(_FIELD.finditer(body))
    # A text may hold what looks like another field.
    seen = [name.strip().lower() for name in _KEY.findall(body)]
    if not keys or keys[0].start() != 0 or len(set(seen)) < len(seen):
        return None
    names = [key[1].strip().lower() for key in keys]
    ends = [*(key.start() for key in keys[1:]), len(body)]
    values = [_plain(body[key.end() : end].strip().rstrip(",，").strip()) for key, end in zip(keys, ends, strict=True)]
    return None if None in values else dict(zip(names, values, strict=True))


def _plain(value: str) -> str | list[str] | None:
    if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
        return _unescaped(value[1:-1])
    if value[:1] == "[" and value[-1:] == "]":
        return _WORD.findall(value)
    return value if _WORD.fullmatch(value) else None
