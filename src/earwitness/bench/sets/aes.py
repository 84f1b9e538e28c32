"""AES-Natural and AudioMOS 2025 track 2: production quality and complexity, enjoyment, usefulness, each 0 to 10.

For judges that predict PQ, PC, CE and CU. The lists hold no audio: their paths start from the folder that holds the
clips, which the option ``audio`` names where it is not that of the lists. A system is the ``sysXXXX`` of a clip's id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from earwitness.bench.base import About, Part, Published
from earwitness.bench.judged import Judgements
from earwitness.bench.measurements import Measurement, rated
from earwitness.bench.sets.rated_lists import RatedLists
from earwitness.metrics.correlation import Level
from earwitness.ratings.aes import AXES

SCALE = (0.0, 10.0)
# System-level SRCC on the evaluation set of track 2, in the order of the axes.
SYSTEM_SRCC = (
    ("official baseline", "AudioMOS 2025", (0.864, 0.938, 0.845, 0.809)),
    ("QAMRO", "arXiv 2508.08957", (0.883, 0.942, 0.869, 0.852)),
)


class AES(RatedLists):
    """MSE, LCC, SRCC and KTAU by clip, and by system where clips have one."""

    name = "aes"
    form = "aes"
    lists: ClassVar[Mapping[str, str]] = {
        "track2": "audiomos2025_track2_human_annotations.jsonl",
        "dev": "audiomos2025-track2-dev_list.csv",
        "train": "audiomos2025-track2-train_list.csv",
        "natural-speech": "AES_natural_speech.jsonl",
        "natural-sound": "AES_natural_sound.jsonl",
        "natural-music": "AES_natural_music.jsonl",
        "pam": "AES_PAM.jsonl",
    }
    about = About(
        measures="predicted production quality (PQ) and complexity (PC), content enjoyment (CE) and usefulness (CU)",
        size="3,060 generated clips of 36 systems; 2,950 natural ones; 1,000 of PAM; 10 raters each",
        licence="ratings CC BY 4.0; clips as told by their owners",
        where="github.com/facebookresearch/audiobox-aesthetics for the lists; clips from their data sets (--audio)",
        judges="ratings",
    )
    parts = (
        Part("track2", "evaluation set of AudioMOS 2025 track 2, 36 systems", 3060, "clips"),
        Part("dev", "development list of track 2", unit="clips", default=False),
        Part("train", "training list of track 2", unit="clips", default=False),
        Part("natural-speech", "natural speech", unit="clips", default=False),
        Part("natural-sound", "natural sound", unit="clips", default=False),
        Part("natural-music", "natural music", unit="clips", default=False),
        Part("pam", "the clips of PAM", unit="clips", default=False),
    )
    published = tuple(
        Published(judge, f"track2, {axis}, systems", "SRCC", value, source, "summary")
        for judge, source, values in SYSTEM_SRCC
        for axis, value in zip(AXES, values, strict=True)
    )

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """Each axis by clip, and by system where there are any."""
        for part in said.parts:
            of_part = said.of_part(part)
            levels: tuple[Level, ...] = ("clip", "system") if any(judged.system for judged in of_part) else ("clip",)
            for axis in AXES:
                yield from rated(of_part, part, axis, scale=SCALE, levels=levels, alignment=False)
