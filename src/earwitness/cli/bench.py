"""``earwitness bench``: how far a judge agrees with people, on a public benchmark or on ratings of one's own."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earwitness.cli.benchmark_options import MEASURING, RENDERED, BenchmarkOptions, axes_by_rating
from earwitness.cli.decomposers import DecomposerOptions
from earwitness.cli.exit_codes import ENOUGH_SCORED, TOO_FEW_SCORED
from earwitness.cli.judges import JudgeOptions
from earwitness.cli.runs import check_asked, check_share, judge_pairs
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
  earwitness bench earwitness --data made/ --part speech --part music --out runs/made
  earwitness bench relate --from runs/relate --markdown
  earwitness bench tta-bench --data acc_prompt.json --with rules
"""

PRINTED = ("name", "output", "as_json", "as_markdown", "as_latex")
DECOMPOSERS = "tta-bench"


def bench(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name from `earwitness list benchmarks`.")],
    *,
    data: Annotated[Path | None, typer.Option(help="The download: its folder, or a manifest with ratings.")] = None,
    judge: JudgeOptions,
    out: Annotated[
        Path | None, typer.Option(help="Run directory; an unfinished one is resumed. Default: runs/NAME-DATA-RECIPE.")
    ] = None,
    part: Annotated[list[str] | None, typer.Option(help="A part of it; repeat for more. Default: the usual.")] = None,
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
        typer.Option(metavar="FILE", help="Of anyaudio, earwitness: write its own rubrics, for --rubrics FILE."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look whether the download is whole.")] = False,
    from_run: Annotated[
        Path | None, typer.Option("--from", metavar="RUN", help="Measure a run anew from its records; judge nothing.")
    ] = None,
    output: Output,
) -> None:
    """Judge a benchmark, and print how far the judge agrees with people beside what others report."""
    axes = axes_by_rating(axis)
    if from_run is not None:
        _allow_only(context, "--from", "from_run", "axis", "predictions", *MEASURING)
        _measure_again(from_run, name, options, axes, predictions, output.form)
        return
    if name == DECOMPOSERS:
        _allow_only(context, name, "data", "out", *(option.name for option in fields(DecomposerOptions)))
        _take_apart(judge.decomposer, _place(name, data, out, options, seed), out, output.form)
        return
    benchmark, place = options.load(name, seed), _place(name, data, out, options, seed)
    if check:
        _check(benchmark, place, part or [], output.form)
    elif gold_rubrics is not None:
        _write_gold(benchmark, place, part or [], gold_rubrics)
    else:
        if predictions is not None:
            _check_predictable(name, limit)
        run = _judge(benchmark, place, judge, out, part or [], limit, seed, axes)
        _tell(run, benchmark, axes, predictions, output.form)


def _allow_only(context: typer.Context, mode: str, *allowed: str) -> None:
    """Refuse options that would be given and not read."""
    named = {parameter.name: parameter.opts[0] for parameter in context.command.params if parameter.name}
    given = [name for name in named if str(context.get_parameter_source(name)).endswith("COMMANDLINE")]
    strange = [named[name] for name in given if name not in (*PRINTED, *allowed)]
    if strange:
        raise UsageError(f"{', '.join(strange)} cannot go with {mode}.")


def _judge(
    benchmark: Benchmark,
    place: Path,
    judge: JudgeOptions,
    out: Path | None,
    parts: list[str],
    limit: int | None,
    seed: int,
    axes: Mapping[str, str],
) -> Run:
    """The run, once it is sure that it can be measured."""
    from earwitness.bench.runner import check_measurable, check_run_is_of, prepare

    if out is not None:
        check_run_is_of(out, benchmark.name)
    prepared = prepare(benchmark, place, parts=parts, limit=limit, seed=seed)
    loaded = judge.load()
    check_measurable(benchmark, prepared.pairs, loaded.axes, axes)
    folder = out or _run_directory(place, prepared.note, loaded.recipe.id)
    return judge_pairs(loaded, prepared.pairs, folder, prepared.about)


def _tell(run: Run, benchmark: Benchmark, axes: Mapping[str, str], predictions: Path | None, form: Format) -> None:
    """The results of a run that went to its end, and whether too little of it was scored."""
    from earwitness.bench.runner import results

    check_asked(run)
    _print(results(run, axes, benchmark=benchmark), form)
    if predictions is not None:
        _predict(run, axes, predictions)
    check_share(run)


def _measure_again(
    path: Path, name: str, options: BenchmarkOptions, axes: Mapping[str, str], predictions: Path | None, form: Format
) -> None:
    from earwitness.bench.runner import NOTE, benchmark_of, check_run_is_of
    from earwitness.run import open_run

    run = open_run(path)
    check_run_is_of(path, name, to_read=True)
    if predictions is not None:
        sample = (run.about(NOTE) or {}).get("sample")
        _check_predictable(name, sample and sample["pairs"])
    _tell(run, benchmark_of(run, **options.given()), axes, predictions, form)


def _place(name: str, data: Path | None, out: Path | None, options: BenchmarkOptions, seed: int) -> Path:
    """The download; or where a benchmark without one renders its clips when nothing else is said."""
    return data or rendered(name, out, {**options.given(), "seed": seed})


def rendered(name: str, out: Path | None, settings: Mapping[str, Any]) -> Path:
    """The folder of a benchmark that renders its clips: other settings get another folder.

    Raises:
        UsageError: if the benchmark does not render its clips.
    """
    if name not in RENDERED:
        raise UsageError(f"where is {name}? Give --data; `earwitness list benchmarks` tells where to get it.")
    return out / "clips" if out else Path("runs") / f"{name}-clips-{_hash(settings)}"


def _run_directory(data: Path, note: Mapping[str, Any], recipe: str) -> Path:
    """``runs/NAME-INPUT-RECIPE``: other data, other parts or another sample get a directory of their own."""
    what = [data.absolute().as_posix(), note["parts"], note.get("sample")]
    return Path("runs") / f"{note['name']}-{_hash(what)}-{recipe}"


def _hash(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()[:6]


def _check_predictable(name: str, limit: int | None) -> None:
    if name != "xacle" or limit is not None:
        raise UsageError("--predictions are of a whole part of xacle, without --limit.")


def _predict(run: Run, axes: Mapping[str, str], file: Path) -> None:
    from earwitness.bench.judged import Judgements
    from earwitness.bench.sets.xacle import write_predictions

    said = Judgements.of(run, axes)
    if len(said) != run.n_total:
        raise UsageError(
            f"{run.n_total - len(said):,} of {run.n_total:,} pairs were not reached; resume the run first."
        )
    write_predictions(said, file)
    print(f"predictions saved in {file}", file=sys.stderr)


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
    if len(failures) > (1 - ENOUGH_SCORED) * len(prompts):
        raise typer.Exit(TOO_FEW_SCORED)


def _write_gold(benchmark: Benchmark, data: Path, parts: list[str], file: Path) -> None:
    from earwitness.bench.gold import WithRubrics
    from earwitness.rubrics.saved import write_rubrics

    if not isinstance(benchmark, WithRubrics):
        raise UsageError(f"{benchmark.name} comes without rubrics; --gold-rubrics is for anyaudio and earwitness.")
    found = benchmark.gold_rubrics(data, benchmark.chosen(parts))
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
