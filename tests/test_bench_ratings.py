"""A manifest with ratings as a benchmark of one's own."""

import pytest

from earwitness.bench.runner import run_benchmark
from earwitness.bench.sets.ratings import Ratings
from earwitness.errors import ManifestError, UsageError
from told_judge import ToldJudge

HEADER = "file,caption,system,genre,rating_match\n"
ROWS = [
    # caption, system, genre, rating, and what the judge says
    ("rain", "s1", "sound", 5, 0.9),
    ("rain", "s2", "sound", 1, 0.2),
    ("rain", "s3", "sound", 3, 0.5),
    ("dog", "s1", "sound", 4, 0.7),
    ("dog", "s2", "sound", 2, 0.8),
    ("flute", "s1", "music", 4, 0.6),
    ("flute", "s2", "music", 1, 0.4),
    ("flute", "s3", "music", 2, 0.3),
    ("choir", "s4", "music", 3, 0.5),
    ("choir", "s5", "music", 5, None),
]


@pytest.fixture
def manifest(tmp_path):
    lines = (
        f"{n}.wav,{caption},{system},{genre},{rating}\n" for n, (caption, system, genre, rating, _) in enumerate(ROWS)
    )
    (tmp_path / "rated.csv").write_text(HEADER + "".join(lines))
    return tmp_path / "rated.csv"


def told(pair):
    return ROWS[int(pair.audio.stem)][-1]


def by_key(results):
    return {(f.subset, f.of, f.measure, f.level): f for f in results.figures}


def test_all_clips_systems_domains_and_preferences(manifest, tmp_path):
    found = run_benchmark(Ratings(scale="1-5", domain="genre"), manifest, ToldJudge(told), tmp_path / "run")
    figures = by_key(found)
    whole = figures["all", "match", "SRCC", "clip"]
    assert (whole.n, whole.n_total) == (9, 10)
    assert figures["all", "match", "SRCC", "system"].n_independent == 4  # s5 has no score
    assert figures["domain sound", "match", "LCC", "clip"].n == 5
    assert (
        figures["domain music", "match", "LCC", "clip"].n,
        figures["domain music", "match", "LCC", "clip"].n_total,
    ) == (4, 5)
    assert ("system s1", "match", "LCC", "clip") not in figures  # three clips tell nothing
    # rain: 5>1 right, 5>3 right, 3>1 right; dog: 4>2 wrong; flute: 4>1, 4>2 right, 2>1 wrong; choir: no score.
    preferred = figures["all", "match pair", "accuracy", "clip"]
    assert preferred.value == pytest.approx(5 / 7)
    assert (preferred.n, preferred.n_total, preferred.n_independent) == (7, 8, 3)
    # MSE with P(yes) stretched onto 1-5: 1 + 4p.
    errors = [(1 + 4 * row[-1] - row[3]) ** 2 for row in ROWS if row[-1] is not None]
    assert figures["all", "match", "MSE", "clip"].value == pytest.approx(sum(errors) / 9)


def test_without_a_scale_there_is_no_mse(manifest, tmp_path):
    found = run_benchmark("ratings", manifest, ToldJudge(told), tmp_path / "run")
    assert "MSE" not in {figure.measure for figure in found.figures}


def test_a_domain_must_be_a_column(manifest, tmp_path):
    with pytest.raises(ManifestError, match="has no 'style'; wanted the column of its domain"):
        run_benchmark(Ratings(domain="style"), manifest, ToldJudge(told), tmp_path / "run")


def test_single_ratings_become_means(tmp_path):
    (tmp_path / "long.csv").write_text(
        "file,caption,rater,rating\na.wav,x,ann,1\na.wav,x,bob,4\nb.wav,x,ann,5\nb.wav,x,bob,3\n"
    )
    found = run_benchmark(
        "ratings", tmp_path / "long.csv", ToldJudge(lambda pair: float(pair.ratings["rating"]) / 5), tmp_path / "run"
    )
    assert by_key(found)["all", "rating", "LCC", "clip"].value == pytest.approx(1)


def test_a_judge_of_other_axes_is_told_how_to_name_them(manifest, tmp_path):
    judge = ToldJudge(told, {"loudness": (0.0, 1.0)})
    with pytest.raises(UsageError, match=r"gives loudness, which ratings does not measure; .*--axis RATING=AXIS"):
        run_benchmark("ratings", manifest, judge, tmp_path / "run")
