"""Utterances: what of a recording is voice, and what a kind of voice tells."""

from __future__ import annotations

import numpy as np
import pytest

from earwitness.scenes.domains.speech.utterances import Kind, Utterance, voiced_part
from earwitness.scenes.synthesis import SAMPLE_RATE


@pytest.mark.parametrize(("kind", "gender", "age"), [
    ("man", "man", "adult"),
    ("woman", "woman", "adult"),
    ("child", None, "child"),
])  # fmt: skip
def test_a_kind_tells_gender_and_age(kind: Kind, gender: str | None, age: str) -> None:
    said = Utterance(kind, "a.wav", "We call it bear")
    assert (said.gender, said.age) == (gender, age)


def test_silence_around_a_voice_goes_and_its_level_is_one() -> None:
    clip = np.zeros(3 * SAMPLE_RATE, np.float32)
    clip[SAMPLE_RATE : 2 * SAMPLE_RATE] = 0.02 * np.sign(np.sin(np.arange(SAMPLE_RATE)))
    part = voiced_part(clip)
    assert part is not None
    # A second, and a tenth on either side.
    assert len(part) / SAMPLE_RATE == pytest.approx(1.2)
    assert np.abs(part).max() == pytest.approx(1.0, rel=0.01)


def test_where_nothing_sounds_there_is_no_voice() -> None:
    assert voiced_part(np.zeros(SAMPLE_RATE, np.float32)) is None
