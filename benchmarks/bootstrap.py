"""The interval of SRCC and of the other measures by bootstrap, beside ``scipy.stats.bootstrap``.

    python -m benchmarks.bootstrap [--clips 2000] [--resamples 2000]

Percentile intervals of the same clips. scipy's calls run in turns with ours in one run: its own loop with
``scipy.stats.spearmanr`` and the like as they come, and for SRCC also vectorised, with ranks by ``rankdata`` along an
axis, the fastest that it allows. From one seed both draw the same resamples, so that the ends are equal; how far those
of another seed lie is told beside.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.report import record, side_by_side
from numpy.typing import NDArray
from scipy import stats

from earwitness.metrics.bootstrap import measure_interval
from earwitness.metrics.correlation import MeasureName

Floats = NDArray[np.float64]
# Scores, ratings, resamples and seed to both ends.
Ends = Callable[[Floats, Floats, int, int], tuple[float, float]]
STATISTICS: dict[MeasureName, Callable[[Floats, Floats], float]] = {
    "srcc": lambda x, y: float(stats.spearmanr(x, y).statistic),
    "ktau": lambda x, y: float(stats.kendalltau(x, y).statistic),
    "lcc": lambda x, y: float(stats.pearsonr(x, y).statistic),
    "mse": lambda x, y: float(np.mean((x - y) ** 2)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=2000)
    parser.add_argument("--resamples", type=int, default=2000)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    ratings = rng.normal(3, 1, options.clips)
    scores = ratings + rng.normal(0, 0.7, options.clips)
    rows = [row for measure in STATISTICS for row in measured(measure, scores, ratings, options.resamples)]
    record(
        "bootstrap",
        rows,
        note=f"{options.clips} clips, {options.resamples} resamples, percentile intervals; times_faster than "
        "scipy's loop; apart: the larger distance of an end from that of scipy's loop, as a share of the interval's "
        "width.",
    )


def measured(
    measure: MeasureName, scores: Floats, ratings: Floats, resamples: int
) -> Iterator[dict[str, str | float | None]]:
    loop = partial(of_scipy, STATISTICS[measure], False)
    ways: dict[str, Ends] = {
        f"{measure}, scipy.stats.bootstrap": loop,
        f"{measure}, earwitness": partial(of_ours, measure),
    }
    if measure == "srcc":
        ways["srcc, scipy.stats.bootstrap vectorised"] = partial(of_scipy, spearman_rows, True)
    low, high = loop(scores, ratings, resamples, 0)
    times = side_by_side({name: partial(way, scores, ratings, resamples, 0) for name, way in ways.items()}, repeats=5)
    ends = [way(scores, ratings, resamples, 0) for way in ways.values()]
    # Two draws by scipy itself lie as far apart as chance puts them.
    times.append({"case": f"{measure}, scipy.stats.bootstrap, another seed"})
    ends.append(loop(scores, ratings, resamples, 1))
    for row, (its_low, its_high) in zip(times, ends, strict=True):
        apart = max(abs(its_low - low), abs(its_high - high)) / (high - low)
        yield {
            "case": row["case"],
            "median_ms": row.get("median_ms"),
            "times_faster": round(1 / float(row["times_the_first"]), 1) if row.get("times_the_first") else None,
            "low": round(its_low, 4),
            "high": round(its_high, 4),
            "apart": round(apart, 3),
        }


def of_ours(measure: MeasureName, scores: Floats, ratings: Floats, resamples: int, seed: int) -> tuple[float, float]:
    found = measure_interval(measure, scores, ratings, method="percentile", resamples=resamples, seed=seed)
    if found.low is None or found.high is None:
        raise RuntimeError(f"no interval of {measure}: {found.reason}")
    return found.low, found.high


def of_scipy(
    statistic: Callable[..., Any], vectorized: bool, scores: Floats, ratings: Floats, resamples: int, seed: int
) -> tuple[float, float]:
    found = stats.bootstrap(
        (scores, ratings),
        statistic,
        paired=True,
        vectorized=vectorized,
        n_resamples=resamples,
        batch=100,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)


def spearman_rows(x: Floats, y: Floats, axis: int = -1) -> Floats:
    """Spearman's correlation along an axis."""
    ranks = [stats.rankdata(values, axis=axis) for values in (x, y)]
    x, y = (values - values.mean(axis=axis, keepdims=True) for values in ranks)
    correlations: Floats = (x * y).sum(axis=axis) / np.sqrt((x * x).sum(axis=axis) * (y * y).sum(axis=axis))
    return correlations


if __name__ == "__main__":
    main()
