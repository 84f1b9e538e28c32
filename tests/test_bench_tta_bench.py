"""TTA-Bench: recall, precision, F1, count and relation of decomposed prompts, worked by hand."""

import json

import pytest

from earwitness.bench.figures import figure
from earwitness.bench.sets.tta_bench import TTABench, take_apart
from earwitness.bench.sets.tta_prompts import Prompt
from earwitness.errors import CaptionError
from earwitness.rubrics.rules import RuleDecomposer
from earwitness.rubrics.saved import read_rubrics, write_rubrics
from earwitness.types import Item, Rubric

TEXT = "A dog barks, a horn honks and rain falls."


def event(words, number, text=TEXT):
    start = text.find(words)
    return Item(f"e{number}", f"Can you hear {words}?", "event", span=(start, start + len(words)))


def relation(how, number=1):
    return Item(f"r{number}", "?", "relation", how)


def rubric(*items):
    return Rubric(items or (Item("caption", "?", "caption"),), "en", "test")


def measured(prompts, rubrics):
    return {(m.subset, m.of): m for m in TTABench().measurements(prompts, rubrics)}


def one(events=("dog barking", "horn honking", "rain"), count=3, how="None"):
    return Prompt("p1", TEXT, events, count, how)


def test_recall_precision_and_f1_by_hand():
    # Found: a dog barks, rain falls, and "falls" once more, which is nothing; the horn is missed.
    made = rubric(event("A dog barks", 1), event("rain falls", 2), Item("e3", "Can you hear applause?", "event"))
    found = measured([one()], {TEXT: made})
    assert found["all", "event recall"].scores.tolist() == [1, 0, 1]
    assert found["all", "event precision"].scores.tolist() == [1, 1, 0]
    # 2 hits of 3 events and 3 items: 4 / 6.
    assert figure(found["all", "event"]).value == pytest.approx(2 / 3)
    assert found["all", "event"].scores.tolist() == [1, 0, 1, 1]
    assert found["all", "event"].truths.tolist() == [1, 1, 1, 0]
    assert set(found["all", "event"].clusters) == {"p1"}
    assert found["all", "event recall"].clusters == ("p1", "p1", "p1")


@pytest.mark.parametrize(("count", "right"), [(2, 1.0), (3, 0.0)])
def test_the_count_is_of_events_alone(count, right):
    attribute = Item("a1", "Is it loud?", "attribute", parents=("e1",))
    made = rubric(event("A dog barks", 1), attribute, event("rain falls", 2), relation("order"))
    found = measured([one(count=count)], {TEXT: made})
    assert found["all", "event count"].scores.tolist() == [right]


@pytest.mark.parametrize(
    ("how", "relations", "right"),
    [
        ("None", [], 1),
        ("None", ["order"], 0),
        ("sequence", ["order", "order"], 1),
        ("sequence", ["顺序"], 1),
        ("sequence", [], 0),
        ("sequence", ["order", "overlap"], 0),
        ("parallelism", ["overlap"], 1),
        ("parallelism", ["order"], 0),
        ("complex", ["order", "overlap"], 1),
        ("complex", ["overlap"], 0),
        ("complex", ["causality"], 0),
    ],
)
def test_relations_agree_by_kind(how, relations, right):
    made = rubric(event("A dog barks", 1), *(relation(name, number) for number, name in enumerate(relations, start=1)))
    found = measured([one(how=how)], {TEXT: made})
    assert found["all", "relation"].scores.tolist() == [right]
    assert found[how, "relation"].scores.tolist() == [right]


def test_a_relation_that_is_not_told_is_not_measured():
    found = measured([one(how=None)], {TEXT: rubric(event("A dog barks", 1))})
    assert set(found) == {("all", of) for of in ("event recall", "event precision", "event", "event count")}


def test_a_prompt_without_a_rubric_is_counted_and_not_measured():
    other = Prompt("p2", "Wind blows.", ("wind",), 1, "None")
    found = measured([one(), other], {TEXT: rubric(event("A dog barks", 1))})
    assert [found["all", of].n_total for of in ("event recall", "event", "event count", "relation")] == [4, 4, 2, 2]
    assert [len(found["all", of].ids) for of in ("event recall", "event", "event count", "relation")] == [3, 3, 1, 1]


def test_a_caption_that_does_not_come_apart_has_no_events():
    found = measured([one()], {TEXT: rubric()})
    assert found["all", "event recall"].scores.tolist() == [0, 0, 0]
    assert found["all", "event precision"].ids == ()
    assert found["all", "event count"].scores.tolist() == [0]
    assert figure(found["all", "event"]).value == 0


class Failing:
    """Takes apart what has no horn in it, a few at a time."""

    name = "failing"

    def __init__(self):
        self.identity = {"name": self.name}
        self.given = []

    def decompose(self, captions):
        self.given.append(len(captions))
        failure = CaptionError("no", code="no")
        return [failure if "horn" in c.text else rubric(event(c.text, 1, c.text)) for c in captions]


def test_prompts_are_taken_apart_in_batches_once_each_and_failures_told():
    prompts = [Prompt(f"p{n}", f"Rain {n % 40}.", ("rain",), 1, "None") for n in range(50)] + [one()]
    decomposer = Failing()
    rubrics, failures = take_apart(prompts, decomposer)
    # 40 texts and one with a horn.
    assert decomposer.given == [32, 9]
    assert len(rubrics) == 40
    assert list(failures) == [TEXT]
    assert measured(prompts, rubrics)["all", "event count"].n_total == 51


def test_from_a_file_to_figures_through_saved_rubrics(tmp_path):
    entries = [
        ("A dog barks and then a door slams.", ["dog barking", "door slamming"], 2, "sequence"),
        ("Rain falls while a man speaks.", ["rain falling", "man speaking"], 2, "parallelism"),
        ("A car engine revs.", ["car engine revving"], 1, "None"),
        ("A bell rings, followed by applause, while birds chirp.", ["bell", "applause", "birds"], 3, "complex"),
    ]
    (tmp_path / "acc_prompt.json").write_text(
        json.dumps(
            [
                {"id": f"prompt_{n:04}", "prompt_text": text, "event_count": str(count), "event_list": events,
                 "event_relation": how}
                for n, (text, events, count, how) in enumerate(entries, start=1)
            ]
        )
    )  # fmt: skip
    bench = TTABench()
    prompts = bench.read(tmp_path)
    rubrics, failures = take_apart(prompts, RuleDecomposer())
    write_rubrics(tmp_path / "rubrics.jsonl", rubrics.items())
    found = measured(prompts, read_rubrics(tmp_path / "rubrics.jsonl"))
    assert failures == {}
    assert found["all", "event recall"].scores.tolist() == [1] * 8
    assert found["all", "event precision"].scores.tolist() == [1] * 8
    assert found["all", "event count"].scores.tolist() == [1] * 4
    assert found["all", "relation"].scores.tolist() == [1] * 4
    assert [subset for subset, of in found if of == "relation"] == ["all", "None", "sequence", "parallelism", "complex"]
