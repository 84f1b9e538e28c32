"""Kinds of values that options of a training have: what fits, and how it is told what was wanted.

A file may hold anything where a number belongs; what does not fit is refused by name, never turned into something else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TypeGuard

from earwitness.errors import UsageError


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value.

    Attributes:
        wanted: in words, after "it must be".
        fits: whether a value is of this kind.
        real: whether whole numbers stand for real ones.
    """

    wanted: str
    fits: Callable[[object], bool]
    real: bool = False

    def check(self, name: str, value: object) -> None:
        """Refuse a value of another kind.

        Raises:
            UsageError: with what would have been right.
        """
        if not self.fits(value):
            raise UsageError(f"{name} is {value!r}; it must be {self.wanted}.{self._meant(value)}")

    def read(self, value: object) -> object:
        """A value as a config holds it: lists become tuples, and whole numbers real ones where those are wanted.

        Example:
            >>> from_0(1.0).read(1), list_of(TEXT, "names").read(["a"])
            (1.0, ('a',))
        """
        if isinstance(value, list):
            return tuple(value)
        return float(value) if self.real and is_whole(value) else value

    def _meant(self, value: object) -> str:
        """YAML takes 1e-3 for text, without a point in it."""
        if not isinstance(value, str):
            return ""
        try:
            number = Decimal(value)
        except InvalidOperation:
            return ""
        if not number.is_finite():
            return ""
        fits = self.fits(float(number)) or (number == number.to_integral() and self.fits(int(number)))
        return f" That is text; write {number:f}." if fits else ""


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number; ``True`` is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_real(value: object) -> TypeGuard[float]:
    """Whether a value is a finite number, whole or not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _between(low: float, high: float, *, open_low: bool = False) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return is_real(value) and (low < value if open_low else low <= value) and value < high

    return fits


def from_0(high: float = math.inf) -> Kind:
    """Numbers of at least 0, below ``high``."""
    wanted = "a finite number at least 0" if high == math.inf else f"a number, at least 0 and below {high:g}"
    return Kind(wanted, _between(0, high), real=True)


def whole_from(least: int, most: float = math.inf) -> Kind:
    """Whole numbers of at least so much, and no more than ``most``."""
    wanted = f"a whole number of at least {least}" if most == math.inf else f"a whole number from {least} to {most:,}"
    return Kind(wanted, lambda value: is_whole(value) and least <= value <= most)


def or_word(kind: Kind, *words: str) -> Kind:
    """A kind, or one of some words."""
    named = ", ".join(f"'{word}'" for word in words)
    return Kind(
        f"{kind.wanted}, or {named}", lambda value: value in words if isinstance(value, str) else kind.fits(value)
    )


def or_none(kind: Kind) -> Kind:
    """A kind, or nothing."""
    return replace(kind, fits=lambda value: value is None or kind.fits(value))


def one_of(words: tuple[str, ...]) -> Kind:
    """One of some words."""
    return Kind(f"one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


def list_of(kind: Kind, what: str) -> Kind:
    """A tuple of values of a kind; a file has a list in its place.

    Example:
        >>> list_of(whole_from(1), "widths").fits((64, 8)), list_of(TEXT, "names").fits("quality")
        (True, False)
    """
    wanted = f"a list of {what}, also where it is but one, and each of them {kind.wanted}"
    return Kind(wanted, lambda value: isinstance(value, tuple) and all(map(kind.fits, value)))


# No training learns at such a rate, and far above it the optimisers overflow.
RATE = Kind("a number above 0 and below 1000", _between(0, 1000, open_low=True), real=True)
ANY_WHOLE = Kind("a whole number", is_whole)
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
TEXT = Kind("a text", lambda value: isinstance(value, str))
