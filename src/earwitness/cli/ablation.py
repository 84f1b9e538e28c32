"""``earwitness ablation``: a benchmark's figure by wording, backbone, answer forms, system message and front-end."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.bench import rendered
from earwitness.cli.benchmark_options import BenchmarkOptions
from earwitness.cli.judges import Answers
from earwitness.cli.runs import check_coverage
from earwitness.cli.saving import save_text
from earwitness.cli.terminal import Output, terminal_width

if TYPE_CHECKING:
    from earwitness.bench.studies.cells import Ablation
    from earwitness.bench.studies.settings import Setting
    from earwitness.report.tables import Format

# How `ablation` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness ablation scenes --template 1 --template 2 --template 3 --out runs/wording
  earwitness ablation relate --data relate/ --backbone qwen2.5-omni-7b --backbone runs/chat/model \\
    --template 1 --template 2 --answers logsumexp --answers pair --out runs/relate --picture relate.svg
  earwitness ablation relate --data relate/ --measure "REL SRCC system" --system none --system listen --out runs/system
"""

# What stands for no system message of ours.
NO_SYSTEM = "none"


class FrontEnd(StrEnum):
    """How a clip is heard."""

    correct = "correct"
    paper = "paper"


def ablation(
    benchmark: Annotated[str, typer.Argument(help="Name from `earwitness list benchmarks`.")],
    out: Annotated[Path, typer.Option(help="Folder of the ablation; an unfinished one is resumed.")],
    *,
    data: Annotated[Path | None, typer.Option(help="The download: its folder, or a manifest with ratings.")] = None,
    part: Annotated[list[str] | None, typer.Option(help="A part of the benchmark; may be given several times.")] = None,
    backbone: Annotated[
        list[str] | None, typer.Option(help="As of `earwitness score`; several are compared. Default: embedded.")
    ] = None,
    template: Annotated[
        list[int] | None, typer.Option(help="Number from `earwitness list templates`; several are compared.")
    ] = None,
    answers: Annotated[
        list[Answers] | None, typer.Option(help="How answer forms make P(yes); several are compared.")
    ] = None,
    system: Annotated[
        list[str] | None,
        typer.Option(help="Wording whose system message goes before the clip, or none; several are compared."),
    ] = None,
    front_end: Annotated[list[FrontEnd] | None, typer.Option(help="How clips are heard; several are compared.")] = None,
    one_at_a_time: Annotated[
        bool,
        typer.Option("--one-at-a-time", help="Change one thing at a time from what is named first; not every mix."),
    ] = False,
    measure: Annotated[
        str, typer.Option(help='Words that tell the measurement, such as "REL SRCC system". Default: the first.')
    ] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="Judge a seeded sample of about so many pairs.")] = None,
    seed: Annotated[int, typer.Option(help="Of the sample, and of clips that are rendered.")] = 0,
    options: BenchmarkOptions,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, mps or auto.")] = "auto",
    picture: Annotated[Path | None, typer.Option(help="Draw the cells into this SVG file (needs matplotlib).")] = None,
    output: Output,
) -> None:
    """Measure AQAScore under every mix of settings, and how far each of them moves the figure."""
    from earwitness.bench.studies.ablation import ablate
    from earwitness.bench.studies.settings import Grid
    from earwitness.bench.studies.short_names import short_names

    grid = Grid(
        short_names(backbone or ["embedded"]),
        front_ends=[choice.value for choice in front_end or [FrontEnd.correct]],
        templates=template or [1],
        answers=[choice.value for choice in answers or [Answers.logsumexp]],
        systems=[None if name == NO_SYSTEM else name for name in system or [NO_SYSTEM]],
        crossed=not one_at_a_time,
    )
    found = ablate(
        options.load(benchmark, seed),
        data or rendered(benchmark, out, {}),
        grid,
        out,
        measure=measure,
        parts=part or (),
        limit=limit,
        seed=seed,
        told=_tell,
        device=device,
    )
    _print(found, output.form)
    _draw(found, picture)
    _check(found)


def _tell(setting: Setting) -> None:
    print(" ".join(f"{factor} {level}" for factor, level in setting.levels.items()), file=sys.stderr)


def _print(found: Ablation, form: Format) -> None:
    from earwitness.report.ablation import ablation_table
    from earwitness.report.tables import write_table

    print(write_table(ablation_table(found), form, width=terminal_width()))


def _draw(found: Ablation, picture: Path | None) -> None:
    from earwitness.report.ablation import ablation_picture

    if picture is not None:
        save_text(picture, ablation_picture(found))


def _check(found: Ablation) -> None:
    """Fail if a cell did; otherwise the cell of which least was scored tells whether the ablation may be read."""
    if any(cell.error for cell in found.cells):
        raise typer.Exit(1)
    check_coverage(*((cell.figure.n, cell.figure.n_total) for cell in found.cells if cell.figure))
