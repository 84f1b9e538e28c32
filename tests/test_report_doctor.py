import pytest

from earwitness.bench.controls.pairs import Controls
from earwitness.bench.doctor import audit, examine
from earwitness.report.doctor import FINDINGS, audit_picture, findings_table, write_audit
from earwitness.report.tables import write_table
from listeners import judge, listener, tone_bases, voice


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
    assert failures.index("not run: spoken_over_silence, backwards_over_silence, ") > 0
    told = "20 of 20 true pairs scored; 20 pairs of tones; yes from 0.5 on; recipe"
    assert failures.splitlines()[-1].startswith(told)


def test_a_judge_without_failures_is_told_so(tmp_path):
    controls = Controls(tone_bases(20), speech=voice())
    whole = audit(examine(judge(listener), controls, tmp_path, source="", progress=False))
    text = write_audit(whole, 140)
    assert "no failure found" in text
    assert "not run" not in text
    assert "speech for yes" in text


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
