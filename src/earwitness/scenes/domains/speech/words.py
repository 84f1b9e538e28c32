"""The words for one speaker and how they speak, in English and Chinese.

Degrees are as plain as the facts: slow and fast, quiet and loud, low and high. A low voice is a quiet one to many, so
pitch is always named as pitch. Quiet and loud are the volume at which speech is heard: how much breath went into it is
not decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# A fact and its value, as in a claim; what is said of it.
Said = tuple[str, str]
Wordings = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpeechWords:
    """One language's words.

    Attributes:
        subjects: who speaks, as what stands before, what tells gender or age, and what stands behind.
        nobody_known: who speaks where neither is told, with nothing in the middle.
        speaks: the verb where no words are quoted behind it.
        says: the verb where they are.
        once: stems that a sentence has once: nobody who is called a speaker speaks.
        languages: that is spoken, beside any verb.
        spoken: the same as the object of "speaks".
        beside: a manner beside the verb.
        apart: a manner in a clause of its own.
        behind: what is in the background, as a sentence.
        absent: what is not heard, as a sentence: before the span, the span, behind it.
        asked: the questions about a fact's value.
        named: the questions about words and sounds, which they name.
    """

    subjects: Mapping[Said, tuple[tuple[str, str, str], ...]]
    nobody_known: tuple[tuple[str, str], ...]
    speaks: Wordings
    says: Wordings
    once: Wordings
    languages: Mapping[str, Wordings]
    spoken: Mapping[str, Wordings]
    beside: Mapping[Said, Wordings]
    apart: Mapping[Said, Wordings]
    behind: Wordings
    absent: tuple[tuple[str, str, str], ...]
    asked: Mapping[Said, str]
    named: Mapping[str, str]


ENGLISH = SpeechWords(
    subjects={
        ("gender", "man"): (("a ", "man", ""), ("a ", "male", " speaker"), ("a ", "male", " voice")),
        ("gender", "woman"): (("a ", "woman", ""), ("a ", "female", " speaker"), ("a ", "female", " voice")),
        ("age", "adult"): (("an ", "adult", ""), ("an ", "adult", " speaker"), ("a ", "grown-up", "")),
        ("age", "child"): (("a ", "child", ""), ("a ", "kid", ""), ("a ", "child", "'s voice")),
    },
    nobody_known=(("", "someone"), ("a ", "person"), ("a ", "speaker"), ("a ", "voice")),
    speaks=("speaks", "is speaking", "talks", "is talking"),
    says=("says", "is saying"),
    once=("speak", "voice"),
    languages={
        "en": ("in English", "in the English language"),
        "zh": ("in Mandarin Chinese", "in Mandarin"),
    },
    spoken={"en": ("English",), "zh": ("Mandarin", "Mandarin Chinese")},
    beside={
        ("pace", "slow"): ("slowly", "at a slow pace", "at a slow speed"),
        ("pace", "fast"): ("quickly", "at a fast pace", "at a fast speed"),
        ("loudness", "quiet"): ("at a low volume", "at low volume"),
        ("loudness", "loud"): ("at a high volume", "at high volume"),
        ("pitch", "low"): ("in a low-pitched voice", "with a low-pitched voice", "at a low pitch"),
        ("pitch", "high"): ("in a high-pitched voice", "with a high-pitched voice", "at a high pitch"),
    },
    apart={
        ("pace", "slow"): ("slow", "slow in pace"),
        ("pace", "fast"): ("fast", "fast in pace"),
        ("loudness", "quiet"): ("quiet", "low in volume"),
        ("loudness", "loud"): ("loud", "high in volume"),
        ("pitch", "low"): ("low-pitched", "low in pitch"),
        ("pitch", "high"): ("high-pitched", "high in pitch"),
    },
    behind=("{} can be heard in the background", "in the background, {} can be heard"),
    absent=(
        ("", "no {}", " can be heard"),
        ("the clip has ", "no {}", ""),
        ("the recording contains ", "no {}", ""),
    ),
    asked={
        ("gender", "man"): "Is the speaker a man?",
        ("gender", "woman"): "Is the speaker a woman?",
        ("age", "adult"): "Is the speaker an adult?",
        ("age", "child"): "Is the speaker a child?",
        ("language", "en"): "Does the speaker speak English?",
        ("language", "zh"): "Does the speaker speak Mandarin Chinese?",
        ("pace", "slow"): "Does the speaker talk slowly?",
        ("pace", "fast"): "Does the speaker talk fast?",
        ("pitch", "low"): "Is the speaker's voice low in pitch?",
        ("pitch", "high"): "Is the speaker's voice high in pitch?",
        ("loudness", "quiet"): "Is the volume of the speech low?",
        ("loudness", "loud"): "Is the volume of the speech high?",
    },
    named={
        "voice": "Is someone speaking?",
        "words": 'Does the speaker say "{}"?',
        "secondary": "Can {} be heard in the background?",
        "absence": "Is the clip free of {}?",
    },
)

MANDARIN = SpeechWords(
    subjects={
        ("gender", "man"): (("一位", "男士", ""), ("一个", "男人", ""), ("一名", "男子", "")),
        ("gender", "woman"): (("一位", "女士", ""), ("一个", "女人", ""), ("一名", "女子", "")),
        ("age", "adult"): (("一个", "成年人", ""), ("一位", "成年人", ""), ("一名", "成年人", "")),
        ("age", "child"): (("一个", "孩子", ""), ("一个", "小孩", ""), ("一名", "儿童", "")),
    },
    nobody_known=(("一个", "人"), ("有一个", "人"), ("一位", "说话者")),
    speaks=("说话", "讲话"),
    says=("说",),
    once=("说话",),
    languages={"en": ("用英语", "用英文", "使用英语"), "zh": ("用普通话", "用汉语普通话", "使用普通话")},
    spoken={},
    beside={
        ("pace", "slow"): ("缓慢地", "慢慢地", "以缓慢的语速"),
        ("pace", "fast"): ("快速地", "以快速的语速"),
        ("pitch", "low"): ("以低音调", "用低音调"),
        ("pitch", "high"): ("以高音调", "用高音调"),
    },
    apart={
        ("pace", "slow"): ("语速慢", "语速缓慢"),
        ("pace", "fast"): ("语速快",),
        ("loudness", "quiet"): ("音量小", "音量低", "声音小"),
        ("loudness", "loud"): ("音量大", "音量高", "声音大"),
        ("pitch", "low"): ("音调低",),
        ("pitch", "high"): ("音调高",),
    },
    behind=("背景里有{}", "背景中能听到{}", "背景音是{}"),
    absent=(("", "没有{}", ""), ("", "听不到{}", ""), ("录音里", "没有{}", "")),
    asked={
        ("gender", "man"): "说话的是男性吗？",
        ("gender", "woman"): "说话的是女性吗？",
        ("age", "adult"): "说话的是成年人吗？",
        ("age", "child"): "说话的是孩子吗？",
        ("language", "en"): "说的是英语吗？",
        ("language", "zh"): "说的是普通话吗？",
        ("pace", "slow"): "说话的语速慢吗？",
        ("pace", "fast"): "说话的语速快吗？",
        ("pitch", "low"): "说话的音调低吗？",
        ("pitch", "high"): "说话的音调高吗？",
        ("loudness", "quiet"): "说话的音量小吗？",
        ("loudness", "loud"): "说话的音量大吗？",
    },
    named={
        "voice": "有人在说话吗？",
        "words": "说的话是“{}”吗？",
        "secondary": "背景里能听到{}吗？",
        "absence": "这段音频里没有{}，对吗？",
    },
)
