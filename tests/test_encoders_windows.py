from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earwitness.mos.encoders.windows import even_windows, full_windows

SIZES = given(samples=st.integers(1, 5000), longest=st.integers(1, 700))


@SIZES
def test_even_windows_cover_a_clip_and_are_all_of_one_length(samples, longest):
    windows = even_windows(samples, longest)
    assert windows[0].start == 0
    assert windows[-1].stop == samples
    assert all(one.stop >= next_.start for one, next_ in pairwise(windows))
    assert len({window.stop - window.start for window in windows}) == 1
    assert windows[0].stop - windows[0].start <= longest
    assert len(windows) == -(-samples // longest)
    # Heard twice: less than one sample a window.
    assert sum(window.stop - window.start for window in windows) < samples + len(windows)
    assert sum(window.share for window in windows) == pytest.approx(1.0)


@SIZES
def test_full_windows_lie_end_to_end_and_count_by_their_length(samples, longest):
    windows = full_windows(samples, longest)
    ends = [0, *(window.stop for window in windows)]
    assert [window.start for window in windows] == ends[:-1]
    assert ends[-1] == samples
    assert all(window.stop - window.start == longest for window in windows[:-1])
    assert [window.share for window in windows] == pytest.approx([(w.stop - w.start) / samples for w in windows])
