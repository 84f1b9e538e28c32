"""How captions join the events of a scene, in English and Chinese.

A wording is a text with gaps; bars mark the words that are the claim's own: of ", |then| " the cue is "then". In gaps
stand ``{noun}`` (a phrase), ``{stem}`` (what stands behind "the", "no" and "any") and ``{clause}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earwitness.types import Language

Wordings = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """How one language joins clauses.

    Attributes:
        then: between one event and the next, as a clause.
        followed: the same, with the next as a noun.
        together: between two clauses at the same time.
        counts: of a number's words.
        louder: behind the later of two events, of the earlier: much louder than it.
        softer: much softer than it.
        under: behind all events: what is heard in the background.
        without: behind all events: what is not heard.
        period: behind the last sentence.
    """

    then: Wordings
    followed: Wordings
    together: Wordings
    counts: Wordings
    louder: Wordings
    softer: Wordings
    under: Wordings
    without: Wordings
    period: str


TELLINGS: Mapping[Language, Telling] = {
    "en": Telling(
        then=(", |then| ", ", |and then| ", ", |and after that| ", ", |after which| ", ". |After that|, "),
        followed=(", |followed by| ",),
        together=(" |while| ", " |as| ", " |and at the same time| "),
        counts=("{}", "exactly {}", "just {}"),
        louder=(
            ", |much louder than the {stem}|",
            ", |far louder than the {stem}|",
            ", |a lot louder than the {stem}|",
        ),
        softer=(
            ", |much softer than the {stem}|",
            ", |far quieter than the {stem}|",
            ", |much quieter than the {stem}|",
        ),
        under=(
            ", with |{noun} in the background|",
            ". |In the background, {clause}|",
            ". All the while, |{noun} can be heard in the background|",
        ),
        without=(
            ". |No {stem}| can be heard",
            ". There is |no {stem}|",
            ", but |no {stem}| can be heard",
            ". |At no point is there any {stem}|",
        ),
        period=".",
    ),
    "zh": Telling(
        then=("，|然后|", "，|接着|", "，|随后|", "，|之后|"),
        followed=("，|接着是|", "，|然后是|", "，|随后是|"),
        together=("，|同时|", "，|与此同时|，", "|的同时|，"),
        counts=("{}",),
        louder=("，|比{noun}响得多|", "，|声音比{noun}大得多|", "，|比{noun}响亮得多|"),
        softer=("，|比{noun}轻得多|", "，|声音比{noun}小得多|", "，|比{noun}轻很多|"),
        under=("，|背景中有{noun}|", "，|背景音是{noun}|", "。|背景里一直有{noun}|", "。|背景中，{clause}|"),
        without=("，|没有{noun}|", "，|听不到{noun}|", "，|始终没有{noun}|", "。其间|听不到{noun}|"),
        period="。",
    ),
}
