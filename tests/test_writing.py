import numpy as np
import pytest
import torch

from earwitness.backbones.writing import Draws, continue_rows, fitting_rows, pad


def test_draws_follow_the_softmax():
    """40,000 draws from six tokens: each share within five standard errors of its probability."""
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0, 3.0, -30.0])
    for temperature in (1.0, 0.5, 3.0):
        drawn = Draws(temperature, [f"row {row}" for row in range(40_000)])(
            torch.zeros(40_000, 1), logits.expand(40_000, 6)
        ).argmax(dim=1)
        shares = np.bincount(drawn.numpy(), minlength=6) / 40_000
        expected = torch.softmax(logits / temperature, dim=0).numpy()
        assert (np.abs(shares - expected) <= 5 * np.sqrt(expected * (1 - expected) / 40_000) + 1e-9).all()


def test_a_row_draws_alike_in_any_batch_and_afresh_at_each_token():
    scores = torch.zeros(3, 50)
    together = Draws(1.0, ["a", "b", "c"])
    first, second = together(scores, scores), together(scores, scores)
    alone = Draws(1.0, ["b"])
    torch.testing.assert_close(alone(scores[:1], scores[:1])[0], first[1], rtol=0, atol=0)
    torch.testing.assert_close(alone(scores[:1], scores[:1])[0], second[1], rtol=0, atol=0)
    assert not torch.equal(first[1], second[1])
    assert not torch.equal(first[0], first[1])


def test_noise_is_finite_and_half_precision_is_no_obstacle():
    noisy = Draws(0.01, ["x"])(torch.zeros(1, 1), torch.full((1, 200_000), -100.0, dtype=torch.bfloat16))
    assert noisy.dtype == torch.float32
    assert torch.isfinite(noisy).all()


def test_what_cannot_be_stored_can_still_be_drawn_for():
    assert Draws(1.0, ["half a pair: \ud83d"])(torch.zeros(1, 1), torch.zeros(1, 4)).shape == (1, 4)


@pytest.mark.parametrize("left", [True, False])
def test_rows_are_padded_to_the_longest(left):
    ids, mask = pad([[1, 2, 3], [4]], 9, left=left)
    assert ids.tolist() == [[1, 2, 3], [9, 9, 4] if left else [4, 9, 9]]
    assert mask.tolist() == [[1, 1, 1], [0, 0, 1] if left else [1, 0, 0]]


class Written:
    """Stands for a model that has gone on with these ids."""

    def __init__(self, rows):
        self.rows = rows

    def generate(self, input_ids, **inputs):
        return torch.cat([input_ids, torch.tensor(self.rows)], dim=1)


def test_a_text_stops_at_its_end_whatever_fills_the_row():
    from earwitness.backbones.base import Writing

    model = Written([[5, 7, 3, 3], [7, 3, 3, 3], [5, 5, 5, 5]])
    ids, mask = pad([[1], [1], [1]], 3, left=True)
    rows = continue_rows(model, ids, mask, Writing(4), ["", "", ""], ends=[7, 8], padding=3)
    assert rows == [[5], [], [5, 5, 5, 5]]


def test_a_cpu_takes_four_rows():
    assert fitting_rows(torch.nn.Module.__new__(CPU), 5000) == 4


class CPU(torch.nn.Module):
    device = torch.device("cpu")
