"""Judge x benchmark: resumed, sampled by groups, and measured again from records alone."""

import pytest

from earwitness.bench.base import About, Benchmark, Check, Contents, Part
from earwitness.bench.measurements import labelled
from earwitness.bench.runner import check_measurable, check_run_is_of, prepare, results, run_benchmark
from earwitness.bench.sets.ratings import Ratings
from earwitness.errors import RunError, UnknownNameError, UsageError
from earwitness.manifest import read_pairs
from earwitness.run import evaluate, open_run
from earwitness.types import Pair
from told_judge import ToldJudge


@pytest.fixture
def manifest(tmp_path):
    rows = [
        f"{caption}{take}.wav,{caption},{rating}\n" for caption in "abcdefgh" for take, rating in ((1, 2.0), (2, 4.0))
    ]
    (tmp_path / "rated.csv").write_text("file,caption,rating_match\n" + "".join(rows))
    return tmp_path / "rated.csv"


def by_take(pair):
    return 0.9 if pair.audio.stem.endswith("2") else 0.1


def test_what_is_scored_is_not_scored_again(manifest, tmp_path):
    asked = []

    def tell(pair):
        asked.append(pair.id)
        return None if len(asked) == 3 else by_take(pair)

    first = run_benchmark("ratings", manifest, ToldJudge(tell), tmp_path / "run")
    assert (first.run.n_scored, first.run.n_total, len(asked)) == (15, 16, 16)
    again = run_benchmark("ratings", manifest, ToldJudge(tell), tmp_path / "run")
    assert (again.run.n_scored, len(asked)) == (16, 17)


def test_the_records_alone_give_the_same_figures(manifest, tmp_path):
    found = run_benchmark(Ratings(scale="1-5"), manifest, ToldJudge(by_take), tmp_path / "run")
    manifest.unlink()
    assert results(open_run(tmp_path / "run")).figures == found.figures
    assert {figure.measure for figure in found.figures} >= {"MSE"}  # the run remembers the scale


def test_a_sample_keeps_groups_whole_and_says_so(manifest, tmp_path):
    prepared = prepare(Ratings(), manifest, limit=5, seed=1)
    captions = [pair.caption for pair in prepared.pairs]
    assert len(captions) == len(prepared.pairs) == 6
    assert all(captions.count(caption) == 2 for caption in captions)
    assert [pair.id for pair in prepared.pairs] == [
        pair.id for pair in prepare(Ratings(), manifest, limit=5, seed=1).pairs
    ]
    found = run_benchmark("ratings", manifest, ToldJudge(by_take), tmp_path / "run", limit=5, seed=1)
    assert found.notes == ("a sample of 6 of 16 pairs, seed 1",)
    assert {tuple(pair.caption for pair in prepare(Ratings(), manifest, limit=5, seed=s).pairs) for s in range(5)} != {
        tuple(captions)
    }


def test_a_directory_of_another_run_is_refused(manifest, tmp_path):
    evaluate(ToldJudge(by_take), read_pairs(manifest), tmp_path / "plain")
    with pytest.raises(RunError, match="holds a run of no benchmark; 'ratings' was asked for"):
        run_benchmark("ratings", manifest, ToldJudge(by_take), tmp_path / "plain")
    run_benchmark("ratings", manifest, ToldJudge(by_take), tmp_path / "rated")
    with pytest.raises(RunError, match="holds a run of benchmark 'ratings'; 'relate' was asked for"):
        check_run_is_of(tmp_path / "rated", "relate")


def test_a_plain_run_over_rated_pairs_is_measured_as_ratings(manifest, tmp_path):
    run = evaluate(ToldJudge(by_take), read_pairs(manifest), tmp_path / "plain")
    figures = {(figure.of, figure.measure): figure.value for figure in results(run).figures}
    assert figures["match", "LCC"] == pytest.approx(1)


def test_a_run_without_any_truth_cannot_be_measured(tmp_path):
    (tmp_path / "plain.csv").write_text("file,caption\na.wav,x\n")
    run = evaluate(ToldJudge(by_take), read_pairs(tmp_path / "plain.csv"), tmp_path / "run")
    with pytest.raises(UsageError, match="none of its pairs was rated: there is no truth to measure by"):
        results(run)


def test_names_that_are_none_are_told(manifest, tmp_path):
    with pytest.raises(UnknownNameError, match=r"no benchmark 'ratngs'\. Did you mean 'ratings'"):
        run_benchmark("ratngs", manifest, ToldJudge(by_take), tmp_path / "run")
    with pytest.raises(UsageError, match="ratings has no part 'all'; wanted rated"):
        run_benchmark("ratings", manifest, ToldJudge(by_take), tmp_path / "run", parts=["all"])


class Halves(Benchmark):
    """A benchmark that is in no table: is a clip in the upper half?"""

    name = "halves"
    about = About("upper halves", "8 clips", "none", "nowhere")
    parts = (Part("first", "the first"), Part("second", "the second"))

    def read(self, data, parts):
        pairs = [
            Pair(f"{n}.wav", f"sound {n}", id=f"{part.name}-{n}", meta={"part": part.name, "upper": n > 3})
            for part in parts
            for n in range(8)
        ]
        return Contents(pairs, {part.name: 8 for part in parts})

    def measurements(self, said):
        for part in said.parts:
            yield from labelled(said.of_part(part), part, lambda judged: judged.meta["upper"])


def test_a_benchmark_of_ones_own_needs_no_table(tmp_path):
    judge = ToldJudge(lambda pair: int(pair.audio.removesuffix(".wav")) / 10)
    found = run_benchmark(Halves(), tmp_path, judge, tmp_path / "run")
    assert [(figure.part, figure.value) for figure in found.figures] == [("first", 1.0), ("second", 1.0)]
    again = results(open_run(tmp_path / "run"), benchmark=Halves())
    assert again.figures == found.figures


def test_parts_come_in_the_benchmarks_order_and_once():
    chosen = Halves().chosen(["second", "first", "second"])
    assert [part.name for part in chosen] == ["first", "second"]


def test_a_part_of_which_nothing_is_there_is_not_complete():
    first, second = Halves.parts
    assert Check(((first, 3), (second, 8))).complete
    assert not Check(((first, 0), (second, 8))).complete
    assert not Check(((Part("a", "a", size=9), 8),)).complete


def test_what_cannot_be_measured_is_told_before_anything_is_judged(manifest, tmp_path):
    asked = []
    judge = ToldJudge(lambda pair: asked.append(pair) or 0.5, {"loudness": (0.0, 1.0)})
    with pytest.raises(UsageError, match="the judge gives loudness, which ratings does not measure"):
        run_benchmark("ratings", manifest, judge, tmp_path / "run")
    assert not asked
    pairs = Ratings().read(manifest, Ratings.parts).pairs
    with pytest.raises(UsageError, match=r"no pair has a rating of 'mtch'; wanted one of match \(--axis"):
        check_measurable(Ratings(), pairs, judge.axes, {"mtch": "loudness"})
    with pytest.raises(UsageError, match="the judge has no axis 'quality'; it has loudness"):
        check_measurable(Ratings(), pairs, judge.axes, {"match": "quality"})
    check_measurable(Ratings(), pairs, judge.axes, {"match": "loudness"})


def test_an_unfinished_run_says_that_its_figures_leave_pairs_out(manifest, tmp_path):
    def dies(pair):
        if by_take(pair) == 0.1 and pair.caption == "c":
            raise KeyboardInterrupt
        return by_take(pair)

    with pytest.raises(KeyboardInterrupt):
        run_benchmark("ratings", manifest, ToldJudge(dies), tmp_path / "run")
    found = results(open_run(tmp_path / "run"))
    # Of 16 pairs a1 a2 b1 b2 are scored and c1 waits: 11 have no record.
    assert found.notes[0] == "11 of 16 pairs were not reached: figures count the others alone"


def test_a_sample_of_nothing_is_refused(manifest):
    with pytest.raises(UsageError, match="limit is 0; wanted at least 1 pair"):
        prepare(Ratings(), manifest, limit=0)


def test_what_takes_captions_apart_is_no_benchmark_of_judges(tmp_path):
    with pytest.raises(UsageError, match="'tta-bench' measures what takes captions apart, not judges"):
        run_benchmark("tta-bench", tmp_path, ToldJudge(by_take), tmp_path / "run")
