"""FluidSynth: instruments that differ, drums, the same bytes whatever was played before; what is missing is told."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from earwitness.scenes.analysis.harmony import pitch_of, steady_spectrum
from earwitness.scenes.domains.music import soundfont
from earwitness.scenes.domains.music.scores import DRUMS, Composition, Hit, Note, Score, compose
from earwitness.scenes.domains.music.sketch import BANDS
from earwitness.scenes.domains.music.soundfont import ALIKE, PROGRAMS, FluidSynth
from earwitness.scenes.synthesis import SAMPLE_RATE

FOUND = FluidSynth.found()
needs_fluidsynth = pytest.mark.skipif(FOUND.player is None, reason=FOUND.why_not)


def _score(instrument, *, lowest=58, velocity=90, drums=False, tempo=150):
    piece = Composition(instrument, tempo, "major", 0, lowest, velocity, beats=6, drums=drums)
    return compose(piece, np.random.default_rng(0))


def _digest(samples):
    return hashlib.sha256(samples.tobytes()).hexdigest()


def _envelope(samples):
    """Level of 16 bands, evenly spread in octaves, in dB beside the loudest."""
    power = np.square(np.abs(np.fft.rfft(samples)))
    borders = np.geomspace(60, 8000, 17) * len(samples) / SAMPLE_RATE
    bands = 10 * np.log10(np.add.reduceat(power, borders.astype(int)[:-1]) + 1e-9)
    return bands - bands.max()


@needs_fluidsynth
@pytest.mark.parametrize("instrument", PROGRAMS)
@pytest.mark.parametrize("pitch", [41, 58, 82])
def test_every_instrument_plays_the_pitch_that_is_written(instrument, pitch):
    played = FOUND.player.play(Score(instrument, 1.0, melody=(Note(0.0, 1.0, pitch, 90),)), seed=0)
    assert played.dtype == np.float32
    assert len(played) == SAMPLE_RATE
    assert np.abs(played).max() > 0.005
    # Whatever its octave's share of the power, what sounds are multiples of it; pipes also sound an octave below.
    fundamental = 440 * 2 ** ((pitch - 69) / 12)
    spectrum = np.square(np.abs(np.fft.rfft(played * np.hanning(len(played)))))
    places = np.arange(1, 40) * fundamental / 2
    near = np.zeros(len(spectrum), bool)
    for place in places[places < 7900]:
        near[round(place * 0.97) : round(place * 1.03) + 1] = True
    assert spectrum[near].sum() > 0.8 * spectrum[40:].sum()


@needs_fluidsynth
def test_no_two_instruments_sound_the_same():
    shapes = [_envelope(FOUND.player.play(_score(name), seed=0)) for name in PROGRAMS]
    apart = [np.abs(one - other).mean() for place, one in enumerate(shapes) for other in shapes[:place]]
    assert min(apart) > 2.0


@needs_fluidsynth
def test_drums_sound_and_are_not_there_unasked():
    for drum in DRUMS:
        struck = FOUND.player.play(Score(None, 0.5, hits=(Hit(0.1, drum, 100),)), seed=0)
        assert np.abs(struck[: SAMPLE_RATE // 20]).max() < 1e-4
        assert np.abs(struck[SAMPLE_RATE // 10 :]).max() > 0.01
    assert not FOUND.player.play(Score(None, 0.5), seed=0).any()


@needs_fluidsynth
def test_the_same_score_gives_the_same_bytes_whatever_was_played_before():
    scores = [_score(name, drums=drums) for name in ("organ", "banjo") for drums in (True, False)]
    first = [_digest(FOUND.player.play(score, seed=0)) for score in scores]
    again = [_digest(FOUND.player.play(score, seed=1)) for score in reversed(scores)]
    assert again == first[::-1]


ELSEWHERE = """
from test_domains_music_soundfont import FOUND, _digest, _score
print(_digest(FOUND.player.play(_score("strings", drums=True), seed=0)))
"""


@needs_fluidsynth
def test_another_interpreter_gives_the_same_bytes_and_prints_nothing():
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )
    FOUND.player.play(_score("piano"), seed=0)
    assert done.stdout.split() == [_digest(FOUND.player.play(_score("strings", drums=True), seed=0))]
    assert done.stderr == ""


def test_alike_are_instruments_and_each_has_others_that_are_unlike_it():
    assert set().union(*ALIKE) <= set(PROGRAMS)
    for name in PROGRAMS:
        assert len(set(PROGRAMS) - set().union({name}, *(group for group in ALIKE if name in group))) >= 5


def test_all_that_hold_their_tones_are_alike_and_so_are_plucked_strings():
    for group in ({"accordion", "organ", "strings"}, {"acoustic guitar", "banjo", "harp"}):
        assert any(group <= alike for alike in ALIKE)


@needs_fluidsynth
@pytest.mark.parametrize("instrument", PROGRAMS)
def test_low_pieces_lie_an_octave_below_high_ones_at_least(instrument):
    low, high = BANDS["register"].low, BANDS["register"].high
    # The lowest notes have the more overtones the harder they are struck.
    lower = [_centre(_score(instrument, lowest=lowest, velocity=120)) for lowest in low]
    higher = [_centre(_score(instrument, lowest=lowest, velocity=35)) for lowest in high]
    assert min(higher) - max(lower) >= 12


def _centre(score):
    """The mean pitch of the steady tones' power."""
    power, hertz = steady_spectrum(FOUND.player.play(score, seed=0), SAMPLE_RATE)
    return (power[1:] @ pitch_of(hertz[1:])) / power[1:].sum()


# --- what is missing -----------------------------------------------------------------------------------------------


def test_without_the_module_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "fluidsynth", None)
    found = FluidSynth.found()
    assert found.player is None
    assert found.why_not == "playing instruments needs pyfluidsynth. Install with: pip install 'earwitness[music]'"


def test_without_the_library_it_says_so(monkeypatch):
    def imported():
        raise ImportError("Couldn't find the FluidSynth library.")

    monkeypatch.setattr(soundfont, "_imported", imported)
    assert FluidSynth.found().player is None
    assert "no library FluidSynth (Couldn't find the FluidSynth library.)" in FluidSynth.found().why_not


@pytest.fixture
def no_library(monkeypatch, tmp_path):
    """A module that must not be used, and no soundfont anywhere."""
    monkeypatch.setattr(soundfont, "_imported", SimpleNamespace)
    monkeypatch.setattr(soundfont, "_FOLDERS", (str(tmp_path / "banks"),))
    monkeypatch.delenv("SOUNDFONT", raising=False)


@pytest.mark.usefixtures("no_library")
def test_without_a_soundfont_it_says_where_it_looked(tmp_path):
    assert FluidSynth.found().why_not.startswith(f"no General MIDI soundfont in {tmp_path}")


@pytest.mark.usefixtures("no_library")
@pytest.mark.parametrize("content", [b"", b"RIFF1234WAVE", None], ids=["empty", "wave", "missing"])
def test_what_is_no_soundfont_is_refused(tmp_path, content, monkeypatch, capfd):
    path = tmp_path / "some.sf2"
    if content is not None:
        path.write_bytes(content)
    assert FluidSynth.found(path).why_not.startswith(f"{path} is not a soundfont")
    monkeypatch.setenv("SOUNDFONT", str(path))
    assert FluidSynth.found().why_not.startswith(f"{path} is not a soundfont")
    assert capfd.readouterr() == ("", "")


@needs_fluidsynth
def test_a_broken_soundfont_is_refused(tmp_path):
    path = tmp_path / "broken.sf2"
    path.write_bytes(b"RIFF\x08\0\0\0sfbk" + b"\0" * 8)
    found = FluidSynth.found(path)
    assert found.player is None
    assert found.why_not == f"{path} has no bank 0, program 0; wanted all of General MIDI"
