"""Lines into clips: each clip once, with its means and the single ratings behind them; what contradicts is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from earwitness.errors import ManifestError, UsageError
from earwitness.manifest.rows import at
from earwitness.ratings.lines import Line, Rating
from earwitness.ratings.rated import RatedPairs, Scale, SingleRatings
from earwitness.ratings.scales import Scales, observed_scale
from earwitness.types import Pair


def gather(
    name: str, lines: Iterable[Line], scales: Scales, axes: Sequence[str] | None, known: Sequence[str] = ()
) -> RatedPairs:
    """The clips that lines speak of, with their ratings on some axes, or on all that are there.

    Args:
        name: of the set.
        lines: in any order.
        scales: as far as they are known beforehand.
        axes: those wanted; None for all.
        known: axes that the set has even where no line says anything of them.

    Raises:
        ManifestError: if a rating lies outside its scale, or a line contradicts or repeats a former one.
        UsageError: if an axis is wanted, or given a scale, that nobody rated.
    """
    clips = _Clips(scales)
    for line in lines:
        with at(line.place):
            clips.add(line)
    if not clips.pairs:
        raise ManifestError(f"{name} holds no clips; wanted at least one with its ratings.")
    found = tuple(dict.fromkeys([*known, *clips.axes]))
    if not found:
        raise ManifestError(
            f"{name} has no ratings; wanted a column such as rating_quality, mos or score. Name another one: "
            "columns={'ratings.AXIS': 'NAME'} (--column ratings.AXIS=NAME)."
        )
    _check_there(name, [*scales.by_axis, *(axes or ())], found)
    return clips.rated(name, found if axes is None else axes)


def _check_there(name: str, axes: Sequence[str], found: Sequence[str]) -> None:
    missing = [axis for axis in axes if axis not in found]
    if missing:
        raise UsageError(f"{name} has no ratings of {missing[0]!r}; it has {', '.join(found)}.")


class _Clips:
    """The clips that were met, and what was said of them."""

    def __init__(self, scales: Scales) -> None:
        self.pairs: list[Pair] = []
        self._scales = scales
        self._first: list[str] = []
        self._index: dict[str, int] = {}
        self._means: dict[str, dict[int, float]] = {}
        self._singles: dict[str, list[tuple[int, str, float]]] = {}
        self._said: dict[tuple[int, str, str], str] = {}

    @property
    def axes(self) -> tuple[str, ...]:
        """What was rated, in the order met."""
        return (*self._means, *self._singles)

    def add(self, line: Line) -> None:
        clip, again = self._clip_of(line)
        if again and not line.by_person:
            raise ManifestError(f"id {line.pair.id!r} is that of {self._first[clip]} already; wanted each clip once.")
        for rating in line.ratings:
            self._scales.check(rating.axis, rating.value)
            if rating.rater is None:
                self._means.setdefault(rating.axis, {})[clip] = rating.value
            else:
                self._check_once(line.place, clip, rating)
                self._singles.setdefault(rating.axis, []).append((clip, rating.rater, rating.value))

    def _clip_of(self, line: Line) -> tuple[int, bool]:
        """The index of a line's clip, and whether it was met before."""
        clip = self._index.setdefault(line.pair.id, len(self.pairs))
        if clip < len(self.pairs):
            self.pairs[clip] = _agreed(self.pairs[clip], line.pair, self._first[clip])
            return clip, True
        self.pairs.append(line.pair)
        self._first.append(line.place)
        return clip, False

    def _check_once(self, place: str, clip: int, rating: Rating) -> None:
        if not rating.rater:
            return  # people without a name cannot be told apart
        before = self._said.get((clip, rating.rater, rating.axis))
        if before is not None:
            raise ManifestError(
                f"rater {rating.rater!r} rated {rating.axis} of '{self.pairs[clip].id}' in {before} already; "
                "wanted one rating of a clip by each rater on each axis."
            )
        self._said[clip, rating.rater, rating.axis] = place

    def rated(self, name: str, axes: Sequence[str]) -> RatedPairs:
        """The clips with their ratings on these axes."""
        singles = {axis: _single(self._singles[axis]) for axis in axes if axis in self._singles}
        means = {axis: self._mean(axis, singles.get(axis)) for axis in axes}
        pairs = tuple(
            replace(pair, ratings={axis: of[clip] for axis, of in means.items() if clip in of})
            for clip, pair in enumerate(self.pairs)
        )
        observed = frozenset(axis for axis in axes if self._scales.of(axis) is None)
        return RatedPairs(name, pairs, {axis: self._scale(axis) for axis in axes}, singles, observed)

    def _mean(self, axis: str, single: SingleRatings | None) -> dict[int, float]:
        if single is None:
            return self._means.get(axis, {})
        means = single.means(len(self.pairs))
        return {int(clip): float(means[clip]) for clip in np.flatnonzero(~np.isnan(means))}

    def _scale(self, axis: str) -> Scale:
        known = self._scales.of(axis)
        if known is not None:
            return known
        values = [*self._means.get(axis, {}).values(), *(value for _, _, value in self._singles.get(axis, ()))]
        return observed_scale(axis, values)


def _single(said: Sequence[tuple[int, str, float]]) -> SingleRatings:
    """Ratings as arrays; raters are numbered in the order in which they were met."""
    number = {rater: index for index, rater in enumerate(dict.fromkeys(rater for _, rater, _ in said if rater))}
    return SingleRatings(
        clip=np.array([clip for clip, _, _ in said], dtype=np.int64),
        rater=np.array([number.get(rater, -1) for _, rater, _ in said], dtype=np.int64),
        value=np.array([value for _, _, value in said], dtype=np.float64),
        raters=tuple(number),
    )


def _agreed(pair: Pair, again: Pair, first: str) -> Pair:
    """One clip on two lines: its fields must be the same, and of the rest that is kept which is.

    What else a line of one rating says, such as when it was given, is not the clip's.
    """
    for name in ("audio", "caption", "system", "group"):
        before, now = getattr(pair, name), getattr(again, name)
        if before != now:
            raise ManifestError(
                f"{name} of {pair.id!r} is {str(now)[:80]!r}, and {str(before)[:80]!r} in {first}; wanted one."
            )
    same = {name: cell for name, cell in pair.meta.items() if again.meta.get(name) == cell}
    return pair if len(same) == len(pair.meta) else replace(pair, meta=same)
