"""AES-Natural and AudioMOS 2025 track 2: production quality and complexity, content enjoyment and usefulness, 0 to 10.

Lists hold means, JSON Lines the ratings of ten people who are not named. Their paths begin with ``/your_path``, a
placeholder for wherever a user put the audio: they are taken from the folder ``audio``, or that of the list. Reading
opens no clip, so that ceilings and losses can be studied without any. The challenge's clips go by bare ids that name
their system, such as ``audiomos2025-track2-sys0v1wm-utt0dJodp``. Source:
https://github.com/facebookresearch/audiobox-aesthetics, CC BY 4.0.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from earwitness.manifest.places import AUDIO_SUFFIXES
from earwitness.ratings.lines import Cells, Form, by_names

AXES = {
    "PQ": ("pq", "production_quality"),
    "PC": ("pc", "production_complexity"),
    "CE": ("ce", "content_enjoyment"),
    "CU": ("cu", "content_usefulness"),
}
PLACEHOLDER = "/your_path/"

_SYSTEM = re.compile(r"-(sys[0-9A-Za-z]+)-utt")
_find_axes = by_names(AXES)


def _fits(cells: Cells) -> bool:
    return len(_find_axes(cells.keys())) == len(AXES)


def _told(cells: Cells) -> Cells:
    path = cells.get("data_path")
    if not isinstance(path, str):
        return cells
    bare = "/" not in path and PurePosixPath(path).suffix.lower() not in AUDIO_SUFFIXES
    named = cells if "sample_id" in cells or not bare else {**cells, "sample_id": path}
    system = _SYSTEM.search(str(named.get("sample_id", path)))
    return {
        **named,
        "data_path": f"{path}.wav" if bare else path.removeprefix(PLACEHOLDER),
        **({"system": system[1]} if system else {}),
    }


FORM = Form(
    "aes", fits=_fits, axes=_find_axes, scale=(0.0, 10.0), aliases={"audio": ("data_path", "path", "audio")}, told=_told
)
