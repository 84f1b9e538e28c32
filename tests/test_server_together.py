import threading

import pytest

from earwitness.backbones.server.together import together
from earwitness.errors import BackboneError, ClipError


def test_results_and_failures_come_in_the_order_of_the_jobs():
    second = threading.Event()

    def first_job(stop):
        assert second.wait(10)
        return "first"

    def second_job(stop):
        second.set()
        raise ClipError("no", code="x")

    first, failed, third = together([first_job, second_job, lambda stop: "third"], 2)
    assert (first, third, failed.code) == ("first", "third", "x")


def test_one_that_stops_the_run_stops_the_rest():
    begun = []
    waiting = threading.Event()

    def gone(stop):
        assert waiting.wait(10)
        raise BackboneError("gone")

    def patient(stop):
        waiting.set()
        assert stop.wait(10)

    def late(stop):
        begun.append(1)

    with pytest.raises(BackboneError, match="gone"):
        together([patient, gone, *[late] * 100], 2)
    # The free thread may have begun some before it was told.
    assert len(begun) < 100


def test_none_is_none():
    assert together([], 3) == []
