"""What sets of captioned clips are made of in tests: folders of tones for recordings, and captions without clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from clips import RATE, tone
from earwitness.scenes.dataset.ingredients import gather
from earwitness.scenes.dataset.quartets import Quartet, draw_quartet
from earwitness.scenes.dataset.rows import Made, rows
from earwitness.scenes.domains.base import Clip, Domain, Subset
from earwitness.scenes.domains.labels.likeness import LASTING
from earwitness.scenes.domains.speech.domain import SpeechDomain
from earwitness.scenes.synthesis import Synthesis
from earwitness.types import Language
from told_voices import spoken_by_tones, write_voices

SOUNDS = ("dog bark", "bell", "rain", "rooster", "person sneeze", "siren")
LOOPS = ("drum loop", "guitar", "bass", "tabla", "record scratch", "cowbell")
FOLDS = 3
# In place of clips where captions alone are looked at.
SILENCE = Clip(np.zeros(16, np.float32), RATE, {})


def write_sounds(folder: Path, labels: Sequence[str], folds: int = FOLDS) -> Path:
    """One tone that dies away for each label and fold, named in ``metadata.csv``."""
    folder.mkdir(parents=True)
    table = ["file_name,label,fold"]
    for number, label in enumerate(labels):
        for fold in range(folds):
            name = f"{number}-{fold}.wav"
            struck = tone(1.0, 200.0 + 150.0 * number + 20.0 * fold) * np.exp(-4 * np.arange(RATE) / RATE)
            soundfile.write(folder / name, np.pad(struck, RATE // 4), RATE)
            table.append(f"{name},{label},{fold}")
    (folder / "metadata.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
    return folder


def write_folders(root: Path) -> Mapping[str, Path]:
    """Folders of sounds, voices and loops, by the names of the options that they are given to."""
    (root / "voices").mkdir(parents=True)
    return {
        "sounds": write_sounds(root / "sounds", SOUNDS),
        "voices": write_voices(root / "voices"),
        "loops": write_sounds(root / "loops", LOOPS),
    }


def all_domains(root: Path) -> Mapping[Subset, Domain[Any]]:
    """A domain for each subset, tones in place of what is neither built in nor synthesised."""
    domains = dict(gather(**write_folders(root), built_in=True).domains)
    behind = Synthesis()
    spoken = SpeechDomain("speech_gen", spoken_by_tones(), behind, LASTING.intersection(behind.labels))
    return {**domains, "speech_gen": spoken}


def told(
    domains: Iterable[Domain[Any]], quartets: int, language: Language, draw: Callable[..., Quartet] = draw_quartet
) -> list[dict[str, Any]]:
    """The rows of so many quartets of each domain, with captions and labels as in a set, but silent clips."""
    made = (Made(draw(domain, number, 0), domain, (SILENCE,) * 2) for domain in domains for number in range(quartets))
    return [row for one in made for row in rows(one, language)]
