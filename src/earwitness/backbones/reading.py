"""What any reader of checkpoints does: find the config, load the weights whole, and say in one line what went wrong.

A checkpoint is a folder or an id on the hub. Weights come from safetensors and must fill the whole model; nothing that
a library prints on the way reaches the user.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from logging import ERROR
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import is_offline_mode
from huggingface_hub.utils import logging as hub_logging
from transformers.utils import cached_file, logging

from earwitness.errors import BackboneError, EarwitnessError, UsageError

# What of a folder determines its numbers; anything else in it may change freely.
_HASHED = {".safetensors", ".json", ".jinja", ".txt", ".model"}
# A config, or one within it, may name "owner/kernels" on the hub, whose compiled code transformers would fetch and run.
# Said here, its own word does not count; None stands for what the class itself takes.
_OUR_KERNELS: dict[str, str | None] = {"attn_implementation": None, "experts_implementation": None}


def check_revision(source: str, revision: str | None) -> None:
    """Refuse a revision of a folder.

    Raises:
        UsageError: if there is one.
    """
    if revision and Path(source).is_dir():
        raise UsageError(f"revision '{revision}' is for checkpoints on the hub; '{source}' is a folder.")


@contextmanager
def explained(what: str, source: str) -> Iterator[None]:
    """Turn whatever a broken or hostile checkpoint makes the libraries raise into a ``BackboneError``.

    Args:
        what: is loaded, such as ``backbone 'nano'``.
        source: the folder or id on the hub.
    """
    try:
        yield
    except (EarwitnessError, ImportError):
        raise
    except Exception as error:
        raise BackboneError(f"{what} cannot be loaded from '{source}': {_reason(error)}") from error


def config_path(source: str, revision: str | None, *, named: bool) -> Path:
    """Where its config lies: the first file asked for, so it shows whether there is a checkpoint at all.

    Args:
        source: the folder or id on the hub.
        revision: the hub checkpoint's branch, tag or commit.
        named: whether a name of ours stands for it, rather than what the user wrote.

    Raises:
        BackboneError: if what the user wrote is neither a folder nor a checkpoint that the hub gives.
        OSError: if a folder, or the checkpoint that a name stands for, gives none.
    """
    try:
        with _quiet_hub():
            path: str | None = cached_file(source, "config.json", revision=revision)
    except OSError as error:
        if named or Path(source).is_dir():
            raise
        offline = "is not asked, as HF_HUB_OFFLINE is set, and its cache does not hold it."
        told = offline if is_offline_mode() else f"gives no checkpoint of that name: {_reason(error)}"
        raise BackboneError(f"there is no folder '{source}' here, and the hub {told}") from error
    if path is None:
        raise FileNotFoundError("it holds no config.json.")
    return Path(path)


def load_model(
    model_class: Any, what: str, source: str, *, dtype: torch.dtype, dispensable: Collection[str] = (), **options: Any
) -> Any:
    """A model of transformers in evaluation mode, every weight of it from the checkpoint.

    Args:
        model_class: a class of transformers.
        what: is loaded, such as ``backbone 'nano'``.
        source: the folder or id on the hub.
        dtype: the weights become.
        dispensable: names of weights that may be missing, because nothing reads them.
        **options: for ``from_pretrained``.

    Raises:
        BackboneError: if there are no safetensors, weights are missing or do not fit, or the config asks for a library
            that is not installed.
    """
    try:
        with _quiet():
            model, info = model_class.from_pretrained(
                source, dtype=dtype, use_safetensors=True, output_loading_info=True, **(_OUR_KERNELS | options)
            )
    except ImportError as error:
        raise BackboneError(
            f"{what} cannot be loaded from '{source}': its config asks for a library that is not here. {_reason(error)}"
        ) from error
    except OSError as error:
        raise BackboneError(
            f"{what} cannot be loaded from '{source}': {_reason(error)} Only safetensors are read, as a pickle can run "
            "code. Where there is only a pickle, save it once by transformers' save_pretrained, and give that folder."
        ) from error
    absent = {*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])}
    absent = {key for key in absent if key.rpartition(".")[2] not in dispensable}
    if absent:
        # transformers fills gaps with random numbers and a warning.
        raise BackboneError(f"{what} lacks {len(absent)} weights of a {model_class.__name__}, such as {min(absent)}.")
    return model.eval()


def resolve_device(device: str) -> str:
    """The device that ``auto`` stands for.

    Raises:
        UsageError: if there is no such device here.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UsageError(f"device '{device}' is not there: {str(error).splitlines()[0]} Try device='auto'.") from error
    return device


def hash_folder(folder: Path) -> str:
    """Hash of all files of a checkpoint that determine its numbers: names and contents, not the folder's place."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in _HASHED and path.is_file():
            with path.open("rb") as file:
                digest.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def _reason(error: Exception) -> str:
    """The first line of what a library said, which may go on for a page; its type if it said nothing."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else repr(error)


@contextmanager
def _quiet_hub() -> Iterator[None]:
    """Without the hub client's two lines for each of its tries; the last one's error says it all."""
    shown = hub_logging.get_verbosity()
    hub_logging.set_verbosity(ERROR)
    try:
        yield
    finally:
        hub_logging.set_verbosity(shown)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' progress bars, which would mix with ours, and its report of unused weights."""
    bars, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
