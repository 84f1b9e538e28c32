"""The durable store of a run: one SQLite file, one row a pair.

A row's key is the pair's id with the hashes of all that determines its number: recipe, clip and caption. A score is
committed as it comes (WAL, ``synchronous=NORMAL``): a killed process loses only the scores in flight; a power cut may
lose the last moments as well, never what was written before. A run that ended is one plain file that can be read from
read-only media.

The tables are in database.py.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from threading import RLock
from types import TracebackType
from typing import Any

from earwitness.errors import RunError, UsageError
from earwitness.run.database import connect, connect_to_read, explained, take_lock
from earwitness.run.pair_key import PairKey
from earwitness.types import Audio, Pair, Recipe, Score

# Skipped pairs are noted in groups: resuming a long run must not cost a commit for each.
NOTES_PER_COMMIT = 500

_ADMIT = """
INSERT INTO pairs (id, position, session, recipe, clip, caption, pair) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET position = excluded.position, session = excluded.session, recipe = excluded.recipe,
    clip = excluded.clip, caption = excluded.caption, pair = excluded.pair, status = NULL, score = NULL
"""


@dataclass(frozen=True, slots=True)
class Record:
    """A pair as it was given, and what the judge said, as plain JSON.

    Attributes:
        pair: ``id, audio, caption, system, group, language, ratings, meta``; ``audio`` is the path, if it had one.
        said: the fields of its ``Score``; None while it waits.
    """

    pair: Mapping[str, Any]
    said: Mapping[str, Any] | None

    @property
    def score(self) -> Score | None:
        """What the judge said; None while the pair waits."""
        return None if self.said is None else Score.from_dict(self.said)

    @property
    def clip(self) -> str | None:
        """The clip's name in its manifest, or that of its file; None if it has none. Never an absolute path."""
        path = self.pair["audio"]
        return self.pair["meta"].get("audio") or (PurePath(path).name if path else None)


class Store:
    """An open run directory. Made by ``Store.write`` or ``Store.read``; closes itself at the end of a ``with``."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, lock: sqlite3.Connection | None) -> None:
        self.folder = folder
        self._connection = connection
        self._lock = lock
        # A judge may pull pairs from another thread than the one that saves scores.
        self._turn = RLock()
        self._session = 0
        self._notes = 0

    @classmethod
    def write(cls, folder: Path, recipe: Recipe, **about: Any) -> Store:
        """Open a run directory for one writer, making it if need be.

        Args:
            folder: the run directory.
            recipe: what its scores are made by.
            **about: anything else to know of the run, in plain JSON.

        Raises:
            RunError: if another process writes to it, or it was made with another recipe.
            StoreError: if it cannot be written.
        """
        with explained(folder, "written"):
            folder.mkdir(parents=True, exist_ok=True)
            lock = take_lock(folder)
            try:
                store = cls(folder, connect(folder), lock)
            except BaseException:
                lock.close()
                raise
        try:
            store._claim(recipe, about)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def read(cls, folder: Path) -> Store:
        """Open a run directory for reading, at any time, also while it is written.

        Raises:
            StoreError: if there is no run in it, or it cannot be read.
        """
        with explained(folder, "read"):
            return cls(folder, connect_to_read(folder), None)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Save what is pending and leave one plain file behind, as far as the disk allows."""
        with self._turn, suppress(sqlite3.Error):
            if self._lock:
                self._connection.commit()
                self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()
        if self._lock:
            self._lock.close()

    def about(self, key: str) -> Any:
        """What was noted under a key; None if nothing was."""
        with explained(self.folder, "read"):
            row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    @property
    def recipe(self) -> Recipe:
        """What its scores were made by."""
        return Recipe(self.about("recipe") or {})

    def _note(self, key: str, value: Any) -> None:
        text = json.dumps(value, allow_nan=False)
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, text))

    def _claim(self, recipe: Recipe, about: Mapping[str, Any]) -> None:
        before = self.about("recipe")
        now = json.loads(json.dumps(recipe.parts))
        if before is not None and before != now:
            raise RunError(
                f"{self.folder} was made with another recipe:\n{_difference(before, now)}\n"
                "Scores of two recipes never share a run: choose another directory, or the former options."
            )
        self._session = (self.about("session") or 0) + 1
        with explained(self.folder, "written"), self._connection:
            for key, value in {"recipe": now, "session": self._session, **about}.items():
                self._note(key, value)

    def admit(self, pair: Pair, key: PairKey, position: int) -> bool:
        """Note that a pair is in the input; whether it is still to be scored.

        Raises:
            UsageError: if this input had its id before.
        """
        row_id = _storable(pair.id)
        with self._turn, explained(self.folder, "written"):
            row = self._connection.execute(
                "SELECT session, status, recipe, clip, caption FROM pairs WHERE id = ?", (row_id,)
            ).fetchone()
            if row and row[0] == self._session:
                raise UsageError(f"two pairs have the id {pair.id!r}; wanted an id of its own for each.")
            done = row is not None and row[1] == "ok" and PairKey(*row[2:]) == key
            if done:
                self._connection.execute(
                    "UPDATE pairs SET position = ?, session = ?, pair = ? WHERE id = ?",
                    (position, self._session, _pair_json(pair), row_id),
                )
            else:
                fields = (row_id, position, self._session, key.recipe, key.clip, key.caption, _pair_json(pair))
                self._connection.execute(_ADMIT, fields)
            self._notes += 1
            if self._notes % NOTES_PER_COMMIT == 0:
                self._connection.commit()
        return not done

    def save(self, score: Score) -> None:
        """Commit the score of an admitted pair."""
        text = json.dumps(score.to_dict(), allow_nan=False)
        with self._turn, explained(self.folder, "written"), self._connection:
            self._connection.execute(
                "UPDATE pairs SET status = ?, score = ? WHERE id = ?", (score.status, text, _storable(score.pair_id))
            )

    def expect(self, total: int | None) -> None:
        """Note how many pairs the input has, if that is known."""
        with self._turn, explained(self.folder, "written"), self._connection:
            self._note("n_total", total)

    def finish(self, total: int) -> None:
        """Note that the whole input was seen; pairs of former inputs that it no longer has leave the run's numbers."""
        with self._turn, explained(self.folder, "written"), self._connection:
            self._connection.execute("UPDATE pairs SET position = NULL WHERE session <> ?", (self._session,))
            self._note("n_total", total)

    def records(self) -> Iterator[Record]:
        """Records in the order of the input."""
        with explained(self.folder, "read"):
            rows = self._connection.execute(
                "SELECT pair, score FROM pairs WHERE position IS NOT NULL ORDER BY position, id"
            )
            for pair, score in rows:
                yield Record(json.loads(pair), json.loads(score) if score else None)

    def count(self) -> int:
        """How many pairs the input has, as far as is known."""
        with explained(self.folder, "read"):
            row = self._connection.execute("SELECT count(*) FROM pairs WHERE position IS NOT NULL").fetchone()
        return max(int(row[0]), self.about("n_total") or 0)

    def left_out(self) -> int:
        """How many pairs of former inputs the last one no longer has; they are kept, and in no number."""
        with explained(self.folder, "read"):
            row = self._connection.execute("SELECT count(*) FROM pairs WHERE position IS NULL").fetchone()
        return int(row[0])


def _difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Parts of two recipes that differ, one a line.

    Example:
        >>> print(_difference({"template": {"number": 1}, "dtype": "float32"}, {"template": {"number": 2}}))
          dtype: 'float32' -> nothing
          template.number: 1 -> 2
    """
    old, new = ({name: repr(value) for name, value in _leaves(parts)} for parts in (before, now))
    changes = ((name, old.get(name, "nothing"), new.get(name, "nothing")) for name in sorted(old.keys() | new.keys()))
    return "\n".join(f"  {name}: {was} -> {becomes}" for name, was, becomes in changes if was != becomes)


def _leaves(parts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in parts.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _storable(text: str) -> str:
    # Names that are not valid UTF-8 reach Python as lone surrogates, which SQLite refuses.
    return text.encode("utf-8", "backslashreplace").decode()


def _pair_json(pair: Pair) -> str:
    path = None if isinstance(pair.audio, bytes | Audio) else str(pair.audio)
    fields = {
        "id": pair.id,
        "audio": path,
        "caption": pair.caption,
        "system": pair.system,
        "group": pair.group,
        "language": pair.language,
        "ratings": dict(pair.ratings),
        "meta": dict(pair.meta),
    }
    try:
        return json.dumps(fields, allow_nan=False, default=str)
    except ValueError as error:
        raise UsageError(
            f"ratings or meta of pair {pair.id!r} hold NaN or infinity; leave out what is unknown."
        ) from error
