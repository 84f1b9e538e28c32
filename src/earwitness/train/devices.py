"""Training on several devices at once, started by ``torchrun``: each embeds its share of a batch, all see all pairs.

Every device takes the loss of the whole batch over gathered predictions, so the ranking loss has the pairs that it
would have on one device, and the averaged gradient is that of one device. Without ``torchrun`` nothing here does
anything. The first device writes files; all read them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, distributed

Value = TypeVar("Value")


def place() -> tuple[int, int]:
    """This device's number and how many there are."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return 0, 1
    return distributed.get_rank(), distributed.get_world_size()


def is_first() -> bool:
    """Whether this device is the one that writes and speaks."""
    return place()[0] == 0


def own_share(clips: Tensor) -> Tensor:
    """This device's clips of a batch ``[clip]``; none, if there are fewer clips than devices."""
    rank, size = place()
    return clips[rank::size]


def average_gradients(parameters: Sequence[Tensor]) -> None:
    """Give all devices the mean of their gradients; what has none on any device keeps none, and is not decayed."""
    _, size = place()
    if size == 1:
        return
    learning = torch.tensor([parameter.grad is not None for parameter in parameters], dtype=torch.int32)
    distributed.all_reduce(learning)
    for parameter, devices in zip(parameters, learning.tolist(), strict=True):
        if devices:
            # A device without a clip has no gradient, and the others wait for it.
            gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            distributed.all_reduce(gradient)
            parameter.grad = gradient / size


def agreed(value: Value) -> Value:
    """The first device's value: a difference in the last bit must not let one stop and the others wait."""
    if place()[1] == 1:
        return value
    values = [value]
    distributed.broadcast_object_list(values, src=0)
    return values[0]


@contextmanager
def joined() -> Iterator[str | None]:
    """Join the other devices if ``torchrun`` started this program; gives the name of this one's GPU, if it has one."""
    if "TORCHELASTIC_RUN_ID" not in os.environ or distributed.is_initialized():
        yield None
        return
    on_gpus = torch.cuda.is_available()
    device = f"cuda:{os.environ['LOCAL_RANK']}" if on_gpus else None
    if device:
        torch.cuda.set_device(device)
    # Predictions are gathered where the heads are, on the CPU; gradients where the weights are.
    distributed.init_process_group("cpu:gloo,cuda:nccl" if on_gpus else "gloo")
    try:
        yield device
    finally:
        distributed.destroy_process_group()
