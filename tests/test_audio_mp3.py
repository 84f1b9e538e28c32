"""MP3: frames counted by their headers, where the decoder's own count is a guess or a lie."""

import io

import numpy as np
import pytest
import soundfile

from earwitness.audio import Limits, from_array, read_audio
from earwitness.audio.mp3 import parse_frame
from earwitness.errors import AudioError

RATE = 16_000
FRAME = 576 / RATE  # MPEG 2 at 16 kHz


def loud_then_silent(seconds=20.0):
    """Variable bit rate gives the first quarter far more bytes than the rest."""
    samples = np.random.default_rng(0).uniform(-0.4, 0.4, int(seconds * RATE))
    samples[len(samples) // 4 :] = 0
    samples[-RATE:] = 0.25 * np.sin(np.arange(RATE) * 0.2)
    return samples


def mp3(samples, bitrate_mode="VARIABLE"):
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode=bitrate_mode)
    return file.getvalue()


def frames(data):
    """Where each frame starts, by the lengths in their headers."""
    places, place = [], 0
    while (frame := parse_frame(data[place : place + 4])) is not None:
        places.append(place)
        place += frame.length
    return places


WHOLE = mp3(loud_then_silent())
STARTS = frames(WHOLE)
HEADERLESS = WHOLE[STARTS[1] :]


@pytest.mark.parametrize(
    ("header", "length", "samples", "rate"),
    [
        # 144 * 128000 / 44100 = 417.96; 72 * 64000 / 16000 = 288; 72 * 8000 / 8000 = 72 and one of padding.
        ("fffb9044", 417, 1152, 44_100),
        ("fff388c4", 288, 576, 16_000),
        ("ffe31ac4", 73, 576, 8_000),
    ],
)
def test_a_frame_by_hand(header, length, samples, rate):
    frame = parse_frame(bytes.fromhex(header))
    assert (frame.length, frame.samples, frame.sample_rate) == (length, samples, rate)


@pytest.mark.parametrize("header", ["fffb", "fefb9044", "fffd9044", "ffebf044", "fffbf044", "fffb9c44"])
def test_what_starts_no_frame(header):
    # In turn: too short, no sync, Layer II, reserved version, forbidden bit rate, forbidden sample rate.
    assert parse_frame(bytes.fromhex(header)) is None


def test_the_encoders_own_count_is_ours():
    promised = int.from_bytes(WHOLE[WHOLE.index(b"Xing") + 8 :][:4], "big")
    assert len(STARTS) - 1 == promised


def test_without_its_header_all_of_a_variable_rate_file_is_heard():
    alone = soundfile.read(io.BytesIO(HEADERLESS))[0]
    assert len(alone) / RATE < 10  # what libsndfile makes of it: it guesses the length from the first frame
    audio = read_audio(HEADERLESS)
    assert audio.duration == pytest.approx(20, abs=3 * FRAME)
    assert audio.flags == ()
    whole = read_audio(WHOLE)
    assert np.abs(audio.samples[-RATE // 2 :]).max() == pytest.approx(
        np.abs(whole.samples[-RATE // 2 :]).max(), abs=0.01
    )


def test_files_put_end_to_end_are_heard_to_the_end():
    tag = b"ID3\x04\0\0\0\0\x01\0" + bytes(128)
    for between in (b"", tag, b"TAG" + bytes(125)):
        audio = read_audio(WHOLE + between + WHOLE)
        assert audio.duration == pytest.approx(40, abs=5 * FRAME)
        assert audio.flags == ()


@pytest.mark.parametrize("tail", [b"TAG" + bytes(125), b"APETAGEX" + bytes(200), bytes(5_000)])
def test_tags_and_padding_at_the_end_are_no_truncation(tail):
    assert read_audio(WHOLE + tail).flags == ()
    assert read_audio(WHOLE + tail).sha256 == read_audio(WHOLE).sha256


def test_a_picture_before_the_sound_is_passed_over():
    picture = np.random.default_rng(0).bytes(100_000)
    size = len(picture)
    tag = b"ID3\x03\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    assert read_audio(tag + picture + WHOLE).sha256 == read_audio(WHOLE).sha256


class TestTruncation:
    def test_between_two_frames_the_count_tells(self):
        assert "truncated" in read_audio(WHOLE[: STARTS[-1]]).flags

    @pytest.mark.parametrize("left", [1, 2, 3, 4, 20])
    def test_within_a_frame_the_frame_tells(self, left):
        assert "truncated" in read_audio(HEADERLESS[: STARTS[300] - STARTS[1] + left]).flags

    def test_between_two_frames_without_a_count_nothing_can_tell(self):
        """Documented, not claimed: such a file is a whole MP3."""
        assert read_audio(HEADERLESS[: STARTS[300] - STARTS[1]]).flags == ()

    def test_the_decoder_does_not_complain_on_stderr(self, capfd):
        read_audio(WHOLE[: len(WHOLE) // 2])
        assert capfd.readouterr().err == ""


def test_a_hole_in_the_middle_is_flagged():
    damaged = WHOLE[: STARTS[200]] + bytes(3_000) + WHOLE[STARTS[220] :]
    assert "truncated" in read_audio(damaged).flags


def test_a_length_that_is_only_counted_is_held_to_the_limit():
    with pytest.raises(AudioError) as caught:
        read_audio(HEADERLESS, limits=Limits(max_duration=15))
    assert caught.value.code == "audio_too_long"


def test_a_file_too_large_for_its_limit_is_not_read():
    small = Limits(max_duration=0.1)
    with pytest.raises(AudioError) as caught:
        read_audio(WHOLE + bytes(17 * 2**20), limits=small)
    assert caught.value.code == "audio_too_large"


@pytest.mark.parametrize("junk", [b"\xff" * 2**20, b"\xff\xfb\x90\x00" * 2**18], ids=["sync", "headers"])
def test_junk_that_looks_like_frames_is_not_counted_as_sound(junk):
    audio = read_audio(WHOLE[: STARTS[200]] + junk)
    assert audio.duration < 21
    assert "truncated" in audio.flags


def test_the_sound_is_the_one_that_went_in():
    samples = from_array(loud_then_silent(), RATE).samples
    heard = read_audio(WHOLE).samples
    assert len(heard) == len(samples)
    assert np.corrcoef(heard[-RATE // 2 :], samples[-RATE // 2 :])[0, 1] > 0.99
