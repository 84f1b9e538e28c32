"""The rated sets of the experiments, read as any user would read them, and how each is cut into train, dev and test.

Each set is a folder below ``--data`` (default ``../shared/data``). Whatever is tested on was never trained on or
looked at while training: folds hold out whole speakers, sentences or systems, and of what remains a part of whole
units chooses the best epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from earwitness.ratings import RatedPairs, folds, read_ratings, split
from earwitness.ratings.splits import Unit

DATA = Path("../shared/data")
DEV_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Part:
    """One fold: what is learned from, what chooses the epoch, what is tested on."""

    train: RatedPairs
    dev: RatedPairs
    test: RatedPairs


@dataclass(frozen=True, slots=True)
class Task:
    """A set with its one axis and the way it is cut.

    Attributes:
        name: for tables.
        axis: what was rated.
        read: reads it from the data folder.
        by: the unit that the test shares with nothing else.
        folds: how many.
        dev_by: the unit that what is learned from and what chooses the epoch do not share.
    """

    name: str
    axis: str
    read: Callable[[Path], RatedPairs]
    by: Unit
    folds: int
    dev_by: Unit

    def parts(self, rated: RatedPairs, seed: int = 0) -> Iterator[Part]:
        """The folds; every clip is tested on once."""
        for number, (rest, test) in enumerate(folds(rated, self.folds, by=self.by, seed=seed), 1):
            # Another draw for each fold: with one, nearly all folds would choose their epoch by the same few units.
            train, dev = split(rest, DEV_SHARE, by=self.dev_by, seed=seed + number)
            yield Part(train, dev, test)


def on_five_points(rated: RatedPairs) -> RatedPairs:
    """Ratings of any scale as 0 to 5.

    The losses' own constants - Huber's one point, bins .25 wide, ListNet's temperature of 1 - are meant for scales of
    about five points; on 0-100 or 0-2 they would be other losses.
    """
    ((axis, (low, high)),) = rated.scales.items()

    def moved(rating: Any) -> Any:
        return (rating - low) * 5 / (high - low)

    return RatedPairs(
        rated.name,
        tuple(replace(pair, ratings={axis: moved(pair.ratings[axis])}) for pair in rated.pairs),
        {axis: (0.0, 5.0)},
        {axis: replace(single, value=moved(single.value)) for axis, single in rated.singles.items()},
    )


def read_speechocean(data: Path) -> RatedPairs:
    """2,500 sentences of 125 speakers; experts' pronunciation score, 0-2, the speaker as the system."""
    columns = {"ratings.pronunciation": "pronunciation", "system": "speaker"}
    rated = read_ratings(data / "speechocean" / "metadata.csv", form="table", columns=columns, scale=(0, 2))
    return on_five_points(rated)


def read_codec_mushra(data: Path) -> RatedPairs:
    """128 clips: 16 sentences through 7 codecs and as recorded; 1,216 MUSHRA ratings of 19 listeners, 0-100."""
    return on_five_points(read_ratings(data / "codec_mushra" / "ratings.csv", scale=(0, 100)))


def read_tts_synt3(data: Path) -> RatedPairs:
    """54 clips of 9 synthetic voices, 16 listeners each, 1-7."""
    return on_five_points(read_ratings(data / "tts_synt3" / "ratings.csv", scale=(1, 7)))


TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (
        Task("speechocean", "pronunciation", read_speechocean, "system", 5, "system"),
        Task("codec-sentences", "rating", read_codec_mushra, "group", 4, "group"),
        # A development set of one codec would choose by differences that no codec makes; sentences of all do.
        Task("codec-systems", "rating", read_codec_mushra, "system", 8, "group"),
    )
}
