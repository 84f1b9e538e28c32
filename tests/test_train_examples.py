"""Rated clips as a training sees them: embeddings in line with ratings, whatever could not be read or was not rated."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from earwitness.errors import UsageError
from earwitness.mos.heads import Axis
from earwitness.ratings import RatedPairs, data_hash
from earwitness.train.examples import axes_of, rated_axes, read_examples
from earwitness.types import Pair
from small_encoder import SmallEncoder
from small_ratings import rated_tones, without_singles

RATED = rated_tones(12, unrated=4)
AXES = axes_of(RATED, ("pitch", "dark"), ("dark",))


def examples(rated=RATED, axes=AXES):
    return read_examples(SmallEncoder(), rated, axes, progress=False)


def test_rows_stay_in_line_when_a_clip_is_left_out():
    pairs = (*RATED.pairs[:5], Pair("lost.wav", "lost", id="lost", ratings={"pitch": 2.0}), *RATED.pairs[5:])
    made = examples(RatedPairs("tones", pairs, RATED.scales))
    assert (len(made), made.total, set(made.failures)) == (12, 13, {"lost"})
    alone = SmallEncoder().embed([pair.audio for pair in RATED.pairs])
    np.testing.assert_allclose(made.audio.numpy(), alone, atol=1e-5)
    assert made.ratings[:, 0].tolist() == RATED.ratings("pitch").tolist()


def test_axes_take_the_raters_scale():
    assert AXES == (Axis("pitch", 1.0, 5.0), Axis("dark", 1.0, 5.0, text=True))
    with pytest.raises(UsageError, match="no ratings of 'loudness'; it has pitch, dark"):
        axes_of(RATED, ("loudness",), ())


def test_captions_are_embedded_only_when_an_axis_needs_them():
    assert examples().text.shape == (12, 6)
    assert examples(axes=AXES[:1]).text is None


def test_the_overview_by_hand():
    pitch, dark = examples().overviews()
    ratings = RATED.ratings("pitch")
    assert (pitch.low, pitch.high) == (ratings.min(), ratings.max())
    assert (pitch.mean, pitch.spread) == pytest.approx((ratings.mean(), ratings.std()))
    said = RATED.singles["pitch"].value.reshape(12, 4)
    assert pitch.pooled_spread == pytest.approx(np.sqrt(said.var(axis=1, ddof=1).mean()))
    assert dark.pooled_spread is None
    assert dark.mean == pytest.approx(np.nanmean(RATED.ratings("dark")))


@pytest.mark.parametrize("value", [3.0, 2.3, 1 / 3 + 1])
def test_constant_ratings_have_no_spread_to_divide_by(value):
    pairs = tuple(replace(pair, ratings={"pitch": value}) for pair in RATED.pairs)
    (pitch,) = examples(RatedPairs("flat", pairs, {"pitch": (1.0, 5.0)}), AXES[:1]).overviews()
    assert pitch.spread == 1.0


def test_a_batch_has_only_its_rated_clips():
    made = examples()
    clips = torch.tensor([9, 0, 6, 3])
    scores = torch.arange(8.0).reshape(4, 2)
    pitch, dark = rated_axes(made, made.overviews(), clips, scores, None)
    assert pitch.scores.tolist() == [0, 2, 4, 6]
    assert pitch.counts.tolist() == [4, 4, 4, 4]
    assert dark.scores.tolist() == [1, 5]
    assert dark.ratings.tolist() == RATED.ratings("dark")[[9, 6]].tolist()
    assert dark.counts.tolist() == [0, 0]
    assert dark.spreads.isnan().all()


def test_sets_of_means_have_no_spreads():
    assert examples(without_singles(RATED)).overviews()[0].pooled_spread is None


def test_ratings_outside_the_scale_are_told():
    narrow = replace(RATED, scales={**RATED.scales, "pitch": (2.0, 3.0)})
    with pytest.raises(UsageError, match=r"ratings of 'pitch' from .* outside its scale 2-3. Give the raters' scale"):
        examples(narrow, axes_of(narrow, ("pitch",), ()))


def test_when_nothing_could_be_read_the_first_reason_is_told():
    pairs = tuple(replace(pair, audio=f"nope/{pair.id}.wav") for pair in RATED.pairs)
    told = r"12 of 12 clips could not be read. The first, 'tones-0': tones-0.wav is not there"
    with pytest.raises(UsageError, match=told):
        examples(replace(RATED, pairs=pairs))


def test_the_same_sound_is_known_by_any_name():
    copy = Pair(RATED.pairs[2].audio, "another caption", id="copy", ratings={"pitch": 3.0, "dark": 3.0})
    other = rated_tones(6, 1)
    dev = RatedPairs("dev", (*other.pairs, copy), other.scales)
    assert examples(dev).also_in(examples()) == 1
    assert examples(other).also_in(examples()) == 0


def test_hash_and_systems():
    made = examples()
    assert made.hash == data_hash(RATED)
    assert made.systems == tuple(pair.system for pair in RATED.pairs)
    partly = replace(RATED, pairs=(replace(RATED.pairs[0], system=None), *RATED.pairs[1:]))
    assert examples(partly).systems is None
