import json

import numpy as np
import pytest

from beep_backbone import BeepBackbone, hears_beep
from clips import clip
from earwitness.bench.base import About, Benchmark, Contents, Part
from earwitness.bench.measurements import Measurement, labelled, rated
from earwitness.bench.studies.ablation import RESULTS, ablate
from earwitness.bench.studies.settings import Grid
from earwitness.errors import AudioError, UsageError
from earwitness.run import open_run
from earwitness.types import Pair

BEEPS = 12


class Beeps(Benchmark):
    """Clips with and without a beep, each said to have one."""

    name = "beeps"
    about = About("beeps", "12 pairs", "none", "nowhere")
    parts = (Part("all", "all pairs"),)

    def read(self, data, parts):
        pairs = [
            Pair(clip(0.3 + n / 100, 3000 if n % 2 else 300), "a beep", f"p{n}", meta={"part": "all", "beep": n % 2})
            for n in range(BEEPS)
        ]
        return Contents(pairs, {"all": BEEPS}, ("made for a test",))

    def measurements(self, said):
        yield from labelled(said, "all", lambda judged: bool(judged.meta["beep"]))
        told = [judged for judged in said if "alignment" in judged.values]
        right = np.array([float((judged.values["alignment"] > 0.5) == judged.meta["beep"]) for judged in told])
        yield Measurement("all", "label", "accuracy", tuple(j.id for j in told), right, np.ones(len(told)), BEEPS)


class Wordy(BeepBackbone):
    """Hears beeps in template 1, and always says yes in every other wording."""

    def __init__(self):
        super().__init__(self.answer_to)
        self.asked = 0

    def answer_to(self, audio, question):
        self.asked += 1
        return hears_beep(audio) if "sound events" in question else 0.9


def run(folder, grid=None, backbone=None, **options):
    grid = grid or Grid({"wordy": backbone or Wordy()}, templates=(1, 2))
    return ablate(Beeps(), folder / "data", grid, folder / "out", **options)


def test_each_setting_is_a_run_with_the_first_measurement_as_its_figure(tmp_path):
    found = run(tmp_path)
    assert [cell.levels["template"] for cell in found.cells] == ["1", "2"]
    assert [(cell.figure.measure, cell.value, cell.figure.n) for cell in found.cells] == [
        ("AUC", 1.0, BEEPS),
        ("AUC", 0.5, BEEPS),
    ]
    for cell in found.cells:
        opened = open_run(tmp_path / "out" / cell.run)
        assert (opened.recipe.id, opened.n_scored) == (cell.recipe, BEEPS)
        assert opened.about("benchmark")["name"] == "beeps"
    assert found.varied == ("template",)
    assert found.factors["answers"] == ("logsumexp",)


def test_the_results_are_saved_as_they_are_told(tmp_path):
    found = run(tmp_path)
    saved = json.loads((tmp_path / "out" / RESULTS).read_text(encoding="utf-8"))
    assert saved == json.loads(json.dumps(found.to_dict()))
    assert saved["spreads"][0]["spread"] == 0.5
    assert saved["note"]["notes"] == ["made for a test"]


def test_what_was_scored_is_not_scored_again(tmp_path):
    backbone = Wordy()
    first = run(tmp_path, backbone=backbone)
    assert backbone.asked == 2 * BEEPS
    wider = Grid({"wordy": backbone}, templates=(1, 2, 3))
    second = run(tmp_path, wider)
    assert backbone.asked == 3 * BEEPS
    assert [cell.value for cell in second.cells[:2]] == [cell.value for cell in first.cells]


@pytest.mark.parametrize(("words", "measure"), [("accuracy", "accuracy"), ("LABEL auc clip", "AUC"), ("", "AUC")])
def test_a_measurement_is_told_by_some_of_its_words(tmp_path, words, measure):
    assert {cell.figure.measure for cell in run(tmp_path, measure=words).cells} == {measure}


def test_a_measurement_that_is_not_there_is_refused_with_those_that_are_before_anything_is_asked(tmp_path):
    backbone = Wordy()
    with pytest.raises(
        UsageError, match=r"beeps measures no .SRCC. here; .* all all label AUC clip; all all label acc"
    ):
        run(tmp_path, backbone=backbone, measure="SRCC")
    assert backbone.asked == 0


def test_a_benchmark_of_other_judges_is_refused(tmp_path):
    class Rated(Beeps):
        def measurements(self, said):
            return rated(said, "all", "OVL", alignment=False)

    with pytest.raises(UsageError, match="beeps measures nothing of these pairs by alignment, which is what AQAScore"):
        ablate(Rated(), tmp_path / "data", Grid({"wordy": Wordy()}), tmp_path / "out")


def test_a_measurement_that_scores_must_first_make_is_known_beforehand(tmp_path):
    class Fitted(Beeps):
        def measurements(self, said):
            told = [judged for judged in said if "alignment" in judged.values]
            return labelled(said, "fitted", lambda judged: bool(judged.meta["beep"])) if told else iter(())

    assert ablate(Fitted(), tmp_path / "data", Grid({"w": Wordy()}), tmp_path / "out", measure="fitted").cells[0].value


def test_what_is_not_scored_is_counted_by_its_reason(tmp_path):
    class Deaf(Wordy):
        def answer(self, requests):
            raise AudioError("cannot hear", code="too_faint")

    grid = Grid({"wordy": Wordy(), "deaf": Deaf()})
    heard, unheard = run(tmp_path, grid).cells
    assert heard.not_scored == {}
    assert (unheard.not_scored, unheard.error) == ({"too_faint": BEEPS}, None)
    assert (unheard.value, unheard.figure.n, unheard.figure.n_total) == (None, 0, BEEPS)


def test_a_cell_that_fails_keeps_its_error_and_the_others_are_run(tmp_path):
    class Picky(Wordy):
        def single_tokens(self, forms):
            return () if len(forms) == 1 else tuple(forms)

    grid = Grid({"gone": str(tmp_path / "nowhere"), "picky": Picky()}, answers=("logsumexp", "pair"))
    cells = run(tmp_path, grid).cells
    assert [cell.value for cell in cells] == [None, None, 1.0, None]
    assert all(cell.error.startswith("UnknownNameError: no backbone") for cell in cells[:2])
    assert "no single token" in cells[3].error
    assert cells[2].error is None


def test_a_backbone_is_loaded_once_for_its_front_end(tmp_path, monkeypatch):
    loads = []

    def load(backbone, front_end, **options):
        loads.append((backbone, front_end, options))
        return Wordy()

    monkeypatch.setattr("earwitness.bench.studies.ablation.loaded", load)
    grid = Grid({"a": "x", "b": "y"}, templates=(1, 2), answers=("pair", "largest"), front_ends=("correct", "paper"))
    assert len(run(tmp_path, grid, device="cpu").cells) == 16
    wanted = [(name, front_end, {"device": "cpu"}) for name in "xy" for front_end in ("correct", "paper")]
    assert loads == wanted


def test_an_interruption_ends_it_and_the_same_call_goes_on(tmp_path, monkeypatch):
    from earwitness.bench.studies import ablation

    def interrupted(judge, pairs, out, about):
        found = evaluate(judge, list(pairs)[:3], out, about=about)
        found.interrupted = True
        return found

    evaluate = ablation.evaluate
    monkeypatch.setattr(ablation, "evaluate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    monkeypatch.setattr(ablation, "evaluate", evaluate)
    assert [cell.figure.n for cell in run(tmp_path).cells] == [BEEPS, BEEPS]


def test_a_sample_is_noted(tmp_path):
    found = run(tmp_path, limit=4, seed=3)
    assert found.note["sample"] == {"pairs": 4, "of": BEEPS, "seed": 3}
    assert {cell.figure.n for cell in found.cells} == {4}
