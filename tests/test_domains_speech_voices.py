"""Recorded voices: a folder is read without its clips, and who speaks is who the list says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from earwitness.errors import AudioError, UsageError
from earwitness.scenes.analysis.pitch import median_pitch
from earwitness.scenes.domains.speech import voices as module
from earwitness.scenes.domains.speech.utterances import Manner, Utterance
from earwitness.scenes.domains.speech.voices import RecordedVoices
from earwitness.scenes.synthesis import SAMPLE_RATE
from told_voices import SPEAKERS, row, write_table, write_voices

SPEECHOCEAN = Path("../shared/data/speechocean")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_voices(tmp_path_factory.mktemp("voices"))


@pytest.fixture(scope="module")
def voices(folder: Path) -> RecordedVoices:
    return RecordedVoices.read(folder)


def speaker(said: Utterance) -> str:
    return said.voice.split("-")[0]


def drawn(voices: RecordedVoices, kind: str, times: int = 40) -> list[Utterance]:
    rng = np.random.default_rng(0)
    return [voices.draw(kind, Manner(), rng) for _ in range(times)]  # type: ignore[arg-type]


def test_it_knows_who_speaks_and_what_can_change(voices: RecordedVoices) -> None:
    assert voices.kinds == ("man", "woman", "child")
    assert voices.facts == ("words", "gender", "age")


@pytest.mark.parametrize(
    ("kind", "who"), [("man", {"bob", "joe"}), ("woman", {"ann", "eve"}), ("child", {"kid", "sue"})]
)
def test_a_kind_is_drawn_from_speakers_who_are_and_sound_like_it(
    voices: RecordedVoices, kind: str, who: set[str]
) -> None:
    """Tom's age is between; Max is a man by the list and sounds like a woman."""
    assert {speaker(said) for said in drawn(voices, kind)} == who
    assert {said.kind for said in drawn(voices, kind)} == {kind}


def test_a_childs_gender_is_not_known(voices: RecordedVoices) -> None:
    assert {(said.gender, said.age) for said in drawn(voices, "child")} == {(None, "child")}
    assert {(said.gender, said.age) for said in drawn(voices, "woman")} == {("woman", "adult")}


def test_words_are_changed_to_another_sentence_of_the_same_speaker(voices: RecordedVoices) -> None:
    rng = np.random.default_rng(1)
    for said in drawn(voices, "woman"):
        other = voices.change(said, "words", "We call it bear", rng)
        assert other is not None
        assert speaker(other) == speaker(said)
        assert other.words not in (said.words, "We call it bear")


@pytest.mark.parametrize(("fact", "kind", "becomes"), [
    ("gender", "man", {"woman"}),
    ("gender", "woman", {"man"}),
    ("age", "child", {"man", "woman"}),
    ("age", "man", {"child"}),
])  # fmt: skip
def test_gender_and_age_are_changed_to_another_speaker(
    voices: RecordedVoices, fact: str, kind: str, becomes: set[str]
) -> None:
    rng = np.random.default_rng(2)
    changed = [voices.change(said, fact, said.words, rng) for said in drawn(voices, kind)]  # type: ignore[arg-type]
    assert {said.kind for said in changed if said} == becomes


def test_what_is_said_is_heard_without_the_silence_around_it(voices: RecordedVoices) -> None:
    for said in drawn(voices, "man", 6):
        take = voices.speak(said, 0)
        name, hertz = speaker(said), SPEAKERS[speaker(said)][2]
        # 70 to 170 Hz, and two semitones more.
        assert take.script == {"file": said.voice, "speaker": name, "f0_band": [62, 191]}
        # 0.4 s a word, the last 80 ms of them silent, and at most 100 ms on either side.
        assert 0 <= len(take.samples) / SAMPLE_RATE - (0.4 * len(said.words.split()) - 0.08) <= 0.25
        assert median_pitch(take.samples, SAMPLE_RATE) == pytest.approx(hertz, rel=0.02)
        assert np.array_equal(take.samples, voices.speak(said, 9).samples)


def test_clips_are_not_decoded_before_they_are_needed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise AssertionError(f"{path} was decoded")

    monkeypatch.setattr(module, "read_audio", refuse)
    voices = RecordedVoices.read(folder)
    with pytest.raises(AssertionError, match="was decoded"):
        voices.draw("man", Manner(), np.random.default_rng(0))


def test_a_kind_that_nobody_sounds_like_cannot_be_drawn(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    voices = RecordedVoices.read(write_table(tmp_path, [row("a.wav", "one two three four", "ann", 30, "f")]))
    with pytest.raises(UsageError, match=r"no woman of these recordings can be used: wanted a median F0 of 180 to 330"):
        voices.draw("woman", Manner(), np.random.default_rng(0))


def test_clips_that_cannot_be_heard_are_named(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    (tmp_path / "b.wav").write_bytes(b"no sound")
    rows = [row(name, "one two three four", name, 30, "f") for name in ("a.wav", "b.wav")]
    voices = RecordedVoices.read(write_table(tmp_path, rows))
    with pytest.raises(AudioError, match=r"a\.wav: nothing sounds; wanted a voice"):
        voices.speak(Utterance("woman", "a.wav", "One two three four"), 0)
    with pytest.raises(AudioError, match=r"b\.wav: "):
        voices.speak(Utterance("woman", "b.wav", "One two three four"), 0)


def test_a_damaged_clip_is_never_chosen_and_spoils_nothing(tmp_path: Path) -> None:
    whole = tmp_path / "whole.wav"
    phase = 2 * np.pi * 220.0 * np.arange(SAMPLE_RATE) / SAMPLE_RATE
    soundfile.write(whole, 0.1 * sum(np.sin(k * phase) / k for k in range(1, 8)), SAMPLE_RATE)
    (tmp_path / "text.wav").write_bytes(b"no sound")
    (tmp_path / "cut.wav").write_bytes(whole.read_bytes()[:60])
    rows = [row(name, "one two three four", "ann", 30, "f") for name in ("whole.wav", "text.wav", "cut.wav")]
    voices = RecordedVoices.read(write_table(tmp_path, rows))
    drawn_files = {voices.draw("woman", Manner(), np.random.default_rng(seed)).voice for seed in range(20)}
    assert "text.wav" not in drawn_files
    assert "whole.wav" in drawn_files


@pytest.mark.skipif(not SPEECHOCEAN.is_dir(), reason="no speechocean beside the project")
@pytest.mark.parametrize("kind", ["man", "woman", "child"])
def test_real_speakers_sound_like_what_they_are(kind: str) -> None:
    voices = RecordedVoices.read(SPEECHOCEAN)
    for said in drawn(voices, kind, 5):
        take = voices.speak(said, 0)
        f0 = median_pitch(take.samples, SAMPLE_RATE)
        low, high = take.script["f0_band"]
        assert f0 is not None
        assert low <= f0 <= high
        assert len(said.words.split()) >= 4
        assert 0.5 <= len(take.samples) / SAMPLE_RATE <= 9.0
