"""How far the embedded judge can be trusted: scenes, held-out recordings, controls, calibration, wordings.

    python -m benchmarks.judge_trust scenes|perceptual|doctor|ablation [--backbone embedded] [--clips 200]
    python -m benchmarks.judge_trust recordings|clips --backbone FOLDER --recordings esc10 --where fold=4
    python -m benchmarks.judge_trust calibration --run RUN

``scenes`` are of synthesised sounds, ``recordings`` of labelled recordings; ``clips`` are the controls on the
recordings themselves, each with its label as caption. Weights that are measured on recordings must not have learned
from them: the judge that ships learned from all of ESC-10's four folds, its twin in ``runs/nano/tested/model`` from
folds 1 to 3. ``calibration`` reads a run of ``scenes`` or ``recordings``. Runs are kept below ``--out`` and resumed.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from benchmarks.report import Row, record

from earwitness import AQAScore, open_run, read_pairs
from earwitness.bench.base import Benchmark
from earwitness.bench.controls.bases import Base, given_bases, scene_bases
from earwitness.bench.controls.pairs import Controls
from earwitness.bench.controls.speech import speech_by_program
from earwitness.bench.doctor import Audit, audit, examine
from earwitness.bench.figures import Figure
from earwitness.bench.runner import run_benchmark
from earwitness.bench.sets.perceptual import Perceptual
from earwitness.bench.sets.scenes import Scenes
from earwitness.bench.studies.ablation import ablate
from earwitness.bench.studies.labels import labelled
from earwitness.bench.studies.readings import Reliability
from earwitness.bench.studies.reliability import held_out, reliabilities
from earwitness.bench.studies.settings import Grid
from earwitness.report.ablation import ablation_picture
from earwitness.report.doctor import audit_picture
from earwitness.report.reliability import reliability_picture
from earwitness.rubrics.template import TEMPLATES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=STUDIES)
    parser.add_argument("--backbone", default="embedded")
    parser.add_argument("--clips", type=int, default=200, help="of each kind; of scenes and controls in all")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--recordings", type=Path, default=Path("../shared/data/esc10"))
    parser.add_argument("--where", default="fold=4", metavar="COLUMN=VALUE", help="which of the recordings")
    parser.add_argument("--run", type=Path, help="of calibration: the run to read")
    parser.add_argument("--out", type=Path, default=Path("runs/trust"))
    options = parser.parse_args()
    rows, note = STUDIES[options.what](options)
    name = options.what if options.run is None else f"{options.what}_{options.run.name.partition('-')[0]}"
    record(f"trust_{name}", rows, note=note)


def _scenes(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    return _measured(options, Scenes(options.clips, options.seed)), "Scenes of synthesised sounds. " + _of(options)


def _recordings(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    column, _, value = options.where.partition("=")
    benchmark = Scenes(options.clips, options.seed, options.recordings, {column: value})
    return _measured(options, benchmark), f"Scenes of recordings with {options.where}. " + _of(options)


def _perceptual(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    return _measured(options, Perceptual(options.clips, options.seed)), "Statement or its opposite. " + _of(options)


def _of(options: argparse.Namespace) -> str:
    return f"AQAScore with backbone {Path(options.backbone).as_posix()}, seed {options.seed}. Intervals are 95 %."


def _measured(options: argparse.Namespace, benchmark: Benchmark) -> list[Row]:
    judge = AQAScore(options.backbone)
    folder = options.out / f"{options.what}-{judge.recipe.id}-{options.clips}-{options.seed}"
    found = run_benchmark(benchmark, folder / "clips", judge, folder)
    return [figure_row(figure) for figure in found.figures]


def figure_row(figure: Figure) -> Row:
    return {
        "part": figure.part,
        "subset": figure.subset,
        "of": figure.of,
        "measure": figure.measure,
        **_rounded({"value": figure.value, "low": figure.low, "high": figure.high}),
        "n": figure.n,
        "of n": figure.n_total,
    }


def _rounded(numbers: Mapping[str, float | None], digits: int = 3) -> dict[str, float | None]:
    return {name: None if number is None else round(number, digits) for name, number in numbers.items()}


def _doctor(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    return _examined(options, scene_bases(options.clips, options.seed), "scenes of synthesised sounds")


def _clips(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    column, _, value = options.where.partition("=")
    options.out.mkdir(parents=True, exist_ok=True)
    manifest = options.out / "clips.csv"
    with (options.recordings / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        chosen = [row for row in csv.DictReader(lines) if row[column] == value]
    with manifest.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("audio", "caption"))
        table.writerows((str((options.recordings / row["file_name"]).resolve()), row["label"]) for row in chosen)
    pairs = read_pairs(manifest, allow_outside_root=True)
    return _examined(options, given_bases(pairs), f"recordings with {options.where}, their labels as captions")


def _examined(options: argparse.Namespace, bases: list[Base], source: str) -> tuple[Iterable[Row], str]:
    judge = AQAScore(options.backbone)
    folder = options.out / f"{options.what}-{judge.recipe.id}-{len(bases)}-{options.seed}"
    controls = Controls(bases, seed=options.seed, speech=speech_by_program())
    found = audit(examine(judge, controls, folder, source=f"{len(bases)} {source}"))
    (options.out / f"{options.what}.svg").write_text(audit_picture(found), encoding="utf-8")
    return audit_rows(found), f"{found.headline}. {found.source}. " + _of(options)


def audit_rows(found: Audit) -> Iterator[Row]:
    named = {(one.finding.of, one.finding.measure): one.name for one in found.failures}
    for finding in found.findings:
        if finding.measure not in ("p_yes", "spread"):
            ends = {"value": finding.value, "low": finding.low, "high": finding.high}
            yield {
                "control": finding.of,
                "measure": finding.measure,
                **_rounded(ends, digits=4),
                "n": finding.n,
                "of n": finding.n_total,
                "failure": named.get((finding.of, finding.measure)),
            }


def _calibration(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    run = open_run(options.run)
    found = labelled(run, "matches")
    split = held_out(found, seed=options.seed)
    for method, trial in split.trials.items():
        picture = reliability_picture(split.before, trial.after)
        (options.out / f"{options.run.name}-{method}.svg").write_text(picture, encoding="utf-8")
    figures = [*reliabilities(found, ("kind", "language"), seed=options.seed), split.before]
    figures += [trial.after for trial in split.trials.values()]
    note = f"Of {options.run.as_posix()}. Recalibrations: fitted on {split.n_dev} answers, tested on other clips'. "
    return [_calibration_row(figure) for figure in figures], note + " ".join(
        f"{method}: {trial.ranks}." for method, trial in split.trials.items()
    )


def _calibration_row(found: Reliability) -> Row:
    told, chance = found.readings, None if found.calibration is None else found.calibration.error.chance
    return {
        "answers": found.of,
        "recalibrated": found.recalibrated,
        "n": found.n,
        "of n": found.n_total,
        **_rounded(
            {
                "ECE": told["ECE"].value,
                "low": told["ECE"].low,
                "high": told["ECE"].high,
                "by chance": chance,
                "Brier": told["Brier"].value,
                "over-confidence": told["over-confidence"].value,
                "over low": told["over-confidence"].low,
                "over high": told["over-confidence"].high,
                "yes-bias": told["yes-bias"].value,
                "entropy": told["entropy"].value,
                "mass": told["mass"].value,
                "AUC": told["AUC"].value,
            }
        ),
    }


def _ablation(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    backbones = {Path(name).as_posix(): name for name in options.backbone.split(",")}
    grid = Grid(
        backbones,
        front_ends=("correct", "paper"),
        templates=tuple(TEMPLATES),
        answers=("logsumexp", "largest", "pair"),
        systems=(None, "listen"),
        crossed=False,
    )
    folder = options.out / "ablation"
    benchmark = Scenes(options.clips, options.seed)
    found = ablate(benchmark, folder / "clips", grid, folder, measure="all kinds AUC")
    (options.out / "ablation.svg").write_text(ablation_picture(found), encoding="utf-8")
    cells = [{**cell.levels, **_auc(cell.figure)} for cell in found.cells if cell.figure is not None]
    spreads = "; ".join(
        f"{one.factor}: spread {one.spread:.3f} against an interval of +-{one.half_width:.3f}"
        for one in found.spreads
        if one.spread is not None and one.half_width is not None
    )
    return cells, f"One factor at a time, scenes of all kinds, seed {options.seed}. {spreads}."


def _auc(figure: Figure) -> Row:
    return {**_rounded({"AUC": figure.value, "low": figure.low, "high": figure.high}), "n": figure.n}


Study = Callable[[argparse.Namespace], tuple[Iterable[Row], str]]
STUDIES: Mapping[str, Study] = {
    "scenes": _scenes,
    "recordings": _recordings,
    "perceptual": _perceptual,
    "doctor": _doctor,
    "clips": _clips,
    "calibration": _calibration,
    "ablation": _ablation,
}

if __name__ == "__main__":
    main()
