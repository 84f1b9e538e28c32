"""I1: captions that hold orders and control tokens are read as words and nothing else, by every family."""

import json

import pytest

import small_models
from earwitness import load_backbone
from earwitness.rubrics.asking import WORDINGS
from earwitness.rubrics.base import Caption
from earwitness.rubrics.rules import RuleDecomposer
from earwitness.rubrics.saved import rubric_line
from earwitness.types import Item, language_of
from faults.injections import LANGUAGES, WAYS, injected

ATTACKS = tuple(injected())


def test_there_are_500_in_ten_languages():
    assert len({attack.caption for attack in ATTACKS}) == 500
    assert (len(LANGUAGES), len(WAYS)) == (10, 10)


def control_tokens(prompt, question: str) -> list[int]:
    """Ids of control tokens in a prompt with one token of audio."""
    ids, _ = prompt.ids(question, 1, WORDINGS["listen"]["en"].system)
    return [token for token in ids if token in prompt.control_ids]


@pytest.mark.parametrize("family", [*small_models.FAMILY_NAMES, "embedded"])
def test_no_control_token_comes_out_of_500_captions(family):
    backbone = load_backbone("embedded") if family == "embedded" else small_models.backbone(family)
    prompt = backbone._prompt
    own = control_tokens(prompt, "a dog barks")
    assert len(own) >= 4
    broken = [
        attack
        for attack in ATTACKS
        for question in (attack.caption, WORDINGS["listen"]["en"].ask(Item("e1", f"Is it {attack.caption}?", "event")))
        if control_tokens(prompt, question) != own
    ]
    assert broken == []
    # The attack is real: as ordinary text the tokenizer takes them for control tokens.
    assert sum(1 for attack in ATTACKS if set(prompt._tokenizer(attack.caption).input_ids) & prompt.control_ids) >= 100


def test_rules_take_all_500_apart_into_spans_of_the_caption():
    captions = [Caption(attack.caption, language_of(attack.caption)) for attack in ATTACKS]
    for caption, rubric in zip(captions, RuleDecomposer().decompose(captions), strict=True):
        assert rubric.items
        assert json.loads(rubric_line(caption.text, rubric))["caption"] == caption.text
        for item in rubric.items:
            assert item.span is None or 0 <= item.span[0] < item.span[1] <= len(caption.text)
