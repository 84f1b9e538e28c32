"""PAM in its published shape: a table a task, a folder a model, files named without their ending."""

from pathlib import Path

import pytest

from earwitness.bench.sets.pam import PAM
from earwitness.errors import ManifestError
from level_judge import figures, judged_by_level, write_levels

PROMPTS = ["rain", "a dog", "a car", "a horn", "bells"]
HEADER = "Text,Model,File Name,REL,OVL\n"


def rows(model: str, stem: str, ratings: list[float]) -> str:
    named = (
        f"{prompt},{model},{stem}_{n},{rating},{6 - rating}"
        for n, (prompt, rating) in enumerate(zip(PROMPTS, ratings, strict=True))
    )
    return "\n".join(named) + "\n"


# Both models are rated alike; the judge agrees with one and turns the other round.
TABLE = HEADER + rows("ldm", "generated", [1, 2, 3, 4, 5]) + rows("gen", "generated", [1, 2, 3, 4, 5])
TABLE += rows("real", "real", [5, 5, 5, 5, 5])
LEVELS = {f"ldm/generated_{n}.wav": (n + 1) / 10 for n in range(5)}
LEVELS |= {f"gen/generated_{n}.wav": (5 - n) / 10 for n in range(5)}
LEVELS |= {f"real/real_{n}.wav": 0.9 for n in range(5)}


@pytest.fixture
def data(tmp_path) -> Path:
    for task in ("audio", "music"):
        (tmp_path / "human_eval" / task).mkdir(parents=True)
        (tmp_path / "human_eval" / task / "scores.csv").write_text(TABLE)
    write_levels(tmp_path / "human_eval" / "audio", LEVELS)
    return tmp_path


def read(data: Path, *parts: str):
    return PAM().read(data, PAM().chosen(parts))


def test_both_tasks_are_read(data):
    found = read(data)
    assert found.counts == {"audio": 15, "music": 15}
    pair = found.pairs[5]
    assert (pair.caption, pair.group, pair.system) == ("rain", "rain", "gen")
    assert (pair.ratings, pair.meta["natural"]) == ({"REL": 1.0, "OVL": 5.0}, False)
    assert pair.audio == data / "human_eval" / "audio" / "gen" / "generated_0.wav"
    assert len({pair.id for pair in found.pairs}) == 30


def test_recordings_are_told_from_what_models_made(data):
    found = read(data, "audio")
    assert {pair.system for pair in found.pairs if pair.meta["natural"]} == {"real"}
    assert found.notes == ("audio: 5 of 15 pairs are natural recordings; they are in 'all' and not in 'generated'.",)


def test_the_folder_itself_is_as_good(data):
    assert [pair.id for pair in read(data / "human_eval").pairs] == [pair.id for pair in read(data).pairs]


def test_several_rows_of_a_clip_become_their_mean(data):
    with (data / "human_eval" / "audio" / "scores.csv").open("a") as file:
        file.write("rain,ldm,generated_0,4,2\nrain,ldm,generated_0,1,2\n")
    pair = read(data, "audio").pairs[0]
    # (1 + 4 + 1) / 3 and (5 + 2 + 2) / 3.
    assert pair.ratings == {"REL": 2.0, "OVL": 3.0}


def test_names_may_have_their_ending_and_the_file_a_byte_order_mark(data):
    table = (HEADER + "rain,ldm,generated_0.wav,1,1\n").encode("utf-8-sig")
    (data / "human_eval" / "audio" / "scores.csv").write_bytes(table)
    (pair,) = read(data, "audio").pairs
    assert pair.meta["audio"] == "ldm/generated_0.wav"


def test_missing_clips_are_told_by_check(data):
    (data / "human_eval" / "audio" / "ldm" / "generated_3.wav").unlink()
    checked = PAM().check(data, PAM().chosen(["audio"]))
    assert checked.missing == ("ldm/generated_3.wav",)
    assert [(part.size, found) for part, found in checked.parts] == [(500, 15)]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("rain,ldm,generated_9,0.5,3", "REL is 0.5, outside the scale 1-5"),
        ("rain,ldm,generated_9,3,5.5", "OVL is 5.5, outside the scale 1-5"),
        ("rain,ldm,generated_9,3,", "OVL is empty; wanted a rating"),
        ("rain,..,../../secret,3,3", "'../../../secret.wav' leaves the manifest's folder"),
        ("rain,ldm", "2 cells; the header has 5"),
    ],
)
def test_a_row_that_is_off_is_told_with_file_and_line(data, row, text):
    with (data / "human_eval" / "music" / "scores.csv").open("a") as file:
        file.write(row + "\n")
    with pytest.raises(ManifestError, match=text) as refused:
        read(data)
    assert "scores.csv, line 17: " in str(refused.value)


def test_a_missing_column_or_table_is_told(data):
    (data / "human_eval" / "music" / "scores.csv").write_text("Model,File Name,OVL,REL\nldm,a,1,1\n")
    with pytest.raises(
        ManifestError, match=r"^music/scores\.csv: no column text or caption; found Model, File Name, OVL"
    ):
        read(data)
    (data / "human_eval" / "music" / "scores.csv").unlink()
    with pytest.raises(ManifestError, match=r"has no human_eval/music/scores\.csv or music/scores\.csv; wanted the"):
        read(data)


def test_models_by_themselves_and_pooled_are_both_measured(data, tmp_path):
    benchmark = PAM()
    found = figures(benchmark, judged_by_level(benchmark, data, tmp_path / "run", "audio"))
    # Levels .1 to .5 for 1 to 5, and the other way round; together they cancel out.
    assert found["audio", "ldm", "REL", "LCC"].value == pytest.approx(1)
    assert found["audio", "gen", "REL", "LCC"].value == pytest.approx(-1)
    assert found["audio", "generated", "REL", "LCC"].value == pytest.approx(0, abs=1e-9)
    assert found["audio", "ldm", "OVL", "SRCC"].value == pytest.approx(-1)
    # Recordings are all rated 5: there is no correlation, and that is said.
    assert (found["audio", "natural", "REL", "LCC"].value, found["audio", "natural", "REL", "LCC"].n) == (None, 5)
    # .1 to .5 on 1-5 is 1.4 1.8 2.2 2.6 3: errors .4 -.2 -.8 -1.4 -2, squares .16 .04 .64 1.96 4.
    assert found["audio", "ldm", "REL", "MSE"].value == pytest.approx(6.8 / 5)


def test_clips_of_one_caption_are_compared_where_people_prefer_one(data, tmp_path):
    benchmark = PAM()
    found = figures(benchmark, judged_by_level(benchmark, data, tmp_path / "run", "audio"))
    # The models tie; a recording beats both for the first four captions and ties for the last.
    pairs = found["audio", "all", "REL pair", "accuracy"]
    assert (pairs.value, pairs.n, pairs.n_independent, pairs.ties) == (1.0, 8, 4, 0)


def test_published_numbers_keep_their_source_and_mark():
    lcc = {(one.judge, one.value, one.mark) for one in PAM.published if one.measure == "LCC"}
    assert {("AQAScore", 0.478, "summary"), ("AQAScore", 0.582, "second-hand")} <= lcc
    assert {one.mark for one in PAM.published if "AnyAudio" in one.source} == {"second-hand"}
