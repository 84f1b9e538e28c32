"""Sketches of clips of one speaker: what is told of the voice and of what is behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from earwitness.scenes.domains.base import Claim, Fact
from earwitness.scenes.domains.labels.likeness import confused
from earwitness.scenes.domains.speech.sentences import are_alike, fill_one_pattern
from earwitness.scenes.domains.speech.utterances import Utterance

SPEAKER = ("speaker",)
# In which order a caption's claims come.
ORDER: tuple[Fact, ...] = (
    "gender", "age", "language", "pace", "pitch", "loudness", "words", "secondary", "absence",
)  # fmt: skip
# A high man and a low woman are nearly of one F0, and told apart by the formants alone.
_BETWEEN = frozenset({("man", "high"), ("woman", "low")})


@dataclass(frozen=True, slots=True)
class SpeechSketch:
    """Every fact of a clip of speech.

    Attributes:
        said: who says what, and how.
        told: what the caption tells; that someone speaks is always told.
        loudness: ``quiet`` or ``loud``; None in the guard band between.
        secondary: the label of what sounds in the background, or None; told if there is any.
        absent: the label of a sound that the caption says is not heard, or None.
    """

    said: Utterance
    told: frozenset[Fact]
    loudness: str | None = None
    secondary: str | None = None
    absent: str | None = None

    @property
    def claims(self) -> tuple[Claim, ...]:
        """That someone speaks, and what is told of it."""
        told = (self._claim(fact) for fact in ORDER if fact in self.told)
        return (Claim("voice", SPEAKER), *told)

    def _claim(self, fact: Fact) -> Claim:
        if fact in ("secondary", "absence"):
            return Claim(fact, (str(self.secondary if fact == "secondary" else self.absent),))
        return Claim(fact, SPEAKER, self._value(fact))

    def holds(self, claim: Claim) -> bool:
        """Whether a claim is true of the clip; nothing is said of a child's gender."""
        if claim.fact == "voice":
            return True
        if claim.fact == "secondary":
            return claim.about[0] == self.secondary
        if claim.fact == "absence":
            return claim.about[0] != self.secondary
        return claim.value == self._value(claim.fact)

    def doubtful(self, claim: Claim) -> bool:
        """Whether a careful listener could argue about a claim: one about a guard band or a child's gender.

        Words that are nearly those of the claim are doubtful too, but for lines of one pattern; so are a sound that may
        be taken for the one in the background, and the other gender of a voice that is about as high as its voices are.
        """
        if claim.fact in ("secondary", "absence"):
            return self.secondary is not None and confused(claim.about[0], self.secondary)
        if claim.fact == "words":
            words, others = self.said.words, str(claim.value)
            return words != others and are_alike(words, others) and not fill_one_pattern(words, others)
        if claim.fact == "gender" and claim.value != self.said.gender:
            return self.said.gender is None or (self.said.gender, self.said.pitch) in _BETWEEN
        return claim.fact in ("pace", "pitch", "loudness") and self._value(claim.fact) is None

    def _value(self, fact: Fact) -> str | None:
        value: str | None = getattr(self if fact == "loudness" else self.said, fact)
        return value


def with_absent_heard(sketch: SpeechSketch) -> SpeechSketch:
    """The sketch in which the absent sound is heard, and the one that was heard, if there was one, is absent."""
    told = sketch.told
    if sketch.secondary is None:
        told = told - {"absence"} | {"secondary"}
    return replace(sketch, told=told, secondary=sketch.absent, absent=sketch.secondary)
