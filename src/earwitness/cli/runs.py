"""What commands that judge many pairs have in common: a word beforehand, the run, and whether it may be read."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from earwitness.cli.exit_codes import ENOUGH_SCORED, INTERRUPTED, TOO_FEW_SCORED
from earwitness.errors import BackboneError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from earwitness.bench.studies.labels import Labelled
    from earwitness.run import Run
    from earwitness.types import Judge, Pair

ALL_BUT_FEW_SCORED = 0.99
# Why a pair was never put to a server, though nothing is wrong with it.
NOT_ASKED = ("budget_spent", "run_stopped")
# Pairs from which a run over a server is told what it takes beforehand.
LARGE_RUN = 100


def judge_pairs(judge: Judge, pairs: Iterable[Pair], out: Path, about: Mapping[str, Any] | None = None) -> Run:
    """Score pairs into a run directory, saying beforehand what many of them will take of a server."""
    from earwitness.run import evaluate

    tell_expense(judge, pairs)
    return evaluate(judge, pairs, out=out, about=about)


def check_finished(run: Run) -> None:
    """Leave with the exit code of a run that was interrupted, stopped, or scored too little; warn of the latter.

    Raises:
        BackboneError: if a server or budget ended before the pairs did.
    """
    check_asked(run)
    check_share(run)


def tell_expense(judge: Judge, pairs: Iterable[Pair]) -> None:
    """What a large run over a server will take, while it can still be left."""
    from earwitness.backbones.base import Priced
    from earwitness.judges.expense import Asking, expense
    from earwitness.run import count_pairs

    if not isinstance(judge, Asking) or not isinstance(judge.backbone, Priced):
        return
    total = count_pairs(pairs) or 0
    if total >= LARGE_RUN and (told := expense(judge, judge.backbone, pairs, total)) is not None:
        print(f"about {told}; Ctrl-C to leave, the same command resumes", file=sys.stderr)


def check_asked(run: Run) -> None:
    """A run that was interrupted, or whose server or budget ended before its pairs did, is to be gone on with.

    Raises:
        BackboneError: if a server or budget ended before the pairs did.
    """
    if run.interrupted:
        print(f"interrupted; the same command resumes {run.path}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)
    left = sum(run.failures.get(code, 0) for code in NOT_ASKED)
    if left:
        raise BackboneError(
            f"{left:,} pairs were not asked, because the budget is spent or the server stopped. The same command, with "
            f"a new budget or the server back, resumes {run.path}."
        )


def check_share(run: Run) -> None:
    """A run in which too little was scored must not look healthy: a warning, and an exit code of its own."""
    check_coverage((run.n_scored, run.n_total))


def check_answers(*read: tuple[Run, Labelled]) -> None:
    """The same of runs that are read for their answers, of which an axis may have fewer than the run has scores."""
    counts = [(len(found.answers), found.n_total) for _, found in read]
    check_coverage(*counts, *((run.n_scored, run.n_total) for run, _ in read))


def check_coverage(*counts: tuple[int, int]) -> None:
    """The same of numbers scored and in all, of which the lowest share counts."""
    scored, total = min(counts, key=_share)
    share = _share((scored, total))
    if share < ALL_BUT_FEW_SCORED:
        print(f"warning: only {scored} of {total} pairs were scored ({share:.1%}).", file=sys.stderr)
    if share < ENOUGH_SCORED:
        raise typer.Exit(TOO_FEW_SCORED)


def _share(counted: tuple[int, int]) -> float:
    scored, total = counted
    return scored / total if total else 0.0
