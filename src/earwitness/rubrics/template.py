"""AQAScore's questions: a caption put into one numbered sentence that a model answers with yes or no.

Template 1 is the paper's wording (arXiv 2601.14728) as independent re-implementations quote it, with our own Chinese
version. The others ask the same in other words: a score that hangs on the wording is not a score, and the ablation
measures it. A template's text is part of the recipe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earwitness.errors import UnknownNameError
from earwitness.types import Item, Language


@dataclass(frozen=True, slots=True)
class Template:
    """One wording in two languages; ``{text}`` stands for the caption."""

    number: int
    texts: Mapping[Language, str]
    note: str

    def ask(self, caption: str, language: Language) -> str:
        """The question about this caption.

        Example:
            >>> template(2).ask("a dog barks", "en")
            'Does this audio match the description "a dog barks"? Answer yes or no.'
        """
        # Not str.format: braces in a caption are the caption's own.
        return self.texts[language].replace("{text}", caption)


TEMPLATES: Mapping[int, Template] = {
    entry.number: entry
    for entry in (
        Template(
            1,
            {
                "en": "Does this audio contain the sound events described by the text: {text}? "
                "Please answer yes or no.",
                "zh": "这段音频是否包含以下文字描述的声音事件：{text}？请回答是或否。",
            },
            "the paper's",
        ),
        Template(
            2,
            {
                "en": 'Does this audio match the description "{text}"? Answer yes or no.',
                "zh": "这段音频与描述“{text}”相符吗？请回答是或否。",
            },
            "match, quoted",
        ),
        Template(
            3,
            {
                "en": "Listen to the audio. Is this what you hear: {text}? Answer yes or no.",
                "zh": "请听这段音频。你听到的是：{text}，对吗？请回答是或否。",
            },
            "hearing",
        ),
        Template(
            4,
            {
                "en": "Description: {text}\nIs the description true of this audio? Answer yes or no.",
                "zh": "描述：{text}\n这个描述符合这段音频吗？请回答是或否。",
            },
            "description first",
        ),
        Template(
            5,
            {
                "en": 'Could "{text}" be the caption of this audio? Reply with yes or no only.',
                "zh": "“{text}”可以作为这段音频的标题吗？只回答是或否。",
            },
            "caption",
        ),
        Template(
            6,
            {
                "en": "Can everything described here be heard in this audio: {text}? "
                "Answer no if anything is missing, otherwise yes.",
                "zh": "以下描述的内容在这段音频中都能听到吗：{text}？如有缺少请回答否，否则回答是。",
            },
            "strict",
        ),
    )
}


def whole_caption(caption: str, language: Language) -> Item:
    """The item that is asked where a caption does not come apart: all of it in one question, as AQAScore asks it."""
    return Item("caption", template(1).ask(caption, language), "caption", span=(0, len(caption)))


def template(number: int) -> Template:
    """The template of that number.

    Raises:
        UnknownNameError: if there is none.
    """
    if number not in TEMPLATES:
        raise UnknownNameError("template", str(number), map(str, TEMPLATES))
    return TEMPLATES[number]
