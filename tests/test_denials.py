import pytest

from earwitness.rubrics.denials import asks_for_absence, denied


@pytest.mark.parametrize(
    ("caption", "parts"),
    [
        ("A dog barks, no music.", ["no music"]),
        ("no music or speech and a dog barks", ["no music or speech"]),
        ("A song with no drums that features piano", ["no drums"]),
        ("no vocals over rain", ["no vocals"]),
        ("Without any music, a man speaks", ["Without any music"]),
        ("no loud dog barks", ["no loud dog barks"]),
        ("free of any reverb", ["free of any reverb"]),
        ("There isn't any music", ["n't any music"]),
        ("A not very loud dog barks", ["not very loud"]),
        ("not only rain but thunder", []),
        ("nothing but rain", []),
        ("a noisy piano, nobody talks", ["nobody talks"]),
        ("狗在叫，没有人声。", ["没有人声"]),
        ("没有混响的人声", ["没有混响"]),
        ("毫无杂音，无背景音乐", ["毫无杂音", "无背景音乐"]),
        ("没有音乐和人声，只有雨声", ["没有音乐和人声"]),
        ("不太快的鼓声", ["不太快"]),
        ("不停地敲门，不同乐器，不锈钢盆掉在地上", []),
        ("声音不大，不要有人声和音乐", ["不大", "不要有人声和音乐"]),
        ("无人机飞过，一个无力的女声", []),
    ],
)
def test_what_a_caption_denies(caption, parts):
    assert [caption[slice(*span)] for span in denied(caption)] == parts


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("Is there music?", False),
        ("Is the clip free of music?", True),
        ("Is the dog not very loud?", True),
        ("Isn't there music?", True),
        ("Is there a note?", False),
        ("是否有音乐？", False),
        ("有没有音乐？", False),
        ("是不是很快？", False),
        ("录音中是否没有音乐？", True),
        ("声音是否不大？", True),
    ],
)
def test_what_a_question_asks_for(question, absent):
    assert asks_for_absence(question) == absent
