"""Many trainings that differ in a few options: every combination is a run of its own, and one that is there is kept.

A grid is a YAML file::

    options: {axes: [quality], seeds: [0, 1, 2]}        # of every run
    vary: {margin: [0.1, 0.2], batch_size: [64, all]}   # every combination is run

or a name of ``GRIDS``. What is given beside the grid goes before what the grid says, and that before a preset; an
option that is given is not varied.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from earwitness.errors import EarwitnessError, MissingDependencyError, UsageError
from earwitness.mos.encoders.cache import EmbeddingCache
from earwitness.ratings import RatedPairs
from earwitness.train.checks import check_ahead
from earwitness.train.config import MOSConfig, refuse_unread
from earwitness.train.files import make_folder
from earwitness.train.mos import FITS, RESULTS, MOSRun, train_mos
from earwitness.train.presets import config_of
from earwitness.train.session import Step

LARGEST_FILE = 2**20


@dataclass(frozen=True, slots=True)
class Grid:
    """Options to vary, each with its values, and those of every run."""

    vary: Mapping[str, tuple[Any, ...]]
    options: Mapping[str, Any] = field(default_factory=dict)


GRIDS: Mapping[str, Grid] = {
    # QAMRO, arXiv 2508.08957, section on alpha and beta, with the two encoders that come with this package.
    "paper-ablation": Grid(
        {
            "margin": (0.1, 0.2, 0.5),
            "emphasis": (3.0, 5.0, 7.0, 10.0),
            "batch_size": (64, 128, 256, 512),
            "encoder": ("log-mel", "embedded"),
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination.

    Attributes:
        values: of what varies, by option.
        run: what came of it; None if it failed.
        error: why it failed.
    """

    values: Mapping[str, Any]
    run: MOSRun | None
    error: EarwitnessError | None = None

    @property
    def name(self) -> str:
        """Of its folder."""
        return cell_name(self.values)


def read_grid(source: str) -> Grid:
    """A grid by name, or from a YAML file.

    Raises:
        UsageError: if there is neither, or the file is not a grid.
        MissingDependencyError: if the file's format cannot be read here.

    Example:
        >>> list(read_grid("paper-ablation").vary)
        ['margin', 'emphasis', 'batch_size', 'encoder']
    """
    if source in GRIDS:
        return GRIDS[source]
    path = Path(source)
    if not path.is_file():
        raise UsageError(f"no grid '{source}'; wanted a YAML file, or one of {', '.join(GRIDS)}.")
    if path.stat().st_size > LARGEST_FILE:
        raise UsageError(f"{source} is larger than {LARGEST_FILE:,} bytes; that is no grid.")
    return _checked(_yaml(path), source)


def combinations(grid: Grid, options: Mapping[str, Any]) -> list[tuple[dict[str, Any], MOSConfig]]:
    """The values of what varies and the config of each run, the last option varying fastest.

    Args:
        grid: what to vary.
        options: given beside the grid; they go before those of the grid, and what they name is not varied. A preset's
            come last, wherever it is named.

    Raises:
        UsageError: if an option has no such value or no run reads it, two combinations are the same, or nothing is
            left to vary.

    Example:
        >>> grid = Grid({"margin": (0.1, 0.2), "emphasis": (3.0,)}, {"axes": ("quality",)})
        >>> [values for values, _ in combinations(grid, {})]
        [{'margin': 0.1, 'emphasis': 3.0}, {'margin': 0.2, 'emphasis': 3.0}]
    """
    varied = {name: values for name, values in grid.vary.items() if name not in options}
    if not varied:
        raise UsageError(
            f"the grid varies {', '.join(grid.vary)}, and all of it is given already. Leave something open."
        )
    made = [dict(zip(varied, values, strict=True)) for values in itertools.product(*varied.values())]
    cells = [(values, config_of({**grid.options, **options, **values})) for values in made]
    _check_distinct(cells)
    refuse_unread([*varied, *options, *grid.options], [config for _, config in cells])
    return cells


def notices(grid: Grid, options: Mapping[str, Any]) -> list[str]:
    """What a grid says that is not tried because it is given, and what of it some combinations do not read.

    Example:
        >>> notices(Grid({"margin": (0.1, 0.2), "lr": (0.1,)}), {"axes": ("quality",), "margin": 0.5})
        ['margin is given: the values of the grid (0.1, 0.2) are not tried.']
    """
    given = [
        f"{name} is given: the values of the grid ({', '.join(map(str, values))}) are not tried."
        for name, values in grid.vary.items()
        if name in options
    ]
    cells = combinations(grid, options)
    unread = [(name, config.unread()[name]) for name in cells[0][0] for _, config in cells if name in config.unread()]
    alike = [f"{name} varies, and {reason}: there it makes no difference." for name, reason in dict.fromkeys(unread)]
    return given + alike


def _check_distinct(cells: Sequence[tuple[Mapping[str, Any], MOSConfig]]) -> None:
    names = [cell_name(values) for values, _ in cells]
    configs = [config for _, config in cells]
    for place, (name, config) in enumerate(zip(names, configs, strict=True)):
        if name in names[:place] or config in configs[:place]:
            raise UsageError(f"the grid holds '{name}' twice; name each value once.")


def run_grid(
    grid: Grid,
    options: Mapping[str, Any],
    train: RatedPairs,
    dev: RatedPairs,
    out: str | Path,
    *,
    cache: EmbeddingCache | None = None,
    device: str = "auto",
    told: Callable[[Step], None] | None = None,
    progress: bool | None = None,
) -> list[Cell]:
    """Run every combination in a folder of its own; those that are finished are only read.

    Trainings that are the same in several runs, such as Huber's loss alone at every margin, are done once. What can be
    known to be wrong with a combination is told before any is run; one that fails nevertheless, such as by an encoder
    that cannot be loaded, keeps its error, and the others are run.

    Args:
        grid: what to vary.
        options: given beside the grid.
        train: clips to learn from.
        dev: clips by which the best epochs are chosen.
        out: folder of the grid.
        cache: of embeddings.
        device: where encoders run.
        told: called after each epoch.
        progress: as in ``train_mos``.

    Raises:
        UsageError: if an option has no such value, or does not go with the ratings; nothing has been run then.
        RunError: if the folder holds anything that is no grid.
        StoreError: if it cannot be written.
    """
    folder = Path(out)
    made = combinations(grid, options)
    for values, config in made:
        _check_cell(values, config, folder, train, dev, device)
    kept = None if cache is None else cache.folder
    make_folder(folder, lambda path: _is_of_grid(path) or path == kept, ", which is of no grid")
    cells = []
    for values, config in made:
        place, fits = folder / cell_name(values), folder / FITS
        try:
            run = train_mos(
                config, train, dev, place, cache=cache, device=device, fits=fits, told=told, progress=progress
            )
            cells.append(Cell(values, run))
        except EarwitnessError as error:
            cells.append(Cell(values, None, error))
    return cells


def _is_of_grid(path: Path) -> bool:
    """Whether it is a file or folder of a grid: a combination's, the trainings that several share, a table."""
    return path.name == FITS or path.stem == "grid" or "=" in path.name


def _check_cell(
    values: Mapping[str, Any], config: MOSConfig, folder: Path, train: RatedPairs, dev: RatedPairs, device: str
) -> None:
    # What is finished is only read, wherever its encoder is by now.
    if (folder / cell_name(values) / RESULTS).is_file():
        return
    try:
        check_ahead(config, train, dev, device)
    except UsageError as error:
        raise UsageError(f"{cell_name(values)}: {error}") from error


def cell_name(values: Mapping[str, Any]) -> str:
    """The folder of a combination.

    Example:
        >>> cell_name({"margin": 0.1, "encoder": "laion/clap"})
        'margin=0.1,encoder=laion_clap'
    """
    return ",".join(f"{name}={value}" for name, value in values.items()).replace("/", "_").replace("\\", "_")


def _yaml(path: Path) -> object:
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise MissingDependencyError("a grid from a file", "pyyaml", "hf") from error
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{path} cannot be read as YAML: {reason}") from error


def _checked(plain: object, source: str) -> Grid:
    if not isinstance(plain, dict) or not isinstance(plain.get("vary"), dict) or set(plain) - {"vary", "options"}:
        raise UsageError(
            f"{source} is not a grid; wanted 'vary' with lists of values by option, and perhaps 'options'."
        )
    options = plain.get("options") or {}
    lists = {name: values for name, values in plain["vary"].items() if isinstance(values, Sequence) and values}
    odd = [name for name in plain["vary"] if name not in lists or isinstance(lists[name], str)]
    if odd or not lists or not isinstance(options, dict):
        raise UsageError(f"{source} varies {odd[0] if odd else 'nothing'}; wanted a list of values for each option.")
    return Grid({str(name): tuple(map(_value, values)) for name, values in lists.items()}, dict(options))


def _value(value: object) -> object:
    """Lists, as widths of hidden layers are written, become tuples, as a config holds them."""
    return tuple(value) if isinstance(value, list) else value
