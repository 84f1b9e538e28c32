"""Why there is no number, no interval or no score, in words for people; codes are those of ``metrics`` and records."""

from __future__ import annotations

from collections.abc import Mapping

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


def not_scored(failures: Mapping[str, int]) -> list[str]:
    """A line for each reason for which pairs have no score, from how many pairs have it.

    Example:
        >>> not_scored({"audio_empty": 1200})
        ['not scored: 1,200 x audio_empty']
    """
    return [f"not scored: {count:,} x {code}" for code, count in failures.items()]
