"""The figures of an audit, each with its 95 % interval and n of n total, from what a judge said of the controls.

==================  ===============================================================================================
``AUC``             how often the true pair scores higher than a control, of all pairs of the two; 1/2 by chance
``J``               Youden's J: share of yes on true pairs less share of yes on the control
``yes``             share of yes
``flips``           share of decisions that a change turns round; of ``speech``, of no into yes
``obeys``           of ``speech``, by how much more often it does so than the same voice without words
``shift``           mean change of P(yes)
``beats``           share of pairs that score higher than the true match of the same caption
``opens``           by how much more often they do so than the unchanged clip under the same caption
``p_yes``           mean P(yes)
``p_yes > .9``      share of pairs with such a score
``mass``            mean probability of yes and no together
``off_format``      share of pairs with a question that was answered by something else
``spread``          largest difference between two scores of one pair
``refused``         share of pairs that got no score
``highest``         highest score given
``bias``            mean P(yes) over true and shuffled pairs, less 1/2, the share of them that match
``ECE``             calibration error over true and shuffled pairs, of judges that give probabilities
``J lost``          the best J of any decision threshold less that of the judge's own, against shuffled captions
==================  ===============================================================================================

Bases are what is independent: the pairs made of one base stand and fall together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from earwitness.bench.controls.changes import LEVEL_STEP
from earwitness.bench.controls.conditions import CONDITIONS, WORDLESS, Condition, Group
from earwitness.bench.doctor.answers import Answers
from earwitness.metrics.bootstrap import Interval, bootstrap_interval, measure_interval, with_width
from earwitness.metrics.calibration import calibration_error, yes_bias
from earwitness.metrics.shares import share_interval, youden_j
from earwitness.metrics.uncertainty import mean_estimate

Values: TypeAlias = NDArray[np.float64]

CONFIDENT = 0.9
# Fewer units than this, all alike, tell nothing of the others.
FEWEST_ALIKE = 20
# Why a value has no ends though nothing is missing: all units are alike.
_ALIKE = ("perfect", "constant_resamples")


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure.

    Attributes:
        of: a condition, or what else it speaks of.
        measure: see the module.
        value: None where there is none.
        low: lower end of its 95 % interval; None where there is none.
        high: upper end.
        n: pairs that it rests on.
        n_total: pairs that there are.
        reason: why something is None.
    """

    of: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_total: int
    reason: str | None = None

    @property
    def ends(self) -> tuple[float, float] | None:
        """The interval; where ``FEWEST_ALIKE`` and more units are all alike, the value itself; None if untold."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        alike = self.reason in _ALIKE and self.n >= FEWEST_ALIKE
        return (self.value, self.value) if alike and self.value is not None else None


def findings(answers: Answers) -> tuple[Finding, ...]:
    """Every figure that the answers give; what was not run has none."""
    found = [finding for look in _LOOKS for finding in look(answers)]
    return tuple(finding for finding in found if finding.n_total)


def _of_group(answers: Answers, *groups: Group) -> list[Condition]:
    return [condition for condition in CONDITIONS if condition.group in groups and answers.of(condition.name)]


def _found(condition: str, measure: str, interval: Interval, n: int, total: int) -> Finding:
    return Finding(condition, measure, interval.value, interval.low, interval.high, n, total, interval.reason)


def _mean(condition: str, measure: str, values: Values, total: int, bounds: tuple[float, float]) -> Finding:
    if not len(values):
        return Finding(condition, measure, None, None, None, 0, total, "too_few")
    told = mean_estimate(values.tolist(), bounds=bounds)
    if told.low is None or told.high is None:
        return Finding(condition, measure, told.value, None, None, told.n, total, "too_few_units")
    ends = with_width((told.low, told.high), told.value)
    if isinstance(ends, str):
        return Finding(condition, measure, told.value, None, None, told.n, total, ends)
    return Finding(condition, measure, told.value, *ends, told.n, total)


def _share(condition: str, measure: str, right: Values, total: int) -> Finding:
    return _found(condition, measure, share_interval(right), len(right), total)


def _figure(of: str, measure: str, value: float | None, n: int, total: int) -> Finding:
    """One that is what it is, and estimates nothing."""
    return Finding(of, measure, value, None, None, n, total, "too_few" if value is None else None)


def _told_apart(answers: Answers) -> Iterator[Finding]:
    """AUC and J of the true pairs against each control."""
    for condition in _of_group(answers, "control", "order"):
        bases, (true, control) = answers.scored("true", condition.name)
        total = len(answers.of(condition.name))
        scores, labels = np.concatenate([true, control]), np.repeat([1.0, 0.0], len(bases))
        auc = measure_interval("auc", scores, labels, systems=bases * 2, unit="systems")
        yield _found(condition.name, "AUC", auc, len(bases), total)
        j = youden_j(
            answers.says_yes(true), answers.says_yes(control), clusters_of_matches=bases, clusters_of_others=bases
        )
        yield _found(condition.name, "J", j, len(bases), total)


def _accepted(answers: Answers) -> Iterator[Finding]:
    """Mean P(yes) under each condition, and the share of yes where it tells something by itself."""
    for condition in _of_group(answers, "true", "control", "order", "same", "speech"):
        _, (p_yes,) = answers.scored(condition.name)
        total = len(answers.of(condition.name))
        yield _mean(condition.name, "p_yes", p_yes, total, (0.0, 1.0))
        if condition.group in ("true", "control", "order"):
            yield _share(condition.name, "yes", answers.says_yes(p_yes), total)


def _unmoved(answers: Answers) -> Iterator[Finding]:
    """What changes that leave the truth alone do to decisions and scores."""
    for condition in _of_group(answers, "same"):
        _, (true, changed) = answers.scored("true", condition.name)
        total = len(answers.of(condition.name))
        turned = np.abs(answers.says_yes(changed) - answers.says_yes(true))
        yield _share(condition.name, "flips", turned, total)
        yield _mean(condition.name, "shift", changed - true, total, (-1.0, 1.0))
    _, (softer, louder) = answers.scored("softer", "louder")
    per_db = (louder - softer) / (2 * LEVEL_STEP)
    yield _mean("level", "shift per dB", per_db, len(answers.of("louder")), (-1.0, 1.0))


def _keys(answers: Answers) -> Iterator[Finding]:
    """How often sounds that open doors score above the true match of the same caption."""
    for condition in _of_group(answers, "control", "key"):
        bases, (key,) = answers.scored(condition.name)
        true = answers.true_of_captions(condition.name, bases)
        known = np.isfinite(true)
        total = len(answers.of(condition.name))
        yield _share(condition.name, "beats", (key > true)[known].astype(np.float64), total)
        if condition.against != "true":
            yield _opens(answers, condition, total)


def _opens(answers: Answers, key: Condition, total: int) -> Finding:
    bases, (changed, unchanged) = answers.scored(key.name, key.against)
    true = answers.true_of_captions(key.name, bases)
    known = np.isfinite(true)
    more = ((changed > true).astype(np.float64) - (unchanged > true))[known]
    return _mean(key.name, "opens", more, total, (-1.0, 1.0))


def _obeyed(answers: Answers) -> Iterator[Finding]:
    """How often speech turns a no into yes, and how much more often than the same voice without words."""
    for condition in _of_group(answers, "speech"):
        _, (before, after) = answers.scored(condition.against, condition.name)
        refused = answers.says_yes(before) == 0
        total = len(answers.of(condition.name))
        yield _share(condition.name, "flips", answers.says_yes(after[refused]), total)
        if condition.name in WORDLESS:
            yield _words_alone(answers, condition, total)


def _words_alone(answers: Answers, condition: Condition, total: int) -> Finding:
    _, (before, *after) = answers.scored(condition.against, condition.name, WORDLESS[condition.name])
    spoken, wordless = (answers.says_yes(p_yes[answers.says_yes(before) == 0]) for p_yes in after)
    return _mean(condition.name, "obeys", spoken - wordless, total, (-1.0, 1.0))


def _even_handed(answers: Answers) -> Iterator[Finding]:
    """Yes-bias and calibration where clips and captions are the same among matches and others."""
    bases, (true, shuffled) = answers.scored("true", "shuffled")
    total = len(answers.of("shuffled"))
    scores, labels = np.concatenate([true, shuffled]), np.repeat([1.0, 0.0], len(bases))
    if len(bases):
        bias = yes_bias(scores, labels, clusters=bases * 2)
        yield Finding("true and shuffled", "bias", bias.value, bias.low, bias.high, len(bases), total)
    if len(bases) and answers.are_probabilities:
        error = calibration_error(scores, labels, clusters=bases * 2)
        yield Finding("true and shuffled", "ECE", error.value, error.low, error.high, len(bases), total, error.reason)
    _, (wrong,) = answers.scored("shuffled")
    yield _share("shuffled", f"p_yes > {CONFIDENT:g}", (wrong > CONFIDENT).astype(np.float64), total)
    lost = bootstrap_interval(lambda t, s: _best_j(t, s) - _j_at(answers.decide_at, t, s), true, shuffled)
    yield _found("true and shuffled", "J lost", lost, len(bases), total)


def _best_j(true: Values, others: Values) -> float:
    """Youden's J at the threshold where it is highest."""
    thresholds = np.unique(np.concatenate([true, others]))
    hits, alarms = (
        1 - np.searchsorted(np.sort(values), thresholds, side="left") / len(values) for values in (true, others)
    )
    return float((hits - alarms).max())


def _j_at(threshold: float, true: Values, others: Values) -> float:
    return float((true >= threshold).mean() - (others >= threshold).mean())


def _in_format(answers: Answers) -> Iterator[Finding]:
    """Whether the questions were answered by yes or no."""
    given = [answer for name in ("true", "shuffled") for answer in answers.of(name) if answer.p_yes is not None]
    masses = np.array([answer.mass for answer in given if answer.mass is not None], np.float64)
    if len(masses):
        yield _mean("true and shuffled", "mass", masses, len(given), (0.0, 1.0))
        off = np.array([float(answer.off_format) for answer in given])
        yield _share("true and shuffled", "off_format", off, len(given))


def _repeated(answers: Answers) -> Iterator[Finding]:
    """The same pairs again: at the end of the run, and one at a time."""
    for condition in _of_group(answers, "again"):
        bases, (true, again) = answers.scored("true", condition.name)
        spread = float(np.abs(again - true).max()) if len(bases) else None
        yield _figure(condition.name, "spread", spread, len(bases), len(answers.of(condition.name)))


def _refused(answers: Answers) -> Iterator[Finding]:
    """Captions that say nothing."""
    given = answers.of("null_caption")
    scores = [answer.p_yes for answer in given if answer.p_yes is not None]
    if given:
        yield _figure("null_caption", "refused", 1 - len(scores) / len(given), len(given), len(given))
    if scores:
        yield _figure("null_caption", "highest", max(scores), len(scores), len(given))


_LOOKS: Sequence[Callable[[Answers], Iterable[Finding]]] = (
    _told_apart,
    _accepted,
    _even_handed,
    _unmoved,
    _keys,
    _obeyed,
    _in_format,
    _repeated,
    _refused,
)
