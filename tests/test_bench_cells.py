"""How far a factor moves a figure, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from earwitness.bench.figures import Figure
from earwitness.bench.studies.cells import Cell, spread_of


def figure_of(value, half=0.1):
    return Figure("all", "all", "label", "AUC", "clip", value, value - half, value + half, 9, 9, 9, "pairs")


def cell(value, half=0.1, **levels):
    return Cell(levels, figure=None if value is None else figure_of(value, half))


def test_a_spread_is_taken_with_everything_else_the_same():
    cells = [
        cell(0.50, backbone="a", template="1"),
        cell(0.60, backbone="a", template="2"),
        cell(0.80, 0.2, backbone="b", template="1"),
        cell(0.82, backbone="b", template="2"),
        cell(None, backbone="b", template="3"),
    ]
    # Templates: .10 with backbone a, .02 with b; sd of two numbers is their distance over sqrt 2.
    template = spread_of("template", cells)
    assert (template.levels, template.settings) == (3, 2)
    assert template.spread == pytest.approx(0.06)
    assert template.largest == pytest.approx(0.10)
    assert template.sd == pytest.approx(0.06 / np.sqrt(2))
    assert template.half_width == pytest.approx((0.1 + 0.1 + 0.2 + 0.1) / 4)
    # Backbones: .30 with template 1, .22 with 2; template 3 has one value, which tells no spread.
    backbone = spread_of("backbone", cells)
    assert backbone.settings == 2
    assert backbone.spread == pytest.approx(0.26)


def test_there_is_no_spread_where_no_two_levels_have_a_value():
    told = spread_of("template", [cell(0.5, template="1"), cell(None, template="2")])
    assert (told.settings, told.spread, told.largest, told.sd, told.half_width) == (0, None, None, None, None)


def test_cells_without_an_interval_have_no_width():
    bare = replace(figure_of(0.5), low=None)
    assert Cell({"template": "1"}, figure=bare).half_width is None
    told = spread_of("template", [Cell({"template": "1"}, figure=bare), cell(0.6, template="2")])
    assert told.half_width == pytest.approx(0.1)
