"""Recordings that people who listened to them did not know: what they were asked is in a table beside them.

The table is ``human_classification.csv``, one line for each answer: ``clip`` (a file's name without its folder and its
ending), ``rater``, ``heard``, ``label``, and ``correct``, 1 where the two agree. ESC-50 has such answers.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from earwitness.errors import ManifestError

TABLE = "human_classification.csv"
# What so large a share of its listeners misheard is arguable; fewer listeners than these do not show it.
MISHEARD, LISTENERS = 0.1, 5


def misheard(folder: str | Path) -> frozenset[str]:
    """The clips that listeners often took for something else; none where nobody was asked.

    Args:
        folder: where the clips are, and the table if there is one.

    Returns:
        Names as the table has them: of ``dog_bark/1-100032-A.ogg`` it is ``1-100032-A``.

    Raises:
        ManifestError: if the table lacks a column.
    """
    table = Path(folder) / TABLE
    if not table.is_file():
        return frozenset()
    answers: dict[str, list[bool]] = defaultdict(list)
    with table.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = {"clip", "correct"} - set(reader.fieldnames or ())
        if missing:
            raise ManifestError(f"{table}: no column {', '.join(sorted(missing))}; got {reader.fieldnames}")
        for row in reader:
            answers[row["clip"]].append(row["correct"] == "1")
    return frozenset(clip for clip, correct in answers.items() if _is_misheard(correct))


def _is_misheard(correct: list[bool]) -> bool:
    return len(correct) >= LISTENERS and correct.count(False) >= MISHEARD * len(correct)
