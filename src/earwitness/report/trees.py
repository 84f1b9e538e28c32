"""Rubrics and verdicts as trees: what an item hangs on stands above it.

An item with one parent stands under it; one with several, such as an order of two sounds, stands beside them. A verdict
has its P(yes) as a number and a bar; one that is blocked is grey and says so.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from earwitness.audio.source import printable
from earwitness.report.scores import doubts
from earwitness.types import Item, Rubric, Score, Verdict

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

BAR = 10  # cells


def write_rubric(caption: str, rubric: Rubric, *, width: int = 100, colour: bool = False) -> str:
    """A rubric as a tree, each item with the words that it stands for.

    Example:
        >>> event = Item("e1", "Can you hear a dog barking?", "event", "sound", (2, 11))
        >>> count = Item("c1", "Is it heard exactly twice?", "count", "count", (12, 17), ("e1",))
        >>> print(write_rubric("A dog barks twice.", Rubric((event, count), "en", "rules 1")))
        A dog barks twice.
        └── e1 event, sound "dog barks": Can you hear a dog barking?
            └── c1 count "twice": Is it heard exactly twice?
        2 items, rules 1
    """
    from rich.text import Text

    def line(item: Item) -> Text:
        what = ", ".join(dict.fromkeys(filter(None, (item.kind, item.dimension))))
        words = f' "{caption[slice(*item.span)]}"' if item.span else ""
        return Text.assemble((item.id, "bold"), printable(f" {what}{words}: {item.question}"))

    doubts = f", {', '.join(rubric.flags)}" if rubric.flags else ""
    notes = [f"{len(rubric.items)} item{'s'[: len(rubric.items) > 1]}, {rubric.source}{doubts}"]
    return _write(_tree(caption, rubric.items, line), notes, width, colour)


def write_verdicts(
    caption: str,
    score: Score,
    notes: Sequence[str],
    *,
    threshold: float = 0.5,
    width: int = 100,
    colour: bool = False,
) -> str:
    """A score's verdicts as a tree, under it its values, its doubts and ``notes``; below ``threshold`` a bar is red.

    Example:
        >>> event = Item("e1", "Can you hear a dog barking?", "event")
        >>> loud = Item("a1", "Is the dog barking loud?", "attribute", parents=("e1",))
        >>> told = (Verdict(event, 0.21, 1.0), Verdict(loud, 0.7, 1.0, "blocked", "a soft bark"))
        >>> score = Score("a", {"alignment": 0.105}, "r", told, flags=("silent",))
        >>> print(write_verdicts("A loud dog.", score, ["1 of 1 scored"]))
        A loud dog.
        └── 0.21 ██░░░░░░░░ e1 Can you hear a dog barking?
            └── 0.70 ███████░░░ a1 Is the dog barking loud? [blocked] (a soft bark)
        alignment 0.105
        silent
        1 of 1 scored
    """
    said = {verdict.item.id: verdict for verdict in score.verdicts}
    items = [verdict.item for verdict in score.verdicts]
    values = [f"{axis} {'not scored' if value is None else f'{value:.3f}'}" for axis, value in score.values.items()]
    tree = _tree(caption, items, lambda item: _verdict_line(said[item.id], threshold))
    return _write(tree, [", ".join(values), *filter(None, [doubts(score)]), *notes], width, colour)


def _verdict_line(verdict: Verdict, threshold: float) -> Text:
    from rich.text import Text

    if verdict.p_yes is None:
        # A rating is no probability; what has no answer at all says so by its status.
        shown = (f"---- {' ' * BAR}", "" if verdict.status == "ok" else "red")
    else:
        full = round(verdict.p_yes * BAR)
        shown = (
            f"{verdict.p_yes:.2f} {'█' * full}{'░' * (BAR - full)}",
            "green" if verdict.p_yes >= threshold else "red",
        )
    status = "" if verdict.status == "ok" else f" [{verdict.status}]"
    line = Text.assemble(shown, " ", (verdict.item.id, "bold"), printable(f" {verdict.item.question}{status}"))
    if verdict.evidence:
        line.append(printable(f" ({verdict.evidence})"), "italic")
    if verdict.status == "blocked":
        line.stylize("bright_black")
    return line


def _tree(title: str, items: Sequence[Item], line: Callable[[Item], Text]) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    root = Tree(Text(printable(title)))
    branches: dict[str, Tree] = {}
    for item in items:
        (above,) = item.parents if len(item.parents) == 1 else ("",)
        branches[item.id] = branches.get(above, root).add(line(item))
    return root


def _write(tree: Tree, notes: Sequence[str], width: int, colour: bool) -> str:
    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(
        file=out, width=width, highlight=False, force_terminal=colour, color_system="standard" if colour else None
    )
    console.print(tree)
    for note in notes:
        console.print(Text(printable(note)))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
