"""The heads that the authors of Audiobox-Aesthetics published: how they lie in the checkpoint, and as heads of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from earwitness.errors import BackboneError
from earwitness.mos.encoders.checkpoint import Source
from earwitness.mos.heads import Axis, Heads

AXES = ("CE", "CU", "PC", "PQ")
SCALE = (1.0, 10.0)


@dataclass(frozen=True, slots=True, eq=False)
class PublishedHead:
    """One axis's head.

    Attributes:
        layer_weights: before the softmax, shape ``[layer]``.
        network: weights of linear layers with layer norm and GELU between, named as in a ``torch.nn.Sequential``.
        mean: of the ratings it was taught on; its answer is in their standard deviations from it.
        spread: that standard deviation.
    """

    layer_weights: torch.Tensor
    network: Mapping[str, torch.Tensor]
    mean: float
    spread: float


def heads_among(tensors: Mapping[str, torch.Tensor], source: Source) -> dict[str, PublishedHead]:
    """The heads among the checkpoint's tensors, by axis.

    Raises:
        BackboneError: if an axis has none.
    """
    scales = source.config["target_transform"]
    lacking = [axis for axis in AXES if axis not in scales or f"layer_weights.{axis}" not in tensors]
    if lacking:
        raise BackboneError(f"{source.what} lacks layer weights or a target_transform of {', '.join(lacking)}.")
    return {
        axis: PublishedHead(
            tensors[f"layer_weights.{axis}"],
            {
                name.removeprefix(f"proj_layer.{axis}."): tensor
                for name, tensor in tensors.items()
                if name.startswith(f"proj_layer.{axis}.")
            },
            float(scales[axis]["mean"]),
            float(scales[axis]["std"]),
        )
        for axis in AXES
    }


def rating_heads(published: Mapping[str, PublishedHead]) -> Heads:
    """Heads that rate states ``[window, layer, feature]`` as the published ones do.

    Raises:
        BackboneError: if these are of another layout.
    """
    one = published[AXES[0]]
    axes = tuple(Axis(name, *SCALE) for name in AXES)
    first = one.network.get("0.weight")
    if first is None:
        raise BackboneError("the published heads are not of the layout known here: 0.weight is missing or unknown.")
    sizes = {"layers": len(one.layer_weights), "features": first.shape[1]}
    heads = Heads(axes, **sizes, kind="audiobox", hidden=_hidden_widths(one.network))
    _fill(heads, [published[name] for name in AXES])
    return heads


def _hidden_widths(network: Mapping[str, torch.Tensor]) -> tuple[int, ...]:
    """Widths of the linear layers but the last, in their order."""
    linear = {int(found[1]): len(t) for name, t in network.items() if (found := _weight(name)) and t.ndim == 2}
    return tuple(width for _, width in sorted(linear.items()))[:-1]


def _weight(name: str) -> re.Match[str] | None:
    return re.fullmatch(r"(\d+)\.weight", name)


def _fill(heads: Heads, published: list[PublishedHead]) -> None:
    """Put the published weights in their places."""
    found = {
        "layer_weights": torch.stack([head.layer_weights for head in published]),
        "rating_mean": torch.tensor([head.mean for head in published]),
        "rating_spread": torch.tensor([head.spread for head in published]),
    }
    for place, head in enumerate(published):
        found |= {f"networks.{place}.{name}": value for name, value in head.network.items()}
    wanted = heads.state_dict()
    for name in {**wanted, **found}:
        # Features are not standardised by these heads: those scales stay as they are.
        if name.startswith("networks.") and (name not in found or name not in wanted):
            raise BackboneError(f"the published heads are not of the layout known here: {name} is missing or unknown.")
    heads.load_state_dict({**wanted, **found})
