"""What judges share about their backbones: loading one by name, and holding a loaded one to what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from earwitness.backbones import load_backbone
from earwitness.backbones.base import Backbone, FrontEnd
from earwitness.errors import UsageError


def loaded(backbone: str | Path | Backbone, front_end: FrontEnd, **load_options: Any) -> Backbone:
    """A backbone that hears with this front-end.

    Args:
        backbone: a name, a folder with a checkpoint, a server's address, or a ``Backbone``.
        front_end: how it shall hear; a recipe must not name one front-end while the backbone hears with another.
        **load_options: passed on to ``load_backbone``.

    Raises:
        UsageError: if there is no such front-end, the backbone hears with another, or options come with one that is
            loaded.
        EarwitnessError: what ``load_backbone`` raises.
    """
    check_choice("front_end", front_end, get_args(FrontEnd))
    if isinstance(backbone, str | Path):
        backbone = load_backbone(backbone, front_end=front_end, **load_options)
    elif load_options:
        raise UsageError(f"{', '.join(load_options)}: options for loading, but the backbone is loaded already.")
    heard_with = backbone.identity.get("front_end", front_end)
    if heard_with != front_end:
        raise UsageError(
            f"backbone '{backbone.name}' was loaded with front_end={heard_with!r}, and front_end={front_end!r} is "
            f"asked for; load it with front_end={front_end!r}, or ask for front_end={heard_with!r}."
        )
    return backbone


def check_choice(option: str, value: str, choices: Iterable[str]) -> None:
    """Refuse a value that an option does not have.

    Example:
        >>> check_choice("mode", "loud", ["logits", "generate"])
        Traceback (most recent call last):
        earwitness.errors.UsageError: mode is 'loud'; wanted 'logits' or 'generate'.
    """
    choices = list(choices)
    if value not in choices:
        raise UsageError(f"{option} is {value!r}; wanted {' or '.join(map(repr, choices))}.")
