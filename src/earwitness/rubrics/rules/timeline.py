"""How sounds lie in time, told from the cues between the clauses that name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from earwitness.rubrics.rules.clauses import Clause
from earwitness.rubrics.rules.tokens import Token

S = TypeVar("S")
How = Literal["order", "overlap"]


@dataclass(frozen=True, slots=True)
class Relation(Generic[S]):
    """Two sounds and the words that say how they lie; for an order, ``first`` is the earlier one."""

    how: How
    cue: Token
    first: S
    second: S


class Timeline(Generic[S]):
    """Takes in clauses with the new sound that each names, and keeps the relations between neighbours."""

    def __init__(self) -> None:
        self.relations: list[Relation[S]] = []
        self._last: S | None = None
        self._before: S | None = None  # named before the last one, in the same sentence
        self._cue: Token | None = None  # waits for a sound to come
        self._fronted: tuple[Token, S] | None = None  # "While it rains, ...": waits for the other sound
        self._opening = True  # no sound yet in this sentence

    def end_sentence(self) -> None:
        """Settle what the sentence left open."""
        if self._fronted and self._before is not None:
            self._relate(self._fronted[0], self._before, self._fronted[1])
        self._cue = self._fronted = self._before = None
        self._opening = True

    def forget(self) -> None:
        """The last sound was none, nor was anything that was said of its place."""
        forgotten, self._last, self._before = self._last, self._before, None
        self.relations = [r for r in self.relations if forgotten is not r.first and forgotten is not r.second]
        self._fronted = None

    def read(self, clause: Clause, sound: S | None) -> None:
        """Take in a clause and the sound that it is the first to name, if any."""
        for place, link in enumerate(clause.links):
            if link.tag == "stop":
                self.end_sentence()
            elif link.sense == "together" and (sound is None or place + 1 < len(clause.links)):
                self._join_last_two(link)
            elif link.sense == "last":
                self._cue = self._cue or link
            elif link.tag in ("order", "overlap") and link.sense != "first":
                self._cue = link
        if sound is not None:
            self._take(sound)

    def _join_last_two(self, cue: Token) -> None:
        if self._last is not None and self._before is not None:
            self._relate(cue, self._before, self._last)

    def _take(self, sound: S) -> None:
        cue, self._cue = self._cue, None
        fronted, self._fronted = self._fronted, None
        if cue and self._opening and cue.text in _FRONTING:
            self._fronted = (cue, sound)
        elif cue and self._last is not None:
            self._relate(cue, self._last, sound)
        if fronted:
            self._relate_fronted(fronted, sound)
        self._before, self._last = self._last, sound
        self._opening = False

    def _relate_fronted(self, fronted: tuple[Token, S], sound: S) -> None:
        """What "after the bell rings" puts in front came first; what "before" does, second."""
        cue, other = fronted
        first, second = (sound, other) if cue.text in _BEFORE else (other, sound)
        self._add("overlap" if cue.tag == "overlap" else "order", cue, first, second)

    def _relate(self, cue: Token, earlier: S, later: S) -> None:
        if cue.tag == "overlap":
            self._add("overlap", cue, earlier, later)
        elif cue.sense == "after":
            self._add("order", cue, later, earlier)
        else:
            self._add("order", cue, earlier, later)

    def _add(self, how: How, cue: Token, first: S, second: S) -> None:
        pairs = [{id(relation.first), id(relation.second)} for relation in self.relations[-4:]]
        if {id(first), id(second)} not in pairs:
            self.relations.append(Relation(how, cue, first, second))


_BEFORE = frozenset({"before", "until", "preceding"})
_FRONTING = _BEFORE | {"while", "as", "whilst", "during", "amid", "amidst", "after", "once", "following", "as soon as"}
_FRONTING |= {
    "一边",
    "边",
    "随着",
    "伴随着",
    "伴随",
    "伴着",
    "一面",
    "right after",
    "just as",
    "just after",
    "accompanied by",
}
