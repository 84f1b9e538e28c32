import json
from dataclasses import replace

import numpy as np
import pytest

from beep_backbone import BeepBackbone, hears_beep
from clips import clip
from earwitness.bench.base import About, Benchmark, Contents, Part
from earwitness.bench.figures import Figure
from earwitness.bench.measurements import Measurement, labelled
from earwitness.bench.studies.ablation import RESULTS, Cell, _spread, ablate
from earwitness.bench.studies.settings import Grid
from earwitness.errors import UsageError
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


def test_a_measurement_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(
        UsageError, match=r"beeps measures no .SRCC. here; .* all all label AUC clip; all all label acc"
    ):
        run(tmp_path, measure="SRCC")


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


def figure_of(value, half=0.1):
    return Figure("all", "all", "label", "AUC", "clip", value, value - half, value + half, 9, 9, 9, "pairs")


def cell(value, half=0.1, **levels):
    return Cell(levels, figure=None if value is None else figure_of(value, half))


def test_a_spread_is_taken_with_everything_else_the_same():
    cells = [
        cell(0.50, backbone="a", template="1"),
        cell(0.60, backbone="a", template="2"),
        cell(0.80, 0.2, backbone="b", template="1"),
        cell(0.82, backbone="b", template="2"),
        cell(None, backbone="b", template="3"),
    ]
    # Templates: .10 with backbone a, .02 with b; sd of two numbers is their distance over sqrt 2.
    template = _spread("template", cells)
    assert (template.levels, template.settings) == (3, 2)
    assert template.spread == pytest.approx(0.06)
    assert template.largest == pytest.approx(0.10)
    assert template.sd == pytest.approx(0.06 / np.sqrt(2))
    assert template.half_width == pytest.approx((0.1 + 0.1 + 0.2 + 0.1) / 4)
    # Backbones: .30 with template 1, .22 with 2; template 3 has one value, which tells no spread.
    backbone = _spread("backbone", cells)
    assert backbone.settings == 2
    assert backbone.spread == pytest.approx(0.26)


def test_there_is_no_spread_where_no_two_levels_have_a_value():
    told = _spread("template", [cell(0.5, template="1"), cell(None, template="2")])
    assert (told.settings, told.spread, told.largest, told.sd, told.half_width) == (0, None, None, None, None)


def test_cells_without_an_interval_have_no_width():
    bare = replace(figure_of(0.5), low=None)
    assert Cell({"template": "1"}, figure=bare).half_width is None
    told = _spread("template", [Cell({"template": "1"}, figure=bare), cell(0.6, template="2")])
    assert told.half_width == pytest.approx(0.1)
