import os
import stat
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from clips import clip, clip_with_beep_at, tone
from earwitness import AQAScore, FakeBackbone
from earwitness.audio import from_array, read_audio
from earwitness.bench.controls import changes
from earwitness.bench.controls.bases import GivenBase, _border, given_bases, scene_bases
from earwitness.bench.controls.conditions import BY_NAME, CONDITIONS, WORDLESS
from earwitness.bench.controls.orders import quietest_point, turned_round
from earwitness.bench.controls.pairs import ALONE, NULL_CAPTIONS, Controls, shuffled
from earwitness.bench.controls.speech import SENTENCES, speech_by_program, speech_from
from earwitness.errors import AudioError
from earwitness.scenes.captions import Fact
from earwitness.scenes.compose import EventSpan, Scene
from earwitness.scenes.plans import Plan, PlannedEvent
from earwitness.types import NO_AUDIO, Pair
from listeners import RATE, TONES, heard, sounding, tone_bases, tone_pairs, voice, voice_heard


def rms(audio):
    return float(np.sqrt(np.mean(np.square(audio.samples, dtype=np.float64))))


def decibels(audio, other):
    return 20 * np.log10(rms(audio) / rms(other))


def seeded():
    return np.random.default_rng(0)


class TestChangedClips:
    def test_stand_ins_have_the_clips_length_and_level(self):
        audio = clip(1.5, level=0.2)
        assert not changes.silence(audio).samples.any()
        for made in (changes.noise(audio, seeded()), changes.tone(audio)):
            assert rms(made) == pytest.approx(rms(audio), rel=1e-3)
        made = [changes.silence(audio), changes.noise(audio, seeded()), changes.tone(audio)]
        assert {m.duration for m in made} == {1.5}
        assert len({m.sha256 for m in [audio, *made]}) == 4

    def test_the_tone_is_one_of_a_kilohertz(self):
        spectrum = np.abs(np.fft.rfft(changes.tone(clip(1.0)).samples))
        assert spectrum.argmax() == 1000

    @pytest.mark.parametrize("level", [0.1, 0.45, 0.9])
    def test_louder_and_softer_lie_12_db_apart_within_full_scale(self, level):
        louder, softer = (changes.turned(clip(0.5, level=level), step) for step in (6.0, -6.0))
        assert decibels(louder, softer) == pytest.approx(12.0, abs=1e-3)
        assert np.abs(louder.samples).max() <= 1.0
        assert "clipped" not in louder.flags
        if level == 0.1:
            assert decibels(louder, clip(0.5, level=level)) == pytest.approx(6.0, abs=1e-3)

    @pytest.mark.parametrize("speed", [0.9, 1.1])
    def test_speed_moves_length_and_pitch(self, speed):
        made = changes.sped(clip(1.0, frequency=1000), speed)
        assert made.sample_rate == RATE
        assert made.duration == pytest.approx(1 / speed, abs=1e-3)
        spectrum = np.abs(np.fft.rfft(made.samples))
        assert spectrum.argmax() / made.duration == pytest.approx(1000 * speed, rel=0.01)

    @pytest.mark.parametrize("form", ["MP3", "OGG"])
    @pytest.mark.parametrize("rate", [6000, 16000, 44100, 96000])
    def test_codecs_change_the_samples_and_not_the_sound(self, form, rate):
        audio = from_array(tone(1.0, 600.0, rate=rate), rate)
        made = changes.coded(audio, form)
        assert made.sample_rate == rate
        assert made.duration == pytest.approx(1.0, abs=0.15)
        assert made.sha256 != audio.sha256
        spectrum = np.abs(np.fft.rfft(made.samples[: len(audio.samples)]))
        assert spectrum.argmax() == pytest.approx(600 * len(made.samples[: len(audio.samples)]) / rate, abs=3)
        assert decibels(made, audio) == pytest.approx(0.0, abs=1.5)

    @pytest.mark.parametrize("snr", [20.0, 10.0, 0.0])
    def test_noise_lies_as_far_below_as_said(self, snr):
        audio = clip(1.0, level=0.1)
        made = changes.with_noise(audio, snr, seeded())
        added = from_array(made.samples - audio.samples, RATE)
        assert decibels(audio, added) == pytest.approx(snr, abs=0.01)

    def test_noise_over_a_loud_clip_stays_within_full_scale(self):
        made = changes.with_noise(clip(1.0, level=1.0), 0.0, seeded())
        assert np.abs(made.samples).max() == pytest.approx(0.99, abs=1e-3)

    def test_segments_are_swapped_and_not_played_backwards(self):
        rising = np.linspace(0.1, 0.9, RATE, dtype=np.float32)
        made = changes.swapped(from_array(rising, RATE), 6000).samples
        # All but the faded 10 ms (160 samples) at the ends of either part.
        np.testing.assert_array_equal(made[160:9840], rising[6160:15840])
        np.testing.assert_array_equal(made[10160:15840], rising[160:5840])
        assert made[[0, 9999, 10000, 15999]].tolist() == [0.0] * 4

    def test_loops_and_silence_make_a_clip_longer(self):
        audio = clip(0.5)
        np.testing.assert_array_equal(changes.looped(audio).samples, np.tile(audio.samples, 2))
        longer = changes.longer(audio).samples
        np.testing.assert_array_equal(longer[:8000], audio.samples)
        assert len(longer) == 16000
        assert not longer[8000:].any()

    def test_no_clip_outgrows_the_limits(self):
        audio = from_array(np.full(400 * 4000, 0.1), 4000)
        assert [made(audio).duration for made in (changes.looped, changes.longer)] == [600.0, 600.0]
        assert read_audio(changes.looped(audio)).duration == 600.0

    def test_speech_is_mixed_at_its_level_and_heard_whole(self):
        audio = clip(0.4, level=0.1)
        said = from_array(tone(1.0, 900.0, level=0.01, rate=8000), 8000)
        for level in (-10.0, 0.0, 10.0):
            mixed = changes.under_speech(audio, said, level)
            assert mixed.duration == pytest.approx(1.0, abs=1e-3)
            rest = from_array(mixed.samples[8000:15000], RATE)
            assert decibels(rest, audio) == pytest.approx(level, abs=0.2)
        alone = changes.under_speech(changes.silence(audio), said, 0.0)
        assert rms(alone) == pytest.approx(changes.SPEECH_RMS, rel=0.02)

    def test_a_silent_clip_has_controls_too(self):
        nothing = from_array(np.zeros(8000), RATE)
        made = [changes.noise(nothing, seeded()), changes.tone(nothing), changes.turned(nothing, 6.0)]
        made += [changes.with_noise(nothing, 0.0, seeded()), changes.coded(nothing, "OGG"), changes.sped(nothing, 1.1)]
        assert all(np.isfinite(m.samples).all() for m in made)


@pytest.mark.parametrize(
    ("caption", "turned"),
    [
        ("A dog barks, then rain falls.", "Rain falls, then a dog barks."),
        ("a dog barks and then rain falls", "rain falls and then a dog barks"),
        ("First a bell rings, then a dog barks", "First a dog barks, then a bell rings"),
        ("a bell followed by a siren", "a siren followed by a bell"),
        ("a bell rings before a siren wails", "a siren wails before a bell rings"),
        ("a bell rings after a siren wails", "a siren wails after a bell rings"),
        ("A horn honks. Then a siren wails.", "A siren wails. Then a horn honks."),
        ("beep then bell", "bell then beep"),
        ("先是铃声，然后是狗叫声", "先是狗叫声，然后是铃声"),
        ("铃声之后是狗叫声", "狗叫声之后是铃声"),
        ("先铃在响，再狗在叫", "先狗在叫，再铃在响"),
        ("铃在响，接着狗在叫。", "狗在叫，接着铃在响。"),
    ],
)
def test_a_caption_of_one_order_is_turned_round(caption, turned):
    language = "zh" if ord(caption[0]) > 0x3400 else "en"
    assert turned_round(caption, language) == turned
    assert turned_round(turned, language) == caption


@pytest.mark.parametrize(
    "caption",
    [
        "A dog barks.",
        "a man talks and a dog barks",
        "a dog barks while rain falls",
        "After a bell rings, a dog barks",
        "a car passes before dawn",
        "rain falls then stops",
        "a dog barks while rain falls, then a car passes",
        "a bell rings, then a dog barks, then rain falls",
        "a dog barks, then a dog barks",
        "狗在叫",
        "下雨的时候狗在叫",
        "",
    ],
)
def test_what_no_plain_rule_can_turn_round_is_left(caption):
    assert turned_round(caption, "zh" if caption and ord(caption[0]) > 0x3400 else "en") is None


def test_the_quietest_point_near_the_middle():
    audio = from_array(sounding(500.0, 900.0), RATE)
    # Silence from .6 to .8 s of 1.4 s.
    assert 0.6 * RATE <= quietest_point(audio) <= 0.8 * RATE
    assert quietest_point(from_array(np.ones(30), RATE)) == 15


class TestScenes:
    def test_captions_are_true_and_their_orders_known(self):
        for base in scene_bases(12, seed=1):
            take = base.take()
            assert base._fact.holds(base._plan) is True
            assert Fact("order", base._fact.labels[::-1]).holds(base._plan) is False
            assert base.reversed != base.caption
            assert 0 < take.border < len(take.audio.samples)

    def test_the_border_lies_between_the_two_sounds(self):
        plan = Plan(((PlannedEvent("beep", 2),), (PlannedEvent("bell"),)))
        script = (EventSpan("beep", 0.1, 0.3, -20), EventSpan("beep", 0.6, 0.8, -20), EventSpan("bell", 1.2, 2.0, -20))
        # Halfway between .8 and 1.2 s.
        assert _border(Scene(np.zeros(32000, np.float32), RATE, script, plan)) == RATE

    def test_both_languages_by_turns_and_the_same_again(self):
        first, again = scene_bases(4, seed=3), scene_bases(4, seed=3)
        assert [base.language for base in first] == ["en", "zh", "en", "zh"]
        assert [base.caption for base in first] == [base.caption for base in again]
        assert [base.take().audio.sha256 for base in first] == [base.source.sha256 for base in again]
        assert scene_bases(2, seed=4)[0].caption != first[0].caption

    def test_fewer_scenes_are_the_first_of_more(self):
        assert [b.caption for b in scene_bases(3)] == [b.caption for b in scene_bases(6)][:3]

    def test_swapping_puts_the_second_sound_first(self):
        """With the order that the caption denies: the first sound's energy now lies behind the border."""
        base = scene_bases(1, seed=0)[0]
        take = base.take()
        made = changes.swapped(take.audio, take.border)
        moved = len(made.samples) - take.border
        before = take.audio.samples[200 : take.border - 200]
        np.testing.assert_allclose(made.samples[moved + 200 : -200], before, atol=1e-6)


class TestGivenPairs:
    def test_a_segment_is_a_clip_of_its_own(self, tmp_path):
        soundfile.write(tmp_path / "a.wav", clip_with_beep_at(4.0, 3.0).samples, RATE)
        base = GivenBase(Pair(tmp_path / "a.wav", "a beep", meta={"start_time": 3.0, "end_time": 4.0}))
        assert base.take().audio.duration == 1.0
        assert base.take().audio.sha256 != read_audio(tmp_path / "a.wav").sha256

    def test_only_an_order_tells_of_a_border(self):
        ordered, plain = given_bases([Pair(clip(1), "a bell, then a dog"), Pair(clip(1), "a bell")])
        assert ordered.take().border is not None
        assert plain.take().border is None


def captioned(*captions):
    """Each of a clip of its own."""
    return given_bases([Pair(clip(1, level=0.1 + 0.01 * n), c, id=str(n)) for n, c in enumerate(captions)])


def source(folder, kind, sound):
    """The clip of a sound, as a file, its bytes, or decoded; anew each time."""
    audio = clip(0.2, frequency=400 + 100 * len(sound))
    soundfile.write(folder / f"{sound}.wav", audio.samples, RATE)
    file = folder / f"{sound}.wav"
    return {"path": file, "bytes": file.read_bytes(), "audio": audio}[kind]


class TestShuffledCaptions:
    def test_no_caption_stays_and_each_is_taken_once(self):
        bases = scene_bases(60)
        others = shuffled(bases, seed=0)
        assert None not in others
        assert len({other.id for other in others}) == 60
        for base, other in zip(bases, others, strict=True):
            assert other.language == base.language
            assert other._fact.holds(base._plan) is False

    def test_equal_captions_are_no_other_captions(self):
        bases = captioned("A bell", "a  bell", "a dog", "rain")
        others = shuffled(bases, seed=1)
        assert {other.id for other in others} == {"0", "1", "2", "3"}
        assert {others[0].id, others[1].id} == {"2", "3"}

    def test_where_most_captions_are_alike_some_have_no_other(self):
        bases = captioned("bell", "bell", "bell", "dog")
        others = shuffled(bases, seed=0)
        # One bell takes the dog's caption and gives the dog its own; the other two find none.
        assert sum(other is None for other in others) == 2
        assert others[3] is not None

    def test_another_seed_shuffles_otherwise(self):
        bases = scene_bases(40)
        ids = [[other.id for other in shuffled(bases, seed)] for seed in (0, 0, 1)]
        assert ids[0] == ids[1] != ids[2]

    def test_one_language_alone_has_no_other(self):
        others = shuffled(captioned("a bell", "a dog", "狗叫"), 0)
        assert [other and other.language for other in others] == ["en", "en", None]

    @pytest.mark.parametrize("kind", ["path", "bytes", "audio"])
    def test_another_caption_of_the_same_clip_is_no_other_caption(self, tmp_path, kind):
        captions = ("{}", "there is {}", "{} sounds", "someone hears {}")
        pairs = [
            Pair(source(tmp_path, kind, sound), caption.format(sound), id=f"{sound} {n}")
            for sound in ("a bell", "a dog", "rain")
            for n, caption in enumerate(captions)
        ]
        bases = given_bases(pairs)
        assert len({base.clip for base in bases}) == 3
        for base, other in zip(bases, shuffled(bases, 0), strict=True):
            assert base.id.rsplit(" ", 1)[0] not in other.caption

    def test_one_clip_has_no_other_captions_however_many_it_has(self):
        assert shuffled(given_bases([Pair(clip(1), "a bell"), Pair(clip(1), "a bell rings")]), 0) == [None, None]


class TestControls:
    def test_every_condition_of_every_base(self):
        controls = Controls(tone_bases(4), speech=voice())
        pairs = list(controls)
        assert len(pairs) == len(controls) == 4 * len(CONDITIONS)
        assert len({pair.id for pair in pairs}) == len(pairs)
        assert Counter(pair.meta["condition"] for pair in pairs) == dict.fromkeys(BY_NAME, 4)
        # Those that are scored alone come before all others.
        order = ["alone"] * 4 + ["true"] + ["repeat"] * 4
        assert [pair.meta["condition"] for pair in (*pairs[:5], *pairs[-4:])] == order

    def test_what_is_heard_and_asked(self):
        base, *_ = bases = tone_bases(4)
        made = {pair.meta["condition"]: pair for pair in Controls(bases, speech=voice()) if pair.meta["base"] == "0"}
        assert base.caption == "a hum, then a beep"
        assert heard(made["true"].audio) == ("hum", "beep")
        assert made["order_reversed"].caption == "a beep, then a hum"
        assert heard(made["segments_swapped"].audio) == ("beep", "hum")
        assert made["text_only"].audio is NO_AUDIO
        assert heard(made["silence"].audio) == ()
        assert made["null_caption"].caption == NULL_CAPTIONS[0]
        assert made["shuffled"].caption != base.caption
        assert made["shuffled"].meta["caption_of"] != "0"
        assert made["shuffled"].audio.sha256 == made["true"].audio.sha256 == made["repeat"].audio.sha256
        for key in ("other_louder", "other_looped", "other_longer", "spoken_+0dB"):
            assert made[key].caption == made["shuffled"].caption
        assert {voice_heard(made[spoken].audio) for spoken in WORDLESS} == {"forwards"}
        assert {voice_heard(made[wordless].audio) for wordless in WORDLESS.values()} == {"backwards"}
        same = [condition.name for condition in CONDITIONS if condition.group == "same"]
        assert {made[name].caption for name in same} == {base.caption}
        steady = ("louder", "softer", "slower", "faster", "mp3", "ogg", "noise_20dB")
        assert {heard(made[name].audio) for name in steady} == {("hum", "beep")}

    def test_the_same_seed_makes_the_same_pairs(self):
        def of(seed):
            return [(pair.caption, pair.audio.sha256) for pair in Controls(scene_bases(4), seed=seed)]

        assert of(0) == of(0) != of(1)

    def test_without_order_other_or_speech_some_are_left_out(self):
        controls = Controls(given_bases([Pair(clip(1), "a bell", id="a")]))
        told = {pair.meta["condition"] for pair in controls}
        left = {"shuffled", "order_reversed", "segments_swapped"}
        left |= {c.name for c in CONDITIONS if c.group in ("key", "speech")}
        assert told == set(BY_NAME) - left
        assert len(controls) == len(told)

    def test_a_clip_that_cannot_be_read_stays_what_it_is(self, tmp_path):
        missing = tmp_path / "gone.wav"
        pairs = list(Controls(given_bases([replace(tone_pairs(1)[0], audio=missing), *tone_pairs(3)[1:]])))
        assert {pair.audio for pair in pairs if pair.meta["base"] == "0"} == {missing}

    def test_a_segment_that_is_not_there_is_never_taken_for_the_whole_clip(self, tmp_path):
        soundfile.write(tmp_path / "a.wav", sounding(250.0, 700.0), RATE)
        asked = {"start_time": 5.0, "end_time": 9.0}
        pair = Pair(tmp_path / "a.wav", "a hum, then a beep", id="a", meta={**asked, "split": "test"})
        made = list(Controls(given_bases([pair, *tone_pairs(2)]), speech=voice()))
        of_it = [pair for pair in made if pair.meta["base"] == "a"]
        assert {pair.meta["condition"] for pair in of_it} == set(BY_NAME)
        assert all(asked.items() <= pair.meta.items() for pair in of_it)
        scored = AQAScore(FakeBackbone(lambda audio, question: 0.9)).score_all(of_it)
        codes = Counter(score.error and score.error.code for score in scored)
        assert codes.keys() == {"segment_outside", "caption_empty"}

    def test_a_segment_that_is_there_is_not_cut_again(self, tmp_path):
        soundfile.write(tmp_path / "a.wav", sounding(250.0, 700.0), RATE)
        pair = Pair(tmp_path / "a.wav", "a hum", meta={"start_time": 0.7})
        assert not any("start_time" in pair.meta for pair in Controls(given_bases([pair])))

    def test_a_pair_tells_its_clip_and_no_place_on_a_disk(self, tmp_path):
        pairs = [
            Pair(source(tmp_path, "path", sound), sound, id=f"{n}") for n, sound in enumerate(["rain", "rain", "a dog"])
        ]
        clips = {pair.meta["base"]: pair.meta["clip"] for pair in Controls(given_bases(pairs))}
        assert clips["0"] == clips["1"] != clips["2"]
        assert not any(str(tmp_path) in clip for clip in clips.values())

    def test_few_are_scored_alone(self):
        told = Counter(pair.meta["condition"] for pair in Controls(given_bases(tone_pairs(ALONE + 2))))
        assert (told["alone"], told["true"], told["repeat"]) == (ALONE, ALONE + 2, ALONE + 2)


class TestSpeech:
    def test_without_the_program_it_is_said_why(self, monkeypatch):
        monkeypatch.setenv("PATH", "/nowhere")
        speech = speech_by_program()
        assert speech.sentences == {}
        assert "espeak-ng is not on PATH" in speech.origin

    @pytest.mark.skipif(os.name == "nt", reason="the program is a script")
    def test_each_language_has_its_sentence_and_voice(self, monkeypatch, tmp_path):
        soundfile.write(tmp_path / "said.wav", tone(0.5), RATE)
        program = tmp_path / "espeak-ng"
        kept = f"echo $2 $(/bin/cat) >> {tmp_path}/asked"
        program.write_text(f"#!/bin/sh\n{kept}\n/bin/cat {tmp_path}/said.wav\n")
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
        monkeypatch.setenv("PATH", str(tmp_path))
        speech = speech_by_program()
        assert {language: audio.duration for language, audio in speech.sentences.items()} == {"en": 0.5, "zh": 0.5}
        asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
        assert asked == [f"en {SENTENCES['en']}", f"cmn {SENTENCES['zh']}"]
        assert speech.read("-x rain", "en").duration == 0.5
        assert (tmp_path / "asked").read_text(encoding="utf-8").splitlines()[-1] == "en -x rain"
        program.write_text("#!/bin/sh\nexit 1\n")
        with pytest.raises(AudioError, match="could not read 'rain'"):
            speech.read("rain", "en")
        assert "espeak-ng could not read" in speech_by_program().origin

    def test_a_recording_speaks_for_all_languages(self, tmp_path):
        soundfile.write(tmp_path / "yes.wav", tone(0.5), RATE)
        speech = speech_from(tmp_path / "yes.wav")
        assert set(speech.sentences) == {"en", "zh"}
        assert speech.origin.startswith("recording ")
        with pytest.raises(AudioError):
            speech_from(tmp_path / "no.wav")


def test_the_tones_of_the_tests_are_told_apart():
    for name, frequency in TONES.items():
        assert heard(from_array(sounding(frequency), RATE)) == (name,)
