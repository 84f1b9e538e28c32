"""A set into its folder, shard by shard; broken off, it goes on where it was.

settings.json                          all that determines the set; another set is never written over
en/test-00000-of-00020.parquet, ...    shards of a hundred quartets, each written as a whole
zh/...                                 the same clips with Chinese captions
README.md                              what is in it (``card``), written last
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from earwitness.errors import ClipError, StoreError, UsageError
from earwitness.manifest.parquet import parquet_library
from earwitness.run.progress import Progress
from earwitness.scenes.clip_folders import check_same, write_settings, writing
from earwitness.scenes.dataset.card import CARD, write_card
from earwitness.scenes.dataset.ingredients import Ingredients
from earwitness.scenes.dataset.quartets import draw_quartet
from earwitness.scenes.dataset.rows import MEETINGS, Made, rows, write_shard
from earwitness.scenes.dataset.stored import LANGUAGES
from earwitness.scenes.domains.base import Domain, Subset
from earwitness.types import Language

# The next number when the same settings come to give other samples.
VERSION = 1
SETTINGS = "settings.json"
QUARTETS_A_SHARD = 100
# Of each subset, as the AnyAudio-Judge Bench has them; what cannot be made here leaves its place to the others.
SHARES: Mapping[Subset, int] = {
    "speech": 1200,
    "speech_gen": 2000,
    "sound": 1000,
    "sound_gen": 1200,
    "music": 720,
    "music_gen": 800,
    "mix": 1000,
}
# Draws of a quartet that cannot be rendered: more than a damaged recording here and there.
ATTEMPTS = 5

Tell: TypeAlias = Callable[[str], None]
Place: TypeAlias = tuple[Subset, int]


def make(
    folder: Path,
    ingredients: Ingredients,
    *,
    n: int,
    seed: int = 0,
    tell: Tell = print,
    shown: bool | None = None,
) -> Path:
    """Make a set, or the rest of one.

    Args:
        folder: made if need be; one that holds a part of the same set is completed.
        ingredients: what clips are made of.
        n: samples in each language, four to a quartet.
        seed: same ingredients and seed, same set.
        tell: where remarks go, such as a clip that could not be made and was drawn anew.
        shown: whether to draw a progress bar; None draws on a terminal.

    Returns:
        The card's path.

    Raises:
        UsageError: if n is no multiple of four.
        MissingDependencyError: if pyarrow is not here.
        StoreError: if the folder holds another set or something else, or cannot be written.
    """
    if n < len(MEETINGS) or n % len(MEETINGS):
        raise UsageError(f"n is {n}; wanted a multiple of {len(MEETINGS)}: two clips and two captions meet each other.")
    # If it is missing, that is said before a hundred quartets are rendered.
    parquet_library("a set of clips in Parquet")
    domains = ingredients.domains
    plan = schedule(tuple(domains), n // len(MEETINGS))
    parts = [plan[start : start + QUARTETS_A_SHARD] for start in range(0, len(plan), QUARTETS_A_SHARD)]
    with writing(folder), Progress(len(plan), shown, "making quartets") as progress:
        made_of = {f"made of {what}": origin for what, origin in ingredients.origins.items()}
        _settle(folder, {"version": VERSION, "n": n, "seed": seed, **made_of})
        for number, due in enumerate(parts):
            name = f"test-{number:05}-of-{len(parts):05}.parquet"
            files: dict[Language, Path] = {language: folder / language / name for language in LANGUAGES}
            if all(file.is_file() for file in files.values()):
                progress.skip(len(due))
                continue
            _write(files, _quartets(domains, due, seed, tell, progress))
        write_card(folder, ingredients, n=n, seed=seed)
    return folder / CARD


def schedule(subsets: Sequence[Subset], quartets: int) -> list[Place]:
    """Which quartet of which subset comes when: as many of each as its share, evenly spread.

    Example:
        >>> schedule(("sound", "music"), 5)
        [('sound', 0), ('music', 0), ('sound', 1), ('music', 1), ('sound', 2)]
    """
    whole = sum(SHARES[subset] for subset in subsets)
    due = {subset: quartets * SHARES[subset] / whole for subset in subsets}
    quotas = {subset: int(share) for subset, share in due.items()}
    for subset in sorted(due, key=lambda subset: quotas[subset] - due[subset])[: quartets - sum(quotas.values())]:
        quotas[subset] += 1
    places = [
        ((number + 0.5) / quotas[subset], subset, number) for subset in subsets for number in range(quotas[subset])
    ]
    return [(subset, number) for _, subset, number in sorted(places)]


def _settle(folder: Path, settings: Mapping[str, Any]) -> None:
    """Note what the set is, or see that it is the one that is there."""
    note = folder / SETTINGS
    if note.is_file():
        check_same(note, settings)
    elif any(folder.iterdir()):
        raise StoreError(f"{folder} holds something other than a set of clips. Name another folder.")
    else:
        write_settings(note, settings)


def _quartets(
    domains: Mapping[Subset, Domain[Any]], due: Sequence[Place], seed: int, tell: Tell, progress: Progress
) -> Iterator[Made]:
    for subset, number in due:
        yield _made(domains[subset], number, seed, tell)
        progress.advance(scored=True)


def _made(domain: Domain[Any], number: int, seed: int, tell: Tell) -> Made:
    """A quartet with its clips; drawn anew where a recording turns out to be damaged."""
    for attempt in range(ATTEMPTS):
        try:
            # Recorded voices are heard when they are drawn, others when they are rendered.
            return Made.of(draw_quartet(domain, number, seed, attempt), domain)
        except ClipError as error:
            tell(f"quartet {number} of {domain.subset} cannot be made as drawn: {error}")
            last = error
    raise StoreError(f"{ATTEMPTS} clips in a row could not be made; the last: {last}") from last


def _write(files: Mapping[Language, Path], quartets: Iterable[Made]) -> None:
    """One shard in every language; all its clips are in memory, some 20 MB."""
    made = list(quartets)
    for language, file in files.items():
        write_shard(file, [row for one in made for row in rows(one, language)])
