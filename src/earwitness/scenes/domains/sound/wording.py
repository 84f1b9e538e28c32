"""Captions and questions about scenes of sounds, in English and Chinese.

A caption tells the events in a row, then what lies under them, then what is not heard; ``tellings`` has
the wordings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from earwitness.scenes.domains.base import Claim, Described, Fact
from earwitness.scenes.domains.labels.words import happening, heard, said, stem
from earwitness.scenes.domains.pieces import Piece, capitalised, described
from earwitness.scenes.domains.sound.sketch import Group, SceneSketch
from earwitness.scenes.domains.sound.tellings import TELLINGS, Wordings
from earwitness.scenes.draws import one_of
from earwitness.scenes.phrases import COUNTS, PHRASES
from earwitness.scenes.plans import PlannedEvent
from earwitness.types import Language

# A count with the measure word behind it.
_GAP = re.compile(r"\{n\}[次声下阵]?")


def describe(sketch: SceneSketch, language: Language, rng: np.random.Generator) -> Described:
    """A caption that makes a sketch's claims, with one item for each; only its wording is drawn.

    Example:
        >>> from earwitness.scenes.plans import Plan
        >>> sketch = SceneSketch(Plan(((PlannedEvent("bell", 2),), (PlannedEvent("siren"),))), absent="knock")
        >>> made = describe(sketch, "en", np.random.default_rng(1))
        >>> made.caption
        'A bell sounds exactly twice. After that, a siren wails. At no point is there any knocking.'
        >>> [made.caption[slice(*item.span)] for item in made.items][1:4]
        ['exactly twice', 'a siren wails', 'After that']
    """
    pieces = [*_Teller(sketch, language, rng).pieces(), Piece(TELLINGS[language].period)]
    return described(capitalised(pieces), sketch.claims, lambda claim: question(claim, language))


class _Teller:
    """Draws the wording of one caption."""

    def __init__(self, sketch: SceneSketch, language: Language, rng: np.random.Generator) -> None:
        self.sketch = sketch
        self.language: Language = language
        self.telling = TELLINGS[language]
        self.rng = rng
        # Drawn from without putting back: no two events are joined alike.
        self.joints = [*self.telling.then, *self.telling.followed]
        self.is_framed = False

    def pieces(self) -> list[Piece]:
        pieces = self._group(self.sketch.plan.groups[0])
        told = self.sketch.plan.groups[0]
        for group in self.sketch.plan.groups[1:]:
            pieces += self._next(told[-1], group)
            told = group
        return pieces + self._rest()

    def _rest(self) -> list[Piece]:
        pieces = []
        if self.sketch.secondary:
            pieces += self._told(self.telling.under, Claim("secondary", (self.sketch.secondary,)))
        if self.sketch.absent:
            pieces += self._told(self.telling.without, Claim("absence", (self.sketch.absent,)))
        return pieces

    def _next(self, before: PlannedEvent, group: Group) -> list[Piece]:
        """A group behind another, with how loud it is beside the one before."""
        order = Claim("order", (before.label, group[0].label))
        plain = len(group) == 1 and group[0].count is None
        joint = one_of([each for each in self.joints if plain or each in self.telling.then], self.rng)
        self.joints = [each for each in self.joints if not _alike(each, joint)]
        pieces = self._told((joint,), order)
        if joint in self.telling.then:
            pieces += self._group(group)
        else:
            nouns = said(group[0].label, self.language).nouns
            pieces.append(Piece(one_of(nouns, self.rng), (Claim("event", (group[0].label,)),)))
        return pieces + self._loudness(group[0])

    def _group(self, group: Group) -> list[Piece]:
        if len(group) == 1:
            return self._event(group[0])
        cue = self._told(self.telling.together, Claim("overlap", (group[0].label, group[1].label)))
        return [*self._event(group[0]), *cue, *self._event(group[1])]

    def _event(self, event: PlannedEvent) -> list[Piece]:
        known, happens = said(event.label, self.language), Claim("event", (event.label,))
        if event.count is None:
            return [Piece(self._clause(event.label), (happens,))]
        often = Claim("count", (event.label,), event.count)
        clause = one_of(known.counted, self.rng)
        gap = _GAP.search(clause)
        assert gap
        before, after = clause[: gap.start()], clause[gap.end() :]
        times = gap[0].replace("{n}", COUNTS[self.language][event.count][0])
        number = Piece(one_of(self.telling.counts, self.rng).format(times), (often,))
        return [*_trimmed(before, happens), number, *_trimmed(after, happens)]

    def _loudness(self, event: PlannedEvent) -> list[Piece]:
        """What is said of the later of two events, one of which is much louder."""
        louder = self.sketch.louder
        labels = self.sketch.plan.labels
        if not louder or event.label != max(louder, key=labels.index):
            return []
        is_louder = event.label == louder[0]
        return self._told(
            self.telling.louder if is_louder else self.telling.softer,
            Claim("loudness", louder),
            louder[1] if is_louder else louder[0],
        )

    def _told(self, wordings: Wordings, claim: Claim, label: str | None = None) -> list[Piece]:
        """One wording with its gaps filled with the words of a label, by default the first that the claim is about."""
        lead, own, tail = one_of(wordings, self.rng).split("|")
        label = label or claim.about[0]
        known = said(label, self.language)
        words = {
            "noun": one_of(known.nouns, self.rng),
            "stem": stem(label, self.language),
            "clause": one_of(known.clauses, self.rng),
        }
        return [Piece(lead), Piece(own.format_map(words), (claim,)), Piece(tail)]

    def _clause(self, label: str) -> str:
        """A sentence of its own for a sound; that it "is heard" is said of one sound only."""
        frame = heard(label, self.language)
        clause = one_of((*said(label, self.language).clauses, *([] if self.is_framed else [frame])), self.rng)
        self.is_framed |= clause == frame
        return clause


def _alike(one: str, other: str) -> bool:
    """Whether the cue of one wording is part of the other's: "then" and "and then"."""
    cue, same = (wording.split("|")[1].casefold() for wording in (one, other))
    return cue in same or same in cue


def _trimmed(text: str, claim: Claim) -> list[Piece]:
    """A claim's words without the blanks around them, which are pieces of their own."""
    own = text.strip()
    if not own:
        return [Piece(text)]
    lead, tail = text.split(own)
    return [Piece(lead), Piece(own, (claim,)), Piece(tail)]


# --- questions -----------------------------------------------------------------------------------------------------


def _asked(kind: str, english: int, chinese: int) -> Mapping[Language, str]:
    """Those wordings of the scenes' questions that go with any noun."""
    return {"en": PHRASES["en"].questions[kind][english], "zh": PHRASES["zh"].questions[kind][chinese]}


QUESTIONS: Mapping[Fact, Mapping[Language, str]] = {
    "event": _asked("presence", 1, 1),
    "secondary": {"en": "Can you hear {noun1} in the background?", "zh": "背景中有{noun1}吗？"},
    "absence": {"en": "Is the clip free of any {bare1}?", "zh": PHRASES["zh"].questions["absence"][0]},
    "order": _asked("order", 4, 0),
    "overlap": _asked("overlap", 0, 0),
    "count": {"en": "Does {happening} exactly {times}?", "zh": PHRASES["zh"].questions["count"][0]},
    "loudness": {"en": "Is the {bare1} much louder than the {bare2}?", "zh": "{noun1}比{noun2}响得多吗？"},
}


def question(claim: Claim, language: Language) -> str:
    """The question about a claim; yes means that it is true.

    Example:
        >>> question(Claim("absence", ("dog bark",)), "en"), question(Claim("count", ("bell",), 2), "zh")
        ('Is the clip free of any barking dog?', '钟声出现了两次吗？')
    """
    words: dict[str, str] = {}
    for place, label in enumerate(claim.about, start=1):
        words |= {f"noun{place}": said(label, language).nouns[0], f"bare{place}": stem(label, language)}
    if isinstance(claim.value, int):
        words |= {"times": COUNTS[language][claim.value][1], "happening": happening(claim.about[0])}
    return QUESTIONS[claim.fact][language].format_map(words)
