"""What voices say: plain sentences in English and Mandarin, each with a place that several words fit.

Words of one place sound unlike each other, so that who listens can tell which of them is said. Mandarin is written
twice: in characters, as captions quote it, and in pinyin with tones by number, as a program reads it aloud.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earwitness.types import Language, language_of

# The place of the word that can be swapped.
PLACE = "{}"


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence with its word in place.

    Attributes:
        words: as captions quote them, without a full stop.
        aloud: what a program reads: the same, or pinyin.
        pattern: the sentence with its place left open; lines of one pattern differ in one word.
    """

    words: str
    aloud: str
    pattern: str

    @property
    def language(self) -> Language:
        """Which it is spoken in."""
        return language_of(self.words)


_ENGLISH: Mapping[str, str] = {
    "The train leaves at {}": "seven|nine|two",
    "My brother works in {}": "London|Paris|Moscow",
    "She bought some {} at the market": "bread|apples|coffee",
    "We are meeting {} tomorrow morning": "Peter|Susan|Oliver",
    "The keys are on the {}": "table|chair|piano",
    "He is painting the {} on Saturday": "kitchen|garage|fence",
    "There is a {} in the garden": "dog|rabbit|horse",
    "Please bring me a glass of {}": "water|milk|lemonade",
    "We are flying home in {}": "April|October|July",
    "It was very {} last night": "windy|cold|foggy",
    "They ordered {} for lunch": "pizza|noodles|sandwiches",
    "I left my {} on the bus": "umbrella|jacket|camera",
    "The {} will call you back": "doctor|plumber|teacher",
    "We need {} more chairs": "twenty|fifteen|four",
    "The blue car is parked behind the {}": "bank|school|hospital",
    "My sister is learning to play the {}": "violin|drums|guitar",
    "The cat is sleeping under the {}": "bed|sofa|tree",
    "Her new {} is red": "phone|bicycle|sweater",
    "The river flows through the {}": "village|forest|desert",
    "Our neighbours moved to {}": "Canada|Spain|Egypt",
}
_MANDARIN: Mapping[tuple[str, str], str] = {
    ("去北京的火车{}点开", "qu4 bei3 jing1 de5 huo3 che1 {} dian3 kai1"): "七 qi1|九 jiu3|两 liang3",
    ("我哥哥在{}工作", "wo3 ge1 ge5 zai4 {} gong1 zuo4"): "上海 shang4 hai3|北京 bei3 jing1|广州 guang3 zhou1",
    ("她在市场买了一些{}", "ta1 zai4 shi4 chang3 mai3 le5 yi4 xie1 {}"): (
        "苹果 ping2 guo3|面包 mian4 bao1|土豆 tu3 dou4"
    ),
    ("我们明天早上去见{}", "wo3 men5 ming2 tian1 zao3 shang5 qu4 jian4 {}"): (
        "小王 xiao3 wang2|张老师 zhang1 lao3 shi1|李大夫 li3 dai4 fu5"
    ),
    ("钥匙在{}上面", "yao4 shi5 zai4 {} shang4 mian4"): "桌子 zhuo1 zi5|钢琴 gang1 qin2|冰箱 bing1 xiang1",
    ("他星期六要打扫{}", "ta1 xing1 qi1 liu4 yao4 da3 sao3 {}"): "厨房 chu2 fang2|院子 yuan4 zi5|车库 che1 ku4",
    ("花园里有一只{}", "hua1 yuan2 li3 you3 yi4 zhi1 {}"): "小狗 xiao3 gou3|兔子 tu4 zi5|孔雀 kong3 que4",
    ("请给我一杯{}", "qing3 gei3 wo3 yi4 bei1 {}"): "热水 re4 shui3|牛奶 niu2 nai3|咖啡 ka1 fei1",
    ("我们{}月坐飞机回家", "wo3 men5 {} yue4 zuo4 fei1 ji1 hui2 jia1"): "三 san1|六 liu4|十 shi2",
    ("昨天晚上外面{}", "zuo2 tian1 wan3 shang5 wai4 mian4 {}"): "很冷 hen3 leng3|下雪了 xia4 xue3 le5|有雾 you3 wu4",
    ("他们中午吃了{}", "ta1 men5 zhong1 wu3 chi1 le5 {}"): "面条 mian4 tiao2|饺子 jiao3 zi5|米饭 mi3 fan4",
    ("我把{}忘在公交车上了", "wo3 ba3 {} wang4 zai4 gong1 jiao1 che1 shang4 le5"): (
        "雨伞 yu3 san3|外套 wai4 tao4|相机 xiang4 ji1"
    ),
    ("{}下午会给你打电话", "{} xia4 wu3 hui4 gei3 ni3 da3 dian4 hua4"): (
        "医生 yi1 sheng1|老师 lao3 shi1|经理 jing1 li3"
    ),
    ("我们还需要{}把椅子", "wo3 men5 hai2 xu1 yao4 {} ba3 yi3 zi5"): "三 san1|五 wu3|九 jiu3",
    ("那辆车停在{}后面", "na4 liang4 che1 ting2 zai4 {} hou4 mian4"): "银行 yin2 hang2|学校 xue2 xiao4|超市 chao1 shi4",
    ("我妹妹在学{}", "wo3 mei4 mei5 zai4 xue2 {}"): "唱歌 chang4 ge1|游泳 you2 yong3|画画 hua4 hua4",
    ("小猫在{}下面睡觉", "xiao3 mao1 zai4 {} xia4 mian4 shui4 jiao4"): "床 chuang2|沙发 sha1 fa1|大树 da4 shu4",
    ("她的新{}是红色的", "ta1 de5 xin1 {} shi4 hong2 se4 de5"): "手机 shou3 ji1|毛衣 mao2 yi1|自行车 zi4 xing2 che1",
    ("这条河流过{}", "zhe4 tiao2 he2 liu2 guo4 {}"): "村庄 cun1 zhuang1|森林 sen1 lin2|沙漠 sha1 mo4",
    ("我们的邻居搬到了{}", "wo3 men5 de5 lin2 ju1 ban1 dao4 le5 {}"): (
        "日本 ri4 ben3|加拿大 jia1 na2 da4|法国 fa3 guo2"
    ),
}


def _english() -> list[Line]:
    return [
        Line(pattern.replace(PLACE, word), pattern.replace(PLACE, word), pattern)
        for pattern, words in _ENGLISH.items()
        for word in words.split("|")
    ]


def _mandarin() -> list[Line]:
    return [
        Line(written.replace(PLACE, word), pinyin.replace(PLACE, aloud), written)
        for (written, pinyin), choices in _MANDARIN.items()
        for word, aloud in (choice.split(maxsplit=1) for choice in choices.split("|"))
    ]


LINES: Mapping[Language, tuple[Line, ...]] = {"en": tuple(_english()), "zh": tuple(_mandarin())}
_BY_WORDS: Mapping[str, Line] = {line.words: line for lines in LINES.values() for line in lines}


def line_of(words: str) -> Line:
    """The line that is quoted so.

    Example:
        >>> line_of("请给我一杯牛奶").aloud
        'qing3 gei3 wo3 yi4 bei1 niu2 nai3'
    """
    return _BY_WORDS[words]


def fill_one_pattern(words: str, others: str) -> bool:
    """Whether two sentences are lines of one pattern, whose words were chosen to sound unlike.

    Example:
        >>> fill_one_pattern("The train leaves at two", "The train leaves at nine")
        True
        >>> fill_one_pattern("The train leaves at two", "the train left at two")
        False
    """
    one, other = _BY_WORDS.get(words), _BY_WORDS.get(others)
    return one is not None and other is not None and one.pattern == other.pattern


def are_alike(words: str, others: str) -> bool:
    """Whether two sentences have half of their words or more in common; of Chinese, of their characters.

    Example:
        >>> are_alike("we call it bear", "They call it bear"), are_alike("请给我一杯牛奶", "请给我一杯咖啡")
        (True, True)
        >>> are_alike("we call it bear", "he hates shooting")
        False
    """
    one, other = _tokens(words), _tokens(others)
    return len(one & other) >= len(one | other) / 2


def _tokens(words: str) -> set[str]:
    return set(words if language_of(words) == "zh" else words.lower().split())
