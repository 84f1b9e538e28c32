import pytest
import torch
import transformers
from transformers.models.qwen2_audio.modeling_qwen2_audio import Qwen2AudioEncoder
from transformers.models.qwen3_omni_moe.modeling_qwen3_omni_moe import _get_feat_extract_output_lengths

from earwitness.backbones.families import FAMILIES, family_of, qwen3_tokens, whisper_tokens
from earwitness.errors import BackboneError

FRAMES = [*range(10, 1500), 2999, 3000, 3001, 30000]


def test_whisper_tokens_are_what_the_encoder_makes():
    _, made = Qwen2AudioEncoder._get_feat_extract_output_lengths(None, torch.tensor(FRAMES))
    assert [whisper_tokens(frames) for frames in FRAMES] == made.tolist()


def test_qwen3_tokens_are_what_the_encoder_makes():
    made = _get_feat_extract_output_lengths(torch.tensor(FRAMES))
    assert [qwen3_tokens(frames) for frames in FRAMES] == made.tolist()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_model_class_is_one_that_transformers_has(family):
    assert issubclass(getattr(transformers, family.model_class), transformers.PreTrainedModel)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_is_found_by_each_of_its_claims(family):
    assert all(family_of({"architectures": [claim]}, "x") is family for claim in family.architectures)


@pytest.mark.parametrize(
    "config", [{"architectures": ["GPT2LMHeadModel"]}, {"architectures": []}, {"model_type": "gpt2"}, {}]
)
def test_other_claims_are_refused(config):
    with pytest.raises(BackboneError, match=r"backbone 'x' is a .*; earwitness loads these families: qwen2-audio"):
        family_of(config, "x")
