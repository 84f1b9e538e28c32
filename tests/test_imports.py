"""Importing is light, and imports between rooms run only downward."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "earwitness"
HEAVY = ("torch", "transformers", "scipy.stats", "pyarrow", "pandas", "sklearn", "matplotlib")

# The drawing in docs/design.md, from top to bottom; rooms on one line may not import each other.
FLOORS = (
    {"cli"},
    {"report"},
    {"bench"},
    {"train"},
    {"judges"},
    {"mos", "rubrics", "scenes"},
    {"backbones"},
    {"run"},
    {"metrics"},
    {"ratings"},
    {"audio", "manifest"},
    {"types", "errors"},
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# One noun in several files: free among themselves.
ONE_ROOM = [{"types", "errors"}]


def loaded_after(code: str) -> set[str]:
    """Which heavy modules a fresh interpreter has loaded after running the code."""
    probe = f"{code}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


HELP = """
import sys
sys.argv = ["earwitness", "--help"]
from earwitness.cli import main
try:
    main()
except SystemExit as left:
    assert left.code == 0
"""


@pytest.mark.parametrize("code", ["import earwitness", HELP], ids=["import", "help"])
def test_stays_light(code):
    assert loaded_after(code) == set()


@pytest.mark.parametrize("code", ["import earwitness, scipy.stats", "import earwitness, torch"])
def test_the_check_can_fail(code):
    assert loaded_after(code) != set()


def room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "earwitness" and len(parts) > 1 else None


def imports_of(path: Path) -> set[str]:
    """Rooms that a file imports at run time, at its top or inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and getattr(block.test, "id", "") == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    modules = {
        name
        for node in ast.walk(tree)
        if id(node) not in typing_only
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    return {name for module in modules if (name := room(module))}


def offences(source: str, imported: set[str]) -> list[str]:
    together = next((group for group in ONE_ROOM if source in group), {source})
    return [other for other in imported - together if FLOOR_OF[other] <= FLOOR_OF[source]]


FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.parent != PACKAGE or path.stem in FLOOR_OF]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downward(path):
    source = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert offences(source, imports_of(path)) == []


def test_an_upward_import_is_found():
    assert offences("metrics", {"report", "types"}) == ["report"]
    assert offences("rubrics", {"scenes"}) == ["scenes"]


def test_the_package_resolves_its_public_names():
    import earwitness

    assert [name for name in earwitness.__all__ if not hasattr(earwitness, name)] == []
    assert sorted(earwitness._HOMES) == earwitness.__all__
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = earwitness.nonsense
