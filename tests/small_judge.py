"""A judge whose scores are arithmetic: it needs no model, works in batches, and fails where it is told to."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from earwitness.types import Pair, Recipe, Score, ScoreFailure


class HashJudge:
    """Scores by a hash of clip and caption; captions that begin with ``bad`` cannot be scored.

    Args:
        version: part of the recipe.
        batch_size: pairs taken at a time.
        heard: called with each pair before it is scored.
    """

    name = "hash"
    axes: Mapping[str, tuple[float, float]] = {"alignment": (0.0, 1.0), "quality": (0.0, 5.0)}

    def __init__(self, version: int = 1, batch_size: int = 4, heard: Callable[[Pair], None] | None = None) -> None:
        self.version = version
        self.batch_size = batch_size
        self.heard = heard

    @property
    def recipe(self) -> Recipe:
        return Recipe({"judge": self.name, "version": self.version, "nested": {"threshold": 0.5}})

    def score(self, pair: Pair) -> Score:
        if self.heard is not None:
            self.heard(pair)
        if pair.caption.startswith("bad"):
            failure = ScoreFailure("caption_bad", "told to fail")
            return Score(pair.id, dict.fromkeys(self.axes), self.recipe.id, status="unscored", error=failure)
        clip = pair.audio if isinstance(pair.audio, bytes) else Path(pair.audio).read_bytes()
        digest = hashlib.sha256(clip + pair.caption.encode()).digest()
        values = {"alignment": digest[0] / 255, "quality": None if digest[1] < 64 else digest[1] / 51}
        return Score(pair.id, values, self.recipe.id, coverage=1.0, flags=("low",) if digest[0] < 64 else ())

    def score_all(self, pairs: Iterable[Pair]) -> Iterator[Score]:
        source = iter(pairs)
        while batch := list(islice(source, self.batch_size)):
            yield from [self.score(pair) for pair in batch]
