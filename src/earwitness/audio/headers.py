"""What a file's own structure promises, read without decoding it.

libsndfile decodes half a WAV, Ogg or MP3 without a complaint, so each format is held to its own promise: WAV to the
size of its data chunk, FLAC to its total of samples, Ogg to its end-of-stream page, MP3 to its frames.
"""

from __future__ import annotations

import struct

from earwitness.audio.limits import Limits
from earwitness.audio.mp3 import is_mp3_frame, read_mp3, tag_size
from earwitness.audio.source import Promise, Source
from earwitness.errors import AudioError

_SNIFFED_BYTES = 64
# Writers that stream leave the largest size there is; some take the signed one, less the header.
_STREAMED_WAV_SIZE = 0x7FFF0000
_UNKNOWN_SIZE = 0xFFFFFFFF
# More than any file of sound has; a file that is all chunk or page headers must not keep us for minutes.
_MOST_CHUNKS, _MOST_PAGES = 10_000, 1_000_000
_FLAC_HEADER = 42
_OGG_PAGE_HEADER = 27
_OGG_FIRST_PAGE, _OGG_LAST_PAGE = 0x02, 0x04
# Sounds that libsndfile cannot read, or reads with no way to tell a whole file from half of one.
_OTHER_FORMATS = (
    (0, b"FORM", "AIFF"),
    (0, b".snd", "AU"),
    (0, b"caff", "CAF"),
    (0, b"riff", "Wave64"),
    (4, b"ftyp", "MP4 or M4A"),
    (0, b"\x1aE\xdf\xa3", "WebM or Matroska"),
    (0, b"0&\xb2u", "WMA"),
    (0, b"#!AMR", "AMR"),
    (0, b"\xff\xf0", "AAC"),
    (0, b"\xff\xf1", "AAC"),
    (0, b"\xff\xf8", "AAC"),
    (0, b"\xff\xf9", "AAC"),
    (0, b"\x0bw", "AC-3"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"TTA1", "True Audio"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"DSD ", "DSF"),
)


def read_promise(source: Source, limits: Limits) -> Promise:
    """Tell the format by its first bytes and read what it promises.

    Raises:
        AudioError: with code ``audio_not_audio`` or ``audio_format`` if it is no format that is read, with
            ``audio_chained`` if an Ogg holds more than one stream, or with ``audio_too_large`` for an MP3.
    """
    head = source.read_at(0, _SNIFFED_BYTES)
    if head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE":
        return _wav(source)
    if head[:4] == b"OggS":
        return _ogg(source)
    start = tag_size(head)
    head = source.read_at(start, _SNIFFED_BYTES) if start else head
    if head[:4] == b"fLaC":
        return _flac(head)
    if is_mp3_frame(head) or (start and _other_format(head) is None):
        limits.check_bytes(source.name, source.size, limits.max_mp3_bytes)
        return read_mp3(source.read_at(0, source.size), limits)
    raise _not_read(source.name, head)


def _not_read(name: str, head: bytes) -> AudioError:
    kind = _other_format(head)
    if kind is not None:
        text = f"{name} is {kind}; WAV, FLAC, Ogg and MP3 are read. Convert it first."
        return AudioError(text, code="audio_format")
    text = f"{name} is not audio: it starts with {head[:16]!r}; wanted WAV, FLAC, Ogg (Vorbis, Opus) or MP3."
    return AudioError(text, code="audio_not_audio")


def _other_format(head: bytes) -> str | None:
    kinds = (kind for offset, magic, kind in _OTHER_FORMATS if head[offset : offset + len(magic)] == magic)
    return next(kinds, None)


def _wav(source: Source) -> Promise:
    """Walk the chunks to the one that holds the samples and compare its size with what is there."""
    form = source.read_at(0, 4)
    order = ">" if form == b"RIFX" else "<"
    flags: tuple[str, ...] = ("rf64",) if form == b"RF64" else ()
    long_size, offset = 0, 12
    for _ in range(_MOST_CHUNKS):
        header = source.read_at(offset, 8)
        if len(header) < 8:
            break
        kind, size = struct.unpack(f"{order}4sI", header)
        offset += 8
        if kind == b"data":
            size = long_size if size == _UNKNOWN_SIZE and long_size else size
            return Promise(flags + _wav_data_flags(size, source.size - offset))
        if kind == b"ds64" and size >= 16:
            long_size = struct.unpack("<Q", source.read_at(offset + 8, 8).ljust(8, b"\0"))[0]
        offset += size + size % 2
    return Promise((*flags, "truncated"))


def _wav_data_flags(size: int, available: int) -> tuple[str, ...]:
    if size <= available:
        return ()
    # A file that truly promises this much is beyond any limit, so a cut one is not mistaken for a stream.
    return ("streamed_size",) if _STREAMED_WAV_SIZE <= size <= _UNKNOWN_SIZE else ("truncated",)


def _flac(head: bytes) -> Promise:
    """STREAMINFO's total of samples is the decoder's promise too; 0 means that it was not known when written."""
    if len(head) < _FLAC_HEADER:
        return Promise(("truncated",))
    total = int.from_bytes(head[21:26], "big") & (2**36 - 1)
    return Promise(() if total else ("streamed_size",))


def _ogg(source: Source) -> Promise:
    """Walk the pages: the last must be whole and marked as the stream's end.

    libsndfile plays only one of several streams chained in a file, so a chain is refused.
    """
    offset, kind, started = 0, 0, False
    for _ in range(_MOST_PAGES):
        header = source.read_at(offset, _OGG_PAGE_HEADER)
        if len(header) < _OGG_PAGE_HEADER or header[:4] != b"OggS":
            break
        kind = header[5]
        if started and kind & _OGG_FIRST_PAGE:
            text = f"{source.name} holds several Ogg streams in a row; wanted one. Encode it again as one."
            raise AudioError(text, code="audio_chained")
        started = started or not kind & _OGG_FIRST_PAGE
        segments = source.read_at(offset + _OGG_PAGE_HEADER, header[26])
        offset += _OGG_PAGE_HEADER + header[26] + sum(segments)
    whole = kind & _OGG_LAST_PAGE and offset <= source.size
    return Promise(() if whole else ("truncated",))
