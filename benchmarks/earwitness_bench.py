"""EarwitnessBench: how fast it is made, whether captions alone tell anything, and how judges and decomposers do on it.

    earwitness scenes make --preset bench --n 7920 --seed 0 --out runs/earwitness/set [--sounds ... --voices ...]
    python -m benchmarks.earwitness_bench readers|decomposer|check|judge|doctor --data runs/earwitness/set
    python -m benchmarks.earwitness_bench making [--samples 400] [--sounds ... --voices ... --loops ...]

``readers`` fit a linear model to the words of captions, without clips; ``decomposer`` holds the rules against the set's
own rubrics; ``check`` measures clips and holds them against their scripts; ``judge`` scores all samples three ways:
the whole caption in one question, the set's rubric, and the rules' rubric (a folder of weights with the embedded
judge's ``vocabulary.json`` beside them is asked as that judge is); ``doctor`` runs the controls on true pairs.
Runs are kept below ``--out`` and resumed.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from benchmarks.judge_trust import audit_rows, figure_row
from benchmarks.report import Row, record
from benchmarks.rubric_matching import Labelled, kind_rows, shown

from earwitness import AQAScore, RubricJudge
from earwitness.backbones import LoadOptions
from earwitness.backbones.base import Backbone
from earwitness.backbones.embedded import EmbeddedBackbone
from earwitness.bench.controls.bases import given_bases
from earwitness.bench.controls.pairs import Controls
from earwitness.bench.controls.speech import speech_by_program
from earwitness.bench.doctor import audit, examine
from earwitness.bench.figures import Figure
from earwitness.bench.runner import run_benchmark
from earwitness.bench.sets.earwitness import ALL, EarwitnessBench
from earwitness.bench.sets.earwitness_files import DOMAINS, domain_of, pair_of
from earwitness.metrics.bootstrap import measure_interval
from earwitness.metrics.shares import share_interval
from earwitness.report.recovery import recovery_table
from earwitness.report.tables import Cell
from earwitness.rubrics.base import Caption, Domain
from earwitness.rubrics.rules import RuleDecomposer
from earwitness.rubrics.saved import SavedRubrics, write_rubrics
from earwitness.scenes.dataset.ingredients import Ingredients, gather
from earwitness.scenes.dataset.making import make
from earwitness.scenes.dataset.stored import LANGUAGES, Sample, read_samples
from earwitness.scenes.recovery.heard import choose_clips, measured_clips
from earwitness.types import Judge, Language, Pair, Rubric

FOLDS = 5
_DENIAL = re.compile(r"\b(no|without)\b|没有|听不到", re.IGNORECASE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=STUDIES)
    parser.add_argument("--data", type=Path, default=Path("runs/earwitness/set"))
    parser.add_argument("--out", type=Path, default=Path("runs/earwitness"))
    parser.add_argument("--backbone", default="embedded", help="of judge and doctor")
    parser.add_argument("--clips", type=int, default=400, help="of check, doctor: how many")
    parser.add_argument("--samples", type=int, default=400, help="of making: samples a language of each subset")
    parser.add_argument("--seed", type=int, default=0)
    for folder in ("sounds", "voices", "loops"):
        parser.add_argument(f"--{folder}", type=Path, help="of making")
    options = parser.parse_args()
    rows, note = STUDIES[options.what](options)
    record(f"earwitness_{options.what}", rows, note=note)


def _making(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    """Subset by subset, alone: what one of them costs is not hidden in the others."""
    found = gather(sounds=options.sounds, voices=options.voices, loops=options.loops)
    note = f"{options.samples} samples a language of each subset, both languages, written as Parquet, one process. "
    return [_made(found, subset, options) for subset in found.domains], note + "; ".join(
        f"{what}: {origin}" for what, origin in found.origins.items()
    )


def _made(found: Ingredients, subset: str, options: argparse.Namespace) -> Row:
    alone = Ingredients({s: d for s, d in found.domains.items() if s == subset}, found.origins, {})
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        make(Path(folder) / "set", alone, n=options.samples, seed=options.seed, shown=False)
        seconds = time.perf_counter() - started
        size = sum(file.stat().st_size for file in (Path(folder) / "set").rglob("*.parquet"))
    return {
        "subset": subset,
        "samples a second": round(len(LANGUAGES) * options.samples / seconds, 1),
        "clips a second": round(options.samples / 2 / seconds, 1),
        "kB a sample": round(size / len(LANGUAGES) / options.samples / 1000, 1),
    }


def _readers(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    note = (
        f"Logistic regression on words (en) or characters (zh) and their pairs, {FOLDS} folds of whole quartets. "
        "Spoilt: the same without those false captions that deny something, to show that it finds what there is."
    )
    return list(_reader_rows(options.data)), note


def _reader_rows(data: Path) -> Iterator[Row]:
    for language in LANGUAGES:
        every = list(read_samples(data, (language,)))
        for part in ("all", *sorted(set(map(domain_of, every)))):
            samples = [sample for sample in every if part in ("all", domain_of(sample))]
            yield {"language": language, "domain": part, "set": "as it is", **_read(samples, language)}
        spoilt = [sample for sample in every if sample.label == "yes" or not _DENIAL.search(sample.caption)]
        yield {"language": language, "domain": "all", "set": "spoilt", **_read(spoilt, language)}


def _read(samples: Sequence[Sample], language: Language) -> Row:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    labels = np.array([sample.label == "yes" for sample in samples])
    quartets = [sample.quartet for sample in samples]
    model = make_pipeline(
        CountVectorizer(analyzer="word" if language == "en" else "char", ngram_range=(1, 2)),
        LogisticRegression(max_iter=1000),
    )
    captions = [sample.caption for sample in samples]
    folds = GroupKFold(FOLDS)
    said = cross_val_predict(model, captions, labels, groups=quartets, cv=folds, method="decision_function")
    right = share_interval(((said > 0) == labels).astype(float), clusters=quartets)
    auc = measure_interval("auc", said, labels.astype(float), systems=quartets, unit="systems")
    return {
        "accuracy": shown(right),
        "AUC": shown(auc),
        "n": len(samples),
    }


def _decomposer(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    rows: list[Row] = []
    for language in LANGUAGES:
        captions = {sample.caption: sample for sample in read_samples(options.data, (language,))}
        for part in DOMAINS:
            cases = _cases([sample for sample in captions.values() if domain_of(sample) == part], language, part)
            rows += kind_rows(cases, {"domain": part, "language": language}) if cases else []
    note = "The rules' items against the set's own, matched by kind and place; intervals are 95 %, by caption."
    return rows, note


def _cases(samples: Sequence[Sample], language: Language, domain: Domain) -> list[Labelled]:
    rubrics = RuleDecomposer(domain=domain).decompose([Caption(sample.caption, language) for sample in samples])
    return [
        Labelled(sample.rubric.items, [item for item in rubric.items if item.kind != "caption"])
        for sample, rubric in zip(samples, rubrics, strict=True)
        if isinstance(rubric, Rubric)
    ]


def _check(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    heard = measured_clips(options.data, choose_clips(options.data, options.clips, options.seed))
    table = recovery_table([(clip.name, reading) for clip in heard for reading in clip.readings])
    told = ("what", "tolerance", "said", "measured", "agree", "share", "low", "high", "clips")
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return [{name: _shortened(row[name]) for name in told} for row in rows], "; ".join(table.notes)


def _shortened(cell: Cell) -> str | int | float | None:
    return round(cell, 3) if isinstance(cell, float) else cell


def _backbone(name: str) -> str | Backbone:
    """A folder with a vocabulary is a twin of the embedded judge, and asked as it was taught."""
    return EmbeddedBackbone(LoadOptions(Path(name).name, name)) if (Path(name) / "vocabulary.json").is_file() else name


def _judge(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    backbone = _backbone(options.backbone)
    options.out.mkdir(parents=True, exist_ok=True)
    gold = options.out / "gold.jsonl"
    benchmark = EarwitnessBench()
    write_rubrics(gold, benchmark.gold_rubrics(options.data, benchmark.parts).items())
    judges: Mapping[str, Judge] = {
        "whole caption": AQAScore(backbone),
        "the set's rubric": RubricJudge(backbone, decomposer=SavedRubrics(gold)),
        "the rules' rubric": RubricJudge(backbone),
    }
    rows: list[Row] = []
    for name, judge in judges.items():
        folder = options.out / f"{name.replace(' ', '-').replace(chr(39), '')}-{judge.recipe.id}"
        found = run_benchmark(benchmark, options.data, judge, folder)
        rows += [{"judge": name, **figure_row(figure)} for figure in found.figures if _is_listed(figure)]
    note = f"Backbone {Path(options.backbone).as_posix()}. Intervals are 95 %, over quartets. "
    return rows, note + "Of n: all that there are; what names nothing that the judge was taught is not scored."


def _is_listed(figure: Figure) -> bool:
    """The whole table is in the run; here are all domains in full, of each the sum, and nothing that has no score."""
    in_full = figure.part == ALL or figure.subset in ("all", *LANGUAGES)
    return bool(figure.n) and in_full and "fitted" not in figure.of


def _doctor(options: argparse.Namespace) -> tuple[Iterable[Row], str]:
    judge = AQAScore(_backbone(options.backbone))
    bases = given_bases(list(_true_pairs(options)))
    folder = options.out / f"doctor-{judge.recipe.id}-{len(bases)}"
    source = f"{len(bases)} true pairs of synthesised sounds"
    found = audit(examine(judge, Controls(bases, seed=options.seed, speech=speech_by_program()), folder, source=source))
    return audit_rows(found), f"{found.headline}. {found.source}. Backbone {Path(options.backbone).as_posix()}."


def _true_pairs(options: argparse.Namespace) -> Iterator[Pair]:
    """Some of each quartet's true pairs, English and Chinese by turns, of what the embedded judge was taught."""
    per_language = options.clips // len(LANGUAGES)
    for language in LANGUAGES:
        every = read_samples(options.data, (language,), clips=True)
        true = (sample for sample in every if sample.subset == "sound_gen" and sample.label == "yes")
        yield from map(pair_of, islice(true, per_language))


Study = Callable[[argparse.Namespace], tuple[Iterable[Row], str]]
STUDIES: Mapping[str, Study] = {
    "making": _making,
    "readers": _readers,
    "decomposer": _decomposer,
    "check": _check,
    "judge": _judge,
    "doctor": _doctor,
}

if __name__ == "__main__":
    main()
