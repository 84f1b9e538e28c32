"""What is known of a signal is found in it, and a script that says something else is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from earwitness.scenes.analysis.harmony import kick_level, low_pitch, pitch_of, third
from earwitness.scenes.analysis.levels import SILENCE, sounding_level
from earwitness.scenes.analysis.onsets import beginning, hides, stretches
from earwitness.scenes.analysis.pitch import median_pitch
from earwitness.scenes.analysis.spectra import power_frames
from earwitness.scenes.analysis.tempo import tempo
from earwitness.scenes.music import MELLOW, Piece, Timbre, add, play, strike
from earwitness.scenes.recovery.agreement import agreement, syllables
from earwitness.scenes.recovery.readings import MEASURES, TOLERANCES, Reading
from earwitness.scenes.synthesis import Samples

RATE = 16_000
Script = dict[str, Any]


def time(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * RATE)) / RATE


def noise(seconds: float, level_db: float = 0.0, seed: int = 0) -> Samples:
    drawn = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    return (10 ** (level_db / 20) * drawn).astype(np.float32)


def tone(seconds: float, level_db: float, hertz: float = 440.0) -> Samples:
    return (10 ** (level_db / 20) * np.sqrt(2) * np.sin(2 * np.pi * hertz * time(seconds))).astype(np.float32)


# --- levels --------------------------------------------------------------------------------------------------------


def test_a_level_is_that_of_what_sounds():
    silence = np.zeros(RATE, np.float32)
    assert sounding_level(np.concatenate([silence, tone(0.5, -30.0), silence]), RATE) == pytest.approx(-30.0, abs=0.1)


@pytest.mark.parametrize("below", [0.0, 6.0, 12.0])
def test_noise_is_taken_away_by_its_power(below: float):
    heard = tone(2.0, -30.0) + noise(2.0, -30.0 - below)
    under = 10 ** ((-30.0 - below) / 10)
    assert sounding_level(heard, RATE, under) == pytest.approx(-30.0, abs=0.3)
    assert sounding_level(heard, RATE) == pytest.approx(-30.0 + 10 * np.log10(1 + 10 ** (-below / 10)), abs=0.3)


def test_nothing_is_silence():
    assert sounding_level(np.zeros(RATE, np.float32), RATE) == SILENCE


# --- onsets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("onset", [0.3, 0.5, 1.234])
def test_a_tone_is_found_where_it_is(onset: float):
    heard = np.concatenate([noise(onset, -70.0), tone(0.4, -25.0), noise(1.0, -70.0, seed=1)])
    (found,) = stretches(heard, RATE, 10**-7.0)
    assert found == pytest.approx((onset, onset + 0.4), abs=0.02)
    assert beginning(heard, RATE, 10**-7.0) == pytest.approx(onset, abs=0.02)


def test_a_sound_begins_while_another_dies_away():
    dying = tone(1.0, -20.0) * np.exp(-5 * time(1.0)).astype(np.float32)
    heard = np.concatenate([dying, tone(0.5, -20.0, 700.0)])
    assert beginning(heard[RATE // 5 :], RATE) == pytest.approx(0.8, abs=0.02)


def test_silence_has_no_beginning():
    assert beginning(np.zeros(RATE, np.float32), RATE) is None
    assert stretches(np.zeros(RATE, np.float32), RATE) == []


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_bursts_are_counted(count: int):
    one = np.concatenate([noise(0.2, -20.0), np.zeros(round(0.3 * RATE), np.float32)])
    assert len(stretches(np.tile(one, count), RATE)) == count


def test_noise_hides_what_it_is_near_to():
    heard = np.concatenate([np.zeros(RATE, np.float32), tone(0.5, -30.0)])
    assert hides(10**-4.0, heard, RATE)
    assert not hides(10**-7.0, heard, RATE)


# --- pitch ---------------------------------------------------------------------------------------------------------


def buzz(hertz: float, partials: range, vibrato: float = 0.0) -> Samples:
    """Partials of a tone of two seconds that sways by so large a share five times a second."""
    phase = 2 * np.pi * hertz * time(2.0) + hertz * vibrato / 5 * np.sin(2 * np.pi * 5 * time(2.0))
    return sum(np.sin(number * phase) / number for number in partials).astype(np.float32)


@pytest.mark.parametrize("hertz", [65.0, 82.0, 110.0, 196.0, 262.0, 392.0, 480.0])
@pytest.mark.parametrize("snr", [60.0, 10.0])
def test_the_pitch_of_a_voice_that_sways(hertz: float, snr: float):
    heard = buzz(hertz, range(1, 9), vibrato=0.03)
    level = 20 * np.log10(np.sqrt(np.square(heard).mean())) - snr
    assert median_pitch(heard + noise(2.0, level), RATE) == pytest.approx(hertz, rel=0.02)


@pytest.mark.parametrize("hertz", [90.0, 150.0, 240.0])
def test_a_missing_fundamental_is_heard(hertz: float):
    assert median_pitch(buzz(hertz, range(3, 6)), RATE) == pytest.approx(hertz, rel=0.02)


def test_noise_has_no_pitch():
    assert median_pitch(noise(2.0), RATE) is None


def test_what_is_too_short_has_no_pitch():
    assert median_pitch(tone(0.02, -20.0), RATE) is None


# --- spectra -------------------------------------------------------------------------------------------------------


def test_frames_are_centred_on_every_hop_from_the_first_sample_on():
    click = np.zeros(RATE, np.float32)
    click[RATE // 2] = 1.0
    power = power_frames(click, RATE, 0.02, 0.01).sum(axis=1)
    assert len(power) == 101
    assert np.flatnonzero(power > 1e-6 * power.max()).tolist() == [50]


def test_finer_bins_lie_between_the_others_and_change_none():
    heard = noise(0.5)
    coarse, fine = (power_frames(heard, RATE, 0.02, 0.01, finer=finer) for finer in (1, 2))
    assert (coarse.shape[1], fine.shape[1]) == (161, 321)
    np.testing.assert_allclose(fine[:, ::2], coarse, rtol=1e-9, atol=1e-9)


# --- tempo ---------------------------------------------------------------------------------------------------------


def beats(a_minute: float, seconds: float = 6.0, accent: float = 1.0) -> Samples:
    """Strikes of noise, the second of each two softer by a factor."""
    rng = np.random.default_rng(0)
    played = np.zeros(round(seconds * RATE))
    for number in range(int(seconds * a_minute / 60)):
        add(played, number * 60 / a_minute, strike(rng) * (accent if number % 2 else 1.0))
    return (0.05 * played).astype(np.float32)


@pytest.mark.parametrize("a_minute", [60, 72, 90, 110, 130, 144, 160, 180])
@pytest.mark.parametrize("accent", [1.0, 0.5, 0.25], ids=["even", "accented", "strongly"])
def test_clicks_are_counted_by_beats_and_not_by_bars(a_minute: float, accent: float):
    assert tempo(beats(a_minute, accent=accent) + noise(6.0, -70.0), RATE) == pytest.approx(a_minute, rel=0.01)


@pytest.mark.parametrize("a_minute", [58, 70, 105, 150, 172])
@pytest.mark.parametrize("struck", [True, False])
def test_music_has_its_tempo(a_minute: float, struck: bool):
    rng = np.random.default_rng(a_minute)
    piece = Piece(a_minute, "minor", 4, root=2, beat=struck)
    assert tempo(play(piece, 7.0, Timbre.draw(rng, MELLOW), rng), RATE) == pytest.approx(a_minute, rel=0.02)


def test_what_never_comes_back_has_no_tempo():
    assert tempo(np.zeros(4 * RATE, np.float32), RATE) is None
    assert tempo(tone(4.0, -20.0), RATE) is None
    assert tempo(noise(4.0, -20.0), RATE) is None


# --- harmony -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["minor", "major"])
@pytest.mark.parametrize("octave", [3, 4, 5])
@pytest.mark.parametrize("root", [0, 5, 10])
def test_the_third_of_a_key(mode: Any, octave: int, root: int):
    rng = np.random.default_rng(root)
    heard = play(Piece(100, mode, octave, root), 6.0, Timbre.draw(rng, MELLOW), rng)
    assert third(heard, RATE, root, 12 * (octave + 1) + 6) == {"minor": 3, "major": 4}[mode]


def test_low_notes_are_told_from_high_ones():
    rng = np.random.default_rng(0)
    low, high = (play(Piece(100, "major", octave, 0), 4.0, Timbre.draw(rng, MELLOW), rng) for octave in (2, 5))
    assert 35.5 < low_pitch(low, RATE) < 47.5
    assert 71.5 < low_pitch(high, RATE) < 83.5


def test_a_kick_drum_is_heard_where_nothing_else_sounds():
    assert kick_level(tone(1.0, -20.0, 50.0) + tone(1.0, -20.0), RATE) == pytest.approx(-3.0, abs=0.1)
    assert kick_level(tone(1.0, -20.0), RATE) < -40


def test_pitches_are_counted_as_midi_does():
    assert pitch_of(261.63) == pytest.approx(60.0, abs=0.01)


# --- readings ------------------------------------------------------------------------------------------------------


def test_every_measure_has_a_tolerance_with_a_reason():
    assert set(TOLERANCES) == set(MEASURES)
    assert all(tolerance.reason for tolerance in TOLERANCES.values())


@pytest.mark.parametrize(
    ("reading", "agrees"),
    [
        (Reading("onset", "bell", 1.0, 1.05), True),
        (Reading("onset", "bell", 1.0, 0.94), False),
        (Reading("tempo", "", 100.0, 104.0), True),
        (Reading("tempo", "", 100.0, 105.0), False),
        (Reading("pitch", "voice", (100.0, 200.0), 208.0), True),
        (Reading("pitch", "voice", (100.0, 200.0), 212.0), False),
        (Reading("count", "bell", 2, 3), False),
        (Reading("count", "bell", 2, None, "it sounds together with rain"), None),
    ],
)
def test_agreement_is_within_the_tolerance(reading: Reading, agrees: bool | None):
    assert reading.agrees is agrees


# --- scripts -------------------------------------------------------------------------------------------------------


def event(label: str, onset: float, offset: float, level_db: float, role: str = "foreground") -> Script:
    return {"label": label, "onset": onset, "offset": offset, "level_db": level_db, "role": role}


def scene() -> tuple[Script, Samples]:
    """A tone, then three bursts, over soft noise."""
    heard = noise(5.0, -70.0)
    events = [event("tone", 0.6, 1.4, -24.0), *(event("burst", at, at + 0.3, -30.0) for at in (2.0, 2.8, 3.6))]
    sounds = [tone(0.8, -24.0), *(noise(0.3, -30.0, seed) for seed in (1, 2, 3))]
    for one, sound in zip(events, sounds, strict=True):
        start = round(one["onset"] * RATE)
        heard[start : start + len(sound)] += sound
    return {"events": events}, heard


def told(script: Script, heard: Samples, what: str) -> list[bool | None]:
    return [reading.agrees for reading in agreement(script, heard, RATE) if reading.what == what]


def test_a_right_script_agrees():
    script, heard = scene()
    readings = agreement(script, heard, RATE)
    assert all(reading.agrees for reading in readings)
    assert [reading.what for reading in readings].count("onset") == 4
    assert [reading.measured for reading in readings if reading.what == "count"] == [3]


@pytest.mark.parametrize("later", [0.2, -0.2])
def test_an_onset_shifted_by_200_ms_is_told(later: float):
    script, heard = scene()
    script["events"][0]["onset"] += later
    assert told(script, heard, "onset") == [False, True, True, True]


@pytest.mark.parametrize("longer", [0.2, -0.2])
def test_an_offset_shifted_by_200_ms_is_told(longer: float):
    script, heard = scene()
    script["events"][0]["offset"] += longer
    assert told(script, heard, "offset") == [False, True, True, True]


@pytest.mark.parametrize("off", [6.0, -6.0])
def test_a_level_off_by_6_db_is_told(off: float):
    script, heard = scene()
    script["events"][0]["level_db"] += off
    assert told(script, heard, "level") == [False, True, True, True]


def test_an_event_that_is_not_there_is_told():
    script, heard = scene()
    heard[round(0.5 * RATE) : round(1.5 * RATE)] = noise(1.0, -70.0, seed=5)
    assert told(script, heard, "onset")[0] is not True
    assert told(script, heard, "level")[0] is False


def test_a_wrong_number_is_told():
    script, heard = scene()
    heard[round(2.75 * RATE) : round(3.2 * RATE)] = noise(0.45, -70.0, seed=5)
    assert told(script, heard, "count") == [False]


def test_what_sounds_together_is_counted_as_not_measured():
    script, heard = scene()
    script["events"].append(event("hum", 0.5, 1.5, -40.0))
    readings = agreement(script, heard, RATE)
    of_hum = [reading for reading in readings if reading.about == "hum"]
    assert [reading.what for reading in of_hum] == ["onset", "offset", "level"]
    assert all(reading.agrees is None and "sounds together with it" in str(reading.reason) for reading in of_hum)


def test_in_a_room_ends_are_not_measured():
    script, heard = scene()
    assert told({**script, "room": True}, heard, "offset") == [None] * 4
    assert told({**script, "room": True}, heard, "level in a room") == [True] * 4


@pytest.mark.parametrize(("scripted", "agrees"), [(-40.0, True), (-20.0, False)])
def test_a_background_is_heard_in_the_pauses(scripted: float, agrees: bool):
    script, heard = scene()
    script["events"].append(event("rain", 0.0, 5.0, scripted, "background"))
    assert told(script, heard + noise(5.0, -40.0, seed=7), "level of the background") == [agrees]


def voice() -> tuple[Script, Samples]:
    """A buzz of 120 Hz for two seconds, as if five syllables had been spoken."""
    heard = noise(3.0, -70.0)
    heard[RATE // 2 : RATE // 2 + 2 * RATE] += 0.05 * buzz(120.0, range(1, 9))
    level = sounding_level(heard[RATE // 2 : RATE // 2 + 2 * RATE], RATE)
    words = {"words": "the train is very late", "language": "en", "f0_band": [100, 140], "words_per_minute": 100}
    return {"events": [event("voice", 0.5, 2.5, level)], **words}, heard


def test_a_voice_has_its_pitch_and_pace():
    script, heard = voice()
    assert told(script, heard, "pitch") == [True]
    assert told(script, heard, "pace") == [True]


@pytest.mark.parametrize(("wrong", "what"), [({"f0_band": [180, 220]}, "pitch"), ({"words_per_minute": 280}, "pace")])
def test_another_pitch_or_pace_is_told(wrong: Script, what: str):
    script, heard = voice()
    assert told({**script, **wrong}, heard, what) == [False]


def test_syllables_are_counted():
    assert syllables("The quick brown fox, don't wake", "en") == 6
    assert syllables("她在市场，买了面包。", "zh") == 8


def music(**wrong: Any) -> tuple[Script, Samples]:
    rng = np.random.default_rng(3)
    heard = play(Piece(66, "minor", 4, root=2, chords=True), 7.0, Timbre.draw(rng, MELLOW), rng)
    heard *= np.float32(0.1 / np.sqrt(np.square(heard).mean()))
    script = {"tempo": 66.0, "rms_db": -20.0, "median_hz": 370.0, "lowest": 60, "mode": "minor"}
    script |= {"root": 2, "drums": False}
    return {"events": [], **script, **wrong}, heard


def test_music_agrees_with_its_script():
    readings = agreement(*music(), RATE)
    assert {reading.what: reading.agrees for reading in readings} == dict.fromkeys(
        ("tempo", "level", "mode", "drums", "register"), True
    )


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("tempo", {"tempo": 132.0}),
        ("tempo", {"tempo": 33.0}),
        ("level", {"rms_db": -40.0}),
        ("mode", {"mode": "major"}),
        ("drums", {"drums": True}),
        ("register", {"lowest": 72}),
        ("register", {"lowest": 36}),
    ],
)
def test_other_music_is_told(what: str, wrong: Script):
    assert told(*music(**wrong), what) == [False]
