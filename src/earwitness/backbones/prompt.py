"""From a question to token ids: the checkpoint's own chat template, with the user's words kept apart from it.

A conversation is rendered once with marks in place of the system text and the question. The template's pieces between
the marks are tokenised with control tokens, the user's texts are spelled out without, so that ``<|im_end|>`` or
``<|AUDIO|>`` in a caption can neither end a turn nor claim a piece of the audio. As tokenizers split at control tokens
and line ends anyway, ordinary prompts come out as when tokenised whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from earwitness.backbones.spelling import Spelling
from earwitness.errors import BackboneError

# Characters for private use: no template and no tokenizer gives them a meaning.
_SYSTEM, _QUESTION = "\ue000", "\ue001"


class Prompt:
    """Writes the prompts of one checkpoint.

    Args:
        tokenizer: a fast tokenizer of transformers.
        template: the chat template, in Jinja.
        audio_token: the audio's placeholder in the template's text.

    Raises:
        BackboneError: if the template does not place one clip and one question, or the tokenizer is not a fast one.
    """

    def __init__(self, tokenizer: Any, template: str, audio_token: str) -> None:
        self._spelling = Spelling(tokenizer)
        self._tokenizer = tokenizer
        self._template = template
        self._audio_token = audio_token
        self._audio_id = int(tokenizer.convert_tokens_to_ids(audio_token))
        self._pieces: dict[bool, tuple[str | list[int], ...]] = {}
        self.control_ids = frozenset(int(token) for token in tokenizer.added_tokens_decoder)
        self._split(with_system=False)

    def ids(self, question: str, audio_tokens: int, system: str | None = None) -> tuple[list[int], int]:
        """The prompt's ids up to where the answer begins, and how many of them come before the question.

        The second number is 0 if the template does not put the audio before the question, so that nothing of it can be
        shared between questions.
        """
        ids: list[int] = []
        shared = 0
        heard = False
        for piece in self._split(with_system=system is not None):
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

    def spell(self, text: str) -> list[int]:
        """Token ids of a text that holds no control tokens, whatever it says.

        Raises:
            CaptionError: if the text is no valid Unicode.
        """
        return self._spelling.ids(text)

    def read(self, ids: Sequence[int]) -> str:
        """The words that ids stand for, control tokens left out."""
        text: str = self._tokenizer.decode([i for i in ids if i not in self.control_ids])
        return text

    def end_ids(self) -> list[int]:
        """Control tokens that end a turn: the template's first after the question, and the tokenizer's own."""
        last = self._split(with_system=False)[-1]
        ends = {i for i in last[:1] if i in self.control_ids}
        if self._tokenizer.eos_token_id is not None:
            ends.add(int(self._tokenizer.eos_token_id))
        return sorted(ends)

    def _split(self, *, with_system: bool) -> tuple[str | list[int], ...]:
        """The rendered conversation: marks as text, the template's own pieces as ids."""
        if with_system not in self._pieces:
            rendered = self._render(_SYSTEM if with_system else None)
            marks = [self._audio_token, _QUESTION, *([_SYSTEM] if with_system else [])]
            if any(rendered.count(mark) != 1 for mark in marks):
                raise BackboneError(
                    "the checkpoint's chat template does not place one system text, one clip "
                    f"({self._audio_token}) and one question in a conversation; it gave {rendered[:200]!r}."
                )
            parts = re.split("(" + "|".join(map(re.escape, marks)) + ")", rendered)
            self._pieces[with_system] = tuple(
                part if part in marks else self._tokenizer.encode(part, add_special_tokens=False)
                for part in parts
                if part
            )
        return self._pieces[with_system]

    def _render(self, system: str | None) -> str:
        user = [{"type": "audio", "audio": "clip"}, {"type": "text", "text": _QUESTION}]
        messages: list[dict[str, Any]] = [{"role": "user", "content": user}]
        if system is not None:
            messages.insert(0, {"role": "system", "content": system})
        text: str = self._tokenizer.apply_chat_template(
            messages, chat_template=self._template, tokenize=False, add_generation_prompt=True
        )
        return text
