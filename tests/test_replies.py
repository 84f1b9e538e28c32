"""Replies as models write them: what is read, and what is rather not."""

import random

import pytest

from earwitness.judges.replies import read_rating, read_yes_no


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("7", 7),
        (" 7.\n", 7),
        ("7.5", 7.5),
        ("0", 0),
        ("10", 10),
        ("7/10", 7),
        ("7.5 / 10.0", 7.5),
        ("10/10", 10),
        ("0/10", 0),
        ("7 out of 10", 7),
        ("7 points", 7),
        ("Rating: 7.5", 7.5),
        ("**Rating:** 8", 8),
        ("Rating (0-10): 7", 7),
        ("I would rate this 7.5 out of 10.", 7.5),
        ("On a scale of 0 to 10, I rate this 6.", 6),
        ("The audio matches the description with a score of 8.", 8),
        ("Score: 9/10. Rating: 9", 9),
        ("7\n\nThe clip has rain in it.", 7),
        ("7分", 7),
        ("８分", 8),
        ("八分", 8),
        ("八", 8),
        ("我给八分。", 8),
        ("评分是八点五分", 8.5),
        ("评分：7分（满分10分）", 7),
        ("10分满分，我给7分", 7),
        ("在0到10分中，我打6分", 6),
        ("十分。", 10),
        ("8分，十分吻合", 8),
    ],
)
def test_a_rating_is_read(text, rating):
    assert read_rating(text) == rating


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        "seven",
        "NaN",
        "7 or 8",
        "3-4",
        "7,5",
        "7:30",
        "7.5.3",
        "1e3",
        "5\n6",
        "7/10/10",
        "七分或八分",
        # A number, and no rating.
        "I hear 2 dogs",
        "2 dogs bark",
        "7 because",
        "I'd give it 7/10, as there are 2 dogs",
        "7分钟",
        "60分贝",
        "一只狗",
        "一、听到狗叫",
        "十分吻合",
        # Another scale, or beyond this one.
        "11",
        "10.5",
        "-3",
        "Rating: -3",
        "7%",
        "70%",
        "3/5",
        "70/100",
        "八十分",
    ],
)
def test_what_is_no_single_rating_is_not_read(text):
    assert read_rating(text) is None


@pytest.mark.parametrize(
    "text", ["Yes", "yes", " YES", "Yes.", "Yes, there is no music", "Answer: Yes", "是", "是的。"]
)
def test_yes(text):
    assert read_yes_no(text) is True


@pytest.mark.parametrize("text", ["No", " no", "NO!", "No, but yes", "**No**", "答案：否", "不是", "不是的，没有。"])
def test_no(text):
    assert read_yes_no(text) is False


@pytest.mark.parametrize(
    "text", ["", "maybe", "Yes or no", "No doubt", "Nothing", "Yesterday", "是否", "是或否", "否定"]
)
def test_what_is_neither_yes_nor_no_is_not_read(text):
    assert read_yes_no(text) is None


def test_whatever_is_written_is_read_or_not_but_never_raises():
    dice = random.Random(0)
    pieces = [
        *"0123456789",
        ".",
        "/",
        "10",
        "-",
        " ",
        "\n",
        "分",
        "十",
        "八",
        "点",
        "rating",
        "score:",
        "yes",
        "no",
        "是",
        "*",
    ]
    for _ in range(3000):
        text = "".join(dice.choice(pieces) for _ in range(dice.randint(0, 8)))
        rating = read_rating(text)
        assert rating is None or 0 <= rating <= 10
        assert read_yes_no(text) in (True, False, None)


@pytest.mark.parametrize("text", ["7" * 1_000_000, " " * 1_000_000, "十" * 1_000_000, "score " * 200_000])
def test_a_reply_without_end_is_read_in_a_moment(text):
    # Reading that grew with the square of the length would take hours here.
    assert (read_rating(text), read_yes_no(text)) == (None, None)
