"""Everything that a training of rating predictors can be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from earwitness.errors import UsageError
from earwitness.mos.encoders.base import Layer
from earwitness.mos.head_sizes import WIDEST, HeadKind
from earwitness.mos.objective import LOSSES, Objective, QualityBounds, RegressionScale
from earwitness.train import kinds
from earwitness.train.kinds import Kind

Optimiser = Literal["adamw", "sgd"]
Select = Literal["srcc-clip", "srcc-system", "lcc-clip", "lcc-system", "mse-clip", "mse-system"]
# The only loss of the runs that others are compared with.
ALONE = "huber"
BINS = 20


@dataclass(frozen=True, slots=True)
class MOSConfig:
    """How to train a rating predictor. A published recipe is a preset; the defaults are ours, for frozen features.

    Attributes:
        axes: what to predict, as the ratings name it.
        text_axes: those of the axes that depend on the caption too.
        encoder: a name of ``earwitness list encoders``, a folder, or ``owner/name`` on the hub.
        layer: ``last``, a layer's number, or ``all``: each axis then learns how to weigh them.
        revision: commit of the encoder's checkpoint on the hub.
        finetune: train the encoder too, end to end, instead of reading its features once.
        encoder_lr: learning rate of the encoder when it is trained.
        head: ``mlp``, ``paper``, ``linear-stack`` or ``audiobox``; see ``earwitness.mos.heads``.
        hidden: widths of the heads' hidden layers; those of the kind when None.
        dropout: share of hidden values left out.
        bins: ratings that each head gives log-odds of, for the loss ``bins``; 0 for heads that answer with a number.
        standardise_ratings: let heads answer in standard deviations from the mean rating of the training set.
        loss: ranking loss, or ``none``; see ``earwitness.mos.objective``.
        regression: regression loss, several joined by ``+``, or ``none``.
        regression_scale: ``ratings``, or ``standardised`` to regress on z-scores.
        margin: share of the rating gap that scores must keep; the paper's alpha.
        emphasis: weight of the best-rated pairs; the paper's beta.
        rank_weight: weight of the ranking loss against the regression loss.
        quality_bounds: whether the training set's or the batch's extremes count as best and worst.
        optimiser: ``adamw`` or ``sgd``.
        lr: learning rate of the heads.
        momentum: of SGD.
        weight_decay: of either.
        batch_size: clips a step, or ``all``: the ranking loss then sees every pair of the training set.
        epochs: at most.
        patience: epochs without a better ``select`` on the development set before training stops.
        select: the measure on the whole development set, mean over axes, by which the best epoch is chosen.
        seeds: one training for each.
        compare: train with Huber's loss alone as well, on the same seeds, for comparison.
        preset: the recipe that these options started from.

    Example:
        >>> MOSConfig(axes=("quality",), batch_size="all").objective().ranking
        'qamro'
    """

    axes: tuple[str, ...]
    text_axes: tuple[str, ...] = ()
    encoder: str = "log-mel"
    layer: Layer = "last"
    revision: str | None = None
    finetune: bool = False
    encoder_lr: float = 1e-5
    head: HeadKind = "mlp"
    hidden: tuple[int, ...] | None = None
    dropout: float = 0.1
    bins: int = 0
    standardise_ratings: bool = True
    loss: str = "qamro"
    regression: str = "huber"
    regression_scale: RegressionScale = "ratings"
    margin: float = 0.2
    emphasis: float = 7.0
    rank_weight: float = 1.0
    quality_bounds: QualityBounds = "data"
    optimiser: Optimiser = "adamw"
    lr: float = 1e-3
    momentum: float = 0.9
    weight_decay: float = 0.01
    batch_size: int | Literal["all"] = 64
    epochs: int = 200
    patience: int = 20
    select: Select = "srcc-clip"
    seeds: tuple[int, ...] = (0, 1, 2)
    compare: bool = True
    preset: str | None = None

    def __post_init__(self) -> None:
        for name, kind in KINDS.items():
            kind.check(name, getattr(self, name))
        _check_names(self)
        _check_widths(self)
        _check_bins(self)
        self.objective()

    @property
    def label(self) -> str:
        """What a training is called: its ranking loss, or its regression loss if that is all."""
        return self.regression if self.loss == "none" else self.loss

    def objective(self) -> Objective:
        """The losses and how they are put together."""
        return Objective(
            self.loss,
            self.regression,
            self.rank_weight,
            self.margin,
            self.emphasis,
            self.quality_bounds,
            self.regression_scale,
        )

    def alone(self) -> MOSConfig:
        """The same training with Huber's loss alone, on the same scale; what only a ranking loss reads is left out."""
        plain: dict[str, Any] = {f.name: f.default for f in fields(self) if f.name in _OF_RANKING}
        return replace(self, **{**plain, "loss": "none", "regression": ALONE, "bins": 0})

    def unread(self) -> dict[str, str]:
        """Options that change nothing beside the others, each with the reason.

        Example:
            >>> MOSConfig(axes=("quality",), loss="contrastive").unread()["emphasis"]
            "loss 'contrastive' does not read it"
        """
        read = LOSSES[self.loss].reads if self.loss != "none" else ()
        reasons = {name: f"loss '{self.loss}' does not read it" for name in OF_LOSSES if name not in read}
        if self.loss == "none":
            reasons["rank_weight"] = "with loss 'none' there is nothing to weigh"
        if self.regression == "none":
            reasons["regression_scale"] = "regression 'none' has no scale"
        if self.optimiser != "sgd":
            reasons["momentum"] = f"optimiser '{self.optimiser}' does not read it"
        if not self.finetune:
            reasons["encoder_lr"] = "the encoder is not trained without finetune"
        if self.bins:
            reasons["standardise_ratings"] = f"the bins of loss '{self.loss}' lie on the raters' scale"
        return reasons

    def without_unread(self) -> MOSConfig:
        """The same training, whatever was said that it does not read."""
        defaults: dict[str, Any] = {f.name: f.default for f in fields(self)}
        return replace(self, **{name: defaults[name] for name in self.unread()})

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for strict JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


# What only some losses read; the rest of what only a ranking loss reads.
OF_LOSSES = ("margin", "emphasis", "quality_bounds")
_OF_RANKING = {*OF_LOSSES, "rank_weight", "preset"}
KINDS: Mapping[str, Kind] = {
    "axes": kinds.list_of(kinds.TEXT, "names"),
    "text_axes": kinds.list_of(kinds.TEXT, "names"),
    "encoder": kinds.TEXT,
    "layer": kinds.or_word(kinds.ANY_WHOLE, "last", "all"),
    "revision": kinds.or_none(kinds.TEXT),
    "finetune": kinds.FLAG,
    "encoder_lr": kinds.RATE,
    "head": kinds.one_of(get_args(HeadKind)),
    "hidden": kinds.or_none(kinds.list_of(kinds.whole_from(1), "widths")),
    "dropout": kinds.from_0(1),
    "bins": kinds.whole_from(0),
    "standardise_ratings": kinds.FLAG,
    "loss": kinds.TEXT,
    "regression": kinds.TEXT,
    "regression_scale": kinds.one_of(get_args(RegressionScale)),
    "margin": kinds.from_0(),
    "emphasis": kinds.from_0(),
    "rank_weight": kinds.from_0(),
    "quality_bounds": kinds.one_of(get_args(QualityBounds)),
    "optimiser": kinds.one_of(get_args(Optimiser)),
    "lr": kinds.RATE,
    "momentum": kinds.from_0(1),
    "weight_decay": kinds.from_0(),
    "batch_size": kinds.or_word(kinds.whole_from(1), "all"),
    "epochs": kinds.whole_from(1),
    "patience": kinds.whole_from(1),
    "select": kinds.one_of(get_args(Select)),
    "seeds": kinds.list_of(kinds.ANY_WHOLE, "numbers"),
    "compare": kinds.FLAG,
    "preset": kinds.or_none(kinds.TEXT),
}


def config_from(plain: Mapping[str, Any]) -> MOSConfig:
    """The config that ``to_dict`` wrote, or that a file names; unknown options are refused.

    Raises:
        UsageError: if there is no such option, or an option has no such value.

    Example:
        >>> config = MOSConfig(axes=("quality",))
        >>> config_from(config.to_dict()) == config
        True
    """
    unknown = [name for name in plain if name not in KINDS]
    if unknown:
        raise UsageError(f"no training option '{unknown[0]}'; the options are {', '.join(sorted(KINDS))}.")
    options: dict[str, Any] = {name: KINDS[name].read(value) for name, value in plain.items()}
    if "axes" not in options:
        raise UsageError("the axes to predict are missing; name them as the ratings do.")
    return MOSConfig(**options)


def refuse_unread(given: Iterable[str], configs: Sequence[MOSConfig]) -> None:
    """Refuse an option that was given and that no training reads.

    Raises:
        UsageError: with the option and what does not read it.

    Example:
        >>> refuse_unread(["margin"], [MOSConfig(axes=("quality",), loss="ccc")])
        Traceback (most recent call last):
        earwitness.errors.UsageError: margin is given, and loss 'ccc' does not read it. Leave it out.
    """
    unread = [config.unread() for config in configs]
    for name in given:
        if all(name in reasons for reasons in unread):
            raise UsageError(f"{name} is given, and {unread[0][name]}. Leave it out.")


def _check_names(config: MOSConfig) -> None:
    if not config.axes or len(set(config.axes)) < len(config.axes):
        raise UsageError(f"axes are {list(config.axes)}; wanted at least one, each named once.")
    strange = [axis for axis in config.text_axes if axis not in config.axes]
    if strange:
        raise UsageError(f"text axis '{strange[0]}' is not among the axes {', '.join(config.axes)}.")
    if not config.seeds or len(set(config.seeds)) < len(config.seeds):
        raise UsageError(f"seeds are {list(config.seeds)}; wanted at least one, each named once.")


def _check_widths(config: MOSConfig) -> None:
    # Beside ``KINDS``, which say what is no width at all.
    kinds.or_none(kinds.list_of(kinds.whole_from(1, WIDEST), "widths")).check("hidden", config.hidden)
    kinds.whole_from(0, WIDEST).check("bins", config.bins)


def _check_bins(config: MOSConfig) -> None:
    takes_bins = config.loss in LOSSES and LOSSES[config.loss].bins
    if takes_bins != bool(config.bins):
        needed = f"needs bins, such as {BINS}" if takes_bins else "takes no bins"
        raise UsageError(f"bins is {config.bins} and the loss is '{config.loss}', which {needed}.")
