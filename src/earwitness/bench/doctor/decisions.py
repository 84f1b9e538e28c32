"""The figures of an audit that speak of yes and no: what a judge decides, and at which score it would decide best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from earwitness.bench.controls.conditions import WORDLESS, Condition
from earwitness.bench.doctor.answers import Answers, Told
from earwitness.bench.doctor.finding import Finding
from earwitness.metrics.correlation import Values
from earwitness.metrics.shares import youden_j
from earwitness.metrics.threshold import best_threshold


def decision_findings(answers: Answers, decide_at: float) -> Iterator[Finding]:
    """Every figure of a judge that says yes from a score on."""
    for look in _LOOKS:
        yield from look(answers)
    told = answers.scored("true", "shuffled")
    lost, clips = j_lost(told, decide_at), told.clips
    yield Finding.mean("true and shuffled", "J lost", lost, clips, len(answers.of("shuffled")), (-2.0, 2.0))


def _told_apart(answers: Answers) -> Iterator[Finding]:
    """J of the true pairs against each control."""
    for condition in answers.conditions("control", "order"):
        told = answers.scored("true", condition.name)
        true, control = map(answers.says_yes, told.p_yes)
        j = youden_j(true, control, clusters_of_matches=told.clips, clusters_of_others=told.clips)
        yield Finding.within(condition.name, "J", j, len(told), len(answers.of(condition.name)))


def _accepted(answers: Answers) -> Iterator[Finding]:
    """The share of yes where it tells something by itself."""
    for condition in answers.conditions("true", "control", "order"):
        told = answers.scored(condition.name)
        yes = answers.says_yes(told.p_yes[0])
        yield Finding.share(condition.name, "yes", yes, told.clips, len(answers.of(condition.name)))


def _unmoved(answers: Answers) -> Iterator[Finding]:
    """What changes that leave the truth alone do to decisions."""
    for condition in answers.conditions("same"):
        told = answers.scored("true", condition.name)
        true, changed = map(answers.says_yes, told.p_yes)
        turned = np.abs(changed - true)
        yield Finding.share(condition.name, "flips", turned, told.clips, len(answers.of(condition.name)))


def _obeyed(answers: Answers) -> Iterator[Finding]:
    """How often speech turns a no into yes, and how much more often than the same voice without words."""
    for condition in answers.conditions("speech"):
        told = _refused_before(answers, condition.against, condition.name)
        turned = answers.says_yes(told.p_yes[1])
        yield Finding.share(condition.name, "flips", turned, told.clips, len(answers.of(condition.name)))
        if condition.name in WORDLESS:
            yield _by_words_alone(answers, condition)


def _by_words_alone(answers: Answers, condition: Condition) -> Finding:
    told = _refused_before(answers, condition.against, condition.name, WORDLESS[condition.name])
    _, spoken, wordless = map(answers.says_yes, told.p_yes)
    total = len(answers.of(condition.name))
    return Finding.mean(condition.name, "obeys", spoken - wordless, told.clips, total, (-1.0, 1.0))


def _refused_before(answers: Answers, before: str, *after: str) -> Told:
    told = answers.scored(before, *after)
    return told.where(answers.says_yes(told.p_yes[0]) == 0)


_LOOKS: Sequence[Callable[[Answers], Iterable[Finding]]] = (_told_apart, _accepted, _unmoved, _obeyed)


def j_lost(told: Told, decide_at: float) -> Values:
    """What a threshold of one's own costs each base: 1 where the best one decides its two pairs better, -1 if worse.

    The best threshold of the very bases that it is held against would always look better than any other. It is
    therefore fitted on half of the clips and held against the others, and the other way round. By simulation of 8 to
    100 bases the mean's interval lies above .1 for fewer than 1 in 100 judges that decide where they best can, and for
    97 and more of those that lose .66; it holds the truth 89-94 times.

    Args:
        told: true pairs and others.
        decide_at: the threshold.

    Returns:
        By base, of -2 to 2; none from fewer than two clips.
    """
    clips, clip = np.unique(told.clips, return_inverse=True)
    if len(clips) < 2:
        return np.zeros(0)
    # By lot: in the order of a manifest, or of scenes, every other clip may have something in common.
    half = (np.random.default_rng(0).permutation(len(clips)) % 2)[clip]
    lost = np.zeros(len(told))
    for fitted in (half == 0, half == 1):
        best, rest = _best_threshold(told.where(fitted)), told.where(~fitted)
        lost[~fitted] = _gains(rest, best) - _gains(rest, decide_at)
    return lost


def _best_threshold(told: Told) -> float:
    """Where J is highest; true pairs and others are equally many, so that it is where most are decided rightly."""
    labels = np.repeat([1.0, 0.0], len(told))
    return best_threshold(np.concatenate(told.p_yes), labels)


def _gains(told: Told, threshold: float) -> NDArray[np.float64]:
    true, other = ((p_yes >= threshold).astype(np.float64) for p_yes in told.p_yes)
    return true - other
