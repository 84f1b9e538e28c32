"""A sample as a row of Parquet, in the columns of the AnyAudio-Judge Bench and behind them what only the maker knows.

    uuid, audio {bytes, path}, caption, label (yes, no), type (pos, neg_change, neg_swap), subset,
    rubric [{dimension, question, basis}]                                   as in the AnyAudio-Judge Bench
    quartet, clip       the four samples of a quartet, and its two clips
    negative, edits     how the quartet's captions come to be false of the other clip, and in which facts
    items               beside each entry of rubric: id, kind, fact, parents, start (of the basis in the caption),
                        answer (what is right of this clip), edited (whether the quartet's other clip has another)
    script              JSON: what sounds when and how loud, and what else can be measured again

Clips are FLAC of 16 bit, mono. The four rows of a quartet stand together, so that a clip's bytes are stored once for
both of its rows.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from earwitness.manifest.parquet import parquet_library
from earwitness.run.whole_files import replacing
from earwitness.scenes.dataset.quartets import Quartet
from earwitness.scenes.domains.base import Clip, Described, Domain
from earwitness.types import Item, Language

Label = Literal["yes", "no"]

SIDES = ("a", "b")
# Which clip meets which caption, by their places.
MEETINGS = ((0, 0), (0, 1), (1, 1), (1, 0))
# One row group holds so many quartets; a reader that takes some rows takes so many clips into memory.
QUARTETS_A_GROUP = 10


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A quartet with its clips, ready to be told in any language.

    Attributes:
        quartet: what was drawn.
        domain: which speaks of it.
        clips: the clip of each sketch.
    """

    quartet: Quartet
    domain: Domain[Any]
    clips: tuple[Clip, Clip]

    @classmethod
    def of(cls, quartet: Quartet, domain: Domain[Any]) -> Made:
        """Render both clips."""
        first, second = (domain.render(sketch, quartet.seed) for sketch in quartet.sketches)
        return cls(quartet, domain, (first, second))


def rows(made: Made, language: Language) -> Iterator[dict[str, Any]]:
    """The four samples of a quartet in one language."""
    captions = [_described(made, side, language) for side in range(len(SIDES))]
    cells = [_clip_cells(made, side) for side in range(len(SIDES))]
    for heard, told in MEETINGS:
        yield {**cells[heard], **_caption_cells(made.quartet, captions[told], heard, told)}


def _described(made: Made, side: int, language: Language) -> Described:
    rng = np.random.default_rng([made.quartet.seed, side, *language.encode()])
    return made.domain.describe(made.quartet.sketches[side], language, rng)


def _clip_cells(made: Made, side: int) -> dict[str, Any]:
    name = f"{made.quartet.name}-{SIDES[side]}"
    clip = made.clips[side]
    return {
        "audio": {"bytes": encoded(clip), "path": f"{name}.flac"},
        "clip": name,
        "script": json.dumps(clip.script, ensure_ascii=False, allow_nan=False),
    }


def encoded(clip: Clip) -> bytes:
    """A clip as FLAC of 16 bit."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, clip.samples, clip.sample_rate, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def _caption_cells(quartet: Quartet, described: Described, heard: int, told: int) -> dict[str, Any]:
    own, other = (described.answers(quartet.sketches[side]) for side in (told, 1 - told))
    answers = own if heard == told else other
    return {
        "uuid": f"{quartet.name}-{SIDES[heard]}{SIDES[told]}",
        "caption": described.caption,
        "label": "yes" if all(answers) else "no",
        "type": "pos" if heard == told else quartet.negative,
        "subset": quartet.name.rpartition("-")[0],
        "quartet": quartet.name,
        "negative": quartet.negative,
        "edits": list(quartet.edits),
        "rubric": [_entry(item, described.caption) for item in described.items],
        "items": [
            {**_truth(item), "fact": claim.fact, "answer": answer, "edited": not kept}
            for item, claim, answer, kept in zip(described.items, described.claims, answers, other, strict=True)
        ],
    }


def _entry(item: Item, caption: str) -> dict[str, Any]:
    return {"dimension": item.dimension, "question": item.question, "basis": caption[slice(*item.span or ())]}


def _truth(item: Item) -> dict[str, Any]:
    start = item.span[0] if item.span else 0
    return {"id": item.id, "kind": item.kind, "parents": list(item.parents), "start": start}


def write_shard(path: Path, written: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as one file; one of that name is replaced as a whole.

    Raises:
        MissingDependencyError: if pyarrow is not here.
    """
    pyarrow, parquet = parquet_library("a set of clips in Parquet")
    table = pyarrow.Table.from_pylist(list(written), schema=_schema(pyarrow))
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        parquet.write_table(table, part, row_group_size=QUARTETS_A_GROUP * len(MEETINGS), compression="zstd")


def _schema(pyarrow: Any) -> Any:
    text, texts = pyarrow.string(), pyarrow.list_(pyarrow.string())
    entry = {"dimension": text, "question": text, "basis": text}
    truth = {"id": text, "kind": text, "parents": texts, "start": pyarrow.int32()}
    truth |= {"fact": text, "answer": pyarrow.bool_(), "edited": pyarrow.bool_()}
    audio = {"bytes": pyarrow.binary(), "path": text}
    columns = {"uuid": text, "audio": pyarrow.struct(audio.items())}
    columns |= dict.fromkeys(("caption", "label", "type", "subset"), text)
    columns |= {"rubric": pyarrow.list_(pyarrow.struct(entry.items()))}
    columns |= {"quartet": text, "clip": text, "negative": text, "edits": texts}
    columns |= {"items": pyarrow.list_(pyarrow.struct(truth.items())), "script": text}
    return pyarrow.schema(columns.items())
