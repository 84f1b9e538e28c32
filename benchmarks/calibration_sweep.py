"""Does calibration go with reliability? Checkpoints on one labelled set of scenes, as they are and under changes.

    python -m benchmarks.calibration_sweep --backbone embedded [--backbone FOLDER ...] [--pairs 200] [--out FOLDER]

Scenes with one caption each, true and false by turns, in English and Chinese, are scored by AQAScore; then P(yes) is
changed by temperatures and by biases to yes. ``--out`` keeps runs and pictures, so that the same call need not score
again. Recorded sounds come from fold 4 of ESC-10, where the data is there: weights that learned from it, as those that
ship did, look better on it than they are.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.report import Row, record
from benchmarks.window_false_positives import HELD_OUT, sounds

from earwitness.audio import from_array
from earwitness.backbones import load_backbone
from earwitness.bench.studies.labels import Labelled, labelled
from earwitness.bench.studies.readings import Reliability
from earwitness.bench.studies.short_names import short_names
from earwitness.bench.studies.sweep import MEASURES, Point, Sweep, sweep
from earwitness.judges.aqascore import AQAScore
from earwitness.report.sweep import sweep_pictures, sweep_table
from earwitness.run import evaluate
from earwitness.scenes.compose import Composer
from earwitness.scenes.plans import PlanPrior
from earwitness.scenes.render import captioned_scenes
from earwitness.scenes.sources import Source
from earwitness.types import Pair

# What is recorded of each change beside the run as it is: the ends and the middle of the sweep.
SHOWN = {("temperature", 0.25), ("temperature", 0.5), ("temperature", 2.0), ("temperature", 4.0)} | {
    ("bias", amount) for amount in (-3.0, -1.0, 1.0, 3.0)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backbone", action="append", help="a name or a folder with a checkpoint; repeat for more")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--out", type=Path, help="folder of runs and pictures; left out, nothing is kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        found = swept(
            options.backbone or ["embedded"], options.data, options.pairs, options.seed, options.out or Path(passing)
        )
    recorded = f"and ESC-10's fold {HELD_OUT}" if (options.data / "esc10").is_dir() else "alone"
    note = [
        f"{options.pairs} scenes of synthesised sounds {recorded}, seed {options.seed}.",
        "Each has one caption, by turns true and false.",
        "Intervals are 95 %, over scenes.",
        *sweep_table(found).notes,
    ]
    record("calibration_sweep", rows(found), note=" ".join(line.rstrip(".") + "." for line in note))


def swept(backbones: list[str], data: Path, count: int, seed: int, out: Path) -> Sweep:
    """Every backbone's run of the same scenes, side by side and under every change."""
    runs: dict[str, Labelled] = {}
    for name, place in short_names(backbones).items():
        backbone = load_backbone(place)
        judge = AQAScore(backbone)
        pairs = labelled_scenes(sounds(data, backbone.sample_rate), count, seed)
        run = evaluate(judge, pairs, out / f"{name.replace('/', '-')}-{judge.recipe.id}-{count}-{seed}")
        runs[name] = labelled(run, "label")
    found = sweep(runs, seed=seed)
    for file, picture in sweep_pictures(found).items():
        (out / file).write_text(picture, encoding="utf-8")
    return found


def labelled_scenes(source: Source, count: int, seed: int) -> Iterator[Pair]:
    """Scenes whose captions are true and false by turns, which ``label`` says."""
    prior = PlanPrior(dict.fromkeys(source.labels, 1.0), source.countable)
    stream = captioned_scenes(Composer(source), prior, seed=seed)
    for number, scene in enumerate(islice(stream, count)):
        clip = from_array(scene.scene.samples, sample_rate=scene.scene.sample_rate)
        yield Pair(clip, scene.caption, f"scene-{number}", language=scene.language, meta={"label": int(scene.matches)})


def rows(found: Sweep) -> Iterator[Row]:
    """Each run as it is, with intervals, and under some of the changes."""
    for standing in found.standings:
        yield _as_it_is(standing)
        changed = (point for point in found.points if point.run == standing.of)
        yield from (_changed(point) for point in changed if (point.kind, point.amount) in SHOWN)


def _as_it_is(standing: Reliability) -> Row:
    found = standing.readings
    numbers = {
        name: None if reading.value is None else f"{reading.value:.3f} [{_end(reading.low)}, {_end(reading.high)}]"
        for name, reading in found.items()
    }
    return {"run": standing.of, "change": "as it is", "n": standing.n, "of": standing.n_total, **numbers}


def _end(number: float | None) -> str:
    return "none" if number is None else f"{number:.3f}"


def _changed(point: Point) -> Row:
    values = {name: None if (value := point.values[name]) is None else round(value, 3) for name in MEASURES}
    return {"run": point.run, "change": f"{point.kind} {point.amount:g}", **values, "moved": " ".join(point.moved)}


if __name__ == "__main__":
    main()
