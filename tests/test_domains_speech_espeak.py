"""Voices of the program: what is asked of it, and, where it is here, what is heard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from itertools import islice

import numpy as np
import pytest

from earwitness.audio import from_array
from earwitness.errors import AudioError
from earwitness.scenes.analysis.pitch import median_pitch
from earwitness.scenes.bands import Range
from earwitness.scenes.domains.base import Fact
from earwitness.scenes.domains.speech.espeak import (
    PACE,
    PITCH,
    PROGRAM,
    VARIANTS,
    SpokenVoices,
    pitch_setting,
    read_aloud,
)
from earwitness.scenes.domains.speech.sentences import LINES, Line, line_of
from earwitness.scenes.domains.speech.utterances import GROWN_UP, Manner, Utterance
from earwitness.scenes.synthesis import SAMPLE_RATE
from earwitness.types import Audio, Language
from told_voices import read_as_tones, spoken_by_tones, variants

needs_program = pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"no {PROGRAM} on PATH")
LANGUAGES: tuple[Language, ...] = ("en", "zh")
# What is heard of each language: pitch is told of English alone.
PITCHES: tuple[tuple[Language, str | None], ...] = (("en", "low"), ("en", None), ("en", "high"), ("zh", None))


@cache
def program() -> SpokenVoices:
    found = SpokenVoices.found()
    assert found is not None
    return found


def drawn(manner: Manner = Manner(), times: int = 60) -> Iterator[Utterance]:  # noqa: B008  (it is frozen)
    rng = np.random.default_rng(0)
    return (spoken_by_tones().draw(kind, manner, rng) for kind in GROWN_UP for _ in range(times))


def said_with(gender: str, variant: str, line: Line, pitch: str | None = None, pace: str | None = None) -> Utterance:
    return Utterance(gender, variant, line.words, line.language, pace, pitch)  # type: ignore[arg-type]


def test_what_is_told_is_as_told_and_the_rest_in_the_middle() -> None:
    for said in drawn(Manner(language="zh", pace="fast")):
        assert (said.pitch, said.pace, said.language) == (None, "fast", "zh")
        assert said.voice in VARIANTS[said.kind]
        assert line_of(said.words).language == "zh"
    assert {said.language for said in drawn()} == {"en", "zh"}
    assert {said.voice for said in drawn()} == {variant for _, variant in variants()}


def test_who_is_high_or_low_speaks_english() -> None:
    assert {(said.pitch, said.language) for said in drawn(Manner(pitch="high"))} == {("high", "en")}


@pytest.mark.parametrize(("fact", "kept"), [
    ("gender", {"words", "language", "pace", "pitch"}),
    ("language", {"kind", "voice", "pace", "pitch"}),
    ("pace", {"kind", "voice", "words", "language", "pitch"}),
    ("pitch", {"kind", "voice", "words", "language", "pace"}),
    ("words", {"kind", "voice", "language", "pace", "pitch"}),
])  # fmt: skip
def test_a_change_changes_nothing_else(fact: Fact, kept: set[str]) -> None:
    rng = np.random.default_rng(1)
    for said in drawn(Manner(pace="slow", pitch="low")):
        changed = spoken_by_tones().change(said, fact, said.words, rng)
        assert changed is not None
        assert getattr(changed, fact) != getattr(said, fact)
        assert [name for name in kept if getattr(changed, name) != getattr(said, name)] == []
        assert line_of(changed.words).language == changed.language
        assert changed.voice in VARIANTS[changed.kind]


def test_words_change_by_one_word_in_half_of_the_cases() -> None:
    rng = np.random.default_rng(2)
    changed = [(said, spoken_by_tones().change(said, "words", said.words, rng)) for said in drawn(times=200)]
    hard = [line_of(other.words).pattern == line_of(said.words).pattern for said, other in changed if other]
    assert len(hard) == 400
    assert 0.42 < np.mean(hard) < 0.58  # two standard deviations are 0.05


def test_words_that_were_there_before_do_not_come_back() -> None:
    rng = np.random.default_rng(3)
    said = said_with("man", "m2", line_of("The train leaves at seven"))
    changed = [spoken_by_tones().change(said, "words", "The train leaves at nine", rng) for _ in range(100)]
    words = {other.words for other in changed if other}
    assert "The train leaves at two" in words
    assert not words & {"The train leaves at seven", "The train leaves at nine"}


def test_the_program_is_asked_for_voice_pitch_and_speed() -> None:
    asked = []

    def reader(text: str, voice: str, pitch: int, speed: int) -> Audio:
        asked.append((text, voice, pitch, speed))
        return read_as_tones(text, voice, pitch, speed)

    voices = SpokenVoices(reader)
    take = voices.speak(said_with("woman", "f1", line_of("请给我一杯牛奶"), None, "fast"), 5)
    [(text, voice, pitch, speed)] = asked
    assert (text, voice) == ("qing3 gei3 wo3 yi4 bei1 niu2 nai3.", "cmn-latn-pinyin+f1")
    # 224 Hz are 1.41 of the 159 Hz at 50; 80 makes 1.38 and 90 makes 1.56.
    assert pitch == 82
    assert PACE.level_of(speed) == "high"
    assert take.script == {
        "variant": "f1", "pitch_setting": 82, "words_per_minute": speed, "f0_band": [210, 247],
    }  # fmt: skip


@pytest.mark.parametrize(("pace", "band"), [("slow", (90, 110)), (None, (150, 180)), ("fast", (280, 330))])
def test_speeds_keep_to_their_band(pace: str | None, band: Range) -> None:
    said = said_with("man", "m2", LINES["en"][0], pace=pace)
    speeds = [spoken_by_tones().speak(said, seed).script["words_per_minute"] for seed in range(20)]
    assert band[0] <= min(speeds) < max(speeds) <= band[1]


def test_every_variant_reaches_both_ends_of_its_pitch_in_english() -> None:
    for gender, variant in variants():
        low, high = (pitch_setting(variant, "en", hertz) for hertz in (PITCH[gender].low[1], PITCH[gender].high[0]))
        assert 10 < low < high < 99, variant


def test_low_and_high_are_so_beside_people_who_were_recorded() -> None:
    """Of speechocean's speakers, men have 107 to 166 Hz, half of them below 133; women 192 to 266, half below 215."""
    assert PITCH["man"].low[1] < 107
    assert PITCH["man"].high[0] > 160
    assert PITCH["man"].level_of(133) is None
    assert PITCH["woman"].low[1] < 205
    assert PITCH["woman"].high[0] > 266
    assert PITCH["woman"].level_of(215) is None
    # What is told of neither is as with most people; low and high lie five semitones apart at least.
    assert all(107 < hertz < 142 for hertz in PITCH["man"].range_of(None))
    assert all(200 < hertz < 257 for hertz in PITCH["woman"].range_of(None))
    assert all(band.high[0] / band.low[1] > 2 ** (4.9 / 12) for band in PITCH.values())


def test_silence_from_the_program_is_said() -> None:
    silence = from_array(np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    voices = SpokenVoices(lambda text, voice, pitch, speed: silence)
    with pytest.raises(AudioError, match="nothing sounds where 'The train leaves at seven' is read aloud"):
        voices.speak(said_with("man", "m2", LINES["en"][0]), 0)


def test_a_program_that_is_not_there_or_fails_is_said() -> None:
    with pytest.raises(AudioError, match=r"espeak-ng could not read 'Hello': .*No such file"):
        read_aloud("/nowhere/espeak-ng", "Hello", "en")
    with pytest.raises(AudioError, match=r"espeak-ng could not read 'Hello': .*exit status 1") as error:
        read_aloud(shutil.which("false") or "false", "Hello", "en")
    assert error.value.code == "unspeakable"


def test_without_the_program_nobody_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert SpokenVoices.found() is None


# --- as it sounds --------------------------------------------------------------------------------------------------


def lines(language: Language, start: int, count: int) -> list[Line]:
    return list(islice(LINES[language][start::7], count))


@needs_program
@pytest.mark.parametrize(("gender", "variant"), variants())
def test_median_f0_lies_in_its_band(gender: str, variant: str) -> None:
    for place, (language, pitch) in enumerate(PITCHES):
        for line, pace in zip(lines(language, place, 3), ("slow", None, "fast"), strict=True):
            take = program().speak(said_with(gender, variant, line, pitch, pace), place)
            f0 = median_pitch(take.samples, SAMPLE_RATE)
            low, high = take.script["f0_band"]
            assert f0 is not None
            assert low <= f0 <= high, (line, pitch, pace, f0)


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
        gender, variant = variants()[number % len(variants())]
        seconds = len(program().speak(said_with(gender, variant, line, None, "slow"), number).samples) / SAMPLE_RATE
        assert 1.0 < seconds < 8.0, line


@needs_program
def test_words_of_one_place_are_spoken_differently() -> None:
    """A word that the program does not know would be left out: every line has a sound of its own."""
    for language in LANGUAGES:
        sounds = [program().speak(said_with("man", "m2", line), 0).samples.tobytes() for line in LINES[language][:30]]
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
