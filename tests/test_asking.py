"""Wordings: how items are put, and files of them."""

import json

import pytest

from earwitness.errors import UnknownNameError, UsageError
from earwitness.rubrics.asking import WORDINGS, wordings
from earwitness.types import Item

ITEMS = (Item("e1", "Can you hear {question}?", "event", "sound"), Item("c1", "Twice?", "count"))


@pytest.mark.parametrize("name", WORDINGS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_wording_asks_and_lists_every_item(name, language):
    wording = WORDINGS[name][language]
    assert all(item.question in wording.ask(item) for item in ITEMS)
    listed = wording.list_items(ITEMS).splitlines()
    assert listed[-2:] == ["e1: Can you hear {question}?", "c1: Twice?"]
    assert '"answers"' in wording.write_system


def test_a_dimension_is_told_where_the_wording_has_one():
    assert WORDINGS["released"]["zh"].ask(ITEMS[0]).startswith("【sound】")
    assert WORDINGS["released"]["en"].ask(ITEMS[1]).startswith("[count] ")


def file(tmp_path, told):
    (tmp_path / "mine.json").write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return tmp_path / "mine.json"


def test_a_file_gives_what_it_says_and_leaves_the_rest(tmp_path):
    found = wordings(file(tmp_path, {"zh": {"item": "{question} yes or no?", "answers": "en", "system": "听"}}))
    assert found["zh"].ask(ITEMS[1]) == "Twice? yes or no?"
    assert (found["zh"].answers, found["zh"].system) == ("en", "听")
    assert found["zh"].write_system == WORDINGS["plain"]["zh"].write_system


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("{", "cannot be read as wordings"),
        ({}, "wanted a JSON object by language"),
        ([], "wanted a JSON object by language"),
        ({"fr": {"item": "{question}"}}, "wanted en or zh"),
        ({"en": 5}, "wanted en or zh with an object"),
        ({"en": {"item": 5}}, "'item' is no wording"),
        ({"en": {"item": "{question}", "sistem": "x"}}, "'sistem' is no wording"),
        ({"en": {"item": "hear?"}}, "item lacks {question}"),
        ({"en": {"item": "{question}", "listed": "x"}}, "listed lacks {items}"),
        ({"en": {"item": "{question}", "answers": "fr"}}, "answers is 'fr'"),
    ],
)
def test_what_is_no_wording_is_refused(tmp_path, told, text):
    with pytest.raises(UsageError, match=text.replace("{", r"\{")):
        wordings(file(tmp_path, told))


def test_an_unknown_name_is_told_with_a_known_one():
    with pytest.raises(UnknownNameError, match="Did you mean 'listen'"):
        wordings("lisen")
