"""A benchmark's own rubrics: one a caption."""

from earwitness.bench.gold import WithRubrics, one_each
from earwitness.bench.sets.anyaudio import AnyAudio
from earwitness.bench.sets.earwitness import EarwitnessBench
from earwitness.bench.sets.scenes import Scenes
from earwitness.types import Item, Rubric


def rubric(question, *flags):
    return Rubric((Item("q1", question, "event"),), "en", "benchmark", flags)


def test_of_several_rubrics_of_a_caption_the_first_is_kept_and_flagged():
    told = [("a", rubric("A?")), ("b", rubric("B?", "x")), ("a", rubric("A?", "y")), ("b", rubric("C?"))]
    assert one_each(told) == {"a": rubric("A?"), "b": rubric("B?", "rubrics_differ", "x")}


def test_benchmarks_with_rubrics_are_told_from_those_without():
    assert [isinstance(one, WithRubrics) for one in (AnyAudio(), EarwitnessBench(), Scenes())] == [True, True, False]
