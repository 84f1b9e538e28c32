"""Captions of music: each claim stands in its span, in several wordings and frames; a question hangs on its claim."""

from __future__ import annotations

import re
from collections import defaultdict
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest

from earwitness.scenes.domains.base import Claim
from earwitness.scenes.domains.music.domain import MusicDomain
from earwitness.scenes.domains.music.players import BuiltIn
from earwitness.scenes.domains.music.sketch import FACTS, VALUES, MusicSketch
from earwitness.scenes.domains.music.soundfont import PROGRAMS
from earwitness.scenes.domains.music.wording import FRAMES, PLAYED, describe, question
from earwitness.scenes.domains.music.words import INSTRUMENTS, TRAITS
from earwitness.types import Language

LANGUAGES = get_args(Language)
ANYBODY = SimpleNamespace(instruments=tuple(PROGRAMS))
CLAIMS = [
    *(Claim("instrument", (name,)) for name in PROGRAMS),
    *(Claim(fact, (), value) for fact, values in VALUES.items() for value in values),
    Claim("drums"),
    Claim("absence", ("drums",)),
]


def _described(language, number=400, player=ANYBODY):
    music, rng = MusicDomain(player), np.random.default_rng(0)
    for place in range(number):
        yield music.describe(music.draw(music.facts[place % len(music.facts)], rng), language, rng)


def _words_of(claim, language):
    """All that may stand for a claim in a caption."""
    if claim.fact == "instrument":
        forms = INSTRUMENTS[claim.about[0]][language]
        return {*forms.music, *forms.on, *forms.plays}
    forms = TRAITS[language][claim.fact, claim.value]
    return {*forms.before, *forms.behind, *forms.alone}


@pytest.mark.parametrize("player", [ANYBODY, BuiltIn()], ids=["instruments", "built-in"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_stands_in_its_span_and_nowhere_else(language, player):
    for made in _described(language, player=player):
        stretches = []
        for item, claim in zip(made.items, made.claims, strict=True):
            said = made.caption[slice(*item.span)]
            assert said[0].lower() + said[1:] in _words_of(claim, language)
            stretches.append(item.span)
        assert all(one[1] <= other[0] for one, other in zip(sorted(stretches), sorted(stretches)[1:], strict=False))


@pytest.mark.parametrize("language", LANGUAGES)
def test_items_are_of_the_kinds_of_the_rubric(language):
    kinds = {
        "instrument": ("event", "instrument"), "tempo": ("style", "tempo"), "mode": ("style", "tempo"),
        "register": ("attribute", "pitch"), "dynamics": ("attribute", "loudness"),
        "drums": ("event", "instrument"), "absence": ("negation", "absence"),
    }  # fmt: skip
    for made in _described(language, 60):
        for item, claim in zip(made.items, made.claims, strict=True):
            assert (item.kind, item.dimension) == kinds[claim.fact]
            assert item.parents == ()
            assert item.question == question(claim, language)


def test_captions_are_sentences():
    for made in _described("en"):
        assert re.fullmatch(r"[A-Z][a-z,;. -]*(\. (It|There|Drums|No)[a-z,;. -]*)*\.", made.caption), made.caption
        assert not re.search(r" [,.;]|  |\.\.|,,|\ba [aeio]|\ban [^aeio]|, and [a-z]+$", made.caption), made.caption
    for made in _described("zh"):
        assert re.fullmatch(r"[\u4e00-\u9fff，、。]+。", made.caption), made.caption
        assert not re.search(r"[，、。]{2}|的的|^[，、]", made.caption), made.caption


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_several_wordings_of_each_claim_in_several_frames(language):
    said = defaultdict(set)
    for made in _described(language, 3000):
        for item, claim in zip(made.items, made.claims, strict=True):
            said[claim].add(made.caption[slice(*item.span)].lower())
    assert set(said) == set(CLAIMS)
    assert min(map(len, said.values())) >= 3
    assert len(FRAMES[language]) + len(PLAYED[language]) >= 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("instrument", [None, "organ"])
def test_every_frame_tells_all(language, instrument):
    told = FACTS if instrument else FACTS[1:]
    sketch = MusicSketch(instrument, "fast", "minor", "high", "loud", drums=True, told=told)
    patterns = set()
    for seed in range(200):
        made = describe(sketch.claims, language, np.random.default_rng(seed))
        patterns.add(_pattern(made))
    assert len(patterns) > 15


def _pattern(made):
    """A caption with a line in place of each claim."""
    pattern = made.caption
    for item in sorted(made.items, key=lambda item: item.span, reverse=True):
        pattern = pattern[: item.span[0]] + "_" + pattern[item.span[1] :]
    return pattern


@pytest.mark.parametrize("player", [ANYBODY, BuiltIn()], ids=["instruments", "built-in"])
def test_no_sentence_tells_of_a_piece_and_of_nothing_else(player):
    for made in _described("en", player=player):
        assert not re.match(r"(A )?(piece|tune|music)[.;]", made.caption, re.IGNORECASE), made.caption
    for made in _described("zh", player=player):
        assert not re.match(r"这是一段(乐曲|音乐)。", made.caption), made.caption
        assert "乐曲听" not in made.caption


def test_strings_are_an_ensemble_and_never_a_kind_of_instrument():
    sketch = MusicSketch("strings", "fast", "minor", None, None, drums=False, told=("instrument", "tempo", "mode"))
    for language, wanted in (("en", "string (ensemble|orchestra)"), ("zh", "弦乐(合奏|队)")):
        for seed in range(50):
            made = describe(sketch.claims, language, np.random.default_rng(seed))
            assert re.search(wanted, made.caption.lower())
            assert not re.search(r"strings|弦乐器", made.caption)


def test_nothing_is_said_of_a_melody():
    told = [*TRAITS["en"].values(), *TRAITS["zh"].values()]
    words = [word for forms in told for word in (*forms.before, *forms.behind, *forms.alone, forms.question)]
    assert not re.search("melody|旋律|音高", " ".join(words))


def test_a_claim_may_stand_before_or_behind_the_noun_and_in_any_order():
    sketch = MusicSketch("organ", "fast", "minor", "high", "loud", drums=True, told=FACTS)
    orders = set()
    for seed in range(200):
        made = describe(sketch.claims, "en", np.random.default_rng(seed))
        ordered = sorted(zip(made.items, made.claims, strict=True), key=lambda pair: pair[0].span)
        orders.add(tuple(claim.fact for _, claim in ordered))
    assert {order.index("tempo") for order in orders} >= {0, 1, 2, 3, 4}
    assert {order[-1] for order in orders} == {"drums"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_has_a_question_of_its_own(language):
    questions = [question(claim, language) for claim in CLAIMS]
    assert len(set(questions)) == len(CLAIMS)
    assert all(question.endswith("?" if language == "en" else "？") for question in questions)


def test_questions_in_words():
    assert question(Claim("instrument", ("organ",)), "en") == "Can an organ be heard?"
    assert question(Claim("instrument", ("strings",)), "en") == "Can a string ensemble be heard?"
    assert question(Claim("instrument", ("strings",)), "zh") == "能听到弦乐合奏的声音吗？"
    assert question(Claim("instrument", ("acoustic guitar",)), "zh") == "能听到木吉他的声音吗？"
    assert question(Claim("absence", ("drums",)), "en") == "Is the clip free of drums?"
    assert question(Claim("register", (), "low"), "en") == "Is the music low in pitch?"
    assert question(Claim("register", (), "low"), "zh") == "这段音乐的音区低吗？"


def test_opposite_values_are_asked_in_the_same_words():
    for language in LANGUAGES:
        for fact, (low, high) in VALUES.items():
            one, other = (question(Claim(fact, (), value), language) for value in (low, high))
            assert sum(a != b for a, b in zip(one.split(), other.split(), strict=True)) == 1


def test_every_instrument_of_the_soundfont_has_words():
    assert set(INSTRUMENTS) == set(PROGRAMS)
