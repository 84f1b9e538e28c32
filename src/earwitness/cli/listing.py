"""``earwitness list``: what can be named on the command line."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.terminal import TableFormat, terminal_width

if TYPE_CHECKING:
    from earwitness.report.tables import Table


class Names(StrEnum):
    """The tables of names."""

    backbones = "backbones"
    templates = "templates"
    presets = "presets"


def list_names(
    names: Annotated[Names, typer.Argument(help="Which names.")],
    output: Annotated[TableFormat, typer.Option("--format", help="How the table is printed.")] = TableFormat.text,
) -> None:
    """List the backbones, templates or presets that can be named."""
    from earwitness.report.tables import write_table

    table = {Names.backbones: _backbones, Names.templates: _templates, Names.presets: _presets}[names]()
    print(write_table(table, output.value, width=terminal_width()))


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
    from earwitness.judges.aqascore import PRESETS
    from earwitness.report.tables import Table

    rows = tuple((name, p.template, p.answers, p.front_end, p.note) for name, p in PRESETS.items())
    return Table(("name", "template", "answers", "front end", "note"), rows)
