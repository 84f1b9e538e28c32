"""What the embedded judge was taught, as ``vocabulary.json``: the names of its sounds, and all its words.

``names`` tell that a caption speaks of a sound the judge knows; ``words`` are everything else it has read in training.
Both come from the lexicon and the sentences it was trained on; only which words of a sound's phrases *name* it is
chosen by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from earwitness.scenes.lexicon import LEXICON
from earwitness.scenes.phrases import COUNTS, PHRASES
from earwitness.types import Language

NAMES: dict[str, dict[Language, str]] = {
    "dog bark": {"en": "dog dogs bark barks barking", "zh": "狗 吠"},
    "rain": {"en": "rain rains raining rainfall", "zh": "雨"},
    "sea waves": {"en": "sea ocean waves surf", "zh": "海浪 波浪 海水"},
    "baby cry": {"en": "baby infant cry cries crying", "zh": "婴儿 宝宝 啼哭"},
    "clock tick": {"en": "clock tick ticks ticking tock", "zh": "时钟 钟表 滴答"},
    "person sneeze": {"en": "sneeze sneezes sneezing", "zh": "喷嚏"},
    "helicopter": {"en": "helicopter", "zh": "直升机 直升飞机"},
    "chainsaw": {"en": "chainsaw chain", "zh": "电锯 链锯"},
    "rooster": {"en": "rooster cock crow crows crowing", "zh": "公鸡 鸡叫 打鸣"},
    "fire crackling": {"en": "fire campfire crackle crackles crackling", "zh": "火 火焰 篝火 柴火"},
    "tone": {"en": "tone", "zh": "纯音 长音 持续音"},
    "beep": {"en": "beep beeps beeping", "zh": "哔"},
    "siren": {"en": "siren alarm", "zh": "警笛 警报"},
    "noise burst": {"en": "noise static", "zh": "噪声 短噪声"},
    "chirp": {"en": "chirp", "zh": "啁啾 扫频 啾"},
    "knock": {"en": "knock knocks knocking", "zh": "敲门 敲击 敲木头"},
    "bell": {"en": "bell", "zh": "铃 钟声 敲钟 钟鸣 钟响 钟在响"},
}


def vocabulary() -> dict[str, dict[str, list[str]]]:
    """Names and words by language, sorted."""
    languages: tuple[Language, ...] = ("en", "zh")
    return {language: {"names": _names(language), "words": _words(language)} for language in languages}


def write_vocabulary(folder: Path) -> None:
    """Write ``vocabulary.json`` into a checkpoint's folder."""
    text = json.dumps(vocabulary(), ensure_ascii=False, indent=1)
    (folder / "vocabulary.json").write_text(text + "\n", encoding="utf-8")


def _names(language: Language) -> list[str]:
    return sorted({name for names in NAMES.values() for name in names[language].split()})


def _words(language: Language) -> list[str]:
    split = r"[a-z]+" if language == "en" else r"[\u3400-\u9fff]+"
    return sorted({word for text in _texts(language) for word in re.findall(split, text.lower())})


def _texts(language: Language) -> Iterator[str]:
    """Every form of every sound, and every sentence with its gaps left out."""
    for words in LEXICON.values():
        forms = words[language]
        yield from (*forms.bare, *forms.nouns, *forms.clauses)
        yield from (form.replace("{n}", " ") for form in forms.counted)
    phrases = PHRASES[language]
    sentences = [
        text for table in (phrases.questions, phrases.statements) for texts in table.values() for text in texts
    ]
    yield from (re.sub(r"\{\w+\}", " ", sentence) for sentence in sentences)
    yield from (*phrases.then, phrases.together, *(text for pair in COUNTS[language].values() for text in pair))
