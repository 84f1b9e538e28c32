"""Rated audio, as people published it, read into ``RatedPairs``: clips, mean ratings by axis, single ratings.

    rated.py      what comes out
    lines.py      what a line says, and how a form is told from another
    table.py, long.py, musiceval.py, aes.py, sheet.py, nisqa.py     one module a form
    gather.py     lines into clips
    scales.py     the scales that raters used
    splits.py     clips into parts that share no system, no group, no sound
    data_hash.py  the content of a set in one short text

Reading opens no clip: a set whose audio is elsewhere can still be studied. Nothing is run, and no clip lies outside the
folder of its list unless the caller allows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from earwitness.errors import ManifestError, UsageError
from earwitness.manifest.sources import Source, find_source
from earwitness.ratings import musiceval
from earwitness.ratings.data_hash import data_hash
from earwitness.ratings.gather import gather
from earwitness.ratings.lines import Asked, Form
from earwitness.ratings.rated import RatedPairs, SingleRatings
from earwitness.ratings.scales import ScaleText, read_scale, read_scales
from earwitness.ratings.splits import folds, split

__all__ = ["RatedPairs", "SingleRatings", "data_hash", "folds", "read_ratings", "read_scale", "split"]

# In the order in which they are tried; any table is a `table`.
TABLES = ("aes", "nisqa", "sheet", "long", "table")
FORMS = ("auto", "musiceval", *TABLES)


def read_ratings(
    source: str | Path,
    *,
    form: str = "auto",
    axes: Sequence[str] | None = None,
    scale: ScaleText | Mapping[str, ScaleText] | None = None,
    columns: Mapping[str, str] | None = None,
    audio: str | Path | None = None,
    allow_outside_root: bool = False,
) -> RatedPairs:
    r"""Read what people rated, from the form in which it was published.

    Args:
        source: a table, a list, or a folder that holds one.
        form: ``table``, ``long``, ``musiceval``, ``aes``, ``sheet``, ``nisqa``, or ``auto`` to tell it by its columns.
        axes: those wanted; None for all. In a table, an axis may have the plain name of its column.
        scale: the lowest and highest rating that the raters could give, such as ``"1-5"`` or ``(1, 5)``, for all axes
            or by axis. MusicEval, sheet and NISQA are read as 1-5 and AES as 0-10 unless told otherwise; of plain and
            long tables it is not known: the range seen is taken, and the axis is listed in ``observed``.
        columns: columns by field where their names are not understood: ``audio``, ``caption``, ``system``, ``group``,
            ``rater``, ``axis``, and ``ratings.AXIS`` for the ratings themselves.
        audio: the folder that the clips' paths start from; that of the list (for MusicEval its ``wav``) by default.
        allow_outside_root: let the list name clips outside that folder.

    Raises:
        UsageError: if an argument has no such value, or an axis is wanted or given a scale that is not there.
        ManifestError: if the source cannot be read as written; the text names file and line.

    Example:
        >>> import tempfile
        >>> list_file = Path(tempfile.mkdtemp()) / "test.csv"
        >>> _ = list_file.write_text("file,rater,rating\na.wav,ann,2\na.wav,bob,4\nb.wav,ann,5\n")
        >>> rated = read_ratings(list_file, scale="1-5")
        >>> rated.ratings("rating"), rated.singles["rating"].counts(len(rated))
        (array([3., 5.]), array([2, 1]))
    """
    if form not in FORMS:
        raise UsageError(f"form is {form!r}; wanted one of {', '.join(FORMS)}.")
    if isinstance(axes, str):
        raise UsageError(f"axes is the text {axes!r}; wanted a list of axes, such as [{axes!r}].")
    path = Path(source)
    asked = Asked(columns or {}, None if audio is None else Path(audio), allow_outside_root, axes or ())
    if form == "musiceval" or (form == "auto" and musiceval.is_musiceval(path)):
        scales = read_scales(scale, musiceval.SCALE)
        return gather(path.name, musiceval.lines(path, asked), scales, axes, musiceval.AXES)
    table = find_source(str(source))
    chosen = _form(table, columns or {}) if form == "auto" else load_form(form)
    return gather(table.label, chosen.lines(table, asked), read_scales(scale, chosen.scale), axes)


def load_form(name: str) -> Form:
    """A form of table by its name."""
    found: Form = import_module(f"earwitness.ratings.{name}").FORM
    return found


def _form(table: Source, named: Mapping[str, str]) -> Form:
    """The first form that a table's first row fits, by its columns' own names and those that the caller gave them."""
    row = next(table.rows(), None)
    if row is None:
        raise ManifestError(f"{table.label} holds no clips; wanted at least one with its ratings.")
    given = {field.replace("ratings.", "rating_"): row.cells.get(column) for field, column in named.items()}
    return next(form for form in map(load_form, TABLES) if form.fits({**row.cells, **given}))
