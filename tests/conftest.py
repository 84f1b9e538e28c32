"""Heavy cases, a seeded tenth of which runs each time and all in scripts/check-heavy; and the command line, called."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from earwitness.cli import main

FIGURES = Path(__file__).parents[1] / "benchmarks" / "results" / "heavy.json"


class Heavy:
    """How large a heavy case runs, and where its figures go."""

    def __init__(self, full: bool) -> None:
        self.full = full

    def size(self, full: int) -> int:
        """The full size under scripts/check-heavy, a tenth of it otherwise."""
        return full if self.full else max(1, full // 10)

    def record(self, case: str, **figures: float | str) -> None:
        """Keep what a full-size case found; a tenth is a check, not a figure."""
        if not self.full:
            return
        found = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
        found[case] = {
            **figures,
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        }
        text = json.dumps(dict(sorted(found.items())), indent=2, ensure_ascii=False, allow_nan=False)
        FIGURES.write_text(text + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def heavy() -> Heavy:
    """Sizes of heavy cases: full with EARWITNESS_HEAVY=1, a tenth otherwise."""
    return Heavy(os.environ.get("EARWITNESS_HEAVY") == "1")


@pytest.fixture
def earwitness(monkeypatch, capsys):
    """Run a command line; returns exit code, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["earwitness", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as left:
            code = left.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture(scope="session")
def built_in_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the fixed small EarwitnessBench: 400 samples a language, made of nothing but the package."""
    pytest.importorskip("pyarrow")
    from earwitness.scenes.dataset.ingredients import gather
    from earwitness.scenes.dataset.making import make

    return make(tmp_path_factory.mktemp("built-in") / "set", gather(built_in=True), n=400, seed=0).parent


@pytest.fixture
def state_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings write their state after every epoch, so that a kill meets one however fast they are."""
    monkeypatch.setattr("earwitness.train.fit.SECONDS_BETWEEN_STATES", 0.0)
