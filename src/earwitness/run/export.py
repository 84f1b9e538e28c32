"""A run's records as files that other programs read: JSON Lines, CSV, Parquet, a challenge's answer, and a summary.

Every pair of the input that was reached is a row, scored or not; what has no number is null, or an empty cell. JSON is
strict. Clips go by their names in the manifest, never by absolute paths. A file appears whole or not at all.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PurePath
from typing import IO, Any, TypeAlias, TypeVar

from earwitness.errors import StoreError, UsageError
from earwitness.manifest.parquet import parquet_library
from earwitness.manifest.places import AUDIO_SUFFIXES
from earwitness.run.database import explained
from earwitness.run.store import Record, Store
from earwitness.run.summary import Summary
from earwitness.run.whole_files import replacing

Cell: TypeAlias = "str | int | float | None"
AnyCell = TypeVar("AnyCell")

# What spreadsheets take for the start of a formula; the last four are the full-width signs of East Asian keyboards.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PARQUET_ROWS = 2000
# The axes of the AudioMOS challenge 2025, tracks 1 and 2, in the order of its answers.
TRACKS = (("MI", "TA"), ("PQ", "PC", "CE", "CU"))
# Pairs without a score that an error lists by name.
NAMES_TOLD = 10


def withdraw_tables(folder: Path) -> None:
    """Remove the files made of a run's records, the summary first, before the records change under them.

    Raises:
        StoreError: if one cannot be removed.
    """
    with explained(folder, "written"):
        for name in ("summary.json", *FILES.values()):
            (folder / name).unlink(missing_ok=True)


def neutralise(cell: AnyCell) -> AnyCell | str:
    """A cell that a spreadsheet shows instead of running: a quote before text that starts as a formula does.

    Numbers stay numbers. Source: OWASP, CSV Injection.

    Example:
        >>> neutralise("=1+1"), neutralise(-0.5), neutralise("rain")
        ("'=1+1", -0.5, 'rain')
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def write_jsonl(store: Store, path: Path) -> None:
    """One object a line: the pair's fields, then those of its ``Score``."""
    with _whole_file(path) as file:
        for record in store.records():
            file.write(_json({**_named(record), **_score_fields(record)}) + "\n")


def write_csv(store: Store, path: Path) -> None:
    """One row a pair, a column an axis; text cells that would be formulas are neutralised.

    ``mass`` is the smallest of the pair's verdicts: how surely the backbone answered yes or no at all.
    """
    columns = _columns(store)
    with _whole_file(path) as file:
        # Line ends of RFC 4180: with a bare newline Python 3.11 leaves carriage returns inside cells unquoted.
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(map(neutralise, columns))
        for row in _rows(store):
            writer.writerow([neutralise(row.get(column)) for column in columns])


def write_parquet(store: Store, path: Path) -> None:
    """The columns of the CSV with their types; ``flags`` and ``meta`` as there.

    Raises:
        MissingDependencyError: if pyarrow is not installed.
    """
    pyarrow, parquet = parquet_library("writing Parquet")
    numbers = {"coverage", "mass", *_axes(store), *_rated(store)}
    schema = pyarrow.schema(
        [(column, pyarrow.float64() if column in numbers else pyarrow.string()) for column in _columns(store)]
    )
    rows = _rows(store)
    with _whole_file(path, binary=True) as file, parquet.ParquetWriter(file, schema) as table:
        while batch := list(islice(rows, PARQUET_ROWS)):
            table.write_table(pyarrow.Table.from_pylist(batch, schema=schema))


def write_summary(store: Store, path: Path, whole: Summary, systems: Mapping[str, Summary]) -> None:
    """The run in numbers; the same records give the same bytes."""
    recipe = store.recipe
    found = {
        "format": 1,
        "judge": store.about("judge"),
        "recipe": {"id": recipe.id, "parts": recipe.parts},
        **whole.to_dict(),
        "left_out": store.left_out(),
        "systems": {name: summary.to_dict() for name, summary in systems.items()},
    }
    with _whole_file(path) as file:
        file.write(_json(found, indent=2) + "\n")


def write_answer(store: Store, path: Path, *, scored_only: bool = False) -> None:
    """The form in which the AudioMOS challenge takes predictions: ``NAME,VALUE,VALUE``, without a header.

    The axes of a track of the challenge come in its order, others in the judge's. A name is that of the clip's file
    without its ending. Nothing is written if a number would have to be made up.

    Raises:
        UsageError: if pairs have no score, unless those are to be left out, or two clips have one name.
    """
    rows: dict[str, list[float]] = {}
    missing: list[str] = []
    axes = _in_challenge_order(_axes(store))
    for record in store.records():
        values = [_score_fields(record)["values"].get(axis) for axis in axes]
        name = _answer_name(record.clip or record.pair["id"])
        if any(value is None for value in values):
            missing.append(record.pair["id"])
        elif name in rows:
            raise UsageError(
                f"two clips are called {name!r}, and {path.name} tells clips apart by the names of their files alone; "
                "wanted a name of its own for each. The other forms of export hold their whole paths."
            )
        else:
            rows[name] = values
    if missing and not scored_only:
        raise UsageError(
            f"{len(missing):,} of {len(missing) + len(rows):,} pairs have no score ({_some(missing)}), and {path.name} "
            "needs one for each. Score them again with the same command, or leave them out: scored_only=True "
            "(--scored-only)."
        )
    with _whole_file(path) as file:
        csv.writer(file, lineterminator="\n").writerows([name, *values] for name, values in rows.items())


def _in_challenge_order(axes: list[str]) -> list[str]:
    """Nothing in an answer tells its columns apart, and a predictor may have been taught in any order."""
    return next((list(track) for track in TRACKS if set(track) == set(axes)), axes)


def _answer_name(clip: str) -> str:
    """The file's name without its ending; an id such as ``sys1.v2`` has none."""
    path = PurePath(clip)
    return path.stem if path.suffix.lower() in AUDIO_SUFFIXES else path.name


def _some(names: list[str]) -> str:
    return ", ".join([*names[:NAMES_TOLD], *["..."] * (len(names) > NAMES_TOLD)])


WRITERS: Mapping[str, Callable[[Store, Path], None]] = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
    "answer": write_answer,
}
# What each form is called in the run directory.
FILES: Mapping[str, str] = {form: "answer.txt" if form == "answer" else f"scores.{form}" for form in WRITERS}


def _columns(store: Store) -> list[str]:
    pair = ["id", "audio", "caption", "system", "group", "language"]
    score = ["status", "error", "message", "coverage", "mass", "flags", "recipe", "audio_sha256"]
    return [*pair, *_axes(store), *score, *_rated(store), "meta"]


def _axes(store: Store) -> list[str]:
    return list(store.about("axes") or ())


def _rated(store: Store) -> list[str]:
    axes = {axis for record in store.records() for axis in record.pair["ratings"]}
    return [f"ratings.{axis}" for axis in sorted(axes)]


def _rows(store: Store) -> Iterator[dict[str, Cell]]:
    """Records as flat rows of cells."""
    for record in store.records():
        fields, score = _named(record), _score_fields(record)
        ratings, meta = fields.pop("ratings"), fields.pop("meta")
        error = score["error"] or {}
        yield {
            **fields,
            **score["values"],
            **{name: score[name] for name in ("status", "coverage", "recipe", "audio_sha256")},
            "error": error.get("code"),
            "message": error.get("message"),
            "mass": _least_mass(score["verdicts"]),
            "flags": " ".join(score["flags"]) or None,
            **{f"ratings.{axis}": rating for axis, rating in ratings.items()},
            "meta": _json(meta) if meta else None,
        }


def _named(record: Record) -> dict[str, Any]:
    """A pair's fields with its clip by its name in the manifest."""
    meta = {name: value for name, value in record.pair["meta"].items() if name != "audio"}
    return {**record.pair, "audio": record.clip, "meta": meta}


def _score_fields(record: Record) -> dict[str, Any]:
    if record.said is None:
        waiting = dict.fromkeys(("error", "coverage", "recipe", "audio_sha256"))
        return {**waiting, "status": "waiting", "values": {}, "flags": [], "verdicts": []}
    return {name: value for name, value in record.said.items() if name != "pair_id"}


def _least_mass(verdicts: Iterable[Mapping[str, Any]]) -> float | None:
    """The smallest probability of all yes and no forms together: where the backbone answered least to the point."""
    return min((verdict["mass"] for verdict in verdicts if verdict["mass"] is not None), default=None)


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)


@contextmanager
def _whole_file(path: Path, *, binary: bool = False) -> Iterator[IO[Any]]:
    """A file that takes its name only when it is complete."""
    # Lone surrogates, of names that are not UTF-8, come out as the escapes that JSON knows.
    how: dict[str, Any] = {} if binary else {"encoding": "utf-8", "errors": "backslashreplace", "newline": ""}
    try:
        with replacing(path) as part, part.open("wb" if binary else "w", **how) as file:
            yield file
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}. The run itself is kept; export it again.") from error
