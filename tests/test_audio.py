import hashlib
import io
import os
import socket
import threading
import unicodedata

import numpy as np
import pytest
import soundfile

from earwitness.audio import DEFAULT_LIMITS, Limits, content_hash, from_array, read_audio
from earwitness.errors import AudioError
from earwitness.types import NO_AUDIO, Audio

RATE = 16_000
ENCODINGS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}


def noise(seconds=2.0, channels=1, seed=0, rate=RATE):
    samples = np.random.default_rng(seed).uniform(-0.4, 0.4, (int(seconds * rate), channels))
    return samples[:, 0] if channels == 1 else samples


def encoded(samples, kind="wav", rate=RATE, subtype=None):
    container, default = ENCODINGS.get(kind, (kind.upper(), None))
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=container, subtype=subtype or default)
    return file.getvalue()


def refusal(source, **options):
    """The code and the text with which a source is refused."""
    with pytest.raises(AudioError) as caught:
        read_audio(source, **options)
    return caught.value.code, str(caught.value)


class TestFormats:
    @pytest.mark.parametrize(
        ("kind", "subtype"), [("wav", "PCM_24"), ("wav", "FLOAT"), ("wav", "DOUBLE"), ("flac", "PCM_24")]
    )
    def test_fine_encodings_give_back_the_samples(self, kind, subtype):
        samples = noise()
        audio = read_audio(encoded(samples, kind, subtype=subtype))
        assert audio.sample_rate == RATE
        assert audio.samples.dtype == np.float32
        np.testing.assert_allclose(audio.samples, samples, atol=2**-23)
        assert audio.flags == ()

    def test_mu_law_keeps_its_thirteen_bits(self):
        samples = noise()
        audio = read_audio(encoded(samples, "wav", subtype="ULAW"))
        # The coarsest step of mu-law under half scale is 2^-6 of full scale; half of it is the error.
        np.testing.assert_allclose(audio.samples, samples, atol=2**-6)

    @pytest.mark.parametrize("kind", ENCODINGS)
    def test_every_format_hears_the_same_tone(self, kind):
        tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)
        audio = read_audio(encoded(tone, kind))
        spectrum = np.abs(np.fft.rfft(audio.samples))
        assert spectrum.argmax() / audio.duration == pytest.approx(440, abs=0.5)
        assert audio.duration == pytest.approx(2.0, abs=0.001)
        assert audio.flags == ()

    def test_a_file_is_judged_by_its_content_not_by_its_name(self, tmp_path):
        path = tmp_path / "really_a_wav.raw"
        path.write_bytes(encoded(noise()))
        assert read_audio(path).duration == 2.0
        assert read_audio(str(path)).sha256 == read_audio(path.read_bytes()).sha256

    def test_an_id3_tag_before_a_flac_is_passed_over(self):
        tag = b"ID3\x04\0\0\0\0\x01\0" + bytes(128)
        plain = read_audio(encoded(noise(), "flac"))
        assert read_audio(tag + encoded(noise(), "flac")).sha256 == plain.sha256


class TestRefusedSources:
    """A1: each is a typed error; the texts name the file and the way out."""

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "audio_empty"),
            (b"\x00" * 20, "audio_not_audio"),
            (b"just some text, twenty", "audio_not_audio"),
            (b"<!DOCTYPE html><html><body>404 not found</body></html>", "audio_not_audio"),
            (encoded(np.zeros(0)), "audio_empty"),
            (encoded(np.zeros(0), "flac"), "audio_empty"),
            (encoded(noise())[:20], "audio_truncated"),
            (encoded(noise(), "ogg")[:20], "audio_truncated"),
            (encoded(noise(), "flac")[:20], "audio_truncated"),
            (encoded(noise(), "aiff", subtype="PCM_16"), "audio_format"),
            (b"\0\0\0\x20ftypM4A " + bytes(64), "audio_format"),
            (b"\xff\xf1\x50\x80" + bytes(64), "audio_format"),
            (b"ID3\x04\0\0\0\0\0\x10" + bytes(16) + b"\xff\xf1\x50\x80" + bytes(64), "audio_format"),
            (b"0&\xb2u\x8ef\xcf\x11" + bytes(64), "audio_format"),
            (b"\x1aE\xdf\xa3" + bytes(64), "audio_format"),
        ],
        ids=range(15),
    )
    def test_what_is_not_a_clip(self, tmp_path, content, code):
        path = tmp_path / "rain.wav"
        path.write_bytes(content)
        found, text = refusal(path)
        assert found == code
        assert text.startswith("rain.wav ")
        assert refusal(content)[0] == code

    def test_a_directory(self, tmp_path):
        assert refusal(tmp_path)[0] == "audio_directory"

    def test_a_missing_file_and_a_dangling_link(self, tmp_path):
        (tmp_path / "link.wav").symlink_to(tmp_path / "gone.wav")
        assert refusal(tmp_path / "rain.wav") == (
            "audio_missing",
            f"rain.wav is not there: looked in {tmp_path.name}.",
        )
        assert "link to a file that is not there" in refusal(tmp_path / "link.wav")[1]

    def test_a_pipe_is_refused_without_waiting_for_its_writer(self, tmp_path):
        pipe = tmp_path / "pipe.wav"
        os.mkfifo(pipe)
        codes = []
        reader = threading.Thread(target=lambda: codes.append(refusal(pipe)[0]), daemon=True)
        reader.start()
        reader.join(10)
        assert codes == ["audio_fifo"]

    def test_devices_and_sockets(self, tmp_path):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(tmp_path / "socket.wav"))
            assert refusal(tmp_path / "socket.wav")[0] == "audio_device"
        assert refusal("/dev/zero")[0] == "audio_device"

    def test_a_file_that_may_not_be_read(self, tmp_path, monkeypatch):
        path = tmp_path / "rain.wav"
        path.write_bytes(encoded(noise()))

        # Not by its mode: tests may run as root, who may read everything.
        def refuse(*_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)
        assert refusal(path) == ("audio_unreadable", "rain.wav cannot be read: Permission denied.")

    def test_a_disk_that_fails_while_reading(self, tmp_path, monkeypatch):
        path = tmp_path / "rain.wav"
        path.write_bytes(encoded(noise()))

        class Failing(io.FileIO):
            def readinto(self, _):
                raise OSError(5, "Input/output error")

        monkeypatch.setattr(io, "FileIO", Failing)
        assert refusal(path) == ("audio_unreadable", "rain.wav cannot be read: Input/output error.")

    def test_a_name_with_a_nul(self):
        assert refusal("rain\0.wav")[0] == "audio_unreadable"


class TestStreams:
    """A3: written without knowing how long they would be."""

    @pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF - 36, 0x80000000])
    def test_a_wav_with_the_largest_size(self, size):
        whole = encoded(noise())
        streamed = bytearray(whole)
        streamed[40:44] = size.to_bytes(4, "little")
        audio = read_audio(bytes(streamed))
        assert audio.flags == ("streamed_size",)
        assert audio.sha256 == read_audio(whole).sha256

    def test_rf64(self):
        whole = read_audio(encoded(noise()))
        large = encoded(noise(), "rf64", subtype="PCM_16")
        assert read_audio(large).flags == ("rf64",)
        assert read_audio(large).sha256 == whole.sha256
        assert read_audio(large[: len(large) // 2]).flags == ("rf64", "truncated")

    def test_a_flac_of_unknown_length(self):
        whole = encoded(noise(), "flac")
        streamed = bytearray(whole)
        streamed[21] &= 0xF0
        streamed[22:26] = bytes(4)
        audio = read_audio(bytes(streamed))
        assert audio.flags == ("streamed_size",)
        assert audio.sha256 == read_audio(whole).sha256

    def test_chained_ogg_streams_are_refused_rather_than_half_heard(self):
        code, text = refusal(encoded(noise(), "ogg") + encoded(noise(seed=1), "ogg"))
        assert code == "audio_chained"
        assert "several Ogg streams" in text


class TestTruncation:
    """A2: libsndfile decodes half a WAV, Ogg or MP3 without a complaint."""

    @pytest.mark.parametrize("percent", [20, 30, 50, 70, 90, 99])
    @pytest.mark.parametrize("kind", ENCODINGS)
    def test_a_cut_file_is_flagged_with_what_is_left_of_it(self, kind, percent):
        whole = encoded(noise(8.0, channels=2), kind)
        audio = read_audio(whole[: len(whole) * percent // 100])
        assert "truncated" in audio.flags
        # An Ogg page of a second at most is lost, and one frame of FLAC or MP3.
        assert 8 * percent / 100 - 1.6 < audio.duration < min(8 * percent / 100 + 0.3, 8.0)

    @pytest.mark.parametrize("kind", ENCODINGS)
    def test_a_file_cut_within_its_header_is_refused(self, kind):
        assert refusal(encoded(noise(), kind)[:40])[0] == "audio_truncated"

    @pytest.mark.parametrize(("kind", "size"), [("ogg", 5_000), ("opus", 2_000)])
    def test_an_ogg_cut_within_its_first_page_of_sound_is_refused(self, kind, size):
        assert refusal(encoded(noise(8.0), kind)[:size])[0] == "audio_truncated"

    @pytest.mark.parametrize("kind", ENCODINGS)
    def test_a_cut_by_one_byte(self, kind):
        assert "truncated" in read_audio(encoded(noise(), kind)[:-1]).flags

    def test_chunks_after_the_samples_are_no_truncation(self):
        assert read_audio(encoded(noise()) + b"LIST\x04\0\0\0abcd").flags == ()

    def test_a_flac_that_promises_more_than_it_holds(self):
        lying = bytearray(encoded(noise(), "flac"))
        lying[22:26] = (4 * RATE).to_bytes(4, "big")
        audio = read_audio(bytes(lying))
        assert (audio.duration, audio.flags) == (2.0, ("truncated",))


class TestLimits:
    """A4, A6: from the header, and again on what is decoded."""

    @pytest.mark.parametrize(("rate", "code"), [(3_999, "audio_rate"), (384_001, "audio_rate")])
    def test_rates(self, rate, code):
        assert refusal(encoded(noise(), rate=rate))[0] == code

    @pytest.mark.parametrize("rate", [4_000, 384_000])
    def test_the_outermost_rates_are_read(self, rate):
        assert read_audio(encoded(noise(0.5, rate=rate), rate=rate)).sample_rate == rate

    def test_channels(self):
        assert read_audio(encoded(noise(0.1, channels=8))).duration == pytest.approx(0.1)
        code, text = refusal(encoded(noise(0.1, channels=9)))
        assert code == "audio_channels"
        assert "has 9 channels; 1 to 8 are read" in text

    @pytest.mark.parametrize("kind", ENCODINGS)
    def test_duration(self, kind):
        limits = Limits(max_duration=1.5)
        assert refusal(encoded(noise(), kind), limits=limits)[0] == "audio_too_long"
        assert read_audio(encoded(noise(1.4), kind), limits=limits).duration == pytest.approx(1.4, abs=0.1)

    def test_decoded_bytes(self):
        whole = encoded(noise(channels=2), "flac")
        assert read_audio(whole, limits=Limits(max_bytes=2 * RATE * 2 * 4)).duration == 2.0
        assert refusal(whole, limits=Limits(max_bytes=2 * RATE * 2 * 4 - 1))[0] == "audio_too_large"

    @pytest.mark.parametrize("total", [2**36 - 1, 2**31])
    def test_a_bomb_is_refused_from_its_header(self, total, monkeypatch):
        bomb = bytearray(encoded(noise(), "flac"))
        bomb[21] = bomb[21] & 0xF0 | total >> 32
        bomb[22:26] = (total & 0xFFFFFFFF).to_bytes(4, "big")
        monkeypatch.setattr(soundfile.SoundFile, "read", None)  # nothing may be decoded
        assert refusal(bytes(bomb))[0] == "audio_too_long"

    def test_a_header_that_gives_no_length_is_held_to_the_limit_while_decoding(self):
        streamed = bytearray(encoded(noise(), "flac"))
        streamed[21] &= 0xF0
        streamed[22:26] = bytes(4)
        assert refusal(bytes(streamed), limits=Limits(max_duration=1.5))[0] == "audio_too_long"
        assert refusal(bytes(streamed), limits=Limits(max_bytes=2 * RATE * 4 - 1))[0] == "audio_too_large"

    def test_the_defaults(self):
        assert (DEFAULT_LIMITS.max_duration, DEFAULT_LIMITS.max_bytes) == (600.0, 256 * 2**20)


class TestFlags:
    """A5: silence is scored and flagged; a sample that is not a number is an error."""

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("place", [0, 1_000, -1])
    def test_a_sample_that_is_no_number(self, bad, place):
        samples = noise(3.0)
        samples[place] = bad
        assert refusal(encoded(samples, subtype="FLOAT"))[0] == "audio_nonfinite"

    def test_channels_whose_sum_is_too_large(self):
        huge = np.full((RATE, 2), 3e38)
        assert refusal(encoded(huge, subtype="FLOAT"))[0] == "audio_nonfinite"

    def test_silence(self):
        assert read_audio(encoded(np.zeros(RATE))).flags == ("silent",)
        one_step = np.random.default_rng(0).choice([-(2.0**-15), 0.0, 2.0**-15], RATE)
        assert read_audio(encoded(one_step)).flags == ("silent",)
        quiet = 10 ** (-60 / 20) * np.sin(np.arange(RATE) * 0.1)
        assert read_audio(encoded(quiet)).flags == ()

    def test_too_short(self):
        assert read_audio(encoded(noise(0.0999))).flags == ("too_short",)
        assert read_audio(encoded(noise(0.1))).flags == ()

    def test_clipping(self):
        tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
        assert read_audio(encoded(np.clip(1.5 * tone, -1, 1))).flags == ("clipped",)
        assert read_audio(encoded(1.5 * tone, subtype="FLOAT")).flags == ("clipped",)
        assert read_audio(encoded(tone)).flags == ()  # full scale, but round

    def test_clipping_in_one_channel_is_not_lost_in_the_mix(self):
        tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
        both = np.stack([np.clip(1.5 * tone, -1, 1), 0.1 * tone], axis=1)
        assert read_audio(encoded(both)).flags == ("clipped",)

    def test_dc_offset(self):
        assert read_audio(encoded(noise() + 0.1)).flags == ("dc_offset",)

    @pytest.mark.parametrize(("kept", "flags"), [(0.0, ("anti_phase", "silent")), (0.3, ("anti_phase",)), (1.0, ())])
    def test_channels_that_cancel(self, kept, flags):
        same, other = noise(), noise(seed=1)
        assert read_audio(encoded(np.stack([same, -same + kept * other], axis=1), subtype="FLOAT")).flags == flags

    def test_unrelated_channels_do_not_cancel(self):
        assert read_audio(encoded(noise(channels=8))).flags == ()


class TestMixing:
    """A10."""

    @pytest.mark.parametrize("kind", ["wav", "flac"])
    def test_duplicated_stereo_is_its_mono(self, kind):
        mono = noise()
        stereo = np.stack([mono, mono], axis=1)
        assert read_audio(encoded(stereo, kind)).sha256 == read_audio(encoded(mono, kind)).sha256

    @pytest.mark.parametrize("channels", [2, 3, 6, 8])
    def test_the_mix_is_the_mean(self, channels):
        samples = noise(5.0, channels)
        mixed = read_audio(encoded(samples, subtype="FLOAT")).samples
        np.testing.assert_allclose(mixed, samples.mean(axis=1), atol=1e-7)


class TestNames:
    """A8."""

    @pytest.mark.parametrize(
        "name",
        [
            unicodedata.normalize("NFC", "Ärger.wav"),
            unicodedata.normalize("NFD", "Ärger.wav"),
            "🐕 bellt.wav",
            "two\nlines.wav",
            "a" * 251 + ".wav",
            "-rf.wav",
            " spaces .wav",
            "100%d.wav",
            "狗叫.wav",
            os.fsdecode(b"not utf8 \xff.wav"),
        ],
        ids=range(10),
    )
    def test_odd_names(self, tmp_path, name):
        path = tmp_path / name
        path.write_bytes(encoded(noise()))
        assert read_audio(path).duration == 2.0
        path.write_bytes(b"text")
        text = refusal(path)[1]
        assert text.isprintable()
        assert text.encode("utf-8")

    def test_a_name_that_is_too_long(self, tmp_path):
        assert refusal(tmp_path / ("a" * 256))[0] == "audio_unreadable"


class TestIdentity:
    def test_the_hash_is_of_rate_and_samples(self):
        samples = np.array([0.25, -0.5], np.float32)
        # 0.25 and -0.5 as little-endian IEEE single precision.
        by_hand = b"16000\0" + bytes.fromhex("0000803e000000bf")
        assert content_hash(samples, 16_000) == hashlib.sha256(by_hand).hexdigest()

    def test_the_same_sound_has_the_same_hash_in_any_lossless_file(self):
        samples = np.round(noise() * 2**15).astype(np.int16)
        hashes = {read_audio(encoded(samples, kind)).sha256 for kind in ("wav", "flac", "rf64")}
        assert len(hashes) == 1

    def test_another_sample_has_another_hash(self):
        samples = noise()
        before = from_array(samples, RATE).sha256
        samples[-1] = 0.0
        assert from_array(samples, RATE).sha256 != before

    def test_resampling_on_reading_keeps_the_hash_of_the_file(self):
        whole = read_audio(encoded(noise(), rate=44_100))
        resampled = read_audio(encoded(noise(), rate=44_100), sample_rate=RATE)
        assert (resampled.sha256, resampled.sample_rate) == (whole.sha256, RATE)


class TestGivenAudio:
    def test_it_passes_as_it_is(self):
        audio = from_array(noise(), RATE)
        assert read_audio(audio) is audio

    @pytest.mark.parametrize(
        ("samples", "code"),
        [
            (np.zeros((2, 100), np.float32), "audio_shape"),
            (np.zeros(100), "audio_shape"),
            (np.zeros(0, np.float32), "audio_empty"),
            (np.array([0, np.nan], np.float32), "audio_nonfinite"),
            (np.zeros(601 * RATE, np.float32), "audio_too_long"),
        ],
        ids=range(5),
    )
    def test_what_an_audio_should_not_be(self, samples, code):
        assert refusal(Audio(samples, RATE, "hash"))[0] == code


class TestFromArray:
    @pytest.mark.parametrize(
        "samples", [noise(), [0.0, 0.5], (noise(), RATE), None], ids=["array", "list", "tuple", "None"]
    )
    def test_samples_are_no_file(self, samples):
        """A12."""
        code, text = refusal(samples)
        assert code == "audio_no_rate"
        assert "from_array(samples, sample_rate)" in text

    """A12: nothing is guessed."""

    @staticmethod
    def refused(*arguments, **options):
        with pytest.raises(AudioError) as caught:
            from_array(*arguments, **options)
        return caught.value.code

    def test_a_rate_is_needed(self):
        assert self.refused(noise(), None) == "audio_no_rate"
        assert self.refused(noise(), 16_000.0) == "audio_rate"
        assert self.refused(noise(), 0) == "audio_rate"
        assert from_array(noise(), np.int64(RATE)).sha256 == from_array(noise(), RATE).sha256

    def test_two_axes_must_be_named(self):
        stereo = noise(channels=2)
        assert self.refused(stereo, RATE) == "audio_shape"
        assert self.refused(stereo, RATE, channel_axis=2) == "audio_shape"
        assert self.refused(noise(), RATE, channel_axis=0) == "audio_shape"
        assert self.refused(0.5, RATE) == "audio_shape"
        by_last = from_array(stereo, RATE, channel_axis=1)
        by_first = from_array(stereo.T, RATE, channel_axis=0)
        assert by_last.sha256 == by_first.sha256
        np.testing.assert_allclose(by_last.samples, stereo.mean(axis=1), atol=1e-7)

    def test_types(self):
        floats = noise()
        steps = np.round(floats * 2**15).astype(np.int16)
        assert from_array(steps, RATE).sha256 == read_audio(encoded(steps)).sha256
        np.testing.assert_allclose(from_array((floats * 2**31).astype(np.int32), RATE).samples, floats, atol=1e-7)
        for dtype in (np.uint8, np.int64, np.complex64, np.bool_):
            assert self.refused(np.ones(100, dtype), RATE) == "audio_dtype"

    def test_empty_and_not_finite(self):
        assert self.refused([], RATE) == "audio_empty"
        assert self.refused([0.0, np.nan], RATE) == "audio_nonfinite"
        assert self.refused([0.0, 1e300], RATE) == "audio_nonfinite"

    def test_the_array_stays_the_callers(self):
        samples = noise().astype(np.float32)
        audio = from_array(samples, RATE)
        samples[:] = 0
        assert audio.samples.any()


def test_no_audio_is_nothing_to_listen_to():
    with pytest.raises(AudioError, match="there is no audio to listen to") as caught:
        read_audio(NO_AUDIO)
    assert caught.value.code == "no_audio"
