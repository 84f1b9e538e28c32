"""Scenes as files: clips, a manifest with captions that are true or false of them, and the script of each.

A rendered folder is an AudioFolder, as Hugging Face calls it: ``clip-01.wav``, ...; ``metadata.csv`` with
``file_name``, ``caption``, ``language``, ``system``, ``matches`` (1 where the caption is true of the clip, or 0) and
``kind``, what the caption is about. The systems are as if two generators had been given the captions: ``faithful`` made
what its caption says, ``careless`` something else. Beside the clips lies ``script.jsonl``, one line a clip, with onset
and offset in seconds and level in dB of each event.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import get_args

import numpy as np

from earwitness.scenes.captions import FactKind, draw_fact, state
from earwitness.scenes.clip_folders import MANIFEST, write_clip, writing
from earwitness.scenes.compose import Composer, Scene, Style
from earwitness.scenes.plans import PlanPrior
from earwitness.scenes.sources import Synthesis
from earwitness.types import Language

SCRIPT = "script.jsonl"
COLUMNS = ("file_name", "caption", "language", "system", "matches", "kind")
FAITHFUL, CARELESS = "faithful", "careless"
# What a demo clip shows: one sound, or two in order; nothing but what is heard at first listening.
DEMO_KINDS: tuple[FactKind, ...] = ("presence", "order")
DEMO_STYLE = Style(level_db=(-24.0, -16.0), spread_db=2.0, background_db=(-70.0, -55.0), bare=0.0, tilt_db=4.0)


@dataclass(frozen=True, slots=True)
class Captioned:
    """A scene with one caption and whether it is true of it."""

    scene: Scene
    caption: str
    language: Language
    matches: bool
    kind: FactKind


def captioned_scenes(
    composer: Composer, prior: PlanPrior, *, seed: int, kinds: tuple[FactKind, ...] = get_args(FactKind)
) -> Iterator[Captioned]:
    """An endless stream of scenes with captions, true and false by turns, a pair in English, a pair in Chinese."""
    rng = np.random.default_rng(seed)
    number = 0
    while True:
        language: Language = "zh" if number // 2 % 2 else "en"
        wanted = number % 2 == 0
        plan = prior.draw(rng)
        drawn = draw_fact(plan, prior, kinds[rng.integers(len(kinds))], rng)
        if drawn and drawn[1] == wanted:
            fact = drawn[0]
            yield Captioned(composer.compose(plan, rng), state(fact, language, rng), language, wanted, fact.kind)
            number += 1


def render(folder: str | Path, clips: Iterator[Captioned]) -> Path:
    """Write clips as 16-bit WAV with manifest and scripts; returns the manifest's path.

    Raises:
        StoreError: if the folder cannot be written, or holds a manifest that was not rendered.
    """
    root = Path(folder)
    with writing(root, own=_is_own(root)):
        with (
            (root / MANIFEST).open("w", encoding="utf-8", newline="") as table,
            (root / SCRIPT).open("w", encoding="utf-8") as scripts,
        ):
            rows = csv.writer(table)
            rows.writerow(COLUMNS)
            for number, clip in enumerate(clips, start=1):
                name = f"clip-{number:02}.wav"
                write_clip(root / name, clip.scene.samples, clip.scene.sample_rate)
                system = FAITHFUL if clip.matches else CARELESS
                rows.writerow((name, clip.caption, clip.language, system, int(clip.matches), clip.kind))
                spans = [asdict(span) for span in clip.scene.script]
                scripts.write(json.dumps({"file_name": name, "events": spans}, ensure_ascii=False) + "\n")
    return root / MANIFEST


def _is_own(root: Path) -> bool:
    return (root / SCRIPT).exists() or not (root / MANIFEST).exists()


def render_demo(folder: str | Path, seed: int = 0, clips: int = 8) -> Path:
    """Render clips of synthesised sounds, half of their captions true and half false, in English and Chinese.

    Args:
        folder: made if it is not there; files of the same names are written over.
        seed: same seed, same clips.
        clips: how many.

    Returns:
        The manifest's path.

    Raises:
        StoreError: if the folder cannot be written, or holds a manifest that was not rendered.
    """
    synthesis = Synthesis()
    prior = PlanPrior(dict.fromkeys(synthesis.labels, 1.0), synthesis.countable, sizes=(0.0, 0.5, 0.5))
    stream = captioned_scenes(Composer(synthesis, DEMO_STYLE), prior, seed=seed, kinds=DEMO_KINDS)
    return render(folder, islice(stream, clips))
