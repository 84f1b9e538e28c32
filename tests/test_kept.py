import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import asdict

import pytest

from earwitness.errors import StoreError
from earwitness.rubrics.base import Caption
from earwitness.rubrics.kept import KeptRubrics
from earwitness.types import Item, Rubric

DOG, RAIN = Caption("A dog barks.", "en"), Caption("下雨", "zh")
RUBRIC = Rubric(
    (Item("e1", "Is it?", "event", "sound", (2, 5)), Item("a1", "So?", "attribute", parents=("e1",), weight=0.5)),
    "zh",
    "llm x",
    ("rubric_incomplete",),
)
OTHER = Rubric((Item("e1", "有雨吗？", "event"),), "zh", "llm x")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "made" / "rubrics.sqlite"


def test_what_was_kept_is_found(file):
    kept = KeptRubrics(file, {"name": "llm"})
    assert kept.find([DOG]) == {}
    assert not file.exists()
    kept.keep({DOG: RUBRIC, RAIN: OTHER})
    assert KeptRubrics(file, {"name": "llm"}).find([RAIN, DOG, Caption("x", "en")]) == {RAIN: OTHER, DOG: RUBRIC}
    kept.keep({DOG: OTHER})
    assert kept.find([DOG]) == {DOG: OTHER}


def test_another_decomposer_text_or_language_is_another_rubric(file):
    KeptRubrics(file, {"prompts": "a"}).keep({DOG: RUBRIC})
    assert KeptRubrics(file, {"prompts": "b"}).find([DOG]) == {}
    strangers = [Caption("A dog barks", "en"), Caption("A dog barks.", "zh")]
    assert KeptRubrics(file, {"prompts": "a"}).find(strangers) == {}


def test_half_a_character_in_a_caption_is_kept_apart(file):
    kept, odd = KeptRubrics(file, {}), Caption("dog \ud83d", "en")
    kept.keep({odd: RUBRIC})
    assert kept.find([odd, Caption("dog ?", "en")]) == {odd: RUBRIC}


def test_many_threads_share_one_file(file):
    def keep(number):
        KeptRubrics(file, {}).keep({Caption(f"{number}", "en"): RUBRIC})

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(KeptRubrics(file, {}).find([Caption(f"{number}", "en") for number in range(16)])) == 16


WRITER = """
import sys
from earwitness.rubrics.base import Caption
from earwitness.rubrics.kept import KeptRubrics
from earwitness.types import Item, Rubric
kept = KeptRubrics(sys.argv[1], {})
for number in range(10**6):
    kept.keep({Caption(f"{sys.argv[2]} {number}", "en"): Rubric((Item("e1", "?", "event"),), "en", "llm")})
    print(number, flush=True)
"""


def test_two_writers_that_are_killed_lose_nothing_that_was_kept(file):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(file), name], stdout=subprocess.PIPE, text=True)
        for name in ("a", "b")
    ]
    told = {"a": 0, "b": 0}
    for name, writer in zip(told, writers, strict=True):
        while told[name] < 20:
            told[name] = int(writer.stdout.readline())
    for name, writer in zip(told, writers, strict=True):
        writer.kill()
        rest = [line for line in writer.stdout.read().split("\n")[:-1] if line]
        told[name] = int(rest[-1]) if rest else told[name]
        writer.wait()
        writer.stdout.close()
    captions = [Caption(f"{name} {number}", "en") for name, last in told.items() for number in range(last + 1)]
    assert len(KeptRubrics(file, {}).find(captions)) == len(captions)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_is_no_file_of_rubrics_is_left_alone(file, tmp_path):
    file.parent.mkdir()
    file.write_text("no database, " * 100)
    with pytest.raises(StoreError, match="cannot be used as a file of rubrics: file is not a database"):
        KeptRubrics(file, {}).find([DOG])
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    with pytest.raises(StoreError, match="another program's database"):
        KeptRubrics(other, {}).keep({DOG: RUBRIC})
    with pytest.raises(StoreError, match=r"cannot hold rubrics|cannot be used"):
        KeptRubrics(tmp_path / "other.sqlite" / "x", {}).keep({DOG: RUBRIC})
    with pytest.raises(StoreError, match="cannot be used"):
        KeptRubrics(tmp_path, {}).find([DOG])


def test_a_later_format_and_damage_are_told(file):
    kept = KeptRubrics(file, {})
    kept.keep({DOG: RUBRIC})
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("UPDATE rubrics SET rubric = '{}'")
    with pytest.raises(StoreError, match=r"is damaged: .* Delete it"):
        kept.find([DOG])
    # A weight that no item may have.
    with connection:
        connection.execute("UPDATE rubrics SET rubric = ?", (json.dumps(asdict(RUBRIC)).replace("0.5", "-1"),))
    with pytest.raises(StoreError, match=r"is damaged: .* Delete it"):
        kept.find([DOG])
    with connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(StoreError, match="has format 9; this earwitness knows 1"):
        kept.find([DOG])
