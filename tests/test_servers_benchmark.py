import pytest
from benchmarks.servers import complaints


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"case": "vLLM, exact", "questions": 48, "without answer": 0, "largest difference": 1e-6}, []),
        ({"case": "vLLM, exact", "largest difference": 0.002}, ["P(yes) differs by up to 0.002; at most 0.001"]),
        ({"case": "vLLM, exact", "without answer": 3}, ["3 clips have no answer"]),
        # Bounds may leave some open.
        ({"case": "vLLM, top-20", "without answer": 3}, []),
        ({"case": "texts", "questions": 16, "equal texts": 15}, ["15 of 16 texts are equal"]),
        ({"case": "drawn", "standard errors": -0.7, "squares over expected": 1.5}, []),
        ({"case": "drawn", "standard errors": -5.0, "squares over expected": 9.0}, ["lie 5.0", "spread 9.0"]),
    ],
)
def test_what_is_wrong_with_a_row(row, said):
    found = list(complaints(row))
    assert len(found) == len(said)
    assert all(words in complaint for words, complaint in zip(said, found, strict=True))
