"""CLAP: clips and captions in one space, where a caption lies near the clips that it describes.

A clip longer than the 10 s that it hears at once comes in windows, never as the random crop that its extractor would
take; a shorter one is repeated and filled up with silence as released. Embeddings of clips and captions are of unit
length.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from earwitness.backbones.reading import explained, resolve_device
from earwitness.backbones.spelling import Spelling
from earwitness.errors import CaptionError
from earwitness.mos.encoders import EncoderOptions
from earwitness.mos.encoders.base import refuse_other_layers
from earwitness.mos.encoders.checkpoint import Source, find_source
from earwitness.mos.encoders.tower import Prepared, Tower


class ClapEncoder(Tower):
    """The encoders ``clap`` and ``clap-music``, and any other checkpoint of CLAP.

    Args:
        options: as they were asked for.
        source: the checkpoint.
    """

    def __init__(self, options: EncoderOptions, source: Source) -> None:
        refuse_other_layers(options.spec, options.name)
        self._extractor = source.extractor("ClapFeatureExtractor")
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            source.place, revision=source.revision, trust_remote_code=False
        )
        self._spelling = Spelling(tokenizer, framed=True)
        model = source.model("ClapModel", resolve_device(options.device))
        self._text = torch.nn.ModuleDict({"tower": model.text_model, "projection": model.text_projection})
        text = model.config.text_config
        # Positions are counted from behind the padding's id.
        self._most_tokens = int(text.max_position_embeddings) - int(text.pad_token_id) - 1
        self.text_features = int(model.config.projection_dim)
        super().__init__(
            options,
            torch.nn.ModuleDict({"tower": model.audio_model, "projection": model.audio_projection}),
            sample_rate=int(self._extractor.sampling_rate),
            layers=1,
            features=int(model.config.projection_dim),
            longest=int(self._extractor.nb_max_samples),
            weights={"encoder": "clap", **source.identity},
        )

    def prepare(self, samples: NDArray[np.float32]) -> Prepared:
        """Log-mel frames of one window."""
        made = self._extractor(samples, sampling_rate=self.sample_rate, return_tensors="np")
        return Prepared(np.asarray(made["input_features"][0], np.float32))

    def forward(self, inputs: torch.Tensor, heard: Sequence[int]) -> torch.Tensor:
        """Unit vectors, ``[window, 1, feature]``."""
        # The extractor marks a random clip of a batch as longer than its window; none is.
        longer = torch.zeros(len(inputs), 1, dtype=torch.bool, device=self.device)
        pooled = self.module["tower"](input_features=inputs, is_longer=longer).pooler_output  # type: ignore[index]
        return self.finish(self.module["projection"](pooled))[:, None]  # type: ignore[index]

    def finish(self, averages: torch.Tensor) -> torch.Tensor:
        """Of unit length, as those of single windows are."""
        return torch.nn.functional.normalize(averages, dim=-1)

    def embed_texts(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of captions, shape ``[caption, text_feature]``.

        Raises:
            CaptionError: with code ``caption_too_long``, if a caption has more tokens than the tower reads, or
                ``not_unicode``.
        """
        parts = [Prepared(self._tokens(caption)) for caption in captions]
        with self.at_rest():
            vectors = self.by_shape(parts, self._read)
        return np.array([vector.cpu().numpy() for vector in vectors], np.float32).reshape(-1, self.text_features)

    def _tokens(self, caption: str) -> NDArray[np.int64]:
        ids = self._spelling.ids(caption)
        if len(ids) > self._most_tokens:
            raise CaptionError(
                f"the caption {caption[:40]!r}... has {len(ids)} tokens; {self.name} reads at most "
                f"{self._most_tokens}. Shorten it.",
                code="caption_too_long",
            )
        return np.array(ids, np.int64)

    def _read(self, inputs: torch.Tensor, heard: Sequence[int]) -> torch.Tensor:
        pooled = self._text["tower"](input_ids=inputs, attention_mask=torch.ones_like(inputs)).pooler_output
        return self.finish(self._text["projection"](pooled))


def load(options: EncoderOptions) -> ClapEncoder:
    """The CLAP in a folder or on the hub.

    Raises:
        BackboneError: if it cannot be loaded.
        UsageError: if a numbered layer, or a device or revision that is not there, is asked for.
    """
    with explained(f"encoder '{options.name}'", options.source):
        return ClapEncoder(options, find_source(options))
