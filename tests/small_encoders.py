"""Small random encoders of every family, built from their configs and saved as a user's folder would be.

Their weight matrices are multiplied: at their default size a network hardly minds its input.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers.processors import RobertaProcessing

from small_models import tokenizer as small_tokenizer

_WIDTHS = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64}
_WAVE = {
    **_WIDTHS,
    "conv_dim": (16,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "mask_time_prob": 0.5,
}

# model_type: class, config entries, extractor.
BUILDS: dict[str, tuple[str, dict[str, Any], Any]] = {
    "wavlm": ("WavLMModel", _WAVE, lambda: transformers.Wav2Vec2FeatureExtractor(do_normalize=False)),
    "wav2vec2": (
        "Wav2Vec2Model",
        {**_WAVE, "do_stable_layer_norm": True, "feat_extract_norm": "layer"},
        lambda: transformers.Wav2Vec2FeatureExtractor(do_normalize=True),
    ),
    "wav2vec2-conformer": (
        "Wav2Vec2ConformerModel",
        {**_WAVE, "conv_depthwise_kernel_size": 7},
        transformers.Wav2Vec2FeatureExtractor,
    ),
    "hubert": ("HubertModel", _WAVE, transformers.Wav2Vec2FeatureExtractor),
    "data2vec-audio": (
        "Data2VecAudioModel",
        {**_WAVE, "conv_pos_kernel_size": 7},
        transformers.Wav2Vec2FeatureExtractor,
    ),
    "unispeech": ("UniSpeechModel", _WAVE, transformers.Wav2Vec2FeatureExtractor),
    "unispeech-sat": ("UniSpeechSatModel", _WAVE, transformers.Wav2Vec2FeatureExtractor),
    "sew": (
        "SEWModel",
        {**_WAVE, "conv_kernel": (10, 3, 3, 3, 3, 2, 2), "conv_stride": (5, 2, 2, 2, 2, 2, 2), "squeeze_factor": 2},
        transformers.Wav2Vec2FeatureExtractor,
    ),
    "whisper": (
        "WhisperModel",
        {
            "d_model": 32,
            "encoder_layers": 3,
            "decoder_layers": 1,
            "encoder_attention_heads": 4,
            "decoder_attention_heads": 4,
            "encoder_ffn_dim": 64,
            "decoder_ffn_dim": 64,
            "num_mel_bins": 16,
            "max_source_positions": 250,
            "vocab_size": 64,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "decoder_start_token_id": 3,
        },
        lambda: transformers.WhisperFeatureExtractor(feature_size=16, chunk_length=5),
    ),
    "audio-spectrogram-transformer": (
        "ASTModel",
        {**_WIDTHS, "max_length": 512},
        lambda: ast_extractor(max_length=512),
    ),
}


def ast_extractor(**changes: Any) -> Any:
    """AST's feature extractor, which says as often as it is made that some of its bands are empty."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return transformers.ASTFeatureExtractor(**changes)


def save(model_type: str, folder: Path, *, scale: float = 5.0) -> Path:
    """Write a whole checkpoint of random weights."""
    name, config, extractor = BUILDS[model_type]
    torch.manual_seed(0)
    network = getattr(transformers, name)
    louder(network(network.config_class(**config)), scale).save_pretrained(folder)
    extractor().save_pretrained(folder)
    return folder


def louder(model: Any, scale: float) -> Any:
    """The model, its linear layers ``scale`` times their usual size."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Linear | torch.nn.Conv2d):
                module.weight.mul_(scale)
    return model.eval()


def save_mert(folder: Path, **changes: Any) -> Path:
    """HuBERT's weights under MERT's config, which names code of its own."""
    save("hubert", folder)
    config = json.loads((folder / "config.json").read_text())
    config |= {
        "model_type": "mert_model",
        "architectures": ["MERTModel"],
        "auto_map": {"AutoConfig": "configuration_MERT.MERTConfig", "AutoModel": "modeling_MERT.MERTModel"},
        "feature_extractor_cqt": False,
        "attention_relax": -1.0,
        "deepnorm": False,
    }
    (folder / "config.json").write_text(json.dumps(config | changes))
    transformers.Wav2Vec2FeatureExtractor(sampling_rate=24_000).save_pretrained(folder)
    return folder


def save_clap(folder: Path) -> Path:
    """A CLAP that hears 2 s at 48 kHz."""
    from small_models import Build

    ids = small_tokenizer(Build({}, None))
    ids.pad_token = "<|endoftext|>"
    # A caption comes between two of them, as with the released tokenizer.
    start, end = (("<|im_start|>", 1), ("<|im_end|>", 2))
    ids.backend_tokenizer.post_processor = RobertaProcessing(end, start)
    text = {
        "vocab_size": len(ids),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": 66,
        "pad_token_id": 1,
    }
    audio = {
        "spec_size": 64,
        "num_mel_bins": 16,
        "patch_size": 4,
        "patch_stride": [4, 4],
        "patch_embeds_hidden_size": 16,
        "depths": [1, 1],
        "num_attention_heads": [2, 2],
        "window_size": 4,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "enable_fusion": False,
    }
    torch.manual_seed(0)
    config = transformers.ClapConfig(text_config=text, audio_config=audio, projection_dim=24)
    louder(transformers.ClapModel(config), 3.0).save_pretrained(folder)
    extractor = transformers.ClapFeatureExtractor(
        feature_size=16, max_length_s=2, truncation="rand_trunc", padding="repeatpad"
    )
    extractor.save_pretrained(folder)
    ids.save_pretrained(folder)
    return folder


@cache
def folder(model_type: str) -> Path:
    """A saved checkpoint, made once for all tests."""
    home = Path(tempfile.mkdtemp(prefix="earwitness-encoders-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    special = {"mert": save_mert, "clap": save_clap}
    return special[model_type](home / model_type) if model_type in special else save(model_type, home / model_type)
