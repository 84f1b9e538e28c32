"""Trees of rubrics and verdicts: nesting, colours, and texts that must not move a cursor."""

import pytest

from earwitness.cli.terminal import in_colour
from earwitness.report.trees import write_rubric, write_verdicts
from earwitness.types import Item, Rubric, Score, Verdict

EVENT = Item("e1", "Can you hear a dog?", "event", "sound", (2, 5))
OTHER = Item("e2", "Can you hear rain?", "event", "sound")
LOUD = Item("a1", "Is it loud?", "attribute", "loudness", parents=("e1",))
ORDER = Item("r1", "In this order?", "relation", "order", parents=("e1", "e2"))
GREY, GREEN, RED = "\x1b[90m", "\x1b[32m", "\x1b[31m"


def verdicts(*told, **fields):
    return Score("a", {"alignment": 0.5}, "r", told, **fields)


def lines(text, words):
    return [line for line in text.splitlines() if words in line]


def test_children_stand_under_their_parent_and_relations_beside_both():
    text = write_rubric("A dog.", Rubric((EVENT, LOUD, OTHER, ORDER), "en", "rules 1", ("rubric_by_rules",)))
    indents = {item: lines(text, item)[0].index(item) for item in ("e1", "a1", "e2", "r1")}
    assert indents["a1"] > indents["e1"] == indents["e2"] == indents["r1"]
    assert text.splitlines()[-1] == "4 items, rules 1, rubric_by_rules"


def test_bars_are_as_long_as_their_probability():
    text = write_verdicts("A dog.", verdicts(Verdict(EVENT, 0.34, 1.0), Verdict(LOUD, 1.0, 1.0)), [])
    assert [line.count("█") for line in text.splitlines()] == [0, 3, 10, 0]


def test_blocked_is_grey_failed_red_and_met_green():
    told = (Verdict(EVENT, 0.2, 1.0), Verdict(LOUD, 0.9, 1.0, "blocked"), Verdict(OTHER, 0.6, 1.0))
    text = write_verdicts("A dog.", verdicts(*told), [], colour=True)
    assert RED in lines(text, "e1")[0]
    assert GREY in lines(text, "a1")[0]
    assert GREEN not in lines(text, "a1")[0]
    assert GREEN in lines(text, "e2")[0]
    assert RED in lines(write_verdicts("A dog.", verdicts(*told), [], threshold=0.8, colour=True), "e2")[0]


def test_without_colour_there_is_none():
    assert "\x1b" not in write_verdicts("A dog.", verdicts(Verdict(EVENT, 0.2, 1.0)), [])


def test_what_has_no_answer_has_no_bar_and_a_rating_is_not_red():
    text = write_verdicts("A dog.", verdicts(Verdict(EVENT, None, None, "unparsed", "Well...")), [], colour=True)
    assert RED in lines(text, "e1")[0]
    assert "[unparsed]" in text
    assert "(Well...)" in text
    assert RED not in write_verdicts("A dog.", verdicts(Verdict(EVENT, None, None, "ok", "7")), [], colour=True)


def test_doubts_and_coverage_are_told():
    text = write_verdicts("A dog.", verdicts(Verdict(EVENT, 0.2, 1.0), flags=("silent",), coverage=0.25), ["note"])
    assert text.splitlines()[-3:] == ["alignment 0.500", "silent, heard 25%", "note"]


def test_hostile_texts_cannot_move_the_cursor():
    hostile = Item("e1", "\x1b[2Jhear?\r\n", "event")
    text = write_verdicts("[bold]\x1b[H", verdicts(Verdict(hostile, 0.2, 1.0, "ok", "\x07\u202e")), ["\x1b]0;x"])
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.splitlines()[0].startswith("[bold]")


@pytest.mark.parametrize(("tty", "no_color", "expected"), [(True, "", True), (True, "1", False), (False, "", False)])
def test_colour_is_for_terminals_unless_refused(monkeypatch, tty, no_color, expected):
    monkeypatch.setattr("sys.stdout.isatty", lambda: tty)
    monkeypatch.setenv("NO_COLOR", no_color)
    assert in_colour() is expected
