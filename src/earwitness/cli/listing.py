"""``earwitness list``: what can be named on the command line."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.terminal import Output, terminal_width

if TYPE_CHECKING:
    from earwitness.report.tables import Table
    from earwitness.train.presets import Preset


class Names(StrEnum):
    """The tables of names."""

    judges = "judges"
    backbones = "backbones"
    templates = "templates"
    presets = "presets"
    encoders = "encoders"
    losses = "losses"
    aggregators = "aggregators"
    wordings = "wordings"
    benchmarks = "benchmarks"


def list_names(names: Annotated[Names, typer.Argument(help="Which names.")], *, output: Output) -> None:
    """List what can be named: judges, backbones, benchmarks, templates, presets, encoders, losses and others."""
    from earwitness.report.tables import write_table

    print(write_table(TABLES[names](), output.form, width=terminal_width()))


def _backbones() -> Table:
    from earwitness.backbones import list_backbones
    from earwitness.report.tables import Table

    rows = tuple((info.name, info.checkpoint, info.heard_at_once, info.license, info.note) for info in list_backbones())
    return Table(("name", "checkpoint", "hears at once", "licence", "note"), rows)


def _templates() -> Table:
    from earwitness.report.tables import Table
    from earwitness.rubrics.template import TEMPLATES

    rows = tuple((t.number, language, text, t.note) for t in TEMPLATES.values() for language, text in t.texts.items())
    return Table(("number", "language", "text", "note"), rows)


def _presets() -> Table:
    from earwitness.judges.aqascore import PRESETS as SCORING
    from earwitness.judges.rubric import PRESETS as JUDGING
    from earwitness.report.tables import Table
    from earwitness.train.presets import PRESETS as TRAINING

    scoring = [
        (name, "score", f"template {p.template}, {p.answers}, {p.front_end} front-end", p.note)
        for name, p in SCORING.items()
    ]
    scoring += [
        (name, "score --judge rubric", f"{p.mode}, {p.answers}, {p.front_end} front-end", p.note)
        for name, p in JUDGING.items()
    ]
    training = [
        (name, "train mos", ", ".join(f"{option} {value}" for option, value in p.options.items()), _origin(p))
        for name, p in TRAINING.items()
    ]
    return Table(("name", "command", "options", "note"), (*scoring, *training))


def _origin(preset: Preset) -> str:
    """Where a recipe comes from, and how it is not what its authors ran; whole in JSON and CSV."""
    return f"{preset.source}; departures: {'; '.join(preset.departures)}"


def _encoders() -> Table:
    from earwitness.mos.encoders import list_encoders
    from earwitness.report.tables import Table

    rows = tuple((info.name, info.checkpoint, info.sample_rate, info.license, info.note) for info in list_encoders())
    return Table(("name", "checkpoint", "sample rate", "licence", "note"), rows)


def _losses() -> Table:
    from earwitness.mos.objective import LOSSES
    from earwitness.report.tables import Table

    return Table(("name", "kind", "note"), tuple((name, info.kind, info.source) for name, info in LOSSES.items()))


def _judges() -> Table:
    from earwitness.cli.judges import JUDGES
    from earwitness.report.tables import Table

    return Table(("name", "needs", "note"), tuple((name, info.needs, info.note) for name, info in JUDGES.items()))


def _aggregators() -> Table:
    from earwitness.judges.aggregation import AGGREGATORS
    from earwitness.report.tables import Table

    rows = tuple((name, "yes" if known.blocks else "no", known.note) for name, known in AGGREGATORS.items())
    return Table(("name", "blocks", "note"), rows)


def _wordings() -> Table:
    from earwitness.report.tables import Table
    from earwitness.rubrics.asking import WORDINGS

    rows = tuple(
        (name, language, wording.item, wording.system or "")
        for name, wordings in WORDINGS.items()
        for language, wording in wordings.items()
    )
    return Table(("name", "language", "item", "system"), rows)


def _benchmarks() -> Table:
    from earwitness.bench import BENCHMARKS, benchmark_class
    from earwitness.report.benchmarks import benchmarks_table

    return benchmarks_table({name: benchmark_class(name) for name in BENCHMARKS})


TABLES = {
    Names.benchmarks: _benchmarks,
    Names.judges: _judges,
    Names.aggregators: _aggregators,
    Names.wordings: _wordings,
    Names.backbones: _backbones,
    Names.templates: _templates,
    Names.presets: _presets,
    Names.encoders: _encoders,
    Names.losses: _losses,
}
