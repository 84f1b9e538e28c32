"""CompA in its published shape: twins and triplets, files in the .1 columns, strict comparisons worked by hand."""

import numpy as np
import pytest
import soundfile

from clips import tone
from earwitness import AQAScore, FakeBackbone, evaluate
from earwitness.bench.figures import figure
from earwitness.bench.judged import Judged, Judgements
from earwitness.bench.sets.compa import CompA
from earwitness.errors import ManifestError

HEADER = "pair_caption,reversed_pair_caption,pair_file,reversed_pair_file,triplet_caption,triplet_file\n"
AXES = {"alignment": (0.0, 1.0)}


@pytest.fixture
def folder(tmp_path):
    """Two items on order, the second with a triplet, and one on attributes; each table in a folder of its own."""
    order, attribute = tmp_path / "CompA_order", tmp_path / "CompA Attribute"
    order.mkdir()
    attribute.mkdir()
    (order / "CompA_order_benchmark.csv").write_text(
        HEADER
        + '"A dog barks, then a horn.","A horn, then a dog barks.",1.wav,1_rev.wav,-,-\n'
        + "Rain then wind.,Wind then rain.,2.wav,2_rev.wav,Rain and wind.,2_trip.wav\n"
    )
    (attribute / "Compa-Attribute.csv").write_text(
        "pair_caption,reversed_pair_caption,pair_file,reversed_pair_file,pair_file.1,reversed_pair_file.1\n"
        "A man laughs as a baby cries.,A baby laughs as a man cries.,dQw4,w9Xc,a.wav,b.wav\n"
    )
    return tmp_path


def chosen(*names):
    return CompA().chosen(names)


def test_each_caption_of_an_item_meets_each_of_its_clips(folder):
    contents = CompA().read(folder, chosen("order"))
    pairs = list(contents.pairs)
    # 2 x 2 of the first item and 3 x 3 of the second.
    assert [pair.id for pair in pairs][:5] == [
        "order-1-t0a0", "order-1-t1a0", "order-1-t0a1", "order-1-t1a1", "order-2-t0a0",
    ]  # fmt: skip
    assert len(pairs) == 4 + 9
    assert pairs[1].caption == "A horn, then a dog barks."
    assert pairs[1].audio == folder / "CompA_order" / "CompA_order_files" / "1.wav"
    assert pairs[1].group == "order-1"
    assert pairs[1].meta == {
        "part": "order", "item": "order-1", "text": 1, "sound": 0, "audio": "CompA_order_files/1.wav",
    }  # fmt: skip
    assert contents.counts == {"order": 2}
    assert contents.notes == ("order: 1 of 2 items have a third pair, measured apart",)


@pytest.mark.parametrize("repeated", [False, True])
def test_files_of_attributes_are_in_the_numbered_columns(folder, repeated):
    table = folder / "CompA Attribute" / "Compa-Attribute.csv"
    if repeated:  # as a table is written in which two columns have one name
        table.write_text(table.read_text().replace("_file.1", "_file"))
    pairs = list(CompA().read(folder, chosen("attribute")).pairs)
    files = folder / "CompA Attribute" / "CompA_attribute_files"
    assert [pair.audio for pair in pairs] == [files / "a.wav", files / "a.wav", files / "b.wav", files / "b.wav"]


def test_a_triplet_may_be_empty_or_without_columns(folder):
    table = folder / "CompA_order" / "CompA_order_benchmark.csv"
    table.write_text(HEADER + "a,b,1.wav,1_rev.wav,,\n")
    assert len(CompA().read(folder, chosen("order")).pairs) == 4
    table.write_text("pair_caption,reversed_pair_caption,pair_file,reversed_pair_file\na,b,1.wav,1_rev.wav\n")
    assert len(CompA().read(folder, chosen("order")).pairs) == 4


def test_a_part_without_its_table_is_left_out_and_noted(folder):
    (folder / "CompA_order" / "CompA_order_benchmark.csv").unlink()
    contents = CompA().read(folder, chosen())
    assert contents.counts == {"order": 0, "attribute": 1}
    assert contents.notes == ("order: no CompA_order_benchmark.csv here, left out",)
    with pytest.raises(ManifestError, match=r"has no CompA_order_benchmark\.csv; wanted the folder of CompA"):
        CompA().read(folder, chosen("order"))


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("a,b,1.wav,-,-,-\n", "line 2: the reversed_pair has caption 'b' and file '-'; wanted both"),
        ("a,b,1.wav,2.wav,-,-\nc,d,3.wav,4.wav,e,-\n", "line 3: the triplet has caption 'e' and file '-'; wanted both"),
        ("a,b,1.wav\n", "line 2: 3 cells; the header has 6"),
        ("a,b,../../secret.wav,2.wav,-,-\n", "line 2: 'CompA_order_files/../../secret.wav' leaves"),
    ],
)
def test_what_is_not_as_published_is_told_with_its_line(folder, rows, text):
    (folder / "CompA_order" / "CompA_order_benchmark.csv").write_text(HEADER + rows)
    with pytest.raises(ManifestError) as caught:
        CompA().read(folder, chosen("order"))
    assert "CompA_order_benchmark.csv, " in str(caught.value)
    assert text in str(caught.value)


def test_missing_columns_and_a_second_copy_are_told(folder):
    (folder / "CompA_order" / "CompA_order_benchmark.csv").write_text("pair_caption,pair_file\na,1.wav\n")
    with pytest.raises(ManifestError, match=r"no column .*reversed_pair_caption"):
        CompA().read(folder, chosen("order"))
    (folder / "compa_order_benchmark.csv").write_text(HEADER)
    with pytest.raises(ManifestError, match="holds several"):
        CompA().read(folder, chosen("order"))


def test_a_check_tells_the_clips_that_are_not_there(folder):
    files = folder / "CompA_order" / "CompA_order_files"
    files.mkdir()
    for name in ("1", "1_rev", "2", "2_rev"):
        (files / f"{name}.wav").write_bytes(b"")
    checked = CompA().check(folder, chosen("order"))
    assert checked.missing == ("CompA_order_files/2_trip.wav",)
    assert not checked.complete  # nor has it 400 items


def said(*items, part="order"):
    """Judgements of items given as matrices ``[text][clip]``; None is unscored."""
    return Judgements(
        tuple(
            Judged(
                f"{number}-{text}{sound}", "clip", "caption", {} if score is None else {"alignment": score},
                meta={"part": part, "item": str(number), "text": text, "sound": sound},
            )
            for number, item in enumerate(items)
            for text, row in enumerate(item)
            for sound, score in enumerate(row)
        ),
        AXES,
    )  # fmt: skip


def measured(judgements):
    return {(m.subset, m.of): m for m in CompA().measurements(judgements)}


def test_text_audio_and_group_by_hand():
    found = measured(
        said(
            # s00 .9 > s10 .2 and s11 .8 > s01 .1; s00 > s01 and s11 > s10: all three hold.
            [[0.9, 0.1], [0.2, 0.8]],
            # s00 .6 > s10 .5 and s11 .4 > s01 .3: text; but s11 .4 < s10 .5: no audio, no group.
            [[0.6, 0.3], [0.5, 0.4]],
            # s00 .6 > s01 .3 and s11 .8 > s10 .7: audio; but s00 .6 < s10 .7: no text, no group.
            [[0.6, 0.3], [0.7, 0.8]],
            # nothing holds.
            [[0.1, 0.9], [0.8, 0.2]],
        )
    )
    assert {key: m.scores.tolist() for key, m in found.items()} == {
        ("all", "text"): [1, 1, 0, 0],
        ("all", "audio"): [1, 0, 1, 0],
        ("all", "group"): [1, 0, 0, 0],
    }
    assert figure(found["all", "group"]).value == 0.25
    assert found["all", "text"].ids == ("0", "1", "2", "3")
    assert found["all", "text"].unit == "items"
    assert found["all", "text"].clusters is None


def test_a_tie_is_wrong_and_counted_where_it_alone_stands_in_the_way():
    # First: s00 = s10, s11 > s01: only the tie keeps text from holding. Second: s00 = s10 too, but s11 < s01.
    found = measured(said([[0.5, 0.1], [0.5, 0.8]], [[0.5, 0.9], [0.5, 0.8]]))
    assert found["all", "text"].scores.tolist() == [0, 0]
    assert found["all", "text"].ties == 1
    # Audio: first .5 > .1 and .8 > .5; second .5 < .9.
    assert found["all", "audio"].scores.tolist() == [1, 0]
    assert found["all", "audio"].ties == 0
    assert found["all", "group"].ties == 1


def test_scores_closer_than_single_precision_are_told_apart():
    close = float(np.nextafter(0.7, 1))
    assert np.float32(close) == np.float32(0.7)
    found = measured(said([[close, 0.1], [0.7, 0.8]]))
    assert found["all", "text"].scores.tolist() == [1]


def test_an_item_without_one_of_its_scores_is_counted_and_not_measured():
    found = measured(said([[0.9, 0.1], [0.2, 0.8]], [[0.9, None], [0.2, 0.8]]))
    for of in ("text", "audio", "group"):
        assert found["all", of].ids == ("0",)
        assert found["all", of].n_total == 2


def test_triplets_are_choices_of_three_beside_their_twins():
    # Columns: clip 0 has its caption highest (.9), clip 1 too (.8), clip 2 not (.3 < .6): text of three 1 1 0.
    # Rows: caption 0 is highest in clip 0 (.9), caption 1 in clip 1 (.8), caption 2 ties clips 1 and 2 (.3): 1 1 0.
    found = measured(said([[0.9, 0.2, 0.6], [0.1, 0.8, 0.2], [0.0, 0.3, 0.3]], [[0.9, 0.1], [0.2, 0.8]]))
    text, audio = found["triplets", "text of three"], found["triplets", "audio of three"]
    assert text.scores.tolist() == [1, 1, 0]
    assert audio.scores.tolist() == [1, 1, 0]
    assert (text.ties, audio.ties) == (0, 1)
    assert text.clusters == ("0", "0", "0")
    assert text.n_total == 3
    # The twins of an item with a triplet count among all items.
    assert found["all", "group"].scores.tolist() == [1, 1]


def test_a_choice_of_three_needs_three_scores():
    found = measured(said([[0.9, 0.2, None], [0.1, 0.8, 0.2], [0.0, 0.3, 0.3]]))
    # Text for clip 2 lacks caption 0; audio for caption 0 lacks clip 2.
    assert found["triplets", "text of three"].ids == ("0-0", "0-1")
    assert found["triplets", "audio of three"].ids == ("0-1", "0-2")
    assert found["triplets", "text of three"].n_total == 3


def test_a_judge_without_alignment_is_not_measured():
    assert list(CompA().measurements(Judgements(said([[0.9, 0.1], [0.2, 0.8]]).judged, {"pq": (1.0, 10.0)}))) == []


def test_from_files_to_figures(folder, tmp_path):
    files = folder / "CompA_order" / "CompA_order_files"
    files.mkdir()
    for frequency, name in enumerate(("1", "1_rev", "2", "2_rev"), start=1):
        soundfile.write(files / f"{name}.wav", tone(0.5, 200.0 * frequency), 16000)
    # 2_trip.wav is missing. A judge that says yes to what begins with a dog, whatever it hears.
    judge = AQAScore(FakeBackbone(lambda audio, question: 0.9 if "A dog barks, then" in question else 0.4))
    contents = CompA().read(folder, chosen("order"))
    run = evaluate(judge, contents.pairs, tmp_path / "run", progress=False)
    found = {(m.subset, m.of): m for m in CompA().measurements(Judgements.of(run))}
    # Item 1: the caption decides alone: clip 1 has the wrong one, and for each caption both clips tie. Item 2: all tie.
    assert found["all", "text"].scores.tolist() == [0, 0]
    assert found["all", "audio"].ties == 2
    # The clip that is missing costs the choices of three that need it, and no item.
    assert (len(found["all", "text"].ids), found["all", "text"].n_total) == (2, 2)
    assert found["triplets", "text of three"].ids == ("order-2-0", "order-2-1")
    assert found["triplets", "audio of three"].n_total == 3
    assert found["triplets", "audio of three"].ids == ()


def test_published_numbers_have_their_source():
    assert {(p.judge, p.part, p.value, p.mark) for p in CompA.published} == {
        ("AQAScore", "order", 0.67, "second-hand"),
        ("best CLAP beside AQAScore", "order", 0.407, "second-hand"),
    }
