"""The embedded judge: what it says it knows, that it is an ordinary checkpoint, and that it listens."""

from __future__ import annotations

import csv
import json
from itertools import product
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

pytest.importorskip("torch", reason="the embedded judge runs on torch")

from safetensors import safe_open

from earwitness.audio import from_array, read_audio
from earwitness.backbones import load_backbone
from earwitness.backbones.base import Backbone, LimitedVocabulary, Request, p_yes, resolve_forms
from earwitness.backbones.embedded import FOLDER, EmbeddedBackbone, Vocabulary
from earwitness.backbones.window_null import load_window_null
from earwitness.rubrics.template import template
from earwitness.scenes.captions import FactKind, ask, draw_fact, state
from earwitness.scenes.compose import Composer
from earwitness.scenes.effects import coloured_noise
from earwitness.scenes.lexicon import LEXICON
from earwitness.scenes.plans import Plan, PlannedEvent, PlanPrior
from earwitness.scenes.sources import SAMPLE_RATE, Synthesis
from earwitness.types import Audio, Language

ESC10 = Path("../shared/data/esc10")
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@pytest.fixture(scope="module")
def judge() -> EmbeddedBackbone:
    loaded = load_backbone("embedded", device="cpu")
    assert isinstance(loaded, EmbeddedBackbone)
    return loaded


def _ask(judge: Backbone, clips: list[Audio], captions: list[str], language: Language) -> np.ndarray:
    """P(yes) of every caption for every clip: ``[clip, caption]``."""
    forms = resolve_forms(judge, language, "logsumexp")
    questions = tuple(template(1).ask(caption, language) for caption in captions)
    answers = judge.answer([Request(clip, questions, forms.all) for clip in clips])
    return np.array([p_yes(answer, forms)[0] for answer in answers])


def _scenes(count: int, seed: int) -> tuple[list[str], list[Audio]]:
    """Scenes of one synthesised sound each, over background, and what it is."""
    rng = np.random.default_rng(seed)
    composer = Composer(Synthesis())
    labels = [Synthesis.labels[number % len(Synthesis.labels)] for number in range(count)]
    scenes = [composer.compose(Plan(((PlannedEvent(label),),)), rng) for label in labels]
    return labels, [from_array(scene.samples, scene.sample_rate) for scene in scenes]


# --- vocabulary ------------------------------------------------------------------------------------------------------

WORDS = Vocabulary(
    frozenset({"dog", "barks", "火", "直升机", "敲门"}), frozenset({"a", "the", "then", "先", "先有", "然后", "有人"})
)


@pytest.mark.parametrize(
    ("caption", "parts"),
    [
        ("A dog BARKS, then", [("a", True), ("dog", True), ("barks", True), ("then", True)]),
        ("the dogfish", [("the", True), ("dogfish", False)]),
        ("naïve Σ 42", [("naïve", False), ("σ", False)]),
        ("先敲门，然后直升机", [("先", True), ("敲门", True), ("然后", True), ("直升机", True)]),
        ("有人敲门", [("有人", True), ("敲门", True)]),
        ("先有人敲门", [("先", True), ("有人", True), ("敲门", True)]),
        ("火车", [("火车", False)]),
        ("大火", [("大火", False)]),
        ("先火", [("先", True), ("火", True)]),
        ("敲门声", [("敲门", True), ("声", False)]),
        ("dog敲门", [("dog", True), ("敲门", True)]),
        ("...", []),
    ],
)
def test_captions_come_apart_into_taught_and_untaught_words(caption: str, parts: list[tuple[str, bool]]) -> None:
    assert WORDS.parts(caption) == parts


def test_every_taught_form_is_known_and_names_its_sound(judge: EmbeddedBackbone) -> None:
    assert isinstance(judge, LimitedVocabulary)
    for known in LEXICON.values():
        for language in LANGUAGES:
            forms = known[language]
            for caption in (*forms.bare, *forms.nouns, *forms.clauses):
                assert judge.unknown_words(caption) == (), caption
                assert judge.names_something(caption), caption


@pytest.mark.parametrize(
    "caption", ["a trombone plays", "speech", "something is heard", "火车开过", "音乐", "the sound of"]
)
def test_captions_that_name_nothing_taught_are_told(judge: EmbeddedBackbone, caption: str) -> None:
    assert not judge.names_something(caption)


def test_untaught_words_are_told_in_order(judge: EmbeddedBackbone) -> None:
    assert judge.unknown_words("A furious dog barks beside a Trombone") == ("furious", "beside", "trombone")
    assert judge.names_something("A furious dog barks beside a Trombone")


def test_every_caption_and_question_of_the_training_is_known(judge: EmbeddedBackbone) -> None:
    rng = np.random.default_rng(6)
    countable = frozenset(label for label, known in LEXICON.items() if known["en"].counted)
    prior = PlanPrior(dict.fromkeys(LEXICON, 1.0), countable)
    for _ in range(300):
        plan = prior.draw(rng)
        for kind, language in product(get_args(FactKind), LANGUAGES):
            drawn = draw_fact(plan, prior, kind, rng)
            for text in (state(drawn[0], language, rng), ask(drawn[0], language, rng)) if drawn else ():
                assert judge.unknown_words(text) == (), text
                assert judge.names_something(text), text


# --- the folder ------------------------------------------------------------------------------------------------------


def test_it_is_small_and_in_half_precision() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 20_000_000
    with safe_open(FOLDER / "model.safetensors", "np") as weights:
        shapes = {name: weights.get_slice(name) for name in weights.keys()}
        assert {str(part.get_dtype()) for part in shapes.values()} == {"F16"}
        parameters = sum(int(np.prod(part.get_shape())) for part in shapes.values())
    assert 1.5e6 <= parameters <= 8e6


def test_it_loads_as_any_other_folder(judge: EmbeddedBackbone) -> None:
    plain = load_backbone(FOLDER, device="cpu")
    _, clips = _scenes(2, seed=1)
    assert np.array_equal(_ask(plain, clips, ["a bell rings"], "en"), _ask(judge, clips, ["a bell rings"], "en"))
    assert judge.identity == plain.identity
    assert judge.max_duration == 10.0


def test_answers_are_single_tokens_of_both_languages(judge: EmbeddedBackbone) -> None:
    for language in LANGUAGES:
        forms = resolve_forms(judge, language, "pair")
        assert len(set(forms.all)) == 2
        assert len(judge.single_tokens(forms.all)) == 2


def test_the_null_is_read_where_there_is_one(judge: EmbeddedBackbone, tmp_path: Path) -> None:
    null = judge.window_null
    assert null is not None
    assert null.shape == (199,)
    assert np.isfinite(null).all()
    assert (np.diff(null) >= 0).all()
    # Of what is absent, most is called absent.
    assert np.median(null) < 0
    assert load_window_null(tmp_path) is None


def test_nothing_was_learned_from_what_may_not_be_passed_on() -> None:
    with (FOLDER / "ATTRIBUTION.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["license"] for row in rows} == {"CC0", "CC-BY"}
    assert all(row["author"] and row["source"] for row in rows)


def test_the_card_and_the_recipe_agree() -> None:
    recipe = json.loads((FOLDER / "recipe.json").read_text(encoding="utf-8"))
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"seed {recipe['seed']}" in card
    assert all(label in card for label in LEXICON)


# --- listening -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_hears_synthesised_sounds_it_has_never_met(judge: EmbeddedBackbone, language: Language) -> None:
    labels, clips = _scenes(10 * len(Synthesis.labels), seed=2)
    scores = _ask(judge, clips, [LEXICON[label][language].clauses[0] for label in Synthesis.labels], language)
    truth = np.array([[label == asked for asked in Synthesis.labels] for label in labels])
    # Chance that a true case scores above a false one; chance level is .5, and the floor leaves room for other seeds.
    auc = np.mean(scores[truth][:, None] > scores[~truth][None, :])
    assert auc > 0.9


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_is_always_yes_or_no(judge: EmbeddedBackbone, language: Language) -> None:
    _, clips = _scenes(7, seed=3)
    forms = resolve_forms(judge, language, "logsumexp")
    asked = tuple(template(number).ask(LEXICON["rain"][language].bare[0], language) for number in range(1, 7))
    for answer in judge.answer([Request(clip, asked, forms.all) for clip in clips]):
        assert p_yes(answer, forms)[1].min() > 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_silence_holds_nothing(judge: EmbeddedBackbone, language: Language) -> None:
    clips = [from_array(np.zeros(seconds * SAMPLE_RATE, np.float32), SAMPLE_RATE) for seconds in (2, 5, 10)]
    scores = _ask(judge, clips, [known[language].clauses[0] for known in LEXICON.values()], language)
    assert (scores > 0.5).mean() < 0.05


def test_one_by_one_and_in_a_batch_are_the_same(judge: EmbeddedBackbone) -> None:
    _, clips = _scenes(6, seed=4)
    captions = ["a bell rings", "a siren wails, then someone knocks", "no rain"]
    together = _ask(judge, clips, captions, "en")
    apart = np.concatenate([_ask(judge, [clip], [c], "en") for clip in clips for c in captions])
    assert together.ravel() == pytest.approx(apart.ravel(), abs=1e-4)


def test_what_follows_a_clip_in_its_window_is_not_heard(judge: EmbeddedBackbone) -> None:
    noise = coloured_noise(2 * SAMPLE_RATE, 1.0, np.random.default_rng(5)) * np.float32(0.01)
    short, long = from_array(noise, SAMPLE_RATE), from_array(np.tile(noise, 4), SAMPLE_RATE)
    alone = _ask(judge, [short], ["rain"], "en")
    assert _ask(judge, [short, long], ["rain"], "en")[:1] == pytest.approx(alone, abs=1e-4)


@pytest.mark.skipif(not ESC10.is_dir(), reason="needs the ESC-10 clips in ../shared/data")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dog_is_no_helicopter(judge: EmbeddedBackbone, language: Language) -> None:
    clips = [read_audio(path) for path in sorted((ESC10 / "dog_bark").glob("*.ogg"))[::4]]
    mono = [from_array(_at_rate(clip), SAMPLE_RATE) for clip in clips]
    captions = {"en": ["a dog is barking", "a helicopter is flying"], "zh": ["狗在叫", "直升机在飞行"]}
    scores = _ask(judge, mono, captions[language], language)
    assert (scores[:, 0] > scores[:, 1]).mean() > 0.9
    assert np.median(scores[:, 0]) > 0.8 > 0.2 > np.median(scores[:, 1])


def _at_rate(clip: Audio) -> np.ndarray:
    from earwitness.audio import resample

    return resample(clip, SAMPLE_RATE).samples
