"""Music of known facts: claims that hold, edits that break nothing else, clips in which what is claimed is measured."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest

from earwitness.errors import UsageError
from earwitness.scenes.analysis.tempo import tempo
from earwitness.scenes.bands import level_of
from earwitness.scenes.dataset.quartets import draw_quartet
from earwitness.scenes.domains.base import Claim
from earwitness.scenes.domains.music.domain import MusicDomain
from earwitness.scenes.domains.music.events import MusicEvents
from earwitness.scenes.domains.music.players import BuiltIn
from earwitness.scenes.domains.music.sketch import BANDS, FACTS, VALUES, MusicSketch
from earwitness.scenes.domains.music.soundfont import ALIKE, PROGRAMS, FluidSynth
from earwitness.scenes.synthesis import SAMPLE_RATE
from earwitness.types import Language

FOUND = FluidSynth.found()
# A player of whom only the instruments matter.
ANYBODY = SimpleNamespace(instruments=tuple(PROGRAMS))
PLAYERS = [
    pytest.param(BuiltIn(), id="built-in"),
    pytest.param(FOUND.player, id="fluidsynth", marks=pytest.mark.skipif(FOUND.player is None, reason=FOUND.why_not)),
]
SKETCH = MusicSketch("harp", "slow", "minor", "low", "soft", drums=False, told=FACTS)


def _sketches(music, fact, number):
    rng = np.random.default_rng(FACTS.index(fact))
    return [music.draw(fact, rng) for _ in range(number)]


def _rms_db(samples):
    return 10 * np.log10(np.square(samples, dtype=np.float64).mean())


# --- sketches ------------------------------------------------------------------------------------------------------


def test_the_built_in_player_has_no_instrument_to_tell_of():
    assert MusicDomain(BuiltIn()).facts == FACTS[1:]
    assert MusicDomain(ANYBODY).facts == FACTS
    assert MusicDomain(BuiltIn()).draw("drums", np.random.default_rng(0)).instrument is None


@pytest.mark.parametrize("fact", FACTS)
def test_a_sketch_tells_the_fact_and_holds_what_it_claims(fact):
    sketches = _sketches(MusicDomain(ANYBODY), fact, 300)
    for sketch in sketches:
        assert fact in sketch.told
        assert 3 <= len(sketch.claims) <= len(FACTS)
        assert len(set(sketch.claims)) == len(sketch.claims)
        assert all(map(sketch.holds, sketch.claims))
        assert not any(map(sketch.doubtful, sketch.claims))
        assert [name for name in BANDS if getattr(sketch, name) is None] == [
            name for name in BANDS if name not in sketch.told
        ]
    assert {len(sketch.told) for sketch in sketches} == {3, 4, 5, 6}


@pytest.mark.parametrize("player", [ANYBODY, BuiltIn()], ids=["instruments", "built-in"])
@pytest.mark.parametrize("fact", FACTS)
def test_an_edit_makes_one_claim_false_both_ways_and_leaves_the_rest(player, fact):
    music, rng = MusicDomain(player), np.random.default_rng(1)
    if fact not in music.facts:
        pytest.skip("the built-in player has no instruments")
    for sketch in _sketches(music, fact, 300):
        edited = music.edit(sketch, (fact,), rng)
        assert edited.told == sketch.told
        for told, heard in ((sketch, edited), (edited, sketch)):
            false = [claim.fact for claim in told.claims if not heard.holds(claim)]
            assert len(false) == 1
            assert set(false) <= {fact, *music.takes_along.get(fact, ())}
            assert not any(map(heard.doubtful, told.claims))


def test_what_is_not_told_cannot_be_edited():
    sketch = replace(SKETCH, tempo=None, told=("mode", "register", "drums"))
    assert MusicDomain(ANYBODY).edit(sketch, ("mode", "tempo"), np.random.default_rng(0)) is None


@pytest.mark.parametrize(("fact", "other"), list(combinations(FACTS, 2)))
def test_any_two_facts_can_be_edited_in_either_order(fact, other):
    music = MusicDomain(ANYBODY)
    there = music.edit(SKETCH, (fact, other), np.random.default_rng(5))
    assert there == music.edit(SKETCH, (other, fact), np.random.default_rng(5))
    assert sum(not there.holds(claim) for claim in SKETCH.claims) == 2


def test_absence_of_drums_is_a_claim_of_its_own():
    drums, none = Claim("drums"), Claim("absence", ("drums",))
    loud = replace(SKETCH, drums=True)
    assert (SKETCH.holds(none), SKETCH.holds(drums)) == (True, False)
    assert (loud.holds(none), loud.holds(drums)) == (False, True)


def test_in_the_guard_band_neither_value_is_true_and_both_are_doubtful():
    medium = replace(SKETCH, tempo=None, told=("mode", "register", "drums"))
    claims = [Claim("tempo", (), value) for value in VALUES["tempo"]]
    assert [medium.holds(claim) for claim in claims] == [False, False]
    assert [medium.doubtful(claim) for claim in claims] == [True, True]


def test_mode_instrument_and_drums_are_decided_even_where_nobody_tells_of_them():
    sketch = replace(SKETCH, told=("tempo", "register", "dynamics"))
    true = [Claim("mode", (), "minor"), Claim("instrument", ("harp",)), Claim("absence", ("drums",))]
    false = [Claim("mode", (), "major"), Claim("instrument", ("piano",)), Claim("drums")]
    assert list(map(sketch.holds, true + false)) == [True] * 3 + [False] * 3
    assert not any(map(sketch.doubtful, true + false))


def test_instruments_that_sound_alike_are_doubtful_and_never_put_for_each_other():
    assert SKETCH.doubtful(Claim("instrument", ("banjo",)))
    assert not SKETCH.doubtful(Claim("instrument", ("piano",)))
    assert not SKETCH.doubtful(Claim("instrument", ("harp",)))
    edited = {
        MusicDomain(ANYBODY).edit(SKETCH, ("instrument",), np.random.default_rng(seed)).instrument
        for seed in range(100)
    }
    alike = next(group for group in ALIKE if "harp" in group)
    assert edited == set(PROGRAMS) - alike


def test_values_are_drawn_as_often_as_each_other():
    sketches = _sketches(MusicDomain(ANYBODY), "mode", 600)
    for fact, values in VALUES.items():
        told = [getattr(sketch, fact) for sketch in sketches if fact in sketch.told]
        assert 0.4 < np.mean([value == values[0] for value in told]) < 0.6
    assert 0.4 < np.mean([sketch.drums for sketch in sketches]) < 0.6
    assert {sketch.instrument for sketch in sketches} == set(PROGRAMS)


def test_what_is_not_told_lies_clear_of_either_band():
    for band in BANDS.values():
        assert band.low[1] < band.middle[0] < band.middle[1] < band.high[0]


def test_quartets_can_be_made_of_it():
    for player in (ANYBODY, BuiltIn()):
        quartets = [draw_quartet(MusicDomain(player), number, seed=0) for number in range(60)]
        assert {quartet.negative for quartet in quartets} == {"neg_change", "neg_swap"}
        assert {len(quartet.edits) for quartet in quartets} == {0, 1, 2}


# --- clips ---------------------------------------------------------------------------------------------------------


def _rendered(player, number):
    """Sketches and their clips; with instruments each has one of its own."""
    music = MusicDomain(player)
    for seed in range(number):
        sketch = music.draw(music.facts[seed % len(music.facts)], np.random.default_rng(seed))
        if player.instruments:
            sketch = replace(sketch, instrument=player.instruments[seed % len(player.instruments)])
        yield sketch, music.render(sketch, seed)


@pytest.mark.parametrize("player", PLAYERS)
def test_clips_are_as_their_sketches_and_scripts_say(player):
    for sketch, clip in _rendered(player, 12):
        script, samples = clip.script, clip.samples
        assert json.loads(json.dumps(script)) == script
        assert samples.dtype == np.float32
        assert np.abs(samples).max() <= 0.98
        assert 5.0 <= len(samples) / clip.sample_rate <= 9.0
        assert script["rms_db"] == pytest.approx(_rms_db(samples), abs=0.01)
        assert script["instrument"] == sketch.instrument
        assert script["mode"] == sketch.mode
        assert script["drums"] == sketch.drums
        _lies(script["tempo"], "tempo", sketch.tempo)
        _lies(script["rms_db"], "dynamics", sketch.dynamics)
        _lies(script["lowest"], "register", sketch.register)
        assert np.diff(script["onsets"]) == pytest.approx(60 / script["tempo"])
        beats = len(samples) / clip.sample_rate * script["tempo"] / 60
        assert beats == pytest.approx(len(script["onsets"]), abs=0.01)
        assert tempo(samples, SAMPLE_RATE) == pytest.approx(script["tempo"], rel=0.04), sketch


def _lies(value, name, told):
    """Whether a value lies where it should, 0.05 allowed for."""
    band = BANDS[name]
    low, high = band.range_of(level_of(VALUES[name], told))
    assert low - 0.05 <= value <= high + 0.05


@pytest.mark.parametrize("player", PLAYERS)
def test_the_register_is_heard(player):
    music, names = MusicDomain(player), player.instruments or (None,)
    for number, name in enumerate(names):
        low, high = (
            music.render(replace(SKETCH, instrument=name, register=register), number) for register in ("low", "high")
        )
        # Of high notes nothing sounds below the lowest but what knocks, of low ones their first partials.
        below, knocks = (_share_below(clip.samples, 400) for clip in (low, high))
        assert below > 0.12, name
        assert knocks < below / 8, name
        assert high.script["median_hz"] > 3 * low.script["median_hz"]


def _share_below(samples, frequency):
    power = np.square(np.abs(np.fft.rfft(samples)))
    return power[: int(frequency * len(samples) / SAMPLE_RATE)].sum() / power.sum()


@pytest.mark.parametrize("player", PLAYERS)
def test_the_third_of_the_first_chord_is_heard(player):
    name = "piano" if player.instruments else None
    sketch = MusicSketch(name, "slow", "minor", None, "loud", drums=False, told=("tempo", "mode", "dynamics"))
    for seed in range(3):
        minor, major = (MusicDomain(player).render(replace(sketch, mode=mode), seed) for mode in ("minor", "major"))
        third = (minor.script["root"] + 3) % 12
        assert _of_pitch(minor, third) > 10 * _of_pitch(minor, third + 1)
        assert _of_pitch(major, third + 1) > 10 * _of_pitch(major, third)


def _of_pitch(clip, pitch):
    """Power of the notes of a pitch class from A3 to G5, in the first two beats."""
    first = clip.samples[: int(2 * SAMPLE_RATE * 60 / clip.script["tempo"])]
    spectrum = np.square(np.abs(np.fft.rfft(first * np.hanning(len(first)))))
    near = np.zeros(len(spectrum), bool)
    for note in (57 + (pitch - 57) % 12, 69 + (pitch - 57) % 12):
        low, high = (440 * 2 ** ((note + off - 69) / 12) * len(first) / SAMPLE_RATE for off in (-0.3, 0.3))
        near[round(low) : round(high) + 1] = True
    return spectrum[near].sum()


@pytest.mark.parametrize("player", PLAYERS)
def test_drums_are_heard_on_the_beats(player):
    for number, name in enumerate(player.instruments[::3] or (None,)):
        sketch = replace(SKETCH, instrument=name, drums=True)
        without, struck = (MusicDomain(player).render(replace(sketch, drums=drums), number) for drums in (False, True))
        # What the hi-hat has, above 5 kHz, as the beats begin.
        beats = [int(onset * SAMPLE_RATE) for onset in struck.script["onsets"]]
        heard, unheard = (np.mean([_high(clip.samples[at : at + 1600]) for at in beats]) for clip in (struck, without))
        assert heard > 2 * unheard, name


def _high(samples):
    power = np.square(np.abs(np.fft.rfft(samples)))
    return power[len(power) * 5 // 8 :].sum()


# --- what an edit leaves as it was ---------------------------------------------------------------------------------


@pytest.mark.parametrize("player", PLAYERS)
def test_the_same_seed_gives_the_same_clip(player):
    sketch = replace(SKETCH, instrument=player.instruments[0] if player.instruments else None, drums=True)
    first = MusicDomain(player).render(sketch, 3)
    MusicDomain(player).render(sketch, 4)
    again = MusicDomain(player).render(sketch, 3)
    np.testing.assert_array_equal(again.samples, first.samples)
    assert again.script == first.script


CHANGES_IN_SCRIPT = {
    "instrument": {"instrument", "events", "rms_db"},
    "tempo": {"tempo", "onsets", "events", "rms_db", "median_hz"},
    "mode": {"mode", "events", "rms_db", "median_hz"},
    "register": {"median_hz", "lowest", "events", "rms_db"},
    "dynamics": {"events", "rms_db"},
    "drums": {"drums", "events", "rms_db"},
}


@pytest.mark.parametrize("fact", FACTS)
def test_an_edit_changes_of_the_script_what_it_must(fact):
    written = SimpleNamespace(instruments=ANYBODY.instruments, play=BuiltIn().play)
    music = MusicDomain(written)
    for seed in range(2):
        before = music.render(SKETCH, seed).script
        after = music.render(music.edit(SKETCH, (fact,), np.random.default_rng(seed)), seed).script
        differing = {name for name in before if before[name] != after[name]}
        assert differing <= CHANGES_IN_SCRIPT[fact]
        if fact != "dynamics":
            assert after["rms_db"] == pytest.approx(before["rms_db"], abs=0.02)


class _Listening(BuiltIn):
    """Keeps the scores that it plays."""

    def __init__(self):
        self.scores = []

    def play(self, score, seed):
        self.scores.append(score)
        return super().play(score, seed)


def _written(sketch, seed=0):
    player = _Listening()
    MusicDomain(player).render(sketch, seed)
    return player.scores


def test_with_drums_the_same_melody_is_played():
    alone = _written(SKETCH)
    music, drums = _written(replace(SKETCH, drums=True))
    assert alone == [music]
    assert drums.hits
    assert not drums.melody + drums.chords + music.hits


def test_at_another_tempo_the_same_notes_come_in_the_same_order():
    slow, fast = (_written(replace(SKETCH, tempo=value))[0] for value in ("slow", "fast"))
    first = [note.pitch for note in slow.melody]
    assert [note.pitch for note in fast.melody][: len(first)] == first
    assert len(fast.melody) > 1.5 * len(first)


def test_keys_are_struck_harder_where_it_is_loud():
    soft, medium, loud = (
        _written(replace(SKETCH, dynamics=value))[0].melody[0].velocity for value in ("soft", None, "loud")
    )
    assert soft <= 50 < 70 <= medium <= 85 < 105 <= loud


class _Plucked(BuiltIn):
    """Short strokes, far apart: peaks 22 dB above the RMS."""

    def play(self, score, seed):
        time = np.arange(round(score.seconds * SAMPLE_RATE)) / SAMPLE_RATE
        return (np.sin(2 * np.pi * 500 * time) * np.exp(-40 * (time % 1.0))).astype(np.float32)


def test_peaks_are_let_down_and_not_cut_off():
    sketch = replace(SKETCH, instrument=None, dynamics="loud")
    samples = MusicDomain(_Plucked()).render(sketch, 0).samples
    peak = np.abs(samples).max()
    assert peak <= 0.98
    assert -21.01 < _rms_db(samples) < -16.99
    # A sine of 32 samples a period that is cut off lies at its peak for many of them.
    assert np.sum(np.abs(samples) > 0.999 * peak) < 2 * len(samples) / SAMPLE_RATE


# --- captions, and music among other sounds ------------------------------------------------------------------------


@pytest.mark.parametrize("language", get_args(Language))
def test_each_claim_has_an_item_that_is_true_of_its_own_clip(language):
    music, rng = MusicDomain(ANYBODY), np.random.default_rng(0)
    for sketch in _sketches(music, "instrument", 50):
        made = music.describe(sketch, language, rng)
        assert made.claims == sketch.claims
        assert set(made.answers(sketch)) == {True}
        assert made.answers(music.edit(sketch, ("instrument",), rng)).count(False) == 1


@pytest.mark.parametrize("player", PLAYERS)
def test_music_is_a_source_of_events(player):
    events = MusicEvents(player)
    wanted = {f"{name} music" for name in player.instruments} or {"music"}
    assert set(events.labels) == wanted
    assert list(events.labels) == sorted(events.labels)
    assert events.countable == frozenset()
    for number, label in enumerate(events.labels[::3]):
        made = events.draw(label, np.random.default_rng(number), seconds=3.0)
        assert made.dtype == np.float32
        assert 1.5 * SAMPLE_RATE < len(made) <= 3.0 * SAMPLE_RATE
        assert _rms_db(made) == pytest.approx(0, abs=3)
        np.testing.assert_array_equal(events.draw(label, np.random.default_rng(number), seconds=3.0), made)


def test_an_event_is_short_where_it_has_to_be_and_unknown_labels_are_refused():
    events = MusicEvents(BuiltIn())
    assert len(events.draw("music", np.random.default_rng(0), seconds=0.4)) == 0.4 * SAMPLE_RATE
    with pytest.raises(UsageError, match="no sounds are labelled 'lute music'"):
        events.draw("lute music", np.random.default_rng(0), seconds=1.0)
