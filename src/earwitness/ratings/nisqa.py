"""Lists of the NISQA corpus: ``db,filepath_deg,mos[,noi,dis,col,loud]``, mean ratings from 1 to 5.

The axes are overall quality, noisiness, discontinuity, coloration and loudness. A database's conditions (``con``) are
its systems; the databases count them separately, so a system's name holds both.
"""

from __future__ import annotations

from earwitness.ratings.lines import Cells, Form, by_names

AXES = ("mos", "noi", "dis", "col", "loud")


def _told(cells: Cells) -> Cells:
    if cells.get("con") in (None, "") or "system" in cells:
        return cells
    return {**cells, "system": f"{cells.get('db', '')}/{cells['con']}"}


FORM = Form(
    "nisqa",
    fits=lambda cells: {"filepath_deg", "mos"} <= cells.keys(),
    axes=by_names({axis: (axis,) for axis in AXES}),
    scale=(1.0, 5.0),
    aliases={"audio": ("filepath_deg",)},
    told=_told,
)
