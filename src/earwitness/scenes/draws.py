"""Draws from seeded generators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def one_of(choices: Sequence[T], rng: np.random.Generator) -> T:
    """One of several, all as likely.

    Example:
        >>> one_of(("rain", "wind", "sea"), np.random.default_rng(0))
        'sea'
    """
    return choices[int(rng.integers(len(choices)))]
