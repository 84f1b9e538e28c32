"""Many requests at once, a bounded number under way; what fails one of them stays with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from earwitness.errors import ClipError

Result = TypeVar("Result")


def together(jobs: Sequence[Callable[[threading.Event], Result]], concurrency: int) -> list[Result | ClipError]:
    """Each job's result, or the ``ClipError`` that it raised, in order.

    Args:
        jobs: started in order; each is given an event that tells it to stop.
        concurrency: how many run at once.

    Raises:
        Exception: the first of another kind that a job raised; what has not begun is not begun then.

    Example:
        >>> together([lambda stop: 1, lambda stop: 2], concurrency=2)
        [1, 2]
    """
    stop = threading.Event()
    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="ask")
    try:
        futures = [pool.submit(_or_why, job, stop) for job in jobs]
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        if error := next(filter(None, (future.exception() for future in done)), None):
            raise error
        return [future.result() for future in futures]
    finally:
        stop.set()
        # Nobody waits for a request that hangs when the run is over anyway.
        pool.shutdown(wait=False, cancel_futures=True)


def _or_why(job: Callable[[threading.Event], Result], stop: threading.Event) -> Result | ClipError:
    try:
        return job(stop)
    except ClipError as error:
        return error
