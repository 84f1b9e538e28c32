import unicodedata
from itertools import count

import pytest

from earwitness.backbones.server.chat import taken_apart
from earwitness.rubrics.grounding import asked, grounded, is_in_language
from earwitness.rubrics.parse import WrittenItem

_NUMBERS = count()


def ask(basis, kind="event", question=None, **fields):
    """An item, with a question of its own where none is given."""
    return WrittenItem(question or f"Is it so, number {next(_NUMBERS)}?", basis, kind=kind, **fields)


def words(caption, *bases):
    """What the caption says of each basis; None where it does not say it."""
    said = []
    for basis in bases:
        items = grounded([ask(basis)], caption, "en")
        said.append(caption[slice(*items[0].span)] if items else None)
    return said


# ---- where the caption says it


@pytest.mark.parametrize(
    ("caption", "basis", "span"),
    [
        ("A dog barks.", "dog barks", "dog barks"),
        ("A dog barks.", "A DOG  barks", "A dog barks"),
        ("A dog\n\tbarks.", "dog barks", "dog\n\tbarks"),
        ("A dog barks.", '"dog barks."', "dog barks."),
        ("A dog barks loudly.", "dog barks.", "dog barks"),
        ("He says “it’s late.”", "it's late.", "it’s late."),
        ("a low–pitched hum", "low-pitched", "low–pitched"),
        ("ＤＯＧ barks", "dog", "ＤＯＧ"),
        ("the straße", "STRASSE", "straße"),
        ("zero\u200bwidth", "zerowidth", "zero\u200bwidth"),
        (unicodedata.normalize("NFD", "a café noise"), "café", unicodedata.normalize("NFD", "café")),
        (unicodedata.normalize("NFC", "a café noise"), unicodedata.normalize("NFD", "café"), "café"),
        ("狗 大声 叫，下雨", "狗大声叫", "狗 大声 叫"),
        ("狗大声叫，下雨", "狗 大声叫", "狗大声叫"),
        ("一段 Jazz 音乐", "jazz音乐", "Jazz 音乐"),
        ("他说：“走吧。”", "「走吧。」", "走吧。"),
        ("120 bpm", "120 BPM", "120 bpm"),
    ],
)
def test_words_are_found_whatever_their_case_space_and_marks(caption, basis, span):
    assert words(caption, basis) == [span]


@pytest.mark.parametrize(
    ("caption", "basis"),
    [
        ("The train stops.", "rain"),
        ("A dog barks.", "dog bark"),
        ("A dog barks.", "cat"),
        ("A dog barks loudly.", "dog loudly"),
        ("A dog barks.", ""),
        ("A dog. Barks.", "."),
        ("A dog barks.", '"?!"'),
        ("狗在叫", "猫"),
        ("2 dogs and 12 cats", "1"),
    ],
)
def test_what_the_caption_does_not_say_is_dropped(caption, basis):
    assert words(caption, basis) == [None]


def test_an_event_that_comes_back_has_the_next_place():
    items = grounded([ask("dog barks"), ask("dog barks"), ask("dog barks")], "A dog barks, then a dog barks.", "en")
    assert [item.span for item in items] == [(2, 11), (20, 29), (2, 11)]


def test_an_attribute_is_looked_for_near_its_event():
    caption = "A dog barks loudly, a cat meows loudly."
    items = grounded(
        [ask("loudly", "attribute", parents=("cat",)), ask("cat meows", id="cat"), ask("dog barks", id="dog")],
        caption,
        "en",
    )
    assert [(item.id, item.span, item.parents) for item in items] == [
        ("e1", (22, 31), ()),
        ("a1", (32, 38), ("e1",)),
        ("e2", (2, 11), ()),
    ]


@pytest.mark.parametrize("caption", ["rain <loud> falls", "rain [INST] falls", "rain < loud> falls"])
def test_words_are_found_as_a_server_was_sent_them(caption):
    assert words(caption, taken_apart(caption)) == [caption]


# ---- what the caption denies


@pytest.mark.parametrize(
    ("caption", "basis", "kind", "question", "kept"),
    [
        ("A dog barks, no music.", "music", "event", "Is there music?", None),
        ("A dog barks, no music.", "no music", "event", "Is there music?", None),
        ("A dog barks, no music.", "dog barks", "event", "Does a dog bark?", "event"),
        ("A dog barks, no music.", "no music", "event", "Is the clip free of music?", "negation"),
        ("A dog barks, no music.", "music", "negation", "Is the clip free of music?", "negation"),
        ("A dog barks, not loud.", "loud", "attribute", "Is the barking loud?", None),
        ("A dog barks, not loud.", "not loud", "attribute", "Is the barking not loud?", "attribute"),
        ("He speaks, never in a hurry.", "never in a hurry", "attribute", "Is the speaking unhurried?", "attribute"),
        ("Not jazz, but rock.", "jazz", "style", "Is the music jazz?", None),
        ("Not jazz, but rock.", "rock", "style", "Is the music rock?", "style"),
        ('A man says "no music please" softly.', "softly", "attribute", "Is it soft?", "attribute"),
        ("狗在叫，没有音乐。", "音乐", "event", "Is there music?", None),
        ("狗在叫，没有音乐。", "狗在叫", "event", "Does a dog bark?", "event"),
    ],
)
def test_what_a_caption_denies_is_not_asked_for(caption, basis, kind, question, kept):
    items = grounded([ask(basis, kind, question)], caption, "en")
    assert [item.kind for item in items] == ([] if kept is None else [kept])


def test_what_is_denied_in_one_place_may_be_said_in_another():
    caption = "No music at first, then music plays."
    (item,) = grounded([ask("music", question="Is there music?")], caption, "en")
    assert item.span == (24, 29)


# ---- kinds, ids, parents


@pytest.mark.parametrize(
    ("dimension", "kind"),
    [
        *(("instrument", "event"), ("Loudness", "attribute"), ("order", "relation"), ("absence", "negation")),
        *(
            ("维度", "style"),
            ("情感", "attribute"),
            ("台词", "speech"),
            ("数量", "count"),
            ("流派", "style"),
            ("声音", "event"),
        ),
        *(("", "style"), ("something new", "style")),
    ],
)
def test_a_kind_that_is_not_told_comes_from_the_dimension(dimension, kind):
    (item,) = grounded([ask("dog", None, dimension=dimension)], "dog", "en")
    assert (item.kind, item.dimension) == (kind, dimension)
    (item,) = grounded([ask("dog", "negation", dimension=dimension)], "dog", "en")
    assert item.kind == "negation"


def test_parents_come_first_and_are_events_that_are_there():
    written = [
        ask("then", "relation", id="r", parents=("b", "a", "b", "lost", "n")),
        ask("dog", id="a"),
        ask("no cat", "negation", id="n", parents=("a",)),
        ask("rain", id="b", parents=("a",)),
        ask("snow", id="lost"),
        ask("dog", "style", id="s", parents=("a",)),
    ]
    items = grounded(written, "a dog, then rain, no cat", "en")
    assert [(item.id, item.parents) for item in items] == [
        ("e2", ()),
        ("e1", ()),
        ("r1", ("e2", "e1")),
        ("n1", ()),
        ("t1", ()),
    ]


def test_the_only_event_is_the_parent_where_none_is_named():
    kinds = ("attribute", "count", "speech", "relation", "style", "negation")
    written = [ask("dog"), *(ask("dog", kind) for kind in kinds)]
    assert [item.parents for item in grounded(written, "dog", "en")[1:]] == [("e1",)] * 3 + [()] * 3
    assert [item.parents for item in grounded([ask("dog"), *written], "dog", "en")[2:]] == [()] * 6


def test_a_name_that_two_items_have_names_none():
    written = [ask("dog", id="1"), ask("rain", id="1"), ask("loud", "attribute", id="2", parents=("1",))]
    assert grounded(written, "loud dog, rain", "en")[2].parents == ()


# ---- questions


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("Is there a dog?", "en", True),
        ("Is there a dog?", "zh", False),
        ("是否有狗叫？", "zh", True),
        ("是否有狗叫？", "en", False),
        ("是否有 MIDI synthesizer 的声音？", "zh", True),
        ("Is the erhu (二胡) played?", "en", True),
        ("Does she say “你好，再见，你好吗”?", "en", True),
        ("她是否说了“Hello my dear old friend”？", "zh", True),
        ("Does she say “你好”?", "zh", False),
        ("120?", "en", False),
        ("", "zh", False),
    ],
)
def test_a_question_is_in_the_language_wanted(question, language, expected):
    assert is_in_language(question, language) == expected


def test_a_question_in_another_language_is_dropped():
    written = [ask("dog", question="Is it so?"), ask("dog", question="是否有狗叫？")]
    assert [item.question for item in grounded(written, "dog", "en")] == ["Is it so?"]
    assert [item.question for item in grounded(written, "dog", "zh")] == ["是否有狗叫？"]


def test_an_equal_question_is_asked_once_and_one_without_its_words_does_not_count():
    written = [
        ask("cat", question="Loud?"),
        ask("dog", question="Dog?"),
        *(ask("loud", "style", question="Loud?"),) * 2,
    ]
    items = grounded(written, "a loud dog", "en")
    assert [(item.question, item.span) for item in items] == [("Dog?", (7, 10)), ("Loud?", (2, 6))]


def test_questions_that_end_otherwise_are_equal():
    written = [ask("dog", question=question) for question in ("Is there a dog", "Is there a dog.", "Is there  a dog?")]
    assert [item.question for item in grounded(written, "dog", "en")] == ["Is there a dog?"]


def test_questions_end_as_questions_do():
    assert asked(" Is it\n a dog ", "en") == "Is it a dog?"
    assert asked("有狗吗。", "zh") == "有狗吗？"
    assert asked("Is it?", "zh") == "Is it?"
