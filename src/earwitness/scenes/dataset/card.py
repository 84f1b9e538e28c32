"""The data card of a set: what is in it, of what it is made, where its words end; counted from its own files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from string import Template
from typing import get_args

import earwitness
from earwitness.run.whole_files import replacing
from earwitness.scenes.bands import LEVELS, Band
from earwitness.scenes.dataset.ingredients import Ingredients
from earwitness.scenes.dataset.quartets import DISTANCE_FLOOR
from earwitness.scenes.dataset.stored import Sample, read_samples
from earwitness.scenes.domains.base import Subset

CARD = "README.md"
TYPES = ("pos", "neg_change", "neg_swap")

# A text of Markdown with gaps such as $seed.
TEMPLATE = "card.md"


def write_card(folder: Path, ingredients: Ingredients, *, n: int, seed: int) -> None:
    """Count what a set holds and write its card."""
    english = list(read_samples(folder, ("en",)))
    template = Template(resources.files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8"))
    text = template.substitute(
        samples=f"{n:,}",
        clips=f"{len({sample.clip for sample in english}):,}",
        seed=seed,
        version=earwitness.__version__,
        floor=f"{DISTANCE_FLOOR:.0%}",
        types=" | ".join(TYPES),
        rules="|".join(["---:"] * len(TYPES)),
        counts="\n".join(_counts(english)),
        edits=_told(Counter(sample.edits for sample in _quartets(english) if sample.edits)),
        answers=_told(Counter("yes" if entry.answer else "no" for sample in english for entry in sample.entries)),
        origins="\n".join(f"- {what}: {origin}" for what, origin in ingredients.origins.items()),
        missing="".join(f"- not made: `{subset}`, as {why}\n" for subset, why in _missing(ingredients)),
        bands="\n".join(
            _line(subset, name, band)
            for subset, domain in ingredients.domains.items()
            for name, band in domain.bands.items()
        ),
    )
    with replacing(folder / CARD) as part:
        part.write_text(text, encoding="utf-8")


def _counts(samples: Iterable[Sample]) -> Iterator[str]:
    counted = Counter((sample.subset, sample.type) for sample in samples)
    for subset in sorted({subset for subset, _ in counted}):
        yield f"| `{subset}` | " + " | ".join(f"{counted[subset, type]:,}" for type in TYPES) + " |"


def _missing(ingredients: Ingredients) -> Iterator[tuple[str, str]]:
    """Subsets that are missing; why there are no instruments names paths of this machine."""
    return ((what, why) for what, why in ingredients.missing.items() if what in get_args(Subset))


def _quartets(samples: Iterable[Sample]) -> Iterable[Sample]:
    """One sample of each quartet."""
    return {sample.quartet: sample for sample in samples}.values()


def _told(counts: Counter[tuple[str, ...]] | Counter[str]) -> str:
    """What was counted, the most frequent first.

    Example:
        >>> _told(Counter([("order",), ("order",), ("count", "order")]))
        'order 2, count and order 1'
    """
    named = ((what if isinstance(what, str) else " and ".join(what), count) for what, count in counts.most_common())
    return ", ".join(f"{what} {count:,}" for what, count in named)


def _line(subset: str, name: str, band: Band) -> str:
    low, high = (" to ".join(f"{end:g}" for end in dict.fromkeys(band.range_of(level))) for level in LEVELS)
    return f"| `{subset}` | {name} | {low} | {high} | {band.unit} |"
