"""Embeddings kept on disk: a clip that was embedded once is not even decoded again.

One SQLite file, format 1: ``encoders(id, identity)`` and ``embeddings(encoder, kind, key, sha256, layers, features,
data)``. ``encoder`` is the hash of the encoder's identity, so another layer or revision, or weights that learned, is
another encoder; ``kind`` is ``clip`` or ``caption``; ``key`` is the hash of the file's bytes with the segment wanted of
it, or of the caption; ``sha256`` is that of the decoded clip; ``data`` is little-endian float32. Several processes may
read and write at once.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from earwitness.errors import StoreError
from earwitness.types import Recipe

FILE = "embeddings.sqlite"
FORMAT = 1
# Tells our files from other programs' (the letters EWEM).
APPLICATION = 0x4557454D

Kind = Literal["clip", "caption"]

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS encoders (id TEXT PRIMARY KEY, identity TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS embeddings (
    encoder TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, sha256 TEXT NOT NULL,
    layers INTEGER NOT NULL, features INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (encoder, kind, key)
);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT};
"""
_FIND = "SELECT layers, features, data FROM embeddings WHERE encoder = ? AND kind = ? AND key = ?"
_KEEP = "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?, ?, ?, ?)"
_WAIT = 60.0  # seconds for another process to finish its writing


class EmbeddingCache:
    """A folder of embeddings; closes itself at the end of a ``with``.

    Args:
        folder: made if need be.

    Raises:
        StoreError: if the folder or its file cannot be used; what it holds is left as it was.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        with self._explained():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.folder / FILE, timeout=_WAIT)
            try:
                self._open()
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> EmbeddingCache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def __len__(self) -> int:
        """How many embeddings it holds, of clips and captions together."""
        with self._explained():
            return int(self._connection.execute("SELECT COUNT(*) FROM embeddings").fetchone()[0])

    def close(self) -> None:
        """Leave the file to others; safe to call twice."""
        self._connection.close()

    def find(self, encoder: str, kind: Kind, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The embeddings ``[layer, feature]`` that are there, by key.

        Raises:
            StoreError: if the file is damaged.
        """
        with self._explained():
            rows = [(key, self._connection.execute(_FIND, (encoder, kind, key)).fetchone()) for key in keys]
        return {key: self._vector(*row) for key, row in rows if row is not None}

    def keep(
        self, identity: Mapping[str, Any], kind: Kind, rows: Mapping[str, tuple[str, NDArray[np.float32]]]
    ) -> None:
        """Add embeddings.

        Args:
            identity: the encoder's.
            kind: of what they are.
            rows: for each key, the hash of what was embedded and its embedding ``[layer, feature]``.

        Raises:
            StoreError: if the disk does not take them.
        """
        encoder = Recipe(identity).id
        told = json.dumps(dict(identity), sort_keys=True, ensure_ascii=False)
        values = [
            (encoder, kind, key, sha256, *vector.shape, np.ascontiguousarray(vector, "<f4").tobytes())
            for key, (sha256, vector) in rows.items()
        ]
        with self._explained(), self._connection:
            self._connection.execute("INSERT OR IGNORE INTO encoders VALUES (?, ?)", (encoder, told))
            self._connection.executemany(_KEEP, values)

    def _open(self) -> None:
        tables = self._connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
        application = self._connection.execute("PRAGMA application_id").fetchone()[0]
        found = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if tables and application != APPLICATION:
            raise StoreError(f"{self.folder / FILE} is another program's database. Name another folder for the cache.")
        if found > FORMAT:
            raise StoreError(
                f"{self.folder / FILE} has format {found}; this earwitness knows {FORMAT}. Install a newer one."
            )
        self._write_ahead()
        # What a power cut may lose can be computed again.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        if not tables:
            # Two processes may both find an empty file; the second then finds the tables made.
            self._connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")

    def _write_ahead(self) -> None:
        """Let others read while one writes; for this alone SQLite does not wait by itself until nobody writes."""
        until = time.monotonic() + _WAIT
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(0.01)

    def _vector(self, layers: int, features: int, data: bytes) -> NDArray[np.float32]:
        if len(data) != 4 * layers * features:
            raise self._damaged(f"{len(data)} bytes for {layers} layers of {features} features")
        return np.frombuffer(data, "<f4").reshape(layers, features).astype(np.float32)

    def _damaged(self, reason: object) -> StoreError:
        return StoreError(f"{self.folder / FILE} is damaged: {reason}. Delete it; embeddings are then made anew.")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the errors of disks and of SQLite into ``StoreError``."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise self._damaged(error) from error
            raise StoreError(f"{self.folder / FILE} cannot be used: {error}.") from error
        except OSError as error:
            raise StoreError(
                f"{self.folder} cannot hold a cache: {error.strerror or error}. Name another folder."
            ) from error
