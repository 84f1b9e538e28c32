import pytest

from earwitness.backbones import ServerOptions
from earwitness.cli.servers import server_options
from earwitness.errors import UsageError


def test_values_have_the_kinds_of_their_options():
    told = ("tries=3", "deadline=2.5", "max_requests=7", "max_cost=1", "price_in=2", "audio_format=pcm16")
    wanted = ServerOptions(tries=3, deadline=2.5, max_requests=7, max_cost=1.0, price_in=2.0, audio_format="pcm16")
    assert server_options(told) == wanted
    assert server_options(()) == ServerOptions()


@pytest.mark.parametrize("text", ["tries", "tries=", "=3", "", "speed=9"])
def test_what_names_no_option_is_told_with_all_that_there_are(text):
    with pytest.raises(UsageError, match=r"--llm-server is .*; wanted NAME=VALUE with one of concurrency, tries"):
        server_options((text,), "--llm-server")


@pytest.mark.parametrize("text", ["tries=many", "tries=2.5", "deadline=soon"])
def test_what_is_no_number_is_told(text):
    with pytest.raises(UsageError, match=f"--server is '{text}'; wanted a number"):
        server_options((text,))
