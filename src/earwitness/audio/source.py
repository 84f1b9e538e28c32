"""From a path or bytes to something that can be read, without ever waiting on a pipe or a device."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from earwitness.errors import AudioError

# A pipe that nobody writes to would block for ever; with this flag even one that takes the file's place between the
# look and the opening does not.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_BUFFER_BYTES = 1 << 16
_NOT_FILES = (
    (stat.S_ISDIR, "audio_directory", "a directory"),
    (stat.S_ISFIFO, "audio_fifo", "a pipe"),
    (stat.S_ISSOCK, "audio_device", "a socket"),
    (stat.S_ISCHR, "audio_device", "a device"),
    (stat.S_ISBLK, "audio_device", "a device"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """An open, seekable file or buffer: how to speak of it, its bytes and how many they are."""

    name: str
    stream: BinaryIO
    size: int

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``offset``; fewer at the end."""
        self.stream.seek(offset)
        return self.stream.read(count)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a file says of itself.

    Attributes:
        flags: of ``truncated``, ``streamed_size`` and ``rf64``, those that its structure shows.
        frames: samples a channel by its own count, if the decoder's count cannot be trusted.
        sample_rate: Hz, given with ``frames``.
        content: the bytes to decode, where they are not simply the file's.
    """

    flags: tuple[str, ...] = ()
    frames: int = 0
    sample_rate: int = 0
    content: bytes | None = None


@contextmanager
def open_source(source: str | Path | bytes) -> Iterator[Source]:
    """Open a regular file, or the bytes of one.

    Raises:
        AudioError: with code ``audio_missing``, ``audio_directory``, ``audio_fifo``, ``audio_device``,
            ``audio_unreadable`` or ``audio_empty``.
    """
    if isinstance(source, bytes):
        opened = Source("the audio (bytes)", io.BytesIO(source), len(source))
    else:
        opened = _open_file(Path(source))
    with opened.stream:
        if opened.size == 0:
            raise AudioError(f"{opened.name} is empty (0 bytes).", code="audio_empty")
        try:
            yield opened
        except OSError as error:
            raise _cannot_be_read(opened.name, error) from None


def shown(path: Path) -> str:
    r"""A file's name as one printable line, whatever bytes it is made of.

    Example:
        >>> shown(Path("takes/rain\n2.wav"))
        'rain\\n2.wav'
    """
    return printable(path.name or str(path))


def printable(text: str) -> str:
    r"""Control characters written out: a caption or file name must not move the cursor of a terminal.

    Example:
        >>> printable("rain\x1b[2J")
        'rain\\x1b[2J'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _open_file(path: Path) -> Source:
    name = shown(path)
    try:
        found = os.stat(path)
        _refuse_non_file(name, found.st_mode)
        return Source(name, io.BufferedReader(io.FileIO(os.open(path, _OPEN_FLAGS)), _BUFFER_BYTES), found.st_size)
    except FileNotFoundError:
        what = "is a link to a file that is not there" if path.is_symlink() else "is not there"
        raise AudioError(f"{name} {what}: {_folder(path)}.", code="audio_missing") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _cannot_be_read(name, error) from None


def _cannot_be_read(name: str, error: OSError | ValueError) -> AudioError:
    reason = getattr(error, "strerror", None) or str(error)
    return AudioError(f"{name} cannot be read: {reason}.", code="audio_unreadable")


def _refuse_non_file(name: str, mode: int) -> None:
    for is_kind, code, noun in _NOT_FILES:
        if is_kind(mode):
            raise AudioError(f"{name} is {noun}; wanted an audio file.", code=code)


def _folder(path: Path) -> str:
    return f"looked in {shown(path.parent)}" if path.parent.name else "looked in the current directory"
