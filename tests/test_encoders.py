import pytest

from earwitness.errors import UnknownNameError, UsageError
from earwitness.mos.encoders import ENCODERS, Encoder, list_encoders, load_encoder


def test_names_are_listed():
    assert [info.name for info in list_encoders()] == list(ENCODERS)
    assert {"log-mel", "embedded"} <= set(ENCODERS)


def test_an_encoder_is_an_encoder():
    encoder = load_encoder("log-mel")
    assert isinstance(encoder, Encoder)
    assert encoder.spec.to_dict() == {"name": "log-mel", "layer": "last", "revision": None}


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(UnknownNameError, match=r"no encoder 'logmel'\. Did you mean 'log-mel'"):
        load_encoder("logmel")


@pytest.mark.parametrize("layer", [-1, "first", True, 1.5, None])
def test_a_layer_that_is_none_is_refused(layer):
    with pytest.raises(UsageError, match="it must be 'last', 'all', or a layer's number counted from 0"):
        load_encoder("log-mel", layer=layer)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"batch_size": 0}, "batch_size is 0"),
        ({"batch_size": "big"}, "batch_size is 'big'; it must be a whole number"),
        ({"batch_size": True}, "batch_size is True"),
        ({"batch_size": 2.0}, "batch_size is 2.0"),
        ({"device": "gpu"}, "device is 'gpu'"),
        ({"revision": "main"}, "has no revisions of its own"),
    ],
)
def test_other_options_are_checked(options, said):
    with pytest.raises(UsageError, match=said):
        load_encoder("log-mel", **options)
