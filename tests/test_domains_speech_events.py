"""Voices as events: who speaks is who was asked for, no longer than there is room."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.errors import UsageError
from earwitness.scenes.analysis.pitch import median_pitch
from earwitness.scenes.domains.speech.events import VoiceEvents
from earwitness.scenes.domains.speech.voices import RecordedVoices
from earwitness.scenes.sources import SAMPLE_RATE, Pool, Synthesis, at_unit_level
from told_voices import spoken_by_tones, write_voices


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> RecordedVoices:
    return RecordedVoices.read(write_voices(tmp_path_factory.mktemp("voices")))


def test_children_speak_only_where_they_were_recorded(recorded: RecordedVoices) -> None:
    assert VoiceEvents([spoken_by_tones()]).labels == ("man speaking", "woman speaking")
    assert VoiceEvents([recorded]).labels == ("child speaking", "man speaking", "woman speaking")
    assert VoiceEvents([recorded]).countable == frozenset()


@pytest.mark.parametrize(("label", "low", "high"), [
    ("man speaking", 105, 140),
    ("woman speaking", 205, 245),
    ("child speaking", 255, 305),
])  # fmt: skip
def test_who_speaks_is_who_was_asked_for(recorded: RecordedVoices, label: str, low: float, high: float) -> None:
    source, rng = VoiceEvents([recorded, spoken_by_tones()]), np.random.default_rng(0)
    for _ in range(8):
        f0 = median_pitch(source.draw(label, rng, seconds=4.0), SAMPLE_RATE)
        assert f0 is not None
        assert low <= f0 <= high


@pytest.mark.parametrize("seconds", [0.7, 1.5, 4.0])
def test_events_keep_to_their_length_and_level(recorded: RecordedVoices, seconds: float) -> None:
    source, rng = VoiceEvents([recorded]), np.random.default_rng(1)
    for _ in range(10):
        event = source.draw("woman speaking", rng, seconds=seconds)
        assert 0.3 < len(event) / SAMPLE_RATE <= seconds
        assert np.allclose(event, at_unit_level(event), rtol=0.02, atol=1e-3)


def test_a_sentence_that_is_too_long_ends_with_a_word(recorded: RecordedVoices) -> None:
    """Words are 320 ms of sound and 80 ms of pause, after at most 100 ms of silence: two words fit into 0.9 s."""
    event = VoiceEvents([recorded]).draw("man speaking", np.random.default_rng(2), seconds=0.9)
    assert len(event) / SAMPLE_RATE == pytest.approx(0.1 + 0.4 + 0.32, abs=0.03)


def test_they_go_with_other_sources() -> None:
    pool = Pool([Synthesis(), VoiceEvents([spoken_by_tones()])])
    assert "man speaking" in pool.labels
    assert len(pool.draw("man speaking", np.random.default_rng(0), seconds=5.0)) > SAMPLE_RATE


def test_an_unknown_label_is_named() -> None:
    with pytest.raises(UsageError, match=r"no sounds are labelled 'child speaking'\. Known labels: 'man speaking'"):
        VoiceEvents([spoken_by_tones()]).draw("child speaking", np.random.default_rng(0), seconds=3.0)
