"""XACLE in the published shapes of both years: means under several names, listeners' rows, a test set unrated."""

from dataclasses import replace
from pathlib import Path

import pytest

from earwitness.bench.sets.xacle import Xacle, write_predictions
from earwitness.errors import ManifestError, UsageError
from level_judge import figures, judged_by_level, write_levels

LEVELS = {"07500.wav": 0.2, "07501.wav": 0.4, "07502.wav": 0.9, "07503.wav": 0.6}
MEANS = "07500.wav,rain,1.25\n07501.wav,a dog,4.0\n07502.wav,a dog,7.5\n07503.wav,a horn,10\n"
CODE = "wav_file_name,text,average_score\n"
README = "wave_file_name,text,average_semantic_alignement_score\n"
LISTENERS = "wave_file_name,text,11-point semantic-alignment score,listener_id\n"


@pytest.fixture
def data(tmp_path) -> Path:
    (tmp_path / "meta_data").mkdir()
    (tmp_path / "meta_data" / "validation_average.csv").write_text(CODE + MEANS)
    write_levels(tmp_path / "wav" / "validation", LEVELS)
    return tmp_path


def read(data: Path, *parts: str):
    return Xacle().read(data, Xacle().chosen(parts))


def rewrite(data: Path, text: str, name: str = "validation_average.csv") -> None:
    (data / "meta_data" / "validation_average.csv").unlink(missing_ok=True)
    (data / "meta_data" / name).write_bytes(text.encode())


@pytest.mark.parametrize(
    "header", [CODE, README, f"\ufeff{README}", "wave_file_name,text,average_semantic_alignment_score\n"]
)
def test_the_columns_of_code_and_readme_are_understood(data, header):
    rewrite(data, header + MEANS)
    found = read(data)
    assert [dict(pair.ratings) for pair in found.pairs] == [{"alignment": r} for r in (1.25, 4.0, 7.5, 10.0)]
    assert (found.counts, found.notes) == ({"validation": 4}, ())
    assert found.pairs[2].audio == data / "wav" / "validation" / "07502.wav"
    assert (found.pairs[2].caption, found.pairs[2].group) == ("a dog", "a dog")


def test_listeners_rows_stand_in_for_means_that_are_not_there(data):
    rows = "07500.wav,rain,1,a\n07501.wav,a dog,5,a\n07500.wav,rain,2,b\n"
    rewrite(data, LISTENERS + rows, "validation.csv")
    found = read(data)
    assert [dict(pair.ratings) for pair in found.pairs] == [{"alignment": 1.5}, {"alignment": 5.0}]
    assert found.notes == (
        "validation_average.csv is not there; ratings are the means of the listeners' rows in validation.csv.",
    )


def test_means_are_taken_where_both_are_there(data):
    (data / "meta_data" / "validation.csv").write_text(LISTENERS + "07500.wav,rain,9,a\n")
    assert read(data).pairs[0].ratings == {"alignment": 1.25}


def test_training_and_test_sets_are_read_when_asked_for(data):
    (data / "meta_data" / "train_average.csv").write_text(CODE + "/00000.wav,rain,3\n")
    # One row a listener, as in train.csv.
    (data / "meta_data" / "test.csv").write_text("wave_file_name,text\n10500.wav,rain\n10500.wav,rain\n")
    found = read(data, "train", "test")
    assert [(pair.meta["part"], dict(pair.ratings)) for pair in found.pairs] == [
        ("train", {"alignment": 3}),
        ("test", {}),
    ]
    assert found.pairs[0].audio == data / "wav" / "train" / "00000.wav"
    assert found.notes == ("test.csv has no ratings; its pairs are judged and not measured.",)


def test_a_missing_clip_is_told_by_check(data):
    (data / "wav" / "validation" / "07501.wav").unlink()
    checked = Xacle().check(data, Xacle().chosen(()))
    assert checked.missing == ("07501.wav",)
    assert [(part.name, part.size, found) for part, found in checked.parts] == [("validation", 3000, 4)]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("07504.wav,rain,10.5", "alignment is 10.5, outside the scale 0-10"),
        ("07504.wav,rain,", "alignment is empty; wanted a rating"),
        ("07504.wav,rain,nan", "alignment is 'nan'; wanted a finite number"),
        ("../../secret.wav,rain,3", "'../../secret.wav' leaves the manifest's folder"),
        ("07500.wav,rain,3", "is that of meta_data/validation_average.csv, line 2 already; wanted each clip once"),
    ],
)
def test_a_row_that_is_off_is_told_with_file_and_line(data, row, text):
    rewrite(data, f"{CODE}{MEANS}{row}\n")
    with pytest.raises(ManifestError, match=text) as refused:
        read(data)
    assert str(refused.value).startswith("meta_data/validation_average.csv, line 6: ")


def test_a_missing_column_or_file_is_told(data):
    rewrite(data, "wav_file_name,text,points\n07500.wav,rain,3\n")
    with pytest.raises(
        ManifestError, match=r"no column average_score or average_semantic.*; found wav_file_name, text, points"
    ):
        read(data)
    with pytest.raises(ManifestError, match=r"has no meta_data/train_average\.csv or meta_data/train\.csv; wanted the"):
        read(data, "train")


def test_figures_of_a_judge_worked_by_hand(data, tmp_path):
    benchmark = Xacle()
    found = figures(benchmark, judged_by_level(benchmark, data, tmp_path / "run"))
    # Ranks 1 2 4 3 for 1 2 3 4: SRCC = 1 - 6 * 2 / (4 * 15); one of six pairs is the other way round: KTAU = 4 / 6.
    assert found["validation", "all", "alignment", "SRCC"].value == pytest.approx(0.8)
    assert found["validation", "all", "alignment", "KTAU"].value == pytest.approx(4 / 6)
    # 2 4 9 6 for 1.25 4 7.5 10: squares .5625 0 2.25 16.
    assert found["validation", "all", "alignment", "MSE"].value == pytest.approx(18.8125 / 4)
    # The dog's two clips: .9 over .4 for 7.5 over 4.
    pairs = found["validation", "all", "alignment pair", "accuracy"]
    assert (pairs.value, pairs.n) == (1.0, 1)


def test_what_is_not_rated_and_what_has_no_second_clip_is_not_measured(data, tmp_path):
    (data / "meta_data" / "test.csv").write_text("wave_file_name,text\n10500.wav,rain\n")
    write_levels(data / "wav" / "test", {"10500.wav": 0.3})
    rewrite(data, CODE + "07500.wav,rain,1\n07501.wav,a dog,2\n")
    benchmark = Xacle()
    found = figures(benchmark, judged_by_level(benchmark, data, tmp_path / "run", "validation", "test"))
    assert {(part, of) for part, _, of, _ in found} == {("validation", "alignment")}


def test_predictions_are_written_on_the_raters_scale(data, tmp_path):
    said = judged_by_level(Xacle(), data, tmp_path / "run")
    write_predictions(said, tmp_path / "predictions.csv")
    header, *lines = (tmp_path / "predictions.csv").read_text().splitlines()
    assert header == "wav_file_name,pred_score"
    told = {name: float(value) for name, value in (line.split(",") for line in lines)}
    assert told == pytest.approx({"07500.wav": 2, "07501.wav": 4, "07502.wav": 9, "07503.wav": 6})


def test_no_prediction_is_made_up(data, tmp_path):
    (data / "wav" / "validation" / "07501.wav").unlink()
    said = judged_by_level(Xacle(), data, tmp_path / "run")
    with pytest.raises(UsageError, match=r"1 of 4 pairs have no score \(validation/07501-\w+ is one\)"):
        write_predictions(said, tmp_path / "predictions.csv")
    assert not (tmp_path / "predictions.csv").exists()


def test_predictions_of_two_parts_or_of_no_alignment_are_refused(data, tmp_path):
    (data / "meta_data" / "train_average.csv").write_text(CODE + "00000.wav,rain,3\n")
    said = judged_by_level(Xacle(), data, tmp_path / "run", "train", "validation")
    with pytest.raises(
        UsageError, match="predictions are of one part by an axis of alignment; got train, validation by"
    ):
        write_predictions(said, tmp_path / "predictions.csv")
    quality = replace(said.of_part("validation"), axes={"quality": (1.0, 5.0)})
    with pytest.raises(UsageError, match="got validation by a judge of quality"):
        write_predictions(quality, tmp_path / "predictions.csv")


def test_a_scale_without_ends_cannot_be_stretched(data, tmp_path):
    said = judged_by_level(Xacle(), data, tmp_path / "run")
    endless = replace(said, axes={"alignment": (float("-inf"), float("inf"))})
    with pytest.raises(UsageError, match="alignment has no lowest and highest value"):
        write_predictions(endless, tmp_path / "predictions.csv")


def test_published_numbers_keep_their_source_and_mark():
    srcc = {(one.judge, one.part): (one.value, one.mark) for one in Xacle.published if one.measure == "SRCC"}
    assert srcc["2026 baseline", "test"] == (0.3345, "code")
    assert srcc["2027 baseline (M2D-CLAP)", "test"] == (0.5648, "code")
    assert srcc["second place, 2026", "test"] == (0.638, "second-hand")
