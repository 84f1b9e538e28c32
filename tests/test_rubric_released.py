"""The preset against the released pipeline's arithmetic, written out plainly: one whole pass of the model an item.

What the pipeline does (read in its public code): system text, audio, then the dimension and the Chinese question; the
next token's logits; the largest among all spellings of yes, the same for no; softmax of the two; the mean over items.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

import small_models
from earwitness.judges.rubric import RubricJudge
from earwitness.rubrics.asking import WORDINGS
from earwitness.rubrics.base import Caption
from earwitness.types import Item, Pair, Rubric

ITEMS = (
    Item("e1", "是否有狗叫声？", "event", "音效类型"),
    Item("c1", "狗叫声是否正好有两声？", "count", "", parents=("e1",)),
    Item("n1", "是否没有音乐？", "negation", "音乐"),
)


class Given:
    name = "given"
    identity: Mapping[str, Any] = {"name": "given"}

    def decompose(self, captions: list[Caption]) -> list[Rubric]:
        return [Rubric(ITEMS, "zh", "given")] * len(captions)


def spellings(tokenizer, word: str) -> list[int]:
    """Ids of every token that is one of the spellings of a word."""
    words = [word, word.capitalize(), word.upper()]
    written = [tokenizer.encode(space + spelt, add_special_tokens=False) for space in ("", " ") for spelt in words]
    return [ids[0] for ids in written if len(ids) == 1]


def plainly(backbone, tokenizer, clip, item: Item) -> float:
    """P(yes) of one item by one whole pass."""
    wording = WORDINGS["released"]["zh"]
    messages = [
        {"role": "system", "content": wording.system},
        {"role": "user", "content": [{"type": "audio", "audio": "clip"}, {"type": "text", "text": wording.ask(item)}]},
    ]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    frames = backbone._front_end.frames(clip.samples)
    audio = backbone._prompt._audio_token
    ids = torch.tensor([tokenizer(text.replace(audio, audio * frames.tokens), add_special_tokens=False).input_ids])
    with torch.inference_mode():
        audio_inputs = backbone._decoder.audio([frames])
        logits = backbone._decoder.model(input_ids=ids, attention_mask=torch.ones_like(ids), **audio_inputs).logits
    last = logits[0, -1].double()
    yes, no = (last[spellings(tokenizer, word)].max() for word in ("yes", "no"))
    return float(torch.softmax(torch.stack([yes, no]), dim=0)[0])


@pytest.mark.parametrize("family", ["qwen2.5-omni", "qwen3-omni"])
def test_the_preset_gives_the_released_pipeline_s_numbers(family):
    from transformers import AutoTokenizer

    folder = small_models.folder(family)
    clip = small_models.sound(3.0)
    judge = RubricJudge(folder, preset="anyaudio-judge-paper", decomposer=Given())
    score = judge.score(Pair(clip, "狗叫了两声，没有音乐"))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    expected = [plainly(judge.backbone, tokenizer, clip, item) for item in ITEMS]
    np.testing.assert_allclose([verdict.p_yes for verdict in score.verdicts], expected, atol=1e-5)
    assert score.values["alignment"] == pytest.approx(np.mean(expected), abs=1e-5)
    # The items differ, so that the agreement says something.
    assert np.ptp(expected) > 0.01
