"""Likeness: what may be taken for what is said once, with its reason, and goes both ways."""

from __future__ import annotations

import pytest

from earwitness.scenes.domains.labels.likeness import (
    CONFUSED,
    HIDDEN,
    LASTING,
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
        ("man speaking", "child speaking"),
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


def test_every_clash_has_labels_and_a_reason() -> None:
    for clash in CONFUSED + HIDDEN:
        assert len(clash.labels) > 1
        assert clash.why


def test_music_lasts_and_single_strokes_do_not() -> None:
    assert all(map(lasts, LASTING))
    assert lasts("music")
    assert lasts("harp music")
    assert not lasts("beep")
    assert not is_music("music box")
