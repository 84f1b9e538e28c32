"""The data card: counted from the files, and read by others as the description of a dataset."""

import re

import pytest

import earwitness
from earwitness.scenes.bands import Band
from earwitness.scenes.dataset.card import write_card
from earwitness.scenes.dataset.ingredients import Ingredients
from small_quartets import Tones, write_set

ORIGINS = {"synthesised sounds": "earwitness", "recorded voices": "folder voices, 49 files, 2b1e3a97b66d"}


@pytest.fixture
def folder(tmp_path):
    """Nine quartets of sounds and four of music."""
    sounds, music = Tones("sound_gen"), Tones("music_gen", "instrument")
    write_set(tmp_path / "sounds", sounds)
    write_set(tmp_path / "music", music, quartets=4)
    for language in ("en", "zh"):
        (tmp_path / "music" / language / "test-00000-of-00001.parquet").rename(
            tmp_path / "sounds" / language / "test-00001-of-00002.parquet"
        )
    return tmp_path / "sounds"


def card(folder, ingredients, n=52, seed=3):
    write_card(folder, ingredients, n=n, seed=seed)
    return (folder / "README.md").read_text(encoding="utf-8")


def ingredients(**missing):
    return Ingredients({"sound_gen": Tones("sound_gen"), "music_gen": Tones("music_gen")}, ORIGINS, missing)


def test_it_counts_what_is_in_the_files(folder):
    text = card(folder, ingredients())
    assert "52 samples a language (26 clips), English and Chinese captions of the same clips; seed 3, " in text
    assert f"made by earwitness {earwitness.__version__}." in text
    # Of nine quartets three are swaps, of four one.
    assert "| subset | pos | neg_change | neg_swap |\n|---|---:|---:|---:|\n" in text
    assert "| `music_gen` | 8 | 6 | 2 |\n| `sound_gen` | 18 | 12 | 6 |\n" in text
    # Of nine two change the tone, two its count, two both; of four one each.
    told = "count 3, event 2, event and count 2, instrument 1, instrument and count 1."
    assert f"Quartets of changes by the facts that were changed: {told}" in text


def test_it_counts_right_answers(tmp_path):
    # One quartet, another tone: both items are false of the other clip.
    text = card(write_set(tmp_path, Tones("sound_gen"), quartets=1), ingredients(), n=4)
    assert "4 samples a language (2 clips)" in text
    assert "Right answers of rubric items: yes 4, no 4." in text


def test_it_says_what_clips_are_made_of_and_what_is_not_made(folder):
    text = card(folder, ingredients(speech="no folder of voices was given (--voices)"))
    assert "\n- synthesised sounds: earwitness\n- recorded voices: folder voices, 49 files, 2b1e3a97b66d\n" in text
    assert "\n- not made: `speech`, as no folder of voices was given (--voices)\n" in text
    assert "licence is that of what it is made of" in text
    assert "not made:" not in card(folder, ingredients())


def test_why_there_are_no_instruments_is_a_matter_of_the_machine(folder):
    text = card(folder, ingredients(instruments="/home/me/font.sf2 is not a soundfont that can be read"))
    assert "/home/me" not in text


class Slow(Tones):
    """Tones with bands of their own."""

    @property
    def bands(self):
        return {"tempo": Band("beats a minute", (56, 72), (144, 176)), "level": Band("dB", (-44.5, -38), (-20, -20))}


def test_it_says_where_words_end(folder):
    text = card(folder, Ingredients({"music_gen": Slow("music_gen"), "mix": Tones("mix")}, ORIGINS))
    assert "| `music_gen` | tempo | 56 to 72 | 144 to 176 | beats a minute |\n" in text
    # One value is no range.
    assert "| `music_gen` | level | -44.5 to -38 | -20 | dB |\n" in text
    assert "| `mix` | pitch | 220 | 1980 | Hz |\n" in text


def test_nothing_is_left_to_fill_in_and_names_stand_as_they_are(folder):
    odd = Ingredients({"sound_gen": Tones("sound_gen")}, {"recorded sounds": "folder $5 é 声音"})
    text = card(folder, odd)
    assert "- recorded sounds: folder $5 é 声音\n" in text
    assert not re.search(r"\$[a-z]", text)


def test_it_is_written_as_a_whole(folder, monkeypatch):
    before = card(folder, ingredients())
    monkeypatch.setattr("earwitness.scenes.dataset.card.TEMPLATE", "missing.md")
    with pytest.raises(FileNotFoundError):
        card(folder, ingredients(), seed=4)
    assert (folder / "README.md").read_text(encoding="utf-8") == before


def test_the_small_set_has_a_card_of_itself(built_in_set):
    text = (built_in_set / "README.md").read_text(encoding="utf-8")
    assert "400 samples a language (200 clips)" in text
    counts = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    assert [subset for subset, *_ in counts] == ["mix", "music_gen", "sound_gen"]
    numbers = [list(map(int, of_subset)) for _, *of_subset in counts]
    assert sum(map(sum, numbers)) == 400
    # As many matched as mismatched.
    assert all(pos == change + swap for pos, change, swap in numbers)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_library_of_datasets_reads_a_folder_by_its_card(folder, tmp_path, language):
    datasets = pytest.importorskip("datasets")
    card(folder, ingredients())
    (folder / language / "test-00002-of-00003.parquet.part").write_bytes(b"PAR1")
    read = datasets.load_dataset(str(folder), language, cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in read.items()} == {"test": 52}
    rows = read["test"].cast_column("audio", datasets.Audio(decode=False))
    # English of the one, Chinese of the other.
    assert rows[0]["caption"].isascii() == (language == "en")
    assert rows[0]["audio"]["bytes"].startswith(b"fLaC")
    assert rows[0]["audio"]["path"] == "sound_gen-00000-a.flac"
    assert set(rows[0]["rubric"][0]) == {"dimension", "question", "basis"}
    assert rows[1]["items"][0]["answer"] is False
