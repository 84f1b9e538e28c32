import pytest

from earwitness.backbones import ServerOptions
from earwitness.backbones.server.budget import Budget, CostEstimate
from earwitness.errors import BackboneError, ClipError


def test_requests_are_counted_up_to_the_cap():
    budget = Budget(ServerOptions(max_requests=2))
    budget.send()
    budget.check()
    budget.send()
    with pytest.raises(ClipError, match=r"not asked: the budget is spent \(2 of 2 requests\)") as caught:
        budget.send()
    assert caught.value.code == "budget_spent"
    with pytest.raises(BackboneError, match=r"the budget is spent: 2 of 2 requests\. What was answered is kept"):
        budget.check()
    assert budget.spent.requests == 2


def test_cost_is_by_the_million():
    budget = Budget(ServerOptions(price_in=2.0, price_out=8.0, max_cost=0.01))
    budget.spend({"prompt_tokens": 1000, "completion_tokens": 500})
    # 1,000 x 2 / 1e6 + 500 x 8 / 1e6 = .002 + .004
    assert budget.spent.cost == pytest.approx(0.006)
    budget.check()
    budget.spend({"prompt_tokens": 0, "completion_tokens": 500})
    with pytest.raises(BackboneError, match=r"0.01 of 0.01 in cost"):
        budget.check()


@pytest.mark.parametrize(
    "usage", [{}, {"prompt_tokens": None}, {"prompt_tokens": "7"}, {"prompt_tokens": -5}, {"prompt_tokens": 10**400}]
)
def test_counts_that_are_none_count_nothing(usage):
    budget = Budget(ServerOptions(max_tokens=1))
    budget.spend(usage)
    budget.check()


def test_an_estimate_for_people():
    assert str(CostEstimate(1200, 60_000, 9.6, 153.2, 1.5)) == (
        "1,200 requests, 60,000 prompt tokens, costing 1.50, in 10 to 153 s"
    )
    assert str(CostEstimate(3, None, 1.0, 2.0, None)) == "3 requests, in 1 to 2 s"
