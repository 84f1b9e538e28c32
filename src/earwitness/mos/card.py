"""The card of a rating predictor: what its heads and its encoder are, and where they come from.

``card.json`` is strict JSON and is taken as untrusted: its fields, their types and the sizes they ask for are checked.

Format of the card, version 1: the fields of ``Card``, with ``format`` and ``version``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from earwitness.errors import UsageError
from earwitness.mos.encoders import ENCODERS
from earwitness.mos.encoders.base import EncoderSpec
from earwitness.mos.head_sizes import WIDEST, HeadSizes
from earwitness.mos.heads import Axis

CARD = "card.json"
FORMAT, VERSION = "earwitness-rating-predictor", 1
# A card is a few kilobytes.
LARGEST_CARD, MOST_AXES = 2**20, 64


@dataclass(frozen=True, slots=True)
class Card:
    """What a predictor is and where it comes from.

    Attributes:
        axes: what it predicts, with the raters' scales.
        encoder: how its encoder is loaded.
        identity: the identity that the encoder must then have; before fine-tuning, if it was fine-tuned.
        heads: how the heads are built.
        tuned: whether the encoder was fine-tuned, so that its weights lie with those of the heads.
        data: hash of the clips and ratings it was trained on.
        seed: of the training.
        commit: of the code that trained it, if known.
        config: of the training.
        metrics: on the development set.
        note: anything a user should know, such as the licence of published weights.
    """

    axes: tuple[Axis, ...]
    encoder: EncoderSpec
    identity: Mapping[str, Any]
    heads: HeadSizes
    tuned: bool = False
    data: str | None = None
    seed: int | None = None
    commit: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def in_folder(self) -> bool:
        """Whether its encoder was a folder of the user's, which may lie elsewhere now."""
        return "sha256" in self.identity and self.encoder.name not in ENCODERS

    @property
    def encoder_name(self) -> str:
        """What its encoder is called: of a folder the last part, as it was in the training, wherever it is now."""
        return (Path(self.encoder.name).name if self.in_folder else "") or self.encoder.name

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        axes = [{"name": a.name, "low": a.low, "high": a.high, "text": a.text} for a in self.axes]
        parts = {"axes": axes, "encoder": self.encoder.to_dict(), "heads": self.heads.to_dict()}
        return {"format": FORMAT, "version": VERSION, **plain, **parts}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Card:
        """The card that ``to_dict`` wrote.

        Raises:
            UsageError: if it is of another format or version, or its parts are not what they should be.
        """
        if plain.get("format") != FORMAT or plain.get("version") != VERSION:
            raise UsageError(
                f"its format is {plain.get('format')!r}, version {plain.get('version')!r}; wanted {FORMAT!r}, "
                f"version {VERSION}"
            )
        known = {key: value for key, value in plain.items() if key not in ("format", "version")}
        differing = known.keys() ^ {f.name for f in fields(cls)}
        if differing:
            raise UsageError(f"its fields are not those of a card: {', '.join(sorted(differing))} missing or unknown")
        try:
            card = cls(**{**known, "axes": _axes(known["axes"]), "encoder": EncoderSpec(**known["encoder"])})
            heads = HeadSizes(**{**known["heads"], "hidden": tuple(known["heads"]["hidden"])})
        except (TypeError, KeyError) as error:
            raise UsageError(f"its fields are not those of a card: {error}") from error
        _check_sizes(card.axes, heads)
        _check_types(card)
        return cls(**{**{f.name: getattr(card, f.name) for f in fields(card)}, "heads": heads})


def read_card(folder: str | Path) -> Card:
    """The card of a saved predictor.

    Raises:
        UsageError: if there is none, or it cannot be read as written.
    """
    path = Path(folder) / CARD
    if not path.is_file():
        raise UsageError(f"{folder} has no {CARD}; wanted the folder of a trained predictor. See: earwitness train mos")
    if path.stat().st_size > LARGEST_CARD:
        raise UsageError(f"{path} is larger than {LARGEST_CARD:,} bytes; that is no card of a predictor.")
    try:
        plain = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
        if not isinstance(plain, dict):
            raise UsageError("it is not a JSON object")
        return Card.from_dict(plain)
    except (ValueError, RecursionError, UsageError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}. Train the predictor again, or fetch its folder anew."
        ) from error


def changes(
    wanted: Mapping[str, Any], found: Mapping[str, Any], places: tuple[str, str] = ("on the card", "here")
) -> list[str]:
    """What differs between two identities or configs, one line each.

    Example:
        >>> changes({"layer": "last", "sha256": "a1"}, {"layer": 3, "sha256": "a1"})
        ["layer: 'last' on the card, 3 here"]
    """
    keys = [key for key in {**wanted, **found} if wanted.get(key) != found.get(key)]
    return [f"{key}: {wanted.get(key)!r} {places[0]}, {found.get(key)!r} {places[1]}" for key in keys]


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _axes(plain: Sequence[Mapping[str, Any]]) -> tuple[Axis, ...]:
    axes = tuple(Axis(**axis) for axis in plain)
    for axis in axes:
        ends = isinstance(axis.low, int | float) and isinstance(axis.high, int | float)
        if not (isinstance(axis.name, str) and ends and isinstance(axis.text, bool)):
            raise TypeError(f"axis {axis} is not a name with two ends of a scale")
    return axes


def _check_sizes(axes: tuple[Axis, ...], heads: HeadSizes) -> None:
    """Sizes come from a file: none may ask for more memory than heads ever need."""
    numbers = (heads.layers, heads.features, heads.text_features, heads.bins, *heads.hidden)
    if len(axes) > MOST_AXES or not all(type(number) is int and 0 <= number <= WIDEST for number in numbers):
        raise UsageError(f"its heads have {len(axes)} axes and the sizes {numbers}; wanted whole numbers to {WIDEST:,}")
    if type(heads.dropout) not in (int, float):
        raise UsageError(f"its dropout is {heads.dropout!r}; wanted a number")


def _check_types(card: Card) -> None:
    spec = card.encoder
    right = {
        "encoder": isinstance(spec.name, str) and type(spec.layer) in (str, int),
        "revision": isinstance(spec.revision, str | None),
        "tuned": isinstance(card.tuned, bool),
        **{name: isinstance(getattr(card, name), dict) for name in ("identity", "config", "metrics")},
    }
    wrong = [name for name, is_right in right.items() if not is_right]
    if wrong:
        raise UsageError(f"its {wrong[0]} is not of the type that a card has there")
