import pytest

from earwitness.bench.studies.settings import Grid, Setting
from earwitness.errors import UsageError


def test_a_grid_is_crossed_or_changes_one_thing_at_a_time():
    levels = {"templates": (1, 2, 3), "systems": (None, "listen"), "answers": ("logsumexp", "pair")}
    assert len(Grid(**levels).settings()) == 12
    alone = Grid(**levels, crossed=False).settings()
    changed = [(setting.template, setting.system, setting.answers) for setting in alone]
    assert changed == [
        (1, None, "logsumexp"),
        (1, "listen", "logsumexp"),
        (1, None, "pair"),
        (2, None, "logsumexp"),
        (3, None, "logsumexp"),
    ]


def test_a_level_named_twice_is_one():
    assert len(Grid(templates=(1, 1, 2)).settings()) == 2


@pytest.mark.parametrize(
    ("levels", "text"),
    [
        ({"templates": (1, 77)}, "no template '77'"),
        ({"systems": (None, "shout")}, "no wording 'shout'"),
        ({"answers": ("loudest",)}, "answers is 'loudest'"),
        ({"front_ends": ("Paper",)}, "front_end is 'Paper'"),
        ({"backbones": {}}, "a factor has no level"),
    ],
)
def test_a_level_that_does_not_exist_is_told_before_anything_is_loaded(levels, text):
    with pytest.raises(UsageError, match=text):
        Grid(**levels)


def test_a_settings_name_fits_a_folder():
    name = Setting("http://host:8000/v1#judge", system="my words/own.json").name
    assert name == "http-host-8000-v1-judge-correct-1-logsumexp-my-words-own.json"
    assert len(Setting("x" * 500).name) < 100
