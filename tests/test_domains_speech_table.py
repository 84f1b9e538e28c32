"""The list of recorded voices: what of it is used, and which rows are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from earwitness.errors import ManifestError
from earwitness.scenes.domains.speech.table import Recorded, read_table
from told_voices import row, write_table

GOOD = row("a.wav", "one two three four", "ann", 30, "f")


def read(folder: Path, *rows: dict[str, str]) -> list[Recorded]:
    (folder / "a.wav").touch()
    return read_table(write_table(folder, rows))


def bad(folder: Path, **changes: str) -> str:
    """The error of a table whose second row is changed so."""
    with pytest.raises(ManifestError) as error:
        read(folder, GOOD, {**GOOD, **changes})
    return str(error.value)


def test_a_row_is_a_sentence_of_a_speaker(tmp_path: Path) -> None:
    rows = [GOOD, {**GOOD, "speaker": "kid", "age": "10"}, {**GOOD, "speaker": "tom", "age": "14"}]
    assert read(tmp_path, *rows) == [
        Recorded("a.wav", tmp_path / "a.wav", "ann", "woman", "One two three four"),
        Recorded("a.wav", tmp_path / "a.wav", "kid", "child", "One two three four"),
    ]


def test_texts_that_cannot_be_quoted_are_left_out(tmp_path: Path) -> None:
    texts = ("look out", "then i said i'm   late", "mike likes green tea")
    assert [recorded.words for recorded in read(tmp_path, *({**GOOD, "text": text} for text in texts))] == [
        "Then I said I'm late"
    ]


def test_words_that_were_not_said_clearly_are_left_out(tmp_path: Path) -> None:
    rated = {"1.79": "they found an old map", "1.8": "we call it a bear", "2": "the cat sat down"}
    rows = [{**GOOD, "text": text, "pronunciation": rating} for rating, text in rated.items()]
    assert [recorded.words for recorded in read(tmp_path, *rows)] == ["We call it a bear", "The cat sat down"]


def test_a_rating_that_is_no_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"line 2: pronunciation is 'good'; wanted a rating of 0 to 2\."):
        read(tmp_path, {**GOOD, "pronunciation": "good"})


@pytest.mark.parametrize(("changes", "says"), [
    ({"gender": "x"}, "metadata.csv, line 3: gender is 'x'; wanted one of m, male, f, female."),
    ({"age": "old"}, "metadata.csv, line 3: age is 'old'; wanted years, such as 27."),
    ({"gender": "m"}, "line 3: speaker 'ann' is a man here and a woman before; wanted one age and gender a speaker."),
    ({"file_name": "b.wav"}, "line 3: b.wav is not there; wanted a clip."),
])  # fmt: skip
def test_a_bad_row_is_named_with_its_folder(tmp_path: Path, changes: dict[str, str], says: str) -> None:
    error = bad(tmp_path, **changes)
    assert error.startswith(f"{tmp_path}: ")
    assert error.endswith(says)


@pytest.mark.parametrize(("line", "says"), [
    ("a.wav,one two three four,ann,30", r"metadata.csv, line 2: 4 cells; the header has 5 \(file_name, text"),
    ('a.wav,"one two three four,ann,30,f', r"metadata.csv, line 2: .* Is a quote left open"),
])  # fmt: skip
def test_a_row_that_is_cut_short_or_quoted_badly_is_named(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "metadata.csv").write_text(f"file_name,text,speaker,age,gender\n{line}\n", encoding="utf-8")
    with pytest.raises(ManifestError, match=says):
        read_table(tmp_path)


def test_a_table_of_other_columns_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"is not there; wanted a table with the columns file_name, text"):
        read_table(tmp_path)
    write_table(tmp_path, [GOOD], ["file_name", "text", "age"])
    with pytest.raises(ManifestError, match=r"no column speaker, gender; found file_name, text, age\."):
        read_table(tmp_path)


def test_a_folder_without_anybody_of_use_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ManifestError, match=r"no recording in metadata\.csv can be used; wanted speakers of 10 years at"
    ):
        read(tmp_path, {**GOOD, "age": "14"})
