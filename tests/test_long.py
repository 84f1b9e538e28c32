"""Single ratings, one a line: means, raters, and what contradicts itself."""

import numpy as np
import pytest

from earwitness.errors import ManifestError
from earwitness.ratings import read_ratings


def written(tmp_path, *lines):
    path = tmp_path / "test.csv"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_means_and_single_ratings(tmp_path):
    table = written(tmp_path, "file,rater,rating", "a.wav,ann,1", "b.wav,ann,5", "a.wav,bob,4", "a.wav,eve,4")
    rated = read_ratings(table, scale="1-5")
    np.testing.assert_array_equal(rated.ratings("rating"), [3.0, 5.0])
    single = rated.singles["rating"]
    np.testing.assert_array_equal(single.counts(2), [3, 1])
    # Deviations -2, 1, 1 of three ratings: sqrt(6 / 2).
    np.testing.assert_allclose(single.spreads(2), [np.sqrt(3.0), np.nan])
    assert [single.raters[number] for number in single.rater] == ["ann", "ann", "bob", "eve"]


@pytest.mark.parametrize("clip", ["file_name", "wav", "wavname", "audio", "wav_file_name"])
@pytest.mark.parametrize("rater", ["listener", "listener_id", "rater", "worker"])
@pytest.mark.parametrize("rating", ["rating", "score", "mos"])
def test_columns_go_by_their_usual_names(tmp_path, clip, rater, rating):
    rated = read_ratings(written(tmp_path, f"{clip},{rater},{rating}", "a.wav,1,2", "a.wav,2,4"))
    assert rated.axes == ("rating",)
    assert rated.pairs[0].ratings == {"rating": 3.0}


def test_axes_by_line(tmp_path):
    table = written(
        tmp_path, "file,rater,axis,rating", "a.wav,ann,MI,1", "a.wav,ann,TA,5", "a.wav,bob,MI,2", "b.wav,bob,TA,3"
    )
    rated = read_ratings(table, scale="1-5")
    assert rated.axes == ("MI", "TA")
    assert [dict(pair.ratings) for pair in rated.pairs] == [{"MI": 1.5, "TA": 5.0}, {"TA": 3.0}]


def test_axes_by_column(tmp_path):
    table = written(tmp_path, "wav,listener,rating_clear,rating_nice", "a.wav,1,2,3", "a.wav,2,4,", "b.wav,1,1,1")
    rated = read_ratings(table, scale="1-5")
    assert [dict(pair.ratings) for pair in rated.pairs] == [{"clear": 3.0, "nice": 3.0}, {"clear": 1.0, "nice": 1.0}]


def test_a_rater_who_rates_twice_is_named_with_both_lines(tmp_path):
    table = written(tmp_path, "file,rater,axis,rating", "a.wav,ann,MI,1", "a.wav,bob,MI,1", "a.wav,ann,MI,2")
    wanted = r"test\.csv, line 4: rater 'ann' rated MI of 'a-\w+' in test\.csv, line 2 already"
    with pytest.raises(ManifestError, match=wanted):
        read_ratings(table, scale="1-5")


def test_raters_without_a_name_are_people_all_the_same(tmp_path):
    rated = read_ratings(written(tmp_path, "file,rater,rating", "a.wav,,1", "a.wav,,1", "a.wav,ann,4"))
    single = rated.singles["rating"]
    np.testing.assert_array_equal(single.rater, [-1, -1, 0])
    np.testing.assert_array_equal(rated.ratings("rating"), [2.0])


def test_a_clip_of_two_systems_is_refused(tmp_path):
    table = written(tmp_path, "file,system,rater,rating", "a.wav,one,ann,1", "a.wav,two,bob,2")
    with pytest.raises(ManifestError, match=r"line 3: system of 'a-\w+' is 'two', and 'one' in test\.csv, line 2"):
        read_ratings(table)


def test_one_clip_with_two_captions_is_two_pairs(tmp_path):
    table = written(tmp_path, "file,text,rater,rating", "a.wav,rain,ann,1", "a.wav,dogs,ann,5")
    assert [dict(pair.ratings) for pair in read_ratings(table).pairs] == [{"rating": 1.0}, {"rating": 5.0}]


def test_what_only_one_line_says_is_not_the_clips(tmp_path):
    table = written(tmp_path, "file,rater,rating,time,voice", "a.wav,ann,1,9:00,x", "a.wav,bob,3,9:05,x")
    assert read_ratings(table).pairs[0].meta == {"audio": "a.wav", "voice": "x"}


def test_a_sentence_is_a_group_and_an_item_is_not(tmp_path):
    table = written(tmp_path, "file,sentence,item,rater,rating", "a.wav,s1,1,ann,1", "a.wav,s1,57,bob,3")
    assert read_ratings(table).pairs[0].group == "s1"


def test_a_missing_axis_is_refused(tmp_path):
    with pytest.raises(ManifestError, match=r"test\.csv, line 3: the axis is empty"):
        read_ratings(written(tmp_path, "file,rater,axis,rating", "a.wav,ann,MI,1", "b.wav,ann,,2"))


def test_columns_of_other_names_are_named(tmp_path):
    table = written(tmp_path, "clip,who,val", "a.wav,ann,1", "a.wav,bob,3")
    rated = read_ratings(table, columns={"audio": "clip", "rater": "who", "ratings.nice": "val"}, scale="1-5")
    assert rated.pairs[0].ratings == {"nice": 2.0}
    assert rated.singles["nice"].raters == ("ann", "bob")


def test_a_mean_at_the_end_of_the_scale_stays_on_it(tmp_path):
    # Summed and divided, six ratings of 3.3 are 3.3000000000000003.
    people = [f"a.wav,{name},3.3" for name in range(6)]
    rated = read_ratings(written(tmp_path, "file,rater,rating", *people, "b.wav,ann,1"))
    assert rated.scales["rating"] == (1.0, 3.3)
    assert rated.pairs[0].ratings["rating"] == 3.3
