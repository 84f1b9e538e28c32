"""AnyAudio-Judge Bench: accuracy at a given or fitted threshold, clips that languages share, gold rubrics."""

import hashlib

import numpy as np
import pytest

from earwitness import AQAScore, FakeBackbone, RubricJudge, evaluate
from earwitness.bench.figures import figure
from earwitness.bench.judged import Judged, Judgements
from earwitness.bench.sets.anyaudio import AnyAudio
from earwitness.errors import UsageError
from earwitness.rubrics.saved import SavedRubrics, write_rubrics
from small_anyaudio import row, wav, write_rows

AXES = {"alignment": (0.0, 1.0)}


def judged(name, score, label, *, clip=None, part="en", subset="sound", kind="pos"):
    values = {} if score is None else {"alignment": score}
    meta = {"part": part, "label": label, "type": kind, "subset": subset, "n_items": 1}
    return Judged(f"{part}-{name}", clip or name, "caption", values, meta=meta)


def measured(benchmark, *rows):
    return {(m.part, m.subset, m.of, m.measure): m for m in benchmark.measurements(Judgements(tuple(rows), AXES))}


def test_accuracy_at_a_given_threshold_by_hand():
    rows = (
        judged("a", 0.9, "yes", subset="speech"),  # right
        judged("b", 0.7, "yes"),  # at the threshold: a match, right
        judged("c", 0.6, "yes", kind="pos_clap"),  # wrong
        judged("d", 0.8, "no", kind="neg_swap"),  # wrong
        judged("e", 0.1, "no", subset="speech", kind="neg_swap"),  # right
    )
    found = measured(AnyAudio(threshold=0.7), *rows)
    of = "label at 0.7"
    assert figure(found["en", "all", of, "accuracy"]).value == pytest.approx(0.6)
    assert found["en", "sound", of, "accuracy"].scores.tolist() == [1, 0, 0]
    assert found["en", "speech", of, "accuracy"].scores.tolist() == [1, 1]
    assert found["en", "neg_swap", of, "accuracy"].scores.tolist() == [0, 1]
    assert found["en", "pos_clap", of, "accuracy"].scores.tolist() == [0]
    # AUC: of the 3 x 2 pairs (yes, no), 0.8 loses to 0.9 alone and 0.1 to all: (1 + 3) / 6.
    assert figure(found["en", "all", "label", "AUC"]).value == pytest.approx(4 / 6)
    # A type has one label, so no AUC; and nothing is fitted where a threshold is given.
    assert {key[1] for key in found if key[3] == "AUC"} == {"all", "sound", "speech"}
    assert {key[2] for key in found} == {"label", of}


def test_a_pair_without_a_score_stays_in_the_total():
    found = measured(AnyAudio(threshold=0.5), judged("a", 0.9, "yes"), judged("b", None, "no"))
    for of, measure in (("label at 0.5", "accuracy"), ("label", "AUC")):
        assert len(found["en", "all", of, measure].ids) == 1
        assert found["en", "all", of, measure].n_total == 2


def clips(for_fitting, count):
    """Names of clips whose content puts them among those for fitting, or not: a fifth of all, told by a hash."""
    names = (f"clip {number}" for number in range(10_000))
    told = (n for n in names if (int.from_bytes(hashlib.sha256(n.encode()).digest()[:8]) % 5 == 0) == for_fitting)
    return [next(told) for _ in range(count)]


def test_without_a_threshold_one_half_and_a_fitted_one_are_measured():
    # For fitting: no at .55 and .6, yes at .7 and .8: the middle of .6 and .7 calls all right.
    fitting = [
        judged(f"f{number}", score, label, clip=clip)
        for number, (clip, score, label) in enumerate(
            zip(clips(True, 4), (0.55, 0.6, 0.7, 0.8), ("no", "no", "yes", "yes"), strict=True)
        )
    ]
    # The others: at .5 all are matches, 1 of 3 right; at .65 the second is none, and 2 of 3 are right.
    others = [
        judged(f"o{number}", score, label, clip=clip)
        for number, (clip, score, label) in enumerate(
            zip(clips(False, 4), (0.7, 0.6, 0.9, None), ("yes", "no", "no", "no"), strict=True)
        )
    ]
    found = measured(AnyAudio(), *fitting, *others)
    half, fitted = (found["en", "all", f"label at {at}", "accuracy"] for at in ("0.5", "fitted threshold"))
    assert half.scores.tolist() == [0, 0, 1, 1, 1, 0, 0]
    assert half.n_total == 8
    assert fitted.note == "threshold 0.65"
    assert fitted.ids == ("en-o0", "en-o1", "en-o2")
    assert fitted.scores.tolist() == [1, 1, 0]
    assert fitted.n_total == 4


def test_without_both_labels_for_fitting_nothing_is_fitted():
    found = measured(AnyAudio(), *(judged(str(n), 0.5, "yes", clip=clip) for n, clip in enumerate(clips(True, 3))))
    assert {key[2] for key in found} == {"label", "label at 0.5"}


def test_both_languages_of_a_clip_fall_on_one_side_and_may_be_alike():
    (inside,), (outside,) = clips(True, 1), clips(False, 1)
    rows = [
        judged(f"{clip}{label}", 0.9 if label == "yes" else 0.2, label, clip=clip, part=part)
        for part in ("en", "zh")
        for clip in (inside, outside)
        for label in ("yes", "no")
    ]
    found = measured(AnyAudio(), *rows)
    assert {key[0] for key in found} == {"en", "zh", "en+zh"}
    whole = found["en+zh", "all", "label at 0.5", "accuracy"]
    assert whole.n_total == 8
    assert sorted(set(whole.clusters)) == sorted([inside, outside])
    fitted = [m for key, m in found.items() if key[0] == "en+zh" and key[1] == "all" and "fitted" in key[2]]
    assert [set(m.clusters) for m in fitted] == [{outside}]
    assert found["en", "all", "label", "AUC"].clusters == (inside, inside, outside, outside)


def test_one_language_alone_is_no_two():
    assert {key[0] for key in measured(AnyAudio(), judged("a", 0.5, "yes"))} == {"en"}


def test_a_judge_without_alignment_is_not_measured():
    said = Judgements((judged("a", 0.5, "yes"),), {"pq": (1.0, 10.0)})
    assert list(AnyAudio().measurements(said)) == []


def test_a_threshold_is_a_score_and_kept_with_the_run():
    assert AnyAudio().options == {}
    assert AnyAudio(threshold=0.8).options == {"threshold": 0.8}
    with pytest.raises(UsageError, match="threshold is 80; wanted a score of 0 to 1"):
        AnyAudio(threshold=80)


def gold_rubrics(folder, parts=()):
    return AnyAudio().gold_rubrics(folder, AnyAudio().chosen(parts))


@pytest.fixture
def folder(tmp_path):
    """Three rows in English, one in Chinese of the first clip; one broken clip, one without a rubric."""
    other = {"bytes": wav(880.0), "path": "b.wav"}
    broken = {"bytes": b"RIFF", "path": "c.wav"}
    dog, horn = "A dog barks.", "A horn, then wind."
    asked = [
        {"dimension": "声音事件", "question": "是否有喇叭声？", "basis": "A horn"},
        {"dimension": "顺序", "question": "风声是否在喇叭声之后？", "basis": "not in the caption"},
    ]
    write_rows(
        tmp_path / "data" / "en" / "test-00000-of-00001.parquet",
        row("u1", caption=dog),
        row("u2", caption=horn, audio=other, label="no", type="neg_swap", rubric=asked),
        row("u3", caption="Rain.", audio=broken, rubric=[]),
    )
    write_rows(tmp_path / "data" / "zh" / "test-00000-of-00001.parquet", row("u1", caption="狗在叫。"))
    return tmp_path / "data"


def test_a_download_is_counted_and_its_empty_rubrics_too(folder):
    benchmark = AnyAudio()
    contents = benchmark.read(folder, benchmark.chosen([]))
    assert contents.counts == {"en": 3, "zh": 1}
    assert len(contents.pairs) == 4
    assert contents.notes == ("en: 1 pairs come without a rubric",)
    (folder / "zh" / "test-00000-of-00001.parquet").unlink()
    contents = benchmark.read(folder, benchmark.chosen([]))
    assert contents.counts == {"en": 3, "zh": 0}
    assert contents.notes[0] == "zh: no Parquet files of it here, left out"


def test_from_files_to_figures(folder, tmp_path):
    benchmark = AnyAudio(threshold=0.5)
    pairs = benchmark.read(folder, benchmark.chosen([])).pairs
    judge = AQAScore(FakeBackbone({"dog": 0.9, "horn": 0.6, "狗": 0.4}))
    run = evaluate(judge, pairs, tmp_path / "run", progress=False)
    said = Judgements.of(run)
    found = {(m.part, m.subset, m.of): m for m in benchmark.measurements(said)}
    # dog .9, yes: right. horn .6, no: wrong. The broken clip is unscored. 狗 .4, yes: wrong.
    whole = found["en+zh", "all", "label at 0.5"]
    assert whole.ids == ("en-u1", "en-u2", "zh-u1")
    assert whole.scores.tolist() == [1, 0, 0]
    assert whole.n_total == 4
    assert whole.clusters[0] == whole.clusters[2] != whole.clusters[1]


def test_gold_rubrics_ask_what_the_benchmark_asks(folder):
    rubrics = gold_rubrics(folder)
    assert list(rubrics) == ["A dog barks.", "A horn, then wind.", "Rain.", "狗在叫。"]
    horn = rubrics["A horn, then wind."]
    assert (horn.language, horn.flags) == ("zh", ())
    # The first says words of the caption, which tell its kind; the second does not, and is asked all the same.
    assert [(item.id, item.kind, item.question, item.span) for item in horn.items] == [
        ("q1", "event", "是否有喇叭声？", (0, 6)),
        ("q2", "style", "风声是否在喇叭声之后？", None),
    ]
    assert rubrics["Rain."].flags == ("not_decomposed",)
    assert rubrics["Rain."].items[0].kind == "caption"
    assert list(gold_rubrics(folder, ["zh"])) == ["狗在叫。"]


def test_of_several_rubrics_of_a_caption_the_first_is_kept_and_flagged(tmp_path):
    other = [{"dimension": "情感", "question": "狗是否愤怒？", "basis": "barks"}]
    write_rows(tmp_path / "en.parquet", row("u1"), row("u2"), row("u3", rubric=other), row("u4", caption=" "))
    (rubric,) = gold_rubrics(tmp_path, ["en"]).values()
    assert [item.question for item in rubric.items] == ["是否有狗叫？"]
    assert rubric.flags == ("rubrics_differ",)


def test_a_rubric_judge_takes_the_gold_rubrics_from_a_file(folder, tmp_path):
    write_rubrics(tmp_path / "gold.jsonl", gold_rubrics(folder).items())
    backbone = FakeBackbone({"喇叭声？": 0.8, "之后": 0.2, "狗叫": 0.7})
    judge = RubricJudge(backbone, decomposer=SavedRubrics(tmp_path / "gold.jsonl"))
    benchmark = AnyAudio(threshold=0.5)
    run = evaluate(judge, benchmark.read(folder, benchmark.chosen([])).pairs, tmp_path / "run", progress=False)
    scores = {record.pair["id"]: record.said["values"]["alignment"] for record in run.records()}
    # The mean over a caption's own questions: horn (.8 + .2) / 2; dog .7 in both languages; the broken clip has none.
    assert scores.pop("en-u3") is None
    assert scores == pytest.approx({"en-u1": 0.7, "en-u2": 0.5, "zh-u1": 0.7})
    (measurement,) = (
        m for m in benchmark.measurements(Judgements.of(run)) if m.key[:3] == ("en", "all", "label at 0.5")
    )
    # .5 is at the threshold: called a match, which it is not.
    assert measurement.scores.tolist() == [1, 0]
    assert measurement.n_total == 3


def test_published_accuracies_have_language_source_and_mark():
    told = {(p.judge, p.part): (p.value, p.mark) for p in AnyAudio.published}
    assert told["AnyAudio-Judge, rubric", "en"] == (0.8445, "code")
    assert told["Gemini-2.5-Pro, holistic", "zh"] == (0.8001, "code")
    assert told["AnyAudio-Judge's base, holistic", "zh"] == (0.6533, "second-hand")
    assert len(AnyAudio.published) == 8 * 2 + 4
    assert all(np.isfinite(p.value) and 0 < p.value < 1 and p.measure == "accuracy" for p in AnyAudio.published)
