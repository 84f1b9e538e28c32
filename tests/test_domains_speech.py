"""Clips of one speaker: an edit changes what it says and nothing else, and what is rendered is what was decided."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from earwitness.errors import UsageError
from earwitness.scenes.analysis.pitch import median_pitch
from earwitness.scenes.analysis.weighting import a_weight
from earwitness.scenes.bands import level_of
from earwitness.scenes.domains.base import Claim, Clip, Fact
from earwitness.scenes.domains.labels.likeness import confused
from earwitness.scenes.domains.speech.clips import GAP, LOUDNESS
from earwitness.scenes.domains.speech.domain import SpeechDomain
from earwitness.scenes.domains.speech.espeak import PROGRAM, SpokenVoices
from earwitness.scenes.domains.speech.sketch import SpeechSketch
from earwitness.scenes.domains.speech.utterances import VALUES, Kind, Utterance
from earwitness.scenes.domains.speech.voices import RecordedVoices
from earwitness.scenes.sounding import sounding_spans
from earwitness.scenes.sources import SAMPLE_RATE
from earwitness.scenes.synthesis import Samples, at_unit_level, unknown_label
from told_voices import spoken_by_tones, write_voices

LASTING = frozenset({"rain", "sea waves", "siren", "helicopter", "clock tick"})
GENERATED: tuple[Fact, ...] = (
    "words", "pitch", "gender", "language", "pace", "loudness", "secondary", "absence",
)  # fmt: skip
RECORDED: tuple[Fact, ...] = ("words", "gender", "age", "loudness", "secondary", "absence")
EVERY = [("speech_gen", fact) for fact in GENERATED] + [("speech", fact) for fact in RECORDED]
TIMES = 300


class Hum:
    """A background whose every label is a noise of its own, half as long as it may be."""

    sample_rate = SAMPLE_RATE
    labels = tuple(sorted(LASTING))
    countable: frozenset[str] = frozenset()

    def draw(self, label: str, rng: np.random.Generator, *, seconds: float, unit: bool = False) -> Samples:
        if label not in self.labels:
            raise unknown_label(label, self.labels)
        noise = rng.standard_normal(int(seconds * self.sample_rate / 2), np.float32)
        # The odd ones rumble: half their power lies where hardly anything is heard.
        if self.labels.index(label) % 2:
            noise += 2 * np.sin(2 * np.pi * 70 * np.arange(len(noise)) / self.sample_rate).astype(np.float32)
        return at_unit_level(noise)


@pytest.fixture(scope="module")
def domains(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SpeechDomain]:
    recorded = RecordedVoices.read(write_voices(tmp_path_factory.mktemp("voices")))
    return {
        "speech": SpeechDomain("speech", recorded, Hum(), LASTING),
        "speech_gen": SpeechDomain("speech_gen", spoken_by_tones(), Hum(), LASTING),
    }


def drawn(domain: SpeechDomain, fact: Fact, times: int = TIMES) -> Iterator[tuple[SpeechSketch, np.random.Generator]]:
    rng = np.random.default_rng(0)
    return ((domain.draw(fact, rng), rng) for _ in range(times))


def edited(domain: SpeechDomain, fact: Fact, times: int = TIMES) -> list[tuple[SpeechSketch, SpeechSketch]]:
    both = [(sketch, domain.edit(sketch, (fact,), rng)) for sketch, rng in drawn(domain, fact, times)]
    return [(sketch, other) for sketch, other in both if other is not None]


def untrue(said: SpeechSketch, of: SpeechSketch) -> set[Fact]:
    """The facts of a sketch's claims that are false of another."""
    return {claim.fact for claim in said.claims if not of.holds(claim)}


def taken_along(fact: Fact) -> frozenset[Fact]:
    return SpeechDomain.takes_along.get(fact, frozenset())


# --- sketches ------------------------------------------------------------------------------------------------------


def test_bands_are_of_what_has_low_and_high(domains: dict[str, SpeechDomain]) -> None:
    assert set(domains["speech_gen"].bands) == {"pace", "pitch of a man", "pitch of a woman", "loudness"}
    assert set(domains["speech"].bands) == {"age", "loudness"}


def test_facts_are_what_voices_and_background_can_change(domains: dict[str, SpeechDomain]) -> None:
    assert (domains["speech_gen"].subset, domains["speech_gen"].facts) == ("speech_gen", GENERATED)
    assert (domains["speech"].subset, domains["speech"].facts) == ("speech", RECORDED)
    assert SpeechDomain("speech_gen", spoken_by_tones()).facts == GENERATED[:-2]


@pytest.mark.parametrize(("subset", "fact"), EVERY)
def test_a_sketch_tells_three_to_five_facts_all_true(domains: dict[str, SpeechDomain], subset: str, fact: Fact) -> None:
    for sketch, _ in drawn(domains[subset], fact):
        first, *others = sketch.claims
        assert first == Claim("voice", ("speaker",))
        assert {claim.fact for claim in others} == sketch.told
        assert fact in sketch.told
        assert 3 <= len(others) <= 5
        assert all(map(sketch.holds, sketch.claims))
        assert not any(map(sketch.doubtful, sketch.claims))


@pytest.mark.parametrize(("subset", "fact"), EVERY)
def test_an_edit_makes_claims_of_its_fact_false_and_no_others(
    domains: dict[str, SpeechDomain], subset: str, fact: Fact
) -> None:
    pairs = edited(domains[subset], fact)
    assert len(pairs) >= 0.95 * TIMES
    may_be_false = {fact, *taken_along(fact)}
    for before, after in pairs:
        assert all(map(after.holds, after.claims))
        assert not any(map(after.doubtful, after.claims))
        assert set() < untrue(before, after) <= may_be_false, (before, after)
        assert set() < untrue(after, before) <= may_be_false, (before, after)
        assert fact in untrue(before, after)
        assert after.told ^ before.told <= ({"secondary", "absence"} if fact == "absence" else set())


@pytest.mark.parametrize(("subset", "facts"), [("speech_gen", GENERATED), ("speech", RECORDED)])
def test_edits_of_two_facts_make_claims_of_both_false_and_no_others(
    domains: dict[str, SpeechDomain], subset: str, facts: tuple[Fact, ...]
) -> None:
    """Any two can be edited together, but those of which both are never told."""
    possible: set[tuple[Fact, Fact]] = set()
    for both in combinations(facts, 2):
        for before, rng in drawn(domains[subset], both[0], 60):
            after = domains[subset].edit(before, both, rng)
            if after is None:
                continue
            possible.add(both)
            may_be_false = {*both, *(fact for edited in both for fact in taken_along(edited))}
            assert set(both) <= untrue(before, after) <= may_be_false, (before, after)
            assert set() < untrue(after, before) <= may_be_false, (before, after)
            assert not any(map(before.doubtful, after.claims))
            assert not any(map(after.doubtful, before.claims))
    assert set(combinations(facts, 2)) - possible <= {("gender", "age"), ("pitch", "language")}


def test_what_is_edited_together_hangs_on_no_order(domains: dict[str, SpeechDomain]) -> None:
    """A background and an absence: the new background is absent where the absent sound is heard."""
    for both in (("secondary", "absence"), ("absence", "secondary")):
        edited = domains["speech_gen"].edit(MAN, both, np.random.default_rng(0))
        assert edited is not None
        assert edited.secondary == "siren"
        assert edited.absent not in (None, "rain", "siren")


def test_another_speaker_says_other_words_which_are_not_told(domains: dict[str, SpeechDomain]) -> None:
    for fact in ("gender", "age"):
        for before, after in edited(domains["speech"], fact, 60):
            assert "words" not in before.told
            assert before.said.words != after.said.words
    assert all("words" not in before.told for before, _ in edited(domains["speech_gen"], "language", 60))


def test_pitch_is_told_of_a_man_or_a_woman(domains: dict[str, SpeechDomain]) -> None:
    for fact in GENERATED:
        assert all("gender" in s.told for s, _ in drawn(domains["speech_gen"], fact) if "pitch" in s.told)


def test_what_is_not_told_lies_between(domains: dict[str, SpeechDomain]) -> None:
    for sketch, _ in drawn(domains["speech_gen"], "gender"):
        for fact, value in (("pace", sketch.said.pace), ("pitch", sketch.said.pitch), ("loudness", sketch.loudness)):
            assert (value is None) == (fact not in sketch.told)
        assert (sketch.secondary is None) == ("secondary" not in sketch.told)
        assert (sketch.absent is None) == ("absence" not in sketch.told)


@pytest.mark.parametrize(("subset", "fact", "values"), [
    ("speech_gen", "gender", {"man", "woman"}),
    ("speech_gen", "language", {"en", "zh"}),
    ("speech_gen", "pace", {"slow", "fast"}),
    ("speech_gen", "pitch", {"low", "high"}),
    ("speech", "gender", {"man", "woman"}),
    ("speech", "age", {"adult", "child"}),
    ("speech", "loudness", {"quiet", "loud"}),
])  # fmt: skip
def test_both_values_are_as_likely(domains: dict[str, SpeechDomain], subset: str, fact: Fact, values: set[str]) -> None:
    told = [claim.value for s, _ in drawn(domains[subset], fact) for claim in s.claims if claim.fact == fact]
    shares = {value: told.count(value) / TIMES for value in values}
    assert set(told) == values
    assert all(0.4 < share < 0.6 for share in shares.values())  # three and a half standard deviations


def test_sounds_of_a_sketch_are_not_taken_for_one_another(domains: dict[str, SpeechDomain]) -> None:
    """Rain and sea waves would be; see ``sound_likeness``."""
    for fact in ("secondary", "absence"):
        for both in edited(domains["speech"], fact):
            for sketch in both:
                if sketch.secondary and sketch.absent:
                    assert not confused(sketch.secondary, sketch.absent)


MAN = SpeechSketch(
    Utterance("man", "m2", "The train leaves at seven", "en", pace="slow", pitch=None),
    frozenset({"gender", "pace", "words", "secondary", "absence"}),
    secondary="rain",
    absent="siren",
)
CHILD = SpeechSketch(Utterance("child", "kid-1.wav", "We call it bear"), frozenset({"age"}), loudness=None)


def told(fact: Fact, value: str) -> Claim:
    return Claim(fact, (value,)) if fact in ("secondary", "absence") else Claim(fact, ("speaker",), value)


@pytest.mark.parametrize(("fact", "value", "holds", "doubtful"), [
    ("gender", "man", True, False),
    ("gender", "woman", False, False),
    ("language", "zh", False, False),
    ("pace", "slow", True, False),
    ("pace", "fast", False, False),
    ("pitch", "low", False, True),
    ("loudness", "loud", False, True),
    ("words", "The train leaves at seven", True, False),
    ("words", "The train leaves at nine", False, False),
    ("secondary", "rain", True, False),
    ("secondary", "siren", False, False),
    ("secondary", "sea waves", False, True),
    ("absence", "rain", False, False),
    ("absence", "clock tick", True, False),
    ("absence", "sea waves", True, True),
])  # fmt: skip
def test_claims_about_a_man(fact: Fact, value: str, holds: bool, doubtful: bool) -> None:
    assert (MAN.holds(told(fact, value)), MAN.doubtful(told(fact, value))) == (holds, doubtful)


@pytest.mark.parametrize(("fact", "value", "holds", "doubtful"), [
    ("gender", "man", False, True),
    ("gender", "woman", False, True),
    ("age", "child", True, False),
    ("age", "adult", False, False),
    ("words", "We call it bear", True, False),
    ("words", "They call it bear", False, True),
    ("words", "We call it bear and deer", False, True),
    ("words", "My uncle likes green tea", False, False),
    ("secondary", "rain", False, False),
    ("absence", "rain", True, False),
])  # fmt: skip
def test_claims_about_a_child(fact: Fact, value: str, holds: bool, doubtful: bool) -> None:
    assert (CHILD.holds(told(fact, value)), CHILD.doubtful(told(fact, value))) == (holds, doubtful)


def test_sentences_nearly_alike_are_doubtful_though_the_words_are_told() -> None:
    """Such as the two clips of one speaker who reads a sentence with and without a slip; lines of a pattern are not."""
    told_words = replace(CHILD, told=frozenset({"words"}))
    assert told_words.doubtful(told("words", "We call it a bear"))
    assert not MAN.doubtful(told("words", "The train leaves at two"))


@pytest.mark.parametrize(("kind", "pitch", "other", "doubtful"), [
    ("man", "high", "woman", True),
    ("woman", "low", "man", True),
    ("man", "low", "woman", False),
    ("woman", "high", "man", False),
    ("man", None, "woman", False),
])  # fmt: skip
def test_a_high_man_is_not_held_against_a_woman(kind: Kind, pitch: str | None, other: str, doubtful: bool) -> None:
    sketch = SpeechSketch(Utterance(kind, "m2", "We call it bear", pitch=pitch), frozenset({"gender"}))
    assert not sketch.doubtful(told("gender", kind))
    assert sketch.doubtful(told("gender", other)) == doubtful


def test_gender_is_edited_with_pitch_only_from_a_low_man_to_a_high_woman_and_back(
    domains: dict[str, SpeechDomain],
) -> None:
    pairs = set()
    for sketch, rng in drawn(domains["speech_gen"], "pitch"):
        assert domains["speech_gen"].edit(sketch, ("gender",), rng) is None
        other = domains["speech_gen"].edit(sketch, ("pitch", "gender"), rng)
        if other is not None:
            pairs.add((sketch.said.kind, sketch.said.pitch, other.said.kind, other.said.pitch))
    assert pairs == {("man", "low", "woman", "high"), ("woman", "high", "man", "low")}


def test_pitch_is_told_of_english_alone(domains: dict[str, SpeechDomain]) -> None:
    for fact in GENERATED:
        assert {s.said.language for s, _ in drawn(domains["speech_gen"], fact) if "pitch" in s.told} <= {"en"}


def test_a_fact_that_is_not_told_is_not_edited(domains: dict[str, SpeechDomain]) -> None:
    rng = np.random.default_rng(0)
    assert domains["speech_gen"].edit(MAN, ("pitch",), rng) is None
    assert domains["speech_gen"].edit(MAN, ("pace", "loudness"), rng) is None


def test_an_absent_sound_becomes_the_one_that_is_heard(domains: dict[str, SpeechDomain]) -> None:
    rng = np.random.default_rng(0)
    edited = domains["speech_gen"].edit(MAN, ("absence",), rng)
    assert edited is not None
    assert (edited.secondary, edited.absent, edited.told) == ("siren", "rain", MAN.told)
    alone = domains["speech_gen"].edit(replace(MAN, secondary=None, told=frozenset({"absence"})), ("absence",), rng)
    assert alone is not None
    assert (alone.secondary, alone.absent, set(alone.told)) == ("siren", None, {"secondary"})


def test_a_background_that_lacks_a_sound_or_has_another_rate_is_refused() -> None:
    with pytest.raises(UsageError, match=r"the background has no sound 'wind'; it has clock tick, helicopter"):
        SpeechDomain("speech_gen", spoken_by_tones(), Hum(), frozenset({"rain", "wind"}))
    slow = Hum()
    slow.sample_rate = 8000
    with pytest.raises(UsageError, match=r"the background is at 8000 Hz and voices are at 16000 Hz; wanted one rate"):
        SpeechDomain("speech_gen", spoken_by_tones(), slow, LASTING)


@pytest.mark.parametrize("lasting", [{"rain", "sea waves"}, {"siren"}, set()])
def test_sounds_that_are_taken_for_one_another_are_no_background(lasting: set[str]) -> None:
    assert SpeechDomain("speech_gen", spoken_by_tones(), Hum(), frozenset(lasting)).facts == GENERATED[:-2]


@pytest.mark.parametrize("fact", ["secondary", "absence"])
def test_two_sounds_are_enough(fact: Fact) -> None:
    domain = SpeechDomain("speech_gen", spoken_by_tones(), Hum(), frozenset({"rain", "siren"}))
    for before, after in edited(domain, fact, 50):
        assert {before.secondary, before.absent} == {after.secondary, after.absent} or fact == "secondary"
        assert set() < untrue(before, after) <= {"secondary", "absence"}


# --- clips ---------------------------------------------------------------------------------------------------------


def level(samples: Samples) -> float:
    """RMS of the 20 ms frames within 25 dB of the loudest, dB."""
    power = np.square(samples[: len(samples) // 320 * 320].reshape(-1, 320), dtype=np.float64).mean(axis=1)
    return float(10 * np.log10(power[power >= power.max() * 10**-2.5].mean()))


def voice_of(clip: Clip) -> Samples:
    event = clip.script["events"][0]
    return clip.samples[int(event["onset"] * SAMPLE_RATE) : int(event["offset"] * SAMPLE_RATE)]


@pytest.mark.parametrize(("subset", "fact"), EVERY)
def test_clips_are_as_their_scripts_say(domains: dict[str, SpeechDomain], subset: str, fact: Fact) -> None:
    for number, (sketch, _) in enumerate(drawn(domains[subset], fact, 8)):
        clip = domains[subset].render(sketch, number)
        voice, *behind = clip.script["events"]
        assert clip.samples.dtype == np.float32
        assert 2.0 <= len(clip.samples) / clip.sample_rate <= 10.0
        assert np.abs(clip.samples).max() <= 0.98
        assert (voice["label"], voice["role"]) == ("voice", "foreground")
        assert [event["label"] for event in behind] == ([sketch.secondary] if sketch.secondary else [])
        assert clip.script["words"] == sketch.said.words
        if not behind:
            assert level(voice_of(clip)) == pytest.approx(voice["level_db"], abs=1.0)
            spans = sounding_spans(clip.samples, SAMPLE_RATE)
            ends = (spans[0][0] / SAMPLE_RATE, spans[-1][1] / SAMPLE_RATE)
            assert ends == pytest.approx((voice["onset"], voice["offset"]), abs=0.1)


def test_loudness_is_in_its_band(domains: dict[str, SpeechDomain]) -> None:
    for number, (sketch, _) in enumerate(drawn(domains["speech"], "words", 20)):
        of_voice = domains["speech"].render(sketch, number).script["events"][0]["level_db"]
        low, high = LOUDNESS.range_of(level_of(VALUES["loudness"], sketch.loudness))
        assert low <= of_voice <= high


def test_what_is_in_the_background_lies_twelve_decibels_under_the_voice(domains: dict[str, SpeechDomain]) -> None:
    """To the ear, that is: A-weighted; a rumble has more power. Its script tells the power."""
    stray = []
    for number, (sketch, _) in enumerate(drawn(domains["speech_gen"], "secondary", 20)):
        clip = domains["speech_gen"].render(sketch, number)
        voice, behind = clip.script["events"]
        assert (behind["onset"], behind["offset"]) == (0.0, round(len(clip.samples) / SAMPLE_RATE, 5))
        # Before the voice begins it is heard alone.
        alone = clip.samples[1000 : int((voice["onset"] - 0.11) * SAMPLE_RATE)]
        if len(alone) > 1600:
            assert level(alone) == pytest.approx(behind["level_db"], abs=1.0)
            under = voice["level_db"] + a_weight(voice_of(clip), SAMPLE_RATE)
            assert GAP[0] - 1.5 <= under - level(alone) - a_weight(alone, SAMPLE_RATE) <= GAP[1] + 1.5
            stray.append(voice["level_db"] - behind["level_db"])
    # By RMS alone they would all lie as far under it.
    assert max(stray) - min(stray) > 3


@pytest.mark.parametrize(("subset", "fact"), EVERY)
def test_the_same_seed_gives_the_same_clip(domains: dict[str, SpeechDomain], subset: str, fact: Fact) -> None:
    sketch, _ = next(drawn(domains[subset], fact))
    first, again, other = (domains[subset].render(sketch, seed) for seed in (5, 5, 6))
    assert np.array_equal(first.samples, again.samples)
    assert first.script == again.script
    assert not np.array_equal(first.samples[:32000], other.samples[:32000])


def test_an_edit_of_loudness_or_background_leaves_the_rest_as_it_sounds(domains: dict[str, SpeechDomain]) -> None:
    for fact in ("loudness", "secondary"):
        for before, after in edited(domains["speech_gen"], fact, 5):
            first, second = (domains["speech_gen"].render(sketch, 7) for sketch in (before, after))
            assert len(first.samples) == len(second.samples)
            changed = {key for key in first.script if first.script[key] != second.script[key]}
            assert changed == {"events"}
            ends = [(event["onset"], event["offset"]) for event in first.script["events"]]
            assert ends == [(event["onset"], event["offset"]) for event in second.script["events"]]


def test_an_edit_of_pitch_changes_how_high_the_voice_is(domains: dict[str, SpeechDomain]) -> None:
    for before, after in edited(domains["speech_gen"], "pitch", 10):
        for sketch in (before, after):
            clip = domains["speech_gen"].render(replace(sketch, secondary=None), 3)
            f0 = median_pitch(voice_of(clip), SAMPLE_RATE)
            assert f0 is not None
            assert clip.script["f0_band"][0] <= f0 <= clip.script["f0_band"][1]


@pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"no {PROGRAM} on PATH")
def test_with_the_program_clips_are_as_their_scripts_say() -> None:
    voices = SpokenVoices.found()
    assert voices is not None
    domain = SpeechDomain("speech_gen", voices)
    for fact in domain.facts:
        for before, after in edited(domain, fact, 3):
            for sketch in (before, after):
                clip = domain.render(sketch, 11)
                f0 = median_pitch(voice_of(clip), SAMPLE_RATE)
                assert f0 is not None
                assert clip.script["f0_band"][0] <= f0 <= clip.script["f0_band"][1]
                assert level(voice_of(clip)) == pytest.approx(clip.script["events"][0]["level_db"], abs=1.0)
                assert 2.0 <= len(clip.samples) / SAMPLE_RATE <= 10.0
                assert np.abs(clip.samples).max() <= 0.98
