"""Pictures as SVG text: numbers with their intervals, and curves.

A title and a description speak for a picture, so that nothing depends on seeing; ``canvas`` tells how it looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from earwitness.audio.source import printable
from earwitness.report.canvas import GREY, look_of, sheet, short, svg_of

# Inches: the heights of one label, of one more dot on its line, and of a picture of curves.
LINE, BESIDE, TALL = 0.25, 0.13, 4.2


@dataclass(frozen=True, slots=True)
class Dot:
    """A number with its interval.

    Attributes:
        label: at the left; dots of one label share a line, one for each series.
        value: None where there is none, which the picture says.
        low: lower end of the interval; None where there is none.
        high: upper end.
        series: what the dot belongs to; where any dot has one, a legend tells them apart.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    series: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Points of a curve.

    Attributes:
        label: in the legend.
        points: x and y, finite, in the order in which they are joined.
        marks: whether each point has a marker.
        joined: whether a line goes through them.
        ends: of the interval of each point's y, as whiskers; None for a point without one.
        group: curves of one group have one colour; each curve its own where it is empty.
    """

    label: str
    points: Sequence[tuple[float, float]]
    marks: bool = True
    joined: bool = True
    ends: Sequence[tuple[float, float] | None] = ()
    group: str = ""


def dots(title: str, rows: Sequence[Dot], x_label: str, *, reference: float | None = None) -> str:
    """Numbers as dots with their intervals as whiskers, from top to bottom.

    Args:
        title: what is shown.
        rows: at least one.
        x_label: what the numbers are.
        reference: a number to compare with, such as chance; a dashed line.

    Returns:
        An SVG document, 720 pixels wide, in whose description all numbers stand.

    Raises:
        MissingDependencyError: without matplotlib.

    Example:
        >>> picture = dots("AUC by template", [Dot("template 1", 0.8, 0.7, 0.9), Dot("template 2", None)], "AUC")
        >>> picture.startswith("<svg"), "template 1: 0.800, 0.700 to 0.900; template 2: none" in picture
        (True, True)
    """
    names = list(dict.fromkeys(row.series for row in rows))
    looks = {name: {**look_of(place), "linestyle": ""} for place, name in enumerate(names)}
    ticks, places, height = _laid_out(rows)
    with sheet(title, height, looks.items() if any(names) else ()) as figure:
        axes = figure.add_subplot()
        if reference is not None:
            axes.axvline(reference, color=GREY, linestyle="--", linewidth=1)
        for row, place in zip(rows, places, strict=True):
            _draw_dot(axes, row, place, looks[row.series])
        axes.set_ylim(height, 0)
        axes.set_yticks([place for place, _ in ticks], [short(label) for _, label in ticks])
        axes.tick_params(axis="y", length=0)
        if all(row.value is None for row in rows):
            axes.set_xticks([])
        axes.set_xlabel(printable(x_label))
        compared = "" if reference is None else f" The dashed line is at {reference:g}."
        return svg_of(figure, title, f"{x_label}. {'; '.join(map(_told, rows))}.{compared}")


def lines(title: str, x_label: str, y_label: str, series: Sequence[Series], *, diagonal: bool = False) -> str:
    """Curves, or clouds of points, over one pair of axes.

    Args:
        title: what is shown.
        x_label: what runs to the right.
        y_label: what runs up.
        series: one without points stands in the legend as such.
        diagonal: dash the line on which both are equal.

    Returns:
        An SVG document, 720 pixels wide.

    Raises:
        MissingDependencyError: without matplotlib.

    Example:
        >>> picture = lines("Reliability", "said", "true", [Series("base", [(0.2, 0.3), (0.8, 0.7)])], diagonal=True)
        >>> "base: 2 points, said 0.2 to 0.8, true 0.3 to 0.7" in picture
        True
    """
    of_group = [one.group or place for place, one in enumerate(series)]
    groups = list(dict.fromkeys(of_group))
    looks = [
        {
            **look_of(place),
            "color": look_of(groups.index(of_group[place]))["color"],
            "linestyle": ("-" if one.marks else "--") * one.joined,
            **({} if one.marks else {"marker": ""}),
        }
        for place, one in enumerate(series)
    ]
    keys = [one.label if one.points else f"{one.label} (no points)" for one in series]
    with sheet(title, TALL, zip(keys, looks, strict=True)) as figure:
        axes = figure.add_subplot()
        for one, look in zip(series, looks, strict=True):
            axes.plot(*zip(*one.points, strict=True) if one.points else ((), ()), **look)
            _draw_ends(axes, one, look)
        if diagonal and any(one.points for one in series):
            _draw_diagonal(axes)
        axes.set_xlabel(printable(x_label))
        axes.set_ylabel(printable(y_label))
        return svg_of(
            figure, title, f"{y_label} by {x_label}. {'; '.join(_span(one, x_label, y_label) for one in series)}."
        )


def _laid_out(rows: Sequence[Dot]) -> tuple[list[tuple[float, str]], list[float], float]:
    """Labels and dots by their distance from the top, and the height of all, in inches."""
    sharing: dict[tuple[str, int], list[int]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for index, row in enumerate(rows):
        # A label that comes twice in one series gets a second line.
        sharing.setdefault((row.label, seen[row.label, row.series]), []).append(index)
        seen[row.label, row.series] += 1
    ticks, places, top = [], [0.0] * len(rows), 0.0
    for (label, _), indices in sharing.items():
        for beside, index in enumerate(indices):
            places[index] = top + LINE / 2 + BESIDE * beside
        bottom = top + LINE + BESIDE * (len(indices) - 1)
        ticks.append(((top + bottom) / 2, label))
        top = bottom
    return ticks, places, top


def _draw_dot(axes: Any, row: Dot, place: float, look: Mapping[str, Any]) -> None:
    if row.value is None:
        # At the left margin, whatever the numbers are.
        margin = axes.get_yaxis_transform()
        axes.text(0.01, place, "none", transform=margin, va="center", fontsize="small", color=look["color"])
        return
    if row.low is not None and row.high is not None:
        ends = {"color": look["color"], "marker": "|", "markersize": 6, "linewidth": 1.5}
        axes.plot((row.low, row.high), (place, place), **ends)
    axes.plot((row.value,), (place,), **look)


def _draw_ends(axes: Any, one: Series, look: Mapping[str, Any]) -> None:
    for (x, _), ends in zip(one.points, one.ends, strict=False):
        if ends is not None:
            axes.plot((x, x), ends, color=look["color"], linewidth=1, alpha=0.5)


def _draw_diagonal(axes: Any) -> None:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    axes.set_autoscale_on(False)
    ends = max(left, bottom), min(right, top)
    if ends[0] < ends[1]:
        axes.plot(ends, ends, color=GREY, linestyle="--", linewidth=1, zorder=1)


def _told(row: Dot) -> str:
    name = f"{row.label} ({row.series})" if row.series else row.label
    if row.value is None:
        return f"{name}: none"
    interval = "" if row.low is None or row.high is None else f", {row.low:.3f} to {row.high:.3f}"
    return f"{name}: {row.value:.3f}{interval}"


def _span(one: Series, x_label: str, y_label: str) -> str:
    if not one.points:
        return f"{one.label}: no points"
    ends = (
        f"{name} {min(values):.3g} to {max(values):.3g}"
        for name, values in zip((x_label, y_label), zip(*one.points, strict=True), strict=True)
    )
    return f"{one.label}: {len(one.points)} points, {', '.join(ends)}"
