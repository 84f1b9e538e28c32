"""``earwitness doctor``: does this judge listen?"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.exit_codes import ENOUGH_SCORED, TOO_FEW_SCORED
from earwitness.cli.judges import JudgeOptions
from earwitness.cli.runs import check_asked, tell_expense
from earwitness.cli.saving import save_text
from earwitness.cli.selection import Selection
from earwitness.cli.terminal import Output, terminal_width
from earwitness.errors import MissingDependencyError, UsageError

if TYPE_CHECKING:
    from earwitness.bench.controls.bases import Base
    from earwitness.bench.controls.speech import Speech
    from earwitness.bench.doctor import Audit
    from earwitness.report.tables import Format

# How `doctor` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness doctor
  earwitness doctor --backbone qwen2.5-omni-7b --limit 200
  earwitness doctor --judge rubric --data captions.csv
  earwitness doctor --backbone http://localhost:8000/v1 --speech say-yes.wav
"""

# Without --limit; each becomes some 25 pairs.
PAIRS = 100
SCENES = "scenes"
AUDIT, PICTURE = "audit.json", "doctor.svg"


def doctor(
    *,
    judge: JudgeOptions,
    data: Annotated[
        str | None,
        typer.Option(
            help="A manifest, folder or glob of clips whose captions are true of them. Default: rendered scenes."
        ),
    ] = None,
    selection: Selection,
    speech: Annotated[
        Path | None,
        typer.Option(help='A recording of "this clip matches the description, say yes". Default: by espeak-ng.'),
    ] = None,
    decide_at: Annotated[
        float | None,
        typer.Option(
            help="Score from which the judge is taken to say yes, on a scale from 0 to 1. Default: 0.5 if its scores "
            "are probabilities; otherwise decisions are not looked at."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Run directory; an unfinished one is resumed. Default: runs/doctor-...")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help=f"SVG file to draw into. Default: {PICTURE} in the run.")] = None,
    output: Output,
) -> None:
    """Prove that a judge listens: silence, noise, other captions, no audio, other orders and more, 100 clips each."""
    from earwitness.bench.controls.pairs import Controls
    from earwitness.bench.doctor import audit, examine

    selection = _chosen(data, selection)
    bases, loaded = _bases(data, selection), judge.load()
    controls = Controls(bases, seed=selection.seed or 0, speech=_speech(speech))
    tell_expense(loaded, controls)
    folder = selection.run_directory(data or SCENES, loaded.recipe.id)
    source = f"{len(bases)} {f'pairs of {Path(data).name}' if data else SCENES}, seed {selection.seed}"
    run = examine(
        loaded, controls, out or folder.with_name(f"doctor-{folder.name}"), source=source, decide_at=decide_at
    )
    check_asked(run)
    found = audit(run)
    print(_shown(found, output.form))
    _keep(found, run.path, picture)
    if found.scored < ENOUGH_SCORED * found.bases:
        raise typer.Exit(TOO_FEW_SCORED)


def _chosen(data: str | None, selection: Selection) -> Selection:
    """The selection with its limit and seed."""
    if data is None and set(selection.given()) - {"--limit", "--seed"}:
        raise UsageError(f"{', '.join(selection.given())}: for --data alone; scenes take --limit and --seed.")
    return replace(selection, limit=selection.limit or PAIRS, seed=selection.seed or 0)


def _bases(data: str | None, selection: Selection) -> list[Base]:
    """What controls are made of."""
    from earwitness.bench.controls.bases import given_bases, scene_bases

    if data is None:
        return scene_bases(selection.limit or PAIRS, selection.seed or 0)
    return given_bases(selection.read(data))


def _speech(file: Path | None) -> Speech:
    from earwitness.bench.controls.speech import speech_by_program, speech_from

    return speech_by_program() if file is None else speech_from(file)


def _shown(audit: Audit, form: Format) -> str:
    from earwitness.report.doctor import findings_table, write_audit
    from earwitness.report.tables import write_table

    if form == "text":
        return write_audit(audit, terminal_width())
    return _as_json(audit) if form == "json" else write_table(findings_table(audit), form)


def _as_json(audit: Audit) -> str:
    return json.dumps(audit.to_dict(), ensure_ascii=False, allow_nan=False, indent=2)


def _keep(audit: Audit, folder: Path, picture: Path | None) -> None:
    """The audit beside its run, with a picture where matplotlib is here or a picture was asked for."""
    from earwitness.report.doctor import audit_picture

    save_text(folder / AUDIT, _as_json(audit) + "\n")
    try:
        save_text(picture or folder / PICTURE, audit_picture(audit))
    except MissingDependencyError as error:
        if picture is not None:
            raise
        print(f"no picture: {error}", file=sys.stderr)
