"""The words for each sound that scenes are made of, in English and Chinese.

``bare`` forms stand alone, like a folder's label; ``nouns`` take the place of a noun phrase ("can you hear ___?");
``clauses`` are whole sentences without capital and period. ``counted`` says that the sound happened ``{n}`` times and
exists only for sounds that come in countable units. Labels that are not in the lexicon are spoken of by their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earwitness.types import Language


@dataclass(frozen=True, slots=True)
class Words:
    """How one language speaks of one sound."""

    bare: tuple[str, ...]
    nouns: tuple[str, ...]
    clauses: tuple[str, ...]
    counted: tuple[str, ...] = ()


def _en(bare: str, nouns: str, clauses: str, counted: str = "") -> Words:
    return Words(*(tuple(filter(None, field.split("|"))) for field in (bare, nouns, clauses, counted)))


_zh = _en

LEXICON: Mapping[str, Mapping[Language, Words]] = {
    "dog bark": {
        "en": _en(
            "dog bark|dog barking|barking dog|dog barks",
            "a dog|a dog barking|a dog bark|a barking dog|the sound of a dog barking|the bark of a dog",
            "a dog barks|a dog is barking|dogs are barking|the dog barks",
            "a dog barks {n}|the dog barks {n}",
        ),
        "zh": _zh(
            "狗叫|狗叫声|狗吠|狗吠声", "狗叫声|狗吠声|狗的叫声|狗叫", "狗在叫|一只狗在叫|狗在吠叫|有狗叫", "狗叫了{n}声"
        ),
    },
    "rain": {
        "en": _en(
            "rain|rainfall|rain falling|heavy rain|falling rain",
            "rain|rain falling|the sound of rain|heavy rain|rainfall|light rain",
            "rain falls|it is raining|rain is falling|heavy rain is falling|it rains",
        ),
        "zh": _zh(
            "雨|雨声|下雨声|下雨|大雨", "雨声|下雨声|下雨的声音|大雨声", "在下雨|下着雨|天在下雨|下着大雨|正在下雨"
        ),
    },
    "sea waves": {
        "en": _en(
            "sea waves|ocean waves|waves|sea|surf",
            "sea waves|ocean waves|waves|the sound of the sea|waves breaking on the shore|the sea",
            "waves break on the shore|sea waves roll in|waves are crashing|waves crash|ocean waves are breaking",
        ),
        "zh": _zh(
            "海浪|海浪声|波浪声|海水声",
            "海浪声|海浪|海浪拍岸的声音|波浪声",
            "海浪在拍打|海浪拍打着岸边|海浪在翻滚|海浪拍岸",
        ),
    },
    "baby cry": {
        "en": _en(
            "baby cry|crying baby|baby crying|infant crying",
            "a baby crying|a crying baby|a baby|the cry of a baby|the sound of a baby crying|an infant crying",
            "a baby cries|a baby is crying|the baby cries|an infant is crying",
        ),
        "zh": _zh(
            "婴儿哭|婴儿哭声|婴儿啼哭|宝宝哭声",
            "婴儿哭声|婴儿的哭声|宝宝的哭声|婴儿啼哭声",
            "婴儿在哭|一个婴儿在哭|宝宝在哭|婴儿在啼哭",
        ),
    },
    "clock tick": {
        "en": _en(
            "clock tick|clock ticking|ticking clock|tick-tock",
            "a clock|a clock ticking|a ticking clock|the tick of a clock|the sound of a clock ticking",
            "a clock ticks|a clock is ticking|the clock ticks",
        ),
        "zh": _zh(
            "时钟滴答|时钟滴答声|钟表声|钟表滴答声",
            "时钟滴答声|钟表声|时钟的滴答声|钟表的声音",
            "时钟在滴答|时钟在滴答作响|钟表在走|钟表在滴答响",
        ),
    },
    "person sneeze": {
        "en": _en(
            "person sneeze|sneeze|sneezing|person sneezing",
            "a sneeze|a person sneezing|someone sneezing|the sound of a sneeze|a person's sneeze|sneezing",
            "a person sneezes|someone sneezes|a person is sneezing|someone is sneezing|a man sneezes|a woman sneezes",
            "a person sneezes {n}|someone sneezes {n}",
        ),
        "zh": _zh(
            "打喷嚏|喷嚏声|喷嚏|打喷嚏声",
            "喷嚏声|打喷嚏的声音|打喷嚏声|喷嚏",
            "有人打喷嚏|有人在打喷嚏|一个人打喷嚏|一个人在打喷嚏",
            "有人打了{n}次喷嚏",
        ),
    },
    "helicopter": {
        "en": _en(
            "helicopter|helicopter flying|helicopter rotor",
            "a helicopter|a helicopter flying|the sound of a helicopter|a flying helicopter|a helicopter's rotor",
            "a helicopter flies|a helicopter is flying|a helicopter flies by|a helicopter is flying overhead",
        ),
        "zh": _zh(
            "直升机|直升机声|直升飞机",
            "直升机声|直升机的声音|直升机|直升飞机的声音",
            "直升机在飞|一架直升机在飞行|直升机在飞行|直升机飞过",
        ),
    },
    "chainsaw": {
        "en": _en(
            "chainsaw|chain saw|chainsaw running",
            "a chainsaw|a chain saw|the sound of a chainsaw|a running chainsaw|a chainsaw cutting wood",
            "a chainsaw runs|a chainsaw is running|a chainsaw is cutting wood|a chainsaw roars|a chainsaw cuts wood",
        ),
        "zh": _zh(
            "电锯|电锯声|链锯|链锯声",
            "电锯声|电锯的声音|链锯声|链锯的声音",
            "电锯在响|电锯在锯木头|链锯在运转|电锯在工作",
        ),
    },
    "rooster": {
        "en": _en(
            "rooster|rooster crow|crowing rooster|rooster crowing|cock crow",
            "a rooster|a rooster crowing|a crowing rooster|the crow of a rooster|the sound of a rooster",
            "a rooster crows|a rooster is crowing|the rooster crows|a cock crows",
            "a rooster crows {n}|the rooster crows {n}",
        ),
        "zh": _zh(
            "公鸡|公鸡打鸣|公鸡叫|鸡叫声|公鸡叫声",
            "公鸡叫声|公鸡打鸣声|公鸡的叫声|鸡叫声",
            "公鸡在叫|公鸡在打鸣|公鸡打鸣|一只公鸡在叫",
            "公鸡叫了{n}声",
        ),
    },
    "fire crackling": {
        "en": _en(
            "fire crackling|crackling fire|fire|fire burning|campfire",
            "a fire crackling|a crackling fire|the crackle of fire|the sound of fire|fire crackling|a fire|a campfire",
            "a fire crackles|a fire is crackling|fire is burning|a fire burns|the fire crackles",
        ),
        "zh": _zh(
            "火|火声|火焰噼啪声|篝火|柴火声",
            "火焰噼啪声|火焰声|火的噼啪声|篝火声|柴火燃烧声",
            "火在燃烧|火在噼啪作响|柴火在燃烧|篝火在燃烧",
        ),
    },
    "tone": {
        "en": _en(
            "tone|steady tone|pure tone",
            "a tone|a steady tone|a pure tone|the sound of a steady tone|a long tone",
            "a tone sounds|a steady tone sounds|a tone is sounding|a long tone plays",
        ),
        "zh": _zh("纯音|长音|持续音", "纯音|长音|持续的纯音|一个长音", "纯音在响|响着长音|长音在响|响着纯音"),
    },
    "beep": {
        "en": _en(
            "beep|beeping|short beep",
            "a beep|beeping|a short beep|the sound of a beep|an electronic beep",
            "a beep sounds|something beeps|a device beeps|a device is beeping",
            "a beep sounds {n}|a device beeps {n}|something beeps {n}",
        ),
        "zh": _zh(
            "哔声|哔哔声|短哔声",
            "哔声|哔哔声|电子哔声|短促的哔声",
            "发出哔声|有哔哔声|哔声响起|设备在哔哔响",
            "哔声响了{n}次",
        ),
    },
    "siren": {
        "en": _en(
            "siren|siren wailing|wailing siren|alarm siren",
            "a siren|a wailing siren|the sound of a siren|a siren wailing|an alarm siren",
            "a siren wails|a siren is wailing|a siren sounds|the siren wails",
        ),
        "zh": _zh(
            "警笛|警笛声|警报声|警报", "警笛声|警报声|警笛的声音|警报的声音", "警笛在响|警报在响|警笛在鸣响|警报响起"
        ),
    },
    "noise burst": {
        "en": _en(
            "noise burst|burst of noise|static burst",
            "a burst of noise|a noise burst|a short burst of noise|the sound of a noise burst|a burst of static",
            "a burst of noise sounds|a noise burst sounds|a short burst of noise is heard",
            "a noise burst sounds {n}|a burst of noise sounds {n}",
        ),
        "zh": _zh(
            "噪声|一阵噪声|噪声脉冲",
            "一阵噪声|噪声脉冲|短促的噪声|一阵短噪声",
            "响起一阵噪声|有一阵噪声|出现一阵噪声",
            "噪声响了{n}次",
        ),
    },
    "chirp": {
        "en": _en(
            "chirp|electronic chirp|sweeping chirp",
            "a chirp|an electronic chirp|a sweeping chirp|the sound of a chirp",
            "a chirp sounds|an electronic chirp sounds|a sweeping chirp is heard",
            "a chirp sounds {n}|an electronic chirp sounds {n}",
        ),
        "zh": _zh(
            "啁啾声|扫频声|啾声",
            "啁啾声|扫频声|啾声|电子啁啾声",
            "响起啁啾声|有扫频声|啁啾声响起|有啾声",
            "啁啾声响了{n}次",
        ),
    },
    "knock": {
        "en": _en(
            "knock|knocking|door knock",
            "a knock|knocking|a knock on wood|the sound of knocking|knocking on a door|a door knock",
            "someone knocks|someone is knocking|someone knocks on wood|someone knocks on a door",
        ),
        "zh": _zh(
            "敲门|敲门声|敲击声|敲木头",
            "敲门声|敲击声|敲门的声音|敲木头的声音",
            "有人敲门|有人在敲门|有人在敲木头|有人敲击",
        ),
    },
    "bell": {
        "en": _en(
            "bell|bell ringing|ringing bell",
            "a bell|a bell ringing|a ringing bell|the sound of a bell|a bell's ring",
            "a bell rings|a bell is ringing|the bell rings|a bell sounds",
            "a bell rings {n}|the bell rings {n}",
        ),
        "zh": _zh(
            "铃声|钟声|铃响|钟鸣",
            "铃声|钟声|敲钟声|铃响声",
            "铃在响|钟声响起|铃声响起|钟在响",
            "钟响了{n}次|铃响了{n}次",
        ),
    },
}


def words(label: str, language: Language) -> Words:
    """The words for a label; for one that the lexicon lacks, plain sentences around its name.

    Example:
        >>> words("dog bark", "zh").clauses[0], words("door slam", "en").nouns
        ('狗在叫', ('the sound of "door slam"',))
    """
    if label in LEXICON:
        return LEXICON[label][language]
    if language == "zh":
        return Words((label,), (f"“{label}”的声音",), (f"能听到“{label}”的声音",))
    return Words((label,), (f'the sound of "{label}"',), (f'the sound of "{label}" is heard',))
