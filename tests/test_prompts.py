import json
import re
from itertools import product
from typing import get_args

import pytest

from earwitness.rubrics import prompts
from earwitness.rubrics.base import Domain
from earwitness.rubrics.grounding import grounded
from earwitness.rubrics.parse import CLEANING_SCHEMA, RUBRIC_SCHEMA, read_cleaning, read_rubric
from earwitness.types import Language, language_of

EVERY = list(product(get_args(Language), get_args(Domain), get_args(Language)))
every_prompt = pytest.mark.parametrize(("language", "domain", "questions"), EVERY)
DEPENDENT = {"attribute", "relation", "count", "speech"}


@every_prompt
def test_the_example_is_a_reply_that_we_read_without_loss(language, domain, questions):
    told = prompts.example(language, domain)
    text = prompts.decomposing(language, domain, questions)
    reply = text[text.rindex('{"items"') :]
    assert json.loads(reply)
    written = read_rubric(reply)
    assert not written.damaged
    items = grounded(written.items, told["caption"], questions)
    assert [item.id for item in items if item.kind == "event"] == [
        item["id"] for item in told["items"] if item["kind"] == "event"
    ]
    assert {item.id: item.parents for item in items} == {item["id"]: tuple(item["parents"]) for item in told["items"]}
    assert [item.question for item in items] == [
        item["question"][questions] for name in items for item in told["items"] if item["id"] == name.id
    ]


@every_prompt
def test_the_example_keeps_the_rules_of_items(language, domain, questions):
    for item in prompts.example(language, domain)["items"]:
        assert set(item) == set(RUBRIC_SCHEMA["properties"]["items"]["items"]["properties"])
        assert bool(item["parents"]) == (item["kind"] in DEPENDENT)
        assert item["question"][questions].endswith("？" if questions == "zh" else "?")
        assert item["basis"] in prompts.example(language, domain)["caption"]


@every_prompt
def test_a_prompt_names_its_language_and_all_kinds_and_has_no_gaps(language, domain, questions):
    text = prompts.decomposing(language, domain, questions)
    assert language_of(text.split("#")[0]) == language
    assert {"en": {"en": "in English", "zh": "in Chinese"}, "zh": {"en": "用英文写", "zh": "用中文写"}}[language][
        questions
    ] in text
    kinds = RUBRIC_SCHEMA["properties"]["items"]["items"]["properties"]["kind"]["enum"]
    assert all(f'- "{kind}"' in text for kind in kinds)
    assert all(f'- "{field}"' in text for field in RUBRIC_SCHEMA["properties"]["items"]["items"]["properties"])
    assert not re.search(r"\{(?:domain|questions|example)", text)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("occasional", "lone", "solo violin", "a group of", "without the voice", "no item of age")),
        ("zh", ("偶尔", "一群", "独自", "不用嗓音的动作", "不问年龄")),
    ],
)
def test_a_prompt_draws_the_lines_of_the_rubrics_page(language, told):
    text = prompts.decomposing(language, "speech", language)
    assert [words for words in told if words not in text] == []
    assert {"en": "pausing and waiting are no items", "zh": "停顿和等待不成题"}[language] in text


def test_the_words_of_how_loud_rain_is_are_not_those_of_the_rain():
    items = prompts.example("zh", "sound")["items"]
    assert [item["basis"] for item in items if item["dimension"] == "loudness"] == ["大声", "大"]


def test_every_domain_has_words_of_its_own():
    texts = {prompts.decomposing(*key) for key in EVERY}
    assert len(texts) == len(EVERY)


@pytest.mark.parametrize("language", get_args(Language))
def test_the_cleaning_prompt_shows_a_reply_that_we_read(language):
    text = prompts.cleaning(language)
    reply = text[text.rindex('{"results"') :]
    assert read_cleaning(reply.replace('"..."', '"e1"'), ["e1"]) == {"e1": True}
    for judgment in CLEANING_SCHEMA["properties"]["results"]["items"]["properties"]["judgment"]["enum"]:
        assert f'"{judgment}"' in text


def test_another_word_is_another_hash(tmp_path, monkeypatch):
    before = prompts.prompts_hash()
    copy = tmp_path / "prompts"
    for path in prompts.FOLDER.glob("*/*"):
        (copy / path.parent.name).mkdir(parents=True, exist_ok=True)
        if path.is_file():
            (copy / path.parent.name / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(prompts, "FOLDER", copy)
    prompts.prompts_hash.cache_clear()
    assert prompts.prompts_hash() == before
    (copy / "zh" / "clean.md").write_text("…", encoding="utf-8")
    prompts.prompts_hash.cache_clear()
    assert prompts.prompts_hash() != before
    prompts.prompts_hash.cache_clear()
