import json
import pickle

import numpy as np
import pytest

from earwitness.errors import UsageError
from earwitness.types import NO_AUDIO, Audio, Item, Pair, Recipe, Score, ScoreFailure, Verdict, language_of


def test_pair_ids_are_of_content_not_of_place():
    pairs = [Pair("a/rain.wav", "rain"), Pair("b/rain.wav", "rain"), Pair("a/rain.wav", "Rain")]
    assert len({pair.id for pair in pairs}) == 3
    assert Pair("a/rain.wav", "rain").id == pairs[0].id


def test_pair_of_bytes_and_of_audio_has_an_id():
    clip = Audio(np.zeros(4, np.float32), 8000, "5a1e")
    assert Pair(b"abc", "rain").id.startswith("audio-")
    assert Pair(clip, "rain").id == Pair(Audio(np.ones(1, np.float32), 4000, "5a1e"), "rain").id


@pytest.mark.parametrize("audio", [np.zeros(4, np.float32), [0.0, 0.1], (np.zeros(4), 16000), None])
@pytest.mark.parametrize("name", ["", "given"])
def test_pair_of_samples_without_their_rate_is_refused(audio, name):
    """A12."""
    with pytest.raises(UsageError, match=r"wanted a path, .* from_array\(samples, sample_rate\)"):
        Pair(audio, "rain", id=name)


def test_pair_survives_a_file_name_that_is_not_utf8():
    assert Pair("clip-\udcff.wav", "rain").id.endswith(Pair("clip-\udcff.wav", "rain").id[-8:])


@pytest.mark.parametrize(
    ("text", "language"), [("a dog", "en"), ("狗叫", "zh"), ("dog 狗", "zh"), ("", "en"), ("été", "en")]
)
def test_language_is_told_by_script(text, language):
    assert language_of(text) == language


def test_a_given_language_wins():
    assert Pair("a.wav", "狗", language="en").language == "en"


def test_a_score_survives_strict_json():
    item = Item("i1", "Is a dog heard?", "event", span=(2, 5), parents=("i0",), weight=0.5)
    score = Score(
        pair_id="p",
        values={"alignment": None, "quality": 3.5},
        recipe="r",
        verdicts=(Verdict(item, 0.25, 0.9, "ok", "at 3 s"), Verdict(item, None, None, "error")),
        status="unscored",
        error=ScoreFailure("audio_empty", "rain.wav is empty."),
        coverage=0.5,
        flags=("clipped", "silent"),
        audio_sha256="ab",
    )
    assert Score.from_dict(json.loads(json.dumps(score.to_dict(), allow_nan=False))) == score


def test_recipes_differ_by_any_part_and_not_by_order():
    recipe = Recipe({"template": 1, "backbone": {"name": "x", "dtype": "float32"}})
    assert recipe.id == Recipe({"backbone": {"dtype": "float32", "name": "x"}, "template": 1}).id
    assert recipe.id != Recipe({"template": 1, "backbone": {"name": "x", "dtype": "bfloat16"}}).id
    assert len(recipe.id) == 12


def test_duration_is_in_seconds():
    assert Audio(np.zeros(12000, np.float32), 8000, "").duration == 1.5


def test_a_language_that_is_not_judged_is_refused():
    with pytest.raises(UsageError, match="language of 'p' is 'fr'"):
        Pair("a.wav", "un chien", id="p", language="fr")


def test_no_audio_is_no_silence():
    assert NO_AUDIO.is_absent
    assert NO_AUDIO.duration == 0.0
    assert not Audio(np.zeros(16000, np.float32), 16000, "").is_absent
    assert pickle.loads(pickle.dumps(NO_AUDIO)).is_absent
