"""Everything that earwitness raises on purpose, as one tree.

Each text says what is wrong, where, what was got, what was wanted, and what to do next. ``code`` is the stable name
that a record keeps; ``exit_code`` is what the command line returns when the error ends a command.

    EarwitnessError                  1
    ├── UsageError                   2   the call itself is wrong
    │   ├── UnknownNameError         2   no backbone, template or preset of that name
    │   ├── MissingDependencyError   2   an optional library is not installed
    │   └── ManifestError            2   a file of pairs cannot be read as written
    ├── ClipError                    1   one pair cannot be scored; the rest of a run goes on
    │   ├── AudioError                   the clip
    │   ├── CaptionError                 the caption
    │   └── AnswerError                  the backbone's answer
    ├── RunError                     4   a run directory is locked or was made with another recipe
    ├── StoreError                   1   a run directory cannot be read or written
    ├── TrainingError                1   a training cannot go on
    └── BackboneError                5   a backbone cannot be loaded or reached
        └── NoLogProbsError          5   it tells no log-probabilities, which this judge needs
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earwitness.types import Score


class EarwitnessError(Exception):
    """Base of all errors raised on purpose; ``str(error)`` is fit to show to a user."""

    code = "error"
    exit_code = 1


class UsageError(EarwitnessError):
    """The call or the command line is wrong; nothing has been done yet."""

    code = "usage"
    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not in a table of names.

    Example:
        >>> raise UnknownNameError("backbone", "qwen2-audio", ["embedded", "qwen2-audio-7b"])
        Traceback (most recent call last):
        earwitness.errors.UnknownNameError: no backbone 'qwen2-audio'. Did you mean 'qwen2-audio-7b'? See: \
earwitness list backbones
    """

    code = "unknown_name"

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        super().__init__(f"no {kind} '{name}'.{hint} See: earwitness list {kind}s")


class MissingDependencyError(UsageError):
    """An optional library is needed and not installed.

    Example:
        >>> raise MissingDependencyError("backbone 'qwen2.5-omni-7b'", "transformers", "hf")
        Traceback (most recent call last):
        earwitness.errors.MissingDependencyError: backbone 'qwen2.5-omni-7b' needs transformers. Install with: \
pip install 'earwitness[hf]'
    """

    code = "missing_dependency"

    def __init__(self, what: str, library: str, extra: str) -> None:
        super().__init__(f"{what} needs {library}. Install with: pip install 'earwitness[{extra}]'")


class ManifestError(UsageError):
    """A list of pairs cannot be read as written; the text names file and line."""

    code = "manifest"


class ClipError(EarwitnessError):
    """One pair cannot be scored; ``code`` says why and is kept in its record.

    Args:
        message: what, got, wanted, what to do.
        code: the stable reason, such as ``audio_empty``.
    """

    code = "clip"

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def as_clip_error(error: Exception, doing: str, code: str) -> ClipError:
    """Whatever one odd clip raised, as the reason why it has no score; a ``ClipError`` says it already.

    Example:
        >>> as_clip_error(ZeroDivisionError("by zero"), "reading rain.wav", "clip_failed")
        ClipError('reading rain.wav failed: ZeroDivisionError: by zero')
    """
    if isinstance(error, ClipError):
        return error
    return ClipError(f"{doing} failed: {type(error).__name__}: {error}", code=code)


class AudioError(ClipError):
    """The clip is missing, broken, outside the limits, or cannot be heard by this backbone."""


class CaptionError(ClipError):
    """The caption is empty, says nothing, is too long, or names nothing that this backbone knows."""


class AnswerError(ClipError):
    """The backbone gave no usable answer for this clip.

    Args:
        message: what, got, wanted, what to do.
        code: the stable reason, such as ``no_answer``.
        score: the unscored record, where other questions about the clip were answered.
    """

    def __init__(self, message: str, *, code: str, score: Score | None = None) -> None:
        super().__init__(message, code=code)
        self.score = score


class RunError(EarwitnessError):
    """A run directory is in use by another process, or was made with another recipe."""

    code = "run"
    exit_code = 4


class StoreError(EarwitnessError):
    """A run directory cannot be read or written; what it holds is left as it was."""

    code = "store"


class TrainingError(EarwitnessError):
    """A training cannot go on; what it had reached is kept."""

    code = "training"


class BackboneError(EarwitnessError):
    """A backbone cannot be loaded, reached, or asked yes/no questions."""

    code = "backbone"
    exit_code = 5


class NoLogProbsError(BackboneError):
    """A backbone writes texts and tells no log-probabilities."""

    code = "no_log_probs"
