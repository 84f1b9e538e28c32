"""Sentences about sounds, in English and Chinese: how to ask for a fact and how to state it.

``{bare1}``, ``{noun1}``, ``{clause1}`` and ``{counted1}`` stand for the first sound's words (see ``lexicon``), 2 for
the second's; ``{times}`` is a count; ``{story}`` is all clauses in a row, joined by one of ``then``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earwitness.types import Language

Wordings = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's sentences, by kind of fact."""

    questions: Mapping[str, Wordings]
    statements: Mapping[str, Wordings]
    then: Wordings
    comma: str
    together: str
    period: str
    nothing: str
    list_request: str
    onset_request: str


# A count within a counted clause, and in a sentence of its own.
COUNTS: Mapping[Language, Mapping[int, tuple[str, str]]] = {
    "en": {1: ("once", "once"), 2: ("twice", "twice"), 3: ("three times", "three times")},
    "zh": {1: ("一", "一次"), 2: ("两", "两次"), 3: ("三", "三次")},
}

PHRASES: Mapping[Language, Phrases] = {
    "en": Phrases(
        questions={
            "presence": (
                "Is there {noun1} in this clip?",
                "Can you hear {noun1}?",
                "Do you hear {noun1}?",
                "Does this clip contain {noun1}?",
                "Is {noun1} audible?",
                "Can {noun1} be heard?",
            ),
            "absence": (
                "Is there no {bare1} in this clip?",
                "Is {noun1} missing from this clip?",
                "Is this clip free of {noun1}?",
                "Is it true that there is no {bare1}?",
            ),
            "both": (
                "Can you hear both {noun1} and {noun2}?",
                "Are {noun1} and {noun2} both in this clip?",
                "Does this clip contain {noun1} and {noun2}?",
            ),
            "order": (
                "Does {noun1} come before {noun2}?",
                "Does {noun2} come after {noun1}?",
                "Is {noun1} heard before {noun2}?",
                "Is {noun2} heard after {noun1}?",
                "Do you hear {noun1} and then {noun2}?",
            ),
            "overlap": (
                "Do {noun1} and {noun2} sound at the same time?",
                "Do {noun1} and {noun2} overlap?",
                "Is {noun1} heard during {noun2}?",
            ),
            "count": (
                "Is {noun1} heard exactly {times}?",
                "Does the sound of {bare1} occur {times}?",
                "Do you hear {noun1} {times}?",
            ),
            "first": (
                "Is {noun1} the first sound?",
                "Does this clip begin with {noun1}?",
                "Is {noun1} what you hear first?",
            ),
            "last": (
                "Is {noun1} the last sound?",
                "Does this clip end with {noun1}?",
                "Is {noun1} what you hear last?",
            ),
            "story": ("Is this what you hear: {story}?", "Is it true that {story}?"),
        },
        statements={
            "presence": ("{bare1}", "{noun1}", "{clause1}", "{clause1}", "there is {noun1}"),
            "absence": ("no {bare1}", "there is no {bare1}", "no {bare1} can be heard"),
            "both": ("{clause1} and {clause2}", "{noun1} and {noun2}", "{bare1} and {bare2}", "{bare1}, {bare2}"),
            "order": (
                "{clause1}, then {clause2}",
                "{clause1} and then {clause2}",
                "{clause1} before {clause2}",
                "{clause2} after {clause1}",
                "{noun1} followed by {noun2}",
                "first {clause1}, then {clause2}",
                "{bare1} then {bare2}",
            ),
            "overlap": (
                "{clause1} while {clause2}",
                "{noun1} and {noun2} at the same time",
                "{clause1} as {clause2}",
                "{noun1} over {noun2}",
            ),
            "count": ("{counted1}",),
            "first": ("{noun1} comes first", "first {clause1}", "it begins with {noun1}"),
            "last": ("{noun1} comes last", "finally {clause1}", "it ends with {noun1}"),
            "story": ("{story}",),
        },
        then=(", then ", " and then ", " followed by ", ", followed by "),
        comma=", ",
        together=" and ",
        period=".",
        nothing="nothing",
        list_request="List the sounds in order.",
        onset_request="When does {noun1} begin?",
    ),
    "zh": Phrases(
        questions={
            "presence": (
                "有{noun1}吗？",
                "能听到{noun1}吗？",
                "这段音频里有{noun1}吗？",
                "你听到{noun1}了吗？",
                "是否有{noun1}？",
            ),
            "absence": ("这段音频里没有{noun1}，对吗？", "是不是听不到{noun1}？", "没有{noun1}吗？"),
            "both": ("{noun1}和{noun2}都有吗？", "既有{noun1}又有{noun2}吗？", "能同时找到{noun1}和{noun2}吗？"),
            "order": (
                "{noun1}在{noun2}之前吗？",
                "{noun2}在{noun1}之后吗？",
                "先有{noun1}，后有{noun2}，对吗？",
                "{noun1}是不是比{noun2}先出现？",
            ),
            "overlap": (
                "{noun1}和{noun2}同时响起吗？",
                "{noun1}和{noun2}有重叠吗？",
                "{noun1}是在{noun2}期间出现的吗？",
            ),
            "count": ("{noun1}出现了{times}吗？", "{noun1}正好有{times}吗？", "你听到{times}{noun1}吗？"),
            "first": ("第一个声音是{noun1}吗？", "最先听到的是{noun1}吗？", "开头是{noun1}吗？"),
            "last": ("最后一个声音是{noun1}吗？", "最后听到的是{noun1}吗？", "结尾是{noun1}吗？"),
            "story": ("你听到的是{story}，对吗？", "是不是{story}？"),
        },
        statements={
            "presence": ("{bare1}", "{noun1}", "{clause1}", "{clause1}", "有{noun1}"),
            "absence": ("没有{bare1}", "没有{noun1}", "听不到{noun1}"),
            "both": ("{noun1}和{noun2}", "{bare1}和{bare2}", "{clause1}，还有{noun2}", "{noun1}、{noun2}"),
            "order": (
                "{clause1}，然后{clause2}",
                "先是{noun1}，然后是{noun2}",
                "{clause1}，接着{clause2}",
                "{noun1}之后是{noun2}",
                "{noun2}之前是{noun1}",
                "先{clause1}，再{clause2}",
            ),
            "overlap": ("{clause1}，同时{clause2}", "{noun1}和{noun2}同时响起", "{clause1}的同时{clause2}"),
            "count": ("{counted1}",),
            "first": ("开头是{noun1}", "首先{clause1}", "最先是{noun1}"),
            "last": ("结尾是{noun1}", "最后{clause1}", "最后是{noun1}"),
            "story": ("{story}",),
        },
        then=("，然后", "，接着", "，再", "，之后"),
        comma="，",
        together="和",
        period="。",
        nothing="没有声音",
        list_request="按顺序列出声音。",
        onset_request="{noun1}从第几秒开始？",
    ),
}
