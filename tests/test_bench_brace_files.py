"""BRACE's files as they are published: two layouts, votes, altered captions, what is shared between comparisons."""

import json

import pytest

from earwitness.bench.sets.brace_files import Comparison, files_by_part, read_compared
from earwitness.errors import ManifestError

REFERENCES = ["rain falls", "it rains"]


def entry(**comparisons):
    return {"file_name": "1.wav", "references": REFERENCES, **comparisons}


def voted(*votes, captions=("rain falls", "it rains")):
    return [*captions, "human", "LTU", list(votes)]


def compared(tmp_path, *entries, part="AudioCaps-Main"):
    (tmp_path / "a.json").write_text(json.dumps(entries))
    return read_compared(tmp_path / "a.json", part)


def test_the_hub_layout_tells_parts_by_folders(tmp_path):
    altered = {"file_name": "1.wav", "caption_1": ["rain", "pain", "human", "hallucination", {"references": []}]}
    for folder, entries in (
        ("benchmark/AudioCaps", [entry(**{"Human-Human": voted(1, 1, 1)})]),
        ("benchmark_hallucination/Clotho", [altered]),
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "metadata.json").write_text(json.dumps(entries))
    assert files_by_part(tmp_path) == {
        "AudioCaps-Main": tmp_path / "benchmark/AudioCaps/metadata.json",
        "Clotho-Hallucination": tmp_path / "benchmark_hallucination/Clotho/metadata.json",
    }


def test_files_of_the_authors_code_tell_parts_by_their_names_and_others_are_passed_over(tmp_path):
    (tmp_path / "Clotho_Main_v2.json").write_text(json.dumps([entry(**{"HH": voted(1)})]))
    (tmp_path / "Clotho_results.json").write_text(json.dumps([{"audio_path": "1.wav", "prediction": "0"}]))
    (tmp_path / "AudioCaps_about.json").write_text('{\n "version": 1\n}')
    (tmp_path / "package.json").write_text("{")
    assert files_by_part(tmp_path) == {"Clotho-Main": tmp_path / "Clotho_Main_v2.json"}
    (tmp_path / "Clotho_Main_v1.json").write_text(json.dumps([entry(**{"HH": voted(1)})]))
    with pytest.raises(ManifestError, match=r"are both Clotho-Main; wanted one of them"):
        files_by_part(tmp_path)


def test_votes_choose_and_even_ones_are_left_out(tmp_path):
    found = compared(
        tmp_path,
        entry(
            **{
                "Human-Human": voted(1, 1, 1),
                "Human-Machine_1": voted(-1, -1, 0),
                "Machine-Machine_2": voted(1, 1, -1),
                "Machine-Machine_3": voted(1, -1, 0),
                "Human-Machine_2": voted(),
            }
        ),
    )
    assert [comparison for comparison, _, _ in found.comparisons] == [
        Comparison("AudioCaps-Main/1/Human-Human", 0, "Human-Human", 3),
        Comparison("AudioCaps-Main/1/Human-Machine_1", 1, "Human-Machine", -2),
        Comparison("AudioCaps-Main/1/Machine-Machine_2", 0, "Machine-Machine", 1),
    ]
    assert [comparison.clear for comparison, _, _ in found.comparisons] == [True, True, False]
    assert found.even == 2


@pytest.mark.parametrize(
    ("key", "kind"),
    [("HH", "Human-Human"), ("HM_1", "Human-Machine"), ("HM2", "Human-Machine"), ("Machine-Human", "Human-Machine"),
     ("MM3", "Machine-Machine")],
)  # fmt: skip
def test_kinds_have_short_names_too(tmp_path, key, kind):
    ((comparison, _, _),) = compared(tmp_path, entry(**{key: voted(1, 1)})).comparisons
    assert comparison.kind == kind


def test_the_human_caption_of_an_altered_pair_is_the_better_one_wherever_it_stands(tmp_path):
    found = compared(
        tmp_path,
        {
            "file_name": "1.wav",
            "caption_1": ["A woman speaks", "\nA dragon speaks.", "human", "hallucination", {"references": []}],
            "caption_2": ["A banana flies", "A helicopter flies", "hallucination", "human", {"references": []}],
        },
        part="AudioCaps-Hallucination",
    )
    assert [(c.better, c.votes, c.clear, texts) for c, _, texts in found.comparisons] == [
        (0, None, True, ("A woman speaks", "A dragon speaks.")),
        (1, None, True, ("A banana flies", "A helicopter flies")),
    ]


def test_a_caption_that_stands_in_several_comparisons_is_judged_once(tmp_path):
    (tmp_path / "audio").mkdir()
    found = compared(
        tmp_path,
        entry(
            **{
                "Human-Machine_1": voted(1, 1, 1, captions=("rain falls", "rain")),
                "Human-Machine_2": voted(-1, -1, -1, captions=("drops", "rain falls")),
            }
        ),
        {**entry(**{"Human-Human": voted(1, 1, 1)}), "file_name": "2.wav"},
    )
    pairs = list(found.pairs())
    assert [(pair.meta["audio"], pair.caption) for pair in pairs] == [
        ("1.wav", "rain falls"), ("1.wav", "rain"), ("1.wav", "drops"), ("2.wav", "rain falls"), ("2.wav", "it rains"),
    ]  # fmt: skip
    assert pairs[0].audio == tmp_path / "audio" / "1.wav"
    assert pairs[0].group == "AudioCaps-Main/1.wav"
    assert [(told["id"], told["side"], told["better"], told["votes"]) for told in pairs[0].meta["comparisons"]] == [
        ("AudioCaps-Main/1/Human-Machine_1", 0, 0, 3),
        ("AudioCaps-Main/1/Human-Machine_2", 1, 1, -3),
    ]
    assert len({pair.id for pair in pairs}) == 5
    assert pairs[0].id.startswith("AudioCaps-Main/1-")


@pytest.mark.parametrize(
    ("bad", "part", "text"),
    [
        ({"references": []}, "AudioCaps-Main", "file_name is None; wanted the name of a clip"),
        (entry(**{"Human-Human": ["a", "b", "x", "y"]}), "AudioCaps-Main", "wanted two captions, their types"),
        (entry(**{"Human-Human": voted(1, 2)}), "AudioCaps-Main", "the votes of Human-Human are [1, 2]; wanted 1, 0"),
        (entry(**{"Human-Cat": voted(1)}), "AudioCaps-Main", "'Human-Cat' is no kind of comparison"),
        (entry(caption_1=["a", "b", "human", "human", {}]), "Clotho-Hallucination", "types 'human' and 'human'"),
    ],
)
def test_what_is_not_as_published_is_told_with_its_entry(tmp_path, bad, part, text):
    good = entry(**{"Human-Human": voted(1)}) if part.endswith("Main") else {"file_name": "1.wav"}
    with pytest.raises(ManifestError) as caught:
        compared(tmp_path, good, bad, part=part)
    assert str(caught.value).startswith("a.json, entry 2: ")
    assert text in str(caught.value)


def test_a_clip_outside_the_download_is_refused(tmp_path):
    found = compared(tmp_path, {**entry(**{"Human-Human": voted(1, 1, 1)}), "file_name": "../../x.wav"})
    with pytest.raises(ManifestError, match="leaves"):
        list(found.pairs())
