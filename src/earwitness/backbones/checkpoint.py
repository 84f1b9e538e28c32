"""A checkpoint of transformers, read from a folder or the hub with nothing taken on trust.

Its config may only name a class of our family table, weights come from safetensors and must fill the whole model, no
code of the checkpoint runs unless asked, and what was read is named in ``identity`` by commit or by hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from logging import ERROR
from pathlib import Path
from typing import Any

import torch
import transformers
from huggingface_hub import is_offline_mode
from huggingface_hub.utils import logging as hub_logging
from transformers.utils import cached_file, logging
from transformers.utils.hub import extract_commit_hash

from earwitness.backbones import LoadOptions
from earwitness.backbones.families import Family, family_of
from earwitness.errors import BackboneError, EarwitnessError, UsageError

# What of a folder determines its numbers; anything else in it may change freely.
_HASHED = {".safetensors", ".json", ".jinja", ".txt", ".model"}


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
    local = Path(options.source).is_dir()
    if local and options.revision:
        raise UsageError(
            f"revision '{options.revision}' is for checkpoints on the hub; '{options.source}' is a folder."
        )
    device = resolve_device(options.device)
    dtype = resolve_dtype(options.dtype, device)
    try:
        return _read(options, local, device, dtype)
    except (EarwitnessError, ImportError):
        raise
    except Exception as error:  # a broken or hostile checkpoint may make the libraries raise anything
        raise BackboneError(
            f"backbone '{options.name}' cannot be loaded from '{options.source}': {_reason(error)}"
        ) from error


def _reason(error: Exception) -> str:
    """The first line of what a library said, which may go on for a page; its type if it said nothing."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else repr(error)


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


def _read(options: LoadOptions, local: bool, device: str, dtype: str) -> Checkpoint:
    path = _config(options, local)
    family = family_of(json.loads(Path(path).read_text(encoding="utf-8")), options.name)
    # Every file of one commit, even if the branch moves on while they are fetched.
    revision = extract_commit_hash(path, None) or options.revision
    trust = {"trust_remote_code": options.trust_remote_code}
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.source, revision=revision, **trust)
    extractor = transformers.AutoFeatureExtractor.from_pretrained(options.source, revision=revision, **trust)
    template = _chat_template(options.source, tokenizer, revision) or family.chat_template
    if not template:
        raise BackboneError(
            f"backbone '{options.name}' has no chat template: '{options.source}' lacks chat_template.jinja."
        )
    model = _model(options, family, revision, device, dtype)
    _check_window(model, extractor, family, options.name)
    hub = {"checkpoint": options.source, "revision": revision}
    weights = {"sha256": hash_folder(Path(options.source))} if local else hub
    return Checkpoint(
        model,
        tokenizer,
        extractor,
        template,
        str(tokenizer.convert_ids_to_tokens(model.config.audio_token_id)),
        family,
        {"family": family.name, **weights, "dtype": dtype, "front_end": options.front_end},
    )


def _config(options: LoadOptions, local: bool) -> str:
    """Where its config lies: the first file asked for, so it shows whether there is a checkpoint at all.

    Raises:
        BackboneError: if what the user wrote is neither a folder nor a checkpoint that the hub gives.
        OSError: if a folder, or the checkpoint that a name stands for, gives none.
    """
    named = options.name != options.source
    try:
        with _quiet_hub():
            path: str | None = cached_file(options.source, "config.json", revision=options.revision)
    except OSError as error:
        if local or named:
            raise
        offline = "is not asked, as HF_HUB_OFFLINE is set, and its cache does not hold it."
        told = offline if is_offline_mode() else f"gives no checkpoint of that name: {_reason(error)}"
        raise BackboneError(f"there is no folder '{options.source}' here, and the hub {told}") from error
    if path is None:
        raise FileNotFoundError("it holds no config.json.")
    return path


def _model(options: LoadOptions, family: Family, revision: str | None, device: str, dtype: str) -> Any:
    if options.device_map is not None and not transformers.utils.is_accelerate_available():
        raise UsageError("device_map needs accelerate. Install with: pip install accelerate")
    placed = {} if options.device_map is None else {"device_map": options.device_map}
    with _quiet():
        model, info = getattr(transformers, family.model_class).from_pretrained(
            options.source,
            revision=revision,
            dtype=getattr(torch, dtype),
            attn_implementation="sdpa",
            use_safetensors=True,
            output_loading_info=True,
            **placed,
        )
    absent = sorted({*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])})
    if absent:
        # transformers fills gaps with random numbers and a warning.
        raise BackboneError(
            f"backbone '{options.name}' lacks {len(absent)} weights of a {family.model_class}, such as {absent[0]}."
        )
    return (model if placed else model.to(device)).eval()


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
    """Without transformers' progress bars, which would mix with ours."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _chat_template(source: str, tokenizer: Any, revision: str | None) -> str | None:
    """The processor's template if there is one: a tokenizer's own may know no audio."""
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


def hash_folder(folder: Path) -> str:
    """Hash of all files of a checkpoint that determine its numbers: names and contents, not the folder's place."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in _HASHED and path.is_file():
            with path.open("rb") as file:
                digest.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()[:16]
