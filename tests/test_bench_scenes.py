"""Scenes as a benchmark: rendered once, balanced, measured by kind and language."""

import numpy as np
import pytest
import soundfile

from clips import tone
from earwitness.bench.runner import run_benchmark
from earwitness.bench.sets.scenes import Scenes
from earwitness.errors import StoreError
from earwitness.judges.aqascore import AQAScore
from told_judge import ToldJudge


def knows(pair):
    return 0.9 if str(pair.meta["matches"]) == "1" else 0.2


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    benchmark = Scenes(clips=8, seed=3)
    benchmark.read(folder, benchmark.chosen(["presence", "order"]))
    return folder


def test_captions_are_true_and_false_by_turns_in_both_languages(rendered):
    benchmark = Scenes(clips=8, seed=3)
    contents = benchmark.read(rendered, benchmark.chosen(["presence", "order"]))
    assert contents.counts == {"presence": 8, "order": 8}
    found = [(p.meta["part"], p.language, str(p.meta["matches"])) for p in contents.pairs]
    assert {key: found.count(key) for key in found} == {
        (kind, language, truth): 2 for kind in ("presence", "order") for language in ("en", "zh") for truth in "01"
    }
    assert len({pair.id for pair in contents.pairs}) == 16


def test_a_judge_that_knows_is_right_and_one_that_does_not_is_at_chance(rendered, tmp_path):
    benchmark = Scenes(clips=8, seed=3)
    parts = ["presence", "order"]
    found = run_benchmark(benchmark, rendered, ToldJudge(knows), tmp_path / "knows", parts=parts)
    assert {figure.value for figure in found.figures} == {1.0}
    assert [figure.part for figure in found.figures[::6]] == ["all kinds", "presence", "order"]
    deaf = run_benchmark(benchmark, rendered, ToldJudge(lambda pair: 0.7), tmp_path / "deaf", parts=parts)
    assert {figure.value for figure in deaf.figures} == {0.5}


def test_the_embedded_judge_hears_which_sounds_are_there(rendered, tmp_path):
    found = run_benchmark(Scenes(clips=8, seed=3), rendered, AQAScore(), tmp_path / "run", parts=["presence"])
    whole = next(figure for figure in found.figures if figure.measure == "AUC")
    assert whole.value > 0.8
    assert whole.n == 8


def test_a_folder_rendered_otherwise_is_left_alone(rendered):
    other = Scenes(clips=8, seed=4)
    with pytest.raises(StoreError, match="seed was 3 and is 4"):
        other.read(rendered, other.chosen(["order"]))


def test_scenes_can_be_made_of_recordings(tmp_path):
    rng = np.random.default_rng(0)
    for label in ("dog bark", "rain", "bell", "siren", "engine"):
        for take in (1, 2):
            sound = tone(2.0, float(rng.uniform(200, 2000)))
            path = tmp_path / "takes" / label.replace(" ", "_") / f"{take}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, sound, 16000)
    benchmark = Scenes(clips=4, recordings=tmp_path / "takes")
    contents = benchmark.read(tmp_path / "out", benchmark.chosen(["presence"]))
    assert len(contents.pairs) == 4
