"""Files of rubrics: what is written comes back, edits count, and what is wrong is named by its line."""

import json

import pytest

from earwitness.errors import CaptionError, ManifestError
from earwitness.rubrics.base import Caption
from earwitness.rubrics.saved import SavedRubrics, read_rubrics, rubric_line, write_rubrics
from earwitness.types import Item, Rubric

CAPTION = "A dog barks, then\na dog barks “twice”."
ITEMS = (
    Item("e1", "Can you hear a dog?", "event", "sound", (2, 11)),
    Item("e2", "And again?", "event", "sound", (20, 29), weight=2.0),
    Item("r1", "In this order?", "relation", "order", (13, 17), ("e1", "e2")),
)


@pytest.fixture
def file(tmp_path):
    write_rubrics(tmp_path / "rubrics.jsonl", [(CAPTION, Rubric(ITEMS, "en", "rules 1", ("rubric_by_rules",)))])
    return tmp_path / "rubrics.jsonl"


def test_what_is_written_comes_back(file):
    assert read_rubrics(file) == {CAPTION: Rubric(ITEMS, "en", "rules 1", ("rubric_by_rules",))}


def test_a_caption_that_the_file_does_not_hold_is_an_error_of_its_own(file):
    known, unknown = SavedRubrics(file).decompose([Caption(CAPTION, "en"), Caption("rain", "en")])
    assert isinstance(known, Rubric)
    assert isinstance(unknown, CaptionError)
    assert unknown.code == "no_rubric"
    assert "rubrics.jsonl holds no rubric for the caption 'rain'" in str(unknown)


def edited(file, change):
    record = json.loads(file.read_text(encoding="utf-8"))
    change(record)
    file.write_text(json.dumps(record), encoding="utf-8")
    return file


def test_the_identity_follows_edits_and_not_the_order_of_lines(file):
    before = SavedRubrics(file).identity
    rain = rubric_line("rain", Rubric((Item("e1", "Can you hear rain?", "event"),), "en", "mine"))
    lines = [file.read_text(encoding="utf-8").strip(), rain]
    file.write_text("\n".join(lines), encoding="utf-8")
    both = SavedRubrics(file).identity
    file.write_text("\n".join(lines[::-1]) + "\n\n", encoding="utf-8")
    assert SavedRubrics(file).identity == both != before


def test_words_may_be_named_without_their_place(file):
    def change(record):
        del record["items"][1]["at"]
        record["items"][1]["words"] = "twice"

    assert read_rubrics(edited(file, change))[CAPTION].items[1].span == (31, 36)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda r: r["items"][0].update(kind="noise"), "line 1: item 'e1' is of kind 'noise'; wanted one of event"),
        (lambda r: r["items"][0].update(words="cat"), "stands for 'cat', which its caption does not say"),
        (lambda r: r["items"][0].pop("question"), "wanted id, kind, question"),
        (lambda r: r["items"][0].update(wait=1), "no others"),
        (lambda r: r["items"][2].update(parents=["e9"]), "names 'e9' as its parent"),
        (lambda r: r["items"][1].update(id="e1"), "two items 'e1'"),
        (lambda r: r.update(items=[]), "wanted at least one item"),
        (lambda r: r.update(language="fr"), "language is 'fr'"),
        (lambda r: r["items"][1].update(weight="heavy"), "could not convert"),
        (lambda r: r["items"][1].update(weight=-1), "no weight under 0"),
        (lambda r: r.pop("caption"), "wanted caption, items"),
        (lambda r: r["items"][0].update(question=None), "the question of item 'e1' is None; wanted a text"),
        (lambda r: r["items"][0].update(question=" "), "wanted a text"),
        (lambda r: r["items"][0].update(id=3), "an item's id is 3; wanted a text"),
        (lambda r: r["items"][2].update(parents="e1"), "wanted a list"),
        (lambda r: r["items"][0].update(at="two"), "begins at 'two'"),
        (lambda r: r.update(flags="abc"), "wanted a list"),
        (lambda r: r.update(items={}), "wanted a list"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(file, change, text):
    with pytest.raises(ManifestError, match=r"rubrics\.jsonl, line 1: ") as caught:
        read_rubrics(edited(file, change))
    assert text in str(caught.value)


def test_no_json_no_rubrics_no_file(file, tmp_path):
    file.write_text("{", encoding="utf-8")
    with pytest.raises(ManifestError, match="line 1"):
        read_rubrics(file)
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(ManifestError, match="holds no rubrics"):
        read_rubrics(file)
    with pytest.raises(ManifestError, match="cannot be read as rubrics"):
        read_rubrics(tmp_path / "missing.jsonl")


def test_a_caption_stands_once(file):
    file.write_text(file.read_text(encoding="utf-8") * 2, encoding="utf-8")
    with pytest.raises(ManifestError, match=r"line 2: a second rubric"):
        read_rubrics(file)


def test_a_chinese_rubric_written_by_hand_is_chinese(tmp_path):
    line = {"caption": "a dog", "items": [{"id": "e1", "kind": "event", "question": "有狗叫吗？"}]}
    (tmp_path / "mine.jsonl").write_text(json.dumps(line), encoding="utf-8")
    assert read_rubrics(tmp_path / "mine.jsonl")["a dog"].language == "zh"


def test_who_made_a_rubric_changes_no_number_and_no_identity(file):
    before = SavedRubrics(file).identity
    assert SavedRubrics(edited(file, lambda record: record.update(source="checked by hand"))).identity == before
    assert SavedRubrics(edited(file, lambda record: record["items"].pop())).identity != before


def test_half_a_surrogate_pair_is_kept(tmp_path):
    caption = "caf\udce9"
    write_rubrics(tmp_path / "odd.jsonl", [(caption, Rubric((Item("e1", "A café?", "event"),), "en", "mine"))])
    saved = SavedRubrics(tmp_path / "odd.jsonl")
    assert list(saved.rubrics) == [caption]
    assert len(saved.identity["sha256"]) == 16
