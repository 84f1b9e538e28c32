"""The built-in player: it plays what is written, when it is written, and every drum sounds of its own."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.scenes.domains.music.players import ENDING, BuiltIn, label_of
from earwitness.scenes.domains.music.scores import DRUMS, Hit, Note, Score
from earwitness.scenes.synthesis import SAMPLE_RATE


def _centre(samples):
    """Mean frequency of the power, Hz."""
    power = np.square(np.abs(np.fft.rfft(samples)))
    return float(power @ np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE) / power.sum())


def test_a_note_sounds_when_and_as_high_as_written():
    played = BuiltIn().play(Score(None, 3.0, melody=(Note(1.0, 1.0, 69, 100),)), seed=0)
    assert played.dtype == np.float32
    assert len(played) == 3 * SAMPLE_RATE
    sounding = np.flatnonzero(np.abs(played) > 1e-4) / SAMPLE_RATE
    assert 1.0 <= sounding[0] < 1.01
    assert 1.8 < sounding[-1] <= 2.0
    spectrum = np.abs(np.fft.rfft(played[SAMPLE_RATE : 2 * SAMPLE_RATE]))
    assert np.argmax(spectrum) == pytest.approx(440, abs=1)


def test_chords_are_played_and_struck_as_hard_as_written():
    note = Note(0.0, 1.0, 69, 100)
    soft, loud = (
        BuiltIn().play(Score(None, 1.0, chords=(Note(0.0, 1.0, 69, velocity),)), seed=0) for velocity in (40, 80)
    )
    np.testing.assert_allclose(loud, 2 * soft, rtol=1e-4, atol=1e-7)
    both = BuiltIn().play(Score(None, 1.0, melody=(note,), chords=(note,)), seed=0)
    np.testing.assert_allclose(both, 2 * BuiltIn().play(Score(None, 1.0, melody=(note,)), seed=0), rtol=1e-4, atol=1e-6)


def test_drums_are_told_apart_by_their_place_in_the_spectrum():
    centres = [_centre(BuiltIn().play(Score(None, 0.5, hits=(Hit(0.0, drum, 100),)), seed=0)) for drum in DRUMS]
    kick, snare, hat = centres
    assert kick < 200 < 2500 < snare < 5500 < hat


def test_a_seed_makes_the_timbre_and_nothing_else_does():
    score = Score(None, 1.0, melody=(Note(0.0, 0.9, 50, 100),), hits=(Hit(0.5, "snare", 90),))
    first = BuiltIn().play(score, seed=3)
    BuiltIn().play(Score(None, 2.0, melody=(Note(0.0, 0.9, 60, 100),)), seed=1)
    np.testing.assert_array_equal(BuiltIn().play(score, seed=3), first)
    assert np.abs(BuiltIn().play(score, seed=4) - first).max() > 0.01


def test_what_still_sounds_at_the_end_is_faded():
    played = BuiltIn().play(Score(None, 1.0, melody=(Note(0.0, 5.0, 69, 127),)), seed=0)
    ending = np.abs(played[-int(ENDING * SAMPLE_RATE) :])
    assert played[-1] == 0
    assert ending[: len(ending) // 4].max() > 2 * ending[-len(ending) // 4 :].max()


def test_labels_of_music():
    assert label_of("acoustic guitar") == "acoustic guitar music"
