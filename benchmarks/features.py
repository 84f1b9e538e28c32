"""From a file to a model's input: decoded, resampled to 16 kHz, log-mel frames, three ways, stage by stage.

    python -m benchmarks.features [--clips 64] [--repeats 7] [--data ../shared/data]

Ours reads, checks, hashes and flags a clip; the others only read it. The frames are Whisper's, of 128 bands, once for
the clip alone and once padded to 30 s, as the released front-ends have it. All three take turns in the same
processes, one thread each; the largest difference from the second way's output stands beside the times.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import librosa
import numpy as np
import soundfile
import soxr
import transformers
from benchmarks.report import record
from numpy.typing import NDArray

from earwitness.audio import read_audio, resample
from earwitness.backbones.features import LogMel

RATE = 16_000
WINDOW = 30 * RATE
EXTRACTOR = transformers.WhisperFeatureExtractor(feature_size=128)
LOG_MEL = LogMel(EXTRACTOR)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
STAGES = ("decode", "resample", "frames")

Samples: TypeAlias = "NDArray[np.float32]"


@dataclass(frozen=True)
class Way:
    """One way from a file to frames, in the stages that it has."""

    decode: Callable[[Path], Any]
    resample: Callable[[Any], Samples]
    frames: Callable[[Samples, int], Samples]


def _read(path: Path) -> tuple[Samples, int]:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return samples.mean(axis=1), rate


def _extract(samples: Samples, length: int) -> Samples:
    options = {"sampling_rate": RATE, "truncation": False, "return_tensors": "np"}
    made = EXTRACTOR(samples, padding="max_length", max_length=length, **options)
    return np.asarray(made["input_features"][0])


def _librosa_frames(samples: Samples, length: int) -> Samples:
    """Librosa's mel spectrogram, with Whisper's sizes and its logarithm; its defaults otherwise."""
    padded = np.pad(samples, (0, length - len(samples)))
    power = librosa.feature.melspectrogram(
        y=padded, sr=RATE, n_fft=400, hop_length=160, n_mels=128, fmax=8000, pad_mode="reflect"
    )
    loudness = np.log10(np.maximum(power[:, :-1], 1e-10))
    return np.asarray((np.maximum(loudness, loudness.max() - 8) + 4) / 4)


WAYS = {
    "earwitness": Way(read_audio, lambda audio: resample(audio, RATE).samples, LOG_MEL.frames),
    "soundfile + soxr + transformers": Way(_read, lambda read: soxr.resample(*read, RATE), _extract),
    # librosa.load decodes and resamples in one call; its default converter is soxr's.
    "librosa": Way(lambda path: librosa.load(path, sr=RATE)[0], lambda samples: samples, _librosa_frames),
}
REFERENCE = "soundfile + soxr + transformers"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    # For the processes that are started to measure in: a core each.
    os.environ.update(dict.fromkeys(THREADS, "1"))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        sets = {"WAV, 10 s, stereo, 44.1 kHz": _rendered(Path(folder), options.clips)}
        real = sorted((options.data / "esc10").rglob("*.ogg"))
        if real:
            # Every so many, so that all classes are among them.
            sets["ESC-10: Ogg, 5 s, 44.1 kHz"] = real[:: max(1, len(real) // options.clips)][: options.clips]
        for kind, paths in sets.items():
            for padded in (False, True):
                rows += measure(kind, paths, padded, options.repeats)
    note = "Milliseconds a clip by stage on one core (medians over turns); clips a second by wall clock."
    record("features", rows, note=note)


def measure(kind: str, paths: list[Path], padded: bool, repeats: int) -> list[dict[str, str | float]]:
    """A row for each way on this set of clips."""
    context = multiprocessing.get_context("spawn")
    speeds: dict[int, dict[str, float]] = {}
    for cores in (1, 2):
        with context.Pool(cores) as pool:
            shares = [(way, paths[core::cores], padded) for way in WAYS for core in range(cores)]
            pool.starmap(pass_through, shares, chunksize=1)  # warm
            turns = [_turn(pool, paths, padded, cores) for _ in range(repeats)]
        speeds[cores] = {way: statistics.median(turn[way][0] for turn in turns) for way in WAYS}
        if cores == 1:
            stages = {way: np.median([turn[way][1] for turn in turns], axis=0) for way in WAYS}
    differences = {way: _difference(way, paths, padded) for way in WAYS}
    return [
        {
            "clips": kind,
            "frames": "padded to 30 s" if padded else "the clip's own",
            "way": way,
            **{f"{stage} ms": round(float(ms), 2) for stage, ms in zip(STAGES, stages[way], strict=True)},
            "clips/s, 1 core": round(speeds[1][way], 1),
            "clips/s, 2 cores": round(speeds[2][way], 1),
            "times the reference, 1 core": round(speeds[1][way] / speeds[1][REFERENCE], 2),
            "largest difference": float(f"{differences[way]:.1e}"),
        }
        for way in WAYS
    ]


def _turn(pool: Any, paths: list[Path], padded: bool, cores: int) -> dict[str, tuple[float, list[float]]]:
    """Clips a second, and ms a clip by stage, of each way in its turn."""
    found = {}
    for way in WAYS:
        shares = [(way, paths[core::cores], padded) for core in range(cores)]
        started = time.perf_counter()
        seconds = np.sum(pool.starmap(pass_through, shares, chunksize=1), axis=0)
        taken = time.perf_counter() - started
        found[way] = (len(paths) / taken, [1000 * float(stage) / len(paths) for stage in seconds])
    return found


def pass_through(way: str, paths: list[Path], padded: bool) -> list[float]:
    """Seconds in each stage over these clips."""
    steps, seconds = WAYS[way], [0.0] * len(STAGES)
    for path in paths:
        times = [time.perf_counter()]
        decoded = steps.decode(path)
        times.append(time.perf_counter())
        samples = steps.resample(decoded)
        times.append(time.perf_counter())
        steps.frames(samples, WINDOW if padded else len(samples))
        times.append(time.perf_counter())
        for stage in range(len(STAGES)):
            seconds[stage] += times[stage + 1] - times[stage]
    return seconds


def _difference(way: str, paths: list[Path], padded: bool) -> float:
    """How far the frames lie from the reference's at most, on a few clips."""

    def frames(name: str, path: Path) -> Samples:
        samples = WAYS[name].resample(WAYS[name].decode(path))
        return WAYS[name].frames(samples, WINDOW if padded else len(samples))

    return max(float(np.abs(frames(way, path) - frames(REFERENCE, path)).max()) for path in paths[:8])


def _rendered(folder: Path, count: int) -> list[Path]:
    """Stereo clips of noise and falling tones."""
    rng = np.random.default_rng(0)
    time_line = np.arange(10 * 44_100) / 44_100
    for number in range(count):
        tone = np.sin(2 * np.pi * rng.uniform(200, 4_000) * time_line) * np.exp(-time_line)
        sound = 0.3 * tone[:, None] + rng.normal(0, 0.05, (len(time_line), 2))
        soundfile.write(folder / f"{number}.wav", np.clip(sound, -1, 1), 44_100)
    return sorted(folder.glob("*.wav"))


if __name__ == "__main__":
    main()
