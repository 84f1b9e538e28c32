"""Single ratings, one a line: ``file, rater, axis, rating``; what remains of a listening test before anyone averages.

Without a column of axes the one axis is called ``rating``, or each ``rating_AXIS`` column is one. A sentence is the
clip's group: what different systems said of the same text is to be compared. An ``item`` is not taken for one: in some
tests it is the place in a questionnaire, which differs between listeners. The scale is the caller's to tell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from earwitness.manifest.columns import ALIASES
from earwitness.ratings.lines import CLIP_ALIASES, RATER_ALIASES, Cells, Form, named_ratings

PLAIN = ("rating", "score", "mos")


def _axes(found: Collection[str]) -> Mapping[str, str]:
    by_lower = {column.strip().lower(): column for column in found}
    plain = next((by_lower[name] for name in PLAIN if name in by_lower), None)
    return named_ratings(found) if plain is None else {"rating": plain}


def _fits(cells: Cells) -> bool:
    found = {column.strip().lower() for column in cells}
    return not found.isdisjoint(RATER_ALIASES) and not found.isdisjoint(CLIP_ALIASES) and bool(_axes(cells))


FORM = Form(
    "long",
    fits=_fits,
    axes=_axes,
    aliases={
        "rater": RATER_ALIASES,
        "axis": ("axis", "dimension"),
        "group": (*ALIASES["group"], "sentence"),
    },
)
