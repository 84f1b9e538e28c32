"""Where a clip may lie: inside the folder of the manifest that names it, unless its user says otherwise.

A manifest may come from anyone, so by default it cannot point a judge at other files of the machine. Paths come out
twice: absolute, to open the clip, and relative to the root with forward slashes, which names it on any machine.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from earwitness.errors import ManifestError

AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3"})

_WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True, slots=True)
class Place:
    """A clip's file: ``path`` opens it, ``name`` is what it is called wherever the manifest is moved to."""

    path: Path
    name: str


def absolute(path: Path) -> Path:
    """From the root of the file system, without ``..``, links left as they are (``Path.absolute`` keeps ``..``)."""
    return Path(os.path.abspath(path))


def locate(text: str, root: Path, *, allow_outside: bool | None = False) -> Place:
    """The file that a manifest in ``root`` means by ``text``.

    Whether it exists is not asked: a missing clip costs its own score, not the run.

    Args:
        text: a path, relative to the root or absolute, or a ``file:`` address.
        root: the manifest's folder.
        allow_outside: accept absolute paths, ``file:`` and network addresses, ``..`` and links out of the root; None
            where no caller can accept them.

    Raises:
        ManifestError: if the path is none, an address on the web, or leaves the root without leave.

    Example:
        >>> locate("clips/a.wav", Path("/data")).name
        'clips/a.wav'
        >>> locate("../secret.wav", Path("/data"))
        Traceback (most recent call last):
        earwitness.errors.ManifestError: '../secret.wav' leaves the manifest's folder; move the clip there, or allow \
it with allow_outside_root=True (--allow-outside-root).
    """
    if "\0" in text:
        raise ManifestError(f"{text!r} holds a zero byte; wanted a path.")
    plain = _plain_path(text, allow_outside)
    # Strings, not Paths: manifests have millions of rows, and Paths would be half the time of reading them.
    base = str(root)
    path = os.path.normpath(os.path.join(base, plain))
    inside = _is_below(path, base) and not _is_foreign(plain)
    if not allow_outside and not (inside and _resolves_inside(path, base)):
        raise _outside(text, allow_outside)
    return Place(Path(path), _name(path, base, inside))


def _name(path: str, root: str, inside: bool) -> str:
    """Relative to the root, also from outside: an absolute path would be another one on each machine."""
    if inside:
        return path.removeprefix(root).lstrip(os.sep).replace(os.sep, "/")
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:  # another drive of Windows
        return os.path.basename(path)


def _plain_path(text: str, allow_outside: bool | None) -> str:
    if text[:5].lower() == "file:":
        if not allow_outside:
            raise _outside(text, allow_outside)
        return _path_of_address(text)
    # A colon alone is legal in a file's name; only with // is it an address for certain.
    if _WEB.match(text):
        raise ManifestError(f"{text[:80]!r} is a web address; wanted a path. Download the clip first.")
    return text


def _path_of_address(text: str) -> str:
    try:
        path = url2pathname(urlsplit(text).path)
    except ValueError as error:
        raise ManifestError(f"{text[:80]!r} is no file's address ({error}); wanted file:///PATH.") from error
    if "\0" in path:
        raise ManifestError(f"{text[:80]!r} holds a zero byte; wanted a path.")
    return path


def _is_foreign(text: str) -> bool:
    """Whether another system would take this for an absolute or network path."""
    # A drive is a letter with a colon; root and separators of this system are judged by where they lead.
    return text.startswith(("\\\\", "//")) or (text[1:2] == ":" and text[0].isalpha() and os.sep == "/")


def _resolves_inside(path: str, root: str) -> bool:
    folder, name = os.path.split(path)
    real = os.path.realpath(path) if os.path.islink(path) else os.path.join(_real(folder), name)
    return _is_below(real, _real(root))


def _is_below(path: str, root: str) -> bool:
    return path.startswith(root if root.endswith(os.sep) else root + os.sep)


# Clips share few folders, and following links costs a system call for each part of a path.
@lru_cache(maxsize=4096)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def _outside(text: str, may_be_allowed: bool | None) -> ManifestError:
    leave = "" if may_be_allowed is None else ", or allow it with allow_outside_root=True (--allow-outside-root)"
    return ManifestError(f"{text[:200]!r} leaves the manifest's folder; move the clip there{leave}.")
