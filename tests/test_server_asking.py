import threading

import numpy as np
import pytest

from earwitness import from_array
from earwitness.backbones import ServerOptions
from earwitness.backbones.server import asking as module
from earwitness.backbones.server.asking import Clip, all_or_why, asking
from earwitness.errors import ClipError

AUDIO = from_array(np.zeros(16000, np.float32), 16000)


class Recorder:
    """A chat that notes what it is asked, and fails on some questions."""

    def __init__(self):
        self.asked = []

    def ask(self, said, fields, read, stop):
        question = said[-1]["content"][1]["text"]
        self.asked.append(question)
        if question == "fails":
            raise ClipError("no", code="x")
        return read(question)


def test_a_clip_is_encoded_once_for_all_its_questions(monkeypatch):
    encoded = []
    monkeypatch.setattr(module, "audio_part", lambda audio, options: encoded.append(1) or {"type": "input_audio"})
    clip, chat = Clip(AUDIO, 3, ServerOptions()), Recorder()
    jobs = [asking(chat, text, None, clip, {}, str.upper) for text in ("a", "b", "c")]
    assert encoded == []
    assert [job(threading.Event()) for job in jobs] == ["A", "B", "C"]
    assert encoded == [1]
    assert clip._part is None


def test_a_clip_that_has_failed_is_asked_nothing_more():
    clip, chat = Clip(AUDIO, 3, ServerOptions()), Recorder()
    for text in ("a", "fails", "c"):
        job = asking(chat, text, None, clip, {}, str)
        if text == "a":
            assert job(threading.Event()) == "a"
        else:
            with pytest.raises(ClipError):
                job(threading.Event())
    assert chat.asked == ["a", "fails"]


def test_all_results_or_the_first_error():
    first, second = ClipError("1", code="a"), ClipError("2", code="b")
    assert all_or_why([1, 2]) == [1, 2]
    assert all_or_why([1, first, second]) is first
