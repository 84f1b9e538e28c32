"""The words that a benchmark has for each sound.

``lexicon`` has words for many sounds, but some of them say more than a clip decides ("heavy rain", "a man sneezes", "a
short beep"). Here are those that do not, and words for sounds that the lexicon lacks: voices, music, loops.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from earwitness.scenes.domains.labels.added import ADDED, worded
from earwitness.scenes.domains.labels.likeness import is_music
from earwitness.scenes.domains.music.words import INSTRUMENTS
from earwitness.scenes.lexicon import LEXICON, Words, words
from earwitness.types import Language

# What a clip does not decide: how strong, how long, of whom, how many, of what, where.
_UNDECIDED: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(heavy|light|short|long|man|woman|dogs|wood|door|cutting|overhead|by|shore|campfire|static|alarm)\b"
    ),
    "zh": re.compile(r"大雨|[长短门木岸]|篝火|柴火|飞过"),
}
# A source is no sound, and behind another event "the" bell would be one that was spoken of before.
_UNSUITED = re.compile(
    r"a (dog|dog bark|baby|clock|rooster|fire|chain saw|person's sneeze)|the (?!sound of).+"
    r"|狗叫|喷嚏|发出哔声|直升机|海浪"
)

# What stands behind "the", "no" and "any" in English.
STEMS: Mapping[str, str] = {
    "dog bark": "barking dog",
    "sea waves": "sound of the sea",
    "baby cry": "crying baby",
    "clock tick": "ticking clock",
    "person sneeze": "sneeze",
    "rooster": "crowing rooster",
    "fire crackling": "crackling fire",
    "noise burst": "burst of noise",
    "knock": "knocking",
    "chirp": "electronic chirp",
    "tone": "steady tone",
}
# Who does what, behind "does"; of what is not named here its first noun does "sound".
_HAPPENS: Mapping[str, str] = {
    "dog bark": "a dog bark",
    "rooster": "a rooster crow",
    "person sneeze": "someone sneeze",
    "bell": "a bell ring",
}


# That a sound is heard, and how often, whatever it is.
_HEARD: Mapping[Language, str] = {"en": "{} is heard", "zh": "传来{}"}
_COUNTED: Mapping[Language, tuple[str, ...]] = {
    "en": ("{} is heard {n}",),
    "zh": ("{}出现了{n}次", "{}响起{n}次", "能听到{n}次{}"),
}
# What goes on cannot be counted: "a bell rings", but not "a bell is ringing".
_GOES_ON = re.compile(r"\b(is|are|there)\b")


@cache
def said(label: str, language: Language) -> Words:
    """The words for a sound that say no more than what sounds; every sound has some for a count.

    Example:
        >>> said("rain", "en").nouns
        ('rain', 'rain falling', 'the sound of rain', 'rainfall')
        >>> said("dog bark", "en").counted
        ('a dog barks {n}',)
        >>> said("piano music", "zh").counted[-1]
        '能听到{n}次钢琴音乐'
    """
    known = _known(label, language)
    frames = tuple(frame.replace("{}", _sound(known)) for frame in _COUNTED[language])
    if language == "en":
        # Only verbs count happenings: two barks are not "a dog barking" heard twice.
        frames = tuple(f"{clause} {{n}}" for clause in known.clauses if not _GOES_ON.search(clause)) or frames
    return Words(known.bare, known.nouns, known.clauses, tuple(dict.fromkeys((*known.counted, *frames))))


def heard(label: str, language: Language) -> str:
    """A clause that goes with any sound, so that a caption should not have it twice.

    Example:
        >>> heard("dog bark", "en"), heard("dog bark", "zh")
        ('the sound of a dog barking is heard', '传来狗叫声')
    """
    return _HEARD[language].format(_sound(_known(label, language)))


def _sound(known: Words) -> str:
    """One noun that goes with "is", and with a number before it."""
    return next((noun for noun in known.nouns if noun.startswith("the sound of")), known.nouns[0])


def happening(label: str) -> str:
    """What happens each time that a sound is counted, as it stands behind "does".

    Example:
        >>> happening("dog bark"), happening("cowbell")
        ('a dog bark', 'a cowbell sound')
    """
    return _HAPPENS.get(label, f"{said(label, 'en').nouns[0]} sound")


def _known(label: str, language: Language) -> Words:
    if label in ADDED:
        return ADDED[label][language]
    if label in LEXICON:
        known = words(label, language)
        return Words(known.bare, *(_suited(each, language) for each in (known.nouns, known.clauses, known.counted)))
    return _music(label.removesuffix(" music"))[language] if is_music(label) else words(label, language)


def _suited(wordings: tuple[str, ...], language: Language) -> tuple[str, ...]:
    return tuple(
        wording for wording in wordings if not _UNDECIDED[language].search(wording) and not _UNSUITED.fullmatch(wording)
    )


def _music(instrument: str) -> Mapping[Language, Words]:
    known = INSTRUMENTS.get(instrument)
    name, chinese = (known["en"].music[0], known["zh"].music[0]) if known else (instrument, instrument)
    return worded(
        f"{name} music|some {name} music|the sound of {name} music",
        f"{name} music plays|{name} music is playing|some {name} music is playing",
        f"{chinese}音乐|{chinese}音乐声|{chinese}乐声",
        f"响着{chinese}音乐|{chinese}音乐在播放|播放着{chinese}音乐",
    )


def stem(label: str, language: Language) -> str:
    """What stands behind "the", "no" and "any".

    Example:
        >>> stem("dog bark", "en"), stem("rain", "en"), stem("rain", "zh")
        ('barking dog', 'rain', '雨声')
    """
    noun = said(label, language).nouns[0]
    return noun if language == "zh" or is_music(label) else STEMS.get(label, label)
