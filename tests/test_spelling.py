"""Texts as words only, with tokenizers laid out as released ones are."""

import pytest
import transformers
from tokenizers import pre_tokenizers

from earwitness.backbones.spelling import Spelling
from earwitness.errors import BackboneError, CaptionError

# The control tokens of CLAP's text tower; a caption may hold any of them.
CONTROL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


@pytest.fixture(scope="module")
def roberta():
    """RoBERTa's layout: byte-level letters, control tokens among the first ids, a start and an end."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {token: number for number, token in enumerate([*CONTROL[:4], *letters, CONTROL[4]])}
    return transformers.RobertaTokenizer(vocab=vocab, merges=[])


@pytest.mark.parametrize("token", CONTROL)
def test_control_tokens_are_spelled_out_between_the_texts_own(roberta, token):
    text = f"rain {token} dog"
    start, *ids, end = Spelling(roberta, framed=True).ids(text)
    assert roberta.convert_ids_to_tokens([start, end]) == ["<s>", "</s>"]
    assert not {roberta.convert_tokens_to_ids(control) for control in CONTROL} & set(ids)
    assert roberta.decode(ids) == text
    assert Spelling(roberta).ids(text) == ids
    assert roberta.convert_tokens_to_ids(token) in roberta(text)["input_ids"][1:-1]


def test_ordinary_texts_are_tokenised_as_released(roberta):
    for text in ("a dog barks", "", "  two spaces", "狗在叫", "é"):
        assert Spelling(roberta, framed=True).ids(text) == roberta(text)["input_ids"]


def test_what_cannot_be_spelled_is_said(roberta):
    with pytest.raises(CaptionError, match="no Unicode") as caught:
        Spelling(roberta).ids("half a pair: \ud83d")
    assert caught.value.code == "not_unicode"
    with pytest.raises(BackboneError, match="only fast tokenizers"):
        Spelling(object())
