"""Files made of a run's records: complete, strict, harmless, and the same each time."""

import csv
import json
import sys
from dataclasses import replace

import pytest

from earwitness.errors import MissingDependencyError, StoreError, UsageError
from earwitness.run import evaluate
from earwitness.run.export import neutralise
from earwitness.types import Item, Pair, Verdict
from small_judge import HashJudge

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", '=HYPERLINK("http://x","y")']


@pytest.fixture
def run(tmp_path):
    pairs = [
        Pair(b"clip 0", "rain, heavy", id="a", system="s", group="g", ratings={"mos": 4.0}, meta={"fold": 1}),
        Pair(tmp_path / "secret" / "b.wav", "bad", id="b", ratings={"quality": -1.5}),
        Pair(b"clip 2", "狗\n在叫", id="c", meta={"audio": "clips/c.wav"}),
    ]
    return evaluate(HashJudge(), pairs, tmp_path / "run")


def rows_of(path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_neutralised(text):
    """M5."""
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("cell", [-1.5, 3, None, "rain", "a=b", "", "1-2"])
def test_everything_else_is_left_alone(cell):
    assert neutralise(cell) == cell


def test_no_text_cell_of_a_table_starts_a_formula(tmp_path):
    pairs = [
        Pair(
            f"clip {n}".encode(),
            text,
            id=f"{text}{n}",
            system=text,
            group=text,
            ratings={text: -1.0},
            meta={text: text},
        )
        for n, text in enumerate(FORMULAS)
    ]
    run = evaluate(HashJudge(), pairs, tmp_path / "run")
    with (run.path / "scores.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert not [name for name in header if name.startswith(("=", "+", "-", "@", "\t", "\r"))]
    captions = [row[header.index("caption")] for row in rows]
    assert captions == ["'" + text for text in FORMULAS]
    numbers = {cell for row in rows for cell in row if cell.startswith("-")}
    assert numbers == {"-1.0"}


def test_jsonl_holds_every_pair_exactly(run):
    first, bad, last = map(json.loads, (run.path / "scores.jsonl").read_text(encoding="utf-8").splitlines())
    score = next(run.scores())
    assert {**first, "values": None} == {
        "id": "a", "audio": None, "caption": "rain, heavy", "system": "s", "group": "g", "language": "en",
        "ratings": {"mos": 4.0}, "meta": {"fold": 1}, "values": None, "recipe": run.recipe.id, "verdicts": [],
        "status": "ok", "error": None, "coverage": 1.0, "flags": list(score.flags), "audio_sha256": None,
    }  # fmt: skip
    assert first["values"] == score.values
    assert (bad["status"], bad["values"]) == ("unscored", {"alignment": None, "quality": None})
    assert bad["error"] == {"code": "caption_bad", "message": "told to fail"}
    assert (last["caption"], last["audio"], last["language"]) == ("狗\n在叫", "clips/c.wav", "zh")


def test_csv_has_a_column_an_axis_and_empty_cells_for_what_is_missing(run):
    first, bad, last = rows_of(run.path / "scores.csv")
    value = next(run.scores()).values["alignment"]
    assert float(first["alignment"]) == value
    assert (first["ratings.mos"], first["ratings.quality"], first["meta"]) == ("4.0", "", '{"fold": 1}')
    assert (bad["status"], bad["error"], bad["alignment"], bad["ratings.quality"]) == (
        "unscored",
        "caption_bad",
        "",
        "-1.5",
    )
    assert last["caption"] == "狗\n在叫"


class Answering(HashJudge):
    """Gives verdicts with these masses."""

    def __init__(self, *masses: float | None) -> None:
        super().__init__()
        self.masses = masses

    def score(self, pair):
        item = Item("i", "Is it rain?", "event")
        verdicts = tuple(Verdict(item, None if mass is None else 0.5, mass) for mass in self.masses)
        return replace(super().score(pair), verdicts=verdicts)


@pytest.mark.parametrize(("masses", "wanted"), [((0.9, 0.02, None, 0.5), "0.02"), ((None,), ""), ((), "")])
def test_the_smallest_mass_of_the_verdicts_is_always_told(tmp_path, masses, wanted):
    """J3."""
    run = evaluate(Answering(*masses), [Pair(b"clip", "rain", id="a")], tmp_path / "run")
    assert rows_of(run.path / "scores.csv")[0]["mass"] == wanted


def test_no_absolute_path_and_no_folder_of_the_machine_leaves(run, tmp_path):
    """H4: a clip goes by its name in the manifest."""
    for name in ("scores.csv", "scores.jsonl", "summary.json"):
        text = (run.path / name).read_text(encoding="utf-8")
        assert str(tmp_path) not in text
        assert "secret" not in text
    assert rows_of(run.path / "scores.csv")[1]["audio"] == "b.wav"


def test_parquet_has_the_cells_of_the_csv_with_types(run):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(run.export("parquet")).to_pylist()
    wanted = rows_of(run.export("csv"))
    assert list(table[0]) == list(wanted[0])
    assert [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in table] == wanted
    assert isinstance(table[0]["alignment"], float)


def test_parquet_without_pyarrow_names_the_extra(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependencyError, match=r"earwitness\[parquet\]"):
        run.export("parquet")


def test_exporting_again_gives_the_same_bytes(run):
    before = {name: (run.path / name).read_bytes() for name in ("scores.csv", "scores.jsonl")}
    run.export("csv")
    run.export("jsonl")
    assert before == {name: (run.path / name).read_bytes() for name in before}


def test_the_summary_counts_what_it_averages(run):
    summary = json.loads((run.path / "summary.json").read_text())
    estimate = run.summary["alignment"]
    assert (summary["n_scored"], summary["n_total"], summary["failures"]) == (2, 3, {"caption_bad": 1})
    assert summary["estimates"]["alignment"] == {
        "value": estimate.value, "low": estimate.low, "high": estimate.high, "n": 2,
    }  # fmt: skip
    assert summary["recipe"] == {"id": run.recipe.id, "parts": run.recipe.parts}
    one = summary["systems"]["s"]
    assert (one["n_scored"], one["n_total"], one["estimates"]["alignment"]["low"]) == (1, 1, None)


def test_pairs_not_reached_are_rows_that_wait(tmp_path):
    class Stops(HashJudge):
        def score_all(self, pairs):
            for number, score in enumerate(super().score_all(pairs)):
                if number == 2:
                    raise KeyboardInterrupt
                yield score

    with pytest.raises(KeyboardInterrupt):
        evaluate(Stops(), [Pair(str(n).encode(), "x", id=str(n)) for n in range(9)], tmp_path / "run")
    from earwitness.run import open_run

    run = open_run(tmp_path / "run")
    rows = rows_of(run.export("csv"))
    assert [row["status"] for row in rows] == ["ok", "ok", "waiting", "waiting"]
    assert (run.n_scored, run.n_total) == (2, 9)


def test_an_unknown_format(run):
    with pytest.raises(UsageError, match="'xlsx'; wanted one of jsonl, csv, parquet"):
        run.export("xlsx")


def test_a_file_that_cannot_be_written_leaves_the_old_one(run):
    before = (run.path / "scores.csv").read_bytes()
    (run.path / "scores.csv.part").mkdir()
    with pytest.raises(StoreError, match=r"scores.csv cannot be written: .* The run itself is kept"):
        run.export("csv")
    assert (run.path / "scores.csv").read_bytes() == before


def challenge_run(tmp_path, captions=("a", "b", "c"), clips=None):
    clips = clips or [f"wav/audiomos2025-track1-S002_P04{n}.wav" for n in range(len(captions))]
    pairs = [
        Pair(f"clip {n}".encode(), caption, id=f"id{n}", meta={"audio": clip})
        for n, (caption, clip) in enumerate(zip(captions, clips, strict=True))
    ]
    return evaluate(SteadyJudge(), pairs, tmp_path / "challenge")


class SteadyJudge(HashJudge):
    """A judge with a number for every axis of each pair that it does not fail on."""

    def score(self, pair):
        score = super().score(pair)
        values = {"alignment": 0.25, "quality": 3.5} if score.status == "ok" else score.values
        return replace(score, values=values)


def test_an_answer_has_the_challenges_form(tmp_path):
    path = challenge_run(tmp_path).export("answer")
    assert path.name == "answer.txt"
    assert path.read_text() == (
        "audiomos2025-track1-S002_P040,0.25,3.5\n"
        "audiomos2025-track1-S002_P041,0.25,3.5\n"
        "audiomos2025-track1-S002_P042,0.25,3.5\n"
    )


class RatingJudge(HashJudge):
    """A judge of these axes, each with its place in the order as its number."""

    def __init__(self, *axes):
        super().__init__()
        self.names = axes

    @property
    def axes(self):
        return dict.fromkeys(self.names, (0.0, 10.0))

    def score(self, pair):
        return replace(super().score(pair), values={name: float(at) for at, name in enumerate(self.names)})


@pytest.mark.parametrize(
    ("axes", "columns"),
    [
        (("TA", "MI"), "1.0,0.0"),
        (("CE", "CU", "PC", "PQ"), "3.0,2.0,0.0,1.0"),
        (("PQ", "PC", "CE", "CU"), "0.0,1.0,2.0,3.0"),
        # No track of the challenge: the judge's own order.
        (("quality", "clarity"), "0.0,1.0"),
        (("TA", "MI", "fun"), "0.0,1.0,2.0"),
    ],
)
def test_the_axes_of_a_track_come_in_the_challenges_order(tmp_path, axes, columns):
    run = evaluate(RatingJudge(*axes), [Pair(b"clip", "a", meta={"audio": "wav/one.wav"})], tmp_path / "run")
    assert run.export("answer").read_text() == f"one,{columns}\n"


@pytest.mark.parametrize(
    ("clip", "name"),
    [("wav/sys1.v2", "sys1.v2"), ("sys1.v2.wav", "sys1.v2"), ("a.FLAC", "a"), ("v1.0/b.mp3", "b"), ("c", "c")],
)
def test_only_the_ending_of_a_sound_is_taken_from_a_name(tmp_path, clip, name):
    path = challenge_run(tmp_path, ["a"], [clip]).export("answer")
    assert path.read_text() == f"{name},0.25,3.5\n"


def test_ids_that_differ_after_a_dot_are_two_clips(tmp_path):
    pairs = [Pair(f"clip {n}".encode(), "a", id=f"sys1.v{n}") for n in range(2)]
    run = evaluate(SteadyJudge(), pairs, tmp_path / "ids")
    assert run.export("answer").read_text() == "sys1.v0,0.25,3.5\nsys1.v1,0.25,3.5\n"


def test_an_answer_is_never_made_up(tmp_path):
    run = challenge_run(tmp_path, ["a", "bad", "c", "bad too"])
    with pytest.raises(
        UsageError, match=r"2 of 4 pairs have no score \(id1, id3\), and answer\.txt needs one for each"
    ):
        run.export("answer")
    assert not (run.path / "answer.txt").exists()
    names = [line.split(",")[0] for line in run.export("answer", scored_only=True).read_text().splitlines()]
    assert names == ["audiomos2025-track1-S002_P040", "audiomos2025-track1-S002_P042"]


def test_a_long_list_of_missing_pairs_is_cut(tmp_path):
    with pytest.raises(UsageError, match=r"15 of 15 pairs have no score \(id0, .*, id9, \.\.\.\)"):
        challenge_run(tmp_path, ["bad"] * 15).export("answer")


def test_an_axis_without_a_number_is_no_answer(tmp_path):
    class Half(SteadyJudge):
        def score(self, pair):
            return replace(super().score(pair), values={"alignment": 0.25, "quality": None})

    run = evaluate(Half(), [Pair(b"clip", "a", id="x")], tmp_path / "half")
    with pytest.raises(UsageError, match=r"1 of 1 pairs have no score \(x\)"):
        run.export("answer")


def test_clips_of_one_name_have_no_answer(tmp_path):
    run = challenge_run(tmp_path, ["a", "b"], ["x/one.wav", "y/one.wav"])
    with pytest.raises(UsageError, match=r"two clips are called 'one'"):
        run.export("answer")


def test_only_an_answer_leaves_pairs_out(run):
    with pytest.raises(UsageError, match=r"scored_only \(--scored-only\) is for 'answer'"):
        run.export("csv", scored_only=True)


def test_an_answer_is_withdrawn_when_its_run_goes_on(tmp_path):
    path = challenge_run(tmp_path).export("answer")
    challenge_run(tmp_path)
    assert not path.exists()
