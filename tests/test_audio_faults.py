"""A6 and A7: bombs and mutated files, each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

MUTATE = Path(__file__).with_name("faults") / "mutate_audio.py"
MEASURE_REFUSAL = """
import json, resource, sys, time
import soundfile
from earwitness.audio import from_array, read_audio
from earwitness.errors import AudioError

def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
def attempt(path):
    started = time.perf_counter()
    try:
        read_audio(path)
    except AudioError as error:
        return error.code, time.perf_counter() - started
attempt(sys.argv[2])  # what is imported and set up on first use is not the bomb's
before = peak()
code, seconds = attempt(sys.argv[1])
print(json.dumps({"code": code, "growth_mib": peak() - before, "ms": seconds * 1000}))
"""


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("wav", "PCM_16"), ("flac", "PCM_16"), ("ogg", "VORBIS"), ("ogg", "OPUS"), ("mp3", "MPEG_LAYER_III")],
)
def test_no_mutated_file_crashes_hangs_or_escapes(kind, subtype, heavy, tmp_path):
    count = heavy.size(4_000)
    whole = tmp_path / f"whole.{kind}"  # kept by pytest if this fails: an Ogg is another one each time it is written
    soundfile.write(whole, np.random.default_rng(1).uniform(-0.4, 0.4, (8_000, 2)), 16_000, subtype=subtype)
    command = [sys.executable, MUTATE, whole, "0", str(count)]
    child = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=900)
    lines = child.stdout.splitlines()
    assert child.returncode == 0, f"mutation {lines[-1:]} of {whole}: {child.stderr[-2000:]}"
    figures = json.loads(lines[-1])
    assert sum(figures["outcomes"].values()) == count
    assert len(figures["outcomes"]) > 1  # some are refused and some are not, or nothing was tried
    heavy.record(f"A7 mutated {kind} {subtype}", n=count, **figures["outcomes"], slowest_s=figures["slowest_s"])


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("kind", "subtype"), [("flac", "PCM_16"), ("ogg", "VORBIS"), ("ogg", "OPUS"), ("mp3", "MPEG_LAYER_III")]
)
def test_a_bomb_takes_no_memory(kind, subtype, heavy, tmp_path):
    minutes = heavy.size(120)  # twelve minutes are over the limit too
    bomb, trifle = tmp_path / f"bomb.{kind}", tmp_path / "empty.wav"
    silence = np.zeros(8_000 * 60, np.float32)
    with soundfile.SoundFile(bomb, "w", 8_000, 1, format=kind.upper(), subtype=subtype) as file:
        for _ in range(minutes):
            file.write(silence)
    soundfile.write(trifle, silence[:0], 8_000)
    child = subprocess.run(
        [sys.executable, "-c", MEASURE_REFUSAL, bomb, trifle], capture_output=True, text=True, check=True
    )
    figures = json.loads(child.stdout)
    assert figures["code"] == "audio_too_long"
    assert figures["growth_mib"] <= 64
    heavy.record(
        f"A6 {minutes // 60} h {subtype}",
        file_mib=round(bomb.stat().st_size / 2**20, 2),
        growth_mib=round(figures["growth_mib"], 1),
        ms=round(figures["ms"], 1),
    )
