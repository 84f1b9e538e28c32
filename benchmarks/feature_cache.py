"""What a second pass over the same clips costs with the embedding cache, and without it.

    OMP_NUM_THREADS=1 python -m benchmarks.feature_cache [--clips 200] [--encoders log-mel embedded]

Clips are rendered scenes of up to 10 s, 16-bit WAV at 16 kHz: the cheapest files to decode. Passes of both kinds are
taken in turns in one run; every call of the decoder is counted. Embeddings of all passes must be the same bits.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
from benchmarks.report import Row, record

from earwitness.audio import read_audio
from earwitness.manifest import read_pairs
from earwitness.mos.encoders import embeddings as embedding_room
from earwitness.mos.encoders import load_encoder
from earwitness.mos.encoders.base import Encoder
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.mos.encoders.embeddings import Embeddings, embed_pairs
from earwitness.run import pair_key
from earwitness.scenes.render import render_demo
from earwitness.types import Pair


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over all clips: how long it took, how many clips it decoded, and what it made."""

    seconds: float
    decodes: int
    made: Embeddings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--encoders", nargs="+", default=["log-mel", "embedded"])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pairs = list(read_pairs(render_demo(folder, clips=options.clips)))
        rows = [row for name in options.encoders for row in compare(load_encoder(name), pairs, options.repeats)]
    record("feature_cache", rows, note=f"{options.clips} rendered scenes; median of {options.repeats} passes each.")


def compare(encoder: Encoder, pairs: Sequence[Pair], repeats: int) -> list[Row]:
    """A row for each kind of pass: without a cache, into an empty one, and from a full one."""
    passes: dict[str, list[Pass]] = {"no cache": [], "first epoch": [], "second epoch": []}
    one_pass(encoder, pairs, None)
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            passes["no cache"].append(one_pass(encoder, pairs, None))
            for kind in ("first epoch", "second epoch"):
                with EmbeddingCache(folder) as cache:
                    passes[kind].append(one_pass(encoder, pairs, cache))
    check_equal([one.made for taken in passes.values() for one in taken])
    plain = statistics.median(one.seconds for one in passes["no cache"])
    return [row(encoder.name, kind, taken, len(pairs), plain) for kind, taken in passes.items()]


def one_pass(encoder: Encoder, pairs: Sequence[Pair], cache: EmbeddingCache | None) -> Pass:
    # A later run, unlike a later epoch, must hash the files again: the dearer of the two is measured.
    pair_key._file_hash.cache_clear()
    with patch.object(embedding_room, "read_audio", side_effect=read_audio) as decoder:
        started = time.perf_counter()
        made = embed_pairs(encoder, pairs, cache=cache, progress=False)
        return Pass(time.perf_counter() - started, decoder.call_count, made)


def check_equal(made: Sequence[Embeddings]) -> None:
    """All passes must give one array for every clip.

    Raises:
        AssertionError: if they do not.
    """
    for one in made:
        assert not one.failures
        np.testing.assert_array_equal(one.audio, made[0].audio)


def row(encoder: str, kind: str, taken: Sequence[Pass], clips: int, plain: float) -> Row:
    seconds = statistics.median(one.seconds for one in taken)
    return {
        "encoder": encoder,
        "pass": kind,
        "clips": clips,
        "decodes": max(one.decodes for one in taken),
        "ms a clip": round(1000 * seconds / clips, 3),
        "times faster than no cache": round(plain / seconds, 2),
    }


if __name__ == "__main__":
    main()
