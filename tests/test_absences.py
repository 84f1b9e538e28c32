import pytest

from earwitness.rubrics.rules.sketch import sketch_of
from earwitness.rubrics.rules.tokens import tokens_of


@pytest.mark.parametrize(
    ("text", "absent", "heard"),
    [
        ("no music or speech", ["no music", "speech"], []),
        ("no music, speech, or noise", ["no music", "speech", "noise"], []),
        ("without music and speech", ["without music", "speech"], []),
        ("no music, rain", ["no music"], ["rain"]),
        ("no music, but rain", ["no music"], ["rain"]),
        ("no music and a dog barks", ["no music"], ["a dog barks"]),
        ("no music. Rain and thunder", ["no music"], ["rain", "thunder"]),
        ("没有音乐和人声", ["没有 音乐", "人声"], []),
        ("没有音乐，下雨", ["没有 音乐"], ["下雨"]),
        ("a dog that does not bark", ["a dog not bark"], []),
    ],
)
def test_how_far_a_negation_reaches(text, absent, heard):
    sketch = sketch_of(tokens_of(text))
    assert [" ".join(token.text for token in words) for words in sketch.absences] == absent
    assert [" ".join(token.text for token in sound.words) for sound in sketch.sounds] == heard
