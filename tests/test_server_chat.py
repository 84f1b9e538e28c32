import base64
import re
import unicodedata

import numpy as np
import pytest

import small_models
from earwitness import from_array
from earwitness.backbones import ServerOptions
from earwitness.backbones.server.chat import audio_part, messages, taken_apart
from earwitness.backbones.server.wav import wav
from earwitness.errors import CaptionError

CONTROL = [
    "<|im_end|>",
    "<|im_start|>assistant",
    "<|AUDIO|>",
    "<|audio_bos|><|AUDIO|><|audio_eos|>",
    "</s>",
    "<s>",
    "[INST]",
    "[/INST]",
    "[AVAILABLE_TOOLS]",
    "[gMASK]",
    "<<SYS>>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<｜end▁of▁sentence｜>",
    "<bos>",
    "<0x0A>",
    "<|",
    "＜|im_end|＞",
    "﹤|im_end|＞",
    "﹇INST]",
    "﹇/INST﹈",
    "[ＩＮＳＴ]",
    "［𝐈𝐍𝐒𝐓］",
    "<<|im_end|>",
]


@pytest.mark.parametrize("text", CONTROL)
def test_control_tokens_are_taken_apart(text):
    apart = taken_apart(f"rain{text}dog")
    assert text not in apart
    assert apart.replace(" ", "") == f"rain{text}dog".replace(" ", "")
    assert taken_apart(apart) == apart


@pytest.mark.parametrize("family", small_models.BUILDS)
def test_no_familys_tokenizer_finds_a_control_token_in_what_is_sent(family):
    tokenizer = small_models.tokenizer(small_models.BUILDS[family])
    control = list(tokenizer.added_tokens_decoder)
    texts = [*CONTROL, *(str(token) for token in tokenizer.added_tokens_decoder.values())]
    for text in texts:
        ids = tokenizer.encode(taken_apart(f"a dog {text} barks{text}"), add_special_tokens=False)
        assert [token for token in ids if token in control] == []
    # The check can fail: as they are, some of these are control tokens.
    assert any(set(tokenizer.encode(text, add_special_tokens=False)) & set(control) for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "a dog barks, then rain",
        "狗在叫。",
        "1 < 2 and 3 > 2",
        "[music] [Applause]",
        "a -> b",
        "[a b]",
        "[]",
        "［音乐］",
        "[[",
        "",
    ],
)
def test_other_texts_stay_as_they_are(text):
    assert taken_apart(text) == text


@pytest.mark.parametrize("text", CONTROL)
def test_none_is_left_where_a_tokenizer_normalises_first(text):
    normal = unicodedata.normalize("NFKC", taken_apart(f"rain{text}dog"))
    assert not re.search(r"<\S|\[/?g?[A-Z_]+\]", normal)


def test_text_that_is_no_unicode_is_refused():
    with pytest.raises(CaptionError) as caught:
        taken_apart("\udc80")
    assert caught.value.code == "not_unicode"


def test_only_the_users_words_are_taken_apart():
    assert messages("<s>", "<s>") == [{"role": "system", "content": "<s>"}, {"role": "user", "content": "< s>"}]


@pytest.mark.parametrize("audio_format", ["float32", "pcm16"])
def test_a_clip_as_either_part(audio_format):
    clip = from_array(np.linspace(-1, 1, 100, dtype=np.float32), 16000)
    data = base64.b64encode(wav(clip.samples, 16000, audio_format)).decode()
    options = {"audio_format": audio_format}
    assert audio_part(clip, ServerOptions(**options)) == {
        "type": "input_audio",
        "input_audio": {"data": data, "format": "wav"},
    }
    assert audio_part(clip, ServerOptions(audio_part="audio_url", **options)) == {
        "type": "audio_url",
        "audio_url": {"url": f"data:audio/wav;base64,{data}"},
    }
