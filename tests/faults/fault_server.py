"""A chat server without a model that fails as servers do: for tests, on the standard library alone.

What it answers is a function of the clip's samples and the question, so that a test can tell a true answer from one
that was made up. How it fails is a function of seed, request and try: the same request fails alike in every run,
whatever the order of arrival.

    with FaultServer(faults=FAULTS) as server:
        load_backbone(server.address)
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import random
import threading
from collections import Counter
from collections.abc import Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# J1 of the quality list: the share of requests that fail so.
FAULTS: Mapping[str, float] = {
    "rate_limit": 0.05,
    "server_error": 0.02,
    "hang": 0.01,
    "cut": 0.01,
    "bad_json": 0.01,
    "no_log_probs": 0.01,
}
YES = ("Yes", " Yes", "yes", " yes", "YES", " YES", "是", " 是", "是的")
NO = ("No", " No", "no", " no", "NO", " NO", "否", " 否", "不是")
FILLERS = tuple(f"word{number}" for number in range(40))
TOKENS = (*YES, *NO, *FILLERS)
# Of a side's probability: one form has most of it, as with real models.
SHARES = (0.9, 0.05, 0.02, 0.01, 0.005, 0.005, 0.005, 0.003, 0.002)


class FaultServer:
    """Listens on a free port of this machine until its ``with`` block ends.

    Args:
        ways: which log-probabilities it tells, of ``exact``, ``top`` (20 at most) and neither.
        faults: share of chat requests that fail, by kind; the start-up check meets none.
        seed: other seed, other faults.
        mass: of the yes and no forms together, or by a word in the question.
        hears: whether the clip reaches the answer, and the count of tokens.
        models: what it serves.
        status: answers every chat request with this and ``error``, unless it is 200.
        error: a text, in which ``{key}`` becomes what the request gave as its key.
        refuses_schema: answers a request with a JSON schema with 400.
        counts: whether replies tell their tokens.
        tells_vocabulary: whether there are ``/tokenize`` and ``/version``.
        most_told: likeliest tokens; who asks for more gets 400.
        bytes_a_token: of a clip's WAV, that it counts as one prompt token.
        noise: the most by which a log-probability lies below its truth, another each time.

    Attributes:
        tries: chat requests by their body's hash.
        bodies: of the chat requests that came, the clips' data left out.
        most_at_once: of the chat requests.
    """

    def __init__(
        self,
        *,
        ways: frozenset[str] = frozenset({"exact", "top"}),
        faults: Mapping[str, float] | None = None,
        seed: int = 0,
        mass: float | Mapping[str, float] = 0.98,
        hears: bool = True,
        models: tuple[str, ...] = ("listener",),
        status: int = 200,
        error: str = "no",
        refuses_schema: bool = False,
        counts: bool = True,
        tells_vocabulary: bool = True,
        most_told: int = 20,
        bytes_a_token: int = 2560,
        noise: float = 0.0,
    ) -> None:
        self.ways, self.faults, self.seed, self.mass = ways, faults or {}, seed, mass
        self.hears, self.models, self.status, self.error = hears, models, status, error
        self.refuses_schema, self.counts, self.tells_vocabulary = refuses_schema, counts, tells_vocabulary
        self.most_told, self.bytes_a_token = most_told, bytes_a_token
        self.noise, self._random = noise, random.Random(seed)
        self.tries: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.most_at_once = 0
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._at_once = 0
        self._http = _HTTP(("127.0.0.1", 0), _Exchange)
        self._http.owner = self
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> FaultServer:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def p_yes(self, wav: bytes, question: str) -> float:
        """The truth, in (0, 1)."""
        heard = wav[wav.index(b"data") + 8 :] if self.hears and wav else b""
        digest = hashlib.sha256(heard + b"\0" + question.encode()).digest()
        return (int.from_bytes(digest[:6]) + 0.5) / 2**48

    def probabilities(self, wav: bytes, question: str) -> dict[str, float]:
        """Of each token, as the first of the answer."""
        p_yes, mass = self.p_yes(wav, question), self.mass_of(question)
        told = {form: mass * p_yes * share for form, share in zip(YES, SHARES, strict=True)}
        told |= {form: mass * (1 - p_yes) * share for form, share in zip(NO, SHARES, strict=True)}
        return told | dict.fromkeys(FILLERS, (1 - mass) / len(FILLERS))

    def mass_of(self, question: str) -> float:
        """Of all yes and no forms together."""
        if isinstance(self.mass, Mapping):
            return next((mass for word, mass in self.mass.items() if word in question), 0.98)
        return self.mass

    def fault(self, body: bytes) -> str:
        """How this try of this request fails; empty if it does not."""
        key = hashlib.sha256(body).hexdigest()
        with self._lock:
            self.tries[key] += 1
            drawn = random.Random(f"{self.seed}/{key}/{self.tries[key]}").random()
        for kind, share in self.faults.items():
            drawn -= share
            if drawn < 0:
                return kind
        return ""

    def entered(self, body: dict[str, Any]) -> None:
        """Note a chat request that is under way."""
        with self._lock:
            self.bodies.append(body)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)

    def left(self) -> None:
        """Note that it is no more."""
        with self._lock:
            self._at_once -= 1

    def reply(self, wav: bytes, question: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The whole answer to a chat request."""
        told = self.probabilities(wav, question)
        text = max(told, key=lambda token: told[token])
        if body.get("temperature"):
            text = f"{text} {body.get('seed')}"
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "logprobs": self._told(told, body)}
        tokens = 20 + len(question) // 4 + (len(wav) // self.bytes_a_token if self.hears else 0)
        usage = {"prompt_tokens": tokens, "completion_tokens": 1, "total_tokens": tokens + 1}
        return {"choices": [choice], "model": body["model"], **({"usage": usage} if self.counts else {})}

    def _told(self, told: Mapping[str, float], body: Mapping[str, Any]) -> dict[str, Any] | None:
        if not body.get("logprobs") or not self.ways:
            return None
        if "exact" in self.ways and "logprob_token_ids" in body:
            tokens = [TOKENS[token] for token in body["logprob_token_ids"]]
        else:
            tokens = sorted(told, key=lambda token: -told[token])[: body.get("top_logprobs", 0)]
        by_id = body.get("return_tokens_as_token_ids")
        entries = [
            {"token": f"token_id:{TOKENS.index(token)}" if by_id else token, "logprob": self._noisy(told[token])}
            for token in tokens
        ]
        return {"content": [{"token": "x", "logprob": -0.1, "top_logprobs": entries}]}

    def _noisy(self, probability: float) -> float:
        return math.log(probability) - self.noise * self._random.random()


class _HTTP(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    owner: FaultServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has hung up is no news here."""


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are written apart; held back for each other they take 40 ms.
    disable_nagle_algorithm = True
    server: _HTTP

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        owner = self.server.owner
        if self.path == "/v1/models" and owner.models:
            self._send(200, {"object": "list", "data": [{"id": name} for name in owner.models]})
        elif self.path == "/version" and owner.tells_vocabulary:
            self._send(200, {"version": "1.2.3"})
        else:
            self._send(404, {"detail": "Not Found"})

    def do_POST(self) -> None:
        owner = self.server.owner
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(raw)
        if self.path == "/tokenize" and owner.tells_vocabulary:
            word = body["prompt"]
            self._send(200, {"tokens": [TOKENS.index(word)] if word in TOKENS else [100, 101]})
        elif self.path == "/v1/chat/completions":
            wav, question = _said(body)
            owner.entered(body)
            try:
                self._chat(owner, raw, wav, question, body)
            finally:
                owner.left()
        else:
            self._send(404, {"detail": "Not Found"})

    def _chat(self, owner: FaultServer, raw: bytes, wav: bytes, question: str, body: dict[str, Any]) -> None:
        if owner.status != 200:
            self._send(owner.status, {"error": {"message": owner.error.format(key=self.headers["Authorization"])}})
        elif "response_format" in body and owner.refuses_schema:
            self._send(400, {"error": {"message": "response_format is not supported"}})
        elif body.get("top_logprobs", 0) > owner.most_told:
            self._send(400, {"error": {"message": "too many"}})
        else:
            is_check = "steady tone" in question or "whether you hear" in question
            self._fail_or_send(owner, "" if is_check else owner.fault(raw), owner.reply(wav, question, body))

    def _fail_or_send(self, owner: FaultServer, fault: str, reply: dict[str, Any]) -> None:
        whole = json.dumps(reply).encode()
        if fault == "rate_limit":
            # Both forms of the header, by turns.
            asked = "3" if len(whole) % 2 else formatdate(4, usegmt=True)
            self._send(429, {"error": {"message": "slow down"}}, {"Retry-After": asked})
        elif fault == "server_error":
            self._send(503, {"error": "overloaded"})
        elif fault == "hang":
            owner.closing.wait(30)
            self.close_connection = True
        elif fault == "cut":
            self._send_bytes(200, whole[: len(whole) // 2], length=len(whole))
            self.close_connection = True
        elif fault == "bad_json":
            self._send_bytes(200, whole[: len(whole) // 2])
        else:
            if fault == "no_log_probs":
                reply["choices"][0]["logprobs"] = None
            self._send(200, reply)

    def _send(self, status: int, reply: Any, headers: Mapping[str, str] | None = None) -> None:
        self._send_bytes(status, json.dumps(reply).encode(), headers)

    def _send_bytes(
        self, status: int, content: bytes, headers: Mapping[str, str] | None = None, length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)


def _said(body: dict[str, Any]) -> tuple[bytes, str]:
    """The clip's WAV, if any, and the question; the audio must come first."""
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return b"", content
    clip, words = content
    if clip["type"] == "audio_url":
        data = clip["audio_url"]["url"].removeprefix("data:audio/wav;base64,")
        clip["audio_url"]["url"] = ""
    else:
        data = clip["input_audio"]["data"]
        clip["input_audio"]["data"] = ""
    return base64.b64decode(data, validate=True), words["text"]
