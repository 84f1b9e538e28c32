import pytest

from earwitness.rubrics.rules.sketch import sketch_of
from earwitness.rubrics.rules.tokens import tokens_of


def told(text, **options):
    """Each sound's words with what is said of it."""
    sketch = sketch_of(tokens_of(text), **options)
    return [
        (" ".join(t.text for t in sound.words), [r.tokens[-1].text for r in [*sound.traits, *sound.counts]])
        for sound in sketch.sounds
    ]


def styles(text):
    return [(style.dimension, style.tokens[-1].text) for style in sketch_of(tokens_of(text)).styles]


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("The barking gets louder and suddenly stops.", [("the barking", ["louder", "suddenly stops"])]),
        ("In the distance, a dog barks", [("a dog barks", ["in the distance"])]),
        ("A man speaks. His voice is deep.", [("a man speaks", ["man", "deep"])]),
        ("A man speaks. The man is angry.", [("a man speaks", ["man", "angry"])]),
        ("A man speaks, then the man laughs", [("a man speaks", ["man"]), ("the man laughs", [])]),
        ("An old radio plays", [("an old radio plays", [])]),
        ("dog, rain, thunder", [("dog", []), ("rain", []), ("thunder", [])]),
        ("一位女性，语速缓慢", [("一位 女性", ["女性", "语速缓慢"])]),
    ],
)
def test_what_is_said_of_whom(text, sounds):
    assert told(text) == sounds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("An upbeat jazz song", [("genre", "jazz"), ("mood", "upbeat")]),
        ("a slow piano melody", [("tempo", "slow")]),
        ("a piano, creating a peaceful atmosphere", [("mood", "peaceful")]),
        ("the tempo is slow and the mood is sad", [("tempo", "slow"), ("mood", "sad")]),
        ("sad", [("mood", "sad")]),
        ("The sound is dark and muffled.", [("production", "dark"), ("production", "muffled")]),
        ("a high-pitched sound", [("production", "high pitched")]),
        ("a bright pop song", [("genre", "pop"), ("mood", "bright")]),
        ("suitable for a rainy street", []),
        ("在厨房里，有人切菜", [("scene", "里")]),
    ],
)
def test_what_holds_for_the_clip(text, found):
    assert styles(text) == found


def test_a_bare_instrument_keeps_its_own_manner():
    assert told("a loud, fast guitar") == [("guitar", ["loud", "fast"])]


def test_a_music_noun_is_heard_beside_other_sounds():
    assert [words for words, _ in told("a dog barks over upbeat electronic music")] == ["a dog barks", "music"]


def test_unknown_clauses_of_a_known_voice_are_no_sounds():
    assert told("somewhat zorgish", about_voice=True) == []
    assert told("somewhat zorgish") != []


def test_who_goes_on_is_remembered():
    sketch = sketch_of(tokens_of("A dog barks and howls, then a cat meows and hisses."))
    assert [sound.maker.words[1].text for sound in sketch.sounds] == ["dog", "dog", "cat", "cat"]
