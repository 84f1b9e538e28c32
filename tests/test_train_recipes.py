"""The published recipes from end to end, on small encoders of the same kind: train, save, load, predict the same."""

import json

import numpy as np
import pytest

import small_audiobox
import small_encoders
from earwitness.audio import from_array
from earwitness.mos.encoders import load_encoder
from earwitness.ratings import RatedPairs
from earwitness.train.config import config_from
from earwitness.train.mos import train_mos
from earwitness.train.presets import preset_options
from earwitness.types import Pair
from small_ratings import rated_tones

# transformers' WavLM gives torch two masks of different types.
pytestmark = pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")


def trained(preset, out, train, dev, **options):
    config = config_from({**preset_options(preset), "seeds": (0,), "compare": False, "epochs": 2, **options})
    return train_mos(config, train, dev, out, device="cpu", progress=False)


def kept(run):
    place = next((run.folder / "fits").iterdir())
    return np.array(list(json.loads((place / "fit.json").read_text())["predicted"].values())).T


def test_track_1_tunes_clap_end_to_end(tmp_path):
    folder = str(small_encoders.folder("clap"))
    train, dev = rated_tones(12), rated_tones(6, 1)
    options = {"encoder": folder, "axes": ("pitch", "dark"), "text_axes": ("dark",), "batch_size": 6}
    run = trained("qamro-track1", tmp_path / "run", train, dev, **options)
    predictor = run.predictor(device="cpu")
    audio = predictor.encoder.embed([pair.audio for pair in dev.pairs])
    text = predictor.encoder.embed_texts([pair.caption for pair in dev.pairs])
    np.testing.assert_allclose(predictor.predict(audio, text).values, kept(run), atol=1e-5)
    untouched = load_encoder(folder).embed([pair.audio for pair in dev.pairs])
    assert np.abs(audio - untouched).max() > 1e-6
    assert set(predictor.encoder.identity) - set(predictor.card.identity) == {"tuned"}


def test_track_2_reads_all_layers_of_audiobox(tmp_path):
    folder = str(small_audiobox.save(tmp_path / "audiobox"))
    sets = [of_track_2(rated_tones(clips, seed)) for clips, seed in ((16, 0), (6, 1))]
    run = trained("qamro-track2", tmp_path / "run", *sets, encoder=folder, axes=("PQ", "PC"))
    predictor = run.predictor(device="cpu")
    assert (predictor.heads.sizes.layers, predictor.heads.sizes.hidden) == (4, (32,) * 4)
    audio = predictor.encoder.embed([pair.audio for pair in sets[1].pairs])
    np.testing.assert_allclose(predictor.predict(audio).values, kept(run), atol=1e-5)
    assert not predictor.card.tuned


def of_track_2(rated):
    """The same ratings on two of its axes, in 0 to 10, some of them below 1; clips of a quarter of a second."""

    def longer(pair):
        return from_array(np.tile(pair.audio.samples, 3), sample_rate=pair.audio.sample_rate)

    pairs = tuple(
        Pair(
            longer(pair),
            "",
            id=pair.id,
            system=pair.system,
            ratings={"PQ": 2.4 * (pair.ratings["pitch"] - 1), "PC": 2.4 * (pair.ratings["dark"] - 1)},
        )
        for pair in rated.pairs
    )
    return RatedPairs(rated.name, pairs, {"PQ": (0.0, 10.0), "PC": (0.0, 10.0)})
