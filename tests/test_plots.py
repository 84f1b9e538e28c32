import re
import xml.etree.ElementTree as ET

import pytest

from earwitness.report.canvas import COLOURS
from earwitness.report.plots import Dot, Series, dots, lines

SVG = "{http://www.w3.org/2000/svg}"
ODD = 'a <b> & "c" $d$ _e\x1b\ud800 狗'


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter(f"{SVG}text")]


def described(svg):
    root = ET.fromstring(svg)
    return root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")


def marks(svg):
    """Where the markers of the first series lie, in points, in the order in which they are drawn."""
    uses = re.findall(rf'<use xlink:href="#\w+" x="(\S+)" y="(\S+)" style="fill: {COLOURS[0]}', svg)
    return [(float(x), float(y)) for x, y in uses]


def test_dots_say_all_numbers_to_those_who_do_not_see_them():
    svg = dots("AUC", [Dot("one", 0.5, 0.4, 0.6, "A"), Dot("two", None, series="A"), Dot("three", 0.25)], "AUC of it")
    title, description = described(svg)
    assert title == "AUC"
    assert description == "AUC of it. one (A): 0.500, 0.400 to 0.600; two (A): none; three: 0.250."
    assert {"one", "two", "three", "none", "A", "AUC of it"} <= set(texts(svg))
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [root.find(f"{SVG}{name}").get("id") for name in ("title", "desc")]


def test_dots_lie_in_the_middle_of_even_whiskers_and_in_the_order_given():
    svg = dots("t", [Dot("a", 0.5, 0.4, 0.6), Dot("b", 0.7, 0.6, 0.8)], "x")
    # Both ends of a whisker, then its dot; the second whisker begins where the first one ends.
    (left, y), (right, _), (first, upper), (next_left, _), _, (second, lower) = marks(svg)
    assert left < first < right < second
    assert y == upper < lower
    assert first - left == pytest.approx(right - first, abs=0.01)
    assert right == pytest.approx(next_left, abs=0.01)


def test_dots_without_a_value_or_an_interval_draw_none():
    svg = dots("t", [Dot("a", None, 0.4, 0.6), Dot("b", 0.7), Dot("c", 0.1, None, 0.8)], "x")
    assert len(marks(svg)) == 2
    assert texts(dots("t", [Dot("a", None)], "x")).count("none") == 1


def test_dots_of_one_label_share_a_line():
    def height(rows):
        return float(ET.fromstring(dots("t", rows, "x")).get("viewBox").split()[3])

    labels = [Dot("a", 0.5, series="1"), Dot("b", 0.5, series="2")]
    series = [Dot("a", 0.5, series="1"), Dot("a", 0.5, series="2")]
    assert height(series) < height(labels)
    assert texts(dots("t", series, "x")).count("a") == 1
    # The same label twice in one series is two lines, or one dot would hide the other.
    assert texts(dots("t", [Dot("a", 0.5), Dot("a", 0.5)], "x")).count("a") == 2


def test_a_reference_is_drawn_and_told():
    rows = [Dot("a", 0.5)]
    assert "The dashed line is at 0.5." in described(dots("t", rows, "x", reference=0.5))[1]
    assert "stroke-dasharray" in dots("t", rows, "x", reference=0.5)
    assert "stroke-dasharray" not in dots("t", rows, "x")


def test_lines_name_their_series_and_what_they_span():
    series = [Series("base", [(0.1, 0.2), (0.4, 0.3)]), Series("chat", [], marks=False)]
    svg = lines("Calibration", "ECE", "AUC", series, diagonal=True)
    assert described(svg) == (
        "Calibration",
        "AUC by ECE. base: 2 points, ECE 0.1 to 0.4, AUC 0.2 to 0.3; chat: no points.",
    )
    assert {"base", "chat (no points)", "ECE", "AUC"} <= set(texts(svg))


@pytest.mark.parametrize(("marked", "joined"), [(True, False), (False, True)])
def test_lines_are_drawn_as_asked(marked, joined):
    svg = lines("t", "x", "y", [Series("a", [(0, 0), (1, 1), (2, 0)], marked, joined)])
    # The key of the legend has a marker too.
    assert len(marks(svg)) == (4 if marked else 0)
    assert (re.search(rf'L .*\nL .*\n"[^>]*stroke: {COLOURS[0]}', svg) is not None) == joined


def test_a_diagonal_is_left_out_where_it_would_not_be_seen():
    apart = [Series("a", [(0.0, 10.0), (1.0, 11.0)])]
    assert "stroke-dasharray" not in lines("t", "x", "y", apart, diagonal=True)
    assert "stroke-dasharray" not in lines("t", "x", "y", [Series("a", [])], diagonal=True)
    assert "stroke-dasharray" in lines("t", "x", "y", [Series("a", [(0, 1), (1, 0)])], diagonal=True)


def test_intervals_of_points_are_whiskers_where_there_are_any():
    points = [(0.0, 0.5), (0.5, 0.6), (1.0, 0.7)]
    bare, with_ends = (
        lines("t", "x", "y", [Series("a", points, ends=ends)]) for ends in ((), [(0.4, 0.6), None, (0.6, 0.8)])
    )
    assert (bare.count("stroke-opacity: 0.5"), with_ends.count("stroke-opacity: 0.5")) == (0, 2)


def test_two_series_of_one_name_are_both_drawn():
    svg = lines("t", "x", "y", [Series("a", [(0, 0)]), Series("a", [(1, 1)])])
    assert texts(svg).count("a") == 2
    assert COLOURS[1] in svg


def test_odd_characters_come_out_as_they_are_and_make_well_formed_text():
    shown = 'a <b> & "c" $d$ _e\\x1b\\ud800 狗'
    svg = dots(ODD, [Dot(ODD, 0.5, series=ODD)], ODD)
    assert texts(svg).count(shown) == 4
    assert described(svg)[0] == shown
    assert texts(lines(ODD, ODD, ODD, [Series(ODD, [(0, 1)])])).count(shown) == 4


def test_a_long_label_is_cut_and_told_in_full():
    name = "a very long name of something " * 4
    svg = dots("t", [Dot(name, 0.5)], "x")
    assert name not in texts(svg)
    assert name in described(svg)[1]


def test_curves_of_one_group_share_a_colour_and_not_a_marker():
    points = [(0.0, 0.0), (1.0, 1.0)]
    svg = lines("t", "x", "y", [Series("a", points, group="run"), Series("b", points, group="run")])
    assert COLOURS[0] in svg
    assert COLOURS[1] not in svg
