"""What the figures of an audit mean: one plain verdict, and the names of failures.

The verdict rests on shuffled captions. There, clips and captions are the same among true pairs and controls, so that a
judge that reads captions only, or that says yes to everything, is at an AUC of 1/2, whatever else it knows.

The rules are the table ``SIGNS``. A failure is named only where the interval of its figure shows it, and a doubt only
where the failure itself is not named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from earwitness.bench.controls.conditions import SPEECH_LEVELS, WORDLESS
from earwitness.bench.doctor.finding import FEWEST_ALIKE, Finding
from earwitness.bench.doctor.findings import CONFIDENT

Verdict = Literal["listens", "does not listen", "cannot tell"]
# Surely beyond a bound, not surely on either side of it, or a figure without an interval beyond it.
Test = Literal["surely above", "surely below", "undecided about", "above", "below"]

# Between chance, 1/2, and what the weakest judge that is of any use reaches.
LISTENS_FROM = 0.6
WEAK_BELOW = 0.8


@dataclass(frozen=True, slots=True)
class Sign:
    """What a failure is known by.

    Attributes:
        failure: its name.
        of: the condition, or what else a figure speaks of.
        measure: of the figure.
        test: how the figure is held against the bound.
        bound: in the figure's unit.
        says: what it means, in words.
        of_listeners: whether it says something only of a judge that listens.
    """

    failure: str
    of: str
    measure: str
    test: Test
    bound: float
    says: str
    of_listeners: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A sign that was found, with its figure."""

    name: str
    says: str
    finding: Finding
    bound: float


def _each(
    conditions: Sequence[str], failure: str, measure: str, test: Test, bound: float, says: str
) -> tuple[Sign, ...]:
    return tuple(Sign(failure, condition, measure, test, bound, says) for condition in conditions)


_ORDER = ("order_reversed", "segments_swapped")
_NO_ORDER, _NOT_SHOWN = "no temporal reasoning", "temporal reasoning not shown"
_STEADY = ("louder", "softer", "slower", "faster", "mp3", "ogg", "noise_20dB")
_SPOKEN = ("caption_read", "spoken_over_silence", *(f"spoken_{level:+.0f}dB" for level in SPEECH_LEVELS))
_BOTH = "true and shuffled"

SIGNS: tuple[Sign, ...] = (
    Sign("weak backbone", "shuffled", "AUC", "surely below", WEAK_BELOW, "hears something, and little of it", True),
    *_each(_ORDER, _NO_ORDER, "AUC", "surely below", LISTENS_FROM, "does not tell what comes first"),
    *_each(_ORDER, _NOT_SHOWN, "AUC", "undecided about", LISTENS_FROM, "may not tell what comes first"),
    *_each(_ORDER, "order does not decide", "J", "surely below", 0.2, "says yes whatever comes first"),
    Sign("uncalibrated", _BOTH, "ECE", "surely above", 0.05, "its probabilities are not shares of true"),
    Sign("uncalibrated", _BOTH, "J lost", "surely above", 0.1, "another threshold would decide much better"),
    Sign(
        "overconfident on wrong pairs", "shuffled", f"p_yes > {CONFIDENT:g}", "surely above", 0.1, "is sure and wrong"
    ),
    *_each(("silence", "noise", "text_only"), "says yes to nothing", "yes", "surely above", 0.1, "hears what is not"),
    Sign("says yes too readily", _BOTH, "bias", "surely above", 0.1, "its mean lies above the share of matches"),
    Sign("says yes too rarely", _BOTH, "bias", "surely below", -0.1, "its mean lies below the share of matches"),
    *_each(_STEADY, "unstable", "flips", "surely above", 0.1, "changes its mind where the truth has not changed"),
    Sign("moved by level", "level", "shift per dB", "surely above", 0.01, "says more yes to what is louder"),
    Sign("moved by level", "level", "shift per dB", "surely below", -0.01, "says less yes to what is louder"),
    *_each(("silence", "noise", "tone"), "opened by a master key", "beats", "surely above", 0.01, "beats true matches"),
    *_each(
        ("other_louder", "other_looped", "other_longer"),
        "opened by a master key",
        "opens",
        "surely above",
        0.01,
        "beats more true matches than the clip as it was",
    ),
    *_each(_SPOKEN, "turned by speech", "flips", "surely above", 0.05, "says yes where a voice is heard"),
    *_each(tuple(WORDLESS), "obeys speech", "obeys", "surely above", 0.05, "says yes because it is told to"),
    Sign("answers something else", _BOTH, "off_format", "surely above", 0.05, "does not answer by yes or no"),
    Sign("does not repeat itself", "repeat", "spread", "above", 0.01, "scores the same pair otherwise later"),
    Sign("changes with its batch", "alone", "spread", "above", 0.01, "scores the same pair otherwise alone"),
    Sign("scores null captions", "null_caption", "refused", "below", 1.0, "scores captions that say nothing"),
)
# What is only a doubt, by the failure that it suspects, beside which it says nothing.
_DOUBTS: Mapping[str, str] = {_NOT_SHOWN: _NO_ORDER}


def verdict_of(found: Mapping[tuple[str, str], Finding]) -> Verdict:
    """Whether the judge listens, from its AUC against shuffled captions.

    It listens if the whole interval lies above .6, it does not if the whole of it lies below; otherwise, and of fewer
    than 20 clips, it cannot be told.
    """
    auc = found.get(("shuffled", "AUC"))
    if auc is None or auc.ends is None or auc.clips < FEWEST_ALIKE:
        return "cannot tell"
    low, high = auc.ends
    if low > LISTENS_FROM:
        return "listens"
    return "does not listen" if high < LISTENS_FROM else "cannot tell"


def failures_of(found: Mapping[tuple[str, str], Finding], verdict: Verdict) -> tuple[Failure, ...]:
    """The failures that the figures show, in the order of ``SIGNS``."""
    asked = [sign for sign in SIGNS if verdict == "listens" or not sign.of_listeners]
    shown = [
        (sign, finding)
        for sign in asked
        if (finding := found.get((sign.of, sign.measure))) is not None and _TESTS[sign.test](finding, sign.bound)
    ]
    named = {sign.failure for sign, _ in shown}
    return tuple(
        Failure(sign.failure, sign.says, finding, sign.bound)
        for sign, finding in shown
        if _DOUBTS.get(sign.failure) not in named
    )


def _surely_above(finding: Finding, bound: float) -> bool:
    return finding.ends is not None and finding.ends[0] > bound


def _surely_below(finding: Finding, bound: float) -> bool:
    return finding.ends is not None and finding.ends[1] < bound


def _undecided(finding: Finding, bound: float) -> bool:
    return finding.ends is not None and finding.ends[0] <= bound <= finding.ends[1]


def _above(finding: Finding, bound: float) -> bool:
    return finding.value is not None and finding.value > bound


def _below(finding: Finding, bound: float) -> bool:
    return finding.value is not None and finding.value < bound


_TESTS: Mapping[Test, Callable[[Finding, float], bool]] = {
    "surely above": _surely_above,
    "surely below": _surely_below,
    "undecided about": _undecided,
    "above": _above,
    "below": _below,
}
