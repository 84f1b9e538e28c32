"""EarwitnessBench: who knows the truth has 1 everywhere, who reads or listens alone is at chance, and all by hand."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import pytest

from earwitness import AQAScore, FakeBackbone, RubricJudge, evaluate
from earwitness.bench import load_benchmark
from earwitness.bench.figures import figure
from earwitness.bench.judged import Judged, Judgements
from earwitness.bench.runner import results, run_benchmark
from earwitness.bench.sets.anyaudio import AnyAudio
from earwitness.bench.sets.earwitness import ALL, EarwitnessBench
from earwitness.errors import UsageError
from earwitness.rubrics.saved import SavedRubrics, write_rubrics
from earwitness.types import Item, Pair, Score, Verdict
from small_quartets import Tones, write_set
from told_judge import ToldJudge

AXES = {"alignment": (0.0, 1.0)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Nine quartets of each subset in both languages: two domains, of one of which there are two subsets."""
    domains = Tones("sound"), Tones("sound_gen"), Tones("music_gen", "instrument")
    return write_set(tmp_path_factory.mktemp("set"), *domains)


@pytest.fixture(scope="module")
def expected(folder):
    """The pairs of the set before they are judged."""
    benchmark = EarwitnessBench()
    return [Judged.expected(pair) for pair in benchmark.read(folder, benchmark.chosen([])).pairs]


def hashed(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32


def told(pairs: Iterable[Judged], tell: Callable[[Judged], float]) -> Judgements:
    """What a judge said that scores by a function."""
    return Judgements(tuple(replace(pair, values={"alignment": tell(pair)}) for pair in pairs), AXES)


def figures(said: Judgements, benchmark: EarwitnessBench | None = None):
    return [figure(m) for m in (benchmark or EarwitnessBench()).measurements(said)]


def by_key(found):
    return {(m.part, m.subset, m.of, m.measure): m for m in found}


def test_who_knows_the_truth_is_always_right(expected):
    found = figures(told(expected, lambda pair: 0.9 if pair.meta["label"] == "yes" else 0.2))
    assert {one.value for one in found} == {1.0}
    assert all(one.n == one.n_total for one in found)


@pytest.mark.parametrize("blind", [lambda pair: pair.caption, lambda pair: pair.meta["clip"]], ids=["reads", "listens"])
def test_who_has_the_caption_or_the_clip_alone_is_at_chance_exactly(expected, blind):
    found = figures(told(expected, lambda pair: hashed(blind(pair))))
    assert {one.of for one in found} == {"label", "choice", "label at 0.5", "label at fitted threshold"}
    assert {one.value for one in found} == {0.5}


def test_what_is_measured_of_all_domains_and_of_each(expected):
    found = by_key(EarwitnessBench().measurements(told(expected, lambda pair: 0.5)))
    assert len(found) == len(list(EarwitnessBench().measurements(told(expected, lambda pair: 0.5))))
    of_auc = {part: [key[1] for key in found if key[0] == part and key[3] == "AUC"] for part in (ALL, "sound", "music")}
    assert of_auc == {
        ALL: ["all", "en", "zh", "neg_change", "neg_change: count", "neg_swap"],
        "sound": ["all", "en", "zh", "sound", "sound_gen", "neg_change", "neg_change: count", "neg_change: event",
                  "neg_swap"],
        "music": ["all", "en", "zh", "neg_change", "neg_change: count", "neg_change: instrument", "neg_swap"],
    }  # fmt: skip
    called = [key[1] for key in found if key[0] == "sound" and key[2] == "label at 0.5"]
    assert called == ["all", "en", "zh", "sound", "sound_gen"]
    # Nine quartets of each of three subsets, four samples in each of two languages; of nine three are swaps, two change
    # both facts, and two each one of the two.
    assert found[ALL, "all", "label", "AUC"].n_total == 3 * 9 * 4 * 2
    assert found["sound", "neg_swap", "label", "AUC"].n_total == 2 * 3 * 4 * 2
    assert found["music", "neg_change: count", "label", "AUC"].n_total == 2 * 4 * 2
    assert found["music", "all", "choice", "accuracy"].n_total == 9 * 2 * 2


def test_intervals_draw_whole_quartets_with_both_languages(expected):
    found = by_key(figures(told(expected, lambda pair: hashed(pair.id))))
    assert found["music", "all", "label", "AUC"].n_independent == 9
    assert found["music", "zh", "label", "AUC"].n_independent == 9
    assert found[ALL, "all", "choice", "accuracy"].n_independent == 27
    assert found["sound", "all", "label at 0.5", "accuracy"].n_independent == 18


def test_both_languages_of_a_quartet_fall_on_one_side_of_the_fitting(expected):
    measured = by_key(EarwitnessBench().measurements(told(expected, lambda pair: hashed(pair.id))))
    left = measured[ALL, "all", "label at fitted threshold", "accuracy"]
    assert len(left.ids) % 8 == 0
    assert set(left.clusters) < {pair.meta["quartet"] for pair in expected}
    for language in ("en", "zh"):
        of_one = measured[ALL, language, "label at fitted threshold", "accuracy"]
        assert set(of_one.clusters) == set(left.clusters)


def sample(name, label, score, *, quartet="q", clip="a", language="en", items=(), **meta):
    """One pair by hand; of an item its question, whether yes is right, whether it is changed, and P(yes)."""
    cells = {"part": "sound", "subset": "sound", "label": label, "quartet": quartet, "clip": clip,
             "negative": "neg_change", "edits": ["count"]}  # fmt: skip
    truths = [
        {"question": question, "kind": "count", "fact": "count", "answer": answer, "edited": edited}
        for question, answer, edited, _ in items
    ]
    values = {} if score is None else {"alignment": score}
    answers = {question: p_yes for question, _, _, p_yes in items if p_yes is not None}
    return Judged(name, name, "c", values, language=language, meta={**cells, "items": truths, **meta}, answers=answers)


def test_figures_of_pairs_by_hand():
    said = Judgements(
        (
            sample("aa", "yes", 0.9),  # over ab: chosen rightly
            sample("ab", "no", 0.6),
            sample("bb", "yes", 0.3, clip="b"),  # under ba: chosen wrongly
            sample("ba", "no", 0.4, clip="b"),
            sample("cc", "yes", 0.5, clip="c", quartet="r"),
            sample("cd", "no", None, clip="c", quartet="r"),  # no choice
        ),
        AXES,
    )
    found = by_key(figures(said, EarwitnessBench(threshold=0.5)))
    # Of the 3 x 2 pairs of yes and no .9 beats both, .5 beats .4: 3 of 6.
    assert found["sound", "all", "label", "AUC"].value == 0.5
    choice = found["sound", "all", "choice", "accuracy"]
    assert (choice.value, choice.n, choice.n_total) == (0.5, 2, 3)
    # At .5: aa right, ab wrong, bb wrong, ba right, cc right.
    called = found["sound", "all", "label at 0.5", "accuracy"]
    assert (called.value, called.n, called.n_total, called.n_independent) == (0.6, 5, 6, 2)


def test_figures_of_items_by_hand():
    said = Judgements(
        (
            sample("aa", "yes", 0.9, items=[("Twice?", True, True, 0.7), ("A bell?", True, False, 0.2)]),
            sample("ba", "no", 0.6, items=[("Twice?", False, True, 0.8), ("A bell?", True, False, 0.9)], clip="b"),
            sample("bb", "yes", 0.6, items=[("Once?", True, True, 0.9), ("A bell?", True, False, None)], clip="b"),
        ),
        AXES,
    )
    found = by_key(figures(said, EarwitnessBench(threshold=0.5)))
    # Yes is right at .7 and .9, no at .8: one of two pairs is in order. At .5 two of three are right.
    assert found["sound", "all", "changed item", "AUC"].value == 0.5
    assert found["sound", "count", "changed item at 0.5", "accuracy"].value == pytest.approx(2 / 3)
    # Yes is right and said of Twice, A bell of the second clip, Once; not of A bell of the first; one has no answer.
    yes = found["sound", "yes is right", "any item at 0.5", "accuracy"]
    assert (yes.value, yes.n, yes.n_total, yes.unit) == (0.75, 4, 5, "items")
    no = found["sound", "no is right", "any item at 0.5", "accuracy"]
    assert (no.value, no.n, no.n_total, no.n_independent) == (0.0, 1, 1, 1)


class Answering(ToldJudge):
    """A judge that answers each item by a function of the pair and the item's truth; its score is their least."""

    def __init__(self, answer: Callable[[Pair, Mapping[str, object]], float]) -> None:
        super().__init__(lambda pair: min(answer(pair, told) for told in pair.meta["items"]))
        self._answer = answer

    def score_all(self, pairs: Iterable[Pair]) -> Iterator[Score]:
        for pair in pairs:
            answers = [(told, self._answer(pair, told)) for told in pair.meta["items"]]
            verdicts = tuple(
                Verdict(Item(f"q{number}", told["question"], told["kind"]), p_yes, 0.9)
                for number, (told, p_yes) in enumerate(answers)
            )
            value = {"alignment": min(p_yes for _, p_yes in answers)}
            yield Score(pair.id, value, self.recipe.id, verdicts, audio_sha256=pair.meta["clip"])


def test_who_answers_every_item_rightly_is_right_of_items_and_pairs(folder, tmp_path):
    judge = Answering(lambda pair, told: 0.9 if told["answer"] else 0.1)
    found = run_benchmark("earwitness", folder, judge, tmp_path / "run")
    assert {one.value for one in found.figures} == {1.0}
    assert all(one.n == one.n_total > 0 for one in found.figures)
    assert found.notes == ("speech: no samples of it here, left out", "mix: no samples of it here, left out")
    of_changed = [one.subset for one in found.figures if one.part == ALL and one.of == "changed item"]
    # Of what there is two facts are of the kind event, and one is of the kind count.
    assert of_changed == ["all", "en", "zh", "count", "event", "event: event", "event: instrument"]
    again = results(found.run)
    assert again.figures == found.figures


def gold(folder, path):
    benchmark = EarwitnessBench()
    write_rubrics(path, benchmark.gold_rubrics(folder, benchmark.chosen(["sound"])).items())
    return SavedRubrics(path)


def test_who_reads_questions_alone_is_at_chance_on_changed_items(folder, tmp_path):
    backbone = FakeBackbone(lambda clip, question: hashed(question))
    judge = RubricJudge(backbone, decomposer=gold(folder, tmp_path / "gold.jsonl"))
    found = run_benchmark("earwitness", folder, judge, tmp_path / "run", parts=["sound"])
    assert {one.part for one in found.figures} == {"sound"}
    assert {one.value for one in found.figures if "any item" not in one.of} == {0.5}
    assert {one.of for one in found.figures} >= {"changed item", "changed item at 0.5", "any item at 0.5"}


def test_gold_rubrics_are_the_sets_own_in_both_languages(folder, tmp_path):
    saved = gold(folder, tmp_path / "gold.jsonl").rubrics
    assert {rubric.language for rubric in saved.values()} == {"en", "zh"}
    # Nine tones and counts are all that is ever said, in each language.
    assert 2 <= len(saved) <= 2 * 9
    for caption, rubric in saved.items():
        assert [item.kind for item in rubric.items] == ["event", "count"]
        assert [caption[slice(*item.span)] in caption for item in rubric.items] == [True, True]
        assert (rubric.source, rubric.flags) == ("construction", ())
    both = EarwitnessBench().gold_rubrics(folder, EarwitnessBench().chosen([]))
    # Music calls a tone an instrument, in the same words.
    assert {flag for rubric in both.values() for flag in rubric.flags} == {"rubrics_differ"}


def test_questions_of_the_judges_own_make_a_note_and_no_figures(folder, tmp_path):
    judge = RubricJudge(FakeBackbone(lambda clip, question: 0.5))
    found = run_benchmark("earwitness", folder, judge, tmp_path / "run", parts=["music"])
    assert {one.of for one in found.figures} == {"label", "choice", "label at 0.5", "label at fitted threshold"}
    (note,) = found.notes
    assert note.startswith("none of the judge's questions is the set's own, so there are no figures of items; ")


def test_a_judge_that_asks_of_the_whole_caption_needs_no_note(folder, tmp_path):
    judge = AQAScore(FakeBackbone(lambda clip, question: 0.5))
    assert run_benchmark("earwitness", folder, judge, tmp_path / "run", parts=["music"]).notes == ()


def test_a_sample_is_of_whole_quartets(folder, tmp_path):
    judge = ToldJudge(lambda pair: None)
    found = run_benchmark("earwitness", folder, judge, tmp_path / "run", limit=10)
    assert found.run.n_total == 12
    assert "a sample of 12 of 216 pairs, seed 0" in found.notes
    records = [record.pair for record in found.run.records()]
    assert len({record["group"] for record in records}) == 3
    assert {(one.n, one.value) for one in found.figures} == {(0, None)}


def test_its_options_and_what_it_does_not_measure(expected):
    assert load_benchmark("earwitness", threshold=0.7).options == {"threshold": 0.7}
    assert [part.name for part in EarwitnessBench().chosen(["mix", "speech"])] == ["speech", "mix"]
    with pytest.raises(UsageError, match="threshold is 7; wanted a score of 0 to 1"):
        EarwitnessBench(threshold=7)
    assert list(EarwitnessBench().measurements(Judgements(tuple(expected), {"pq": (1.0, 10.0)}))) == []


def test_the_anyaudio_benchmark_reads_the_set_as_it_is(folder, tmp_path):
    benchmark = AnyAudio(threshold=0.5)
    contents = benchmark.read(folder, benchmark.chosen([]))
    assert (contents.counts, contents.notes) == ({"en": 108, "zh": 108}, ())
    judge = ToldJudge(lambda pair: 0.9 if pair.meta["label"] == "yes" else 0.1)
    run = evaluate(judge, contents.pairs, tmp_path / "run", progress=False)
    found = by_key(figure(m) for m in benchmark.measurements(Judgements.of(run)))
    assert {one.value for one in found.values()} == {1.0}
    assert {key[1] for key in found if key[0] == "zh"} == {
        "all", "sound", "sound_gen", "music_gen", "pos", "neg_change", "neg_swap",
    }  # fmt: skip
    rubrics = benchmark.gold_rubrics(folder, benchmark.chosen(["zh"]))
    assert {item.kind for rubric in rubrics.values() for item in rubric.items} <= {"event", "count", "style"}
