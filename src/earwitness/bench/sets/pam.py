"""PAM: how good generated sounds and music are (OVL) and how well they match their caption (REL), 1 to 5.

    human_eval/audio|music/scores.csv                   at least Model, File Name, Text, OVL, REL
    human_eval/audio|music/<Model>/<File Name>.wav

The model ``real`` are natural recordings. The authors' script correlates each model's clips by themselves and prints
no mean over models; many papers pool the clips of a task. Both are measured, by part and by subset.

Source: https://github.com/soham97/PAM (pcc.py), arXiv 2402.00282; data: https://zenodo.org/records/10737388.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from earwitness.bench.base import About, Benchmark, Contents, Part, Published
from earwitness.bench.decisions import preferences
from earwitness.bench.judged import Judgements
from earwitness.bench.measurements import Measurement, rated
from earwitness.bench.sets.natural import NATURAL, natural_notes, origins
from earwitness.bench.sets.tables import (
    clip_pair,
    contents_of,
    find_file,
    rated_line,
    rated_pairs,
    read_rows,
    together,
)
from earwitness.manifest.columns import text
from earwitness.manifest.places import absolute, locate
from earwitness.manifest.rows import Row, at
from earwitness.ratings.lines import Line

SCALE = (1.0, 5.0)
AXES = ("REL", "OVL")
REAL = "real"
FIELDS = {
    "model": ("model",),
    "file name": ("file name", "file_name"),
    "text": ("text", "caption"),
    "REL": ("rel",),
    "OVL": ("ovl",),
}
ANYAUDIO = "AnyAudio-Judge's table, arXiv 2606.03116"


class PAM(Benchmark):
    """LCC, SRCC, KTAU and MSE with REL and OVL, pooled and by model, and preferences between clips of one caption."""

    name = "pam"
    about = About(
        measures="match with the caption (REL) and overall quality (OVL) of generated sounds and music, 1-5",
        size="500 clips of sounds and 500 of music: 100 captions, four models and natural recordings",
        licence="that of the Zenodo record; read it there",
        where="unpack https://zenodo.org/records/10737388: the folder that holds human_eval/",
    )
    parts = (
        Part("audio", "text to audio", 500, "clips"),
        Part("music", "text to music", 500, "clips"),
    )
    published = (
        Published("AQAScore", "PAM", "LCC", 0.478, "AQAScore, arXiv 2601.14728", "summary"),
        Published("CLAPScore", "PAM", "LCC", 0.252, "AQAScore, arXiv 2601.14728", "summary"),
        Published("AQAScore", "PAM", "LCC", 0.582, "quotation A of AQAScore", "second-hand"),
        *(
            Published(judge, "PAM", measure, value, ANYAUDIO, "second-hand")
            for judge, values in (
                ("CLAPScore", {"LCC": 0.472, "SRCC": 0.477, "KTAU": 0.337}),
                ("AQAScore (Qwen2.5-Omni)", {"LCC": 0.518, "SRCC": 0.589, "KTAU": 0.429}),
                ("AnyAudio-Judge", {"LCC": 0.614, "SRCC": 0.601, "KTAU": 0.435}),
            )
            for measure, value in values.items()
        ),
    )

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """Clips with their mean ratings.

        Raises:
            ManifestError: naming file, line, what was got and what was wanted.
        """
        return together(_part(absolute(data), part.name) for part in parts)

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """REL and OVL of each part, pooled and by origin; REL again between clips of one caption."""
        for part in said.parts:
            of_part = said.of_part(part)
            for axis in AXES:
                for subset, some in (("all", of_part), *origins(of_part)):
                    yield from rated(some, part, axis, scale=SCALE, subset=subset)
            found = preferences(of_part, part, "REL")
            if found is not None:
                yield found


def _part(data: Path, part: str) -> Contents:
    names = [f"{folder}{part}/scores.csv" for folder in ("human_eval/", "")]
    path = find_file(data, names, "the folder that holds human_eval/ of https://zenodo.org/records/10737388")
    lines = (_line(row, path.parent, part) for row in read_rows(path, FIELDS))
    pairs = rated_pairs(path, lines, SCALE)
    return contents_of(pairs, *natural_notes(pairs))


def _line(row: Row, folder: Path, part: str) -> Line:
    with at(row.place):
        model, name, caption = (text(row.cells[field], field).strip() for field in ("model", "file name", "text"))
        file = name if name.lower().endswith(".wav") else f"{name}.wav"
        place = locate(f"{model}/{file}", folder, allow_outside=None)
        pair = clip_pair(place.path, place.name, caption, part, system=model, meta={NATURAL: model == REAL})
        return rated_line(row.place, pair, {axis: row.cells[axis] for axis in AXES})
