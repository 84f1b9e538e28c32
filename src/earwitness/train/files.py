"""The folder of a training or a grid, and its files: what is foreign or damaged is told, and left alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from earwitness.errors import RunError, StoreError
from earwitness.run.database import explained
from earwitness.run.whole_files import replacing

Value = TypeVar("Value")


def make_folder(folder: Path, is_ours: Callable[[Path], bool], wanted: str) -> None:
    """Make it, unless it holds what was not made here.

    Args:
        folder: to be made.
        is_ours: of anything in it, whether it may be there.
        wanted: what the folder lacks, for the error.

    Raises:
        RunError: if it holds anything else.
        StoreError: if it cannot be written.
    """
    with explained(folder, "written"):
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted(path.name for path in folder.iterdir() if not is_ours(path))
    if others:
        raise RunError(f"{folder} holds {others[0]!r}{wanted}. Name an empty or a new folder.")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Strict JSON in the place of what was there."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")


def read_json(path: Path, read: Callable[[dict[str, Any]], Value], advice: str) -> Value:
    """What ``read`` makes of a JSON file.

    Raises:
        StoreError: if it is no JSON, or not what ``read`` takes; the text ends with the advice.
    """
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(plain, dict):
            raise ValueError("it is no JSON object")
        return read(plain)
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
        raise StoreError(f"{path} is damaged, or not of a training: {reason}. {advice}") from error
