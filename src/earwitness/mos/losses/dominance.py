r"""Hinges over all ordered pairs of clips, exactly, in O(n log n) time and O(n) memory.

With ``a`` and ``b`` weights that each belong to one item, the weighted dominance sum

    D = sum over i, j with rank_i > rank_j of a_i * b_j * max(0, value_i - value_j)

is piecewise linear in the values, so that its slopes ``g = dD/dvalue`` say all:

    g_k = a_k * (sum of b_j below k in rank and value) - b_k * (sum of a_i above k in rank and value).

Those are counts over a permutation. Break ties so that a tied pair stands in opposite order by rank and by value;
then items have ranks 0 ... n-1 without ties, and a pair counts exactly if its order by rank is its order by value. List
the ranks in the order of the values and walk their bits from the top: two ranks differ first at exactly one bit, where
both are still in one row, and there a 1 after a 0 is a pair that counts. One cumulative sum a level counts them all;
then each row parts, in order, into its zeros and its ones. All work is whole-array: log2(n) levels, no loop over clips.
Pairs that tie in value are not counted, so their subgradient is 0.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad


def dominance_sum(values: Tensor, ranks: Tensor, upper: Tensor, lower: Tensor) -> Tensor:
    """Weighted sum of ``max(0, value_i - value_j)`` over the pairs with ``rank_i > rank_j``.

    Args:
        values: what the hinge is taken of, shape ``[item]``; the gradient is with respect to them. Not differentiable
            twice.
        ranks: any ordered numbers, shape ``[item]``; items of equal rank form no pair.
        upper: each item's weight as the pair's higher-ranked one, shape ``[item]``, in the type of ``values``.
        lower: each item's weight as the pair's lower-ranked one, likewise.

    Returns:
        The sum, shape ``[]``, taken in the type of ``values``.

    Example:
        Of the three pairs, (2, 0) and (2, 1) lie in the ranks' order: (5 - 1) + (5 - 4).

        >>> values, ones = torch.tensor([4.0, 1.0, 5.0]), torch.ones(3)
        >>> dominance_sum(values, torch.tensor([0, 1, 2]), ones, ones)
        tensor(5.)
    """
    total: Tensor = _DominanceSum.apply(values, ranks, upper, lower)  # type: ignore[no-untyped-call]  # untyped in torch
    return total


class _DominanceSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, ranks: Tensor, upper: Tensor, lower: Tensor) -> Tensor:
        by_rank, by_value = _tie_free_orders(values, ranks)
        slopes = torch.empty_like(values)
        slopes[by_rank] = _slopes(by_value, upper[by_rank], lower[by_rank])
        ctx.save_for_backward(slopes)
        sorted_items = by_rank[by_value]
        # By parts over the sorted values: between two neighbours lie the pairs that span the gap, and their weight is
        # what the slopes beyond it sum to. Every term is at least 0, where values times slopes would cancel.
        spanning = -slopes[sorted_items].cumsum(0)
        return (values[sorted_items].diff() * spanning[:-1]).sum()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
        (slopes,) = ctx.saved_tensors
        return grad * slopes, None, None, None


def _tie_free_orders(values: Tensor, ranks: Tensor) -> tuple[Tensor, Tensor]:
    """The items by rank (ties: highest value first), and their places in that order by value (ties: highest rank)."""
    falling = values.argsort(descending=True, stable=True)
    by_rank = falling[ranks[falling].argsort(stable=True)]
    by_value = values[by_rank].flip(0).argsort(stable=True)
    return by_rank, len(values) - 1 - by_value


def _slopes(ranks: Tensor, upper: Tensor, lower: Tensor) -> Tensor:
    """Slope of each item by rank, from the ranks in order of value and the weights in order of rank."""
    count = len(ranks)
    levels = max(count - 1, 0).bit_length()
    # Rows halve evenly if there are 2^levels items: the rest have no weight, the highest ranks and the highest values.
    rest = 2**levels - count
    ranks = torch.cat([ranks, torch.arange(count, 2**levels, device=ranks.device)])
    upper, lower = pad(upper, (0, rest))[ranks], pad(lower, (0, rest))[ranks]
    slopes, ranks = torch.zeros_like(upper), ranks.int()
    for level in reversed(range(levels)):
        half = 2**level
        ones, zeros = _places(ranks & half != 0), _places(ranks & half == 0)
        places = torch.arange(len(ones), device=ranks.device)
        # A row's sums have one entry more than half the row: that of no items.
        rows = places >> level
        below = pad(lower[zeros].view(-1, half).cumsum(1), (1, 0)).flatten()
        above = pad(upper[ones].view(-1, half).flip(1).cumsum(1).flip(1), (0, 1)).flatten()
        gained = slopes[ones] + upper[ones] * below[ones - places + rows]
        lost = slopes[zeros] - lower[zeros] * above[zeros - places + rows]
        slopes = _joined(lost, gained, half)
        ranks, upper, lower = (_joined(kept[zeros], kept[ones], half) for kept in (ranks, upper, lower))
    return slopes[:count]


def _places(chosen: Tensor) -> Tensor:
    return chosen.nonzero().flatten()


def _joined(zeros: Tensor, ones: Tensor, half: int) -> Tensor:
    """Row by row, its zeros and then its ones, each in their order."""
    return torch.stack([zeros.view(-1, half), ones.view(-1, half)], 1).flatten()
