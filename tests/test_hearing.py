import numpy as np
import pytest
import soundfile

from beep_backbone import BeepBackbone
from clips import clip, tone
from earwitness import AQAScore, FakeBackbone, RubricJudge
from earwitness.audio import read_audio
from earwitness.errors import CaptionError
from earwitness.judges.hearing import MAX_CAPTION, check_caption, hear
from earwitness.types import NO_AUDIO, Pair


class Taught(BeepBackbone):
    """Knows the word beep alone."""

    def unknown_words(self, caption):
        return tuple(word for word in caption.split() if word not in ("a", "beep"))

    def names_something(self, caption):
        return "beep" in caption


@pytest.mark.parametrize("caption", ["", ".", ":", "  \n", "?!", "。"])
def test_null_captions_are_refused(caption):
    with pytest.raises(CaptionError) as caught:
        check_caption(Pair(clip(1), caption), BeepBackbone())
    assert caught.value.code == "caption_empty"


def test_a_caption_of_a_megabyte_is_refused():
    with pytest.raises(CaptionError, match="1,000,000 characters") as caught:
        check_caption(Pair(clip(1), "a" * 1_000_000), BeepBackbone())
    assert caught.value.code == "caption_too_long"
    assert check_caption(Pair(clip(1), "a" * MAX_CAPTION), BeepBackbone()) == frozenset()


def test_a_caption_outside_the_vocabulary_is_not_guessed():
    with pytest.raises(CaptionError, match=r"the caption of the clip of .* names no sound") as caught:
        check_caption(Pair(clip(1), "a tractor"), Taught())
    assert caught.value.code == "outside_vocabulary"


def test_a_caption_partly_outside_the_vocabulary_is_flagged():
    assert check_caption(Pair(clip(1), "a beep"), Taught()) == frozenset()
    assert check_caption(Pair(clip(1), "a beep tractor"), Taught()) == {"partly_outside_vocabulary"}


def test_a_clip_is_heard_at_the_backbones_rate_and_known_by_its_own(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(1.0, rate=44100), 44100)
    heard = hear(Pair(tmp_path / "a.wav", "a tone"), BeepBackbone(), "correct")
    assert [audio.sample_rate for audio in heard.clips] == [16000]
    assert heard.sha256 == read_audio(tmp_path / "a.wav").sha256
    assert heard.duration == 1.0
    assert abs(len(heard.clips[0].samples) - 16000) <= 1


def test_long_clips_come_in_windows_that_cover_them():
    heard = hear(Pair(clip(31), "a tone"), BeepBackbone(), "correct")
    assert all(audio.duration == pytest.approx(10) for audio in heard.clips)
    assert (heard.windows[0].start, heard.windows[-1].end) == (0.0, pytest.approx(31))
    overlaps = [a.end - b.start for a, b in zip(heard.windows, heard.windows[1:], strict=False)]
    assert min(overlaps) >= 1.0 - 1e-9


def test_silence_is_heard_and_flagged():
    from earwitness.audio import from_array

    silence = from_array(np.zeros(16000, np.float32), sample_rate=16000)
    assert "silent" in hear(Pair(silence, "a tone"), BeepBackbone(), "correct").flags


def test_without_audio_there_is_one_stretch_of_nothing():
    heard = hear(Pair(NO_AUDIO, "a tone"), BeepBackbone(), "correct")
    assert heard.clips == (NO_AUDIO,)
    assert heard.flags == {"no_audio"}
    assert heard.sha256 == NO_AUDIO.sha256
    with pytest.raises(CaptionError):
        hear(Pair(NO_AUDIO, "..."), BeepBackbone(), "correct")


@pytest.mark.parametrize("front_end", ["correct", "paper"])
def test_every_judge_that_asks_takes_text_alone(front_end):
    """Whole captions, and items of every rule that puts windows together."""
    said = FakeBackbone(lambda audio, question: 0.25 if audio.is_absent else 0.75)
    caption = "Cheerful music plays, then a dog barks twice, no rain."
    for judge in (AQAScore(said, front_end=front_end), RubricJudge(said, front_end=front_end)):
        score = judge.score(Pair(NO_AUDIO, caption, meta={"start_time": 1.0, "end_time": 2.0}))
        told = [verdict.p_yes for verdict in score.verdicts if verdict.status == "ok"]
        assert told
        assert told == pytest.approx([0.25] * len(told))
        assert score.coverage == 1.0
        assert "no_audio" in score.flags
        assert score.audio_sha256 == NO_AUDIO.sha256
