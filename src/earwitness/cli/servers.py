"""How to talk to a server, as a command line says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_type_hints

from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.backbones.server.options import ServerOptions


def server_options(told: Sequence[str], option: str = "--server") -> ServerOptions:
    """How to talk to a server, from ``NAME=VALUE`` each; ``option`` is what they were given with.

    Example:
        >>> server_options(("concurrency=32", "audio_part=audio_url")).concurrency
        32
        >>> server_options(("speed=9",))
        Traceback (most recent call last):
        earwitness.errors.UsageError: --server is 'speed=9'; wanted NAME=VALUE with one of concurrency, tries, \
deadline, patience, max_requests, max_tokens, max_cost, price_in, price_out, audio_part, audio_format, sample_rate, \
max_duration.
    """
    from earwitness.backbones.server.options import ServerOptions

    kinds = get_type_hints(ServerOptions)
    chosen: dict[str, Any] = {}
    for text in told:
        name, _, value = text.partition("=")
        if name not in kinds or not value:
            raise UsageError(f"{option} is {text!r}; wanted NAME=VALUE with one of {', '.join(kinds)}.")
        number = next((wanted for wanted in (int, float) if kinds[name] in (wanted, wanted | None)), str)
        try:
            chosen[name] = number(value)
        except ValueError as error:
            raise UsageError(f"{option} is {text!r}; wanted a number.") from error
    return ServerOptions(**chosen)
