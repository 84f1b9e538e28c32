"""Judge x benchmark: resumed, sampled by groups, and measured again from records alone."""

import pytest

from earwitness.bench.runner import check_run_is_of, prepare, results, run_benchmark
from earwitness.bench.sets.ratings import Ratings
from earwitness.errors import RunError, UnknownNameError, UsageError
from earwitness.manifest import read_pairs
from earwitness.run import evaluate, open_run
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
