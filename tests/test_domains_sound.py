"""The domain of sounds: every claim decided, every edit of one fact alone, every clip as its sketch says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from earwitness.errors import UsageError
from earwitness.scenes.analysis.weighting import a_weight
from earwitness.scenes.domains.base import Claim, Fact
from earwitness.scenes.domains.labels.likeness import apart
from earwitness.scenes.domains.sound.arrange import Staging
from earwitness.scenes.domains.sound.domain import SoundDomain
from earwitness.scenes.domains.sound.sketch import FACTS, TAKES_ALONG, SceneSketch
from earwitness.scenes.plans import Plan, PlannedEvent
from earwitness.scenes.sources import Synthesis, read_folder
from sound_sources import Hums

ESC10 = Path("../shared/data/esc10")
DOMAINS = {
    "synthesis": SoundDomain("sound_gen", Synthesis()),
    "mix": SoundDomain("mix", Hums()),
}
SKETCHES = 300
BELL = PlannedEvent("bell")


def _edited(domain: SoundDomain, fact: Fact, count: int = SKETCHES) -> Iterator[tuple[SceneSketch, SceneSketch]]:
    rng = np.random.default_rng(5)
    for _ in range(count):
        sketch = domain.draw(fact, rng)
        other = domain.edit(sketch, (fact,), rng)
        assert other is not None
        yield sketch, other


# Beside claims of the fact itself, and those about what is not heard.
ALSO_FALSE: dict[Fact, set[Fact]] = {"absence": {"event"}, "secondary": {"absence"}, "overlap": {"order"}}


def _may_be_false(claim: Claim, facts: set[Fact], clip: SceneSketch) -> bool:
    """Whether a claim is of these facts or what goes with them, or rests on something that is not heard."""
    allowed = facts.union(*(ALSO_FALSE.get(fact, set()) for fact in facts))
    gone = claim.fact != "absence" and any(label not in clip.heard for label in claim.about)
    assert claim.fact in facts.union(*(TAKES_ALONG.get(fact, frozenset()) for fact in facts))
    return claim.fact in allowed or gone


@pytest.mark.parametrize("name", DOMAINS)
def test_every_fact_can_be_told(name: str) -> None:
    assert DOMAINS[name].facts == FACTS


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("name", DOMAINS)
def test_every_claim_of_a_sketch_is_true_of_it_beyond_doubt(name: str, fact: Fact) -> None:
    for pair in _edited(DOMAINS[name], fact):
        for sketch in pair:
            assert len(set(sketch.claims)) == len(sketch.claims)
            assert all(map(sketch.holds, sketch.claims))
            assert not any(map(sketch.doubtful, sketch.claims))
            assert DOMAINS[name].fits(sketch)
            assert apart((*sketch.heard, *([sketch.absent] if sketch.absent else [])))


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("name", DOMAINS)
def test_an_edit_makes_claims_of_its_fact_false_and_no_others(name: str, fact: Fact) -> None:
    for sketch, other in _edited(DOMAINS[name], fact):
        for said, clip in ((sketch, other), (other, sketch)):
            false = [claim for claim in said.claims if not clip.holds(claim)]
            assert false
            assert all(_may_be_false(claim, {fact}, clip) for claim in false)
            assert {claim.fact for claim in false} & ({fact} | ALSO_FALSE.get(fact, set()))
            assert not any(clip.doubtful(claim) for claim in said.claims)


@pytest.mark.parametrize("name", DOMAINS)
def test_two_edits_make_claims_of_both_facts_false_and_no_others(name: str) -> None:
    domain, rng = DOMAINS[name], np.random.default_rng(6)
    seen = set()
    for first, second in permutations(FACTS, 2):
        for _ in range(40):
            sketch = domain.draw(first, rng)
            twice = domain.edit(sketch, (first, second), rng)
            if twice is None:
                continue
            seen.add(frozenset((first, second)))
            for said, clip in ((sketch, twice), (twice, sketch)):
                false = [claim for claim in said.claims if not clip.holds(claim)]
                assert all(_may_be_false(claim, {first, second}, clip) for claim in false)
                assert not any(map(clip.doubtful, said.claims))
                facts = {claim.fact for claim in false}
                assert all(facts & ({fact} | ALSO_FALSE.get(fact, set())) for fact in (first, second))
    # A softer event is told of only where nothing else sounds with it.
    impossible = {frozenset(("loudness", "overlap")), frozenset(("loudness", "secondary"))}
    assert seen == {frozenset(pair) for pair in permutations(FACTS, 2)} - impossible


def test_a_later_edit_keeps_what_an_earlier_one_changed() -> None:
    domain, rng = DOMAINS["synthesis"], np.random.default_rng(7)
    silent = SceneSketch(Plan(((PlannedEvent("knock"),), (BELL,))), absent="chirp")
    for _ in range(30):
        other = domain.edit(silent, ("absence", "event"), rng)
        assert other
        assert "chirp" in other.plan.labels
        assert other.absent is None


def test_what_is_not_there_cannot_be_edited() -> None:
    domain, rng = DOMAINS["synthesis"], np.random.default_rng(1)
    bell = SceneSketch(Plan(((BELL,),)))
    assert [fact for fact in FACTS if domain.edit(bell, (fact,), rng)] == ["event"]


def test_an_edit_does_not_put_back_what_another_took_away() -> None:
    domain, rng = DOMAINS["synthesis"], np.random.default_rng(2)
    plan = Plan(((BELL,),))
    gone = SceneSketch(plan, absent="siren")
    assert domain.edit(gone, ("absence",), rng) is None
    assert domain.edit(gone, ("secondary",), rng) == SceneSketch(plan, secondary="siren")


@pytest.mark.parametrize(
    "sketch",
    [
        SceneSketch(Plan(((PlannedEvent("beep"),), (PlannedEvent("tone"),)))),
        SceneSketch(Plan(((PlannedEvent("beep"),),)), absent="tone"),
        SceneSketch(Plan(((PlannedEvent("beep"), BELL),))),
        SceneSketch(Plan(((PlannedEvent("knock"),),)), secondary="bell"),
        SceneSketch(
            Plan(((PlannedEvent("knock"),), (PlannedEvent("bell"),))), secondary="siren", louder=("knock", "bell")
        ),
        SceneSketch(Plan(((PlannedEvent("bell", 3),), (PlannedEvent("beep", 3),), (PlannedEvent("knock"),)))),
        SceneSketch(Plan(((PlannedEvent("siren"),),)), secondary="siren"),
    ],
)
def test_what_could_be_argued_about_does_not_fit(sketch: SceneSketch) -> None:
    assert not DOMAINS["synthesis"].fits(sketch)


def test_a_source_without_counts_or_lasting_sounds_has_fewer_facts() -> None:
    labels = ("bell", "dog bark", "knock", "person sneeze", "rooster", "baby cry")
    assert SoundDomain("sound", Hums(labels, frozenset())).facts == ("event", "absence", "order", "loudness")
    lasting = SoundDomain("sound", Hums((*labels, "rain"), frozenset()))
    assert {"secondary", "overlap"} <= set(lasting.facts)
    with pytest.raises(UsageError, match=r"^'sound' cannot tell of 'tempo'; it can of: event, .*loudness\.$"):
        lasting.draw("tempo", np.random.default_rng(0))


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(UsageError, match=r"^the source of 'sound' has 2 labels \(bell, knock\); at least 6 are needed"):
        SoundDomain("sound", Hums(("bell", "knock")))
    alike = tuple(f"{name} music" for name in ("harp", "organ", "piano", "brass", "sitar", "strings"))
    with pytest.raises(UsageError, match=r"are too much alike: wanted three that nobody takes for one another"):
        SoundDomain("music", Hums(alike))


def test_the_same_seed_draws_the_same_sketches() -> None:
    for fact in FACTS:
        assert list(_edited(DOMAINS["mix"], fact, 20)) == list(_edited(DOMAINS["mix"], fact, 20))


def test_what_is_dull_is_not_compared_and_has_nothing_under_it() -> None:
    domain = SoundDomain("music", Hums(("bass drum", "bell", "cymbal", "guitar", "music", "siren")))
    plan = Plan(((PlannedEvent("bass drum"),), (PlannedEvent("bell"),)))
    assert domain.fits(SceneSketch(plan))
    assert not domain.fits(SceneSketch(plan, louder=("bell", "bass drum")))
    assert not domain.fits(SceneSketch(plan, louder=("bass drum", "bell")))
    assert not domain.fits(SceneSketch(plan, secondary="siren"))


def test_of_two_that_were_one_after_the_other_the_later_begins_first_once_they_are_together() -> None:
    domain, rng = DOMAINS["synthesis"], np.random.default_rng(3)
    siren = PlannedEvent("siren")
    together = domain.edit(SceneSketch(Plan(((BELL,), (siren,)))), ("overlap",), rng)
    assert together == SceneSketch(Plan(((BELL, siren),)))
    assert not together.holds(Claim("order", ("bell", "siren")))
    # A bell does not go on for as long as a siren.
    assert domain.edit(SceneSketch(Plan(((siren,), (BELL,)))), ("overlap",), rng) is None


# --- clips ---------------------------------------------------------------------------------------------------------

BARE = SoundDomain("sound_gen", Synthesis(), Staging(noise_db=(-120.0, -120.0), room=0.0))


def _levels(domain: SoundDomain, sketch: SceneSketch, seed: int) -> dict[str, float]:
    """As measured in the samples: A-weighted level in dB of the 20 ms frames of a label within 25 dB of its loudest."""
    clip = domain.render(sketch, seed)
    levels = {}
    for event in clip.script["events"]:
        start, stop = (int(event[end] * clip.sample_rate) for end in ("onset", "offset"))
        sound = clip.samples[start:stop]
        power = np.square(sound[: len(sound) // 320 * 320].reshape(-1, 320), dtype=np.float64).mean(axis=1)
        rms = float(10 * np.log10(power[power >= power.max() * 10**-2.5].mean()))
        levels[event["label"]] = rms + a_weight(sound, clip.sample_rate)
    return levels


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("name", DOMAINS)
def test_clips_hold_what_their_sketches_say(name: str, fact: Fact) -> None:
    for pair in _edited(DOMAINS[name], fact, 6):
        for sketch in pair:
            clip = DOMAINS[name].render(sketch, 4)
            assert 2 <= len(clip.samples) / clip.sample_rate <= 10
            roles = {event["label"]: event["role"] for event in clip.script["events"]}
            assert tuple(sorted(roles)) == tuple(sorted(sketch.heard))
            assert [label for label, role in roles.items() if role == "background"] == [
                label for label in [sketch.secondary] if label
            ]


def test_a_louder_event_is_much_louder_as_measured() -> None:
    gaps = BARE.bands["loudness"]
    for seed, (sketch, other) in enumerate(_edited(BARE, "loudness", 25)):
        for each in (sketch, other):
            assert each.louder
            measured = _levels(BARE, each, seed)
            gap = measured[each.louder[0]] - measured[each.louder[1]]
            assert gap >= 15
            assert measured[each.louder[1]] >= -55
            assert gaps.high[0] - 1 <= gap <= gaps.high[1] + 1


def test_events_of_which_nothing_is_said_are_equally_loud_as_measured() -> None:
    for seed in range(20):
        plan = Plan(((PlannedEvent("knock"),), (PlannedEvent("siren"),), (PlannedEvent("beep", 2),)))
        measured = _levels(BARE, SceneSketch(plan), seed)
        assert max(measured.values()) - min(measured.values()) <= 2.1


@pytest.mark.skipif(not ESC10.is_dir(), reason="needs the ESC-10 clips in ../shared/data")
def test_real_recordings_are_arranged_too() -> None:
    source = read_folder(
        ESC10, keep=lambda row: row["fold"] == "1", countable=["dog bark", "person sneeze"], single=True
    )
    domain = SoundDomain("sound", source)
    assert domain.facts == FACTS
    for fact in FACTS:
        for pair in _edited(domain, fact, 3):
            for sketch in pair:
                clip = domain.render(sketch, 1)
                assert 2 <= len(clip.samples) / clip.sample_rate <= 10
                assert np.isfinite(clip.samples).all()
