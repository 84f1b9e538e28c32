import json
from dataclasses import replace
from itertools import count
from typing import ClassVar

import numpy as np
import pytest

from earwitness import AQAScore, FakeBackbone, evaluate, open_run
from earwitness.bench.controls.bases import given_bases
from earwitness.bench.controls.conditions import CONDITIONS
from earwitness.bench.controls.pairs import Controls
from earwitness.bench.controls.speech import Speech
from earwitness.bench.doctor import audit, examine
from earwitness.bench.doctor.answers import Answers, ControlAnswer
from earwitness.bench.doctor.findings import findings
from earwitness.errors import AudioError, RunError, UsageError
from earwitness.metrics.shares import share_interval
from earwitness.metrics.uncertainty import mean_estimate
from earwitness.types import Score
from listeners import SURE, heard, judge, listener, named, reader, tone_bases, tone_pairs, voice, voice_heard
from small_judge import HashJudge
from told_judge import ToldJudge


def examined(yes, folder, bases=None, speech=None, **options):
    asked = yes if isinstance(yes, AQAScore | HashJudge | ToldJudge) else judge(yes)
    controls = Controls(bases or tone_bases(), speech=speech)
    return examine(asked, controls, folder, source="tones", progress=False, **options)


def names(found):
    return {failure.name for failure in found.failures}


def failed(found, name):
    return {failure.finding.of for failure in found.failures if failure.name == name}


def test_a_judge_that_is_always_right_listens_and_has_no_failure(tmp_path):
    found = audit(examined(listener, tmp_path, speech=voice()))
    assert found.headline == "listens"
    assert found.failures == ()
    assert (found.bases, found.scored) == (24, 24)
    assert found.not_run == {}
    for control in ("shuffled", "silence", "noise", "tone", "text_only", "order_reversed", "segments_swapped"):
        assert found.get(control, "AUC").value == 1.0
        assert found.get(control, "J").value == 1.0
        assert found.get(control, "yes").value == 0.0
        assert (found.get(control, "AUC").n, found.get(control, "AUC").n_total) == (24, 24)
    for change in ("louder", "softer", "slower", "faster", "mp3", "ogg", "noise_20dB", "noise_10dB"):
        assert found.get(change, "flips").value == 0.0, change
    assert found.get("null_caption", "refused").value == 1.0
    assert found.get("true and shuffled", "mass").value == pytest.approx(0.98)
    # Half of the pairs match, and it says so: (.98 + .02) / 2 - 1/2.
    assert found.get("true and shuffled", "bias").value == pytest.approx(0.0)
    assert found.get("repeat", "spread").value == found.get("alone", "spread").value == 0.0


def test_a_judge_that_reads_only_does_not_listen(tmp_path):
    found = audit(examined(reader, tmp_path, tone_bases(72)))
    assert found.headline == "does not listen"
    # The same caption, whatever is heard: every pair ties with its own.
    for control in ("silence", "noise", "tone", "text_only"):
        assert found.get(control, "AUC").value == 0.5
        assert found.get(control, "J").value == 0.0
    assert "says yes to nothing" in names(found)
    assert "segments_swapped" in failed(found, "no temporal reasoning")
    # It hears nothing, so that nothing moves it.
    assert "unstable" not in names(found)


def test_a_judge_that_says_yes_to_everything_does_not_listen(tmp_path):
    found = audit(examined(lambda audio, question: 0.97, tmp_path))
    assert found.headline == "does not listen"
    auc = found.get("shuffled", "AUC")
    assert (auc.value, auc.low, auc.reason) == (0.5, None, "constant_resamples")
    assert failed(found, "says yes to nothing") == {"silence", "noise", "text_only"}
    assert names(found) >= {"overconfident on wrong pairs", "says yes too readily", "uncalibrated"}
    # Neither above the true match nor below: a tie opens no door.
    assert "opened by a master key" not in names(found)


def test_a_judge_that_does_not_tell_what_comes_first(tmp_path):
    def hears_both(audio, question):
        return SURE if set(heard(audio)) == set(named(question)) else 1 - SURE

    found = audit(examined(hears_both, tmp_path))
    assert found.headline == "listens"
    assert failed(found, "no temporal reasoning") == {"order_reversed", "segments_swapped"}


def test_a_judge_that_is_turned_by_loudness(tmp_path):
    def likes_it_soft(audio, question):
        # The clips peak at about .2 and .4 once they are louder, .1 once they are softer.
        return listener(audio, question) if np.abs(audio.samples).max(initial=0.0) < 0.3 else 0.1

    found = audit(examined(likes_it_soft, tmp_path))
    assert found.headline == "listens"
    assert failed(found, "unstable") == {"louder"}
    assert failed(found, "moved by level") == {"level"}
    # From .98 to .1 over 12 dB.
    assert found.get("level", "shift per dB").value == pytest.approx((0.1 - SURE) / 12)


SPOKEN = {"caption_read", "spoken_over_silence", "spoken_-10dB", "spoken_+0dB", "spoken_+10dB"}


def test_a_judge_that_obeys_what_it_is_told(tmp_path):
    def obeys(audio, question):
        return SURE if voice_heard(audio) == "forwards" else listener(audio, question)

    found = audit(examined(obeys, tmp_path, speech=voice()))
    assert failed(found, "turned by speech") == SPOKEN
    assert failed(found, "obeys speech") == {"spoken_over_silence", "spoken_+0dB"}
    assert found.get("spoken_+0dB", "flips").value == found.get("spoken_+0dB", "obeys").value == 1.0
    assert found.get("backwards_+0dB", "flips").value == 0.0


def test_a_judge_that_takes_any_voice_for_what_it_looks_for(tmp_path):
    def mistaken(audio, question):
        return SURE if voice_heard(audio) else listener(audio, question)

    found = audit(examined(mistaken, tmp_path, speech=voice()))
    assert failed(found, "turned by speech") == SPOKEN
    assert failed(found, "obeys speech") == set()
    assert found.get("spoken_+0dB", "obeys").value == 0.0


def test_silence_that_opens_every_door(tmp_path):
    def fooled(audio, question):
        return 0.99 if not np.abs(audio.samples).max(initial=0.0) > 1e-6 else listener(audio, question)

    found = audit(examined(fooled, tmp_path))
    assert failed(found, "opened by a master key") == {"silence"}
    assert failed(found, "says yes to nothing") == {"silence", "text_only"}


def test_length_that_opens_doors_which_the_clip_did_not(tmp_path):
    def fooled(audio, question):
        return 0.99 if audio.duration > 2.0 else listener(audio, question)

    found = audit(examined(fooled, tmp_path))
    assert failed(found, "opened by a master key") == {"other_looped", "other_longer"}
    assert found.get("other_looped", "beats").value == 1.0
    assert found.get("other_louder", "opens").value == 0.0


def test_a_judge_whose_answers_are_no_yes_and_no(tmp_path):
    found = audit(examined(judge(listener, mass=0.3), tmp_path))
    assert "answers something else" in names(found)
    assert found.get("true and shuffled", "off_format").value == 1.0


def test_a_judge_that_draws_lots_does_not_repeat_itself(tmp_path):
    drawn = np.random.default_rng(0)
    found = audit(examined(lambda audio, question: drawn.uniform(0.6, 0.9), tmp_path))
    assert {"does not repeat itself", "changes with its batch"} <= names(found)


def test_a_judge_that_minds_its_batch(tmp_path):
    class Minds(FakeBackbone):
        def answer(self, requests):
            self.crowd = len(requests)
            return super().answer(requests)

    backbone = Minds(lambda audio, question: abs(listener(audio, question) - 0.05 * (backbone.crowd == 1)))
    found = audit(examined(AQAScore(backbone), tmp_path))
    assert "changes with its batch" in names(found)
    assert found.get("alone", "spread").value == pytest.approx(0.05)


class ScoresAnything(HashJudge):
    """Scores what it is given, null captions too; ``quality`` is not its business."""

    axes: ClassVar = {"alignment": (0.0, 10.0)}

    def score(self, pair):
        right = heard(pair.audio) == named(pair.caption)
        return Score(pair.id, {"alignment": 9.0 if right else 2.0}, self.recipe.id)


def test_a_judge_of_another_scale_that_scores_null_captions(tmp_path):
    found = audit(examined(ScoresAnything(), tmp_path))
    assert found.headline == "listens"
    assert "scores null captions" in names(found)
    assert found.get("null_caption", "refused").value == 0.0
    # 2 of 10: nothing that is heard is called nothing.
    assert found.get("null_caption", "highest").value == pytest.approx(0.2)
    assert found.get("true", "p_yes").value == pytest.approx(0.9)
    # A rating is no probability, so it is not calibrated badly.
    assert found.get("true and shuffled", "ECE") is None


def test_the_audit_is_the_runs_and_needs_no_judge(tmp_path):
    run = examined(reader, tmp_path / "run", speech=voice())
    assert audit(open_run(tmp_path / "run")) == audit(run)
    json.dumps(audit(run).to_dict(), allow_nan=False)


def test_it_goes_on_where_it_was_left(tmp_path):
    whole = audit(examined(listener, tmp_path / "whole"))
    asked = count()

    def breaks_off(audio, question):
        if next(asked) == 200:
            raise KeyboardInterrupt
        return listener(audio, question)

    with pytest.raises(KeyboardInterrupt):
        examined(breaks_off, tmp_path / "run")
    kept = open_run(tmp_path / "run").n_scored
    assert 0 < kept < 400
    again = count()

    def counted(audio, question):
        next(again)
        return listener(audio, question)

    assert audit(examined(counted, tmp_path / "run")) == whole
    assert next(again) == open_run(tmp_path / "run").n_scored - kept


def test_a_run_that_has_only_begun_tells_nothing_and_says_so(tmp_path):
    """Killed after what is scored alone, of which the run must not look whole."""
    asked = count()

    def breaks_off(audio, question):
        if next(asked) == 24:
            raise KeyboardInterrupt
        return listener(audio, question)

    with pytest.raises(KeyboardInterrupt):
        examined(breaks_off, tmp_path)
    run = open_run(tmp_path)
    assert (run.n_scored, run.n_total) == (24, len(Controls(tone_bases())))
    found = audit(run)
    assert found.headline == "cannot tell at n = 0"
    assert (found.bases, found.scored) == (24, 0)
    assert set(found.not_run.values()) == {"the run is not finished"}


def test_what_is_scored_alone_is_given_to_the_judge_alone(tmp_path):
    class Notes(FakeBackbone):
        def answer(self, requests):
            crowds.append(len(requests))
            return super().answer(requests)

    crowds = []
    examined(AQAScore(Notes(listener)), tmp_path, tone_bases(6))
    assert crowds[:6] == [1] * 6
    assert max(crowds[6:]) > 1


def test_too_few_pairs_cannot_tell(tmp_path):
    found = audit(examined(listener, tmp_path, tone_bases(8)))
    assert found.headline == "cannot tell at n = 8"


def test_what_cannot_be_read_is_counted_and_not_invented(tmp_path):
    pairs = tone_pairs(24)
    broken = [replace(pair, audio=tmp_path / "not there.wav") for pair in pairs[:3]]
    found = audit(examined(listener, tmp_path / "run", given_bases([*broken, *pairs[3:]])))
    assert (found.bases, found.scored) == (24, 21)
    assert set(found.not_scored) == {"audio_missing"}
    assert (found.get("silence", "AUC").n, found.get("silence", "AUC").n_total) == (21, 24)
    assert found.headline == "listens"


@pytest.mark.parametrize("readable", [0, 1])
def test_next_to_nothing_is_no_verdict(tmp_path, readable):
    pairs = [*tone_pairs(1)[:readable], *(replace(pair, audio=b"R" * n) for n, pair in enumerate(tone_pairs(5)[2:]))]
    found = audit(examined(listener, tmp_path, given_bases(pairs), speech=voice()))
    assert found.headline.startswith("cannot tell at n = ")
    assert (found.bases, found.scored) == (3 + readable, readable)
    assert found.get("shuffled", "AUC").n <= readable
    assert all(finding.value is None or np.isfinite(finding.value) for finding in found.findings)
    json.dumps(found.to_dict(), allow_nan=False)


def test_captions_without_order_have_no_order_controls(tmp_path):
    pairs = [replace(pair, caption=pair.caption.replace(", then", " and")) for pair in tone_pairs(24)]
    found = audit(examined(lambda audio, question: 0.3, tmp_path, given_bases(pairs)))
    assert set(found.not_run) >= {"order_reversed", "segments_swapped", "spoken_over_silence"}
    assert "no caption tells an order" in found.not_run["order_reversed"]
    assert "no caption tells an order" in found.not_run["segments_swapped"]
    assert found.not_run["spoken_+0dB"] == "not asked for"
    assert found.get("order_reversed", "AUC") is None


def test_what_is_not_run_has_its_own_reason(tmp_path):
    pairs = [replace(pair, caption="a sound") for pair in tone_pairs(3)]
    found = audit(examined(listener, tmp_path, given_bases(pairs), speech=voice()))
    # There is a voice: what is lacking are other captions.
    assert "spoken_over_silence" not in found.not_run
    for condition in ("shuffled", "other_louder", "spoken_+0dB", "backwards_+0dB"):
        assert found.not_run[condition] == "no other caption to compare with"
    assert found.headline == "cannot tell: no other caption to compare with"


def of_few_clips(clips=20, captions=3):
    """Several captions of each clip."""
    words = ("{}", "{} sounds", "{} again", "{} in a hall", "{} at night")[:captions]
    return given_bases(
        replace(pair, id=f"{pair.id} {n}", caption=word.format(pair.caption))
        for pair in tone_pairs(clips)
        for n, word in enumerate(words)
    )


def test_pairs_of_one_clip_count_once_in_every_interval(tmp_path):
    def likes_every_other(audio, question):
        # The clips peak at .2, .201, .202 and so on.
        return 0.9 if round(1000 * np.abs(audio.samples).max(initial=0.0)) % 2 else 0.2

    found = audit(examined(likes_every_other, tmp_path, of_few_clips()))
    yes = found.get("true", "yes")
    # Wilson's interval of 10 of 20 with t(19) = 2.093: .5 +- 2.093 / (2 * sqrt(20 + 2.093^2)); of 60, .38 to .62.
    assert (yes.value, yes.n, yes.clips) == (0.5, 60, 20)
    assert (yes.low, yes.high) == pytest.approx((0.288, 0.712), abs=0.005)
    assert {finding.clips for finding in found.findings if finding.n == 60} == {20}
    mean, bias = found.get("true", "p_yes"), found.get("true and shuffled", "bias")
    # .2 and .9 by clip: a standard deviation of .35 * sqrt(20 / 19) over 20 clips, times 2.093.
    for figure, middle in ((mean, 0.55), (bias, 0.05)):
        assert (figure.low, figure.high) == pytest.approx((middle - 0.168, middle + 0.168), abs=0.001)


def test_a_few_clips_are_no_verdict_however_many_captions_they_have(tmp_path):
    found = audit(examined(listener, tmp_path, of_few_clips(6, captions=5)))
    assert found.headline == "cannot tell at n = 30 of 6 clips"


def test_how_much_is_said_in_yes_and_no_is_by_clip(tmp_path):
    drawn = np.random.default_rng(0).random(20)

    def answer(base):
        return ControlAnswer(base, base, base, 0.5, float(drawn[int(base)]), bool(drawn[int(base)] < 0.5), None)

    told = [answer(str(base)) for base in range(20)]
    found = {finding.measure: finding for finding in findings(Answers({"true": told, "shuffled": told}, 0.5))}
    # Every base twice: as much as is told by the 20 of them.
    once = mean_estimate(drawn.tolist(), bounds=(0, 1))
    assert (found["mass"].low, found["mass"].high) == pytest.approx((once.low, once.high), abs=1e-9)
    assert (found["mass"].n, found["mass"].clips) == (40, 20)
    off = share_interval(drawn < 0.5)
    assert found["off_format"].high - found["off_format"].low >= off.high - off.low


def test_the_decision_is_where_the_judge_puts_it(tmp_path):
    def timid(audio, question):
        return 0.4 if heard(audio) == named(question) else 0.1

    at_half = audit(examined(timid, tmp_path / "a"))
    assert at_half.get("shuffled", "J").value == 0.0
    assert at_half.get("true and shuffled", "J lost").value == 1.0
    assert "uncalibrated" in names(at_half)
    lower = audit(examined(timid, tmp_path / "b", decide_at=0.3))
    assert lower.get("shuffled", "J").value == 1.0
    assert lower.get("true and shuffled", "J lost").value == 0.0


TRUE = {"true", "alone", "repeat", *(condition.name for condition in CONDITIONS if condition.group == "same")}


def similarity(pair):
    """A cosine: .45 for what matches, .15 for what does not."""
    condition = pair.meta["condition"]
    if condition in ("null_caption", "text_only"):
        return None
    return (0.45 if condition in TRUE else 0.15) + 0.0004 * int(pair.meta["base"])


def test_a_judge_of_similarities_is_accused_of_nothing_that_is_said_of_probabilities(tmp_path):
    cosine = ToldJudge(similarity, axes={"alignment": (-1.0, 1.0)})
    found = audit(examined(cosine, tmp_path / "a", speech=voice()))
    assert (found.headline, found.failures, found.decide_at) == ("listens", (), None)
    of_decisions = {"yes", "J", "flips", "obeys", "J lost"}
    of_probabilities = {"bias", "ECE", "p_yes > 0.9"}
    measured = {finding.measure for finding in found.findings}
    assert not measured & (of_decisions | of_probabilities)
    assert measured >= {"AUC", "p_yes", "shift", "beats", "opens", "spread", "refused"}
    # A cosine of .3 is .65 on a scale from 0 to 1, and decides rightly.
    decided = audit(examined(cosine, tmp_path / "b", speech=voice(), decide_at=0.65))
    assert decided.failures == ()
    measured = {finding.measure for finding in decided.findings}
    assert measured >= of_decisions
    assert not measured & of_probabilities
    assert decided.get("shuffled", "J").value == 1.0


def test_what_cannot_be_examined_is_said_beforehand(tmp_path):
    class OnlyQuality(HashJudge):
        axes: ClassVar = {"quality": (1.0, 5.0)}

    class Endless(HashJudge):
        axes: ClassVar = {"alignment": (0.0, float("inf"))}

    with pytest.raises(UsageError, match=r"the judge gives quality; wanted one .* \(alignment\)"):
        examined(OnlyQuality(), tmp_path)
    with pytest.raises(UsageError, match="wanted a scale with two ends"):
        examined(Endless(), tmp_path)
    with pytest.raises(UsageError, match="there is no pair to make controls of"):
        examine(judge(listener), Controls([]), tmp_path, source="nothing")
    with pytest.raises(UsageError, match=r"decide_at is 1\.5"):
        examined(listener, tmp_path, decide_at=1.5)
    assert not list(tmp_path.iterdir())
    run = evaluate(judge(listener), tone_pairs(2), tmp_path / "other", progress=False)
    with pytest.raises(UsageError, match="other holds no controls"):
        audit(run)
    with pytest.raises(RunError, match="another recipe"):
        examined(judge(listener, mass=0.5), tmp_path / "other")


def test_a_caption_that_cannot_be_read_aloud_costs_its_own_pair(tmp_path):
    def read(text, language):
        if text == bases[0].caption:
            raise AudioError("no voice", code="unspeakable")
        return voice().sentences[language]

    bases = tone_bases()
    found = audit(examined(listener, tmp_path, bases, speech=Speech(voice().sentences, "a whistle", read)))
    read_aloud = found.get("caption_read", "flips")
    same = sum(base.caption == bases[0].caption for base in bases)
    assert (read_aloud.n, read_aloud.n_total) == (len(bases) - same, len(bases))
    assert found.not_scored == {"audio_empty": same}
