"""What a judge said, as read from a run's records."""

import pytest

from earwitness.bench.judged import Judged, Judgements
from earwitness.run.store import Record


def record(*verdicts):
    pair = {"id": "a", "caption": "c", "system": None, "group": None, "language": "en", "ratings": {}, "meta": {}}
    told = [
        {"item": {"question": question, "kind": kind}, "p_yes": p_yes, "status": status}
        for question, kind, p_yes, status in verdicts
    ]
    return Record(pair, {"audio_sha256": "0", "values": {"alignment": 0.5}, "verdicts": told})


def test_answers_are_those_that_can_be_trusted_as_the_score_counts_them():
    said = Judged.of(
        record(
            ("A dog?", "event", 0.3, "ok"),
            ("Is it loud?", "attribute", 0.8, "blocked"),
            ("Is it near?", "attribute", 0.9, "off_format"),
            ("Twice?", "count", None, "unparsed"),
            ("Rain?", "event", None, "error"),
        )
    )
    assert said.answers == {"A dog?": 0.3, "Is it loud?": 0.0}


@pytest.mark.parametrize("given", [record(("c?", "caption", 0.5, "ok")), record(), Record(record().pair, None)])
def test_a_judge_that_does_not_take_captions_apart_has_no_answers(given):
    assert Judged.of(given).answers == {}


def test_values_of_meta_part_the_judgements_in_order():
    judged = tuple(Judged(str(n), "0", "c", {}, meta={"subset": "ba"[n % 2]}) for n in range(3))
    found = Judgements(judged, {}).by("subset")
    assert {name: [one.id for one in said] for name, said in found.items()} == {"a": ["1"], "b": ["0", "2"]}
    assert list(found) == ["a", "b"]
