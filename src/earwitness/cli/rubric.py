"""``earwitness rubric``: what a caption is asked for, before anything is scored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earwitness.cli.decomposers import DecomposerOptions, LanguageName
from earwitness.cli.selection import Selection
from earwitness.cli.terminal import TreeFormat, in_colour, terminal_width
from earwitness.errors import CaptionError, ClipError, ManifestError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earwitness.rubrics.base import Caption
    from earwitness.types import Language, Rubric

# Captions that a language model is given at a time.
BATCH = 32

# How `rubric` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness rubric "Heavy rain, then a dog barks twice."
  earwitness rubric --captions generated.csv --out rubrics.jsonl
  earwitness rubric --rubrics rubrics.jsonl
  earwitness score generated.csv --judge rubric --rubrics rubrics.jsonl
"""


def rubric(
    caption: Annotated[str | None, typer.Argument(help="The caption.")] = None,
    captions: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Captions of a manifest, or a .txt file with one on each line.")
    ] = None,
    *,
    language: Annotated[
        LanguageName | None, typer.Option(help="Of the caption; told by its script when not given.")
    ] = None,
    decomposer: DecomposerOptions,
    column: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=NAME", help="A manifest's column by field: caption=prompt_en.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write a file of rubrics, to be edited and given to score.")] = None,
    output: Annotated[TreeFormat, typer.Option("--format", help="How rubrics are printed.")] = TreeFormat.text,
) -> None:
    """Take captions apart into yes/no questions, and print them as trees."""
    rubrics = decomposer.rubrics
    if sum(given is not None for given in (caption, captions, rubrics)) != 1:
        raise UsageError('what shall be asked? Give a caption ("A dog barks."), --captions SOURCE, or --rubrics FILE.')
    if rubrics:
        found = _saved(rubrics)
    else:
        spoken: Language | None = None if language is None else language.value
        found = _made(decomposer, _captions(caption, captions, spoken, column))
    if out is not None:
        _save(out, list(found))
        return
    for text, made in found:
        _show(text, made, output)


def _captions(
    caption: str | None, source: str | None, language: Language | None, column: list[str] | None
) -> list[Caption]:
    """The caption given, or the distinct ones of a source in order."""
    from earwitness.rubrics.base import Caption
    from earwitness.types import language_of, says_something

    texts: dict[str, Language | None]
    if source is None:
        texts = {caption or "": None}
    elif Path(source).suffix == ".txt":
        texts = dict.fromkeys(filter(None, map(str.strip, _lines(Path(source)))))
    else:
        texts = {pair.caption: pair.language for pair in Selection(column=column).read(source)}
    silent = [text for text in texts if not says_something(text)]
    if silent or not texts:
        raise CaptionError(f"{source or 'the caption'} holds {silent[:1]}; wanted words.", code="caption_empty")
    return [Caption(text, language or told or language_of(text)) for text, told in texts.items()]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} cannot be read: {error}. Wanted one caption on each line, in UTF-8.") from error


def _saved(path: Path) -> Iterator[tuple[str, Rubric]]:
    from earwitness.rubrics.saved import read_rubrics

    return iter(read_rubrics(path).items())


def _made(options: DecomposerOptions, captions: list[Caption]) -> Iterator[tuple[str, Rubric]]:
    from earwitness.judges.ahead import batches

    decomposer = options.load()
    for batch in batches(captions, BATCH):
        for caption, made in zip(batch, decomposer.decompose(batch), strict=True):
            if isinstance(made, ClipError):
                raise made
            yield caption.text, made


def _save(out: Path, found: list[tuple[str, Rubric]]) -> None:
    from earwitness.rubrics.saved import write_rubrics

    write_rubrics(out, found)
    items = sum(len(made.items) for _, made in found)
    doubtful = sum(bool(made.flags) for _, made in found)
    counted = f"captions: {len(found):,}, items: {items:,}" + f", flagged: {doubtful:,}" * (doubtful > 0)
    print(f"{counted}, saved in {out}")


def _show(caption: str, made: Rubric, form: TreeFormat) -> None:
    from earwitness.report.trees import write_rubric
    from earwitness.rubrics.saved import rubric_line

    if form == TreeFormat.json:
        print(rubric_line(caption, made))
    else:
        print(write_rubric(caption, made, width=terminal_width(), colour=in_colour()))
