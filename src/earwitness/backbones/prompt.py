"""From a question to token ids: the checkpoint's own chat template, with the user's words kept apart from it.

A conversation is rendered once with marks in place of the system text and the question. The template's pieces between
the marks are tokenised with control tokens, the user's texts are spelled out without, so that ``<|im_end|>`` or
``<|AUDIO|>`` in a caption can neither end a turn nor claim a piece of the audio. As tokenizers split at control tokens
and line ends anyway, ordinary prompts come out as when tokenised whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from jinja2 import TemplateError

from earwitness.backbones.base import TextPrompt
from earwitness.backbones.spelling import Spelling
from earwitness.errors import BackboneError

# Characters for private use: no template and no tokenizer gives them a meaning.
_SYSTEM, _QUESTION = "\ue000", "\ue001"
_TAG = re.compile(r"[<\[].*[>\]]", re.DOTALL)
# No prompt holds the day's date, which some templates put in.
_ONE_DAY = "{% macro strftime_now(form) %}01 Jan 2026{% endmacro +%}"
# For text alone: a model that can answer at once does.
_AT_ONCE = {"enable_thinking": False}


class Chat:
    """Writes the prompts of one checkpoint from text alone.

    Args:
        tokenizer: a fast tokenizer of transformers.
        template: the chat template, in Jinja.

    Raises:
        BackboneError: if the template does not place one question, or the tokenizer is not a fast one.
    """

    # What every conversation of this checkpoint holds beside the system text.
    marks: tuple[str, ...] = (_QUESTION,)
    _fault = "the checkpoint's chat template does not place one system text and one question in a conversation"

    def __init__(self, tokenizer: Any, template: str) -> None:
        self._spelling = Spelling(tokenizer)
        self._tokenizer = tokenizer
        self._template = _ONE_DAY + template
        self._pieces: dict[tuple[str, ...], tuple[str | list[int], ...]] = {}
        added = {int(number): token for number, token in tokenizer.added_tokens_decoder.items()}
        # Some tokenizers add line ends and runs of spaces as well.
        self.control_ids = frozenset(i for i, token in added.items() if token.special or _TAG.fullmatch(token.content))
        self._opens = {number for number, token in added.items() if token.content == "<think>"}
        self._closes = {number for number, token in added.items() if token.content == "</think>"}
        self._split(self.marks)

    def text_ids(self, prompt: TextPrompt) -> list[int]:
        """The ids of a prompt without a clip, up to where the answer begins.

        Where the template knows no system text, it comes before the user's.

        Raises:
            CaptionError: if a text is no valid Unicode.
        """
        if prompt.system is None:
            return self._filled((_QUESTION,), {_QUESTION: self.spell(prompt.text)})
        if not self._takes_system:
            return self._filled((_QUESTION,), {_QUESTION: self.spell(f"{prompt.system}\n\n{prompt.text}")})
        texts = {_SYSTEM: self.spell(prompt.system), _QUESTION: self.spell(prompt.text)}
        return self._filled((_SYSTEM, _QUESTION), texts)

    def spell(self, text: str) -> list[int]:
        """Token ids of a text that holds no control tokens, whatever it says.

        Raises:
            CaptionError: if the text is no valid Unicode.
        """
        return self._spelling.ids(text)

    def read(self, ids: Sequence[int]) -> str:
        """The words that ids stand for, control tokens left out, and with them what the model thought first."""
        closes = [place for place, number in enumerate(ids) if number in self._closes]
        if closes:
            return self.read(ids[closes[-1] + 1 :]).lstrip()
        opens = [place for place, number in enumerate(ids) if number in self._opens]
        said = ids[: opens[0]] if opens else ids
        text: str = self._tokenizer.decode([number for number in said if number not in self.control_ids])
        return text

    def end_ids(self) -> list[int]:
        """Control tokens that end a turn: the template's first after the question, and the tokenizer's own."""
        last = self._split(self.marks)[-1]
        ends = {i for i in last[:1] if i in self.control_ids}
        if self._tokenizer.eos_token_id is not None:
            ends.add(int(self._tokenizer.eos_token_id))
        return sorted(ends)

    @cached_property
    def _takes_system(self) -> bool:
        try:
            return bool(self._split((_SYSTEM, _QUESTION)))
        except BackboneError:
            return False

    def _filled(self, marks: tuple[str, ...], texts: Mapping[str, list[int]]) -> list[int]:
        pieces = self._split(marks)
        return [number for piece in pieces for number in (texts[piece] if isinstance(piece, str) else piece)]

    def _split(self, marks: tuple[str, ...]) -> tuple[str | list[int], ...]:
        """The rendered conversation: marks as text, the template's own pieces as ids."""
        if marks not in self._pieces:
            rendered = self._render(marks)
            if any(rendered.count(mark) != 1 for mark in marks):
                raise BackboneError(f"{self._fault}; it gave {rendered[:200]!r}.")
            parts = re.split("(" + "|".join(map(re.escape, marks)) + ")", rendered)
            self._pieces[marks] = tuple(
                part if part in marks else self._tokenizer.encode(part, add_special_tokens=False)
                for part in parts
                if part
            )
        return self._pieces[marks]

    def _render(self, marks: tuple[str, ...]) -> str:
        content, variables = self._turn(marks)
        messages = [{"role": "user", "content": content}]
        if _SYSTEM in marks:
            messages.insert(0, {"role": "system", "content": _SYSTEM})
        try:
            text: str = self._tokenizer.apply_chat_template(
                messages, chat_template=self._template, tokenize=False, add_generation_prompt=True, **variables
            )
        except TemplateError as error:
            raise BackboneError(f"{self._fault}: {error}") from error
        return text

    def _turn(self, marks: tuple[str, ...]) -> tuple[Any, Mapping[str, Any]]:
        """The user's turn as templates want it, and their variables."""
        return _QUESTION, _AT_ONCE


class Prompt(Chat):
    """Writes the prompts of one checkpoint that hears.

    Args:
        tokenizer: a fast tokenizer of transformers.
        template: the chat template, in Jinja.
        audio_token: the audio's placeholder in the template's text.

    Raises:
        BackboneError: if the template does not place one clip and one question, or the tokenizer is not a fast one.
    """

    def __init__(self, tokenizer: Any, template: str, audio_token: str) -> None:
        self._audio_token = audio_token
        self._audio_id = int(tokenizer.convert_tokens_to_ids(audio_token))
        self.marks = (audio_token, _QUESTION)
        self._fault = (
            f"the checkpoint's chat template does not place one system text, one clip ({audio_token}) and one question "
            "in a conversation"
        )
        super().__init__(tokenizer, template)

    def ids(self, question: str, audio_tokens: int, system: str | None = None) -> tuple[list[int], int]:
        """The prompt's ids up to where the answer begins, and how many of them come before the question.

        Without audio tokens it is the prompt of a question about no clip, with no place for one. The second number is 0
        if the template does not put the audio before the question, so that nothing of it can be shared between
        questions.
        """
        ids: list[int] = []
        shared = 0
        heard = not audio_tokens
        marks = self.marks if audio_tokens else (_QUESTION,)
        for piece in self._split(marks if system is None else (*marks, _SYSTEM)):
            if piece == self._audio_token:
                ids += [self._audio_id] * audio_tokens
                heard = True
            elif piece == _QUESTION:
                shared = len(ids) if heard else 0
                ids += self.spell(question)
            elif isinstance(piece, str):
                ids += self.spell(system or "")
            else:
                ids += piece
        return ids, shared

    def _turn(self, marks: tuple[str, ...]) -> tuple[Any, Mapping[str, Any]]:
        text = {"type": "text", "text": _QUESTION}
        if self._audio_token in marks:
            return [{"type": "audio", "audio": "clip"}, text], {}
        return [text], _AT_ONCE
