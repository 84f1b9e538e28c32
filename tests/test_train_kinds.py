"""Kinds of options: what fits, and what is told of what does not."""

from dataclasses import fields

import pytest

from earwitness.errors import UsageError
from earwitness.train import kinds
from earwitness.train.config import KINDS, MOSConfig, config_from

NAN = float("nan")


def test_every_option_has_a_kind_and_its_default_is_of_it():
    assert list(KINDS) == [f.name for f in fields(MOSConfig)]
    for f in fields(MOSConfig)[1:]:
        assert KINDS[f.name].fits(f.default), f.name


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("hidden", 64, "a list of widths"),
        ("hidden", [64.0], "a list of widths"),
        ("hidden", [0], "a whole number of at least 1"),
        ("hidden", [True], "a list of widths"),
        ("seeds", 3, "a list of numbers, also where it is but one"),
        ("seeds", [0.5], "a list of numbers"),
        ("dropout", "a", "a number, at least 0 and below 1"),
        ("dropout", 1, "below 1"),
        ("momentum", "a", "a number, at least 0 and below 1"),
        ("epochs", 2.5, "a whole number of at least 1"),
        ("epochs", True, "a whole number"),
        ("patience", 1.5, "a whole number"),
        ("batch_size", True, "a whole number of at least 1, or 'all'"),
        ("batch_size", 8.0, "or 'all'"),
        ("bins", 2.0, "a whole number of at least 0"),
        ("layer", "first", "a whole number, or 'last', 'all'"),
        ("layer", False, "a whole number, or 'last', 'all'"),
        ("margin", True, "a finite number at least 0"),
        ("lr", NAN, "a number above 0 and below 1000"),
        ("lr", None, "a number above 0 and below 1000"),
        ("text_axes", "quality", "a list of names"),
        ("axes", ["quality", 3], "each of them a text"),
        ("finetune", 1, "true or false"),
        ("compare", "no", "true or false"),
        ("encoder", 7, "a text"),
        ("revision", 7, "a text"),
        ("optimiser", ["sgd"], "one of adamw, sgd"),
        ("preset", 1, "a text"),
    ],
)
def test_another_kind_is_refused_by_name(name, value, told):
    with pytest.raises(UsageError, match=told) as error:
        config_from({"axes": ["quality"], name: value})
    assert str(error.value).startswith(f"{name} is ")


@pytest.mark.parametrize(
    ("name", "text", "written"),
    [("lr", "1e-3", "0.001"), ("encoder_lr", "1e-5", "0.00001"), ("batch_size", "64", "64"), ("epochs", "1e2", "100")],
)
def test_what_yaml_takes_for_text_is_told_as_it_must_be_written(name, text, written):
    with pytest.raises(UsageError, match=f"That is text; write {written}\\."):
        config_from({"axes": ["quality"], name: text})


@pytest.mark.parametrize(("name", "text"), [("lr", "-1"), ("lr", "inf"), ("lr", "fast"), ("epochs", "2.5")])
def test_a_text_that_is_no_right_number_either_gets_no_such_hint(name, text):
    with pytest.raises(UsageError) as error:
        config_from({"axes": ["quality"], name: text})
    assert "That is text" not in str(error.value)


def test_whole_numbers_stand_for_real_ones_only():
    config = config_from({"axes": ["quality"], "margin": 1, "hidden": [8], "epochs": 2})
    assert (repr(config.margin), config.hidden, repr(config.epochs)) == ("1.0", (8,), "2")


def test_true_is_no_number():
    assert not kinds.is_whole(True)
    assert not kinds.is_real(False)
    assert kinds.is_real(3)
