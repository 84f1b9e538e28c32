"""Clips of two tones in order, captions of them, and judges that listen to them well, badly, or not at all."""

import hashlib
from collections.abc import Callable
from itertools import permutations

import numpy as np

from earwitness import AQAScore, FakeBackbone, from_array
from earwitness.bench.controls.bases import Base, given_bases
from earwitness.bench.controls.speech import Speech
from earwitness.types import Audio, Pair

RATE = 16000
TONES = {"hum": 250.0, "beep": 700.0, "whistle": 2100.0, "squeak": 5200.0}
# What stands for speech, one tone after the other: no clip has them.
VOICE = (3500.0, 4100.0)
NEARBY = 1.2  # a tone played at another speed is still that tone
ORDERS = tuple(permutations(TONES, 2))
SURE = 0.98


def sounding(*frequencies: float, seconds: float = 0.5, level: float = 0.3) -> np.ndarray:
    """One tone after the other with silence between them."""
    time = np.arange(round(seconds * RATE)) / RATE
    parts = [level * np.sin(2 * np.pi * frequency * time) for frequency in frequencies]
    gap = np.zeros(round(0.1 * RATE))
    return np.concatenate([array for part in parts for array in (gap, part, gap)]).astype(np.float32)


def tone_pairs(count: int = 24) -> list[Pair]:
    """Pairs whose captions tell the order of their two tones; every order comes before one comes again."""
    orders = (ORDERS * (count // len(ORDERS) + 1))[:count]
    return [
        Pair(
            from_array(sounding(TONES[a], TONES[b], level=0.2 + 0.001 * number), RATE),
            f"a {a}, then a {b}",
            id=f"{number}",
        )
        for number, (a, b) in enumerate(orders)
    ]


def tone_bases(count: int = 24) -> list[Base]:
    """The same as bases."""
    return given_bases(tone_pairs(count))


def voice() -> Speech:
    """The sentence, in a language of its own."""
    spoken = from_array(sounding(*VOICE, seconds=0.3), RATE)
    return Speech({"en": spoken, "zh": spoken}, "a whistle", lambda text, language: spoken)


def heard(audio: Audio) -> tuple[str, ...]:
    """The tones of a clip in order, each once: what is loudest in each tenth of a second that is loud."""
    frame = RATE // 10
    frames = audio.samples[: len(audio.samples) // frame * frame].reshape(-1, frame)
    spectra = np.abs(np.fft.rfft(frames * np.hanning(frame)))
    loud = max(1.0, 0.3 * spectra.max(initial=0.0))
    names: list[str] = []
    for spectrum in spectra[spectra.max(axis=1, initial=0.0) > loud]:
        loudest = spectrum.argmax() * RATE / frame
        names += [name for name, at in TONES.items() if 1 / NEARBY < loudest / at < NEARBY and name not in names]
    return tuple(names)


def voice_heard(audio: Audio) -> str:
    """Whether the voice speaks, ``forwards`` or ``backwards``; empty where there is none."""
    frame = RATE // 10
    frames = audio.samples[: len(audio.samples) // frame * frame].reshape(-1, frame)
    tones = np.abs(np.fft.rfft(frames * np.hanning(frame)))[:, [round(at * frame / RATE) for at in VOICE]]
    if tones.max(axis=0, initial=0.0).min() < 2.0:
        return ""
    first, second = tones.argmax(axis=0)
    return "forwards" if first < second else "backwards"


def named(question: str) -> tuple[str, ...]:
    """The tones that a question names, in its order."""
    return tuple(sorted((name for name in TONES if name in question), key=question.index))


def listener(audio: Audio, question: str) -> float:
    """Is right about everything."""
    return SURE if heard(audio) == named(question) else 1 - SURE


def reader(audio: Audio, question: str) -> float:
    """Deaf: goes by the words alone."""
    return hashlib.sha256(question.encode()).digest()[0] / 255


def judge(yes: Callable[[Audio, str], float], **options: float) -> AQAScore:
    """The judge that answers so."""
    return AQAScore(FakeBackbone(yes, **options))
