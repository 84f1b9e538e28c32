"""docs/cli.md is what the command line says of itself; scripts/docs writes it anew."""

import os
import subprocess
import sys
from pathlib import Path

REFERENCE = Path(__file__).parents[1] / "docs" / "cli.md"


def test_the_reference_is_current():
    command = [sys.executable, "-m", "typer", "earwitness.cli", "utils", "docs", "--name", "earwitness"]
    plain = {**os.environ, "TERM": "dumb", "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=plain, encoding="utf-8")
    assert done.stdout.strip() == REFERENCE.read_text(encoding="utf-8").strip(), "stale: run scripts/docs"
