import pytest

from earwitness.rubrics.rules.clauses import MOST_TOKENS, clauses_of
from earwitness.rubrics.rules.tokens import tokens_of


def cut(text):
    return [" ".join(token.text for token in clause.tokens) for clause in clauses_of(tokens_of(text))]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("a dog barks and a cat meows", ["a dog barks", "a cat meows"]),
        ("a low, steady hum", ["a low , steady hum"]),
        ("a low and steady hum", ["a low and steady hum"]),
        ("speaks slowly, loud music", ["speaks slowly", "loud music"]),
        ("a dog barks while it rains", ["a dog barks", "it rains"]),
        ("狗叫，然后下雨", ["狗叫", "下雨"]),
        ("not too loud", ["not too loud"]),
        ("no loud music", ["loud music"]),
        ("mood: festive", ["mood : festive"]),
    ],
)
def test_where_captions_are_cut(text, clauses):
    assert [clause for clause in cut(text) if clause] == clauses


def test_links_are_kept_in_order():
    first, second = clauses_of(tokens_of("a dog barks, and then rain falls"))
    assert [link.text for link in second.links] == [",", "and then"]
    assert second.linked_by("order", "comma").text == "and then"
    assert second.linked_by("overlap") is None
    assert first.opens_sentence
    assert not second.opens_sentence


def test_separators_at_the_end_are_not_lost():
    *_, last = clauses_of(tokens_of("a bell and a horn at the same time."))
    assert [link.tag for link in last.links] == ["overlap", "stop"]
    assert last.tokens == ()


def test_no_clause_grows_without_end():
    clauses = clauses_of(tokens_of("zorg " * 1000))
    assert {len(clause.tokens) for clause in clauses} == {MOST_TOKENS}
