"""One request and its tries: what may be gone at the next try is tried again, later and later.

A try has a deadline of its own, and all tries of a request have one together. Waits double from half a second to half a
minute, spread by up to half so that many requests do not come back at once; a server that says how long to wait is
given as long, up to a minute. A server that has never answered is not waited for, and one that fails many requests in a
row, each after all its tries, is gone: the run stops and resumes later.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2

from earwitness.backbones.server.budget import Budget
from earwitness.backbones.server.failures import KEY_VARIABLES, PassingFailure, bad_reply, failure_of, seconds_to_wait
from earwitness.backbones.server.options import ServerOptions
from earwitness.errors import BackboneError, ClipError, UsageError

CHAT = "chat/completions"
FIRST_WAIT, LONGEST_WAIT, LONGEST_ASKED_WAIT = 0.5, 30.0, 60.0  # seconds
GONE_AFTER = 10  # requests in a row that failed after all their tries
LARGEST_REPLY = 1 << 24  # bytes; a reply of one token has a few thousand

Result = TypeVar("Result")


class Key:
    """The API key, from the environment; nothing shows it but ``headers``."""

    def __init__(self) -> None:
        found = (os.environ.get(name, "").strip() for name in KEY_VARIABLES)
        self._secret = next(filter(None, found), "")

    def __repr__(self) -> str:
        return f"Key({'set' if self._secret else 'not set'})"

    @property
    def headers(self) -> dict[str, str]:
        """What shows it to the server."""
        return {"Authorization": f"Bearer {self._secret}"} if self._secret else {}

    def removed_from(self, text: str) -> str:
        """The text of a server that may have repeated it."""
        return text.replace(self._secret, "***") if self._secret else text


class Transport:
    """Sends requests to one server.

    Args:
        address: the base address, such as ``http://host:8000/v1``.
        options: tries, deadlines and caps.
        clock: seconds that only grow.
        sleep: waits so many seconds; what stops a batch ends the wait if None.
        today: seconds since 1970, for dates in Retry-After.

    Attributes:
        options: as given.
        budget: what was sent.
        clock: as given.

    Raises:
        UsageError: if the address is none, or holds a key.
    """

    def __init__(
        self,
        address: str,
        options: ServerOptions,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        today: Callable[[], float] = time.time,
    ) -> None:
        self.budget = Budget(options)
        self._base = checked_address(address)
        self.options = options
        self.clock = clock
        self._sleep, self._today = sleep, today
        self._key = Key()
        self._client = httpx2.Client(
            headers=self._key.headers,
            timeout=httpx2.Timeout(options.deadline, connect=min(options.deadline, 10.0)),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=options.concurrency),
        )
        weakref.finalize(self, self._client.close)
        self._numbers = count()
        self._lock = threading.Lock()
        self._failed_in_a_row = 0
        self._reached = False

    def get(self, path: str) -> Any:
        """The JSON at a path; one with a leading slash lies beside ``/v1``, not below it.

        Raises:
            ClipError: if the server fails.
            BackboneError: if there is nothing, or no server.
        """
        return self._tried("GET", path, None, lambda reply: reply, threading.Event())

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        read: Callable[[Any], Result],
        stop: threading.Event | None = None,
    ) -> Result:
        """What ``read`` makes of the reply to a body.

        Args:
            path: as in ``get``.
            body: sent as JSON.
            read: raises ``PassingFailure`` if there is nothing to be made of a reply.
            stop: ends waits early, and the request with them.

        Raises:
            ClipError: if this request fails.
            BackboneError: if every request would.
        """
        return self._tried("POST", path, json.dumps(body).encode(), read, stop or threading.Event())

    def _tried(
        self,
        method: str,
        path: str,
        content: bytes | None,
        read: Callable[[Any], Result],
        stop: threading.Event,
    ) -> Result:
        number, end = next(self._numbers), self.clock() + self.options.patience
        attempt = 0
        while True:
            attempt += 1
            if path == CHAT:
                self.budget.send()
            try:
                result = read(self._once(method, path, content))
            except PassingFailure as failure:
                wait = max(_wait(number, attempt), min(failure.wait, LONGEST_ASKED_WAIT))
                if attempt >= self.options.tries or self.clock() + wait > end:
                    raise self._given_up(failure.error, attempt) from None
                (self._sleep or stop.wait)(wait)
                if stop.is_set():
                    raise BackboneError("stopped with the batch.") from None
            else:
                self._answered()
                return result

    def _once(self, method: str, path: str, content: bytes | None) -> Any:
        status, headers, body = self._sent(method, path, content)
        text = self._key.removed_from(body.decode("utf-8", "replace"))
        if status != 200:
            raise failure_of(status, text, seconds_to_wait(headers.get("Retry-After"), self._today()))
        self._reached = True
        try:
            reply = json.loads(text)
        except (ValueError, RecursionError):
            raise bad_reply("is no JSON") from None
        if isinstance(reply, Mapping) and isinstance(usage := reply.get("usage"), Mapping):
            self.budget.spend(usage)
        return reply

    def _sent(self, method: str, path: str, content: bytes | None) -> tuple[int, httpx2.Headers, bytes]:
        end = self.clock() + self.options.deadline
        base = self._base.removesuffix("/v1") if path.startswith("/") else f"{self._base}/"
        body = bytearray()
        try:
            with self._client.stream(
                method, base + path, content=content, headers={"Content-Type": "application/json"}
            ) as response:
                # The client's own timeout is one between two pieces; a server may send them for ever.
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > LARGEST_REPLY:
                        raise bad_reply(f"has more than {LARGEST_REPLY:,} bytes")
                    if self.clock() > end:
                        raise self._late()
                return response.status_code, response.headers, bytes(body)
        except httpx2.ConnectError as error:
            raise self._unreachable(error) from None
        except httpx2.TimeoutException:
            raise self._late() from None
        except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.DecodingError):
            raise bad_reply("breaks off") from None
        except httpx2.TransportError as error:
            raise self._unreachable(error) from None

    def _late(self) -> PassingFailure:
        return PassingFailure(
            ClipError(f"the server gave no answer in {self.options.deadline:g} s.", code="server_timeout")
        )

    def _unreachable(self, error: httpx2.TransportError) -> Exception:
        if not self._reached:
            return BackboneError(
                f"{self._base} cannot be reached ({type(error).__name__}: {self._key.removed_from(str(error))}). "
                "Is the server running?"
            )
        return PassingFailure(ClipError("the server cannot be reached.", code="server_unreachable"))

    def _answered(self) -> None:
        with self._lock:
            self._failed_in_a_row = 0

    def _given_up(self, error: ClipError, tries: int) -> ClipError | BackboneError:
        with self._lock:
            self._failed_in_a_row += 1
            in_a_row = self._failed_in_a_row
        if in_a_row >= GONE_AFTER:
            self._answered()  # whoever goes on later starts afresh
            return BackboneError(
                f"the server failed {in_a_row} requests in a row, each after up to {self.options.tries} tries; the "
                f"last: {error} What was answered is kept; run the same command again when it is back."
            )
        return ClipError(f"{error} Tried {tries} time{'s' * (tries > 1)}.", code=error.code)


def checked_address(address: str) -> str:
    """The base address without a slash at its end.

    Raises:
        UsageError: if it is none, or holds more than scheme, host and path.

    Example:
        >>> checked_address("http://localhost:8000/v1/")
        'http://localhost:8000/v1'
    """
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        fine = False
    if not fine:
        raise UsageError("the server's address is none; wanted one such as http://host:8000/v1 or https://host/v1.")
    if parts.username is not None or parts.password is not None or parts.query:
        raise UsageError(
            "the server's address holds a user, a password or a query. Keys are read from the environment only: "
            f"{' or '.join(KEY_VARIABLES)}."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def _wait(number: int, attempt: int) -> float:
    """Seconds before the next try; the same for the same request of the same run."""
    spread = random.Random(f"{number}/{attempt}").uniform(0.5, 1.0)
    return min(FIRST_WAIT * 2.0 ** (attempt - 1), LONGEST_WAIT) * spread
