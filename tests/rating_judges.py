"""Judges of ratings for tests: real encoders with heads that were never trained."""

import torch

from counting_encoder import CountingEncoder
from earwitness.judges.mos import MOSJudge
from earwitness.mos.encoders import load_encoder
from earwitness.mos.heads import Axis, Heads
from earwitness.mos.predictor import Card, RatingPredictor

QUALITY = (Axis("quality", 1, 5), Axis("clarity", 0, 100))
MATCH = (Axis("quality", 1, 5), Axis("match", 0, 10, text=True))


def predictor(encoder=None, axes=QUALITY, seed=1, **options):
    """A predictor by log-mel statistics, unless another encoder is given."""
    encoder = encoder or load_encoder("log-mel")
    torch.manual_seed(seed)
    heads = Heads(
        axes, layers=encoder.layers, features=encoder.features, text_features=encoder.text_features, **options
    )
    return RatingPredictor(encoder, heads, Card(axes, encoder.spec, dict(encoder.identity), heads.sizes))


def counting_judge(axes=QUALITY, batch_size=None, seed=1, **options):
    """A judge whose encoder is arithmetic."""
    return MOSJudge(predictor(CountingEncoder(**options), axes, seed), batch_size=batch_size)
