"""A run's SQLite file: its tables, its format, its lock, and its errors in plain words.

Format 1: ``meta(key, value)`` and ``pairs(id, position, session, recipe, clip, caption, status, pair, score)``.
``recipe``, ``clip`` and ``caption`` are hashes; ``pair`` and ``score`` are JSON; ``status`` is null while a pair waits;
``position`` is null when the last input no longer has the pair.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earwitness.errors import RunError, StoreError

STORE, LOCK = "run.sqlite", "lock"
FORMAT = 1

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


def connect(folder: Path) -> sqlite3.Connection:
    """A connection for the one writer; makes the tables if need be.

    Raises:
        StoreError: if the run has a later format.
    """
    with _closed_on_error(sqlite3.connect(folder / STORE, check_same_thread=False)) as connection:
        found = _format(folder, connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if found == 0:
            connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
    return connection


def connect_to_read(folder: Path) -> sqlite3.Connection:
    """A connection that cannot write.

    Raises:
        StoreError: if there is no run, or one of a later format.
    """
    file = folder / STORE
    if not file.is_file():
        raise _no_run(folder)
    address = f"{file.absolute().as_uri()}?mode=ro"
    with _closed_on_error(sqlite3.connect(address, uri=True, check_same_thread=False)) as connection:
        # A process killed at the very start leaves a file without tables.
        if _format(folder, connection) == 0:
            raise _no_run(folder)
    return connection


def take_lock(folder: Path) -> sqlite3.Connection:
    """A lock that the system drops when its process dies, by SQLite's own means on each platform.

    Raises:
        RunError: if another process, or another writer in this one, holds it.
    """
    lock = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None, check_same_thread=False)
    with _closed_on_error(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise RunError(f"{folder} is being written by another process; wait for it or name another run.") from error
    return lock


def _format(folder: Path, connection: sqlite3.Connection) -> int:
    """The format of a store; 0 if its tables are still to be made."""
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > FORMAT:
        raise StoreError(f"{folder} has format {found}; this earwitness knows {FORMAT}. Install a newer one.")
    return found


def _no_run(folder: Path) -> StoreError:
    return StoreError(f"{folder} holds no run. Runs are made with --out or evaluate().")


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    try:
        yield connection
    except BaseException:
        connection.close()
        raise


@contextmanager
def explained(folder: Path, done: str) -> Iterator[None]:
    """Turn the errors of disks and of SQLite into ``StoreError``."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{folder} cannot be {done}: {_what_is_wrong(folder, error, done)}") from error


def _what_is_wrong(folder: Path, error: Exception, done: str) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "it, or a folder above it, is a file; wanted a directory. Name another one."
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
        return (
            f"its {STORE} or {LOCK} is no SQLite database; it was not made here, or is damaged. Name another directory."
        )
    if done == "written":
        return f"{error}. What was saved is kept; make room or give leave to write, and run the same command again."
    return f"{error}."
