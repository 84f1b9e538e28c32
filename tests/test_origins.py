import subprocess
import sys

import numpy as np

from earwitness import from_array
from earwitness.backbones.base import Request
from earwitness.backbones.origins import key, origins, request_origins


def test_seed_and_place_among_equals_tell_draws_apart():
    assert len({*origins(0, ["a", "a", "b"]), *origins(1, ["a", "a", "b"])}) == 6
    assert origins(0, ["b", "a", "a"])[1:] == origins(0, ["a", "b", "a"])[::2]


def test_clip_system_and_question_tell_them_apart():
    silence, noise = (from_array(np.full(8, level, np.float32), 16000) for level in (0.0, 0.5))
    requests = [Request(clip, ("a?", "b?", "a?"), (), system) for clip in (silence, noise) for system in (None, "s")]
    told = [origin for request in requests for origin in request_origins(0, request)]
    assert len(set(told)) == 12
    assert request_origins(0, requests[0]) == told[:3]


def test_a_number_has_no_more_bits_than_asked_for():
    numbers = [key(str(n), 31) for n in range(1000)]
    assert max(numbers) < 2**31
    assert max(numbers) > 2**30
    assert len(set(numbers)) == 1000
    assert key("half a pair: \ud83d", 128) != key("half a pair: ?", 128)


def test_it_needs_no_torch():
    code = "import sys; from earwitness.backbones import origins; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
