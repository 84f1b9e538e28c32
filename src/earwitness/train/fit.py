"""One training on one seed: epochs, the best of them, and a state that survives being killed.

All that is random in an epoch - the order of clips, dropout - is drawn from the seed and the epoch's number, so an
epoch that is begun again after a kill is the same epoch, and the curve the same curve.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from earwitness import __version__
from earwitness.audio import read_audio
from earwitness.audio.segment import segment
from earwitness.errors import TrainingError, UsageError
from earwitness.mos.encoders import Encoder, TrainableEncoder
from earwitness.mos.heads import Axis, Heads
from earwitness.mos.losses import gather_clips
from earwitness.mos.objective import terms
from earwitness.train.config import MOSConfig
from earwitness.train.coverage import covered_pairs
from earwitness.train.devices import agreed, average_gradients, is_first, own_share
from earwitness.train.evaluation import selected
from earwitness.train.examples import Examples, rated_axes
from earwitness.train.state import State, read_state, write_state

# Epochs over a few embeddings take milliseconds, less than writing the state; a kill then costs so many seconds.
SECONDS_BETWEEN_STATES = 2.0
# Clips predicted at a time.
PREDICTED_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Epoch:
    """One point of the curve.

    Attributes:
        number: counted from 1.
        loss: mean over steps.
        regression: its regression term.
        ranking: its ranking term, before it is weighed.
        selected: the measure that chooses the best epoch, on the whole development set; None where it does not exist.
        pair_coverage: share of the untied training pairs that shared a batch.
    """

    number: int
    loss: float
    regression: float
    ranking: float
    selected: float | None
    pair_coverage: float


Told = Callable[[Epoch], None]


class Fit:
    """Heads, and the encoder where it is trained too, on their way.

    Args:
        config: of the training.
        seed: of what is random.
        encoder: changed in place if ``config.finetune``.
        train: to learn from.
        dev: to choose the best epoch by.
        code: the version of this package that runs.
    """

    def __init__(
        self,
        config: MOSConfig,
        seed: int,
        encoder: Encoder,
        train: Examples,
        dev: Examples,
        *,
        code: str = f"earwitness {__version__}",
    ) -> None:
        self.config, self.seed, self.encoder, self.train, self.dev = config, seed, encoder, train, dev
        self.heads = new_heads(config, seed, encoder, train.axes)
        _fit_scales(self.heads, config, train)
        self.learner = nn.ModuleDict({"heads": self.heads})
        groups: list[dict[str, Any]] = [{"params": [p for p in self.heads.parameters() if p.requires_grad]}]
        if config.finetune:
            module = trainable(encoder).module
            self.learner["encoder"] = module
            groups.append({"params": list(module.parameters()), "lr": config.encoder_lr})
        self.optimiser = _optimiser(config, groups)
        self.history: list[Epoch] = []
        self.codes = [code]
        self.best_epoch = 0
        self.best = _copy(self.learner)
        self._overviews = train.overviews()
        self._kept_at = -math.inf

    def run(self, folder: Path, told: Told | None = None) -> None:
        """Train until the epochs are used up or patience is; the learner is then that of the best epoch.

        Where the measure that chooses never existed, as with constant predictions, it is that of the last one.

        Raises:
            TrainingError: if the loss or a prediction is no longer a number; the folder then holds the batch's ids.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._resume(folder)
        while not self._done():
            epoch = self._epoch(folder)
            self.history.append(epoch)
            if self._is_best(epoch):
                self.best_epoch, self.best = epoch.number, _copy(self.learner)
            if is_first() and time.monotonic() - self._kept_at >= SECONDS_BETWEEN_STATES:
                self._keep(folder)
            if told:
                told(epoch)
        if is_first():
            _write_log(folder, self.history)
        if self.best_epoch:
            self.learner.load_state_dict(self.best)

    def _keep(self, folder: Path) -> None:
        write_state(folder, self._state())
        _write_log(folder, self.history)
        self._kept_at = time.monotonic()

    def predict(self, examples: Examples) -> NDArray[np.float64]:
        """Predicted ratings ``[clip, axis]``, cut to the scales."""
        low, high = (np.array([getattr(axis, end) for axis in examples.axes]) for end in ("low", "high"))
        values: NDArray[np.float64] = np.clip(self._uncut(examples), low, high)
        return values

    def _uncut(self, examples: Examples) -> NDArray[np.float64]:
        """Predicted ratings ``[clip, axis]`` as the heads give them: in order even where all lie beyond the scale."""
        self.heads.eval()
        with torch.inference_mode():
            made = [self._output(examples, clips, learn=False)[0] for clips in self._parts(len(examples))]
        values: NDArray[np.float64] = torch.cat(made).double().numpy()
        return values

    def _epoch(self, folder: Path) -> Epoch:
        number = len(self.history) + 1
        order = epoch_order(len(self.train), self.seed, number)
        size = len(order) if self.config.batch_size == "all" else int(self.config.batch_size)
        batches = torch.split(order, size)
        self.heads.train()
        with _seeded(epoch_seed(self.seed, number)):
            steps = [self._step(clips, folder) for clips in batches]
        loss, regression, ranking = np.array(steps).mean(axis=0).tolist()
        predicted = self._uncut(self.dev)
        if not np.isfinite(predicted).all():
            raise self._not_finite("a prediction", math.nan, batches[-1], folder)
        value = agreed(selected(self.config.select, predicted, self.dev))
        coverage = covered_pairs(self.train.ratings.numpy(), [clips.numpy() for clips in batches])
        return Epoch(number, loss, regression, ranking, value, coverage)

    def _step(self, clips: Tensor, folder: Path) -> tuple[float, float, float]:
        """One batch; its loss, and the two terms of it."""
        self.optimiser.zero_grad(set_to_none=True)
        own = own_share(clips)
        ratings, logits = self._output(self.train, own, learn=True)
        answers = None if logits is None else gather_clips(logits)[0]
        ratings, gathered = gather_clips(ratings, own)
        seen = rated_axes(self.train, self._overviews, gathered, ratings, answers)
        parts = terms(self.config.objective(), seen)
        loss = parts.regression + self.config.rank_weight * parts.ranking
        if not math.isfinite(loss.item()):
            raise self._not_finite("the loss", loss.item(), clips, folder)
        torch.autograd.backward(loss)
        average_gradients([p for group in self.optimiser.param_groups for p in group["params"]])
        self.optimiser.step()
        return loss.item(), parts.regression.item(), parts.ranking.item()

    def _output(self, examples: Examples, clips: Tensor, *, learn: bool) -> tuple[Tensor, Tensor | None]:
        text = None if examples.text is None else examples.text[clips]
        # The heads are small: they stay on the CPU wherever the encoder is.
        output = self.heads(self._audio(examples, clips, learn).cpu(), text)
        return output.ratings, output.logits

    def _audio(self, examples: Examples, clips: Tensor, learn: bool) -> Tensor:
        """Embeddings ``[clip, layer, feature]``: those of the start, or made anew by an encoder that learns."""
        if not self.config.finetune:
            return examples.audio[clips]
        encoder = trainable(self.encoder)
        pairs = [examples.pairs[index] for index in clips.tolist()]
        heard = [segment(read_audio(pair.audio), pair.meta) for pair in pairs]
        return encoder.encode(heard) if learn else torch.from_numpy(encoder.embed(heard))

    def _parts(self, count: int) -> Iterator[Tensor]:
        size = self.encoder.batch_size if self.config.finetune else PREDICTED_AT_ONCE
        yield from torch.split(torch.arange(count), size)

    def _done(self) -> bool:
        reached = len(self.history)
        return reached >= self.config.epochs or reached - self.best_epoch >= self.config.patience

    def _is_best(self, epoch: Epoch) -> bool:
        if self.best_epoch == 0:
            return epoch.selected is not None
        best = self.history[self.best_epoch - 1].selected
        return epoch.selected is not None and best is not None and epoch.selected > best

    def _state(self) -> State:
        return State(
            self.learner.state_dict(),
            self.best,
            self.optimiser.state_dict()["state"],
            {"codes": self.codes, "best_epoch": self.best_epoch, "history": [_plain(epoch) for epoch in self.history]},
        )

    def _resume(self, folder: Path) -> None:
        state = read_state(folder)
        if state is None:
            return
        self.learner.load_state_dict(state.now)
        self.best = state.best
        self.best_epoch = state.reached["best_epoch"]
        self.codes = list(dict.fromkeys([*state.reached["codes"], *self.codes]))
        self.history = [Epoch(**epoch) for epoch in state.reached["history"]]
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": state.optimiser})
        if is_first():
            _write_log(folder, self.history)

    def _not_finite(self, what: str, value: float, clips: Tensor, folder: Path) -> TrainingError:
        ids = [self.train.pairs[index].id for index in clips.tolist()]
        path = folder / "bad_batch.json"
        path.write_text(json.dumps({"epoch": len(self.history) + 1, "clips": ids}, indent=2), encoding="utf-8")
        return TrainingError(
            f"{what} is {value} in epoch {len(self.history) + 1}; the {len(ids)} clips of its last batch are named in "
            f"{path}. Look at their embeddings and ratings, or lower the learning rate ({self.config.lr:g}) and name "
            "another folder for that."
        )


def trainable(encoder: Encoder) -> TrainableEncoder:
    """The encoder as one that learns.

    Raises:
        UsageError: if it has no weights that can.
    """
    if not isinstance(encoder, TrainableEncoder):
        raise UsageError(f"encoder '{encoder.name}' has no weights that can be fine-tuned; leave finetune out.")
    return encoder


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Draw from a seed, on the CPU, where the heads are; afterwards chance goes on as if nothing had been drawn."""
    before = torch.random.get_rng_state()
    torch.default_generator.manual_seed(seed)
    try:
        yield
    finally:
        torch.random.set_rng_state(before)


def epoch_seed(seed: int, number: int) -> int:
    """A seed of 63 bits for one epoch; epochs and seeds next to each other share nothing."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:8], "big") >> 1


def epoch_order(clips: int, seed: int, number: int) -> Tensor:
    """The order in which an epoch takes the clips."""
    return torch.randperm(clips, generator=torch.Generator().manual_seed(epoch_seed(seed, number)))


def new_heads(config: MOSConfig, seed: int, encoder: Encoder, axes: Sequence[Axis]) -> Heads:
    """Heads as a seed makes them.

    Raises:
        UsageError: if the options do not go together, or with the encoder.
    """
    with _seeded(epoch_seed(seed, 0)):
        return Heads(
            axes,
            layers=encoder.layers,
            features=encoder.features,
            text_features=encoder.text_features,
            kind=config.head,
            hidden=config.hidden,
            dropout=config.dropout,
            bins=config.bins,
        )


def _fit_scales(heads: Heads, config: MOSConfig, train: Examples) -> None:
    text = None if train.text is None else train.text.numpy()
    heads.fit_scales(train.audio.numpy(), text, train.ratings.numpy() if config.standardise_ratings else None)


def _optimiser(config: MOSConfig, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
    if config.optimiser == "sgd":
        return torch.optim.SGD(groups, config.lr, momentum=config.momentum, weight_decay=config.weight_decay)
    return torch.optim.AdamW(groups, config.lr, weight_decay=config.weight_decay)


def _copy(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}


def _plain(epoch: Epoch) -> dict[str, Any]:
    return {name: getattr(epoch, name) for name in Epoch.__slots__}


def _write_log(folder: Path, history: Sequence[Epoch]) -> None:
    """The whole curve: after a kill, lines of epochs that were not kept must not stay."""
    lines = "".join(json.dumps(_plain(epoch), allow_nan=False) + "\n" for epoch in history)
    (folder / "log.jsonl").write_text(lines, encoding="utf-8")
