import numpy as np
import pytest

from earwitness.backbones.batching import Batcher


class Memory:
    """Holds batches up to a cost; remembers those that it held."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.held = []
        self.failed = 0

    def forward(self, batch):
        if len(batch) * max(batch) > self.capacity:
            self.failed += 1
            raise MemoryError
        self.held.append(list(batch))
        return [2 * piece for piece in batch]


def out_of_memory(error):
    return isinstance(error, MemoryError)


@pytest.mark.parametrize("seed", range(20))
def test_every_piece_is_done_once_and_in_order(seed):
    random = np.random.default_rng(seed)
    work = sorted(random.integers(1, 50, random.integers(0, 60)).tolist())
    memory = Memory(int(random.integers(50, 400)))
    results = Batcher(int(random.integers(1, 20)), out_of_memory).run(work, work, memory.forward)
    assert results == [2 * piece for piece in work]
    assert [piece for batch in memory.held for piece in batch] == work


def test_the_size_is_the_most_pieces_in_a_batch():
    memory = Memory(1000)
    Batcher(4, out_of_memory).run([1] * 10, [1] * 10, memory.forward)
    assert [len(batch) for batch in memory.held] == [4, 4, 2]


def test_it_halves_down_to_one():
    memory = Memory(10)
    Batcher(8, out_of_memory).run([10] * 9, [10] * 9, memory.forward)
    assert memory.failed == 3  # 8, 4, 2 did not fit
    assert [len(batch) for batch in memory.held] == [1] * 9


def test_what_was_learnt_is_kept_for_the_next_run():
    batcher, memory = Batcher(8, out_of_memory), Memory(40)
    batcher.run([10] * 8, [10] * 8, memory.forward)
    batcher.run([10] * 8, [10] * 8, memory.forward)
    assert memory.failed == 1


def test_a_long_piece_does_not_shrink_the_batches_of_short_ones():
    batcher, memory = Batcher(8, out_of_memory), Memory(100)
    batcher.run([90] * 2, [90] * 2, memory.forward)
    batcher.run([10] * 8, [10] * 8, memory.forward)
    assert memory.held[-1] == [10] * 8


def test_one_piece_that_does_not_fit_is_an_error():
    with pytest.raises(MemoryError):
        Batcher(8, out_of_memory).run([5, 500], [5, 500], Memory(10).forward)


def test_other_errors_are_not_retried():
    calls = []

    def forward(batch):
        calls.append(batch)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Batcher(8, out_of_memory).run([1, 2], [1, 2], forward)
    assert len(calls) == 1
