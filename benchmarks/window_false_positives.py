"""How often is an absent sound called present, by length of clip - as heard, and corrected for the number of windows?

    python -m benchmarks.window_false_positives [--data ../shared/data] [--clips 16]

Long clips are scenes without the sound asked for, one after the other; each is asked for every absent sound, in
English and Chinese. A threshold that calls 5 % of single windows present must stay at 5 % for a clip of ten minutes.
Recorded sounds come from the fold that the embedded judge's recipe held out, where the data is there.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from benchmarks.report import record
from numpy.typing import NDArray

from earwitness.audio import cut, from_array
from earwitness.backbones import load_backbone
from earwitness.backbones.base import Backbone, MeasuredWindows, Request, p_yes, resolve_forms
from earwitness.judges.windows import combine, plan_windows
from earwitness.rubrics.template import template
from earwitness.scenes.captions import Fact, state
from earwitness.scenes.compose import Composer, Style
from earwitness.scenes.plans import PlanPrior
from earwitness.scenes.sources import Pool, Source, Synthesis, read_folder
from earwitness.types import Audio, Language

DURATIONS = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
HELD_OUT = "4"
ABSENT = 4  # sounds kept out of each clip and asked for


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
    heard: dict[float, list[tuple[float, float]]] = defaultdict(list)
    for number in range(options.clips):
        absent = list(rng.choice(source.labels, ABSENT, replace=False))
        clip = scene_without(absent, source, max(DURATIONS), rng)
        for duration, pairs in answers_by_duration(backbone, clip, absent, rng).items():
            heard[duration] += pairs
        print(f"clip {number + 1} of {options.clips}", flush=True)
    rows = table(heard)
    record("window_false_positives", rows, note=f"sounds: {len(source.labels)}, seed {options.seed}")


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


def answers_by_duration(
    backbone: Backbone, clip: Audio, absent: list[str], rng: np.random.Generator
) -> dict[float, list[tuple[float, float]]]:
    """For each length of the clip's beginning, ``(as heard, corrected)`` of every question."""
    found: dict[float, list[tuple[float, float]]] = {}
    questions = {language: ask_for(absent, language, rng) for language in ("en", "zh")}
    for duration in DURATIONS:
        windows = plan_windows(duration, backbone.max_duration)
        found[duration] = []
        for language, texts in questions.items():
            forms = resolve_forms(backbone, language, "logsumexp")  # type: ignore[arg-type]  # keys are the languages
            requests = [Request(cut(clip, w.start, w.end), texts, forms.all) for w in windows]
            heard = np.stack([p_yes(answer, forms)[0] for answer in backbone.answer(requests)])
            null = backbone.window_null if isinstance(backbone, MeasuredWindows) else None
            for column in heard.T:
                corrected = combine("caption", column, windows, duration=duration, null=null).p_yes
                found[duration].append((float(column.max()), float(corrected or 0.0)))
    return found


def ask_for(labels: list[str], language: Language, rng: np.random.Generator) -> tuple[str, ...]:
    """Template 1 about each sound."""
    return tuple(template(1).ask(state(Fact("presence", (label,)), language, rng), language) for label in labels)


def table(heard: dict[float, list[tuple[float, float]]]) -> list[dict[str, float | int | str]]:
    """False-positive rates at the threshold that 5 % of single windows pass, and at 0.5."""
    single = np.array([pair[0] for pair in heard[DURATIONS[0]]])
    threshold = float(np.quantile(single, 0.95))
    rows: list[dict[str, float | int | str]] = []
    for duration, pairs in heard.items():
        raw, corrected = np.array(pairs).T
        rows.append(
            {
                "seconds": duration,
                "questions": len(pairs),
                "threshold": round(threshold, 4),
                "as heard": round(float((raw > threshold).mean()), 4),
                "corrected": round(float((corrected > threshold).mean()), 4),
                "as heard at 0.5": round(float((raw > 0.5).mean()), 4),
                "corrected at 0.5": round(float((corrected > 0.5).mean()), 4),
            }
        )
    return rows


if __name__ == "__main__":
    main()
