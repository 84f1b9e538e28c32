import logging

import pytest

from earwitness.backbones import ServerOptions
from earwitness.backbones.server.chat import Chat
from earwitness.backbones.server.self_check import (
    Hearing,
    best_way,
    check_hearing,
    probe_forms,
    served_model,
    software_version,
    takes_schema,
)
from earwitness.backbones.server.transport import Transport
from earwitness.backbones.server.vocabulary import Vocabulary
from earwitness.errors import BackboneError, ClipError
from faults.fault_server import FaultServer
from test_server_transport import Scripted

OPTIONS = ServerOptions()
NONE, TOP = frozenset(), frozenset({"top"})


def connected(server, **options):
    transport = Transport(server.address, ServerOptions(**options), sleep=lambda seconds: None)
    chat = Chat(transport, "listener")
    return transport, chat, Vocabulary(transport, "listener")


def way_of(server):
    _, chat, vocabulary = connected(server)
    way = best_way(chat, vocabulary, OPTIONS)
    return "none" if way is None else way.name


@pytest.mark.parametrize(
    ("ways", "tells_vocabulary", "name"),
    [
        (frozenset({"exact", "top"}), True, "exact"),
        # Without ids there is nothing exact to ask for.
        (frozenset({"exact", "top"}), False, "top-20"),
        (TOP, True, "top-20"),
        (TOP, False, "top-20"),
        (NONE, True, "none"),
    ],
)
def test_the_best_way_is_found_by_asking(ways, tells_vocabulary, name):
    with FaultServer(ways=ways, tells_vocabulary=tells_vocabulary) as server:
        assert way_of(server) == name


def test_a_server_that_tells_few_is_asked_for_few():
    with FaultServer(ways=TOP, most_told=5) as server:
        assert way_of(server) == "top-5"


@pytest.mark.parametrize("ways", [frozenset({"exact"}), TOP])
def test_a_server_that_drops_the_audio_is_told_by_its_answers(ways):
    with FaultServer(ways=ways, hears=False) as server:
        _, chat, vocabulary = connected(server)
        way = best_way(chat, vocabulary, OPTIONS)
        with pytest.raises(BackboneError, match=r"answers a tone as it answers silence: the server drops the audio"):
            check_hearing(chat, way, probe_forms(vocabulary), OPTIONS)


def test_or_by_its_count_of_tokens():
    with FaultServer(ways=NONE, hears=False) as server:
        _, chat, _ = connected(server)
        with pytest.raises(BackboneError, match=r"counts 33 prompt tokens for 4 s and 33 for 2 s: the server drops"):
            check_hearing(chat, None, (), OPTIONS)


def test_noise_is_no_hearing():
    # Each answer of a deaf server that rounds much differs from the last by as much as tone from silence.
    with FaultServer(ways=TOP, hears=False, noise=0.5) as server:
        _, chat, vocabulary = connected(server)
        way = best_way(chat, vocabulary, OPTIONS)
        with pytest.raises(BackboneError, match="drops the audio"):
            check_hearing(chat, way, probe_forms(vocabulary), OPTIONS)


def test_where_nothing_proves_it_that_is_said(caplog):
    with FaultServer(ways=NONE, hears=False, counts=False) as server:
        _, chat, _ = connected(server)
        with caplog.at_level(logging.WARNING):
            hearing = check_hearing(chat, None, (), OPTIONS)
    assert "nothing proves that it hears clips" in caplog.text
    assert (hearing.text_tokens, hearing.tokens_per_second) == (None, None)


@pytest.mark.parametrize("ways", [frozenset({"exact", "top"}), NONE])
def test_a_server_that_pastes_the_clip_into_the_prompt_does_not_hear_it(ways):
    with FaultServer(ways=ways, bytes_a_token=4) as server:
        _, chat, vocabulary = connected(server)
        way = best_way(chat, vocabulary, OPTIONS)
        # A second is 64,000 bytes.
        with pytest.raises(BackboneError, match=r"counts 16,000 prompt tokens for a second of audio: .* as text"):
            check_hearing(chat, way, probe_forms(vocabulary), OPTIONS)


def test_it_measures_tokens_and_time():
    with FaultServer() as server:
        _, chat, vocabulary = connected(server)
        found = check_hearing(chat, best_way(chat, vocabulary, OPTIONS), probe_forms(vocabulary), OPTIONS)
    # 20 + 53 // 4 tokens of text; 64,000 bytes a second of 2,560 a token.
    assert found == Hearing(found.seconds, 33.0, 25.0)
    assert 0 < found.seconds < 10


class TestModel:
    def test_the_only_one(self):
        with FaultServer(models=("one",)) as server:
            assert served_model(connected(server)[0], "") == "one"

    def test_the_one_asked_for(self):
        with FaultServer(models=("one", "two")) as server:
            assert served_model(connected(server)[0], "two") == "two"

    def test_a_server_without_a_list_is_taken_at_the_users_word(self):
        with FaultServer(models=()) as server:
            assert served_model(connected(server)[0], "any") == "any"
            with pytest.raises(BackboneError, match=r"no /models there; does the address end in /v1\? Put the model's"):
                served_model(connected(server)[0], "")

    def test_a_list_without_models_is_told(self):
        with Scripted((200, {"data": []})) as server, pytest.raises(BackboneError, match=r"alone; it names none\. Put"):
            served_model(connected(server)[0], "")

    def test_a_failure_is_told_as_what_it_is(self):
        with Scripted((503, {"error": "loading"})) as server:
            with pytest.raises(ClipError, match=r"HTTP 503\): loading"):
                served_model(connected(server)[0], "")
            assert served_model(connected(server)[0], "any") == "any"


def test_the_softwares_version_where_it_is_told():
    with FaultServer() as server:
        assert software_version(connected(server)[0]) == "1.2.3"
    with FaultServer(tells_vocabulary=False) as server:
        assert software_version(connected(server)[0]) is None


@pytest.mark.parametrize("refuses", [False, True])
def test_whether_a_schema_is_taken(refuses):
    with FaultServer(refuses_schema=refuses) as server:
        assert takes_schema(connected(server)[1]) is not refuses


def test_a_model_that_thinks_before_it_writes_takes_a_schema():
    with Scripted((200, {"choices": [{"message": {"content": None}}]})) as server:
        assert takes_schema(connected(server)[1])


def test_a_reply_without_choices_says_nothing_about_schemas():
    with Scripted((200, {})) as server, pytest.raises(ClipError, match="has no choices"):
        takes_schema(connected(server)[1])
