"""From items as a model wrote them to items of a rubric: kept if the caption says the words that they stand for.

A model may invent. What it cannot show in the caption is dropped, and so is what the caption denies, where yes would
mean that the clip does not match. What it left out is filled in where that needs no guess: a kind that its dimension
tells, the one event that an attribute can belong to, a question mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from earwitness.rubrics.denials import Span, asks_for_absence, denied
from earwitness.rubrics.parse import WrittenItem
from earwitness.rubrics.quotes import masked, quoted_spans
from earwitness.types import Item, Kind, Language, says_something

# Which kind a dimension means, for replies that name no kind; in English and in the Chinese of the public benchmark.
_DIMENSIONS: Mapping[Kind, str] = {
    "event": "sound event source instrument instruments voice vocals 声音 声音事件 事件 音效 声源 乐器 人声",
    "attribute": "loudness volume pitch pace speed emotion gender age accent dialect distance timbre duration room "
    "音量 响度 音高 音调 语速 情感 情绪 性别 年龄 口音 方言 距离 远近 音色 音质 时长 持续 空间 混响",
    "relation": "order sequence overlap temporal 顺序 时序 先后 时间关系 同时",
    "count": "count number quantity 数量 次数 计数",
    "negation": "absence negation 缺失 否定 排除",
    "speech": "words content transcript text lyrics 内容 台词 文本 说话内容 语音内容 歌词",
    "style": "genre style mood tempo rhythm key scene environment production "
    "流派 曲风 体裁 风格 氛围 节奏 速度 调性 场景 环境 制作",
}
_KIND_OF: Mapping[str, Kind] = {name: kind for kind, names in _DIMENSIONS.items() for name in names.split()}
# An unknown dimension is most likely one of the whole clip, and as such it is asked of all of it.
_OTHERWISE: Kind = "style"
_LETTERS: Mapping[Kind, str] = {
    "event": "e",
    "attribute": "a",
    "relation": "r",
    "count": "c",
    "negation": "n",
    "speech": "s",
    "style": "t",
    "caption": "x",
}
# What a caption that denies it must not be asked for.
_DENIABLE: frozenset[Kind] = frozenset({"event", "attribute", "count", "style"})
_DEPENDENT: frozenset[Kind] = frozenset({"attribute", "relation", "count", "speech"})

_SAME = str.maketrans(
    dict.fromkeys("‘’‚‛`´", "'") | dict.fromkeys("“”„‟«»「」『』", '"') | dict.fromkeys("‐‑‒–—−", "-")
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_MARKS, _PUNCTUATION = " \"'", ".,;:!?。、-()[]"


def grounded(written: Sequence[WrittenItem], caption: str, questions: Language) -> tuple[Item, ...]:
    """The items whose words the caption says and does not deny, whose question is in the language wanted, each once.

    They come in their order, but parents before their children, with ids of our own.

    Args:
        written: as the model wrote them.
        caption: the text that they must come from.
        questions: the language wanted.

    Example:
        >>> wrong, right = WrittenItem("Is it loud?", "loudly"), WrittenItem("Is there rain", "RAIN", "sound")
        >>> grounded([wrong, right], "The train stops; rain falls.", "en")
        (Item(id='e1', question='Is there rain?', kind='event', dimension='sound', span=(17, 21), parents=(), \
weight=1.0),)
    """
    said = _Said(caption)
    denials = list(denied(masked(caption, list(quoted_spans(caption)))))
    found: dict[str, _Found] = {}
    for item in written:
        one = _unless_denied(_Found(item, _kind(item), said.places(item.basis)), denials)
        if one.places and is_in_language(item.question, questions):
            # Of equal questions the first: one asked twice would count twice.
            found.setdefault(asked(item.question, questions), one)
    kept = list(found.values())
    ids = _ids([one.kind for one in kept])
    uses = Counter(one.written.id for one in kept)
    items: dict[str, Item] = {}
    events: list[Item] = []
    called: dict[str, Item] = {}
    # Events first: the words of what depends on them are looked for near theirs.
    for one, name in sorted(zip(kept, ids, strict=True), key=lambda pair: pair[0].kind in _DEPENDENT):
        parents = _parents(one, called, events)
        span = _nearest(one.places, [parent.span for parent in parents], [other.span for other in items.values()])
        question = asked(one.written.question, questions)
        parent_ids = tuple(parent.id for parent in parents)
        items[name] = Item(name, question, one.kind, one.written.dimension, span, parent_ids)
        if one.kind == "event":
            events.append(items[name])
            if uses[one.written.id] == 1:
                called[one.written.id] = items[name]
    return _parents_first([items[name] for name in ids])


@dataclass(frozen=True, slots=True)
class _Found:
    """What a model wrote, its kind, and where in the caption its words are."""

    written: WrittenItem
    kind: Kind
    places: list[Span]


def _kind(item: WrittenItem) -> Kind:
    return item.kind or _KIND_OF.get(item.dimension.lower(), _OTHERWISE)


def _unless_denied(one: _Found, denials: Sequence[Span]) -> _Found:
    """Without the places where the caption denies what is asked for; an event that is asked for as absent is none."""
    if one.kind not in _DENIABLE:
        return one
    # "Not too fast" and "without pause" may be asked in other words; "no music" is no event in any.
    within = 0 if one.kind == "event" else 1
    affirmed = [place for place in one.places if not any(start + within <= place[0] < end for start, end in denials)]
    if not asks_for_absence(one.written.question):
        return replace(one, places=affirmed)
    return replace(one, kind="negation") if one.kind == "event" and not affirmed else one


def _ids(kinds: Sequence[Kind]) -> list[str]:
    return [f"{_LETTERS[kind]}{kinds[: place + 1].count(kind)}" for place, kind in enumerate(kinds)]


def _parents(one: _Found, called: Mapping[str, Item], events: Sequence[Item]) -> Sequence[Item]:
    """The events that an item says it depends on; the only one there is, where it names none."""
    if one.kind not in _DEPENDENT:
        return ()
    named = [called[name] for name in dict.fromkeys(one.written.parents) if name in called]
    return named or (events if len(events) == 1 and one.kind != "relation" else ())


def _nearest(places: Sequence[Span], parents: Sequence[Span | None], taken: Collection[Span | None]) -> Span:
    """The place next to what an item belongs to; else the first that no other item has."""
    spans = [parent for parent in parents if parent]
    if spans:
        return min(places, key=lambda place: min(_gap(place, span) for span in spans))
    return next((place for place in places if place not in taken), places[0])


def _gap(one: Span, other: Span) -> int:
    return max(one[0] - other[1], other[0] - one[1], 0)


def _parents_first(items: Sequence[Item]) -> tuple[Item, ...]:
    by_id = {item.id: item for item in items}
    # Parents are events and have none themselves.
    order = [name for item in items for name in (*item.parents, item.id)]
    return tuple(by_id[name] for name in dict.fromkeys(order))


def asked(question: str, language: Language) -> str:
    """A question on one line that ends as a question does.

    Example:
        >>> asked("Is there a dog.", "en"), asked("是否有狗叫", "zh")
        ('Is there a dog?', '是否有狗叫？')
    """
    line = " ".join(question.split())
    return line if line.endswith(("?", "？")) else line.rstrip(".。;；,， ") + ("？" if language == "zh" else "?")


def is_in_language(question: str, language: Language) -> bool:
    """Whether a question is in this language, quoted words aside.

    Example:
        >>> is_in_language('Does she say "你好"?', "en"), is_in_language("是否有狗叫？", "en")
        (True, False)
    """
    own = masked(question, list(quoted_spans(question)))
    letters = [character for character in own if character.isalpha()]
    han = sum(bool(_HAN.match(letter)) for letter in letters)
    return bool(letters) and (han > 0 if language == "zh" else 2 * han < len(letters))


class _Said:
    """A caption as it is compared: without regard to case, white space, and kinds of quotation marks and dashes.

    Nor to a space behind ``<`` and ``[``: with it captions are sent to servers, see ``backbones/server/chat.py``.
    """

    def __init__(self, caption: str) -> None:
        self._caption = caption
        self._text, self._origins = _normal(caption)

    def places(self, basis: str) -> list[Span]:
        """Where the caption says these words, whole words in order; none if they hold no letter and no digit."""
        words = _normal(basis)[0].strip(_MARKS)
        if not says_something(words):
            return []
        # The full stop of a quoted sentence belongs to it; one that the model put there itself does not.
        return self._spans(words) or self._spans(words.strip(_MARKS + _PUNCTUATION))

    def _spans(self, words: str) -> list[Span]:
        return [self._span(start, start + len(words)) for start in self._starts(words)]

    def _starts(self, words: str) -> Iterator[int]:
        start = self._text.find(words)
        while start >= 0:
            if not (self._within_word(start) or self._within_word(start + len(words))):
                yield start
            start = self._text.find(words, start + 1)

    def _within_word(self, border: int) -> bool:
        around = self._text[max(0, border - 1) : border + 1]
        # Chinese has no borders between words.
        return len(around) == 2 and border > 0 and around.isalnum() and not _HAN.search(around)

    def _span(self, start: int, stop: int) -> Span:
        end = self._origins[stop - 1] + 1
        while end < len(self._caption) and unicodedata.combining(self._caption[end]):
            end += 1
        return self._origins[start], end


def _normal(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and where in it each character was."""
    characters: list[str] = []
    origins: list[int] = []
    for place, written in enumerate(text):
        for character in unicodedata.normalize("NFKD", written).translate(_SAME).casefold():
            if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
                continue
            last = characters[-1] if characters else " "
            if character.isspace():
                if last in " <[" or _HAN.match(last):
                    continue
                character = " "
            elif last == " " and characters and _HAN.match(character):
                characters.pop()
                origins.pop()
            characters.append(character)
            origins.append(place)
    return "".join(characters), origins
