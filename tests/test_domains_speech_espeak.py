"""Voices of the program: what is asked of it, and, where it is here, what is heard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from itertools import islice, product

import numpy as np
import pytest

from earwitness.audio import from_array
from earwitness.errors import AudioError
from earwitness.scenes.analysis.pitch import median_pitch
from earwitness.scenes.domains.base import Fact
from earwitness.scenes.domains.speech.espeak import (
    MIDDLE_PACE,
    MIDDLE_PITCH,
    PACE,
    PITCH,
    PROGRAM,
    VARIANTS,
    Spoken,
    f0_band,
    pitch_setting,
    read_aloud,
)
from earwitness.scenes.domains.speech.sentences import LINES, Line, line_of
from earwitness.scenes.domains.speech.utterances import Utterance
from earwitness.scenes.synthesis import SAMPLE_RATE
from earwitness.types import Audio, Language
from told_voices import read_as_tones, spoken_by_tones, variants

needs_program = pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"no {PROGRAM} on PATH")
LANGUAGES: tuple[Language, ...] = ("en", "zh")
LEVELS = ("low", None, "high")
FACTS: tuple[Fact, ...] = ("language", "pace", "pitch")


@cache
def program() -> Spoken:
    found = Spoken.found()
    assert found is not None
    return found


def drawn(times: int = 60, **manner: str) -> Iterator[Utterance]:
    rng = np.random.default_rng(0)
    known: dict[Fact, str] = {fact: manner[fact] for fact in FACTS if fact in manner}
    return (spoken_by_tones().draw(kind, known, rng) for kind in ("man", "woman") for _ in range(times))


def said_with(gender: str, variant: str, line: Line, pitch: str | None = None, pace: str | None = None) -> Utterance:
    return Utterance(gender, variant, line.words, line.language, pace, pitch)  # type: ignore[arg-type]


def test_what_is_told_is_as_told_and_the_rest_in_the_middle() -> None:
    for said in drawn(pitch="high", language="zh"):
        assert (said.pitch, said.pace, said.language) == ("high", None, "zh")
        assert said.voice in VARIANTS[said.kind]
        assert line_of(said.words).language == "zh"
    assert {said.language for said in drawn()} == {"en", "zh"}
    assert {said.voice for said in drawn()} == {variant for _, variant in variants()}


@pytest.mark.parametrize(("fact", "kept"), [
    ("gender", {"words", "language", "pace", "pitch"}),
    ("language", {"kind", "voice", "pace", "pitch"}),
    ("pace", {"kind", "voice", "words", "language", "pitch"}),
    ("pitch", {"kind", "voice", "words", "language", "pace"}),
    ("words", {"kind", "voice", "language", "pace", "pitch"}),
])  # fmt: skip
def test_a_change_changes_nothing_else(fact: Fact, kept: set[str]) -> None:
    rng = np.random.default_rng(1)
    for said in drawn(pace="slow", pitch="low"):
        changed = spoken_by_tones().change(said, fact, said.words, rng)
        assert changed is not None
        assert getattr(changed, fact) != getattr(said, fact)
        assert [name for name in kept if getattr(changed, name) != getattr(said, name)] == []
        assert line_of(changed.words).language == changed.language
        assert changed.voice in VARIANTS[changed.kind]


def test_words_change_by_one_word_in_half_of_the_cases() -> None:
    rng = np.random.default_rng(2)
    changed = [(said, spoken_by_tones().change(said, "words", said.words, rng)) for said in drawn(200)]
    hard = [line_of(other.words).pattern == line_of(said.words).pattern for said, other in changed if other]
    assert len(hard) == 400
    assert 0.42 < np.mean(hard) < 0.58  # two standard deviations are 0.05


def test_words_that_were_there_before_do_not_come_back() -> None:
    rng = np.random.default_rng(3)
    said = said_with("man", "m1", line_of("The train leaves at seven"))
    changed = [spoken_by_tones().change(said, "words", "The train leaves at nine", rng) for _ in range(100)]
    words = {other.words for other in changed if other}
    assert "The train leaves at two" in words
    assert not words & {"The train leaves at seven", "The train leaves at nine"}


def test_the_program_is_asked_for_voice_pitch_and_speed() -> None:
    asked = []

    def reader(text: str, voice: str, pitch: int, speed: int) -> Audio:
        asked.append((text, voice, pitch, speed))
        return read_as_tones(text, voice, pitch, speed)

    voices = Spoken(reader)
    heard = voices.speak(said_with("woman", "f1", line_of("请给我一杯牛奶"), "low", "fast"), 5)
    [(text, voice, pitch, speed)] = asked
    assert (text, voice) == ("qing3 gei3 wo3 yi4 bei1 niu2 nai3.", "cmn-latn-pinyin+f1")
    # 170 Hz are 1.07 of the 159 Hz at 50, and 60 makes 1.11.
    assert pitch == 56
    assert PACE.level_of(speed) == "high"
    assert heard.script == {
        "variant": "f1", "pitch_setting": 56, "words_per_minute": speed, "f0_band": [152, 198],
    }  # fmt: skip


@pytest.mark.parametrize(("pace", "low", "high"), [("slow", *PACE.low), (None, *MIDDLE_PACE), ("fast", *PACE.high)])
def test_speeds_keep_to_their_band(pace: str | None, low: float, high: float) -> None:
    said = said_with("man", "m1", LINES["en"][0], pace=pace)
    speeds = [spoken_by_tones().speak(said, seed).script["words_per_minute"] for seed in range(20)]
    assert low <= min(speeds) < max(speeds) <= high


def test_every_variant_reaches_both_ends_of_its_pitch() -> None:
    for (gender, variant), language in product(variants(), LANGUAGES):
        settings = [pitch_setting(variant, language, hertz) for hertz in (PITCH[gender].low[1], PITCH[gender].high[0])]
        assert 10 < settings[0] < settings[1] < 99, (variant, language)


def test_the_bands_of_men_and_women_are_apart() -> None:
    """And low and high by four semitones at least, with the guard band between."""
    assert PITCH["man"].high[1] < PITCH["woman"].low[0]
    assert MIDDLE_PITCH["man"][1] < 140
    assert MIDDLE_PITCH["woman"][0] > 170
    assert all(band.high[0] / band.low[1] > 2 ** (3.8 / 12) for band in PITCH.values())


def test_silence_from_the_program_is_said() -> None:
    silence = from_array(np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    voices = Spoken(lambda text, voice, pitch, speed: silence)
    with pytest.raises(AudioError, match="nothing sounds where 'The train leaves at seven' is read aloud"):
        voices.speak(said_with("man", "m1", LINES["en"][0]), 0)


def test_a_program_that_is_not_there_or_fails_is_said() -> None:
    with pytest.raises(AudioError, match=r"espeak-ng could not read 'Hello': .*No such file"):
        read_aloud("/nowhere/espeak-ng", "Hello", "en")
    with pytest.raises(AudioError, match=r"espeak-ng could not read 'Hello': .*exit status 1") as error:
        read_aloud(shutil.which("false") or "false", "Hello", "en")
    assert error.value.code == "unspeakable"


def test_without_the_program_nobody_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert Spoken.found() is None


# --- as it sounds --------------------------------------------------------------------------------------------------


def lines(language: Language, start: int, count: int) -> list[Line]:
    return list(islice(LINES[language][start::7], count))


@needs_program
@pytest.mark.parametrize(("gender", "variant"), variants())
def test_median_f0_lies_in_its_band(gender: str, variant: str) -> None:
    for (place, pitch), language in product(enumerate(LEVELS), LANGUAGES):
        for line, pace in zip(lines(language, place, 3), ("slow", None, "fast"), strict=True):
            said = said_with(gender, variant, line, pitch, pace)
            f0 = median_pitch(program().speak(said, place).samples, SAMPLE_RATE)
            low, high = f0_band(said)
            assert f0 is not None
            assert low <= f0 <= high, (said, f0)


@needs_program
@pytest.mark.parametrize(("gender", "variant"), variants())
def test_slow_takes_much_longer_than_fast(gender: str, variant: str) -> None:
    for language in LANGUAGES:
        for line in lines(language, 3, 2):
            took = [
                len(program().speak(said_with(gender, variant, line, None, p), 1).samples) for p in ("slow", "fast")
            ]
            assert took[0] >= 1.8 * took[1], line


@needs_program
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_spoken_and_is_short_enough(language: Language) -> None:
    for number, line in enumerate(LINES[language]):
        gender, variant = variants()[number % 8]
        seconds = len(program().speak(said_with(gender, variant, line, None, "slow"), number).samples) / SAMPLE_RATE
        assert 1.0 < seconds < 8.0, line


@needs_program
def test_words_of_one_place_are_spoken_differently() -> None:
    """A word that the program does not know would be left out: every line has a sound of its own."""
    for language in LANGUAGES:
        sounds = [program().speak(said_with("man", "m1", line), 0).samples.tobytes() for line in LINES[language][:30]]
        assert len(set(sounds)) == len(sounds)


@needs_program
def test_what_the_program_writes_is_read_whole() -> None:
    audio = read_aloud(PROGRAM, "-v is no option here.", "en")
    assert audio.flags == ()
    assert 1.0 < audio.duration < 5.0


@needs_program
def test_the_same_seed_gives_the_same_sound() -> None:
    said = said_with("woman", "f4", LINES["en"][8])
    first, again = program().speak(said, 3), program().speak(said, 3)
    assert np.array_equal(first.samples, again.samples)
    assert first.script == again.script
