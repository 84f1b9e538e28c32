"""What all encoders over torch owe their users, shown on one of every kind."""

import numpy as np
import pytest
import torch

import small_encoders
from clips import clip_with_beep_at
from earwitness.audio import from_array, resample
from earwitness.errors import AudioError, UsageError
from earwitness.mos.encoders import TrainableEncoder, load_encoder, options_of, tower
from earwitness.mos.encoders.tower import Prepared, Tower, mean_over
from earwitness.mos.encoders.windows import even_windows
from earwitness.types import Audio, Recipe
from small_models import sound

KINDS = ("embedded", "wavlm", "whisper", "audio-spectrogram-transformer", "clap")


@pytest.fixture(scope="module", params=KINDS)
def encoder(request):
    source = "embedded" if request.param == "embedded" else small_encoders.folder(request.param)
    return load_encoder(source, batch_size=8)


CLIPS = [sound(seconds, seed) for seed, seconds in enumerate((1.0, 0.4, 6.3, 1.0, 21.0, 0.15, 6.3, 2.2))]


def test_a_clip_does_not_depend_on_its_batch(encoder):
    alone = np.concatenate([encoder.embed([clip]) for clip in CLIPS])
    order = np.random.default_rng(0).permutation(len(CLIPS))
    shuffled = encoder.embed([CLIPS[place] for place in order])
    np.testing.assert_allclose(shuffled, alone[order], atol=2e-6)
    pairs = np.concatenate([encoder.embed(CLIPS[place : place + 2]) for place in range(0, len(CLIPS), 2)])
    np.testing.assert_allclose(pairs, alone, atol=2e-6)
    assert np.abs(alone[0] - alone[3]).max() > 1e-3


def test_the_same_call_gives_the_same_bits(encoder):
    np.testing.assert_array_equal(encoder.embed(CLIPS), encoder.embed(CLIPS))


def test_a_clip_at_another_rate_is_heard_as_its_resampled_self(encoder):
    noise = from_array(np.random.default_rng(1).normal(0, 0.1, 44_100).astype(np.float32), 44_100)
    made = encoder.embed([noise, resample(noise, encoder.sample_rate)])
    np.testing.assert_allclose(made[0], made[1], atol=2e-6)


def test_a_late_event_in_a_long_clip_is_heard(encoder):
    without, late = encoder.embed([clip_with_beep_at(32.0, 40.0), clip_with_beep_at(32.0, 30.5)])
    assert np.abs(without - late).max() > 1e-3


def test_silence_is_finite(encoder):
    made = encoder.embed([from_array(np.zeros(length, np.float32), 16_000) for length in (2000, 16_000, 200_000)])
    assert np.isfinite(made).all()


def test_no_clips_make_an_empty_array(encoder):
    assert encoder.embed([]).shape == (0, encoder.layers, encoder.features)


def test_a_clip_that_is_too_short_is_refused(encoder):
    with pytest.raises(AudioError, match=r"lasts 0\.05 s; .* needs at least 0\.1") as caught:
        encoder.embed([sound(0.05)])
    assert caught.value.code == "too_short"


def test_gradients_reach_the_weights(encoder):
    assert isinstance(encoder, TrainableEncoder)
    made = encoder.encode([sound(0.5), sound(1.0)])
    # Not a sum of squares, which is 1 for a unit vector whatever its weights.
    (made * torch.linspace(-1, 1, made.shape[-1])).sum().backward()
    learning = [weight for weight in encoder.module.parameters() if weight.requires_grad]
    reached = [weight for weight in learning if weight.grad is not None and weight.grad.abs().max() > 0]
    assert len(reached) > 0.8 * len(learning)
    encoder.module.zero_grad()


def test_dropout_is_for_learning_alone(encoder):
    rested = encoder.embed([sound(1.0)])
    encoder.module.train()
    try:
        np.testing.assert_array_equal(encoder.embed([sound(1.0)]), rested)
        assert encoder.module.training
    finally:
        encoder.module.eval()


@pytest.mark.parametrize("learner", [torch.optim.SGD, torch.optim.AdamW])
def test_an_encoder_that_learned_is_another_encoder(learner):
    encoder = load_encoder(small_encoders.folder("hubert"))
    before = dict(encoder.identity)
    encoder.embed([sound(0.5)])
    assert encoder.identity == before
    optimiser = learner(encoder.module.parameters(), lr=1e-3)
    encoder.encode([sound(0.5)]).sum().backward()
    optimiser.step()
    after = dict(encoder.identity)
    assert Recipe(after).id != Recipe(before).id
    assert {key: value for key, value in after.items() if key != "tuned"} == before
    # The same weights put into a fresh encoder make the same one, wherever it learned.
    fresh = load_encoder(small_encoders.folder("hubert"))
    fresh.module.load_state_dict(encoder.module.state_dict())
    assert fresh.identity == after


def test_identity_holds_what_determines_an_embedding():
    ids = {
        Recipe(load_encoder(small_encoders.folder(kind), layer=layer).identity).id
        for kind in ("wavlm", "hubert")
        for layer in ("last", "all", 0, 1)
    }
    assert len(ids) == 8
    again = load_encoder(small_encoders.folder("wavlm"), batch_size=1)
    assert Recipe(again.identity).id in ids


def test_another_way_of_embedding_is_another_encoder(monkeypatch):
    encoder = load_encoder(small_encoders.folder("wavlm"))
    before = Recipe(encoder.identity).id
    assert encoder.identity["version"] == 1
    monkeypatch.setattr(tower, "VERSION", 2)
    assert Recipe(encoder.identity).id != before


class _Mean(Tower):
    """Embeds a window as its mean, and runs out of memory above three windows."""

    def __init__(self, fits=3):
        self.fits, self.ran = fits, []
        options = options_of(small_encoders.folder("hubert"), batch_size=8)
        module = torch.nn.Linear(1, 1)
        super().__init__(
            options, module, sample_rate=100, layers=1, features=1, longest=50, weights={"encoder": "mean"}
        )

    def prepare(self, samples):
        return Prepared(samples)

    def forward(self, inputs, heard):
        self.ran.append(len(inputs))
        if len(inputs) > self.fits:
            raise torch.OutOfMemoryError
        return inputs.mean(dim=1)[:, None, None]


def test_windows_are_averaged_by_their_share():
    noise = np.random.default_rng(0).normal(size=1234).astype(np.float32) / 10
    made = _Mean().embed([from_array(noise, 100 * 40)])  # at another rate: 31 samples at 100 Hz
    assert made.shape == (1, 1, 1)
    line = np.arange(120, dtype=np.float32) / 200
    windows = even_windows(120, 50)
    expected = np.mean([line[window.start : window.stop].mean() for window in windows])
    made = _Mean().embed([Audio(line, 100, "line")])
    assert made[0, 0, 0] == pytest.approx(expected, abs=1e-6)
    assert made[0, 0, 0] == pytest.approx(line.mean(), abs=1e-6)


def test_batches_halve_when_memory_runs_out():
    clips = [Audio(np.full(40, value, np.float32), 100, str(value)) for value in np.linspace(0, 1, 8)]
    encoder = _Mean()
    np.testing.assert_allclose(encoder.embed(clips)[:, 0, 0], np.linspace(0, 1, 8), atol=1e-6)
    assert max(encoder.ran[encoder.ran.index(8) + 1 :]) <= 4
    assert max(encoder.ran[-3:]) <= 3
    with pytest.raises(AudioError, match="ran out of memory on a single window") as caught:
        _Mean(fits=0).embed(clips)
    assert caught.value.code == "out_of_memory"


def test_means_are_over_what_is_heard():
    frames = torch.arange(24.0).reshape(2, 4, 3)
    made = mean_over(frames, [2, 0])
    np.testing.assert_allclose(made, [[1.5, 2.5, 3.5], [16.5, 17.5, 18.5]])


def test_captions_need_a_text_tower():
    with pytest.raises(UsageError, match="no text tower; use clap"):
        load_encoder(small_encoders.folder("wavlm")).embed_texts(["rain"])
