"""The pairs of one source: read lazily and anew each time, checked beforehand, and which of them are wanted."""

from __future__ import annotations

import hashlib
import heapq
from array import array
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import get_args

import numpy as np

from earwitness.errors import ManifestError, UsageError
from earwitness.manifest.columns import Columns, find_columns, missing_column
from earwitness.manifest.reading import CAPTIONS, CaptionFrom, Reading
from earwitness.manifest.rows import at
from earwitness.manifest.sources import find_source
from earwitness.types import Pair


def read_pairs(
    source: str | Path,
    *,
    caption_from: CaptionFrom = "auto",
    columns: Mapping[str, str] | None = None,
    captions_optional: bool = False,
    allow_outside_root: bool = False,
    limit: int | None = None,
    shard: tuple[int, int] | None = None,
    seed: int | None = None,
) -> Pairs:
    r"""Read pairs of clip and caption from whatever lists them.

    Args:
        source: a CSV, TSV, JSON Lines or Parquet file (NeMo's and audiobox' included), a Kaldi ``wav.scp``, a folder
            of clips, with ``metadata.csv`` or without, a glob, one audio file, or
            ``hf://NAME[@REVISION][:CONFIG][:SPLIT]`` for a Hugging Face dataset.
        caption_from: ``column``; ``folder``, the name of the clip's folder; ``txt``, the same-named ``.txt`` file;
            ``auto`` takes a table's column, and ``.txt`` files where there is no table.
        columns: columns by field where their names are not understood, such as ``{"caption": "prompt_en"}``; fields
            are audio, caption, id, system, group, language, start_time, end_time, and ``ratings.AXIS``.
        captions_optional: give an empty caption where there is none, for judges that only listen.
        allow_outside_root: let the manifest name clips outside its folder.
        limit: take so many pairs: the first ones, or with ``seed`` a sample; after ``shard``.
        shard: ``(i, n)`` takes the i-th of n parts, counted from 1; the parts are told apart by id, so they do not
            change with the order of rows.
        seed: of the sample; the same pairs for the same seed, in the manifest's order.

    Returns:
        Pairs that are read anew on each iteration.

    Raises:
        UsageError: if the arguments contradict each other.
        ManifestError: if the source does not exist or is of no known form; on iteration or ``check``, if it cannot
            be read as written.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "clips.csv").write_text("file_name,text\nrain.wav,Heavy rain.\n")
        >>> [(pair.id, pair.caption) for pair in read_pairs(folder / "clips.csv")]
        [('rain-651fc46ad4b5', 'Heavy rain.')]
    """
    return Pairs(str(source), caption_from, columns or {}, captions_optional, allow_outside_root, limit, shard, seed)


class Pairs:
    """The pairs of one source, read anew on each iteration.

    Attributes:
        total: how many there are; None until ``check`` has counted them.
    """

    def __init__(
        self,
        source: str,
        caption_from: CaptionFrom,
        columns: Mapping[str, str],
        captions_optional: bool,
        allow_outside_root: bool,
        limit: int | None,
        shard: tuple[int, int] | None,
        seed: int | None,
    ) -> None:
        _check_choice(caption_from, limit, shard, seed)
        self._source = find_source(
            source, clips_only=caption_from in ("folder", "txt"), allow_outside=allow_outside_root
        )
        self._caption_from = self._source.captions if caption_from == "auto" else caption_from
        self._columns = columns
        self._captions_optional = captions_optional
        self._reading = Reading(self._source.root, self._caption_from, allow_outside_root)
        self._limit, self._shard, self._seed = limit, shard, seed
        self.total: int | None = None

    @property
    def mapping(self) -> Mapping[str, str]:
        """How the source is read: its form, and where each field comes from."""
        row = next(self._source.rows(), None)
        if row is None:
            raise self._nothing()
        with at(self._source.label):
            columns = self._columns_of(tuple(row.cells))
        caption = {"caption": CAPTIONS[self._caption_from]} if self._caption_from in CAPTIONS else {}
        ratings = {f"ratings.{axis}": column for axis, column in columns.ratings.items()}
        rest = ", ".join(columns.rest(row.cells))
        return {"form": self._source.form, **columns.fields, **caption, **ratings, **({"meta": rest} if rest else {})}

    def __iter__(self) -> Iterator[Pair]:
        """Pairs in the order of the source."""
        return (pair for _, pair in self._placed())

    def check(self) -> int | None:
        """Read the source through before anything is scored, and count its pairs.

        A dataset on the hub is not read twice: None, and what is wrong with it comes up on iteration.

        Raises:
            ManifestError: if a row cannot be read as written, two pairs have one id, or there is no pair at all.
        """
        if not self._source.local:
            return None
        # Eight bytes a pair, so that a million of them can be compared in bounded memory.
        ids, captioned = array("Q"), False
        for _, pair in self._placed():
            ids.append(_hash(pair.id))
            captioned = captioned or bool(pair.caption)
        self._check_found(len(ids), captioned)
        values, counts = np.unique(np.asarray(ids), return_counts=True)
        if len(values) < len(ids):
            self._raise_duplicate(int(values[np.argmax(counts)]))
        self.total = len(ids)
        return self.total

    def _check_found(self, count: int, captioned: bool) -> None:
        if not count and self._shard is None:
            raise self._nothing()
        if count and not captioned and self._caption_from == "txt" and not self._captions_optional:
            raise ManifestError(
                f"{self._source.label} has no .txt file with a caption beside any of its {count:,} clips. For captions "
                "from folder names: caption_from='folder' (--caption-from folder)."
            )

    def _nothing(self) -> ManifestError:
        return ManifestError(f"{self._source.label} holds no pairs; wanted at least one clip with its caption.")

    def _raise_duplicate(self, hashed: int) -> None:
        (first, pair), (second, _) = islice(
            ((place, pair) for place, pair in self._placed() if _hash(pair.id) == hashed), 2
        )
        raise ManifestError(
            f"{self._source.label}, {second}: id {pair.id!r} is that of {first} already. Rows without an id column "
            "must differ in clip or caption; ids must differ from each other."
        )

    def _placed(self) -> Iterator[tuple[str, Pair]]:
        """The wanted pairs with their places."""
        placed = self._sharded()
        if self._limit is None:
            return placed
        if self._seed is None:
            return islice(placed, self._limit)
        rank = _ranking(self._seed)
        drawn = set(heapq.nsmallest(self._limit, (rank(pair.id) for _, pair in self._sharded())))
        return ((place, pair) for place, pair in placed if rank(pair.id) in drawn)

    def _sharded(self) -> Iterator[tuple[str, Pair]]:
        if self._shard is None:
            return self._all()
        part, parts = self._shard
        return ((place, pair) for place, pair in self._all() if _hash(pair.id) % parts == part - 1)

    def _all(self) -> Iterator[tuple[str, Pair]]:
        # Objects of JSON Lines may differ in their keys; all rows of a table share one set of columns.
        columns_of = lru_cache(maxsize=64)(self._columns_of)
        for number, row in enumerate(self._source.rows()):
            place = f"{self._source.label}, {row.place}"
            # What is wrong with the first columns is wrong with the whole table, not with one row.
            with at(place if number else self._source.label):
                columns = columns_of(tuple(row.cells))
            with at(place):
                pair = self._reading.pair(row, columns)
            yield row.place, pair

    def _columns_of(self, found: tuple[str, ...]) -> Columns:
        columns = find_columns(found, self._columns)
        needs_caption = self._caption_from == "column" and not self._captions_optional
        for field in ("audio", "caption") if needs_caption else ("audio",):
            if field not in columns.fields:
                raise missing_column(field, found)
        return columns


def _check_choice(
    caption_from: CaptionFrom, limit: int | None, shard: tuple[int, int] | None, seed: int | None
) -> None:
    if caption_from not in get_args(CaptionFrom):
        raise UsageError(f"caption_from is {caption_from!r}; wanted one of {', '.join(get_args(CaptionFrom))}.")
    if limit is not None and limit < 1:
        raise UsageError(f"limit is {limit}; wanted at least 1.")
    if shard is not None and not 1 <= shard[0] <= shard[1]:
        raise UsageError(f"shard is {shard[0]}/{shard[1]}; wanted i/n with 1 <= i <= n.")
    if seed is not None and limit is None:
        raise UsageError("seed draws a sample of limit pairs; wanted a limit with it.")


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _ranking(seed: int) -> Callable[[str], int]:
    return lambda text: _hash(f"{seed}\0{text}")
