"""Natural recordings among generated clips, and the systems that made the others.

Judges and people agree more easily on natural recordings than on what a generator made of a caption, so a figure must
say which were used. A pair of a natural recording carries ``meta["natural"]``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from earwitness.bench.judged import Judged, Judgements
from earwitness.metrics.uncertainty import MIN_CLUSTERS
from earwitness.types import Pair

NATURAL = "natural"
GENERATED = "generated"


def origins(said: Judgements) -> Iterator[tuple[str, Judgements]]:
    """Subsets by origin: ``generated``, ``natural``, and each generator of at least five pairs by its name.

    Example:
        >>> clips = [Judged(str(n), str(n), "rain", {}, "tango", meta={"natural": n < 2}) for n in range(7)]
        >>> [(name, len(some)) for name, some in origins(Judgements(tuple(clips), {}))]
        [('generated', 5), ('natural', 2), ('tango', 5)]
    """
    by_origin: defaultdict[str, list[Judged]] = defaultdict(list)
    by_system: defaultdict[str, list[Judged]] = defaultdict(list)
    for judged in said:
        natural = judged.meta[NATURAL]
        by_origin[NATURAL if natural else GENERATED].append(judged)
        if not natural:
            by_system[str(judged.system)].append(judged)
    systems = ((system, some) for system, some in sorted(by_system.items()) if len(some) >= MIN_CLUSTERS)
    for name, some in (*sorted(by_origin.items()), *systems):
        yield name, said.only(some)


def natural_notes(pairs: Iterable[Pair]) -> tuple[str, ...]:
    """How many pairs of each part are natural recordings, in words."""
    counts: Counter[tuple[str, bool]] = Counter((pair.meta["part"], pair.meta[NATURAL]) for pair in pairs)
    parts = dict.fromkeys(part for part, _ in counts)
    return tuple(
        f"{part}: {counts[part, True]:,} of {counts[part, True] + counts[part, False]:,} pairs are natural recordings; "
        f"they are in 'all' and not in '{GENERATED}'."
        for part in parts
    )
