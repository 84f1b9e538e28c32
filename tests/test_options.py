"""Commands take dataclasses of options; the command line sees one option for each field."""

from dataclasses import dataclass, field
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from earwitness.cli.options import with_options


@dataclass(frozen=True)
class Inner:
    depth: Annotated[int, typer.Option(help="How deep.")] = 1


@dataclass(frozen=True)
class Outer:
    wide: Annotated[bool, typer.Option("--wide", help="Whether wide.")] = False
    names: Annotated[list[str] | None, typer.Option(metavar="NAME")] = None
    inner: Inner = field(default_factory=Inner)


def dig(place: str, *, outer: Outer, tool: Annotated[str, typer.Option()] = "spade") -> None:
    """Dig somewhere."""
    print(place, outer, tool)


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(with_options(dig))
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_fields_of_fields_are_options_and_come_back_in_their_places(run):
    done = run("garden", "--wide", "--names", "a", "--names", "b", "--depth", "3")
    assert done.output.strip() == f"garden {Outer(True, ['a', 'b'], Inner(3))} spade"


def test_what_is_not_given_has_the_dataclass_defaults(run):
    assert run("garden").output.strip() == f"garden {Outer()} spade"


def test_options_stand_in_the_order_of_the_fields_with_their_help(run):
    text = run("--help").output
    assert text.index("--wide") < text.index("--names") < text.index("--depth") < text.index("--tool")
    assert "How deep." in text
    assert "Dig somewhere." in text
    assert "outer" not in text
