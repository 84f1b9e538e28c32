"""``earwitness train``: predictors of ratings from rated clips."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earwitness.cli.exit_codes import ENOUGH_SCORED, INTERRUPTED, TOO_FEW_SCORED
from earwitness.cli.selection import columns_by_field
from earwitness.cli.terminal import TableFormat, terminal_width
from earwitness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from rich.progress import Progress, TaskID

    from earwitness.ratings import RatedPairs
    from earwitness.ratings.splits import Unit
    from earwitness.report.tables import Table
    from earwitness.train.config import MOSConfig
    from earwitness.train.grid import Cell
    from earwitness.train.mos import MOSRun
    from earwitness.train.session import Step

app = typer.Typer(help="Train predictors of people's ratings.", no_args_is_help=True)

# How `train mos` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness train mos --train train.csv --dev dev.csv --axes quality --out runs/quality
  earwitness train mos --train rated.csv --dev-share 0.1 --dev-by system --axes quality --batch-size all --out runs/all
  earwitness train mos --train musiceval/ --dev-share 0.1 --preset qamro-track1 --axes MI,TA --text-axes TA --out t1
"""


class DevBy(StrEnum):
    """What no two parts share."""

    clip = "clip"
    system = "system"
    group = "group"


@app.command("mos", epilog=EXAMPLES)
def mos(
    context: typer.Context,
    train: Annotated[str, typer.Option(metavar="SOURCE", help="Rated clips to learn from: a table or folder.")],
    axes: Annotated[str, typer.Option(metavar="A,B", help="What to predict, as the ratings name it.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; the same command resumes it.")],
    dev: Annotated[str | None, typer.Option(metavar="SOURCE", help="Rated clips to choose the best epoch by.")] = None,
    dev_share: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Instead of --dev: hold out so much of --train.")
    ] = None,
    dev_by: Annotated[
        DevBy | None, typer.Option(help="With --dev-share: hold out whole clips, systems or groups.  [clip]")
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="A published recipe, qamro-track1 or qamro-track2; other options override it.")
    ] = None,
    text_axes: Annotated[
        str | None, typer.Option(metavar="A,B", help="Those of --axes that depend on the caption too.")
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(help="Name from `earwitness list encoders`, a folder, or OWNER/NAME.  [log-mel]")
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="last, a number, or all: the heads then weigh the layers.  [last]")
    ] = None,
    revision: Annotated[str | None, typer.Option(help="Commit of the encoder's checkpoint, to pin it.")] = None,
    finetune: Annotated[
        bool | None, typer.Option("--finetune/--frozen", help="Train the encoder too, end to end.  [frozen]")
    ] = None,
    encoder_lr: Annotated[
        float | None, typer.Option(help="With --finetune: the encoder's learning rate.  [1e-5]")
    ] = None,
    head: Annotated[str | None, typer.Option(help="mlp, paper, linear-stack or audiobox.  [mlp]")] = None,
    hidden: Annotated[str | None, typer.Option(metavar="N,N", help="Widths of the heads' hidden layers.")] = None,
    dropout: Annotated[float | None, typer.Option(help="Share of hidden values left out.  [0.1]")] = None,
    bins: Annotated[int | None, typer.Option(help="With --loss bins: how many.  [20]")] = None,
    standardise_ratings: Annotated[
        bool | None,
        typer.Option("--standardise-ratings/--raw-ratings", help="What heads answer in.  [standardised]"),
    ] = None,
    loss: Annotated[
        str | None,
        typer.Option(
            help="Ranking loss: qamro, qamro-track2, noise-aware, noise-weighted, listnet, soft-rank, contrastive, "
            "ccc, bins, none.  [qamro]"
        ),
    ] = None,
    regression: Annotated[
        str | None,
        typer.Option(help="Regression loss: huber, mse, l1, clipped-l1, clipped-l2, a sum (mse+l1), none.  [huber]"),
    ] = None,
    regression_scale: Annotated[str | None, typer.Option(help="ratings, or standardised.  [ratings]")] = None,
    margin: Annotated[
        float | None, typer.Option(help="Share of a rating gap to keep; the paper's alpha.  [0.2]")
    ] = None,
    emphasis: Annotated[float | None, typer.Option(help="Weight of the best pairs; the paper's beta.  [7]")] = None,
    rank_weight: Annotated[float | None, typer.Option(help="Of the ranking loss against the regression.  [1]")] = None,
    quality_bounds: Annotated[
        str | None, typer.Option(help="Best and worst are those of the whole data, or of a batch (paper).  [data]")
    ] = None,
    optimiser: Annotated[str | None, typer.Option(help="adamw or sgd.  [adamw]")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate of the heads.  [0.001]")] = None,
    momentum: Annotated[float | None, typer.Option(help="Of SGD.  [0.9]")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Of either optimiser.  [0.01]")] = None,
    batch_size: Annotated[
        str | None, typer.Option(metavar="N|all", help="Clips a step; all: the ranking sees every pair.  [64]")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="At most.  [200]")] = None,
    patience: Annotated[int | None, typer.Option(min=1, help="Epochs without a better --select.  [20]")] = None,
    select: Annotated[
        str | None, typer.Option(help="srcc, lcc or mse, by -clip or -system, over all of --dev.  [srcc-clip]")
    ] = None,
    grid: Annotated[
        str | None, typer.Option(metavar="FILE", help="Train every combination of a YAML file's, or paper-ablation.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="How many trainings: seeds 0, 1, 2 ...  [3]")] = None,
    compare: Annotated[
        bool | None, typer.Option("--compare/--no-compare", help="Train with Huber's loss alone too.  [compare]")
    ] = None,
    form: Annotated[
        str, typer.Option(help="How ratings are written: auto, table, long, musiceval, aes, sheet, nisqa.")
    ] = "auto",
    scale: Annotated[
        str | None, typer.Option(metavar="LOW-HIGH", help="Lowest and highest rating that the raters could give.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=NAME", help="A column by field: ratings.quality=MOS.")
    ] = None,
    audio: Annotated[Path | None, typer.Option(help="Folder that the clips' paths start from.")] = None,
    allow_outside_root: Annotated[
        bool, typer.Option("--allow-outside-root", help="Accept clips outside that folder.")
    ] = False,
    cache: Annotated[
        Path | None, typer.Option(help="Folder of embeddings, shared by runs.  [embeddings beside --out]")
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, mps or auto.")] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what was read; train nothing.")] = False,
    output: Annotated[TableFormat, typer.Option("--format", help="How the table is printed.")] = TableFormat.text,
) -> None:
    """Train a predictor of people's ratings: heads on an encoder's embeddings, with a ranking loss."""
    reading = Reading(form, scale, tuple(column or ()), audio, allow_outside_root)
    sets = _sets(train, dev, dev_share, dev_by.value if dev_by else None, reading, _names(axes))
    options = _options(context.params)
    if dry_run:
        _show(sets)
        return
    from earwitness.train.devices import is_first, joined

    try:
        with joined() as own, _EpochBar() as bar:
            cells = _trained(grid, options, sets, out, cache or out.parent / "embeddings", own or device, bar.told)
            if is_first():
                _tell(cells, None if grid is None else out, output)
    except KeyboardInterrupt:
        print(f"interrupted; the same command resumes {out}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    _check_cells(cells)


@dataclass(frozen=True, slots=True)
class Reading:
    """How rated clips are read; each field is named as on the command line."""

    form: str
    scale: str | None
    column: tuple[str, ...]
    audio: Path | None
    allow_outside_root: bool

    def read(self, source: str, axes: tuple[str, ...]) -> RatedPairs:
        """The rated clips of a source."""
        from earwitness.ratings import read_ratings

        if self.audio is not None and not self.audio.is_dir():
            raise UsageError(f"--audio is {str(self.audio)!r}, and there is no such folder; wanted that of the clips.")
        return read_ratings(
            source,
            form=self.form,
            axes=axes,
            scale=self.scale,
            columns=columns_by_field(self.column),
            audio=self.audio,
            allow_outside_root=self.allow_outside_root,
        )


def _sets(
    train: str, dev: str | None, share: float | None, by: Unit | None, reading: Reading, axes: tuple[str, ...]
) -> tuple[RatedPairs, RatedPairs]:
    """Clips to learn from, and those to choose the best epoch by."""
    from earwitness.ratings import split

    if (dev is None) == (share is None):
        raise UsageError(
            "wanted either --dev or --dev-share: the best epoch is chosen by clips that are not learnt from."
        )
    if by is not None and share is None:
        raise UsageError("--dev-by says how --dev-share holds clips out, and is not read beside --dev. Leave it out.")
    rated = reading.read(train, axes)
    if dev is not None:
        return rated, reading.read(dev, axes)
    learnt, held = split(rated, share or 0.0, by=by or "clip")
    return replace(learnt, name=f"{rated.name} (train part)"), replace(held, name=f"{rated.name} (dev part)")


def _options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a training that the command line names."""
    from earwitness.train.config import KINDS

    return {name: _read(name, value) for name, value in given.items() if name in KINDS and value is not None}


def _read(name: str, value: Any) -> Any:
    """A value as a config holds it."""
    if name in ("axes", "text_axes"):
        return _names(value)
    if name == "hidden":
        return tuple(_number(name, width, value) for width in _names(value))
    if name == "seeds":
        return tuple(range(value))
    if name in ("layer", "batch_size") and value not in ("last", "all"):
        return _number(name, value, value)
    return value


# Options that are numbers or words, and how they are written here.
WRITTEN = {
    "batch_size": "a whole number of clips, such as 64, or 'all'",
    "layer": "the number of a layer, such as 3, or 'last' or 'all'",
    "hidden": "whole numbers with commas between, such as 128 or 256,64",
}


def _number(name: str, text: str, whole: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"--{name.replace('_', '-')} is {whole!r}; wanted {WRITTEN[name]}.")
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _show(sets: tuple[RatedPairs, RatedPairs]) -> None:
    """What was read: sizes, scales, and how many clips are rated on each axis."""
    import numpy as np

    told = [
        {
            "set": rated.name,
            "clips": len(rated),
            "systems": len({pair.system for pair in rated.pairs if pair.system is not None}),
            "axes": {
                axis: {
                    "scale": list(scale),
                    "observed": axis in rated.observed,
                    "rated": int(np.isfinite(rated.ratings(axis)).sum()),
                    "single_ratings": len(rated.singles[axis].value) if axis in rated.singles else 0,
                }
                for axis, scale in rated.scales.items()
            },
        }
        for rated in sets
    ]
    print(json.dumps(dict(zip(("train", "dev"), told, strict=True)), ensure_ascii=False, indent=2))


def _trained(
    grid: str | None,
    options: Mapping[str, Any],
    sets: tuple[RatedPairs, RatedPairs],
    out: Path,
    cache: Path,
    device: str,
    told: Callable[[Step], None],
) -> list[Cell]:
    """Train; one training is a grid of one cell in which nothing varies."""
    from earwitness.mos.encoders.cache import EmbeddingCache
    from earwitness.train.config import refuse_unread
    from earwitness.train.grid import Cell, combinations, notices, read_grid, run_grid
    from earwitness.train.mos import train_mos
    from earwitness.train.presets import config_of

    if grid is None:
        config = config_of(options)
        refuse_unread(options, [config])
        _warn([config], sets[0])
        with EmbeddingCache(cache) as embeddings:
            return [Cell({}, train_mos(config, *sets, out, cache=embeddings, device=device, told=told))]
    plan = read_grid(grid)
    _warn([config for _, config in combinations(plan, options)], sets[0], notices(plan, options))
    with EmbeddingCache(cache) as embeddings:
        return run_grid(plan, options, *sets, out, cache=embeddings, device=device, told=told)


def _warn(configs: Sequence[MOSConfig], train: RatedPairs, notices: Sequence[str] = ()) -> None:
    """Tell before the first epoch what the results will tell too, each line once."""
    from earwitness.train.cautions import scale_cautions
    from earwitness.train.devices import is_first
    from earwitness.train.examples import axes_of

    lines = [line for c in configs for line in scale_cautions(c, axes_of(train, c.axes, c.text_axes), train.observed)]
    for line in dict.fromkeys([*notices, *lines]) if is_first() else ():
        print(f"warning: {line}", file=sys.stderr)


def _tell(cells: Sequence[Cell], grid: Path | None, form: TableFormat) -> None:
    """Print what came of it; the table of a grid is kept beside its runs, too."""
    from earwitness.report.tables import write_table
    from earwitness.report.training import printed_grid, training_table

    if grid is not None:
        table = _kept(grid, cells)
        table = printed_grid(table, terminal_width()) if form == TableFormat.text else table
    else:
        (run,) = _runs(cells)
        table = training_table(run.results)
    print(write_table(table, form.value, width=terminal_width()))
    for line in dict.fromkeys([*_failed(cells), *(line for run in _runs(cells) for line in _too_few(run))]):
        print(line, file=sys.stderr)


def _runs(cells: Sequence[Cell]) -> list[MOSRun]:
    return [cell.run for cell in cells if cell.run is not None]


def _check_cells(cells: Sequence[Cell]) -> None:
    """A combination that failed, or a training that lacks too many clips, must not look healthy."""
    codes = [cell.error.exit_code for cell in cells if cell.error is not None]
    codes += [TOO_FEW_SCORED for run in _runs(cells) if _too_few(run)]
    if codes:
        raise typer.Exit(codes[0])


def _failed(cells: Sequence[Cell]) -> list[str]:
    return [f"{type(cell.error).__name__}: {cell.name}: {cell.error}" for cell in cells if cell.error is not None]


def _too_few(run: MOSRun) -> list[str]:
    return [
        f"warning: only {told['read']} of {told['clips']} clips of the {which} set could be read "
        f"({told['read'] / told['clips']:.1%}); the predictor is kept."
        for which, told in run.results["data"].items()
        if told["read"] < ENOUGH_SCORED * told["clips"]
    ]


def _kept(out: Path, cells: Sequence[Cell]) -> Table:
    """The table of a grid, which is kept beside its runs with a heat map."""
    from earwitness.report.tables import write_table
    from earwitness.report.training import grid_heat_map, grid_table

    table = grid_table(cells)
    (out / "grid.csv").write_text(write_table(table, "csv") + "\r\n", encoding="utf-8", newline="")
    (out / "grid.json").write_text(write_table(table, "json") + "\n", encoding="utf-8")
    (out / "grid.svg").write_text(grid_heat_map(cells), encoding="utf-8")
    print(f"kept: {out / 'grid.csv'}, grid.json and grid.svg", file=sys.stderr)
    return table


class _EpochBar:
    """How far a run has come, on a terminal; nothing anywhere else."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> _EpochBar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def told(self, step: Step) -> None:
        """An epoch has ended."""
        if not sys.stderr.isatty():
            return
        bar, task = self._drawn(step)
        found = "" if step.epoch.selected is None else f", dev {step.epoch.selected:+.3f}"
        note = f"{step.fit} ({step.place} of {step.fits}), epoch {step.epoch.number}{found}"
        bar.update(task, total=step.fits, completed=step.place - 1, description=note)

    def _drawn(self, step: Step) -> tuple[Progress, TaskID]:
        """The bar, which is there once the first epoch is: until then the embedding of clips has its own."""
        if self._bar is None or self._task is None:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True))
            self._task = self._bar.add_task("", total=step.fits)
            self._bar.start()
        return self._bar, self._task
