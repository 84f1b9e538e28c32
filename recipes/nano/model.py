"""The embedded judge's network: a stock, tiny Qwen2-Audio, and its forward pass in training.

Shapes: ``features [clip, mel, frame]``, ``ids [clip, token]``; one clip's row holds its audio once and all its
questions behind it. What inference would compute for each question alone is what the block mask lets it see.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from recipes.nano.config import Recipe
from torch import Tensor, nn
from transformers import Qwen2AudioConfig, Qwen2AudioForConditionalGeneration, WhisperFeatureExtractor


def feature_extractor(recipe: Recipe) -> Any:
    """Whisper's log-mel front-end with this recipe's window, hop and number of bands."""
    return WhisperFeatureExtractor(
        feature_size=recipe.mels,
        sampling_rate=recipe.sample_rate,
        hop_length=recipe.hop,
        n_fft=recipe.n_fft,
        chunk_length=recipe.seconds,
        return_attention_mask=True,
    )


def build(recipe: Recipe, tokenizer: Any) -> Any:
    """The network with fresh weights."""
    config = Qwen2AudioConfig(
        audio_config={
            "model_type": "qwen2_audio_encoder",
            "d_model": recipe.audio_width,
            "encoder_layers": recipe.audio_layers,
            "encoder_attention_heads": recipe.audio_heads,
            "encoder_ffn_dim": 4 * recipe.audio_width,
            "dropout": recipe.audio_dropout,
            "num_mel_bins": recipe.mels,
            "max_source_positions": recipe.frames // 2,
            "initializer_range": recipe.initializer_range,
        },
        text_config={
            "model_type": "qwen2",
            "hidden_size": recipe.text_width,
            "intermediate_size": recipe.text_feed_forward,
            "num_hidden_layers": recipe.text_layers,
            "num_attention_heads": recipe.text_heads,
            "num_key_value_heads": recipe.text_heads,
            "vocab_size": len(tokenizer),
            "max_position_embeddings": 1024,
            "initializer_range": recipe.initializer_range,
            "tie_word_embeddings": False,
            "pad_token_id": tokenizer.pad_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "bos_token_id": None,
        },
        audio_token_index=tokenizer.convert_tokens_to_ids(tokenizer.audio_token),
    )
    model = Qwen2AudioForConditionalGeneration(config)
    _set_sinusoids(model.model.audio_tower.embed_positions.weight)
    return model


def _set_sinusoids(weight: Tensor) -> None:
    """Whisper's fixed positions; the stock class leaves them at their random start."""
    count, width = weight.shape
    rates = torch.exp(-math.log(10_000) / (width // 2 - 1) * torch.arange(width // 2))
    angles = torch.arange(count)[:, None] * rates
    with torch.no_grad():
        weight.copy_(torch.cat([angles.sin(), angles.cos()], dim=1))


def log_mel(batch: list[np.ndarray[Any, np.dtype[np.float32]]], frames: int, extractor: Any) -> Tensor:
    """The extractor's features of several clips at once, up to so many frames: ``[clip, mel, frame]``.

    Equal to the extractor's own for every frame that it gives, when ``frames`` is two more than a clip fills (what
    the second convolution sees), or the whole window.
    """
    hop, n_fft, whole = extractor.hop_length, extractor.n_fft, extractor.nb_max_frames
    length = whole * hop if frames >= whole else frames * hop + n_fft
    waves = torch.zeros(len(batch), length)
    for row, samples in zip(waves, batch, strict=True):
        row[: len(samples)] = torch.from_numpy(samples)
    spectrum = torch.stft(waves, n_fft, hop, window=torch.hann_window(n_fft), return_complex=True)
    power = spectrum[..., :frames].abs().square()
    mel = torch.from_numpy(extractor.mel_filters).float().T @ power
    loudness = mel.clamp(min=1e-10).log10()
    loudest = loudness.amax(dim=(1, 2), keepdim=True)
    return (loudness.maximum(loudest - 8.0) + 4.0) / 4.0


def audio_lengths(frames: Tensor) -> tuple[Tensor, Tensor]:
    """Encoder positions and audio tokens for a number of valid mel frames."""
    positions = (frames - 1) // 2 + 1
    return positions, (positions - 2) // 2 + 1


def encode(model: Any, features: Tensor, frames: Tensor) -> Tensor:
    """The audio tower on clips cut to the longest of the batch: ``[clip, audio token, width]``.

    The stock ``forward`` insists on the full window. As it masks what is beyond a clip, leaving that out changes
    nothing but the time it takes.
    """
    tower = model.model.audio_tower
    hidden = nn.functional.gelu(tower.conv1(features))
    hidden = nn.functional.gelu(tower.conv2(hidden)).transpose(1, 2)
    count = hidden.shape[1]
    hidden = hidden + tower.embed_positions.weight[:count]
    hidden = nn.functional.dropout(hidden, tower.dropout, tower.training)
    valid = torch.arange(count) < audio_lengths(frames)[0][:, None]
    mask = valid[:, None, None, :].expand(-1, 1, count, -1)
    for layer in tower.layers:
        hidden = layer(hidden, mask)
    pooled = tower.avg_pooler(hidden.transpose(1, 2)).transpose(1, 2)
    return tower.layer_norm(pooled)  # type: ignore[no-any-return]  # transformers is untyped


def read_hidden(model: Any, heard: Tensor, frames: Tensor, ids: Tensor, positions: Tensor, segments: Tensor) -> Tensor:
    """The language model's last hidden states, ``[clip, token, width]``, over packed questions.

    Args:
        model: the network.
        heard: what ``encode`` returned.
        frames: valid mel frames of each clip.
        ids: token ids with one placeholder for each audio token.
        positions: place of each token within prefix and own question.
        segments: 0 for the prefix that all questions share, 1, 2, ... for the questions, -1 for padding.
    """
    embeddings = model.model.language_model.embed_tokens(ids)
    count = heard.shape[1]
    valid = torch.arange(count) < audio_lengths(frames)[1][:, None]
    audio = model.model.multi_modal_projector(heard)[valid].to(embeddings.dtype)
    is_audio = (ids == model.config.audio_token_id)[..., None]
    embeddings = embeddings.masked_scatter(is_audio, audio)
    same = segments[:, :, None] == segments[:, None, :]
    shared = (segments == 0)[:, None, :]
    causal = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()
    mask = ((same | shared) & causal)[:, None]
    outputs = model.model.language_model(
        inputs_embeds=embeddings, attention_mask=mask, position_ids=positions, use_cache=False
    )
    return outputs.last_hidden_state  # type: ignore[no-any-return]  # transformers is untyped


def export(model: Any, tokenizer: Any, recipe: Recipe, folder: Path) -> None:
    """An ordinary Hugging Face folder with float16 weights."""
    folder.mkdir(parents=True, exist_ok=True)
    half = Qwen2AudioForConditionalGeneration(model.config)
    half.load_state_dict(model.state_dict())
    half.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    feature_extractor(recipe).save_pretrained(folder)
    recipe.save(folder / "recipe.json")
