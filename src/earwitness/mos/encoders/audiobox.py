"""Audiobox-Aesthetics (arXiv 2502.05139): WavLM with learned layer weights under four heads that rate from 1 to 10.

The axes are content enjoyment (CE), content usefulness (CU), production complexity (PC) and production quality (PQ).
The public checkpoint is in the layout of the authors' own code, with the names of the first WavLM's; here it becomes
WavLM as transformers has it. As released, a clip is heard in windows of 10 s, end to end, the last one filled up with
silence that is not attended to, and nothing is normalised.

Layers: ``last`` are the four embeddings that the published heads read, one an axis; ``all`` are WavLM's own states,
which the heads weigh for themselves; a number is one of those; ``heads`` are the published heads' own four ratings.
These are averaged over windows by their length, as the authors do; a rating of averaged states would be another.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from safetensors.torch import load_file
from transformers.utils import cached_file

from earwitness.backbones.reading import explained, resolve_device
from earwitness.errors import BackboneError
from earwitness.mos.encoders import EncoderOptions, options_of
from earwitness.mos.encoders.audiobox_heads import AXES, PublishedHead, heads_among, rating_heads
from earwitness.mos.encoders.checkpoint import Source, find_source
from earwitness.mos.encoders.layers import LayerChoice
from earwitness.mos.encoders.tower import Prepared, Tower, mean_over
from earwitness.mos.encoders.windows import Window, full_windows

SAMPLE_RATE, WINDOW = 16_000, 160_000
# What the shapes of the weights do not tell.
_STRIDES = (5, 2, 2, 2, 2, 2, 2)
_FARTHEST = 800

# The authors' name of each part of WavLM, and that of transformers.
_NAMES = (
    (r"^feature_extractor\.conv_layers\.(\d+)\.0\.", r"feature_extractor.conv_layers.\1.conv."),
    (r"^feature_extractor\.conv_layers\.0\.2\.", "feature_extractor.conv_layers.0.layer_norm."),
    (r"^layer_norm\.", "feature_projection.layer_norm."),
    (r"^post_extract_proj\.", "feature_projection.projection."),
    (r"^encoder\.pos_conv\.0\.weight_g$", "encoder.pos_conv_embed.conv.parametrizations.weight.original0"),
    (r"^encoder\.pos_conv\.0\.weight_v$", "encoder.pos_conv_embed.conv.parametrizations.weight.original1"),
    (r"^encoder\.pos_conv\.0\.", "encoder.pos_conv_embed.conv."),
    (r"\.self_attn\.grep_a$", ".attention.gru_rel_pos_const"),
    (r"\.self_attn\.grep_linear\.", ".attention.gru_rel_pos_linear."),
    (r"\.self_attn\.relative_attention_bias\.", ".attention.rel_attn_embed."),
    (r"\.self_attn\.", ".attention."),
    (r"\.self_attn_layer_norm\.", ".layer_norm."),
    (r"\.fc1\.", ".feed_forward.intermediate_dense."),
    (r"\.fc2\.", ".feed_forward.output_dense."),
)
_TOWER = "wavlm_model."
# Stands for masked frames in pre-training.
_UNUSED = {"mask_emb"}


class AudioboxEncoder(Tower):
    """The encoder ``audiobox-aesthetics``.

    Args:
        options: as they were asked for.
        source: the checkpoint.
    """

    def __init__(self, options: EncoderOptions, source: Source) -> None:
        tensors = _read(source)
        tower = _wavlm(tensors, source)
        self._by_axis, self._rates = (options.spec.layer == kind for kind in ("last", "heads"))
        self._choice = None if self._by_axis or self._rates else LayerChoice(options, tower.config.num_hidden_layers)
        module = torch.nn.ModuleDict({"tower": tower})
        published = heads_among(tensors, source)
        if self._rates:
            _check_variant(source)
            module["heads"] = rating_heads(published)
        else:
            weights = torch.stack([head.layer_weights for head in published.values()])
            module.register_parameter("layer_weights", torch.nn.Parameter(weights, requires_grad=self._by_axis))
        self._kernels = tuple(int(kernel) for kernel in tower.config.conv_kernel)
        super().__init__(
            options,
            module.to(resolve_device(options.device)),
            sample_rate=SAMPLE_RATE,
            layers=self._choice.layers if self._choice else len(AXES) if self._by_axis else 1,
            features=len(AXES) if self._rates else int(tower.config.hidden_size),
            longest=WINDOW,
            weights={"encoder": "audiobox-aesthetics", **source.identity},
        )

    def windows(self, samples: int) -> tuple[Window, ...]:
        """As released: end to end from the clip's start."""
        return full_windows(samples, self.longest)

    def prepare(self, samples: NDArray[np.float32]) -> Prepared:
        """Samples with silence after them, and the frames that count as heard."""
        padded = np.zeros(WINDOW, np.float32)
        padded[: len(samples)] = samples
        frames = self._frames(WINDOW)
        # The authors cut the window into as many blocks as there are frames; a block of silence alone is not heard.
        return Prepared(padded, min(frames, -(-len(samples) // (WINDOW // frames))))

    def forward(self, inputs: torch.Tensor, heard: Sequence[int]) -> torch.Tensor:
        """Embeddings by axis, states, or ratings, ``[window, layer, feature]``."""
        hop = prod(_STRIDES[: len(self._kernels)])
        # transformers counts frames by samples: as many as give just the frames that are heard.
        samples = torch.tensor([(frames - 1) * hop + self._field for frames in heard])
        mask = (torch.arange(WINDOW)[None] < samples[:, None]).long().to(self.device)
        with warnings.catch_warnings():
            # transformers' WavLM gives torch two masks of different types, which is right and deprecated.
            warnings.filterwarnings("ignore", message="Support for mismatched key_padding_mask")
            made = self.module["tower"](inputs, attention_mask=mask, output_hidden_states=True)  # type: ignore[index]
        if self._choice:
            return self._choice.pooled(made, lambda states: mean_over(states, heard))
        states = torch.stack([mean_over(states, heard) for states in made.hidden_states], dim=1)
        if self._rates:
            ratings: torch.Tensor = self.module["heads"](states).ratings  # type: ignore[index]
            return ratings[:, None]
        weights = torch.softmax(self.module.layer_weights, dim=-1)  # type: ignore[arg-type]  # a parameter
        return torch.nn.functional.normalize(weights @ states, dim=-1)

    @property
    def _field(self) -> int:
        """Samples that one frame sees."""
        hops = [prod(_STRIDES[:place]) for place in range(len(self._kernels))]
        return 1 + sum((kernel - 1) * hop for kernel, hop in zip(self._kernels, hops, strict=True))

    def _frames(self, samples: int) -> int:
        return (samples - self._field) // prod(_STRIDES[: len(self._kernels)]) + 1


def load(options: EncoderOptions) -> AudioboxEncoder:
    """The encoder in a folder or on the hub.

    Raises:
        BackboneError: if it cannot be loaded.
        UsageError: if there is no such layer, device or revision.
    """
    with explained(f"encoder '{options.name}'", options.source):
        return AudioboxEncoder(options, find_source(options))


def is_audiobox(config: Mapping[str, Any]) -> bool:
    """Whether a checkpoint's config is that of Audiobox-Aesthetics, which names no ``model_type``."""
    return "target_transform" in config and "proj_num_layer" in config


def published_heads(
    name_or_path: str = "audiobox-aesthetics", *, revision: str | None = None
) -> dict[str, PublishedHead]:
    """The four published heads, by axis; they read the states that the encoder gives with ``layer="all"``.

    A rating is ``mean + spread * network(unit(softmax(layer_weights) @ states))`` of one window; that of a clip is the
    mean over its windows, weighted by their length. ``load_encoder(..., layer="heads")`` gives just that.

    Args:
        name_or_path: the encoder's name, a folder, or ``owner/name`` on the hub.
        revision: the hub checkpoint's branch, tag or commit.

    Raises:
        BackboneError: if there are none, or they are of a variant other than the published one.
    """
    options = options_of(name_or_path, revision=revision)
    with explained(f"encoder '{options.name}'", options.source):
        source = find_source(options)
        _check_variant(source)
        return heads_among(_read(source), source)


def _read(source: Source) -> dict[str, torch.Tensor]:
    """All tensors by the authors' names."""
    if not is_audiobox(source.config):
        raise BackboneError(f"{source.what} is not of Audiobox-Aesthetics: its config has no target_transform.")
    path = cached_file(source.place, "model.safetensors", revision=source.revision)
    # The authors' own saving puts all names under "encoder".
    return {
        re.sub(r"^encoder\.(?=wavlm_model|proj_layer|layer_weights)", "", name): t.float()
        for name, t in load_file(path).items()
    }


def _wavlm(tensors: Mapping[str, torch.Tensor], source: Source) -> Any:
    """The tower as transformers has it, its sizes those of the weights."""
    found = {_renamed(name): tensor for name, tensor in tensors.items() if name.startswith(_TOWER)}
    found = {name: tensor for name, tensor in found.items() if name not in _UNUSED}
    model = transformers.WavLMModel(wavlm_config({name: tuple(tensor.shape) for name, tensor in tensors.items()}))
    wanted = model.state_dict()
    for name in sorted({*wanted, *found}):
        if name not in found or name not in wanted or found[name].shape != wanted[name].shape:
            raise BackboneError(
                f"{source.what} is not WavLM in the published layout: {name} is missing or does not fit."
            )
    model.load_state_dict(found)
    return model


def _renamed(name: str) -> str:
    name = name.removeprefix(_TOWER)
    for theirs, ours in _NAMES:
        name = re.sub(theirs, ours, name)
    return name


def wavlm_config(shapes: Mapping[str, tuple[int, ...]]) -> Any:
    """The config of a WavLM whose weights have these shapes, by the authors' names."""
    layers = {int(found[1]) for name in shapes if (found := re.match(rf"{_TOWER}encoder\.layers\.(\d+)\.", name))}
    convolutions = [
        shapes[name]
        for place in range(len(_STRIDES))
        if (name := f"{_TOWER}feature_extractor.conv_layers.{place}.0.weight") in shapes
    ]
    first = f"{_TOWER}encoder.layers.0."
    width, grouped, positions = shapes[f"{_TOWER}encoder.pos_conv.0.weight_v"]
    return transformers.WavLMConfig(
        hidden_size=width,
        num_hidden_layers=len(layers),
        num_attention_heads=shapes[f"{first}self_attn.grep_a"][1],
        intermediate_size=shapes[f"{first}fc1.weight"][0],
        conv_dim=[shape[0] for shape in convolutions],
        conv_kernel=[shape[2] for shape in convolutions],
        conv_stride=list(_STRIDES[: len(convolutions)]),
        num_conv_pos_embeddings=positions,
        num_conv_pos_embedding_groups=width // grouped,
        num_buckets=shapes[f"{first}self_attn.relative_attention_bias.weight"][0],
        max_bucket_distance=_FARTHEST,
        mask_time_prob=0.0,
        mask_feature_prob=0.0,
        layerdrop=0.0,
    )


_VARIANT = {
    "proj_act_fn": "gelu",
    "proj_ln": True,
    "normalize_embed": True,
    "use_weighted_layer_sum": True,
    "output_dim": 1,
}


def _check_variant(source: Source) -> None:
    for key, wanted in _VARIANT.items():
        if source.config.get(key, wanted) != wanted:
            raise BackboneError(
                f"{source.what} has {key} = {source.config[key]!r}; its published heads have {wanted!r}."
            )
