"""Folders, models and servers by the shortest names that tell them apart."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit


def short_names(places: Sequence[str]) -> dict[str, str]:
    """Each place by a name that fits no other; a place that comes twice stands once.

    Args:
        places: paths, named by the end of the path; and addresses of servers, named by host and port, and where these
            do not do, by the model as well.

    Example:
        >>> short_names(["embedded", "runs/base/model", "runs/chat/model", "http://localhost:8000/v1"])
        {'embedded': 'embedded', 'base/model': 'runs/base/model', 'chat/model': 'runs/chat/model', \
'localhost:8000': 'http://localhost:8000/v1'}
    """
    names = {place: _names(place) for place in (named.rstrip("/") for named in places)}
    return {_shortest(place, names): place for place in names}


def _shortest(place: str, names: dict[str, list[str]]) -> str:
    others = {name for other, known in names.items() if other != place for name in known}
    return next((name for name in names[place] if name not in others), place)


def _names(place: str) -> list[str]:
    """What a place may be called, the shortest first."""
    if "://" not in place:
        parts = place.split("/")
        return ["/".join(parts[-length:]) for length in range(1, len(parts) + 1)]
    address = urlsplit(place)
    host, model = address.netloc.rpartition("@")[2], f"#{address.fragment}" if address.fragment else ""
    return [host, f"{host}{model}", f"{host}{address.path}{model}"]
