"""What clips can be made of on this machine, and what cannot be made and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earwitness.scenes.domains.base import Domain, Subset


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What clips can be made of.

    Attributes:
        domains: by subset; at least one.
        origins: where sounds, voices and instruments are from, in words that differ where the clips would.
        missing: why a subset cannot be made, by its name.
    """

    domains: Mapping[Subset, Domain[Any]]
    origins: Mapping[str, str]
    missing: Mapping[Subset, str]
