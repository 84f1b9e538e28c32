"""Backbones of judges: loaded by name, or held to what is asked of them."""

import pytest

from earwitness import FakeBackbone
from earwitness.errors import UnknownNameError, UsageError
from earwitness.judges.loading import check_choice, loaded


class Hearing(FakeBackbone):
    """Says with which front-end it was loaded."""

    @property
    def identity(self):
        return {**super().identity, "front_end": "paper"}


def test_a_name_is_loaded_with_the_options_and_a_backbone_is_taken_as_it_is():
    assert loaded("fake", "correct", batch_size=3).batch_size == 3
    backbone = FakeBackbone()
    assert loaded(backbone, "paper") is backbone


def test_options_of_loading_come_too_late_for_a_loaded_backbone():
    with pytest.raises(UsageError, match="device, dtype: options for loading, but the backbone is loaded already"):
        loaded(FakeBackbone(), "correct", device="cpu", dtype="float32")


def test_a_recipe_cannot_name_another_front_end_than_its_backbones():
    assert loaded(Hearing(), "paper").name == "fake"
    with pytest.raises(UsageError, match="was loaded with front_end='paper', and front_end='correct' is asked for"):
        loaded(Hearing(), "correct")


def test_unknown_names_and_choices_are_refused():
    with pytest.raises(UnknownNameError):
        loaded("nobody", "correct")
    with pytest.raises(UsageError, match="mode is 'x'; wanted 'a' or 'b'"):
        check_choice("mode", "x", ["a", "b"])
