import pytest

from earwitness.backbones import ServerOptions
from earwitness.backbones.server.transport import Transport
from earwitness.backbones.server.vocabulary import Vocabulary
from earwitness.errors import BackboneError
from faults.fault_server import TOKENS, FaultServer


def test_it_tells_which_words_are_one_token():
    with FaultServer() as server:
        vocabulary = Vocabulary(Transport(server.address, ServerOptions()), "listener")
        assert vocabulary.is_told
        assert vocabulary.single(("Yes", "perhaps", "No", "Yes")) == ("Yes", "No")
        assert vocabulary.only_id("No") == TOKENS.index("No")
        assert vocabulary.name("No") == f"token_id:{TOKENS.index('No')}"
        with pytest.raises(BackboneError, match="'perhaps' is 2 tokens of listener"):
            vocabulary.only_id("perhaps")
    # Known words are not asked again: the server is gone.
    assert vocabulary.ids("Yes") == (TOKENS.index("Yes"),)


def test_a_server_that_does_not_tell():
    with FaultServer(tells_vocabulary=False) as server:
        assert not Vocabulary(Transport(server.address, ServerOptions()), "listener").is_told
