"""The frames of an MP3, counted by their headers (ISO 11172-3 and 13818-3, Layer III).

The count serves three ends: a file that breaks off is told from a whole one, the length is known before decoding, and
a file of variable bit rate without a Xing header - whose length the decoder guesses from the first frame, and stops
there - is given the header that it lacks.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache

from earwitness.audio.limits import Limits
from earwitness.audio.source import Promise

# kbit/s by index, and Hz by index, for MPEG 1 (True) and for MPEG 2 and 2.5 (False).
_BIT_RATES = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = (44_100, 48_000, 32_000)
_RATE_DIVISORS = {3: 1, 2: 2, 0: 4}  # by version: MPEG 1, 2, 2.5
# Flags of a Xing header: a frame count follows, a size in bytes follows.
_XING_FRAMES, _XING_BYTES = 1, 2
# How much junk between frames is looked through; the decoder gives up far earlier.
_LARGEST_GAP, _MOST_GAPS = 1 << 16, 100


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame's header: its length in bytes, 0 in free format, and its sound."""

    length: int
    samples: int
    sample_rate: int
    side_info: int


def tag_size(head: bytes) -> int:
    """Bytes of the ID3v2 tag that a file starts with, 0 without one."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if head[5] & 0x10 else 0)


# A file has few different headers and thousands of frames.
@lru_cache(maxsize=256)
def parse_frame(header: bytes) -> Frame | None:
    """The frame that starts with these four bytes, None if none does.

    Example:
        >>> parse_frame(bytes.fromhex("fffb9044"))
        Frame(length=417, samples=1152, sample_rate=44100, side_info=32)
    """
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:  # sync, Layer III
        return None
    version, bit_rate, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or bit_rate == 15 or rate == 3:
        return None
    first = version == 3
    sample_rate = _SAMPLE_RATES[rate] // _RATE_DIVISORS[version]
    samples = 1152 if first else 576
    kbits = _BIT_RATES[first][bit_rate]
    length = samples // 8 * 1000 * kbits // sample_rate + (header[2] >> 1 & 1) if kbits else 0
    mono = header[3] >> 6 == 3
    side_info = (17 if mono else 32) if first else (9 if mono else 17)
    return Frame(length, samples, sample_rate, side_info)


def is_mp3_frame(head: bytes) -> bool:
    """Whether these bytes start an MP3 frame."""
    return parse_frame(head[:4]) is not None


def read_mp3(data: bytes, limits: Limits) -> Promise:
    """What an MP3 promises and holds, with a frame count of our own where the file's is missing or too small.

    Counting stops where ``limits.max_duration`` is passed. Nothing can be told in free format, or if there is no
    frame.
    """
    start = tag_size(data)
    start = start if is_mp3_frame(data[start : start + 4]) else _next_frame(data, start)
    first = parse_frame(data[start : start + 4])
    if first is None or not first.length:
        return Promise()
    promised = _promised_frames(data[start : start + first.length], first)
    most = limits.max_frames(first.sample_rate) // first.samples + 2
    if promised is not None and promised > most:
        return Promise(frames=promised * first.samples, sample_rate=first.sample_rate)
    sound = start if promised is None else start + first.length  # the header's own frame holds no sound
    counted, whole = _count_frames(data, sound, most)
    flags = () if whole and counted >= (promised or 0) else ("truncated",)
    content = None
    # Files put end to end count only the first; one more than promised is another way to count.
    if promised is None or counted > promised + 1:
        content = _with_count(data, sound, counted)
    elif flags:
        content = _with_size(data, start, first)
    return Promise(flags, counted * first.samples, first.sample_rate, content)


def _promised_frames(frame: bytes, header: Frame) -> int | None:
    """The count in a Xing or Info header; None without one."""
    at = 4 + header.side_info
    if frame[at : at + 4] in (b"Xing", b"Info") and len(frame) >= at + 12:
        flags, count = struct.unpack(">II", frame[at + 4 : at + 12])
        return int(count) if flags & _XING_FRAMES else None
    at = 4 + 32
    if frame[at : at + 4] == b"VBRI" and len(frame) >= at + 18:
        return int(struct.unpack(">I", frame[at + 14 : at + 18])[0])
    return None


def _count_frames(data: bytes, offset: int, most: int) -> tuple[int, bool]:
    """How many frames follow, up to ``most``, and whether the last one is whole."""
    count = gaps = 0
    while count < most and offset < len(data):
        frame = parse_frame(data[offset : offset + 4])
        if frame and frame.length:
            offset += frame.length
            count += 1
            continue
        gaps += 1
        # Files put end to end have their tags in the middle.
        following = offset + tag_size(data[offset : offset + 10])
        if following == offset:
            following = _next_frame(data, offset)
        if following < 0 or gaps > _MOST_GAPS:
            # Tags at the end are nobody's loss; the start of a header is a frame that broke off.
            return count, data[offset] != 0xFF
        offset = following
    return count, offset <= len(data)


def _next_frame(data: bytes, offset: int) -> int:
    """Where the next frame starts that is followed by another one or by the end; -1 if none is near."""
    stop = offset + _LARGEST_GAP
    while (offset := data.find(b"\xff", offset + 1, stop)) >= 0:
        frame = parse_frame(data[offset : offset + 4])
        if frame and frame.length:
            follower = offset + frame.length
            if follower == len(data) or is_mp3_frame(data[follower : follower + 4]):
                return offset
    return -1


def _with_count(data: bytes, sound: int, count: int) -> bytes:
    """The frames from ``sound`` on, behind a silent Xing frame that has their count."""
    header = bytearray(data[sound : sound + 4])
    header[1] |= 0x01  # no checksum
    header[2] = 0xE0 | header[2] & 0x0C  # the highest bit rate: there is room for a Xing header in any mode
    frame = parse_frame(bytes(header))
    if frame is None:
        return data
    body = bytes(frame.side_info) + struct.pack(">4sII", b"Xing", _XING_FRAMES, count)
    return bytes(header) + body.ljust(frame.length - 4, b"\0") + data[sound:]


def _with_size(data: bytes, start: int, first: Frame) -> bytes:
    """The same with the Xing header's size in bytes put right: the decoder complains of a wrong one on stderr."""
    at = start + 4 + first.side_info + 4
    flags = int.from_bytes(data[at : at + 4], "big")
    if not flags & _XING_BYTES:
        return data
    at += 8 if flags & _XING_FRAMES else 4
    return data[:at] + struct.pack(">I", len(data) - start) + data[at + 4 :]
