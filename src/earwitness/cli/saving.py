"""Files that commands save beside what they print: pictures, audits, sweeps."""

from __future__ import annotations

from pathlib import Path


def save_text(path: Path, text: str) -> None:
    """Write a text into a file, whole or not at all.

    Raises:
        StoreError: if the file cannot be written.
    """
    from earwitness.run.database import explained
    from earwitness.run.whole_files import replacing

    with explained(path, "written"), replacing(path) as part:
        part.write_text(text, encoding="utf-8")
