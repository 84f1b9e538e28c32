"""Training rating predictors on rated clips: several seeds, the ranking loss beside Huber's alone, one saved predictor.

A run is a folder::

    config.json                  what was asked for, with hashes of the data
    results.json                 what came of it (format 1: the fields of ``MOSRun.results``)
    card.json weights.safetensors    the predictor of the best seed, which a judge loads
    fits/LOSS-ID-seedN/          one training: log.jsonl (an epoch a line), fit.json, its predictor
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earwitness.errors import RunError, UsageError
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.mos.predictor import RatingPredictor, changes
from earwitness.ratings import RatedPairs, data_hash
from earwitness.run.database import LOCK, explained, take_lock
from earwitness.run.pair_key import key_of
from earwitness.train.config import MOSConfig
from earwitness.train.devices import agreed, is_first
from earwitness.train.files import make_folder, read_json, write_json
from earwitness.train.session import Session, Step

CONFIG, RESULTS, FITS = "config.json", "results.json", "fits"


@dataclass(frozen=True, slots=True)
class MOSRun:
    """A finished training run.

    Attributes:
        folder: where everything is.
        results: what ``results.json`` holds.
    """

    folder: Path
    results: Mapping[str, Any]

    def predictor(self, *, device: str = "auto") -> RatingPredictor:
        """The predictor of the best seed."""
        return RatingPredictor.load(self.folder, device=device)


def train_mos(
    config: MOSConfig,
    train: RatedPairs,
    dev: RatedPairs,
    out: str | Path,
    *,
    cache: EmbeddingCache | None = None,
    device: str = "auto",
    fits: str | Path | None = None,
    told: Callable[[Step], None] | None = None,
    progress: bool | None = None,
) -> MOSRun:
    """Train a predictor of ratings, one time for each seed, with and without the ranking loss.

    Called again with the same arguments after a kill it goes on where it was, to the same result; a finished run is
    only read.

    Args:
        config: how to train.
        train: clips to learn from.
        dev: clips by which the best epoch is chosen; not a test set, as the best epoch is chosen on it.
        out: folder of the run.
        cache: of embeddings.
        device: where the encoder runs: ``cpu``, ``cuda``, ... or ``auto``.
        fits: folder of the single trainings, when runs share them; the run's own by default.
        told: called after each epoch.
        progress: draw a bar while clips are embedded; None draws it on terminals only.

    Raises:
        UsageError: if the options do not go together, or with the data.
        RunError: if the folder holds a run of another config or other data, or anything that is no training, or another
            process writes it.
        StoreError: if the folder or a file of the run cannot be read or written.
        BackboneError: if the encoder cannot be loaded.
        TrainingError: if a loss is no longer a number.
    """
    folder = Path(out)
    _make_free(folder, cache)
    with _locked(folder):
        data = {"train": _hashes(train), "dev": _hashes(dev)}
        wanted = {**config.to_dict(), "data": data}
        claimed = _is_claimed(folder, wanted)
        if agreed((folder / RESULTS).is_file()):
            return open_mos_run(folder)
        session = Session.start(config, train, dev, data, cache, device, progress)
        # Only now: what could not start must not keep the mended command out of the folder.
        if not claimed and is_first():
            write_json(folder / CONFIG, wanted)
        results = session.results(folder, Path(fits) if fits else folder / FITS, told)
        if is_first():
            write_json(folder / RESULTS, results)
        return MOSRun(folder, results)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other programs out; of several devices the first holds the lock for all."""
    if not is_first():
        yield
        return
    with explained(folder, "written"):
        lock = take_lock(folder)
    with closing(lock):
        yield


def open_mos_run(folder: str | Path) -> MOSRun:
    """A finished run.

    Raises:
        UsageError: if there is none.
        StoreError: if its results cannot be read.
    """
    path = Path(folder) / RESULTS
    if not path.is_file():
        raise UsageError(f"{folder} has no {RESULTS}; wanted the folder of a finished training.")
    advice = "Delete it, and the same command writes it anew from the trainings that are there."
    return MOSRun(Path(folder), read_json(path, _results, advice))


def _results(plain: Mapping[str, Any]) -> Mapping[str, Any]:
    if plain["format"] != 1:
        raise ValueError(f"its format is {plain['format']!r}; wanted 1")
    return plain


def _hashes(rated: RatedPairs) -> dict[str, str]:
    """What a set is known by: its ratings, the content of its files, and its order, in which batches are drawn."""
    sounds = [(pair.id, key_of(pair, "").clip) for pair in rated.pairs]
    return {"ratings": data_hash(rated), "audio": _short(sorted(sounds)), "order": _short([name for name, _ in sounds])}


def _short(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


_CHANGED = {
    "ratings": "its clips, their ratings or their scales are others",
    "audio": "the sound of a clip is another",
    "order": "the same clips come in another order, which other batches follow from",
}


def _make_free(folder: Path, cache: EmbeddingCache | None) -> None:
    """Refuse to mix a training into what else a folder holds; what a start that failed has left does not count."""
    # SQLite keeps a journal beside the lock for as long as it takes it.
    ours = {folder / name for name in (LOCK, f"{LOCK}-journal", FITS, f"{CONFIG}.part")}
    ours |= set() if cache is None else {cache.folder}
    make_folder(folder, lambda path: path in ours or (folder / CONFIG).exists(), f" and no {CONFIG} of a training")


def _is_claimed(folder: Path, wanted: Mapping[str, Any]) -> bool:
    """Whether the folder holds this training already.

    Raises:
        RunError: if it holds another.
    """
    path = folder / CONFIG
    # All devices look before the first one writes.
    if agreed(not path.is_file()):
        return False
    found = read_json(path, _config, "Name another folder.")
    if found == wanted:
        return True
    if other := _other_data(found["data"], wanted["data"]):
        raise RunError(f"{folder} holds a training on other data: {other}. Name another folder.")
    differences = "; ".join(changes(found, wanted, ("there", "now")))
    raise RunError(f"{folder} holds a training with other options: {differences}. Name another folder.")


def _config(plain: Mapping[str, Any]) -> Mapping[str, Any]:
    for which in ("train", "dev"):
        dict(plain["data"][which])
    return plain


def _other_data(there: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]) -> str:
    """What is different about the sets, in words: the first thing of each that differs."""
    told = []
    for which, hashes in now.items():
        changed = [what for what, value in hashes.items() if there[which].get(what) != value]
        if changed:
            told.append(f"of the {which} set {_CHANGED[changed[0]]} ({changed[0]})")
    return "; ".join(told)
