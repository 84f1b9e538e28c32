"""What every picture has in common: the same text each time, looks that differ, and matplotlib only when drawing."""

import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib
import pytest

from earwitness.errors import MissingDependencyError
from earwitness.report.canvas import COLOURS, MARKERS
from earwitness.report.plots import Dot, Series, dots, lines


def test_the_same_input_gives_the_same_text_whatever_the_users_settings_are():
    rows = [Dot("a", 0.5, 0.4, 0.6, "s"), Dot("b", None)]
    plain = dots("t", rows, "x")
    with matplotlib.rc_context({"font.size": 30, "axes.grid": False, "svg.fonttype": "path"}):
        before = dict(matplotlib.rcParams)
        assert dots("t", rows, "x") == plain
        assert dict(matplotlib.rcParams) == before


def test_pictures_on_one_page_share_no_title():
    first, second = (ET.fromstring(dots("t", [Dot(name, 0.5)], "x")) for name in "ab")
    assert first.get("aria-labelledby") != second.get("aria-labelledby")


def test_many_series_look_different():
    svg = lines("t", "x", "y", [Series(str(n), [(n, n)]) for n in range(20)])
    colours = "|".join(COLOURS)
    looks = set(re.findall(rf'<use xlink:href="#(\w+)"[^>]*stroke: ({colours})(?!; stroke-width)', svg))
    assert len(looks) == 20
    assert math.gcd(len(COLOURS), len(MARKERS)) == 1


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match=r"drawing needs matplotlib.*'earwitness\[plot\]'"):
        dots("t", [Dot("a", 0.5)], "x")


def test_pyplot_is_never_loaded_and_matplotlib_not_before_a_picture_is_drawn():
    code = (
        "import sys; from earwitness.report.plots import *; print('matplotlib' in sys.modules);"
        "dots('t', [Dot('a', 0.5)], 'x'); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
