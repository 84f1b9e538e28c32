import pytest

from earwitness.rubrics.rules.context import in_context
from earwitness.rubrics.rules.tokens import tokens_of


@pytest.mark.parametrize(
    ("text", "word", "tag"),
    [
        ("the door creaks", "creaks", "action"),
        ("a creak", "creak", "sound"),
        ("a slide whistle", "whistle", "source"),
        ("a man whistles", "whistles", "action"),
        ("someone is typing", "typing", "action"),
        ("a keyboard clicks", "keyboard", "source"),
        ("a song with keyboard", "keyboard", "instrument"),
        ("a rock song", "rock", "genre"),
        ("a rock falls", "rock", "motion"),
        ("a heavy metal gate", "heavy metal", "word"),
        ("a tone sounds", "tone", "sound"),
        ("his tone is calm", "tone", "property"),
        ("a deep voice speaks", "voice", "voice"),
        ("his voice is deep", "voice", "property"),
        ("it rings once", "once", "count"),
        ("once it rings", "once", "order"),
        ("a car nearby", "nearby", "trait"),
        ("birds in the park", "park", "place"),
        ("声音低沉", "声音", "property"),
        ("狗 声音", "声音", "frame"),
    ],
)
def test_neighbours_decide(text, word, tag):
    read = {token.text: token.tag for token in in_context(tokens_of(text))}
    assert read[word] == tag


@pytest.mark.parametrize(
    ("text", "word", "tag", "dimension"),
    [
        ("a dark timbre", "dark", "trait", "timbre"),
        ("a dark, muffled recording", "dark", "trait", "timbre"),
        ("the sound is very dark", "dark", "trait", "timbre"),
        ("a dark and tense piece", "dark", "trait", "emotion"),
        ("the music is dark", "dark", "trait", "emotion"),
        ("a dry, lively recording", "dry", "word", ""),
        ("the recording is dry", "dry", "trait", "room"),
        ("a dry snare drum", "dry", "trait", "room"),
        ("dry leaves crunch", "dry", "word", ""),
        ("a dry cough", "dry", "word", ""),
        ("the audio is clipped", "clipped", "trait", "timbre"),
        ("a noisy, hissy tape", "noisy", "trait", "timbre"),
        ("a noisy street", "noisy", "trait", "loudness"),
        ("阴暗沉闷的雨声", "阴暗", "trait", "timbre"),
        ("阴暗的气氛", "阴暗", "trait", "emotion"),
    ],
)
def test_words_of_sound_beside_words_of_sound(text, word, tag, dimension):
    read = {token.text: (token.tag, token.dimension) for token in in_context(tokens_of(text))}
    assert read[word] == (tag, dimension)


def test_notes_are_played_and_people_note():
    assert in_context(tokens_of("high notes"))[1].tag == "music"
    assert in_context(tokens_of("the man notes"))[2].tag == "action"


def test_people_do_it_with_their_voice():
    man, howls = in_context(tokens_of("man howls"))
    wolf, howls_too = in_context(tokens_of("wolf howls"))
    assert (man.tag, wolf.tag) == ("voice", "source")
    assert (howls.dimension, howls_too.dimension) == ("voice", "sound")


def test_a_degree_with_nothing_to_grade_is_an_adverb():
    *_, adverb = in_context(tokens_of("she sings softly"))
    assert (adverb.tag, adverb.dimension) == ("trait", "loudness")
    assert in_context(tokens_of("softly nasal"))[0].tag == "degree"
