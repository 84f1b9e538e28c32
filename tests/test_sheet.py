"""Tables of the sheet toolkit: means, single listeners, predictions."""

from pathlib import Path

import numpy as np
import pytest

from earwitness.errors import ManifestError
from earwitness.ratings import read_ratings

RESULTS = Path(__file__).parents[2] / "shared" / "data" / "oracles" / "sheet_example_results.csv"


def written(tmp_path, *lines):
    (tmp_path / "set.csv").write_text("".join(f"{line}\n" for line in lines))
    return tmp_path / "set.csv"


def test_means(tmp_path):
    rated = read_ratings(written(tmp_path, "wav_path,score,system_id,sample_id", "wav/a.wav,3.25,sysA,a1"))
    (pair,) = rated.pairs
    assert (pair.id, pair.system, pair.ratings) == ("a1", "sysA", {"mos": 3.25})
    assert rated.scales == {"mos": (1.0, 5.0)}
    assert not rated.singles


def test_several_listeners_a_clip(tmp_path):
    table = written(
        tmp_path,
        "wav_path,score,system_id,sample_id,listener_id,listener_idx",
        "wav/a.wav,3,sysA,a1,L7,0",
        "wav/a.wav,5,sysA,a1,L9,1",
        "wav/b.wav,1,sysB,b1,L7,0",
    )
    rated = read_ratings(table)
    np.testing.assert_array_equal(rated.ratings("mos"), [4.0, 1.0])
    assert rated.singles["mos"].raters == ("L7", "L9")
    assert rated.pairs[0].meta == {"audio": "wav/a.wav"}


def test_predictions_stay_apart_from_ratings(tmp_path):
    table = written(tmp_path, "wav_path,system_id,sample_id,avg_score,answer", "a.wav,sysA,a1,2.25,7.5")
    (pair,) = read_ratings(table).pairs
    assert pair.ratings == {"mos": 2.25}
    assert pair.meta["answer"] == 7.5


def test_a_sample_with_two_files_is_refused(tmp_path):
    table = written(
        tmp_path, "wav_path,score,system_id,sample_id,listener_id", "a.wav,3,sysA,a1,L7", "b.wav,3,sysA,a1,L8"
    )
    with pytest.raises(ManifestError, match=r"line 3: audio of 'a1' is .*b\.wav', and .*a\.wav' in set\.csv, line 2"):
        read_ratings(table)


def test_the_toolkits_example_results():
    if not RESULTS.exists():
        pytest.skip("needs oracles/sheet_example_results.csv of the shared data")
    with pytest.raises(ManifestError, match=r"line 2: .* leaves the manifest's folder"):
        read_ratings(RESULTS)
    rated = read_ratings(RESULTS, allow_outside_root=True)
    answers = np.array([pair.meta["answer"] for pair in rated.pairs])
    assert len(rated) == 1066
    # The toolkit prints MSE 0.271 and LCC 0.867 for this file.
    assert np.mean((answers - rated.ratings("mos")) ** 2) == pytest.approx(0.271, abs=5e-4)
    assert np.corrcoef(answers, rated.ratings("mos"))[0, 1] == pytest.approx(0.867, abs=5e-4)
