"""Likeness: what may be taken for what is said once, with its reason, and goes both ways."""

from __future__ import annotations

from itertools import permutations

import pytest

from earwitness.scenes.domains.labels.likeness import (
    CONFUSED,
    DULL,
    HIDDEN,
    LASTING,
    NOISES,
    VOICES,
    apart,
    confused,
    hidden,
    is_music,
    lasts,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("beep", "tone"),
        ("rain", "sea waves"),
        ("helicopter", "chainsaw"),
        ("piano music", "violin music"),
        ("music", "harp music"),
        ("drum loop", "bass"),
        ("guitar", "acoustic guitar music"),
        ("tone", "music"),
        ("cowbell", "bell"),
        ("cymbal", "drum loop"),
        ("child speaking", "woman speaking"),
        ("child speaking", "baby cry"),
        ("man speaking", "person sneeze"),
        ("woman speaking", "baby cry"),
        ("noise burst", "person sneeze"),
        ("noise burst", "clock tick"),
        ("noise burst", "helicopter"),
        ("chirp", "siren"),
        ("beep", "bell"),
        ("knock", "fire crackling"),
        ("clock tick", "fire crackling"),
        ("drum roll", "snare drum"),
        ("bass drum", "bass"),
        ("cymbal", "noise burst"),
        ("cowbell", "knock"),
    ],
)
def test_sounds_that_may_be_taken_for_one_another(one: str, other: str) -> None:
    assert confused(one, other)
    assert confused(other, one)
    assert not confused(one, one)
    assert not apart(("siren", one, "dog bark", other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bell", "siren"),
        ("cymbal", "bass drum"),
        ("tone", "siren"),
        ("man speaking", "woman speaking"),
        ("music", "woman speaking"),
    ],
)
def test_sounds_that_nobody_takes_for_one_another(one: str, other: str) -> None:
    assert not confused(one, other)
    assert apart((one, other))


def test_voices_and_noises_hide_one_another() -> None:
    assert hidden("man speaking", "woman speaking")
    assert hidden("rain", "helicopter")
    assert not hidden("man speaking", "rain")
    assert not hidden("rain", "rain")


def test_any_two_noises_are_taken_for_one_another_and_hide_ticks() -> None:
    for one, other in permutations(NOISES, 2):
        assert confused(one, other)
    assert all(hidden("clock tick", noise) for noise in NOISES)
    assert not confused("clock tick", "rain")


def test_a_child_is_never_heard_beside_another_voice() -> None:
    assert not apart(VOICES)
    assert apart(VOICES - {"child speaking"})
    assert not apart(("child speaking", "man speaking"))


def test_every_clash_is_of_two_sounds_at_least_and_told_once() -> None:
    clashes = CONFUSED + HIDDEN
    assert all(len(clash) > 1 for clash in clashes)
    assert len(set(CONFUSED)) == len(CONFUSED)
    assert not [(one, other) for one, other in permutations(CONFUSED, 2) if one < other]


def test_what_lasts_is_not_dull() -> None:
    assert not DULL & LASTING


def test_music_lasts_and_single_strokes_do_not() -> None:
    assert all(map(lasts, LASTING))
    assert lasts("music")
    assert lasts("harp music")
    assert not lasts("beep")
    assert not is_music("music box")
