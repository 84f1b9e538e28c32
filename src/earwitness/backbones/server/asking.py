"""A question as a job to be done when its turn comes, and a clip that many questions share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from earwitness.backbones.server.chat import Chat, Part, audio_part, messages
from earwitness.backbones.server.options import ServerOptions
from earwitness.errors import AudioError, ClipError
from earwitness.types import Audio

MIN_DURATION = 0.1  # seconds

Result = TypeVar("Result")
Job: TypeAlias = Callable[[threading.Event], Result]


class Clip:
    """One clip for many questions: encoded when the first is asked, dropped after the last.

    Args:
        audio: the clip.
        questions: how many share it.
        options: how it is sent.

    Attributes:
        error: of the first of its questions that failed; the others are not asked then.
    """

    def __init__(self, audio: Audio, questions: int, options: ServerOptions) -> None:
        self._audio, self._questions, self._options = audio, questions, options
        self._lock = threading.Lock()
        self._part: Part | None = None
        self.error: ClipError | None = None

    def part(self) -> Part | None:
        """The clip as part of a message; None where a question is asked without one.

        Raises:
            AudioError: if it is shorter or longer than is heard at once.
        """
        with self._lock:
            if self._part is None and not self._audio.is_absent:
                self._check()
                self._part = audio_part(self._audio, self._options)
            return self._part

    def answered(self) -> None:
        """One of its questions is done with; encoded, the clips of a batch would fill the memory."""
        with self._lock:
            self._questions -= 1
            if not self._questions:
                self._part = None

    def _check(self) -> None:
        audio, longest = self._audio, self._options.max_duration
        if audio.duration < MIN_DURATION or len(audio.samples) > round(longest * audio.sample_rate):
            raise AudioError(
                f"the clip lasts {audio.duration:.2f} s; servers are sent {MIN_DURATION:g} to {longest:g} s "
                "(max_duration). Cut it into windows, as the judges do.",
                code="too_short" if audio.duration < MIN_DURATION else "too_long",
            )


def asking(
    chat: Chat,
    text: str,
    system: str | None,
    clip: Clip | None,
    fields: Mapping[str, Any],
    read: Callable[[Any], Result],
) -> Job[Result]:
    """One question, to be asked when its turn comes."""

    def ask(stop: threading.Event) -> Result:
        if clip is None:
            return chat.ask(messages(text, system), fields, read, stop)
        try:
            if clip.error is not None:
                raise clip.error
            return chat.ask(messages(text, system, clip.part()), fields, read, stop)
        except ClipError as error:
            clip.error = error
            raise
        finally:
            clip.answered()

    return ask


def all_or_why(results: Sequence[Result | ClipError]) -> list[Result] | ClipError:
    """The results of one request's questions, or the error of the first that failed."""
    errors = [result for result in results if isinstance(result, ClipError)]
    return errors[0] if errors else [result for result in results if not isinstance(result, ClipError)]
