import pytest

from earwitness.bench.studies.short_names import short_names


@pytest.mark.parametrize(
    ("places", "names"),
    [
        (["embedded"], ["embedded"]),
        (["runs/a", "runs/b"], ["a", "b"]),
        (["runs/a/model", "runs/b/model"], ["a/model", "b/model"]),
        # A path that is the end of another has no shorter name.
        (["model", "a/model"], ["model", "a/model"]),
        (["/x/a/model", "/y/a/model", "/y/b/model"], ["x/a/model", "y/a/model", "b/model"]),
        (["runs/a", "runs/a/", "runs/a"], ["a"]),
        (["http://localhost:8000/v1"], ["localhost:8000"]),
        (["https://me:secret@host/v1/"], ["host"]),
        (["http://host:8000/v1#judge", "http://host:8001/v1#judge"], ["host:8000", "host:8001"]),
        (["http://host:8000/v1#a", "http://host:8000/v1#b"], ["host:8000#a", "host:8000#b"]),
        (["http://host/v1", "http://host/v1#a"], ["host/v1", "host#a"]),
        (["http://host/a/v1#judge", "http://host/b/v1#judge"], ["host/a/v1#judge", "host/b/v1#judge"]),
        # Nothing shorter tells these two apart.
        (["http://host/v1", "https://host/v1"], ["http://host/v1", "https://host/v1"]),
    ],
)
def test_the_shortest_names_that_differ(places, names):
    found = short_names(places)
    assert list(found) == names
    assert set(found.values()) == {place.rstrip("/") for place in places}
