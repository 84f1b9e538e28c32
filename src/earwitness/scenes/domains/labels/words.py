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


def _split(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split("|")))


def _both(nouns: str, clauses: str, zh_nouns: str, zh_clauses: str) -> Mapping[Language, Words]:
    """Words of both languages; nothing is counted in a way of its own."""
    english, chinese = _split(nouns), _split(zh_nouns)
    return {
        "en": Words(english[:1], english, _split(clauses)),
        "zh": Words(chinese[:1], chinese, _split(zh_clauses)),
    }


# Sounds that the lexicon lacks, and those that it words too loosely: "a chirp" may be a bird's, 铃声 a phone's, and one
# who asks for a tone or a noise without more hears it in whatever hums or hisses.
_MORE: Mapping[str, Mapping[Language, Words]] = {
    "man speaking": _both(
        "a man speaking|the sound of a man speaking|a man talking",
        "a man speaks|a man is speaking|a man talks|a man is talking",
        "男人说话的声音|男人的说话声|男人讲话的声音",
        "一个男人在说话|有个男人在讲话|一名男子在说话",
    ),
    "woman speaking": _both(
        "a woman speaking|the sound of a woman speaking|a woman talking",
        "a woman speaks|a woman is speaking|a woman talks|a woman is talking",
        "女人说话的声音|女人的说话声|女人讲话的声音",
        "一个女人在说话|有个女人在讲话|一名女子在说话",
    ),
    "child speaking": _both(
        "a child speaking|the sound of a child speaking|a child talking",
        "a child speaks|a child is speaking|a child talks|a child is talking",
        "小孩说话的声音|孩子说话的声音|孩子的说话声",
        "一个孩子在说话|有个小孩在讲话|一个小孩在说话",
    ),
    "bell": _both(
        "a bell|a ringing bell|the sound of a bell|a bell ringing",
        "a bell rings|a bell is ringing|a bell sounds|a bell chimes",
        "钟声|敲钟声|敲钟的声音",
        "钟声响起|钟声在响|钟在鸣响",
    ),
    "chirp": _both(
        "an electronic chirp|the sound of an electronic chirp|a sweeping electronic chirp",
        "an electronic chirp sounds|a device makes an electronic chirp|a sweeping electronic chirp sounds",
        "电子扫频音",
        "响起电子扫频音|电子扫频音响起|设备发出电子扫频音",
    ),
    "noise burst": _both(
        "a burst of noise|a noise burst|the sound of a noise burst|a sudden burst of noise",
        "a burst of noise sounds|a noise burst sounds|there is a burst of noise",
        "突发噪声|突发的噪声|噪声脉冲",
        "响起一阵噪声|有一阵噪声|出现一阵噪声",
    ),
    "tone": _both(
        "a steady tone|the sound of a steady tone|a pure, steady tone",
        "a steady tone sounds|a steady tone is sounding|a pure, steady tone sounds|a steady tone plays",
        "持续的纯音|平稳的纯音|持续的单音",
        "响着持续的纯音|持续的纯音在响|一个平稳的纯音在响",
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
        "a drum roll sounds|someone plays a drum roll|a drum roll is played",
        "滚鼓声|军鼓滚奏声|军鼓的滚奏声",
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
        "a bass|a bass note|the sound of a bass",
        "a bass sounds|a bass is sounding|a bass note sounds",
        "贝斯声|贝斯的声音|贝斯音",
        "贝斯在响|贝斯声响起|响着贝斯声",
    ),
    "tabla": _both(
        "a tabla|a tabla stroke|the sound of a tabla",
        "a tabla sounds|a tabla is struck|someone strikes a tabla",
        "塔布拉鼓声|塔布拉鼓的声音|印度手鼓声",
        "塔布拉鼓响起|有人敲响塔布拉鼓|塔布拉鼓在响",
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
    """What stands behind "the", "no" and "any".

    Example:
        >>> stem("dog bark", "en"), stem("rain", "en"), stem("rain", "zh")
        ('barking dog', 'rain', '雨声')
    """
    noun = said(label, language).nouns[0]
    return noun if language == "zh" or is_music(label) else STEMS.get(label, label)
