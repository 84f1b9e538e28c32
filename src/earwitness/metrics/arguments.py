"""What every function of this room asks of its arguments: a known name, numbers, one name a clip, enough resamples."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence, Sized
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from earwitness.errors import UsageError
from earwitness.metrics.uncertainty import CONFIDENCE

# Names of systems, groups, clips or raters, one a clip or a rating; they are compared as text.
Names: TypeAlias = "Sequence[Hashable] | NDArray[Any]"

# Of fewer not one is expected beyond either end of a 95 % interval: its ends would be the extremes.
FEWEST_RESAMPLES = round(2 / (1 - CONFIDENCE))


def check_one_of(argument: str, got: object, wanted: Iterable[object]) -> None:
    """Refuse what is not among the known values.

    Example:
        >>> check_one_of("level", "systems", ["clip", "system"])
        Traceback (most recent call last):
        earwitness.errors.UsageError: level is 'systems'; wanted one of clip, system.
    """
    known = tuple(wanted)
    if got not in known:
        raise UsageError(f"{argument} is {got!r}; wanted one of {', '.join(map(str, known))}.")


def check_count(argument: str, got: object, fewest: int) -> None:
    """Refuse what is no whole number, and too few.

    Example:
        >>> check_count("resamples", 1, FEWEST_RESAMPLES)
        Traceback (most recent call last):
        earwitness.errors.UsageError: resamples is 1; wanted a whole number of at least 40.
    """
    if not isinstance(got, Integral) or got < fewest:
        raise UsageError(f"{argument} is {got!r}; wanted a whole number of at least {fewest}.")


def as_numbers(argument: str, values: ArrayLike, wanted: str, ndim: int | None = None) -> NDArray[np.float64]:
    """As float64, NaN and infinities among them, of so many dimensions where a number is given.

    Example:
        >>> as_numbers("scores", [1, "good"], "one a clip")
        Traceback (most recent call last):
        earwitness.errors.UsageError: scores[1] cannot be read (could not convert string to float: 'good'); wanted \
one a clip.
    """
    numbers = as_array(argument, values, wanted, np.float64)
    if ndim not in (None, numbers.ndim):
        raise UsageError(f"{argument} have shape {numbers.shape}; wanted {wanted}.")
    return numbers


def as_array(argument: str, values: Any, wanted: str, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """As an array, of whatever type where none is given."""
    try:
        return np.asarray(values, dtype)
    except (TypeError, ValueError, OverflowError) as error:
        got = _first_odd(argument, values, dtype) or f"{argument} cannot be read ({error})"
        raise UsageError(f"{got}; wanted {wanted}.") from error


def _first_odd(argument: str, values: Any, dtype: DTypeLike | None) -> str | None:
    """Which value is none of that type; None where each is, but together they make no array."""
    for place, value in enumerate(values if isinstance(values, (list, tuple)) else ()):
        try:
            np.asarray(value, dtype)
        except (TypeError, ValueError, OverflowError) as error:
            return f"{argument}[{place}] cannot be read ({error})"
    return None


def refuse_where(odd: NDArray[np.bool_], argument: str, values: NDArray[Any], wanted: str) -> None:
    """Refuse values, naming the place of the first that is odd.

    Example:
        >>> refuse_where(np.array([[False, True]]), "ratings", np.array([[1.0, np.nan]]), "finite numbers")
        Traceback (most recent call last):
        earwitness.errors.UsageError: ratings[0, 1] is nan; wanted finite numbers.
    """
    if odd.any():
        at = tuple(np.argwhere(odd)[0].tolist())
        raise UsageError(f"{argument}[{', '.join(map(str, at))}] is {values[at]}; wanted {wanted}.")


def index_of(names: Names, length: int, kind: str = "systems") -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The distinct names, sorted as text, and each one's place among them, ``[clip]``.

    Example:
        >>> index_of(["a", None], 2)
        Traceback (most recent call last):
        earwitness.errors.UsageError: systems[1] is None; wanted a name. Leave out what has none, and report how many.
    """
    if isinstance(names, str) or not isinstance(names, Sized) or getattr(names, "ndim", 1) == 0:
        raise UsageError(f"{kind} is {names!r}; wanted a sequence of names, one a value.")
    if len(names) != length:
        raise UsageError(f"got {length} values and {len(names)} {kind}; wanted one a value.")
    for place, name in enumerate(names):
        # NaN alone is not equal to itself.
        if name is None or name != name:
            raise UsageError(f"{kind}[{place}] is {name}; wanted a name. Leave out what has none, and report how many.")
    distinct, index = np.unique([str(name) for name in names], return_inverse=True)
    return tuple(distinct.tolist()), index


def clusters_of(clusters: Names | None, length: int) -> NDArray[np.intp]:
    """The cluster of each, numbered from 0; where none are given each is one of its own.

    Example:
        >>> clusters_of(["rain", "dog", "rain"], 3).tolist(), clusters_of(None, 3).tolist()
        ([1, 0, 1], [0, 1, 2])
    """
    return np.arange(length) if clusters is None else index_of(clusters, length, "clusters")[1]
