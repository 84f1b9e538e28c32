"""Tables of the sheet toolkit: ``wav_path,score,system_id,sample_id[,listener_id,listener_idx]``, from 1 to 5.

With listeners each line is one person's rating. A table of predictions has ``avg_score``, what people said, and
``answer``, what a predictor said; the latter is no rating and stays in ``meta``. The axis is called ``mos``.
Source: https://github.com/unilight/sheet.
"""

from __future__ import annotations

from earwitness.ratings.lines import Cells, Form, by_names

SCORES = ("score", "avg_score")


def _fits(cells: Cells) -> bool:
    names = cells.keys()
    return {"wav_path", "system_id", "sample_id"} <= names and not names.isdisjoint(SCORES)


def _told(cells: Cells) -> Cells:
    """Without the listener's running number, which his id tells already, and with the answer as a number."""
    kept = {name: cell for name, cell in cells.items() if name != "listener_idx"}
    try:
        return {**kept, "answer": float(kept["answer"])} if "answer" in kept else kept
    except ValueError:
        return kept


FORM = Form(
    "sheet",
    fits=_fits,
    axes=by_names({"mos": SCORES}),
    scale=(1.0, 5.0),
    aliases={"rater": ("listener_id",)},
    told=_told,
)
