"""What a sweep found: runs beside each other as they are, each under every change, and pictures of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from earwitness.bench.studies.sweep import BY_ORDER, MEASURES, Kind, Point, Sweep
from earwitness.report.plots import Series, lines
from earwitness.report.readings import UNITS, for_people
from earwitness.report.tables import Table

CHANGES: tuple[Kind, ...] = ("temperature", "bias")
# What runs to the right in each picture, by its file.
PICTURES = {"ece.svg": "ECE", "entropy.svg": "entropy"}


def beside_table(sweep: Sweep) -> Table:
    """A column a run and a line a measure, each number with its 95 % interval."""
    runs = {one.of: for_people(one) for one in sweep.standings}
    measures = next(iter(runs.values()))
    return Table(
        columns=("measure", *runs),
        rows=tuple((name, *(cells[name] for cells in runs.values())) for name in measures),
        notes=(
            f"{_title(sweep)}; [95 % interval]",
            f"recipes: {', '.join(sweep.recipes.values())}",
            *_shared(sweep),
        ),
        facts=sweep.to_dict(),
    )


def sweep_table(sweep: Sweep) -> Table:
    """A line a run and change, with what it moved, and in words what the changes did."""
    rows = tuple(
        (
            point.run,
            point.kind,
            None if point.kind == "as it is" else point.amount,
            *(point.values[name] for name in MEASURES),
            " ".join(point.moved),
        )
        for point in sweep.points
    )
    notes = (*filter(None, (_moved(sweep, kind) for kind in CHANGES)), *map(_best, _by_run(sweep)))
    return Table(("run", "change", "amount", *MEASURES, "moved"), rows, notes, facts=sweep.to_dict())


def sweep_pictures(sweep: Sweep) -> dict[str, str]:
    """SVG by file name: LCC and AUC by ECE, and by entropy; curves of each run.

    Raises:
        MissingDependencyError: without matplotlib.
    """
    return {
        file: lines(
            f"LCC and AUC by {across} under temperatures and biases; {_counted(sweep)}",
            UNITS.get(across, across),
            "LCC and AUC",
            list(_curves(sweep, across)),
        )
        for file, across in PICTURES.items()
    }


def _counted(sweep: Sweep) -> str:
    counts = {one.of: f"{one.n:,} of {one.n_total:,}" for one in sweep.standings}
    if len(set(counts.values())) == 1:
        return f"n = {counts.popitem()[1]} pairs"
    return f"n = {', '.join(f'{count} ({run})' for run, count in counts.items())} pairs"


def _curves(sweep: Sweep, across: str) -> Iterator[Series]:
    for run, points in _by_run(sweep):
        for kind in CHANGES:
            yield Series(f"{run}: LCC by {kind}", _places(sweep.of(run, kind), across, "LCC"), group=run)
        # No change moves it: one line holds them all.
        yield Series(f"{run}: AUC", sorted(_places(points, across, "AUC")), marks=False, group=run)


def _places(points: Sequence[Point], across: str, up: str) -> list[tuple[float, float]]:
    values = ((point.values[across], point.values[up]) for point in points)
    return [(x, y) for x, y in values if x is not None and y is not None]


def _by_run(sweep: Sweep) -> list[tuple[str, list[Point]]]:
    return [(run, [point for point in sweep.points if point.run == run]) for run in sweep.recipes]


def _title(sweep: Sweep) -> str:
    several = f"{len(sweep.recipes)} runs " if len(sweep.recipes) > 1 else ""
    return f"{several}against {sweep.truth}"


def _shared(sweep: Sweep) -> list[str]:
    common, every = sweep.shared
    return [] if common == every else [f"beware: the runs share {common:,} of {every:,} pairs; the others differ"]


def _moved(sweep: Sweep, kind: Kind) -> str | None:
    """Which measures a kind of change moved, how often, and why the others stayed."""
    points = [point for point in sweep.points if point.kind == kind]
    if not points:
        return None
    times = Counter(name for point in points for name in point.moved)
    moved = [f"{name} ({times[name]})" for name in MEASURES if times[name]]
    stayed = [name for name in MEASURES if not times[name] and any(point.values[name] is not None for point in points)]
    why = ", as such a change rises strictly and keeps every order" if set(stayed) & set(BY_ORDER) else ""
    rounded = [point.ranks_moved for point in points if point.ranks_moved]
    text = f"{len(points)} x {kind}: moved {', '.join(moved) or 'nothing'}"
    text += f"; exactly the same: {', '.join(stayed)}{why}" if stayed else ""
    return text + (f"; rounding shifted up to {max(rounded)} ranks in {len(rounded)} of them" if rounded else "")


def _best(run: tuple[str, Sequence[Point]]) -> str:
    """Where calibration and agreement are best: the same change would have to serve both."""
    name, points = run
    best = [
        f"{measure} is {word} ({point.values[measure]:.3f}) {_where(point)}"
        for measure, word, sign in (("ECE", "lowest", 1), ("LCC", "highest", -1))
        if (point := _least(points, measure, sign)) is not None
    ]
    return f"{name}: {'; '.join(best) or 'nothing can be told'}"


def _least(points: Sequence[Point], measure: str, sign: int) -> Point | None:
    told = [(sign * value, place) for place, point in enumerate(points) if (value := point.values[measure]) is not None]
    return points[min(told)[1]] if told else None


def _where(point: Point) -> str:
    return point.kind if point.kind == "as it is" else f"at {point.kind} {point.amount:.3g}"
