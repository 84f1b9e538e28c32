"""Takes one clause apart: its sound's words, and the attributes, counts, places and styles among them.

"Dog barks" is left of "in a kitchen a dog barks loudly twice" when everything that the lexicon knows as something else
is taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from earwitness.rubrics.rules.clauses import Clause
from earwitness.rubrics.rules.noun_phrases import WITHIN, chinese_place_end, is_place, phrase_end
from earwitness.rubrics.rules.remarks import Parts, Remark, core_of, is_verb
from earwitness.rubrics.rules.tokens import CONTENT, NOUNS, STYLED, VERBS, Token

DEFINITE = frozenset({"the", "his", "her", "its", "their", "this", "that", "这个", "那个", "这位", "那位"})
_PLAYS = frozenset({"播放", "播放着", "演奏", "奏起"})
_DOES = frozenset({"uses", "using", "use", "gives", "giving"})
# What belongs to the name of the sound in front of it.
_SOUND_OF = frozenset({"声", "声音", "的声音", "之声", "音", "响声", "的"})
# What such a noun makes of unknown words in front of it: "a velvet-gloved tone".
_NAMED_BY_NOUN = frozenset({"emotion", "accent", "mood", "timbre"})


def parts_of(clause: Clause) -> Parts:
    """Take a clause apart.

    Example:
        >>> from earwitness.rubrics.rules.clauses import clauses_of
        >>> from earwitness.rubrics.rules.tokens import tokens_of
        >>> parts = parts_of(clauses_of(tokens_of("In a kitchen a dog barks very loudly twice"))[0])
        >>> [token.text for token in parts.content], [remark.dimension for remark in parts.styles]
        (['dog', 'barks'], ['scene'])
        >>> [token.text for token in parts.traits[0].tokens], parts.counts[0].tokens[0].text
        (['very', 'loudly'], 'twice')
    """
    return _ClauseReader(clause).read()


class _ClauseReader:
    """Goes through a clause once, from left to right."""

    def __init__(self, clause: Clause) -> None:
        self.tokens = clause.tokens
        self.parts = Parts()
        self.runs: list[list[Token]] = [[]]
        self.place = 0
        # "With a deep voice" is a modifier as "in a deep voice" is.
        self.within_phrase = clause.linked_by("with") is not None

    def read(self) -> Parts:
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            _READERS.get(token.tag, _ClauseReader.read_other)(self, token)
            self.place += 1
        self.parts.core = core_of(self.runs)
        return self.parts

    @property
    def after(self) -> Token | None:
        """The next token."""
        return self.tokens[self.place + 1] if self.place + 1 < len(self.tokens) else None

    def holds(self, tags: frozenset[str]) -> bool:
        """Whether a word of these tags has been kept."""
        return any(token.tag in tags for run in self.runs for token in run)

    # --- words of the sound ------------------------------------------------------------------------------------------

    def read_other(self, token: Token) -> None:
        if token.tag == "word" and _is_adverb(token):
            self._remark(self.parts.traits, "manner", token)
        elif token.tag in CONTENT:
            self.runs[-1].append(token)

    def read_voice(self, token: Token) -> None:
        if token.text == "voice" and self.within_phrase and not (self.after and self.after.shape == "ing"):
            self.read_property(token)
            return
        self.runs[-1].append(token)
        implied = token.form.term.implies if token.form else ()
        self.parts.traits += [Remark(dimension, (token,)) for dimension in implied]

    def read_det(self, token: Token) -> None:
        if not any(self.runs):
            self.parts.definite = token.text in DEFINITE
        self.runs[-1].append(token)

    def read_pron(self, _token: Token) -> None:
        self.parts.refers = self.parts.refers or not any(self.runs)

    def read_aux(self, token: Token) -> None:
        if token.text in _DOES and not any(other.tag == "property" for other in self.tokens[self.place :]):
            self.runs[-1].append(replace(token, tag="word"))
        else:
            self.parts.linking = True

    def read_frame(self, token: Token) -> None:
        """Without content, but 声 behind a source is part of its name, and 在 opens a place."""
        run = self.runs[-1]
        if token.text in _SOUND_OF and run and run[-1].end == token.start:
            run.append(token)
        elif token.text == "在" and (end := chinese_place_end(self.tokens, self.place)):
            self._take_scene(end)

    def read_comment(self, _token: Token) -> None:
        """Behind "creating" or "suitable for" nothing is heard, but moods are named."""
        self.parts.commented = True
        self._break()
        rest = (token for token in self.tokens[self.place + 1 :] if token.tag in ("trait", "degree"))
        self.tokens = (*self.tokens[: self.place + 1], *rest)

    # --- remarks -----------------------------------------------------------------------------------------------------

    def _remark(self, remarks: list[Remark], dimension: str, token: Token) -> None:
        remarks.append(Remark(dimension, (*self._degrees(), token)))
        self._break()

    def _break(self) -> None:
        if self.runs[-1]:
            self.runs.append([])

    def _degrees(self) -> tuple[Token, ...]:
        """Degree words and a "not" directly in front; of noun-like attributes the adjectives too: "light reverb"."""
        graded = self.tokens[self.place].dimension in ("room", "accent")
        first = self.place
        while first and _is_degree(self.tokens[first - 1], graded=graded):
            first -= 1
        return tuple(self.tokens[first : self.place])

    def read_trait(self, token: Token) -> None:
        after = self.after
        if after and after.dimension in ("room", "accent") and _is_degree(token, graded=True):
            return
        if after and token.dimension == "age" and after.tag in ("source", "sound", "instrument", "place"):
            self.runs[-1].append(token)  # "an old truck"
            return
        words = self._unknown_adjectives() if token.dimension in ("room", "accent") else ()
        self.parts.traits.append(Remark(token.dimension, (*words, *self._degrees(), token)))
        self._break()

    def _unknown_adjectives(self) -> tuple[Token, ...]:
        """Words such as the "thick" of "a thick Russian accent", taken out of the sound's."""
        if self.holds(NOUNS | VERBS):
            return ()
        words = tuple(token for token in self.runs[-1] if token.tag == "word")
        self.runs[-1].clear()
        return words

    def read_count(self, token: Token) -> None:
        # Not "counts from one to ten".
        if not self.place or self.tokens[self.place - 1].text not in ("from", "to"):
            self._remark(self.parts.counts, "count", token)

    def read_style(self, token: Token) -> None:
        played = is_verb([self.after], 0) if self.after else any(other.text in _PLAYS for other in self.runs[-1])
        if token.tag == "genre" and played:
            self.parts.styles.append(Remark(token.dimension, (token,)))
            self.runs[-1].append(replace(token, tag="music"))  # "jazz plays" is a sound too
        else:
            self._remark(self.parts.styles, token.dimension, token)

    def read_place(self, token: Token) -> None:
        """Without a preposition a place takes its adjective with it; before a noun it is part of its name."""
        after, run = self.after, self.runs[-1]
        if after and after.tag in NOUNS | {"word"} and token.text.isascii():
            run.append(token)
            return
        adjective = run and run[-1].tag == "word" and run[-1].end >= token.start - 1 and not is_verb(run, len(run) - 1)
        words = [run.pop()] if adjective else []
        inner = (after,) if after and after.text in WITHIN else ()
        self.parts.styles.append(Remark("scene", (*words, token, *inner)))
        self._break()

    def read_property(self, token: Token) -> None:
        """What stands beside "tone", "pitch" or 语速 is said of a sound that was named before."""
        self.parts.topic = token.dimension
        run = self.runs[-1]
        words = tuple(other for other in run if other.tag == "word")
        if any(other.tag in NOUNS | VERBS for other in run):
            words = ()
        if words and token.dimension in _NAMED_BY_NOUN:
            self.parts.traits.append(Remark(token.dimension, words))
            run.clear()
        elif words and token.dimension == "genre":
            self.parts.styles.append(Remark("genre", (*words, token)))
            run.clear()
        elif not self.holds(NOUNS | VERBS):
            run.clear()
            self.parts.refers = not (self.after and self.after.tag in NOUNS)
        self._break()

    # --- phrases with prepositions -----------------------------------------------------------------------------------

    def read_prep(self, token: Token) -> None:
        end = phrase_end(self.tokens, self.place)
        phrase = self.tokens[self.place + 1 : end]
        if is_place(token, phrase):
            self._take_scene(end)
        elif any(other.tag == "property" or other.text == "voice" for other in phrase):
            self._take_manner(end)
        elif phrase and all(other.tag in ("trait", "degree", "det") for other in phrase):
            self._break()
        elif token.text == "of":
            self.runs[-1].append(token)
        else:
            self._take_complement(end, kept=bool(self.runs[-1]))

    def _take_scene(self, end: int) -> None:
        self.parts.styles.append(Remark("scene", self.tokens[self.place : end]))
        self._break()
        self.place = end - 1

    def _take_manner(self, end: int) -> None:
        """Of "in a very low voice" the attributes count, the nouns do not."""
        words: list[Token] = []
        while self.place + 1 < end:
            self.place += 1
            token = self.tokens[self.place]
            if token.tag in STYLED | {"trait"}:
                _READERS[token.tag](self, token)
            elif token.tag == "word":
                words.append(token)
            elif token.tag == "property":
                self.parts.topic = token.dimension
                if words and token.dimension in _NAMED_BY_NOUN and not self.parts.traits:
                    self.parts.traits.append(Remark(token.dimension, tuple(words)))
        self._break()

    def _take_complement(self, end: int, *, kept: bool) -> None:
        """The attributes in "over a gentle stream" are not the event's; behind an adverb it is left out altogether."""
        last = max((p for p in range(self.place, end) if self.tokens[p].tag in CONTENT), default=self.place)
        if kept:
            words = self.tokens[self.place : last + 1]
            self.runs[-1] += [token for token in words if token.tag in CONTENT | {"det", "prep"}]
        self.place = last


_READERS: Mapping[str, Callable[[_ClauseReader, Token], None]] = {
    "voice": _ClauseReader.read_voice,
    "det": _ClauseReader.read_det,
    "pron": _ClauseReader.read_pron,
    "aux": _ClauseReader.read_aux,
    "frame": _ClauseReader.read_frame,
    "comment": _ClauseReader.read_comment,
    "trait": _ClauseReader.read_trait,
    "count": _ClauseReader.read_count,
    "place": _ClauseReader.read_place,
    "property": _ClauseReader.read_property,
    "prep": _ClauseReader.read_prep,
    **dict.fromkeys(STYLED, _ClauseReader.read_style),
}


def _is_degree(token: Token, *, graded: bool) -> bool:
    return token.tag in ("degree", "neg") or (graded and token.dimension in ("loudness", "duration"))


def _is_adverb(token: Token) -> bool:
    """An English word that nobody knows and that ends as adverbs do: "bitterly"."""
    return not token.forms and len(token.text) > 4 and token.text.endswith("ly")
