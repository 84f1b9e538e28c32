"""Which words are single tokens of a server's model: asked of the server, once for each word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from earwitness.backbones.server.transport import Transport
from earwitness.errors import BackboneError, ClipError


class Vocabulary:
    """The tokens of one model, through its server's ``/tokenize``.

    Args:
        transport: to the server.
        model: as the server calls it.
    """

    def __init__(self, transport: Transport, model: str) -> None:
        self._transport = transport
        self._model = model
        self._ids: dict[str, tuple[int, ...]] = {}

    @cached_property
    def is_told(self) -> bool:
        """Whether the server tells it at all."""
        try:
            return bool(self.ids("Yes"))
        except (BackboneError, ClipError):
            return False

    def ids(self, text: str) -> tuple[int, ...]:
        """The token ids of a text, without those that frame a prompt; none if the server does not tell.

        Raises:
            ClipError: if the server fails.
            BackboneError: if the server is gone.
        """
        if text not in self._ids:
            body = {"model": self._model, "prompt": text, "add_special_tokens": False}
            self._ids[text] = self._transport.post("/tokenize", body, _tokens)
        return self._ids[text]

    def single(self, forms: Sequence[str]) -> tuple[str, ...]:
        """Those of the forms that are one token each, one form for each distinct token, in order."""
        found: dict[int, str] = {}
        for form in forms:
            ids = self.ids(form)
            if len(ids) == 1:
                found.setdefault(ids[0], form)
        return tuple(found.values())

    def only_id(self, form: str) -> int:
        """The id of a form that is one token.

        Raises:
            BackboneError: if it is not one.
        """
        ids = self.ids(form)
        if len(ids) != 1:
            raise BackboneError(f"{form!r} is {len(ids)} tokens of {self._model}; ask single_tokens which are one.")
        return ids[0]

    def name(self, form: str) -> str:
        """How replies call a form's token that name tokens by their ids."""
        return f"token_id:{self.only_id(form)}"


def _tokens(reply: object) -> tuple[int, ...]:
    told = reply.get("tokens") if isinstance(reply, dict) else None
    return tuple(told) if isinstance(told, list) and all(isinstance(token, int) for token in told) else ()
