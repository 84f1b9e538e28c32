"""A judge that says of each pair what its ``meta`` tells it to, and labelled pairs for it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from earwitness.types import Item, Pair, Recipe, Score, ScoreFailure, Verdict


class SaidJudge:
    """Values from ``meta["said"]``, none where it is None; each with one verdict. Clips are told by their path."""

    name = "said"
    axes: Mapping[str, tuple[float, float]] = {"alignment": (0.0, 1.0), "quality": (1.0, 5.0)}

    def __init__(self, version: int = 1) -> None:
        self.recipe = Recipe({"judge": self.name, "version": version})

    def score(self, pair: Pair) -> Score:
        said, clip = pair.meta["said"], hashlib.sha256(str(pair.audio).encode()).hexdigest()
        if said is None:
            failure = ScoreFailure("silent_treatment", "told to say nothing")
            return Score(pair.id, dict.fromkeys(self.axes), self.recipe.id, status="unscored", error=failure)
        verdict = Verdict(Item("caption", "?", "caption"), said, 0.9)
        return Score(pair.id, {"alignment": said, "quality": 3.0}, self.recipe.id, (verdict,), audio_sha256=clip)

    def score_all(self, pairs: Iterable[Pair]) -> Iterator[Score]:
        return map(self.score, pairs)


def said_pairs(folder, clips=120, seed=0, slope=3.0, captions=2):
    """Pairs of clips with several captions each: a judge whose logits are ``slope`` times the true ones."""
    rng = np.random.default_rng(seed)
    pairs = []
    for number in range(clips):
        path = folder / f"{seed}-{number}.wav"
        path.write_bytes(f"{seed} {number}".encode())
        for caption in range(captions):
            odds = rng.normal(0, 1.5)
            label = "yes" if rng.random() < 1 / (1 + np.exp(-odds)) else "no"
            meta = {
                "said": float(1 / (1 + np.exp(-slope * odds))),
                "label": label,
                "kind": ("event", "count")[caption % 2],
            }
            words = f"caption {caption}" if caption else "说明"
            pairs.append(Pair(path, words, f"{number}-{caption}", meta=meta))
    return pairs
