"""The Python of the README runs as printed, and prints what it says."""

import doctest
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the README uses the embedded judge")

README = Path(__file__).parents[1] / "README.md"


def test_the_examples_print_what_the_readme_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(README), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert result.attempted >= 5
    assert result.failed == 0
