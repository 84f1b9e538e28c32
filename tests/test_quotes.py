import pytest

from earwitness.rubrics.quotes import MASK, masked, quoted_spans


def quoted(text):
    return [text[start:end] for start, end in quoted_spans(text)]


@pytest.mark.parametrize(
    "opening_closing",
    ['""', "“”", "„“", "«»", "‹›", "「」", "『』", "‘’", "''"],
)
def test_marks_of_all_kinds(opening_closing):
    opening, closing = opening_closing
    assert quoted(f"he says {opening}come in{closing} and leaves") == ["come in"]


def test_apostrophes_open_nothing():
    assert quoted("the dogs' bark isn't the cat's") == []
    assert quoted("she says 'it's late' twice") == ["it's late"]


def test_a_mark_without_its_end_opens_nothing():
    assert quoted('he says "come in') == []
    assert quoted('"  "') == []


def test_names_are_not_said():
    assert quoted('the sound of "door slam"') == []
    assert quoted("“敲门”的声音") == []
    assert quoted("唱着《茉莉花》") == []


def test_masking_keeps_every_place():
    text = 'he says "no rain" and it rains'
    hidden = masked(text, list(quoted_spans(text)))
    assert len(hidden) == len(text)
    assert "no rain" not in hidden
    assert hidden.index(MASK) == text.index('"')
    assert hidden.endswith("and it rains")
