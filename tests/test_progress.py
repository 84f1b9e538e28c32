"""The bar is drawn on a terminal and nowhere else."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from earwitness.run import evaluate
from earwitness.types import Pair
from small_judge import HashJudge

PAIRS = [Pair(str(number).encode(), "bad" if number == 3 else "good", id=str(number)) for number in range(10)]


def test_quiet_where_there_is_no_terminal(tmp_path, capfd):
    evaluate(HashJudge(), PAIRS, tmp_path / "run")
    assert capfd.readouterr() == ("", "")


def test_the_bar_counts_what_is_left(tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    evaluate(HashJudge(), PAIRS[:6], tmp_path / "run")
    evaluate(HashJudge(), PAIRS, tmp_path / "run", progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    # Five have their scores; the failed one is tried again beside the four that are new.
    assert "5/5" in err
    assert "1 not scored" in err


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are POSIX")
def test_drawn_on_a_terminal(tmp_path):
    table = "audio,caption\n" + "".join(f"{number}.wav,good\n" for number in range(10))
    (tmp_path / "t.csv").write_text(table)
    for number in range(10):
        (tmp_path / f"{number}.wav").write_bytes(str(number).encode())
    ours, theirs = os.openpty()
    script = Path(__file__).parent / "faults" / "scored_run.py"
    command = [sys.executable, str(script), *(str(tmp_path / name) for name in ("t.csv", "run", "log")), "0"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    drawn = b""
    # Linux answers with an error where the other end is closed, others with nothing.
    with suppress(OSError):
        while part := os.read(ours, 4096):
            drawn += part
    os.close(ours)
    assert done.returncode == 0
    assert b"10/10" in drawn
