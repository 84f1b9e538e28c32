"""What a language model is told that takes captions apart, in files that people read and edit.

A folder for each language of captions: ``decompose.md`` with a part for each domain and an example, ``clean.md``.
Their hash is part of every recipe.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from earwitness.rubrics.base import Domain
from earwitness.types import Language

FOLDER = Path(__file__).parent

# What the language of questions is called in the language of a caption.
_CALLED: Mapping[Language, Mapping[Language, str]] = {
    "en": {"en": "English", "zh": "Chinese"},
    "zh": {"en": "英文", "zh": "中文"},
}


@cache
def decomposing(language: Language, domain: Domain, questions: Language) -> str:
    """The system text that asks for a rubric.

    Args:
        language: of the caption.
        domain: what the clip is made of.
        questions: the language in which to ask.
    """
    told = example(language, domain)
    items = [{**item, "question": item["question"][questions]} for item in told["items"]]
    rows = ",\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    parts = {
        "{domain}": _text(language, f"{domain}.md"),
        "{questions}": _CALLED[language][questions],
        "{example_caption}": json.dumps(told["caption"], ensure_ascii=False),
        "{example_reply}": f'{{"items": [\n{rows}\n]}}',
    }
    text = _text(language, "decompose.md")
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


@cache
def cleaning(language: Language) -> str:
    """The system text that asks which items to keep."""
    return _text(language, "clean.md")


def example(language: Language, domain: Domain) -> Mapping[str, Any]:
    """The caption and items that a model is shown; each item's ``question`` is by language."""
    told: Mapping[str, Any] = json.loads(_text(language, "examples.json"))[domain]
    return told


@cache
def prompts_hash() -> str:
    """Sixteen hexadecimal digits of all files."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*/*")):
        if path.suffix in {".md", ".json"}:
            digest.update(f"{path.relative_to(FOLDER).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _text(language: Language, name: str) -> str:
    return (FOLDER / language / name).read_text(encoding="utf-8").strip()
