"""Folders and globs: nothing that sounds is dropped without a word, and links lead neither out nor round."""

import os
from pathlib import Path

import pytest

from earwitness import AQAScore, FakeBackbone
from earwitness.errors import ManifestError
from earwitness.manifest import read_pairs
from earwitness.run import evaluate


def names(source: str | Path, **options) -> list[str]:
    return [pair.meta["audio"] for pair in read_pairs(source, caption_from="folder", **options)]


@pytest.fixture
def root(tmp_path):
    """A folder of clips beside one that is not its own."""
    for name in ("root/b.wav", "root/sub/a.wav", "root/.store/c.wav", "outside/secret.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"RIFF")
    return tmp_path / "root"


SOURCES = pytest.mark.parametrize("pattern", ["", "**/*.wav", "**"])


@SOURCES
def test_linked_subfolders_inside_the_folder_are_followed(root, pattern):
    (root / "linked").symlink_to(root / ".store")
    assert names(root / pattern) == ["b.wav", "linked/c.wav", "sub/a.wav"]


@SOURCES
def test_linked_subfolders_outside_it_are_refused_without_leave(root, pattern):
    (root / "linked").symlink_to(root.parent / "outside")
    with pytest.raises(ManifestError, match="'linked' leaves the manifest's folder"):
        read_pairs(root / pattern, caption_from="folder").check()
    assert names(root / pattern, allow_outside_root=True) == ["b.wav", "linked/secret.wav", "sub/a.wav"]


def test_a_glob_without_depth_refuses_them_as_well(root):
    (root / "linked").symlink_to(root.parent / "outside")
    with pytest.raises(ManifestError, match="leaves the manifest's folder"):
        read_pairs(root / "*/*.wav", caption_from="folder").check()


@SOURCES
@pytest.mark.parametrize("target", ["root", "root/sub"])
def test_loops_of_links_end(root, pattern, target):
    (root / "sub" / "round").symlink_to(root.parent / target)
    (root / "sub" / "again").symlink_to(root.parent / target)
    assert names(root / pattern) == ["b.wav", "sub/a.wav"]


def test_a_loop_through_the_outside_ends(root):
    (root / "out").symlink_to(root.parent / "outside")
    (root.parent / "outside" / "back").symlink_to(root)
    assert names(root, allow_outside_root=True) == ["b.wav", "out/secret.wav", "sub/a.wav"]


@pytest.mark.parametrize("pattern", ["*.wav", "*/*.wav", "**/*.wav", "sub/**", "**/s*/*.wav", "**/sub/**/*.wav", "*"])
def test_globs_are_pythons(root, pattern):
    found = sorted(
        path.relative_to(root) for path in root.glob(pattern.removesuffix("**") + "**/*" * pattern.endswith("**"))
    )
    wanted = [str(path) for path in found if path.suffix == ".wav" and path.parts[0] != ".store"]
    start = Path("sub") if pattern.startswith("sub/") else Path()
    assert [str(start / name) for name in names(root / pattern)] == wanted != [] or pattern == "*"


def test_sound_of_kinds_that_are_not_read_has_no_score_but_a_row(root):
    heads = {
        "a.m4a": b"\0\0\0\x20ftypM4A ",
        "b.AAC": b"\xff\xf1\x50\x80",
        "c.wma": b"0&\xb2u\x8ef\xcf\x11",
        "d.webm": b"\x1aE\xdf\xa3",
        "e.aiff": b"FORM\0\0\0\0AIFF",
    }
    folder = root / "kinds"
    folder.mkdir()
    for name, head in heads.items():
        (folder / name).write_bytes(head + bytes(100))
    assert names(folder) == names(folder / "*") == names(folder / "**/*") == sorted(heads)
    run = evaluate(AQAScore(FakeBackbone({})), read_pairs(folder, caption_from="folder"), root.parent / "run")
    assert (run.n_scored, run.n_total, run.failures) == (0, 5, {"audio_format": 5})


def test_aiff_is_not_promised(root):
    (root / "notes.xyz").write_text("")
    with pytest.raises(ManifestError) as refused:
        read_pairs(root / "notes.xyz")
    assert ".wav" in str(refused.value)
    assert ".aif" not in str(refused.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_subfolder_that_may_not_be_read_is_said(root):
    (root / "sub").chmod(0)
    try:
        with pytest.raises(ManifestError, match="sub cannot be read: Permission denied"):
            read_pairs(root, caption_from="folder").check()
    finally:
        (root / "sub").chmod(0o700)
