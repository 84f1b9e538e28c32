"""Clips below a folder, and by a glob: which files are meant, and how far links are followed.

Every file of sound is listed, also of kinds that are not read: it must be seen to have no score. Links to folders are
followed where the manifest could name what they lead to; a link back to a folder that it lies in is a loop and left
out.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from earwitness.errors import ManifestError
from earwitness.manifest.places import AUDIO_SUFFIXES, locate

# Sound that is not read; its rows say so. MP4 is left out: it mostly holds films.
UNREAD_SUFFIXES = frozenset(
    ".aac .ac3 .aif .aifc .aiff .amr .ape .au .caf .dsf .m4a .m4b .mka .mpc .snd .tta .w64 .webm .wma .wv".split()
)


def is_clip(name: str) -> bool:
    """Whether a file's name is that of sound, of a kind that is read or not."""
    return PurePosixPath(name).suffix.lower() in AUDIO_SUFFIXES | UNREAD_SUFFIXES


def clips_below(root: Path, *, allow_outside: bool) -> Iterator[str]:
    """Names of clips relative to the root, in order; hidden ones, such as macOS' ``._`` twins, are left out.

    Raises:
        ManifestError: if a folder cannot be read, or links out of the root without leave.
    """
    for folder, subfolders, files in os.walk(root, followlinks=True, onerror=_refuse_unreadable):
        below = Path(folder).relative_to(root)
        subfolders[:] = sorted(
            name for name in subfolders if not name.startswith(".") and _is_followed(below / name, root, allow_outside)
        )
        for name in sorted(files):
            if is_clip(name) and not name.startswith("."):
                yield (below / name).as_posix()


def clips_matching(pattern: str, root: Path, *, allow_outside: bool) -> list[str]:
    """Names of clips relative to the root that match a glob, in order; ``**`` stands for any depth.

    Raises:
        ManifestError: as in ``clips_below``.
    """
    parts = PurePosixPath(pattern).parts
    if "**" not in parts:
        found = glob.glob(pattern, root_dir=root)
    else:
        # Python's own ** goes round a loop of links forty times.
        found = [name for name in clips_below(root, allow_outside=allow_outside) if _matches(name.split("/"), parts)]
    return sorted(PurePosixPath(name).as_posix() for name in found if is_clip(name) and (root / name).is_file())


def _is_followed(name: Path, root: Path, allow_outside: bool) -> bool:
    """Whether a subfolder is gone into: any but a link back to a folder above it.

    Raises:
        ManifestError: if it is a link out of the root, without leave.
    """
    if not (root / name).is_symlink():
        return True
    real = os.path.realpath(root / name)
    if any(os.path.realpath(root / above) == real for above in name.parents):
        return False
    locate(str(name), root, allow_outside=allow_outside)
    return True


def _refuse_unreadable(error: OSError) -> None:
    raise ManifestError(f"{error.filename} cannot be read: {error.strerror}.") from error


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        # At the end it stands for everything below.
        return not pattern[1:] or any(_matches(parts[skipped:], pattern[1:]) for skipped in range(len(parts)))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])
