"""The command line: one file per command, each parses, calls and prints.

Exit codes: 0 fine, 2 usage, 3 too few pairs scored or clips read, 4 run locked or incompatible, 5 backbone unreachable,
130 interrupted, 1 anything else. A user's mistake shows one line, never a traceback.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from earwitness import __version__
from earwitness.cli import (
    ablation,
    bench,
    calibrate,
    compare,
    doctor,
    export,
    listing,
    rubric,
    scenes,
    score,
    show,
    sweep,
    threshold,
    train,
)
from earwitness.cli.exit_codes import INTERRUPTED
from earwitness.cli.options import with_options
from earwitness.errors import EarwitnessError

app = typer.Typer(
    name="earwitness",
    help="Judges generated audio: does a clip do what its caption says, and how good does it sound?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"earwitness {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    pass


app.command("score", epilog=score.EXAMPLES)(with_options(score.score))
app.command("bench", epilog=bench.EXAMPLES)(with_options(bench.bench))
app.command("compare", epilog=compare.EXAMPLES)(with_options(compare.compare))
app.command("ablation", epilog=ablation.EXAMPLES)(with_options(ablation.ablation))
app.command("sweep", epilog=sweep.EXAMPLES)(with_options(sweep.sweep))
app.command("calibrate", epilog=calibrate.EXAMPLES)(with_options(calibrate.calibrate))
app.command("doctor", epilog=doctor.EXAMPLES)(with_options(doctor.doctor))
app.command("show", epilog=show.EXAMPLES)(show.show)
app.command("rubric", epilog=rubric.EXAMPLES)(with_options(rubric.rubric))
app.command("threshold", epilog=threshold.EXAMPLES)(threshold.threshold)
app.command("list")(with_options(listing.list_names))
app.command("export")(export.export)
app.add_typer(scenes.app, name="scenes")
app.add_typer(train.app, name="train")


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a caption's characters gets their escapes, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except EarwitnessError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output, such as `head`, has left; closing stderr keeps Python from complaining about it.
        sys.stderr.close()
        sys.exit(1)
