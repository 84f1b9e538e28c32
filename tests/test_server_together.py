import subprocess
import sys
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

    (first, failed, third), stopped = together([first_job, second_job, lambda stop: "third"], 2)
    assert (first, third, failed.code, stopped) == ("first", "third", "x", None)


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
    assert together([], 3) == ([], None)


def test_what_was_answered_before_one_stopped_the_run_is_kept():
    def gone(stop):
        raise BackboneError("gone")

    results, error = together([lambda stop: 1, gone, *[lambda stop: 3] * 100], 1)
    assert str(error) == "gone"
    assert results[0] == 1
    assert {result.code for result in results[1:]} == {"run_stopped"}
    assert str(results[-1]) == "not answered, because the run was stopped: gone"


def test_where_nothing_was_answered_there_is_nothing_to_keep():
    def fails(stop):
        raise ClipError("no", code="x")

    def gone(stop):
        raise BackboneError("gone")

    with pytest.raises(BackboneError, match="gone"):
        together([fails, gone], 1)


def test_a_mistake_is_raised_whatever_was_answered():
    with pytest.raises(ZeroDivisionError):
        together([lambda stop: 1, lambda stop: 1 // 0], 1)


HANGING = """
import sys, threading
from earwitness.backbones.server.together import together
from earwitness.errors import BackboneError

hangs = threading.Event()

def hang(stop):
    hangs.set()
    threading.Event().wait()

def gone(stop):
    hangs.wait()
    raise BackboneError("gone")

try:
    together([hang, gone], 2)
except BackboneError as error:
    print(error)
"""


def test_a_program_ends_although_a_request_hangs():
    done = subprocess.run([sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "gone\n", "")
