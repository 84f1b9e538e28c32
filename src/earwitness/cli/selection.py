"""Which pairs of a source a command means, and the run directory that is theirs by default."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earwitness.errors import UsageError

if TYPE_CHECKING:
    from earwitness.manifest import Pairs


class CaptionFrom(StrEnum):
    """Where captions come from when the source is a folder or glob."""

    auto = "auto"
    folder = "folder"
    txt = "txt"


@dataclass(frozen=True, slots=True)
class Selection:
    """The options that say how a source is read; each is named as on the command line."""

    caption_from: Annotated[
        CaptionFrom, typer.Option(help="Captions of a folder or glob: folder names, or same-named .txt files.")
    ] = CaptionFrom.auto
    column: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=NAME", help="A manifest's column by field: caption=prompt_en.")
    ] = None
    limit: Annotated[int | None, typer.Option(min=1, help="Score only so many pairs.")] = None
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="Score the I-th of N parts, 1/N to N/N.")] = None
    seed: Annotated[int | None, typer.Option(help="With --limit: a seeded sample instead of the first pairs.")] = None
    allow_outside_root: Annotated[
        bool, typer.Option("--allow-outside-root", help="Accept clips outside the manifest's folder.")
    ] = False

    def given(self) -> list[str]:
        """The options that differ from their defaults.

        Example:
            >>> Selection(limit=3, shard="1/2").given()
            ['--limit', '--shard']
        """
        return ["--" + f.name.replace("_", "-") for f in fields(self) if getattr(self, f.name) != f.default]

    def read(self, source: str, *, captions_optional: bool = False) -> Pairs:
        """The pairs of a source; captions may be missing where the judge needs none."""
        from earwitness.manifest import read_pairs

        return read_pairs(
            source,
            caption_from=self.caption_from.value,
            columns=columns_by_field(self.column or ()),
            captions_optional=captions_optional,
            limit=self.limit,
            shard=_shard(self.shard) if self.shard else None,
            seed=self.seed,
            allow_outside_root=self.allow_outside_root,
        )

    def run_directory(self, source: str, recipe: str) -> Path:
        """``runs/NAME-INPUT-RECIPE``: another source, part or sample of the same name gets a directory of its own.

        Example:
            >>> Selection().run_directory("data/generated.csv", "4b1d").name.split("-")[::2]
            ['generated', '4b1d']
        """
        told: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)} | {"column": self.column or []}
        what = json.dumps([Path(source).absolute().as_posix(), told], ensure_ascii=True)
        return Path("runs") / f"{_name(source)}-{hashlib.sha256(what.encode()).hexdigest()[:6]}-{recipe}"


def show(pairs: Pairs) -> None:
    """How a source is read, how many pairs it has, and the first three.

    Raises:
        ManifestError: as scoring it would.
    """
    count = pairs.check()
    print(json.dumps({**pairs.mapping, "pairs": count}, ensure_ascii=False, indent=2))
    for pair in islice(pairs, 3):
        name = pair.meta.get("audio") or pair.id
        print(f"{name!r}: {pair.caption!r}")


def columns_by_field(named: Sequence[str]) -> dict[str, str]:
    """Columns by field.

    Example:
        >>> columns_by_field(("caption=prompt_en", "ratings.quality=MOS"))
        {'caption': 'prompt_en', 'ratings.quality': 'MOS'}
    """
    wrong = [text for text in named if "=" not in text]
    if wrong:
        raise UsageError(f"--column is {wrong[0]!r}; wanted FIELD=NAME, such as caption=prompt_en.")
    return {field: name for field, _, name in (text.partition("=") for text in named)}


def _shard(text: str) -> tuple[int, int]:
    """Part and number of parts, both counted from 1.

    Example:
        >>> _shard("2/8")
        (2, 8)
    """
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise UsageError(f"--shard is {text!r}; wanted I/N with 1 <= I <= N, such as 1/8.")
    return int(part), int(parts)


def _name(source: str) -> str:
    """What a source is called, without the parts of a glob that match.

    Example:
        >>> _name("data/generated.csv"), _name("clips/**/*.wav")
        ('generated', 'clips')
    """
    plain = Path(*[part for part in Path(source).parts if not any(sign in part for sign in "*?[")] or ["run"])
    return plain.resolve().stem if plain.name in ("", ".", "..") else plain.stem
