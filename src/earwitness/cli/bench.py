"""``earwitness bench``: how far a judge agrees with people, on a public benchmark or on ratings of one's own."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earwitness.cli.decomposers import DecomposerOptions
from earwitness.cli.exit_codes import ENOUGH_SCORED, TOO_FEW_SCORED
from earwitness.cli.judges import JudgeOptions
from earwitness.cli.runs import check_finished, judge_pairs
from earwitness.cli.selection import columns_by_field
from earwitness.cli.terminal import Output, terminal_width
from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.bench.base import Benchmark
    from earwitness.bench.runner import Results
    from earwitness.report.tables import Format
    from earwitness.run import Run

# How `bench` is used, shown under its options.
EXAMPLES = """\b
Examples:
  earwitness bench relate --data RELATE/ --check
  earwitness bench relate --data RELATE/ --backbone qwen2.5-omni-7b --out runs/relate
  earwitness bench compa --data compa/ --part order --judge clapscore
  earwitness bench ratings --data rated.csv --scale 1-5 --domain-column genre
  earwitness bench scenes --out runs/scenes
  earwitness bench relate --from runs/relate --markdown
  earwitness bench tta-bench --data acc_prompt.json --with rules
"""

# Benchmarks that render their own clips need no download.
RENDERED = ("scenes", "perceptual")


# Options whose names would be another thing beside those of judges.
_ARGUMENTS = {"column": "columns", "domain_column": "domain", "label_at": "threshold"}


@dataclass(frozen=True, slots=True)
class BenchmarkOptions:
    """The options that single benchmarks take; each is named as on the command line, None where it was not given."""

    audio: Annotated[
        Path | None, typer.Option(help="Of musiceval, aes, ratings: folder of the clips, if it is another.")
    ] = None
    form: Annotated[str | None, typer.Option(help="Of ratings: as in `earwitness train mos`.")] = None
    scale: Annotated[
        str | None, typer.Option(metavar="LOW-HIGH", help="Of ratings: lowest and highest rating; gives the MSE.")
    ] = None
    column: Annotated[list[str] | None, typer.Option(metavar="FIELD=NAME", help="Of ratings: a column by field.")] = (
        None
    )
    domain_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of ratings: the column that tells domains apart.")
    ] = None
    label_at: Annotated[
        float | None, typer.Option(help="Of anyaudio: score from which a clip matches; fitted when not given.")
    ] = None
    clips: Annotated[int | None, typer.Option(min=4, help="Of scenes, perceptual: clips of each part.")] = None
    recordings: Annotated[
        Path | None, typer.Option(help="Of scenes: labelled recordings to make them of, instead of synthesis.")
    ] = None
    where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Of scenes: which of the recordings.")
    ] = None

    def load(self, name: str, seed: int) -> Benchmark:
        """The benchmark of that name with those of the options that were given.

        Raises:
            UnknownNameError: if there is no such benchmark.
            UsageError: if it does not take one of the options.
        """
        from earwitness.bench import load_benchmark

        told = {option.name: getattr(self, option.name) for option in fields(self)}
        given: dict[str, Any] = {option: value for option, value in told.items() if value is not None}
        given = {_ARGUMENTS.get(option, option): value for option, value in given.items()}
        if "columns" in given:
            given["columns"] = columns_by_field(given["columns"])
        if "where" in given:
            given["where"] = dict(text.partition("=")[::2] for text in given["where"])
        if name in RENDERED:
            given["seed"] = seed
        return load_benchmark(name, **given)


def bench(
    name: Annotated[str, typer.Argument(help="Name from `earwitness list benchmarks`.")],
    *,
    data: Annotated[Path | None, typer.Option(help="The download: its folder, or a manifest with ratings.")] = None,
    judge: JudgeOptions,
    out: Annotated[
        Path | None, typer.Option(help="Run directory; an unfinished one is resumed. Default: runs/NAME-DATA-RECIPE.")
    ] = None,
    part: Annotated[
        list[str] | None, typer.Option(help="A part to judge; repeat for more. Default: the usual.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Judge a seeded sample of about so many pairs.")] = None,
    seed: Annotated[int, typer.Option(help="Of the sample, and of clips that are rendered.")] = 0,
    axis: Annotated[
        list[str] | None, typer.Option(metavar="RATING=AXIS", help="The judge's axis for an axis of ratings.")
    ] = None,
    options: BenchmarkOptions,
    predictions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Of xacle: write the scores as the challenge takes them.")
    ] = None,
    gold_rubrics: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of anyaudio: write its own rubrics, to judge with --rubrics FILE."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look whether the download is whole.")] = False,
    from_run: Annotated[
        Path | None, typer.Option("--from", metavar="RUN", help="Print the results of a run; judge nothing.")
    ] = None,
    output: Output,
) -> None:
    """Judge a benchmark, and print how far the judge agrees with people beside what others report."""
    from earwitness.bench.runner import check_run_is_of, prepare
    from earwitness.bench.sets.tta_bench import TTABench
    from earwitness.run import open_run

    axes = axes_by_rating(axis or [])
    if from_run is not None:
        run = open_run(from_run)
        check_run_is_of(from_run, name)
        _tell(run, axes, predictions, output.form)
        return
    if name == TTABench.name:
        _take_apart(judge.decomposer, data or rendered(name, out), out, output.form)
        return
    benchmark, place = options.load(name, seed), data or rendered(name, out)
    if gold_rubrics is not None:
        _write_gold(benchmark, place, part or [], gold_rubrics)
        return
    if check:
        _check(benchmark, place, part or [], output.form)
        return
    if out is not None:
        check_run_is_of(out, name)
    prepared = prepare(benchmark, place, parts=part or [], limit=limit, seed=seed)
    loaded = judge.load()
    folder = out or _run_directory(place, prepared.note, loaded.recipe.id)
    run = judge_pairs(loaded, prepared.pairs, folder, prepared.about)
    _tell(run, axes, predictions, output.form)
    check_finished(run)


def _tell(run: Run, axes: dict[str, str], predictions: Path | None, form: Format) -> None:
    from earwitness.bench.runner import results

    _print(results(run, axes), form)
    if predictions is not None:
        _predict(run, axes, predictions)


def _predict(run: Run, axes: dict[str, str], file: Path) -> None:
    from earwitness.bench.judged import Judgements
    from earwitness.bench.runner import NOTE
    from earwitness.bench.sets.xacle import write_predictions

    note = run.about(NOTE) or {}
    if note.get("name") != "xacle" or note.get("sample"):
        raise UsageError("--predictions are of a whole part of xacle, without --limit.")
    write_predictions(Judgements.of(run, axes), file)
    print(f"predictions saved in {file}", file=sys.stderr)


def axes_by_rating(named: list[str]) -> dict[str, str]:
    """The judge's axes by axis of ratings.

    Example:
        >>> axes_by_rating(["OVL=quality"])
        {'OVL': 'quality'}
    """
    wrong = [text for text in named if not all(text.partition("="))]
    if wrong:
        raise UsageError(f"--axis is {wrong[0]!r}; wanted RATING=AXIS, such as OVL=quality.")
    return dict(text.partition("=")[::2] for text in named)


def rendered(name: str, out: Path | None) -> Path:
    """Where a benchmark without a download renders its clips when nothing else is said."""
    if name not in RENDERED:
        raise UsageError(f"where is {name}? Give --data; `earwitness list benchmarks` tells where to get it.")
    return out / "clips" if out else Path("runs") / f"{name}-clips"


def _run_directory(data: Path, note: Mapping[str, Any], recipe: str) -> Path:
    """``runs/NAME-INPUT-RECIPE``: other data, other parts or another sample get a directory of their own."""
    what = json.dumps([data.absolute().as_posix(), note["options"], note["parts"], note.get("sample")])
    return Path("runs") / f"{note['name']}-{hashlib.sha256(what.encode()).hexdigest()[:6]}-{recipe}"


def _take_apart(options: DecomposerOptions, data: Path, out: Path | None, form: Format) -> None:
    """TTA-Bench measures what takes captions apart: its record is a file of rubrics, not a run."""
    from earwitness.bench.figures import figure
    from earwitness.bench.sets.tta_bench import TTABench, take_apart
    from earwitness.report.benchmarks import decomposer_table
    from earwitness.report.tables import write_table
    from earwitness.rubrics.saved import write_rubrics

    benchmark = TTABench()
    prompts = benchmark.read(data)
    rubrics, failures = take_apart(prompts, options.load())
    file = (out or Path("runs") / benchmark.name) / "rubrics.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_rubrics(file, rubrics.items())
    figures = [figure(measurement) for measurement in benchmark.measurements(prompts, rubrics)]
    print(write_table(decomposer_table(figures, len(prompts), failures, file), form, width=terminal_width()))
    if len(rubrics) < ENOUGH_SCORED * len(prompts):
        raise typer.Exit(TOO_FEW_SCORED)


def _write_gold(benchmark: Benchmark, data: Path, parts: list[str], file: Path) -> None:
    from earwitness.bench.sets.anyaudio import AnyAudio, gold_rubrics
    from earwitness.rubrics.saved import write_rubrics

    if not isinstance(benchmark, AnyAudio):
        raise UsageError(f"{benchmark.name} comes without rubrics; --gold-rubrics is for {AnyAudio.name}.")
    found = gold_rubrics(data, [part.name for part in benchmark.chosen(parts)])
    write_rubrics(file, found.items())
    print(f"captions: {len(found):,}, saved in {file}")


def _check(benchmark: Benchmark, data: Path, parts: list[str], form: Format) -> None:
    from earwitness.report.benchmarks import check_table
    from earwitness.report.tables import write_table

    found = benchmark.check(data, benchmark.chosen(parts))
    print(write_table(check_table(benchmark.name, found), form, width=terminal_width()))
    if not found.complete:
        raise typer.Exit(TOO_FEW_SCORED)


def _print(found: Results, form: Format) -> None:
    from earwitness.report.benchmarks import published_table, results_table
    from earwitness.report.tables import write_table

    print(write_table(results_table(found), form, width=terminal_width()))
    theirs = published_table(found)
    # JSON holds them already, and a file of CSV is one table.
    if theirs is not None and form not in ("json", "csv"):
        print()
        print(write_table(theirs, form, width=terminal_width()))
