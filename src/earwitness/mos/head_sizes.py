"""What heads are built from, known without torch: options are checked against it before anything is loaded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

HeadKind = Literal["mlp", "paper", "linear-stack", "audiobox"]
# Widths of the hidden layers unless others are asked for; 256 and 64 are those of the challenge's baseline, and
# Audiobox's are as wide as an embedding.
HIDDEN: dict[HeadKind, tuple[int, ...]] = {"mlp": (128,), "paper": (256, 64), "linear-stack": (256, 64)}
# Widths decide how much memory is asked for.
WIDEST = 2**16


@dataclass(frozen=True, slots=True)
class HeadSizes:
    """All that is needed to build heads again, besides their axes.

    Attributes:
        layers: layers in an audio embedding.
        features: width of a layer.
        text_features: width of a caption's embedding.
        kind: see the table in ``heads``.
        hidden: widths of the hidden layers.
        dropout: share of hidden values left out while training.
        bins: answers are log-odds of so many ratings, evenly spaced over the scale; 0 answers with a number.
    """

    layers: int
    features: int
    text_features: int = 0
    kind: HeadKind = "mlp"
    hidden: tuple[int, ...] = HIDDEN["mlp"]
    dropout: float = 0.0
    bins: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        return {**asdict(self), "hidden": list(self.hidden)}
