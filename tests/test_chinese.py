import pytest

from earwitness.rubrics.base import Caption
from earwitness.rubrics.rules import RuleDecomposer
from earwitness.types import language_of


def questions(text):
    (rubric,) = RuleDecomposer(questions="zh").decompose([Caption(text, language_of(text))])
    return [item.question for item in rubric.items]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("一只狗在叫", "能听到狗叫吗？"),
        ("一位女性说话", "能听到有人说话吗？"),
        ("女声", "能听到人声吗？"),
        ("嘎嘣机吱嘎响", "能听到嘎嘣机吱嘎响吗？"),
        ("A dog barks", "能听到狗吠叫吗？"),
        ("dog", "能听到狗的声音吗？"),
        ("A woman sings", "能听到有人唱歌吗？"),
        ("A zorg flumbles", "能听到“A zorg flumbles”吗？"),
    ],
)
def test_events(text, question):
    assert questions(text)[0] == question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("狗大声叫", "狗叫声听起来大声吗？"),
        ("远处有狗叫声", "狗叫声听起来是在远处吗？"),
        ("持续不断的雨声", "雨声符合“持续不断”这一描述吗？"),
        ("女声，语速缓慢", "人声的语速缓慢吗？"),
        ("男人走路", "发出这个声音的人是男性吗？"),
        ("小女孩说话", "人声听起来像孩子吗？"),
        ("女声，北京口音", "人声说话时是这种口音或语言吗：北京口音？"),
        ("一个男人喊，一个女人笑", "第二个人声是女性吗？"),
        ("A dog barks loudly", "狗吠叫声听起来响亮吗？"),
    ],
)
def test_attributes(text, question):
    assert question in questions(text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("狗叫了两声", "狗叫正好有两次吗？"),
        ("有人打了三次喷嚏", "打喷嚏的声音正好有三次吗？"),
        ("两只狗在叫", "能听到正好两只狗叫吗？"),
        ("几只狗在叫", "能听到几只狗叫吗？"),
        ("A bell rings three times", "钟响的声音正好有三次吗？"),
        ("Two dogs bark", "能听到正好两个狗吠叫吗？"),
    ],
)
def test_counts(text, question):
    assert questions(text)[1] == question


def test_relations_and_absences():
    assert questions("狗叫，然后下雨")[-1] == "能先听到狗叫，再听到下雨的声音吗？"
    assert questions("雨声和雷声同时响起")[-1] == "雨声和雷声同时响起吗？"
    assert questions("没有音乐") == ["这段音频里没有音乐，对吗？"]
    assert questions("没有回声") == ["这段音频里没有回声，对吗？"]
    assert questions("no music") == ["这段音频里没有音乐，对吗？"]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("爵士乐歌曲", "这段音频的风格是爵士乐吗？"),
        ("欢快的歌曲", "这段音频的氛围欢快吗？"),
        ("节奏舒缓的歌曲", "节奏舒缓吗？"),
        ("录音失真严重。", "这段录音听起来失真吗？"),
        ("混响很大。", "这段录音符合“混响很大”这一描述吗？"),
        ("歌曲，120 BPM", "这段音频的节奏是120 bpm吗？"),
        ("在厨房里", "听起来像是在厨房里录制的吗？"),
        ("in a kitchen", "听起来像是在厨房录制的吗？"),
    ],
)
def test_styles(text, question):
    assert question in questions(text)


def test_spoken_words_are_quoted():
    assert questions("她说：“你好”")[-1] == "有人说或唱这句话吗：“你好”？"
