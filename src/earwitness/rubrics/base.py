"""What makes rubrics: captions in, yes/no items out.

Rules, a language model, and a file that people edited are all a ``Decomposer``; a judge does not know which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from earwitness.errors import ClipError
from earwitness.types import Language, Rubric

# What a clip is made of, where its maker knows: it decides which words are read as what, and which prompt is used.
Domain = Literal["speech", "sound", "music", "mix"]

Decomposed: TypeAlias = "Rubric | ClipError"


@dataclass(frozen=True, slots=True)
class Caption:
    """A text to be taken apart, and its language."""

    text: str
    language: Language


@runtime_checkable
class Decomposer(Protocol):
    """Takes captions apart into yes/no items.

    Attributes:
        name: for people, such as ``rules``.
    """

    name: str

    @property
    def identity(self) -> Mapping[str, Any]:
        """What determines its rubrics: versions, prompts, models; part of every recipe."""

    def decompose(self, captions: Sequence[Caption]) -> Sequence[Decomposed]:
        """One rubric for each caption, in order; the error in its place where there is none."""
