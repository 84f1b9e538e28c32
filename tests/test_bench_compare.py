"""Two runs side by side: only on the same data, by paired tests, corrected for their number."""

import pytest

from earwitness.bench.compare import compare_runs
from earwitness.bench.runner import run_benchmark
from earwitness.bench.sets.ratings import Ratings
from earwitness.errors import RunError
from earwitness.manifest import read_pairs
from earwitness.run import evaluate
from told_judge import ToldJudge

COUNT = 40


def write(path, *, rating=lambda n: n / 10, caption=lambda n: f"sound {n % 20}"):
    rows = (f"{n}.wav,{caption(n)},{'ab'[n % 2]},{rating(n)}\n" for n in range(COUNT))
    path.write_text("file,caption,system,rating_match\n" + "".join(rows))
    return path


@pytest.fixture
def manifest(tmp_path):
    return write(tmp_path / "rated.csv")


def number(pair):
    return int(pair.audio.stem)


GOOD = ToldJudge(lambda pair: (number(pair) + (7 * number(pair)) % 5) / 60)
POOR = ToldJudge(lambda pair: ((number(pair) * 17) % COUNT) / 60, label="b")


def run(judge, manifest, folder, **options):
    return run_benchmark(Ratings(**options), manifest, judge, folder).run


def test_the_better_judge_is_better_by_every_measure(manifest, tmp_path):
    found = compare_runs(run(GOOD, manifest, tmp_path / "a"), run(POOR, manifest, tmp_path / "b"))
    rows = {row.key[2:4]: row for row in found.rows}
    assert {measure for _, measure in rows} == {"LCC", "SRCC", "KTAU", "accuracy"}
    for row in rows.values():
        assert row.a > row.b
        assert row.comparison.difference == pytest.approx(row.a - row.b)
        assert row.p_holm >= row.comparison.p
    assert rows["match", "SRCC"].p_holm < 0.05
    assert [recipe.parts["label"] for _, _, recipe in found.runs] == ["a", "b"]


def test_subsets_are_compared_on_request(manifest, tmp_path):
    runs = run(GOOD, manifest, tmp_path / "a"), run(POOR, manifest, tmp_path / "b")
    assert {row.key[1] for row in compare_runs(*runs).rows} == {"all"}
    assert {row.key[1] for row in compare_runs(*runs, subsets=True).rows} == {"all", "system a", "system b"}


def test_what_one_judge_could_not_score_leaves_both_sides(manifest, tmp_path):
    holes = ToldJudge(lambda pair: None if number(pair) < 10 else number(pair) / 60, label="b")
    found = compare_runs(run(GOOD, manifest, tmp_path / "a"), run(holes, manifest, tmp_path / "b"))
    srcc = next(row for row in found.rows if row.key[3] == "SRCC")
    assert srcc.n == 30
    assert found.notes[:2] == ("A: 40 of 40 pairs scored", "B: 30 of 40 pairs scored")


def test_one_recipe_is_said(manifest, tmp_path):
    found = compare_runs(run(GOOD, manifest, tmp_path / "a"), run(GOOD, manifest, tmp_path / "b"))
    assert "both runs have one recipe: what differs is chance or the machine" in found.notes
    assert all(row.comparison.p in (1.0, None) for row in found.rows)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"rating": lambda n: (COUNT - n) / 10}, "'0.*' has another ratings"),
        ({"caption": lambda n: f"noise {n}"}, "80 pairs are in one alone"),
    ],
)
def test_unlike_data_are_refused(manifest, tmp_path, other, what):
    one = run(GOOD, manifest, tmp_path / "a")
    two = run(POOR, write(manifest, **other), tmp_path / "b")
    with pytest.raises(RunError, match=f"are not on the same data: {what}"):
        compare_runs(one, two)


def test_another_clip_of_the_same_name_is_refused(manifest, tmp_path):
    class Other(ToldJudge):
        def score_all(self, pairs):
            from dataclasses import replace

            for score in super().score_all(pairs):
                yield replace(score, audio_sha256=f"other {score.audio_sha256}")

    two = run(Other(lambda pair: 0.5), manifest, tmp_path / "b")
    with pytest.raises(RunError, match="has another clip"):
        compare_runs(run(GOOD, manifest, tmp_path / "a"), two)


def test_a_benchmark_is_not_compared_with_a_plain_run(manifest, tmp_path):
    plain = evaluate(POOR, read_pairs(manifest), tmp_path / "plain")
    with pytest.raises(RunError, match='name is "ratings" in one and null in the other'):
        compare_runs(run(GOOD, manifest, tmp_path / "a"), plain)


def test_plain_runs_over_rated_pairs_are_compared(manifest, tmp_path):
    runs = [evaluate(judge, read_pairs(manifest), tmp_path / name) for judge, name in ((GOOD, "a"), (POOR, "b"))]
    # Captions stand in for the groups that such a run does not name.
    assert {row.key[3] for row in compare_runs(*runs).rows} == {"LCC", "SRCC", "KTAU", "accuracy"}


def test_errors_on_other_scales_are_not_compared(manifest, tmp_path):
    one, two = run(GOOD, manifest, tmp_path / "a", scale="0-4"), run(POOR, manifest, tmp_path / "b", scale="0-40")
    with pytest.raises(RunError, match=r"options is .*0-4.* in one and .*0-40.* in the other"):
        compare_runs(one, two)


def test_figures_of_either_run_alone_are_counted(manifest, tmp_path):
    two_axes = {"alignment": (0.0, 1.0), "match": (0.0, 1.0)}
    other = ToldJudge(lambda pair: {"alignment": 0.5, "match": number(pair) / 60}, two_axes, label="b")
    found = compare_runs(run(GOOD, manifest, tmp_path / "a"), run(other, manifest, tmp_path / "b"))
    assert [row.key[2] for row in found.rows][:1] == ["match"]
