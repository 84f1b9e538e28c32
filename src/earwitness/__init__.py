"""Judges generated audio: does a clip do what its caption says, and how good does it sound?

The public names are resolved on first use, so that importing the package loads neither torch nor SciPy.

Example:
    >>> import earwitness as ew
    >>> judge = ew.AQAScore(ew.FakeBackbone({"dog": 0.9}))
    >>> judge.recipe.parts["template"]["number"]
    1
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from earwitness.audio import from_array, read_audio
    from earwitness.backbones import load_backbone
    from earwitness.backbones.fake import FakeBackbone
    from earwitness.bench.compare import compare_runs
    from earwitness.bench.runner import run_benchmark
    from earwitness.errors import EarwitnessError
    from earwitness.judges.aqascore import AQAScore
    from earwitness.judges.clapscore import CLAPScore
    from earwitness.judges.mos import MOSJudge
    from earwitness.judges.prompted import DigitExpectation, PromptedRating
    from earwitness.judges.rubric import RubricJudge
    from earwitness.judges.sampled import SampledYes
    from earwitness.manifest import read_pairs
    from earwitness.ratings import RatedPairs, read_ratings
    from earwitness.run import Run, evaluate, open_run
    from earwitness.types import Audio, Estimate, Item, Judge, Pair, Recipe, Rubric, Score, Verdict

__version__ = "0.1.0"

_HOMES = {
    "AQAScore": "earwitness.judges.aqascore",
    "Audio": "earwitness.types",
    "CLAPScore": "earwitness.judges.clapscore",
    "DigitExpectation": "earwitness.judges.prompted",
    "EarwitnessError": "earwitness.errors",
    "Estimate": "earwitness.types",
    "FakeBackbone": "earwitness.backbones.fake",
    "Item": "earwitness.types",
    "Judge": "earwitness.types",
    "MOSJudge": "earwitness.judges.mos",
    "Pair": "earwitness.types",
    "PromptedRating": "earwitness.judges.prompted",
    "RatedPairs": "earwitness.ratings",
    "Recipe": "earwitness.types",
    "Rubric": "earwitness.types",
    "RubricJudge": "earwitness.judges.rubric",
    "Run": "earwitness.run",
    "SampledYes": "earwitness.judges.sampled",
    "Score": "earwitness.types",
    "Verdict": "earwitness.types",
    "compare_runs": "earwitness.bench.compare",
    "evaluate": "earwitness.run",
    "from_array": "earwitness.audio",
    "load_backbone": "earwitness.backbones",
    "open_run": "earwitness.run",
    "read_audio": "earwitness.audio",
    "read_pairs": "earwitness.manifest",
    "read_ratings": "earwitness.ratings",
    "run_benchmark": "earwitness.bench.runner",
}

__all__ = [
    "AQAScore",
    "Audio",
    "CLAPScore",
    "DigitExpectation",
    "EarwitnessError",
    "Estimate",
    "FakeBackbone",
    "Item",
    "Judge",
    "MOSJudge",
    "Pair",
    "PromptedRating",
    "RatedPairs",
    "Recipe",
    "Rubric",
    "RubricJudge",
    "Run",
    "SampledYes",
    "Score",
    "Verdict",
    "compare_runs",
    "evaluate",
    "from_array",
    "load_backbone",
    "open_run",
    "read_audio",
    "read_pairs",
    "read_ratings",
    "run_benchmark",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'earwitness' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
