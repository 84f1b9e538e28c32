"""Which clauses say that something is absent: those behind a negation, and those that go on with its list."""

from __future__ import annotations

from collections.abc import Sequence

from earwitness.rubrics.rules.clauses import Clause
from earwitness.rubrics.rules.remarks import Parts
from earwitness.rubrics.rules.tokens import VERBS

_ANY_OF = frozenset({"or", "nor", "or any", "nor any", "或", "或者", "或是"})
_LISTED = _ANY_OF | {",", "and", "和", "、", "及", "以及", "也"}


def is_denied(clause: Clause, parts: Parts, following: Sequence[Clause], *, before: bool) -> bool:
    """Whether what a clause names is absent.

    "No music or speech" denies both, as does "no music, speech, or noise"; "no music, but rain", "no music, rain" and
    "no music and a dog barks" deny one.

    Args:
        clause: as cut from the caption.
        parts: the same taken apart.
        following: the next clauses, which tell whether a comma lists what is denied.
        before: whether the clause in front of it was denied.
    """
    if clause.linked_by("neg"):
        return True
    links = {link.text for link in clause.links}
    fresh = any(token.tag in ("det", "count", "property") for token in clause.tokens) or parts.verb is not None
    if not before or fresh or not links or not links <= _LISTED:
        return False
    if links == {","}:
        return _ends_in_or(following)
    return links <= _ANY_OF | {","} or "," not in links


def _ends_in_or(following: Sequence[Clause]) -> bool:
    """Whether a list goes on, by commas alone, to an "or"."""
    for clause in following:
        links = {link.text for link in clause.links}
        if any(token.tag in VERBS for token in clause.tokens):
            return False
        if links & _ANY_OF:
            return True
        if links != {","}:
            return False
    return False
