"""Put a run's weights into the package, with what they were taught, their null and their card.

python -m recipes.nano.publish runs/nano/shipped --results recipes/nano/results.json
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from recipes.nano.card import write_card
from recipes.nano.config import REFUSED_LICENSES, Recipe
from recipes.nano.evaluate import Listener
from recipes.nano.model import build, export
from recipes.nano.packing import DATA, Material
from recipes.nano.tokenizer import LANGUAGES
from recipes.nano.vocabulary import write_vocabulary
from transformers import AutoTokenizer

from earwitness.backbones import load_backbone
from earwitness.backbones.embedded import FOLDER
from earwitness.backbones.window_null import save_window_null, window_null
from earwitness.rubrics.template import TEMPLATES
from earwitness.scenes.captions import Fact, ask, state
from earwitness.scenes.compose import Scene
from earwitness.types import Language

ATTRIBUTED = ("file_name", "label", "license", "author", "title", "source")
NULL_SEED = 9
NULL_SCENES = 500


def publish_weights(run: Path, folder: Path) -> Recipe:
    """Export a run's last checkpoint, and what it was taught."""
    recipe = Recipe.load(run / "recipe.json")
    tokenizer = AutoTokenizer.from_pretrained(run / "tokenizer")
    model = build(recipe, tokenizer)
    model.load_state_dict(torch.load(run / "checkpoint.pt", weights_only=True)["model"])
    export(model, tokenizer, recipe, folder)
    write_vocabulary(folder)
    for path in folder.iterdir():
        path.chmod(0o644)
    return recipe


def measure_null(folder: Path, recipe: Recipe, data: Path, folds: Sequence[str]) -> NDArray[np.float64]:
    """Logits of presence questions about sounds that are not in the scene, in all templates and both languages."""
    rng = np.random.default_rng(NULL_SEED)
    material = Material(recipe, data, folds)
    prior = material.prior(1.0)
    listener = Listener(load_backbone(folder, device="cpu", dtype="float32"))
    scenes = [material.composer.compose(prior.draw(rng), rng) for _ in range(NULL_SCENES)]
    logits = []
    for language in LANGUAGES:
        asked = [_absent(scene, material, language, rng) for scene in scenes]
        scores = np.concatenate(listener.ask([scene.samples for scene in scenes], asked, language))
        logits.append(np.log(scores) - np.log1p(-scores))
    return np.concatenate(logits)


def _absent(scene: Scene, material: Material, language: Language, rng: np.random.Generator) -> list[str]:
    """One question in each template and one plain one, each about some sound that the scene does not hold."""
    labels = [label for label in material.pool.labels if label not in scene.plan.labels]
    facts = [Fact("presence", (str(label),)) for label in rng.choice(labels, len(TEMPLATES) + 1)]
    stated = [state(fact, language, rng) for fact in facts[1:]]
    asked = [template.ask(text, language) for template, text in zip(TEMPLATES.values(), stated, strict=True)]
    return [ask(facts[0], language, rng), *asked]


def write_attribution(folder: Path, data: Path, folds: Sequence[str]) -> None:
    """Author, title and source of every recording that was learned from, as its licence asks."""
    with (data / "esc10" / "metadata.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if r["fold"] in folds and r["license"] not in REFUSED_LICENSES]
    with (folder / "ATTRIBUTION.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(
            table, ("file_name", "label", "license", "author", "title", "source"), extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Parse and publish."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--results", type=Path, help="results.json of the held-out evaluation, for the card")
    parser.add_argument("--null-folds", nargs="+", default=["4"], help="ESC-10 folds of the scenes for the null")
    given = parser.parse_args()
    recipe = publish_weights(given.run, given.folder)
    logits = measure_null(given.folder, recipe, given.data, given.null_folds)
    save_window_null(given.folder, window_null(logits), n=len(logits), seed=NULL_SEED)
    write_attribution(given.folder, given.data, recipe.folds)
    if given.results:
        results: dict[str, Any] = json.loads(given.results.read_text(encoding="utf-8"))
        seen = set(given.null_folds) <= set(recipe.folds)
        scenes = f"{NULL_SCENES} scenes of {'clips they learned from' if seen else 'held-out clips'}"
        write_card(given.folder, recipe, results, null_scenes=scenes)


if __name__ == "__main__":
    main()
