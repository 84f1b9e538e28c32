"""What a server's refusal means: for this try, for this request, or for the whole run.

======================  ======================================================  =================
reply                   error                                                   tried again
======================  ======================================================  =================
401, 403                ``BackboneError``: the key                              no, the run stops
404, 3xx                ``BackboneError``: the address or the model             no, the run stops
402                     ``BackboneError``: the account                          no, the run stops
400 and 413, too long   ``ClipError`` ``context_overflow``                      no
other 4xx               ``ClipError`` ``server_refused``                        no
429                     ``ClipError`` ``rate_limited``                          yes
408, 5xx                ``ClipError`` ``server_timeout``, ``server_error``      yes
200 with an error       ``ClipError`` ``server_error``                          yes
======================  ======================================================  =================
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from earwitness.errors import BackboneError, ClipError

SHOWN = 200  # characters of a server's own words in an error
KEY_VARIABLES = ("EARWITNESS_API_KEY", "OPENAI_API_KEY")

_LATE = ("server_timeout", "ran out of time")
_TOO_LONG = re.compile(
    r"context.{0,20}(length|window|size)|max_model_len|maximum (model|input|prompt) length|(prompt|input) is too long"
    r"|too many tokens|longer than the maximum",
    re.IGNORECASE,
)


class NoSuchAddress(BackboneError):
    """The server has nothing at this address, or no such model."""


class PassingFailure(Exception):
    """A try that failed in a way that the next one may not.

    Attributes:
        error: what the request fails with when there are no tries left.
        wait: how long the server asks to be left alone, seconds.
    """

    def __init__(self, error: ClipError, wait: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


def bad_reply(what: str, code: str = "bad_reply") -> PassingFailure:
    """The failure of a reply that says nothing that can be read."""
    return PassingFailure(ClipError(f"the server's reply {what}.", code=code))


def failure_of(
    status: int, text: str, wait: float, *, hide: Callable[[str], str] = str, through: str = ""
) -> Exception:
    """The error that a status stands for, or a reply with status 200 that holds one.

    Args:
        status: of HTTP.
        text: the body.
        wait: what its Retry-After asks for, seconds.
        hide: takes out of a text what nobody should read.
        through: what lies on the way to the server, to be told with the status.
    """
    said, http = _said(text, hide), f"HTTP {status}{through}"
    passing = {429: ("rate_limited", "has too many requests"), 408: _LATE, 504: _LATE}
    if status in passing or status >= 500 or status == 200:
        code, what = passing.get(status, ("server_error", "failed"))
        return PassingFailure(ClipError(f"the server {what} ({http}){said}", code=code), wait)
    if status in (401, 403):
        # Whatever such a body says, it says about the key.
        return BackboneError(f"the server refuses the key ({http}). The key is read from {' or '.join(KEY_VARIABLES)}.")
    if status == 402:
        return BackboneError(f"the server wants to be paid ({http}){said}")
    if status == 404 or 300 <= status < 400:
        return NoSuchAddress(
            f"the server has no such address or model ({http}){said} Give its base address, such as "
            "http://host:8000/v1, and the model's name behind '#'."
        )
    if status == 413 or _TOO_LONG.search(text):
        return ClipError(
            f"clip and question are too long for the server's model ({http}){said}", code="context_overflow"
        )
    return ClipError(f"the server refuses the request ({http}){said}", code="server_refused")


def seconds_to_wait(retry_after: str | None, now: float) -> float:
    """What a Retry-After header asks for, in seconds or as a date; 0 if it asks for nothing.

    Example:
        >>> seconds_to_wait("7", 0.0), seconds_to_wait("Thu, 01 Jan 1970 00:00:30 GMT", 10.0)
        (7.0, 20.0)
    """
    if retry_after is None:
        return 0.0
    if re.fullmatch(r"\s*\d{1,9}(\.\d*)?\s*", retry_after):
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
    except (ValueError, OverflowError):
        return 0.0


def _said(text: str, hide: Callable[[str], str]) -> str:
    """The server's own words, short and on one line, to end a sentence with."""
    try:
        told = json.loads(text)
        error = told.get("error", told) if isinstance(told, dict) else told
        message = error.get("message", told) if isinstance(error, dict) else error
        text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    except (ValueError, RecursionError):
        pass
    # Only now: JSON may spell a key in many ways.
    words = " ".join(hide(text).split())
    if not words:
        return "."
    return f": {words[:SHOWN]}{'...' if len(words) > SHOWN else '.' if words[-1].isalnum() else ''}"
