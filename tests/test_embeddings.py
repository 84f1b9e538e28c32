import numpy as np
import pytest
import soundfile

from clips import clip, tone
from counting_encoder import CountingEncoder
from earwitness.audio import read_audio, resample
from earwitness.audio.segment import segment
from earwitness.errors import BackboneError, UsageError
from earwitness.mos.encoders import embeddings, load_encoder
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.mos.encoders.embeddings import embed_pairs
from earwitness.types import Pair


@pytest.fixture
def files(tmp_path):
    """Five files of different lengths, rates and sounds."""
    paths = [tmp_path / f"{index}.wav" for index in range(5)]
    for index, path in enumerate(paths):
        rate = 16_000 if index % 2 else 44_100
        soundfile.write(path, tone(0.5 + index / 4, 200.0 * (index + 1), rate=rate), rate)
    return paths


@pytest.fixture
def decodes(monkeypatch):
    """The sources that were decoded."""
    decoded = []

    def read(source):
        decoded.append(source)
        return read_audio(source)

    monkeypatch.setattr(embeddings, "read_audio", read)
    return decoded


def pairs_of(files):
    return [Pair(path, f"clip {path.stem}", id=path.stem) for path in files]


def test_embeddings_are_the_encoders_in_the_order_of_the_pairs(files):
    encoder = CountingEncoder()
    made = embed_pairs(encoder, pairs_of(files), texts=True)
    clips = [resample(read_audio(path), 16_000) for path in files]
    np.testing.assert_array_equal(made.audio, encoder.embed(clips))
    np.testing.assert_array_equal(made.text, [[6, ord("c")]] * 5)
    assert made.audio.dtype == made.text.dtype == np.float32
    assert made.kept.tolist() == [0, 1, 2, 3, 4]
    assert made.failures == {}


def test_no_pairs_make_empty_arrays():
    made = embed_pairs(CountingEncoder(), [], texts=True)
    assert (made.audio.shape, made.text.shape, made.kept.shape) == ((0, 2, 3), (0, 2), (0,))


def test_a_bad_clip_fails_alone(files, tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF but not for long")
    bad = [Pair(tmp_path / name, "x", id=name) for name in ("broken.wav", "lost.wav", "gone.wav")]
    bad.append(Pair(clip(0.02), "x", id="short"))
    good = pairs_of(files)
    made = embed_pairs(CountingEncoder(), [good[0], *bad, *good[1:]])
    np.testing.assert_array_equal(made.audio, embed_pairs(CountingEncoder(), good).audio)
    assert made.kept.tolist() == [0, 5, 6, 7, 8]
    assert {name: failure.code for name, failure in made.failures.items()} == {
        "broken.wav": "audio_not_audio",
        "lost.wav": "audio_missing",
        "gone.wav": "audio_missing",
        "short": "too_short",
    }
    # Each is named, though neither has a content by which to tell them apart.
    assert made.failures["lost.wav"].message.startswith("lost.wav")
    assert made.failures["gone.wav"].message.startswith("gone.wav")


def test_a_clip_that_the_encoder_cannot_take_fails_alone(files):
    whole = embed_pairs(CountingEncoder(), pairs_of(files)).audio
    picky = CountingEncoder(fails_on=lambda heard: heard.duration == 1.0)
    made = embed_pairs(picky, pairs_of(files))
    np.testing.assert_array_equal(made.audio, whole[[0, 1, 3, 4]])
    assert made.failures["2"].code == "encoder_failed"
    assert "told to fail" in made.failures["2"].message


def test_an_embedding_that_is_not_finite_is_a_failure(files):
    class Dividing(CountingEncoder):
        def embed(self, clips):
            made = super().embed(clips)
            made[[clip.duration == 1.0 for clip in clips]] = np.nan
            return made

    made = embed_pairs(Dividing(), pairs_of(files))
    assert made.failures["2"].code == "not_finite"
    assert np.isfinite(made.audio).all()


def test_an_encoder_that_is_gone_ends_the_call(files):
    class Gone(CountingEncoder):
        def embed(self, clips):
            raise BackboneError("gone")

    with pytest.raises(BackboneError):
        embed_pairs(Gone(), pairs_of(files))


def test_an_empty_caption_fails_alone_and_only_where_captions_are_wanted(files):
    pairs = [*pairs_of(files), Pair(files[0], " ...", id="nothing")]
    made = embed_pairs(CountingEncoder(), pairs, texts=True)
    assert made.failures["nothing"].code == "caption_empty"
    assert made.text.shape == (5, 2)
    assert embed_pairs(CountingEncoder(), pairs).failures == {}


def test_captions_need_a_text_tower(files):
    with pytest.raises(UsageError, match="no text tower"):
        embed_pairs(load_encoder("log-mel"), pairs_of(files), texts=True)


def test_a_segment_is_embedded_as_the_clip_it_is(files):
    pair = Pair(files[4], "part", meta={"start_time": 0.5, "end_time": 1.25})
    made = embed_pairs(CountingEncoder(), [pair, Pair(files[4], "whole")])
    part = resample(segment(read_audio(files[4]), pair.meta), 16_000)
    np.testing.assert_array_equal(made.audio[0], CountingEncoder().embed([part])[0])
    assert made.audio[0, 0, 2] == pytest.approx(0.75, abs=1e-3)
    assert made.audio[1, 0, 2] == pytest.approx(1.5, abs=1e-3)


@pytest.mark.parametrize("order", [1, -1])
def test_a_segment_without_length_fails_alone(files, order):
    """Whichever comes first, it neither takes the whole clip's embedding nor gives the whole clip its failure."""
    pairs = [Pair(files[4], "x", id="none", meta={"end_time": 0}), Pair(files[4], "x", id="whole")][::order]
    made = embed_pairs(CountingEncoder(), pairs)
    assert [pairs[place].id for place in made.kept] == ["whole"]
    assert made.failures["none"].code == "segment_outside"


def test_a_clip_that_comes_several_times_is_embedded_once(files, decodes):
    encoder = CountingEncoder()
    pairs = [Pair(files[0], f"caption {index}") for index in range(6)]
    made = embed_pairs(encoder, pairs)
    assert (encoder.clips, len(decodes)) == (1, 1)
    assert (made.audio == made.audio[0]).all()


def test_a_second_call_decodes_nothing(files, tmp_path, decodes):
    with EmbeddingCache(tmp_path / "cache") as cache:
        first = embed_pairs(CountingEncoder(), pairs_of(files), texts=True, cache=cache)
        assert len(decodes) == 5
    decodes.clear()
    again = CountingEncoder()
    with EmbeddingCache(tmp_path / "cache") as cache:
        second = embed_pairs(again, pairs_of(files), texts=True, cache=cache)
    assert (decodes, again.clips, again.captions) == ([], 0, 0)
    np.testing.assert_array_equal(first.audio, second.audio)
    np.testing.assert_array_equal(first.text, second.text)


def test_only_what_changed_is_made_anew(files, tmp_path, decodes):
    pairs = pairs_of(files)
    with EmbeddingCache(tmp_path / "cache") as cache:
        embed_pairs(CountingEncoder(), pairs, cache=cache)
        decodes.clear()
        soundfile.write(files[3], tone(2.0, 999.0), 16_000)
        assert embed_pairs(CountingEncoder(), pairs, cache=cache).audio[3, 0, 2] == 2.0
        assert decodes == [files[3]]
        decodes.clear()
        pairs[2] = Pair(files[2], "clip", id="2", meta={"end_time": 0.5})
        assert embed_pairs(CountingEncoder(), pairs, cache=cache).audio[2, 0, 2] == pytest.approx(0.5, abs=1e-3)
        assert decodes == [files[2]]


def test_another_encoder_gets_nothing_of_the_first_ones(files, tmp_path, decodes):
    with EmbeddingCache(tmp_path / "cache") as cache:
        embed_pairs(CountingEncoder(), pairs_of(files), cache=cache)
        decodes.clear()
        made = embed_pairs(CountingEncoder(version=3), pairs_of(files), cache=cache)
        assert len(decodes) == 5
        np.testing.assert_array_equal(made.audio[:, 1], made.audio[:, 0] * 3)
        assert len(cache) == 10


def test_a_failure_is_not_kept(tmp_path):
    pair = Pair(tmp_path / "later.wav", "x", id="later")
    with EmbeddingCache(tmp_path / "cache") as cache:
        assert "later" in embed_pairs(CountingEncoder(), [pair], cache=cache).failures
        soundfile.write(tmp_path / "later.wav", tone(1.0), 16_000)
        assert embed_pairs(CountingEncoder(), [pair], cache=cache).kept.tolist() == [0]


def test_log_mel_embeds_real_pairs(files):
    made = embed_pairs(load_encoder("log-mel"), pairs_of(files))
    assert made.audio.shape == (5, 1, 388)
    assert np.isfinite(made.audio).all()
