"""M1: a manifest cannot point outside its folder unless its user says so."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earwitness.errors import ManifestError
from earwitness.manifest import read_pairs
from earwitness.manifest.places import locate


@pytest.fixture
def root(tmp_path):
    """A manifest's folder with a secret beside it."""
    (tmp_path / "data" / "clips").mkdir(parents=True)
    (tmp_path / "secret.wav").write_bytes(b"secret")
    return tmp_path / "data"


OUTSIDE = [
    "../secret.wav",
    "clips/../../secret.wav",
    "/etc/passwd",
    "file:///etc/passwd",
    "FILE:/etc/passwd",
    "\\\\server\\share\\a.wav",
    "//server/share/a.wav",
    "C:\\Windows\\a.wav",
    "C:a.wav",
]


@pytest.mark.parametrize("text", OUTSIDE)
def test_what_leaves_the_folder_is_refused(root, text):
    with pytest.raises(ManifestError, match="leaves the manifest's folder"):
        locate(text, root)


@pytest.mark.parametrize("text", ["link.wav", "folder/secret.wav", "clips/chain.wav"])
def test_links_that_leave_the_folder_are_refused(root, text):
    (root / "link.wav").symlink_to(root.parent / "secret.wav")
    (root / "folder").symlink_to(root.parent)
    (root / "clips" / "chain.wav").symlink_to("../link.wav")
    with pytest.raises(ManifestError, match="leaves the manifest's folder"):
        locate(text, root)
    assert locate(text, root, allow_outside=True).path.read_bytes() == b"secret"


def test_links_inside_the_folder_are_fine_also_when_the_folder_itself_is_a_link(root, tmp_path):
    (root / "a.wav").write_bytes(b"a")
    (root / "b.wav").symlink_to("a.wav")
    (tmp_path / "alias").symlink_to(root)
    assert locate("b.wav", tmp_path / "alias").path.read_bytes() == b"a"


@pytest.mark.parametrize("text", ["clips/a.wav", "./clips/a.wav", "clips/../clips/a.wav", "clips//a.wav"])
def test_one_file_has_one_name_however_it_is_written(root, text):
    assert locate(text, root).name == "clips/a.wav"
    assert locate(str(root / text), root).name == "clips/a.wav"


def test_with_leave_paths_outside_are_taken(root):
    secret = root.parent / "secret.wav"
    for text in ("../secret.wav", str(secret), secret.as_uri()):
        found = locate(text, root, allow_outside=True)
        assert (found.path, found.name) == (secret, "../secret.wav")


@pytest.mark.parametrize("allowed", [False, True])
def test_a_web_address_is_never_fetched(root, allowed):
    with pytest.raises(ManifestError, match="Download the clip first"):
        locate("https://example.org/a.wav", root, allow_outside=allowed)


@pytest.mark.parametrize(
    "name",
    [
        "rain: heavy.wav",
        "a|b.wav",
        "雨.wav",
        "caf\u00e9.wav",
        "cafe\u0301.wav",
        "🌧.wav",
        "a\nb.wav",
        "x" * 251 + ".wav",
    ],
)
def test_odd_names_are_names(root, name):
    (root / name).write_bytes(b"a")
    assert locate(name, root).path.read_bytes() == b"a"


PARTS = st.sampled_from([*". / \\ [ ] % ~ | 狗".split(), "..", "file:", "http://", "C:", "a.wav", "%00", "\udce9"])


@given(parts=st.lists(PARTS, max_size=8), allowed=st.booleans())
def test_any_text_is_a_place_or_refused_and_none_is_outside(parts, allowed):
    with suppress(ManifestError):
        place = locate("".join(parts), Path("/data/set"), allow_outside=allowed)
        assert allowed or Path("/data/set") in Path(os.path.normpath(place.path)).parents


def test_a_name_that_is_not_text_still_has_an_id(root):
    raw = os.fsencode(root) + b"/caf\xe9.wav"
    Path(os.fsdecode(raw)).write_bytes(b"a")
    (root / "caf\udce9.txt").write_text("a cafe")
    (pair,) = read_pairs(root)
    assert pair.id.startswith("caf\udce9-")
    assert Path(pair.audio).read_bytes() == b"a"


def test_the_refusal_names_file_and_line(root):
    (root / "train.csv").write_text("path,caption\nclips/a.wav,rain\n../secret.wav,rain\n")
    with pytest.raises(ManifestError) as refused:
        read_pairs(root / "train.csv").check()
    assert str(refused.value) == (
        "train.csv, line 3: '../secret.wav' leaves the manifest's folder; move the clip there, or allow it with "
        "allow_outside_root=True (--allow-outside-root)."
    )


def test_where_no_leave_can_be_given_none_is_advised(tmp_path):
    with pytest.raises(ManifestError, match=r"leaves the manifest's folder; move the clip there\.$"):
        locate("../a.wav", tmp_path, allow_outside=None)
