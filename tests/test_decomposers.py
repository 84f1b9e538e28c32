import pytest

from earwitness.cli.decomposers import DecomposerOptions, With
from earwitness.errors import UsageError
from earwitness.rubrics.llm import LLMDecomposer
from faults.fault_server import FaultServer


def test_a_language_model_behind_a_server_gets_its_options():
    with FaultServer() as server:
        options = DecomposerOptions(With.llm, server.address, llm_server=("max_requests=7", "concurrency=2"))
        made = options.load()
    assert isinstance(made, LLMDecomposer)
    assert made.writer.batch_size == 8  # four for each of two requests
    assert made.writer._options.max_requests == 7


def test_options_that_are_none_are_told_by_their_own_name():
    with pytest.raises(UsageError, match="--llm-server is 'speed=9'; wanted NAME=VALUE"):
        DecomposerOptions(With.llm, "http://127.0.0.1:1/v1", llm_server=("speed=9",)).load()


def test_they_need_a_language_model_that_is_a_server():
    with pytest.raises(UsageError, match="--llm-server go with --with llm"):
        DecomposerOptions(llm_server=("tries=1",))
    with pytest.raises(UsageError, match="'owner/model' is none"):
        DecomposerOptions(With.llm, "owner/model", llm_server=("tries=1",)).load()
