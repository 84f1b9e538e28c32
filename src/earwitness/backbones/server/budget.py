"""What was sent to a server, what it may cost at most, and what a run will cost."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earwitness.backbones.server.options import ServerOptions
from earwitness.errors import BackboneError, ClipError

MILLION = 1_000_000
MOST_TOKENS = 10**9  # of one reply; what tells more counts none


@dataclass(frozen=True, slots=True)
class Spent:
    """What was sent so far.

    Attributes:
        requests: chat requests, tries again included.
        prompt_tokens: as the server counts them.
        answer_tokens: as the server counts them.
        cost: in the currency of the prices.
    """

    requests: int
    prompt_tokens: int
    answer_tokens: int
    cost: float


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What so many requests will take, by what the start-up check measured.

    Attributes:
        requests: how many.
        prompt_tokens: None where the server counts none.
        fastest: seconds, if the server answers as many at once as it is asked.
        slowest: seconds, if it answers one after the other.
        cost: in the currency of the prices; None without tokens or prices.
    """

    requests: int
    prompt_tokens: int | None
    fastest: float
    slowest: float
    cost: float | None

    def __str__(self) -> str:
        tokens = "" if self.prompt_tokens is None else f", {self.prompt_tokens:,} prompt tokens"
        cost = "" if self.cost is None else f", costing {self.cost:,.2f}"
        return f"{self.requests:,} requests{tokens}{cost}, in {self.fastest:,.0f} to {self.slowest:,.0f} s"


class Budget:
    """Counts what is sent and stops at the caps; safe from many threads.

    Args:
        options: caps and prices.
    """

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._requests = self._prompt = self._answer = 0

    @property
    def spent(self) -> Spent:
        """What was sent so far."""
        return Spent(self._requests, self._prompt, self._answer, self.cost(self._prompt, self._answer))

    @property
    def needs_usage(self) -> bool:
        """Whether there is a cap that only the server's own counts can hold."""
        return self._options.max_tokens is not None or self._options.max_cost is not None

    def cost(self, prompt_tokens: float, answer_tokens: float) -> float:
        """In the currency of the prices."""
        return (prompt_tokens * self._options.price_in + answer_tokens * self._options.price_out) / MILLION

    def send(self) -> None:
        """Count one chat request that is about to be sent.

        Raises:
            ClipError: with code ``budget_spent``, if a cap is reached.
        """
        with self._lock:
            if reached := self._reached():
                raise ClipError(f"not asked: the budget is spent ({reached}).", code="budget_spent")
            self._requests += 1

    def spend(self, usage: Mapping[str, Any]) -> None:
        """Add the tokens that a reply reports."""
        prompt, answer = (_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens"))
        with self._lock:
            self._prompt += prompt
            self._answer += answer

    def check(self) -> None:
        """Stop a run that cannot go on.

        Raises:
            BackboneError: if a cap is reached.
        """
        if reached := self._reached():
            raise BackboneError(
                f"the budget is spent: {reached}. What was answered is kept; run the same command again with a new "
                "budget."
            )

    def _reached(self) -> str:
        """The cap that is reached, in words; empty if none is."""
        options, spent = self._options, self.spent
        for what, used, cap in (
            ("requests", spent.requests, options.max_requests),
            ("tokens", spent.prompt_tokens + spent.answer_tokens, options.max_tokens),
            ("in cost", spent.cost, options.max_cost),
        ):
            if cap is not None and used >= cap:
                return f"{used:,.10g} of {cap:,.10g} {what}"
        return ""


def _count(value: object) -> int:
    """A count that a server reports, which may be anything."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_TOKENS else 0
