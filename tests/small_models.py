"""Small random models of every family, built from their configs and saved as a user's folder would be.

The weight matrices are multiplied by five: at their default size a model hardly minds its input, and wrong positions
would move its answers by 2e-4 only.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from earwitness.backbones import load_backbone
from earwitness.types import Audio

WORDS = ["Yes", "No", " Yes", " No", "yes", "no", " yes", " no", "YES", "NO", "是", "否", "是的", "不是"]
CORPUS = [
    *WORDS * 50,
    "Does this audio contain the sound events described by the text: a dog barks? Please answer yes or no.",
    "You are a helpful assistant.",
    "system user assistant Audio 1:",
    "这段音频是否包含以下文字描述的声音事件：狗在叫？请回答是或否。",
]

_CHATML = """{% if messages[0]['role'] != 'system' %}<|im_start|>system
You are a helpful assistant.<|im_end|>
{% endif %}{% for message in messages %}<|im_start|>{{ message['role'] }}
{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}\
{% if part['type'] == 'audio' %}AUDIO{% elif 'text' in part %}{{ part['text'] }}{% endif %}\
{% endfor %}{% endif %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


@dataclass(frozen=True)
class Build:
    """How one family is built: its special tokens, chat template and config."""

    audio: dict[str, str]
    template: str | None
    vision: bool = False


_OMNI = {"audio_token": "<|AUDIO|>", "audio_bos_token": "<|audio_bos|>", "audio_eos_token": "<|audio_eos|>"}
_OMNI3 = {"audio_token": "<|audio_pad|>", "audio_bos_token": "<|audio_start|>", "audio_eos_token": "<|audio_end|>"}

BUILDS = {
    "qwen2-audio": Build(_OMNI, None),
    "qwen2.5-omni": Build(_OMNI, _CHATML.replace("AUDIO", "<|audio_bos|><|AUDIO|><|audio_eos|>"), vision=True),
    "qwen3-omni": Build(_OMNI3, _CHATML.replace("AUDIO", "<|audio_start|><|audio_pad|><|audio_end|>"), vision=True),
    "audio-flamingo-3": Build({"audio_token": "<sound>"}, _CHATML.replace("AUDIO", "<sound>")),
}
FAMILY_NAMES = tuple(BUILDS)

_VISION = {
    "image_token": "<|IMAGE|>",
    "video_token": "<|VIDEO|>",
    "vision_bos_token": "<|vision_bos|>",
    "vision_eos_token": "<|vision_eos|>",
}


def tokenizer(build: Build) -> Any:
    """A byte-level BPE tokenizer of about 500 tokens that has the answer words as single tokens."""
    extra = {**build.audio, **(_VISION if build.vision else {})}
    control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *extra.values()]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=control,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(CORPUS, trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        padding_side="left",
        extra_special_tokens=extra,
    )


def config(
    family: str,
    ids: Any,
    *,
    width: int = 64,
    layers: int = 2,
    seconds: int = 30,
    encoder: Mapping[str, Any] | None = None,
    text: Mapping[str, Any] | None = None,
) -> Any:
    """A config of the family in a small size, or with the sizes given; ``ids`` is its tokenizer."""
    encoder = {
        "num_mel_bins": 16,
        "d_model": width,
        "encoder_layers": layers,
        "encoder_attention_heads": 4,
        "encoder_ffn_dim": 2 * width,
        "max_source_positions": 50 * seconds,
        **(encoder or {}),
    }
    text = {
        "vocab_size": len(ids),
        "hidden_size": width,
        "intermediate_size": 2 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 32768,
        **(text or {}),
    }
    audio_id = ids.convert_tokens_to_ids(BUILDS[family].audio["audio_token"])
    if family == "qwen2-audio":
        return transformers.Qwen2AudioConfig(
            audio_config={"model_type": "qwen2_audio_encoder", **encoder},
            text_config={"model_type": "qwen2", **text},
            audio_token_index=audio_id,
        )
    if family == "audio-flamingo-3":
        return transformers.AudioFlamingo3Config(
            audio_config=transformers.AudioFlamingo3EncoderConfig(**encoder),
            text_config={"model_type": "qwen2", **text},
            audio_token_id=audio_id,
        )
    return _omni_config(family, ids, encoder, text)


def _omni_config(family: str, ids: Any, encoder: dict[str, Any], text: dict[str, Any]) -> Any:
    width, head = text["hidden_size"], text["hidden_size"] // text["num_attention_heads"]
    vision = {"depth": 1, "hidden_size": 32, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": width}
    names = {
        "audio_token_id": BUILDS[family].audio["audio_token"],
        "audio_start_token_id": BUILDS[family].audio["audio_bos_token"],
        "audio_end_token_id": BUILDS[family].audio["audio_eos_token"],
        "image_token_id": "<|IMAGE|>",
        "video_token_id": "<|VIDEO|>",
        "vision_start_token_id": "<|vision_bos|>",
        "vision_end_token_id": "<|vision_eos|>",
    }
    special = {name: ids.convert_tokens_to_ids(token) for name, token in names.items()}
    # The three parts of a position share half of each head.
    rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [head // 8, head // 8, head // 4]}
    if family == "qwen2.5-omni":
        return transformers.Qwen2_5OmniThinkerConfig(
            audio_config={**encoder, "output_dim": width, "n_window": 100},
            vision_config={**vision, "fullatt_block_indexes": [0]},
            text_config={**text, "rope_parameters": rope},
            **special,
        )
    experts = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": width, "head_dim": head}
    return transformers.Qwen3OmniMoeThinkerConfig(
        audio_config={
            **encoder,
            "output_dim": width,
            "downsample_hidden_size": 16,
            "n_window": 50,
            "n_window_infer": 400,
        },
        vision_config={**vision, "deepstack_visual_indexes": [0]},
        text_config={**text, **experts, "rope_parameters": rope},
        **special,
    )


MODEL_CLASSES = {
    "qwen2-audio": "Qwen2AudioForConditionalGeneration",
    "qwen2.5-omni": "Qwen2_5OmniThinkerForConditionalGeneration",
    "qwen3-omni": "Qwen3OmniMoeThinkerForConditionalGeneration",
    "audio-flamingo-3": "AudioFlamingo3ForConditionalGeneration",
}


def random_model(family: str, ids: Any, *, scale: float = 5.0, seed: int = 0, **size: Any) -> Any:
    """A model with random weights, its matrices ``scale`` times their usual size."""
    torch.manual_seed(seed)
    model = getattr(transformers, MODEL_CLASSES[family])(config(family, ids, **size)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim >= 2 and "embed_positions" not in name:
                parameter.mul_(scale)
    return model


def extractor(seconds: int = 30) -> Any:
    """A feature extractor of Whisper's kind with 16 mel bands."""
    return transformers.WhisperFeatureExtractor(feature_size=16, chunk_length=seconds, return_attention_mask=True)


def save(family: str, folder: Path, *, scale: float = 5.0, **size: Any) -> Path:
    """Write a whole checkpoint: weights, config, tokenizer, feature extractor and chat template."""
    build = BUILDS[family]
    ids = tokenizer(build)
    random_model(family, ids, scale=scale, **size).save_pretrained(folder)
    ids.save_pretrained(folder)
    extractor(size.get("seconds", 30)).save_pretrained(folder)
    if build.template:
        (folder / "chat_template.jinja").write_text(build.template, encoding="utf-8")
    return folder


def claim(folder: Path, architecture: str) -> None:
    """Make a checkpoint's config say that it is of another class."""
    path = folder / "config.json"
    record = json.loads(path.read_text())
    record["architectures"] = [architecture]
    path.write_text(json.dumps(record))


def sound(seconds: float, seed: int = 0, rate: int = 16000) -> Audio:
    """A clip of changing tones in noise."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    pitch = random.uniform(200, 2000)
    wave = 0.3 * np.sin(2 * np.pi * pitch * time * (1 + 0.1 * np.sin(3 * time))) + 0.05 * random.normal(size=len(time))
    return Audio(wave.astype(np.float32), rate, f"sound-{seconds}-{seed}")


@cache
def folder(family: str, seconds: int = 30) -> Path:
    """A saved checkpoint of the family with two layers of width 64, made once for all tests.

    Its encoder's window is 30 s as released; 10 s are cheaper where that does not matter.
    """
    home = tempfile.mkdtemp(prefix="earwitness-small-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return save(family, Path(home) / family, seconds=seconds)


@cache
def backbone(family: str, seconds: int = 30) -> Any:
    """The checkpoint of ``folder``, loaded by its path as a user would; tests leave it as it is."""
    return load_backbone(folder(family, seconds))


_THINKING = {"think_token": "<think>", "think_end_token": "</think>"}
_NO_THOUGHTS = """assistant
{% if enable_thinking is defined and enable_thinking is false %}<think>

</think>

{% endif %}"""
TEXT = Build(_THINKING, _CHATML.replace("assistant\n", _NO_THOUGHTS))


def save_text(architecture: str, folder: Path, *, scale: float = 5.0, **size: Any) -> Path:
    """Write a language model without ears: weights, config, tokenizer and a chat template with thinking."""
    ids = tokenizer(TEXT)
    shape = {
        "vocab_size": len(ids),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": 8192,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 64,
        "pad_token_id": None,
        "bos_token_id": None,
        "eos_token_id": None,
        **size,
    }
    torch.manual_seed(0)
    model_class = getattr(transformers, architecture)
    model = model_class(model_class.config_class(**shape)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim >= 2:
                parameter.mul_(scale)
    model.save_pretrained(folder)
    ids.save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(str(TEXT.template), encoding="utf-8")
    return folder


@cache
def text_folder(architecture: str = "Qwen3ForCausalLM") -> Path:
    """A saved language model with two layers of width 64, made once for all tests."""
    home = tempfile.mkdtemp(prefix="earwitness-small-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return save_text(architecture, Path(home) / architecture.lower())
