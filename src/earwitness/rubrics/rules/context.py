"""Words of several meanings, read by their neighbours: a dog barks, the bark of a dog; a pop song, a pop of the cork.

Rules are tried in order; the first that has something to say about a word decides, else its commonest meaning stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from earwitness.rubrics.rules.tokens import MODIFIERS, NOUNS, SEPARATORS, VERBS, Token

_ENDS = frozenset({"", "comma", "stop", "and", "order", "overlap"})
_OWNERS = frozenset({"his", "her", "their", "its", "my"})
_TONED = frozenset({"prep", "aux", "trait", "degree"})
# What stands between words that speak of one thing: "dark and muffled", "the sound is very dry".
_PASSED_OVER = frozenset({"comma", "and", "degree", "aux", "det"})
# Frames that name what is heard as a recording.
_RECORDING = re.compile(r"\b(?:sounds?|audio|recording|recorded|mix)\b|录音|音频")
# Read as what lasts or where it is, even where they could be what is done.
_RATHER_TRAITS = frozenset({"approaching", "stops", "stopped", "echoing", "echo", "响个不停"})


@dataclass(frozen=True, slots=True)
class _Word:
    """A token between its neighbours; ``before`` has its meaning already, ``beside`` are the nearest of content."""

    token: Token
    before: Token | None
    after: Token | None
    musical: bool
    beside: tuple[Token, ...] = ()

    @property
    def previous(self) -> str:
        return self.before.tag if self.before else ""

    @property
    def following(self) -> str:
        return self.after.tag if self.after else ""


def in_context(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, each in the meaning that its neighbours speak for.

    Example:
        >>> from earwitness.rubrics.rules.tokens import tokens_of
        >>> [token.tag for token in in_context(tokens_of("the dog barks"))]
        ['det', 'source', 'action']
    """
    musical = any(token.tag in ("music", "tempo", "genre") and token.sense != "weak" for token in tokens)
    read: list[Token] = []
    for place, token in enumerate(tokens):
        before = read[-1] if read else None
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        beside = (*_telling(reversed(read)), *_telling(tokens[place + 1 : place + 5]))
        read.append(_read(_Word(token, before, after, musical, beside)) if token.forms else token)
    return read


def _telling(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """The first of these that is more than a link; none if there is none."""
    return tuple(islice((token for token in tokens if token.tag not in _PASSED_OVER), 1))


def _read(word: _Word) -> Token:
    return next((meaning for rule in _RULES if (meaning := rule(word))), word.token)


def _of_sounding(word: _Word) -> Token | None:
    """A dark timbre and a dry recording, but dark moods and dry leaves."""
    meaning = next((form for form in word.token.forms if form.term.sense == "sounding"), None)
    if meaning is None:
        return None
    if any(_speaks_of_sound(other, meaning.term.dimension) for other in word.beside):
        return replace(word.token, tag="trait", forms=(meaning,))
    return word.token if word.token.form is not meaning else replace(word.token, tag="word", forms=())


def _speaks_of_sound(token: Token, dimension: str) -> bool:
    named = token.tag == "frame" and _RECORDING.search(token.text)
    if named or token.tag == "production" or token.dimension == dimension:
        return True
    return dimension == "room" and (token.tag == "instrument" or token.dimension == "distance")


def _of_people(word: _Word) -> Token | None:
    """A man howls: with his voice."""
    if word.previous not in ("voice", "pron"):
        return None
    voiced = [f for f in word.token.forms if f.term.tag in VERBS and f.term.dimension == "voice"]
    return replace(word.token, tag=voiced[0].term.tag, forms=tuple(voiced)) if voiced else None


def _of_genre(word: _Word) -> Token | None:
    """Weak genre words, such as rock, are genres only in talk of music."""
    genre = word.token.meaning("genre")
    if genre is None:
        return None
    talk = word.musical and word.following not in ("sound", "word")
    if word.following != "source" and (genre.sense != "weak" or talk):
        return genre
    other = word.token.meaning("action", "motion", "sound", "trait", "place")
    return other or Token(word.token.start, word.token.end, word.token.text, "word")


def _of_instrument(word: _Word) -> Token | None:
    """Drums, not: he drums; a computer's keyboard unless there is music."""
    noun = word.token.meaning("instrument")
    if noun is None or word.previous in ("voice", "pron", "source", "sound", "word"):
        return None
    return noun if word.musical or word.token.tag != "source" else word.token


def _of_verb(word: _Word) -> Token | None:
    """Behind its noun a word that can be a verb is one; a duration such as "stops" stays one."""
    verb = word.token.meaning(*VERBS)
    if verb is None or word.token.tag in VERBS | {"frame"} or not _acts(word.before, verb):
        return None
    trait = word.token.meaning("trait")
    lasting = trait is not None and (trait.dimension in ("duration", "distance") or word.following in NOUNS)
    return trait if lasting else verb


def _acts(before: Token | None, verb: Token) -> bool:
    """Whether a verb may stand behind this word: "dogs bark", "a dog barks", not "a slide whistle"."""
    if before is None or before.tag not in NOUNS | {"pron", "word", "aux"}:
        return False
    if before.tag == "aux":
        return verb.shape == "ing"
    plural = before.text.endswith("s") or before.shape == "plural" or before.tag in ("pron", "voice")
    return verb.shape != "base" or plural


def _of_trait(word: _Word) -> Token | None:
    """Participles before nouns, degrees with nothing to grade, and adverbs that could be prepositions."""
    token = word.token
    attributive = word.following in NOUNS | {"property"} and word.previous in ("det", "trait", "degree", "")
    graded = token.tag in VERBS and (attributive or word.previous == "degree")
    idle = token.tag == "degree" and word.following not in MODIFIERS | {"degree"}
    lone = token.tag == "prep" and word.following in _ENDS
    aged = token.tag == "voice" and word.following == "voice"
    if graded or idle or lone or aged or (token.tag in VERBS and token.text in _RATHER_TRAITS):
        return token.meaning("trait")
    return None


def _of_voice_or_tone(word: _Word) -> Token | None:
    """A voice speaks, but his voice is deep; a tone sounds, but the tone is warm."""
    token, before = word.token, word.before
    if token.text == "voice" and word.previous != "pron" and (before is None or before.text not in _OWNERS):
        return token.meaning("voice")
    if token.text == "tone":
        alone = (before is None or before.tag in SEPARATORS | {"det"}) and word.following not in _TONED
        is_one = before is not None and before.text == "a" and word.following == "aux"
        return token.meaning("sound") if alone or is_one else None
    if token.text == "声音" and word.following in ("trait", "degree"):
        return token.meaning("property")
    return None


def _of_single_words(word: _Word) -> Token | None:
    """What is left are words of their own."""
    token = word.token
    if token.text == "once" and (word.following in _ENDS or word.previous not in ("", "comma", "stop", "and")):
        return token.meaning("count")
    if token.text == "solo" and word.previous == "instrument":
        return token.meaning("music")
    if token.text.startswith("play") and word.previous in ("instrument", "music"):
        return token.meaning("action")
    if token.text in ("note", "notes") and word.previous not in ("word", "source", "sound"):
        return token.meaning("music")
    if token.text == "风":
        return token.meaning("sound")
    wanted = {"motion": "place", "music": "tempo", "comment": "motion"}.get(token.tag)
    return token.meaning(wanted) if wanted else None


_RULES = (_of_sounding, _of_people, _of_genre, _of_instrument, _of_verb, _of_trait, _of_voice_or_tone, _of_single_words)
