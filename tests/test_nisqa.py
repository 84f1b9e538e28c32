"""Lists of the NISQA corpus, short and as published."""

import pytest

from earwitness.errors import ManifestError
from earwitness.ratings import read_ratings


def test_the_short_list(tmp_path):
    (tmp_path / "n.csv").write_text("db,filepath_deg,mos\nLIVE,deg/a.wav,2.5\n")
    rated = read_ratings(tmp_path / "n.csv")
    (pair,) = rated.pairs
    assert (pair.ratings, pair.audio, pair.system) == ({"mos": 2.5}, tmp_path / "deg/a.wav", None)
    assert pair.meta["db"] == "LIVE"
    assert rated.scales == {"mos": (1.0, 5.0)}


def test_five_axes_and_conditions(tmp_path):
    # `file` and `mos_std` are columns of the corpus, and neither a path nor an axis.
    (tmp_path / "n.csv").write_text(
        "db,con,file,filename_deg,mos,mos_std,noi,dis,col,loud,filepath_deg\n"
        "P501,1,a.wav,a.wav,2.5,0.3,3,4,5,1,TEST/deg/a.wav\n"
        "LIVE,1,b.wav,b.wav,3.5,0.4,3,4,5,1,VAL/deg/b.wav\n"
    )
    rated = read_ratings(tmp_path / "n.csv")
    assert rated.axes == ("mos", "noi", "dis", "col", "loud")
    assert rated.pairs[0].ratings == {"mos": 2.5, "noi": 3, "dis": 4, "col": 5, "loud": 1}
    assert [pair.system for pair in rated.pairs] == ["P501/1", "LIVE/1"]
    assert rated.pairs[0].audio == tmp_path / "TEST/deg/a.wav"


def test_a_rating_outside_is_named(tmp_path):
    (tmp_path / "n.csv").write_text("db,filepath_deg,mos,loud\nLIVE,a.wav,2.5,0\n")
    with pytest.raises(ManifestError, match=r"n\.csv, line 2: loud is 0, outside the scale 1-5\."):
        read_ratings(tmp_path / "n.csv")
