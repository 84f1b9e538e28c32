"""Why there is no number or no interval, in words for people; the codes are those of ``metrics``."""

from __future__ import annotations

REASONS = {
    "perfect": "too near the end of the scale for an interval",
    "too_few": "too few to measure",
    "too_few_units": "too few for an interval",
    "constant_scores": "all scores are equal",
    "constant_ratings": "all truths are equal",
    "constant_resamples": "nothing varies: no interval",
    "undefined_resamples": "too rarely defined for an interval",
}


def in_words(reason: str | None) -> str:
    """The reason in words; empty where nothing is missing.

    Example:
        >>> in_words("too_few_units"), in_words("no_labels"), in_words(None)
        ('too few for an interval', 'no labels', '')
    """
    return "" if reason is None else REASONS.get(reason, reason.replace("_", " "))
