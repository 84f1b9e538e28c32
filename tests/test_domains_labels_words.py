"""Words of sounds: enough of them, in the right script, and none that says more than a clip decides."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from earwitness.scenes.domains.labels.words import STEMS, said, stem
from earwitness.scenes.lexicon import LEXICON, Words
from earwitness.types import Language

LABELS = (
    *LEXICON, "man speaking", "woman speaking", "child speaking", "music", "piano music", "strings music",
    "drum loop", "drum roll", "guitar", "bass", "tabla", "record scratch", "snare drum", "bass drum",
    "cymbal", "cowbell",
)  # fmt: skip
UNDECIDED = re.compile(r"\b(heavy|light|man|woman|long|short|dogs|door|wood|loud\w*|soft\w*)\b|[大长短轻门]|男|女")


def _all(known: Words) -> tuple[str, ...]:
    return tuple(chain(known.nouns, known.clauses, known.counted))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("label", LABELS)
def test_every_sound_has_words_in_one_script(label: str, language: Language) -> None:
    known = said(label, language)
    assert len(known.clauses) >= 3
    assert len(known.nouns) >= 2
    assert len(set(known.clauses)) == len(known.clauses)
    for text in _all(known):
        assert bool(re.search("[\u4e00-\u9fff]", text)) == (language == "zh"), text
        assert language == "en" or not re.search("[a-z]", text.replace("{n}", "")), text
    assert all(text.count("{n}") == 1 for text in known.counted)
    assert not any("{" in text for text in known.nouns + known.clauses)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_words_say_what_a_clip_does_not_decide(language: Language) -> None:
    for label in LEXICON:
        assert not [text for text in _all(said(label, language)) if UNDECIDED.search(text)]


def test_the_check_can_fail() -> None:
    taken = [text for known in LEXICON.values() for text in _all(known["en"]) if UNDECIDED.search(text)]
    assert {"heavy rain", "a man sneezes", "a long tone", "dogs are barking"} <= set(taken)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_two_sounds_share_a_word(language: Language) -> None:
    texts = [text for label in LABELS for text in {*said(label, language).nouns, *said(label, language).clauses}]
    assert len(set(texts)) == len(texts)
    stems = [stem(label, language) for label in LABELS]
    assert len(set(stems)) == len(stems)


def test_a_stem_has_no_article() -> None:
    assert set(STEMS) <= set(LABELS)
    for label in LABELS:
        assert not stem(label, "en").startswith(("a ", "an ", "the "))


def test_an_unknown_sound_is_spoken_of_by_its_name() -> None:
    assert said("door slam", "en").nouns == ('the sound of "door slam"',)
    assert stem("door slam", "en") == "door slam"
    assert said("kazoo music", "en").clauses[0] == "kazoo music plays"
    assert all("“door slam”" in text for text in _all(said("door slam", "zh")))
