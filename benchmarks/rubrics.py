"""What the rules find in captions: against scenes' plans and against labels made by hand.

    python -m benchmarks.rubrics [--labels benchmarks/data/labelled_captions.jsonl] [--captions 4000]

Captions of scenes are drawn for every kind of fact in both languages, with the sounds of the scenes' lexicon. The rules
were built with a view to such captions; the labelled ones they have not seen. Only figures are shown, no caption. The
yardstick cuts at punctuation and conjunctions and calls each piece an event.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
from benchmarks.report import Row, record
from benchmarks.rubric_matching import Labelled, count_rows, items_of, kind_rows

from earwitness.rubrics.base import Caption, Domain
from earwitness.rubrics.rules import RuleDecomposer
from earwitness.scenes.captions import Fact, FactKind, facts, state
from earwitness.scenes.lexicon import LEXICON, words
from earwitness.scenes.phrases import COUNTS
from earwitness.scenes.plans import PlanPrior
from earwitness.types import Item, Language, Rubric

LABELS = Path(__file__).with_name("data") / "labelled_captions.jsonl"
LANGUAGES: dict[Language, str] = {"en": "English", "zh": "Chinese"}
NOTE = (
    "Intervals are 95 %, bootstrapped by caption. Scenes' captions come from a few dozen wordings that the rules were "
    "built with a view to; the labelled captions are the measurement."
)
COUNTABLE = frozenset(label for label in LEXICON if words(label, "en").counted)
_PIECES = re.compile(
    r"[,.;:!?，。；：！？、]|\b(?:and|then|while|as|followed by|before|after|with)\b"
    r"|然后|接着|随后|同时|之后|和|与|以及|并"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--captions", type=int, default=4000, help="captions of scenes in each language")
    given = parser.parse_args()
    rows = [row for language in LANGUAGES for row in scene_rows(language, given.captions)]
    if given.labels.exists():
        rows += label_rows(given.labels)
    record("rubrics", rows, note=NOTE)


def scene_rows(language: Language, captions: int) -> list[Row]:
    """Kinds that scenes have a truth for; what else is found in their captions is not judged."""
    told = list(told_facts(language, captions))
    rubrics = decomposed([caption for _, caption in told], language)
    cases = [
        Labelled(wanted, [item for item in rubric.items if item.kind in ("event", "relation", "count", "negation")])
        for (fact, caption), rubric in zip(told, rubrics, strict=True)
        if (wanted := wanted_items(fact, caption, language))
    ]
    columns = {"captions of": "scenes", "language": LANGUAGES[language]}
    return kind_rows(cases, columns) + count_rows(event_numbers(cases, [c for _, c in told]), columns)


def told_facts(language: Language, captions: int) -> Iterator[tuple[Fact, str]]:
    """Facts of all kinds, equally often, each told in a caption."""
    rng = np.random.default_rng(0)
    prior = PlanPrior(dict.fromkeys(LEXICON, 1.0), COUNTABLE, sizes=(0.0, 0.2, 0.4, 0.4))
    kinds = get_args(FactKind)
    told = 0
    while told < captions:
        kind = kinds[told % len(kinds)]
        possible = facts(prior.draw(rng), kind, prior.weights)
        if possible:
            fact = possible[rng.integers(len(possible))]
            yield fact, state(fact, language, rng)
            told += 1


def wanted_items(fact: Fact, caption: str, language: Language) -> list[Item]:
    """The items of a told fact; a relation's cue may stand anywhere between its sounds or in front of them."""
    places = [place_of(label, caption, language) for label in fact.labels]
    if fact.kind == "absence":
        return [Item("n1", "", "negation", "absence", places[0])]
    made_by = ["voice" if label == "person sneeze" else "sound" for label in fact.labels]
    items = [Item(f"e{n}", "", "event", *found) for n, found in enumerate(zip(made_by, places, strict=True), start=1)]
    how = "overlap" if fact.kind == "overlap" else "order"
    if fact.kind in ("order", "overlap", "story"):
        pairs = [(f"e{number}", f"e{number + 1}") for number in range(1, len(places))]
        items += [Item(f"r{n}", "", "relation", how, (0, len(caption)), pair) for n, pair in enumerate(pairs)]
    if fact.kind == "count" and fact.number is not None:
        start = caption.index(COUNTS[language][fact.number][0])
        items.append(Item("c1", "", "count", "count", (start, start + 1), ("e1",)))
    return items


def place_of(label: str, caption: str, language: Language) -> tuple[int, int]:
    """Where a caption names a sound: its longest known wording in it."""
    known = words(label, language)
    counted = (form.partition("{n}")[0].strip() for form in known.counted)
    forms = sorted({*known.bare, *known.nouns, *known.clauses, *counted}, key=len, reverse=True)
    found = next(form for form in forms if form in caption.lower())
    start = caption.lower().index(found)
    return start, start + len(found)


def label_rows(path: Path) -> list[Row]:
    """Figures on captions labelled by hand."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows: list[Row] = []
    for language, name in LANGUAGES.items():
        records = [line for line in lines if line["language"] == language]
        if not records:
            continue
        cases = [Labelled(items_of(line), found_items(line)) for line in records]
        columns = {"captions of": path.stem, "language": name}
        rows += kind_rows(cases, columns) + count_rows(event_numbers(cases, [r["caption"] for r in records]), columns)
    return rows


def found_items(line: dict[str, Any]) -> list[Item]:
    """What the rules find in a labelled caption, told its domain; a caption asked as a whole has found nothing."""
    rubric = decomposed([line["caption"]], line["language"], line["domain"])[0]
    return [item for item in rubric.items if item.kind != "caption"]


def decomposed(captions: Sequence[str], language: Language, domain: Domain = "mix") -> list[Rubric]:
    found = RuleDecomposer(domain=domain).decompose([Caption(text, language) for text in captions])
    return [rubric for rubric in found if isinstance(rubric, Rubric)]


def event_numbers(cases: Sequence[Labelled], captions: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    wanted = [sum(item.kind == "event" for item in case.wanted) for case in cases]
    found = [sum(item.kind == "event" for item in case.found) for case in cases]
    pieces = [sum(bool(piece.strip()) for piece in _PIECES.split(caption.lower())) for caption in captions]
    return {
        "rules": list(zip(wanted, found, strict=True)),
        "clause regex": list(zip(wanted, pieces, strict=True)),
    }


if __name__ == "__main__":
    main()
