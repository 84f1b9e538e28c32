"""What a server can do, asked of it before anything is scored: its model, its log-probabilities, and whether it hears.

Some servers take audio and drop it without a word; their answers look like any others. A tone must therefore be
answered otherwise than silence, by more than silence twice is. Where there are no log-probabilities to compare, a
longer clip must take more prompt tokens than a shorter one. Others paste the clip into the prompt as text, so a second
of it must not take more tokens than any model hears in one.
"""

from __future__ import annotations

import logging
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from earwitness.audio import from_array
from earwitness.backbones.base import ANSWER_FORMS
from earwitness.backbones.server.chat import Chat, Part, audio_part, messages
from earwitness.backbones.server.failures import NoSuchAddress, PassingFailure, bad_reply
from earwitness.backbones.server.options import ServerOptions
from earwitness.backbones.server.replies import Exact, Top, Way, first_token
from earwitness.backbones.server.transport import Transport
from earwitness.backbones.server.vocabulary import Vocabulary
from earwitness.errors import BackboneError, ClipError

logger = logging.getLogger(__name__)

QUESTION = "Is a steady tone heard in this clip? Answer yes or no."
SHORT, LONG = 2.0, 4.0  # seconds
TONE = 440.0  # Hz
# In nats, of a token's log-probability; what one server says twice differs by less, unless it rounds much.
MOVED, TIMES_THE_NOISE = 0.01, 3.0
MOST_TOKENS = 200.0  # of a second of audio; as base64, a second has tens of thousands
LIKELIEST = (20, 5)  # how many tokens servers tell at most, the most usual first

Result = TypeVar("Result")

_TRY = "Serve the model with its audio input on, or try audio_part='audio_url' (or 'input_audio')."
_NAME_IT = "Put the model's name behind the address: http://host:8000/v1#name"
_FORMS = tuple(form for forms in ANSWER_FORMS.values() for form in forms.all)
_SCHEMA = {
    "type": "object",
    "properties": {"heard": {"type": "boolean"}},
    "required": ["heard"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the check measured.

    Attributes:
        seconds: that a request takes while nothing else is asked.
        text_tokens: prompt tokens without the clip; None where the server counts none.
        tokens_per_second: prompt tokens of a second of audio; None where the server counts none.
    """

    seconds: float
    text_tokens: float | None
    tokens_per_second: float | None


def served_model(transport: Transport, wanted: str) -> str:
    """The model to ask, as the server calls it.

    Args:
        transport: to the server.
        wanted: what the user asked for; empty for the one model that is served.

    Raises:
        BackboneError: if it is not served, or there is not one alone.
        ClipError: if the server fails, and no model was asked for.
    """
    try:
        reply = transport.get("models")
    except NoSuchAddress as error:
        if not wanted:
            raise BackboneError(f"the server has no /models there; does the address end in /v1? {_NAME_IT}") from error
        reply = None
    except ClipError:
        if not wanted:
            raise
        reply = None
    entries = reply.get("data") if isinstance(reply, Mapping) else None
    served = [str(entry["id"]) for entry in entries or [] if isinstance(entry, Mapping) and "id" in entry]
    # Some servers keep no list, or one of the models that they happen to have loaded.
    if wanted in served or (wanted and not served):
        return wanted
    if not wanted and len(served) == 1:
        return served[0]
    told = f"it serves {', '.join(served[:8])}{', ...' if len(served) > 8 else ''}" if served else "it names none"
    asked = f"the server has no model '{wanted}'" if wanted else "the server has not one model alone"
    raise BackboneError(f"{asked}; {told}. {_NAME_IT}")


def software_version(transport: Transport) -> str | None:
    """The version of the server's software, where it tells (vLLM does)."""
    try:
        reply = transport.get("/version")
    except (BackboneError, ClipError):
        return None
    version = reply.get("version") if isinstance(reply, Mapping) else None
    return version if isinstance(version, str) else None


def takes_schema(chat: Chat) -> bool:
    """Whether the server accepts a JSON schema for its answer.

    Raises:
        ClipError: if it answers nothing, with a schema or without.
    """
    said, fields = messages("Say whether you hear."), {"max_tokens": 1, "temperature": 0}
    try:
        chat.ask(said, {**fields, **schema_field(_SCHEMA)}, _answered)
    except ClipError as error:
        if error.code != "server_refused":
            raise
        chat.ask(said, fields, _answered)
        return False
    return True


def _answered(reply: Any) -> None:
    """One token of a model that thinks first is no text yet."""
    if not (isinstance(reply, Mapping) and reply.get("choices")):
        raise bad_reply("has no choices")


def schema_field(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """How a request says what its answer should look like."""
    form = {"name": "answer", "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": form}}


def best_way(chat: Chat, vocabulary: Vocabulary, options: ServerOptions) -> Way | None:
    """The most exact way to log-probabilities that the server has; None if it has none."""
    clip = _tone(options)
    ways: list[Way] = [Exact(vocabulary), Top(LIKELIEST[0], vocabulary)] if vocabulary.is_told else []
    ways += [Top(count, None) for count in LIKELIEST]
    return next((way for way in ways if _works(chat, way, probe_forms(vocabulary), clip)), None)


def probe_forms(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The answer forms that the check asks for."""
    return vocabulary.single(_FORMS) if vocabulary.is_told else _FORMS


def _works(chat: Chat, way: Way, forms: Sequence[str], clip: Part) -> bool:
    """Whether log-probabilities come this way; a reply may lack them by accident once."""
    for _ in range(2):
        try:
            way.read(_reply(chat, clip, way.fields(forms), lambda reply: reply), forms)
            return True
        except PassingFailure:
            continue
        except ClipError as error:
            if error.code == "server_refused":
                return False
            if error.code == "outside_top_k":
                return True
            raise
    return False


def check_hearing(chat: Chat, way: Way | None, forms: Sequence[str], options: ServerOptions) -> Hearing:
    """Prove that the clip reaches the model.

    Raises:
        BackboneError: if it does not.
    """
    clips = [_silence(options, SHORT), _silence(options, SHORT), _silence(options, LONG), _tone(options)]
    fields = {} if way is None else way.fields(forms)
    heard, seconds = [], []
    for clip in clips:
        started = chat.transport.clock()
        heard.append(_reply(chat, clip, fields, _told_nothing if way is None else _told))
        seconds.append(chat.transport.clock() - started)
    told, tokens = [log_probs for log_probs, _ in heard], [count for _, count in heard]
    if way is not None:
        noise, moved = _distance(told[0], told[1]), _distance(told[0], told[3])
        if moved <= max(MOVED, TIMES_THE_NOISE * noise):
            raise _deaf(chat, "answers a tone as it answers silence")
    elif tokens[0] is None or tokens[2] is None:
        logger.warning(
            "%s tells neither log-probabilities nor prompt tokens: nothing proves that it hears clips.", chat.model
        )
    elif tokens[2] <= tokens[0]:
        raise _deaf(chat, f"counts {tokens[2]} prompt tokens for {LONG:g} s and {tokens[0]} for {SHORT:g} s")
    hearing = _hearing(seconds, tokens[0], tokens[2])
    if hearing.tokens_per_second is not None and hearing.tokens_per_second > MOST_TOKENS:
        raise BackboneError(
            f"{chat.model} counts {hearing.tokens_per_second:,.0f} prompt tokens for a second of audio: the server "
            f"gives it the clip as text. {_TRY}"
        )
    return hearing


def _hearing(seconds: list[float], short: int | None, long: int | None) -> Hearing:
    taken = statistics.median(seconds)
    if short is None or long is None:
        return Hearing(taken, None, None)
    rate = (long - short) / (LONG - SHORT)
    return Hearing(taken, short - rate * SHORT, rate)


def _deaf(chat: Chat, why: str) -> BackboneError:
    return BackboneError(f"{chat.model} {why}: the server drops the audio. {_TRY}")


def _reply(chat: Chat, clip: Part, fields: Mapping[str, Any], read: Callable[[Any], Result]) -> Result:
    return chat.ask(messages(QUESTION, clip=clip), {"max_tokens": 1, "temperature": 0, **fields}, read)


def _told(reply: Any) -> tuple[Mapping[str, float], int | None]:
    """The first token's log-probabilities, and how many prompt tokens the server counted."""
    return first_token(reply), _prompt_tokens(reply)


def _told_nothing(reply: Any) -> tuple[Mapping[str, float], int | None]:
    return {}, _prompt_tokens(reply)


def _prompt_tokens(reply: Any) -> int | None:
    usage = reply.get("usage") if isinstance(reply, Mapping) else None
    tokens = usage.get("prompt_tokens") if isinstance(usage, Mapping) else None
    return tokens if isinstance(tokens, int) and tokens > 0 else None


def _distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The largest difference of a token's log-probability; infinite if none is in both."""
    return max((abs(one[token] - other[token]) for token in one.keys() & other.keys()), default=math.inf)


def _silence(options: ServerOptions, duration: float) -> Part:
    return _part(np.zeros(int(duration * options.sample_rate), np.float32), options)


def _tone(options: ServerOptions) -> Part:
    time = np.arange(int(SHORT * options.sample_rate)) / options.sample_rate
    return _part((0.3 * np.sin(2 * np.pi * TONE * time)).astype(np.float32), options)


def _part(samples: np.ndarray[Any, np.dtype[np.float32]], options: ServerOptions) -> Part:
    return audio_part(from_array(samples, options.sample_rate), options)
