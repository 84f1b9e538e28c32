"""EarwitnessBench's files as pairs; what is in them is told in ``scenes.dataset.rows``.

They are gone through once without their clips, to be counted and checked, and anew with them each time that they are
judged: all clips together do not fit into memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

from earwitness.errors import ManifestError
from earwitness.manifest.rows import at
from earwitness.rubrics.base import Domain
from earwitness.scenes.dataset.rows import MEETINGS
from earwitness.scenes.dataset.stored import Entry, Sample, read_samples
from earwitness.types import Pair

DOMAINS: tuple[Domain, ...] = get_args(Domain)


@dataclass(frozen=True, slots=True)
class Rows:
    """The samples of some domains, as often as one likes.

    Attributes:
        data: the set's folder.
        domains: which.
        size: how many they are.
    """

    data: Path
    domains: Collection[str]
    size: int

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Pair]:
        return (pair_of(sample) for sample in samples(self.data, self.domains, clips=True))


def samples(data: Path, domains: Collection[str], *, clips: bool = False) -> Iterator[Sample]:
    """Those of some domains.

    Raises:
        ManifestError: as in ``read_samples``.
    """
    return (sample for sample in read_samples(data, clips=clips) if domain_of(sample) in domains)


def domain_of(sample: Sample) -> str:
    """``sound`` of ``sound`` and ``sound_gen``."""
    return sample.subset.removesuffix("_gen")


def pair_of(sample: Sample) -> Pair:
    """A sample that was read with its clip, as a judge is given it.

    Raises:
        ManifestError: if its clip has no bytes.
    """
    if sample.audio is None:
        raise ManifestError(f"{sample.place}: audio has no bytes; wanted the clip, as `earwitness scenes make` has it.")
    return Pair(
        sample.audio,
        sample.caption,
        id=f"{sample.language}-{sample.uuid}",
        group=f"{sample.quartet}-{sample.language}",
        language=sample.language,
        meta={
            "part": domain_of(sample),
            "subset": sample.subset,
            "label": sample.label,
            "type": sample.type,
            "quartet": sample.quartet,
            "clip": sample.clip,
            "negative": sample.negative,
            "edits": list(sample.edits),
            "items": [_truth(entry) for entry in sample.entries],
        },
    )


def _truth(entry: Entry) -> Mapping[str, Any]:
    told = {"question": entry.item.question, "kind": entry.item.kind, "fact": entry.fact}
    return {**told, "answer": entry.answer, "edited": entry.edited}


def count(data: Path) -> Counter[str]:
    """Samples by domain, of a set that is whole.

    Raises:
        ManifestError: naming file and row, if a sample stands twice or in one language alone, a label is not what the
            answers to its items say, or a quartet's clips and captions do not all meet.
    """
    sizes: Counter[str] = Counter()
    places: dict[str, dict[str, str]] = {}
    for (language, quartet), found in groupby(read_samples(data), lambda sample: (sample.language, sample.quartet)):
        four = tuple(found)
        for sample in four:
            with at(sample.place):
                _check(sample, places.setdefault(language, {}))
            places[language][sample.uuid] = sample.place
        with at(four[0].place):
            _check_whole(quartet, four)
        sizes[domain_of(four[0])] += len(four)
    _check_alike(places)
    return sizes


def _check(sample: Sample, places: Mapping[str, str]) -> None:
    if sample.uuid in places:
        raise ManifestError(f"uuid {sample.uuid!r} is that of {places[sample.uuid]}; wanted each once.")
    if domain_of(sample) not in DOMAINS:
        raise ManifestError(f"subset is {sample.subset!r}; wanted one of {', '.join(DOMAINS)}, as it is or with _gen.")
    wanted = "yes" if all(entry.answer for entry in sample.entries) else "no"
    if sample.label != wanted:
        raise ManifestError(f"label is {sample.label!r}; wanted {wanted!r}, as the answers to its items say.")


def _check_whole(quartet: str, found: Sequence[Sample]) -> None:
    """Each clip and each caption is right once and wrong once, or a judge that has only one of them would know more."""
    names = [sample.clip for sample in found], [sample.caption for sample in found]
    if len(found) != len(MEETINGS) or not all(_once_yes_once_no(some, found) for some in names):
        raise ManifestError(
            f"quartet {quartet!r} has {len(found)} samples here, which are not its two clips with each of its two "
            "captions; wanted these four, one behind the other."
        )


def _once_yes_once_no(names: Sequence[str], found: Sequence[Sample]) -> bool:
    met = {(name, sample.label) for name, sample in zip(names, found, strict=True)}
    return len(met) == len(found) == 2 * len(set(names))


def _check_alike(places: Mapping[str, Mapping[str, str]]) -> None:
    for language, found in places.items():
        for other, others in places.items():
            for uuid in found.keys() - others.keys():
                raise ManifestError(
                    f"{found[uuid]}: uuid {uuid!r} is in {language} and not in {other}; wanted the same samples in "
                    "both. A set that was broken off is completed by the command that made it."
                )
