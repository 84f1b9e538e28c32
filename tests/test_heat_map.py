"""Heat maps: well-formed, every number written out, figures that stand out from their colour."""

import itertools
import xml.etree.ElementTree as ElementTree

import pytest

from earwitness.report.heat_map import Panel, _colours, _luminance, heat_map

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = {("3", "0.1"): 0.5, ("5", "0.1"): 0.75, ("3", "0.2"): None, ("5", "0.2"): 0.625}


def drawn(panels=2, title="SRCC <by> clip"):
    names = [Panel(f"batch {n}", NUMBERS) for n in range(panels)]
    text = heat_map(title, "highest at 5 & 0.1", ("emphasis", ["3", "5"]), ("margin", ["0.1", "0.2"]), names)
    return ElementTree.fromstring(text)


def words(svg):
    return [node.text for node in svg.iter(f"{SVG}text")]


def test_every_number_and_label_is_written():
    found = words(drawn())
    for text in ("0.500", "0.750", "0.625", "none", "batch 1", "emphasis", "margin", "3", "5", "0.1", "0.2"):
        assert text in found, text


def test_it_speaks_for_itself():
    svg = drawn()
    assert svg.get("role") == "img"
    named = [svg.find(f"{SVG}*[@id='{name}']").text for name in svg.get("aria-labelledby").split()]
    assert named == ["SRCC <by> clip", "highest at 5 & 0.1"]


@pytest.mark.parametrize("share", [n / 20 for n in range(21)])
def test_figures_stand_out(share):
    colour, ink = _colours(share, (0.0, 1.0))
    light = _luminance([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    contrast = 1.05 / (light + 0.05) if ink == "#ffffff" else (light + 0.05) / 0.05
    assert contrast >= 4.5


def test_colours_grow_lighter_with_the_number():
    lights = [
        _luminance([int(_colours(n / 20, (0.0, 1.0))[0][at : at + 2], 16) for at in (1, 3, 5)]) for n in range(21)
    ]
    assert lights == sorted(lights)


@pytest.mark.parametrize("panels", [1, 5, 9])
def test_nothing_lies_outside_or_on_another_panel(panels):
    svg = drawn(panels)
    width, height = (float(side) for side in svg.get("viewBox").split()[2:])
    corners = set()
    for group in svg.iter(f"{SVG}g"):
        x, y = (float(n) for n in group.get("transform").removeprefix("translate(").removesuffix(")").split())
        corners.add((x, y))
        for cell in group.iter(f"{SVG}rect"):
            assert x + float(cell.get("x")) + float(cell.get("width")) <= width
            assert y + float(cell.get("y")) + float(cell.get("height")) + 40 <= height
    assert len(corners) == panels


def test_one_number_alone_has_a_colour():
    assert _colours(0.5, (0.5, 0.5))[0] == _colours(0.5, (0.0, 1.0))[0]


LONG = ["laion/larger_clap_music_and_speech", "audiobox-aesthetics", "log-mel"]


def extents(svg):
    """Where each text lies at 0.55 em a letter, the middling width of small Latin letters: y, left, right, text."""
    for group in svg.iter(f"{SVG}g"):
        x, y = (float(n) for n in group.get("transform").removeprefix("translate(").removesuffix(")").split())
        for node in group.iter(f"{SVG}text"):
            width = 0.55 * 13 * len(node.text or "")
            left = x + float(node.get("x", 0)) - {"end": 1, "middle": 0.5, None: 0}[node.get("text-anchor")] * width
            yield y + float(node.get("y")), left, left + width, node.text


@pytest.mark.parametrize(
    ("columns", "rows", "heading"),
    [
        (("loss", ["mse", "l1"]), ("encoder", LONG), "batch"),
        (("encoder", LONG), ("loss", ["mse"]), "batch"),
        (("the name of this option is longer than its cells", ["1"]), ("loss", ["mse"]), "batch"),
        (("margin", ["1"]), ("an option that has a long name", ["mse"]), "batch"),
        (("margin", ["1"]), ("loss", ["mse"]), "emphasis 3, noise_aware True, batch_size all"),
    ],
)
def test_long_names_lie_on_the_page_and_on_no_other_text(columns, rows, heading):
    numbers = {(column, row): 0.5 for column in columns[1] for row in rows[1]}
    panels = [Panel(f"{heading} {n}", numbers) for n in range(4)]
    svg = ElementTree.fromstring(heat_map("SRCC", "", columns, rows, panels))
    lines = {}
    for y, *extent in extents(svg):
        lines.setdefault(y, []).append(extent)
    for texts in lines.values():
        texts.sort()
        assert texts[0][0] >= 0
        assert texts[-1][1] <= float(svg.get("width"))
        for (_, end, before), (start, _, after) in itertools.pairwise(texts):
            assert end <= start, (before, after)


def test_a_long_title_lies_on_the_page():
    svg = drawn(title="SRCC " * 40)
    assert float(svg.get("width")) >= 24 + 0.55 * 17 * 200
