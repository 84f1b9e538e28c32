"""Clips of all devices in one list, so that pairs span devices.

A mean over pairs is not a mean over devices: with 16 clips on each of 8 devices, 87 of 100 pairs span two of them.
Every device gathers all clips and takes the same loss of them. The gradient that reaches a device's own scores is the
sum over all devices' losses, which is that number of times the loss's own; ``DistributedDataParallel`` averages over
devices, so that parameters get the gradient of the one loss of all clips. Where gradients are summed over devices
instead, divide the loss by their number.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, distributed
from torch.autograd.function import once_differentiable


def gather_clips(scores: Tensor, *data: Tensor, group: distributed.ProcessGroup | None = None) -> tuple[Tensor, ...]:
    """Scores and ratings of all devices, in the order of the devices; devices may hold different numbers of clips.

    All devices of the group must call it, and call ``backward`` of what they make of it, in the same order. Without
    an initialised ``torch.distributed``, or with one device, what came in goes out.

    Args:
        scores: this device's, shape ``[clip, ...]``; a gradient flows back to them.
        data: ratings, spreads, counts, ... of the same clips, shape ``[clip, ...]``; no gradient flows to them.
        group: the devices; None takes all.

    Returns:
        The scores and then each of the data, of all clips.

    Raises:
        ValueError: if not all have one entry a clip.

    Example:
        >>> gather_clips(torch.tensor([3.2, 4.1]), torch.tensor([3.0, 4.0]))
        (tensor([3.2000, 4.1000]), tensor([3., 4.]))
    """
    for values in data:
        if not values.ndim or len(values) != len(scores):
            raise ValueError(f"got scores {list(scores.shape)} and data {list(values.shape)}; wanted one entry a clip.")
    if not (distributed.is_available() and distributed.is_initialized()) or distributed.get_world_size(group) == 1:
        return (scores, *data)
    counts = _clips_by_device(scores, group)
    gathered: Tensor = _Gather.apply(scores, counts, group)  # type: ignore[no-untyped-call]  # untyped in torch
    return (gathered, *(_gather(values.detach(), counts, group) for values in data))


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, scores: Tensor, counts: list[int], group: distributed.ProcessGroup | None) -> Tensor:
        rank = distributed.get_rank(group)
        ctx.own = slice(sum(counts[:rank]), sum(counts[: rank + 1]))
        ctx.group = group
        return _gather(scores, counts, group)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        total = grad.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(total, group=ctx.group)
        return total[ctx.own], None, None


def _clips_by_device(values: Tensor, group: distributed.ProcessGroup | None) -> list[int]:
    own = torch.tensor([len(values)], device=values.device)
    counts = [torch.zeros_like(own) for _ in range(distributed.get_world_size(group))]
    distributed.all_gather(counts, own, group=group)
    return [int(count) for count in counts]


def _gather(values: Tensor, counts: list[int], group: distributed.ProcessGroup | None) -> Tensor:
    # all_gather wants one shape of all devices: fill up to the longest, and cut again.
    filled = values.new_zeros(max(counts), *values.shape[1:])
    filled[: len(values)] = values
    parts = [torch.empty_like(filled) for _ in counts]
    distributed.all_gather(parts, filled, group=group)
    return torch.cat([part[:count] for part, count in zip(parts, counts, strict=True)])
