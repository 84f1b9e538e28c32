"""Sentences: enough of them, short, and of words that sound unlike."""

from __future__ import annotations

from collections import defaultdict
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from earwitness.scenes.domains.speech.sentences import LINES, Line, are_alike, fill_one_pattern, line_of
from earwitness.types import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def by_pattern(language: Language) -> dict[str, list[Line]]:
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in LINES[language]:
        lines[line.pattern].append(line)
    return lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_twenty_sentences_of_three_words_each(language: Language) -> None:
    lines = by_pattern(language)
    assert len(lines) == 20
    assert {len(same) for same in lines.values()} == {3}
    assert len({line.words for line in LINES[language]}) == 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_of_their_language_and_short(language: Language) -> None:
    for line in LINES[language]:
        assert line.language == language
        assert 4 <= len(line.aloud.split()) <= (9 if language == "en" else 12), line
        assert "{" not in line.words + line.aloud
        assert line_of(line.words) is line


def test_pinyin_has_a_syllable_with_its_tone_for_each_character() -> None:
    for line in LINES["zh"]:
        syllables = line.aloud.split()
        assert len(syllables) == len(line.words), line
        assert all(syllable[:-1].isascii() and syllable[-1] in "12345" for syllable in syllables), line


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_one_place_sound_unlike(language: Language) -> None:
    """Spelled out, without tones, no two have more than six tenths in common."""
    for pattern, lines in by_pattern(language).items():
        before, after = (len(part.split()) if language == "en" else len(part) for part in pattern.split("{}"))
        spoken = [line.aloud.split() for line in lines]
        spelled = ["".join(words[before : len(words) - after]).strip("12345").lower() for words in spoken]
        for one, other in combinations(spelled, 2):
            assert SequenceMatcher(None, one, other).ratio() <= 0.6, (one, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_alike_only_where_one_word_differs(language: Language) -> None:
    for one, other in combinations(LINES[language], 2):
        same = one.pattern == other.pattern
        assert are_alike(one.words, other.words) == fill_one_pattern(one.words, other.words) == same, (one, other)


def test_a_sentence_that_somebody_else_wrote_is_of_no_pattern() -> None:
    assert not fill_one_pattern("The train leaves at two", "The train leaves at noon")
    assert not fill_one_pattern("We call it bear", "They call it bear")
