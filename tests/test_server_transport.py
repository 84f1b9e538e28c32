import gzip
import json
import logging
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from earwitness.backbones import ServerOptions
from earwitness.backbones.server.failures import NoSuchAddress, bad_reply
from earwitness.backbones.server.transport import CHAT, Key, Transport, checked_address
from earwitness.errors import BackboneError, ClipError, UsageError

NEVER = threading.Event()


class Scripted:
    """A server that gives its replies in turn, the last one for ever: status, body and headers, or a function."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.asked = []
        script = self

        class Exchange(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_GET(self):
                script.asked.append((self.path, self.headers.get("Authorization")))
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                reply = script.replies.pop(0) if len(script.replies) > 1 else script.replies[0]
                if callable(reply):
                    reply(self)
                    self.close_connection = True
                else:
                    status, body, headers = (*reply, {})[:3]
                    content = body if isinstance(body, bytes) else json.dumps(body).encode()
                    self.send_response(status)
                    for name, value in {"Content-Length": str(len(content)), **headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content)

            do_POST = do_GET

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self):
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()


def transport(server, waits=None, **options):
    noted = [] if waits is None else waits
    return Transport(server.address, ServerOptions(**options), sleep=noted.append, today=lambda: 0.0)


def post(sender, read=lambda reply: reply, stop=NEVER):
    return sender.post(CHAT, {"x": 1}, read, stop)


OK = (200, {"ok": 1})
BUSY = (503, {"error": "busy"})


class TestTries:
    def test_waits_double_and_are_spread_by_up_to_half(self):
        waits = []
        with Scripted(BUSY, BUSY, BUSY, BUSY, BUSY, OK) as server:
            assert post(transport(server, waits)) == {"ok": 1}
        assert len(server.asked) == 6
        for wait, most in zip(waits, (2, 4, 8, 16, 30), strict=True):
            assert most / 2 <= wait <= most

    def test_no_wait_is_longer_than_half_a_minute(self):
        waits = []
        with Scripted(*[BUSY] * 9, OK) as server:
            post(transport(server, waits, tries=10))
        assert max(waits) <= 30.0

    def test_the_same_run_waits_the_same_and_two_requests_differ(self):
        runs = []
        for _ in range(2):
            runs.append([])
            with Scripted(BUSY, OK, BUSY, OK) as server:
                sender = transport(server, runs[-1])
                post(sender)
                post(sender)
        assert runs[0] == runs[1]
        assert runs[0][0] != runs[0][1]

    def test_after_the_last_try_the_request_fails_with_its_last_reason(self):
        with Scripted(BUSY, (429, {"error": "slow"})) as server, pytest.raises(ClipError) as caught:
            post(transport(server, tries=3))
        assert caught.value.code == "rate_limited"
        assert str(caught.value) == "the server has too many requests (HTTP 429): slow. Tried 3 times."
        assert len(server.asked) == 3

    @pytest.mark.parametrize(
        ("asked", "waited"),
        [("7", 7.0), ("3600", 60.0), ("0", None), ("Thu, 01 Jan 1970 00:00:20 GMT", 20.0)],
    )
    def test_retry_after_is_honoured_up_to_a_minute(self, asked, waited):
        waits = []
        with Scripted((429, {}, {"Retry-After": asked}), OK) as server:
            post(transport(server, waits))
        assert waits[0] == waited if waited else waits[0] <= 2.0

    def test_no_try_is_begun_that_patience_does_not_reach(self):
        clock = iter(range(0, 10_000, 4))
        with Scripted(BUSY) as server:
            sender = Transport(
                server.address,
                ServerOptions(patience=100.0, tries=100, deadline=50.0),
                clock=lambda: next(clock),
                sleep=lambda seconds: None,
            )
            with pytest.raises(ClipError, match="Tried"):
                post(sender)
        assert 2 <= len(server.asked) < 20

    @pytest.mark.parametrize("status", [400, 401, 404, 413, 422])
    def test_what_will_not_pass_is_not_tried_again(self, status):
        with Scripted((status, {})) as server, pytest.raises((ClipError, BackboneError)):
            post(transport(server))
        assert len(server.asked) == 1

    def test_what_cannot_be_read_is_tried_again(self):
        def read(reply):
            if reply["n"] < 3:
                raise bad_reply("is too small")
            return reply["n"]

        with Scripted((200, {"n": 1}), (200, b"{"), (200, {"n": 2}), (200, {"n": 3})) as server:
            assert post(transport(server), read) == 3

    def test_stopping_ends_the_wait_and_the_request(self):
        stop = threading.Event()
        stop.set()
        with Scripted(BUSY) as server, pytest.raises(BackboneError, match="stopped"):
            post(Transport(server.address, ServerOptions()), stop=stop)
        assert len(server.asked) == 1


class TestOneTry:
    def test_a_body_that_never_ends_is_ended_by_the_deadline(self):
        def drip(exchange):
            exchange.send_response(200)
            exchange.send_header("Content-Length", "1000")
            exchange.end_headers()
            for _ in range(1000):
                exchange.wfile.write(b" ")
                time.sleep(0.02)

        with Scripted(drip) as server, pytest.raises(ClipError, match=r"no answer in 0\.2 s") as caught:
            post(transport(server, tries=1, deadline=0.2))
        assert caught.value.code == "server_timeout"

    @pytest.mark.parametrize("line", [b"HTTP/1.1 100 Continue\r\n\r\n", b"X-Another: 1\r\n"])
    def test_so_are_headers_that_never_end(self, line):
        ended = threading.Event()

        def drip(exchange):
            if line.startswith(b"X"):
                exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not ended.wait(0.02):
                exchange.wfile.write(line)

        with Scripted(drip) as server:
            with pytest.raises(ClipError) as caught:
                post(transport(server, tries=1, deadline=0.3))
            ended.set()
        assert caught.value.code == "server_timeout"

    def test_nothing_packed_is_asked_for_or_unpacked(self):
        packed = gzip.compress(b'{"ok": 1}')
        with Scripted((200, packed, {"Content-Encoding": "gzip"})) as server:
            sender = transport(server, tries=1)
            with pytest.raises(ClipError, match="is no JSON"):
                post(sender)
            assert sender._client.headers["Accept-Encoding"] == "identity"

    def test_so_is_silence(self):
        gate = threading.Event()
        with Scripted(lambda exchange: gate.wait(10)) as server:
            with pytest.raises(ClipError) as caught:
                post(transport(server, tries=2, deadline=0.2))
            gate.set()
        assert caught.value.code == "server_timeout"
        assert len(server.asked) == 2

    def test_a_body_that_breaks_off(self):
        def cut(exchange):
            exchange.send_response(200)
            exchange.send_header("Content-Length", "100")
            exchange.end_headers()
            exchange.wfile.write(b'{"a":')

        with Scripted(cut, OK) as server:
            assert post(transport(server)) == {"ok": 1}

    def test_a_body_that_is_too_large_is_not_read_to_its_end(self, monkeypatch):
        monkeypatch.setattr("earwitness.backbones.server.transport.LARGEST_REPLY", 1000)
        with Scripted((200, b" " * 5000)) as server, pytest.raises(ClipError, match="more than 1,000 bytes"):
            post(transport(server, tries=1))

    @pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": ', b"[" * 100_000, b"\xff\xfe"])
    def test_a_body_that_is_no_json(self, body):
        with Scripted((200, body)) as server, pytest.raises(ClipError, match="is no JSON") as caught:
            post(transport(server, tries=1))
        assert caught.value.code == "bad_reply"

    def test_an_error_in_a_good_reply_may_pass(self):
        overloaded = (200, {"error": {"message": "upstream overloaded", "code": 502}})
        with Scripted(overloaded, OK) as server:
            assert post(transport(server)) == {"ok": 1}
        with Scripted(overloaded) as server, pytest.raises(ClipError, match="upstream overloaded") as caught:
            post(transport(server, tries=2))
        assert caught.value.code == "server_error"

    def test_a_redirection_is_not_followed(self, monkeypatch):
        monkeypatch.setenv("EARWITNESS_API_KEY", "secret")
        with Scripted(OK) as other:
            with Scripted((307, b"", {"Location": f"{other.address}/chat/completions"})) as server:
                with pytest.raises(NoSuchAddress, match="HTTP 307"):
                    post(transport(server))
            assert other.asked == []


class TestAGoneServer:
    def test_one_that_never_answered_is_not_waited_for(self):
        waits = []
        with Scripted(OK) as server:
            sender = transport(server, waits)
        with pytest.raises(BackboneError, match="cannot be reached"):
            post(sender)
        assert waits == []

    def test_one_that_did_is(self):
        waits = []
        with Scripted((*OK, {"Connection": "close"})) as server:
            sender = transport(server, waits)
            post(sender)
        with pytest.raises(ClipError) as caught:
            post(sender)
        assert caught.value.code == "server_unreachable"
        assert len(waits) == 5

    def test_one_that_takes_no_connections_is_told_as_that(self, monkeypatch):
        with Scripted((*OK, {"Connection": "close"})) as server:
            silent, answered = transport(server), transport(server)
            post(answered)

            def late(*_, **__):
                raise httpx2.ConnectTimeout("timed out")

            for sender in (silent, answered):
                monkeypatch.setattr(sender._client, "stream", late)
            with pytest.raises(BackboneError, match=r"cannot be reached \(ConnectTimeout: timed out\)"):
                post(silent)
            with pytest.raises(ClipError) as caught:
                post(answered)
        assert caught.value.code == "server_unreachable"

    def test_ten_failed_requests_and_two_minutes_without_an_answer_stop_the_run(self):
        now = [0.0]
        with Scripted(BUSY) as server:
            sender = Transport(server.address, ServerOptions(tries=1), clock=lambda: now[0])
            for number in range(30):
                # Ten fail within a minute, as where sixteen are under way.
                now[0] = 6.0 * number
                if now[0] < 120.0:
                    with pytest.raises(ClipError):
                        post(sender)
                else:
                    with pytest.raises(BackboneError) as caught:
                        post(sender)
                    break
        assert "failed 21 requests in a row" in str(caught.value)
        assert "answered none for 120 s; the last:" in str(caught.value)
        assert "busy. What was answered is kept" in str(caught.value)

    def test_two_minutes_with_a_few_failures_do_not(self):
        now = [0.0]
        with Scripted(BUSY) as server:
            sender = Transport(server.address, ServerOptions(tries=1), clock=lambda: now[0])
            for number in range(9):
                now[0] = 100.0 * number
                with pytest.raises(ClipError):
                    post(sender)

    @pytest.mark.parametrize("answer", [OK, (400, {})])
    def test_one_answer_between_starts_the_count_anew(self, answer):
        now = [0.0]
        with Scripted(*[BUSY] * 9, answer, *[BUSY] * 9, answer) as server:
            sender = Transport(server.address, ServerOptions(tries=1), clock=lambda: now[0])
            for _ in range(20):
                now[0] += 60.0
                with suppress(ClipError):
                    post(sender)


class TestAddress:
    def test_paths_lie_below_it_or_beside_it(self):
        with Scripted(OK) as server:
            sender = transport(server)
            sender.get("models")
            sender.get("/version")
            post(sender)
        assert [path for path, _ in server.asked] == ["/v1/models", "/version", "/v1/chat/completions"]

    def test_only_chat_requests_count(self):
        with Scripted((200, {"usage": {"prompt_tokens": 3, "completion_tokens": 1}})) as server:
            sender = transport(server)
            sender.get("models")
            post(sender)
        assert sender.budget.spent.requests == 1

    @pytest.mark.parametrize(
        "address", ["http://", "ftp://host/v1", "http://host:port/v1", "http://[::1/v1", "http:///v1", "http://a..b/v1"]
    )
    def test_what_is_none_is_refused(self, address):
        with pytest.raises(UsageError, match="the server's address is none"):
            checked_address(address)

    @pytest.mark.parametrize("address", ["https://h/v1", "https://h/v1/", "https://h/v1//"])
    def test_slashes_at_its_end_do_not_matter(self, address):
        assert checked_address(address) == "https://h/v1"


class TestEnvironment:
    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("ALL_PROXY", "socks5://h:1"),
            ("HTTP_PROXY", "foo://x"),
            ("HTTP_PROXY", "http://a:b"),
            ("SSL_CERT_FILE", "/nope"),
        ],
    )
    def test_what_cannot_be_used_of_it_is_told(self, variable, value, monkeypatch):
        monkeypatch.setenv(variable, value)
        if "socks" in value:
            monkeypatch.setitem(sys.modules, "socksio", None)
        with pytest.raises(UsageError, match=r"the environment cannot be used.* Look at HTTP_PROXY"):
            Transport("http://host/v1", ServerOptions())

    def test_what_is_said_to_this_machine_goes_through_no_proxy(self, monkeypatch):
        with Scripted(OK) as server, Scripted(BUSY) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.address.removesuffix("/v1"))
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)
            assert post(transport(server)) == {"ok": 1}
            assert proxy.asked == []

    @pytest.mark.parametrize("address", ["http://[::1]:8000/v1", "https://localhost/v1", "http://127.1.2.3:80/v1"])
    def test_whichever_way_it_is_named(self, address, monkeypatch):
        monkeypatch.setenv("ALL_PROXY", "http://proxy.invalid:1")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        client = Transport(address, ServerOptions())._client
        assert client._transport_for_url(httpx2.URL(address)) is client._transport
        other = httpx2.URL("http://judge.invalid")
        assert client._transport_for_url(other) is not client._transport

    def test_a_proxy_on_the_way_is_told(self, monkeypatch):
        monkeypatch.setattr("urllib.request.proxy_bypass", lambda host: False)
        with Scripted(BUSY) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.address.removesuffix("/v1"))
            for name in ("NO_PROXY", "no_proxy"):
                monkeypatch.delenv(name, raising=False)
            sender = Transport("http://judge.invalid/v1", ServerOptions(tries=1))
            with pytest.raises(ClipError, match=r"HTTP 503 through the proxy of HTTP_PROXY"):
                post(sender)
        sender = Transport("http://judge.invalid/v1", ServerOptions(tries=1))
        with pytest.raises(BackboneError, match=r"cannot be reached through the proxy of HTTP_PROXY \(ConnectError"):
            post(sender)

    def test_the_client_logs_no_address(self, caplog):
        caplog.set_level(logging.INFO)
        with Scripted(OK) as server:
            post(transport(server))
        assert "127.0.0.1" not in caplog.text


class TestKey:
    def test_it_shows_itself_to_the_server_alone(self, monkeypatch):
        monkeypatch.setenv("EARWITNESS_API_KEY", " secret ")
        with Scripted(OK) as server:
            sender = transport(server)
            post(sender)
        assert server.asked[0][1] == "Bearer secret"
        assert repr(Key()) == "Key(set)"
        assert Key().removed_from("a secret b") == "a *** b"
        assert "secret" not in repr(vars(sender))

    @pytest.mark.parametrize("key", ["0", "none", "test", "a"])
    def test_a_short_one_changes_no_good_reply(self, key, monkeypatch):
        monkeypatch.setenv("EARWITNESS_API_KEY", key)
        reply = {"choices": [{"message": {"content": "none of the test tones; a"}}], "n": -0.12}
        with Scripted((200, reply)) as server:
            assert post(transport(server)) == reply

    @pytest.mark.parametrize("key", ["sk-abc\nsecret", "sk-sécret", "sk secret", "sk-\x00secret"])
    def test_what_no_header_can_hold_is_refused_unseen(self, key, monkeypatch):
        monkeypatch.setattr("os.environ", {"EARWITNESS_API_KEY": key})
        with pytest.raises(UsageError, match="the key in EARWITNESS_API_KEY holds") as caught:
            Transport("http://host/v1", ServerOptions())
        assert "sk" not in str(caught.value).replace("asked", "")

    def test_it_is_taken_out_however_json_spells_it(self, monkeypatch):
        monkeypatch.setenv("EARWITNESS_API_KEY", 'ab"c/def')
        for body in (rb'{"error": "bad ab\"c\/def"}', rb'{"detail": ["\u0061b\"c/def"]}'):
            with Scripted((400, body)) as server, pytest.raises(ClipError) as caught:
                post(transport(server))
            assert "***" in str(caught.value)
            assert "def" not in str(caught.value)

    def test_what_cannot_be_sent_is_not_shown(self, monkeypatch):
        monkeypatch.setenv("EARWITNESS_API_KEY", "secret")
        with Scripted(OK) as server:
            sender = transport(server)

            def refuse(*_, **__):
                raise httpx2.LocalProtocolError("Illegal header value b'Bearer s e c r e t'")

            monkeypatch.setattr(sender._client, "stream", refuse)
            with pytest.raises(BackboneError, match=r"\(LocalProtocolError\)"):
                post(sender)

    def test_none_is_none(self, monkeypatch):
        monkeypatch.delenv("EARWITNESS_API_KEY", raising=False)
        monkeypatch.setenv("OPENAI_API_KEY", "")
        assert (Key().headers, repr(Key()), Key().removed_from("ab")) == ({}, "Key(not set)", "ab")
