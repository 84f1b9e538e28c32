"""Judging many pairs into a durable run directory, and reading it back.

    run.sqlite     the records; everything else is made from it
    scores.csv, scores.jsonl, summary.json
    lock           held by the process that writes

The same call resumes what was left: scored pairs are kept, failed ones tried again, and a pair whose clip, caption or
segment changed is scored anew. Another recipe is refused. The files made of the records are withdrawn while a run is
written, so that whatever ends it, none of them speaks of an earlier state.
"""

from __future__ import annotations

import math
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from earwitness.errors import RunError, StoreError, UsageError
from earwitness.manifest import Pairs
from earwitness.run.database import STORE
from earwitness.run.export import FILES, WRITERS, withdraw_tables, write_answer, write_csv, write_jsonl, write_summary
from earwitness.run.pair_key import key_of
from earwitness.run.progress import Progress
from earwitness.run.store import Record, Store
from earwitness.run.summary import Summary, summarise
from earwitness.types import Estimate, Judge, Pair, Recipe, Score, ScoreFailure


def evaluate(
    judge: Judge,
    pairs: Iterable[Pair],
    out: str | Path,
    *,
    progress: bool | None = None,
    resume: bool = True,
    about: Mapping[str, Any] | None = None,
) -> Run:
    """Score pairs into a run directory, one committed record each.

    What was scored before is not scored again, and a process that is killed loses only the scores in flight. The first
    Ctrl-C finishes what the judge has in hand, saves it and returns; the second stops at once. Tables of an earlier
    call, a Parquet export among them, are removed first; CSV, JSON Lines and summary are written at the end, also
    where an error ends the call.

    Args:
        judge: gives the scores.
        pairs: what to score, with an id of its own each; what ``read_pairs`` returns is checked first.
        out: the run directory; made if need be.
        progress: draw a progress bar on stderr; None draws it on terminals only.
        resume: go on with a run that is there; False refuses it.
        about: what else to know of the run, in plain JSON, such as the benchmark that it is of; ``Run.about`` reads it.

    Returns:
        The run; its ``interrupted`` tells whether Ctrl-C ended it early.

    Raises:
        ManifestError: if the manifest behind ``pairs`` is not as it should be; nothing is scored then.
        UsageError: if two pairs have one id.
        RunError: if the run is being written by another process, or was made with another recipe.
        StoreError: if the directory cannot be written.
        BackboneError: if the backbone is gone; what was scored is kept.
    """
    folder = Path(out)
    if not resume and (folder / STORE).exists():
        raise RunError(f"{folder} holds a run already; choose another directory or resume it with resume=True.")
    total = count_pairs(pairs)
    with (
        Store.write(folder, judge.recipe, judge=judge.name, axes=dict(judge.axes), **(about or {})) as store,
        Progress(total, progress) as bar,
        _Interruption(bar) as interruption,
    ):
        withdraw_tables(folder)
        store.expect(total)
        try:
            _score(judge, _Feed(pairs, store, judge.recipe.id, bar, interruption), store, bar)
        except Exception:
            # A disk that is full is full for the tables too; what is wrong in the first place must be said.
            with suppress(StoreError):
                _write_tables(store)
            raise
        _write_tables(store)
    return Run(folder, interrupted=interruption.asked)


def open_run(path: str | Path) -> Run:
    """The run in a directory.

    Raises:
        StoreError: if there is none, or it cannot be read.
    """
    Store.read(Path(path)).close()
    return Run(Path(path))


class Run:
    """A run directory. Its numbers are those of the moment when they are first asked for; records are read anew.

    Attributes:
        path: the directory.
        interrupted: whether Ctrl-C ended the evaluation that returned this run.
    """

    def __init__(self, path: Path, *, interrupted: bool = False) -> None:
        self.path = path
        self.interrupted = interrupted

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r}, {self.n_scored:,} of {self.n_total:,} scored, recipe {self.recipe.id})"

    @property
    def recipe(self) -> Recipe:
        """What its scores were made by."""
        with Store.read(self.path) as store:
            return store.recipe

    @property
    def axes(self) -> Mapping[str, tuple[float, float]]:
        """The judge's axes with the lowest and the highest value of each."""
        return {axis: (low, high) for axis, (low, high) in (self.about("axes") or {}).items()}

    def about(self, key: str) -> Any:
        """What was noted of the run under a key, such as ``judge``; None if nothing was."""
        with Store.read(self.path) as store:
            return store.about(key)

    @property
    def summary(self) -> Mapping[str, Estimate | None]:
        """Mean by axis with its 95 % interval over clips; None where no clip has a number."""
        return self._summaries[0].estimates

    @property
    def systems(self) -> Mapping[str, Summary]:
        """The run's numbers by system."""
        return self._summaries[1]

    @property
    def n_scored(self) -> int:
        """How many pairs have a score."""
        return self._summaries[0].n_scored

    @property
    def n_clips(self) -> int:
        """How many different clips have a score."""
        return self._summaries[0].n_clips

    @property
    def n_total(self) -> int:
        """How many pairs the input has."""
        return self._summaries[0].n_total

    @property
    def left_out(self) -> int:
        """How many pairs of an earlier input of this run the last one no longer has: kept, and in none of its numbers.

        Known once an input was gone through to its end; more than 0 where two inputs share one run directory.
        """
        with Store.read(self.path) as store:
            return store.left_out()

    @property
    def share_scored(self) -> float:
        """``n_scored / n_total``; 0 for a run without pairs, which must not look healthy."""
        whole = self._summaries[0]
        return whole.n_scored / whole.n_total if whole.n_total else 0.0

    @property
    def failures(self) -> Mapping[str, int]:
        """How many pairs have no score, by the code of the reason."""
        return self._summaries[0].failures

    @property
    def flags(self) -> Mapping[str, int]:
        """How many scored pairs carry each flag."""
        return self._summaries[0].flags

    def records(self) -> Iterator[Record]:
        """Pairs with their scores, in the order of the input."""
        with Store.read(self.path) as store:
            yield from store.records()

    def scores(self) -> Iterator[Score]:
        """Scores in the order of the input, the unscored among them."""
        return (score for record in self.records() if (score := record.score))

    def export(self, form: str, *, scored_only: bool = False) -> Path:
        """Write the scores into a file in the directory and return its path.

        Args:
            form: ``jsonl``, ``csv`` or ``parquet`` for ``scores.FORM``; ``answer`` for ``answer.txt``, the form in
                which the AudioMOS challenge takes predictions.
            scored_only: let ``answer`` leave out the pairs without a score, where it otherwise refuses.

        Raises:
            UsageError: if there is no such form, or an answer cannot be given for every clip.
            MissingDependencyError: if Parquet is wanted without pyarrow.
            StoreError: if the file cannot be written.
        """
        if form not in WRITERS:
            raise UsageError(f"a run cannot be exported as {form!r}; wanted one of {', '.join(WRITERS)}.")
        if scored_only and form != "answer":
            raise UsageError(f"scored_only (--scored-only) is for 'answer'; {form!r} says which pairs have no score.")
        path = self.path / FILES[form]
        with Store.read(self.path) as store:
            if scored_only:
                write_answer(store, path, scored_only=True)
            else:
                WRITERS[form](store, path)
        return path

    @cached_property
    def _summaries(self) -> tuple[Summary, Mapping[str, Summary]]:
        with Store.read(self.path) as store:
            return _summaries(store)


def _write_tables(store: Store) -> None:
    write_jsonl(store, store.folder / "scores.jsonl")
    write_csv(store, store.folder / "scores.csv")
    write_summary(store, store.folder / "summary.json", *_summaries(store))


def _summaries(store: Store) -> tuple[Summary, Mapping[str, Summary]]:
    return summarise(store.records(), store.about("axes") or {}, store.count())


def count_pairs(pairs: Iterable[Pair]) -> int | None:
    """How many pairs there are, where that can be told without going through them; a manifest is checked by it.

    Raises:
        ManifestError: if the manifest behind ``pairs`` is not as it should be.
    """
    if isinstance(pairs, Pairs):
        return pairs.check()
    return len(pairs) if isinstance(pairs, Sized) else None


class _Feed:
    """The pairs that are still to be scored, and those whose scores are awaited, oldest first."""

    def __init__(self, pairs: Iterable[Pair], store: Store, recipe: str, bar: Progress, stop: _Interruption) -> None:
        self._pairs, self._store, self._bar, self._stop = pairs, store, bar, stop
        self.recipe = recipe
        self.awaited: deque[str] = deque()
        self.seen = 0
        self.complete = False

    def __iter__(self) -> Iterator[Pair]:
        for pair in self._pairs:
            if self._stop.asked:
                return
            wanted = self._store.admit(pair, key_of(pair, self.recipe), self.seen)
            self.seen += 1
            if wanted:
                self.awaited.append(pair.id)
                yield pair
            else:
                self._bar.skip()
        self.complete = True


def _score(judge: Judge, feed: _Feed, store: Store, bar: Progress) -> None:
    for score in judge.score_all(feed):
        expected = feed.awaited.popleft() if feed.awaited else None
        if score.pair_id != expected:
            raise RuntimeError(f"judge {judge.name} gave a score for {score.pair_id!r}; {expected!r} was next.")
        if score.recipe != feed.recipe:
            raise RuntimeError(
                f"judge {judge.name} gave a score by recipe {score.recipe!r}; the run's is {feed.recipe!r}."
            )
        store.save(_finite(score))
        bar.advance(score.status == "ok")
    if feed.awaited:
        raise RuntimeError(f"judge {judge.name} ended without a score for {feed.awaited[0]!r}.")
    if feed.complete:
        store.finish(feed.seen)


def _finite(score: Score) -> Score:
    """The score, or an unscored one where a value is NaN or infinite: no such number ever reaches a record."""
    if all(value is None or math.isfinite(value) for value in score.values.values()):
        return score
    failure = ScoreFailure("not_finite", f"the judge gave {dict(score.values)}; wanted finite numbers.")
    return replace(score, values=dict.fromkeys(score.values), verdicts=(), status="unscored", error=failure)


class _Interruption:
    """Turns the first Ctrl-C into a wish to stop; the second has its usual meaning.

    Leaves alone a program that has a handler of its own, and threads, which get no signals.
    """

    def __init__(self, bar: Progress) -> None:
        self.asked = False
        self._bar = bar
        self._installed = False

    def __enter__(self) -> _Interruption:
        in_main_thread = threading.current_thread() is threading.main_thread()
        if in_main_thread and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._first)
            self._installed = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _first(self, signum: int, frame: FrameType | None) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._bar.say("stopping after what is in hand; Ctrl-C again stops at once")
