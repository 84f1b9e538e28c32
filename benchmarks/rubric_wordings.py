"""How well the embedded judge answers the rules' questions about scenes whose truth is known, against other wordings.

    python -m benchmarks.rubric_wordings [--data ../shared/data] [--scenes 300]

For each kind, scenes get captions that are true or false of them by a fair coin; the caption is taken apart and the
item of that kind is asked. The wording in use stands first; the others ask the same with the same noun phrases. ESC-10
clips were partly in the judge's training: the figures compare wordings, they do not say how well it hears.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.report import Row, record
from benchmarks.rubrics import LANGUAGES
from numpy.typing import NDArray

from earwitness.audio import from_array
from earwitness.backbones import load_backbone
from earwitness.backbones.base import Backbone, Request, p_yes, resolve_forms
from earwitness.metrics.any_statistic import bootstrap_interval
from earwitness.rubrics.rules.decomposer import WORDINGS
from earwitness.rubrics.rules.sketch import sketch_of
from earwitness.rubrics.rules.tokens import tokens_of
from earwitness.scenes.captions import Fact, FactKind, draw_fact, state
from earwitness.scenes.compose import Composer
from earwitness.scenes.lexicon import words
from earwitness.scenes.phrases import COUNTS
from earwitness.scenes.plans import PlanPrior
from earwitness.scenes.sources import Pool, Source, Synthesis, read_folder
from earwitness.types import Language

COUNTABLE = ("dog bark", "person sneeze", "rooster")
FACTS: Mapping[str, FactKind] = {
    "event": "presence",
    "negation": "absence",
    "order": "order",
    "overlap": "overlap",
    "count": "count",
}
OTHERS: Mapping[Language, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "event": ("Is this heard: {said}?", "Is there {first} in this clip?"),
        "negation": ("Is {absent} missing from this clip?", "Is there no {absent} in this clip?"),
        "order": ("Is {first} heard before {second}?", "Does {first} come before {second}?"),
        "overlap": ("Do {first} and {second} sound at the same time?", "Do {first} and {second} overlap?"),
        "count": ("Is {first} heard exactly {times}?", "Does {first} occur {times}?"),
    },
    "zh": {
        "event": ("有{first}吗？", "你听到{first}了吗？"),
        "negation": ("是不是听不到{absent}？", "没有{absent}吗？"),
        "order": ("{first}在{second}之前吗？", "{first}是不是比{second}先出现？"),
        "overlap": ("{first}和{second}有重叠吗？", "能同时听到{first}和{second}吗？"),
        "count": ("{first}出现了{times}吗？", "你听到{times}{first}吗？"),
    },
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A clip, the wordings of one question about it, the one in use first, and whether yes is right."""

    samples: NDArray[np.float32]
    questions: tuple[str, ...]
    answer: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--scenes", type=int, default=300, help="of each kind and language")
    given = parser.parse_args()
    backbone = load_backbone("embedded")
    source = Pool([Synthesis(), read_folder(given.data / "esc10", countable=COUNTABLE)])
    rows = [
        row
        for language in LANGUAGES
        for kind in FACTS
        for row in wording_rows(backbone, list(drawn(source, kind, language, given.scenes)), kind, language)
    ]
    record("rubric_wordings", rows, note="AUC of P(yes); 95 % bootstrap intervals by scene.")


def drawn(source: Source, kind: str, language: Language, count: int) -> Iterator[Asked]:
    """Scenes with a question of this kind, true and false equally likely."""
    rng = np.random.default_rng(5)
    prior = PlanPrior(dict.fromkeys(source.labels, 1.0), source.countable)
    composer = Composer(source)
    made = 0
    while made < count:
        plan = prior.draw(rng)
        if told := draw_fact(plan, prior, FACTS[kind], rng):
            fact, answer = told
            asked = wordings(fact, state(fact, language, rng), kind, language)
            yield Asked(composer.compose(plan, rng).samples, asked, answer)
            made += 1


def wordings(fact: Fact, caption: str, kind: str, language: Language) -> tuple[str, ...]:
    """The question in use about the item of this kind, then the others."""
    sketch = sketch_of(tokens_of(caption))
    wording = WORDINGS[language](caption, sketch)
    gaps = {"said": caption.rstrip(".。"), "absent": words(fact.labels[0], language).bare[0]}
    if kind in ("order", "overlap"):
        relation = sketch.relations[0]
        own = wording.relation(relation)
        gaps |= {"first": wording.noun(relation.first), "second": wording.noun(relation.second)}
    elif kind == "negation":
        own = wording.absence(sketch.absences[0])
    else:
        sound = sketch.sounds[0]
        own = wording.event(sound) if kind == "event" else wording.count(sound, sound.counts[0])
        gaps |= {"first": wording.noun(sound), "times": COUNTS[language][fact.number or 1][1]}
    return (own, *(other.format_map(gaps) for other in OTHERS[language][kind]))


def wording_rows(backbone: Backbone, asked: list[Asked], kind: str, language: Language) -> list[Row]:
    """A row for each wording."""
    forms = resolve_forms(backbone, language, "logsumexp")
    requests = [Request(from_array(a.samples, backbone.sample_rate), a.questions, forms.all) for a in asked]
    answers = [answer for answer in backbone.answer(requests) if isinstance(answer, np.ndarray)]
    scores = np.array([p_yes(answer, forms)[0] for answer in answers])
    truth = np.array([a.answer for a in asked])
    names = ("in use", *OTHERS[language][kind])
    rows: list[Row] = []
    for place, name in enumerate(names):
        found = bootstrap_interval(_auc, scores[:, place], truth)
        columns = {"kind": kind, "language": LANGUAGES[language], "wording": name, "example": asked[0].questions[place]}
        ends = {"low": _rounded(found.low), "high": _rounded(found.high)}
        right = round(float(((scores[:, place] > 0.5) == truth).mean()), 3)
        rows.append({**columns, "AUC": _rounded(found.value), **ends, "right at 0.5": right, "n": len(asked)})
    return rows


def _auc(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float | None:
    """Chance that a true case scores above a false one; ties count half."""
    if truth.all() or not truth.any():
        return None
    gaps = scores[truth][:, None] - scores[~truth][None]
    return float((gaps > 0).mean() + (gaps == 0).mean() / 2)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


if __name__ == "__main__":
    main()
