"""The embedded judge heard end to end: rendered scenes, long clips, and real recordings where they are at hand."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the embedded judge needs earwitness[hf]")

from earwitness import AQAScore, Pair, evaluate, from_array, read_pairs
from earwitness.scenes.render import CARELESS, FAITHFUL, render_demo
from earwitness.scenes.sources import SAMPLE_RATE, Synthesis

ESC10 = Path(__file__).parents[1] / ".." / "shared" / "data" / "esc10"


@pytest.fixture(scope="module")
def judge():
    return AQAScore()


def hum(seconds: float) -> np.ndarray:
    """Faint noise, float32 ``[time]``."""
    return np.random.default_rng(3).normal(0, 0.003, round(seconds * SAMPLE_RATE)).astype(np.float32)


def with_event(samples: np.ndarray, label: str, onset: float) -> np.ndarray:
    event = 0.2 * Synthesis().draw(label, np.random.default_rng(5), seconds=3.0)
    first = round(onset * SAMPLE_RATE)
    samples[first : first + len(event)] += event[: len(samples) - first]
    return samples


def alignment(judge, samples, caption):
    return judge.score(Pair(from_array(samples, sample_rate=SAMPLE_RATE), caption)).values["alignment"]


def test_clips_that_do_what_their_caption_says_score_higher(judge, tmp_path):
    run = evaluate(judge, read_pairs(render_demo(tmp_path / "clips", seed=4, clips=48)), out=tmp_path / "run")
    assert run.n_scored == run.n_total == 48
    means = {system: summary.estimates["alignment"].value for system, summary in run.systems.items()}
    assert means[FAITHFUL] > means[CARELESS] + 0.3


@pytest.mark.parametrize("caption", ["a siren", "警笛声"])
def test_an_event_at_45_s_changes_the_score(judge, caption):
    present = alignment(judge, with_event(hum(60), "siren", 45), caption)
    absent = alignment(judge, hum(60), caption)
    assert present > 0.5 > absent


def test_a_long_clip_says_which_part_decided(judge):
    score = judge.score(Pair(from_array(with_event(hum(61), "siren", 45), sample_rate=SAMPLE_RATE), "a siren"))
    start, end = map(float, score.verdicts[0].evidence.split()[2].split("-"))
    assert start <= 48
    assert end >= 45
    assert score.flags == ("window_limited",)
    assert score.coverage == pytest.approx(10 / 61)


def test_an_absent_event_stays_absent_in_ten_minutes(judge):
    ten_minutes = hum(600)
    for second in range(5, 600, 20):
        with_event(ten_minutes, ("knock", "tone", "chirp")[second % 3], second)
    assert alignment(judge, ten_minutes[: 10 * SAMPLE_RATE], "a siren") < 0.5
    assert alignment(judge, ten_minutes, "a siren") < 0.5


def test_silence_is_scored_low_and_flagged(judge):
    silence = np.zeros(5 * SAMPLE_RATE, np.float32)
    for caption in ("a siren", "a dog is barking", "狗在叫"):
        score = judge.score(Pair(from_array(silence, sample_rate=SAMPLE_RATE), caption))
        assert "silent" in score.flags
        assert score.values["alignment"] < 0.5


@pytest.mark.skipif(not ESC10.is_dir(), reason="needs the real recordings of ../shared/data/esc10")
@pytest.mark.parametrize(
    ("clip", "true", "false"),
    [
        ("dog_bark/4-182395-A.ogg", "a dog is barking", "a helicopter is flying"),
        ("dog_bark/4-182395-A.ogg", "狗在叫", "直升机在飞"),
        ("rain/4-161127-A.ogg", "rain", "a baby is crying"),
        ("rain/4-161127-A.ogg", "雨声", "婴儿在哭"),
    ],
)
def test_real_recordings(judge, clip, true, false):
    scores = list(judge.score_all(Pair(ESC10 / clip, caption) for caption in (true, false)))
    assert scores[0].values["alignment"] > scores[1].values["alignment"] + 0.5
