"""A small random Audiobox-Aesthetics in the layout of the public checkpoint, and that layout at its real size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import save_file

AXES = ("CE", "CU", "PC", "PQ")
# As the public config.json has them.
TARGETS = {
    "CE": {"mean": 5.06865, "std": 1.93029},
    "CU": {"mean": 5.73633, "std": 1.75669},
    "PC": {"mean": 3.18591, "std": 1.86637},
    "PQ": {"mean": 6.57505, "std": 1.51466},
}
CONFIG = {
    "proj_num_layer": 5,
    "proj_ln": True,
    "proj_act_fn": "gelu",
    "proj_dropout": 0.0,
    "nth_layer": 13,
    "use_weighted_layer_sum": True,
    "precision": "32",
    "normalize_embed": True,
    "output_dim": 1,
    "sample_rate": 16000,
    "target_transform": TARGETS,
}
KERNELS = (10, 3, 3, 3, 3, 2, 2)


def published_shapes(
    width: int = 768, layers: int = 12, heads: int = 12, inner: int = 3072, conv: int = 512, positions: int = 128,
    groups: int = 16, buckets: int = 320, hidden: int = 4,
) -> dict[str, tuple[int, ...]]:  # fmt: skip
    """Every tensor of the public checkpoint with its shape; 324 at the public size."""
    shapes: dict[str, tuple[int, ...]] = {
        "wavlm_model.mask_emb": (width,),
        "wavlm_model.layer_norm.weight": (conv,),
        "wavlm_model.layer_norm.bias": (conv,),
        "wavlm_model.post_extract_proj.weight": (width, conv),
        "wavlm_model.post_extract_proj.bias": (width,),
        "wavlm_model.encoder.pos_conv.0.bias": (width,),
        "wavlm_model.encoder.pos_conv.0.weight_g": (1, 1, positions),
        "wavlm_model.encoder.pos_conv.0.weight_v": (width, width // groups, positions),
        "wavlm_model.encoder.layer_norm.weight": (width,),
        "wavlm_model.encoder.layer_norm.bias": (width,),
        "wavlm_model.encoder.layers.0.self_attn.relative_attention_bias.weight": (buckets, heads),
        "wavlm_model.feature_extractor.conv_layers.0.2.weight": (conv,),
        "wavlm_model.feature_extractor.conv_layers.0.2.bias": (conv,),
    }
    for place, kernel in enumerate(KERNELS):
        shapes[f"wavlm_model.feature_extractor.conv_layers.{place}.0.weight"] = (conv, conv if place else 1, kernel)
    for layer in range(layers):
        name = f"wavlm_model.encoder.layers.{layer}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            shapes |= {f"{name}.self_attn.{part}.weight": (width, width), f"{name}.self_attn.{part}.bias": (width,)}
        shapes |= {
            f"{name}.self_attn.grep_linear.weight": (8, width // heads),
            f"{name}.self_attn.grep_linear.bias": (8,),
        }
        shapes[f"{name}.self_attn.grep_a"] = (1, heads, 1, 1)
        shapes |= {f"{name}.fc1.weight": (inner, width), f"{name}.fc1.bias": (inner,)}
        shapes |= {f"{name}.fc2.weight": (width, inner), f"{name}.fc2.bias": (width,)}
        for norm in ("self_attn_layer_norm", "final_layer_norm"):
            shapes |= {f"{name}.{norm}.weight": (width,), f"{name}.{norm}.bias": (width,)}
    for axis in AXES:
        shapes[f"layer_weights.{axis}"] = (layers + 1,)
        for place in range(hidden):
            shapes |= {
                f"proj_layer.{axis}.{3 * place}.weight": (width, width),
                f"proj_layer.{axis}.{3 * place}.bias": (width,),
                f"proj_layer.{axis}.{3 * place + 1}.weight": (width,),
                f"proj_layer.{axis}.{3 * place + 1}.bias": (width,),
            }
        shapes |= {f"proj_layer.{axis}.{3 * hidden}.weight": (1, width), f"proj_layer.{axis}.{3 * hidden}.bias": (1,)}
    return shapes


SMALL = {"width": 32, "layers": 3, "heads": 4, "inner": 64, "conv": 16, "positions": 16, "groups": 4, "buckets": 32}


def tensors(seed: int = 0) -> dict[str, torch.Tensor]:
    """Random weights of the small size, large enough to mind their input."""
    draw = torch.Generator().manual_seed(seed)
    made = {}
    for name, shape in published_shapes(**SMALL).items():
        noise = torch.randn(shape, generator=draw)
        is_norm = (len(shape) == 1 and name.endswith("weight")) or name.endswith(("grep_a", "weight_g"))
        fan = max(1, torch.Size(shape[1:]).numel())
        made[name] = 1 + 0.2 * noise if is_norm else noise * (2 / fan) ** 0.5 if len(shape) > 1 else 0.5 * noise
    return made


def save(folder: Path, *, prefix: str = "", config: dict[str, Any] | None = None, seed: int = 0) -> Path:
    """Write the small checkpoint as the public one is."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file({prefix + name: tensor for name, tensor in tensors(seed).items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(CONFIG | {"nth_layer": SMALL["layers"] + 1} | (config or {})))
    return folder


def reference(seed: int = 0) -> Any:
    """The same tower, filled name by name: what the authors call each weight of transformers' WavLM."""
    config = transformers.WavLMConfig(
        hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=64, conv_dim=[16] * 7,
        conv_kernel=list(KERNELS), num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, num_buckets=32,
        layerdrop=0.0,
    )  # fmt: skip
    model = transformers.WavLMModel(config).eval()
    theirs = {name.removeprefix("wavlm_model."): tensor for name, tensor in tensors(seed).items()}
    with torch.no_grad():
        for place, layer in enumerate(model.feature_extractor.conv_layers):
            layer.conv.weight.copy_(theirs[f"feature_extractor.conv_layers.{place}.0.weight"])
        norm = model.feature_extractor.conv_layers[0].layer_norm
        _fill(norm, theirs, "feature_extractor.conv_layers.0.2")
        _fill(model.feature_projection.layer_norm, theirs, "layer_norm")
        _fill(model.feature_projection.projection, theirs, "post_extract_proj")
        _fill(model.encoder.layer_norm, theirs, "encoder.layer_norm")
        conv = model.encoder.pos_conv_embed.conv
        conv.bias.copy_(theirs["encoder.pos_conv.0.bias"])
        conv.parametrizations.weight.original0.copy_(theirs["encoder.pos_conv.0.weight_g"])
        conv.parametrizations.weight.original1.copy_(theirs["encoder.pos_conv.0.weight_v"])
        bias = theirs["encoder.layers.0.self_attn.relative_attention_bias.weight"]
        model.encoder.layers[0].attention.rel_attn_embed.weight.copy_(bias)
        for place, layer in enumerate(model.encoder.layers):
            name = f"encoder.layers.{place}"
            for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
                _fill(getattr(layer.attention, part), theirs, f"{name}.self_attn.{part}")
            _fill(layer.attention.gru_rel_pos_linear, theirs, f"{name}.self_attn.grep_linear")
            layer.attention.gru_rel_pos_const.copy_(theirs[f"{name}.self_attn.grep_a"])
            _fill(layer.layer_norm, theirs, f"{name}.self_attn_layer_norm")
            _fill(layer.feed_forward.intermediate_dense, theirs, f"{name}.fc1")
            _fill(layer.feed_forward.output_dense, theirs, f"{name}.fc2")
            _fill(layer.final_layer_norm, theirs, f"{name}.final_layer_norm")
    return model


def _fill(module: Any, theirs: dict[str, torch.Tensor], name: str) -> None:
    module.weight.copy_(theirs[f"{name}.weight"])
    module.bias.copy_(theirs[f"{name}.bias"])
