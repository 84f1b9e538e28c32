"""Tables of what the trainings predicted: ``python -m recipes.ratings.tables`` reads runs/ratings, writes results/.

Each row is one loss. ``srcc`` is Spearman's correlation over clips of the mean prediction of all seeds, with its 95 %
interval over units (speakers, sentences, codecs or voices, as clips of one are alike); ``seeds`` is the lowest and
highest of the single seeds. ``gain`` is its difference from Huber's loss alone in batches, with the interval of a
paired bootstrap over the same units; ``p`` is that of a paired permutation of units, corrected after Holm over the
losses of a table. ``system_srcc`` is taken over systems' means.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.report import machine
from numpy.typing import NDArray
from recipes.ratings.data import DATA, TASKS, read_tts_synt3
from recipes.ratings.experiment import RUNS, VARIANTS
from recipes.ratings.label_noise import NOISY
from recipes.ratings.label_noise import VARIANTS as NOISY_LOSSES

from earwitness.metrics.any_statistic import bootstrap_interval
from earwitness.metrics.bootstrap import Interval, measure_interval
from earwitness.metrics.ceiling import Ceiling, noise_ceiling
from earwitness.metrics.correlation import mse, srcc
from earwitness.metrics.paired import Comparison, holm, paired_bootstrap, paired_permutation
from earwitness.ratings import RatedPairs
from earwitness.ratings.splits import Unit

RESULTS = Path(__file__).with_name("results")
BASE = "huber"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Truth:
    """What predictions are held against.

    Attributes:
        ratings: people's means, ``[clip]``.
        units: what is drawn anew, ``[clip]``: clips of one unit are alike.
        systems: what made each clip, ``[clip]``.
    """

    ratings: NDArray[np.float64]
    units: Sequence[str]
    systems: Sequence[str]

    @classmethod
    def of(cls, rated: RatedPairs, by: Unit) -> Truth:
        """The ratings of a set with one axis."""
        (axis,) = rated.axes
        systems = [str(pair.system) for pair in rated.pairs]
        return cls(rated.ratings(axis), systems if by == "system" else [str(p.group) for p in rated.pairs], systems)

    def interval(self, predicted: NDArray[np.float64]) -> Interval:
        """SRCC over clips, other units drawn."""
        return measure_interval("srcc", predicted, self.ratings, systems=self.units, unit="systems")

    def system_interval(self, predicted: NDArray[np.float64]) -> Interval:
        """SRCC over systems' means, other systems drawn."""
        return measure_interval("srcc", predicted, self.ratings, systems=self.systems, level="system")

    def gain(self, predicted: NDArray[np.float64], base: NDArray[np.float64]) -> Comparison:
        """SRCC over clips less that of another predictor."""
        return paired_bootstrap("srcc", predicted, base, self.ratings, systems=self.units, unit="systems")

    def p(self, predicted: NDArray[np.float64], base: NDArray[np.float64]) -> float | None:
        """Of that difference, by exchanging the two predictors in whole units, which keeps its 5 %."""
        return paired_permutation("srcc", predicted, base, self.ratings, systems=self.units, unit="systems").p

    def mean_interval(self, predicted: NDArray[np.float64], base: NDArray[np.float64] | None = None) -> Interval:
        """Mean SRCC over single trainings ``[seed, clip]``, or its difference from those of another predictor."""

        def mean_srcc(ratings: NDArray[np.float64], *columns: NDArray[np.float64]) -> float | None:
            values = [value for column in columns if (value := srcc(column, ratings).value) is not None]
            if len(values) < len(columns):
                return None
            ours, others = values[: len(predicted)], values[len(predicted) :]
            return float(np.mean(ours)) - (float(np.mean(others)) if others else 0.0)

        columns = [*predicted, *(() if base is None else base)]
        return bootstrap_interval(mean_srcc, self.ratings, *columns, clusters=self.units, resamples=1000)


def rows(found: Mapping[str, NDArray[np.float64]], truth: Truth) -> list[Row]:
    """One row a loss, from predictions ``[seed, clip]`` by loss."""
    means = {name: predicted.mean(axis=0) for name, predicted in found.items()}
    others = [name for name in means if name != BASE]
    corrected = dict(zip(others, holm([truth.p(means[name], means[BASE]) for name in others]), strict=True))
    made: list[Row] = []
    for name, predicted in found.items():
        row = {"loss": name, **_row(truth, predicted)}
        if name != BASE:
            gain = truth.gain(means[name], means[BASE])
            row |= {"gain": _ends(gain.difference, gain), "p": _digits(corrected[name])}
        made.append(row)
    return made


def _row(truth: Truth, predicted: NDArray[np.float64]) -> Row:
    mean = predicted.mean(axis=0)
    whole, systems = truth.interval(mean), truth.system_interval(mean)
    return {
        "srcc": _ends(whole.value, whole),
        "seeds": _range(predicted, truth),
        "mse": _digits(mse(mean, truth.ratings).value),
        "system_srcc": _ends(systems.value, systems),
    }


def _range(predicted: NDArray[np.float64], truth: Truth) -> str | None:
    """Lowest and highest SRCC of the seeds; None if one predicts the same for all clips."""
    each = [srcc(seed, truth.ratings).value for seed in predicted]
    known = [value for value in each if value is not None]
    return f"{min(known):.3f} to {max(known):.3f}" if len(known) == len(each) else None


def _ends(value: float | None, found: Interval | Comparison) -> str | None:
    """A number with its interval, or why there is none."""
    if value is None:
        return found.reason
    if found.low is None or found.high is None:
        return f"{value:.3f} ({found.reason})"
    return f"{value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _digits(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def ceilings(rated: RatedPairs) -> list[Row]:
    """Split-half agreement, reliability and ceiling where single ratings are known."""
    found = []
    for axis, single in rated.singles.items():
        systems = [str(rated.pairs[clip].system) for clip in single.clip]
        for level in ("clip", "system"):
            made = noise_ceiling(
                single.value, single.clip.tolist(), raters=single.rater.tolist(), systems=systems, level=level
            )
            found.append({"axis": axis, "level": level, **_ceiling(made)})
    return found


def _ceiling(made: Ceiling) -> Row:
    numbers: Row = {name: _digits(getattr(made, name)) for name in ("split_half", "reliability", "ceiling")}
    return {**numbers, "n": made.n, "ratings": made.ratings, "method": made.method}


def predictions(folder: Path, names: Sequence[str]) -> tuple[dict[str, NDArray[np.float64]], list[str]]:
    """Predictions ``[seed, clip]`` by name, of those that are there, and the commits that made them."""
    paths = {name: folder / f"{name}.json" for name in names}
    read = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.exists()}
    commits = sorted({one["commit"] for one in read.values()})
    return {name: np.array(one["predicted"]) for name, one in read.items()}, commits


def experiments(data: Path) -> Iterator[tuple[str, RatedPairs, Unit]]:
    """The folders of trainings with what they were tested on."""
    for encoder in ("log-mel", "embedded"):
        for task in TASKS.values():
            yield f"{task.name}-{encoder}", task.read(data), task.by
        yield f"transfer-{encoder}", read_tts_synt3(data), "system"


def noise_rows(kind: str, data: Path) -> tuple[list[Row], list[str]]:
    """The label-noise curve: a row a level and loss, beside training on the ratings in full."""
    noisy = NOISY[kind]
    truth = Truth.of(noisy.task.read(data), noisy.task.by)
    folder, full = RUNS / f"label-noise-{kind}", RUNS / f"{noisy.task.name}-log-mel"
    found: list[Row] = []
    commits: set[str] = set()
    for level in (*noisy.levels, "in full"):
        names = {loss if level == "in full" else f"{level:g}-{loss}": loss for loss in NOISY_LOSSES}
        predicted, made = predictions(full if level == "in full" else folder, list(names))
        commits.update(made)
        by_loss = {names[name]: each for name, each in predicted.items()}
        found += [{"level": level, **row} for row in single_rows(by_loss, truth)]
    return found, sorted(commits)


def single_rows(found: Mapping[str, NDArray[np.float64]], truth: Truth) -> list[Row]:
    """One row a loss: the mean SRCC of single trainings, whose noise averaging their predictions would take away."""
    made: list[Row] = []
    for name, predicted in found.items():
        whole = truth.mean_interval(predicted)
        row: Row = {"loss": name, "srcc": _ends(whole.value, whole), "seeds": _range(predicted, truth)}
        if name != BASE:
            gain = truth.mean_interval(predicted, found[BASE])
            row["gain"] = _ends(gain.value, gain)
        made.append(row)
    return made


def write(name: str, content: Mapping[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({**content, "machine": machine()}, indent=2, ensure_ascii=False, allow_nan=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"wrote {name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data
    for name, rated, by in experiments(data):
        found, commits = predictions(RUNS / name, list(VARIANTS))
        if found:
            truth = Truth.of(rated, by)
            about = {"n": len(rated), "units": len(set(truth.units)), "systems": len(set(truth.systems)), "by": by}
            write(name, {**about, "commits": commits, "ceilings": ceilings(rated), "rows": rows(found, truth)})
    for kind in NOISY:
        if (RUNS / f"label-noise-{kind}").exists():
            found_rows, commits = noise_rows(kind, data)
            write(f"label-noise-{kind}", {"commits": commits, "rows": found_rows})


if __name__ == "__main__":
    main()
