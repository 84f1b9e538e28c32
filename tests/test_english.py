import pytest

from earwitness.rubrics.base import Caption
from earwitness.rubrics.rules import RuleDecomposer
from earwitness.types import language_of


def questions(text):
    (rubric,) = RuleDecomposer(questions="en").decompose([Caption(text, language_of(text))])
    return [item.question for item in rubric.items]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("A dog barks.", "Can you hear a dog barking?"),
        ("dog", "Can you hear a dog?"),
        ("rain", "Can you hear rain?"),
        ("Footsteps on gravel.", "Can you hear footsteps on gravel?"),
        ("Low hum of a refrigerator", "Can you hear the hum of a refrigerator?"),
        ("An old woman hums a lullaby.", "Can you hear someone humming a lullaby?"),
        ("A crowd cheers.", "Can you hear people cheering?"),
        ("A woman.", "Can you hear a voice?"),
        ("zorg", 'Is this heard: "zorg"?'),
        ("狗叫了两声", "Can you hear a dog barking?"),
        ("一名老年男性低声讲述故事", "Can you hear someone narrating?"),
        ("嘎嘣机在响", 'Is this heard: "嘎嘣机在响"?'),
    ],
)
def test_events(text, question):
    assert questions(text)[0] == question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("A dog barks very loudly.", "Is the sound of a dog barking very loud?"),
        ("A dog barks in the distance.", "Can you hear a dog barking in the distance?"),
        ("A distant dog barks.", "Does the sound of a dog barking seem distant?"),
        ("A piano with light reverb", "Can you hear a piano with light reverb?"),
        ("The rain suddenly stops.", 'Does "suddenly stops" describe the sound of the rain?'),
        ("A man speaks.", "Is the voice male?"),
        ("A man hammers nails.", "Is the person heard hammering male?"),
        ("A girl laughs.", "Is the voice female?"),
        ("A voice in his fifties speaks.", "Does the voice sound like someone in their fifties?"),
        ("Someone speaks with a thick Irish accent.", "Does the voice have a thick Irish accent?"),
        ("Someone speaks in Mandarin.", "Does the voice speak in Mandarin?"),
        ("Someone speaks with sorrow.", 'Does "sorrow" describe the voice?'),
        ("Someone speaks from afar.", "Is the voice heard from afar?"),
    ],
)
def test_attributes(text, question):
    assert questions(text)[1] == question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("A dog barks twice.", "Do you hear a dog barking exactly twice?"),
        ("Three dogs bark.", "Do you hear exactly three dogs barking?"),
        ("Several dogs bark.", "Do you hear several dogs barking?"),
        ("A dog barks repeatedly.", "Do you hear a dog barking repeatedly?"),
        ("Two women talk.", "Do you hear exactly two women talking?"),
        ("狗叫了几声", 'Do you hear a dog barking this often: "几声"?'),
        ("有三只羊在叫", "Do you hear exactly three sheep bleating?"),
    ],
)
def test_counts(text, question):
    assert question in questions(text)


def test_relations():
    assert questions("Rain falls, then a bell rings.")[-1] == "Do you hear rain falling and then a bell ringing?"
    assert questions("Rain falls while a bell rings.")[-1] == (
        "Do you hear rain falling and a bell ringing at the same time?"
    )


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("no loud music", "Is the clip free of loud music?"),
        ("without a siren", "Is the clip free of any siren?"),
        ("no dogs bark", "Is the clip free of dogs barking?"),
        ("没有音乐", "Is the clip free of music?"),
        ("没有嘎嘣声", 'Is the clip free of "嘎嘣声"?'),
    ],
)
def test_absences(text, question):
    assert questions(text) == [question]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("A jazz song", "Is the style of the clip jazz?"),
        ("A nostalgic song", "Is the mood of the clip nostalgic?"),
        ("A song at 120 BPM", "Is the tempo 120 bpm?"),
        ("A song in C minor", "Is the music in c minor?"),
        ("In a busy street", "Does it sound as if it was recorded in a busy street?"),
        ("outdoors", 'Does it sound like this place: "outdoors"?'),
        ("a low quality recording", 'Does "low quality" describe the recording?'),
        ("The sound is muffled.", "Does the recording sound muffled?"),
        ("There is a lot of reverberation.", 'Does "reverberation" describe the recording?'),
        ("A slow piece in a minor mode", "Is the music in a minor mode?"),
        ("A piece in the key of G", "Is the music in the key of g?"),
        ("在厨房里", 'Does it sound like this place: "kitchen"?'),
    ],
)
def test_styles(text, question):
    assert question in questions(text)


def test_two_voices_are_told_apart_by_what_they_do():
    asked = questions("A man shouts and a woman answers.")
    assert "Is the voice heard shouting male?" in asked
    assert "Is the voice heard answering female?" in asked


def test_two_voices_that_do_the_same_are_numbered():
    asked = questions("A man speaks and a woman speaks.")
    assert [question for question in asked if "male" in question] == [
        "Is the first voice male?", "Is the second voice female?"
    ]  # fmt: skip
