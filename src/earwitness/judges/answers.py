"""From questions to probabilities of yes: read off the first answer token, or written out as JSON with evidence.

Conventions: ``p_yes [window, item]`` in [0, 1], NaN where there is no answer; ``mass [window, item]``, NaN where an
answer was written and has none; windows are those of the clip, items those of the rubric.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from earwitness.backbones.base import AnswerForms, AnswerMethod, Backbone, Request, Writing, p_yes
from earwitness.errors import ClipError
from earwitness.judges.batch import put_windows
from earwitness.judges.hearing import Heard
from earwitness.rubrics.asking import Wording
from earwitness.rubrics.parse import VERDICTS_SCHEMA, WrittenVerdict, read_verdicts
from earwitness.types import Language, Rubric, VerdictStatus

# A sentence of evidence with its id and answer, in tokens of the wordiest tokenizers, and the brackets around all.
TOKENS_PER_ITEM, TOKENS_AROUND = 96, 64
# Characters of a reply that could not be read, kept to be looked at.
UNREAD_SHOWN = 200

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Asked:
    """A pair as it is heard, what is asked about it, and in which words."""

    heard: Heard
    rubric: Rubric
    wording: Wording


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a backbone said about one pair.

    Attributes:
        p_yes: shape ``[window, item]``.
        mass: shape ``[window, item]``.
        evidence: what was heard, in words, by window and item; of a written reply that could not be read, its
            beginning; empty where nothing was written.
        unanswered: what an item without an answer is called.
        flags: doubts about how the answers came about.
    """

    p_yes: NDArray[np.float64]
    mass: NDArray[np.float64]
    evidence: tuple[tuple[str, ...], ...]
    unanswered: VerdictStatus = "error"
    flags: frozenset[str] = frozenset()


Answered: TypeAlias = "list[Answers | ClipError]"


def by_logits(
    asked: Sequence[Asked], backbone: Backbone, forms_of: Callable[[Language], AnswerForms], method: AnswerMethod
) -> Answered:
    """Every item of each pair by the probability of its first answer token, behind one audio prefix a window."""

    def requests(one: Asked) -> list[Request]:
        questions = tuple(one.wording.ask(item) for item in one.rubric.items)
        forms = forms_of(one.wording.answers).all
        return [Request(clip, questions, forms, one.wording.system) for clip in one.heard.clips]

    def read(one: Asked, windows: Sequence[NDArray[np.float64]]) -> Answers:
        judged = [p_yes(window, forms_of(one.wording.answers), method) for window in windows]
        unsaid = (("",) * len(one.rubric.items),) * len(windows)
        return Answers(np.stack([yes for yes, _ in judged]), np.stack([mass for _, mass in judged]), unsaid)

    return _each(asked, requests, backbone.answer, read)


def by_writing(asked: Sequence[Asked], backbone: Backbone) -> Answered:
    """Every item of each pair in one written reply a window: yes is 1, no is 0, with a sentence of evidence."""

    def requests(one: Asked) -> list[Request]:
        listed = one.wording.list_items(one.rubric.items)
        return [Request(clip, (listed,), system=one.wording.write_system) for clip in one.heard.clips]

    answered: dict[int, Answers | ClipError] = {}
    # A reply may be as long as its own items need: the limit must not depend on a pair's neighbours.
    for count in sorted({len(one.rubric.items) for one in asked}):
        alike = [place for place, one in enumerate(asked) if len(one.rubric.items) == count]
        put = partial(
            backbone.generate, writing=Writing(TOKENS_AROUND + TOKENS_PER_ITEM * count, schema=VERDICTS_SCHEMA)
        )
        written = _each([asked[place] for place in alike], requests, put, _read_written)
        answered.update(zip(alike, written, strict=True))
    return [answered[place] for place in range(len(asked))]


def _read_written(one: Asked, windows: Sequence[tuple[str, ...]]) -> Answers:
    items = one.rubric.items
    texts = [text for (text,) in windows]
    replies = [read_verdicts(text, [item.id for item in items]) for text in texts]
    answers = [[_written(reply.get(item.id)) for item in items] for reply in replies]
    evidence = tuple(
        tuple(reply[item.id].evidence if item.id in reply else text[:UNREAD_SHOWN] for item in items)
        for reply, text in zip(replies, texts, strict=True)
    )
    return Answers(np.array(answers), np.full((len(windows), len(items)), np.nan), evidence, "unparsed")


def _written(verdict: WrittenVerdict | None) -> float:
    return np.nan if verdict is None else float(verdict.answer)


def _each(
    asked: Sequence[Asked],
    requests_of: Callable[[Asked], list[Request]],
    put: Callable[[list[Request]], Sequence[Given | ClipError]],
    read: Callable[[Asked, list[Given]], Answers],
) -> Answered:
    given = put_windows([requests_of(one) for one in asked], put)
    return [
        windows if isinstance(windows, ClipError) else read(one, windows)
        for one, windows in zip(asked, given, strict=True)
    ]


def without_answer(one: Asked, answers: Answers | ClipError) -> Asked | None:
    """The items that lack an answer in some window, to be asked again; None if all have one."""
    items = one.rubric.items
    if isinstance(answers, Answers):
        lacking = np.isnan(answers.p_yes).sum(axis=0)
        items = tuple(item for item, windows in zip(items, lacking, strict=True) if windows)
    # Each stands alone when it is asked, whatever its parents and its weight beside others.
    items = tuple(replace(item, parents=(), weight=1.0) for item in items)
    return replace(one, rubric=replace(one.rubric, items=items)) if items else None


def filled(one: Asked, answers: Answers | ClipError, again: Asked, others: Answers | ClipError) -> Answers | ClipError:
    """The answers with those of another asking in the place of what was missing."""
    if isinstance(others, ClipError):
        return answers
    flags = others.flags | {"asked_by_logits"}
    if isinstance(answers, ClipError):
        return replace(others, flags=flags)
    ids = [item.id for item in one.rubric.items]
    places = [ids.index(item.id) for item in again.rubric.items]
    probability, mass = answers.p_yes.copy(), answers.mass.copy()
    missing = np.isnan(probability[:, places])
    probability[:, places] = np.where(missing, others.p_yes, probability[:, places])
    mass[:, places] = np.where(missing, others.mass, mass[:, places])
    evidence = [
        tuple("asked by its logits" if np.isfinite(p) and was else text for p, was, text in zip(*row, strict=True))
        for row in zip(probability, np.isnan(answers.p_yes), answers.evidence, strict=True)
    ]
    return replace(answers, p_yes=probability, mass=mass, evidence=tuple(evidence), flags=answers.flags | flags)
