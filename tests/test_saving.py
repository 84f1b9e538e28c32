"""Pictures are written as a whole, and a place that cannot be written is told in one line."""

import pytest

from earwitness.cli.saving import save_text
from earwitness.errors import StoreError


def test_a_picture_takes_the_place_of_an_earlier_one(tmp_path):
    file = tmp_path / "curves.svg"
    for text in ("<svg>a</svg>", "<svg>声</svg>"):
        save_text(file, text)
        assert file.read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["curves.svg"]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreError, match=r"curves\.svg cannot be written: .*No such file"):
        save_text(tmp_path / "none" / "curves.svg", "<svg/>")
