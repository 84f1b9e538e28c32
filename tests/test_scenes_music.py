"""Music: of the tempo, mode and register asked for."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.scenes.music import MELLOW, MIDDLE_C, Mode, Piece, Timbre, play
from earwitness.scenes.synthesis import SAMPLE_RATE, Samples

SINE = Timbre(rolloff=-40.0, attack=0.005, decay=2.0)


def _play(piece: Piece, seconds: float = 4.0, timbre: Timbre = SINE, seed: int = 0) -> Samples:
    return play(piece, seconds, timbre, np.random.default_rng(seed))


def _pitches(samples: Samples) -> list[int]:
    """Semitones above middle C of the peaks of one chord, at least a tenth as strong as the strongest."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 17))
    peaks = np.flatnonzero((spectrum[1:-1] > spectrum[:-2]) & (spectrum[1:-1] > spectrum[2:])) + 1
    strong = peaks[spectrum[peaks] > 0.1 * spectrum.max()] * SAMPLE_RATE / (1 << 17)
    return sorted({round(12 * np.log2(frequency / MIDDLE_C)) for frequency in strong})


@pytest.mark.parametrize(("mode", "third"), [("minor", 3), ("major", 4)])
def test_chords_are_triads_of_the_mode(mode: Mode, third: int) -> None:
    samples = _play(Piece(tempo=120, mode=mode, octave=4, root=0))
    # Half a second a beat, two beats a chord: C, F, G, C; F and G lie within the octave from C.
    assert _pitches(samples[:SAMPLE_RATE]) == [0, third, 7]
    assert _pitches(samples[SAMPLE_RATE : 2 * SAMPLE_RATE]) == [0, 5, 5 + third]
    assert _pitches(samples[2 * SAMPLE_RATE : 3 * SAMPLE_RATE]) == sorted([7, 7 + third, 2])


@pytest.mark.parametrize("octave", [2, 3, 6])
def test_notes_lie_in_their_octave(octave: int) -> None:
    samples = _play(Piece(tempo=120, mode="minor", octave=octave, root=9, chords=False))
    lowest = MIDDLE_C * 2.0 ** (octave - 4)
    power = np.square(np.abs(np.fft.rfft(samples)))
    within = slice(int(0.97 * lowest * 4), int(2 * lowest * 4))
    assert power[within].sum() > 0.95 * power.sum()


@pytest.mark.parametrize("tempo", [60, 150])
def test_every_beat_is_struck(tempo: int) -> None:
    samples = _play(Piece(tempo=tempo, mode="major", octave=4, root=0, beat=True))
    spectrum = np.fft.rfft(samples)
    # Above 3 kHz of the four seconds' spectrum only the drum sounds.
    spectrum[: 4 * 3000] = 0
    level = np.square(np.fft.irfft(spectrum)).reshape(-1, 800).mean(axis=1)
    struck = np.flatnonzero(level > 0.3 * level.max())
    starts = struck[np.insert(np.diff(struck) > 1, 0, True)] * 0.05
    assert starts == pytest.approx(np.arange(4 * tempo // 60) * 60 / tempo, abs=0.051)


def test_partials_fall_off_and_notes_die_away() -> None:
    rich = _play(Piece(120, "major", 4, 0, chords=False), timbre=Timbre(-1.0, 0.005, 2.0))
    assert np.isfinite(rich).all()
    power = np.square(np.abs(np.fft.rfft(rich)))
    high = power[4 * 2000 :].sum() / power.sum()
    bare = np.square(np.abs(np.fft.rfft(_play(Piece(120, "major", 4, 0, chords=False)))))
    assert high > 0.05 > 0.001 > bare[4 * 2000 :].sum() / bare.sum()
    # No partial lies near half the rate, where it would fold back.
    assert power[4 * 7700 :].sum() < 1e-4 * power.sum()
    note = rich[: SAMPLE_RATE // 2]
    assert np.abs(note[:2000]).max() > 1.5 * np.abs(note[6000:]).max()


def test_timbres_are_drawn_within_bounds() -> None:
    drawn = [Timbre.draw(np.random.default_rng(seed), MELLOW) for seed in range(20)]
    assert all(MELLOW[0] <= timbre.rolloff <= MELLOW[1] for timbre in drawn)
    assert len({timbre.decay for timbre in drawn}) == 20
