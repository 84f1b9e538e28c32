"""Draw the label-noise curves: python -m recipes.ratings.curve (needs matplotlib, of the group ``bench``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # the backend is chosen before pyplot is loaded

RESULTS = Path(__file__).with_name("results")
# Colours that remain apart for colour-blind readers (Okabe and Ito), with a mark each.
STYLES = {"huber": ("#0072B2", "o"), "huber + qamro": ("#D55E00", "s"), "huber + noise-aware": ("#009E73", "^")}
PANELS = {
    "raters": "listeners a clip learned from (codec_mushra)",
    "noise": "added scatter, in spreads of the ratings (speechocean)",
}


def main() -> None:
    # The same results give the same file.
    matplotlib.rcParams["svg.hashsalt"] = "earwitness"
    figure, panels = pyplot.subplots(1, len(PANELS), figsize=(10, 3.6), sharey=True, layout="constrained")
    for panel, (kind, label) in zip(panels, PANELS.items(), strict=True):
        rows = json.loads((RESULTS / f"label-noise-{kind}.json").read_text(encoding="utf-8"))["rows"]
        draw(panel, rows)
        panel.set_xlabel(label)
    panels[0].set_ylabel("SRCC over unseen clips, 95 % interval")
    panels[0].legend(frameon=False)
    figure.savefig(RESULTS / "label-noise.svg", metadata={"Date": None, "Title": "SRCC by label noise"})


def draw(panel: Any, rows: list[dict[str, Any]]) -> None:
    """A line a loss over levels, each point with its interval."""
    levels = list(dict.fromkeys(str(row["level"]) for row in rows))
    for shift, (loss, (colour, mark)) in enumerate(STYLES.items()):
        points = [(levels.index(str(row["level"])), *ends(row["srcc"])) for row in rows if row["loss"] == loss]
        places, values, lows, highs = map(list, zip(*points, strict=True))
        below = [value - low for value, low in zip(values, lows, strict=True)]
        above = [high - value for value, high in zip(values, highs, strict=True)]
        shifted = [place + 0.1 * (shift - 1) for place in places]
        panel.errorbar(shifted, values, yerr=[below, above], color=colour, marker=mark, capsize=3, label=loss)
    panel.set_xticks(range(len(levels)), levels)


def ends(text: str) -> tuple[float, float, float]:
    """Value, low and high of ``"0.420 [0.310, 0.530]"``."""
    value, low, high = (float(part) for part in text.translate(str.maketrans("[],", "   ")).split())
    return value, low, high


if __name__ == "__main__":
    main()
