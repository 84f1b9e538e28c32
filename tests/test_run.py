"""The durable run: nothing lost, nothing twice, nothing mixed, whatever happens to the process or the disk."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from earwitness import AQAScore, FakeBackbone, from_array
from earwitness.errors import BackboneError, ManifestError, RunError, StoreError, UsageError
from earwitness.manifest import read_pairs
from earwitness.run import database, evaluate, open_run
from earwitness.run import store as store_module
from earwitness.run.store import Store
from earwitness.types import NO_AUDIO, Pair, Score
from small_judge import HashJudge

CHILD = Path(__file__).parent / "faults" / "scored_run.py"


def pairs_of(count: int) -> list[Pair]:
    return [
        Pair(f"clip {number}".encode(), f"caption {number}", id=f"p{number}", system=f"s{number % 3}")
        for number in range(count)
    ]


def manifest_of(folder: Path, count: int) -> Path:
    """Clips that the judge can read and a table of them, in which each seventeenth caption is bad."""
    (folder / "clips").mkdir(parents=True)
    rows = ["audio,caption,system"]
    for number in range(count):
        (folder / "clips" / f"{number}.wav").write_bytes(f"clip {number}".encode())
        rows.append(f"clips/{number}.wav,{'bad' if number % 17 == 3 else 'good'} {number},s{number % 3}")
    (folder / "t.csv").write_text("\n".join(rows) + "\n")
    return folder / "t.csv"


class Heard(list):
    """The ids that a judge was asked for, in order."""

    def __call__(self, pair: Pair) -> None:
        self.append(pair.id)


def scored(run) -> list[tuple[str, float | None]]:
    return [(score.pair_id, score.values["alignment"]) for score in run.scores()]


def files_of(run: Path) -> dict[str, bytes]:
    return {name: (run / name).read_bytes() for name in ("summary.json", "scores.jsonl", "scores.csv")}


# The plain case


def test_scores_come_back_in_the_order_of_the_input(tmp_path):
    pairs, judge = pairs_of(30), HashJudge()
    run = evaluate(judge, pairs, tmp_path / "run")
    assert list(run.scores()) == [judge.score(pair) for pair in pairs]
    assert (run.n_scored, run.n_total, run.share_scored, run.interrupted) == (30, 30, 1.0, False)
    assert run.recipe == judge.recipe
    values = [score.values["alignment"] for score in run.scores()]
    assert run.summary["alignment"].value == pytest.approx(sum(values) / 30)
    assert sorted(run.systems) == ["s0", "s1", "s2"]
    assert run.systems["s1"].n_total == 10
    assert run.systems["s1"].estimates["alignment"].value == pytest.approx(sum(values[1::3]) / 10)
    assert scored(open_run(tmp_path / "run")) == scored(run)


def test_an_axis_without_a_number_counts_its_own_n(tmp_path):
    run = evaluate(HashJudge(), pairs_of(40), tmp_path / "run")
    numbers = [score.values["quality"] for score in run.scores() if score.values["quality"] is not None]
    assert 0 < len(numbers) < 40
    assert run.summary["quality"].n == len(numbers)


def test_resuming_scores_only_what_is_new(tmp_path):
    evaluate(HashJudge(), pairs_of(10), tmp_path / "run")
    heard = Heard()
    run = evaluate(HashJudge(heard=heard), pairs_of(12), tmp_path / "run")
    assert heard == ["p10", "p11"]
    assert [name for name, _ in scored(run)] == [f"p{number}" for number in range(12)]


def test_the_order_is_that_of_the_last_input(tmp_path):
    pairs = pairs_of(10)
    evaluate(HashJudge(), pairs, tmp_path / "run")
    run = evaluate(HashJudge(), pairs[::-1], tmp_path / "run")
    assert [name for name, _ in scored(run)] == [pair.id for pair in pairs[::-1]]
    evaluate(HashJudge(), pairs[::-1], tmp_path / "fresh")
    assert files_of(tmp_path / "run") == files_of(tmp_path / "fresh")


def test_pairs_that_the_input_no_longer_has_leave_the_numbers_but_are_kept(tmp_path):
    evaluate(HashJudge(), pairs_of(10), tmp_path / "run")
    run = evaluate(HashJudge(), pairs_of(4), tmp_path / "run")
    assert (run.n_scored, run.n_total) == (4, 4)
    heard = Heard()
    assert evaluate(HashJudge(heard=heard), pairs_of(10), tmp_path / "run").n_scored == 10
    assert heard == []


def test_pairs_that_the_input_no_longer_has_are_counted(tmp_path):
    """Two inputs that share a run directory must not hide each other."""
    assert evaluate(HashJudge(), pairs_of(10), tmp_path / "run").left_out == 0
    other = [replace(pair, id=f"other {pair.id}") for pair in pairs_of(4)]
    run = evaluate(HashJudge(), [*other, pairs_of(1)[0]], tmp_path / "run")
    assert (run.n_scored, run.n_total, run.left_out) == (5, 5, 9)
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["left_out"] == 9
    assert evaluate(HashJudge(), [*other, *pairs_of(10)], tmp_path / "run").left_out == 0


def test_a_stream_of_pairs_is_enough(tmp_path):
    run = evaluate(HashJudge(), iter(pairs_of(7)), tmp_path / "run")
    assert (run.n_scored, run.n_total) == (7, 7)


def test_no_pairs_at_all_do_not_look_healthy(tmp_path):
    run = evaluate(HashJudge(), [], tmp_path / "run")
    assert (run.n_scored, run.n_total, run.share_scored) == (0, 0, 0.0)
    assert run.summary == {"alignment": None, "quality": None}


def test_everything_failed_does_not_look_healthy(tmp_path):
    """R5."""
    run = evaluate(HashJudge(), [replace(pair, caption="bad") for pair in pairs_of(5)], tmp_path / "run")
    assert (run.n_scored, run.n_total, run.share_scored) == (0, 5, 0.0)
    assert run.summary["alignment"] is None
    assert run.failures == {"caption_bad": 5}
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert (summary["n_scored"], summary["n_total"], summary["estimates"]["alignment"]) == (0, 5, None)


def test_two_pairs_of_one_id_are_refused(tmp_path):
    pairs = pairs_of(6)
    with pytest.raises(UsageError, match="two pairs have the id 'p2'"):
        evaluate(HashJudge(), [*pairs, pairs[2]], tmp_path / "run")
    assert evaluate(HashJudge(), pairs, tmp_path / "run").n_scored == 6


def test_a_bad_manifest_is_refused_before_a_directory_is_made(tmp_path):
    table = manifest_of(tmp_path / "data", 3)
    table.write_text(table.read_text() + "ragged\n")
    with pytest.raises(ManifestError, match=r"t.csv, line 5: 1 cells"):
        evaluate(HashJudge(), read_pairs(table), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_resume_can_be_refused(tmp_path):
    evaluate(HashJudge(), pairs_of(2), tmp_path / "run", resume=False)
    with pytest.raises(RunError, match="holds a run already"):
        evaluate(HashJudge(), pairs_of(2), tmp_path / "run", resume=False)


@pytest.mark.parametrize("name", ["caf\udce9", "雨", "a\nb", "'; DROP TABLE pairs; --", ""])
def test_odd_ids(tmp_path, name):
    pair = Pair(b"clip", "rain", id=name, system="caf\udce9")
    run = evaluate(HashJudge(), [pair], tmp_path / "run")
    assert [score.pair_id for score in run.scores()] == [pair.id]
    assert json.loads((tmp_path / "run" / "scores.jsonl").read_text())["id"] == pair.id


def test_nan_in_a_pair_is_refused(tmp_path):
    with pytest.raises(UsageError, match="of pair 'a' hold NaN"):
        evaluate(HashJudge(), [Pair(b"", "rain", id="a", ratings={"mos": float("nan")})], tmp_path / "run")


# D5, D6: what is scored again, and what is refused


def test_a_clip_made_anew_under_its_old_name_is_scored_again(tmp_path):
    table = manifest_of(tmp_path / "data", 8)
    before = scored(evaluate(HashJudge(), read_pairs(table), tmp_path / "run"))
    changed = tmp_path / "data" / "clips" / "5.wav"
    stamp = changed.stat()
    changed.write_bytes(b"clip X")
    os.utime(changed, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    (tmp_path / "data" / "clips" / "6.wav").touch()
    heard = Heard()
    after = scored(evaluate(HashJudge(heard=heard), read_pairs(table), tmp_path / "run"))
    assert [name.split("-")[0] for name in heard] == ["3", "5"]  # 3 is the bad one
    assert [old == new for old, new in zip(before, after, strict=True)] == [number != 5 for number in range(8)]


@pytest.mark.parametrize(
    "change",
    [{"caption": "other"}, {"audio": b"other"}, {"language": "zh"}, {"meta": {"start_time": 0, "end_time": 1}}],
)
def test_whatever_changes_the_number_of_a_pair_scores_it_again(tmp_path, change):
    pairs = pairs_of(3)
    evaluate(HashJudge(), pairs, tmp_path / "run")
    pairs[1] = replace(pairs[1], **change)
    heard = Heard()
    evaluate(HashJudge(heard=heard), pairs, tmp_path / "run")
    assert heard == ["p1"]


def test_what_does_not_change_the_number_is_updated_without_scoring(tmp_path):
    evaluate(HashJudge(), pairs_of(3), tmp_path / "run")
    heard = Heard()
    run = evaluate(HashJudge(heard=heard), [replace(p, system="new") for p in pairs_of(3)], tmp_path / "run")
    assert (heard, list(run.systems)) == ([], ["new"])


def test_failed_pairs_are_tried_again(tmp_path):
    table = manifest_of(tmp_path / "data", 40)
    run = evaluate(HashJudge(), read_pairs(table), tmp_path / "run")
    assert (run.n_scored, run.n_total, run.failures) == (37, 40, {"caption_bad": 3})
    heard = Heard()
    evaluate(HashJudge(heard=heard), read_pairs(table), tmp_path / "run")
    assert [name.split("-")[0] for name in heard] == ["3", "20", "37"]


def test_another_recipe_is_refused_with_the_difference(tmp_path):
    evaluate(HashJudge(version=1), pairs_of(3), tmp_path / "run")
    kept = files_of(tmp_path / "run")
    with pytest.raises(RunError) as refused:
        evaluate(HashJudge(version=2), pairs_of(3), tmp_path / "run")
    assert "was made with another recipe:\n  version: 1 -> 2\n" in str(refused.value)
    assert refused.value.exit_code == 4
    assert files_of(tmp_path / "run") == kept
    assert evaluate(HashJudge(version=1), pairs_of(3), tmp_path / "run").n_scored == 3


# A judge that misbehaves


class Misbehaving(HashJudge):
    def __init__(self, how):
        super().__init__()
        self.how = how

    def score_all(self, pairs):
        return self.how(super().score_all(pairs))


def swapped(scores):
    first, second, *rest = scores
    return iter([second, first, *rest])


def nan(scores):
    return (replace(score, values={"alignment": float("nan"), "quality": 1.0}) for score in scores)


def failing(scores):
    for number, score in enumerate(scores):
        if number == 5:
            raise BackboneError("the server has left")
        yield score


def test_scores_out_of_order_never_land_on_another_pair(tmp_path):
    with pytest.raises(RuntimeError, match="gave a score for 'p1'; 'p0' was next"):
        evaluate(Misbehaving(swapped), pairs_of(4), tmp_path / "run")


def test_a_judge_that_ends_early_is_found_out(tmp_path):
    with pytest.raises(RuntimeError, match="ended without a score for 'p3'"):
        evaluate(Misbehaving(lambda scores: iter(list(scores)[:3])), pairs_of(4), tmp_path / "run")


def test_nan_is_unscored(tmp_path):
    run = evaluate(Misbehaving(nan), pairs_of(4), tmp_path / "run")
    assert (run.n_scored, run.failures) == (0, {"not_finite": 4})


def test_a_backbone_that_leaves_costs_only_what_was_in_flight(tmp_path):
    with pytest.raises(BackboneError):
        evaluate(Misbehaving(failing), pairs_of(20), tmp_path / "run")
    run = open_run(tmp_path / "run")
    assert (run.n_scored, run.n_total) == (5, 20)
    heard = Heard()
    evaluate(HashJudge(heard=heard), pairs_of(20), tmp_path / "run")
    assert heard == [f"p{number}" for number in range(5, 20)]


def tables_of(run: Path) -> dict[str, object]:
    """What the files of a run say, by name; those that are not there left out."""
    found: dict[str, object] = {path.name: None for path in run.glob("scores.*")}
    if (run / "summary.json").exists():
        summary = json.loads((run / "summary.json").read_text())
        found["summary.json"] = summary["n_scored"], summary["n_total"]
    return found


def test_a_resumed_run_that_fails_does_not_look_as_healthy_as_before(tmp_path):
    """R5: 5 of 5 were done; now there are 20, and the backbone leaves after 5 more."""
    evaluate(HashJudge(), pairs_of(5), tmp_path / "run")
    (tmp_path / "run" / "scores.parquet").touch()
    with pytest.raises(BackboneError):
        evaluate(Misbehaving(failing), pairs_of(20), tmp_path / "run")
    assert tables_of(tmp_path / "run") == {"scores.csv": None, "scores.jsonl": None, "summary.json": (10, 20)}
    with (tmp_path / "run" / "scores.csv").open() as file:
        assert sum("ok" in line for line in file) == 10


def test_a_run_that_is_killed_leaves_no_tables_of_an_earlier_one(tmp_path):
    """A second Ctrl-C and kill -9 leave no time to write."""
    evaluate(HashJudge(), pairs_of(5), tmp_path / "run")
    (tmp_path / "run" / "scores.parquet").touch()
    seen = []

    def look(pair):
        seen.append(tables_of(tmp_path / "run"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(HashJudge(heard=look), pairs_of(20), tmp_path / "run")
    assert seen == [{}]
    assert tables_of(tmp_path / "run") == {}
    assert (open_run(tmp_path / "run").n_scored, open_run(tmp_path / "run").n_total) == (5, 20)


def test_the_first_error_is_told_where_the_tables_cannot_be_written_either(tmp_path):
    (tmp_path / "run" / "scores.jsonl.part").mkdir(parents=True)
    with pytest.raises(BackboneError, match="the server has left"):
        evaluate(Misbehaving(failing), pairs_of(20), tmp_path / "run")


def test_a_judge_that_pulls_from_another_thread(tmp_path):
    class Threaded(HashJudge):
        def score_all(self, pairs):
            pulled = []
            thread = threading.Thread(target=lambda: pulled.extend(pairs))
            thread.start()
            thread.join()
            return super().score_all(pulled)

    assert evaluate(Threaded(), pairs_of(9), tmp_path / "run").n_scored == 9


def test_scores_by_another_recipe_never_enter_a_run(tmp_path):
    other = Misbehaving(lambda scores: (replace(score, recipe="other") for score in scores))
    with pytest.raises(RuntimeError, match="by recipe 'other'"):
        evaluate(other, pairs_of(2), tmp_path / "run")


# D2: Ctrl-C


def interrupting(at: dict[str, int]):
    """Sends Ctrl-C, so many times, when the judge is asked for a pair."""
    heard = Heard()

    def note(pair):
        heard(pair)
        for _ in range(at.get(pair.id, 0)):
            signal.raise_signal(signal.SIGINT)

    return heard, note


def test_the_first_ctrl_c_finishes_the_batch_and_saves(tmp_path):
    heard, note = interrupting({"p5": 1})
    run = evaluate(HashJudge(heard=note), pairs_of(20), tmp_path / "run")
    assert run.interrupted
    assert heard == [f"p{number}" for number in range(8)]
    assert (run.n_scored, run.n_total) == (8, 20)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    rest = Heard()
    whole = evaluate(HashJudge(heard=rest), pairs_of(20), tmp_path / "run")
    assert not whole.interrupted
    assert rest == [f"p{number}" for number in range(8, 20)]
    evaluate(HashJudge(), pairs_of(20), tmp_path / "fresh")
    assert files_of(tmp_path / "run") == files_of(tmp_path / "fresh")


def test_the_second_ctrl_c_stops_at_once(tmp_path):
    heard, note = interrupting({"p5": 2})
    with pytest.raises(KeyboardInterrupt):
        evaluate(HashJudge(heard=note), pairs_of(20), tmp_path / "run")
    assert heard[-1] == "p5"
    assert open_run(tmp_path / "run").n_scored == 4
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_program_with_its_own_handler_keeps_it(tmp_path):
    caught = []
    before = signal.signal(signal.SIGINT, lambda *_: caught.append(1))
    try:
        _, note = interrupting({"p5": 1})
        assert not evaluate(HashJudge(heard=note), pairs_of(9), tmp_path / "run").interrupted
    finally:
        signal.signal(signal.SIGINT, before)
    assert caught == [1]


def test_a_run_in_a_thread(tmp_path):
    runs = []
    thread = threading.Thread(target=lambda: runs.append(evaluate(HashJudge(), pairs_of(3), tmp_path / "run")))
    thread.start()
    thread.join()
    assert runs[0].n_scored == 3


# D4: one writer


def child(table: Path, run: Path, log: Path, seconds: float = 0.0, **options) -> subprocess.Popen:
    command = [sys.executable, str(CHILD), *map(str, (table, run, log, seconds))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_a_second_process_is_refused_and_readers_are_not(tmp_path):
    table = manifest_of(tmp_path / "data", 4)
    with Store.write(tmp_path / "run", HashJudge().recipe, judge="hash", axes={"alignment": (0.0, 1.0)}):
        with pytest.raises(RunError, match="is being written by another process"):
            evaluate(HashJudge(), pairs_of(1), tmp_path / "run")
        second = child(table, tmp_path / "run", tmp_path / "log")
        _, said = second.communicate(timeout=60)
        assert second.returncode == 4
        assert "RunError: " in said
        assert open_run(tmp_path / "run").n_scored == 0
    assert evaluate(HashJudge(), read_pairs(table), tmp_path / "run").n_scored == 3


# D3: the disk


def test_a_full_disk_is_said_and_what_was_saved_is_kept(tmp_path, monkeypatch):
    connect = database.connect

    def small(folder):
        connection = connect(folder)
        connection.execute("PRAGMA max_page_count = 20")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "connect", small)
        with pytest.raises(StoreError, match=r"cannot be written: database or disk is full\. What was saved is kept"):
            evaluate(HashJudge(), pairs_of(500), tmp_path / "run")
    saved = open_run(tmp_path / "run")
    assert 0 < saved.n_scored < 500
    heard = Heard()
    run = evaluate(HashJudge(heard=heard), pairs_of(500), tmp_path / "run")
    assert (run.n_scored, len(heard)) == (500, 500 - saved.n_scored)
    evaluate(HashJudge(), pairs_of(500), tmp_path / "fresh")
    assert files_of(tmp_path / "run") == files_of(tmp_path / "fresh")


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_file_that_may_not_grow(tmp_path):
    """A quota, as the operating system enforces it."""
    import resource

    table = manifest_of(tmp_path / "data", 400)
    options = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2**17, 2**17))}
    limited = child(table, tmp_path / "run", tmp_path / "log", **options)
    _, said = limited.communicate(timeout=60)
    assert limited.returncode == 1
    assert said.startswith("StoreError: ")
    assert 0 < open_run(tmp_path / "run").n_scored < 376
    evaluate(HashJudge(), read_pairs(table), tmp_path / "run")
    evaluate(HashJudge(), read_pairs(table), tmp_path / "fresh")
    assert files_of(tmp_path / "run") == files_of(tmp_path / "fresh")


@pytest.fixture
def unwritable(tmp_path):
    """A folder that may not be written, with a run in it that may not either."""
    evaluate(HashJudge(), pairs_of(3), tmp_path / "run")
    paths = [tmp_path, tmp_path / "run", *(tmp_path / "run").iterdir()]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    yield tmp_path
    for path in paths:
        path.chmod(path.stat().st_mode | 0o200)


def obey_modes():
    """Root may write whatever the modes say; without these capabilities it may not."""
    import ctypes

    drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2
    for capability in (dac_override, dac_read_search) if os.geteuid() == 0 else ():
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


TRY = """
import sys
from pathlib import Path
from earwitness.errors import StoreError
from earwitness.run import open_run
from earwitness.run.store import Store
from earwitness.types import Recipe
folder = Path(sys.argv[1])
try:
    (folder / "probe").touch()
    sys.exit("writable")
except PermissionError:
    print(open_run(folder / "run").n_scored)
for name in ("run", "new"):
    try:
        Store.write(folder / name, Recipe({}))
    except StoreError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="modes and capabilities are Linux")
def test_a_read_only_directory_is_read_and_its_refusal_is_said(unwritable):
    command = [sys.executable, "-c", TRY, str(unwritable)]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=obey_modes)
    if "writable" in done.stderr:
        pytest.skip("this user may write whatever the modes say")
    assert done.stderr == ""
    scored, refused, new = done.stdout.splitlines()
    assert scored == "3"
    assert "run cannot be written: " in refused
    assert "new cannot be written: " in new


def test_what_is_no_run(tmp_path):
    with pytest.raises(StoreError, match="holds no run"):
        open_run(tmp_path)
    (tmp_path / "run.sqlite").write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(StoreError, match=r"cannot be read: its run\.sqlite .* is no SQLite database"):
        open_run(tmp_path)
    with pytest.raises(StoreError, match=r"cannot be written: its run\.sqlite .* is no SQLite database") as refused:
        evaluate(HashJudge(), pairs_of(1), tmp_path)
    assert "make room" not in str(refused.value)


@pytest.mark.parametrize("name", ["a.wav", "a.wav/run"])
def test_a_file_is_no_directory_for_a_run(tmp_path, name):
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(StoreError) as refused:
        evaluate(HashJudge(), pairs_of(1), tmp_path / name)
    wanted = "it, or a folder above it, is a file; wanted a directory. Name another one."
    assert str(refused.value) == f"{tmp_path / name} cannot be written: {wanted}"
    assert (tmp_path / "a.wav").read_bytes() == b"RIFF"


def test_a_later_format_is_refused(tmp_path):
    evaluate(HashJudge(), pairs_of(1), tmp_path / "run")
    with closing(database.connect(tmp_path / "run")) as connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(StoreError, match="has format 2; this earwitness knows 1"):
        open_run(tmp_path / "run")
    with pytest.raises(StoreError, match="has format 2"):
        evaluate(HashJudge(), pairs_of(1), tmp_path / "run")


def test_a_finished_run_is_one_plain_file(tmp_path):
    evaluate(HashJudge(), pairs_of(3), tmp_path / "run")
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"run.sqlite", "lock", "scores.csv", "scores.jsonl", "summary.json"}


# D1: kill -9


@pytest.mark.heavy
def test_kill_at_random_points(tmp_path, heavy):
    kills, rows = heavy.size(200), 500
    chance = random.Random(0)
    table = manifest_of(tmp_path / "data", rows)
    evaluate(HashJudge(), read_pairs(table), tmp_path / "whole")
    wanted = files_of(tmp_path / "whole")
    bad = {pair.id for pair in read_pairs(table) if pair.caption.startswith("bad")}
    run, log = tmp_path / "run", tmp_path / "log"
    killed = killed_while_scoring = completed = 0
    done: set[str] = set()
    while killed < kills:
        victim = child(table, run, log, seconds=0.001)
        strike(victim, log, chance)
        heard = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        now = saved_ids(run)
        assert not done.intersection(heard), "a saved pair was scored again"
        assert done <= now, "a saved pair was lost"
        assert len(set(heard) - now - bad) <= HashJudge().batch_size, "more was lost than the batch in hand"
        done = now
        killed += victim.returncode == -signal.SIGKILL
        killed_while_scoring += victim.returncode == -signal.SIGKILL and bool(heard)
        if victim.returncode == 0:
            assert files_of(run) == wanted
            completed += 1
            shutil.rmtree(run)
            done = set()
    evaluate(HashJudge(), read_pairs(table), run)
    assert files_of(run) == wanted
    assert killed_while_scoring > killed / 2
    heavy.record(
        "D1 kill -9",
        kills=killed,
        while_scoring=killed_while_scoring,
        rows=rows,
        runs_completed=completed + 1,
        lost=0,
        twice=0,
    )


def strike(victim: subprocess.Popen, log: Path, chance: random.Random) -> None:
    """Kill a process: mostly after so many pairs, sometimes after so long, at its start and at its end."""
    assert victim.stdout.readline() == "ready\n"
    pairs = chance.randrange(80)
    deadline = time.monotonic() + (chance.uniform(0, 1) if chance.random() < 0.2 else 30)
    while victim.poll() is None and time.monotonic() < deadline:
        if log.exists() and log.read_bytes().count(b"\n") >= pairs:
            break
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.01))
    victim.send_signal(signal.SIGKILL)
    victim.communicate()


def saved_ids(run: Path) -> set[str]:
    try:
        return {score.pair_id for score in open_run(run).scores() if score.status == "ok"}
    except StoreError:
        return set()  # killed before its tables were made; were they lost, the test would say so


# D7


@pytest.mark.heavy
def test_memory_does_not_grow_with_the_rows(heavy):
    command = [sys.executable, "-m", "benchmarks.runner", "--judge", "fake", "--rows", str(heavy.size(100_000))]
    root = Path(__file__).parents[1]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout)
    heavy.record("D7 rows of a run", **found)
    assert found["n_scored"] == heavy.size(100_000)
    assert found["grown MiB"] <= 200


def test_scores_are_strict_json(tmp_path):
    run = evaluate(HashJudge(), pairs_of(5), tmp_path / "run")

    def refuse(name):
        raise AssertionError(f"{name} in a file of the run")

    json.loads((tmp_path / "run" / "summary.json").read_text(), parse_constant=refuse)
    for line in (tmp_path / "run" / "scores.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=refuse)
    assert isinstance(next(run.scores()), Score)


def test_a_pair_without_audio_is_kept_like_any_other(tmp_path):
    def not_again(audio, question):
        raise AssertionError("scored before")

    pairs = [Pair(NO_AUDIO, "rain"), Pair(from_array(np.zeros(16000), 16000), "rain")]
    run = evaluate(AQAScore(FakeBackbone(lambda audio, question: 0.5)), pairs, tmp_path / "run", progress=False)
    assert [score.audio_sha256 for score in run.scores()] == [pair.audio.sha256 for pair in pairs]
    assert run.flags["no_audio"] == 1
    assert run.export("csv").is_file()
    assert evaluate(AQAScore(FakeBackbone(not_again)), pairs, tmp_path / "run", progress=False).n_scored == 2
