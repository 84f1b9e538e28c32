"""A checkpoint of transformers, read from a folder or the hub with nothing taken on trust.

Its config may only name a class of our family table, weights come from safetensors and must fill the whole model, no
code of the checkpoint runs unless asked, and what was read is named in ``identity`` by commit or by hash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.utils import cached_file
from transformers.utils.hub import extract_commit_hash

from earwitness.backbones import LoadOptions
from earwitness.backbones.families import Family, family_of
from earwitness.backbones.reading import (
    check_revision,
    config_path,
    explained,
    hash_folder,
    load_model,
    resolve_device,
)
from earwitness.errors import BackboneError, UsageError


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded model with what belongs to it.

    Attributes:
        model: in evaluation mode, on its device.
        tokenizer: its fast tokenizer.
        extractor: its feature extractor.
        chat_template: Jinja.
        audio_token: the audio's placeholder.
        family: its entry in the family table.
        identity: what determines its numbers.
    """

    model: Any
    tokenizer: Any
    extractor: Any
    chat_template: str
    audio_token: str
    family: Family
    identity: Mapping[str, Any]


def read_checkpoint(options: LoadOptions) -> Checkpoint:
    """Load model, tokenizer, feature extractor and chat template.

    Raises:
        BackboneError: if anything is missing, of an unknown family, or does not fit together.
        UsageError: if the options do not.
    """
    check_revision(options.source, options.revision)
    device = resolve_device(options.device)
    dtype = resolve_dtype(options.dtype, device)
    with explained(f"backbone '{options.name}'", options.source):
        return _read(options, device, dtype)


def resolve_dtype(dtype: str, device: str) -> str:
    """The type that ``auto`` stands for: float32 on a CPU, where bfloat16 is far slower; half precision on CUDA.

    Example:
        >>> resolve_dtype("auto", "cpu")
        'float32'
    """
    if dtype != "auto":
        return dtype
    if not device.startswith("cuda"):
        return "float32"
    return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"


def _read(options: LoadOptions, device: str, dtype: str) -> Checkpoint:
    path = config_path(options.source, options.revision, named=options.name != options.source)
    family = family_of(json.loads(path.read_text(encoding="utf-8")), options.name)
    # Every file of one commit, even if the branch moves on while they are fetched.
    revision = extract_commit_hash(str(path), None) or options.revision
    trust = {"trust_remote_code": options.trust_remote_code}
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.source, revision=revision, **trust)
    extractor = transformers.AutoFeatureExtractor.from_pretrained(options.source, revision=revision, **trust)
    template = chat_template(options.source, tokenizer, revision) or family.chat_template
    if not template:
        raise BackboneError(
            f"backbone '{options.name}' has no chat template: '{options.source}' lacks chat_template.jinja."
        )
    model = load_weights(
        family.model_class, f"backbone '{options.name}'", options, revision, device, dtype, attn_implementation="sdpa"
    )
    _check_window(model, extractor, family, options.name)
    return Checkpoint(
        model,
        tokenizer,
        extractor,
        template,
        str(tokenizer.convert_ids_to_tokens(model.config.audio_token_id)),
        family,
        {
            "family": family.name,
            **weights_identity(options.source, revision),
            "dtype": dtype,
            "front_end": options.front_end,
        },
    )


def load_weights(
    model_class: str,
    what: str,
    options: LoadOptions,
    revision: str | None,
    device: str,
    dtype: str,
    **more: Any,
) -> Any:
    """A model of that class of transformers on its device, or spread over several.

    Raises:
        UsageError: if spreading it needs a library that is not installed.
        BackboneError: if it cannot be loaded whole.
    """
    if options.device_map is not None and not transformers.utils.is_accelerate_available():
        raise UsageError("device_map needs accelerate. Install with: pip install accelerate")
    placed = {} if options.device_map is None else {"device_map": options.device_map}
    model = load_model(
        getattr(transformers, model_class),
        what,
        options.source,
        dtype=getattr(torch, dtype),
        revision=revision,
        **more,
        **placed,
    )
    return model if placed else model.to(device)


def weights_identity(source: str, revision: str | None) -> Mapping[str, Any]:
    """A folder by its hash, a checkpoint on the hub by its commit."""
    if Path(source).is_dir():
        return {"sha256": hash_folder(Path(source))}
    return {"checkpoint": source, "revision": revision}


def chat_template(source: str, tokenizer: Any, revision: str | None) -> str | None:
    """The folder's template if there is one: a tokenizer's own may know no audio."""
    for name in ("chat_template.jinja", "chat_template.json"):
        path = cached_file(
            source,
            name,
            revision=revision,
            _raise_exceptions_for_missing_entries=False,
            _raise_exceptions_for_connection_errors=False,
        )
        if path:
            text = Path(path).read_text(encoding="utf-8")
            return text if name.endswith(".jinja") else str(json.loads(text)["chat_template"])
    template = tokenizer.chat_template
    return template if isinstance(template, str) else None


def _check_window(model: Any, extractor: Any, family: Family, name: str) -> None:
    if type(extractor).__name__ != "WhisperFeatureExtractor":
        raise BackboneError(f"backbone '{name}' has a {type(extractor).__name__}; a WhisperFeatureExtractor is needed.")
    if family.padding not in {"window", "chunks"}:
        return
    frames = int(extractor.n_samples) // int(extractor.hop_length)
    wanted = 2 * int(model.config.audio_config.max_source_positions)
    if frames != wanted:
        raise BackboneError(f"backbone '{name}': its extractor makes {frames} frames, its encoder takes {wanted}.")
