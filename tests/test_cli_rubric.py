"""Rubrics on the command line: printed, saved, edited, given back; judged, looked at, and a threshold fitted."""

import csv
import json

import pytest
import soundfile

from clips import tone
from faults.fault_server import FaultServer
from faults.injections import injected

CAPTION = "Heavy rain, then a dog barks twice."


@pytest.fixture
def clip(tmp_path):
    soundfile.write(tmp_path / "rain.wav", tone(0.5, 300), 16000)
    return tmp_path / "rain.wav"


@pytest.fixture
def manifest(tmp_path):
    """Four clips with captions and labels."""
    rows = [
        ("a", CAPTION, "yes"),
        ("b", "A woman speaks softly.", "no"),
        ("c", "狗叫了两声", "yes"),
        ("d", "no music", "no"),
    ]
    with (tmp_path / "pairs.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file_name", "caption", "label"), *((f"{n}.wav", c, y) for n, c, y in rows)])
    for number, (name, _, _) in enumerate(rows):
        soundfile.write(tmp_path / f"{name}.wav", tone(0.5, 300 + 50 * number), 16000)
    return tmp_path / "pairs.csv"


def test_a_rubric_is_printed_as_a_tree_or_as_json(earwitness):
    code, out, _ = earwitness("rubric", CAPTION)
    assert code == 0
    assert out.splitlines()[0] == CAPTION
    assert "event" in out
    assert "twice" in out
    assert "items, rules" in out.splitlines()[-1]
    code, out, _ = earwitness("rubric", CAPTION, "--format", "json", "--questions", "zh")
    told = json.loads(out)
    assert (told["caption"], told["language"]) == (CAPTION, "zh")
    assert any("\u4e00" <= character <= "\u9fff" for character in told["items"][0]["question"])


def test_one_clip_is_judged_item_by_item(earwitness, clip):
    code, out, _ = earwitness("score", clip, CAPTION, "--judge", "rubric", "--backbone", "fake")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == CAPTION
    assert sum("░" in line or "█" in line for line in lines) >= 3
    assert lines[-2].startswith("alignment 0.")
    assert lines[-1].startswith("1 of 1 scored, recipe ")
    assert "rubric, fake, rubrics by rules, logits, mean" in lines[-1]


def test_json_holds_every_verdict(earwitness, clip):
    command = (
        "score",
        clip,
        CAPTION,
        "--judge",
        "rubric",
        "--backbone",
        "fake",
        "--aggregate",
        "gated",
        "--format",
        "json",
    )
    code, out, _ = earwitness(*command)
    (row,) = json.loads(out)["rows"]
    assert code == 0
    assert all(verdict["p_yes"] is not None for verdict in row["verdicts"])
    assert {verdict["status"] for verdict in row["verdicts"]} <= {"ok", "blocked"}


def test_what_a_small_backbone_was_not_taught_leaves_the_clip_unscored_with_the_rest_shown(earwitness, clip):
    code, out, err = earwitness("score", clip, "a dog barks and a violin plays", "--judge", "rubric")
    assert code == 1
    assert "alignment not scored" in out
    assert "0 of 1 scored" in out
    assert "names no sound that backbone 'embedded' was taught" in err


def test_rubrics_are_saved_edited_and_given_back(earwitness, manifest, tmp_path):
    file = tmp_path / "rubrics.jsonl"
    code, out, _ = earwitness("rubric", "--captions", manifest, "--out", file)
    assert code == 0
    assert out.startswith("captions: 4, items: ")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    lines[0]["items"] = [{"id": "e1", "kind": "event", "question": "Is this my own question?"}]
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    command = (
        "score",
        manifest,
        "--judge",
        "rubric",
        "--backbone",
        "fake",
        "--rubrics",
        file,
        "--out",
        tmp_path / "run",
    )
    code, out, _ = earwitness(*command, "--format", "json")
    assert code == 0
    first = json.loads(out)["rows"][0]["verdicts"]
    assert [verdict["item"]["question"] for verdict in first] == ["Is this my own question?"]


def test_a_run_is_looked_into_and_a_threshold_fitted(earwitness, manifest, tmp_path):
    run = tmp_path / "run"
    assert earwitness("score", manifest, "--judge", "rubric", "--backbone", "fake", "--out", run)[0] == 0
    code, out, _ = earwitness("show", run, "a.wav")
    assert code == 0
    assert out.splitlines()[0] == f"a.wav: {CAPTION}"
    code, out, _ = earwitness("show", run, "--lowest", "2", "--format", "json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == 2
    assert rows[0]["values"]["alignment"] <= rows[1]["values"]["alignment"]
    code, out, _ = earwitness("threshold", run, "--label", "label", "--format", "json")
    fitted = json.loads(out)
    assert (code, fitted["n"], fitted["n_total"], fitted["matches"]) == (0, 4, 4, 2)
    code, out, _ = earwitness("threshold", run, "--label", "label")
    assert out.splitlines()[-1].startswith("use: --match-at ")


def test_captions_come_from_lines_of_text_and_edited_rubrics_can_be_looked_at(earwitness, tmp_path):
    (tmp_path / "prompts.txt").write_text(f"{CAPTION}\n\n{'狗叫' * 9}\n{CAPTION}\n", encoding="utf-8")
    assert earwitness("rubric", "--captions", tmp_path / "prompts.txt", "--out", tmp_path / "r.jsonl")[0] == 0
    code, out, _ = earwitness("rubric", "--rubrics", tmp_path / "r.jsonl")
    assert code == 0
    assert [line for line in out.splitlines() if line in (CAPTION, "狗叫" * 9)] == [CAPTION, "狗叫" * 9]


def test_a_long_chinese_caption_is_no_path(earwitness):
    code, out, _ = earwitness("rubric", "狗在叫，" * 34)
    assert code == 0
    assert "event" in out


def test_doubts_stand_under_a_tree(earwitness, clip):
    code, out, _ = earwitness("score", clip, "rain", "--judge", "rubric", "--backbone", "fake", "--mode", "generate")
    assert code == 0
    assert "asked_by_logits" in out.splitlines()[-2]
    assert "(asked by its logits)" in out


def test_a_match_has_a_share_of_its_own(earwitness, manifest, tmp_path):
    command = (
        "score",
        manifest,
        "--judge",
        "rubric",
        "--backbone",
        "fake",
        "--match-at",
        "0.5",
        "--out",
        tmp_path / "run",
    )
    _, out, _ = earwitness(*command, "--format", "json")
    told = json.loads(out)
    assert {row["values"]["match"] for row in told["rows"]} <= {0.0, 1.0}
    assert set(told["means"]) == {"alignment", "match"}


def test_bad_audio_is_counted_and_does_not_end_a_run(earwitness, manifest, tmp_path):
    (tmp_path / "b.wav").write_text("<html>not audio</html>")
    (tmp_path / "c.wav").write_bytes(b"")
    (tmp_path / "d.wav").write_bytes((tmp_path / "d.wav").read_bytes()[:12000])
    run = tmp_path / "run"
    code, out, err = earwitness(
        "score", manifest, "--judge", "rubric", "--backbone", "fake", "--out", run, "--format", "json"
    )
    told = json.loads(out)
    assert (code, told["n_scored"], told["n_total"]) == (3, 2, 4)
    assert sum(told["not_scored"].values()) == 2
    assert "truncated" in next(row["flags"] for row in told["rows"] if row["clip"] == "d.wav")
    code, out, _ = earwitness("show", run, "--lowest", "1")
    assert "not scored: " in out
    assert "2 of 4 pairs were scored" in err


def test_injected_captions_all_come_to_a_final_row(earwitness, clip, tmp_path):
    captions = [attack.caption for attack in list(injected())[::10]]
    with (tmp_path / "attacks.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"audio": clip.name, "caption": caption}) + "\n" for caption in captions)
    run = tmp_path / "run"
    code, out, _ = earwitness(
        "score", tmp_path / "attacks.jsonl", "--judge", "rubric", "--backbone", "fake", "--out", run, "--format", "json"
    )
    told = json.loads(out)
    assert (code, told["n_scored"], told["n_total"]) == (0, 50, 50)


@pytest.mark.parametrize("judge", ["clapscore", "prompted-rating", "prompted-digits", "sampled-yes"])
def test_baselines_have_options_of_their_own(earwitness, clip, judge):
    code, _, err = earwitness("score", clip, "rain", "--judge", judge, "--aggregate", "mean")
    assert code == 2
    assert f"--aggregate cannot go with --judge {judge}" in err


def test_drawn_answers_and_ratings_are_judges_by_name(earwitness, clip):
    code, out, _ = earwitness("score", clip, "rain", "--judge", "sampled-yes", "--backbone", "fake", "--draws", "3")
    assert code == 0
    assert "sampled-yes, fake" in out
    code, out, _ = earwitness("score", clip, "rain", "--judge", "prompted-digits", "--backbone", "fake")
    assert code == 0
    assert "prompted-digits, fake" in out


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("rubric", CAPTION, "--with", "llm"), 2, "--with llm needs --llm"),
        (("rubric", CAPTION, "--llm-cache", "x"), 2, "go with --with llm"),
        (("rubric", CAPTION, "--llm", "fake"), 2, "does not write from text alone"),
        (("score", "a.wav", "x", "--judge", "rubric", "--rubrics", "missing.jsonl"), 2, "cannot be read as rubrics"),
        (("score", "a.wav", "x", "--judge", "rubric", "--aggregate", "meen"), 2, "Did you mean 'mean'"),
        (
            ("score", "a.wav", "x", "--judge", "rubric", "--rubrics", "r", "--domain", "music"),
            2,
            "--rubrics gives the questions",
        ),
        (("score", "a.wav", "x", "--server", "speed=9"), 2, "wanted NAME=VALUE with one of concurrency"),
        (("score", "a.wav", "x", "--server", "concurrency=many"), 2, "wanted a number"),
        (("score", "a.wav", "x", "--server", "concurrency=2"), 2, "server"),
        (("show", "nowhere"), 1, "nowhere"),
        (("show", "nowhere", "a.wav", "--lowest", "3"), 2, "cannot go with clips by name"),
        (("rubric",), 2, "what shall be asked?"),
        (("rubric", CAPTION, "--captions", "x.csv"), 2, "what shall be asked?"),
        (("rubric", "..."), 1, "wanted words"),
        (("rubric", ""), 1, "wanted words"),
        (("rubric", "--captions", "nowhere.csv"), 2, "nowhere.csv"),
        (("rubric", "--captions", "nowhere.txt"), 2, "nowhere.txt"),
        (("score", "a.wav", "x", "--judge", "rubric", "--threshold", "0.4"), 2, "blocks nothing"),
    ],
)
def test_a_users_mistake_is_one_clear_text(earwitness, arguments, code, text):
    left, _, err = earwitness(*arguments)
    assert left == code
    assert text in err
    assert "Traceback" not in err


@pytest.fixture
def many(tmp_path):
    """Forty clips of their own."""
    with (tmp_path / "many.jsonl").open("w", encoding="utf-8") as file:
        for number in range(40):
            soundfile.write(tmp_path / f"{number}.wav", tone(0.2, 300 + 20 * number), 16000)
            file.write(
                json.dumps({"audio": f"{number}.wav", "caption": f"A dog barks {number} times, then rain."}) + "\n"
            )
    return tmp_path / "many.jsonl"


def test_a_server_that_fails_as_servers_do_gives_every_pair_a_final_row(earwitness, many, tmp_path):
    faults = {"server_error": 0.1, "cut": 0.05, "bad_json": 0.05}
    with FaultServer(faults=faults) as server:
        command = ("score", many, "--judge", "rubric", "--backbone", server.address, "--out", tmp_path / "run")
        code, out, _ = earwitness(*command, "--server", "concurrency=8", "--format", "json")
    told = json.loads(out)
    assert (code, told["n_scored"], told["n_total"]) == (0, 40, 40)
    assert max(server.tries.values()) > 1
    assert server.address not in (tmp_path / "run" / "scores.jsonl").read_text(encoding="utf-8")


def test_a_spent_budget_ends_with_5_and_the_same_command_resumes(earwitness, many, tmp_path):
    command = ("score", many, "--judge", "rubric", "--out", tmp_path / "run", "--format", "json")
    with FaultServer() as server:
        backbone = ("--backbone", server.address)
        code, _, err = earwitness(*command, *backbone, "--server", "max_requests=60")
        assert code == 5
        assert "the budget is spent" in err
        code, out, _ = earwitness(*command, *backbone)
    assert (code, json.loads(out)["n_scored"]) == (0, 40)


def test_a_server_without_log_probabilities_is_told_which_judges_need_none(earwitness, clip):
    with FaultServer(ways=frozenset()) as server:
        code, _, err = earwitness("score", clip, "rain", "--judge", "rubric", "--backbone", server.address)
        assert code == 5
        assert "sampled-yes, prompted-rating, and rubric with mode='generate'" in err


def test_a_refused_key_ends_the_run_and_is_not_shown(earwitness, clip, monkeypatch):
    monkeypatch.setenv("EARWITNESS_API_KEY", "secret-key")
    with FaultServer(status=401, error="bad key {key}") as server:
        code, out, err = earwitness("score", clip, "rain", "--judge", "rubric", "--backbone", server.address)
    assert code == 5
    assert "secret-key" not in out + err


def test_a_language_model_of_no_use_is_replaced_by_rules_which_is_said(earwitness, clip):
    with FaultServer() as server:
        code, out, _ = earwitness("rubric", CAPTION, "--with", "llm", "--llm", server.address)
        assert code == 0
        assert out.splitlines()[-1].startswith("5 items, rules 1, for llm listener: no items can be read")
        assert out.splitlines()[-1].endswith("rubric_by_rules")
        judged = ("score", clip, CAPTION, "--judge", "rubric", "--backbone", "fake", "--with", "llm")
        code, out, _ = earwitness(*judged, "--llm", server.address, "--format", "json")
    (row,) = json.loads(out)["rows"]
    assert (code, row["flags"]) == (0, ["rubric_by_rules"])
