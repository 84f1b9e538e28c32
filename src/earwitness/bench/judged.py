"""What a judge said of a benchmark's pairs, as read from the records of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from earwitness.errors import UsageError
from earwitness.run import Run
from earwitness.run.store import Record
from earwitness.types import Pair

# The axis of judges that say how well a clip matches its caption.
ALIGNMENT = "alignment"


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair of a run, without its audio, and what the judge said.

    Attributes:
        id: the pair's.
        clip: what tells clips apart: the hash of the decoded clip; the pair's id where it could not be decoded.
        caption: of the pair.
        values: number by axis; empty where unscored.
        system: the generator.
        group: as the benchmark set it.
        language: of the caption.
        ratings: people's, by axis.
        meta: what else the benchmark carried along, ``part`` among it.
        answers: P(yes) by question of what a caption was taken apart into, as the score counts it: 0 where a parent
            failed. Questions without an answer that can be trusted are left out.
    """

    id: str
    clip: str
    caption: str
    values: Mapping[str, float]
    system: str | None = None
    group: str | None = None
    language: str | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Record) -> Judged:
        """A run's record as a benchmark sees it; a pair that waits counts as unscored."""
        pair, said = record.pair, record.said or {}
        return cls(
            id=pair["id"],
            clip=said.get("audio_sha256") or f"unheard {pair['id']}",
            caption=pair["caption"],
            values={axis: value for axis, value in said.get("values", {}).items() if value is not None},
            system=pair["system"],
            group=pair["group"],
            language=pair["language"],
            ratings=pair["ratings"],
            meta=pair["meta"],
            answers=dict(_answers(said.get("verdicts", ()))),
        )

    @classmethod
    def expected(cls, pair: Pair) -> Judged:
        """A pair that is still to be judged."""
        return cls(pair.id, pair.id, pair.caption, {}, pair.system, pair.group, pair.language, pair.ratings, pair.meta)


def _answers(verdicts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    for verdict in verdicts:
        item, status = verdict["item"], verdict["status"]
        # A caption that was asked as a whole was not taken apart.
        if item["kind"] != "caption" and status in ("ok", "blocked"):
            yield item["question"], verdict["p_yes"] if status == "ok" else 0.0


@dataclass(frozen=True, slots=True)
class Judgements:
    """All that a judge said of a benchmark.

    Attributes:
        judged: in the benchmark's order, the unscored among them.
        axes: the judge's axes with the lowest and the highest value of each.
        asked: the judge's axis by axis of ratings, where the caller named it.
    """

    judged: tuple[Judged, ...]
    axes: Mapping[str, tuple[float, float]]
    asked: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run, asked: Mapping[str, str] | None = None) -> Judgements:
        """Those of a run."""
        return cls(tuple(map(Judged.of, run.records())), run.axes, asked or {})

    def __iter__(self) -> Iterator[Judged]:
        return iter(self.judged)

    def __len__(self) -> int:
        return len(self.judged)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that the run has, in the order met."""
        return tuple(dict.fromkeys(judged.meta["part"] for judged in self.judged))

    def of_part(self, part: str) -> Judgements:
        """Those of one part."""
        return self.only(judged for judged in self.judged if judged.meta["part"] == part)

    def only(self, judged: Iterable[Judged]) -> Judgements:
        """Some of them."""
        return Judgements(tuple(judged), self.axes, self.asked)

    def by_part(self, together: str) -> Iterator[tuple[str, Judgements]]:
        """Those of each part, and before them all together under a name, where there are several parts."""
        if len(self.parts) > 1:
            yield together, self
        for part in self.parts:
            yield part, self.of_part(part)

    def by(self, key: str) -> dict[str, Judgements]:
        """Those of each value of a key of ``meta``, by value in order."""
        values = sorted({judged.meta[key] for judged in self.judged})
        return {value: self.only(judged for judged in self.judged if judged.meta[key] == value) for value in values}

    def by_language(self) -> Iterator[tuple[str, Judgements]]:
        """All of them, and those of each language."""
        yield "all", self
        for language in sorted({str(judged.language) for judged in self.judged}):
            yield language, self.only(judged for judged in self.judged if judged.language == language)

    def axis_for(self, rating: str, *, alignment: bool = True) -> str | None:
        """Which of the judge's axes speaks of an axis of ratings.

        The one that the caller named; or that of the same name, capitals aside; or, with ``alignment``, the axis that
        says how well a clip matches its caption.

        Returns:
            The axis, or None if the judge says nothing of it.

        Raises:
            UsageError: if the caller named an axis that the judge does not have.

        Example:
            >>> said = Judgements((), {"alignment": (0.0, 1.0), "pq": (1.0, 10.0)})
            >>> said.axis_for("PQ"), said.axis_for("REL"), said.axis_for("MI", alignment=False)
            ('pq', 'alignment', None)
        """
        if rating in self.asked:
            if self.asked[rating] not in self.axes:
                raise UsageError(f"the judge has no axis '{self.asked[rating]}'; it has {', '.join(self.axes)}.")
            return self.asked[rating]
        same = [axis for axis in self.axes if axis.lower() == rating.lower()]
        if same:
            return same[0]
        return ALIGNMENT if alignment and ALIGNMENT in self.axes else None
