import pytest

from earwitness.backbones.server.failures import PassingFailure, bad_reply, failure_of, seconds_to_wait
from earwitness.errors import BackboneError, ClipError


@pytest.mark.parametrize("status", [301, 302, 307, 401, 402, 403, 404])
def test_these_stop_the_run(status):
    assert isinstance(failure_of(status, "", 0.0), BackboneError)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "rate_limited"),
        (408, "server_timeout"),
        (504, "server_timeout"),
        (500, "server_error"),
        (502, "server_error"),
        (529, "server_error"),
    ],
)
def test_these_may_pass(status, code):
    failure = failure_of(status, "busy", 7.0)
    assert isinstance(failure, PassingFailure)
    assert (failure.error.code, failure.wait) == (code, 7.0)
    assert str(failure.error).endswith(f"(HTTP {status}): busy.")


@pytest.mark.parametrize(
    "text",
    [
        "This model's maximum context length is 1024 tokens. However, your prompt contains at least 1025 input tokens",
        '{"error": {"code": "context_length_exceeded", "message": "too long"}}',
        "The decoder prompt (length 2000) is longer than the maximum model length of 1024.",
        "Prompt is too long for the context window",
        "Input is too long for requested model.",
        "the request exceeds the available context size",
    ],
)
def test_a_context_that_overflows_is_the_items_own_fault(text):
    failure = failure_of(400, text, 0.0)
    assert isinstance(failure, ClipError)
    assert failure.code == "context_overflow"


def test_so_is_a_body_that_is_too_large():
    assert failure_of(413, "", 0.0).code == "context_overflow"


@pytest.mark.parametrize("status", [400, 405, 415, 422])
def test_other_refusals_are_the_items_too(status):
    failure = failure_of(status, "Invalid or corrupted audio data.", 0.0)
    assert failure.code == "server_refused"
    assert str(failure) == f"the server refuses the request (HTTP {status}): Invalid or corrupted audio data."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"error": {"message": "no such\\n  thing"}}', ": no such thing."),
        ('{"error": "plain"}', ": plain."),
        ('{"detail": "x"}', ': {"detail": "x"}'),
        ("[1]", ": [1]"),
        ('{"error": {"message": ["a\\/b"]}}', ': ["a/b"]'),
        ('{"error": {"code": 7}}', ': {"error": {"code": 7}}'),
        ("", "."),
        ("a" * 500, ": " + "a" * 200 + "..."),
    ],
)
def test_the_servers_own_words_are_short_and_on_one_line(body, said):
    assert str(failure_of(400, body, 0.0)) == f"the server refuses the request (HTTP 400){said}"


@pytest.mark.parametrize(
    "body", ['{"error": "abc\\/def"}', '{"error": {"message": "\\u0061bc/def"}}', '{"x": ["abc\\/def"]}', "abc/def"]
)
def test_what_nobody_should_read_is_taken_out_however_it_is_spelled(body):
    said = str(failure_of(400, body, 0.0, hide=lambda text: text.replace("abc/def", "***")))
    assert "***" in said
    assert "def" not in said


def test_a_good_status_with_an_error_is_a_failure_that_may_pass():
    failure = failure_of(200, '{"error": {"message": "overloaded"}}', 0.0)
    assert isinstance(failure, PassingFailure)
    assert str(failure.error) == "the server failed (HTTP 200): overloaded."


def test_what_lies_on_the_way_is_told():
    assert "(HTTP 503 through the proxy)" in str(failure_of(503, "", 0.0, through=" through the proxy"))


@pytest.mark.parametrize("status", [401, 403])
def test_what_a_server_says_about_the_key_is_not_repeated(status):
    assert "sk-12" not in str(failure_of(status, "Incorrect API key provided: sk-12****89", 0.0))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0.0),
        ("", 0.0),
        ("5", 5.0),
        (" 2.5 ", 2.5),
        ("-3", 0.0),
        ("soon", 0.0),
        ("nan", 0.0),
        # 21 November 2026, 12:00:00 UTC is second 1,795,262,400.
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after(header, seconds):
    assert seconds_to_wait(header, 1_795_262_400.0) == seconds


def test_a_reply_that_says_nothing():
    failure = bad_reply("is no JSON")
    assert (str(failure), failure.error.code) == ("the server's reply is no JSON.", "bad_reply")
