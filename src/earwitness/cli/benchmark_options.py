"""The options that single benchmarks take, and what a command line makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earwitness.cli.selection import columns_by_field
from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.bench.base import Benchmark

# Options whose names would be another thing beside those of judges.
_ARGUMENTS = {"column": "columns", "domain_column": "domain", "label_at": "threshold"}
# Those that say how a run is measured, not what is judged.
MEASURING = ("scale", "domain_column", "label_at")
# Benchmarks that render their own clips need no download.
RENDERED = ("scenes", "perceptual")


@dataclass(frozen=True, slots=True)
class BenchmarkOptions:
    """The options that single benchmarks take; each is named as on the command line, None where it was not given."""

    audio: Annotated[
        Path | None, typer.Option(help="Of musiceval, aes, ratings: folder of the clips, if it is another.")
    ] = None
    form: Annotated[str | None, typer.Option(help="Of ratings: as in `earwitness train mos`.")] = None
    scale: Annotated[
        str | None, typer.Option(metavar="LOW-HIGH", help="Of ratings: lowest and highest rating; gives the MSE.")
    ] = None
    column: Annotated[list[str] | None, typer.Option(metavar="FIELD=NAME", help="Of ratings: a column by field.")] = (
        None
    )
    domain_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of ratings: the column that tells domains apart.")
    ] = None
    allow_outside_root: Annotated[
        bool | None,
        typer.Option("--allow-outside-root", help="Of ratings: accept clips outside the manifest's folder."),
    ] = None
    label_at: Annotated[
        float | None,
        typer.Option(help="Of anyaudio, earwitness: score from which a clip matches. Default: 0.5, and a fitted one."),
    ] = None
    clips: Annotated[int | None, typer.Option(min=4, help="Of scenes, perceptual: clips of each part.")] = None
    recordings: Annotated[
        Path | None, typer.Option(help="Of scenes: labelled recordings to make them of, instead of synthesis.")
    ] = None
    where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Of scenes: which of the recordings.")
    ] = None

    def load(self, name: str, seed: int) -> Benchmark:
        """The benchmark of that name with those of the options that were given.

        Raises:
            UnknownNameError: if there is no such benchmark.
            UsageError: if it does not take one of the options.
        """
        from earwitness.bench import load_benchmark

        given = self.given()
        if name in RENDERED:
            given["seed"] = seed
        return load_benchmark(name, **given)

    def given(self) -> dict[str, Any]:
        """Those that were given, as a benchmark calls them."""
        told = {option.name: getattr(self, option.name) for option in fields(self)}
        given = {_ARGUMENTS.get(name, name): value for name, value in told.items() if value is not None}
        if "columns" in given:
            given["columns"] = columns_by_field(given["columns"])
        if "where" in given:
            given["where"] = named_values("--where", given["where"], "COLUMN=VALUE, such as fold=4")
        return given


def named_values(option: str, told: Sequence[str], wanted: str) -> dict[str, str]:
    """Values by name, of texts NAME=VALUE.

    Example:
        >>> named_values("--axis", ["OVL=quality"], "RATING=AXIS")
        {'OVL': 'quality'}
    """
    wrong = [text for text in told if not all(text.partition("="))]
    if wrong:
        raise UsageError(f"{option} is {wrong[0]!r}; wanted {wanted}.")
    return dict(text.partition("=")[::2] for text in told)


def axes_by_rating(named: Sequence[str] | None) -> dict[str, str]:
    """The judge's axes by axis of ratings."""
    return named_values("--axis", named or (), "RATING=AXIS, such as OVL=quality")
