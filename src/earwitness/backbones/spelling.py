"""Users' texts as token ids: spelled out as words, whatever they say.

A text may hold what a tokenizer takes for control tokens, such as ``<|im_end|>`` or ``</s>``. Here it goes through a
copy of the tokenizer that knows none, so that they are letters like any others and can neither end a text nor claim a
piece of the audio.
"""

from __future__ import annotations

import json
from typing import Any

from tokenizers import Tokenizer

from earwitness.errors import BackboneError, CaptionError


class Spelling:
    """Spells texts with one checkpoint's tokens.

    Args:
        tokenizer: a fast tokenizer of transformers.
        framed: whether texts come between the tokens that the checkpoint puts at their start and end.

    Raises:
        BackboneError: if the tokenizer is not a fast one.
    """

    def __init__(self, tokenizer: Any, *, framed: bool = False) -> None:
        if not getattr(tokenizer, "is_fast", False):
            raise BackboneError("the checkpoint's tokenizer has no tokenizer.json; only fast tokenizers are supported.")
        self._framed = framed
        self._tokens = _without_control_tokens(tokenizer, framed)

    def ids(self, text: str) -> list[int]:
        """Token ids of a text, none of them a control token but those of the frame.

        Raises:
            CaptionError: with code ``not_unicode``.
        """
        try:
            ids: list[int] = self._tokens.encode(text, add_special_tokens=self._framed).ids
        except (UnicodeEncodeError, TypeError) as error:
            raise CaptionError(
                f"text {text[:80]!r} holds characters that are no Unicode text.", code="not_unicode"
            ) from error
        return ids


def _without_control_tokens(tokenizer: Any, framed: bool) -> Tokenizer:
    state = json.loads(tokenizer.backend_tokenizer.to_str())
    # ``split_special_tokens`` would still match added tokens that are not marked special.
    state.update(added_tokens=[], truncation=None, padding=None)
    if not framed:
        state["post_processor"] = None
    return Tokenizer.from_str(json.dumps(state))
