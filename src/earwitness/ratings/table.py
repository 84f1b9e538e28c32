"""Any manifest that ``read_pairs`` accepts, with a column of mean ratings for each axis; captions are optional.

``rating_AXIS`` and ``mos_AXIS`` name their axis, ``rating``, ``mos`` and ``score`` are axes of their own;
an axis that is asked for may have the plain name of its column, and ``columns={"ratings.AXIS": "NAME"}`` names any
other. The scale is the caller's to tell.
"""

from __future__ import annotations

from earwitness.ratings.lines import Form, named_ratings

FORM = Form("table", fits=lambda cells: True, axes=named_ratings)
