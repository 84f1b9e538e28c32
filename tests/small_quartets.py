"""A small EarwitnessBench: tones that are repeated, told in two languages, as the set's own files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clips import RATE, tone
from earwitness.scenes.bands import Band
from earwitness.scenes.dataset.quartets import draw_quartet
from earwitness.scenes.dataset.rows import Made, rows, write_shard
from earwitness.scenes.domains.base import Claim, Clip, Described, Fact, Subset
from earwitness.scenes.domains.pieces import Piece, described

TONES = {"low tone": 220.0, "middle tone": 660.0, "high tone": 1980.0}
TIMES = {"en": {1: "once", 2: "twice", 3: "three times"}, "zh": {1: "一声", 2: "两声", 3: "三声"}}
CHINESE = {"low tone": "低音", "middle tone": "中音", "high tone": "高音"}
SECONDS = 0.2


@dataclass(frozen=True)
class Tone:
    """A sketch: one tone, so many times."""

    presence: Fact
    label: str
    times: int

    @property
    def claims(self) -> tuple[Claim, ...]:
        return Claim(self.presence, (self.label,)), Claim("count", (self.label,), self.times)

    def holds(self, claim: Claim) -> bool:
        return claim in self.claims

    def doubtful(self, claim: Claim) -> bool:
        return False


@dataclass(frozen=True)
class Tones:
    """A domain of tones, under any name; ``presence`` is the fact that a tone is there at all."""

    subset: Subset = "sound"
    presence: Fact = "event"

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self.presence, "count"

    @property
    def takes_along(self) -> Mapping[Fact, frozenset[Fact]]:
        return {self.presence: frozenset({"count"})}

    @property
    def bands(self) -> Mapping[str, Band]:
        return {"pitch": Band("Hz", (TONES["low tone"],) * 2, (TONES["high tone"],) * 2)}

    def draw(self, fact: Fact, rng: np.random.Generator) -> Tone:
        return Tone(self.presence, str(rng.choice(list(TONES))), int(rng.integers(1, 4)))

    def edit(self, sketch: Tone, facts: Sequence[Fact], rng: np.random.Generator) -> Tone:
        if "count" in facts:
            sketch = replace(sketch, times=sketch.times % len(TIMES["en"]) + 1)
        if self.presence in facts:
            sketch = replace(sketch, label=str(rng.choice([label for label in TONES if label != sketch.label])))
        return sketch

    def render(self, sketch: Tone, seed: int) -> Clip:
        one = np.concatenate([tone(SECONDS, TONES[sketch.label]), np.zeros(round(SECONDS * RATE), np.float32)])
        # Clips of other quartets are other clips.
        noise = 1e-3 * np.random.default_rng(seed).normal(size=sketch.times * len(one))
        return Clip((np.tile(one, sketch.times) + noise).astype(np.float32), RATE, {"events": []})

    def describe(self, sketch: Tone, language: str, rng: np.random.Generator) -> Described:
        there, counted = sketch.claims
        times = TIMES[language][sketch.times]
        if language == "zh":
            label = CHINESE[sketch.label]
            pieces = [Piece(f"{label}响起", (there,)), Piece("，"), Piece(f"响了{times}", (counted,)), Piece("。")]
            questions = {there: f"是否有{label}？", counted: f"{label}是否响了{times}？"}
        else:
            says = f"A {sketch.label} sounds"
            pieces = [Piece(says, (there,)), Piece(" "), Piece(times, (counted,)), Piece(".")]
            questions = {there: f"Is there a {sketch.label}?", counted: f"Does the {sketch.label} sound {times}?"}
        return described(pieces, sketch.claims, questions.__getitem__)


def quartet_rows(domains: Iterable[Tones], quartets: int, language: str) -> list[dict[str, Any]]:
    """The rows of so many quartets of each domain; of each nine two change the tone, two its count, two both."""
    made = (Made.of(draw_quartet(domain, number, 0), domain) for domain in domains for number in range(quartets))
    return [row for one in made for row in rows(one, language)]


def write_set(folder: Path, *domains: Tones, quartets: int = 9) -> Path:
    """A set in both languages; the test is skipped where none can be written."""
    pytest.importorskip("pyarrow")
    for language in TIMES:
        write_shard(folder / language / "test-00000-of-00001.parquet", quartet_rows(domains, quartets, language))
    return folder
