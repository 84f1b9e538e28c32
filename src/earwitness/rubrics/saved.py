"""Rubrics as a file that people read, edit and give back.

JSON Lines, one caption each: ``{"caption", "language", "source", "items": [...]}``, an item being ``{"id", "kind",
"question"}`` and, where it has them, ``dimension``, ``words`` (those of the caption that it stands for), ``at`` (where
they begin), ``parents`` and ``weight``. ``language`` is that of the questions, told by their script when not given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from earwitness.errors import CaptionError, ManifestError, StoreError, UsageError
from earwitness.rubrics.base import Caption, Decomposed
from earwitness.run.whole_files import replacing
from earwitness.types import Item, Kind, Language, Rubric, language_of

_ITEM_FIELDS = {"id", "kind", "question", "dimension", "words", "at", "parents", "weight"}
_RUBRIC_FIELDS = {"caption", "language", "source", "flags", "items"}


class SavedRubrics:
    """A ``Decomposer`` that looks captions up in a file of rubrics.

    Args:
        path: the file.

    Attributes:
        rubrics: all that it holds, by caption.

    Raises:
        ManifestError: if it cannot be read as rubrics; the text names the line.
    """

    name = "saved"

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.rubrics = read_rubrics(self.path)
        # Of the questions, in whatever order they stand; who made them changes no number.
        asked = (replace(rubric, source="", flags=()) for rubric in self.rubrics.values())
        lines = "\n".join(sorted(map(rubric_line, self.rubrics, asked)))
        self._sha256 = hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def identity(self) -> Mapping[str, Any]:
        """The hash of all rubrics' questions."""
        return {"name": self.name, "sha256": self._sha256}

    def decompose(self, captions: Sequence[Caption]) -> list[Decomposed]:
        """The rubric of each caption; an error in the place of one that the file does not hold."""
        return [self.rubrics.get(caption.text) or self._missing(caption.text) for caption in captions]

    def _missing(self, caption: str) -> CaptionError:
        return CaptionError(
            f"{self.path.name} holds no rubric for the caption {caption[:80]!r}. Add one: earwitness rubric prints it.",
            code="no_rubric",
        )


def rubric_line(caption: str, rubric: Rubric) -> str:
    """One line of a file of rubrics.

    Example:
        >>> item = Item("e1", "Can you hear a dog?", "event", span=(2, 5))
        >>> print(rubric_line("A dog.", Rubric((item,), "en", "rules 1")))
        {"caption": "A dog.", "language": "en", "source": "rules 1", "items": [{"id": "e1", "kind": "event", \
"question": "Can you hear a dog?", "words": "dog", "at": 2}]}
    """
    told = {"caption": caption, "language": rubric.language, "source": rubric.source}
    flags = {"flags": list(rubric.flags)} if rubric.flags else {}
    items = [_item_record(caption, item) for item in rubric.items]
    line = json.dumps({**told, **flags, "items": items}, ensure_ascii=False)
    # Half a pair of surrogates cannot be written as UTF-8, but as an escape.
    return line if _is_unicode(line) else json.dumps({**told, **flags, "items": items})


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _item_record(caption: str, item: Item) -> dict[str, Any]:
    record: dict[str, Any] = {"id": item.id, "kind": item.kind, "question": item.question}
    if item.dimension:
        record["dimension"] = item.dimension
    if item.span:
        record.update(words=caption[slice(*item.span)], at=item.span[0])
    if item.parents:
        record["parents"] = list(item.parents)
    if item.weight != 1.0:
        record["weight"] = item.weight
    return record


def write_rubrics(path: str | Path, rubrics: Iterable[tuple[str, Rubric]]) -> None:
    """Write captions with their rubrics; a file of that name is replaced as a whole.

    Raises:
        StoreError: if it cannot be written.
    """
    try:
        with replacing(Path(path)) as part, part.open("w", encoding="utf-8") as file:
            file.writelines(rubric_line(caption, rubric) + "\n" for caption, rubric in rubrics)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}. Name another file.") from error


def read_rubrics(path: str | Path) -> dict[str, Rubric]:
    """Rubrics by caption.

    Raises:
        ManifestError: if the file cannot be read as rubrics; the text names the line.
    """
    rubrics: dict[str, Rubric] = {}
    for number, line in enumerate(_lines(Path(path)), start=1):
        if line.strip():
            where = f"{Path(path).name}, line {number}"
            caption, rubric = _read_line(where, line)
            if caption in rubrics:
                raise ManifestError(f"{where}: a second rubric for {caption[:80]!r}; wanted one a caption.")
            rubrics[caption] = rubric
    if not rubrics:
        raise ManifestError(f"{path} holds no rubrics; wanted JSON Lines as `earwitness rubric --out` writes them.")
    return rubrics


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} cannot be read as rubrics: {error}. Wanted JSON Lines in UTF-8.") from error


def _read_line(where: str, line: str) -> tuple[str, Rubric]:
    try:
        told = json.loads(line)
        _check_fields(where, told, _RUBRIC_FIELDS, ("caption", "items"))
        caption = _text(where, "caption", told["caption"])
        items = tuple(_read_item(where, caption, item) for item in _list(where, "items", told["items"]))
        asked = " ".join(item.question for item in items)
        language = told.get("language", language_of(asked))
        if language not in get_args(Language):
            raise ManifestError(f"{where}: language is {language!r}; wanted en or zh.")
        flags = tuple(_text(where, "a flag", flag) for flag in _list(where, "flags", told.get("flags", [])))
        return caption, Rubric(items, language, _text(where, "source", told.get("source", "saved")), flags)
    except ManifestError:
        raise
    except (ValueError, TypeError, UsageError) as error:
        raise ManifestError(f"{where}: {error}") from error


def _read_item(where: str, caption: str, told: Mapping[str, Any]) -> Item:
    _check_fields(where, told, _ITEM_FIELDS, ("id", "kind", "question"))
    if told["kind"] not in get_args(Kind):
        raise ManifestError(
            f"{where}: item '{told['id']}' is of kind {told['kind']!r}; wanted one of {', '.join(get_args(Kind))}."
        )
    name = f"item '{told['id']}'"
    return Item(
        id=_text(where, "an item's id", told["id"]),
        question=_text(where, f"the question of {name}", told["question"]),
        kind=told["kind"],
        dimension=str(told.get("dimension", "")),
        span=_span(where, caption, told),
        parents=tuple(_text(where, "a parent", p) for p in _list(where, f"parents of {name}", told.get("parents", []))),
        weight=float(told.get("weight", 1.0)),
    )


def _text(where: str, what: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ManifestError(f"{where}: {what} is {value!r}; wanted a text.")
    return value


def _list(where: str, what: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ManifestError(f"{where}: {what}: got {value!r}; wanted a list.")
    return value


def _span(where: str, caption: str, told: Mapping[str, Any]) -> tuple[int, int] | None:
    words, place = told.get("words"), told.get("at", 0)
    if words is None:
        return None
    if not isinstance(place, int):
        raise ManifestError(f"{where}: item '{told['id']}' begins at {place!r}; wanted a number of characters.")
    start = caption.find(_text(where, "words", words), max(place, 0))
    if start < 0:
        raise ManifestError(f"{where}: item '{told['id']}' stands for {words!r}, which its caption does not say there.")
    return start, start + len(words)


def _check_fields(where: str, told: Any, known: set[str], needed: tuple[str, ...]) -> None:
    if not isinstance(told, dict):
        raise ManifestError(f"{where}: got {json.dumps(told)[:60]}; wanted an object with {', '.join(needed)}.")
    missing = [field for field in needed if field not in told]
    strange = [field for field in told if field not in known]
    if missing or strange:
        raise ManifestError(
            f"{where}: got {', '.join(told) or 'nothing'}; wanted {', '.join(needed)} and of "
            f"{', '.join(sorted(known))} no others."
        )
