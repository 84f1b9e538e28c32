import numpy as np
import pytest

from clips import clip
from earwitness.audio.segment import segment
from earwitness.errors import AudioError


def test_a_segment_is_cut_from_its_clip():
    audio = clip(5)
    assert segment(audio, {}) is audio
    part = segment(audio, {"start_time": 1.5, "end_time": 3})
    assert part.duration == 1.5
    np.testing.assert_array_equal(part.samples, audio.samples[24000:48000])
    assert segment(audio, {"start_time": 4}).duration == 1.0


@pytest.mark.parametrize("times", [(6, 7), (3, 2), (-1, 2), (5, None), ("x", 2), (1, "y"), (float("nan"), 2)])
def test_a_segment_outside_its_clip_is_an_error(times):
    with pytest.raises(AudioError, match=r"does not lie in a clip of 5\.00 s"):
        segment(clip(5), {"start_time": times[0], "end_time": times[1]})
