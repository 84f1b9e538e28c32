"""Options of a training: each is checked, saved and read again; the published recipes are what they say."""

from dataclasses import fields, replace

import pytest

from earwitness.errors import UsageError
from earwitness.train.config import MOSConfig, config_from, refuse_unread
from earwitness.train.presets import PRESETS, config_of, preset_options

PLAIN = MOSConfig(axes=("quality",))


def test_every_option_survives_json():
    odd = MOSConfig(
        axes=("a", "b"), text_axes=("b",), layer=3, hidden=(64, 8), batch_size="all", seeds=(7,), loss="none", bins=0
    )
    assert config_from(odd.to_dict()) == odd


def test_huber_alone_differs_in_the_loss_only():
    config = replace(PLAIN, loss="qamro", margin=0.5, emphasis=3.0, lr=0.01, regression="mse+l1", preset="qamro-track2")
    alone = config.alone()
    changed = {f.name for f in fields(config) if getattr(config, f.name) != getattr(alone, f.name)}
    assert changed == {"loss", "margin", "emphasis", "regression", "preset"}
    assert (alone.loss, alone.regression) == ("none", "huber")


def test_huber_alone_is_one_training_whatever_the_ranking_loss_is_told():
    assert replace(PLAIN, margin=0.1).alone() == replace(PLAIN, emphasis=3.0, rank_weight=2.0).alone()


@pytest.mark.parametrize(
    ("options", "unread"),
    [
        ({}, {"momentum", "encoder_lr"}),
        ({"optimiser": "sgd", "finetune": True}, set()),
        ({"loss": "qamro-track2"}, {"momentum", "encoder_lr", "quality_bounds"}),
        ({"loss": "noise-weighted"}, {"momentum", "encoder_lr", "quality_bounds", "emphasis"}),
        ({"loss": "none"}, {"momentum", "encoder_lr", "quality_bounds", "emphasis", "margin", "rank_weight"}),
        ({"regression": "none"}, {"momentum", "encoder_lr", "regression_scale"}),
        (
            {"loss": "bins", "bins": 20},
            {"momentum", "encoder_lr", "quality_bounds", "emphasis", "margin", "standardise_ratings"},
        ),
    ],
)
def test_what_a_training_does_not_read(options, unread):
    config = replace(PLAIN, **options)
    assert set(config.unread()) == unread
    odd = {"momentum": 0.1, "encoder_lr": 0.5, "quality_bounds": "batch", "emphasis": 2.0, "margin": 0.7}
    odd |= {"rank_weight": 3.0, "regression_scale": "standardised", "standardise_ratings": False}
    changed = replace(config, **{name: value for name, value in odd.items() if name in unread})
    assert changed.without_unread() == config.without_unread() == config


def test_what_no_training_reads_is_refused_and_what_one_reads_is_not():
    ccc, qamro = replace(PLAIN, loss="ccc"), PLAIN
    refuse_unread(["margin", "lr"], [ccc, qamro])
    with pytest.raises(UsageError, match="emphasis is given, and loss 'ccc' does not read it"):
        refuse_unread(["lr", "emphasis"], [ccc])


def test_a_preset_gives_way_to_what_is_given():
    config = config_of({"axes": ["MI"], "preset": "qamro-track1", "margin": 0.5})
    assert (config.margin, config.optimiser, config.preset) == (0.5, "sgd", "qamro-track1")
    with pytest.raises(UsageError, match="no training preset 'track'"):
        config_of({"axes": ["MI"], "preset": "track"})


def test_bins_have_a_number_unless_told():
    assert config_of({"axes": ["MI"], "loss": "bins"}).bins == 20
    assert config_of({"axes": ["MI"], "loss": "bins", "bins": 5}).bins == 5


@pytest.mark.parametrize(
    ("config", "label"), [(PLAIN, "qamro"), (replace(PLAIN, loss="none", regression="mse"), "mse")]
)
def test_label(config, label):
    assert config.label == label


def test_track_1_is_the_published_table():
    config = config_from({"axes": ["MI", "TA"], **preset_options("qamro-track1")})
    assert config.objective().quality_bounds == "batch"
    told = (config.optimiser, config.lr, config.momentum, config.batch_size, config.regression, config.loss)
    assert told == ("sgd", 5e-4, 0.9, 16, "huber", "qamro")
    assert (config.margin, config.emphasis, config.rank_weight) == (0.2, 7.0, 1.0)
    assert (config.head, config.finetune, config.encoder) == ("linear-stack", True, "clap-music")


def test_track_2_is_the_published_table():
    config = config_from({"axes": ["PQ"], **preset_options("qamro-track2")})
    told = (config.optimiser, config.lr, config.batch_size, config.regression, config.regression_scale, config.loss)
    assert told == ("adamw", 1e-5, 120, "mse+l1", "standardised", "qamro-track2")
    assert (config.head, config.finetune, config.encoder, config.layer) == (
        "audiobox",
        False,
        "audiobox-aesthetics",
        "all",
    )


@pytest.mark.parametrize("name", PRESETS)
def test_departures_are_told(name):
    assert len(PRESETS[name].departures) >= 3
    assert config_from({"axes": ["PQ"], **preset_options(name)}).preset == name


def test_an_unknown_preset_is_told():
    with pytest.raises(UsageError, match="wanted one of qamro-track1, qamro-track2"):
        preset_options("qamro-track3")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"axes": ()}, "at least one"),
        ({"axes": ("a", "a")}, "each named once"),
        ({"text_axes": ("other",)}, "text axis 'other' is not among the axes quality"),
        ({"seeds": ()}, "seeds are"),
        ({"lr": 0.0}, "lr is 0.0; it must be a number above 0 and below 1000"),
        ({"lr": 1e300}, r"lr is 1e\+300; it must be a number above 0"),
        ({"lr": float("nan")}, "lr is nan"),
        ({"lr": "fast"}, "lr is 'fast'"),
        ({"margin": -1.0}, "margin is -1.0; it must be a finite number at least 0"),
        ({"momentum": 1.0}, "momentum is 1.0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"batch_size": "most"}, "or 'all'"),
        ({"optimiser": "adam"}, "must be one of adamw, sgd"),
        ({"select": "srcc"}, "must be one of srcc-clip"),
        ({"quality_bounds": "scale"}, "must be one of data, batch"),
        ({"regression_scale": "z"}, "must be one of ratings, standardised"),
        ({"loss": "qamroo"}, "no ranking loss 'qamroo'"),
        ({"regression": "hubert"}, "no regression loss 'hubert'"),
        ({"loss": "bins"}, "needs bins"),
        ({"bins": 20}, "takes no bins"),
        ({"head": "nope"}, "head is 'nope'; it must be one of mlp, paper, linear-stack, audiobox"),
        ({"hidden": (999_999_999,)}, "a whole number from 1 to 65,536"),
        ({"loss": "bins", "bins": 999_999_999}, "a whole number from 0 to 65,536"),
    ],
)
def test_wrong_options_are_told(options, told):
    with pytest.raises(UsageError, match=told):
        MOSConfig(**{"axes": ("quality",), **options})


@pytest.mark.parametrize(
    ("plain", "told"), [({"axis": ["a"]}, "no training option 'axis'"), ({"lr": 0.1}, "axes to predict are missing")]
)
def test_wrong_files_are_told(plain, told):
    with pytest.raises(UsageError, match=told):
        config_from(plain)
