"""The figures of an audit, from what a judge said of the controls.

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
``ECE``             calibration error over true and shuffled pairs
``J lost``          J of the best decision threshold less that of the judge's own, against shuffled captions
==================  ===============================================================================================

P(yes) is a judge's score on a scale from 0 to 1. Of judges whose scores are no probabilities there is no bias, no
``p_yes > .9`` and no ECE. ``yes``, ``J``, ``flips``, ``obeys`` and ``J lost`` are of decisions (module ``decisions``),
and are left out where nothing tells from which score a judge says yes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from earwitness.bench.controls.changes import LEVEL_STEP
from earwitness.bench.controls.conditions import Condition
from earwitness.bench.doctor.answers import Answers, ControlAnswer
from earwitness.bench.doctor.decisions import decision_findings
from earwitness.bench.doctor.finding import Finding
from earwitness.metrics.bootstrap import measure_interval
from earwitness.metrics.calibration_error import calibration_error

CONFIDENT = 0.9


def findings(answers: Answers) -> tuple[Finding, ...]:
    """Every figure that the answers give; what was not run has none."""
    found = [finding for look in _LOOKS for finding in look(answers)]
    if answers.decide_at is not None:
        found += decision_findings(answers, answers.decide_at)
    return tuple(finding for finding in found if finding.n_total)


def _told_apart(answers: Answers) -> Iterator[Finding]:
    """AUC of the true pairs against each control."""
    for condition in answers.conditions("control", "order"):
        told = answers.scored("true", condition.name)
        labels, clips = np.repeat([1.0, 0.0], len(told)), np.tile(told.clips, 2)
        auc = measure_interval("auc", np.concatenate(told.p_yes), labels, systems=clips, unit="systems")
        yield Finding.within(condition.name, "AUC", auc, len(told), len(answers.of(condition.name)))


def _accepted(answers: Answers) -> Iterator[Finding]:
    """Mean P(yes) under each condition."""
    for condition in answers.conditions("true", "control", "order", "same", "speech"):
        told = answers.scored(condition.name)
        total = len(answers.of(condition.name))
        yield Finding.mean(condition.name, "p_yes", told.p_yes[0], told.clips, total, (0.0, 1.0))


def _even_handed(answers: Answers) -> Iterator[Finding]:
    """Yes-bias and calibration where clips and captions are the same among matches and others."""
    told, total = answers.scored("true", "shuffled"), len(answers.of("shuffled"))
    if not answers.are_probabilities or not len(told):
        return
    true, shuffled = told.p_yes
    yield Finding.mean("true and shuffled", "bias", (true + shuffled - 1) / 2, told.clips, total, (-1.0, 1.0))
    labels, clips = np.repeat([1.0, 0.0], len(told)), np.tile(told.clips, 2)
    error = calibration_error(np.concatenate(told.p_yes), labels, clusters=clips)
    yield Finding(
        "true and shuffled", "ECE", error.value, error.low, error.high, len(told), total, error.n, error.reason
    )


def _sure(answers: Answers) -> Iterator[Finding]:
    """How often the judge is sure and wrong."""
    if answers.are_probabilities:
        told = answers.scored("shuffled")
        sure = (told.p_yes[0] > CONFIDENT).astype(np.float64)
        yield Finding.share("shuffled", f"p_yes > {CONFIDENT:g}", sure, told.clips, len(answers.of("shuffled")))


def _moved(answers: Answers) -> Iterator[Finding]:
    """What changes that leave the truth alone do to scores."""
    for condition in answers.conditions("same"):
        told = answers.scored("true", condition.name)
        true, changed = told.p_yes
        total = len(answers.of(condition.name))
        yield Finding.mean(condition.name, "shift", changed - true, told.clips, total, (-1.0, 1.0))
    told = answers.scored("softer", "louder")
    softer, louder = told.p_yes
    per_db = (louder - softer) / (2 * LEVEL_STEP)
    yield Finding.mean("level", "shift per dB", per_db, told.clips, len(answers.of("louder")), (-1.0, 1.0))


def _keys(answers: Answers) -> Iterator[Finding]:
    """How often sounds that open doors score above the true match of the same caption."""
    for condition in answers.conditions("control", "key"):
        told = answers.scored(condition.name)
        true = answers.true_of_captions(condition.name, told.bases)
        known = np.isfinite(true)
        above = (told.p_yes[0] > true)[known].astype(np.float64)
        yield Finding.share(condition.name, "beats", above, told.clips[known], len(answers.of(condition.name)))
        if condition.against != "true":
            yield _opens(answers, condition)


def _opens(answers: Answers, key: Condition) -> Finding:
    told = answers.scored(key.name, key.against)
    changed, unchanged = told.p_yes
    true = answers.true_of_captions(key.name, told.bases)
    known = np.isfinite(true)
    more = ((changed > true).astype(np.float64) - (unchanged > true))[known]
    return Finding.mean(key.name, "opens", more, told.clips[known], len(answers.of(key.name)), (-1.0, 1.0))


def _in_format(answers: Answers) -> Iterator[Finding]:
    """Whether the questions were answered by yes or no."""
    scored = [answer for name in ("true", "shuffled") for answer in answers.of(name) if answer.p_yes is not None]
    given = [answer for answer in scored if answer.mass is not None]
    if given:
        masses, off = np.array([a.mass for a in given], np.float64), np.array([float(a.off_format) for a in scored])
        yield Finding.mean("true and shuffled", "mass", masses, _clips(given), len(scored), (0.0, 1.0))
        yield Finding.share("true and shuffled", "off_format", off, _clips(scored), len(scored))


def _clips(answers: Sequence[ControlAnswer]) -> NDArray[np.str_]:
    return np.array([answer.clip for answer in answers], np.str_)


def _repeated(answers: Answers) -> Iterator[Finding]:
    """The same pairs again: at the end of the run, and one at a time."""
    for condition in answers.conditions("again"):
        told = answers.scored("true", condition.name)
        true, again = told.p_yes
        spread = float(np.abs(again - true).max()) if len(told) else None
        yield Finding.exact(condition.name, "spread", spread, told.clips, len(answers.of(condition.name)))


def _refused(answers: Answers) -> Iterator[Finding]:
    """Captions that say nothing."""
    given = answers.of("null_caption")
    told = answers.scored("null_caption")
    if given:
        yield Finding.exact("null_caption", "refused", 1 - len(told) / len(given), _clips(given), len(given))
    if len(told):
        yield Finding.exact("null_caption", "highest", float(told.p_yes[0].max()), told.clips, len(given))


_LOOKS: Sequence[Callable[[Answers], Iterable[Finding]]] = (
    _told_apart,
    _accepted,
    _even_handed,
    _sure,
    _moved,
    _keys,
    _in_format,
    _repeated,
    _refused,
)
