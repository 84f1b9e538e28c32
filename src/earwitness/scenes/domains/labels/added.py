"""Words for sounds that the lexicon lacks, such as voices and drums, and for those that it words too loosely."""

from __future__ import annotations

from collections.abc import Mapping

from earwitness.scenes.lexicon import Words
from earwitness.types import Language


def worded(nouns: str, clauses: str, zh_nouns: str, zh_clauses: str) -> Mapping[Language, Words]:
    """Words of both languages, parted by bars; nothing is counted in a way of its own.

    Example:
        >>> worded("a gong|the sound of a gong", "a gong sounds", "锣声", "锣声响起")["en"].nouns
        ('a gong', 'the sound of a gong')
    """
    english, chinese = nouns.split("|"), zh_nouns.split("|")
    return {
        "en": Words((english[0],), tuple(english), tuple(clauses.split("|"))),
        "zh": Words((chinese[0],), tuple(chinese), tuple(zh_clauses.split("|"))),
    }


# Sounds that the lexicon lacks, and those that it words too loosely: "a chirp" may be a bird's, 铃声 a phone's, and one
# who asks for a tone or a noise without more hears it in whatever hums or hisses.
ADDED: Mapping[str, Mapping[Language, Words]] = {
    "man speaking": worded(
        "a man speaking|the sound of a man speaking|a man talking",
        "a man speaks|a man is speaking|a man talks|a man is talking",
        "男人说话的声音|男人的说话声|男人讲话的声音",
        "一个男人在说话|有个男人在讲话|一名男子在说话",
    ),
    "woman speaking": worded(
        "a woman speaking|the sound of a woman speaking|a woman talking",
        "a woman speaks|a woman is speaking|a woman talks|a woman is talking",
        "女人说话的声音|女人的说话声|女人讲话的声音",
        "一个女人在说话|有个女人在讲话|一名女子在说话",
    ),
    "child speaking": worded(
        "a child speaking|the sound of a child speaking|a child talking",
        "a child speaks|a child is speaking|a child talks|a child is talking",
        "小孩说话的声音|孩子说话的声音|孩子的说话声",
        "一个孩子在说话|有个小孩在讲话|一个小孩在说话",
    ),
    "bell": worded(
        "a bell|a ringing bell|the sound of a bell|a bell ringing",
        "a bell rings|a bell is ringing|a bell sounds|a bell chimes",
        "钟声|敲钟声|敲钟的声音",
        "钟声响起|钟声在响|钟在鸣响",
    ),
    "chirp": worded(
        "an electronic chirp|the sound of an electronic chirp|a sweeping electronic chirp",
        "an electronic chirp sounds|a device makes an electronic chirp|a sweeping electronic chirp sounds",
        "电子扫频音",
        "响起电子扫频音|电子扫频音响起|设备发出电子扫频音",
    ),
    "noise burst": worded(
        "a burst of noise|a noise burst|the sound of a noise burst|a sudden burst of noise",
        "a burst of noise sounds|a noise burst sounds|there is a burst of noise",
        "突发噪声|突发的噪声|噪声脉冲",
        "响起一阵噪声|有一阵噪声|出现一阵噪声",
    ),
    "tone": worded(
        "a steady tone|the sound of a steady tone|a pure, steady tone",
        "a steady tone sounds|a steady tone is sounding|a pure, steady tone sounds|a steady tone plays",
        "持续的纯音|平稳的纯音|持续的单音",
        "响着持续的纯音|持续的纯音在响|一个平稳的纯音在响",
    ),
    "music": worded(
        "music|some music|the sound of music",
        "music plays|music is playing|some music is playing",
        "音乐|音乐声|乐声",
        "响着音乐|音乐在播放|播放着音乐",
    ),
    "drum loop": worded(
        "a drum loop|a drum beat|the sound of a drum loop",
        "a drum loop plays|drums are playing|a drum beat plays|a drum loop is playing",
        "鼓点|鼓声|鼓点声",
        "鼓点在响|响着鼓点|有人在打鼓",
    ),
    "drum roll": worded(
        "a drum roll|a rolling drum|the sound of a drum roll",
        "a drum roll sounds|someone plays a drum roll|a drum roll is played",
        "滚鼓声|军鼓滚奏声|军鼓的滚奏声",
        "响起滚鼓声|有人在滚奏军鼓|滚鼓声响起",
    ),
    "snare drum": worded(
        "a snare drum|a snare drum hit|the sound of a snare drum",
        "a snare drum sounds|someone hits a snare drum|a snare drum is struck",
        "军鼓声|小军鼓声|敲军鼓的声音",
        "军鼓响起|有人敲响军鼓|小军鼓响起",
    ),
    "bass drum": worded(
        "a bass drum|a kick drum|the sound of a bass drum",
        "a bass drum sounds|someone hits a bass drum|a kick drum sounds",
        "底鼓声|低音鼓声|敲底鼓的声音",
        "底鼓响起|有人敲响底鼓|低音鼓响起",
    ),
    "cymbal": worded(
        "a cymbal|a cymbal crash|the sound of a cymbal",
        "a cymbal crashes|a cymbal rings|someone strikes a cymbal",
        "镲声|吊镲声|敲镲的声音",
        "镲响起|有人敲响吊镲|吊镲响起",
    ),
    "cowbell": worded(
        "a cowbell|a struck cowbell|the sound of a cowbell",
        "a cowbell rings|a cowbell sounds|someone strikes a cowbell",
        "牛铃声|牛铃的声音|敲牛铃的声音",
        "牛铃响起|有人敲响牛铃|牛铃在响",
    ),
    "guitar": worded(
        "a guitar|guitar playing|the sound of a guitar",
        "a guitar plays|a guitar is playing|someone plays the guitar",
        "吉他声|吉他的声音|吉他弹奏声",
        "吉他在响|有人在弹吉他|响着吉他声",
    ),
    "bass": worded(
        "a bass|a bass note|the sound of a bass",
        "a bass sounds|a bass is sounding|a bass note sounds",
        "贝斯声|贝斯的声音|贝斯音",
        "贝斯在响|贝斯声响起|响着贝斯声",
    ),
    "tabla": worded(
        "a tabla|a tabla stroke|the sound of a tabla",
        "a tabla sounds|a tabla is struck|someone strikes a tabla",
        "塔布拉鼓声|塔布拉鼓的声音|印度手鼓声",
        "塔布拉鼓响起|有人敲响塔布拉鼓|塔布拉鼓在响",
    ),
    "record scratch": worded(
        "a record scratch|a scratching record|the sound of a record scratch",
        "a record is scratched|a record scratch sounds|someone scratches a record",
        "搓碟声|唱片的搓碟声|搓唱片的声音",
        "有人在搓碟|搓碟声响起|有人在搓唱片",
    ),
    "knock": worded(
        "knocking|the sound of knocking|someone knocking",
        "someone knocks|someone is knocking|there is knocking",
        "敲击声|敲东西的声音|敲击的声音",
        "有人在敲东西|有人在敲击|响起敲击声",
    ),
}
