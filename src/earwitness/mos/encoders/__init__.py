"""The encoders that turn a clip, or a caption, into an embedding for heads to read, by name.

A name stands for a loader, written ``"module:function"`` and imported on use, so that listing them needs neither torch
nor the network. What is not a name is a folder with a checkpoint of transformers, or the id of one on the Hugging Face
hub (``owner/name``), whose config says what it is.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from earwitness.backbones import check_device, is_hub_id
from earwitness.errors import MissingDependencyError, UnknownNameError, UsageError
from earwitness.mos.encoders.base import Encoder, EncoderSpec, Layer, TrainableEncoder

__all__ = [
    "ENCODERS",
    "Encoder",
    "EncoderInfo",
    "EncoderOptions",
    "EncoderSpec",
    "TrainableEncoder",
    "list_encoders",
    "load_encoder",
]


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """How to load an encoder; see ``load_encoder`` for the meaning of each field.

    Attributes:
        spec: what to keep in order to load it again.
        name: for people; of a folder, its last part.
        source: a folder, or a checkpoint's id on the hub; empty if the loader knows its own.
    """

    spec: EncoderSpec
    name: str
    source: str
    device: str = "auto"
    batch_size: int | Literal["auto"] = "auto"


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """One line of ``earwitness list encoders``.

    Attributes:
        name: what to pass to ``load_encoder``.
        loader: ``module:function`` that makes it.
        checkpoint: its id on the Hugging Face hub; empty if it needs none.
        sample_rate: Hz, of what it hears.
        license: of the weights, as their publisher states it; empty where that could not be checked.
        note: what to know before choosing it.
    """

    name: str
    loader: str
    checkpoint: str = ""
    sample_rate: int = 16_000
    license: str = ""
    note: str = ""


_ROOM = "earwitness.mos.encoders"
_PRETRAINED = f"{_ROOM}.pretrained:load"
_CLAP = f"{_ROOM}.clap:load"
# As the hub's pages had it, the main branch of these holds no safetensors.
_PICKLED = "published as a pickle: convert it once, and give that folder (see load_encoder)"

ENCODERS: Mapping[str, EncoderInfo] = {
    info.name: info
    for info in (
        EncoderInfo("log-mel", f"{_ROOM}.log_mel:load", note="statistics of log-mel bands: no weights, the baseline"),
        EncoderInfo(
            "embedded", f"{_ROOM}.embedded:load", license="Apache-2.0", note="the embedded judge's audio tower"
        ),
        EncoderInfo(
            "clap",
            _CLAP,
            "laion/clap-htsat-unfused",
            48_000,
            "Apache-2.0",
            f"captions too; 10 s at once; {_PICKLED}",
        ),
        EncoderInfo(
            "clap-music",
            _CLAP,
            "laion/larger_clap_music",
            48_000,
            "Apache-2.0",
            f"as clap, taught on music; {_PICKLED}",
        ),
        EncoderInfo(
            "audiobox-aesthetics",
            f"{_ROOM}.audiobox:load",
            "facebook/audiobox-aesthetics",
            license="CC-BY-4.0",
            note="WavLM taught on ratings of enjoyment, usefulness, complexity and quality",
        ),
        EncoderInfo("wavlm-base-plus", _PRETRAINED, "microsoft/wavlm-base-plus", 16_000, note=_PICKLED),
        EncoderInfo("wavlm-large", _PRETRAINED, "microsoft/wavlm-large", 16_000, note=_PICKLED),
        EncoderInfo("wav2vec2-base", _PRETRAINED, "facebook/wav2vec2-base", 16_000, "Apache-2.0", _PICKLED),
        EncoderInfo("hubert-base", _PRETRAINED, "facebook/hubert-base-ls960", 16_000, "Apache-2.0", _PICKLED),
        EncoderInfo("whisper-small", _PRETRAINED, "openai/whisper-small", 16_000, "Apache-2.0", "its encoder alone"),
        EncoderInfo(
            "ast",
            _PRETRAINED,
            "MIT/ast-finetuned-audioset-10-10-0.4593",
            license="BSD-3-Clause",
            note="taught on AudioSet's sound events",
        ),
        EncoderInfo("mert-95m", _PRETRAINED, "m-a-p/MERT-v1-95M", 24_000, "CC-BY-NC-4.0", f"for music; {_PICKLED}"),
    )
}


def list_encoders() -> list[EncoderInfo]:
    """All names; imports no model library.

    Example:
        >>> [info.sample_rate for info in list_encoders() if info.name == "log-mel"]
        [16000]
    """
    return list(ENCODERS.values())


def load_encoder(
    name_or_path: str | Path,
    *,
    layer: Layer = "last",
    device: str = "auto",
    revision: str | None = None,
    batch_size: int | Literal["auto"] = "auto",
) -> Encoder:
    """Load an encoder by name, from a folder, or by its id on the Hugging Face hub.

    The network is used only for a checkpoint on the hub. Weights are read from safetensors only, as float32, and no
    code of a checkpoint ever runs. Of a checkpoint that is published as a pickle only, make a folder with safetensors
    once, by ``hf download microsoft/wavlm-base-plus --local-dir wavlm`` and then, in Python, by what reads its tensors
    and runs nothing else that a pickle may hold::

        import torch
        from safetensors.torch import save_file

        tensors = torch.load("wavlm/pytorch_model.bin", map_location="cpu", weights_only=True)
        tensors = {name: tensor.contiguous().clone() for name, tensor in tensors.items()}
        save_file(tensors, "wavlm/model.safetensors", {"format": "pt"})

    Args:
        name_or_path: a name of ``earwitness list encoders``, a folder, or ``owner/name`` on the hub.
        layer: ``last``; a layer's number, 0 being what enters the first; ``all``, for heads that learn weights; or
            ``heads``, the ratings of the heads that a checkpoint has itself (audiobox-aesthetics).
        device: ``cpu``, ``cuda``, ``cuda:1``, ...; ``auto`` takes CUDA where there is one.
        revision: the hub checkpoint's branch, tag or commit; the resolved commit is recorded in ``identity``.
        batch_size: windows in one pass; ``auto`` chooses by device. Either is halved when memory runs out.

    Raises:
        UnknownNameError: if there is no such name, folder or hub id.
        UsageError: if an option has no such value, or this encoder no such layer.
        MissingDependencyError: if torch or transformers is needed and not installed.
        BackboneError: if the checkpoint cannot be loaded.

    Example:
        >>> load_encoder("log-mel").sample_rate
        16000
    """
    options = options_of(name_or_path, layer=layer, device=device, revision=revision, batch_size=batch_size)
    return _import(_resolve(options.spec.name)[0], options.spec.name)(options)


def options_of(
    name_or_path: str | Path,
    *,
    layer: Layer = "last",
    device: str = "auto",
    revision: str | None = None,
    batch_size: int | Literal["auto"] = "auto",
) -> EncoderOptions:
    """The options of ``load_encoder``, checked.

    Raises:
        UnknownNameError: if there is no such name, folder or hub id.
        UsageError: if an option has no such value.
    """
    name = str(name_or_path)
    _check_layer(layer)
    check_device(device)
    if batch_size != "auto" and (type(batch_size) is not int or batch_size < 1):
        raise UsageError(f"batch_size is {batch_size!r}; it must be a whole number of at least 1, or 'auto'.")
    _, source = _resolve(name)
    if revision and not source:
        raise UsageError(f"encoder '{name}' is part of earwitness and has no revisions of its own. Leave revision out.")
    # A folder is known by its own name: where it lies on one machine is not part of what a record says.
    known_as = Path(name).resolve().name if source == name and Path(source).is_dir() else name
    return EncoderOptions(EncoderSpec(name, layer, revision), known_as, source, device, batch_size)


def _check_layer(layer: Layer) -> None:
    numbered = isinstance(layer, int) and not isinstance(layer, bool) and layer >= 0
    if not (numbered or layer in ("last", "all", "heads")):
        raise UsageError(
            f"layer is {layer!r}; it must be 'last', 'all', or a layer's number counted from 0 (or 'heads', for the "
            "ratings of published heads)."
        )


def _resolve(name: str) -> tuple[str, str]:
    if name in ENCODERS:
        return ENCODERS[name].loader, ENCODERS[name].checkpoint
    if name and (Path(name).is_dir() or is_hub_id(name)):
        return _PRETRAINED, name
    raise UnknownNameError("encoder", name, ENCODERS)


def _import(loader: str, name: str) -> Callable[[EncoderOptions], Encoder]:
    module, _, function = loader.partition(":")
    try:
        found: Callable[[EncoderOptions], Encoder] = getattr(importlib.import_module(module), function)
    except ModuleNotFoundError as error:
        if error.name not in {"torch", "transformers", "tokenizers", "safetensors"}:
            raise
        raise MissingDependencyError(f"encoder '{name}'", error.name, "hf") from error
    return found
