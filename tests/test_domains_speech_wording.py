"""Captions of one speaker: fluent by rule, every claim at its place, every wording reached."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from earwitness.rubrics.denials import asks_for_absence
from earwitness.scenes.domains.base import Claim, Described, Fact
from earwitness.scenes.domains.labels.words import said, stem
from earwitness.scenes.domains.speech.domain import SpeechDomain
from earwitness.scenes.domains.speech.utterances import VALUES
from earwitness.scenes.domains.speech.wording import describe, question
from earwitness.scenes.synthesis import Synthesis
from earwitness.types import Language, language_of
from told_voices import spoken_by_tones

LANGUAGES: tuple[Language, ...] = ("en", "zh")
SPEAKER = ("speaker",)
VOICE = Claim("voice", SPEAKER)
LASTING = frozenset({"siren", "tone", "knock"})
TOLD = [Claim(fact, SPEAKER, value) for fact, values in VALUES.items() for value in values]


def captions(language: Language, times: int = 40) -> Iterator[Described]:
    """Captions of sketches of every fact."""
    domain, rng = SpeechDomain("speech_gen", spoken_by_tones(), Synthesis(), LASTING), np.random.default_rng(0)
    for fact in domain.facts:
        for _ in range(times):
            yield domain.describe(domain.draw(fact, rng), language, rng)


def spans(made: Described) -> dict[Fact, str]:
    return {
        claim.fact: made.caption[slice(*item.span)]
        for claim, item in zip(made.claims, made.items, strict=True)
        if item.span
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_has_an_item_with_words_of_the_caption(language: Language) -> None:
    for made in captions(language):
        assert len(spans(made)) == len(made.items) == len(made.claims)
        assert all(text.strip() == text and text for text in spans(made).values()), made.caption
        assert [item.question for item in made.items] == [question(claim, language) for claim in made.claims]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_the_speaker_rests_on_the_voice(language: Language) -> None:
    for made in captions(language, 10):
        for claim, item in zip(made.claims, made.items, strict=True):
            alone = claim.fact in ("voice", "secondary", "absence")
            assert item.parents == (() if alone else ("q1",))


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_stand_between_marks_in_their_own_language(language: Language) -> None:
    marks = ('"', '"') if language == "en" else ("“", "”")
    for made in captions(language):
        for claim, item in zip(made.claims, made.items, strict=True):
            if claim.fact == "words" and item.span:
                start, stop = item.span
                stopped = "." if language_of(str(claim.value)) == "en" else "。"  # no line is a question
                assert made.caption[start:stop] == f"{claim.value}{stopped}"
                assert (made.caption[start - 1], made.caption[stop]) == marks


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_is_quoted_as_one(language: Language) -> None:
    claims = (VOICE, Claim("words", SPEAKER, "Do you like it too"))
    for seed in range(20):
        assert spans(describe(claims, language, np.random.default_rng(seed)))["words"] == "Do you like it too?"


# What nobody would write of one speaker.
AWKWARD = {
    "en": (
        r"(?i)loudly|quietly|(loud|quiet) voice|voice[^.]* voice|speaker (speak|is speak)|child speaker|says fast"
        r"|spoken|deep|speak(s|ing) (slow|quick)ly (English|Mandarin)|talk(s|ing) (English|Mandarin)"
    ),
    "zh": (
        r"[大小]声地|以[大小]音量|(音量|声音)[大小高低]的|有一个?有|以[^，。”]*以|[快慢]地[^，。]*以"
        r"|[。”](音量|声音|语速|音调)|说话者[^，。“]*说话"
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_awkward(language: Language) -> None:
    for made in captions(language, 120):
        quoted = spans(made).get("words", "")
        assert not re.search(AWKWARD[language], made.caption.replace(quoted, "")), made.caption


def test_loudness_is_the_level_and_not_the_effort() -> None:
    asked = [
        question(Claim("loudness", SPEAKER, value), language) for language in LANGUAGES for value in ("quiet", "loud")
    ]
    assert asked == [
        "Is the volume of the speech low?",
        "Is the volume of the speech high?",
        "说话的音量小吗？",
        "说话的音量大吗？",
    ]


def test_what_is_absent_is_asked_as_absence() -> None:
    assert question(Claim("absence", ("siren",)), "en") == "Is the clip free of the sound of a siren?"


def test_english_captions_are_sentences() -> None:
    for made in captions("en"):
        assert re.fullmatch(r'[A-Z].*(\.|[.。]")', made.caption), made.caption
        assert not re.search(r"  | [.,:]|,,|\.\.|\. [a-z]|[，：；]", made.caption), made.caption


def test_chinese_captions_are_sentences() -> None:
    for made in captions("zh"):
        assert re.fullmatch(r".*(。|[.。]”)", made.caption), made.caption
        outside = re.sub(r"“.*?”", "", made.caption)
        assert not re.search(r"[ .,:\"A-Za-z]|，，|。。|，。|、，|、、", outside), made.caption


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_said_that_is_not_decided(language: Language) -> None:
    """No degrees, no pronoun that tells a gender, no words of time that would be a relation."""
    undecided = {
        "en": r"(?i)\b(very|quite|extremely|heavy|light|long|short|he|she|his|her|while|then|when|as|boy|girl)\b",
        "zh": r"很|非常|极|略|大雨|小雨|他|她|同时|然后|边|男孩|女孩|轻声",
    }[language]
    for made in captions(language):
        quoted = spans(made).get("words", "")
        assert not re.search(undecided, made.caption.replace(quoted, "")), made.caption


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_voice_is_said_with_its_verb(language: Language) -> None:
    verb = r"(speaks|speaking|talks|talking|says|saying)$" if language == "en" else r"(说|说话|讲话)$"
    for made in captions(language, 10):
        assert re.search(verb, spans(made)["voice"]), made.caption
        assert spans(made).get("gender", "") in spans(made)["voice"]


@pytest.mark.parametrize(("language", "claim"), list(product(LANGUAGES, TOLD)))
def test_each_claim_has_three_wordings_and_none_says_the_opposite(language: Language, claim: Claim) -> None:
    first, second = VALUES[claim.fact]
    opposite = Claim(claim.fact, SPEAKER, second if claim.value == first else first)
    wordings = [
        {spans(describe((VOICE, told), language, np.random.default_rng(n)))[claim.fact].lower() for n in range(60)}
        for told in (claim, opposite)
    ]
    distinct = wordings[0] if claim.fact not in ("gender", "age") else subjects(claim, language)
    assert len(distinct) >= 3
    assert not wordings[0] & wordings[1]


def subjects(claim: Claim, language: Language) -> set[str]:
    return {spans(describe((VOICE, claim), language, np.random.default_rng(n)))["voice"] for n in range(60)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sounds_are_told_in_several_ways(language: Language) -> None:
    wordings = defaultdict(set)
    for seed in range(60):
        claims = (VOICE, Claim("secondary", ("rain",)), Claim("absence", ("siren",)))
        made = describe(claims, language, np.random.default_rng(seed))
        text = made.caption
        for fact, words in spans(made).items():
            wordings[fact].add(words)
            text = text.replace(words, "...")
        wordings["order"].add(text)
    assert (
        wordings["secondary"]
        == {word for noun in said("rain", language).nouns for word in both_cases(noun)} & (wordings["secondary"])
    )
    assert len({word.lower() for word in wordings["secondary"]}) >= 3
    assert all(stem("siren", language) in words for words in wordings["absence"])
    assert len(wordings["order"]) >= 6


def both_cases(noun: str) -> set[str]:
    return {noun, noun[0].upper() + noun[1:]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_hang_on_the_claim_and_ask_in_their_language(language: Language) -> None:
    claims = [VOICE, *TOLD, Claim("words", SPEAKER, "We call it bear")]
    claims += [Claim(fact, (label,)) for label in ("rain", "siren") for fact in ("secondary", "absence")]
    asked = [question(claim, language) for claim in claims]
    assert len(set(asked)) == len(claims)
    assert all(text.endswith("?" if language == "en" else "？") for text in asked)
    assert {language_of(text) for text in asked} == {language}
    denied = [claim.fact for claim, text in zip(claims, asked, strict=True) if asks_for_absence(text)]
    assert denied == ["absence", "absence"]


def test_wording_is_drawn_from_the_generator_alone() -> None:
    claims = (VOICE, Claim("gender", SPEAKER, "woman"), Claim("pace", SPEAKER, "fast"))
    made = [describe(claims, "en", np.random.default_rng(seed)).caption for seed in (1, 1, 2, 3, 4, 5)]
    assert made[0] == made[1]
    assert len(set(made)) > 3
