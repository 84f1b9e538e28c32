"""What clips can be made of: folders, programs, and the package alone."""

import json
import os
import re
import shutil
import stat
from pathlib import Path

import pytest
import soundfile

from earwitness.errors import AudioError, ManifestError, UsageError
from earwitness.scenes.dataset.ingredients import NOT_USED, gather
from earwitness.scenes.dataset.making import make
from earwitness.scenes.dataset.stored import read_samples
from earwitness.scenes.domains.music.soundfont import FluidSynth
from small_sets import LOOPS, SOUNDS, write_folders, write_sounds

BUILT_IN = {"sound_gen", "music_gen", "mix"}
MADE_OF = {"sounds": "recorded sounds", "voices": "recorded voices", "loops": "samples of instruments"}


@pytest.fixture
def no_programs(monkeypatch):
    """Neither espeak-ng nor a soundfont that can be read."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("SOUNDFONT", "/nowhere/font.sf2")


@pytest.fixture
def folders(tmp_path):
    return write_folders(tmp_path / "made-of")


# --- nothing but the package ---------------------------------------------------------------------------------------


def test_the_package_alone_makes_sounds_music_and_mixes():
    found = gather(built_in=True)
    assert set(found.domains) == BUILT_IN
    assert {subset: domain.subset for subset, domain in found.domains.items()} == {name: name for name in BUILT_IN}
    assert found.origins == {"synthesised sounds": "earwitness", "music": "earwitness"}
    assert "instrument" not in found.domains["music_gen"].facts


def test_what_is_built_in_uses_no_program_even_where_one_is_installed(tmp_path, monkeypatch):
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/called\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert shutil.which("espeak-ng") == str(program)

    def asked(*soundfont):
        raise AssertionError("FluidSynth was looked for")

    monkeypatch.setattr(FluidSynth, "found", asked)
    found = gather(built_in=True)
    assert set(found.domains) == BUILT_IN
    assert not (tmp_path / "called").exists()
    assert found.missing["speech_gen"] == found.missing["instruments"] == NOT_USED


def test_what_is_missing_is_told_with_why():
    assert gather(built_in=True).missing == {
        "speech": "no folder of voices was given (--voices)",
        "speech_gen": NOT_USED,
        "sound": "no folder of sounds was given (--sounds)",
        "music": "no folder of loops was given (--loops)",
        "instruments": NOT_USED,
    }


def test_programs_that_are_not_installed_are_missing(no_programs):
    found = gather()
    assert set(found.domains) == BUILT_IN
    assert found.missing["speech_gen"] == "espeak-ng is not on PATH; install it for voices."
    # Without pyfluidsynth that is what is missing, without the library that, and then the soundfont.
    assert re.search(
        r"pip install|Install the system's fluidsynth|font\.sf2 is not a sound", found.missing["instruments"]
    )


# --- programs ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
def test_a_program_that_speaks_is_used_and_named():
    found = gather()
    assert "words" in found.domains["speech_gen"].facts
    assert re.fullmatch(r"eSpeak NG text-to-speech: [\d.]+\S*", found.origins["spoken voices"])
    assert "speech_gen" not in found.missing
    assert "man speaking" in found.domains["mix"].labels


def test_a_program_that_does_not_work_is_told(tmp_path, monkeypatch):
    program = tmp_path / "espeak-ng"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(
        UsageError, match=r"^espeak-ng does not work; mend it, or use no programs, with --built-in: .*status 3"
    ):
        gather()


def test_a_soundfont_that_is_installed_is_used_and_named():
    if FluidSynth.found().player is None:
        pytest.skip("needs FluidSynth and a soundfont")
    found = gather()
    assert "instrument" in found.domains["music_gen"].facts
    assert re.fullmatch(r"FluidSynth, [^/]+\.sf2, [0-9a-f]{12}", found.origins["music"])
    assert "instruments" not in found.missing
    assert "piano music" in found.domains["mix"].labels


@pytest.mark.parametrize("content", [None, b"RIFF of something else"])
def test_a_soundfont_that_is_given_and_cannot_be_played_is_an_error(tmp_path, content):
    soundfont = tmp_path / "font.sf2"
    if content is not None:
        soundfont.write_bytes(content)
    with pytest.raises(UsageError, match=r"font\.sf2 is not a soundfont|pyfluidsynth"):
        gather(soundfont=soundfont)
    with pytest.raises(UsageError, match=r"^a soundfont is not built in; give either --soundfont or --built-in\.$"):
        gather(soundfont=soundfont, built_in=True)


# --- folders -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("option", "subset"), [("sounds", "sound"), ("voices", "speech"), ("loops", "music")])
def test_each_folder_makes_its_subset(folders, option, subset):
    found = gather(**{option: folders[option]}, built_in=True)
    assert set(found.domains) == BUILT_IN | {subset}
    assert found.domains[subset].subset == subset
    assert subset not in found.missing
    assert re.fullmatch(rf"folder {option}, \d+ files, [0-9a-f]{{12}}", found.origins[MADE_OF[option]])


def test_sounds_are_those_of_the_folders_and_mixes_are_of_all(folders):
    domains = gather(**folders, built_in=True).domains
    assert set(domains["sound"].labels) == set(SOUNDS)
    assert set(domains["music"].labels) == set(LOOPS)
    assert {"rooster", "beep", "man speaking", "music"} <= set(domains["mix"].labels)
    assert {"words", "gender", "age", "secondary"} <= set(domains["speech"].facts)


def test_some_of_the_sounds_can_be_chosen(folders):
    chosen = gather(sounds=folders["sounds"], sounds_where={"fold": "1"}, built_in=True)
    assert ", fold 1, " in chosen.origins["recorded sounds"]
    everything = gather(sounds=folders["sounds"], built_in=True)
    # Of one fold there is one recording of each label, which is too few to be counted.
    assert "count" in everything.domains["sound"].facts
    assert "count" not in chosen.domains["sound"].facts


def test_what_listeners_misheard_is_left_out(tmp_path):
    folder = write_sounds(tmp_path / "sounds", (*SOUNDS, "helicopter"))
    before = gather(sounds=folder, built_in=True)
    answers = [f"6-{fold},{rater},rain,helicopter,0" for fold in range(3) for rater in range(5)]
    table = "\n".join(["clip,rater,heard,label,correct", *answers])
    (folder / "human_classification.csv").write_text(table, encoding="utf-8")
    after = gather(sounds=folder, built_in=True)
    assert set(before.domains["sound"].labels) - set(after.domains["sound"].labels) == {"helicopter"}
    assert before.origins["recorded sounds"] != after.origins["recorded sounds"]


def test_sounds_cannot_be_chosen_of_no_folder():
    with pytest.raises(UsageError, match=r"^--sounds-where chooses among recordings; give their folder as well"):
        gather(sounds_where={"fold": "1"}, built_in=True)


@pytest.mark.parametrize("option", MADE_OF)
def test_a_folder_that_is_not_there_is_told(tmp_path, option):
    with pytest.raises(ManifestError, match=f"^{tmp_path / 'none'}"):
        gather(**{option: tmp_path / "none"}, built_in=True)


def test_too_few_sounds_are_told(tmp_path):
    with pytest.raises(UsageError, match=r"^the source of 'sound' has 2 labels \(bell, rain\); at least 6 are needed"):
        gather(sounds=write_sounds(tmp_path / "few", ("bell", "rain")), built_in=True)


def test_a_sound_that_is_damaged_is_told_with_its_path(folders):
    (folders["sounds"] / "0-0.wav").write_bytes(b"RIFF")
    with pytest.raises(AudioError, match=rf"^{folders['sounds'] / '0-0.wav'}: "):
        gather(sounds=folders["sounds"], built_in=True)


def louder(folder):
    path = folder / "0-0.wav"
    samples, rate = soundfile.read(path)
    size = path.stat().st_size
    soundfile.write(path, 0.5 * samples, rate)
    assert path.stat().st_size == size


def relabelled(folder):
    table = folder / "metadata.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("rain", "wind"), encoding="utf-8")


def with_one_more(folder):
    shutil.copy(folder / "0-0.wav", folder / "0-9.wav")


@pytest.mark.parametrize("change", [louder, relabelled, with_one_more])
def test_another_content_is_another_origin(folders, change):
    def origin():
        return gather(sounds=folders["sounds"], built_in=True).origins["recorded sounds"]

    before = origin()
    assert origin() == before
    change(folders["sounds"])
    assert origin() != before


def test_what_is_not_read_makes_no_other_origin(folders, tmp_path):
    before = gather(**folders, built_in=True).origins
    for folder in folders.values():
        (folder / "README.txt").write_text("about", encoding="utf-8")
        (folder / "not-a-clip.wav").mkdir()
        (folder / "not-a-clip.wav").rmdir()
    shutil.move(tmp_path / "made-of", tmp_path / "moved")
    moved = {option: tmp_path / "moved" / folder.name for option, folder in folders.items()}
    assert gather(**moved, built_in=True).origins == before


def test_a_folder_named_like_a_table_is_no_table(folders):
    (folders["voices"] / "old.csv").mkdir()
    assert "speech" in gather(voices=folders["voices"], built_in=True).domains


def test_a_set_of_folders_is_made_and_tells_no_path_of_this_machine(folders, tmp_path, no_programs):
    pytest.importorskip("pyarrow")
    folder = make(tmp_path / "set", gather(**folders), n=56).parent
    subsets = {sample.subset for sample in read_samples(folder)}
    assert subsets == BUILT_IN | {"sound", "speech", "music"}
    told = [(folder / name).read_text(encoding="utf-8") for name in ("settings.json", "README.md")]
    told += [json.dumps(sample.script) for sample in read_samples(folder, ("en",))]
    assert "folder voices, " in told[0]
    assert "folder voices, " in told[1]
    for place in (str(tmp_path), "/nowhere", str(Path.home())):
        assert not any(place in text for text in told)
