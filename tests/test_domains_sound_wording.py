"""Captions of sounds: fluent in their script, each claim in its words, each claim asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

from earwitness.scenes.domains.base import ITEM_OF, Claim, Described
from earwitness.scenes.domains.labels.words import heard, said, stem
from earwitness.scenes.domains.sound.domain import SoundDomain
from earwitness.scenes.domains.sound.sketch import FACTS, SceneSketch
from earwitness.scenes.domains.sound.wording import describe, question
from earwitness.scenes.plans import Plan, PlannedEvent
from earwitness.scenes.sources import Synthesis
from earwitness.types import Language, Rubric, language_of
from sound_sources import Hums

DOMAINS = (SoundDomain("sound_gen", Synthesis()), SoundDomain("mix", Hums()))
BELL, KNOCK, SIREN = PlannedEvent("bell", 2), PlannedEvent("knock"), PlannedEvent("siren")
UNDECIDED = re.compile(r"\b(heavy|light|long|short|dogs|door|wood)\b|大雨|[长短]|敲门")


def _described(language: Language, count: int = 300) -> Iterator[tuple[SceneSketch, Described]]:
    rng = np.random.default_rng(3)
    for number in range(count):
        domain = DOMAINS[number % 2]
        sketch = domain.draw(FACTS[number % len(FACTS)], rng)
        yield sketch, domain.describe(sketch, language, rng)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_captions_are_sentences_in_their_script(language: Language) -> None:
    for _, made in _described(language):
        assert language_of(made.caption) == language
        assert made.caption.endswith("." if language == "en" else "。")
        assert not UNDECIDED.search(made.caption)
        assert not re.search(r"[{}|]|  | ,|,,|，，|\.\.|。。", made.caption)
        if language == "en":
            assert all(sentence[0].isupper() for sentence in made.caption.split(". "))
        else:
            assert not re.search("[a-zA-Z]", made.caption)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_claim_has_its_item(language: Language) -> None:
    for sketch, made in _described(language):
        assert made.claims == sketch.claims
        assert all(made.answers(sketch))
        Rubric(made.items, language, "by construction")
        for item, claim in zip(made.items, made.claims, strict=True):
            assert (item.kind, item.dimension) == ITEM_OF[claim.fact]
            assert item.question == question(claim, language)
        assert len({item.question for item in made.items}) == len(made.items)


def _words_of(claim: Claim, language: Language) -> list[str]:
    """Words one of which must stand in the span of a claim."""
    known = said(claim.about[0], language)
    if claim.fact == "count":
        english = {1: ["once"], 2: ["twice"], 3: ["three times"]}
        return english[int(claim.value or 0)] if language == "en" else [["一", "两", "三"][int(claim.value or 0) - 1]]
    if claim.fact in ("order", "overlap"):
        return {
            "order": ["then", "followed by", "after", "然后", "接着", "随后", "之后"],
            "overlap": ["while", "as", "at the same time", "同时"],
        }[claim.fact]
    if claim.fact == "loudness":
        return [form for label in claim.about for form in (stem(label, "en"), *said(label, "zh").nouns)]
    if claim.fact == "event":
        counted = [part.strip() for text in known.counted for part in re.split(r"\{n\}.?", text) if part.strip()]
        return [*known.clauses, *known.nouns, *counted, heard(claim.about[0], language)]
    return [*known.nouns, *known.clauses, stem(claim.about[0], language)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_span_holds_the_words_of_its_claim(language: Language) -> None:
    for _, made in _described(language):
        spans = [item.span for item in made.items]
        for span, claim in zip(spans, made.claims, strict=True):
            assert span
            text = made.caption[slice(*span)]
            assert text
            assert text == text.strip(" ,.，。")
            assert any(words.casefold() in text.casefold() for words in _words_of(claim, language)), (text, claim)


def test_a_caption_tells_the_events_in_their_order() -> None:
    rng = np.random.default_rng(4)
    sketch = SceneSketch(Plan(((BELL,), (SIREN, KNOCK))), absent="chirp")
    for _ in range(50):
        made = describe(sketch, "en", rng)
        span = {claim: item.span or (0, 0) for claim, item in zip(made.claims, made.items, strict=True)}
        told = [
            Claim("event", ("bell",)), Claim("count", ("bell",), 2), Claim("order", ("bell", "siren")),
            Claim("event", ("siren",)), Claim("overlap", ("siren", "knock")), Claim("event", ("knock",)),
            Claim("absence", ("chirp",)),
        ]  # fmt: skip
        assert sorted(told, key=lambda claim: span[claim][0]) == told
        assert set(told) == set(made.claims)


def test_one_sound_of_a_caption_at_most_is_heard() -> None:
    texts = [made.caption for _, made in _described("zh", 600)]
    assert {text.count("传来") for text in texts} == {0, 1}
    assert {made.caption.count("is heard") for _, made in _described("en", 600)} == {0, 1}


@pytest.mark.parametrize("louder", [("bell", "siren"), ("siren", "bell")])
def test_how_loud_an_event_is_stands_behind_the_later_one(louder: tuple[str, str]) -> None:
    rng = np.random.default_rng(5)
    sketch = SceneSketch(Plan(((PlannedEvent("bell"),), (SIREN,))), louder=louder)
    for _ in range(30):
        text = describe(sketch, "en", rng).caption
        assert re.search(r"(louder|softer|quieter) than the bell\.$", text)
        assert ("louder" in text) == (louder[0] == "siren")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_claim_has_many_wordings_and_one_question(language: Language) -> None:
    rng = np.random.default_rng(6)
    sketch = SceneSketch(Plan(((BELL,), (KNOCK, SIREN))), secondary="tone", absent="rain")
    made = [describe(sketch, language, rng) for _ in range(200)]
    assert len({each.caption for each in made}) > 150
    for number, claim in enumerate(sketch.claims):
        # Chinese has one word for "twice", in many clauses.
        least = 1 if claim.fact == "count" and language == "zh" else 3
        assert len({each.caption[slice(*(each.items[number].span or ()))] for each in made}) >= least, claim
        assert len({each.items[number].question for each in made}) == 1


@pytest.mark.parametrize(
    ("claim", "english", "chinese"),
    [
        (Claim("event", ("knock",)), "Can you hear knocking?", "能听到敲击声吗？"),
        (Claim("secondary", ("rain",)), "Can you hear rain in the background?", "背景中有雨声吗？"),
        (Claim("absence", ("dog bark",)), "Is the clip free of any barking dog?", "这段音频里没有狗叫声，对吗？"),
        (Claim("order", ("bell", "rain")), "Do you hear a bell and then rain?", "钟声在雨声之前吗？"),
        (
            Claim("overlap", ("sea waves", "bell")),
            "Do sea waves and a bell sound at the same time?",
            "海浪声和钟声同时响起吗？",
        ),
        (Claim("count", ("bell",), 3), "Does a bell ring exactly three times?", "钟声出现了三次吗？"),
        (Claim("loudness", ("bell", "rain")), "Is the bell much louder than the rain?", "钟声比雨声响得多吗？"),
    ],
)
def test_questions(claim: Claim, english: str, chinese: str) -> None:
    assert question(claim, "en") == english
    assert question(claim, "zh") == chinese
