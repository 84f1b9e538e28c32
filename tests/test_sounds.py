import pytest

from earwitness.rubrics.rules.clauses import clauses_of
from earwitness.rubrics.rules.phrases import parts_of
from earwitness.rubrics.rules.sounds import Sound, carries_on, completes, is_participle, names_sound, source_of
from earwitness.rubrics.rules.tokens import tokens_of


def read(text, place=0):
    clause = clauses_of(tokens_of(text))[place]
    return clause, parts_of(clause)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("a dog barks", "sound"),
        ("a man speaks", "voice"),
        ("a man walks", "sound"),
        ("a man howls", "voice"),
        ("laughter", "voice"),
        ("a baby cries", "sound"),
        ("a radio host speaks", "voice"),
        ("a piano plays", "instrument"),
        ("music plays", "sound"),
        ("a zorg flumbles", "sound"),
        ("有人唱歌", "voice"),
    ],
)
def test_what_makes_a_sound(text, source):
    assert source_of(read(text)[1].core, None) == source


def test_a_carried_verb_is_its_makers():
    man = Sound(read("a man walks")[1].core, "sound")
    dog = Sound(read("a dog barks")[1].core, "sound")
    assert source_of(read("sings")[1].core, man) == "voice"
    assert source_of(read("sings")[1].core, dog) == "sound"


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("a man, speaking slowly", True),
        ("a man with a lisp and an Irish accent speaks", True),
        ("a man and howls", False),
        ("一个男人一边走", True),
    ],
)
def test_the_verb_of_a_subject_that_has_none(text, completed):
    clauses = clauses_of(tokens_of(text))
    first = Sound(parts_of(clauses[0]).core, "voice")
    assert completes(first, clauses[-1], parts_of(clauses[-1])) is completed


def heard(text, place=0, *, described=False, spoken=False):
    return names_sound(*read(text, place), (), described=described, spoken=spoken)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a dog", True),
        ("zorg", True),
        ("her pitch is low", False),
        ("suitable for a thunderstorm", False),
        ("very loud", False),
        ("soft music plays", True),
        ("music", True),
        ("an upbeat jazz song", False),
        ("distant music", True),
    ],
)
def test_what_names_a_sound(text, named):
    assert heard(text) is named


def test_unknown_words_describe_a_voice():
    assert heard("somewhat zorgish", spoken=True) is False
    assert heard("a zorg flumbles", spoken=True) is True
    assert heard("a zorg flumbles", spoken=True, described=True) is False


def test_a_participle_only_says_how():
    assert is_participle(*read("a speech, delivered with joy", 1))
    assert not is_participle(*read("a dog barked and howled", 1))


def test_what_goes_on_with_the_last_subject():
    assert carries_on(*read("a dog barks and growls", 1))
    assert not carries_on(*read("rain, typing", 1))


def test_music_and_people():
    piano = Sound(read("a slow piano melody")[1].core, "instrument")
    man = Sound(read("a man claps")[1].core, "sound")
    assert (piano.is_music, man.is_music) == (True, False)
    assert (piano.by_person, man.by_person) == (False, True)
    assert Sound(read("then laughs", 0)[1].core, "voice", subject=man).maker is man
