import pytest

from earwitness.rubrics.rules.context import in_context
from earwitness.rubrics.rules.remarks import Parts, Remark, core_of, verb_place
from earwitness.rubrics.rules.tokens import tokens_of


def words(text):
    return in_context(tokens_of(text))


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("a dog barks", "barks"),
        ("a zorg flumbles", "flumbles"),
        ("a zorg flumbling", "flumbling"),
        ("zorgs flumbles", None),  # behind a plural, English has no verb in s
        ("ice cubes rattle", "rattle"),  # the known verb, not the unknown word in s before it
        ("creaking stairs", None),
        ("glass", None),
        ("嘎嘣机", None),
    ],
)
def test_verbs_known_and_guessed(text, verb):
    read = words(text)
    place = verb_place(read)
    assert (read[place].text if place is not None else None) == verb


def test_who_has_no_subject():
    assert Parts(core=words("howls at night")[:1]).verb is None  # a plural noun, without a sound before it
    assert Parts(core=words("speaks")).starts_with_verb
    assert not Parts(core=words("a dog barks")).starts_with_verb
    assert not Parts(core=words("running water")).starts_with_verb


def test_the_core_has_its_late_verb_and_its_object():
    birds, sing = words("birds sing")
    assert core_of([[birds], [sing]]) == [birds, sing]
    opens, a, door = words("opens a door")
    assert core_of([[opens, a], [door]]) == [opens, a, door]
    assert core_of([[], [a]]) == []


def test_a_chinese_clause_is_one_event():
    someone, knocks, door = tokens_of("有人 敲 门")
    assert core_of([[someone], [knocks], [door]]) == [someone, knocks, door]


def test_a_remark_spans_its_words():
    very, loud = tokens_of("very loud")
    assert Remark("loudness", (very, loud)).span == (0, 9)
