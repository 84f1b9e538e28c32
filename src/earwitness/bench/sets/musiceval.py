"""MusicEval, AudioMOS 2025 track 1: musical impression (MI) and textual alignment (TA) of generated music, 1 to 5.

For judges that predict ratings; one that tells alignment only is held against TA alone. The layout is in
``ratings/musiceval.py``. Clips of the evaluation list come without ratings: they are judged and not measured, and
``earwitness export RUN --format answer`` writes them as the challenge takes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from earwitness.bench.base import About, Part, Published
from earwitness.bench.judged import Judgements
from earwitness.bench.measurements import Measurement, rated
from earwitness.bench.sets.rated_lists import RatedLists
from earwitness.ratings.musiceval import AXES, SCALE

TEXT_AXIS = "TA"
# System-level SRCC on the evaluation list: judge, source, and by axis.
SYSTEM_SRCC: Sequence[tuple[str, str, dict[str, float]]] = (
    ("official baseline", "AudioMOS 2025, about", {"MI": 0.818, "TA": 0.724}),
    ("QAMRO's own baseline", "arXiv 2508.08957", {"MI": 0.845, "TA": 0.779}),
    ("QAMRO", "arXiv 2508.08957", {"MI": 0.972, "TA": 0.916}),
    ("ASTAR-NTU (winner)", "AudioMOS 2025", {"MI": 0.991, "TA": 0.952}),
    ("DeRA-MOS", "arXiv 2606.10010", {"MI": 0.989, "TA": 0.956}),
    ("MuQ-Eval", "its paper", {"MI": 0.957}),
)


class MusicEval(RatedLists):
    """MSE, LCC, SRCC and KTAU by clip and by system."""

    name = "musiceval"
    form = "musiceval"
    lists: ClassVar[Mapping[str, str]] = {
        "train": "sets/train_mos_list.txt",
        "dev": "sets/dev_mos_list.txt",
        "eval": "sets/eval_list.txt",
    }
    about = About(
        measures="predicted musical impression (MI) and textual alignment (TA), by clip and by system",
        size="2,748 clips of 31 models, 5 raters each",
        licence="CC BY-NC 4.0",
        where="AudioMOS Challenge 2025, track 1 (arXiv 2501.10811): the folder with wav/, sets/ and prompt_info.txt",
        judges="ratings",
    )
    parts = (
        Part("train", "training list", unit="clips", default=False),
        Part("dev", "development list", unit="clips"),
        Part("eval", "evaluation list, which comes without ratings", unit="clips", default=False),
    )
    published = tuple(
        Published(judge, f"eval, {axis}, systems", "SRCC", value, source, "summary")
        for judge, source, by_axis in SYSTEM_SRCC
        for axis, value in by_axis.items()
    )

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """Each axis by clip and by system, of the parts that are rated."""
        for part in said.parts:
            of_part = said.of_part(part)
            for axis in AXES if any(judged.ratings for judged in of_part) else ():
                text = axis == TEXT_AXIS
                yield from rated(of_part, part, axis, scale=SCALE, levels=("clip", "system"), alignment=text)
