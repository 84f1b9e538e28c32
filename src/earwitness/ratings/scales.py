"""The scales that raters used, as people write them: ``1-5``, ``(0, 100)``, or one for each axis."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from earwitness.errors import ManifestError, UsageError
from earwitness.ratings.rated import Scale

ScaleText: TypeAlias = "str | Sequence[float]"

_NUMBER = r"-?\d+(?:\.\d+)?"
_WRITTEN = re.compile(rf"\s*({_NUMBER})\s*(?:-|to|\.\.)\s*({_NUMBER})\s*")


@dataclass(frozen=True, slots=True)
class Scales:
    """What is known of scales before a rating is read.

    Attributes:
        any_axis: of every axis that is not named; None if it is not known.
        by_axis: of the axes that are named.
    """

    any_axis: Scale | None = None
    by_axis: Mapping[str, Scale] = field(default_factory=dict)

    def of(self, axis: str) -> Scale | None:
        """The scale of an axis; None if it is not known."""
        return self.by_axis.get(axis, self.any_axis)

    def check(self, axis: str, value: float) -> None:
        """Refuse what the raters could not have said.

        Raises:
            ManifestError: if the value lies outside the axis's scale.
        """
        scale = self.of(axis)
        if scale is not None and not scale[0] <= value <= scale[1]:
            raise ManifestError(f"{axis} is {value:g}, outside the scale {scale[0]:g}-{scale[1]:g}.")


def read_scales(told: ScaleText | Mapping[str, ScaleText] | None, fixed: Scale | None = None) -> Scales:
    """What the caller told, or else what the form fixes.

    Example:
        >>> read_scales({"quality": "0-100"}, fixed=(1, 5)).of("quality")
        (0.0, 100.0)
    """
    if isinstance(told, Mapping):
        return Scales(fixed, {axis: read_scale(scale) for axis, scale in told.items()})
    return Scales(fixed if told is None else read_scale(told))


def read_scale(told: ScaleText) -> Scale:
    """A scale as people write it.

    Raises:
        UsageError: if it is none.

    Example:
        >>> read_scale("1-5"), read_scale("-3 to 3"), read_scale((0, 10))
        ((1.0, 5.0), (-3.0, 3.0), (0.0, 10.0))
    """
    match = _WRITTEN.fullmatch(told) if isinstance(told, str) else None
    ends = match.groups() if match else told
    try:
        low, high = (float(end) for end in ends)
    except (TypeError, ValueError):
        low, high = math.nan, math.nan
    if not (low < high and math.isfinite(low) and math.isfinite(high)):
        raise UsageError(f"scale is {told!r}; wanted the lowest and the highest rating, such as '1-5'.")
    return low, high


def observed_scale(axis: str, values: Iterable[float]) -> Scale:
    """The lowest and the highest rating that anyone gave.

    Raises:
        ManifestError: if all are the same, which tells no scale.
    """
    seen = sorted(set(values))
    if len(seen) < 2:
        raise ManifestError(
            f"every rating of {axis} is {seen[0]:g}; its scale cannot be told. Say it: scale='1-5' (--scale 1-5)."
            if seen
            else f"nothing is rated on {axis}; its scale cannot be told."
        )
    return seen[0], seen[-1]
