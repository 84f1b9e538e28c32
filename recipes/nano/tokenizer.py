"""The embedded judge's own tokenizer: words of English, single characters of Chinese, bytes for the rest.

The prompt of a question is exactly

    <|user|><|audio_bos|><|AUDIO|>...<|audio_eos|>QUESTION<|im_end|><|assistant|>

with one ``<|AUDIO|>`` for each frame of the audio tower, ``<|system|>TEXT<|im_end|>`` before it if there is a system
text, and the answer is the next token: yes, no, 是 or 否. Text is lower-cased and its full-width forms are folded, so
``Yes``, ``YES`` and ``yes`` are one token.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from earwitness.rubrics.template import TEMPLATES
from earwitness.scenes.captions import CHANGES, ask, draw_fact, list_events, state
from earwitness.scenes.lexicon import LEXICON
from earwitness.scenes.phrases import PHRASES
from earwitness.scenes.plans import PlanPrior
from earwitness.types import Language

AUDIO = "<|AUDIO|>"
END = "<|im_end|>"
PAD = "<|pad|>"
CONTROL = (PAD, END, "<|system|>", "<|user|>", "<|assistant|>", "<|audio_bos|>", AUDIO, "<|audio_eos|>")

CHAT_TEMPLATE = """{%- for message in messages -%}
{{ '<|' + message.role + '|>' }}
{%- if message.content is string -%}{{ message.content }}
{%- else -%}
{%- for part in message.content -%}
{%- if part.type == 'audio' -%}{{ '<|audio_bos|><|AUDIO|><|audio_eos|>' }}
{%- elif part.type == 'text' -%}{{ part.text }}{%- endif -%}
{%- endfor -%}
{%- endif -%}
{{ '<|im_end|>' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|assistant|>' }}{%- endif -%}"""

SYSTEM_TEXTS = ("You are a careful listener.", "You are a helpful assistant.", "你是一个仔细的听众。")
LANGUAGES: tuple[Language, ...] = ("en", "zh")
# Neither language's questions hold these words at the start of a text, where an answer stands.
ANSWERS = {"en": ("yes", "no"), "zh": ("是", "否")}


def train_tokenizer(vocabulary: int, seed: int, plans: int = 6000) -> Any:
    """Byte-level BPE over texts like those of the training; control tokens are no part of any text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    characters = pre_tokenizers.Split(Regex(r"[\u3400-\u9fff]|\p{P}"), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([characters, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(CONTROL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus(seed, plans), trainer)
    return _fast(tokenizer)


def _fast(tokenizer: Tokenizer) -> Any:
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        padding_side="left",
        pad_token=PAD,
        eos_token=END,
        extra_special_tokens={
            "audio_token": AUDIO,
            "audio_bos_token": "<|audio_bos|>",
            "audio_eos_token": "<|audio_eos|>",
        },
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def corpus(seed: int, plans: int) -> Iterator[str]:
    """Texts like those of the training, each answer word at the start of a text, and every word of the lexicon."""
    rng = np.random.default_rng(seed)
    countable = frozenset(label for label, words in LEXICON.items() if words["en"].counted)
    prior = PlanPrior(dict.fromkeys(LEXICON, 1.0), countable)
    for answers in ANSWERS.values():
        for answer in answers:
            yield from [answer] * 500
    for _ in range(4):
        yield from (text for words in LEXICON.values() for language in LANGUAGES for text in _texts(words[language]))
    for number in range(plans):
        plan = prior.draw(rng)
        language = LANGUAGES[number % 2]
        yield list_events(plan, language)
        for kind in CHANGES:
            drawn = draw_fact(plan, prior, kind, rng)
            if drawn:
                yield TEMPLATES[int(rng.integers(1, len(TEMPLATES) + 1))].ask(state(drawn[0], language, rng), language)
                yield ask(drawn[0], language, rng)
                yield PHRASES[language].list_request
    yield from SYSTEM_TEXTS


def _texts(words: Any) -> Iterator[str]:
    for form in (*words.bare, *words.nouns, *words.clauses):
        yield form
        yield f" {form}"
