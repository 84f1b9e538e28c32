"""Language models of transformers that write from text alone, loaded as audio models are: nothing is taken on trust.

A config may only name a class of the table, weights come from safetensors and must fill the whole model, no code of the
checkpoint runs unless asked, and users' texts are spelled out, so that no caption can hold a control token. A model
that can think aloud first is told not to; what it thinks all the same is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import transformers
from transformers.utils.hub import extract_commit_hash

from earwitness.backbones import LoadOptions
from earwitness.backbones.base import GREEDY, TextPrompt, Writing
from earwitness.backbones.checkpoint import chat_template, load_weights, resolve_dtype, weights_identity
from earwitness.backbones.decoder import out_of_memory
from earwitness.backbones.prompt import Chat
from earwitness.backbones.reading import check_revision, config_path, explained, resolve_device
from earwitness.backbones.writing import TextWriter, fitting_rows
from earwitness.errors import BackboneError, ClipError

# The classes of transformers that a config may name; each has a plain decoder, a head and ``generate``.
ARCHITECTURES = (
    "Qwen2ForCausalLM",
    "Qwen2MoeForCausalLM",
    "Qwen3ForCausalLM",
    "Qwen3MoeForCausalLM",
    "LlamaForCausalLM",
    "MistralForCausalLM",
    "MixtralForCausalLM",
    "Gemma2ForCausalLM",
    "Gemma3ForCausalLM",
    "Phi3ForCausalLM",
    "Olmo2ForCausalLM",
    "GraniteForCausalLM",
    "SmolLM3ForCausalLM",
    "Glm4ForCausalLM",
)
# A prompt with its caption, and the rubric behind it.
_TOKENS_PER_TEXT = 5000


def load(options: LoadOptions) -> TextModel:
    """The language model in a folder or on the hub.

    Raises:
        BackboneError: if it cannot be loaded.
        UsageError: if the options do not fit.
    """
    check_revision(options.source, options.revision)
    device = resolve_device(options.device)
    dtype = resolve_dtype(options.dtype, device)
    with explained(f"language model '{options.name}'", options.source):
        return _read(options, device, dtype)


def _read(options: LoadOptions, device: str, dtype: str) -> TextModel:
    path = config_path(options.source, options.revision, named=options.name != options.source)
    architecture = _architecture(json.loads(path.read_text(encoding="utf-8")), options.name)
    # Every file of one commit, even if the branch moves on while they are fetched.
    revision = extract_commit_hash(str(path), None) or options.revision
    tokenizer = transformers.AutoTokenizer.from_pretrained(
        options.source, revision=revision, trust_remote_code=options.trust_remote_code
    )
    template = chat_template(options.source, tokenizer, revision)
    if not template:
        raise BackboneError(
            f"language model '{options.name}' has no chat template, so it was not taught to follow instructions. "
            "Choose one that was, often named -Instruct or -it."
        )
    chat = Chat(tokenizer, template)
    model = load_weights(architecture, f"language model '{options.name}'", options, revision, device, dtype)
    identity = {"architecture": architecture, **weights_identity(options.source, revision), "dtype": dtype}
    batch_size = fitting_rows(model, _TOKENS_PER_TEXT) if options.batch_size == "auto" else options.batch_size
    return TextModel(options.name, model, chat, identity, batch_size)


def _architecture(config: Mapping[str, Any], name: str) -> str:
    claimed = str((config.get("architectures") or [config.get("model_type", "nothing")])[0])
    if claimed not in ARCHITECTURES:
        raise BackboneError(
            f"language model '{name}' is a {claimed}; earwitness loads these: {', '.join(ARCHITECTURES)}. "
            "Others can be asked through a server."
        )
    return claimed


class TextModel:
    """A ``Writer`` over a causal language model of transformers.

    Args:
        name: as it was asked for; of a folder, its last part.
        model: of transformers, in evaluation mode.
        chat: writes its prompts.
        identity: what determines its texts.
        batch_size: prompts in a pass.
    """

    def __init__(self, name: str, model: Any, chat: Chat, identity: Mapping[str, Any], batch_size: int) -> None:
        self.name = name
        self.identity = identity
        self.batch_size = batch_size
        # Masked, so any id will do.
        self._writer = TextWriter(name, model, chat, padding=0, batch_size=batch_size, out_of_memory=out_of_memory)

    def write(self, prompts: Sequence[TextPrompt], writing: Writing = GREEDY) -> list[str | ClipError]:
        """One text for each prompt, control tokens and thoughts left out; where there is none, the reason.

        A schema is ignored. Draws depend on the seed, the prompt, and which it is of equal ones in this call: neither
        on the batch nor on the order.
        """
        return self._writer.write(prompts, writing)
