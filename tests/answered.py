"""A run's answers without a run."""

import numpy as np

from earwitness.bench.judged import Judged
from earwitness.bench.studies.labels import Answer, Labelled


def answered(
    p_yes, truths, *, matches=True, masses=None, clips=None, ids=None, unscored=0, truth="labels", recipe="4b1d"
):
    """Answers of these probabilities to pairs of these truths.

    Args:
        p_yes: shape ``[answer]``.
        truths: shape ``[answer]``; labels, unless ``matches`` is false.
        matches: whether the truths are labels.
        masses: of each answer's verdicts, ``[answer][verdict]``.
        clips: of each answer, ``[answer]``; each its own when None.
        ids: of the pairs; their places when None.
        unscored: how many more pairs there are.
        truth: where the truths come from.
        recipe: the run's.
    """
    names = list(ids or map(str, range(len(p_yes))))
    answers = tuple(
        Answer(
            Judged(name, clips[n] if clips else name, "a beep", {}),
            float(p_yes[n]),
            float(truths[n]),
            bool(truths[n]) if matches else None,
            (float(p_yes[n]),),
            tuple(np.atleast_1d(masses[n]).tolist()) if masses is not None else (),
        )
        for n, name in enumerate(names)
    )
    left = tuple(Judged(f"left {n}", f"left {n}", "a beep", {}) for n in range(unscored))
    return Labelled(answers, left, recipe, truth)
