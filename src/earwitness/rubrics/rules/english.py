"""English questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from earwitness.rubrics.rules.english_nouns import (
    anyone,
    as_gerund,
    noun_age,
    own_phrase,
    person_aged,
    plural,
    translated_phrase,
    with_article,
    with_gerund,
)
from earwitness.rubrics.rules.remarks import Remark, verb_place
from earwitness.rubrics.rules.sketch import Sketch
from earwitness.rubrics.rules.sounds import Sound
from earwitness.rubrics.rules.timeline import Relation
from earwitness.rubrics.rules.tokens import Token
from earwitness.rubrics.rules.wording import Wording, content, is_person, maker_of, number_in, numeral

_PREPOSITIONS = tuple(
    f"{word} "
    for word in (
        "in at with from into without through over on under right off inside outside near deep throughout"
    ).split()
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_OF_VOICE = {
    "pace": "Is the pace of {whose} {how}?",
    "pitch": "Is {whose} {how}?",
    "loudness": "Is {whose} {how}?",
}
_OF_SOUND = {"loudness": "Is the sound of {what} {how}?"}
_OF_CLIP = {
    "genre": "Is the style of the clip {how}?",
    "mood": "Is the mood of the clip {how}?",
    "tempo": "Is the tempo {how}?",
}
_PLACE = 'Does it sound like this place: "{how}"?'
_ASPECTS = {"genre": "style of the clip", "mood": "mood of the clip", "tempo": "tempo", "production": "recording"}
# Attributes that are nouns, and what puts them behind a sound: "a voice with light reverb".
_BEFORE_NOUN = {
    "reverb": "with",
    "echo": "with",
    "reverberation": "with",
    "background": "in the",
    "foreground": "in the",
}
# "Stops", "suddenly ends": neither adjective nor phrase, so quoted.
_FINITE = re.compile(r"(?:suddenly |gradually |slowly )?\w+s\b(?: \w+)?$")
_NOT_FINITE = frozenset({"continuous", "sometimes", "endless"})
_SAYING = frozenset({"saying", "telling"})
_VERBAL = frozenset({"duration", "distance", "room"})


class English(Wording):
    """Questions in English."""

    language = "en"

    def __init__(self, text: str, sketch: Sketch) -> None:
        super().__init__(text, sketch)
        self.doings = Counter(_doing(sound) for sound in sketch.sounds if sound.source == "voice")

    def event(self, sound: Sound) -> str:
        """Whether it is heard."""
        noun = self.noun(sound)
        return f"Is this heard: {noun}?" if noun.startswith('"') else f"Can you hear {noun}?"

    def relation(self, relation: Relation[Sound]) -> str:
        """Whether the two lie so in time."""
        first, second = self.noun(relation.first), self.noun(relation.second)
        if relation.how == "order":
            return f"Do you hear {first} and then {second}?"
        return f"Do you hear {first} and {second} at the same time?"

    def count(self, sound: Sound, count: Remark) -> str:
        """Whether it is heard so often, or made by so many."""
        token = count.tokens[-1]
        number, said = number_in(token.text), self.said(count.tokens).lower()
        if token.sense == "times" and number is not None:
            return f"Do you hear {self.noun(sound)} exactly {times(number)}?"
        if not self._is_own(said) and number is None:
            return f'Do you hear {self.noun(sound)} this often: "{said}"?'
        if token.sense == "times":
            return f"Do you hear {self.noun(sound)} {said}?"
        amount = said if number is None else f"exactly {numeral(number, 'en')}"
        return f"Do you hear {amount} {self._counted(sound)}?"

    def _counted(self, sound: Sound) -> str:
        """The noun phrase without its article, people as what they are."""
        phrase = self._phrase(sound) or f'of "{self.said(sound.words)}"'
        return re.sub(r"^(?:an?|the|some) ", "", phrase)

    def absence(self, tokens: Sequence[Token]) -> str:
        """Whether the clip is free of it."""
        kept = content(tokens)
        if not kept or not self._is_own(self.said(tokens)):
            named = self.words(kept)
            return f"Is the clip free of {' '.join(named) if named else self._quoted(tokens)}?"
        said = with_gerund([token for token in tokens if token in kept or token.tag in ("trait", "prep")], self.word)
        single = kept[-1].form is not None and kept[-1].form.term.article and kept[-1].shape == "base"
        return f"Is the clip free of {'any ' if single and not plural(said) else ''}{said}?"

    def speech(self, words: str) -> str:
        """Whether these words are spoken or sung."""
        return f'Are these words spoken or sung: "{words}"?'

    def style(self, style: Remark) -> str:
        """Whether the whole clip is so."""
        if style.dimension == "scene":
            return self._scene(style)
        how = self._manner(style)
        if how and style.tokens[-1].dimension in ("timbre", "pitch") and style.dimension == "production":
            return f"Does the recording sound {how}?"
        if how is None or style.dimension not in _OF_CLIP:
            return f'Does "{self.said(style.tokens)}" describe the {_ASPECTS.get(style.dimension, "clip")}?'
        if style.dimension == "tempo" and re.search(r"major|minor|key of|/", how):
            return f"Is the music {how if how.startswith('in ') else f'in {how}'}?"
        return _OF_CLIP[style.dimension].format(how=re.sub(r"[ -]tempo$", "", how))

    def _scene(self, style: Remark) -> str:
        said = self.said(style.tokens)
        if self._is_own(said):
            how = said[0].lower() + said[1:]
            recorded = f"Does it sound as if it was recorded {how}?"
            return recorded if how.startswith(_PREPOSITIONS) else _PLACE.format(how=how)
        names = self.words(token for token in style.tokens if token.tag in ("place", "word"))
        return _PLACE.format(how=" ".join(names) if names else said)

    # --- attributes --------------------------------------------------------------------------------------------------

    def attribute(self, sound: Sound, trait: Remark) -> str:
        """Whether it sounds so."""
        of_person = is_person(maker_of(sound)) and trait.dimension in ("gender", "age", "accent")
        if sound.source == "voice" or of_person:
            return self._of_voice(sound, trait)
        what, how = self.noun(sound), self._manner(trait)
        if how is None:
            return f'Does "{self.said(trait.tokens)}" describe the sound of {what}?'
        if how.startswith(_PREPOSITIONS):
            return f"Can you hear {what} {how}?"
        return _OF_SOUND.get(trait.dimension, "Does the sound of {what} seem {how}?").format(what=what, how=how)

    def _of_voice(self, sound: Sound, trait: Remark) -> str:
        whose, how, token = self._voice(sound), self._manner(trait), trait.tokens[-1]
        if trait.dimension == "gender" and (sense := token.sense or _gender(token.text)):
            return f"Is {whose} {sense}?"
        if trait.dimension == "age":
            return f"Does {whose} sound {self._age(trait)}?"
        if how is None:
            return f'Does "{self.said(trait.tokens)}" describe {whose}?'
        if trait.dimension == "accent":
            return _accent(whose, self.said(trait.tokens) if self._is_own(token.text) else how)
        if how.startswith(_PREPOSITIONS):
            return f"Is {whose} heard {how}?"
        return _OF_VOICE.get(trait.dimension, "Does {whose} sound {how}?").format(whose=whose, how=how)

    def _age(self, trait: Remark) -> str:
        token, how = trait.tokens[-1], self._manner(trait)
        if token.tag == "voice":
            return f"like {noun_age(token)}"
        if how is None or not token.form or not token.form.base:
            return f"like {person_aged(self.said(trait.tokens))}"
        return how

    def _voice(self, sound: Sound) -> str:
        """The voice where there is one; else the one that does this, or its number."""
        if sound.source != "voice":
            return f"the person heard {_doing(sound)}".rstrip()
        if len(self.speakers) < 2:
            return "the voice"
        if (own := _doing(sound)) and self.doings[own] == 1 and own not in _SAYING:
            return f"the voice heard {own}"
        place = self.speakers.get(sound.maker, 0)
        return f"the {_ORDINALS[min(place, len(_ORDINALS) - 1)]} voice"

    def _manner(self, remark: Remark) -> str | None:
        """An attribute as an adjective or a phrase with a preposition; None if it is neither."""
        words = self.words(token for token in remark.tokens if token.tag not in ("det", "frame"))
        last = remark.tokens[-1]
        if words is None or last.sense == "noun" or (not last.forms and last.text.endswith("ly")):
            return None
        if words[-1] in _BEFORE_NOUN and words[0] not in ("with", "in"):
            return " ".join([_BEFORE_NOUN[words[-1]], *words])
        if not last.form or not last.form.base or not self._is_own(last.text):
            return " ".join(words)
        if last.dimension in _VERBAL and _FINITE.match(last.text) and last.text not in _NOT_FINITE:
            return None
        return " ".join([*words[:-1], last.form.base if last.shape == "adverb" else words[-1]])

    # --- nouns -------------------------------------------------------------------------------------------------------

    def noun(self, sound: Sound) -> str:
        """A noun phrase for a sound, such as "a dog barking"; its words in quotation marks where none can be made."""
        phrase = self._phrase(sound)
        if phrase is None:
            return f'"{self.said(sound.words)}"'
        return anyone(phrase, spoken=sound.source == "voice") if is_person(maker_of(sound)) else phrase

    def _phrase(self, sound: Sound) -> str | None:
        words = [*(maker_of(sound) if sound.subject else ()), *sound.words]
        if self._is_own(self.said(sound.words)):
            return own_phrase(words, self.word)
        return translated_phrase(words, self.word, person=sound.source == "voice")

    def _quoted(self, tokens: Sequence[Token]) -> str:
        words = [token for token in tokens if token.tag not in ("neg", "aux", "det", "comma", "and")]
        return f'"{self.said(words or tokens)}"'


def times(number: int) -> str:
    """How often, in a word or two."""
    return {1: "once", 2: "twice"}.get(number, f"{numeral(number, 'en')} times")


def _doing(sound: Sound) -> str:
    """The gerund of a sound's verb alone; empty if it has none in English."""
    place = verb_place(sound.words)
    word = sound.words[place] if place is not None else None
    return as_gerund(word, word.text) if word is not None and word.text.isascii() else ""


def _gender(text: str) -> str:
    return "female" if "女" in text else "male" if "男" in text else ""


def _accent(whose: str, said: str) -> str:
    if said.lower().startswith("in "):
        return f"Does {whose} speak {said}?"
    if said.lower().endswith(("accent", "drawl", "dialect")):
        return f"Does {whose} have {with_article(said)}?"
    return f"Does {whose} have this accent or language: {said}?"
