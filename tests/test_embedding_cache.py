import sqlite3
import subprocess
import sys
import threading

import numpy as np
import pytest

from earwitness.errors import StoreError
from earwitness.mos.encoders.cache import FILE, EmbeddingCache
from earwitness.types import Recipe

IDENTITY = {"encoder": "test", "layer": "last"}
ENCODER = Recipe(IDENTITY).id
VECTOR = np.arange(6, dtype=np.float32).reshape(2, 3) / 7


def test_what_is_kept_is_found_bit_by_bit(tmp_path):
    with EmbeddingCache(tmp_path) as cache:
        cache.keep(IDENTITY, "clip", {"a": ("sha", VECTOR), "b": ("sha", VECTOR.T)})
    with EmbeddingCache(tmp_path) as cache:
        found = cache.find(ENCODER, "clip", ["b", "nothing", "a"])
    assert set(found) == {"a", "b"}
    np.testing.assert_array_equal(found["a"], VECTOR)
    np.testing.assert_array_equal(found["b"], VECTOR.T)
    assert found["a"].dtype == np.float32


def test_encoders_and_kinds_keep_apart(tmp_path):
    with EmbeddingCache(tmp_path) as cache:
        cache.keep(IDENTITY, "clip", {"a": ("sha", VECTOR)})
        assert cache.find(ENCODER, "caption", ["a"]) == {}
        assert cache.find(Recipe({**IDENTITY, "layer": 3}).id, "clip", ["a"]) == {}


def test_the_row_says_which_sound_it_is_of_and_which_encoder_made_it(tmp_path):
    with EmbeddingCache(tmp_path) as cache:
        cache.keep(IDENTITY, "clip", {"a": ("the hash of the decoded clip", VECTOR)})
    with sqlite3.connect(tmp_path / FILE) as plain:
        assert plain.execute("SELECT sha256 FROM embeddings").fetchall() == [("the hash of the decoded clip",)]
        assert plain.execute("SELECT identity FROM encoders").fetchone()[0] == '{"encoder": "test", "layer": "last"}'
    plain.close()


WRITER = """
import sys
import threading
import numpy as np
from earwitness.mos.encoders.cache import EmbeddingCache
folder, first = sys.argv[1], int(sys.argv[2])
for index in range(first, first + 60):
    with EmbeddingCache(folder) as cache:
        cache.keep({"encoder": "test"}, "clip", {str(index): ("sha", np.full((1, 4), index, np.float32))})
"""


def test_two_processes_write_at_once(tmp_path):
    # They overlap on keys 30 to 59, and both may find the file still without its tables.
    running = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(first)]) for first in (0, 30)]
    assert [one.wait(timeout=120) for one in running] == [0, 0]
    with EmbeddingCache(tmp_path) as cache:
        keys = [str(index) for index in range(90)]
        found = cache.find(Recipe({"encoder": "test"}).id, "clip", keys)
    assert sorted(found, key=int) == keys
    assert all((found[key] == int(key)).all() for key in keys)


def test_a_process_that_comes_while_another_makes_the_file_waits(tmp_path):
    first = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
    first.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.3, first.execute, ["COMMIT"])
    done.start()
    with EmbeddingCache(tmp_path) as cache:
        assert len(cache) == 0
    done.join()
    first.close()


def test_a_file_that_stays_taken_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("earwitness.mos.encoders.cache._WAIT", 0.1)
    first = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="cannot be used: database is locked"):
        EmbeddingCache(tmp_path)
    first.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    (tmp_path / FILE).write_bytes(b"notes on embeddings\n" * 100)
    with pytest.raises(StoreError, match=r"is damaged: .* Delete it"):
        EmbeddingCache(tmp_path)
    assert (tmp_path / FILE).read_bytes() == b"notes on embeddings\n" * 100


def test_another_programs_database_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("CREATE TABLE embeddings (mine TEXT)")
    other.close()
    with pytest.raises(StoreError, match="another program's database"):
        EmbeddingCache(tmp_path)


def test_a_later_format_is_refused(tmp_path):
    EmbeddingCache(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(StoreError, match="has format 99"):
        EmbeddingCache(tmp_path)


def test_damage_inside_is_found(tmp_path):
    with EmbeddingCache(tmp_path) as cache:
        cache.keep(IDENTITY, "clip", {"a": ("sha", VECTOR)})
    with sqlite3.connect(tmp_path / FILE) as plain:
        plain.execute("UPDATE embeddings SET data = substr(data, 1, 7)")
    plain.close()
    with EmbeddingCache(tmp_path) as cache, pytest.raises(StoreError, match="7 bytes for 2 layers of 3 features"):
        cache.find(ENCODER, "clip", ["a"])


def test_a_file_in_the_folders_place_is_an_error(tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(StoreError, match="cannot hold a cache"):
        EmbeddingCache(tmp_path / "cache")
