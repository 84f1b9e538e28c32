"""Print BENCHMARKS.md from benchmarks/results: python -m benchmarks.make_page [--check].

``--check`` writes nothing and fails if the page is not what the results say.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.report import RESULTS

PAGE = RESULTS.parents[1] / "BENCHMARKS.md"
HEAVY = "heavy"  # written by the tests at full size, in a form of its own
HEAD = """# Benchmarks

Printed by `python -m benchmarks.make_page` from `benchmarks/results`; each figure says what made it, when, from which
commit and on which machine. What is compared took turns in one run. `load` is the machine's load average when
the run was written down: times from a busy machine are worth little, their ratios more.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail if the page is stale")
    page = render(RESULTS)
    if not parser.parse_args().check:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        sys.exit(f"{PAGE.name} is not what benchmarks/results say; run: python -m benchmarks.make_page")


def render(results: Path) -> str:
    """The whole page."""
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))}
    sections = [_figure(figure) for name, figure in found.items() if name != HEAVY]
    if HEAVY in found:
        sections.append(_heavy(found[HEAVY]))
    return "\n".join([HEAD, *sections])


def _figure(figure: dict[str, Any]) -> str:
    machine = ", ".join(f"{key} {value}" for key, value in figure["machine"].items() if key != "cpu")
    lines = [
        f"## {figure['name'].replace('_', ' ').capitalize()}",
        "",
        f"`{figure['command']}` at `{figure['commit']}`, {figure['date']}, on {figure['machine']['cpu']} ({machine}).",
        "",
        *([figure["note"], ""] if figure["note"] else []),
        *table_lines(figure["rows"]),
        "",
    ]
    return "\n".join(lines)


def _heavy(cases: dict[str, dict[str, Any]]) -> str:
    """What the fault and load cases found at full size: different figures for each, so a list."""
    lines = ["## Faults and loads at full size", "", "From `scripts/check-heavy`.", ""]
    for case, figures in cases.items():
        kept = {key: value for key, value in figures.items() if key not in ("date", "machine")}
        shown = ", ".join(f"{key} {value}" for key, value in kept.items())
        lines.append(f"- **{case}**: {shown} ({figures.get('date', '')}, {figures.get('machine', '')})")
    return "\n".join([*lines, ""])


def table_lines(rows: list[dict[str, Any]]) -> list[str]:
    """A table of the rows, its columns in the order in which they first appear."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(_cell(row.get(column)) for column in columns) for row in rows]
    return [f"| {line} |" for line in lines]


def _cell(value: Any) -> str:
    text = "" if value is None else f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main()
