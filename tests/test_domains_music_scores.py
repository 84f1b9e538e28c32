"""Scores: chords of the mode on every beat, within an octave, with or without drums."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earwitness.scenes.domains.music.scores import Composition, compose, hertz_of

PIECE = Composition("harp", tempo=120, mode="minor", root=9, lowest=40, velocity=80, beats=12)


def _composed(piece: Composition = PIECE, seed: int = 0):
    return compose(piece, np.random.default_rng(seed))


@pytest.mark.parametrize(("mode", "third"), [("minor", 3), ("major", 4)])
def test_chords_go_round_and_are_triads_of_the_mode(mode, third):
    chords = _composed(replace(PIECE, mode=mode)).chords
    heard = [{note.pitch % 12 for note in chords[3 * beat : 3 * beat + 3]} for beat in range(12)]
    # A, D, E, A: two beats each, then from the beginning.
    roots = [9, 9, 2, 2, 4, 4, 9, 9, 9, 9, 2, 2]
    assert heard == [{root, (root + third) % 12, (root + 7) % 12} for root in roots]


def test_every_beat_has_a_chord_and_a_note_of_it():
    score = _composed()
    assert [note.onset for note in score.melody] == pytest.approx(np.arange(12) / 2)
    assert [note.onset for note in score.chords] == pytest.approx(np.repeat(np.arange(12) / 2, 3))
    for beat, note in enumerate(score.melody):
        assert note.pitch in [chord.pitch for chord in score.chords[3 * beat : 3 * beat + 3]]
    assert score.seconds == 6.0
    assert all(note.onset + note.seconds < score.seconds for note in score.melody + score.chords)


@pytest.mark.parametrize("root", range(12))
@pytest.mark.parametrize("lowest", [40, 43, 58, 76])
def test_all_notes_lie_within_one_octave(root, lowest):
    score = _composed(replace(PIECE, root=root, lowest=lowest))
    assert {lowest <= note.pitch < lowest + 12 for note in score.melody + score.chords} == {True}


def test_the_melody_is_louder_than_the_chords():
    score = _composed()
    assert {note.velocity for note in score.melody} == {80}
    assert {note.velocity for note in score.chords} == {60}


def test_drums_mark_the_beats_and_nothing_between():
    assert _composed().hits == ()
    score = _composed(replace(PIECE, drums=True, beats=4))
    assert [(hit.onset, hit.drum) for hit in score.hits] == [
        (0.0, "kick"), (0.0, "hi-hat"), (0.5, "snare"), (0.5, "hi-hat"),
        (1.0, "kick"), (1.0, "hi-hat"), (1.5, "snare"), (1.5, "hi-hat"),
    ]  # fmt: skip


def test_a_longer_piece_begins_as_a_shorter_one_and_a_seed_makes_the_melody():
    longer = _composed(replace(PIECE, beats=20))
    assert longer.melody[:12] == _composed().melody
    assert _composed(seed=1).melody != _composed().melody
    assert _composed(seed=1).chords == _composed().chords


def test_an_octave_doubles_the_frequency():
    assert [hertz_of(pitch) for pitch in (48, 60, 72)] == pytest.approx([130.815, 261.63, 523.26])
