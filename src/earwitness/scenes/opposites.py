"""Statements and their opposites about one thing that is heard, in English and Chinese.

A pair tells of a low value and of a high one, in words as alike as can be. Every second pair names what sounds, as
captions do; ``{sound}`` stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from earwitness.types import Language

# What is said of a low value, what of a high one.
Opposites: TypeAlias = tuple[str, str]

SOUNDS: Mapping[str, Mapping[Language, str]] = {
    "beep": {"en": "a beep", "zh": "哔哔声"},
    "bell": {"en": "a bell", "zh": "钟声"},
    "chirp": {"en": "a chirp", "zh": "啁啾声"},
    "knock": {"en": "knocking", "zh": "敲门声"},
    "noise burst": {"en": "a burst of noise", "zh": "一阵噪声"},
    "siren": {"en": "a siren", "zh": "警报声"},
    "tone": {"en": "a tone", "zh": "单音"},
    "music": {"en": "music", "zh": "音乐"},
}

WORDINGS: Mapping[str, Mapping[Language, tuple[Opposites, ...]]] = {
    "brightness": {
        "en": (
            ("a dark, dull sound", "a bright, sharp sound"),
            ("the sound of {sound} with a dark timbre", "the sound of {sound} with a bright timbre"),
            ("The recording sounds dark, with little treble.", "The recording sounds bright, with a lot of treble."),
            ("a dark recording of {sound}", "a bright recording of {sound}"),
        ),
        "zh": (
            ("阴暗低闷的声音", "明亮尖锐的声音"),
            ("音色阴暗的{sound}", "音色明亮的{sound}"),
            ("这段录音听起来沉闷，高频很弱。", "这段录音听起来明亮，高频很强。"),
            ("一段音色暗淡的{sound}录音", "一段音色明亮的{sound}录音"),
        ),
    },
    "reverberation": {
        "en": (
            ("a dry sound in a very small room", "a reverberant sound in a large hall"),
            ("{sound}, with little reverb", "{sound}, with a lot of reverb"),
            ("The recording is dry, without an echo.", "The recording is reverberant, with a long echo."),
            ("{sound} in a small, dry room", "{sound} in a large, echoing hall"),
        ),
        "zh": (
            ("很小的房间里干涩的声音", "很大的厅堂里混响很长的声音"),
            ("混响很小的{sound}", "混响很大的{sound}"),
            ("这段录音声音干涩，没有回声。", "这段录音混响很大，回声很长。"),
            ("干涩、混响很短的{sound}", "空旷、混响很长的{sound}"),
        ),
    },
    "distortion": {
        "en": (
            ("a clean, undistorted sound", "a harsh, distorted sound"),
            ("an undistorted recording of {sound}", "a distorted recording of {sound}"),
            ("The recording is clean and unclipped.", "The recording is distorted and clipped."),
            ("{sound}, heard without distortion", "{sound}, heard with heavy distortion"),
        ),
        "zh": (
            ("干净、不失真的声音", "刺耳、失真的声音"),
            ("不失真的{sound}录音", "失真的{sound}录音"),
            ("这段录音很干净，没有削波。", "这段录音失真严重，有削波。"),
            ("{sound}，没有失真", "{sound}，失真严重"),
        ),
    },
    "noise": {
        "en": (
            ("a clean recording without background noise", "a noisy recording with loud background noise"),
            ("a clean, noise-free recording of {sound}", "a noisy, hissy recording of {sound}"),
            ("The recording is clean, and no hiss is heard.", "The recording is noisy, and a loud hiss is heard."),
            ("{sound}, with no noise around it", "{sound}, with loud noise around it"),
        ),
        "zh": (
            ("一段干净、没有背景噪声的录音", "一段嘈杂、背景噪声很大的录音"),
            ("背景安静的{sound}录音", "背景嘈杂的{sound}录音"),
            ("录音清晰，听不到嘶嘶声。", "录音嘈杂，嘶嘶声很响。"),
            ("{sound}，没有背景噪声", "{sound}，背景噪声很响"),
        ),
    },
    "bandwidth": {
        "en": (
            ("a muffled, narrow-band sound", "a clear, wide-band sound"),
            ("a narrow-band recording of {sound}", "a wide-band recording of {sound}"),
            ("It is muffled, with few high frequencies.", "It is clear, with strong high frequencies."),
            ("{sound} with a limited bandwidth, as over a telephone", "{sound} with a full bandwidth, as in the room"),
        ),
        "zh": (
            ("沉闷的窄频带声音", "清晰的宽频带声音"),
            ("窄频带的{sound}录音", "宽频带的{sound}录音"),
            ("这段录音沉闷，高频被切掉。", "这段录音清晰，高频完整。"),
            ("{sound}，频带很窄，像在电话里", "{sound}，频带很宽，像在现场"),
        ),
    },
    "tempo": {
        "en": (
            ("a slow piece of music", "a fast piece of music"),
            ("{sound} at a slow tempo", "{sound} at a fast tempo"),
            ("The tempo is slow.", "The tempo is fast."),
            ("slow-paced {sound}", "fast-paced {sound}"),
        ),
        "zh": (
            ("一首缓慢的乐曲", "一首快速的乐曲"),
            ("慢节奏的{sound}", "快节奏的{sound}"),
            ("节奏很慢。", "节奏很快。"),
            ("节奏缓慢的{sound}", "节奏飞快的{sound}"),
        ),
    },
    "mode": {
        "en": (
            ("a piece in a minor key", "a piece in a major key"),
            ("{sound} in a minor key", "{sound} in a major key"),
            ("a progression of minor chords", "a progression of major chords"),
            ("{sound} in minor", "{sound} in major"),
        ),
        "zh": (
            ("一首小调乐曲", "一首大调乐曲"),
            ("小调的{sound}", "大调的{sound}"),
            ("这段音乐是小调。", "这段音乐是大调。"),
            ("小调式{sound}", "大调式{sound}"),
        ),
    },
    "register": {
        "en": (
            ("a melody of low notes", "a melody of high notes"),
            ("{sound} in a low register", "{sound} in a high register"),
            ("The notes are low-pitched.", "The notes are high-pitched."),
            ("low-pitched {sound}", "high-pitched {sound}"),
        ),
        "zh": (
            ("低音的旋律", "高音的旋律"),
            ("低音区的{sound}", "高音区的{sound}"),
            ("音符都很低。", "音符都很高。"),
            ("音调低的{sound}", "音调高的{sound}"),
        ),
    },
}  # fmt: skip


def opposites(name: str, sound: str, number: int) -> Mapping[Language, Opposites]:
    """A statement and its opposite in each language.

    Args:
        name: of the property.
        sound: what sounds, as in ``SOUNDS``.
        number: which wording; they come in turn.

    Example:
        >>> opposites("mode", "music", 1)["en"]
        ('music in a minor key', 'music in a major key')
    """
    return {
        language: _stated(wordings[number % len(wordings)], SOUNDS[sound][language])
        for language, wordings in WORDINGS[name].items()
    }


def _stated(both: Opposites, sound: str) -> Opposites:
    low, high = (wording.format(sound=sound) for wording in both)
    return low, high
