"""Reading a server's reply: the written text, or how likely the answer forms were as its first token.

A server tells the log-probabilities of the forms that it is asked for (``Exact``), or of the likeliest tokens alone
(``Top``). A form that is not among the likeliest has at most the probability of the last of them, and all that are not
have together what those leave over. Where these bounds pin P(yes) down to a hundredth, absent forms are taken at half
of theirs; where they do not, there is no score. A form is never taken to have none. Forms that are not yes and no, such
as digits, are weighed against each other: there, absent ones may have a hundredth of all together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from earwitness.backbones.base import YES_FORMS, AnswerForms, AnswerMethod, p_yes
from earwitness.backbones.server.failures import bad_reply
from earwitness.backbones.server.vocabulary import Vocabulary
from earwitness.errors import ClipError

UNCERTAIN = 0.01  # the most by which P(yes), or a form's share, may be wrong for forms that the server did not tell
_IMPOSSIBLE = -1000.0  # servers write minus infinity as some such number
_LEAST = 1e-12  # a bound below this says no more

_METHODS: tuple[AnswerMethod, ...] = ("logsumexp", "largest")


class Way(Protocol):
    """A way to have log-probabilities from a server; ``name`` is part of every recipe."""

    name: str

    def fields(self, forms: Sequence[str]) -> Mapping[str, Any]:
        """What to ask for."""

    def read(self, reply: Any, forms: Sequence[str]) -> NDArray[np.float64]:
        """Log-probabilities ``[form]``."""


class Exact:
    """Log-probabilities of the very tokens that are asked for, as vLLM tells them."""

    name = "exact"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def fields(self, forms: Sequence[str]) -> Mapping[str, Any]:
        """What to ask for: the forms' ids."""
        ids = [self._vocabulary.only_id(form) for form in forms]
        return {"logprobs": True, "logprob_token_ids": ids, "return_tokens_as_token_ids": True}

    def read(self, reply: Any, forms: Sequence[str]) -> NDArray[np.float64]:
        """Log-probabilities ``[form]``.

        Raises:
            PassingFailure: if the reply lacks one.
        """
        told = first_token(reply)
        names = [self._vocabulary.name(form) for form in forms]
        if any(name not in told for name in names):
            raise bad_reply("lacks log-probabilities that were asked for", "no_log_probs")
        return np.array([told[name] for name in names], np.float64)


class Top:
    """Log-probabilities of the likeliest tokens.

    Args:
        count: how many to ask for.
        vocabulary: if the server tells it, tokens are known by their ids, else by their texts.
    """

    def __init__(self, count: int, vocabulary: Vocabulary | None) -> None:
        self.name = f"top-{count}"
        self._count = count
        self._vocabulary = vocabulary

    def fields(self, forms: Sequence[str]) -> Mapping[str, Any]:
        """What to ask for, whatever the forms."""
        by_id = {} if self._vocabulary is None else {"return_tokens_as_token_ids": True}
        return {"logprobs": True, "top_logprobs": self._count, **by_id}

    def read(self, reply: Any, forms: Sequence[str]) -> NDArray[np.float64]:
        """Log-probabilities ``[form]``, those of absent forms at half of their bound.

        Raises:
            PassingFailure: if the reply has none.
            ClipError: with code ``outside_top_k``, if the bounds leave the answer open.
        """
        likely = _likeliest(reply)
        told = _summed(likely)
        found = np.array([self._told(told, form) for form in forms], np.float64)
        # A server may add a token that is not among the likeliest, and that bounds nothing.
        bounding = sorted((value for _, value in likely), reverse=True)[: self._count]
        return _bounded(found, np.array(bounding), forms)

    def _told(self, told: Mapping[str, float], form: str) -> float:
        by_id = math.nan if self._vocabulary is None else told.get(self._vocabulary.name(form), math.nan)
        return told.get(form, math.nan) if math.isnan(by_id) else by_id


def first_token(reply: Any) -> dict[str, float]:
    """The log-probabilities that a reply tells of its first token, by token; of equal texts their sum.

    Raises:
        PassingFailure: with code ``no_log_probs`` or ``bad_reply``.
    """
    return _summed(_likeliest(reply))


def _likeliest(reply: Any) -> list[tuple[str, float]]:
    try:
        entries = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        told = [(str(entry["token"]), float(entry["logprob"])) for entry in entries]
    except (KeyError, IndexError, TypeError, ValueError, OverflowError):
        raise bad_reply("has no log-probabilities", "no_log_probs") from None
    likely = [(token, value) for token, value in told if value > _IMPOSSIBLE]
    if not likely:
        raise bad_reply("has no log-probabilities", "no_log_probs")
    if any(math.isnan(value) for _, value in told) or sum(math.exp(min(value, 1.0)) for _, value in likely) > 1.01:
        raise bad_reply("has log-probabilities that are none")
    return likely


def _summed(likely: Sequence[tuple[str, float]]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for token, value in likely:
        sums[token] = float(np.logaddexp(sums.get(token, -math.inf), value))
    return sums


def written(reply: Any) -> str:
    """The text of a reply.

    Raises:
        PassingFailure: with code ``bad_reply``, if there is none.
    """
    try:
        text = reply["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        text = None
    if not isinstance(text, str):
        raise bad_reply("has no text")
    return text


def _bounded(found: NDArray[np.float64], told: NDArray[np.float64], forms: Sequence[str]) -> NDArray[np.float64]:
    """``found [form]`` with its NaNs at half of what the probabilities that were told leave open."""
    absent = np.isnan(found)
    if not absent.any():
        return found
    left = max(1.0 - float(np.exp(told).sum()), _LEAST)
    bound = math.log(max(min(float(np.exp(told.min())), left), _LEAST))
    half = np.where(absent, bound - math.log(2.0), found)
    is_yes = np.array([form in YES_FORMS for form in forms])
    if is_yes.any():
        _check_p_yes(found, half, bound, is_yes, len(told))
    else:
        lost = min(math.exp(bound) * float(absent.sum()), left)
        _check_share(lost / (lost + float(np.exp(found[~absent]).sum())), len(told))
    return half


def _check_p_yes(
    found: NDArray[np.float64], half: NDArray[np.float64], bound: float, is_yes: NDArray[np.bool_], count: int
) -> None:
    absent = np.isnan(found)
    least = np.where(absent, np.where(is_yes, -np.inf, bound), found)
    most = np.where(absent, np.where(is_yes, bound, -np.inf), found)
    for method in _METHODS:
        low, middle, high = (_p_yes(row, is_yes, method) for row in (least, half, most))
        # NaN, where nothing was told of either side, is not within anything.
        if not max(high - middle, middle - low) <= UNCERTAIN:
            raise _open(count, f"P(yes) anywhere from {low:.2f} to {high:.2f}")


def _check_share(lost: float, count: int) -> None:
    if lost > UNCERTAIN:
        raise _open(count, f"{lost:.0%} of the answer to forms that are not among them")


def _open(count: int, what: str) -> ClipError:
    return ClipError(
        f"the server told its {count} likeliest tokens, and those leave {what}. A server with logprob_token_ids "
        "(vLLM) tells exactly.",
        code="outside_top_k",
    )


def _p_yes(log_probs: NDArray[np.float64], is_yes: NDArray[np.bool_], method: AnswerMethod) -> float:
    sides = AnswerForms(("",) * int(is_yes.sum()), ("",) * int((~is_yes).sum()))
    if not (sides.yes and sides.no):
        return math.nan
    columns = np.concatenate([log_probs[is_yes], log_probs[~is_yes]])
    with np.errstate(invalid="ignore"):
        return float(p_yes(columns[None], sides, method)[0][0])
