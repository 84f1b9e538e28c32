"""What a user points at: a table, a folder, a glob, one clip, or a dataset on the Hugging Face hub."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

from earwitness.errors import ManifestError, MissingDependencyError
from earwitness.manifest.folders import clips_below, clips_matching
from earwitness.manifest.places import AUDIO_SUFFIXES, absolute
from earwitness.manifest.rows import READERS, Row

HUB = "hf://"
# What a folder may hold beside its clips: a Hugging Face AudioFolder's table, or Kaldi's.
METADATA = (*(f"metadata{suffix}" for suffix in (".csv", ".tsv", ".jsonl", ".parquet")), "wav.scp")

_HUB_NAME = re.compile(r"hf://(?P<name>[^@:]+)(?:@(?P<revision>[^:]+))?(?::(?P<config>[^:]*))?(?::(?P<split>[^:]+))?")


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that can be read again and again, and how to speak of them.

    Attributes:
        form: its kind, in words.
        label: its name in error texts.
        root: the folder that its clips must not leave.
        rows: starts reading from the first row.
        captions: where captions come from unless the caller says otherwise.
        local: whether reading it twice costs nothing but time.
    """

    form: str
    label: str
    root: Path
    rows: Callable[[], Iterator[Row]]
    captions: Literal["column", "txt"] = "column"
    local: bool = True


def find_source(text: str, *, clips_only: bool = False, allow_outside: bool = False) -> Source:
    """The source that a path, glob or ``hf://`` name stands for.

    Args:
        text: what the user wrote.
        clips_only: read a folder's clips, even if it holds a metadata file.
        allow_outside: go through links to folders outside it, too.

    Raises:
        ManifestError: if there is nothing of the kind.
    """
    if text.startswith(HUB):
        return _hub(text)
    path = Path(text)
    if path.is_dir():
        metadata = next((path / name for name in METADATA if (path / name).is_file()), None)
        return _table(metadata) if metadata and not clips_only else _folder(path, allow_outside)
    if glob.has_magic(text) and not path.exists():
        return _glob(text, allow_outside)
    if path.suffix.lower() in AUDIO_SUFFIXES and path.exists():
        root = absolute(path).parent
        return Source("audio file", path.name, root, lambda: iter([_clip(path.name)]), "txt")
    if path.suffix.lower() in READERS:
        return _table(path)
    raise _unknown(text, path)


def _unknown(text: str, path: Path) -> ManifestError:
    if path.exists():
        return ManifestError(
            f"{path.name} has the ending {path.suffix or 'none'}; wanted a manifest ({', '.join(READERS)}), an audio "
            f"file ({', '.join(sorted(AUDIO_SUFFIXES))}) or a folder."
        )
    hint = f" For a Hugging Face dataset write {HUB}{text}" if re.fullmatch(r"[\w.-]+/[\w.-]+", text) else ""
    return ManifestError(f"{text!r} does not exist; wanted a manifest, folder, glob or audio file.{hint}")


def _table(path: Path) -> Source:
    reader = READERS[path.suffix.lower()]
    return Source(f"{path.suffix[1:].lower()} table", path.name, absolute(path).parent, lambda: reader(path))


def _clip(name: str) -> Row:
    return Row(f"file {name}", {"audio": name})


def _folder(folder: Path, allow_outside: bool) -> Source:
    root = absolute(folder)

    def rows() -> Iterator[Row]:
        return map(_clip, clips_below(root, allow_outside=allow_outside))

    return Source("folder", folder.name or str(root), root, rows, "txt")


def _glob(pattern: str, allow_outside: bool) -> Source:
    fixed = list(takewhile(lambda part: not glob.has_magic(part), absolute(Path(pattern)).parts))
    root = Path(*fixed)
    rest = absolute(Path(pattern)).relative_to(root).as_posix()

    def rows() -> Iterator[Row]:
        return map(_clip, clips_matching(rest, root, allow_outside=allow_outside))

    return Source("glob", pattern, root, rows, "txt")


def _hub(text: str) -> Source:
    """``hf://NAME[@REVISION][:CONFIG][:SPLIT]``; ``NAME`` may be a local folder that ``datasets`` can load."""
    named = _HUB_NAME.fullmatch(text)
    if not named:
        raise ManifestError(f"{text!r} is no dataset's name; wanted hf://OWNER/NAME[@REVISION][:CONFIG][:SPLIT].")
    wanted = named.groupdict()
    root = absolute(Path(wanted["name"]))
    return Source("Hugging Face dataset", text, root, lambda: _hub_rows(text, wanted), local=False)


def _hub_rows(label: str, wanted: dict[str, str | None]) -> Iterator[Row]:
    for number, cells in enumerate(_load_hub(label, wanted), start=1):
        yield Row(f"row {number}", cells)


def _load_hub(label: str, wanted: dict[str, str | None]) -> Any:
    try:
        import datasets
    except ImportError as error:
        raise MissingDependencyError(f"reading {label}", "datasets", "datasets") from error
    try:
        found = datasets.load_dataset(
            wanted["name"], wanted["config"] or None, split=wanted["split"], revision=wanted["revision"], streaming=True
        )
    except Exception as error:  # the library raises whatever its network, files and parsers raise
        raise ManifestError(f"{label} cannot be read: {type(error).__name__}: {error}") from error
    return _undecoded(datasets, _only_split(label, found, datasets.IterableDatasetDict))


def _only_split(label: str, found: Any, several: Any) -> Any:
    """The one dataset of a name without a split; ``several`` is the library's class for more."""
    if not isinstance(found, several):
        return found
    splits: list[str] = list(found)
    if len(splits) != 1:
        raise ManifestError(f"{label} has the splits {', '.join(splits)}; name one, such as {label}::{splits[0]}")
    return found[splits[0]]


def _undecoded(datasets: Any, table: Any) -> Any:
    """Audio cells as ``{bytes, path}``: the library's own decoder needs FFmpeg, ours does not."""
    for column, feature in (table.features or {}).items():
        if isinstance(feature, datasets.Audio):
            table = table.cast_column(column, datasets.Audio(decode=False))
    return table
