import numpy as np
import pytest

from clips import clip, clip_with_beep_at
from earwitness.errors import UsageError
from earwitness.mos.encoders import TrainableEncoder, load_encoder
from small_models import sound


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("embedded", batch_size=8)


def test_it_is_the_nano_judges_tower(encoder):
    assert isinstance(encoder, TrainableEncoder)
    assert (encoder.sample_rate, encoder.layers, encoder.features, encoder.text_features) == (16_000, 1, 384, 0)
    assert encoder.identity["encoder"] == "embedded"


def test_it_tells_sounds_apart(encoder):
    one, other, again = encoder.embed([sound(3, 0), sound(3, 1), sound(3, 0)])
    np.testing.assert_allclose(one, again, atol=1e-5)
    assert np.abs(one - other).max() > 0.1


def test_silence_after_a_clip_is_not_part_of_it(encoder):
    """The mean is over the clip's own positions: a steady sound embeds alike at any length."""
    means = encoder.embed([clip(3.0), clip(9.0)])[:, 0, :192]
    assert np.abs(means[0] - means[1]).mean() < 0.35 * np.abs(means[0]).mean()


def test_a_late_event_in_a_long_clip_is_heard(encoder):
    without, late = encoder.embed([clip_with_beep_at(25.0, 30.0), clip_with_beep_at(25.0, 23.0)])
    assert np.abs(without - late).max() > 0.05


def test_layers(encoder):
    clips = [sound(2.0), sound(4.0, 1)]
    every = load_encoder("embedded", layer="all").embed(clips)
    assert every.shape == (2, 5, 384)
    for number in (0, 2):
        one = load_encoder("embedded", layer=number).embed(clips)
        np.testing.assert_allclose(every[:, number], one[:, 0], atol=1e-4)
    np.testing.assert_allclose(every[:, -1], encoder.embed(clips)[:, 0], atol=1e-4)
    with pytest.raises(UsageError, match="has no layer 5; wanted 0 to 4"):
        load_encoder("embedded", layer=5)
