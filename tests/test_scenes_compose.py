"""Scenes: what the script says is what the samples hold."""

from __future__ import annotations

from itertools import islice, pairwise

import numpy as np
import pytest

from earwitness.scenes.compose import (
    Composer,
    Scene,
    Style,
    change_speed,
    coloured_noise,
    fade,
    reverberate,
    scenes,
    tilt,
)
from earwitness.scenes.plans import Plan, PlannedEvent, PlanPrior
from earwitness.scenes.sources import SAMPLE_RATE, Samples, Synthesis, sounding_spans

SOURCE = Synthesis()
PRIOR = PlanPrior(dict.fromkeys(SOURCE.labels, 1.0), SOURCE.countable)
DRY = Style(bare=1.0, room=0.0, altered=0.0)


def _scenes(style: Style, count: int, seed: int = 1) -> list[Scene]:
    return list(islice(scenes(Composer(SOURCE, style), PRIOR, seed), count))


def _ends(scene: Scene, labels: set[str]) -> tuple[float, float]:
    spans = [span for span in scene.script if span.label in labels]
    return min(span.onset for span in spans), max(span.offset for span in spans)


@pytest.mark.parametrize("style", [Style(), DRY, Style(max_seconds=4.0)])
def test_scenes_keep_to_their_plan(style: Style) -> None:
    for scene in _scenes(style, 150):
        assert scene.samples.dtype == np.float32
        assert np.abs(scene.samples).max() <= 1
        assert 1 <= scene.duration <= style.max_seconds
        assert sorted({span.label for span in scene.script}) == sorted(scene.plan.labels)
        assert all(0 <= span.onset < span.offset <= scene.duration for span in scene.script)
        for event in scene.plan.events:
            happened = [span for span in scene.script if span.label == event.label]
            assert len(happened) == (event.count or 1)
        for group, later in pairwise(scene.plan.groups):
            assert _ends(scene, {e.label for e in group})[1] <= _ends(scene, {e.label for e in later})[0]


def test_sounds_of_one_group_overlap() -> None:
    rng = np.random.default_rng(2)
    composer = Composer(SOURCE)
    for other in ("beep", "knock", "bell", "tone"):
        scene = composer.compose(Plan(((PlannedEvent("siren"), PlannedEvent(other)),)), rng)
        (a, b), (c, d) = _ends(scene, {"siren"}), _ends(scene, {other})
        assert min(b, d) - max(a, c) == pytest.approx(min(b - a, d - c))


def test_the_samples_sound_where_the_script_says() -> None:
    rng = np.random.default_rng(3)
    scene = Composer(SOURCE, DRY).compose(Plan(((PlannedEvent("beep", 3),), (PlannedEvent("tone"),))), rng)
    heard = sounding_spans(scene.samples, SAMPLE_RATE, gap=0.1)
    assert len(heard) == 4
    for span, (start, stop) in zip(scene.script, heard, strict=True):
        assert span.onset == pytest.approx(start / SAMPLE_RATE, abs=0.05)
        assert span.offset == pytest.approx(stop / SAMPLE_RATE, abs=0.05)


def test_levels_are_those_of_the_script() -> None:
    for scene in _scenes(Style(bare=1.0, room=0.0, altered=0.0, level_db=(-30, -25)), 40, seed=4):
        for span in scene.script:
            if span.label == "tone" and len(scene.plan.groups) == len(scene.plan.events):
                part = scene.samples[int(span.onset * SAMPLE_RATE) : int(span.offset * SAMPLE_RATE)]
                assert 10 * np.log10(np.square(part).mean()) == pytest.approx(span.level_db, abs=1)


def test_the_same_seed_gives_the_same_scenes() -> None:
    for one, other in zip(_scenes(Style(), 20), _scenes(Style(), 20), strict=True):
        assert np.array_equal(one.samples, other.samples)
        assert one.script == other.script
    assert not np.array_equal(_scenes(Style(), 1)[0].samples, _scenes(Style(), 1, seed=2)[0].samples)


def test_an_empty_plan_is_background_alone() -> None:
    rng = np.random.default_rng(5)
    bare = Composer(SOURCE, DRY).compose(Plan(()), rng)
    noisy = Composer(SOURCE, Style(bare=0.0, background_db=(-50, -50))).compose(Plan(()), rng)
    assert not bare.samples.any()
    assert bare.script == noisy.script == ()
    assert 10 * np.log10(np.square(noisy.samples).mean()) == pytest.approx(-50, abs=0.5)


def test_distractors_are_heard_and_not_named() -> None:
    style = Style(bare=1.0, room=0.0, distractor=1.0)
    scene = Composer(SOURCE, style, distractors=SOURCE).compose(Plan(()), np.random.default_rng(6))
    assert scene.samples.any()
    assert scene.script == ()


def _tone(frequency: float, seconds: float = 1.0) -> Samples:
    return np.sin(2 * np.pi * frequency * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE).astype(np.float32)


def _pitch(samples: Samples) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * SAMPLE_RATE / len(samples))


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.25])
def test_speed_changes_pitch_and_length(speed: float) -> None:
    changed = change_speed(_tone(400), speed)
    assert len(changed) == pytest.approx(SAMPLE_RATE / speed, abs=2)
    assert _pitch(changed) == pytest.approx(400 * speed, abs=1.5)


def test_tilt_moves_power_between_bands_and_keeps_the_whole() -> None:
    clip = _tone(250) + _tone(4000)
    tilted = tilt(clip, np.array([12.0, 12, 12, 0, 0, 0]))
    low, high = (np.abs(np.fft.rfft(tilted))[[250, 4000]] / np.abs(np.fft.rfft(clip))[[250, 4000]]) ** 2
    # The gains stand at 125, 287, 660, 1516, 3482 and 8000 Hz.
    assert 10 * np.log10(low / high) == pytest.approx(12, abs=0.5)
    assert np.square(tilted).mean() == pytest.approx(np.square(clip).mean(), rel=1e-3)
    assert tilt(clip, np.zeros(6)) == pytest.approx(clip, abs=1e-4)


def test_a_room_rings_on_and_dies_away() -> None:
    click = np.zeros(SAMPLE_RATE, np.float32)
    click[100] = 1.0
    wet = reverberate(click, SAMPLE_RATE, np.random.default_rng(7))
    assert wet[:100] == pytest.approx(np.zeros(100), abs=1e-6)
    assert wet[100] == pytest.approx(1.0, abs=0.05)
    tail = np.square(wet[101:])
    assert tail[:1600].sum() > 2 * tail[1600:].sum() > 0


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
def test_noise_has_its_colour(slope: float) -> None:
    noise = coloured_noise(1 << 15, slope, np.random.default_rng(8))
    assert np.square(noise).mean() == pytest.approx(1, rel=1e-3)
    power = np.square(np.abs(np.fft.rfft(noise)))
    low, high = power[400:600].mean(), power[4000:6000].mean()
    # A decade apart: 10 dB per unit of slope.
    assert 10 * np.log10(low / high) == pytest.approx(10 * slope, abs=1.5)


def test_fades_leave_the_middle_and_the_original() -> None:
    clip = np.ones(1000, np.float32)
    faded = fade(clip, SAMPLE_RATE)
    assert faded[0] == faded[-1] == 0
    assert (faded[160:840] == 1).all()
    assert clip.all()
