"""How a judge puts rubric items to a model, in English and Chinese: the words used to judge are those used to train.

An item is asked alone, to be answered by the first token, or all items of a rubric are listed and answered in writing.
Whatever a wording says is part of the recipe.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeAlias, get_args

from earwitness.errors import UnknownNameError, UsageError
from earwitness.types import Item, Language


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to ask, in one language.

    Attributes:
        item: asks one item; holds ``{question}``, and ``{dimension}`` where the model should be told it.
        answers: the language of yes and no, which need not be that of the questions.
        listed: asks all items at once; holds ``{items}``.
        system: system message before an item that is asked alone; None for the model's own.
        write_system: system message where answers are written.
    """

    item: str
    answers: Language
    listed: str = "{items}"
    system: str | None = None
    write_system: str | None = None

    def ask(self, item: Item) -> str:
        """The text that asks one item.

        Example:
            >>> WORDINGS["plain"]["en"].ask(Item("e1", "Can you hear a dog?", "event"))
            'Can you hear a dog? Please answer yes or no.'
        """
        # Not str.format: braces in a question are the caption's own.
        return self.item.replace("{dimension}", item.dimension or item.kind).replace("{question}", item.question)

    def list_items(self, items: Sequence[Item]) -> str:
        """The text that asks all items, each on one line of its own behind its id."""
        # A line end in quoted words would let a caption add items to the list.
        lines = (f"{item.id}: {' '.join(item.question.split())}" for item in items)
        return self.listed.replace("{items}", "\n".join(lines))


Wordings: TypeAlias = Mapping[Language, Wording]

_LISTENING: Mapping[Language, str] = {
    "en": "You judge recordings by ear. Go by what can be heard in this clip, not by what is likely or usual. "
    "If something cannot be made out clearly, the answer is no.",
    "zh": "你靠听觉评判录音。只依据这段音频里实际听到的内容作答，不要凭常识或可能性推测；听不清楚的一律答否。",
}
_WRITING: Mapping[Language, str] = {
    "en": 'Reply with JSON alone: {"answers": [{"id": "...", "evidence": "...", "answer": "yes"}]}, one object for '
    'each question and in the same order. "id" is the id before the question, "evidence" is one short sentence about '
    'what you heard, "answer" is "yes" or "no".',
    # The keys and yes/no stay English: a server holds the reply to one schema in both languages.
    "zh": '只输出 JSON：{"answers": [{"id": "...", "evidence": "...", "answer": "yes"}]}，每个问题一个对象，顺序不变。'
    'id 是问题前的编号，evidence 用一句话说明听到了什么，answer 填 "yes"（是）或 "no"（否）。',
}
_LISTED: Mapping[Language, str] = {
    "en": "Answer each of these questions about the clip:\n{items}",
    "zh": "请逐一回答关于这段音频的问题：\n{items}",
}

_PLAIN: Mapping[Language, str] = {
    "en": "{question} Please answer yes or no.",
    "zh": "{question}请回答是或否。",
}

WORDINGS: Mapping[str, Wordings] = {
    # For models that read nothing into a question but its words: a small one takes "answer no" for an absence.
    "plain": {
        language: Wording(_PLAIN[language], language, _LISTED[language], None, _WRITING[language])
        for language in get_args(Language)
    },
    # The paper's instruction, in words of our own: listen, do not infer, no in case of doubt.
    "listen": {
        language: Wording(
            _PLAIN[language],
            language,
            _LISTED[language],
            _LISTENING[language],
            f"{_LISTENING[language]}\n{_WRITING[language]}",
        )
        for language in get_args(Language)
    },
    # The layout of the released pipeline, in words of our own: the dimension before the question, answers in English.
    "released": {
        language: Wording(
            _PLAIN["en"].replace("{question}", "[{dimension}] {question}")
            if language == "en"
            else "【{dimension}】{question}只回答 yes 或 no。",
            "en",
            _LISTED[language],
            _LISTENING[language].replace("一律答否", "一律回答 no"),
            f"{_LISTENING[language]}\n{_WRITING[language]}",
        )
        for language in get_args(Language)
    },
}


def wordings(name_or_file: str | Path) -> Wordings:
    """The wordings of that name, or those in a JSON file ``{"en": {...}, "zh": {...}}`` with a wording's fields.

    Raises:
        UnknownNameError: if it is neither.
        UsageError: if the file cannot be read as wordings.
    """
    name = str(name_or_file)
    if name in WORDINGS:
        return WORDINGS[name]
    if Path(name).suffix != ".json":
        raise UnknownNameError("wording", name, WORDINGS)
    try:
        told = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{name} cannot be read as wordings: {error}. Wanted a JSON object by language.") from error
    if not isinstance(told, dict) or not told:
        raise UsageError(f"{name} holds {str(told)[:40]}; wanted a JSON object by language, en or zh.")
    return {language: _read(name, language, entry) for language, entry in told.items()}


def _read(name: str, language: Language, entry: object) -> Wording:
    if language not in get_args(Language) or not isinstance(entry, dict):
        raise UsageError(f"{name}: {language!r} is {str(entry)[:40]}; wanted en or zh with an object of texts.")
    known = [field.name for field in fields(Wording)]
    strange = [field for field, text in entry.items() if field not in known or not isinstance(text, str)]
    if strange:
        raise UsageError(f"{name}, {language}: {strange[0]!r} is no wording; wanted texts named {', '.join(known)}.")
    whole = {"answers": language, "listed": _LISTED[language], "write_system": _WRITING[language], **entry}
    for field, gap in (("item", "{question}"), ("listed", "{items}")):
        if gap not in whole.get(field, ""):
            raise UsageError(f"{name}, {language}: {field} lacks {gap}; the model would not be asked anything.")
    if whole["answers"] not in get_args(Language):
        raise UsageError(f"{name}, {language}: answers is {whole['answers']!r}; wanted en or zh.")
    return Wording(**whole)
