"""TTA-Bench's prompts with the events that they name, their number and how they lie in time.

    acc_prompt.json     a list of {"id", "prompt_text", "event_count", "event_list", "event_relation", ...}; or the
                        same as CSV or JSON Lines, an event list being text as Python or JSON writes it

``event_relation`` is None, sequence, parallelism or complex; some files of prompts lack it, others have no events.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from earwitness.bench.sets.downloads import files_below, is_json_list, named_columns, read_entries
from earwitness.errors import ManifestError
from earwitness.manifest.columns import find_columns, number, text
from earwitness.manifest.rows import Row, at
from earwitness.rubrics.base import Caption
from earwitness.types import language_of, says_something

Relation = Literal["None", "sequence", "parallelism", "complex"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)

ENDINGS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "prompt_id"),
    "prompt": ("prompt_text", "prompt", "caption", "text"),
    "count": ("event_count",),
    "events": ("event_list", "event_list[]"),
    "relation": ("event_relation",),
}
NEEDED = ("id", "prompt", "count", "events")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt and what it asks for.

    Attributes:
        id: its name.
        text: of the prompt.
        events: what is to be heard.
        count: how many events there are.
        relation: how they lie in time; None where it is not told.
    """

    id: str
    text: str
    events: tuple[str, ...]
    count: int
    relation: Relation | None

    @property
    def caption(self) -> Caption:
        """As a decomposer takes it."""
        return Caption(self.text, language_of(self.text))


def read_prompts(data: Path) -> tuple[Prompt, ...]:
    """The prompts of a file, or of the files below a folder that have such columns; those without events left out.

    Raises:
        ManifestError: naming file, entry, what was got and what was wanted.
    """
    files = files_below(data, *ENDINGS)
    prompts = [prompt for file in files if data.is_file() or _names_events(file) for prompt in _prompts(file)]
    if not prompts:
        raise ManifestError(f"{data} holds no prompts with an event_list; wanted TTA-Bench's, such as acc_prompt.json.")
    found: set[str] = set()
    for prompt in prompts:
        if prompt.id in found:
            raise ManifestError(f"{data}: id {prompt.id!r} occurs twice; wanted each prompt once.")
        found.add(prompt.id)
    return tuple(prompts)


def _names_events(file: Path) -> bool:
    """Whether a file among others is one of prompts with their events, by its first entry."""
    if file.suffix.lower() == ".json" and not is_json_list(file):
        return False
    first = next(read_entries(file), None)
    return first is not None and set(NEEDED) <= find_columns(tuple(first.cells), {}, COLUMNS).fields.keys()


def _prompts(file: Path) -> Iterator[Prompt]:
    for row in read_entries(file):
        with at(f"{file.name}, {row.place}"):
            prompt = _prompt(row)
        if prompt is not None:
            yield prompt


def _prompt(row: Row) -> Prompt | None:
    columns = named_columns(tuple(row.cells), COLUMNS, NEEDED)
    cells = {field: row.cells[column] for field, column in columns.items()}
    events = _events(cells["events"])
    if not events:
        return None
    count = number(cells["count"], "event_count")
    if count is None or count != int(count) or count < 1:
        raise ManifestError(f"event_count is {cells['count']!r}; wanted a whole number from 1 on.")
    name, words = text(cells["id"], "id").strip(), text(cells["prompt"], "the prompt").strip()
    if not name or not says_something(words):
        raise ManifestError(f"id is {name!r} and the prompt {words[:60]!r}; wanted both.")
    return Prompt(name, words, events, int(count), _relation(cells["relation"]) if "relation" in cells else None)


def _events(cell: Any) -> tuple[str, ...]:
    """The entries of a list, or of text that writes one as Python or JSON does."""
    listed = cell
    if isinstance(cell, str) and cell.strip():
        try:
            # It reads constants alone and runs nothing.
            listed = ast.literal_eval(cell.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            listed = cell
    if listed in (None, ""):
        return ()
    if not isinstance(listed, list | tuple) or not all(isinstance(event, str) for event in listed):
        raise ManifestError(f"event_list is {str(cell)[:60]!r}; wanted a list of events, such as ['dog barking'].")
    return tuple(event.strip() for event in listed if says_something(event))


def _relation(cell: Any) -> Relation:
    told = str(cell or "None").strip().lower()
    for relation in RELATIONS:
        if told == relation.lower():
            return relation
    raise ManifestError(f"event_relation is {str(cell)[:60]!r}; wanted {', '.join(RELATIONS)}.")
