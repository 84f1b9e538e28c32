"""Baton: does a generated clip hold the two sounds, or the three sounds in their order, that its caption names?

    data/HA/2label_HA.json, 3label_HA.json      JSON Lines: dataset, location, captions, feedback (1 or 0)
    data/Audio/2label_Integrity_HD_Audio/..., 3label_Temporal_HD_Audio/...

A ``location`` begins with folders of the authors' machine: the longest end of it that is there is taken. Labels of
``data/RM`` were given by a model and are refused: a judge would be measured by another judge.

Source: https://github.com/Hannieliao/Baton, arXiv 2402.00744.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from earwitness.bench.base import About, Benchmark, Contents, Part, Published
from earwitness.bench.decisions import preferences
from earwitness.bench.judged import Judgements
from earwitness.bench.measurements import Measurement, labelled
from earwitness.bench.sets.tables import (
    clip_pair,
    contents_of,
    file_label,
    find_file,
    rated_line,
    rated_pairs,
    rating_of,
    read_rows,
    together,
)
from earwitness.errors import ManifestError
from earwitness.manifest.columns import text
from earwitness.manifest.places import Place, absolute, locate
from earwitness.manifest.rows import Row, at
from earwitness.ratings.lines import Line

LABEL = "feedback"
LABELS = (0.0, 1.0)
FIELDS = {"dataset": ("dataset",), "location": ("location",), "captions": ("captions", "caption"), LABEL: (LABEL,)}
CLONE = "a clone of https://github.com/Hannieliao/Baton, whose data/HA people labelled"
# Where the clips of a location may lie; that of the authors' README comes first.
FOLDERS = ("data/Audio/", "data/", "")


class Baton(Benchmark):
    """AUC of telling clips that match from those that do not, and Baton-Pair on one of each with the same caption."""

    name = "baton"
    about = About(
        measures="whether a generated clip matches its caption, labelled by people: yes or no",
        size="1,094 clips of captions with two sounds, 1,059 with three; 905 and 1,053 pairs of clips",
        licence="none told in its repository",
        where="clone https://github.com/Hannieliao/Baton; put 2label_Integrity_HD_Audio and 3label_Temporal_HD_Audio, "
        "linked there, into its data/Audio",
    )
    parts = (
        Part("2label", "two sounds: are both there?", 1094, "clips"),
        Part("3label", "three sounds: are they there in this order?", 1059, "clips"),
    )
    published = (
        Published("AQAScore", "Baton", "AUC", 0.856, "AQAScore, arXiv 2601.14728", "summary"),
        Published("generative prompting", "Baton", "AUC", 0.512, "AQAScore, arXiv 2601.14728", "summary"),
        *(
            Published("AQAScore", part, measure, value, "quotation A of AQAScore", "second-hand")
            for measure, part, value in (
                ("AUC", "2label", 0.69),
                ("AUC", "3label", 0.65),
                ("accuracy", "2label, Baton-Pair", 0.710),
                ("accuracy", "3label, Baton-Pair", 0.691),
            )
        ),
    )

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """Clips with their labels as the rating ``feedback``.

        Raises:
            ManifestError: naming file, line, what was got and what was wanted; also if the labels are a model's.
        """
        if data.name.endswith("_RA.json") or any(data.glob("*_RA.json")):
            raise _by_a_model(str(data))
        return together(_part(absolute(data), part.name) for part in parts)

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """Both of each part."""
        for part in said.parts:
            of_part = said.of_part(part)
            yield from labelled(of_part, part, lambda judged: judged.ratings[LABEL] == 1, of=LABEL)
            found = preferences(of_part, part, LABEL, of="Baton-Pair")
            if found is not None:
                yield found


def _by_a_model(what: str) -> ManifestError:
    return ManifestError(f"{what} holds labels that a model gave, by which no judge can be measured; wanted {CLONE}.")


def _part(data: Path, part: str) -> Contents:
    path = find_file(data, [f"{folder}{part}_HA.json" for folder in ("data/HA/", "HA/", "")], CLONE)
    lines = (_line(row, data, part) for row in read_rows(path, FIELDS))
    pairs = rated_pairs(path, lines, LABELS)
    agreed = [pair for pair in pairs if pair.ratings[LABEL] in LABELS]
    odd = len(pairs) - len(agreed)
    notes = [f"{file_label(path)}: {odd:,} clips are labelled both 1 and 0, and left out."] if odd else []
    return contents_of(agreed, *notes)


def _line(row: Row, data: Path, part: str) -> Line:
    with at(row.place):
        if text(row.cells["dataset"], "dataset").endswith("_RA"):
            raise _by_a_model(f"dataset {row.cells['dataset']}")
        if rating_of(row.cells[LABEL], LABEL) not in LABELS:
            raise ManifestError(f"{LABEL} is {row.cells[LABEL]}; wanted 1 for a match, 0 for none.")
        place = _clip(text(row.cells["location"], "location"), data)
        name = "/".join(place.path.parts[-2:])
        pair = clip_pair(place.path, name, _caption(row.cells["captions"]), part)
        return rated_line(row.place, pair, {LABEL: row.cells[LABEL]})


def _caption(cell: Any) -> str:
    """The clip's caption, also where it is the one of a list."""
    if isinstance(cell, list):
        if len(cell) != 1:
            raise ManifestError(f"captions is a list of {len(cell)}; wanted one caption.")
        cell = cell[0]
    return text(cell, "captions")


def _clip(location: str, data: Path) -> Place:
    """The longest end of a location that is there; where the README puts the clip, if none is."""
    steps = [step for step in PurePosixPath(location.strip()).parts if step != "/"]
    if not steps:
        raise ManifestError("location is empty; wanted the path of a clip.")
    ends = ["/".join(steps[first:]) for first in range(len(steps))]
    told = FOLDERS[0] + "/".join(steps[-2:])
    names = (*(f"{folder}{end}" for end in ends for folder in FOLDERS), told)
    places = [locate(name, data, allow_outside=None) for name in names]
    return next((place for place in places if place.path.is_file()), places[-1])
