"""The families of audio language models that ``hf.py`` can load: one entry each.

An entry says which classes a checkpoint may claim to be (its config is untrusted), which class of transformers holds
its weights, how a clip is laid out for its audio encoder, and how many placeholder tokens that takes. A further family
is one more entry. Frames are mel frames; ``samples`` are at the extractor's rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from earwitness.errors import BackboneError

# The longest clip that any backbone is given at once, in seconds.
LONGEST = 600.0

Padding = Literal["window", "chunks", "silence", "none"]


@dataclass(frozen=True, slots=True)
class Family:
    """What sets one architecture apart.

    Attributes:
        name: for people.
        architectures: what ``architectures[0]`` of a checkpoint's config may say.
        model_class: the class of transformers that holds encoder, language model and head, and nothing else.
        count_tokens: placeholder tokens for a number of mel frames.
        padding: how a clip fills the encoder's input. ``window``: padded with silence to the extractor's window,
            which is all the encoder takes. ``chunks``: cut into such windows. ``silence``: any length, silence after
            it. ``none``: any length, nothing after it. The two last differ in the last frame, where the released
            front-ends differ too.
        mask_name: the model's argument that says which frames are sound.
        released_seconds: what the released processor keeps of a clip; None if that is the extractor's window.
        alone_below: clips of fewer frames are run alone, because the model lets a batch's padding reach them.
        chat_template: used where a checkpoint brings none; None if every released one does.
    """

    name: str
    architectures: tuple[str, ...]
    model_class: str
    count_tokens: Callable[[int], int]
    padding: Padding
    mask_name: str = "feature_attention_mask"
    released_seconds: float | None = None
    alone_below: int = 0
    chat_template: str | None = None


def whisper_tokens(frames: int) -> int:
    """Frames through a convolution of stride 2 and a pooling of 2: about 25 tokens a second at 100 frames a second.

    Example:
        >>> whisper_tokens(3000), whisper_tokens(100)
        (750, 25)
    """
    return ((frames - 1) // 2 + 1 - 2) // 2 + 1


def qwen3_tokens(frames: int) -> int:
    """Three convolutions of stride 2 over each 100 frames: 13 tokens for a full second, fewer for the last part.

    Example:
        >>> qwen3_tokens(3000), qwen3_tokens(150)
        (390, 20)
    """
    full, rest = divmod(frames, 100)
    for _ in range(3):
        rest = (rest - 1) // 2 + 1
    return 13 * full + rest


# Wording and layout of the release's default conversation, for checkpoints saved without a template.
_QWEN2_AUDIO_TEMPLATE = """{%- set count = namespace(audio=0) -%}
{%- for message in messages -%}
{%- if loop.first and message.role != 'system' -%}
{{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}
{%- endif -%}
{{ '<|im_start|>' + message.role + '\\n' }}
{%- if message.content is string -%}
{{ message.content }}
{%- else -%}
{%- for part in message.content -%}
{%- if part.type == 'audio' -%}
{%- set count.audio = count.audio + 1 -%}
{{ 'Audio ' ~ count.audio ~ ': <|audio_bos|><|AUDIO|><|audio_eos|>\\n' }}
{%- elif part.type == 'text' -%}
{{ part.text }}
{%- endif -%}
{%- endfor -%}
{%- endif -%}
{{ '<|im_end|>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{ '<|im_start|>assistant\\n' }}
{%- endif -%}"""

FAMILIES: tuple[Family, ...] = (
    Family(
        "qwen2-audio",
        ("Qwen2AudioForConditionalGeneration",),
        "Qwen2AudioForConditionalGeneration",
        whisper_tokens,
        "window",
        chat_template=_QWEN2_AUDIO_TEMPLATE,
    ),
    Family(
        "qwen2.5-omni",
        ("Qwen2_5OmniModel", "Qwen2_5OmniForConditionalGeneration", "Qwen2_5OmniThinkerForConditionalGeneration"),
        "Qwen2_5OmniThinkerForConditionalGeneration",
        whisper_tokens,
        "silence",
    ),
    Family(
        "qwen3-omni",
        ("Qwen3OmniMoeForConditionalGeneration", "Qwen3OmniMoeThinkerForConditionalGeneration"),
        "Qwen3OmniMoeThinkerForConditionalGeneration",
        qwen3_tokens,
        "none",
        released_seconds=LONGEST,
        # Frames come in chunks of 100, padded to the longest chunk of the batch, and its convolutions do not mask what
        # they spread into that padding: under one chunk, a clip's answer depends on its neighbours by up to 1e-2.
        alone_below=100,
    ),
    Family(
        "audio-flamingo-3",
        ("AudioFlamingo3ForConditionalGeneration",),
        "AudioFlamingo3ForConditionalGeneration",
        whisper_tokens,
        "chunks",
        "input_features_mask",
        released_seconds=LONGEST,
    ),
)


def family_of(config: Mapping[str, Any], name: str) -> Family:
    """The family that a checkpoint's config claims.

    Raises:
        BackboneError: if it claims none of ours.
    """
    claimed = (config.get("architectures") or [str(config.get("model_type", "nothing"))])[0]
    for family in FAMILIES:
        if claimed in family.architectures:
            return family
    known = ", ".join(family.name for family in FAMILIES)
    raise BackboneError(f"backbone '{name}' is a {claimed}; earwitness loads these families: {known}.")
