import pytest

from earwitness.rubrics.rules.clauses import clauses_of
from earwitness.rubrics.rules.timeline import Timeline
from earwitness.rubrics.rules.tokens import tokens_of


def relations(text):
    """Clauses named by their first words, every clause with words naming a sound."""
    timeline = Timeline()
    for clause in clauses_of(tokens_of(text)):
        timeline.read(clause, text[clause.tokens[0].start : clause.tokens[-1].end] if clause.tokens else None)
    timeline.end_sentence()
    return [(r.how, r.cue.text, r.first, r.second) for r in timeline.relations]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rain, then wind", [("order", "then", "rain", "wind")]),
        ("rain after wind", [("order", "after", "wind", "rain")]),
        ("after rain, wind", [("order", "after", "rain", "wind")]),
        ("before rain, wind", [("order", "before", "wind", "rain")]),
        ("rain before wind", [("order", "before", "rain", "wind")]),
        ("rain while wind", [("overlap", "while", "rain", "wind")]),
        ("while rain, wind", [("overlap", "while", "rain", "wind")]),
        ("rain and wind", []),
        ("rain and wind at the same time.", [("overlap", "at the same time", "rain", "wind")]),
        ("rain, then wind, then bells", [("order", "then", "rain", "wind"), ("order", "then", "wind", "bells")]),
        ("rain. Then wind", [("order", "then", "rain", "wind")]),
        ("first rain, finally wind", [("order", "finally", "rain", "wind")]),
        ("雨声，同时雷声", [("overlap", "同时", "雨声", "雷声")]),
        ("雨声和雷声同时响起，没有音乐", [("overlap", "同时响起", "雨声", "雷声")]),
        ("雷声之前是雨声", [("order", "之前", "是雨声", "雷声")]),
        ("一边下雨一边打雷", [("overlap", "一边", "下雨", "打雷")]),
    ],
)
def test_neighbours_are_related_by_their_cue(text, found):
    assert relations(text) == found


def test_what_is_forgotten_has_no_relations():
    timeline = Timeline()
    for clause in clauses_of(tokens_of("rain, then wind")):
        timeline.read(clause, clause.tokens[0].text)
    timeline.forget()
    assert timeline.relations == []
