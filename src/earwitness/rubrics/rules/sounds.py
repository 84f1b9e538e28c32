"""A sound that a caption names, and whether a clause names a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from earwitness.rubrics.rules.clauses import Clause
from earwitness.rubrics.rules.remarks import Parts, Remark, verb_place
from earwitness.rubrics.rules.tokens import NOUNS, VERBS, Token

Source = Literal["sound", "instrument", "voice"]

# A verb further from its subject than this many characters is no longer one phrase with it.
_REACH = 60
_PARTING = frozenset({"and", "order", "overlap", "neg", "stop"})
# 一边走一边唱: who walks stands in front of the first of the pair.
_PAIRED = frozenset({"一边", "边", "一面"})
# Music that such a noun names is the clip as a whole.
_PIECES = frozenset(
    {"track", "piece", "composition", "arrangement", "soundtrack", "score", "loop", "soundscape", "song"}
)
_PIECES |= {
    "performance",
    "instrumental piece",
    "number",
    "曲子",
    "乐曲",
    "作品",
    "曲目",
    "音轨",
    "歌曲",
    "纯音乐",
    "编曲",
}
_HEARD_IN_MUSIC = frozenset({"distance", "loudness", "duration"})
_TELLING_OF_MUSIC = frozenset({"emotion", "pace", "room", "timbre"})


@dataclass(eq=False, slots=True)
class Sound:
    """One event.

    Attributes:
        words: its core.
        source: what makes it.
        subject: the sound whose maker makes this one too.
        traits: its attributes.
        counts: how often or how many.
    """

    words: list[Token]
    source: Source
    subject: Sound | None = None
    traits: list[Remark] = field(default_factory=list)
    counts: list[Remark] = field(default_factory=list)

    @property
    def span(self) -> tuple[int, int]:
        """From its first to its last word."""
        return self.words[0].start, self.words[-1].end

    @property
    def has_verb(self) -> bool:
        """Whether it says what is done."""
        return verb_place(self.words) is not None

    @property
    def maker(self) -> Sound:
        """The sound that names who does it."""
        return self.subject.maker if self.subject else self

    @property
    def by_person(self) -> bool:
        """Whether somebody makes it."""
        return any(token.tag == "voice" for token in self.maker.words)

    @property
    def is_music(self) -> bool:
        """Whether it is a melody or a piece, of which mood and tempo are the clip's."""
        return self.source != "voice" and any(token.tag in ("music", "genre") for token in self.words)

    def shares_noun(self, nouns: Sequence[Token]) -> bool:
        """Whether one of these nouns means what one of its own does."""
        meant = {_meaning(token) for token in nouns}
        return any(_meaning(token) in meant for token in self.words if token.tag in NOUNS)


def _meaning(noun: Token) -> str:
    return "|".join(noun.form.term.names.values()) if noun.form else noun.text


def source_of(words: Sequence[Token], subject: Sound | None) -> Source:
    """What makes a sound: its last noun says, unless a voice does what voices do not, as in "a man walks"."""
    nouns = [token.tag for token in words if token.tag in NOUNS]
    verbs = {token.dimension for token in words if token.tag in VERBS}
    speaks = "voice" in verbs or not verbs
    if "voice" in nouns and (nouns[-1] == "voice" or "source" not in nouns) and speaks:
        return "voice"
    if "instrument" in nouns:
        return "instrument"
    if "voice" in verbs and not set(nouns) - {"voice"}:
        animal = subject and any(token.tag == "source" for token in subject.maker.words)
        return "sound" if animal else "voice"
    return "voice" if subject and subject.source == "voice" and not verbs else "sound"


def completes(sound: Sound, clause: Clause, parts: Parts) -> bool:
    """Whether a clause has the verb of a sound that has none yet, as in "a man with a deep voice speaks"."""
    if not clause.links or not parts.starts_with_verb or sound.has_verb or is_participle(clause, parts):
        return False
    # In "with a lisp and an Irish accent speaks" the "and" joins modifiers.
    modified = bool(parts.traits) and parts.traits[0].span[0] < parts.core[0].start
    parting = _PARTING - {"and"} if modified else _PARTING
    parted = any(link.tag in parting and link.sense != "first" and link.text not in _PAIRED for link in clause.links)
    return not parted and parts.core[0].start - sound.span[1] <= _REACH


def is_participle(clause: Clause, parts: Parts) -> bool:
    """Whether a clause only says how, as ", delivered with excitement" does."""
    alone = len(parts.core) == 1 and parts.core[0].shape == "past"
    return alone and bool(clause.links) and clause.linked_by("and", "order", "overlap", "stop") is None


def carries_on(clause: Clause, parts: Parts) -> bool:
    """Whether a verb without subject goes on with the last one's: "and howls", but not the tag "typing"."""
    joined = clause.linked_by("and", "order", "overlap", "with") is not None
    return joined or parts.core[0].shape == "third" or not parts.core[0].text.isascii()


def names_sound(clause: Clause, parts: Parts, before: Sequence[Sound], *, described: bool, spoken: bool) -> bool:
    """Whether a clause names something that is heard.

    Args:
        clause: as cut from the caption.
        parts: the same taken apart.
        before: sounds named before it.
        described: whether something was said of the clip as a whole.
        spoken: whether there is a voice that unknown words may describe.
    """
    tags = {token.tag for token in parts.content}
    commented = parts.commented and not parts.nouns
    of_property = parts.refers and (parts.topic not in ("", "timbre") or not parts.verb)
    if not tags or commented or of_property or is_participle(clause, parts):
        return False
    if "music" in tags and tags <= {"music", "word"}:
        return _music_is_heard(clause, parts, before)
    return tags != {"word"} or _unknown_is_heard(parts, described=described, spoken=spoken)


def _music_is_heard(clause: Clause, parts: Parts, before: Sequence[Sound]) -> bool:
    """Whether music is an event, as in "soft music plays", rather than the clip, as in "an upbeat jazz piece"."""
    if parts.verb or any(trait.dimension in _HEARD_IN_MUSIC for trait in parts.traits):
        return True
    if any(token.text in ("background music", "背景音乐") for token in parts.content):
        return True
    if parts.content[-1].text in _PIECES:
        return False
    described = bool(parts.styles) or any(trait.dimension in _TELLING_OF_MUSIC for trait in parts.traits)
    beside = bool(before) and clause.linked_by("and", "with", "order", "overlap") is not None
    return beside or not described


def _unknown_is_heard(parts: Parts, *, described: bool, spoken: bool) -> bool:
    """Whether words that nobody knows are an event: in a list or with a verb, but hardly beside a voice."""
    told = described or bool(parts.traits) or bool(parts.styles)
    long_enough = sum(token.end - token.start for token in parts.content) > 1
    if parts.refers or parts.linking or not long_enough:
        return False
    return bool(parts.verb) and not (spoken and told) if spoken else bool(parts.verb) or not told
