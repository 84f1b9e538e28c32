import pytest
from benchmarks.rubric_matching import Labelled, count_rows, items_of, kind_rows, overlap, pairing

from earwitness.types import Item


def item(name, kind, span, *parents, dimension=""):
    return Item(name, "", kind, dimension, span, parents)


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [((0, 10), (2, 4), 1.0), ((0, 4), (2, 6), 0.5), ((0, 4), (3, 7), 0.25), ((0, 2), (2, 4), 0.0)],
)
def test_overlap_is_a_share_of_the_shorter(first, second, share):
    assert overlap(first, second) == share


def test_pairs_are_one_to_one_and_as_many_as_can_be():
    # a could take x or y, b only x: both are paired only if a takes y.
    wanted = [item("a", "event", (0, 10)), item("b", "event", (0, 4))]
    found = [item("x", "event", (0, 5)), item("y", "event", (5, 10))]
    assert pairing(Labelled(wanted, found)) == {"a": "y", "b": "x"}


def test_kinds_are_not_mixed():
    case = Labelled([item("a", "event", (0, 4))], [item("x", "style", (0, 4))])
    assert pairing(case) == {}


@pytest.mark.parametrize(
    ("how", "parents", "matched"),
    [("order", ("x", "y"), True), ("order", ("y", "x"), False), ("overlap", ("y", "x"), True)],
)
def test_an_order_wants_its_parents_in_order(how, parents, matched):
    events = [item("a", "event", (0, 4)), item("b", "event", (10, 14))]
    seen = [item("x", "event", (0, 4)), item("y", "event", (10, 14))]
    wanted = [*events, item("r", "relation", (5, 9), "a", "b", dimension=how)]
    found = [*seen, item("q", "relation", (5, 9), *parents, dimension=how)]
    assert ("r" in pairing(Labelled(wanted, found))) is matched


def test_rows_count_by_hand():
    # Two events wanted, three found, two matched, one of the right dimension: precision 2/3, recall 1, F1 4/5.
    wanted = [item("a", "event", (0, 4), dimension="sound"), item("b", "event", (10, 14), dimension="voice")]
    found = [item(n, "event", (at, at + 4), dimension="sound") for n, at in (("x", 0), ("y", 10), ("z", 20))]
    (row,) = kind_rows([Labelled(wanted, found)], {"language": "English"})
    assert (row["precision"], row["recall"], row["F1"]) == ("0.667", "1.000", "0.800")
    assert (row["labelled"], row["found"], row["dimension right"], row["parent right"]) == (2, 3, 0.5, None)


def test_numbers_of_events():
    (row,) = count_rows({"rules": [(1, 1), (2, 3), (1, 4), (2, 2)]}, {})
    assert (row["exact"], row["within one"]) == ("0.500", "0.750")


def test_labels_give_spans_by_text_and_place():
    line = {"items": [{"id": 1, "kind": "event", "dimension": "sound", "span": "dog", "at": 2, "parents": []}]}
    assert items_of(line) == [Item("1", "", "event", "sound", (2, 5))]
