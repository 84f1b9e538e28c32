"""What a run over a server will take, told before it begins: time, tokens and money."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Protocol, runtime_checkable

from earwitness.backbones.base import Backbone, Priced
from earwitness.errors import BackboneError
from earwitness.judges.hearing import Heard
from earwitness.types import Pair

# Pairs that are read to tell what the others are like.
LOOKED_AT = 16


@runtime_checkable
class Asking(Protocol):
    """A judge that puts requests to a backbone."""

    backbone: Backbone

    def ready(self, pair: Pair) -> Heard:
        """The pair as its backbone hears it."""

    def requests_a_window(self, pair: Pair) -> int:
        """How many requests each window of the pair takes."""


def expense(judge: Asking, backbone: Priced, pairs: Iterable[Pair], total: int) -> object | None:
    """What judging so many pairs takes, fit to be printed; None if no pair can be read.

    Args:
        judge: that will judge them.
        backbone: that it will ask.
        pairs: the first few are read and taken for the others.
        total: how many there are.
    """
    requests, seconds, read = 0, 0.0, 0
    for pair in islice(pairs, LOOKED_AT):
        try:
            clips, each = judge.ready(pair).clips, judge.requests_a_window(pair)
        except BackboneError:
            raise
        except Exception:  # whatever one odd pair brings stays with it: the run will count it
            continue
        requests += each * len(clips)
        seconds += each * sum(clip.duration for clip in clips)
        read += 1
    return backbone.estimate(round(requests / read * total), seconds / read * total) if read else None
