"""Many requests at once, a bounded number under way; what fails one of them stays with it.

The threads are daemons: nobody waits for a request that hangs, neither a batch that stops nor a program that ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

from earwitness.errors import BackboneError, ClipError

Result = TypeVar("Result")


def together(
    jobs: Sequence[Callable[[threading.Event], Result]], concurrency: int
) -> tuple[list[Result | ClipError], BackboneError | None]:
    """Each job's result, or the ``ClipError`` that it raised, in order; and the error that stopped them, if one did.

    Where one did, what has not begun is not begun, and jobs without a result have a ``ClipError`` with code
    ``run_stopped`` in its place.

    Args:
        jobs: started in order; each is given an event that tells it to stop.
        concurrency: how many run at once.

    Raises:
        BackboneError: if one stopped them before any was answered.
        Exception: the first of another kind that a job raised.

    Example:
        >>> together([lambda stop: 1, lambda stop: 2], concurrency=2)
        ([1, 2], None)
    """
    stop = threading.Event()
    waiting: SimpleQueue[int] = SimpleQueue()
    done: SimpleQueue[tuple[int, Result | ClipError] | Exception] = SimpleQueue()
    for place in range(len(jobs)):
        waiting.put(place)

    def work() -> None:
        with suppress(Empty):
            while not stop.is_set():
                place = waiting.get_nowait()
                try:
                    done.put((place, _or_why(jobs[place], stop)))
                except Exception as error:
                    done.put(error)
                    stop.set()

    for _ in range(min(concurrency, len(jobs))):
        threading.Thread(target=work, name="ask", daemon=True).start()
    results: dict[int, Result | ClipError] = {}
    try:
        while len(results) < len(jobs):
            told = done.get()
            if isinstance(told, Exception):
                return _stopped(results, len(jobs), told)
            results[told[0]] = told[1]
    finally:
        stop.set()
    return [results[place] for place in range(len(jobs))], None


def _or_why(job: Callable[[threading.Event], Result], stop: threading.Event) -> Result | ClipError:
    try:
        return job(stop)
    except ClipError as error:
        return error


def _stopped(
    results: Mapping[int, Result | ClipError], count: int, error: Exception
) -> tuple[list[Result | ClipError], BackboneError]:
    """What was answered is paid for and kept."""
    answered = any(not isinstance(result, ClipError) for result in results.values())
    if not (answered and isinstance(error, BackboneError)):
        raise error
    lost = ClipError(f"not answered, because the run was stopped: {error}", code="run_stopped")
    return [results.get(place, lost) for place in range(count)], error
