"""Pairs that span devices: two gloo processes say what one says of all clips."""

import pytest
import torch
from torch import distributed, multiprocessing
from torch.nn.parallel import DistributedDataParallel

from earwitness.mos.losses import gather_clips, quality_margin_ranking_loss

# Unequal shares of 12 clips with ties.
SHARES = (slice(0, 5), slice(5, 12))


def clips():
    random = torch.Generator().manual_seed(0)
    features = torch.randn(12, 3, generator=random, dtype=torch.float64)
    return features, torch.randint(2, 10, (12,), generator=random) / 2


def head():
    torch.manual_seed(1)
    return torch.nn.Linear(3, 1).double()


def gathered_loss(module, features, ratings):
    return quality_margin_ranking_loss(*gather_clips(module(features)[:, 0], ratings))


def one_device(rank, folder):
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=len(SHARES))
    features, ratings = clips()
    module = DistributedDataParallel(head())
    loss = gathered_loss(module, features[SHARES[rank]], ratings[SHARES[rank]])
    loss.backward()
    leaf = torch.arange(2.0 + rank, requires_grad=True)
    together, logits = gather_clips(leaf, torch.full((2 + rank, 4), float(rank)))
    (together * torch.arange(5.0)).sum().backward()
    found = {
        "loss": loss.detach(),
        "slopes": [weights.grad for weights in module.parameters()],
        "together": together.detach(),
        "logits": logits,
        "own": leaf.grad,
    }
    torch.save(found, f"{folder}/{rank}.pt")
    # One that leaves while the other still talks takes it down.
    distributed.barrier()
    distributed.destroy_process_group()


@pytest.fixture(scope="module")
def devices(tmp_path_factory):
    folder = tmp_path_factory.mktemp("devices")
    multiprocessing.spawn(one_device, args=(str(folder),), nprocs=len(SHARES))
    return [torch.load(folder / f"{rank}.pt") for rank in range(len(SHARES))]


def test_loss_and_gradient_are_those_of_one_process(devices):
    module = head()
    loss = gathered_loss(module, *clips())
    loss.backward()
    for found in devices:
        assert found["loss"].item() == pytest.approx(loss.item(), rel=1e-12)
        for slope, weights in zip(found["slopes"], module.parameters(), strict=True):
            assert slope.flatten().tolist() == pytest.approx(weights.grad.flatten().tolist(), rel=1e-12)


def test_the_mean_of_each_devices_own_loss_is_another(devices):
    """What the gathering is for: without it, the pairs between devices are lost."""
    features, ratings = clips()
    module = head()
    apart = [quality_margin_ranking_loss(module(features[share])[:, 0], ratings[share]) for share in SHARES]
    assert torch.stack(apart).mean().item() != pytest.approx(devices[0]["loss"].item(), rel=0.01)


def test_clips_come_in_the_order_of_devices_with_their_data(devices):
    for found in devices:
        assert found["together"].tolist() == [0, 1, 0, 1, 2]
        assert found["logits"][:, 0].tolist() == [0, 0, 1, 1, 1]
        assert found["logits"].shape == (5, 4)


def test_a_gradient_is_the_sum_of_what_all_devices_ask(devices):
    # Both devices weigh the five scores 0 ... 4; each gets its own back, from both.
    assert [found["own"].tolist() for found in devices] == [[0, 2], [4, 6, 8]]


def test_alone_what_came_in_goes_out():
    scores, ratings = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([2.0, 1.0])
    gathered, data = gather_clips(scores, ratings)
    assert gathered is scores
    assert data is ratings


def test_refusals():
    with pytest.raises(ValueError, match=r"scores \[2\] and data \[3\]; wanted one entry a clip"):
        gather_clips(torch.ones(2), torch.ones(3))
