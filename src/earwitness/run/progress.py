"""How far a run has come, on a terminal; nothing anywhere else."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import Task
    from rich.text import Text


class Progress:
    """A bar of the pairs left to score, with their rate and the time remaining.

    Args:
        total: pairs in the input, None if unknown.
        shown: whether to draw; None draws when stderr is a terminal.
        doing: what the bar is headed.
    """

    def __init__(self, total: int | None, shown: bool | None, doing: str = "scoring") -> None:
        self._bar = _bar() if (sys.stderr.isatty() if shown is None else shown) else None
        self._left = total
        self._unscored = 0
        self._task = self._bar.add_task(doing, total=total, note="") if self._bar else None

    def __enter__(self) -> Progress:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def skip(self, pairs: int = 1) -> None:
        """Pairs had their scores already; they count neither as work nor in the rate."""
        if self._left is not None:
            self._left -= pairs
            self._update(total=self._left)

    def advance(self, scored: bool) -> None:
        """A pair has been judged."""
        self._unscored += not scored
        self._update(advance=1, note=f"{self._unscored:,} not scored" if self._unscored else "")

    def say(self, note: str) -> None:
        """Show a remark beside the bar."""
        self._update(note=note)

    def _update(self, **change: float | str) -> None:
        if self._bar and self._task is not None:
            self._bar.update(self._task, **change)  # type: ignore[arg-type]  # rich takes any field by name


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """Pairs a second of late."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    from rich.progress import Progress as RichProgress

    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    return RichProgress(*parts, TextColumn("{task.fields[note]}"), console=Console(stderr=True), auto_refresh=True)
