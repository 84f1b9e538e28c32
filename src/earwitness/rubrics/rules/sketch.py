"""What a caption says as a whole: its sounds with what is said of each, how they lie in time, what is absent.

Clauses are read in order. A clause names a new sound, goes on about one named before ("her voice is low", "and then
howls"), or says something of the whole clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from earwitness.rubrics.rules.absences import is_denied
from earwitness.rubrics.rules.clauses import Clause, clauses_of
from earwitness.rubrics.rules.phrases import parts_of
from earwitness.rubrics.rules.remarks import Parts, Remark
from earwitness.rubrics.rules.sounds import Sound, Source, carries_on, completes, names_sound, source_of
from earwitness.rubrics.rules.timeline import Relation, Timeline
from earwitness.rubrics.rules.tokens import STYLED, VERBS, Token

# Said of a person, so of the last voice when the last sound is none.
_OF_VOICES = frozenset({"gender", "age", "accent", "emotion", "pitch", "pace"})
_OF_VOICES_ONLY = frozenset({"gender", "age", "accent"})
# What an attribute becomes when it is said of the whole clip, and of music in it.
_OF_CLIP = {"emotion": "mood", "pace": "tempo", "room": "production", "timbre": "mood", "loudness": "mood"}
# Of how a recording sounds: without music there is no mood to be bright.
_OF_RECORDING = _OF_CLIP | {"timbre": "production", "pitch": "production"}
_OF_MUSIC = {"emotion": "mood", "pace": "tempo"}
_TOPICS_OF_CLIP = frozenset({"mood", "tempo", "genre"})
_ANY_VOICE = frozenset({"speaker", "voice", "narrator", "person", "singer", "man", "woman"})
_ANY_VOICE |= {"说话人", "说话者", "人声", "声音"}
# How many sounds back a clause may speak of again; also what keeps a caption of a megabyte from taking hours.
_MEMORY = 40
# "No", unlike "does not", has no subject in front of it.
_NOMINAL = frozenset({"no", "without", "without any", "free of", "with no", "there is no", "there are no", "lacks"})
_NOMINAL |= {"没有", "无"}


@dataclass(slots=True)
class Sketch:
    """A caption, understood.

    Attributes:
        sounds: in the order in which they are named.
        relations: how they lie in time.
        absences: cue and words of what must not be heard.
        styles: what holds for the whole clip.
    """

    sounds: list[Sound] = field(default_factory=list)
    relations: list[Relation[Sound]] = field(default_factory=list)
    absences: list[tuple[Token, ...]] = field(default_factory=list)
    styles: list[Remark] = field(default_factory=list)


def sketch_of(tokens: Sequence[Token], *, about_voice: bool = False) -> Sketch:
    """Read a caption's tokens.

    Args:
        tokens: as ``tokens_of`` gives them.
        about_voice: whether the clip is known to hold speech; words that nobody knows then describe it.

    Example:
        >>> from earwitness.rubrics.rules.tokens import tokens_of
        >>> sketch = sketch_of(tokens_of("A dog barks twice and then howls, but no music plays."))
        >>> [[word.text for word in sound.words] for sound in sketch.sounds]
        [['a', 'dog', 'barks'], ['howls']]
        >>> [relation.cue.text for relation in sketch.relations], len(sketch.absences)
        (['and then'], 1)
    """
    reader = _CaptionReader(about_voice)
    clauses = clauses_of(tokens)
    for place, clause in enumerate(clauses):
        reader.read(clause, clauses[place + 1 : place + 4])
    return reader.finished()


class _CaptionReader:
    """Takes in one clause after the other."""

    def __init__(self, about_voice: bool) -> None:
        self.about_voice = about_voice
        self.sketch = Sketch()
        self.timeline: Timeline[Sound] = Timeline()
        self.waiting: list[Remark] = []  # attributes whose sound is still to come
        self.denied = False
        self.sentence_start = 0

    def read(self, clause: Clause, following: Sequence[Clause]) -> None:
        if clause.opens_sentence:
            self._end_sentence()
        parts = parts_of(clause)
        if parts.definite:
            # "The man then laughs": that he is a man was said before.
            parts.traits = [trait for trait in parts.traits if not self._was_said(trait, parts)]
        self.denied = is_denied(clause, parts, following, before=self.denied)
        if self.denied and clause.tokens:
            self.timeline.read(clause, None)
            self._read_absence(clause)
            return
        sound, new = self._sound(clause, parts)
        self.timeline.read(clause, sound if new else None)
        self._attach(parts, sound)

    def _was_said(self, trait: Remark, parts: Parts) -> bool:
        noun = trait.tokens[-1]
        return noun in parts.core and any(sound.shares_noun([noun]) for sound in self.recent)

    def finished(self) -> Sketch:
        self._end_sentence()
        self.timeline.end_sentence()
        self.sketch.relations = self.timeline.relations
        return self.sketch

    @property
    def sounds(self) -> list[Sound]:
        """All so far."""
        return self.sketch.sounds

    @property
    def recent(self) -> list[Sound]:
        """Those that may be spoken of again, the last first."""
        return self.sounds[: -_MEMORY - 1 : -1]

    @property
    def _opening(self) -> bool:
        """Whether this sentence has no sound yet."""
        return len(self.sounds) == self.sentence_start

    def _end_sentence(self) -> None:
        self._release(self.sounds[-1] if self.sounds else None)
        self.sentence_start = len(self.sounds)

    def _read_absence(self, clause: Clause) -> None:
        cue = clause.linked_by("neg")
        words = [token for token in clause.tokens if token.tag not in ("quote", "mark")]
        subject: list[Token] = []
        if cue and cue.text not in _NOMINAL and not self._opening and not self.sounds[-1].has_verb:
            # "A dog that does not bark": the dog is what is denied, not what is heard.
            subject = self.sounds.pop().words
            self.timeline.forget()
            words[:1] = [token.meaning(*VERBS) or token for token in words[:1]]
        self.sketch.absences.append((*subject, *([cue] if cue else []), *words))

    # --- which sound -------------------------------------------------------------------------------------------------

    def _sound(self, clause: Clause, parts: Parts) -> tuple[Sound | None, bool]:
        """The sound that a clause is about, and whether it is a new one."""
        last = self.sounds[-1] if self.sounds else None
        if last and completes(last, clause, parts):
            last.words = [*last.words, *parts.core]
            last.source = source_of(last.words, last.subject)
            return last, False
        described = bool(self.sketch.styles)
        spoken = self.about_voice or any(sound.source == "voice" for sound in self.recent)
        if not names_sound(clause, parts, self.sounds[-1:], described=described, spoken=spoken):
            return None, False
        if known := self._named_before(parts):
            return known, False
        return self._new_sound(clause, parts), True

    def _named_before(self, parts: Parts) -> Sound | None:
        """The sound that a clause speaks of again: "the barking stops", "the man is angry"."""
        bare = len(parts.content) == 1 and parts.content[0].text == "voice"
        if not (parts.definite or parts.linking or bare) or not parts.nouns or (parts.verb and parts.verb.tag in VERBS):
            return None
        if same := next((sound for sound in self.recent if sound.shares_noun(parts.nouns)), None):
            return same
        general = any(token.text in _ANY_VOICE for token in parts.content)
        return next((sound for sound in self.recent if general and sound.source == "voice"), None)

    def _new_sound(self, clause: Clause, parts: Parts) -> Sound:
        core = self._verb_if_carried(clause, parts)
        parts.core = core
        carried = parts.refers or (parts.starts_with_verb and carries_on(clause, parts))
        subject = self.sounds[-1].maker if carried and self.sounds else None
        source: Source = "voice" if parts.refers and parts.topic == "timbre" else source_of(core, subject)
        self.sounds.append(Sound(core, source, subject))
        return self.sounds[-1]

    def _verb_if_carried(self, clause: Clause, parts: Parts) -> list[Token]:
        """The core of "and howls", which may be a noun or a verb, read as the sound before it was."""
        verb = parts.core[0].meaning(*VERBS)
        link = clause.linked_by("and", "order", "comma")
        joined = link is not None and not link.text.endswith((" by", " with", " to", " into", " way"))
        if verb and verb.shape == "third" and joined and self.sounds and self.sounds[-1].has_verb:
            return [verb, *parts.core[1:]]
        return parts.core

    # --- what is said of it ------------------------------------------------------------------------------------------

    def _attach(self, parts: Parts, sound: Sound | None) -> None:
        if not parts.commented:
            self.sketch.styles += parts.styles
        if sound:
            self._release(sound)
        if counted := sound or (None if self._opening else self.sounds[-1]):
            counted.counts += parts.counts
        for trait in parts.traits:
            if trait.dimension in _TOPICS_OF_CLIP:
                self.sketch.styles.append(trait)
            else:
                self._place(trait, sound, parts)

    def _place(self, trait: Remark, sound: Sound | None, parts: Parts) -> None:
        """Give an attribute to its sound, to one named before or still to come, or to the clip."""
        meant = sound or self._spoken_of(trait)
        by_itself = sound is None
        of_music = by_itself and trait.dimension in _OF_MUSIC and meant is not None and meant.source == "instrument"
        if (by_itself and self._is_of_clip(parts)) or (parts.commented and trait.dimension == "emotion"):
            self._say_of_clip(trait, parts.topic)
        elif by_itself and self._opening and not (parts.refers and self.sounds):
            self.waiting.append(trait)
        elif of_music:
            self._say_of_clip(trait)
        else:
            self._give(trait, meant)

    def _is_of_clip(self, parts: Parts) -> bool:
        """Whether a clause without a sound speaks of the clip: of music, of its mood, of what it is good for."""
        musical = any(style.dimension in STYLED for style in parts.styles) or any(
            token.tag == "music" for token in parts.content
        )
        return (musical and not parts.topic) or parts.commented or parts.topic in _TOPICS_OF_CLIP

    def _spoken_of(self, trait: Remark) -> Sound | None:
        """The sound that an attribute by itself is said of."""
        voice = next((sound for sound in self.recent if sound.source == "voice"), None)
        return voice if voice and trait.dimension in _OF_VOICES else self.sounds[-1] if self.sounds else None

    def _give(self, trait: Remark, sound: Sound | None) -> None:
        if sound is None or (trait.dimension in _OF_MUSIC and sound.is_music):
            self._say_of_clip(trait)
        elif trait.dimension == "manner":
            sound.traits.append(Remark("emotion" if sound.source == "voice" else "timbre", trait.tokens))
        elif trait.dimension not in _OF_VOICES_ONLY or sound.source == "voice" or sound.by_person:
            sound.traits.append(trait)

    def _say_of_clip(self, trait: Remark, topic: str = "") -> None:
        said_as = _OF_CLIP if self._musical else _OF_RECORDING
        if dimension := "tempo" if topic == "tempo" else said_as.get(trait.dimension):
            self.sketch.styles.append(Remark(dimension, trait.tokens))

    @property
    def _musical(self) -> bool:
        """Whether music has been spoken of."""
        styled = any(style.dimension in ("genre", "tempo", "mood") for style in self.sketch.styles)
        return styled or any(sound.source == "instrument" or sound.is_music for sound in self.recent)

    def _release(self, sound: Sound | None) -> None:
        """Give what waited for a sound to this one."""
        for trait in self.waiting:
            self._give(trait, sound)
        self.waiting = []
