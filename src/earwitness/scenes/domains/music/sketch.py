"""What is decided of a piece before it is played: instrument, tempo, mode, register, dynamics, and whether drums play.

Tempo is in beats a minute, register the MIDI pitch of the octave's lowest note, dynamics the RMS of the clip in dB full
scale. What a caption tells of these lies in one of two ranges, and what it does not tell lies between them, so that
nobody would call it one or the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earwitness.scenes.bands import Band
from earwitness.scenes.domains.base import Claim, Fact
from earwitness.scenes.domains.music.soundfont import ALIKE
from earwitness.scenes.music import Mode

BANDS: Mapping[str, Band] = {
    "tempo": Band("beats a minute", (56, 72), (144, 176), middle=(95, 115)),
    "register": Band("MIDI pitch of the octave's lowest note", (40, 43), (74, 76), whole=True, middle=(57, 60)),
    "dynamics": Band("dB full scale, RMS of the clip", (-44, -38), (-21, -17), middle=(-31, -28)),
}
# What the lower and the higher of two values is called.
MODES: tuple[Mode, Mode] = ("minor", "major")
VALUES: Mapping[Fact, tuple[str, str]] = {
    "tempo": ("slow", "fast"),
    "mode": MODES,
    "register": ("low", "high"),
    "dynamics": ("soft", "loud"),
}
FACTS: tuple[Fact, ...] = ("instrument", *VALUES, "drums")


@dataclass(frozen=True, slots=True)
class MusicSketch:
    """Every fact of a piece; tempo, register and dynamics are None, and neither of their values, where untold.

    Attributes:
        instrument: one of the player's; None if it has only its own.
        tempo: ``slow`` or ``fast``.
        mode: of the key.
        register: ``low`` or ``high``.
        dynamics: ``soft`` or ``loud``.
        drums: whether a drum kit plays along.
        told: the facts that a caption tells.
    """

    instrument: str | None
    tempo: str | None
    mode: Mode
    register: str | None
    dynamics: str | None
    drums: bool
    told: tuple[Fact, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What its caption says; all but the instrument is said of the piece, and so rests on nothing."""
        return tuple(map(self._claim, self.told))

    def holds(self, claim: Claim) -> bool:
        """Whether a claim is true of it.

        Example:
            >>> sketch = MusicSketch("harp", "slow", "minor", None, None, drums=False, told=("instrument", "tempo"))
            >>> sketch.holds(Claim("tempo", (), "fast")), sketch.holds(Claim("absence", ("drums",)))
            (False, True)
        """
        return claim in map(self._claim, FACTS)

    def doubtful(self, claim: Claim) -> bool:
        """Whether it is said of what lies in a guard band here, or of an instrument that sounds like its own."""
        if claim.fact == "instrument":
            return not self.holds(claim) and any({*claim.about, self.instrument} <= group for group in ALIKE)
        return claim.fact in BANDS and getattr(self, claim.fact) is None

    def _claim(self, fact: Fact) -> Claim:
        if fact == "instrument":
            return Claim(fact, (self.instrument,) if self.instrument else ())
        if fact == "drums":
            return Claim(fact) if self.drums else Claim("absence", (fact,))
        return Claim(fact, (), getattr(self, fact))
