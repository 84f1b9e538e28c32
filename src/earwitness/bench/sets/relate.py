"""RELATE: how well a clip matches its caption, and how far the caption's sounds and their order are there.

    scores/REL.csv                      one row a listener, 0-10; its split in "in RELATE dataset"
    scores/IS.csv, scores/OS.csv        the same of included sounds and their order, without a split
    RELATE_wave/SYSTEM/train|test/ID.wav    in the clone or beside it

The truth of a pair is the mean of its rows. A system is the folder of its clips, as ``audio type`` calls AudioLDM 2
and Tango 2 by their elders' names; ``audiocaps`` are natural recordings. Anchors are captions put to another clip to
see who listens: 14 rows of them lie in the splits of REL, and none is judged. IS and OS mark nobody as excluded, so
listeners are screened here by the rule that REL's splits follow: those whose anchors have a mean of 1 or more (2 or
more for clips of AudioCaps' training set) are left out. The sizes told of IS and OS are those of the screened pairs.

Source: https://github.com/sarulab-speech/RELATE, Interspeech 2025, doi 10.21437/Interspeech.2025-1830.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from earwitness.bench.base import About, Benchmark, Contents, Part, Published
from earwitness.bench.decisions import preferences
from earwitness.bench.judged import Judgements
from earwitness.bench.measurements import Measurement, rated
from earwitness.bench.sets.natural import NATURAL, natural_notes, origins
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
from earwitness.manifest.places import absolute, locate
from earwitness.manifest.rows import Row, at
from earwitness.ratings.lines import Line

SCALE = (0.0, 10.0)
# The axes whose listeners are screened here.
SCREENED = ("IS", "OS")
EXCLUDED = "excluded"
SPLITS = ("train", "validation", "test", EXCLUDED)
# The authors' README calls both of them its test set.
README_TEST = {"REL-validation", "REL-test"}
MERGED = "REL-test+validation"
# Clips of AudioCaps' training or test set: a listener's mean rating of anchors that is too high.
TOO_HIGH = {"train": 2.0, "test": 1.0}
ANCHOR_WORDS = {
    "true": True,
    "1": True,
    "yes": True,
    "anchor": True,
    "false": False,
    "0": False,
    "no": False,
    "": False,
}

FIELDS = {"wavname": ("wavname",), "text": ("text",), "score": ("score",), "anchor label": ("anchor label",)}
REL_FIELDS = {**FIELDS, "split": ("in relate dataset",)}
SCREENED_FIELDS = {**FIELDS, "listener": ("listener_id",), "AudioCaps split": ("in audiocaps",)}

_WAVNAME = re.compile(r"/?((audiocaps|audioldm2?|tango2?)/(?:train|test)/[^/\\]+\.wav)")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A listener's row, the part that it is of, and whether its caption is not the clip's."""

    part: str
    row: Row
    anchor: bool


class Relate(Benchmark):
    """LCC, SRCC, KTAU and MSE on the mean rating of each pair, and RELATE-Pair on pairs of clips with one caption."""

    name = "relate"
    about = About(
        measures="overall match (REL), included sounds (IS) and their order (OS) of clip and caption, 0-10",
        size="REL: 2,864 pairs for training, 1,288 for validation, 1,311 for testing; a third are natural recordings",
        licence="none told in its repository; natural clips are AudioCaps'",
        where="clone https://github.com/sarulab-speech/RELATE and unpack RELATE_wave.zip, linked there, into it",
    )
    parts = (
        Part("REL-train", "overall match, training split", 2864, default=False),
        Part("REL-validation", "overall match, validation split", 1288),
        Part("REL-test", "overall match, test split", 1311),
        Part("IS", "inclusion of the caption's sounds, screened listeners", 4983),
        Part("OS", "order of the caption's sounds, screened listeners", 2466),
    )
    published = (
        Published("AQAScore", "RELATE", "LCC", 0.475, "AQAScore, arXiv 2601.14728", "summary"),
        Published("CLAPScore", "RELATE", "LCC", 0.301, "AQAScore, arXiv 2601.14728", "summary"),
        Published("AQAScore", "RELATE", "LCC", 0.544, "quotation A of AQAScore", "second-hand"),
        Published("AQAScore", "RELATE-Pair", "accuracy", 0.776, "quotation A of AQAScore", "second-hand"),
        Published("AQAScore", "RELATE", "LCC", 0.544, "quotation B of AQAScore", "second-hand"),
        Published("best CLAP", "RELATE", "LCC", 0.448, "quotation B of AQAScore", "second-hand"),
    )

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """Pairs with their mean ratings; REL's counts hold pairs of anchors, as the published ones do.

        Raises:
            ManifestError: naming file, line, what was got and what was wanted.
        """
        wanted = {part.name for part in parts}
        root = absolute(data)
        beside = root.parent / "RELATE_wave"
        wave = beside if beside.is_dir() and not (root / "RELATE_wave").is_dir() else root / "RELATE_wave"
        lists = [_rel(_scores(data, "REL"), wave, wanted)] if wanted - set(SCREENED) else []
        lists += [_screened(_scores(data, axis), wave, axis) for axis in SCREENED if axis in wanted]
        found = together(lists)
        return replace(found, notes=(*found.notes, *natural_notes(found.pairs)))

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """Each part whole and by origin; validation and test once more as one part, where a run has both."""
        for part in said.parts:
            yield from _measurements(said.of_part(part), part)
        if set(said.parts) >= README_TEST:
            yield from _measurements(said.only(j for j in said if j.meta["part"] in README_TEST), MERGED)


def _measurements(said: Judgements, part: str) -> Iterator[Measurement]:
    axis = _axis(part)
    for subset, some in (("all", said), *origins(said)):
        yield from rated(some, part, axis, scale=SCALE, subset=subset)
    if axis not in SCREENED:
        found = preferences(said, part, axis, of="RELATE-Pair")
        if found is not None:
            yield found


def _axis(part: str) -> str:
    return part.partition("-")[0]


def _scores(data: Path, axis: str) -> Path:
    return find_file(data, [f"scores/{axis}.csv"], "a clone of https://github.com/sarulab-speech/RELATE")


def _rel(path: Path, wave: Path, wanted: Collection[str]) -> Contents:
    """The parts that are wanted, without the rows that the authors excluded and those of anchors."""
    every = [_Entry(f"REL-{_split(row)}", row, _is_anchor(row)) for row in read_rows(path, REL_FIELDS)]
    ours = [entry for entry in every if entry.part in wanted]
    lines = [(entry, _line(entry, wave)) for entry in ours]
    kept = [line for entry, line in lines if not entry.anchor]
    excluded = sum(entry.part == f"REL-{EXCLUDED}" for entry in every)
    pairs = rated_pairs(path, kept, SCALE)
    with_anchors = contents_of(rated_pairs(path, (line for _, line in lines), SCALE)).counts
    return Contents(
        pairs,
        with_anchors,
        (
            f"{file_label(path)}: {excluded:,} rows that its authors excluded are left out.",
            f"{file_label(path)}: {len(ours) - len(kept):,} rows of anchors lie in these splits and are left out; "
            f"{sum(with_anchors.values()) - len(pairs):,} pairs have no other rows: the counts of the splits hold "
            "them, as the published ones do, and nothing else.",
        ),
    )


def _split(row: Row) -> str:
    with at(row.place):
        split = text(row.cells["split"], "in RELATE dataset").strip().lower()
        if split not in SPLITS:
            raise ManifestError(f"in RELATE dataset is {split[:60]!r}; wanted {', '.join(SPLITS)}.")
        return split


def _is_anchor(row: Row) -> bool:
    with at(row.place):
        word = text(row.cells["anchor label"], "anchor label").strip()
        if word.lower() not in ANCHOR_WORDS:
            raise ManifestError(f"anchor label is {word[:60]!r}; wanted True or False.")
        return ANCHOR_WORDS[word.lower()]


def _screened(path: Path, wave: Path, axis: str) -> Contents:
    """The pairs of a list that marks nobody as excluded, by the listeners who tell anchors from others."""
    every = [_Entry(axis, row, _is_anchor(row)) for row in read_rows(path, SCREENED_FIELDS)]
    anchored = _anchor_means(entry.row for entry in every if entry.anchor)
    asked = [entry for entry in every if not entry.anchor]
    kept = [entry for entry in asked if _listens(entry.row, anchored)]
    if not kept:
        raise ManifestError(
            f"{file_label(path)}: none of {len(asked):,} rows is of a listener who rated anchors low enough; wanted "
            "the anchors' rows beside the others, as published."
        )
    return contents_of(
        rated_pairs(path, (_line(entry, wave) for entry in kept), SCALE),
        f"{file_label(path)}: {len(every) - len(asked):,} rows of anchors are left out, and so are "
        f"{len(asked) - len(kept):,} rows of listeners who rated no anchor or whose anchors have a mean of 1 or more "
        "(2 or more for clips of AudioCaps' training set), the rule by which REL's listeners were excluded.",
    )


def _anchor_means(rows: Iterable[Row]) -> Mapping[str, float]:
    """Each listener's mean rating of anchors, which match nothing; who was given none is not in it."""
    said: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        with at(row.place):
            said[_listener(row)].append(rating_of(row.cells["score"], "score"))
    return {listener: sum(ratings) / len(ratings) for listener, ratings in said.items()}


def _listens(row: Row, anchored: Mapping[str, float]) -> bool:
    with at(row.place):
        split = text(row.cells["AudioCaps split"], "in AudioCaps").strip().lower()
        if split not in TOO_HIGH:
            raise ManifestError(f"in AudioCaps is {split[:60]!r}; wanted {' or '.join(TOO_HIGH)}.")
        return anchored.get(_listener(row), TOO_HIGH[split]) < TOO_HIGH[split]


def _listener(row: Row) -> str:
    return text(row.cells["listener"], "listener_id").strip()


def _line(entry: _Entry, wave: Path) -> Line:
    cells = entry.row.cells
    with at(entry.row.place):
        wavname = text(cells["wavname"], "wavname").strip()
        named = _WAVNAME.fullmatch(wavname)
        if named is None:
            raise ManifestError(f"wavname is {wavname[:80]!r}; wanted one like /tango/test/102816.wav.")
        place, system = locate(named[1], wave, allow_outside=None), named[2]
        meta = {NATURAL: system == "audiocaps"}
        pair = clip_pair(place.path, place.name, text(cells["text"], "text"), entry.part, system=system, meta=meta)
        return rated_line(entry.row.place, pair, {_axis(entry.part): cells["score"]})
