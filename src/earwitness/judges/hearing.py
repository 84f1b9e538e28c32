"""From a pair to what the backbone hears: the caption checked, the clip decoded, resampled and cut into windows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from earwitness.audio import cut, read_audio, resample
from earwitness.audio.segment import segment
from earwitness.audio.source import shown
from earwitness.backbones.base import Backbone, FrontEnd, LimitedVocabulary
from earwitness.errors import AudioError, CaptionError
from earwitness.judges.windows import Window, plan_windows
from earwitness.types import Audio, Pair, says_something

# What stands for the time of a clip that is not there: one stretch of which nothing is left unheard.
NO_TIME = Window(0.0, 1.0)
# Longer than any caption; beyond it a text is a mistake in the manifest and would crowd the clip out of the context.
MAX_CAPTION = 4000


@dataclass(frozen=True, slots=True)
class Heard:
    """A pair made ready for a backbone.

    Attributes:
        pair: as it came.
        sha256: hash of the decoded clip; its samples at their own rate are not kept, a batch of long ones is large.
        duration: of the clip, or of its segment, in seconds.
        windows: what is heard at once, in seconds from the clip's start.
        clips: the audio of each window at the backbone's rate.
        flags: doubts found so far.
    """

    pair: Pair
    sha256: str
    duration: float
    windows: tuple[Window, ...]
    clips: tuple[Audio, ...]
    flags: frozenset[str]


def hear(pair: Pair, backbone: Backbone, front_end: FrontEnd) -> Heard:
    """Read a pair for this backbone; one with ``NO_AUDIO`` is asked from text alone.

    ``correct`` hears the whole clip, in windows where the backbone cannot hear it at once; ``paper`` keeps what the
    model's released front-end keeps and flags the cut.

    Raises:
        ClipError: if the caption or the clip cannot be judged.
    """
    flags = check_caption(pair, backbone)
    if isinstance(pair.audio, Audio) and pair.audio.is_absent:
        return Heard(pair, pair.audio.sha256, NO_TIME.duration, (NO_TIME,), (pair.audio,), flags | {*pair.audio.flags})
    audio = segment(read_audio(pair.audio), pair.meta)
    check_length(pair, audio, backbone.name, backbone.min_duration)
    sounding = resample(audio, backbone.sample_rate)
    if front_end == "paper" and sounding.duration > backbone.released_window:
        sounding = cut(sounding, 0.0, backbone.released_window)
        flags |= {"cut_by_front_end"}
    windows = plan_windows(sounding.duration, backbone.max_duration)
    clips = (sounding,) if len(windows) == 1 else tuple(cut(sounding, w.start, w.end) for w in windows)
    return Heard(pair, audio.sha256, audio.duration, windows, clips, flags | frozenset(audio.flags))


def clip_name(pair: Pair) -> str:
    """What people call a pair's clip: its file's name, or the pair's id where there is no file."""
    return shown(Path(pair.audio)) if isinstance(pair.audio, str | Path) else f"the clip of '{pair.id}'"


def check_length(pair: Pair, audio: Audio, name: str, shortest: float) -> None:
    """Refuse a clip that is too short to be heard.

    Raises:
        AudioError: with code ``too_short``.
    """
    if audio.duration < shortest:
        raise AudioError(
            f"{clip_name(pair)} lasts {audio.duration:.2f} s; {name} needs at least {shortest:.2f} s.", code="too_short"
        )


def check_says_something(pair: Pair) -> None:
    """Refuse a caption that nothing can be heard against.

    Raises:
        CaptionError: if it says nothing, or is too long.
    """
    caption = pair.caption
    if not says_something(caption):
        raise CaptionError(
            f"the caption of {clip_name(pair)} is {caption!r}: it names nothing to hear.", code="caption_empty"
        )
    if len(caption) > MAX_CAPTION:
        raise CaptionError(
            f"the caption of {clip_name(pair)} has {len(caption):,} characters; at most {MAX_CAPTION:,} are judged.",
            code="caption_too_long",
        )


def check_caption(pair: Pair, backbone: Backbone) -> frozenset[str]:
    """Flags of the caption.

    Raises:
        CaptionError: if it says nothing, is too long, or names nothing that the backbone was taught.
    """
    check_says_something(pair)
    caption = pair.caption
    if not isinstance(backbone, LimitedVocabulary):
        return frozenset()
    if not backbone.names_something(caption):
        raise CaptionError(
            f"the caption of {clip_name(pair)} names no sound that backbone '{backbone.name}' was taught: "
            f"{caption[:80]!r}. "
            "Larger backbones know more: earwitness list backbones",
            code="outside_vocabulary",
        )
    return frozenset({"partly_outside_vocabulary"} if backbone.unknown_words(caption) else ())
