"""Ten questions on one clip of 30 s: one pass a question, one batch of whole prompts, and a prefix shared by all.

    python -m benchmarks.shared_prefix [--family qwen2-audio ...] [--shape 59m|7b] [--device cpu] [--dtype float32]

Random weights: time does not depend on them. The three ways take turns in one run on one machine, and the largest
difference between their log-probabilities stands beside the times. ``7b`` has the shape of the 7B releases and wants a
GPU of 40 GB.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from benchmarks.report import from_tests, record
from numpy.typing import NDArray

from earwitness.backbones import LoadOptions
from earwitness.backbones.base import Request
from earwitness.backbones.checkpoint import Checkpoint
from earwitness.backbones.families import FAMILIES
from earwitness.backbones.hf import HFBackbone

SECONDS = 29.9
WORDS = ("dog", "cat", "siren", "bell", "rain", "engine", "piano", "clock", "baby", "train")
QUESTIONS = tuple(
    f"Does this audio contain the sound events described by the text: a {word}? Please answer yes or no."
    for word in WORDS
)
# Sizes of encoder and language model; the second are those of Qwen2.5-Omni-7B's thinker.
SHAPES: dict[str, dict[str, Any]] = {
    "59m": {"width": 512, "layers": 12},
    "7b": {
        "encoder": {"d_model": 1280, "encoder_layers": 32, "encoder_attention_heads": 20, "encoder_ffn_dim": 5120},
        "text": {
            "hidden_size": 3584,
            "intermediate_size": 18944,
            "num_hidden_layers": 28,
            "num_attention_heads": 28,
            "num_key_value_heads": 4,
            "vocab_size": 152064,
        },
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", nargs="+", default=[family.name for family in FAMILIES])
    parser.add_argument("--shape", choices=SHAPES, default="59m")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    rows = [measure(family, options.shape, options.device, options.dtype, options.repeats) for family in options.family]
    record("shared_prefix", rows, note=f"10 questions, {SECONDS} s, {torch.get_num_threads()} CPU threads")


def measure(family: str, shape: str, device: str, dtype: str, repeats: int) -> dict[str, Any]:
    """One row: seconds of each way, medians over the repeats."""
    small_models = load_small_models()
    backbone = random_backbone(small_models, family, shape, device, dtype)
    clip, forms = small_models.sound(SECONDS), backbone.single_tokens(small_models.WORDS)
    whole = Request(clip, QUESTIONS, forms)

    def ask(request: Request, shared: bool) -> NDArray[np.float64]:
        backbone.shared_prefix = shared
        return backbone.answer([request])[0]

    ways: dict[str, Callable[[], NDArray[np.float64]]] = {
        "one_question": lambda: ask(Request(clip, QUESTIONS[:1], forms), False),
        "serial": lambda: np.concatenate([ask(Request(clip, (q,), forms), False) for q in QUESTIONS]),
        "batch": lambda: ask(whole, False),
        "shared": lambda: ask(whole, True),
    }
    ways["shared"]()  # the first pass pays for what later ones find ready
    times: dict[str, list[float]] = {way: [] for way in ways}
    answers: dict[str, NDArray[np.float64]] = {}
    for _ in range(repeats):
        for way, run in ways.items():
            started = time.perf_counter()
            answers[way] = run()
            times[way].append(time.perf_counter() - started)
    seconds = {way: statistics.median(taken) for way, taken in times.items()}
    row = {
        "family": family,
        "parameters": f"{sum(p.numel() for p in backbone.parameters()) / 1e6:.0f} M",
        "device": device,
        "dtype": dtype,
        **{f"{way}_s": round(taken, 3) for way, taken in seconds.items()},
        "serial_over_shared": round(seconds["serial"] / seconds["shared"], 2),
        "batch_over_shared": round(seconds["batch"] / seconds["shared"], 2),
        "shared_over_one_question": round(seconds["shared"] / seconds["one_question"], 2),
        "largest_difference": float(np.abs(answers["serial"] - answers["shared"]).max()),
    }
    print(row, flush=True)
    return row


class TimedBackbone(HFBackbone):
    """A backbone that tells its size."""

    def parameters(self) -> Any:
        """Its weights."""
        return self._decoder.model.parameters()


def random_backbone(small_models: Any, family: str, shape: str, device: str, dtype: str) -> TimedBackbone:
    """A backbone of the family with random weights, made on its device without a file."""
    entry = next(entry for entry in FAMILIES if entry.name == family)
    build = small_models.BUILDS[family]
    tokenizer = small_models.tokenizer(build)
    torch.set_default_dtype(getattr(torch, dtype))
    with torch.device(device):
        model = small_models.random_model(family, tokenizer, scale=1.0, **SHAPES[shape])
    torch.set_default_dtype(torch.float32)
    checkpoint = Checkpoint(
        model=model,
        tokenizer=tokenizer,
        extractor=small_models.extractor(),
        chat_template=build.template or entry.chat_template or "",
        audio_token=build.audio["audio_token"],
        family=entry,
        identity={},
    )
    return TimedBackbone(checkpoint, LoadOptions(family, "", device=device, dtype=dtype, batch_size=2))


def load_small_models() -> Any:
    """The builders of small models that the tests use."""
    return from_tests("small_models")


if __name__ == "__main__":
    main()
