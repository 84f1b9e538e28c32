"""What every picture has in common: a sheet with title and legend, colours, and its text as SVG.

Drawn by matplotlib, which the extra ``plot`` brings; it is imported when a picture is drawn, and nothing of it is
changed for others. The same input gives the same text under one version of matplotlib. Series differ in colour and in
marker, and the colours can be told apart by people who see few of them.
"""

from __future__ import annotations

import hashlib
import io
import math
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any

from earwitness.audio.source import printable
from earwitness.errors import MissingDependencyError

# Okabe and Ito's colours without their yellow, which white swallows. Seven and eight: 56 series before two look alike.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
GREY = "#6e6e6e"
# Inches, of which a browser makes 96 pixels each: the width, and the heights of a line of the legend, and of title and
# axis.
WIDTH, KEY, AROUND = 7.5, 0.2, 1.0
# Letters that fit: into a label, into a line of the title, into a line of the legend.
LABEL, TITLE, LEGEND = 44, 78, 96
STYLE: Mapping[str, Any] = {
    "svg.fonttype": "none",  # letters stay letters: small, and found by searching
    "svg.hashsalt": "earwitness",
    "text.parse_math": False,  # a dollar sign is one
    "font.size": 9.0,  # points: 12 pixels
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "legend.frameon": False,
}


def look_of(place: int) -> dict[str, Any]:
    """Colour and marker of a series."""
    return {"color": COLOURS[place % len(COLOURS)], "marker": MARKERS[place % len(MARKERS)], "markersize": 5}


@contextmanager
def sheet(title: str, height: float, legend: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[Any]:
    """A figure with its title and legend; ``height`` is that of the axes, in inches.

    Raises:
        MissingDependencyError: without matplotlib.
    """
    try:
        from matplotlib import style
        from matplotlib.figure import Figure
        from matplotlib.lines import Line2D
    except ModuleNotFoundError as error:
        raise MissingDependencyError("drawing", "matplotlib", "plot") from error
    heading = textwrap.fill(printable(title), TITLE)
    looks = [(short(name), look) for name, look in legend]
    columns = max(1, LEGEND // (7 + max((len(name) for name, _ in looks), default=1)))
    rows = math.ceil(len(looks) / columns) + heading.count("\n")
    with style.context(["default", STYLE]), warnings.catch_warnings():
        # The font that is measured by lacks letters that the reader's has.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure = Figure((WIDTH, height + AROUND + KEY * rows), layout="constrained")
        figure.suptitle(heading, x=0.012, ha="left", weight="bold")
        if looks:
            artists = [Line2D((), (), **look) for _, look in looks]
            figure.legend(artists, [name for name, _ in looks], loc="outside lower left", ncols=columns)
        yield figure


def svg_of(figure: Any, title: str, description: str) -> str:
    """The figure's text, with a title and a description in the place of metadata and prolog."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    drawn = out.getvalue()
    opening, body = drawn[drawn.index("<svg ") :].split(">", 1)
    # Pictures that stand on one page must not share ids.
    own = hashlib.sha256(drawn.encode()).hexdigest()[:8]
    told = (
        f'<title id="title-{own}">{escape(printable(title))}</title>\n'
        f'<desc id="description-{own}">{escape(printable(description))}</desc>'
    )
    return f'{opening} role="img" aria-labelledby="title-{own} description-{own}">\n{told}{body}'


def short(label: str) -> str:
    """A label that leaves room for what it labels.

    Example:
        >>> short("template 1, answers logsumexp, system listen, backbone x")
        'template 1, answers logsumexp, system liste…'
    """
    text = printable(label)
    return text if len(text) <= LABEL else f"{text[: LABEL - 1]}…"
