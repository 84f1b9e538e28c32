"""One request and its tries: what may be gone at the next try is tried again, later and later.

A try has a deadline of its own, and all tries of a request have one together. Waits double from two seconds to half a
minute, spread by up to half so that many requests do not come back at once; a server that says how long to wait is
given as long, up to a minute. A server that has never answered is not waited for, and one that fails many requests in a
row, each after all its tries, and answers none for two minutes, is gone: the run stops and resumes later.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import math
import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from earwitness.backbones.server.budget import Budget
from earwitness.backbones.server.failures import KEY_VARIABLES, PassingFailure, bad_reply, failure_of, seconds_to_wait
from earwitness.backbones.server.options import ServerOptions
from earwitness.errors import BackboneError, ClipError, UsageError

CHAT = "chat/completions"
FIRST_WAIT, LONGEST_WAIT, LONGEST_ASKED_WAIT = 2.0, 30.0, 60.0  # seconds
# Requests in a row that failed after all their tries, and seconds without an answer: a pause fails many at once.
GONE_AFTER, GONE_TIME = 10, 120.0
LARGEST_REPLY = 1 << 24  # bytes; a reply of one token has a few thousand

Result = TypeVar("Result")
Sent: TypeAlias = tuple[int, httpx2.Headers, bytes]

# At its own level it logs a line for each request, with the server's address.
if logging.getLogger("httpx2").level == logging.NOTSET:
    logging.getLogger("httpx2").setLevel(logging.WARNING)


class Key:
    """The API key, from the environment; nothing shows it but ``headers``.

    Raises:
        UsageError: if it holds what no header can.
    """

    def __init__(self) -> None:
        found = ((name, os.environ.get(name, "").strip()) for name in KEY_VARIABLES)
        name, self._secret = next((one for one in found if one[1]), ("", ""))
        if not all("!" <= character <= "~" for character in self._secret):
            raise UsageError(f"the key in {name} holds a space, a line end or a letter that is not ASCII.")

    def __repr__(self) -> str:
        return f"Key({'set' if self._secret else 'not set'})"

    @property
    def headers(self) -> dict[str, str]:
        """What shows it to the server."""
        return {"Authorization": f"Bearer {self._secret}"} if self._secret else {}

    def removed_from(self, text: str) -> str:
        """The text of a server that may have repeated it, plain or as JSON writes it."""
        if not self._secret:
            return text
        return text.replace(self._secret, "***").replace(json.dumps(self._secret)[1:-1], "***")


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
        UsageError: if the address is none, or holds a key; if the key, a proxy or a certificate in the environment
            cannot be used.
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
        self._client = _client(self._base, self._key, options)
        self._through = _proxy(self._base)
        weakref.finalize(self, self._client.close)
        self._numbers = count()
        self._lock = threading.Lock()
        self._failed_in_a_row = 0
        self._failing_since = math.inf
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
                self._failed()
                wait = max(_wait(number, attempt), min(failure.wait, LONGEST_ASKED_WAIT))
                if attempt >= self.options.tries or self.clock() + wait > end:
                    raise self._given_up(failure.error, attempt) from None
                (self._sleep or stop.wait)(wait)
                if stop.is_set():
                    raise BackboneError("stopped with the batch.") from None
            except ClipError:
                self._answered()
                raise
            else:
                self._answered()
                return result

    def _once(self, method: str, path: str, content: bytes | None) -> Any:
        status, headers, body = self._sent(method, path, content)
        text = body.decode("utf-8", "replace")
        if status != 200:
            raise self._failure(status, headers, text)
        self._reached = True
        try:
            reply = json.loads(text)
        except (ValueError, RecursionError):
            raise bad_reply("is no JSON") from None
        if isinstance(reply, Mapping):
            if reply.get("error") and "choices" not in reply:
                raise self._failure(status, headers, text)
            if isinstance(usage := reply.get("usage"), Mapping):
                self.budget.spend(usage)
        return reply

    def _failure(self, status: int, headers: httpx2.Headers, text: str) -> Exception:
        wait = seconds_to_wait(headers.get("Retry-After"), self._today())
        return failure_of(status, text, wait, hide=self._key.removed_from, through=self._through)

    def _sent(self, method: str, path: str, content: bytes | None) -> Sent:
        """What came back within the deadline.

        The client's own timeout is one between two pieces, and a server may send them for ever: a thread that is not
        waited for any longer reads on until it does.
        """
        told: SimpleQueue[Sent | Exception] = SimpleQueue()

        def send() -> None:
            try:
                told.put(self._exchanged(method, path, content))
            except Exception as error:
                told.put(error)

        threading.Thread(target=send, name="try", daemon=True).start()
        try:
            outcome = told.get(timeout=self.options.deadline)
        except Empty:
            raise self._late() from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _exchanged(self, method: str, path: str, content: bytes | None) -> Sent:
        end = self.clock() + self.options.deadline
        base = self._base.removesuffix("/v1") if path.startswith("/") else f"{self._base}/"
        body = bytearray()
        try:
            with self._client.stream(
                method, base + path, content=content, headers={"Content-Type": "application/json"}
            ) as response:
                for piece in response.iter_raw():
                    body += piece
                    if len(body) > LARGEST_REPLY:
                        raise bad_reply(f"has more than {LARGEST_REPLY:,} bytes")
                    if self.clock() > end:
                        raise self._late()
                return response.status_code, response.headers, bytes(body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise self._unreachable(error) from None
        except httpx2.TimeoutException:
            raise self._late() from None
        except (httpx2.RemoteProtocolError, httpx2.ReadError):
            raise bad_reply("breaks off") from None
        except (httpx2.TransportError, UnicodeError) as error:
            raise self._unreachable(error) from None

    def _late(self) -> PassingFailure:
        return PassingFailure(
            ClipError(f"the server gave no answer in {self.options.deadline:g} s.", code="server_timeout")
        )

    def _unreachable(self, error: Exception) -> Exception:
        if self._reached:
            return PassingFailure(ClipError("the server cannot be reached.", code="server_unreachable"))
        # What cannot be sent is told with the headers that could not, and so with the key.
        said = "" if isinstance(error, httpx2.LocalProtocolError) else f": {self._key.removed_from(str(error))}"
        return BackboneError(
            f"{self._base} cannot be reached{self._through} ({type(error).__name__}{said}). Is the server running?"
        )

    def _failed(self) -> None:
        with self._lock:
            self._failing_since = min(self._failing_since, self.clock())

    def _answered(self) -> None:
        with self._lock:
            self._failed_in_a_row, self._failing_since = 0, math.inf

    def _given_up(self, error: ClipError, tries: int) -> ClipError | BackboneError:
        with self._lock:
            self._failed_in_a_row += 1
            in_a_row, seconds = self._failed_in_a_row, self.clock() - self._failing_since
        if in_a_row >= GONE_AFTER and seconds >= GONE_TIME:
            self._answered()  # whoever goes on later starts afresh
            return BackboneError(
                f"the server failed {in_a_row} requests in a row, each after up to {self.options.tries} tries, and "
                f"answered none for {seconds:.0f} s; the last: {error} What was answered is kept; run the same command "
                "again when it is back."
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
        # A host that is none in a request is not told there as one.
        host = (parts.hostname or "").encode("idna")
        fine = parts.scheme in ("http", "https") and bool(host) and (parts.port or 0) >= 0
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


def _client(base: str, key: Key, options: ServerOptions) -> httpx2.Client:
    host = urlsplit(base).hostname or ""
    direct = f"all://[{host}]" if ":" in host else f"all://{host}"
    try:
        return httpx2.Client(
            # Unpacked, a small reply may be as large as it likes.
            headers={**key.headers, "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(options.deadline, connect=min(options.deadline, 10.0)),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=options.concurrency),
            # What is said to this machine goes through no proxy.
            mounts={direct: None} if _is_this_machine(base) else {},
        )
    except (ImportError, ValueError, OSError, httpx2.InvalidURL) as error:
        raise UsageError(
            f"the environment cannot be used to reach the server: {error}. Look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, "
            "SSL_CERT_FILE and SSL_CERT_DIR."
        ) from error


def _is_this_machine(base: str) -> bool:
    host = urlsplit(base).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _proxy(base: str) -> str:
    """The proxy on the way, for errors; empty if there is none."""
    scheme, host = urlsplit(base).scheme, urlsplit(base).hostname or ""
    names = [name for name in (scheme, "all") if getproxies().get(name)]
    if not names or _is_this_machine(base) or proxy_bypass(host):
        return ""
    return f" through the proxy of {names[0].upper()}_PROXY"


def _wait(number: int, attempt: int) -> float:
    """Seconds before the next try; the same for the same request of the same run."""
    spread = random.Random(f"{number}/{attempt}").uniform(0.5, 1.0)
    return min(FIRST_WAIT * 2.0 ** (attempt - 1), LONGEST_WAIT) * spread
