import json

import pytest

from earwitness.rubrics.loose import Reply

NAMES = ("id",)


def objects(text):
    return Reply(text, NAMES).objects


def damaged(text):
    return Reply(text, NAMES).damaged


WHOLE = [{"id": "1", "answer": "yes"}, {"id": "2", "answer": "no"}]

# Every one of them says WHOLE.
SPELLINGS = {
    "plain": '[{"id": "1", "answer": "yes"}, {"id": "2", "answer": "no"}]',
    "one line each": '{"id": "1", "answer": "yes"}\n{"id": "2", "answer": "no"}',
    "fence and prose": 'It\'s:\n```json\n[{"id": 1, "answer": "yes"},\n{"id": 2, "answer": "no"}]\n```\nI think.',
    "inside": '{"note": ["a", 3], "results": {"all": [{"id": 1, "answer": "yes"}, {"id": 2, "answer": "no"}]}}',
    "two lists": '[{"id": 1, "answer": "yes"}] and [{"id": 2, "answer": "no"}]',
    "commas": '[{"id": 1, "answer": "yes",},, {"id": 2, "answer": "no"},]',
    "no comma between objects": '[{"id": 1, "answer": "yes"} {"id": 2, "answer": "no"}]',
    "no comma between fields": '[{"id": 1 "answer": "yes"}, {"id": 2 "answer": "no"}]',
    "single quotes": "[{'id': '1', 'answer': 'yes'}, {'id': '2', 'answer': 'no'}]",
    "curly quotes": "[{“id”：“1”，“answer”：“yes”}，{“id”: “2”, “answer”: “no”}]",
    "no quotes": "[{id: 1, answer: yes}, {id: 2, answer: no}]",
    "other case": '[{"ID": 1, "Answer": "yes"}, {" id ": 2, "ANSWER": "no"}]',
    "comments": '[ // all of them\n{"id": 1, // first\n"answer": "yes"}, {"id": 2, "answer": "no"}]',
    "not closed": '[{"id": 1, "answer": "yes"}, {"id": 2, "answer": "no"}',
    "closed twice": '[{"id": 1, "answer": "yes"}}, {"id": 2, "answer": "no"}]]',
    "closed by another": '{"all": [{"id": 1, "answer": "yes"}, {"id": 2, "answer": "no"}}',
    "thoughts before": '<think>[{"id": 1}]</think>[{"id": 1, "answer": "yes"}, {"id": 2, "answer": "no"}]',
    "end of thoughts only": '[{"id": 1}]</think>[{"id": 1, "answer": "yes"}, {"id": 2, "answer": "no"}]',
    "thoughts not closed": '[{"id": 1, "answer": "yes"}, {"id": 2, "answer": "no"}] <think>[{"id": 1, "answer": "no"}',
    "brackets in prose": 'In [0, 1) and {that\'s it}: [{"id": 1, "answer": "yes"}, {"id": 2, "answer": "no"}]',
    "brackets of another kind": '{id, answer}: [{"id": 1, "answer": "yes"}, {"id": 2, "answer": "no"}]',
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_what_is_meant_is_read(text):
    assert objects(text) == WHOLE


@pytest.mark.parametrize(
    "value",
    ["a “b” c", 'say "no"', "it's", "tab\tline\nend", "back\\slash", "]}{[,:", "狗🐕", "é", "// no comment", " ", ""],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_every_valid_text_comes_back_as_it_was(value, ascii_only):
    record = {"id": "1", "evidence": value, "parents": ["e1", value], "more": {"x": [value, None]}}
    for indent in (None, 2):
        assert objects(json.dumps([record], ensure_ascii=ascii_only, indent=indent)) == [record]


def test_numbers_and_words_are_strings_and_null_is_none():
    text = '{"id": 1.0, "a": true, "b": NaN, "c": null, "d": None, "e": -1e3, "f": Infinity}'
    told = {"id": "1.0", "a": "true", "b": "NaN", "c": None, "d": None, "e": "-1e3", "f": "Infinity"}
    assert objects(text) == [told]


def test_halves_of_characters_are_no_text():
    assert objects('{"id": "\\ud83d\\ude00 \\ud83d", "answer": "\ud83d"}') == [{"id": "😀 \ufffd", "answer": "?"}]


CUT = '[{"id": 1, "answer": "yes", "evidence": "a dog, \\"woof\\""}, {"id": 2, "answer": "no", "evidence": ""}]'


@pytest.mark.parametrize("length", range(len(CUT)))
def test_a_cut_text_gives_the_objects_before_the_cut(length):
    first, second = CUT.index("}") + 1, CUT.rindex("}") + 1
    assert [told["id"] for told in objects(CUT[:length])] == ["1", "2"][: (length >= first) + (length >= second)]


def test_a_cut_word_does_not_count():
    assert objects('{"id": 1, "answer": no') == []
    assert objects('{"all": [{"id": 1}], "more": tru') == [{"id": "1"}]


def test_quotation_marks_within_a_text_are_mended():
    text = '[{"id": 1, "evidence": "she says "yes, no", then "go"", "answer": "yes"}, {"id": 2, "answer": "no"}]'
    assert objects(text) == [{"id": "1", "evidence": 'she says "yes, no", then "go"', "answer": "yes"}, WHOLE[1]]
    assert not damaged(text)
    text = "[{'id': 1, 'evidence': 'it's the dog's bark', 'parents': ['a', \"b\"], 'more': true,}]"
    assert objects(text) == [{"id": "1", "evidence": "it's the dog's bark", "parents": ["a", "b"], "more": "true"}]


@pytest.mark.parametrize(
    "text",
    [
        '{"id": 1, "answer": "yes, "evidence": "x"}',
        '{"id: 1, "answer": "yes"}',
        '{"id": "1, "answer": "yes"}',
        '{"id": 1, "answer" "yes"}',
        '{"id": 1, "answer": "yes", "evidence": "a "b" c", "answer": "no"}',
        '{"id": 1, "answer": , "evidence": "x"}',
        '{"id": 1: "answer": "yes"}',
        '{"id": 1, "answer": "yes"]',
        '{1, "id": "1"}',
        '{"id": 1, "evidence": "he said "x", {"y": 2}"}',
        '{"id": 1, "evidence": "he said "x" ' + "y" * 4000 + '", "answer": "yes"}',
    ],
)
def test_an_object_that_broke_does_not_count_and_the_next_one_does(text):
    assert objects(f"[{text}, {json.dumps(WHOLE[1])}]") == WHOLE[1:]


def test_a_key_that_is_there_twice_says_nothing():
    assert objects('{"id": 1, "answer": "yes", "id": 2, "answer": "yes"}') == [{"id": None, "answer": None}]


def test_what_is_inside_an_object_that_counts_is_its_own():
    inside = '{"id": 2, "answer": "no"}'
    assert objects(f'{{"id": 1, "of": {inside}, "all": [{inside}]}}') == [
        {"id": "1", "of": WHOLE[1], "all": [WHOLE[1]]}
    ]
    for broken in (
        f'{{"id": 1, "answer" "yes", "of": {inside}}}',
        f'{{"id": 1, "answer" "yes", "of": [{inside}, {inside}]}}',
        f'{{"id": 1, "of": {inside}, "answer" "yes"}}',
        f'{{"id": 1, "evidence": "it says {inside} aloud"}}',
        f'{{"id": 1, "of": {inside}, "answ',
    ):
        assert objects(f"[{broken}") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SPELLINGS["plain"], False),
        (SPELLINGS["brackets in prose"], False),
        ('[{"id": 1, "answer": "yes"}, {"id": 2, "ans', True),
        ('[{"id": 1, "answer": "yes"},', True),
        ('[{"id": 1, "answer" "yes"}, {"id": 2, "answer": "no"}]', True),
        ("nothing [", False),
        ("", False),
    ],
)
def test_damage_is_told(text, expected):
    assert damaged(text) == expected


# Each is a megabyte of one trouble; in time that grows with its square any of them takes hours.
MEGABYTES = {
    "opening lists": "[",
    "opening objects": "{",
    "objects in objects": '{"a":',
    "lists in objects": '{"id":[',
    "quotes": '"',
    "openings and quotes": '["',
    "escaped quotes": '[a\\"',
    "escaped single quotes": "[ '\\'",
    "curly quotes": "[“",
    "broken objects": '{"a""',
    "objects without an end": '{"id" 1,"',
    "commas and spaces": "{,    ",
    "thoughts": "<think>",
    "comments": "[//\n",
    "slashes": "[/ /",
    "closings": "]}",
    "words": "a b ",
    "whole objects": '{"id": 1, "answer": "yes"},',
    "backslashes": '["\\',
    "colons": '{"a":"b":',
}


@pytest.mark.parametrize("piece", MEGABYTES.values(), ids=MEGABYTES)
def test_a_megabyte_is_read_in_one_pass(piece, heavy):
    for start in ("", '[{"id": 1, "answer": "yes"}, '):
        told = objects(start + piece * (heavy.size(2**20) // len(piece)))
        assert not start or told[0] == WHOLE[0]


def test_depth_is_bounded_and_what_comes_after_is_read():
    deep = "[" * 60 + '{"id": 1}' + "]" * 60
    assert objects(deep) == [{"id": "1"}]
    assert objects("[" * 100_000 + "]" * 100_000 + '{"id": 2}') == [{"id": "2"}]
