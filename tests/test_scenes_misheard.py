"""Recordings that listeners did not know: told by a table of their answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from earwitness.errors import ManifestError
from earwitness.scenes.misheard import TABLE, misheard


def _asked(folder: Path, **answers: str) -> Path:
    """A folder with so many right (r) and wrong (w) answers for each clip."""
    lines = ["clip,rater,heard,label,correct"]
    for clip, told in answers.items():
        lines += [f"{clip},{rater},,dog bark,{int(each == 'r')}" for rater, each in enumerate(told)]
    (folder / TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_clips_that_a_tenth_of_their_listeners_misheard_are_named(tmp_path: Path) -> None:
    answers = {"known": "rrrrrr", "tenth": "rrrrrrrrrw", "less": "rrrrrrrrrrw", "few": "rwww", "five": "rrrrw"}
    assert misheard(_asked(tmp_path, **answers)) == {"tenth", "five"}


def test_nobody_was_asked(tmp_path: Path) -> None:
    assert misheard(tmp_path) == frozenset()


def test_a_table_without_answers_is_refused(tmp_path: Path) -> None:
    (tmp_path / TABLE).write_text("clip,heard\na,dog\n", encoding="utf-8")
    with pytest.raises(ManifestError, match=r"human_classification\.csv: no column correct; got \['clip', 'heard'\]$"):
        misheard(tmp_path)
