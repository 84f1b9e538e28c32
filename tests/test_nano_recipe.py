"""The recipe of the embedded judge: training sees what inference sees, and a run can go on where it stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch", reason="the recipe runs on torch")

import torch
from recipes.nano import evaluate, model, packing, tokenizer, train, vocabulary
from recipes.nano.config import Recipe
from recipes.nano.packing import Asked, Batch, Material, Packer, batches

from earwitness.audio import from_array
from earwitness.backbones import load_backbone
from earwitness.backbones.base import Request
from earwitness.scenes.sources import SAMPLE_RATE, Synthesis

TINY = Recipe(
    folds=("1",),
    steps=4,
    warmup=2,
    batch=2,
    chunk=4,
    audio_width=32,
    audio_layers=2,
    audio_dropout=0.0,
    text_width=32,
    text_layers=2,
    text_feed_forward=64,
    # Ten times the usual, so that a wrong position or mask shows.
    initializer_range=0.3,
    grow=(-1.0, 0.0),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders in the layout of the shared data, with synthesised sounds in place of recordings."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(1)
    rows = ["file_name,label,fold,license"]
    for number, label in enumerate(("dog bark", "rain", "sea waves", "rooster")):
        for fold, license in (("1", "CC0"), ("4", "CC-BY"), ("1", "CC-Sampling+")):
            name = f"{number}-{fold}-{license[:5]}.wav"
            rows.append(f"{name},{label},{fold},{license}")
            _write(root / "esc10" / name, Synthesis().draw(Synthesis.labels[number], rng, seconds=3.0))
    (root / "esc10" / "metadata.csv").write_text("\n".join(rows) + "\n")
    _write(root / "sonicpi" / "drum_x.wav", Synthesis().draw("knock", rng, seconds=1.0))
    return root


def _write(path: Path, samples: np.ndarray) -> None:
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, 0.1 * samples, SAMPLE_RATE)


@pytest.fixture(scope="module")
def words() -> Any:
    return tokenizer.train_tokenizer(TINY.vocabulary, TINY.seed, plans=300)


@pytest.fixture(scope="module")
def material(data: Path) -> Material:
    return Material(TINY, data)


@pytest.fixture(scope="module")
def packer(words: Any, material: Material) -> Packer:
    return Packer(TINY, words, model.feature_extractor(TINY), material.pool.labels)


def test_clips_whose_licence_forbids_it_are_left_out(data: Path) -> None:
    found = packing.recordings(data, ["1", "4"], SAMPLE_RATE)
    licenses = {clip.meta["license"] for label in found.labels for clip in found.of(label)}
    assert licenses == {"CC0", "CC-BY"}


def test_features_are_the_extractors_own() -> None:
    extractor = model.feature_extractor(TINY)
    rng = np.random.default_rng(2)
    for seconds in (0.3, 1.0, 4.321, 9.99, 10.0):
        clip = rng.standard_normal(int(seconds * SAMPLE_RATE)).astype(np.float32)
        wanted = extractor(clip, sampling_rate=SAMPLE_RATE, return_tensors="np", return_attention_mask=True)
        valid = int(wanted["attention_mask"].sum())
        assert valid == -(-len(clip) // TINY.hop)
        frames = min(TINY.frames, valid + 2)
        made = model.log_mel([clip], frames, extractor)[0].numpy()
        assert made == pytest.approx(wanted["input_features"][0][:, :frames], abs=1e-6)


def test_a_packed_question_gets_the_answer_it_gets_alone(
    tmp_path: Path, words: Any, material: Material, packer: Packer
) -> None:
    torch.manual_seed(3)
    learner = train.Learner(TINY, words, labels=len(material.pool.labels))
    model.export(learner.model, words, TINY, tmp_path)
    backbone = load_backbone(tmp_path, device="cpu", dtype="float32")
    learner.model.load_state_dict({name: weight.half().float() for name, weight in learner.model.state_dict().items()})
    learner.model.eval()
    rng = np.random.default_rng(4)
    scenes = [material.scene(material.prior(1.0), rng) for _ in range(5)]
    batch = packer.pack(scenes)
    with torch.no_grad():
        heard = model.encode(learner.model, batch.features, batch.frames)
        hidden = model.read_hidden(learner.model, heard, batch.frames, batch.ids, batch.positions, batch.segments)
        packed = torch.log_softmax(learner.model.lm_head(hidden[tuple(batch.answer_at)]), -1)
    columns = [packer._words[word] for word in ("yes", "no", "是", "否")]
    alone = [
        row
        for scene, asked in scenes
        for row in backbone.answer(
            [
                Request(
                    from_array(scene.samples, SAMPLE_RATE),
                    tuple(question.text for question in asked if not question.written),
                    ("yes", "no", "是", "否"),
                )
            ]
        )[0]
    ]
    assert packed[:, columns].numpy() == pytest.approx(np.array(alone), abs=2e-4)


def test_rows_hold_their_answers_and_lists(words: Any, material: Material, packer: Packer) -> None:
    scene, _ = material.scene(material.prior(1.0), np.random.default_rng(5))
    asked = [
        Asked("Is it raining?", "no", "en"),
        Asked("List.", "rain, bell", "en", written=True),
        Asked("雨？", "是", "zh"),
    ]
    batch = packer.pack([(scene, asked)])
    assert words.batch_decode(batch.answers[:, None]) == ["no", "是"]
    assert words.batch_decode(batch.rivals[:, None]) == ["yes", "否"]
    assert words.decode(batch.lists) == "rain, bell<|im_end|>"
    # What is to be written is also what comes next, but for the end.
    clips, places = batch.list_at
    assert batch.ids[clips[:-1], places[:-1] + 1].tolist() == batch.lists[:-1].tolist()
    # Every question starts at the place after the shared prefix.
    for segment in (1, 2, 3):
        assert batch.positions[batch.segments == segment].min() == (batch.segments == 0).sum()


def test_frame_targets_follow_the_script(material: Material, packer: Packer) -> None:
    rng = np.random.default_rng(6)
    for _ in range(10):
        scene, asked = material.scene(material.prior(1.0), rng)
        sounding = packer.pack([(scene, asked)]).sounding[0].numpy()
        token = 4 * TINY.hop / TINY.sample_rate
        for place, label in enumerate(packer.labels):
            seconds = sum(span.offset - span.onset for span in scene.script if span.label == label)
            spans = sum(span.label == label for span in scene.script)
            assert seconds - token <= sounding[:, place].sum() * token <= seconds + 2 * token * spans + 1e-6


def test_training_learns(words: Any, material: Material, packer: Packer) -> None:
    learner = train.Learner(replace(TINY, steps=1000), words, labels=len(material.pool.labels))
    batch = next(batches(TINY, material, packer))
    losses = [learner.learn(batch) for _ in range(25)]
    for name in ("answer", "list", "frame"):
        assert losses[-1][name] < 0.7 * losses[0][name], name


def test_a_resumed_run_goes_on_as_if_never_stopped(
    tmp_path: Path, words: Any, material: Material, packer: Packer
) -> None:
    stream: list[Batch] = list(batches(TINY, material, packer))
    assert len(stream) == TINY.steps
    whole = train.Learner(TINY, words, labels=len(material.pool.labels))
    losses = [whole.learn(batch) for batch in stream[:2]]
    whole.save(tmp_path / "checkpoint.pt")
    losses += [whole.learn(batch) for batch in stream[2:]]
    resumed = train.Learner(TINY, words, labels=len(material.pool.labels))
    resumed.load(tmp_path / "checkpoint.pt")
    later = list(batches(TINY, material, packer, first_chunk=1))
    assert [resumed.learn(batch) for batch in later] == losses[2:]


def test_the_rate_warms_up_and_falls_to_zero(words: Any) -> None:
    learner = train.Learner(replace(TINY, steps=100, warmup=10), words, labels=3)
    rates = []
    for learner.step in range(101):
        rates.append(learner.rate())
    assert rates[0] == pytest.approx(TINY.learning_rate / 10, rel=0.01)
    assert max(rates) == pytest.approx(TINY.learning_rate, rel=0.05)
    assert rates[-1] == pytest.approx(0)


def test_a_recipe_survives_its_file(tmp_path: Path) -> None:
    TINY.save(tmp_path / "recipe.json")
    assert Recipe.load(tmp_path / "recipe.json") == TINY


def test_answers_are_single_tokens_and_no_text_becomes_control(words: Any) -> None:
    for answers in tokenizer.ANSWERS.values():
        for answer in answers:
            assert len(words.encode(answer)) == len(words.encode(answer.upper())) == 1
    plain = Packer(TINY, words, model.feature_extractor(TINY), [])._prompt
    control = set(words.convert_tokens_to_ids(list(tokenizer.CONTROL)))
    assert not control & set(plain.spell("<|im_end|><|AUDIO|> yes 🎵 Ж"))


def test_names_are_words_that_the_judge_was_taught() -> None:
    taught = vocabulary.vocabulary()
    assert set(taught["en"]["names"]) <= set(taught["en"]["words"])
    for name in taught["zh"]["names"]:
        assert any(name in word for word in taught["zh"]["words"]), name


def test_area_and_calibration_against_hand_worked_numbers() -> None:
    scores, truth = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    assert evaluate.auc(scores, truth) == 0.75
    assert evaluate.auc(np.ones(4), truth) == 0.5
    # Two bins: (0.1, 0.4, 0.35) say .283 where .333 is so; (0.8) says .8 where 1 is so.
    assert evaluate.calibration_error(scores, truth, bins=2) == pytest.approx(0.75 * (1 / 3 - 0.85 / 3) + 0.25 * 0.2)
