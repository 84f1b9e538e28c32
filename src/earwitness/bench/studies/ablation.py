"""AQAScore under other settings of its own: how much of a figure is the wording's, and how much the sample's.

The paper asks several models in several wordings (AQAScore, arXiv 2601.14728, second experiment); here answer forms,
system messages and front-ends vary as well, on any benchmark. Each cell is a run of that benchmark like any other under
``OUT/cells``, resumed and compared as such, and its figure is one of the benchmark's measurements.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from earwitness.backbones.base import Backbone, FrontEnd
from earwitness.bench.base import Benchmark
from earwitness.bench.decisions import EVEN
from earwitness.bench.figures import figure
from earwitness.bench.judged import Judged, Judgements
from earwitness.bench.measurements import Measurement
from earwitness.bench.runner import Prepared, check_run_is_of, prepare
from earwitness.bench.studies.cells import Ablation, Cell
from earwitness.bench.studies.settings import Grid, Setting
from earwitness.errors import EarwitnessError, UsageError
from earwitness.judges.aqascore import AQAScore
from earwitness.judges.loading import loaded
from earwitness.run import Run, evaluate
from earwitness.run.database import explained
from earwitness.run.whole_files import replacing
from earwitness.types import Pair

RESULTS = "ablation.json"


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
        UsageError: if the benchmark has no such measurement, or none of what AQAScore gives.
        StoreError: if the folder cannot be written.
        KeyboardInterrupt: after Ctrl-C, once what was in hand is saved.
    """
    folder = Path(out)
    with explained(folder, "written"):
        folder.mkdir(parents=True, exist_ok=True)
    prepared = prepare(benchmark, Path(data), parts=parts, limit=limit, seed=seed)
    _check_measure(benchmark, prepared.pairs, measure)
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
                yield self.cell(shared, setting)
            except EarwitnessError as error:
                yield _failed(setting, error)

    def cell(self, backbone: Backbone, setting: Setting) -> Cell:
        """One of them."""
        run = self.run(backbone, setting)
        measured = figure(_chosen(self.benchmark, Judgements.of(run), self.measure))
        place = run.path.relative_to(self.folder).as_posix()
        return Cell(setting.levels, place, run.recipe.id, measured, not_scored=run.failures)

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


def _check_measure(benchmark: Benchmark, pairs: Iterable[Pair], measure: str) -> None:
    """Refuse a measurement before any pair is judged: as if all had one score, to which a threshold can be fitted."""
    as_if = (replace(Judged.expected(pair), values=dict.fromkeys(AQAScore.axes, EVEN)) for pair in pairs)
    _chosen(benchmark, Judgements(tuple(as_if), AQAScore.axes), measure)


def _chosen(benchmark: Benchmark, said: Judgements, measure: str) -> Measurement:
    """The measurement that was asked for."""
    every = list(benchmark.measurements(said))
    if not every:
        given = ", ".join(said.axes)
        raise UsageError(f"{benchmark.name} measures nothing of these pairs by {given}, which is what AQAScore gives.")
    wanted = set(measure.casefold().split())
    for measurement in every:
        if wanted <= set(" ".join(measurement.key).casefold().split()):
            return measurement
    known = "; ".join(dict.fromkeys(" ".join(measurement.key) for measurement in every))
    raise UsageError(f"{benchmark.name} measures no '{measure}' here; wanted words of one of: {known}.")


def _failed(setting: Setting, error: EarwitnessError) -> Cell:
    return Cell(setting.levels, error=f"{type(error).__name__}: {error}")
