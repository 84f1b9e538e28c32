"""Scenes with their questions as arrays: several questions packed behind one clip, and what is sounding when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from recipes.nano.config import COUNTABLE, REFUSED_LICENSES, Recipe
from recipes.nano.model import audio_lengths, log_mel
from recipes.nano.tokenizer import ANSWERS, AUDIO, SYSTEM_TEXTS
from torch import Tensor

from earwitness.backbones.prompt import Prompt
from earwitness.rubrics.template import TEMPLATES
from earwitness.scenes.captions import Fact, FactKind, ask, ask_onset, draw_fact, list_events, state
from earwitness.scenes.compose import Composer, Scene, Style
from earwitness.scenes.lexicon import LEXICON
from earwitness.scenes.phrases import PHRASES
from earwitness.scenes.plans import PlanPrior
from earwitness.scenes.sources import Pool, Recordings, Synthesis, read_folder
from earwitness.types import Language

DATA = Path("../shared/data")
# Louder, and more often without background or pauses at their ends, than scenes are by default: so are recordings.
STYLE = Style(level_db=(-34.0, -10.0), whole=0.4, bare=0.25, distractor=0.1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and, for a yes/no question, its answer; else the text to be written."""

    text: str
    answer: str
    language: Language
    kind: str = ""
    written: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one step; see ``model`` for the shapes.

    ``answer_at`` and ``list_at`` are (clip, token) places whose next token is known: ``answers``, ``lists``.
    """

    features: Tensor
    frames: Tensor
    ids: Tensor
    positions: Tensor
    segments: Tensor
    answer_at: Tensor
    answers: Tensor
    rivals: Tensor
    list_at: Tensor
    lists: Tensor
    sounding: Tensor


def recordings(data: Path, folds: Sequence[str], sample_rate: int) -> Recordings:
    """The clips of these ESC-10 folds whose licence allows passing on what is learned from them."""
    return read_folder(
        data / "esc10",
        sample_rate=sample_rate,
        keep=lambda row: row["fold"] in folds and row["license"] not in REFUSED_LICENSES,
        countable=COUNTABLE,
    )


class Material:
    """Draws scenes and questions for one recipe from the recordings of some folds."""

    def __init__(self, recipe: Recipe, data: Path = DATA, folds: Sequence[str] | None = None) -> None:
        self.recipe = recipe
        real = recordings(data, folds or recipe.folds, recipe.sample_rate)
        self.real = real
        self.pool = Pool([real, Synthesis()])
        others = read_folder(data / "sonicpi", sample_rate=recipe.sample_rate)
        self.composer = Composer(self.pool, STYLE, others)
        self.weights = {label: recipe.real_weight if label in real.labels else 1.0 for label in self.pool.labels}

    def prior(self, progress: float) -> PlanPrior:
        """Plans grow from one event to three during the first part of the run."""
        start, full = self.recipe.grow
        grown = float(np.clip((progress - start) / (full - start), 0, 1))
        sizes = (1 - grown) * np.array(self.recipe.first_sizes) + grown * np.array(self.recipe.sizes)
        return PlanPrior(self.weights, self.pool.countable, tuple(sizes))

    def scene(self, prior: PlanPrior, rng: np.random.Generator) -> tuple[Scene, list[Asked]]:
        """A scene with its questions and the request to list its events."""
        scene = self.composer.compose(prior.draw(rng), rng)
        asked = self.questions(scene, prior, rng)
        language: Language = "zh" if rng.random() < self.recipe.chinese else "en"
        listing = Asked(PHRASES[language].list_request, list_events(scene.plan, language), language, written=True)
        return scene, [*asked, listing, *self._onsets(scene, language, rng)]

    def _onsets(self, scene: Scene, language: Language, rng: np.random.Generator) -> list[Asked]:
        """When some of the sounds begin, in whole seconds: what order questions are compared from."""
        labels = list(rng.permutation(scene.plan.labels))[: self.recipe.onsets]
        first = {span.label: span.onset for span in reversed(scene.script)}
        return [
            Asked(ask_onset(str(label), language, rng), str(int(first[label])), language, written=True)
            for label in labels
        ]

    def questions(self, scene: Scene, prior: PlanPrior, rng: np.random.Generator) -> list[Asked]:
        """Yes/no questions about a scene, kinds drawn by the recipe's odds."""
        kinds = list(self.recipe.kinds)
        odds = np.array(list(self.recipe.kinds.values()))
        asked: list[Asked] = []
        for kind in rng.choice(kinds, self.recipe.attempts, p=odds / odds.sum()):
            drawn = draw_fact(scene.plan, prior, cast(FactKind, str(kind)), rng)
            if drawn and len(asked) < self.recipe.questions:
                asked.append(self._ask(*drawn, rng))
        return asked

    def _ask(self, fact: Fact, answer: bool, rng: np.random.Generator) -> Asked:
        language: Language = "zh" if rng.random() < self.recipe.chinese else "en"
        word = ANSWERS[language][0 if answer else 1]
        if fact.kind == "order" and rng.random() < self.recipe.canonical:
            caption = one_then_other(fact.labels, language)
            return Asked(TEMPLATES[1].ask(caption, language), word, language, fact.kind)
        if rng.random() < self.recipe.templates:
            first = rng.random() < self.recipe.first_template
            number = 1 if first else int(rng.integers(2, len(TEMPLATES) + 1))
            return Asked(TEMPLATES[number].ask(state(fact, language, rng), language), word, language, fact.kind)
        return Asked(ask(fact, language, rng), word, language, fact.kind)


def one_then_other(labels: Sequence[str], language: Language) -> str:
    """The plainest caption of two sounds in order."""
    a, b = (LEXICON[label][language].clauses[0] for label in labels)
    return f"{a}, then {b}" if language == "en" else f"{a}，然后{b}"


class Packer:
    """Turns scenes with questions into batches."""

    def __init__(self, recipe: Recipe, tokenizer: Any, extractor: Any, labels: Sequence[str]) -> None:
        self.recipe = recipe
        self.labels = list(labels)
        self._extractor = extractor
        self._prompt = Prompt(tokenizer, tokenizer.chat_template, AUDIO)
        self._end = tokenizer.eos_token_id
        self._pad = tokenizer.pad_token_id
        self._words = {word: self._prompt.spell(word)[0] for pair in ANSWERS.values() for word in pair}
        self._rival = {a: b for yes, no in ANSWERS.values() for a, b in ((yes, no), (no, yes))}

    def pack(self, scenes: Sequence[tuple[Scene, list[Asked]]], rng: np.random.Generator | None = None) -> Batch:
        """One batch; with ``rng``, some get a system text and masked features, as in training."""
        frames = torch.tensor([-(-len(scene.samples) // self.recipe.hop) for scene, _ in scenes])
        tokens = audio_lengths(frames)[1]
        rows = [self._row(asked, int(n), self._system(rng)) for (_, asked), n in zip(scenes, tokens, strict=True)]
        most = min(self.recipe.frames, (int(frames.max()) + 3) // 2 * 2)
        features = log_mel([scene.samples for scene, _ in scenes], most, self._extractor)
        if rng is not None:
            _mask(features, self.recipe.masked, rng)
        return Batch(
            features=features,
            frames=frames,
            ids=_stack([row.ids for row in rows], self._pad),
            positions=_stack([row.positions for row in rows], 0),
            segments=_stack([row.segments for row in rows], -1),
            answer_at=_places([row.answer_at for row in rows]),
            answers=torch.tensor([token for row in rows for token in row.answers]),
            rivals=torch.tensor([token for row in rows for token in row.rivals]),
            list_at=_places([row.list_at for row in rows]),
            lists=torch.tensor([token for row in rows for token in row.lists]),
            sounding=torch.from_numpy(np.stack([self._sounding(scene, most // 4) for scene, _ in scenes])),
        )

    def _system(self, rng: np.random.Generator | None) -> str | None:
        if rng is None or rng.random() >= self.recipe.system:
            return None
        return SYSTEM_TEXTS[rng.integers(len(SYSTEM_TEXTS))]

    def _row(self, asked: Sequence[Asked], audio_tokens: int, system: str | None) -> _Row:
        row: _Row | None = None
        for number, question in enumerate(asked, start=1):
            ids, shared = self._prompt.ids(question.text, audio_tokens, system)
            row = row or _Row(ids[:shared])
            if question.written:
                written = [*self._prompt.spell(question.answer), self._end]
                row.append(number, shared, ids[shared:] + written[:-1])
                row.list_at += range(len(row.ids) - len(written), len(row.ids))
                row.lists += written
            else:
                row.append(number, shared, ids[shared:])
                row.answer_at.append(len(row.ids) - 1)
                row.answers.append(self._words[question.answer])
                row.rivals.append(self._words[self._rival[question.answer]])
        assert row is not None, "a clip needs at least one question"
        return row

    def _sounding(self, scene: Scene, tokens: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Which sounds are on in which audio token: ``[audio token, label]``."""
        sounding = np.zeros((tokens, len(self.labels)), np.float32)
        seconds = 4 * self.recipe.hop / self.recipe.sample_rate
        for span in scene.script:
            sounding[int(span.onset / seconds) : int(np.ceil(span.offset / seconds)), self.labels.index(span.label)] = 1
        return sounding


class _Row:
    """One clip's tokens as they grow, question by question."""

    def __init__(self, prefix: list[int]) -> None:
        self.ids = list(prefix)
        self.positions = list(range(len(prefix)))
        self.segments = [0] * len(prefix)
        self.answer_at: list[int] = []
        self.answers: list[int] = []
        self.rivals: list[int] = []
        self.list_at: list[int] = []
        self.lists: list[int] = []

    def append(self, segment: int, start: int, ids: list[int]) -> None:
        self.ids += ids
        self.positions += range(start, start + len(ids))
        self.segments += [segment] * len(ids)


def _stack(rows: Sequence[Sequence[int]], fill: int) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[fill] * (longest - len(row))] for row in rows])


def _places(rows: Sequence[Sequence[int]]) -> Tensor:
    places = [(clip, token) for clip, row in enumerate(rows) for token in row]
    return torch.tensor(places, dtype=torch.long).reshape(-1, 2).T


def _mask(features: Tensor, share: float, rng: np.random.Generator) -> None:
    """Blank a few bands and instants (SpecAugment), with the clip's own floor."""
    for clip in features:
        if rng.random() >= share:
            continue
        floor = clip.min()
        for _ in range(2):
            band, width = int(rng.integers(clip.shape[0])), int(rng.integers(1, 9))
            clip[band : band + width] = floor
            start, length = int(rng.integers(clip.shape[1])), int(rng.integers(1, 5))
            clip[:, start : start + length] = floor


def batches(recipe: Recipe, material: Material, packer: Packer, first_chunk: int = 0) -> Iterator[Batch]:
    """The batches of a run from some chunk on; each chunk has a seed of its own, so that a run can go on anywhere."""
    per_chunk = recipe.chunk // recipe.batch
    for chunk in range(first_chunk, -(-recipe.steps // per_chunk)):
        rng = np.random.default_rng([recipe.seed, chunk])
        prior = material.prior(chunk * per_chunk / recipe.steps)
        scenes = sorted((material.scene(prior, rng) for _ in range(recipe.chunk)), key=lambda s: len(s[0].samples))
        for part in rng.permutation(per_chunk):
            yield packer.pack(scenes[part * recipe.batch : (part + 1) * recipe.batch], rng)
