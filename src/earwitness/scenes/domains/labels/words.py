"""The words that a benchmark has for each sound.

``lexicon`` has words for many sounds, but some of them say more than a clip decides ("heavy rain", "a man sneezes", "a
short beep"). Here are those that do not, and words for sounds that the lexicon lacks: voices, music, loops.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

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
    r"a (dog|dog bark|baby|clock|rooster|fire|chain saw|person's sneeze)|the (?!sound of).+|狗叫|喷嚏|发出哔声|直升机"
)

# What stands behind "the" and "no" in English.
STEMS: Mapping[str, str] = {
    "dog bark": "barking dog",
    "sea waves": "surf",
    "baby cry": "crying baby",
    "clock tick": "ticking clock",
    "person sneeze": "sneeze",
    "rooster": "crowing rooster",
    "fire crackling": "crackling fire",
    "noise burst": "burst of noise",
    "knock": "knocking",
    "tone": "steady tone",
    "man speaking": "male voice",
    "woman speaking": "female voice",
    "child speaking": "child's voice",
}


def _split(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split("|")))


def _both(nouns: str, clauses: str, zh_nouns: str, zh_clauses: str) -> Mapping[Language, Words]:
    """Words of both languages; nothing is counted in a way of its own."""
    english, chinese = _split(nouns), _split(zh_nouns)
    return {
        "en": Words(english[:1], english, _split(clauses)),
        "zh": Words(chinese[:1], chinese, _split(zh_clauses)),
    }


# Sounds that the lexicon lacks.
_MORE: Mapping[str, Mapping[Language, Words]] = {
    "man speaking": _both(
        "a man speaking|a man's voice|the sound of a man speaking",
        "a man speaks|a man is speaking|a man talks|a man is talking",
        "男人的说话声|男人说话的声音|男声",
        "一个男人在说话|有个男人在讲话|一名男子在说话",
    ),
    "woman speaking": _both(
        "a woman speaking|a woman's voice|the sound of a woman speaking",
        "a woman speaks|a woman is speaking|a woman talks|a woman is talking",
        "女人的说话声|女人说话的声音|女声",
        "一个女人在说话|有个女人在讲话|一名女子在说话",
    ),
    "child speaking": _both(
        "a child speaking|a child's voice|the sound of a child speaking",
        "a child speaks|a child is speaking|a child talks|a child is talking",
        "孩子的说话声|小孩说话的声音|童声",
        "一个孩子在说话|有个小孩在讲话|一个小孩在说话",
    ),
    "music": _both(
        "music|some music|the sound of music",
        "music plays|music is playing|some music is playing",
        "音乐|音乐声|乐声",
        "响着音乐|音乐在播放|播放着音乐",
    ),
    "drum loop": _both(
        "a drum loop|a drum beat|the sound of a drum loop",
        "a drum loop plays|drums are playing|a drum beat plays|a drum loop is playing",
        "鼓点|鼓声|鼓点声",
        "鼓点在响|响着鼓点|有人在打鼓",
    ),
    "drum roll": _both(
        "a drum roll|a rolling drum|the sound of a drum roll",
        "a drum roll sounds|someone plays a drum roll|a drum rolls",
        "滚鼓声|急促的鼓点|军鼓滚奏声",
        "响起滚鼓声|有人在滚奏军鼓|滚鼓声响起",
    ),
    "snare drum": _both(
        "a snare drum|a snare drum hit|the sound of a snare drum",
        "a snare drum sounds|someone hits a snare drum|a snare drum is struck",
        "军鼓声|小军鼓声|敲军鼓的声音",
        "军鼓响起|有人敲响军鼓|小军鼓响起",
    ),
    "bass drum": _both(
        "a bass drum|a kick drum|the sound of a bass drum",
        "a bass drum sounds|someone hits a bass drum|a kick drum sounds",
        "底鼓声|低音鼓声|敲底鼓的声音",
        "底鼓响起|有人敲响底鼓|低音鼓响起",
    ),
    "cymbal": _both(
        "a cymbal|a cymbal crash|the sound of a cymbal",
        "a cymbal crashes|a cymbal rings|someone strikes a cymbal",
        "镲声|吊镲声|敲镲的声音",
        "镲响起|有人敲响吊镲|吊镲响起",
    ),
    "cowbell": _both(
        "a cowbell|a struck cowbell|the sound of a cowbell",
        "a cowbell rings|a cowbell sounds|someone strikes a cowbell",
        "牛铃声|牛铃的声音|敲牛铃的声音",
        "牛铃响起|有人敲响牛铃|牛铃在响",
    ),
    "guitar": _both(
        "a guitar|guitar playing|the sound of a guitar",
        "a guitar plays|a guitar is playing|someone plays the guitar",
        "吉他声|吉他的声音|吉他弹奏声",
        "吉他在响|有人在弹吉他|响着吉他声",
    ),
    "bass": _both(
        "a bass|a bass playing|the sound of a bass",
        "a bass plays|a bass is playing|a bass note sounds",
        "贝斯声|贝斯的声音|贝斯弹奏声",
        "贝斯在响|有人在弹贝斯|响着贝斯声",
    ),
    "tabla": _both(
        "a tabla|a tabla playing|the sound of a tabla",
        "a tabla plays|a tabla is playing|someone plays the tabla",
        "塔布拉鼓声|塔布拉鼓的声音|印度手鼓声",
        "塔布拉鼓在响|有人在打塔布拉鼓|响着塔布拉鼓声",
    ),
    "record scratch": _both(
        "a record scratch|a scratching record|the sound of a record scratch",
        "a record is scratched|a record scratch sounds|someone scratches a record",
        "搓碟声|唱片的搓碟声|搓唱片的声音",
        "有人在搓碟|搓碟声响起|有人在搓唱片",
    ),
    "knock": _both(
        "knocking|the sound of knocking|someone knocking",
        "someone knocks|someone is knocking|there is knocking",
        "敲击声|敲东西的声音|敲击的声音",
        "有人在敲东西|有人在敲击|响起敲击声",
    ),
}


# That a sound is heard, and how often, whatever it is.
_HEARD: Mapping[Language, str] = {"en": "{} is heard", "zh": "传来{}"}
_COUNTED: Mapping[Language, tuple[str, ...]] = {"en": ("{} is heard {n}",), "zh": ("{}出现了{n}次", "能听到{n}次{}")}
# What goes on cannot be counted: "a bell rings", but not "a bell is ringing".
_GOES_ON = re.compile(r"\b(is|are|there)\b")


@cache
def said(label: str, language: Language) -> Words:
    """The words for a sound that say no more than what sounds; every sound has some for a count.

    Example:
        >>> said("rain", "en").nouns
        ('rain', 'rain falling', 'the sound of rain', 'rainfall')
        >>> said("piano music", "zh").counted[-1]
        '能听到{n}次钢琴音乐'
    """
    known = _known(label, language)
    # One noun that goes with "is", and with a number before it.
    sound = next((noun for noun in known.nouns if noun.startswith("the sound of")), known.nouns[0])
    heard = _HEARD[language].format(sound)
    counted = [frame.replace("{}", sound.removeprefix("一阵")) for frame in _COUNTED[language]]
    if language == "en":
        counted += [f"{clause} {{n}}" for clause in known.clauses if not _GOES_ON.search(clause)]
    return Words(known.bare, known.nouns, (*known.clauses, heard), tuple(dict.fromkeys((*known.counted, *counted))))


def _known(label: str, language: Language) -> Words:
    if label in _MORE:
        return _MORE[label][language]
    if label in LEXICON:
        known = words(label, language)
        return Words(known.bare, *(_suited(each, language) for each in (known.nouns, known.clauses, known.counted)))
    return _music(label.removesuffix(" music"), language) if is_music(label) else words(label, language)


def _suited(wordings: tuple[str, ...], language: Language) -> tuple[str, ...]:
    return tuple(
        wording for wording in wordings if not _UNDECIDED[language].search(wording) and not _UNSUITED.fullmatch(wording)
    )


def _music(instrument: str, language: Language) -> Words:
    known = INSTRUMENTS.get(instrument)
    name = known[language].music[0] if known else instrument
    if language == "zh":
        nouns = f"{name}音乐|{name}音乐声|{name}乐声"
        return Words((f"{name}音乐",), _split(nouns), _split(f"响着{name}音乐|{name}音乐在播放|播放着{name}音乐"))
    nouns = f"{name} music|some {name} music|the sound of {name} music"
    clauses = f"{name} music plays|{name} music is playing|some {name} music is playing"
    return Words((f"{name} music",), _split(nouns), _split(clauses))


def stem(label: str, language: Language) -> str:
    """What stands behind "the" and "no".

    Example:
        >>> stem("dog bark", "en"), stem("rain", "en"), stem("rain", "zh")
        ('barking dog', 'rain', '雨声')
    """
    noun = said(label, language).nouns[0]
    return noun if language == "zh" or is_music(label) else STEMS.get(label, label)
