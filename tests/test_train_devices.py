"""Training on two devices: two gloo processes come to what one process comes to."""

import json

import numpy as np
import pytest
import torch
from torch import distributed, multiprocessing

from earwitness.mos.encoders import ENCODERS
from earwitness.train.config import MOSConfig
from earwitness.train.devices import agreed, average_gradients, is_first, own_share, place
from earwitness.train.mos import train_mos
from small_encoder import INFO
from small_ratings import rated_tones

# Batches of 9 and a rest of 4: shares are unequal. No dropout, which devices draw each for itself.
CONFIG = MOSConfig(
    axes=("pitch", "dark"),
    encoder="small",
    hidden=(8,),
    dropout=0.0,
    lr=0.01,
    encoder_lr=1e-3,
    epochs=3,
    batch_size=9,
    seeds=(0,),
    finetune=True,
)


def trained(folder):
    ENCODERS["small"] = INFO
    try:
        return train_mos(CONFIG, rated_tones(40, unrated=3), rated_tones(20, 1), folder, progress=False)
    finally:
        del ENCODERS["small"]


def one_device(rank, folder):
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    torch.set_num_threads(1)
    run = trained(f"{folder}/run")
    weight = torch.ones(2, requires_grad=True)
    weight.grad = None if rank else torch.full((2,), 3.0)
    unused = torch.ones(2, requires_grad=True)
    average_gradients([unused, weight])
    said = {
        "unused": unused.grad,
        "place": place(),
        "first": is_first(),
        "share": own_share(torch.arange(5)).tolist(),
        "agreed": agreed(rank + 7),
        "gradient": weight.grad.tolist(),
        "axes": run.results["axes"],
    }
    with open(f"{folder}/{rank}.json", "w") as file:
        json.dump(said, file)
    # One that leaves while the other still talks takes it down.
    distributed.barrier()
    distributed.destroy_process_group()


@pytest.fixture(scope="module")
def devices(tmp_path_factory):
    folder = tmp_path_factory.mktemp("devices")
    multiprocessing.spawn(one_device, args=(str(folder),), nprocs=2)
    return folder, [json.loads((folder / f"{rank}.json").read_text()) for rank in range(2)]


def curve(folder, label):
    lines = next((folder / "fits").glob(f"{label}-*")).joinpath("log.jsonl").read_text().splitlines()
    return [[json.loads(line)[name] for name in ("loss", "regression", "ranking", "selected")] for line in lines]


def test_the_curve_is_that_of_one_device(devices, tmp_path):
    run = trained(tmp_path / "one")
    for label in ("qamro", "huber"):
        np.testing.assert_allclose(curve(devices[0] / "run", label), curve(run.folder, label), rtol=1e-4)


def test_all_devices_come_to_the_same_results(devices):
    _, (first, second) = devices
    assert first["axes"] == second["axes"]


def test_what_devices_share(devices):
    _, (first, second) = devices
    assert (first["place"], second["place"]) == ([0, 2], [1, 2])
    assert (first["first"], second["first"]) == (True, False)
    assert sorted(first["share"] + second["share"]) == [0, 1, 2, 3, 4]
    assert (first["agreed"], second["agreed"]) == (7, 7)
    assert first["unused"] is second["unused"] is None
    assert first["gradient"] == second["gradient"] == [1.5, 1.5]


def test_alone_nothing_changes():
    weight = torch.ones(2, requires_grad=True)
    average_gradients([weight])
    assert weight.grad is None
    assert (place(), agreed("x"), own_share(torch.arange(3)).tolist()) == ((0, 1), "x", [0, 1, 2])
