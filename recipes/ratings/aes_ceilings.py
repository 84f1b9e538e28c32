"""How well any predictor could agree with the AES ratings: split-half, reliability and ceiling, by set and axis.

    python -m recipes.ratings.aes_ceilings [--data ../shared/data/aes_ratings] [--splits 1000]

Ten people rated each clip; which person gave which rating is not published, so each clip's ratings are split at random,
five against five. Prints the table and writes ``recipes/ratings/results/aes_ceilings.json``. The evaluation set of
AudioMOS 2025 track 2 also has systems. ``lcc`` columns are the closed form, which needs no splits.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.report import commit, machine

from earwitness.metrics.ceiling import Ceiling, noise_ceiling
from earwitness.metrics.correlation import Level
from earwitness.ratings import RatedPairs, read_ratings

RESULTS = Path(__file__).with_name("results")
SETS = (
    "audiomos2025_track2_human_annotations",
    "AES_natural_speech",
    "AES_natural_sound",
    "AES_natural_music",
    "AES_PAM",
)
Row = dict[str, str | int | float | None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/aes_ratings"))
    parser.add_argument("--splits", type=int, default=1000)
    options = parser.parse_args()
    rows = [row for name in SETS for row in of_set(name, options.data / f"{name}.jsonl", options.splits)]
    show(rows)
    RESULTS.mkdir(exist_ok=True)
    found = {
        "command": f"python -m recipes.ratings.aes_ceilings --splits {options.splits}",
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "machine": machine(),
        "note": "SRCC by random splits of ten ratings, five against five; LCC by analysis of variance; seed 0.",
        "rows": rows,
    }
    text = json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
    (RESULTS / "aes_ceilings.json").write_text(text + "\n", encoding="utf-8")


def of_set(name: str, path: Path, splits: int) -> Iterator[Row]:
    rated = read_ratings(path, form="aes")
    has_systems = all(pair.system for pair in rated.pairs)
    for axis in rated.axes:
        for level in ("clip", "system") if has_systems else ("clip",):
            yield of_axis(name, rated, axis, level, splits)


def of_axis(name: str, rated: RatedPairs, axis: str, level: Level, splits: int) -> Row:
    singles = rated.singles[axis]
    systems = [str(rated.pairs[clip].system) for clip in singles.clip] if level == "system" else None
    srcc = noise_ceiling(singles.value, singles.clip, systems=systems, level=level, splits=splits)
    lcc = noise_ceiling(singles.value, singles.clip, systems=systems, level=level, measure="lcc", method="anova")
    return {
        "set": name,
        "axis": axis,
        "level": level,
        "n": srcc.n,
        "ratings": srcc.ratings,
        **columns("srcc", srcc),
        **columns("lcc", lcc),
    }


def columns(measure: str, found: Ceiling) -> Row:
    values = {"split_half": found.split_half, "reliability": found.reliability, "ceiling": found.ceiling}
    return {f"{measure}_{column}": None if value is None else round(value, 4) for column, value in values.items()}


def show(rows: Sequence[Row]) -> None:
    names = list(rows[0])
    table = [names, *([str(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(names))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


if __name__ == "__main__":
    main()
