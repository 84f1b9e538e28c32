"""Rendered once, and told when a folder was made otherwise."""

import pytest

from earwitness.bench.sets.rendered import rendered_once
from earwitness.errors import StoreError


def test_it_is_rendered_once_and_again_after_a_break(tmp_path):
    made = []

    def render(folder):
        folder.mkdir(exist_ok=True)
        made.append(folder)
        if len(made) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rendered_once(tmp_path / "clips", {"seed": 1}, render)
    for _ in range(3):
        rendered_once(tmp_path / "clips", {"seed": 1}, render)
    assert len(made) == 2
    with pytest.raises(StoreError, match="was rendered with other settings: seed was 1 and is 2"):
        rendered_once(tmp_path / "clips", {"seed": 2}, render)


def test_a_note_that_is_none_is_told(tmp_path):
    (tmp_path / "rendered.json").write_text("{")
    with pytest.raises(StoreError, match="cannot be read"):
        rendered_once(tmp_path, {}, lambda folder: None)
