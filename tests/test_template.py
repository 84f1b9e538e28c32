import pytest

from earwitness.errors import UnknownNameError
from earwitness.rubrics.template import TEMPLATES, template


def test_there_are_at_least_six_in_both_languages():
    assert len(TEMPLATES) >= 6
    assert all(set(entry.texts) == {"en", "zh"} for entry in TEMPLATES.values())


def test_the_first_is_the_papers():
    assert template(1).ask("rain", "en") == (
        "Does this audio contain the sound events described by the text: rain? Please answer yes or no."
    )


@pytest.mark.parametrize("entry", TEMPLATES.values(), ids=lambda entry: entry.number)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_names_both_answers_and_holds_the_caption_once(entry, language):
    text = entry.texts[language]
    assert text.count("{text}") == 1
    answers = ("yes", "no") if language == "en" else ("是", "否")
    assert all(answer in text for answer in answers)


def test_wordings_differ():
    assert len({text for entry in TEMPLATES.values() for text in entry.texts.values()}) == 2 * len(TEMPLATES)


def test_braces_and_percent_in_a_caption_stay():
    assert '"{x} %s {text}"' in template(2).ask("{x} %s {text}", "en")


def test_an_unknown_number_is_an_error():
    with pytest.raises(UnknownNameError, match="no template '99'"):
        template(99)
