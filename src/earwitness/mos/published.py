"""Predictors that others trained and published, as predictors like our own."""

from __future__ import annotations

import json

import torch

from earwitness.mos.card import Card
from earwitness.mos.encoders import load_encoder
from earwitness.mos.encoders.audiobox_heads import AXES, SCALE
from earwitness.mos.heads import Axis, Heads
from earwitness.mos.predictor import RatingPredictor

NOTE = "The published heads of Audiobox-Aesthetics (arXiv 2502.05139; weights CC BY 4.0), with the encoder."


def published_predictor(
    name_or_path: str = "audiobox-aesthetics", *, device: str = "auto", revision: str | None = None
) -> RatingPredictor:
    """Audiobox-Aesthetics with its own heads: CE, CU, PC and PQ from 1 to 10.

    A clip of over 10 s is rated in windows whose ratings are averaged by their length, as its authors do. Their heads
    are part of the encoder, therefore; those of the predictor hand its ratings on.

    Args:
        name_or_path: the encoder's name, a folder with the checkpoint, or ``owner/name`` on the hub.
        device: where the encoder runs.
        revision: the hub checkpoint's branch, tag or commit.

    Raises:
        BackboneError: if the checkpoint cannot be loaded or holds no heads as published.
    """
    encoder = load_encoder(name_or_path, layer="heads", device=device, revision=revision)
    axes = tuple(Axis(name, *SCALE) for name in AXES)
    heads = _handing_on(axes)
    identity = json.loads(json.dumps(dict(encoder.identity)))
    return RatingPredictor(encoder, heads, Card(axes, encoder.spec, identity, heads.sizes, note=NOTE))


def _handing_on(axes: tuple[Axis, ...]) -> Heads:
    """Heads whose answers are the features, one an axis."""
    heads = Heads(axes, layers=1, features=len(axes), kind="linear-stack", hidden=())
    state = heads.state_dict()
    for place, row in enumerate(torch.eye(len(axes))):
        state |= {f"networks.{place}.0.weight": row[None], f"networks.{place}.0.bias": torch.zeros(1)}
    heads.load_state_dict(state)
    return heads
