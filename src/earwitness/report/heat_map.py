"""Heat maps as SVG: a number by two options, one panel for each combination of the others.

Colour repeats what each cell says in figures, and a title and a description speak for the picture, so that nothing
depends on seeing colours, or on seeing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

# Dark to light, of near-even steps in lightness, so that it reads in grey as well.
RAMP = ((46, 30, 84), (49, 84, 132), (36, 134, 142), (88, 184, 120), (236, 225, 90))
WIDTH, HEIGHT, GAP, MARGIN, LINE = 74, 34, 46, 24, 18
LEFT = 84
UNKNOWN = "#dddddd"


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a heat map: its heading, and numbers by column and row, None where there is none."""

    heading: str
    numbers: Mapping[tuple[str, str], float | None]


def heat_map(
    title: str,
    description: str,
    columns: tuple[str, Sequence[str]],
    rows: tuple[str, Sequence[str]],
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
    width = LEFT + WIDTH * len(columns[1])
    height = 2 * LINE + HEIGHT * len(rows[1]) + LINE
    across = max(1, min(len(panels), 1000 // (width + GAP)))
    down = -(-len(panels) // across)
    known = [number for panel in panels for number in panel.numbers.values() if number is not None]
    span = (min(known), max(known)) if known else (0.0, 0.0)
    drawn = [
        _panel(panel, columns, rows, span, MARGIN + (n % across) * (width + GAP), 60 + (n // across) * (height + GAP))
        for n, panel in enumerate(panels)
    ]
    full = (max(2 * MARGIN + across * (width + GAP) - GAP, 520), 60 + down * (height + GAP))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full[0]} {full[1]}" width="{full[0]}" '
            f'height="{full[1]}" role="img" aria-labelledby="title description" '
            'font-family="system-ui, sans-serif" font-size="13">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            f'<text x="{MARGIN}" y="32" font-size="17" font-weight="600">{escape(title)}</text>',
            *drawn,
            "</svg>",
            "",
        ]
    )


def _panel(
    panel: Panel,
    columns: tuple[str, Sequence[str]],
    rows: tuple[str, Sequence[str]],
    span: tuple[float, float],
    x: int,
    y: int,
) -> str:
    top = 2 * LINE
    parts = [f'<text y="{LINE - 6}" font-weight="600">{escape(panel.heading)}</text>']
    parts.append(f'<text x="{LEFT - 8}" y="{top - 6}" text-anchor="end">{escape(rows[0])}</text>')
    middle = LEFT + WIDTH * len(columns[1]) / 2
    bottom = top + HEIGHT * len(rows[1])
    for place, row in enumerate(rows[1]):
        middle_y = top + HEIGHT * place + HEIGHT / 2 + 5
        parts.append(f'<text x="{LEFT - 8}" y="{middle_y:g}" text-anchor="end">{escape(row)}</text>')
        parts += [
            _cell(panel.numbers.get((column, row)), span, LEFT + WIDTH * at, top + HEIGHT * place)
            for at, column in enumerate(columns[1])
        ]
    for at, column in enumerate(columns[1]):
        centre = LEFT + WIDTH * at + WIDTH / 2
        parts.append(f'<text x="{centre:g}" y="{bottom + LINE - 2}" text-anchor="middle">{escape(column)}</text>')
    parts.append(f'<text x="{middle:g}" y="{bottom + 2 * LINE - 2}" text-anchor="middle">{escape(columns[0])}</text>')
    return f'<g transform="translate({x} {y})">' + "".join(parts) + "</g>"


def _cell(number: float | None, span: tuple[float, float], x: int, y: int) -> str:
    colour, ink = (UNKNOWN, "#000000") if number is None else _colours(number, span)
    text = "none" if number is None else f"{number:.3f}"
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" fill="{colour}" stroke="#ffffff"/>'
        f'<text x="{x + WIDTH / 2:g}" y="{y + HEIGHT / 2 + 5:g}" text-anchor="middle" fill="{ink}">{text}</text>'
    )


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
