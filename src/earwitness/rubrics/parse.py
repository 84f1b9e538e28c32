"""The one place that reads what language models write as JSON: rubrics, cleanings and verdicts.

Models wrap JSON in prose, leave quotes out, stop in the middle, number from another start. Every answer is read out of
one object together with the id in it and belongs to that item alone, never to a place in a list; an id that could mean
two items means none. What cannot be read of an item is absent: nothing is guessed.

The schemas say what is asked of a model that can be held to one; the readers accept more.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from earwitness.errors import AnswerError
from earwitness.rubrics.loose import Object, Reply
from earwitness.types import Kind

# The names of fields, lower-cased; the Chinese ones are those of the public benchmark and of models asked in Chinese.
_ID = ("id", "编号", "序号")
_KIND = ("kind", "类型")
_DIMENSION = ("dimension", "维度")
_QUESTION = ("question", "题目", "问题")
_BASIS = ("basis", "依据")
_PARENTS = ("parents", "父项")
_ANSWER = ("answer", "回答", "答案")
_EVIDENCE = ("evidence", "证据", "依据")
_JUDGMENT = ("judgment", "judgement", "判断")

# Answers by their first word.
_YES_NO = {"yes": True, "true": True, "是": True, "是的": True, "no": False, "false": False, "否": False, "不是": False}
_KEEP_REMOVE = {"keep": True, "保留": True, "remove": False, "删除": False, "移除": False}

_LETTERS = r"[^\W\d_]+"
# "Yes/no" and "yes or no" are no answers; "yes - because" is one.
_FIRST_WORD = re.compile(rf"({_LETTERS})\s*([^\w\s/|\\&+].*)?", re.DOTALL)
_NUMBER = re.compile(r"0*(\d{1,9})(?:\.0+)?")
_ID_ZERO = re.compile(r"""(?:\bid|编号|序号)\W{0,6}0+\b""", re.IGNORECASE)
# What may stand around a word or an id without being part of it.
_AROUND = " \t\r\n\"'`*_#:.,()[]<>"


def _object_schema(properties: Mapping[str, Any]) -> dict[str, Any]:
    # Servers that hold a model to a schema want every field required and no other allowed.
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_schema(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return _object_schema({name: {"type": "array", "items": _object_schema(properties)}})


_STRING = {"type": "string"}
# The whole caption in one question is no part of it.
_KINDS: Mapping[str, Kind] = {kind: kind for kind in get_args(Kind) if kind != "caption"}

# Words first, then what they are, then the question: a model that copies before it asks invents less.
RUBRIC_SCHEMA: Mapping[str, Any] = _list_schema(
    "items",
    {
        "id": _STRING,
        "basis": _STRING,
        "kind": {"type": "string", "enum": list(_KINDS)},
        "dimension": _STRING,
        "parents": {"type": "array", "items": _STRING},
        "question": _STRING,
    },
)
CLEANING_SCHEMA: Mapping[str, Any] = _list_schema(
    "results", {"id": _STRING, "judgment": {"type": "string", "enum": ["keep", "remove"]}}
)
VERDICTS_SCHEMA: Mapping[str, Any] = _list_schema(
    "answers", {"id": _STRING, "evidence": _STRING, "answer": {"type": "string", "enum": ["yes", "no"]}}
)


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """An item as a model wrote it: nothing in it has been checked against the caption.

    Attributes:
        question: never empty.
        basis: the words of the caption that it claims to stand for.
        dimension: the aspect, in the model's words.
        kind: None if it names none of ours.
        id: what the model called it.
        parents: what it called the items that this one depends on.
    """

    question: str
    basis: str = ""
    dimension: str = ""
    kind: Kind | None = None
    id: str = ""
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenRubric:
    """The items of a reply, in order.

    Attributes:
        items: at least one.
        damaged: whether the reply ended early or held items that could not be read, so that some may be missing.
    """

    items: tuple[WrittenItem, ...]
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class WrittenVerdict:
    """The answer to one item, and what the model says it heard."""

    answer: bool
    evidence: str = ""


def read_rubric(text: str) -> WrittenRubric:
    r"""The items that a decomposing model wrote.

    A list of objects with a question, bare or inside others, as ``RUBRIC_SCHEMA`` has it or with the keys of the
    public AnyAudio-Judge benchmark (arXiv 2606.03116) in English or Chinese. What is there twice counts once.

    Raises:
        AnswerError: with code ``unreadable_reply`` if there is no item.

    Example:
        >>> read_rubric('```json\n[{"题目": "是否有狗叫？", "依据": "狗叫", "维度": "声音"}]\n```').items
        (WrittenItem(question='是否有狗叫？', basis='狗叫', dimension='声音', kind=None, id='', parents=()),)
    """
    reply = Reply(text, _QUESTION)
    items: dict[tuple[str, str], WrittenItem] = {}
    for record in reply.objects:
        if (item := _item(record)) is not None:
            items.setdefault((item.question, item.basis), item)
    if not items:
        raise _unreadable("items", text)
    return WrittenRubric(tuple(items.values()), reply.damaged)


def read_cleaning(text: str, ids: Sequence[str]) -> dict[str, bool]:
    """Whether to keep each item; an item that the reply does not plainly judge is absent.

    Args:
        text: the reply, as ``CLEANING_SCHEMA`` has it.
        ids: of the items, in the order in which they were shown.

    Raises:
        AnswerError: with code ``unreadable_reply`` if no item is judged.

    Example:
        >>> read_cleaning('{"results": [{"id": 1, "judgment": "keep"}, {"id": 2, "judgment": "remove"}]}', ["1", "2"])
        {'1': True, '2': False}
    """
    judged = _by_id(text, ids, lambda record: _told(_field(record, _JUDGMENT), _KEEP_REMOVE))
    if not judged:
        raise _unreadable("judgments", text)
    return {name: keep for name, (keep, _) in judged.items()}


def read_verdicts(text: str, ids: Sequence[str]) -> dict[str, WrittenVerdict]:
    """The answer to each item; an item that the reply does not plainly answer is absent.

    Args:
        text: the reply, as ``VERDICTS_SCHEMA`` has it.
        ids: of the items, in the order in which they were asked.

    Example:
        >>> reply = "Here you are: [{id: 'e2', answer: '否'}, {'id': 'e1', 'answer': 'Yes.', 'evidence': 'barks'},]"
        >>> read_verdicts(reply, ["e1", "e2"])
        {'e1': WrittenVerdict(answer=True, evidence='barks'), 'e2': WrittenVerdict(answer=False, evidence='')}
    """
    answered = _by_id(text, ids, lambda record: _told(_field(record, _ANSWER), _YES_NO))
    return {name: WrittenVerdict(answer, _text(record, _EVIDENCE)) for name, (answer, record) in answered.items()}


def _unreadable(wanted: str, text: str) -> AnswerError:
    return AnswerError(f"no {wanted} can be read in the reply {text[:80]!r}.", code="unreadable_reply")


def _item(record: Object) -> WrittenItem | None:
    question = _text(record, _QUESTION)
    if not question:
        return None
    parents = _field(record, _PARENTS)
    return WrittenItem(
        question,
        _text(record, _BASIS),
        _text(record, _DIMENSION),
        _KINDS.get(_text(record, _KIND).lower()),
        _plain_id(_text(record, _ID)),
        tuple(_plain_id(parent) for parent in parents if isinstance(parent, str)) if isinstance(parents, list) else (),
    )


def _field(record: Object, names: tuple[str, ...]) -> Any:
    return next((record[name] for name in names if name in record), None)


def _text(record: Object, names: tuple[str, ...]) -> str:
    value = _field(record, names)
    return value.strip() if isinstance(value, str) else ""


def _told(value: Any, meanings: Mapping[str, bool]) -> bool | None:
    """What the first word of an answer means; None if it means nothing, or the next word means the opposite."""
    if not isinstance(value, str):
        return None
    said = _FIRST_WORD.fullmatch(unicodedata.normalize("NFKC", value).strip(_AROUND).lower())
    if said is None or said[1] not in meanings:
        return None
    following = re.search(_LETTERS, said[2] or "")
    answer = meanings[said[1]]
    return None if following and meanings.get(following[0], answer) != answer else answer


def _by_id(text: str, ids: Sequence[str], read: Callable[[Object], bool | None]) -> dict[str, tuple[bool, Object]]:
    """What each item's own object says, in the order of the ids; an item with two meanings has none."""
    records = [(_plain_id(_field(record, _ID)), record) for record in Reply(text, _ID).objects]
    told = {name for name, _ in records}
    meant = _meant(told, ids, zero="0" in told or _ID_ZERO.search(text) is not None)
    said: dict[str, list[tuple[bool | None, Object]]] = {name: [] for name in ids}
    for name, record in records:
        if name in meant:
            said[meant[name]].append((read(record), record))
    agreed = {name: found for name, found in said.items() if len({answer for answer, _ in found}) == 1}
    return {name: (answer, record) for name, ((answer, record), *_) in agreed.items() if answer is not None}


def _plain_id(value: Any) -> str:
    """An id as it is compared: ``1``, ``"01"``, ``1.0`` and ``#1`` are the same."""
    if not isinstance(value, str):
        return ""
    name = unicodedata.normalize("NFKC", value).strip(_AROUND).lower()
    number = _NUMBER.fullmatch(name)
    return number[1] if number else name


def _meant(told: Collection[str], ids: Sequence[str], *, zero: bool) -> dict[str, str]:
    """The item that each id in a reply stands for.

    A model may number items anew, from 0 or from 1, and what is read of its reply may be a part. Ids that are numbers
    therefore count only beside one that no other numbering gives; where no id is known, all from 1 to n are the items
    in order.

    Args:
        told: the ids read.
        ids: the items'.
        zero: whether the reply numbers anything 0.
    """
    own, count = _distinct(ids), len(ids)
    numbers = {name for name in own if name.isdecimal()}
    numbered = {str(place): name for place, name in enumerate(ids, start=1)}
    from_zero = numbers == set(map(str, range(count)))
    if numbers == set(numbered):
        sure = str(count) in told and not zero
    elif from_zero:
        sure = "0" in told
    else:
        counted = {name for name in told if name.isdecimal()}
        sure = counted <= numbers and any(int(name) > count for name in counted)
    if set(told) == set(numbered) and not zero and (from_zero or not numbers):
        return numbered
    return {name: item for name, item in own.items() if sure or name not in numbers}


def _distinct(ids: Sequence[str]) -> dict[str, str]:
    uses = Counter(map(_plain_id, ids))
    return {short: name for name in ids if uses[short := _plain_id(name)] == 1}
