"""The judge that ships with the package: a few million weights in ``models/nano``, loaded like any other checkpoint.

Beside its weights it brings what it was taught: ``vocabulary.json`` tells whether a caption names a sound it knows, so
that it need not guess, and ``window_null.json`` how it scores windows in which the sound asked for is absent.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from earwitness.backbones import LoadOptions
from earwitness.backbones.checkpoint import read_checkpoint
from earwitness.backbones.hf import HFBackbone
from earwitness.types import language_of

FOLDER = Path(__file__).parents[1] / "models" / "nano"

_HAN = re.compile(r"[\u3400-\u9fff]+")
# Letters with their marks, in any script but Chinese.
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one judge.

    Attributes:
        names: what stands for a sound it can hear, lower-cased.
        words: everything it has read in training; contains no meaning by itself.
    """

    names: frozenset[str]
    words: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> Vocabulary:
        """The vocabulary that a recipe wrote, both languages together."""
        languages = json.loads(path.read_text(encoding="utf-8")).values()
        names, words = ({word for language in languages for word in language[kind]} for kind in ("names", "words"))
        return cls(frozenset(names), frozenset(words))

    def parts(self, caption: str) -> list[tuple[str, bool]]:
        """The caption's words in order, each with whether it was taught; Chinese comes in taught terms."""
        parts: list[tuple[str, bool]] = []
        for run in re.findall(f"{_HAN.pattern}|{_WORD.pattern}", caption.lower()):
            parts += self._chinese(run) if language_of(run) == "zh" else [(run, run in self.names | self.words)]
        return parts

    def _chinese(self, run: str) -> list[tuple[str, bool]]:
        """The cut with the fewest untaught characters, and of those the one with the fewest parts."""
        # The longest term first would take 先有 out of 先 + 有人 and leave 人 behind.
        longest = max(map(len, self.names | self.words))
        cuts = [(0, 0, 0)]  # of the text up to each place: untaught characters, parts, start of the last part
        for stop in range(1, len(run) + 1):
            starts = range(max(0, stop - longest), stop)
            ways = [(start, self._taught(run[start:stop])) for start in starts]
            cuts.append(
                min(
                    (cuts[start][0] + (not known), cuts[start][1] + 1, start)
                    for start, known in ways
                    if known or start == stop - 1
                )
            )
        parts, stop = [], len(run)
        while stop:
            start = cuts[stop][2]
            parts.append((run[start:stop], self._taught(run[start:stop])))
            stop = start
        return _joined(parts[::-1], self.names)

    def _taught(self, term: str) -> bool:
        return term in self.names or term in self.words


def _joined(parts: list[tuple[str, bool]], names: frozenset[str]) -> list[tuple[str, bool]]:
    """Unknown neighbours as one word, which takes in a one-character name beside it: 火 is fire, 火车 a train."""
    joined: list[tuple[str, bool]] = []
    for part, known in parts:
        if joined and not (known and joined[-1][1]) and _absorbed(joined[-1], (part, known), names):
            joined[-1] = (joined[-1][0] + part, False)
        else:
            joined.append((part, known))
    return joined


def _absorbed(left: tuple[str, bool], right: tuple[str, bool], names: frozenset[str]) -> bool:
    return all(not known or (len(part) == 1 and part in names) for part, known in (left, right))


class EmbeddedBackbone(HFBackbone):
    """The embedded judge's network, which also tells what it was taught.

    Attributes:
        vocabulary: the words it knows.
    """

    def __init__(self, options: LoadOptions) -> None:
        folder = Path(options.source)
        super().__init__(read_checkpoint(options), options)
        self.vocabulary = Vocabulary.read(folder / "vocabulary.json")

    def unknown_words(self, caption: str) -> tuple[str, ...]:
        """Words of the caption that it has never been taught, in order; empty if it knows all of them."""
        return tuple(part for part, known in self.vocabulary.parts(caption) if not known)

    def names_something(self, caption: str) -> bool:
        """Whether the caption names at least one sound that it was trained to hear."""
        vocabulary = self.vocabulary
        return any(known and _names(part, vocabulary.names) for part, known in vocabulary.parts(caption))


def _names(part: str, names: frozenset[str]) -> bool:
    if language_of(part) == "en":
        return part in names
    return any(name in part for name in names)


def load(options: LoadOptions) -> EmbeddedBackbone:
    """The judge in the package's own folder.

    Raises:
        BackboneError: if the folder is incomplete.
    """
    return EmbeddedBackbone(replace(options, source=str(FOLDER), trust_remote_code=False))
