"""``earwitness scenes``: audio whose truth is known by construction."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from earwitness.cli import scenes_check
from earwitness.cli.benchmark_options import named_values
from earwitness.cli.options import with_options
from earwitness.errors import UsageError

app = typer.Typer(help="Render audio whose truth is known by construction.", no_args_is_help=True)

# How `scenes make` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness scenes make --out clips
  earwitness scenes make --preset bench --n 7920 --out earwitness-bench
  earwitness scenes make --preset bench --n 400 --built-in --out small
  earwitness scenes make --preset bench --n 7920 --sounds esc10 --sounds-where fold=4 --voices voices --out held-out
"""


class Preset(StrEnum):
    """What is made."""

    demo = "demo"
    bench = "bench"


# Clips of a demo, samples a language of a benchmark: as many as the AnyAudio-Judge Bench has.
USUAL = {Preset.demo: 8, Preset.bench: 7920}


@dataclass(frozen=True, slots=True)
class IngredientOptions:
    """What clips of a benchmark are made of."""

    sounds: Annotated[
        Path | None, typer.Option(help="Of bench: labelled recordings of sounds, as folders of their names.")
    ] = None
    sounds_where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Of bench: which of the sounds, by metadata.csv.")
    ] = None
    voices: Annotated[
        Path | None,
        typer.Option(help="Of bench: speech with metadata.csv: file_name, text, speaker, age, gender."),
    ] = None
    loops: Annotated[Path | None, typer.Option(help="Of bench: labelled samples of instruments.")] = None
    soundfont: Annotated[
        Path | None, typer.Option(help="Of bench: General MIDI instruments. Default: one that is installed.")
    ] = None
    built_in: Annotated[
        bool,
        typer.Option("--built-in", help="Of bench: run no installed program, so that any machine makes the same set."),
    ] = False

    def given(self) -> dict[str, Any]:
        """Those that were given."""
        told = {option.name: getattr(self, option.name) for option in fields(self)}
        return {name: value for name, value in told.items() if value}

    def where(self) -> Mapping[str, str]:
        """Values by column that a recording of a sound must have."""
        return named_values("--sounds-where", self.sounds_where or (), "COLUMN=VALUE, such as fold=4")


def make(
    *,
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    preset: Annotated[
        Preset,
        typer.Option(help="demo: clips of synthesised sounds with captions; bench: EarwitnessBench, in Parquet."),
    ] = Preset.demo,
    n: Annotated[
        int | None, typer.Option(min=1, help="Clips of a demo (8), samples a language of a benchmark (7,920).")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same clips.")] = 0,
    made_of: IngredientOptions,
) -> None:
    """Render clips with true and false captions in English and Chinese; a set that was broken off is completed."""
    count = n or USUAL[preset]
    if preset is Preset.bench:
        print(_bench(out, made_of, count, seed))
        return
    if made_of.given():
        raise UsageError(f"--{next(iter(made_of.given())).replace('_', '-')}: of --preset bench alone.")
    from earwitness.scenes.render import render_demo

    print(render_demo(out, seed=seed, clips=count))


def _bench(out: Path, made_of: IngredientOptions, n: int, seed: int) -> Path:
    from earwitness.scenes.dataset.ingredients import gather
    from earwitness.scenes.dataset.making import make

    ingredients = gather(**{**made_of.given(), "sounds_where": made_of.where()})
    for subset, why in ingredients.missing.items():
        print(f"not made: {subset}, as {why}", file=sys.stderr)
    return make(out, ingredients, n=n, seed=seed, tell=lambda remark: print(remark, file=sys.stderr))


app.command("make", epilog=EXAMPLES)(with_options(make))
app.command("check", epilog=scenes_check.CHECK_EXAMPLES)(with_options(scenes_check.check))
app.command("sheets", epilog=scenes_check.SHEETS_EXAMPLES)(scenes_check.sheets)
