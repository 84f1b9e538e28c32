"""Musical samples by label: as a folder says, or by the names of Sonic Pi's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from earwitness.errors import ManifestError
from earwitness.scenes.domains.music.loops import NAMED, STRUCK, read_loops
from earwitness.scenes.domains.sound.domain import SoundDomain
from earwitness.scenes.sounding import is_single
from earwitness.scenes.sources import SAMPLE_RATE

SONIC_PI = Path("../shared/data/sonicpi")


def _folder(root: Path, *names: str) -> Path:
    rng = np.random.default_rng(0)
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        dying = rng.standard_normal(SAMPLE_RATE // 2) * np.exp(-np.arange(SAMPLE_RATE // 2) / 800)
        soundfile.write(path, 0.1 * dying, SAMPLE_RATE)
    return root


def test_names_of_sonic_pi_become_labels_and_doubtful_ones_are_left_out(tmp_path):
    kept = {
        "loop_amen.wav": "drum loop", "bd_klub.wav": "bass drum", "bd_808.wav": "bass drum",
        "drum_heavy_kick.wav": "bass drum", "sn_dub.wav": "snare drum", "tabla_tun1.wav": "tabla",
        "guit_em9.wav": "guitar", "ride_tri.wav": "cymbal",
    }  # fmt: skip
    doubtful = (
        "loop_safari.wav",
        "bd_chip.wav",
        "tabla_ke1.wav",
        "guit_harmonics.wav",
        "vinyl_scratch.wav",
        "drum_cowbell.wav",
        "drum_roll.wav",
        "hat_cab.wav",
    )
    loops = read_loops(_folder(tmp_path, *kept, *doubtful))
    assert {clip.name: label for label in loops.labels for clip in loops.of(label)} == kept
    # Of the others there are too few strokes.
    assert loops.countable == {"bass drum"}


def test_subfolders_and_tables_say_their_own_labels(tmp_path):
    by_folder = read_loops(_folder(tmp_path / "one", "steel_drum/bd_a.wav", "zither/x.wav"))
    assert by_folder.labels == ("steel drum", "zither")
    root = _folder(tmp_path / "two", "bd_a.wav")
    (root / "metadata.csv").write_text("file_name,label\nbd_a.wav,thud\n", encoding="utf-8")
    assert read_loops(root).labels == ("thud",)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ManifestError, match="no labelled clip found"):
        read_loops(tmp_path)


@pytest.mark.skipif(not SONIC_PI.is_dir(), reason="the samples of Sonic Pi are not here")
def test_the_samples_of_sonic_pi_have_all_labels_and_single_strokes():
    loops = read_loops(SONIC_PI)
    assert set(loops.labels) == set(NAMED)
    assert min(len(loops.of(label)) for label in loops.labels) >= 3
    assert loops.countable == set(STRUCK)
    for label in STRUCK:
        for seed in range(5):
            assert is_single(loops.draw(label, np.random.default_rng(seed), seconds=3.0, unit=True), SAMPLE_RATE)


@pytest.mark.skipif(not SONIC_PI.is_dir(), reason="the samples of Sonic Pi are not here")
def test_the_labels_of_sonic_pi_tell_scenes_apart():
    domain = SoundDomain("music", read_loops(SONIC_PI))
    assert domain.facts == ("event", "absence", "order", "count", "loudness")
