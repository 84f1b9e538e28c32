"""What an ablation found: one line a cell, under them how far each factor moves the figure, and a picture of it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from earwitness.bench.figures import Figure
from earwitness.bench.studies.cells import Ablation, Cell, Spread
from earwitness.report.plots import Dot, dots
from earwitness.report.reasons import in_words, not_scored
from earwitness.report.tables import Cell as Value
from earwitness.report.tables import Table

OF_FIGURE = ("value", "low", "high", "n", "n_total")


def ablation_table(ablation: Ablation) -> Table:
    """Every cell's figure with its 95 % interval, and each factor's spread beside the width of such an interval."""
    told, plain = _told(ablation), ablation.to_dict()
    remarks = [_remark(cell) for cell in ablation.cells]
    note = ["note"] if any(remarks) else []
    return Table(
        columns=(*ablation.varied, told.measure if told else "value", *OF_FIGURE[1:], *note),
        rows=tuple(
            (*(cell.levels[factor] for factor in ablation.varied), *_numbers(cell), *([remark] if note else []))
            for cell, remark in zip(ablation.cells, remarks, strict=True)
        ),
        notes=_notes(ablation, told),
        facts=plain,
        records=tuple(plain["cells"]),
    )


def _remark(cell: Cell) -> str:
    """Why there is no number or no interval, and what could not be scored."""
    why = in_words(cell.figure.reason) if cell.figure else ""
    return "; ".join(filter(None, [cell.error, why, *not_scored(cell.not_scored)]))


def ablation_picture(ablation: Ablation) -> str:
    """Every cell as a dot with its interval, named by what differs from the first cell; the first factor by colour.

    Raises:
        MissingDependencyError: without matplotlib.
    """
    first, *others = ablation.varied or ("backbone",)
    rows = [
        _dot(
            _differing(cell.levels, ablation.cells[0].levels, others or [first]),
            cell.figure,
            f"{first} {cell.levels[first]}" if others else "",
        )
        for cell in ablation.cells
    ]
    told = _told(ablation)
    title = f"{ablation.benchmark} by {', '.join(ablation.varied) or 'one setting'}"
    return dots(title, rows, f"{_named(told)}; {_counted(ablation)}" if told else "nothing was measured")


def _differing(levels: Mapping[str, str], first: Mapping[str, str], factors: Sequence[str]) -> str:
    """The levels that are others than those of the first cell; of the first cell, all."""
    changed = [factor for factor in factors if levels[factor] != first[factor]]
    return ", ".join(f"{factor} {levels[factor]}" for factor in changed or factors)


def _counted(ablation: Ablation) -> str:
    """What was measured of what there is, from the cell with least to that with most."""
    told = [cell.figure for cell in ablation.cells if cell.figure]
    measured, every = ({figure.n for figure in told}, {figure.n_total for figure in told})
    return f"n = {_range(measured)} of {_range(every)} {told[0].unit}"


def _range(counts: set[int]) -> str:
    return " to ".join(f"{count:,}" for count in sorted({min(counts), max(counts)}))


def _dot(label: str, figure: Figure | None, series: str) -> Dot:
    if figure is None:
        return Dot(label, None, series=series)
    return Dot(label, figure.value, figure.low, figure.high, series)


def _told(ablation: Ablation) -> Figure | None:
    """A figure of a cell that has one: all measure the same."""
    return next((cell.figure for cell in ablation.cells if cell.figure), None)


def _numbers(cell: Cell) -> tuple[Value, ...]:
    return tuple(getattr(cell.figure, name) if cell.figure else None for name in OF_FIGURE)


def _named(figure: Figure) -> str:
    subset = "" if figure.subset == "all" else f", {figure.subset}"
    return f"{figure.measure} of {figure.of}, {figure.part}{subset}, by {figure.level}"


def _notes(ablation: Ablation, told: Figure | None) -> tuple[str, ...]:
    lines = [f"{_named(told)}; low and high are its 95 % interval, n the {told.unit} measured."] if told else []
    lines += map(_line, ablation.spreads)
    if sample := ablation.note.get("sample"):
        lines.append(f"a sample of {sample['pairs']:,} of {sample['of']:,} pairs, seed {sample['seed']}")
    same = [f"{factor} {levels[0]}" for factor, levels in ablation.factors.items() if len(levels) == 1]
    return (*lines, *[f"the same in all: {', '.join(same)}"] * bool(same), *ablation.note["notes"])


def _line(spread: Spread) -> str:
    if spread.spread is None:
        return f"{spread.factor}: no spread, as fewer than two levels have a value with everything else the same"
    at_most = f", at most {spread.largest:.3f} at one of {spread.settings}" if spread.settings > 1 else ""
    text = f"{spread.factor}: spread {spread.spread:.3f} over {spread.levels} levels (sd {spread.sd:.3f}{at_most})"
    if spread.half_width is None:
        return f"{text}; no cell has an interval"
    side = "within" if spread.spread <= spread.half_width else "beyond"
    return f"{text}, {side} one cell's interval of ± {spread.half_width:.3f}"
