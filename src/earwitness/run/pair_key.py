"""What a pair's number depends on, in hashes: a score is kept only for as long as they stay the same."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache

from earwitness.audio.source import open_source
from earwitness.errors import AudioError
from earwitness.types import Audio, Pair

# Larger files are beyond what a judge hears; reading them through would only take time.
MAX_HASHED_BYTES = 2**30


@dataclass(frozen=True, slots=True)
class PairKey:
    """Hashes of what determines a pair's number besides its id."""

    recipe: str
    clip: str
    caption: str


def key_of(pair: Pair, recipe: str) -> PairKey:
    """The key of a pair under a recipe.

    The clip counts by its content, before decoding, and by the segment wanted of it: a file made anew under its old
    name is another clip. The caption counts with its language, which chooses the question's words.

    Example:
        >>> one, other = (key_of(Pair(b"RIFF", "rain", id=name), "r1") for name in ("a", "b"))
        >>> one == other
        True
    """
    caption = hashlib.sha256(f"{pair.language}\0{pair.caption}".encode("utf-8", "surrogatepass")).hexdigest()
    segment = [pair.meta.get(bound) for bound in ("start_time", "end_time")]
    return PairKey(recipe, _content_hash(pair) + ("" if _is_whole(*segment) else f"#{segment}"), caption)


def _is_whole(start: object, end: object) -> bool:
    """Whether a segment is the whole clip: no end, and no start or 0. Anything odd is a segment of its own."""
    return end is None and (start is None or (isinstance(start, int | float) and start == 0))


def _content_hash(pair: Pair) -> str:
    if isinstance(pair.audio, Audio):
        return pair.audio.sha256
    if isinstance(pair.audio, bytes):
        return hashlib.sha256(pair.audio).hexdigest()
    try:
        found = os.stat(pair.audio)
        return _file_hash(str(pair.audio), found.st_size, found.st_mtime_ns)
    except (OSError, ValueError, AudioError):
        # The judge says what is wrong with it; a clip without a score is tried again on resume anyway.
        return "unreadable"


# Several captions on one clip are common and mostly lie side by side.
@lru_cache(maxsize=256)
def _file_hash(path: str, size: int, changed: int) -> str:
    if size > MAX_HASHED_BYTES:
        return f"size {size}, changed {changed}"
    digest = hashlib.sha256()
    with open_source(path) as source:
        while chunk := source.stream.read(2**20):
            digest.update(chunk)
    return digest.hexdigest()
