"""Captions and questions: true when they say so, and no clue in the words alone."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import get_args

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from earwitness.scenes.captions import CHANGES, Fact, FactKind, Question, ask, draw_fact, draw_question, facts, state
from earwitness.scenes.lexicon import LEXICON, words
from earwitness.scenes.phrases import PHRASES
from earwitness.scenes.plans import Plan, PlannedEvent, PlanPrior
from earwitness.types import Language, language_of

COUNTABLE = frozenset(label for label, known in LEXICON.items() if known["en"].counted)
PRIOR = PlanPrior(dict.fromkeys(LEXICON, 1.0), COUNTABLE)
LANGUAGES: tuple[Language, ...] = ("en", "zh")
KINDS: tuple[FactKind, ...] = get_args(FactKind)

# A bell, then rain with two beeps in it, then a dog.
PLAN = Plan(
    (
        (PlannedEvent("bell"),),
        (PlannedEvent("rain"), PlannedEvent("beep", 2)),
        (PlannedEvent("dog bark"),),
    )
)


@pytest.mark.parametrize(
    ("fact", "truth"),
    [
        (Fact("presence", ("rain",)), True),
        (Fact("presence", ("siren",)), False),
        (Fact("absence", ("siren",)), True),
        (Fact("absence", ("rain",)), False),
        (Fact("both", ("rain", "bell")), True),
        (Fact("both", ("rain", "siren")), False),
        (Fact("order", ("bell", "dog bark")), True),
        (Fact("order", ("dog bark", "bell")), False),
        (Fact("order", ("bell", "siren")), False),
        (Fact("order", ("rain", "beep")), None),
        (Fact("overlap", ("beep", "rain")), True),
        (Fact("overlap", ("bell", "rain")), False),
        (Fact("count", ("beep",), 2), True),
        (Fact("count", ("beep",), 3), False),
        (Fact("count", ("bell",), 1), None),
        (Fact("count", ("siren",), 1), False),
        (Fact("first", ("bell",)), True),
        (Fact("first", ("dog bark",)), False),
        (Fact("last", ("dog bark",)), True),
        (Fact("last", ("bell",)), False),
        (Fact("story", ("bell", "rain", "dog bark")), True),
        (Fact("story", ("rain", "bell", "dog bark")), False),
    ],
)
def test_what_holds_of_a_plan(fact: Fact, truth: bool | None) -> None:
    assert fact.holds(PLAN) is truth


def test_a_lone_sound_is_neither_first_nor_last() -> None:
    lone = Plan(((PlannedEvent("bell"),),))
    assert Fact("first", ("bell",)).holds(lone) is None
    assert Fact("last", ("bell",)).holds(lone) is None


def test_facts_are_the_true_ones() -> None:
    assert facts(PLAN, "overlap", LEXICON) == [Fact("overlap", ("rain", "beep")), Fact("overlap", ("beep", "rain"))]
    assert facts(PLAN, "count", LEXICON) == [Fact("count", ("beep",), 2)]
    assert len(facts(PLAN, "absence", LEXICON)) == len(LEXICON) - 4


def test_a_drawn_fact_holds_exactly_when_its_answer_is_yes() -> None:
    rng = np.random.default_rng(5)
    answers = []
    for _ in range(3000):
        plan = PRIOR.draw(rng)
        drawn = draw_fact(plan, PRIOR, KINDS[rng.integers(len(KINDS))], rng)
        if drawn:
            fact, answer = drawn
            assert fact.holds(plan) is answer
            answers.append(answer)
    assert len(answers) > 1000


@pytest.fixture(scope="module")
def many() -> list[Question]:
    rng = np.random.default_rng(6)
    asked: list[Question] = []
    while len(asked) < 16_000:
        plan = PRIOR.draw(rng)
        for kind, language in product(CHANGES, LANGUAGES):
            question = draw_question(plan, PRIOR, kind, language, rng)
            asked += [question] if question else []
    return asked


def _held_out_auc(texts: list[str], answers: list[bool]) -> float:
    """How well a linear reader of words, characters of Chinese, and their pairs guesses the answers."""
    counts = CountVectorizer(token_pattern=r"[a-z]+|[\u3400-\u9fff]", ngram_range=(1, 2)).fit_transform(texts)
    half = len(texts) // 2
    reader = LogisticRegression(C=0.1, max_iter=300).fit(counts[:half], answers[:half])
    return float(roc_auc_score(answers[half:], reader.decision_function(counts[half:])))


def test_the_words_alone_give_no_answer(many: list[Question]) -> None:
    assert _held_out_auc([q.text for q in many], [q.answer for q in many]) == pytest.approx(0.5, abs=0.05)


def test_that_reader_finds_a_clue_where_there_is_one() -> None:
    # Without decoys - every true presence and, for no, a sound that is absent - the commoner sound is the better guess.
    rng = np.random.default_rng(7)
    prior = PlanPrior({label: 1.0 + 9.0 * (label == "rain") for label in LEXICON}, sizes=(0, 1, 1, 0))
    texts, answers = [], []
    for _ in range(6000):
        plan, answer = prior.draw(rng), bool(rng.random() < 0.5)
        absent = [label for label in LEXICON if label not in plan.labels]
        label = str(rng.choice(plan.labels if answer else absent))
        texts.append(ask(Fact("presence", (label,)), "en", rng))
        answers.append(answer)
    assert _held_out_auc(texts, answers) > 0.6


@pytest.mark.parametrize("aspect", ["kind", "sound", "pair", "wording"])
def test_yes_and_no_balance_within_every_aspect(aspect: str, many: list[Question]) -> None:
    tally: dict[object, list[bool]] = defaultdict(list)
    for question in many:
        keys: dict[str, list[object]] = {
            "kind": [(question.fact.kind, question.language)],
            "sound": [(question.fact.kind, label) for label in question.fact.labels],
            "pair": [question.fact.labels] if len(question.fact.labels) == 2 else [],
            "wording": [(question.fact.kind, question.language, _wording(question))],
        }
        for key in keys[aspect]:
            tally[key].append(question.answer)
    # Standard scores of all groups of 20 or more: none beyond 4.5, and on the whole no wider than chance.
    scores = np.array(
        [(2 * sum(group) - len(group)) / np.sqrt(len(group)) for group in tally.values() if len(group) > 19]
    )
    assert len(scores) >= 18
    assert np.abs(scores).max() < 4.5
    assert np.square(scores).mean() < 1 + 4 * np.sqrt(2 / len(scores))


def _wording(question: Question) -> str:
    """The sentence around the sounds' words."""
    text = question.text
    forms = [
        form
        for label in question.fact.labels
        for field in ("nouns", "clauses", "bare", "counted")
        for form in getattr(words(label, question.language), field)
    ]
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "_")
    return text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_wording_can_be_filled(kind: FactKind, language: Language) -> None:
    rng = np.random.default_rng(9)
    labels = ("beep", "dog bark", "bell")[: {"story": 3, "both": 2, "order": 2, "overlap": 2}.get(kind, 1)]
    fact = Fact(kind, labels, 3 if kind == "count" else None)
    asked = {ask(fact, language, rng) for _ in range(300)}
    stated = {state(fact, language, rng) for _ in range(300)}
    assert len(asked) >= len(PHRASES[language].questions[kind])
    assert len(stated) >= len(PHRASES[language].statements[kind])
    for text in asked | stated:
        assert language_of(text) == language
        assert "{" not in text
        assert text == text.strip()


def test_both_languages_know_every_sound() -> None:
    for label, known in LEXICON.items():
        assert set(known) == {"en", "zh"}
        assert all(known[language].bare and known[language].nouns and known[language].clauses for language in LANGUAGES)
        assert bool(known["en"].counted) == bool(known["zh"].counted), label


def test_sounds_share_no_words_that_stand_alone() -> None:
    for language in LANGUAGES:
        forms = [form for known in LEXICON.values() for form in {*known[language].bare, *known[language].nouns}]
        assert len(forms) == len(set(forms))


def test_a_label_of_ones_own_is_spoken_of_by_its_name() -> None:
    rng = np.random.default_rng(10)
    fact = Fact("presence", ("door slam",))
    assert all("door slam" in ask(fact, language, rng) for language in LANGUAGES)
    assert facts(Plan(((PlannedEvent("door slam", 2),),)), "count", ["door slam"]) == []
