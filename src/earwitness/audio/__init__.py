"""Audio files in, checked mono samples out: the floor that every score stands on.

Conventions: ``samples [time]`` are float32 mono in [-1, 1]; ``sample_rate`` is in Hz; ``start``, ``end`` and
``duration`` are in seconds. WAV (also RF64), FLAC, Ogg (Vorbis, Opus) and MP3 are read, by libsndfile. A file is
judged by its content, never by its name; what its header promises is checked against the limits before anything is
decoded, and what is decoded is checked again, because headers lie.

What a listener should know about a clip is in ``Audio.flags``:

=================  ====================================================================================
``truncated``      the file holds less than it promises, or breaks off
``streamed_size``  written as a stream: the header gives no length, so a clean cut cannot be told
``rf64``           a WAV in its 64-bit form
``silent``         nothing above -80 dBFS once mixed to mono; such a clip is scored like any other
``too_short``      under 0.1 s
``clipped``        more than 0.1 % of the samples are flat at full scale, or above it
``dc_offset``      the mean is more than 1 % of full scale away from zero
``anti_phase``     the channels cancel: the mono mix holds under a tenth of their power
=================  ====================================================================================

An MP3 without a frame count that is cut exactly between two frames looks whole, and so does a FLAC stream of unknown
length; no reader can tell.
"""

from earwitness.audio.clip import content_hash, from_array
from earwitness.audio.decode import read_audio
from earwitness.audio.limits import DEFAULT_LIMITS, Limits
from earwitness.audio.resample import cut, resample

__all__ = ["DEFAULT_LIMITS", "Limits", "content_hash", "cut", "from_array", "read_audio", "resample"]
