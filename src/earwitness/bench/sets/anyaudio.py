"""AnyAudio-Judge Bench: does a clip match its caption, in English and Chinese, over speech, sound, music and mixes?

Source: AnyAudio-Judge, arXiv 2606.03116. The files are in ``anyaudio_files``.

Pairs of one clip, such as those of its two captions, may be alike. Clips are told by their content, so both languages
of a clip fall on one side where a threshold is fitted (see ``yes_or_no``). A pair without a score stays in the total.
A part ``en+zh`` puts both languages together where a run has both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from earwitness.bench.base import About, Contents, Part, Published
from earwitness.bench.gold import one_each
from earwitness.bench.judged import ALIGNMENT, Judged, Judgements
from earwitness.bench.measurements import Measurement, labelled
from earwitness.bench.sets.anyaudio_files import Rows, Sample, files_by_part, samples
from earwitness.bench.yes_or_no import YesOrNo, matches
from earwitness.rubrics.grounding import grounded
from earwitness.rubrics.parse import WrittenItem
from earwitness.rubrics.template import whole_caption
from earwitness.types import Item, Rubric, language_of, says_something

PAIRS = 7920
BOTH = "en+zh"

_README = "github.com/CuCl-2/AnyAudio-Judge, README"
_QUOTED = "arXiv 2606.03116, ablation, as quoted by others"
_ACCURACIES: Mapping[str, tuple[float, float]] = {
    "Audio Flamingo 3, rubric": (0.6419, 0.6391),
    "MiDashengLM, rubric": (0.6794, 0.6835),
    "Kimi-Audio-7B-Instruct, rubric": (0.7081, 0.7084),
    "Qwen2.5-Omni-7B, rubric": (0.7224, 0.7193),
    "Qwen3-Omni-30B-A3B-Instruct, rubric": (0.7734, 0.7682),
    "Qwen3-Omni-30B-A3B-Captioner, rubric": (0.7677, 0.7666),
    "Gemini-2.5-Pro, holistic": (0.7772, 0.8001),
    "AnyAudio-Judge, rubric": (0.8445, 0.8526),
}
_ABLATION: Mapping[str, float] = {
    "AnyAudio-Judge's base, holistic": 0.6533,
    "AnyAudio-Judge's base, rubric": 0.7666,
    "AnyAudio-Judge after SFT, rubric": 0.8402,
    "AnyAudio-Judge after SFT and GRPO, rubric": 0.8526,
}


class AnyAudio(YesOrNo):
    """Accuracy by language, subset and type at a threshold, and AUC.

    Args:
        threshold: score from which a clip is called a match; 0.5 and a fitted one if None.
    """

    name = "anyaudio"
    about = About(
        measures="whether a clip matches its caption, where half of the captions were swapped or altered",
        size="7,920 pairs a language, en and zh, of the same clips",
        licence="the clips' own (Clotho, Song Describer, InstructTTSEval and others)",
        where="huggingface.co/datasets/cucl2/AnyAudio-Judge-Bench; the whole folder",
    )
    parts = (
        Part("en", "English captions; chance 50 %", PAIRS),
        Part("zh", "Chinese captions; chance 50 %", PAIRS),
    )
    published = tuple(
        Published(judge, part, "accuracy", value, _README, "code")
        for judge, values in _ACCURACIES.items()
        for part, value in zip(("en", "zh"), values, strict=True)
    ) + tuple(Published(judge, "zh", "accuracy", value, _QUOTED, "second-hand") for judge, value in _ABLATION.items())

    def cluster(self, judged: Judged) -> str:
        """The clip."""
        return judged.clip

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """Every row as a pair; a part without files is left out and noted, a pair without a rubric is counted.

        Raises:
            ManifestError: if no part has files, or a row is not as published.
        """
        files = files_by_part(data, [part.name for part in parts])
        told = {name: Counter(bool(sample.rubric) for sample in samples(found)) for name, found in files.items()}
        sizes = {name: counted.total() for name, counted in told.items()}
        missing = [f"{part.name}: no Parquet files of it here, left out" for part in parts if part.name not in files]
        empty = [f"{name}: {told[name][False]:,} pairs come without a rubric" for name in told if told[name][False]]
        rows = Rows(data if data.is_dir() else data.parent, files, sizes)
        return Contents(rows, {part.name: sizes.get(part.name, 0) for part in parts}, (*missing, *empty))

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """AUC by part and subset; accuracy by part, subset and type."""
        if ALIGNMENT not in said.axes:
            return
        for part in said.parts:
            yield from self._of_part(part, said.of_part(part))
        if len(said.parts) > 1:
            yield from self._of_part(BOTH, said)

    def _of_part(self, part: str, said: Judgements) -> Iterator[Measurement]:
        subsets = {"all": said, **said.by("subset")}
        for name, some in subsets.items():
            yield from labelled(some, part, matches, subset=name)
        # Of one type all labels are alike: there is an accuracy, and no AUC.
        yield from self.calls(part, said, {**subsets, **said.by("type")})

    def gold_rubrics(self, data: Path, parts: Sequence[Part]) -> Mapping[str, Rubric]:
        """The benchmark's own rubrics by caption; the questions are in Chinese for both languages.

        A caption without a rubric is asked as a whole, and flagged ``not_decomposed``; where a caption has several
        rubrics the first is kept, and flagged ``rubrics_differ``.

        Raises:
            ManifestError: as in ``read``.
        """
        files = files_by_part(data, [part.name for part in parts]).values()
        told = (sample for some in files for sample in samples(some) if says_something(sample.caption))
        return one_each((sample.caption, _gold(sample)) for sample in told)


def _gold(sample: Sample) -> Rubric:
    if not sample.rubric:
        language = language_of(sample.caption)
        return Rubric((whole_caption(sample.caption, language),), language, "benchmark", ("not_decomposed",))
    items = (_item(f"q{number}", one, sample.caption) for number, one in enumerate(sample.rubric, start=1))
    asked = " ".join(one.question for one in sample.rubric)
    return Rubric(tuple(items), language_of(asked), "benchmark")


def _item(name: str, written: WrittenItem, caption: str) -> Item:
    """An item asked as it was written, whether or not the caption says its words; where it does, they tell its kind."""
    found = grounded([written], caption, language_of(written.question))
    known = found[0] if found else Item(name, written.question, "style", written.dimension)
    return replace(known, id=name, question=written.question)
