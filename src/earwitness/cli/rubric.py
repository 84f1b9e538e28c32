"""``earwitness rubric``: what a caption is asked for, before anything is scored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.decomposers import (
    LLM,
    DecomposerOptions,
    DecomposeWith,
    DomainOption,
    LanguageName,
    LLMCache,
    Questions,
)
from earwitness.cli.selection import Selection
from earwitness.cli.terminal import TreeFormat, in_colour, terminal_width
from earwitness.errors import CaptionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earwitness.rubrics.base import Caption, Decomposer
    from earwitness.types import Language, Rubric

# Longer texts are captions, whatever a file system holds.
LONGEST_PATH = 255
# Captions that a language model is given at a time.
BATCH = 32

# How `rubric` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness rubric "Heavy rain, then a dog barks twice."
  earwitness rubric generated.csv --out rubrics.jsonl
  earwitness score generated.csv --judge rubric --rubrics rubrics.jsonl
"""


def rubric(
    source: Annotated[str, typer.Argument(metavar="CAPTION|SOURCE", help="A caption; or a manifest of captions.")],
    language: Annotated[
        LanguageName | None, typer.Option(help="Of the caption; told by its script when not given.")
    ] = None,
    domain: DomainOption = None,
    decompose_with: DecomposeWith = None,
    llm: LLM = None,
    llm_cache: LLMCache = None,
    questions: Questions = None,
    column: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=NAME", help="A manifest's column by field: caption=prompt_en.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write a file of rubrics, to be edited and given to score.")] = None,
    output: Annotated[TreeFormat, typer.Option("--format", help="How rubrics are printed.")] = TreeFormat.text,
) -> None:
    """Take a caption apart into yes/no questions, and print them as a tree."""
    options = DecomposerOptions(
        decompose_with,
        llm,
        llm_cache,
        None if domain is None else domain.value,
        None if questions is None else questions.value,
    )
    captions = _captions(source, None if language is None else language.value, tuple(column or ()))
    found = _rubrics(options.load(), captions)
    if out is not None:
        _save(out, list(found))
        return
    for caption, made in found:
        _show(caption, made, output)


def _captions(source: str, language: Language | None, column: tuple[str, ...]) -> list[Caption]:
    """The caption given, or the distinct ones of a manifest in order."""
    from earwitness.rubrics.base import Caption
    from earwitness.types import language_of

    if not _is_place(source):
        return [Caption(source, language or language_of(source))]
    pairs = Selection(column=column).read(source)
    languages = {pair.caption: language or pair.language or "en" for pair in pairs}
    return [Caption(caption, spoken) for caption, spoken in languages.items()]


def _is_place(source: str) -> bool:
    """Whether this is a file or folder; a long caption is no path that a file system could be asked for."""
    return len(source) < LONGEST_PATH and "\0" not in source and Path(source).exists()


def _rubrics(decomposer: Decomposer, captions: list[Caption]) -> Iterator[tuple[str, Rubric]]:
    for start in range(0, len(captions), BATCH):
        batch = captions[start : start + BATCH]
        for caption, made in zip(batch, decomposer.decompose(batch), strict=True):
            if isinstance(made, CaptionError):
                raise made
            yield caption.text, made


def _save(out: Path, found: list[tuple[str, Rubric]]) -> None:
    from earwitness.rubrics.saved import write_rubrics

    write_rubrics(out, found)
    items = sum(len(made.items) for _, made in found)
    doubtful = sum(bool(made.flags) for _, made in found)
    print(f"{len(found):,} captions, {items:,} items" + f", {doubtful:,} flagged" * (doubtful > 0) + f": {out}")


def _show(caption: str, made: Rubric, form: TreeFormat) -> None:
    from earwitness.report.trees import write_rubric
    from earwitness.rubrics.saved import rubric_line

    if form == TreeFormat.json:
        print(rubric_line(caption, made))
    else:
        print(write_rubric(caption, made, width=terminal_width(), colour=in_colour()))
