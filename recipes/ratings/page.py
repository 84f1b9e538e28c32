"""Print recipes/ratings/RESULTS.md from recipes/ratings/results: python -m recipes.ratings.page [--check].

``--check`` writes nothing and fails if the page is not what the results say.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.make_page import table_lines

RESULTS = Path(__file__).with_name("results")
PAGE = RESULTS.with_name("RESULTS.md")
HEAD = """# What the losses bought on real ratings

Printed by `python -m recipes.ratings.page` from `results/`; `run.sh` makes them. Every figure is on clips that were
neither learned from nor used to choose the epoch; each clip is tested once, and predictions are pooled over folds.
Three seeds; ratings are mapped to 0-5.

- `srcc`: Spearman's correlation over clips of the three seeds' mean prediction, with a 95 % interval over whole
  units (speakers, sentences, codecs, voices); `seeds`: lowest and highest of the single seeds; `mse` on the scale of
  0-5; `system_srcc` over systems' means.
- `gain`: difference in SRCC from Huber's loss alone in batches, with the interval of a paired bootstrap over the same
  units; `p`: paired permutation of units, after Holm over the table.
"""
TITLES: Mapping[str, tuple[str, str]] = {
    "speechocean": ("Pronunciation, speechocean", "Five folds of unseen speakers; a speaker is a system."),
    "codec-sentences": ("Codecs, unseen sentences", "Four folds of four sentences, MUSHRA ratings."),
    "codec-systems": (
        "Codecs, unseen codecs",
        "Eight folds of one codec each (the recording itself among them): eight systems, hence the wide intervals.",
    ),
    "transfer": ("From codecs to synthetic voices", "Learned from all of codec_mushra, tested on tts_synt3."),
}
NOISE_NOTE = (
    "Every seed draws its own noise; `srcc` is the mean of single trainings and `gain` its difference from Huber's "
    "loss alone at the same level, each with a bootstrap interval over units."
)
ABLATION_NOTE = (
    "The grid `paper-ablation` of the command line, as `run.sh` calls it, on speechocean: two seeds, told on the fifth "
    "of the speakers that was not learned from but chose the epochs, so a little too good."
)
NOISE = {
    "raters": "Learned from so many listeners a clip (codecs, unseen sentences, `log-mel`), tested on all of them. One "
    "rating a clip has no spread that could be known, so noise-aware pairs begin at two.",
    "noise": "Learned from four simulated raters a clip who scatter by so many standard deviations of the ratings "
    "(speechocean, `log-mel`), tested on the experts' score.",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail if the page is stale")
    page = render()
    if not parser.parse_args().check:
        PAGE.write_text(page, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page:
        sys.exit(f"{PAGE.name} is not what {RESULTS.name}/ says; run: python -m recipes.ratings.page")


def render() -> str:
    """The whole page."""
    parts = [HEAD]
    for task, (title, note) in TITLES.items():
        parts.append(f"## {title}\n\n{note}\n")
        parts += [
            _experiment(path.stem.removeprefix(f"{task}-"), _read(path))
            for path in sorted(RESULTS.glob(f"{task}-*.json"))
        ]
    parts.append(
        f"## Label noise\n\n{NOISE_NOTE}\n\n![SRCC by raters a clip and by added noise](results/label-noise.svg)\n"
    )
    parts += [_section(note, _read(RESULTS / f"label-noise-{kind}.json")) for kind, note in NOISE.items()]
    parts.append(_ablation(RESULTS / "paper-ablation.csv"))
    aes = _read(RESULTS / "aes_ceilings.json")
    parts.append(f"## Ceilings of the AES ratings\n\n`{aes['command']}`. {aes['note']}\n\n{_table(aes['rows'])}\n")
    return "\n".join(parts)


def _experiment(encoder: str, found: Mapping[str, Any]) -> str:
    sizes = f"{found['n']:,} clips, {found['units']} units, {found['systems']} systems"
    about = f"{sizes}; commit {', '.join(found['commits'])}."
    ceilings = "".join(f" {_ceiling(row)}" for row in found["ceilings"]) or " No single ratings, so no ceiling."
    return f"### Encoder `{encoder}`\n\n{about}{ceilings}\n\n{_table(found['rows'])}\n"


def _ceiling(row: Mapping[str, Any]) -> str:
    return (
        f"Ceiling over {row['level']}s {row['ceiling']:.3f} (split-half {row['split_half']:.3f}, reliability "
        f"{row['reliability']:.3f}, {row['ratings']:,} ratings)."
    )


def _ablation(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    gains: dict[str, list[float]] = {}
    for cell in cells:
        gains.setdefault(cell["encoder"], []).append(float(cell["SRCC clip"]) - float(cell["Huber's SRCC clip"]))
    ranges = "; ".join(f"`{name}` {min(of):.3f} to {max(of):.3f}" for name, of in gains.items())
    shown = Counter(name for cell in cells for name in cell["failure signatures"].split())
    signs = "; ".join(f"`{name}` {count}" for name, count in shown.most_common())
    return (
        f"## The paper's margins, emphases and batches\n\n{ABLATION_NOTE}\n\n"
        f"SRCC over clips less that of Huber's loss alone: {ranges}. Signatures of failure, of {len(cells)} "
        f"combinations: {signs}. [Table](results/{path.name}).\n\n![SRCC by combination](results/{path.stem}.svg)\n"
    )


def _section(note: str, found: Mapping[str, Any]) -> str:
    return f"{note} Commit {', '.join(found['commits'])}.\n\n{_table(found['rows'])}\n"


def _table(rows: list[dict[str, Any]]) -> str:
    return "\n".join(table_lines(rows))


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
