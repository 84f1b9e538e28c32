"""Scales as people write them."""

import pytest

from earwitness.errors import UsageError
from earwitness.ratings.scales import read_scale, read_scales


@pytest.mark.parametrize(
    ("told", "scale"),
    [
        ("1-5", (1, 5)),
        (" 0 - 100 ", (0, 100)),
        ("-3-3", (-3, 3)),
        ("-3 to -1", (-3, -1)),
        ("0..2.5", (0, 2.5)),
        ([1, 7], (1, 7)),
    ],
)
def test_read(told, scale):
    assert read_scale(told) == scale


@pytest.mark.parametrize("told", ["5", "5-1", "1-1", "", "a-b", (1, 2, 3), (1, float("nan")), "1-inf"])
def test_refused(told):
    with pytest.raises(UsageError, match="wanted the lowest and the highest rating, such as '1-5'"):
        read_scale(told)


def test_what_is_told_goes_before_what_the_form_fixes():
    assert read_scales(None, (1.0, 5.0)).of("x") == (1, 5)
    assert read_scales("0-9", (1.0, 5.0)).of("x") == (0, 9)
    by_axis = read_scales({"x": "0-9"}, (1.0, 5.0))
    assert (by_axis.of("x"), by_axis.of("y")) == ((0, 9), (1, 5))
