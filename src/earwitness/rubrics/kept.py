"""Rubrics kept on disk, so that a caption that a model took apart once is not taken apart again.

One SQLite file, format 1: ``rubrics(key, decomposer, caption, language, rubric)``. ``key`` is the hash of the three
that follow it, ``decomposer`` the hash of its identity, ``language`` the caption's, ``rubric`` JSON. A write is a
transaction of its own: a kill loses none that was finished, and two processes may share the file.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from earwitness.errors import StoreError, UsageError
from earwitness.rubrics.base import Caption
from earwitness.types import Item, Recipe, Rubric

FORMAT = 1
# "EWRB": told apart from every other SQLite file.
APPLICATION = 0x45575242

_SCHEMA = (
    "CREATE TABLE rubrics (key TEXT PRIMARY KEY, decomposer TEXT NOT NULL, caption TEXT NOT NULL, "
    "language TEXT NOT NULL, rubric TEXT NOT NULL) WITHOUT ROWID",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {FORMAT}",
)
_WAIT = 60.0  # seconds for another process to finish its writing


class KeptRubrics:
    """The rubrics of one decomposer in a file that others may share.

    Holds no connection, so that it goes with threads and forks.

    Args:
        path: made at the first writing, with the folders above it.
        identity: the decomposer's.
    """

    def __init__(self, path: str | Path, identity: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self._decomposer = Recipe(identity).id

    def find(self, captions: Sequence[Caption]) -> dict[Caption, Rubric]:
        """The rubrics that are there.

        Raises:
            StoreError: if the file cannot be read, or is none of ours.
        """
        if not self.path.exists():
            return {}
        with self._connected() as connection:
            rows = [
                (
                    caption,
                    connection.execute("SELECT rubric FROM rubrics WHERE key = ?", (self._key(caption),)).fetchone(),
                )
                for caption in captions
            ]
        return {caption: self._read(row[0]) for caption, row in rows if row is not None}

    def keep(self, rubrics: Mapping[Caption, Rubric]) -> None:
        """Add rubrics.

        Raises:
            StoreError: if the disk does not take them.
        """
        if not rubrics:
            return
        rows = [
            (
                self._key(caption),
                self._decomposer,
                _storable(caption.text),
                caption.language,
                json.dumps(asdict(rubric)),
            )
            for caption, rubric in rubrics.items()
        ]
        with self._connected() as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO rubrics VALUES (?, ?, ?, ?, ?)", rows)

    def _key(self, caption: Caption) -> str:
        told = json.dumps([self._decomposer, caption.text, caption.language])
        return hashlib.sha256(told.encode()).hexdigest()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=_WAIT)) as connection:
                self._prepare(connection)
                yield connection
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} cannot be used as a file of rubrics: {error}. Name another file.") from error
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot hold rubrics: {error.strerror or error}. Name another file."
            ) from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if not self._has_tables(connection):
            # Two processes may both find an empty file: one makes the table, the other waits and finds it made.
            connection.execute("BEGIN IMMEDIATE")
            if not self._has_tables(connection):
                for statement in _SCHEMA:
                    connection.execute(statement)
            connection.commit()

    def _has_tables(self, connection: sqlite3.Connection) -> bool:
        tables = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if tables and application != APPLICATION:
            raise StoreError(f"{self.path} is another program's database. Name another file for the rubrics.")
        if found > FORMAT:
            raise StoreError(f"{self.path} has format {found}; this earwitness knows {FORMAT}. Install a newer one.")
        return bool(tables)

    def _read(self, text: str) -> Rubric:
        try:
            told = json.loads(text)
            return Rubric(tuple(map(_item, told["items"])), told["language"], told["source"], tuple(told["flags"]))
        except (ValueError, TypeError, KeyError, UsageError) as error:
            raise StoreError(f"{self.path} is damaged: {error!r}. Delete it; rubrics are then made anew.") from error


def _item(told: Mapping[str, Any]) -> Item:
    span = told["span"]
    return Item(**{**told, "span": tuple(span) if span else None, "parents": tuple(told["parents"])})


def _storable(text: str) -> str:
    # Half a surrogate pair cannot be stored; the key tells such texts apart all the same.
    return text.encode("utf-8", "replace").decode()
