"""``earwitness scenes``: audio whose truth is known by construction."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Render audio whose truth is known by construction.", no_args_is_help=True)


@app.command("make")
def make(
    out: Annotated[Path, typer.Argument(help="Folder to write clips and their manifest into.")],
    clips: Annotated[int, typer.Option("--clips", min=1, help="How many clips.")] = 8,
    seed: Annotated[int, typer.Option(help="Same seed, same clips.")] = 0,
) -> None:
    """Render clips of synthesised events with true and false captions, in English and Chinese."""
    from earwitness.scenes.render import render_demo

    print(render_demo(out, seed=seed, clips=clips))
