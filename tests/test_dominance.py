"""The dominance sum against a double loop written from its formula."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from earwitness.mos.losses.dominance import dominance_sum

# Eighths add without rounding, so both sides see the same ties.
EIGHTHS = st.integers(-24, 24).map(lambda eighths: eighths / 8)
ITEMS = st.lists(st.tuples(EIGHTHS, st.integers(0, 6), EIGHTHS.map(abs), EIGHTHS.map(abs)), max_size=40)


def by_loop(values, ranks, upper, lower):
    total, slopes = 0.0, [0.0] * len(values)
    for i in range(len(values)):
        for j in range(len(values)):
            if ranks[i] > ranks[j] and values[i] > values[j]:
                weight = upper[i] * lower[j]
                total += weight * (values[i] - values[j])
                slopes[i] += weight
                slopes[j] -= weight
    return total, slopes


def found(values, ranks, upper, lower, dtype=torch.float64):
    leaf = torch.tensor(values, dtype=dtype, requires_grad=True)
    weights = (torch.tensor(each, dtype=dtype) for each in (upper, lower))
    total = dominance_sum(leaf, torch.tensor(ranks), *weights)
    total.backward()
    return total.item(), leaf.grad.tolist()


@settings(deadline=None, max_examples=200)
@given(ITEMS)
def test_is_the_double_loop_with_ties_to_the_last_bit(items):
    columns = [list(column) for column in zip(*items, strict=True)] or [[], [], [], []]
    assert found(*columns) == by_loop(*columns)


@pytest.mark.parametrize("n", [2, 3, 31, 32, 33, 257])
def test_is_the_double_loop_on_any_numbers(n):
    random = np.random.default_rng(n)
    columns = [random.normal(3, 1, n), random.normal(0, 1, n), random.random(n), random.random(n)]
    total, slopes = found(*map(list, columns))
    wanted, wanted_slopes = by_loop(*columns)
    assert total == pytest.approx(wanted, rel=1e-13)
    assert slopes == pytest.approx(wanted_slopes, rel=1e-12, abs=1e-12 * max(map(abs, wanted_slopes)))


def test_close_values_far_from_zero_lose_no_digits():
    # Values times slopes would cancel to about seven digits here.
    random = np.random.default_rng(5)
    values = list(1000 + random.integers(0, 2**20, 64) / 2**33)
    ranks, ones = list(random.integers(0, 9, 64)), [1.0] * 64
    assert found(values, ranks, ones, ones)[0] == pytest.approx(by_loop(values, ranks, ones, ones)[0], rel=1e-13)


def test_its_slope_is_that_of_small_steps():
    random = np.random.default_rng(0)
    values = torch.tensor(random.permutation(20) / 7, dtype=torch.float64, requires_grad=True)
    ranks = torch.tensor(random.integers(0, 5, 20))
    upper, lower = torch.tensor(random.random((2, 20)))
    assert torch.autograd.gradcheck(lambda leaf: dominance_sum(leaf, ranks, upper, lower), (values,))


def test_a_second_derivative_is_refused_rather_than_wrong():
    values, ones = torch.tensor([2.0, 1.0], requires_grad=True), torch.ones(2)
    squared = dominance_sum(values, torch.tensor([1, 0]), ones, ones).square()
    (slope,) = torch.autograd.grad(squared, values, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        slope.sum().backward()


def test_the_incoming_gradient_counts():
    values, ones = torch.tensor([1.0, 3.0], requires_grad=True), torch.ones(2)
    (5 * dominance_sum(values, torch.tensor([0, 1]), ones, ones)).backward()
    assert values.grad.tolist() == [-5.0, 5.0]
