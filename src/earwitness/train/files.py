"""Files of a run: written as a whole or not at all, and read with a word on what is wrong with them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from earwitness.errors import StoreError

Value = TypeVar("Value")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Where to write what then takes the place of ``path``: a kill leaves the old file or the new one, never a part."""
    part = path.with_name(f"{path.name}.part")
    yield part
    os.replace(part, path)


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
