"""BRACE: accuracy and F1 of choosing the better caption, worked by hand; ties, narrow votes, missing scores."""

import json

import pytest
import soundfile

from clips import tone
from earwitness import AQAScore, FakeBackbone, evaluate
from earwitness.bench.figures import figure
from earwitness.bench.judged import Judged, Judgements
from earwitness.bench.sets.brace import Brace
from earwitness.errors import ManifestError

AXES = {"alignment": (0.0, 1.0)}
MAIN = "AudioCaps-Main"


def said(*comparisons, part=MAIN):
    """Judgements of comparisons ``(scores of both, better, kind, votes, clip)``, each with captions of its own."""
    return Judgements(
        tuple(
            Judged(
                f"{number}-{side}", clip, "caption", {} if score is None else {"alignment": score},
                meta={
                    "part": part,
                    "comparisons": [{"id": str(number), "better": better, "kind": kind, "votes": votes, "side": side}],
                },
            )
            for number, (scores, better, kind, votes, clip) in enumerate(comparisons)
            for side, score in enumerate(scores)
        ),
        AXES,
    )  # fmt: skip


def measured(judgements):
    return {(m.subset, m.measure): m for m in Brace().measurements(judgements)}


HUMAN, MIXED = "Human-Human", "Human-Machine"


def test_accuracy_and_f1_by_hand_and_by_kind():
    found = measured(
        said(
            ((0.9, 0.1), 0, HUMAN, 3, "a"),  # said 0, true 0: right
            ((0.2, 0.3), 1, HUMAN, -3, "a"),  # said 1, true 1: right
            ((0.2, 0.3), 0, MIXED, 2, "b"),  # said 1, true 0: wrong
            ((0.8, 0.3), 1, MIXED, -2, "c"),  # said 0, true 1: wrong
            ((0.1, 0.3), 1, MIXED, -3, "c"),  # said 1, true 1: right
        )
    )
    # Accuracy 3/5. F1 of "the second is better": 2 hits, 1 false alarm, 1 miss: 4 / (4 + 1 + 1) = 2/3.
    assert figure(found["all", "accuracy"]).value == pytest.approx(0.6)
    assert figure(found["all", "F1"]).value == pytest.approx(2 / 3)
    assert found["all", "F1"].scores.tolist() == [0, 1, 1, 0, 1]
    assert found["all", "F1"].truths.tolist() == [0, 1, 0, 1, 1]
    assert found["all", "accuracy"].clusters == ("a", "a", "b", "c", "c")
    assert found[HUMAN, "accuracy"].scores.tolist() == [1, 1]
    assert found[MIXED, "accuracy"].scores.tolist() == [0, 0, 1]
    # Human-Machine: 1 hit, 1 false alarm, 1 miss: 2 / 4.
    assert figure(found[MIXED, "F1"]).value == pytest.approx(0.5)
    assert ("Machine-Machine", "accuracy") not in found


def test_a_tie_is_a_lot_for_accuracy_and_the_wrong_answer_for_f1():
    found = measured(
        said(((0.5, 0.5), 0, HUMAN, 3, "a"), ((0.5, 0.5), 1, HUMAN, -3, "b"), ((0.1, 0.9), 1, HUMAN, -3, "c"))
    )
    assert found["all", "accuracy"].scores.tolist() == [0.5, 0.5, 1]
    assert found["all", "accuracy"].ties == 2
    # 1 hit, 1 false alarm, 1 miss.
    assert found["all", "F1"].scores.tolist() == [1, 0, 1]
    assert figure(found["all", "F1"]).value == pytest.approx(0.5)


def test_what_a_single_vote_decides_counts_apart():
    found = measured(said(((0.9, 0.1), 0, HUMAN, 3, "a"), ((0.1, 0.9), 0, HUMAN, 1, "b")))
    assert found["all", "accuracy"].scores.tolist() == [1]
    assert found[HUMAN, "accuracy"].scores.tolist() == [1]
    assert found["any majority", "accuracy"].scores.tolist() == [1, 0]
    # Where the first caption is always the better one, F1 of the second tells nothing.
    assert ("all", "F1") not in found


def test_a_comparison_without_one_score_is_counted_and_not_measured():
    found = measured(said(((0.9, 0.1), 0, HUMAN, 3, "a"), ((0.1, None), 1, HUMAN, -3, "b")))
    for measure in ("accuracy", "F1"):
        assert found["all", measure].ids == ("0",)
        assert found["all", measure].n_total == 2


def test_a_run_that_was_broken_off_may_lack_a_caption():
    judgements = said(((0.9, 0.1), 0, HUMAN, 3, "a"), ((0.1, 0.2), 1, HUMAN, -3, "b"))
    found = measured(judgements.only(judgements.judged[:3]))
    assert found["all", "accuracy"].ids == ("0",)
    assert found["all", "accuracy"].n_total == 2


def test_altered_captions_are_one_kind():
    found = list(Brace().measurements(said(((0.9, 0.1), 0, "", None, "a"), part="Clotho-Hallucination")))
    assert [(m.part, m.of, m.subset, m.measure) for m in found] == [
        ("Clotho-Hallucination", "not hallucinated", "all", "accuracy")
    ]


def test_a_judge_without_alignment_is_not_measured():
    judgements = said(((0.9, 0.1), 0, HUMAN, 3, "a"))
    assert list(Brace().measurements(Judgements(judgements.judged, {"pq": (1.0, 10.0)}))) == []


@pytest.fixture
def folder(tmp_path):
    """One clip that is there and one that is missing; Main of AudioCaps alone."""
    main = tmp_path / "benchmark" / "AudioCaps"
    (main / "audio").mkdir(parents=True)
    soundfile.write(main / "audio" / "107 1.wav", tone(0.5), 16000)
    entries = [
        {
            "file_name": "107 1.wav",
            "references": ["rain falls", "it rains"],
            "Human-Human": ["rain falls", "it rains", "caption_1", "caption_2", [1, 1, 1]],
            "Human-Machine_1": ["dogs bark", "rain falls", "LTU", "human", [-1, -1, -1]],
            "Machine-Machine_1": ["dogs bark", "a horn", "LTU", "GAMA", [1, -1, 0]],
            "Machine-Machine_2": ["dogs bark", "it hails", "LTU", "GAMA_broken", [-1, 1, -1]],
        },
        {
            "file_name": "108.wav",
            "references": ["a man speaks"],
            "Human-Human": ["a man speaks", "a man talks", "caption_1", "caption_2", [1, 1, 0]],
        },
    ]
    (main / "metadata.json").write_text(json.dumps(entries))
    return tmp_path


def test_a_download_is_counted_in_comparisons_and_what_is_left_out_is_noted(folder):
    brace = Brace()
    contents = brace.read(folder, brace.chosen([]))
    # Of five comparisons one is even.
    assert contents.counts == {
        "AudioCaps-Main": 4, "Clotho-Main": 0, "AudioCaps-Hallucination": 0, "Clotho-Hallucination": 0,
    }  # fmt: skip
    assert contents.notes[:2] == (
        "AudioCaps-Main: 1 of 5 comparisons left out, as their votes are even",
        "AudioCaps-Main: a single vote decides 1 of 4 comparisons, which count in 'any majority' alone",
    )
    assert contents.notes[2] == "Clotho-Main: no file of it here, left out"
    # rain falls, it rains, dogs bark, it hails; a man speaks, a man talks. "a horn" stands in the even one alone.
    assert [pair.caption for pair in contents.pairs] == [
        "rain falls", "it rains", "dogs bark", "it hails", "a man speaks", "a man talks",
    ]  # fmt: skip
    with pytest.raises(ManifestError, match="holds no Clotho-Main; wanted lists in JSON"):
        brace.read(folder, brace.chosen(["Clotho-Main"]))


def test_from_files_to_figures(folder, tmp_path):
    brace = Brace()
    judge = AQAScore(FakeBackbone({"rain falls": 0.9, "it rains": 0.5, "dogs bark": 0.7, "it hails": 0.2}))
    run = evaluate(judge, brace.read(folder, brace.chosen([MAIN])).pairs, tmp_path / "run", progress=False)
    found = {(m.subset, m.measure): m for m in brace.measurements(Judgements.of(run))}
    # rain falls > it rains: right. dogs bark < rain falls, which is better: right. dogs bark > it hails, though one
    # vote says otherwise: wrong, in 'any majority' alone. The clip of the last comparison is missing.
    assert found["all", "accuracy"].scores.tolist() == [1, 1]
    assert found["all", "accuracy"].n_total == 3
    assert found["any majority", "accuracy"].scores.tolist() == [1, 1, 0]
    assert found["any majority", "accuracy"].n_total == 4
    assert len(set(found["all", "accuracy"].clusters)) == 1
    assert found["all", "F1"].scores.tolist() == [0, 1]
