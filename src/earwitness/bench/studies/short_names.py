"""Folders and models by the shortest names that tell them apart."""

from __future__ import annotations

from collections.abc import Sequence


def short_names(places: Sequence[str]) -> dict[str, str]:
    """Each place by the end of its path that no other shares; a place that comes twice stands once.

    Example:
        >>> short_names(["embedded", "runs/base/model", "runs/chat/model", "Qwen/Qwen2.5-Omni-7B"])
        {'embedded': 'embedded', 'base/model': 'runs/base/model', 'chat/model': 'runs/chat/model', \
'Qwen2.5-Omni-7B': 'Qwen/Qwen2.5-Omni-7B'}
    """
    parts = {place: place.split("/") for place in (named.rstrip("/") for named in places)}
    return {_shortest(place, parts): place for place in parts}


def _shortest(place: str, parts: dict[str, list[str]]) -> str:
    own = parts[place]
    others = [path for other, path in parts.items() if other != place]
    ends = ("/".join(own[-length:]) for length in range(1, len(own)) if own[-length:] not in _ends(others, length))
    return next(ends, place)


def _ends(paths: list[list[str]], length: int) -> list[list[str]]:
    return [path[-length:] for path in paths]
