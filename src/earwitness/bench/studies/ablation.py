"""AQAScore under other settings of its own: how much of a figure is the wording's, and how much the sample's.

The paper asks several models in several wordings (AQAScore, arXiv 2601.14728, second experiment); here answer forms,
system messages and front-ends vary as well, on any benchmark. Each cell is a run of that benchmark like any other under
``OUT/cells``, resumed and compared as such, and its figure is one of the benchmark's measurements.

The spread of a factor is told with everything else the same, beside half the width of one cell's 95 % interval: a
spread within it may be the sample's. The cells of a factor share their clips, so that a smaller difference may be real;
``earwitness compare`` tests two of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from earwitness.backbones.base import Backbone, FrontEnd
from earwitness.bench.base import Benchmark
from earwitness.bench.figures import Figure, figure
from earwitness.bench.judged import Judgements
from earwitness.bench.measurements import Measurement
from earwitness.bench.runner import Prepared, check_run_is_of, prepare
from earwitness.bench.studies.settings import Grid, Setting
from earwitness.errors import EarwitnessError, UsageError
from earwitness.judges.aqascore import AQAScore
from earwitness.judges.loading import loaded
from earwitness.run import Run, evaluate
from earwitness.run.database import explained
from earwitness.run.whole_files import replacing

RESULTS = "ablation.json"


@dataclass(frozen=True, slots=True)
class Cell:
    """One setting and what came of it.

    Attributes:
        levels: level by factor.
        run: the run's folder below that of the ablation; None if there is none.
        recipe: its id.
        figure: None if it failed.
        error: why it failed.
    """

    levels: Mapping[str, str]
    run: str | None = None
    recipe: str | None = None
    figure: Figure | None = None
    error: str | None = None

    @property
    def value(self) -> float | None:
        """That of the figure."""
        return self.figure.value if self.figure else None

    @property
    def half_width(self) -> float | None:
        """Half the width of its interval."""
        told = self.figure
        return None if told is None or told.low is None or told.high is None else (told.high - told.low) / 2


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a figure moves with one factor while all others stay the same.

    Attributes:
        factor: what varies.
        levels: how many of it there are.
        settings: of the others, at which at least two levels have a value.
        spread: highest less lowest value, mean over those settings; None if there is none of them.
        largest: the same at the setting where it is largest.
        sd: standard deviation over levels, mean over those settings.
        half_width: half the width of one cell's 95 % interval, mean over those cells that have one.
    """

    factor: str
    levels: int
    settings: int
    spread: float | None
    largest: float | None
    sd: float | None
    half_width: float | None


@dataclass(frozen=True, slots=True)
class Ablation:
    """What an ablation came to.

    Attributes:
        benchmark: its name.
        factors: the levels of each factor, in order, also of those with one.
        cells: one a setting.
        note: what was judged, as the runs note it.
    """

    benchmark: str
    factors: Mapping[str, tuple[str, ...]]
    cells: tuple[Cell, ...]
    note: Mapping[str, Any]

    @property
    def varied(self) -> tuple[str, ...]:
        """The factors with several levels."""
        return tuple(factor for factor, levels in self.factors.items() if len(levels) > 1)

    @property
    def spreads(self) -> tuple[Spread, ...]:
        """One for each factor that varies."""
        return tuple(_spread(factor, self.cells) for factor in self.varied)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        return {**asdict(self), "spreads": [asdict(spread) for spread in self.spreads]}


def ablate(
    benchmark: Benchmark,
    data: str | Path,
    grid: Grid,
    out: str | Path,
    *,
    measure: str = "",
    parts: Sequence[str] = (),
    limit: int | None = None,
    seed: int = 0,
    told: Callable[[Setting], None] | None = None,
    **load_options: Any,
) -> Ablation:
    """Take a benchmark's figure under every setting of a grid, and say how far each factor moves it.

    A cell that fails keeps its error, and the others are run. What is scored is kept: the same call goes on after
    Ctrl-C, and after a change of the grid only what is new is scored. ``ablation.json`` in the folder holds it all.

    Args:
        benchmark: what is measured.
        data: its download.
        grid: what varies.
        out: folder of the ablation.
        measure: words that tell the measurement, such as ``REL SRCC system``; the benchmark's first when empty.
        parts: of the benchmark, by name; those judged by default where none is named.
        limit: judge a seeded sample of so many pairs.
        seed: of the sample.
        told: called before each cell.
        **load_options: for ``load_backbone``, such as ``device``.

    Raises:
        UnknownNameError: if there is no such part.
        ManifestError: if the download cannot be read as published.
        UsageError: if the benchmark has no such measurement.
        StoreError: if the folder cannot be written.
        KeyboardInterrupt: after Ctrl-C, once what was in hand is saved.
    """
    folder = Path(out)
    with explained(folder, "written"):
        folder.mkdir(parents=True, exist_ok=True)
    prepared = prepare(benchmark, Path(data), parts=parts, limit=limit, seed=seed)
    bench = _Bench(benchmark, prepared, folder, measure, told)
    settings = grid.settings()
    cells: list[Cell] = []
    for (name, front_end), alike in groupby(settings, key=lambda setting: (setting.backbone, setting.front_end)):
        cells += bench.cells(grid.backbones[name], front_end, alike, load_options)
    factors = {factor: tuple(dict.fromkeys(s.levels[factor] for s in settings)) for factor in settings[0].levels}
    found = Ablation(benchmark.name, factors, tuple(cells), prepared.note)
    with explained(folder, "written"), replacing(folder / RESULTS) as path:
        path.write_text(json.dumps(found.to_dict(), ensure_ascii=False, indent=2, allow_nan=False), encoding="utf-8")
    return found


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all cells have in common."""

    benchmark: Benchmark
    prepared: Prepared
    folder: Path
    measure: str
    told: Callable[[Setting], None] | None

    def cells(
        self,
        backbone: str | Path | Backbone,
        front_end: FrontEnd,
        settings: Iterable[Setting],
        load_options: Mapping[str, Any],
    ) -> Iterator[Cell]:
        """Those of one backbone, which is loaded once, and let go of before the next."""
        try:
            shared = loaded(backbone, front_end, **load_options)
        except EarwitnessError as error:
            yield from (_failed(setting, error) for setting in settings)
            return
        for setting in settings:
            if self.told:
                self.told(setting)
            try:
                run = self.run(shared, setting)
            except EarwitnessError as error:
                yield _failed(setting, error)
                continue
            measured = figure(self.measured(run))
            yield Cell(setting.levels, run.path.relative_to(self.folder).as_posix(), run.recipe.id, measured)

    def run(self, backbone: Backbone, setting: Setting) -> Run:
        """The run of one cell, from which nothing is missing but what cannot be scored."""
        judge = AQAScore(
            backbone,
            template=setting.template,
            answers=setting.answers,
            front_end=setting.front_end,
            system=setting.system,
        )
        # The recipe's id keeps apart what a folder's name does not tell, such as two models of one name.
        out = self.folder / "cells" / f"{setting.name}-{judge.recipe.id}"
        check_run_is_of(out, self.benchmark.name)
        run = evaluate(judge, self.prepared.pairs, out, about=self.prepared.about)
        if run.interrupted:
            raise KeyboardInterrupt
        return run

    def measured(self, run: Run) -> Measurement:
        """The measurement that was asked for."""
        every = list(self.benchmark.measurements(Judgements.of(run)))
        wanted = set(self.measure.casefold().split())
        for measurement in every:
            if wanted <= set(" ".join(measurement.key).casefold().split()):
                return measurement
        known = "; ".join(dict.fromkeys(" ".join(measurement.key) for measurement in every))
        raise UsageError(f"{self.benchmark.name} measures no '{self.measure}' here; wanted words of one of: {known}.")


def _failed(setting: Setting, error: EarwitnessError) -> Cell:
    return Cell(setting.levels, error=f"{type(error).__name__}: {error}")


def _spread(factor: str, cells: Sequence[Cell]) -> Spread:
    beside: defaultdict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.value is not None:
            beside[tuple(level for name, level in cell.levels.items() if name != factor)].append(cell)
    groups = [group for group in beside.values() if len(group) > 1]
    values = [np.array([cell.value for cell in group], np.float64) for group in groups]
    ranges = [float(np.ptp(group)) for group in values]
    return Spread(
        factor,
        len({cell.levels[factor] for cell in cells}),
        len(groups),
        _mean(ranges),
        max(ranges, default=None),
        _mean([float(group.std(ddof=1)) for group in values]),
        _mean([cell.half_width for group in groups for cell in group if cell.half_width is not None]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
