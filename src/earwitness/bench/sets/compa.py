"""CompA: which caption belongs to which clip, where both clips hold the same events in another order or attribution.

    CompA_order_benchmark.csv, CompA_order_files/    pair_caption, reversed_pair_caption, pair_file,
                                                     reversed_pair_file, triplet_caption, triplet_file
    Compa-Attribute.csv, CompA_attribute_files/      the same without triplets; the files are in pair_file.1 and
                                                     reversed_pair_file.1, where pair_file is a web video's name

Source: CompA, arXiv 2310.08753, after Winoground. With s_ij the score of text i and clip j, of an item's two pairs

* ``text`` holds if s_00 > s_10 and s_11 > s_01: the right caption for each clip; by chance in 1/4 of items;
* ``audio`` if s_00 > s_01 and s_11 > s_10: the right clip for each caption; by chance in 1/4;
* ``group`` if both do; by chance in 1/6.

A hundred items of ``order`` have a third pair. They are measured apart as well, on choices of three with a chance of
1/3, three an item: ``text of three`` is the right one of three captions for a clip, ``audio of three`` the right one of
three clips for a caption.

More means more: a tie is wrong, and counted. An item, or choice, that lacks one of its scores is not measured.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from earwitness.bench.base import About, Benchmark, Contents, Part, Published
from earwitness.bench.decisions import Decision, decided
from earwitness.bench.judged import ALIGNMENT, Judgements
from earwitness.bench.measurements import Measurement
from earwitness.bench.sets.downloads import files_below
from earwitness.bench.sets.tables import read_rows
from earwitness.errors import ManifestError
from earwitness.manifest.places import Place, absolute, locate
from earwitness.manifest.rows import at
from earwitness.types import Pair

# Of each part: its table, whose case differs between copies, and the folder of its clips beside it.
FILES: Mapping[str, tuple[str, str]] = {
    "order": ("CompA_order_benchmark.csv", "CompA_order_files"),
    "attribute": ("Compa-Attribute.csv", "CompA_attribute_files"),
}
ROLES = ("pair", "reversed_pair", "triplet")
ABSENT = ("", "-")

# Text and clip of a score, by their places in the item.
Cell: TypeAlias = tuple[int, int]
Contest: TypeAlias = tuple[Cell, Cell]  # the first must have the higher score
Scores: TypeAlias = Mapping[Cell, float | None]

TEXT: tuple[Contest, ...] = (((0, 0), (1, 0)), ((1, 1), (0, 1)))
AUDIO: tuple[Contest, ...] = (((0, 0), (0, 1)), ((1, 1), (1, 0)))
OF_AN_ITEM: Mapping[str, tuple[Contest, ...]] = {"text": TEXT, "audio": AUDIO, "group": TEXT + AUDIO}

_QUOTED = "arXiv 2601.14728 as quoted by others, who do not say whether by text, audio or group"


class CompA(Benchmark):
    """Accuracy of items by text, by audio and by both; of choices of three where an item has three pairs."""

    name = "compa"
    about = About(
        measures="the right caption for each clip, and the right clip for each caption, of twins that differ in the "
        "order of events or in who does what",
        size="400 items on order, 100 of them with a third pair; about 200 on attributes; 4 or 9 pairs an item",
        licence="not told with the download",
        where="github.com/Sreyan88/CompA, CompA-order and CompA-attribute; a folder with the CSV files and, beside "
        "each, its folder of clips",
    )
    parts = (
        Part("order", "order of events; chance 25 % by text and by audio, 16.7 % by group", 400, "items"),
        Part("attribute", "who does what; chance 25 % by text and by audio, 16.7 % by group", None, "items"),
    )
    published = (
        Published("AQAScore", "order", "accuracy", 0.67, _QUOTED, "second-hand"),
        Published("best CLAP beside AQAScore", "order", "accuracy", 0.407, _QUOTED, "second-hand"),
    )

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """Each caption of an item with each of its clips; a part without a file is left out and noted.

        Raises:
            ManifestError: if no part has a file, or one cannot be read as published.
        """
        tables = {part.name: _table(data, part.name) for part in parts}
        if not any(tables.values()):
            wanted = " or ".join(FILES[part.name][0] for part in parts)
            raise ManifestError(f"{data} has no {wanted}; wanted the folder of CompA.")
        items = {name: list(_items(table, name)) for name, table in tables.items() if table}
        pairs = [pair for part, found in items.items() for item in found for pair in item.pairs(part)]
        counts = {part.name: len(items.get(part.name, ())) for part in parts}
        return Contents(pairs, counts, tuple(_notes(items, tables)))

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """``text``, ``audio`` and ``group`` of each part, and the choices of three where it has any."""
        if ALIGNMENT not in said.axes:
            return
        for part in said.parts:
            items = _scores(said.of_part(part))
            for of, contests in OF_AN_ITEM.items():
                yield decided(part, of, (_decision(name, items[name], contests, name) for name in items), unit="items")
            three = {name: scores for name, scores in items.items() if (2, 2) in scores}
            for of in ("text of three", "audio of three") if three else ():
                yield decided(part, of, _of_three(three, of.startswith("text")), subset="triplets", unit="choices")


@dataclass(frozen=True, slots=True)
class _Item:
    """Two or three captions and the clip of each, in the same order."""

    name: str
    captions: tuple[str, ...]
    clips: tuple[Place, ...]

    def pairs(self, part: str) -> Iterator[Pair]:
        """Each caption with each clip."""
        for sound, clip in enumerate(self.clips):
            for text, caption in enumerate(self.captions):
                meta = {"part": part, "item": self.name, "text": text, "sound": sound, "audio": clip.name}
                yield Pair(clip.path, caption, id=f"{self.name}-t{text}a{sound}", group=self.name, meta=meta)


def _table(data: Path, part: str) -> Path | None:
    """The part's CSV file; None if there is none.

    Raises:
        ManifestError: if there are several.
    """
    wanted = FILES[part][0]
    found = [path for path in files_below(data, ".csv") if path.name.lower() == wanted.lower()]
    if len(found) > 1:
        raise ManifestError(f"{data} holds several {wanted}: {', '.join(map(str, found))}; wanted one.")
    return found[0] if found else None


def _items(table: Path, part: str) -> Iterator[_Item]:
    rows = read_rows(table, _columns(*ROLES[:2]), _columns(ROLES[2]), number_repeats=True)
    for number, row in enumerate(rows, start=1):
        with at(row.place):
            yield _item(f"{part}-{number}", row.cells, absolute(table.parent), FILES[part][1])


def _columns(*roles: str) -> Mapping[str, tuple[str, ...]]:
    captions = {f"{role} caption": (f"{role}_caption",) for role in roles}
    # What is called .1 is there to be opened; the plain one may be a web video's name.
    return captions | {f"{role} file": (f"{role}_file.1", f"{role}_file") for role in roles}


def _item(name: str, cells: Mapping[str, str | None], root: Path, folder: str) -> _Item:
    told: list[tuple[str, Place]] = []
    for role in ROLES:
        caption, file = ((cells[f"{role} {what}"] or "").strip() for what in ("caption", "file"))
        absent = [what in ABSENT for what in (caption, file)]
        if any(absent) and (role in ROLES[:2] or not all(absent)):
            raise ManifestError(f"the {role} has caption {caption!r} and file {file!r}; wanted both.")
        told += [] if any(absent) else [(caption, locate(f"{folder}/{file}", root, allow_outside=None))]
    return _Item(name, tuple(caption for caption, _ in told), tuple(clip for _, clip in told))


def _notes(items: Mapping[str, Sequence[_Item]], tables: Mapping[str, Path | None]) -> Iterator[str]:
    for part, table in tables.items():
        if table is None:
            yield f"{part}: no {FILES[part][0]} here, left out"
    for part, found in items.items():
        triplets = sum(len(item.clips) == len(ROLES) for item in found)
        if triplets:
            yield f"{part}: {triplets:,} of {len(found):,} items have a third pair, measured apart"


def _scores(said: Judgements) -> Mapping[str, Scores]:
    """Each item's scores by text and clip, None where there is none."""
    items: defaultdict[str, dict[Cell, float | None]] = defaultdict(dict)
    for judged in said:
        items[judged.meta["item"]][judged.meta["text"], judged.meta["sound"]] = judged.values.get(ALIGNMENT)
    return items


def _of_three(items: Mapping[str, Scores], by_text: bool) -> Iterator[Decision]:
    """For each clip whether its caption beats both others, or for each caption whether its clip does."""
    for name, scores in items.items():
        for right in range(3):
            others = [other for other in range(3) if other != right]
            contests = [((right, right), (other, right) if by_text else (right, other)) for other in others]
            yield _decision(f"{name}-{right}", scores, contests, name)


def _decision(name: str, scores: Scores, contests: Iterable[Contest], item: str) -> Decision:
    """Right if every contest is won; open if ties alone stand in the way."""
    told: list[tuple[float, float]] = []
    for first, second in contests:
        winner, loser = scores.get(first), scores.get(second)
        if winner is None or loser is None:
            return Decision(name, None, item)
        told.append((winner, loser))
    won = all(winner > loser for winner, loser in told)
    return Decision(name, float(won), item, not won and all(winner >= loser for winner, loser in told))
