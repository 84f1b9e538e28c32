"""One short text that changes with the content and with nothing else."""

from dataclasses import replace

import pytest

from earwitness.ratings import data_hash, read_ratings

LINES = ["file,system,rater,rating", "a.wav,one,ann,1", "a.wav,one,bob,4", "b.wav,two,ann,3", "b.wav,two,bob,3"]


def rated(folder, lines=LINES, name="t.csv", **options):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n")
    return read_ratings(folder / name, scale=options.pop("scale", "1-5"), **options)


def test_neither_place_nor_order_matters(tmp_path):
    shuffled = [LINES[0], *reversed(LINES[1:])]
    assert data_hash(rated(tmp_path / "x")) == data_hash(rated(tmp_path / "y", shuffled, name="other.csv"))


def test_it_does_not_change_between_versions(tmp_path):
    assert data_hash(rated(tmp_path)) == "464e3ae69daa"


@pytest.mark.parametrize(
    ("old", "new"),
    [("ann,1", "ann,2"), ("bob", "eve"), ("b.wav", "c.wav"), ("two", "three"), ("a.wav,one,bob,4\n", "")],
)
def test_any_content_matters(tmp_path, old, new):
    changed = ("\n".join(LINES) + "\n").replace(old, new).splitlines()
    assert data_hash(rated(tmp_path / "x")) != data_hash(rated(tmp_path / "y", changed))


def test_scale_and_single_ratings_matter(tmp_path):
    one = rated(tmp_path)
    assert data_hash(one) != data_hash(rated(tmp_path, scale="0-5"))
    assert data_hash(one) != data_hash(replace(one, singles={}))
