"""XACLE, the challenges of 2026 and 2027: how well a clip matches its caption, 0 to 10, mean of four listeners.

    meta_data/{train,validation,test}_average.csv   clip, text, mean rating; the columns' names differ by year
    meta_data/{train,validation,test}.csv           one row a listener; test.csv came without ratings at first
    wav/{train,validation,test}/07500.wav           16 kHz, 10 s

The code that the organisers publish reads ``wav_file_name, text, average_score``; their README says ``wave_file_name``
and ``average_semantic_alignement_score``. Rows of listeners are read where the means are not there.

Source: https://github.com/XACLE-Challenge.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from earwitness.bench.base import About, Benchmark, Contents, Part, Published
from earwitness.bench.decisions import preferences
from earwitness.bench.judged import Judgements
from earwitness.bench.measurements import Measurement, rated, stretch
from earwitness.bench.sets.tables import (
    Fields,
    clip_pair,
    contents_of,
    find_file,
    rated_line,
    rated_pairs,
    read_rows,
    together,
)
from earwitness.errors import UsageError
from earwitness.manifest.columns import text
from earwitness.manifest.places import absolute, locate
from earwitness.manifest.rows import Row, at
from earwitness.ratings.lines import Line
from earwitness.run.database import explained
from earwitness.run.whole_files import replacing

RATING = "alignment"
SCALE = (0.0, 10.0)
CLIP: Fields = {"wav_file_name": ("wav_file_name", "wave_file_name"), "text": ("text",)}
MEAN: Fields = {
    "mean rating": ("average_score", "average_semantic_alignement_score", "average_semantic_alignment_score")
}
SINGLE: Fields = {
    "rating": (
        "score", "11-point semantic-alignment score", "semantic_alignement_score", "semantic_alignment_score",
    )
}  # fmt: skip
BASELINES = {
    "2026 baseline": {"validation": (0.3844, 0.3961, 0.2646), "test": (0.3345, 0.3420, 0.2290)},
    "2027 baseline (M2D-CLAP)": {"validation": (0.5844, 0.5995, 0.4186), "test": (0.5648, 0.6142, 0.3997)},
}


class Xacle(Benchmark):
    """SRCC, LCC, KTAU and MSE with the mean rating, and preferences where clips share a caption."""

    name = "xacle"
    about = About(
        measures="how well a clip matches its caption, 0-10",
        size="7,500 pairs for training, 3,000 for validation, 3,000 for testing",
        licence="the organisers' terms, told with the download",
        where="by mail, as https://github.com/XACLE-Challenge says: the folder that holds meta_data/ and wav/",
    )
    parts = (
        Part("train", "training set", 7500, default=False),
        Part("validation", "validation set", 3000),
        Part("test", "test set, with or without its ratings", 3000, default=False),
    )
    published = (
        *(
            Published(
                judge, part, measure, value, "https://github.com/XACLE-Challenge/XACLE_2027_baselinemodel", "code"
            )
            for judge, values in BASELINES.items()
            for part, numbers in values.items()
            for measure, value in zip(("SRCC", "LCC", "KTAU"), numbers, strict=True)
        ),
        Published("second place, 2026", "test", "SRCC", 0.638, "XACLE challenge 2026", "second-hand"),
    )

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """Pairs with their mean ratings.

        Raises:
            ManifestError: naming file, line, what was got and what was wanted.
        """
        return together(_part(absolute(data), part.name) for part in parts)

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """Of the parts that are rated."""
        for part in said.parts:
            of_part = said.of_part(part)
            if not any(judged.ratings for judged in of_part):
                continue
            yield from rated(of_part, part, RATING, scale=SCALE)
            found = preferences(of_part, part, RATING)
            if found is not None and found.n_total:
                yield found


def _part(data: Path, part: str) -> Contents:
    names = [f"meta_data/{part}_average.csv", f"meta_data/{part}.csv"]
    path = find_file(data, names, "the folder of XACLE that holds meta_data/ and wav/")
    averaged = path.name.endswith("_average.csv")
    told = MEAN if averaged else SINGLE
    # The test set was handed out without ratings.
    rows = read_rows(path, CLIP, told) if part == "test" else read_rows(path, {**CLIP, **told})
    lines = (_line(row, data / "wav" / part, part, averaged) for row in rows)
    pairs = rated_pairs(path, lines, SCALE, (RATING,))
    return contents_of(pairs, *([] if averaged else [_how_rated(path, part, any(pair.ratings for pair in pairs))]))


def _how_rated(path: Path, part: str, is_rated: bool) -> str:
    if is_rated:
        return f"{part}_average.csv is not there; ratings are the means of the listeners' rows in {path.name}."
    return f"{path.name} has no ratings; its pairs are judged and not measured."


def _line(row: Row, folder: Path, part: str, averaged: bool) -> Line:
    name, caption, told = row.cells.values()
    with at(row.place):
        place = locate(text(name, "wav_file_name").strip().lstrip("/"), folder, allow_outside=None)
        pair = clip_pair(place.path, place.name, text(caption, "text"), part)
        if told is None:
            return Line(row.place, pair, (), by_person=not averaged)
        return rated_line(row.place, pair, {RATING: told}, mean=averaged)


def write_predictions(said: Judgements, path: Path) -> None:
    """Write scores as the challenge takes them: ``wav_file_name,pred_score``, on the raters' scale 0-10.

    Nothing is written if a number would have to be made up.

    Args:
        said: of one part.
        path: of the file.

    Raises:
        UsageError: if the run has several parts, the judge says nothing of alignment or its scale has no ends, or a
            pair has no score.
        StoreError: if the file cannot be written.
    """
    axis = said.axis_for(RATING)
    if len(said.parts) != 1 or axis is None:
        raise UsageError(
            f"predictions are of one part by an axis of alignment; got {', '.join(said.parts) or 'no part'} by a judge "
            f"of {', '.join(said.axes)}. Name one part (--part validation)."
        )
    missing = [judged.id for judged in said if axis not in judged.values]
    if missing:
        raise UsageError(
            f"{len(missing):,} of {len(said):,} pairs have no score ({missing[0]} is one), and the challenge needs one "
            "for each. Score them again with the same command."
        )
    scores = stretch(np.array([judged.values[axis] for judged in said]), said.axes[axis], SCALE)
    if scores is None:
        raise UsageError(f"the judge's {axis} has no lowest and highest value; predictions lie between 0 and 10.")
    names = [PurePosixPath(judged.meta["audio"]).name for judged in said]
    with explained(path, "written"), replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("wav_file_name", "pred_score"))
        writer.writerows(zip(names, scores.tolist(), strict=True))
