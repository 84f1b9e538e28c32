"""Grids: every combination once, kept when finished, and one Huber for all that share it."""

from dataclasses import replace

import pytest

from earwitness.errors import RunError, StoreError, TrainingError, UsageError
from earwitness.mos.encoders import ENCODERS
from earwitness.train.grid import GRIDS, Grid, cell_name, combinations, notices, read_grid, run_grid
from small_encoder import INFO
from small_ratings import rated_tones, without_singles

OPTIONS = {"axes": ("pitch",), "encoder": "small", "hidden": (4,), "lr": 0.01, "epochs": 2, "seeds": (0,)}
GRID = Grid({"margin": (0.1, 0.5), "batch_size": (8, "all")})


@pytest.fixture(autouse=True)
def _small_encoder(monkeypatch):
    monkeypatch.setitem(ENCODERS, "small", INFO)


def run(out, told=None, grid=GRID):
    return run_grid(grid, OPTIONS, rated_tones(20), rated_tones(12, 1), out, told=told, progress=False)


def test_every_combination_is_run_and_a_finished_one_is_kept(tmp_path):
    fits = []
    cells = run(tmp_path, told=lambda step: fits.append(step.fit))
    assert [cell.values for cell in cells] == [
        {"margin": margin, "batch_size": size} for margin in (0.1, 0.5) for size in (8, "all")
    ]
    # Four with the ranking loss; Huber alone does not depend on the margin, so there are two of it.
    assert sorted(name.split("-")[0] for name in set(fits)) == ["huber"] * 2 + ["qamro"] * 4
    again = run(tmp_path, told=lambda step: pytest.fail("trained again"))
    assert [cell.run.results for cell in again] == [cell.run.results for cell in cells]


def test_a_grid_that_was_killed_goes_on(tmp_path):
    whole = run(tmp_path / "whole")
    steps = []

    def kill(step):
        steps.append(step)
        if len(steps) == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", told=kill)
    assert [cell.run.results for cell in run(tmp_path / "cut")] == [cell.run.results for cell in whole]


def test_the_papers_ablation():
    made = combinations(GRIDS["paper-ablation"], {"axes": ("pitch",)})
    assert len(made) == 3 * 4 * 4 * 2
    assert {config.margin for _, config in made} == {0.1, 0.2, 0.5}
    assert {config.emphasis for _, config in made} == {3, 5, 7, 10}
    assert {config.batch_size for _, config in made} == {64, 128, 256, 512}


def test_what_is_given_is_not_varied():
    made = combinations(GRIDS["paper-ablation"], {"axes": ("pitch",), "encoder": "clap", "batch_size": 64})
    assert len(made) == 12
    assert {config.encoder for _, config in made} == {"clap"}
    with pytest.raises(UsageError, match="Leave something open"):
        combinations(Grid({"margin": (0.1,)}), {"axes": ("pitch",), "margin": 0.2})


def test_options_of_the_file_give_way_to_those_given():
    grid = Grid({"margin": (0.1,)}, {"axes": ("pitch",), "lr": 0.1, "epochs": 3})
    ((_, config),) = combinations(grid, {"lr": 0.2})
    assert (config.lr, config.epochs) == (0.2, 3)


def test_a_file(tmp_path):
    path = tmp_path / "grid.yaml"
    path.write_text("options: {axes: [pitch]}\nvary:\n  hidden: [[8], [16, 4]]\n  batch_size: [64, all]\n")
    grid = read_grid(str(path))
    assert grid.vary == {"hidden": ((8,), (16, 4)), "batch_size": (64, "all")}
    assert len(combinations(grid, {})) == 4


def test_a_preset_gives_way_to_the_grid_and_that_to_what_is_given():
    grid = Grid({"margin": (0.1, 0.5), "emphasis": (3.0, 5.0)}, {"lr": 0.1, "epochs": 3})
    cells = combinations(grid, {"axes": ("pitch",), "preset": "qamro-track1", "epochs": 4})
    assert [values for values, _ in cells] == [
        {"margin": margin, "emphasis": emphasis} for margin in (0.1, 0.5) for emphasis in (3.0, 5.0)
    ]
    assert {(c.optimiser, c.lr, c.epochs, c.head) for _, c in cells} == {("sgd", 0.1, 4, "linear-stack")}
    assert len(combinations(GRIDS["paper-ablation"], {"axes": ("pitch",), "preset": "qamro-track1"})) == 96


def test_a_preset_may_vary():
    cells = combinations(Grid({"preset": ("qamro-track1", "qamro-track2")}), {"axes": ("PQ",)})
    assert [config.loss for _, config in cells] == ["qamro", "qamro-track2"]


def test_what_is_given_over_a_grid_is_told():
    told = notices(GRIDS["paper-ablation"], {"axes": ("pitch",), "encoder": "clap"})
    assert told == ["encoder is given: the values of the grid (log-mel, embedded) are not tried."]


def test_a_grid_over_what_no_cell_reads_is_refused():
    with pytest.raises(UsageError, match="emphasis is given, and loss 'contrastive' does not read it"):
        combinations(Grid({"emphasis": (3.0, 5.0)}), {"axes": ("pitch",), "loss": "contrastive"})
    with pytest.raises(UsageError, match="momentum is given"):
        combinations(Grid({"margin": (0.1, 0.5)}, {"momentum": 0.5}), {"axes": ("pitch",)})


def test_cells_that_differ_in_nothing_are_told_and_trained_once(tmp_path):
    grid = Grid({"loss": ("qamro", "ccc"), "margin": (0.1, 0.5)})
    assert notices(grid, OPTIONS) == ["margin varies, and loss 'ccc' does not read it: there it makes no difference."]
    fits = set()
    run(tmp_path, told=lambda step: fits.add(step.fit), grid=grid)
    assert sorted(name.split("-")[0] for name in fits) == ["ccc", "huber", "qamro", "qamro"]


@pytest.mark.parametrize(
    "vary", [{"margin": (0.1, 0.1)}, {"margin": (1, 1.0)}, {"encoder": ("a/b", "a_b")}, {"hidden": ((8,), (8,))}]
)
def test_a_value_that_is_there_twice_is_refused(vary):
    with pytest.raises(UsageError, match="name each value once"):
        combinations(Grid(vary), {"axes": ("pitch",)})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("vary: {hidden: [64, 128]}", "hidden is 64; it must be a list of widths"),
        ("vary: {seeds: [1, 2]}", "seeds is 1; it must be a list of numbers"),
        ("vary: {dropout: [a]}", "dropout is 'a'"),
        ("vary: {momentum: [a]}", "momentum is 'a'"),
        ("vary: {epochs: [2.5]}", "epochs is 2.5"),
        ("vary: {patience: [1.5]}", "patience is 1.5"),
        ("vary: {batch_size: [true]}", "batch_size is True"),
        ("vary: {lr: [1e-3]}", "write 0.001"),
        ("{vary: {margin: [0.1]}, options: {seeds: 3}}", "seeds is 3"),
        ("{vary: {margin: [0.1]}, options: {text_axes: quality}}", "text_axes is 'quality'"),
        ("{vary: {margin: [0.1]}, options: {1: 2}}", "no training option '1'"),
        ("{vary: {margin: [0.1]}, options: {preset: 3}}", "no training preset '3'"),
    ],
)
def test_a_value_of_another_kind_is_told(tmp_path, text, told):
    path = tmp_path / "grid.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=told):
        combinations(read_grid(str(path)), {"axes": ("quality",)})


def test_a_file_may_leave_its_options_empty(tmp_path):
    path = tmp_path / "grid.yaml"
    path.write_text("options:\nvary: {margin: [0.1, 0.2]}\n")
    assert read_grid(str(path)).options == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("vary: {margin: 0.1}", "varies margin; wanted a list"),
        ("vary: {margin: []}", "varies margin; wanted a list"),
        ("vary: {encoder: clap}", "varies encoder; wanted a list"),
        ("margin: [0.1]", "is not a grid"),
        ("vary: {}", "varies nothing"),
        ("[", "cannot be read as YAML"),
        ("!!python/object/apply:os.getcwd []", "cannot be read as YAML"),
    ],
)
def test_a_file_that_is_no_grid(tmp_path, text, told):
    path = tmp_path / "grid.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=told):
        read_grid(str(path))


def test_an_unknown_grid_is_told():
    with pytest.raises(UsageError, match="wanted a YAML file, or one of paper-ablation"):
        read_grid("ablation")


def test_a_wrong_value_is_told_before_anything_runs(tmp_path):
    with pytest.raises(UsageError, match="margin is -1"):
        run(tmp_path / "grid", grid=Grid({"margin": (0.1, -1)}))
    assert not (tmp_path / "grid").exists()


@pytest.mark.parametrize(
    ("vary", "told"),
    [
        ({"loss": ("qamro", "noise-aware", "ccc")}, "loss=noise-aware: noise-aware needs single ratings"),
        ({"encoder": ("small", "smal")}, "encoder=smal: no encoder 'smal'"),
        ({"select": ("srcc-clip", "srcc-system")}, "select=srcc-system: .* not every clip of tones names its system"),
    ],
)
def test_what_is_wrong_with_one_combination_is_told_before_any_is_run(tmp_path, vary, told):
    options = {name: value for name, value in OPTIONS.items() if name not in vary}
    train, dev = without_singles(rated_tones(20)), rated_tones(12, 1)
    dev = replace(dev, pairs=tuple(replace(pair, system=None) for pair in dev.pairs))
    with pytest.raises(UsageError, match=told):
        run_grid(Grid(vary), options, train, dev, tmp_path / "grid", progress=False)
    assert not (tmp_path / "grid").exists()


def test_a_combination_that_fails_keeps_its_error_and_the_others_are_run(tmp_path):
    # No float holds such a margin times a gap of two points.
    grid = Grid({"margin": (1e308, 0.1), "emphasis": (6.0, 7.0)})
    options = {**OPTIONS, "batch_size": 8}
    cells = run_grid(grid, options, rated_tones(20), rated_tones(12, 1), tmp_path, progress=False)
    assert [cell.run is None for cell in cells] == [True, True, False, False]
    assert isinstance(cells[0].error, TrainingError)
    assert (cells[0].name, cells[2].error) == ("margin=1e+308,emphasis=6.0", None)


def test_a_finished_combination_is_read_wherever_its_encoder_is(tmp_path, monkeypatch):
    cells = run(tmp_path)
    monkeypatch.delitem(ENCODERS, "small")
    assert [cell.run.results for cell in run(tmp_path)] == [cell.run.results for cell in cells]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "run.sqlite").write_text("mine")
    with pytest.raises(RunError, match=r"holds 'run.sqlite', which is of no grid"):
        run(tmp_path)
    with pytest.raises(StoreError, match="is a file; wanted a directory"):
        run(tmp_path / "run.sqlite")


def test_cells_have_names_that_are_folders():
    assert cell_name({"encoder": "../up", "margin": 0.1}) == "encoder=.._up,margin=0.1"
