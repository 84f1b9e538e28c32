"""Words of sounds: enough of them, in the right script, and none that says more than a clip decides."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from earwitness.scenes.domains.labels.words import STEMS, happening, heard, said, stem
from earwitness.scenes.lexicon import LEXICON, Words
from earwitness.types import Language

LABELS = (
    *LEXICON, "man speaking", "woman speaking", "child speaking", "music", "piano music", "strings music",
    "drum loop", "drum roll", "guitar", "bass", "tabla", "record scratch", "snare drum", "bass drum",
    "cymbal", "cowbell",
)  # fmt: skip
UNDECIDED = re.compile(
    r"\b(heavy|light|man|woman|long|short|dogs|door|wood|loud\w*|soft\w*)\b|[大长短轻门]|男|女|铃|啁啾|一阵.*次"
)


def _all(known: Words) -> tuple[str, ...]:
    return tuple(chain(known.nouns, known.clauses, known.counted))


COUNTABLE = (
    "dog bark", "rooster", "person sneeze", "beep", "bell", "chirp", "noise burst",
    "bass drum", "cowbell", "cymbal", "snare drum", "tabla",
)  # fmt: skip


@pytest.mark.parametrize("label", COUNTABLE)
def test_only_verbs_count(label: str) -> None:
    for text in said(label, "en").counted:
        assert not re.search(r"\b(is|are|the sound|barking|crowing|sneezing|ringing)\b", text), text
        assert text.endswith(" {n}")
    subject, _, verb = happening(label).rpartition(" ")
    assert subject
    assert not re.search(r"(\wing|s)$", verb.replace("ring", ""))


@pytest.mark.parametrize("label", ["man speaking", "woman speaking", "child speaking"])
def test_nobody_is_named_by_the_voice_alone(label: str) -> None:
    texts = [stem(label, "en"), *_all(said(label, "en")), *_all(said(label, "zh"))]
    assert not [text for text in texts if re.search("voice|male|男声|女声|童声", text)]


def test_a_sound_is_not_named_by_its_source_alone() -> None:
    assert "海浪" not in said("sea waves", "zh").nouns
    assert stem("sea waves", "en") == "sound of the sea"
    assert not [text for text in _all(said("bass", "zh")) if "弹" in text]
    assert all("electronic" in text for text in (*_all(said("chirp", "en")), stem("chirp", "en")))
    assert all("电子扫频音" in text for text in (*_all(said("chirp", "zh")), heard("chirp", "zh")))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("label", LABELS)
def test_every_sound_has_words_in_one_script(label: str, language: Language) -> None:
    known = said(label, language)
    assert len({*known.clauses, heard(label, language)}) >= 3
    assert known.nouns
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
