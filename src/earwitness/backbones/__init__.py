"""The audio language models that answer questions, by name.

A name stands for a loader, written ``"module:function"`` and imported on use, so that listing them needs neither torch
nor the network. What is not a name is a folder with a checkpoint, the id of a checkpoint on the Hugging Face hub
(``owner/name``), or the address of a server (``http://host:8000/v1``). Other packages add names through the entry-point
group ``earwitness.backbones``; each entry point is a function from ``LoadOptions`` to a ``Backbone``.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal

from earwitness.backbones.base import Backbone, FrontEnd, Writer
from earwitness.backbones.server.options import ServerOptions as ServerOptions
from earwitness.errors import BackboneError, MissingDependencyError, UnknownNameError, UsageError

ENTRY_POINTS = "earwitness.backbones"

# As PyTorch calls them; known here so that a slip of the pen is told before anything is imported.
DEVICES = ("cpu", "cuda", "mps", "xpu")
DTYPES = ("float32", "bfloat16", "float16")


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load a backbone; see ``load_backbone`` for the meaning of each field.

    Attributes:
        name: as the user gave it; of a folder, its last part.
        source: a folder, a checkpoint's id on the hub, or a server's address; empty if the loader knows its own.
    """

    name: str
    source: str
    device: str = "auto"
    dtype: str = "auto"
    device_map: str | Mapping[str, int | str] | None = None
    batch_size: int | Literal["auto"] = "auto"
    revision: str | None = None
    trust_remote_code: bool = False
    front_end: FrontEnd = "correct"
    server: ServerOptions | None = None


@dataclass(frozen=True, slots=True)
class BackboneInfo:
    """One line of ``earwitness list backbones``.

    Attributes:
        name: what to pass to ``load_backbone``.
        loader: ``module:function`` that makes it.
        checkpoint: its id on the Hugging Face hub; empty if it needs none, or has none that loads as it is.
        max_seconds: the longest clip it hears at once; longer ones come in windows. None if unknown before loading.
        license: of the weights, as their publisher states it.
        note: what to know before choosing it.
    """

    name: str
    loader: str
    checkpoint: str = ""
    max_seconds: float | None = None
    license: str = ""
    note: str = ""

    @property
    def heard_at_once(self) -> str:
        """``max_seconds`` for people."""
        return "" if self.max_seconds is None else f"{self.max_seconds:g} s"


# What brings a library that a loader imports.
_EXTRAS = {"torch": "hf", "transformers": "hf", "tokenizers": "hf", "httpx2": "server"}

_HF = "earwitness.backbones.hf:load"
_TEXT = "earwitness.backbones.text:load"
_SERVER = "earwitness.backbones.openai_api:load"
_SERVER_WRITER = "earwitness.backbones.openai_api:load_writer"
_HOST_AND_PORT = re.compile(r"[\w.-]+:\d+(/.*)?")
_NVIDIA = "NVIDIA OneWay Noncommercial"

BACKBONES: Mapping[str, BackboneInfo] = {
    info.name: info
    for info in (
        BackboneInfo(
            "embedded",
            "earwitness.backbones.embedded:load",
            "",
            10,
            "Apache-2.0",
            "ships with earwitness; longer clips in windows",
        ),
        BackboneInfo("qwen2.5-omni-3b", _HF, "Qwen/Qwen2.5-Omni-3B", 600, "Qwen Research", "thinker only"),
        BackboneInfo("qwen2.5-omni-7b", _HF, "Qwen/Qwen2.5-Omni-7B", 600, "Apache-2.0", "thinker only"),
        BackboneInfo(
            "qwen2-audio-7b", _HF, "Qwen/Qwen2-Audio-7B-Instruct", 30, "Apache-2.0", "longer clips in windows"
        ),
        BackboneInfo(
            "qwen3-omni-30b",
            _HF,
            "Qwen/Qwen3-Omni-30B-A3B-Instruct",
            600,
            "Apache-2.0",
            "thinker only; mixture of experts",
        ),
        BackboneInfo(
            "anyaudio-judge-7b",
            _HF,
            "cucl2/AnyAudio-Judge-7B",
            600,
            "Apache-2.0",
            "Qwen2.5-Omni fine-tuned on rubrics",
        ),
        BackboneInfo(
            "anyaudio-judge-30b",
            _HF,
            "cucl2/AnyAudio-Judge-30B",
            600,
            "Apache-2.0",
            "Qwen3-Omni fine-tuned on rubrics",
        ),
        BackboneInfo("af3", _HF, "nvidia/audio-flamingo-3-hf", 600, _NVIDIA),
        BackboneInfo(
            "af3-think",
            _HF,
            "",
            600,
            _NVIDIA,
            "published as an adapter with pickled weights (folder think/ of nvidia/audio-flamingo-3-hf), which "
            "earwitness does not load; merge it, save it as safetensors, and give that folder's path",
        ),
        BackboneInfo(
            "af3-chat",
            _HF,
            "",
            600,
            _NVIDIA,
            "published in NVIDIA's own layout only (nvidia/audio-flamingo-3-chat); convert it with transformers' "
            "convert_audioflamingo3_to_hf.py, and give that folder's path",
        ),
        BackboneInfo("fake", "earwitness.backbones.fake:load", note="answers by hash: for tests and docs"),
    )
}


def list_backbones() -> list[BackboneInfo]:
    """All names, those of other packages last; imports no model library.

    Example:
        >>> [info.checkpoint for info in list_backbones() if info.name == "qwen2.5-omni-7b"]
        ['Qwen/Qwen2.5-Omni-7B']
    """
    others = sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    return [
        *BACKBONES.values(),
        *(BackboneInfo(point.name, point.value) for point in others if point.name not in BACKBONES),
    ]


def load_backbone(
    name_or_path: str | Path,
    *,
    device: str = "auto",
    dtype: str = "auto",
    device_map: str | Mapping[str, int | str] | None = None,
    batch_size: int | Literal["auto"] = "auto",
    revision: str | None = None,
    trust_remote_code: bool = False,
    front_end: FrontEnd = "correct",
    server: ServerOptions | None = None,
) -> Backbone:
    """Load a backbone by name, from a folder, by its id on the Hugging Face hub, or from a server.

    The network is used only for a checkpoint on the hub and for a server. Weights are read from safetensors only.

    Args:
        name_or_path: a name of ``earwitness list backbones``, a folder, ``owner/name`` on the hub, or the address of a
            server, such as ``http://host:8000/v1``, with ``#model`` behind it where it serves several.
        device: ``cpu``, ``cuda``, ``cuda:1``, ...; ``auto`` takes CUDA where there is one.
        dtype: ``float32``, ``bfloat16`` or ``float16``; ``auto`` is float32 on a CPU, else bfloat16 where supported.
        device_map: spreads a large model over devices (needs accelerate); ``device`` is then not used.
        batch_size: clips in one pass; ``auto`` estimates it. Either is halved when memory runs out.
        revision: the hub checkpoint's branch, tag or commit; the resolved commit is recorded in ``identity``.
        trust_remote_code: lets a checkpoint's own tokenizer and feature-extractor code run. Never implied.
        front_end: ``correct`` hears the whole clip; ``paper`` cuts it where the model's released processor does.
        server: how to talk to a server; for nothing else.

    Raises:
        UnknownNameError: if there is no such name, folder or hub id.
        UsageError: if an option has no such value, or this backbone no such option.
        MissingDependencyError: if a library that it needs is not installed.
        BackboneError: if the checkpoint cannot be loaded, or the server cannot be reached.

    Example:
        >>> load_backbone("fake").sample_rate
        16000
    """
    options = LoadOptions(
        str(name_or_path), "", device, dtype, device_map, batch_size, revision, trust_remote_code, front_end, server
    )
    loaded: Backbone = _load(_resolve(options.name), options)
    return loaded


def load_writer(
    name_or_path: str | Path,
    *,
    device: str = "auto",
    dtype: str = "auto",
    device_map: str | Mapping[str, int | str] | None = None,
    batch_size: int | Literal["auto"] = "auto",
    revision: str | None = None,
    trust_remote_code: bool = False,
    server: ServerOptions | None = None,
) -> Writer:
    """Load a language model that writes from text alone: from a folder, by its id on the hub, or from a server.

    Args:
        name_or_path: as in ``load_backbone``; a name stands for a backbone that also writes from text.
        device: as in ``load_backbone``, and so are all that follow.
        dtype: of the weights.
        device_map: spreads a large model over devices.
        batch_size: prompts in one pass.
        revision: the hub checkpoint's branch, tag or commit.
        trust_remote_code: lets a checkpoint's own tokenizer code run.
        server: how to talk to a server; for nothing else.

    Raises:
        UnknownNameError: if there is no such name, folder or hub id.
        UsageError: if an option has no such value, or the backbone of that name only answers about clips.
        MissingDependencyError: if a library that it needs is not installed.
        BackboneError: if the checkpoint cannot be loaded, or the server cannot be reached.

    Example:
        >>> load_writer("fake")
        Traceback (most recent call last):
        earwitness.errors.UsageError: backbone 'fake' answers about clips and does not write from text alone. Give a \
text model's folder, its id on the hub, or a server's address.
    """
    options = LoadOptions(
        str(name_or_path), "", device, dtype, device_map, batch_size, revision, trust_remote_code, server=server
    )
    loader, source = _resolve(options.name)
    if source == options.name:
        loader = {_HF: _TEXT, _SERVER: _SERVER_WRITER}[loader]
    loaded = _load((loader, source), options)
    if not isinstance(loaded, Writer):
        raise UsageError(
            f"backbone '{options.name}' answers about clips and does not write from text alone. Give a text model's "
            "folder, its id on the hub, or a server's address."
        )
    return loaded


def _load(resolved: tuple[str, str], options: LoadOptions) -> Any:
    """What the loader makes, once the options are such as may be."""
    name, (loader, source) = options.name, resolved
    if options.batch_size != "auto" and options.batch_size < 1:
        raise UsageError(f"batch_size is {options.batch_size}; it must be at least 1, or 'auto'.")
    _check_number_type(options.dtype)
    check_device(options.device)
    if options.revision and name in BACKBONES and not source:
        raise UsageError(
            f"backbone '{name}' is part of earwitness and has no revisions of its own. Leave revision out."
        )
    _check_server_options(options)
    # A folder is known by its own name: where it lies on one machine is not part of what a record says.
    known_as = Path(name).resolve().name if source and Path(source).is_dir() else name
    return _import(loader, name)(replace(options, name=known_as, source=source))


def is_address(name: str) -> bool:
    """Whether this is the address of a server.

    Example:
        >>> is_address("http://localhost:8000/v1#judge"), is_address("owner/model")
        (True, False)
    """
    return name.lower().startswith(("http://", "https://"))


def _check_server_options(options: LoadOptions) -> None:
    """A server has loaded its model already; nothing else has a server."""
    if not is_address(options.name):
        if options.server is not None:
            raise UsageError(
                f"server options are for the address of a server, and '{options.name}' is none. Leave them out."
            )
        return
    asked = {
        "device": options.device != "auto",
        "dtype": options.dtype != "auto",
        "device_map": options.device_map is not None,
        "revision": options.revision is not None,
        "trust_remote_code": options.trust_remote_code,
    }
    if any(asked.values()):
        names = ", ".join(name for name, given in asked.items() if given)
        raise UsageError(f"{names}: a server has loaded its model already. Say so where the server is started.")


def _check_number_type(dtype: str) -> None:
    if dtype not in ("auto", *DTYPES):
        raise UsageError(f"dtype is {dtype!r}; it must be auto, {', '.join(DTYPES[:-1])} or {DTYPES[-1]}.")


def check_device(device: str) -> None:
    """Refuse what no device is called; the loader finds out whether it is there.

    Raises:
        UsageError: if no device is called so.
    """
    kind, colon, number = device.partition(":")
    if device != "auto" and not (kind in DEVICES and (not colon or number.isdecimal())):
        raise UsageError(
            f"device is {device!r}; it must be auto, or one of {', '.join(DEVICES)}, such as cuda or cuda:1."
        )


def _resolve(name: str) -> tuple[str, str]:
    """The loader, and what it loads from; that is the name itself for all but names."""
    if name in BACKBONES:
        info = BACKBONES[name]
        if info.loader == _HF and not info.checkpoint:
            raise BackboneError(f"backbone '{name}' has no checkpoint that loads as it is: {info.note}.")
        return info.loader, info.checkpoint
    if is_address(name):
        return _SERVER, name
    for point in entry_points(group=ENTRY_POINTS, name=name):
        return point.value, ""
    if _HOST_AND_PORT.fullmatch(name):
        raise UsageError(f"'{name}' has no scheme. If it is the address of a server, write http://{name}")
    if name and (Path(name).is_dir() or is_hub_id(name)):
        return _HF, name
    raise UnknownNameError("backbone", name, [info.name for info in list_backbones()])


def is_hub_id(name: str) -> bool:
    """Whether this may be a checkpoint on the Hugging Face hub: ``owner/name``."""
    owner, slash, repository = name.partition("/")
    return bool(slash and owner and repository) and "/" not in repository and owner not in {".", "..", "~"}


def _import(loader: str, name: str) -> Callable[[LoadOptions], Any]:
    module, _, function = loader.partition(":")
    try:
        found: Callable[[LoadOptions], Any] = getattr(importlib.import_module(module), function)
    except ModuleNotFoundError as error:
        if error.name not in _EXTRAS:
            raise
        raise MissingDependencyError(f"backbone '{name}'", error.name, _EXTRAS[error.name]) from error
    return found
