"""EarwitnessBench: is a caption told from one that is false of a clip in one, two or most of its facts?

Clips are made, so every fact of them is known (see ``scenes.dataset``): voices, sounds, music and mixes of them, with
captions in English and Chinese. Of a quartet each of two captions is held against each of two clips, so a reader of
captions alone and a listener to clips alone are at chance, of all pairs and of every subset that is measured. What a
quartet holds may be alike, in both languages: intervals draw whole quartets.

Items, of judges that answer the set's own questions (``--gold-rubrics``): a *changed* item is one to which the two
clips of the quartet have different answers, so that half of them are yes and the question alone tells nothing. An item
that the judge blocked, as what it rests on is missing, is answered no; one without an answer that can be trusted stays
in the total.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from earwitness.bench.base import About, Contents, Part
from earwitness.bench.decisions import EVEN, called, decided, true_captions
from earwitness.bench.gold import one_each
from earwitness.bench.judged import ALIGNMENT, Judged, Judgements
from earwitness.bench.measurements import Measurement, labelled
from earwitness.bench.sets.earwitness_files import Rows, count, samples
from earwitness.bench.yes_or_no import YesOrNo, matches
from earwitness.types import Rubric

ALL = "all domains"
UNIT = "items"


class EarwitnessBench(YesOrNo):
    """AUC, accuracy and choice between two captions by domain, language, subset and change; items by kind and fact.

    Args:
        threshold: score from which a clip is called a match; 0.5 and a fitted one if None.
    """

    name = "earwitness"
    about = About(
        measures="captions told from such as are false in known facts (order, count, pitch, ...), item by item too",
        size="as many pairs as are made: 7,920 a language, en and zh, if nothing else is said",
        licence="of our own making; that of the recordings where some were used, see the set's README.md",
        where="made by `earwitness scenes make --preset bench --out DIR`",
    )
    parts = (
        Part("speech", "voices: who speaks, how, which words"),
        Part("sound", "events: what is heard, in which order, how often"),
        Part("music", "instruments, tempo, mode, register"),
        Part("mix", "scenes of all of them"),
    )

    def cluster(self, judged: Judged) -> str:
        """The quartet."""
        return str(judged.meta["quartet"])

    def read(self, data: Path, parts: Sequence[Part]) -> Contents:
        """Every sample as a pair; a domain without samples is left out and noted.

        Raises:
            ManifestError: naming file and row, if the set is not whole or a row is not as written.
        """
        sizes = count(data)
        counts = {part.name: sizes[part.name] for part in parts}
        missing = [f"{name}: no samples of it here, left out" for name, size in counts.items() if not size]
        return Contents(Rows(data, tuple(counts), sum(counts.values())), counts, tuple(missing))

    def gold_rubrics(self, data: Path, parts: Sequence[Part]) -> Mapping[str, Rubric]:
        """The set's own rubrics by caption; the questions are in the captions' language.

        Raises:
            ManifestError: as in ``read_samples``.
        """
        found = samples(data, [part.name for part in parts])
        return one_each((sample.caption, sample.rubric) for sample in found)

    def measurements(self, said: Judgements) -> Iterator[Measurement]:
        """Pairs, all domains together and each; then items, where the judge answered the set's own questions."""
        if ALIGNMENT not in said.axes:
            return
        for part, some in said.by_part(ALL):
            yield from self._of_pairs(part, some)
        if _answers_some(said):
            for part, some in _items(said).by_part(ALL):
                yield from self._of_items(part, some)

    def notes(self, said: Judgements) -> tuple[str, ...]:
        """That a judge took captions apart into questions of its own, if it did."""
        if not any(judged.answers for judged in said) or _answers_some(said):
            return ()
        return (
            "none of the judge's questions is the set's own, so there are no figures of items; `--gold-rubrics FILE` "
            "writes the set's, to judge with `--judge rubric --rubrics FILE`",
        )

    def _of_pairs(self, part: str, said: Judgements) -> Iterator[Measurement]:
        whole = {**dict(said.by_language()), **_subsets(said)}
        every = {**whole, **_negatives(said)}
        for name, some in every.items():
            yield from labelled(some, part, matches, subset=name, cluster=self.cluster)
        for name, some in every.items():
            choices = true_captions(some, matches, lambda judged: str(judged.meta["clip"]), self.cluster)
            yield decided(part, "choice", choices, subset=name, unit="choices")
        yield from self.calls(part, said, whole)

    def _of_items(self, part: str, items: Judgements) -> Iterator[Measurement]:
        changed = items.only(item for item in items if item.meta["edited"])
        every = {**dict(changed.by_language()), **_kinds(changed)}
        for name, some in every.items():
            yield from labelled(some, part, _holds, of="changed item", subset=name, cluster=self.cluster, unit=UNIT)
        for name, some in every.items():
            yield self._answered(part, f"changed item at {EVEN:g}", name, some)
        for holds, name in ((True, "yes is right"), (False, "no is right")):
            some = items.only(item for item in items if _holds(item) == holds)
            yield self._answered(part, f"any item at {EVEN:g}", name, some)

    def _answered(self, part: str, of: str, subset: str, items: Judgements) -> Measurement:
        decisions = (called(item, EVEN, _holds, self.cluster) for item in items)
        return decided(part, of, decisions, subset=subset, unit=UNIT)


def _subsets(said: Judgements) -> Mapping[str, Judgements]:
    """Those of one domain, where it has several."""
    found = said.by("subset")
    return found if len(said.parts) == 1 and len(found) > 1 else {}


def _negatives(said: Judgements) -> Mapping[str, Judgements]:
    """By how captions come to be false; changes of one fact by the fact, over several domains where several have it."""
    found = {}
    for negative, some in said.by("negative").items():
        found[negative] = some
        single = some.only(judged for judged in some if len(judged.meta["edits"]) == 1)
        for fact in sorted({judged.meta["edits"][0] for judged in single}):
            changed = single.only(judged for judged in single if judged.meta["edits"][0] == fact)
            if len(said.parts) == 1 or len(changed.parts) > 1:
                found[f"{negative}: {fact}"] = changed
    return found


def _kinds(items: Judgements) -> Mapping[str, Judgements]:
    """By kind, and by fact where a kind has several."""
    found = {}
    for kind, some in items.by("kind").items():
        found[kind] = some
        facts = some.by("fact")
        found |= {f"{kind}: {fact}": asked for fact, asked in facts.items() if len(facts) > 1}
    return found


def _answers_some(said: Judgements) -> bool:
    return any(told["question"] in judged.answers for judged in said for told in judged.meta["items"])


def _items(said: Judgements) -> Judgements:
    """Each item as a pair of its own, answered or not."""
    return said.only(item for judged in said for item in _items_of(judged))


def _items_of(judged: Judged) -> Iterator[Judged]:
    kept = {key: judged.meta[key] for key in ("part", "quartet")}
    for number, told in enumerate(judged.meta["items"], start=1):
        question = told["question"]
        values = {ALIGNMENT: judged.answers[question]} if question in judged.answers else {}
        name = f"{judged.id}-{number}"
        yield Judged(name, judged.clip, question, values, language=judged.language, meta={**told, **kept})


def _holds(item: Judged) -> bool:
    return bool(item.meta["answer"])
