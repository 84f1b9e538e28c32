"""Everything that determines the embedded judge: one frozen dataclass, saved beside every checkpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

# Sounds whose recordings come in single happenings that a listener would count.
COUNTABLE = ("dog bark", "person sneeze", "rooster")
# May not be used in weights that are passed on.
REFUSED_LICENSES = frozenset({"CC-Sampling+"})


@dataclass(frozen=True)
class Recipe:
    """How the judge is built and trained.

    Attributes:
        folds: ESC-10 folds to learn from.
        real_weight: odds of a recorded sound against a synthesised one.
        kinds: odds of each kind of question.
        templates: share of questions put as a caption in one of AQAScore's templates, the rest are plain.
        first_template: share of template 1 among those.
        grow: shares of the run at which scenes of two, then of three events reach their full odds.
        frame_weight, list_weight: weights of the two dense losses beside the answers' cross-entropy of 1.
        onsets: sounds of a scene whose beginning is to be written.
        canonical: share of order questions in one plain wording, from which the others are learned.
        chunk: scenes made together, sorted by length, and cut into batches.
    """

    folds: tuple[str, ...] = ("1", "2", "3")
    seed: int = 20261121
    steps: int = 4000
    warmup: int = 150
    batch: int = 32
    chunk: int = 128
    learning_rate: float = 1.2e-3
    weight_decay: float = 0.05
    frame_weight: float = 5.0
    list_weight: float = 1.0

    real_weight: float = 1.6
    sizes: tuple[float, ...] = (0.05, 0.22, 0.51, 0.22)
    first_sizes: tuple[float, ...] = (0.06, 0.74, 0.20, 0.0)
    grow: tuple[float, float] = (0.08, 0.30)
    questions: int = 8
    attempts: int = 13
    onsets: int = 2
    canonical: float = 0.5
    kinds: Mapping[str, float] = field(
        default_factory=lambda: {
            "presence": 0.30,
            "absence": 0.05,
            "both": 0.06,
            "order": 0.45,
            "overlap": 0.04,
            "count": 0.05,
            "first": 0.05,
            "last": 0.05,
            "story": 0.04,
        }
    )
    templates: float = 0.65
    first_template: float = 0.4
    chinese: float = 0.36
    system: float = 0.05
    masked: float = 0.5

    sample_rate: int = 16_000
    seconds: int = 10
    hop: int = 640
    n_fft: int = 1024
    mels: int = 64
    vocabulary: int = 1500
    audio_width: int = 192
    audio_layers: int = 4
    audio_heads: int = 4
    audio_dropout: float = 0.1
    text_width: int = 128
    text_layers: int = 3
    text_heads: int = 4
    text_feed_forward: int = 384
    initializer_range: float = 0.05

    @property
    def frames(self) -> int:
        """Mel frames in the judge's window."""
        return self.seconds * self.sample_rate // self.hop

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """The recipe that ``save`` wrote."""
        fields = json.loads(path.read_text())
        for name in ("folds", "sizes", "first_sizes", "grow"):
            fields[name] = tuple(fields[name])
        return cls(**fields)
