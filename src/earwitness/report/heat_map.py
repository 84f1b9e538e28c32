"""Heat maps as SVG: a number by two options, one panel for each combination of the others.

Colour repeats what each cell says in figures, and a title and a description speak for the picture, so that nothing
depends on seeing colours, or on seeing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

# Dark to light, of near-even steps in lightness, so that it reads in grey as well.
RAMP = ((46, 30, 84), (49, 84, 132), (36, 134, 142), (88, 184, 120), (236, 225, 90))
# Pixels; cells and the space left of them grow with the labels.
LEFT, WIDTH, HEIGHT, GAP, MARGIN, LINE = 84, 74, 34, 46, 24, 18
FONT, TITLE_FONT, PAGE = 13, 17, 1000
UNKNOWN = "#dddddd"
# Widths of letters in ems by the widest of the usual fonts (Verdana, DejaVu Sans): which one will be used is not known.
WIDE, CAPITAL, PLAIN, NARROW, BOLDER = 1.0, 0.8, 0.65, 0.5, 1.12

Option = tuple[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a heat map: its heading, and numbers by column and row, None where there is none."""

    heading: str
    numbers: Mapping[tuple[str, str], float | None]


def heat_map(
    title: str,
    description: str,
    columns: Option,
    rows: Option,
    panels: Sequence[Panel],
) -> str:
    """An SVG document.

    Args:
        title: what is shown.
        description: the same in words, for those who do not see it.
        columns: the option along each panel's width, and its values.
        rows: the option along its height, and its values.
        panels: one for each combination of the other options.

    Example:
        >>> svg = heat_map("SRCC", "", ("emphasis", ["3"]), ("margin", ["0.1"]), [Panel("", {("3", "0.1"): 0.5})])
        >>> "0.500" in svg
        True
    """
    grid = _Grid.of(columns, rows, panels)
    across = max(1, min(len(panels), PAGE // (grid.width + GAP)))
    down = -(-len(panels) // across)
    known = [number for panel in panels for number in panel.numbers.values() if number is not None]
    span = (min(known), max(known)) if known else (0.0, 0.0)
    steps = grid.width + GAP, grid.height + GAP
    drawn = [
        _panel(panel, grid, span, MARGIN + (n % across) * steps[0], 60 + (n // across) * steps[1])
        for n, panel in enumerate(panels)
    ]
    full = (2 * MARGIN + max(across * steps[0] - GAP, _reach(title, TITLE_FONT, bold=True), 472), 60 + down * steps[1])
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full[0]} {full[1]}" width="{full[0]}" '
            f'height="{full[1]}" role="img" aria-labelledby="title description" '
            f'font-family="system-ui, sans-serif" font-size="{FONT}">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            f'<text x="{MARGIN}" y="32" font-size="{TITLE_FONT}" font-weight="600">{escape(title)}</text>',
            *drawn,
            "</svg>",
            "",
        ]
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the parts of each panel lie: all panels have the same cells."""

    columns: Option
    rows: Option
    left: int
    cell: int
    width: int

    @classmethod
    def of(cls, columns: Option, rows: Option, panels: Sequence[Panel]) -> _Grid:
        left = max(LEFT, 16 + max(map(_reach, (rows[0], *rows[1]))))
        # Under the cells stand their labels, and under these the option's name, which may be longer than all of them.
        cell = max(WIDTH, 12 + max(map(_reach, columns[1])), -(-_reach(columns[0]) // len(columns[1])))
        headings = (_reach(panel.heading, bold=True) for panel in panels)
        return cls(columns, rows, left, cell, max(left + cell * len(columns[1]), *headings))

    @property
    def height(self) -> int:
        return 2 * LINE + HEIGHT * len(self.rows[1]) + LINE


def _reach(text: str, font: int = FONT, *, bold: bool = False) -> int:
    """Pixels that a text takes at most in any usual font."""
    ems = sum(map(_ems, text))
    return math.ceil(font * ems * (BOLDER if bold else 1))


def _ems(letter: str) -> float:
    if east_asian_width(letter) in "WF" or letter in "mwMW@%":
        return WIDE
    if letter in "fijlrt _-./,":
        return NARROW
    return CAPITAL if letter.isupper() else PLAIN


def _panel(panel: Panel, grid: _Grid, span: tuple[float, float], x: int, y: int) -> str:
    top, left = 2 * LINE, grid.left
    bottom = top + HEIGHT * len(grid.rows[1])
    parts = [
        f'<text y="{LINE - 6}" font-weight="600">{escape(panel.heading)}</text>',
        _text(grid.rows[0], left - 8, top - 6, "end"),
    ]
    for place, row in enumerate(grid.rows[1]):
        row_top = top + HEIGHT * place
        parts.append(_text(row, left - 8, row_top + HEIGHT / 2 + 5, "end"))
        parts += [
            _cell(panel.numbers.get((column, row)), span, left + grid.cell * at, row_top, grid.cell)
            for at, column in enumerate(grid.columns[1])
        ]
    for at, column in enumerate(grid.columns[1]):
        parts.append(_text(column, left + grid.cell * (at + 0.5), bottom + LINE - 2, "middle"))
    middle = left + grid.cell * len(grid.columns[1]) / 2
    parts.append(_text(grid.columns[0], middle, bottom + 2 * LINE - 2, "middle"))
    return f'<g transform="translate({x} {y})">' + "".join(parts) + "</g>"


def _cell(number: float | None, span: tuple[float, float], x: int, y: int, width: int) -> str:
    colour, ink = (UNKNOWN, "#000000") if number is None else _colours(number, span)
    text = "none" if number is None else f"{number:.3f}"
    return f'<rect x="{x}" y="{y}" width="{width}" height="{HEIGHT}" fill="{colour}" stroke="#ffffff"/>' + _text(
        text, x + width / 2, y + HEIGHT / 2 + 5, "middle", f' fill="{ink}"'
    )


def _text(text: str, x: float, y: float, anchor: str, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{more}>{escape(text)}</text>'


def _colours(number: float, span: tuple[float, float]) -> tuple[str, str]:
    """The colour of a number and that of the figures on it: black or white, whichever stands out more."""
    share = (number - span[0]) / (span[1] - span[0]) if span[1] > span[0] else 0.5
    place = share * (len(RAMP) - 1)
    low = min(int(place), len(RAMP) - 2)
    mixed = [a + (b - a) * (place - low) for a, b in zip(RAMP[low], RAMP[low + 1], strict=True)]
    light = _luminance(mixed)
    # WCAG 2: contrast to white is 1.05 / (L + .05), to black (L + .05) / .05; they are equal at L = .179.
    return "#" + "".join(f"{round(part):02x}" for part in mixed), "#000000" if light > 0.179 else "#ffffff"


def _luminance(colour: Sequence[float]) -> float:
    """Relative luminance by WCAG 2, in [0, 1]."""
    linear = [(c / 255 / 12.92) if c <= 10.31 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
