"""Which clips are natural recordings, and which generators made the others."""

from earwitness.bench.judged import Judged, Judgements
from earwitness.bench.sets.natural import natural_notes, origins
from earwitness.types import Pair


def judged(number: int, system: str, natural: bool) -> Judged:
    return Judged(f"{system} {number}", str(number), "rain", {}, system, meta={"natural": natural})


def test_each_generator_of_five_pairs_is_a_subset_and_natural_clips_are_one():
    clips = [judged(n, "real", True) for n in range(6)]
    clips += [judged(n, system, False) for system, count in (("b", 5), ("a", 7), ("c", 4)) for n in range(count)]
    found = {name: [one.id for one in some] for name, some in origins(Judgements(tuple(clips), {}))}
    assert {name: len(ids) for name, ids in found.items()} == {"generated": 16, "natural": 6, "a": 7, "b": 5}
    assert found["natural"] == [f"real {n}" for n in range(6)]


def test_no_subset_is_empty():
    assert [name for name, _ in origins(Judgements((judged(1, "a", False),), {}))] == ["generated"]


def test_notes_tell_how_many_pairs_of_each_part_are_natural():
    pairs = [Pair(f"{n}.wav", "", meta={"part": "ab"[n > 2], "natural": n == 0}) for n in range(4)]
    assert natural_notes(pairs) == (
        "a: 1 of 3 pairs are natural recordings; they are in 'all' and not in 'generated'.",
        "b: 0 of 1 pairs are natural recordings; they are in 'all' and not in 'generated'.",
    )
