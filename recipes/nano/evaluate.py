"""What the embedded judge hears, on recordings it was not trained on, through the loader that users call.

    python -m recipes.nano.evaluate runs/nano/dev/model --folds 4 --out recipes/nano/results.json

Intervals are 95 %, from 1,000 bootstrap samples of clips (or scenes), seeded. Captions come in AQAScore's template 1
unless stated.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from recipes.nano.config import Recipe
from recipes.nano.packing import DATA, Asked, Material, one_then_other, recordings
from recipes.nano.tokenizer import ANSWERS, LANGUAGES

from earwitness.audio import from_array
from earwitness.backbones import load_backbone
from earwitness.backbones.base import Backbone, Request, or_raise, p_yes, resolve_forms
from earwitness.rubrics.template import TEMPLATES
from earwitness.scenes.captions import CHANGES
from earwitness.scenes.compose import Scene
from earwitness.scenes.effects import coloured_noise
from earwitness.scenes.lexicon import LEXICON
from earwitness.scenes.plans import Plan, PlannedEvent
from earwitness.scenes.sources import Recording, Recordings, at_unit_level
from earwitness.types import Language

Numbers = NDArray[np.float64]
SEED = 4
RESAMPLES = 1000


class Listener:
    """Asks a backbone about arrays of samples."""

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone

    def ask(self, clips: Sequence[Any], questions: Sequence[Sequence[str]], language: Language) -> list[Numbers]:
        """P(yes) of each question of each clip."""
        forms = resolve_forms(self.backbone, language, "logsumexp")
        rate = self.backbone.sample_rate
        requests = [
            Request(from_array(clip, rate), tuple(asked), forms.all)
            for clip, asked in zip(clips, questions, strict=True)
        ]
        answers = or_raise(self.backbone.answer(requests))
        return [p_yes(answer, forms)[0] for answer in answers]


def auc(scores: Numbers, truth: NDArray[np.bool_]) -> float:
    """Chance that a true case scores above a false one; ties count half."""
    order = np.sort(scores[~truth])
    below = np.searchsorted(order, scores[truth], "left") + np.searchsorted(order, scores[truth], "right")
    return float(below.mean() / (2 * len(order)))


def calibration_error(scores: Numbers, truth: NDArray[np.bool_], bins: int = 15) -> float:
    """Mean gap between what is said and what is so, over bins of equal width, weighted by their size."""
    places = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = [abs(scores[places == b].mean() - truth[places == b].mean()) * (places == b).sum() for b in set(places)]
    return float(sum(gaps) / len(scores))


def interval(measure: Callable[..., float], *columns: Any, seed: int = SEED) -> dict[str, float]:
    """A measure of columns whose first axis is the clip, with its bootstrap interval over clips."""
    rng = np.random.default_rng(seed)
    count = len(columns[0])
    samples = []
    for _ in range(RESAMPLES):
        chosen = rng.integers(count, size=count)
        samples.append(measure(*(column[chosen] for column in columns)))
    low, high = np.quantile(samples, (0.025, 0.975))
    value = measure(*columns)
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4), "n": count}


def _pooled(measure: Callable[[Numbers, NDArray[np.bool_]], float]) -> Callable[[Numbers, NDArray[np.bool_]], float]:
    return lambda scores, truth: measure(scores.ravel(), truth.ravel())


def caption(label: str, language: Language, form: str) -> str:
    """The first wording of this form: the clause, or the bare label."""
    words = LEXICON[label][language]
    return words.clauses[0] if form == "clause" else words.bare[0]


# --- presence --------------------------------------------------------------------------------------------------------


def presence(listener: Listener, real: Recordings) -> dict[str, Any]:
    """Every class asked of every clip, as recorded and trimmed into one background."""
    clips = [clip for label in real.labels for clip in real.of(label)]
    truth = np.array([[clip.label == label for label in real.labels] for clip in clips])
    raw = [clip.samples for clip in clips]
    common = [in_common_background(clip, real.sample_rate) for clip in clips]
    results: dict[str, Any] = {"clips": len(clips), "questions": int(truth.size)}
    scores: dict[str, Numbers] = {}
    for language in LANGUAGES:
        for form in ("clause", "bare"):
            asked = _presence_questions(real.labels, language, form, 1)
            scores[f"{language}_{form}"] = np.array(listener.ask(raw, [asked] * len(raw), language))
        asked = _presence_questions(real.labels, language, "clause", 1)
        scores[f"{language}_common_background"] = np.array(listener.ask(common, [asked] * len(raw), language))
        plain = [f"Can you hear {LEXICON[label]['en'].nouns[0]}?" for label in real.labels]
        if language == "zh":
            plain = [f"能听到{LEXICON[label]['zh'].nouns[0]}吗？" for label in real.labels]
        scores[f"{language}_plain"] = np.array(listener.ask(raw, [plain] * len(raw), language))
    results["auc"] = {name: interval(_pooled(auc), values, truth) for name, values in scores.items()}
    for language in LANGUAGES:
        values = scores[f"{language}_clause"]
        results[f"{language}_single_judgements"] = interval(_right, values, truth)
        results[f"{language}_balanced_judgements"] = interval(_balanced, values, truth)
        results[f"{language}_ten_way"] = interval(_ten_way, values, truth)
        results[f"{language}_calibration_error"] = interval(_pooled(calibration_error), values, truth)
        results[f"{language}_auc_by_class"] = {
            label: round(auc(values[:, place], truth[:, place]), 4) for place, label in enumerate(real.labels)
        }
    results["shuffled_captions_auc"] = _shuffled(scores["en_clause"], truth)
    results["auc_by_template"] = _by_template(listener, raw, real.labels, truth)
    return results


def _presence_questions(labels: Sequence[str], language: Language, form: str, number: int) -> list[str]:
    return [TEMPLATES[number].ask(caption(label, language, form), language) for label in labels]


def _right(scores: Numbers, truth: NDArray[np.bool_]) -> float:
    return float(((scores > 0.5) == truth).mean())


def _balanced(scores: Numbers, truth: NDArray[np.bool_]) -> float:
    return float(((scores > 0.5)[truth].mean() + (scores <= 0.5)[~truth].mean()) / 2)


def _ten_way(scores: Numbers, truth: NDArray[np.bool_]) -> float:
    return float((scores.argmax(axis=1) == truth.argmax(axis=1)).mean())


def _shuffled(scores: Numbers, truth: NDArray[np.bool_]) -> dict[str, float]:
    """AUC when each clip answers for another one: about .5 if it is the sound that decides."""
    return interval(_pooled(auc), scores[np.random.default_rng(SEED).permutation(len(scores))], truth)


def _by_template(
    listener: Listener, clips: Sequence[Any], labels: Sequence[str], truth: NDArray[np.bool_]
) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for language in LANGUAGES:
        for number in TEMPLATES:
            asked = _presence_questions(labels, language, "clause", number)
            scores = np.array(listener.ask(clips, [asked] * len(clips), language))
            table.setdefault(language, {})[str(number)] = round(auc(scores.ravel(), truth.ravel()), 4)
    return table


def in_common_background(clip: Recording, sample_rate: int) -> Any:
    """The sounding part of a clip, at -25 dB, one second into the same pink noise at -55 dB for all clips."""
    start, stop = clip.spans[0][0], clip.spans[-1][1]
    sound = at_unit_level(clip.samples[start:stop]) * 10 ** (-25 / 20)
    noise = coloured_noise(7 * sample_rate, 1.0, np.random.default_rng(SEED)) * 10 ** (-55 / 20)
    noise[sample_rate : sample_rate + len(sound)] += sound
    return noise.astype(np.float32)


# --- scenes ----------------------------------------------------------------------------------------------------------


def order(listener: Listener, material: Material, scenes: int = 300) -> dict[str, Any]:
    """Two held-out recordings one after the other: is "a, then b" told from "b, then a"?"""
    rng = np.random.default_rng(SEED)
    labels = material.real.labels
    made, pairs = [], []
    for _ in range(scenes):
        first, second = rng.choice(labels, 2, replace=False)
        plan = Plan(((PlannedEvent(str(first)),), (PlannedEvent(str(second)),)))
        made.append(material.composer.compose(plan, rng).samples)
        pairs.append((str(first), str(second)))
    results: dict[str, Any] = {"scenes": scenes}
    for language in LANGUAGES:
        asked = [[_then(a, b, language), _then(b, a, language)] for a, b in pairs]
        scores = np.array(listener.ask(made, asked, language))
        truth = np.tile([True, False], (scenes, 1))
        results[language] = {
            "accuracy": interval(_right, scores, truth),
            "right_order_scores_higher": interval(lambda s: float((s[:, 0] > s[:, 1]).mean()), scores),
            "auc": interval(_pooled(auc), scores, truth),
        }
    return results


def _then(first: str, second: str, language: Language) -> str:
    return TEMPLATES[1].ask(one_then_other((first, second), language), language)


def by_kind(listener: Listener, material: Material, scenes: int = 500) -> dict[str, Any]:
    """Balanced questions of every kind and wording about scenes of up to three sounds, real and synthesised."""
    rng = np.random.default_rng(SEED + 1)
    prior = material.prior(1.0)
    results: dict[str, Any] = {"scenes": scenes}
    for language in LANGUAGES:
        made: list[tuple[Scene, list[Asked]]] = []
        for _ in range(scenes):
            scene = material.composer.compose(prior.draw(rng), rng)
            asked = [a for a in material.questions(scene, prior, rng) if a.language == language]
            if asked:
                made.append((scene, asked))
        scores = listener.ask([s.samples for s, _ in made], [[a.text for a in asked] for _, asked in made], language)
        said = np.concatenate(scores)
        truth = np.array([a.answer == ANSWERS[language][0] for _, asked in made for a in asked])
        kinds = np.array([a.kind for _, asked in made for a in asked])
        results[language] = {
            "calibration_error": interval(calibration_error, said, truth),
            "accuracy": _share((said > 0.5) == truth),
            **{str(k): _share(((said > 0.5) == truth)[kinds == k]) for k in CHANGES if (kinds == k).any()},
        }
    return results


def _share(right: NDArray[np.bool_]) -> dict[str, float]:
    return interval(lambda r: float(r.mean()), right)


def controls(listener: Listener, labels: Sequence[str], sample_rate: int) -> dict[str, Any]:
    """Silence and noise of three colours and three levels: every presence question should be answered no."""
    rng = np.random.default_rng(SEED)
    sounds: Mapping[str, list[Any]] = {
        "silence": [np.zeros(int(seconds * sample_rate), np.float32) for seconds in (1, 3, 5, 10)],
        "noise": [
            coloured_noise(5 * sample_rate, slope, rng) * np.float32(10 ** (level / 20))
            for slope in (0.0, 1.0, 2.0)
            for level in (-50, -35, -20)
        ],
    }
    results: dict[str, Any] = {}
    for name, clips in sounds.items():
        for language in LANGUAGES:
            asked = _presence_questions(labels, language, "clause", 1)
            scores = np.array(listener.ask(clips, [asked] * len(clips), language))
            results[f"{name}_{language}"] = {
                "clips": len(clips),
                "answered_yes": round(float((scores > 0.5).mean()), 4),
                "mean_p_yes": round(float(scores.mean()), 4),
                "highest": {str(labels[p]): round(float(scores[:, p].max()), 3) for p in scores.max(0).argsort()[-3:]},
            }
    return results


def synthesised(listener: Listener, material: Material, clips: int = 30) -> dict[str, float]:
    """AUC of each synthesised class against all other classes, over scenes of one sound."""
    rng = np.random.default_rng(SEED + 2)
    labels = [label for label in material.pool.labels if label not in material.real.labels]
    truth, made = [], []
    for label in material.pool.labels:
        for _ in range(clips):
            made.append(material.composer.compose(Plan(((PlannedEvent(label),),)), rng).samples)
            truth.append([label == other for other in labels])
    asked = _presence_questions(labels, "en", "clause", 1)
    scores = np.array(listener.ask(made, [asked] * len(made), "en"))
    known = np.array(truth)
    return {label: round(auc(scores[:, p], known[:, p]), 4) for p, label in enumerate(labels)}


def people(data: Path, folds: Sequence[str]) -> dict[str, Any]:
    """How often ESC-10's listeners named these clips right, out of ten names."""
    with (data / "esc10" / "metadata.csv").open(newline="") as lines:
        clips = {Path(row["file_name"]).stem for row in csv.DictReader(lines) if row["fold"] in folds}
    with (data / "esc10" / "human_classification.csv").open(newline="") as lines:
        right = [row["correct"] == "1" for row in csv.DictReader(lines) if row["clip"] in clips]
    return {"judgements": len(right), "right": round(float(np.mean(right)), 4)}


def evaluate(folder: Path, data: Path, folds: Sequence[str]) -> dict[str, Any]:
    """All figures of one checkpoint."""
    recipe = Recipe.load(folder / "recipe.json")
    listener = Listener(load_backbone(folder, device="cpu", dtype="float32"))
    material = Material(recipe, data, folds)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    return {
        "date": date.today().isoformat(),
        "commit": commit.stdout.strip(),
        "weights": dict(listener.backbone.identity),
        "trained_on_folds": list(recipe.folds),
        "evaluated_on_folds": list(folds),
        "seed": SEED,
        "presence": presence(listener, recordings(data, folds, recipe.sample_rate)),
        "order": order(listener, material),
        "by_kind": by_kind(listener, material),
        "synthesised_auc": synthesised(listener, material),
        "controls": controls(listener, material.pool.labels, recipe.sample_rate),
        "people": people(data, folds),
    }


def main() -> None:
    """Parse, evaluate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="exported checkpoint")
    parser.add_argument("--folds", nargs="+", default=["4"], help="ESC-10 folds it has not seen")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    results = evaluate(given.folder, given.data, given.folds)
    given.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
