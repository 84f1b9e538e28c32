import json
import logging
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import small_models
from earwitness.backbones import decoder, hf, load_backbone
from earwitness.backbones.base import (
    ANSWER_FORMS,
    Backbone,
    Request,
    TextPrompt,
    Writer,
    Writing,
    p_yes,
    resolve_forms,
)
from earwitness.errors import AnswerError, AudioError, BackboneError, UsageError
from earwitness.types import NO_AUDIO, Audio
from small_models import FAMILY_NAMES, sound

QUESTIONS = ("is it a dog?", "Does this audio contain a cat barking loudly? Please answer yes or no.", "x", "有狗吗？")
HEARS_ALL = [name for name in FAMILY_NAMES if name != "qwen2-audio"]
FORMS = tuple(small_models.WORDS)
every_family = pytest.mark.parametrize("family", FAMILY_NAMES)


def fresh(family, seconds=30, **options):
    """A backbone of its own, for tests that change it."""
    return load_backbone(small_models.folder(family, seconds), **options)


def ask(backbone, clip, *questions, **fields):
    (answer,) = backbone.answer([Request(clip, questions or QUESTIONS, FORMS, **fields)])
    return answer


def requests(count, longest=8.0, seed=0):
    random = np.random.default_rng(seed)
    return [
        Request(
            sound(float(random.uniform(0.3, longest)), seed=place),
            tuple(random.permutation(QUESTIONS)[: random.integers(1, 3)].tolist()),
            FORMS,
        )
        for place in range(count)
    ]


def largest_difference(ours, theirs):
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))


@every_family
def test_it_is_a_backbone_that_answers_yes_or_no(family):
    backbone = small_models.backbone(family, 10)
    assert isinstance(backbone, Backbone)
    for language in ("en", "zh"):
        forms = resolve_forms(backbone, language, "logsumexp")
        assert set(forms.all) <= set(ANSWER_FORMS[language].all)
        (answer,) = backbone.answer([Request(sound(1), QUESTIONS, forms.all)])
        yes, mass = p_yes(answer, forms)
        assert answer.shape == (4, len(forms.all))
        assert answer.dtype == np.float64
        assert ((yes > 0) & (yes < 1)).all()
        assert ((mass > 0) & (mass < 1)).all()


@every_family
def test_the_models_own_forward_gives_the_same(family):
    """One whole prompt through the stock model with its own positions, logits read at the last place."""
    backbone = small_models.backbone(family, 10)
    for seconds in (1.3, 7.0):
        clip = sound(seconds)
        frames = backbone._front_end.frames(clip.samples)
        expected = []
        for question in QUESTIONS:
            ids, _ = backbone._prompt.ids(question, frames.tokens)
            with torch.no_grad():
                logits = backbone._decoder.model(
                    input_ids=torch.tensor([ids]),
                    attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                    **backbone._decoder.audio([frames]),
                ).logits
            whole = torch.log_softmax(logits[0, -1], dim=-1)
            expected.append([float(whole[backbone._form_id(form)]) for form in FORMS])
        np.testing.assert_allclose(ask(backbone, clip), expected, atol=1e-4)


TEXT_ONLY = Request(NO_AUDIO, QUESTIONS, FORMS)


def text_prompt(backbone, question):
    """The ids of a conversation without a clip, tokenised whole by the checkpoint's own template."""
    messages = [{"role": "user", "content": [{"type": "text", "text": question}]}]
    tokenizer = backbone._prompt._tokenizer
    text = tokenizer.apply_chat_template(
        messages, chat_template=backbone._prompt._template, tokenize=False, add_generation_prompt=True
    )
    return tokenizer.encode(text, add_special_tokens=False)


@every_family
def test_without_a_clip_it_is_the_models_own_forward_of_the_text(family):
    backbone = small_models.backbone(family, 10)
    expected = []
    for question in QUESTIONS:
        ids = text_prompt(backbone, question)
        assert backbone._prompt._audio_id not in ids
        with torch.no_grad():
            logits = backbone._decoder.model(input_ids=torch.tensor([ids])).logits
        whole = torch.log_softmax(logits[0, -1], dim=-1)
        expected.append([float(whole[backbone._form_id(form)]) for form in FORMS])
    (answer,) = backbone.answer([TEXT_ONLY])
    np.testing.assert_allclose(answer, expected, atol=1e-5)
    assert np.abs(answer - ask(backbone, sound(1.3))).max() > 0.01


@every_family
def test_questions_without_a_clip_share_a_batch_with_others(family, caplog):
    backbone = fresh(family, 10)
    asked = [Request(sound(2.5), QUESTIONS[:2], FORMS), TEXT_ONLY, Request(NO_AUDIO, QUESTIONS[:1], FORMS, "Listen.")]
    together = backbone.answer(asked)
    assert largest_difference(together, [backbone.answer([one])[0] for one in asked]) <= 1e-5
    assert backbone.shared_prefix
    assert caplog.records == []
    backbone.shared_prefix = False
    assert largest_difference(together, backbone.answer(asked)) <= 1e-5


@every_family
def test_it_writes_without_a_clip(family):
    backbone = small_models.backbone(family, 10)
    (texts,) = backbone.generate([Request(NO_AUDIO, QUESTIONS[:2])], Writing(4))
    expected = backbone.write([TextPrompt(question) for question in QUESTIONS[:2]], Writing(4))
    assert list(texts) == expected


@every_family
def test_any_batch_is_one_by_one(family):
    asked = requests(12)
    alone = fresh(family, 10, batch_size=1)
    alone.shared_prefix = False
    expected = [alone.answer([request])[0] for request in asked]
    for size in (2, 8, 32):
        order = np.random.default_rng(size).permutation(len(asked))
        answers = fresh(family, 10, batch_size=size).answer([asked[place] for place in order])
        assert largest_difference(answers, [expected[place] for place in order]) <= 1e-4
    # The clips and questions are told apart by far more than the tolerance.
    assert np.ptp([answer[0] for answer in expected], axis=0).min() > 0.05


@every_family
def test_clips_under_a_second_do_not_hear_their_neighbours(family):
    backbone = small_models.backbone(family, 10)
    asked = [Request(sound(seconds, seed=1), QUESTIONS[:2], FORMS) for seconds in (0.3, 0.5, 0.95, 2.5)]
    together = backbone.answer(asked)
    assert largest_difference(together, [backbone.answer([request])[0] for request in asked]) <= 1e-4


@every_family
def test_a_shared_prefix_is_plain_scoring(family):
    plain = fresh(family)
    plain.shared_prefix = False
    for clip in (sound(0.5), sound(29.0)):
        expected = ask(plain, clip, system="Listen, do not infer.")
        shared = ask(small_models.backbone(family), clip, system="Listen, do not infer.")
        np.testing.assert_allclose(shared, expected, atol=1e-4)
        assert np.ptp(expected, axis=0).max() > 0.01


@every_family
def test_wrong_positions_would_be_seen(family, monkeypatch):
    """The two tests above can fail: questions put where their prefix begins answer otherwise."""
    clip = sound(3)
    right = ask(small_models.backbone(family, 10), clip)
    positions = decoder.positions
    monkeypatch.setattr(decoder, "positions", lambda mask: positions(mask) * (positions(mask) < 40))
    assert np.abs(ask(small_models.backbone(family, 10), clip) - right).max() > 1e-3


@every_family
def test_the_clip_is_encoded_once_for_all_its_questions(family):
    heard = []
    backbone = fresh(family)
    first = next(
        module for module in backbone._decoder.model.modules() if isinstance(module, torch.nn.Conv1d | torch.nn.Conv2d)
    )
    if family in {"qwen2.5-omni", "qwen3-omni"}:
        first = backbone._decoder.model.model.audio_tower.get_input_embeddings()
    first.register_forward_hook(lambda module, inputs, output: heard.append(inputs[0].shape[0]))
    ask(backbone, sound(0.9))
    once = sum(heard)
    heard.clear()
    backbone.shared_prefix = False
    ask(backbone, sound(0.9))
    assert sum(heard) == len(QUESTIONS) * once


@every_family
def test_the_same_input_twice_is_the_same_to_the_bit(family):
    asked = requests(3)
    for first, second in zip(*(small_models.backbone(family, 10).answer(asked) for _ in range(2)), strict=True):
        np.testing.assert_array_equal(first, second)


@every_family
def test_what_is_heard_changes_the_answer(family):
    backbone = small_models.backbone(family, 10)
    silence = Audio(np.zeros(48000, np.float32), 16000, "silence")
    assert np.abs(ask(backbone, sound(3)) - ask(backbone, silence)).max() > 0.01
    assert np.isfinite(ask(backbone, silence)).all()


def with_burst(clip, at):
    samples = clip.samples.copy()
    start = int(at * clip.sample_rate)
    samples[start : start + clip.sample_rate] = np.random.default_rng(1).uniform(-0.9, 0.9, clip.sample_rate)
    return replace(clip, samples=samples)


@pytest.mark.parametrize("family", HEARS_ALL)
@pytest.mark.parametrize(("seconds", "at"), [(31, 29.8), (61, 45)])
def test_long_clips_are_heard_to_their_end(family, seconds, at):
    backbone = small_models.backbone(family)
    clip = sound(seconds)
    assert np.abs(ask(backbone, with_burst(clip, at)) - ask(backbone, clip)).max() > 1e-4


@pytest.mark.parametrize("family", HEARS_ALL)
def test_long_and_short_clips_share_a_batch(family):
    backbone = small_models.backbone(family)
    asked = [Request(sound(seconds, seed=2), QUESTIONS[:2], FORMS) for seconds in (61, 2, 31)]
    assert largest_difference(backbone.answer(asked), [backbone.answer([one])[0] for one in asked]) <= 1e-4


@pytest.mark.parametrize("seconds", [31, 61])
def test_qwen2_audio_leaves_long_clips_to_windows(seconds):
    with pytest.raises(AudioError, match=rf"lasts {seconds}\.00 s; .* hears at most 30 s at once") as caught:
        ask(small_models.backbone("qwen2-audio"), sound(seconds))
    assert caught.value.code == "too_long"


@pytest.mark.parametrize("family", ["qwen2-audio", "qwen2.5-omni"])
def test_the_papers_front_end_is_deaf_beyond_its_window(family):
    backbone = fresh(family, front_end="paper")
    assert backbone.identity["front_end"] == "paper"
    clip = sound(61)
    np.testing.assert_array_equal(ask(backbone, with_burst(clip, 45)), ask(backbone, clip))
    assert np.abs(ask(backbone, with_burst(clip, 20)) - ask(backbone, clip)).max() > 1e-3


@every_family
def test_the_shortest_clip_is_heard(family):
    assert np.isfinite(ask(small_models.backbone(family, 10), sound(0.1))).all()


@every_family
def test_out_of_memory_halves_down_to_one_with_the_same_scores(family):
    asked = requests(6, longest=3.0)
    expected = small_models.backbone(family, 10).answer(asked)
    for capacity in (4, 1):
        backbone = fresh(family, 10, batch_size=32)
        largest = limit_memory(backbone, capacity)
        assert largest_difference(backbone.answer(asked), expected) <= 1e-4
        assert max(largest) <= capacity


def limit_memory(backbone, capacity):
    """Raise as CUDA does for more than ``capacity`` rows; the list gets the rows of each pass that fits."""
    passed = []
    forward = backbone._decoder.model.model.forward

    def limited(*, input_ids, **inputs):
        if len(input_ids) > capacity:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        passed.append(len(input_ids))
        return forward(input_ids=input_ids, **inputs)

    backbone._decoder.model.model.forward = limited
    return passed


def test_no_memory_at_all_is_the_clips_error():
    backbone = fresh("audio-flamingo-3")
    limit_memory(backbone, 0)
    with pytest.raises(AnswerError, match="ran out of memory on one clip with one question") as caught:
        ask(backbone, sound(1))
    assert caught.value.code == "out_of_memory"


def test_the_cpus_allocator_counts_as_out_of_memory():
    message = "[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried 9 bytes."
    assert decoder.out_of_memory(RuntimeError(message))
    assert not decoder.out_of_memory(RuntimeError("shape mismatch"))


def test_other_faults_of_the_model_are_not_hidden():
    backbone = fresh("audio-flamingo-3")
    backbone._decoder.model.model.forward = None
    with pytest.raises(TypeError):
        ask(backbone, sound(1))


def test_a_model_without_a_plain_cache_falls_back_and_says_so(monkeypatch, caplog):
    backbone = fresh("qwen2.5-omni")
    expected = ask(small_models.backbone("qwen2.5-omni"), sound(2))
    monkeypatch.setattr(decoder.Heard, "repeatable", False)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_allclose(ask(backbone, sound(2)), expected, atol=1e-4)
    assert not backbone.shared_prefix
    assert "each question runs its whole prompt" in caplog.text


def test_a_template_that_asks_before_it_plays_falls_back_and_says_so_once(tmp_path, caplog):
    folder = shutil.copytree(small_models.folder("audio-flamingo-3", 10), tmp_path / "asks-first")
    parts = "{% for part in messages[-1]['content'] | reverse %}{{ part['text'] or '<sound>' }}{% endfor %}"
    (folder / "chat_template.jinja").write_text(f"<|im_start|>user\n{parts}<|im_end|>\n<|im_start|>assistant\n")
    backbone = load_backbone(folder)
    with caplog.at_level(logging.WARNING):
        alone = np.concatenate([ask(backbone, sound(2), question) for question in QUESTIONS])
        assert not caplog.records
        for _ in range(2):
            np.testing.assert_allclose(ask(backbone, sound(2)), alone, atol=1e-4)
    assert [record.getMessage() for record in caplog.records] == [
        "asks-first puts the question before the clip: each question runs its whole prompt."
    ]
    assert not backbone.shared_prefix
    assert np.ptp(alone, axis=0).max() > 0.01


def test_a_sliding_cache_is_not_shared():
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

    cache = DynamicCache()
    cache.layers = [DynamicLayer(), DynamicLayer()]
    assert decoder.Heard(cache, torch.ones(1, 1)).repeatable
    cache.layers[1] = DynamicSlidingWindowLayer(sliding_window=8)
    assert not decoder.Heard(cache, torch.ones(1, 1)).repeatable


@every_family
def test_it_writes_what_its_own_likeliest_tokens_spell(family):
    """Greedy by hand: the next token is the likeliest after everything written so far."""
    backbone = small_models.backbone(family, 10)
    clip = sound(1.5)
    frames = backbone._front_end.frames(clip.samples)
    ids, _ = backbone._prompt.ids("x", frames.tokens)
    written = []
    with torch.no_grad():
        while len(written) < 5:
            whole = torch.tensor([ids + written])
            logits = backbone._decoder.model(
                input_ids=whole, attention_mask=torch.ones_like(whole), **backbone._decoder.audio([frames])
            ).logits
            written.append(int(logits[0, -1].argmax()))
            if written[-1] in backbone._prompt.end_ids():
                break
    asked = [Request(clip, ("x", "is it a dog?")), Request(sound(4), ("x",))]
    (first, other), (third,) = backbone.generate(asked, Writing(5))
    assert first == backbone._prompt.read(written)
    assert [backbone.generate([request], Writing(5))[0] for request in asked] == [(first, other), (third,)]


@every_family
def test_it_writes_from_text_alone_what_its_likeliest_tokens_spell(family):
    backbone = small_models.backbone(family, 10)
    assert isinstance(backbone, Writer)
    prompts = [TextPrompt("is it a dog?", "Answer."), TextPrompt("x"), TextPrompt("狗在叫吗？ " * 9)]
    expected = []
    for prompt in prompts:
        ids, written = backbone._prompt.text_ids(prompt), []
        assert backbone._prompt._audio_id not in ids
        with torch.no_grad():
            while len(written) < 5 and not {*written[-1:]} & {*backbone._prompt.end_ids()}:
                logits = backbone._decoder.model(input_ids=torch.tensor([ids + written])).logits
                written.append(int(logits[0, -1].argmax()))
        expected.append(backbone._prompt.read(written))
    assert backbone.write(prompts, Writing(5)) == expected


@every_family
def test_draws_depend_on_the_question_alone(family):
    """Equal questions of a request are drawn apart, the same request twice alike, in any batch and order."""
    writing = Writing(6, temperature=1.0, seed=3)
    asked = [
        Request(sound(seconds, seed=1), ("x", "is it a dog?", "x")[: 3 - place]) for place, seconds in enumerate((2, 1))
    ]
    alone = fresh(family, 10, batch_size=1)
    expected = [alone.generate([request], writing)[0] for request in asked]
    together = small_models.backbone(family, 10)
    assert together.generate(asked, writing) == expected
    assert together.generate([*asked[::-1], asked[0]], writing) == [*expected[::-1], expected[0]]
    assert expected[0][0] != expected[0][2]
    assert expected[0][:2] != expected[1]
    assert together.generate(asked, replace(writing, seed=4)) != expected


def test_a_text_that_ended_early_is_not_filled_with_words():
    backbone = fresh("audio-flamingo-3", 10)
    backbone._prompt.control_ids = backbone._prompt.control_ids - {backbone._decoder.padding}
    end = backbone._prompt.end_ids()[0]

    def end_first_row(module, inputs, output):
        output[0, ..., end] += 1e4
        return output

    backbone._decoder.model.lm_head.register_forward_hook(end_first_row)
    ((ended, written),) = backbone.generate([Request(sound(1), ("x", "is it a dog?"))], Writing(5))
    assert ended == ""
    assert written


def test_writing_ends_at_the_end_of_the_turn():
    backbone = fresh("audio-flamingo-3")
    end = backbone._prompt.end_ids()[0]
    backbone._decoder.model.lm_head.register_forward_hook(
        lambda module, inputs, output: output.index_fill(-1, torch.tensor([end]), 1e4)
    )
    assert backbone.generate([Request(sound(1), ("x", "is it a dog?"))], Writing(50)) == [("", "")]


def test_the_checkpoints_sampling_and_penalties_do_not_count():
    asked = [Request(sound(1), QUESTIONS)]
    expected = small_models.backbone("qwen2-audio").generate(asked, Writing(8))
    backbone = fresh("qwen2-audio")
    backbone._decoder.model.generation_config.update(do_sample=True, temperature=9.0, repetition_penalty=5.0)
    assert backbone.generate(asked, Writing(8)) == expected


def test_a_generation_config_changes_no_answer(tmp_path):
    """Scores after generation's processors are not log-probabilities of the model; ours never pass through them."""
    folder = shutil.copytree(small_models.folder("qwen2-audio", 10), tmp_path / "penalised")
    penalties = {"do_sample": True, "temperature": 3.0, "top_k": 5, "repetition_penalty": 5.0}
    (folder / "generation_config.json").write_text(json.dumps(penalties))
    backbone = load_backbone(folder)
    model = backbone._decoder.model
    assert {name: getattr(model.generation_config, name) for name in penalties} == penalties
    for shared in (True, False):
        backbone.shared_prefix = shared
        plain = fresh("qwen2-audio", 10)
        plain.shared_prefix = shared
        np.testing.assert_array_equal(ask(backbone, sound(1)), ask(plain, sound(1)))
    # The config takes hold where scores do come from generation: the trap is real.
    frames = backbone._front_end.frames(sound(1).samples)
    ids, _ = backbone._prompt.ids("x", frames.tokens)
    torch.manual_seed(0)
    generated = model.generate(
        input_ids=torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        **backbone._decoder.audio([frames]),
        max_new_tokens=1,
        output_scores=True,
        return_dict_in_generate=True,
    )
    processed = torch.log_softmax(generated.scores[0][0], dim=-1)
    columns = [backbone._form_id(form) for form in FORMS]
    assert np.abs(processed[columns].numpy() - ask(backbone, sound(1), "x")[0]).max() > 0.1


def test_forms_with_the_same_token_count_once():
    backbone = small_models.backbone("qwen2-audio")
    assert backbone.single_tokens(["Yes", "Yes", " Yes", "Yes, it is", "", "<|im_end|>"]) == ("Yes", " Yes")


@pytest.mark.parametrize(
    ("request_", "error", "text"),
    [
        (Request(sound(1, rate=8000), ("q",), ("Yes",)), UsageError, "at 8000 Hz; .* hears 16000 Hz. Resample"),
        (Request(sound(0.05), ("q",), ("Yes",)), AudioError, r"lasts 0\.05 s; .* needs at least 0\.10 s"),
        (Request(sound(1), (), ("Yes",)), UsageError, "no questions"),
        (Request(sound(1), ("q",), ("Yes it is",)), BackboneError, "'Yes it is' is [0-9]+ tokens"),
    ],
)
def test_what_cannot_be_asked(request_, error, text):
    with pytest.raises(error, match=text):
        small_models.backbone("qwen2-audio").answer([request_])


def test_no_requests_no_answers():
    assert small_models.backbone("qwen2-audio").answer([]) == []


@pytest.mark.parametrize(("free_gib", "clips"), [(120, 32), (20, 13), (1, 1), (0, 1)])
def test_the_batch_fits_half_of_the_free_memory(free_gib, clips, monkeypatch):
    # A 7B thinker in bfloat16: 2 x 28 layers x 4 heads x 128 x 2 bytes = 57,344 bytes a token, and a clip of 800 tokens
    # with the copies for eight questions is 780 MB.
    text = SimpleNamespace(hidden_size=3584, num_attention_heads=28, num_key_value_heads=4, num_hidden_layers=28)
    model = SimpleNamespace(
        device=torch.device("cuda"), dtype=torch.bfloat16, config=SimpleNamespace(get_text_config=lambda: text)
    )
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (free_gib * 2**30, 2**37))
    assert hf.fitting_clips(model) == clips


def test_a_cpu_takes_four_clips():
    assert small_models.backbone("qwen3-omni").batch_size == 4
