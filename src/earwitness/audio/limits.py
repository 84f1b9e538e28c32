"""How large and how odd a clip may be, checked before it is decoded and again on what is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from earwitness.errors import AudioError

_BYTES_PER_SAMPLE = 4  # decoded samples are float32
# The most that any MP3 takes: free format at 640 kbit/s, and a tag with a picture or two.
_MP3_BYTES_PER_SECOND = 80_000
_TAG_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted.

    Attributes:
        min_sample_rate: Hz.
        max_sample_rate: Hz.
        max_channels: of the file, before they are mixed to mono.
        max_duration: seconds.
        max_bytes: of decoded float32 samples, all channels together.

    Example:
        >>> Limits(max_duration=30).check("rain.wav", frames=48_000 * 31, channels=1, sample_rate=48_000)
        Traceback (most recent call last):
        earwitness.errors.AudioError: rain.wav lasts 31.00 s; at most 30 s are read. Cut it, or raise max_duration.
    """

    min_sample_rate: int = 4_000
    max_sample_rate: int = 384_000
    max_channels: int = 8
    max_duration: float = 600.0
    max_bytes: int = 256 * 2**20

    def check(self, name: str, *, frames: int, channels: int, sample_rate: int) -> None:
        """Hold a clip against the limits; ``name`` is how to speak of it.

        Raises:
            AudioError: with code ``audio_rate``, ``audio_channels``, ``audio_too_long`` or ``audio_too_large``.
        """
        if not self.min_sample_rate <= sample_rate <= self.max_sample_rate:
            wanted = f"{self.min_sample_rate} to {self.max_sample_rate} Hz"
            raise AudioError(f"{name} has {sample_rate} samples a second; {wanted} are read.", code="audio_rate")
        if not 1 <= channels <= self.max_channels:
            text = f"{name} has {channels} channels; 1 to {self.max_channels} are read. Mix it down first."
            raise AudioError(text, code="audio_channels")
        if frames > self.max_duration * sample_rate:
            lasts = f"{name} lasts {frames / sample_rate:.2f} s"
            text = f"{lasts}; at most {self.max_duration:g} s are read. Cut it, or raise max_duration."
            raise AudioError(text, code="audio_too_long")
        self.check_bytes(name, frames * channels * _BYTES_PER_SAMPLE, self.max_bytes)

    def check_bytes(self, name: str, size: int, largest: int) -> None:
        """Refuse what is larger than ``largest`` bytes.

        Raises:
            AudioError: with code ``audio_too_large``.
        """
        if size > largest:
            text = f"{name} takes {size / 2**20:.0f} MiB; at most {largest / 2**20:.0f} MiB are read. Cut it first."
            raise AudioError(text, code="audio_too_large")

    def max_frames(self, sample_rate: int, channels: int = 1) -> int:
        """The most samples a channel that are within both limits on size."""
        return int(min(self.max_duration * sample_rate, self.max_bytes // (channels * _BYTES_PER_SAMPLE)))

    @property
    def max_mp3_bytes(self) -> int:
        """The largest MP3 file that can lie within ``max_duration``."""
        return int(self.max_duration * _MP3_BYTES_PER_SECOND) + _TAG_BYTES


DEFAULT_LIMITS = Limits()
