"""The families of audio encoders that ``pretrained.py`` can load: one entry each.

An entry says which ``model_type`` a checkpoint's config may claim (it is untrusted), which class of transformers holds
its weights, and how a clip goes in. A further family is one more entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from earwitness.errors import BackboneError

FrontEndKind = Literal["waveform", "whisper", "patches"]


@dataclass(frozen=True, slots=True)
class Family:
    """What sets one architecture apart.

    Attributes:
        model_type: what a checkpoint's config says.
        model_class: the class of transformers that holds the weights.
        front_end: ``waveform``: samples as they are; ``whisper``: log-mel frames of a fixed window; ``patches``: a
            spectrogram of fixed size, cut into patches.
        longest: seconds heard at once, about what it was trained on; the window of its extractor where that is fixed.
        required: config entries without which the class would load and give other numbers than the publisher's code.
    """

    model_type: str
    model_class: str
    front_end: FrontEndKind = "waveform"
    longest: float = 15.0
    required: Mapping[str, Any] | None = None


FAMILIES: tuple[Family, ...] = (
    Family("wavlm", "WavLMModel"),
    Family("wav2vec2", "Wav2Vec2Model"),
    Family("wav2vec2-conformer", "Wav2Vec2ConformerModel"),
    Family("hubert", "HubertModel"),
    Family("data2vec-audio", "Data2VecAudioModel"),
    Family("unispeech", "UniSpeechModel"),
    Family("unispeech-sat", "UniSpeechSatModel"),
    Family("sew", "SEWModel"),
    Family("whisper", "WhisperModel", "whisper", 30.0),
    Family("audio-spectrogram-transformer", "ASTModel", "patches", 10.24),
    # MERT is HuBERT for music. What its own code adds beyond that is off in MERT-v1-95M.
    Family(
        "mert_model",
        "HubertModel",
        longest=5.0,
        required={"feature_extractor_cqt": False, "attention_relax": -1.0, "deepnorm": False},
    ),
)


def family_of(config: Mapping[str, Any], what: str) -> Family:
    """The family that a checkpoint's config claims.

    Args:
        config: as it was read.
        what: is loaded, such as ``encoder 'ast'``.

    Raises:
        BackboneError: if it claims none of ours, or a variant that needs its publisher's own code.
    """
    claimed = config.get("model_type", "nothing")
    family = next((family for family in FAMILIES if family.model_type == claimed), None)
    if family is None:
        known = ", ".join(family.model_type for family in FAMILIES)
        raise BackboneError(f"{what} is of model_type '{claimed}'; earwitness embeds with these: {known}, clap.")
    for key, wanted in (family.required or {}).items():
        if config.get(key, wanted) != wanted:
            raise BackboneError(
                f"{what} has {key} = {config[key]!r}, which its publisher's own code implements; earwitness runs no "
                f"code of a checkpoint and needs {wanted!r}."
            )
    return family
