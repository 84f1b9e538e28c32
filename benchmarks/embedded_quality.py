"""The embedded judge's held-out figures, as its recipe measured them: one table out of ``recipes/nano/results.json``.

python -m recipes.nano.evaluate runs/nano/dev/model --folds 4 --out recipes/nano/results.json
python -m benchmarks.embedded_quality
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.report import Row, record

RESULTS = Path("recipes/nano/results.json")
LANGUAGES = {"en": "English", "zh": "Chinese"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS)
    results = json.loads(parser.parse_args().results.read_text(encoding="utf-8"))
    trained, tested = (" ".join(results[key]) for key in ("trained_on_folds", "evaluated_on_folds"))
    note = (
        f"Weights that learned from ESC-10 folds {trained}, measured on fold {tested} at commit {results['commit']}; "
        f"those that ship are their twin, which had fold {tested} in its last steps. 95 % bootstrap "
        f"intervals by clip or scene. People were right in {results['people']['right']:.1%} of "
        f"{results['people']['judgements']} single judgements of these clips."
    )
    record("embedded_quality", rows(results), note=note)


def rows(results: Mapping[str, Any]) -> Iterator[Row]:
    presence, order = results["presence"], results["order"]
    for code, language in LANGUAGES.items():
        yield _row("presence AUC", language, presence["auc"][f"{code}_clause"], aim=0.97)
        yield _row("presence AUC, common background", language, presence["auc"][f"{code}_common_background"], aim=0.97)
        yield _row("single judgements right", language, presence[f"{code}_single_judgements"])
        yield _row("likeliest of ten right", language, presence[f"{code}_ten_way"])
        yield _row("calibration error", language, presence[f"{code}_calibration_error"])
        yield _row("order accuracy", language, order[code]["accuracy"], aim=0.95)
        yield _row("true order scores higher", language, order[code]["right_order_scores_higher"])
        yield _row("balanced questions of all kinds", language, results["by_kind"][code]["accuracy"])
    yield _row("shuffled captions, AUC", LANGUAGES["en"], presence["shuffled_captions_auc"], aim=0.5)


def _row(figure: str, language: str, estimate: Mapping[str, float], aim: float | None = None) -> Row:
    values = {key: estimate[key] for key in ("value", "low", "high")}
    return {"figure": figure, "language": language, **values, "n": int(estimate["n"]), "aim": aim}


if __name__ == "__main__":
    main()
