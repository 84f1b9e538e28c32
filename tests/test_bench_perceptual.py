"""Perceptual questions: balanced, stable, and measured by property and language."""

import csv

import pytest

from earwitness.bench import load_benchmark
from earwitness.bench.judged import Judged, Judgements
from earwitness.bench.runner import results, run_benchmark
from earwitness.bench.sets.perceptual import ALL, Perceptual
from earwitness.errors import StoreError, UsageError
from earwitness.judges.aqascore import AQAScore
from earwitness.run import open_run
from told_judge import ToldJudge

PARTS = ["noise", "register"]


def knows(pair):
    return 0.9 if pair.meta["label"] else 0.2


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("perceptual")
    benchmark = Perceptual(clips=4, seed=3)
    benchmark.read(folder, benchmark.chosen(PARTS))
    return folder


@pytest.fixture(scope="module")
def pairs(rendered):
    benchmark = Perceptual(clips=4, seed=3)
    return benchmark.read(rendered, benchmark.chosen(PARTS)).pairs


def test_every_property_is_a_part():
    assert [part.name for part in load_benchmark("perceptual").chosen([])] == [
        "brightness",
        "reverberation",
        "distortion",
        "noise",
        "bandwidth",
        "tempo",
        "mode",
        "register",
    ]


def test_a_clip_has_a_true_and_a_false_statement_in_each_language(pairs):
    assert len(pairs) == 2 * 4 * 4
    for group in {pair.group for pair in pairs}:
        asked = [pair for pair in pairs if pair.group == group]
        assert len({pair.audio for pair in asked}) == 1
        assert sorted((pair.language, pair.meta["label"]) for pair in asked) == [
            ("en", 0), ("en", 1), ("zh", 0), ("zh", 1)
        ]  # fmt: skip
        assert all(pair.meta["label"] == (pair.meta["says"] == pair.meta["level"]) for pair in asked)


def test_no_caption_is_true_more_often_than_false(pairs):
    labels = {}
    for pair in pairs:
        labels.setdefault(pair.caption, []).append(pair.meta["label"])
    assert {sum(told) / len(told) for told in labels.values()} == {0.5}


def test_meta_tells_the_number_behind_the_label(pairs):
    first = next(pair for pair in pairs if pair.meta["part"] == "register" and pair.meta["level"] == "high")
    assert first.meta == {
        "part": "register",
        "property": "register",
        "kind": "style",
        "audio": "register/clip-002.wav",
        "level": "high",
        "says": "low",
        "label": 0,
        "value": 6.0,
        "sound": "music",
    }
    assert first.id == "register-clip-002-en-low"
    noise = {pair.meta["value"] for pair in pairs if pair.meta["part"] == "noise" and pair.meta["level"] == "low"}
    assert len(noise) == 2
    assert all(-60 <= value <= -50 for value in noise)


def test_ids_and_captions_do_not_depend_on_the_folder(pairs, tmp_path):
    benchmark = Perceptual(clips=4, seed=3)
    again = benchmark.read(tmp_path, benchmark.chosen(PARTS)).pairs
    assert [(pair.id, pair.caption, pair.meta) for pair in again] == [(p.id, p.caption, p.meta) for p in pairs]
    assert [pair.audio.read_bytes() for pair in again] == [pair.audio.read_bytes() for pair in pairs]


def test_what_is_rendered_is_taken_as_it_is(rendered):
    benchmark = Perceptual(clips=4, seed=3)
    before = {path: path.stat().st_mtime_ns for path in rendered.rglob("*")}
    check = benchmark.check(rendered, benchmark.chosen(PARTS))
    assert check.complete
    assert [found for _, found in check.parts] == [4, 4]
    assert {path: path.stat().st_mtime_ns for path in rendered.rglob("*")} == before


def test_a_missing_clip_is_told(tmp_path):
    benchmark = Perceptual(clips=2)
    parts = benchmark.chosen(["register"])
    benchmark.read(tmp_path, parts)
    (tmp_path / "register" / "clip-002.wav").unlink()
    assert benchmark.check(tmp_path, parts).missing == ("register/clip-002.wav",)


def test_a_folder_of_something_else_is_refused(rendered, tmp_path):
    other = Perceptual(clips=4, seed=4)
    with pytest.raises(StoreError, match="seed was 3 and is 4"):
        other.read(rendered, other.chosen(["noise"]))
    theirs = tmp_path / "noise" / "metadata.csv"
    theirs.parent.mkdir()
    theirs.write_text("file_name,label\n")
    with pytest.raises(StoreError, match="was not rendered here and is left as it is"):
        other.read(tmp_path, other.chosen(["noise"]))
    assert theirs.read_text() == "file_name,label\n"


@pytest.mark.parametrize("clips", [0, 5])
def test_there_are_as_many_low_as_high_clips(clips):
    with pytest.raises(UsageError, match=f"clips is {clips}; wanted an even number"):
        Perceptual(clips=clips)


@pytest.mark.parametrize(
    ("tell", "value"), [(knows, 1.0), (lambda pair: 1 - knows(pair), 0.0), (lambda pair: 0.7, 0.5)]
)
def test_perfect_reversed_and_deaf_judges(tell, value, rendered, tmp_path):
    found = run_benchmark(Perceptual(clips=4, seed=3), rendered, ToldJudge(tell), tmp_path, parts=PARTS)
    assert {figure.value for figure in found.figures} == {value}
    keys = [(figure.part, figure.subset, figure.measure) for figure in found.figures]
    assert keys == [
        (part, subset, measure)
        for part in (ALL, *PARTS)
        for subset in ("all", "en", "zh")
        for measure in ("AUC", "accuracy")
    ]
    numbers = {(figure.subset, figure.measure): figure.n for figure in found.figures if figure.part == "noise"}
    # Four clips: two statements in two languages each, so 16 pairs and 8 choices.
    assert (numbers["all", "AUC"], numbers["all", "accuracy"], numbers["zh", "AUC"]) == (16, 8, 8)
    assert {figure.n_independent for figure in found.figures if figure.part == "noise"} == {4}
    again = results(open_run(tmp_path))
    assert [figure.value for figure in again.figures] == [figure.value for figure in found.figures]


def judged(name, label, language, value):
    meta = {"part": "tempo", "label": label}
    values = {} if value is None else {"alignment": value}
    return Judged(f"{name}-{language}-{label}", name, "a piece", values, None, name, language, meta=meta)


def test_choices_and_labels_by_hand():
    said = Judgements(
        (
            judged("a", 1, "en", 0.9), judged("a", 0, "en", 0.4),  # right
            judged("b", 0, "en", 0.6), judged("b", 1, "en", 0.5),  # wrong
            judged("c", 1, "en", 0.3), judged("c", 0, "en", 0.3),  # a tie
            judged("d", 1, "en", None), judged("d", 0, "en", 0.1),  # half of it is missing
        ),
        {"alignment": (0.0, 1.0)},
    )  # fmt: skip
    found = {(m.part, m.subset, m.measure): m for m in Perceptual().measurements(said)}
    choices = found["tempo", "en", "accuracy"]
    assert choices.scores.tolist() == [1.0, 0.0, 0.5]
    assert (choices.n_total, choices.ties, choices.ids) == (4, 1, ("a-en", "b-en", "c-en"))
    labels = found["tempo", "en", "AUC"]
    assert labels.truths.tolist() == [1, 0, 0, 1, 1, 0, 0]
    assert labels.n_total == 8
    assert labels.clusters == ("a", "a", "b", "b", "c", "c", "d")


def test_a_judge_without_alignment_says_nothing():
    said = Judgements((judged("a", 1, "en", 0.9), judged("a", 0, "en", 0.4)), {"quality": (1.0, 5.0)})
    assert list(Perceptual().measurements(said)) == []


def test_the_embedded_judge_refuses_what_it_was_not_taught(rendered, tmp_path):
    found = run_benchmark(Perceptual(clips=4, seed=3), rendered, AQAScore(), tmp_path, parts=["register"])
    assert {(figure.n, figure.value) for figure in found.figures} == {(0, None)}
    with (rendered / "register" / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == 16
    reasons = {record.said["error"]["code"] for record in open_run(tmp_path).records()}
    assert reasons == {"outside_vocabulary"}
