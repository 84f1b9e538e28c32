"""TTA-Bench's prompts: a list in JSON, or a table with lists as text; what each says of events, count and relation."""

import json

import pytest

from earwitness.bench.sets.tta_prompts import Prompt, read_prompts
from earwitness.errors import ManifestError


def entry(**cells):
    return {
        "id": "prompt_0001",
        "prompt_text": "A dog barks and then rain falls.",
        "event_count": "2",
        "event_list": ["dog barking", "rain"],
        "event_relation": "sequence",
        **cells,
    }


def write(path, *entries):
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


def test_a_list_in_json(tmp_path):
    file = write(
        tmp_path / "acc_prompt.json",
        entry(),
        entry(id="prompt_0002", prompt_text="Rain.", event_count=1, event_list=["rain"], event_relation=None),
    )
    assert read_prompts(file) == (
        Prompt("prompt_0001", "A dog barks and then rain falls.", ("dog barking", "rain"), 2, "sequence"),
        Prompt("prompt_0002", "Rain.", ("rain",), 1, "None"),
    )


@pytest.mark.parametrize("listed", ["['dog barking', \"rain\"]", '["dog barking", "rain"]', "('dog barking', 'rain')"])
def test_a_table_whose_lists_are_text_as_python_or_json_writes_it(tmp_path, listed):
    cell = listed.replace('"', '""')
    (tmp_path / "a.csv").write_text(
        f'id,prompt_text,event_count,event_list[],event_relation\n1,"Dog, rain.",2,"{cell}",Parallelism\n'
    )
    assert read_prompts(tmp_path / "a.csv") == (Prompt("1", "Dog, rain.", ("dog barking", "rain"), 2, "parallelism"),)


def test_a_list_as_text_is_read_and_never_run(tmp_path):
    target = tmp_path / "made"
    code = f"[open({str(target)!r}, 'w').write('x')]"
    with pytest.raises(ManifestError, match="event_list is "):
        read_prompts(write(tmp_path / "a.json", entry(event_list=code)))
    assert not target.exists()


def test_a_relation_may_not_be_told(tmp_path):
    untold = entry()
    del untold["event_relation"]
    assert read_prompts(write(tmp_path / "a.json", untold))[0].relation is None


def test_prompts_without_events_are_left_out(tmp_path):
    file = write(
        tmp_path / "a.json",
        entry(id="1", event_list=[]), entry(id="2", event_list=None), entry(id="3", event_list="[]"), entry(id="4"),
    )  # fmt: skip
    assert [prompt.id for prompt in read_prompts(file)] == ["4"]


def test_of_a_folder_the_files_that_name_events(tmp_path):
    write(tmp_path / "acc_prompt.json", entry())
    write(
        tmp_path / "robustness_prompt.json", {"id": "prompt_1801", "prompt_text": "RAIN", "perturbation_type": "case"}
    )
    (tmp_path / "package.json").write_text('{\n "version": 1\n}')
    assert [prompt.id for prompt in read_prompts(tmp_path)] == ["prompt_0001"]
    (tmp_path / "acc_prompt.json").unlink()
    with pytest.raises(ManifestError, match="holds no prompts with an event_list"):
        read_prompts(tmp_path)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (entry(id="2", event_count="two"), "a.json, entry 2: event_count is 'two'; wanted a finite number"),
        (entry(id="2", event_count=1.5), "a.json, entry 2: event_count is 1.5; wanted a whole number from 1 on"),
        (entry(id="2", event_list="dog, rain"), "a.json, entry 2: event_list is 'dog, rain'; wanted a list of events"),
        (entry(id="2", event_list=[1]), "a.json, entry 2: event_list is '[1]'; wanted a list"),
        (entry(id="2", event_relation="parallel"), "event_relation is 'parallel'; wanted None, sequence, parallelism"),
        (entry(id="2", prompt_text="..."), "id is '2' and the prompt '...'; wanted both"),
        (entry(), "id 'prompt_0001' occurs twice; wanted each prompt once"),
        ({"id": "2", "event_list": ["rain"]}, "a.json, entry 2: no column prompt_text or prompt or caption or text"),
    ],
)
def test_what_is_not_as_published_is_told_with_its_entry(tmp_path, bad, text):
    with pytest.raises(ManifestError) as caught:
        read_prompts(write(tmp_path / "a.json", entry(), bad))
    assert text in str(caught.value)
