"""Statements and opposites: in both languages, for every property, about every sound."""

from __future__ import annotations

from itertools import chain

import pytest

from earwitness.scenes.opposites import SOUNDS, WORDINGS, opposites
from earwitness.scenes.perceptual import PROPERTIES
from earwitness.types import language_of


def test_every_property_and_every_sound_has_words_in_both_languages() -> None:
    assert list(WORDINGS) == list(PROPERTIES)
    assert {sound for shown in PROPERTIES.values() for sound in shown.sounds} <= set(SOUNDS)
    for words in chain(WORDINGS.values(), SOUNDS.values()):
        assert list(words) == ["en", "zh"]


@pytest.mark.parametrize("name", WORDINGS)
def test_wordings_are_several_unlike_and_in_their_language(name: str) -> None:
    for language, wordings in WORDINGS[name].items():
        assert len(wordings) == 4
        statements = list(chain.from_iterable(wordings))
        assert len(set(statements)) == len(statements)
        for number, (low, high) in enumerate(wordings):
            # Both name the sound or neither does; a judge could tell them apart by that alone.
            assert low.count("{sound}") == high.count("{sound}")
            stated = opposites(name, PROPERTIES[name].sounds[0], number)[language]
            assert all(language_of(text) == language and "{" not in text for text in stated)
            assert 0.5 < len(low) / len(high) < 2


def test_wordings_come_in_turn() -> None:
    four = [opposites("tempo", "music", number)["en"] for number in range(4)]
    assert len(set(four)) == 4
    assert opposites("tempo", "music", 4)["en"] == four[0]
    assert four[1] == ("music at a slow tempo", "music at a fast tempo")
