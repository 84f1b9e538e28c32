"""What a training of rating predictors found, as a table and lines under it."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from earwitness.report.heat_map import Panel, heat_map
from earwitness.report.tables import Cell as Value
from earwitness.report.tables import Table
from earwitness.train.grid import Cell

SIGNATURES = {
    "better_order_worse_values": "clips are ordered better and rated worse than with Huber alone (SRCC up, MSE up)",
    "gain_within_seeds": "the difference in SRCC to Huber alone is no larger than the spread over seeds",
    "poor_low_range": "the lowest quarter of ratings fares worse than with Huber alone, and than the highest quarter",
}
COLUMNS = ("axis", "level", "measure", "mean", "seeds sd", "Huber alone", "sd", "kept seed", "low", "high", "n")
# Of one seed there is no spread to tell.
OVER_SEEDS = ("seeds sd", "sd")

# What a grid tells of a measure: its name, its level, what of it.
GRID_MEASURES = {
    "SRCC clip": ("srcc", "clip", "mean"),
    "sd": ("srcc", "clip", "spread"),
    "Huber's SRCC clip": ("srcc", "clip", "alone_mean"),
    "SRCC system": ("srcc", "system", "mean"),
    "Huber's SRCC system": ("srcc", "system", "alone_mean"),
    "MSE clip": ("mse", "clip", "mean"),
    "MSE sd": ("mse", "clip", "spread"),
    "Huber's MSE clip": ("mse", "clip", "alone_mean"),
    "Huber's MSE sd": ("mse", "clip", "alone_spread"),
}
# And of the errors at both ends of the scale: which end, whose, what.
GRID_ENDS = {
    "MSE low quarter": ("lowest", "ours", "mse"),
    "Huber's MSE low quarter": ("lowest", "alone", "mse"),
    "MSE high quarter": ("highest", "ours", "mse"),
    "Huber's MSE high quarter": ("highest", "alone", "mse"),
    "bias low quarter": ("lowest", "ours", "bias"),
    "Huber's bias low quarter": ("lowest", "alone", "bias"),
    "bias high quarter": ("highest", "ours", "bias"),
    "Huber's bias high quarter": ("highest", "alone", "bias"),
}
GRID_COLUMNS = (*GRID_MEASURES, *GRID_ENDS, "pairs seen", "failure signatures", "error")
# What is left out first where lines are too short; files have it all.
SPARED = (
    *(name for name in GRID_ENDS if "bias" in name),
    "Huber's MSE sd",
    "Huber's MSE high quarter",
    "Huber's MSE low quarter",
    "MSE high quarter",
    "MSE low quarter",
    "MSE sd",
    "Huber's SRCC system",
    "SRCC system",
)
# Between two columns of a printed table.
GAP = 3


def training_table(results: Mapping[str, Any]) -> Table:
    """Every measure over seeds beside Huber's loss alone, the kept predictor's interval, and what to beware of.

    Args:
        results: what ``results.json`` of a run holds.
    """
    rows = [
        (axis, level, measure, *_cells(found))
        for axis, told in results["axes"].items()
        for level, by_name in told["measures"].items()
        for measure, found in by_name.items()
    ]
    table = Table(COLUMNS, tuple(rows), notes=(*_notes(results), *warnings(results)), facts=dict(results))
    return _without(table, OVER_SEEDS) if len(results["config"]["seeds"]) == 1 else table


def _without(table: Table, names: Collection[str]) -> Table:
    """The table without some of its columns."""
    kept = [place for place, name in enumerate(table.columns) if name not in names]
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in kept), rows=rows)


def warnings(results: Mapping[str, Any]) -> list[str]:
    """The failure signatures that are there, what the run had to be told of, and clips that could not be read."""
    lines = [
        f"warning: {axis}: {SIGNATURES[name]}."
        for axis, told in results["axes"].items()
        for name, there in (told["signatures"] or {}).items()
        if there
    ]
    lines += [f"warning: {line}" for line in results["warnings"]]
    if shared := results["dev_clips_in_train"]:
        lines.append(
            f"warning: {shared} clips of the development set are in the training set too: what is told is far too good."
        )
    for which, data in results["data"].items():
        if data["read"] < data["clips"]:
            first = data["failures"][0]
            lines.append(
                f"warning: {data['clips'] - data['read']} of {data['clips']} clips of the {which} set were left out; "
                f"the first, '{first['id']}': {first['message']} All are named in results.json."
            )
    return lines


def _cells(found: Mapping[str, Any]) -> tuple[Value, ...]:
    kept = found["kept"]
    over_seeds = (found["mean"], found["spread"], found["alone_mean"], found["alone_spread"])
    return (*over_seeds, kept["value"], kept["low"], kept["high"], kept["n"])


def _notes(results: Mapping[str, Any]) -> list[str]:
    config, data = results["config"], results["data"]
    drawn = {
        "systems": "other systems, whose clips go together (n; none below five)",
        "clips": "other clips (n; none below five)",
    }[results["intervals_over"]]
    lines = [
        f"{data['train']['read']} clips to learn from, {data['dev']['read']} to choose the best epoch by "
        f"({config['select']}): what is told of the latter is a little too good.",
        f"{_seeds(config['seeds'], results['kept_seed'])}; low and high are its 95 % interval over {drawn}.",
        f"Pairs seen: {results['pair_coverage']:.1%} of the training set's untied pairs share a batch in an epoch.",
    ]
    lines += _recipe_notes(results["recipe"])
    for axis, told in results["axes"].items():
        lines += [_ends(axis, told["quarters"]), _signs(axis, told["signatures"])]
    return lines


def _seeds(seeds: Sequence[int], kept: int) -> str:
    if len(seeds) == 1:
        return f"One seed, {kept}: how far another would differ is not known. Its predictor is kept"
    return f"Seeds {', '.join(map(str, seeds))}; sd is over seeds. The predictor of seed {kept} is kept"


def _signs(axis: str, signatures: Mapping[str, bool | None] | None) -> str:
    """What became of each rule: a run names all three, also those that it does not show or cannot decide."""
    if signatures is None:
        return f"{axis}, failure signatures: not decided, as there is no training with Huber's loss alone beside it."
    words = {True: "yes", False: "no", None: "not decided (one seed, or no correlation)"}
    return f"{axis}, failure signatures: " + "; ".join(f"{name} {words[is_]}" for name, is_ in signatures.items()) + "."


def _recipe_notes(recipe: Mapping[str, Any] | None) -> list[str]:
    """How far this is a published recipe, if it set out to be one."""
    if recipe is None:
        return []
    changed = ", ".join(f"{name} {value}" for name, value in recipe["changed"].items()) or "nothing"
    return [f"Recipe {recipe['preset']}, changed: {changed}. What it knowingly does otherwise:"] + [
        f"- {departure}" for departure in recipe["departures"]
    ]


def _ends(axis: str, quarters: Mapping[str, Any]) -> str:
    return f"{axis}, " + "; ".join(f"{end} quarter: {_end(told)}" for end, told in quarters.items()) + "."


def _end(told: Mapping[str, Any]) -> str:
    ours, alone = told["ours"], told["alone"]
    text = f"MSE {ours['mse']:.3f}, bias {ours['bias']:+.3f}"
    return text if alone is None else f"{text} (Huber alone {alone['mse']:.3f}, {alone['bias']:+.3f})"


def grid_table(cells: Sequence[Cell]) -> Table:
    """One line a run of a grid: what varied, and means over seeds and axes, beside Huber's loss alone.

    A combination that failed has its error in place of numbers.
    """
    varied = tuple(cells[0].values)
    rows = tuple((*(_shown(cell.values[name]) for name in varied), *_grid_cells(cell)) for cell in cells)
    note = (
        "Means over seeds and axes on the set that chose the best epochs; sd over seeds, mean over axes. "
        "To pick the best line is to choose once more on that set: keep another one to tell how good it is."
    )
    lines = dict.fromkeys(line for cell in cells if cell.run for line in cell.run.results["warnings"])
    return Table((*varied, *GRID_COLUMNS), rows, notes=(note, *(f"warning: {line}" for line in lines)))


def printed_grid(table: Table, width: int) -> Table:
    """The table of a grid for people: without columns that are empty, or that lines of a width have no room for."""
    # Of an error its kind.
    short = tuple((*row[:-1], row[-1] and str(row[-1]).partition(":")[0]) for row in table.rows)
    told = replace(table, rows=short)
    told = _without(
        told, {name for name, cells in _by_column(told).items() if all(cell in (None, "") for cell in cells)}
    )
    for name in SPARED:
        if sum(GAP + _longest_word(name, cells) for name, cells in _by_column(told).items()) <= width:
            break
        told = _without(told, {name})
    # A word a line, or room would be taken from the other columns in the middle of their words.
    return replace(told, columns=tuple(name.replace(" ", "\n") for name in told.columns))


def _by_column(table: Table) -> dict[str, tuple[Value, ...]]:
    return dict(zip(table.columns, zip(*table.rows, strict=True), strict=True))


def _longest_word(heading: str, cells: Sequence[Value]) -> int:
    """Letters below which a column would break words."""
    texts = [f"{cell:.3f}" if isinstance(cell, float) else str(cell or "") for cell in cells]
    return max(len(word) for text in (heading, *texts) for word in text.split())


def grid_heat_map(cells: Sequence[Cell], measure: str = "srcc", level: str = "clip") -> str:
    """An SVG of a measure by the first two options that vary, one panel for each combination of the others."""
    names = list(cells[0].values)
    down, across = names[0], names[1] if len(names) > 1 else ""
    rest = names[2:]
    panels: dict[str, dict[tuple[str, str], float | None]] = {}
    found = [_mean(cell, measure, level) for cell in cells]
    for cell, value in zip(cells, found, strict=True):
        heading = ", ".join(f"{name} {_shown(cell.values[name])}" for name in rest)
        place = (str(_shown(cell.values[across])) if across else "", str(_shown(cell.values[down])))
        panels.setdefault(heading, {})[place] = value
    columns = list(dict.fromkeys(str(_shown(cell.values[across])) if across else "" for cell in cells))
    rows = list(dict.fromkeys(str(_shown(cell.values[down])) for cell in cells))
    title = f"{measure.upper()} by {level}, mean over seeds and axes"
    highest = "none has a value"
    if any(value is not None for value in found):
        best = cells[int(np.argmax([-np.inf if value is None else value for value in found]))]
        highest = "the highest is at " + ", ".join(f"{name} {_shown(value)}" for name, value in best.values.items())
    description = f"{len(cells)} trainings by {', '.join(names)}; {highest}. All numbers are in the table."
    return heat_map(title, description, (across, columns), (down, rows), [Panel(*panel) for panel in panels.items()])


def over_axes(results: Mapping[str, Any], measure: str, level: str, what: str) -> float | None:
    """Mean over axes of a number that is told of a measure; None where an axis has none."""
    values = [told["measures"].get(level, {}).get(measure, {}).get(what) for told in results["axes"].values()]
    return None if None in values else statistics.fmean(values)


def _mean(cell: Cell, measure: str, level: str) -> float | None:
    return over_axes(cell.run.results, measure, level, "mean") if cell.run else None


def _at_end(results: Mapping[str, Any], end: str, whose: str, what: str) -> float | None:
    """Mean over axes of an error at one end of the scale; None without a training with Huber's loss alone."""
    found = [told["quarters"][end][whose] for told in results["axes"].values()]
    return None if None in found else statistics.fmean(quarter[what] for quarter in found)


def _grid_cells(cell: Cell) -> tuple[Value, ...]:
    if cell.run is None:
        return (*(None for _ in GRID_COLUMNS[1:]), f"{type(cell.error).__name__}: {cell.error}")
    results = cell.run.results
    found = [over_axes(results, *wanted) for wanted in GRID_MEASURES.values()]
    found += [_at_end(results, *wanted) for wanted in GRID_ENDS.values()]
    signs = sorted(
        {name for told in results["axes"].values() for name, there in (told["signatures"] or {}).items() if there}
    )
    return (*found, results["pair_coverage"], " ".join(signs), None)


def _shown(value: object) -> Value:
    """A value of an option as a cell: numbers as they are written, not to three digits."""
    return f"{value:g}" if isinstance(value, float) else value if isinstance(value, str | int) else str(value)
