"""A small AnyAudio-Judge Bench: Parquet with clips in its cells or beside it, in the published columns."""

import io
from pathlib import Path
from typing import Any

import pytest
import soundfile

from clips import tone


def wav(frequency: float = 440.0, seconds: float = 0.5) -> bytes:
    """The bytes of a WAV file."""
    file = io.BytesIO()
    soundfile.write(file, tone(seconds, frequency), 16000, format="WAV")
    return file.getvalue()


def row(uuid: str, **cells: Any) -> dict[str, Any]:
    """A row with one question; any cell may be another."""
    plain = {
        "uuid": uuid,
        "audio": {"bytes": wav(), "path": f"speech/{uuid}.wav"},
        "caption": "A dog barks.",
        "label": "yes",
        "type": "pos",
        "subset": "sound",
        "rubric": [{"dimension": "声音事件", "question": "是否有狗叫？", "basis": "A dog barks"}],
    }
    return {**plain, **cells}


def write_rows(path: Path, *rows: dict[str, Any]) -> Path:
    """Rows as a Parquet file; the test is skipped where none can be written."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.Table.from_pylist(list(rows)), path)
    return path
