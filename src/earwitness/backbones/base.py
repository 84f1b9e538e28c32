"""The seam to language models: one clip with its questions in, log-probabilities of answer words or a text out.

A backbone says how likely each answer form is as the first token of its answer; what that means - P(yes), its mass,
its doubts - is computed here once for all of them. Log-probabilities are natural and taken over the whole vocabulary
from raw logits: no temperature, no repetition penalty. What fails on one request alone, as a server's answer may, comes
back as a ``ClipError`` in that request's place and leaves the others their answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from earwitness.errors import BackboneError, ClipError
from earwitness.types import Audio, Language

AnswerMethod = Literal["logsumexp", "largest", "pair"]
FrontEnd = Literal["correct", "paper"]

# Under this share of probability the model was not answering the question.
MIN_ANSWER_MASS = 0.5


@dataclass(frozen=True, slots=True)
class AnswerForms:
    """The words that count as yes and as no."""

    yes: tuple[str, ...]
    no: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """The forms in the order of the columns of an answer: yes first."""
        return self.yes + self.no


ANSWER_FORMS: Mapping[Language, AnswerForms] = {
    "en": AnswerForms(("Yes", " Yes", "yes", " yes", "YES", " YES"), ("No", " No", "no", " no", "NO", " NO")),
    "zh": AnswerForms(("是", " 是", "是的"), ("否", " 否", "不是")),
}

YES_FORMS = frozenset(form for forms in ANSWER_FORMS.values() for form in forms.yes)


@dataclass(frozen=True, slots=True)
class Request:
    """One clip with its questions.

    Attributes:
        audio: at the backbone's ``sample_rate``, no longer than its ``max_duration``; with ``NO_AUDIO`` the questions
            are asked from text alone, in a prompt without any place for a clip.
        questions: asked one by one, each as if alone.
        forms: the answer forms wanted, each a single token of this backbone.
        system: a system message before the audio.
    """

    audio: Audio
    questions: tuple[str, ...]
    forms: tuple[str, ...] = ()
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """How a backbone writes.

    Attributes:
        max_new_tokens: where the text is cut at the latest.
        temperature: 0 takes the likeliest token at each step, above it tokens are drawn.
        seed: of the draws. Equal questions of one request are drawn apart, the same request twice is drawn alike.
        schema: a JSON schema that the text should follow; backbones that cannot hold themselves to one ignore it.
    """

    max_new_tokens: int = 256
    temperature: float = 0.0
    seed: int = 0
    schema: Mapping[str, Any] | None = None


GREEDY = Writing()

Given = TypeVar("Given")
LogProbs: TypeAlias = "NDArray[np.float64] | ClipError"
Texts: TypeAlias = "tuple[str, ...] | ClipError"


@dataclass(frozen=True, slots=True)
class TextPrompt:
    """What a model without ears is told: the text of a user, behind an optional system message."""

    text: str
    system: str | None = None


@runtime_checkable
class Writer(Protocol):
    """A language model that writes from text alone.

    Attributes:
        name: as it was asked for; of a folder, its last part.
        batch_size: prompts that it likes to be given at a time.
    """

    name: str
    batch_size: int

    @property
    def identity(self) -> Mapping[str, Any]:
        """Weights' hash or revision, dtype: what determines its texts."""

    def write(self, prompts: Sequence[TextPrompt], writing: Writing = GREEDY) -> Sequence[str | ClipError]:
        """One text for each prompt, control tokens left out."""


@runtime_checkable
class Backbone(Protocol):
    """An audio language model that answers questions about clips.

    Attributes:
        name: as in ``earwitness list backbones``, or the last part of the folder it was loaded from.
        sample_rate: the rate its front-end wants, Hz.
        min_duration: the shortest clip it can hear, seconds.
        max_duration: the longest clip it hears at once; longer ones come in windows.
        released_window: the seconds that the model's released front-end keeps before it cuts.
        batch_size: requests that it likes to be given at a time.
        identity: what determines its numbers: weights hash or revision, dtype, front-end; part of every recipe.
    """

    name: str
    sample_rate: int
    min_duration: float
    max_duration: float
    released_window: float
    batch_size: int

    @property
    def identity(self) -> Mapping[str, Any]:
        """Weights' hash or revision, dtype, front-end."""

    def single_tokens(self, forms: Sequence[str]) -> tuple[str, ...]:
        """Those of the forms that are one token each, one form for each distinct token, in order."""

    def answer(self, requests: Sequence[Request]) -> Sequence[LogProbs]:
        """Natural log-probabilities of the forms as first answer token: ``[question, form]`` for each request."""

    def generate(self, requests: Sequence[Request], writing: Writing = GREEDY) -> Sequence[Texts]:
        """The text written for each question of each request, control tokens left out."""


@runtime_checkable
class LimitedVocabulary(Protocol):
    """A backbone that knows only the words it was trained on and can tell."""

    def unknown_words(self, caption: str) -> tuple[str, ...]:
        """Words of the caption that it has never been taught, in order; empty if it knows all of them."""

    def names_something(self, caption: str) -> bool:
        """Whether the caption names at least one sound that it was trained to hear."""


@runtime_checkable
class MeasuredWindows(Protocol):
    """A backbone whose answers on single windows without the sound asked for were measured, see ``window_null``."""

    window_null: NDArray[np.float64] | None


@runtime_checkable
class Priced(Protocol):
    """A backbone that can tell beforehand what its answers take."""

    def estimate(self, n_requests: int, seconds_of_audio: float) -> object:
        """Time, tokens and cost of so many requests, fit to be printed."""


def or_raise(given: Sequence[Given | ClipError]) -> list[Given]:
    """What a backbone gave, where every request has it.

    Raises:
        ClipError: the first that stands in the place of an answer.
    """
    for one in given:
        if isinstance(one, ClipError):
            raise one
    return [one for one in given if not isinstance(one, ClipError)]


def resolve_forms(backbone: Backbone, language: Language, method: AnswerMethod) -> AnswerForms:
    """The answer forms that this backbone can give in one token.

    ``pair`` keeps the plain words alone, as AQAScore (arXiv 2601.14728) reads them; the other methods keep every
    form that is a single token of the backbone's tokenizer, which may differ in number between yes and no.

    Raises:
        BackboneError: if no form of yes, or none of no, is a single token.
    """
    known = ANSWER_FORMS[language]
    wanted = AnswerForms(known.yes[:1], known.no[:1]) if method == "pair" else known
    forms = AnswerForms(backbone.single_tokens(wanted.yes), backbone.single_tokens(wanted.no))
    for side, found, tried in (("yes", forms.yes, wanted.yes), ("no", forms.no, wanted.no)):
        if not found:
            raise BackboneError(
                f"backbone '{backbone.name}' has no single token for {side} among {', '.join(map(repr, tried))}; "
                f"answers={method!r} reads the first answer token only. "
                + ("Try answers='logsumexp'." if method == "pair" else "Ask in another language.")
            )
    return forms


def p_yes(
    log_probs: NDArray[np.float64], forms: AnswerForms, method: AnswerMethod = "logsumexp"
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability of yes among yes and no, and the probability of both together.

    The vocabulary-wide normaliser cancels: p_yes = sigmoid(s_yes - s_no), AQAScore (arXiv 2601.14728), where s is the
    log of the summed probability of all forms, or of the likeliest form with ``largest``.

    Args:
        log_probs: natural log-probabilities, shape ``[question, form]``, columns as in ``forms.all``.
        forms: which columns mean yes and no.
        method: ``logsumexp`` sums over forms, ``largest`` takes the likeliest; ``pair`` has one form each.

    Returns:
        ``p_yes [question]`` and ``mass [question]``, both in [0, 1]; NaN where there is no answer.

    Example:
        >>> yes, mass = p_yes(np.log([[0.6, 0.2]]), AnswerForms(("Yes",), ("No",)))
        >>> yes.round(2), mass.round(2)
        (array([0.75]), array([0.8]))
    """
    reduce = np.maximum.reduce if method == "largest" else np.logaddexp.reduce
    split = len(forms.yes)
    # exp of the difference overflows only towards 0 in this form; two impossible answers give no evidence: 0 / 0.
    with np.errstate(over="ignore", invalid="ignore"):
        yes, no = reduce(log_probs[:, :split], axis=1), reduce(log_probs[:, split:], axis=1)
        probability = 1.0 / (1.0 + np.exp(no - yes))
        mass = np.minimum(np.exp(np.logaddexp.reduce(log_probs, axis=1)), 1.0)
    return probability, mass
