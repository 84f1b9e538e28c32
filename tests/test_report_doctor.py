from dataclasses import replace

import pytest

from earwitness.bench.controls.bases import given_bases
from earwitness.bench.controls.pairs import Controls
from earwitness.bench.doctor import audit, examine
from earwitness.report.doctor import FINDINGS, audit_picture, findings_table, write_audit
from earwitness.report.tables import write_table
from listeners import judge, listener, reader, tone_bases, tone_pairs, voice
from told_judge import ToldJudge


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Of a judge that is right and says yes to silence."""

    def fooled(audio, question):
        return 0.99 if not abs(audio.samples).max(initial=0.0) else listener(audio, question)

    folder = tmp_path_factory.mktemp("doctor")
    return audit(examine(judge(fooled), Controls(tone_bases(20)), folder, source="20 pairs of tones", progress=False))


def test_the_verdict_comes_first_and_the_failures_last(found):
    text = write_audit(found, 140)
    assert text.startswith("listens: AUC of true over shuffled captions 1.000 (perfect), n = 20 of 20\n")
    lines = [line.split() for line in text.splitlines()]
    # 20 of 20: Wilson's interval begins at 20 / (20 + 1.96^2) = .839.
    assert ["silence", "digital", "silence", "0.990", "(all", "alike)", "1.000", "[0.839,", "1.000]"] in [
        line[:9] for line in lines
    ]
    failures = text[text.index("failure") :]
    assert "says yes to nothing" in failures
    assert "opened by a master key" in failures
    assert failures.index("not run: caption_read, spoken_over_silence, backwards_over_silence, ") > 0
    told = "20 of 20 true pairs scored; 20 pairs of tones; yes from 0.5 on; recipe"
    assert failures.splitlines()[-1].startswith(told)


def test_a_judge_without_failures_is_told_so(tmp_path):
    controls = Controls(tone_bases(20), speech=voice())
    whole = audit(examine(judge(listener), controls, tmp_path, source="", progress=False))
    text = write_audit(whole, 140)
    assert "no failure found" in text
    assert "not run" not in text
    assert "speech for yes" in text


def test_too_little_is_not_called_healthy(tmp_path):
    few = audit(examine(judge(listener), Controls(tone_bases(2)), tmp_path / "few", source="", progress=False))
    assert (few.headline, few.failures) == ("cannot tell at n = 2", ())
    assert "too few pairs to find failures" in write_audit(few)
    assert "no failure found" not in write_audit(few)
    nothing = ToldJudge(lambda pair: None)
    none = audit(examine(nothing, Controls(tone_bases(3)), tmp_path / "none", source="", progress=False))
    assert "too few pairs to find failures" in write_audit(none)
    deaf = audit(examine(judge(reader), Controls(tone_bases(20)), tmp_path / "deaf", source="", progress=False))
    assert "to find failures" not in write_audit(deaf)


def test_one_pair_has_nothing_to_be_compared_with(tmp_path):
    one = audit(examine(judge(listener), Controls(tone_bases(1)), tmp_path, source="", progress=False))
    assert write_audit(one).startswith("cannot tell: no other caption to compare with\n")


def test_pairs_of_few_clips_are_told_as_such(tmp_path):
    pairs = tone_pairs(4)
    again = [replace(pair, id=f"{pair.id} again", caption=f"{pair.caption} sounds") for pair in pairs]
    controls = Controls(given_bases([*pairs, *again]))
    told = audit(examine(judge(listener), controls, tmp_path, source="", progress=False))
    assert write_audit(told).startswith("cannot tell at n = 8 of 4 clips: AUC of true over shuffled captions ")
    assert write_audit(told).splitlines()[0].endswith(", n = 8 of 8, 4 clips")


def test_a_judge_without_decisions_has_no_room_for_them(tmp_path):
    similar = ToldJudge(lambda pair: 0.2 if "true" in pair.id else 0.1, axes={"alignment": (-1.0, 1.0)})
    text = write_audit(audit(examine(similar, Controls(tone_bases(20)), tmp_path, source="", progress=False)), 140)
    assert ["control", "p_yes", "AUC", "n"] in [line.split() for line in text.splitlines()]
    assert "not measured: bias, calibration: the judge's scores are no probabilities" in text
    assert "not measured: yes, J, flips, obeys: nothing tells from which score the judge says yes (--decide-at)" in text
    assert "yes from" not in text


def test_nothing_that_was_found_is_left_out(found):
    table = findings_table(found)
    assert len(table.rows) == len(found.findings)
    assert write_table(table, "csv").splitlines()[0] == ",".join(FINDINGS)
    text = write_audit(found, 200)
    assert all(finding.of in text and finding.measure in text for finding in found.findings)


def test_the_picture_shows_every_control(found):
    pytest.importorskip("matplotlib")
    picture = audit_picture(found)
    assert picture.startswith("<svg")
    for control in ("shuffled", "silence", "text_only", "order_reversed", "segments_swapped"):
        assert f"{control} (AUC of true over control)" in picture
    assert "aqascore, fake, template 1, logsumexp, correct front-end: listens" in picture
