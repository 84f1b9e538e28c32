"""How often is an absent sound called present, by length of clip - as heard, and corrected for the number of windows?

    python -m benchmarks.window_false_positives [--data ../shared/data] [--clips 16]

Long clips are scenes without the sounds asked for, one after the other; each is asked for every absent sound, in
English and Chinese. A threshold that calls 5 % of single windows present must stay near 5 % for a clip of ten minutes.
The correction has a price, so the same is asked of the clip with one of the sounds planted once, at -20 dB full scale.
Recorded sounds come from fold 4 of ESC-10, where the data is there.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.report import record
from numpy.typing import NDArray

from earwitness.audio import cut, from_array
from earwitness.backbones import load_backbone
from earwitness.backbones.base import Backbone, MeasuredWindows, Request, or_raise, p_yes, resolve_forms
from earwitness.judges.windows import Window, combine, plan_windows
from earwitness.rubrics.template import template
from earwitness.scenes.captions import Fact, state
from earwitness.scenes.compose import Composer, Style
from earwitness.scenes.plans import PlanPrior
from earwitness.scenes.sources import Pool, Source, Synthesis, read_folder
from earwitness.types import Audio, Language

DURATIONS = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
HELD_OUT = "4"
ABSENT = 4  # sounds kept out of each clip and asked for
PLANTED_LEVEL = 0.1  # RMS, full scale is 1
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Heard:
    """P(yes) of one question over a whole clip, before and after the correction, and whether yes is true."""

    raw: float
    corrected: float
    present: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backbone", default="embedded")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--clips", type=int, default=16)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    backbone = load_backbone(options.backbone)
    source = sounds(options.data, backbone.sample_rate)
    rng = np.random.default_rng(options.seed)
    heard: dict[float, list[Heard]] = defaultdict(list)
    for number in range(options.clips):
        absent = [str(label) for label in rng.choice(source.labels, ABSENT, replace=False)]
        clip = scene_without(absent, source, max(DURATIONS), rng)
        for duration in DURATIONS:
            heard[duration] += ask_clip(backbone, cut(clip, 0, duration), absent, source, rng)
        print(f"clip {number + 1} of {options.clips}", flush=True)
    record("window_false_positives", table(heard), note=f"{len(source.labels)} sounds, seed {options.seed}")


def sounds(data: Path, sample_rate: int) -> Source:
    """Synthesised events, and recorded ones of the held-out fold where the data is there."""
    folder = data / "esc10"
    if not folder.is_dir():
        return Synthesis()
    return Pool([read_folder(folder, sample_rate=sample_rate, keep=lambda row: row["fold"] == HELD_OUT), Synthesis()])


def scene_without(absent: list[str], source: Source, seconds: float, rng: np.random.Generator) -> Audio:
    """A clip that holds anything but these sounds."""
    prior = PlanPrior({label: 1.0 for label in source.labels if label not in absent}, source.countable)
    composer = Composer(source, Style())
    parts: list[NDArray[np.float32]] = []
    while sum(map(len, parts)) < seconds * source.sample_rate:
        parts.append(composer.compose(prior.draw(rng), rng).samples)
    return from_array(np.concatenate(parts)[: round(seconds * source.sample_rate)], sample_rate=source.sample_rate)


def ask_clip(
    backbone: Backbone, clip: Audio, absent: list[str], source: Source, rng: np.random.Generator
) -> list[Heard]:
    """Every absent sound, and then the first of them planted once, in both languages."""
    windows = plan_windows(clip.duration, backbone.max_duration)
    planted, onset, offset = plant(clip, absent[0], source, rng)
    touched = [place for place, window in enumerate(windows) if window.start < offset and window.end > onset]
    found: list[Heard] = []
    for language in LANGUAGES:
        questions = tuple(question(label, language, rng) for label in absent)
        heard = answers(backbone, clip, windows, questions, language)  # [window, question]
        found += [whole(backbone, column, windows, clip.duration, present=False) for column in heard.T]
        changed = heard[:, 0].copy()
        # Only the windows that the planted sound reaches are heard anew.
        changed[touched] = answers(backbone, planted, [windows[t] for t in touched], questions[:1], language)[:, 0]
        found.append(whole(backbone, changed, windows, clip.duration, present=True))
    return found


def plant(clip: Audio, label: str, source: Source, rng: np.random.Generator) -> tuple[Audio, float, float]:
    """The clip with one such sound mixed in, and when it sounds."""
    event = PLANTED_LEVEL * source.draw(label, rng, seconds=3.0)
    first = int(rng.integers(0, max(1, len(clip.samples) - len(event))))
    samples = clip.samples.copy()
    samples[first : first + len(event)] += event[: len(samples) - first]
    return (
        from_array(samples, sample_rate=clip.sample_rate),
        first / clip.sample_rate,
        (first + len(event)) / clip.sample_rate,
    )


def question(label: str, language: Language, rng: np.random.Generator) -> str:
    """Template 1 about one sound."""
    return template(1).ask(state(Fact("presence", (label,)), language, rng), language)


def answers(
    backbone: Backbone, clip: Audio, windows: Sequence[Window], questions: tuple[str, ...], language: Language
) -> NDArray[np.float64]:
    """P(yes) ``[window, question]``."""
    forms = resolve_forms(backbone, language, "logsumexp")
    requests = [Request(cut(clip, window.start, window.end), questions, forms.all) for window in windows]
    return np.stack([p_yes(answer, forms)[0] for answer in or_raise(backbone.answer(requests))])


def whole(
    backbone: Backbone, column: NDArray[np.float64], windows: Sequence[Window], duration: float, *, present: bool
) -> Heard:
    """One question's windows put together as AQAScore does it."""
    null = backbone.window_null if isinstance(backbone, MeasuredWindows) else None
    corrected = combine("caption", column, windows, duration=duration, null=null).p_yes
    return Heard(float(column.max()), float(corrected or 0.0), present)


def table(heard: dict[float, list[Heard]]) -> list[dict[str, float | int]]:
    """Shares called present at the threshold that 5 % of single windows without the sound pass."""
    single = [answer.raw for answer in heard[DURATIONS[0]] if not answer.present]
    threshold = float(np.quantile(single, 0.95))
    rows: list[dict[str, float | int]] = []
    for duration, found in heard.items():
        absent, present = ([answer for answer in found if answer.present is there] for there in (False, True))
        rows.append(
            {
                "seconds": duration,
                "absent n": len(absent),
                "absent called present, as heard": share(absent, "raw", threshold),
                "absent called present, corrected": share(absent, "corrected", threshold),
                "planted n": len(present),
                "planted found, as heard": share(present, "raw", threshold),
                "planted found, corrected": share(present, "corrected", threshold),
                "threshold": round(threshold, 3),
            }
        )
    return rows


def share(found: list[Heard], which: str, threshold: float) -> float:
    """How many of the answers pass the threshold."""
    return round(float(np.mean([getattr(answer, which) > threshold for answer in found])), 3)


if __name__ == "__main__":
    main()
