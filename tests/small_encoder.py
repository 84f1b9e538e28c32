"""A small encoder that learns, for tests: band energies of a clip through one linear layer; letters of a caption."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
import torch

from earwitness.mos.encoders import EncoderInfo, EncoderOptions, EncoderSpec

BANDS, WIDTH = 8, 6


@dataclass
class SmallEncoder:
    """``layers`` layers, each the energies through the same weights times its number."""

    layers: int = 1
    seed: int = 0
    name: str = "small"
    spec: EncoderSpec = field(default_factory=lambda: EncoderSpec("small"))
    sample_rate: int = 16000
    features: int = WIDTH
    text_features: int = WIDTH
    min_duration: float = 0.01
    batch_size: int = 4

    def __post_init__(self):
        generator = torch.Generator().manual_seed(self.seed)
        self.module = torch.nn.Linear(BANDS, WIDTH)
        with torch.no_grad():
            self.module.weight.copy_(torch.randn(WIDTH, BANDS, generator=generator))
            self.module.bias.zero_()
        self.loaded = self.module.weight.detach().numpy().tobytes()
        self.encoded = 0

    @property
    def identity(self):
        loaded = {"encoder": "small", "seed": self.seed, "layers": self.layers}
        weights = self.module.weight.detach().numpy().tobytes()
        return loaded if weights == self.loaded else {**loaded, "tuned": hashlib.sha256(weights).hexdigest()}

    def energies(self, clips):
        rows = []
        for clip in clips:
            power = np.abs(np.fft.rfft(clip.samples)) ** 2
            rows.append([np.log10(band.mean() + 1e-6) for band in np.array_split(power, BANDS)])
        return torch.tensor(np.array(rows), dtype=torch.float32)

    def encode(self, clips):
        self.encoded += len(clips)
        hidden = self.module(self.energies(clips))
        return torch.stack([hidden * (1 + layer) for layer in range(self.layers)], dim=1)

    def embed(self, clips):
        with torch.inference_mode():
            return self.encode(clips).numpy()

    def embed_texts(self, captions):
        return np.stack(
            [np.frombuffer(hashlib.sha256(text.encode()).digest()[:WIDTH], np.uint8) for text in captions]
        ) / (np.float32(255))


INFO = EncoderInfo("small", "small_encoder:load")


def load(options: EncoderOptions) -> SmallEncoder:
    return SmallEncoder(layers=3 if options.spec.layer == "all" else 1, spec=options.spec)
