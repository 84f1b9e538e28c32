"""The durable store of a run: one SQLite file, one row a pair.

A row's key is the pair's id with the hashes of all that determines its number: recipe, clip and caption. A score is
committed as it comes (WAL, ``synchronous=NORMAL``): a killed process loses only the scores in flight; a power cut may
lose the last moments as well, never what was written before. A run that ended is one plain file that can be read from
read-only media.

Format 1: ``meta(key, value)`` and ``pairs(id, position, session, recipe, clip, caption, status, pair, score)``;
``pair`` and ``score`` are JSON, ``status`` is null while a pair waits, ``position`` is null when the last input no
longer has it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any

from earwitness.errors import RunError, StoreError, UsageError
from earwitness.types import Audio, Pair, Recipe, Score

STORE, LOCK = "run.sqlite", "lock"
FORMAT = 1
# Skipped pairs are noted in groups: resuming a long run must not cost a commit for each.
NOTES_PER_COMMIT = 500

_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pairs (
    id TEXT PRIMARY KEY, position INTEGER, session INTEGER NOT NULL,
    recipe TEXT NOT NULL, clip TEXT NOT NULL, caption TEXT NOT NULL,
    status TEXT, pair TEXT NOT NULL, score TEXT
);
CREATE INDEX pairs_in_order ON pairs (position);
PRAGMA user_version = {FORMAT};
"""
_ADMIT = """
INSERT INTO pairs (id, position, session, recipe, clip, caption, pair) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET position = excluded.position, session = excluded.session, recipe = excluded.recipe,
    clip = excluded.clip, caption = excluded.caption, pair = excluded.pair, status = NULL, score = NULL
"""


@dataclass(frozen=True, slots=True)
class PairKey:
    """Hashes of what determines a pair's number besides its id."""

    recipe: str
    clip: str
    caption: str


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
        with _explained(folder, "written"):
            folder.mkdir(parents=True, exist_ok=True)
            lock = _lock(folder)
            try:
                store = cls(folder, _connect(folder), lock)
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
        file = folder / STORE
        if not file.is_file():
            raise StoreError(f"{folder} holds no run: {STORE} is missing. Runs are made with --out or evaluate().")
        with _explained(folder, "read"):
            connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            store = cls(folder, connection, None)
            _check_format(folder, connection)
        return store

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
        with _explained(self.folder, "read"):
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
        with _explained(self.folder, "written"), self._connection:
            for key, value in {"recipe": now, "session": self._session, **about}.items():
                self._note(key, value)

    def admit(self, pair: Pair, key: PairKey, position: int) -> bool:
        """Note that a pair is in the input; whether it is still to be scored.

        Raises:
            UsageError: if this input had its id before.
        """
        row_id = _storable(pair.id)
        with self._turn, _explained(self.folder, "written"):
            row = self._connection.execute(
                "SELECT session, position, recipe, clip, caption, status FROM pairs WHERE id = ?", (row_id,)
            ).fetchone()
            if row and row[0] == self._session:
                raise UsageError(f"two pairs have the id {pair.id!r}; wanted an id of its own for each.")
            done = row is not None and row[5] == "ok" and PairKey(*row[2:5]) == key
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
        with self._turn, _explained(self.folder, "written"), self._connection:
            self._connection.execute(
                "UPDATE pairs SET status = ?, score = ? WHERE id = ?", (score.status, text, _storable(score.pair_id))
            )

    def expect(self, total: int | None) -> None:
        """Note how many pairs the input has, if that is known."""
        with self._turn, _explained(self.folder, "written"), self._connection:
            self._note("n_total", total)

    def finish(self, total: int) -> None:
        """Note that the whole input was seen; pairs of former inputs that it no longer has leave the run's numbers."""
        with self._turn, _explained(self.folder, "written"), self._connection:
            self._connection.execute("UPDATE pairs SET position = NULL WHERE session <> ?", (self._session,))
            self._note("n_total", total)

    def records(self) -> Iterator[Record]:
        """Records in the order of the input."""
        with _explained(self.folder, "read"):
            rows = self._connection.execute(
                "SELECT pair, score FROM pairs WHERE position IS NOT NULL ORDER BY position, id"
            )
            for pair, score in rows:
                yield Record(json.loads(pair), json.loads(score) if score else None)

    def count(self) -> int:
        """How many pairs the input has, as far as is known."""
        with _explained(self.folder, "read"):
            row = self._connection.execute("SELECT count(*) FROM pairs WHERE position IS NOT NULL").fetchone()
        return max(int(row[0]), self.about("n_total") or 0)


def _connect(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / STORE, check_same_thread=False)
    _check_format(folder, connection)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'pairs'").fetchone():
        connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
    return connection


def _check_format(folder: Path, connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > FORMAT:
        connection.close()
        raise StoreError(f"{folder} has format {found}; this earwitness knows {FORMAT}. Install a newer one.")


def _lock(folder: Path) -> sqlite3.Connection:
    """A lock that the system drops when its process dies, by SQLite's own means on each platform."""
    lock = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise RunError(f"{folder} is being written by another process; wait for it or name another run.") from error
        raise
    return lock


@contextmanager
def _explained(folder: Path, done: str) -> Iterator[None]:
    """Turn the errors of disks and of SQLite into ``StoreError``."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"{folder} cannot be {done}: {error}. What was saved is kept; make room or give leave to write, and run "
            "the same command again."
            if done == "written"
            else f"{folder} cannot be read: {error}."
        ) from error


def _difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Parts of two recipes that differ, one a line.

    Example:
        >>> print(_difference({"template": {"number": 1}, "dtype": "float32"}, {"template": {"number": 2}}))
          dtype: 'float32' -> nothing
          template.number: 1 -> 2
    """
    old, new = dict(_leaves(before)), dict(_leaves(now))
    lines = []
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            was, becomes = (repr(parts[name]) if name in parts else "nothing" for parts in (old, new))
            lines.append(f"  {name}: {was} -> {becomes}")
    return "\n".join(lines)


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
    return json.dumps(fields, allow_nan=False, default=str)
