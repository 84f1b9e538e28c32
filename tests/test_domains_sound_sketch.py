"""Sketches of sounds: what is true of them, what is doubtful, and what can change."""

from __future__ import annotations

import pytest

from earwitness.scenes.domains.base import Claim
from earwitness.scenes.domains.sound.sketch import SceneSketch, recounted, regrouped, renamed, reordered, turned_up
from earwitness.scenes.plans import Plan, PlannedEvent

DOG, BELL, SIREN = PlannedEvent("dog bark", 2), PlannedEvent("bell"), PlannedEvent("siren")
# Two barks, then a bell while a siren wails, all over rain.
SCENE = SceneSketch(Plan(((DOG,), (BELL, SIREN))), secondary="rain", absent="knock")
LOUD = SceneSketch(Plan(((DOG,), (BELL,), (SIREN,))), louder=("siren", "dog bark"))


def test_a_sketch_claims_all_that_it_holds() -> None:
    assert SCENE.claims == (
        Claim("event", ("dog bark",)),
        Claim("count", ("dog bark",), 2),
        Claim("event", ("bell",)),
        Claim("event", ("siren",)),
        Claim("overlap", ("bell", "siren")),
        Claim("order", ("dog bark", "bell")),
        Claim("secondary", ("rain",)),
        Claim("absence", ("knock",)),
    )
    assert LOUD.claims[-1] == Claim("loudness", ("siren", "dog bark"))


@pytest.mark.parametrize(
    ("sketch", "claim", "true"),
    [
        (SCENE, Claim("event", ("rain",)), True),
        (SCENE, Claim("event", ("beep",)), False),
        (SCENE, Claim("secondary", ("bell",)), False),
        (SCENE, Claim("absence", ("rain",)), False),
        (SCENE, Claim("absence", ("knock",)), True),
        (SCENE, Claim("count", ("dog bark",), 3), False),
        (SCENE, Claim("order", ("dog bark", "siren")), True),
        (SCENE, Claim("order", ("siren", "bell")), False),
        (SCENE, Claim("order", ("rain", "bell")), False),
        (SCENE, Claim("order", ("dog bark", "knock")), False),
        (SCENE, Claim("overlap", ("siren", "bell")), True),
        (SCENE, Claim("overlap", ("dog bark", "bell")), False),
        (LOUD, Claim("loudness", ("dog bark", "siren")), False),
        (LOUD, Claim("loudness", ("bell", "dog bark")), True),
        (LOUD, Claim("loudness", ("siren", "bell")), False),
        (LOUD, Claim("loudness", ("knock", "dog bark")), False),
        (SCENE, Claim("loudness", ("bell", "siren")), False),
    ],
)
def test_what_holds(sketch: SceneSketch, claim: Claim, true: bool) -> None:
    assert sketch.holds(claim) is true


@pytest.mark.parametrize(
    ("claim", "doubtful"),
    [
        (Claim("event", ("rain",)), False),
        (Claim("event", ("sea waves",)), True),
        (Claim("event", ("tone",)), False),
        (Claim("absence", ("cowbell",)), True),
        (Claim("secondary", ("bell",)), True),
        (Claim("secondary", ("helicopter",)), True),
        (Claim("secondary", ("music",)), False),
        (Claim("count", ("bell",), 1), True),
        (Claim("count", ("rain",), 1), True),
        (Claim("count", ("dog bark",), 1), False),
        (Claim("order", ("dog bark", "rain")), True),
        # The siren begins before the bell, and is still heard after it.
        (Claim("order", ("bell", "siren")), False),
        (Claim("order", ("siren", "bell")), True),
        (Claim("order", ("dog bark", "siren")), False),
        (Claim("order", ("rain", "knock")), False),
        (Claim("overlap", ("rain", "bell")), True),
        (Claim("loudness", ("bell", "rain")), True),
    ],
)
def test_what_a_listener_could_argue_about(claim: Claim, doubtful: bool) -> None:
    assert SCENE.doubtful(claim) is doubtful


def _texts(sketch: SceneSketch) -> str:
    return " ".join("+".join(f"{e.label}{e.count or ''}" for e in group) for group in sketch.plan.groups)


def test_groups_change_places_as_wholes() -> None:
    assert [_texts(each) for each in reordered(SCENE)] == ["bell+siren dog bark2"]
    assert {_texts(each) for each in reordered(LOUD)} == {
        "bell dog bark2 siren",
        "siren bell dog bark2",
        "dog bark2 siren bell",
    }


def test_neighbours_come_together_and_part() -> None:
    assert [_texts(each) for each in regrouped(SCENE)] == ["dog bark2 bell siren"]
    assert [_texts(each) for each in regrouped(LOUD)] == ["dog bark2+bell siren", "dog bark2 bell+siren"]


def test_counts_and_loudness_change_alone() -> None:
    assert [_texts(each) for each in recounted(SCENE)] == ["dog bark1 bell+siren", "dog bark3 bell+siren"]
    assert [each.louder for each in turned_up(LOUD)] == [("dog bark", "siren")]
    assert not list(turned_up(SCENE))
    assert all((each.secondary, each.absent) == ("rain", "knock") for each in recounted(SCENE))


def test_another_sound_takes_over_what_was_said() -> None:
    changed = renamed(LOUD, DOG, "chirp")
    assert _texts(changed) == "chirp2 bell siren"
    assert changed.louder == ("siren", "chirp")
