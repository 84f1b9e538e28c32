import json
from importlib.resources import files

import pytest

from earwitness.rubrics import lexicon as room
from earwitness.rubrics.lexicon import FILES, gerund, lexicon

DATA = {name: json.loads(files(room).joinpath(f"{name}.json").read_text(encoding="utf-8")) for name in FILES}


def form(text, tag):
    return next(form for form in lexicon().of(text) if form.term.tag == tag)


@pytest.mark.parametrize("name", FILES)
def test_every_file_has_a_version_and_known_keys(name):
    assert isinstance(DATA[name]["version"], int)
    keys = {"tag", "dimension", "sense", "implies", "inflect", "article", "terms", "patterns"}
    assert all(set(group) <= keys and group["tag"] for group in DATA[name]["groups"])


def test_no_data_file_is_left_out():
    held = {path.name.removesuffix(".json") for path in files(room).iterdir() if path.name.endswith(".json")}
    assert held == set(FILES)


def test_both_languages_and_all_shapes_are_found():
    assert form("dogs", "source").shape == "plural"
    assert form("狗", "source").term == form("dog", "source").term
    assert form("barks", "action").shape == "third"
    assert form("loudly", "trait").base == "loud"


def test_hyphens_are_spaces():
    assert lexicon().of("high pitched")
    assert not lexicon().of("high-pitched")


def test_a_noun_can_imply_attributes():
    assert form("girl", "voice").term.implies == ("gender", "age")
    assert form("person", "voice").term.implies == ()


def test_a_source_has_its_call():
    assert form("狗", "source").term.call == "bark"


def test_unlike_words_do_not_translate_each_other():
    assert form("open", "action").term.names["zh"] != form("close", "action").term.names["zh"]
    assert form("major key", "tempo").term.names != form("minor key", "tempo").term.names


def test_the_identity_changes_with_any_data(monkeypatch):
    before = lexicon().identity
    monkeypatch.setattr(room, "FILES", FILES[:-1])
    assert lexicon.__wrapped__().identity != before
    assert lexicon().identity == before


def test_patterns_are_found_by_form():
    found = {f.term.tag for pattern, f in lexicon().patterns if pattern.search("120 bpm, 30-year-old, 三声, 80s")}
    assert found == {"tempo", "trait", "count", "genre"}


def test_gerund_of_a_verb_with_a_particle():
    assert gerund(form("passes by", "action")) == "passing by"
