"""Options that several commands share, declared once: a command takes a dataclass, and has its fields as options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import wraps
from typing import Any, get_type_hints


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose dataclass parameters stand on the command line as one option for each of their fields.

    A field is declared as any option is, ``Annotated[..., typer.Option(...)]``; a field that is itself a dataclass
    brings its own. What is given is put together again before the command is called.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... class Sound:
        ...     level: float = -20.0
        >>> def play(clip: str, sound: Sound) -> None:
        ...     print(clip, sound)
        >>> inspect.signature(with_options(play))
        <Signature (*, clip: str, level: float = -20.0)>
        >>> with_options(play)(clip="rain.wav", level=-6.0)
        rain.wav Sound(level=-6.0)
    """
    kinds = get_type_hints(command, include_extras=True)
    own = inspect.signature(command).parameters

    @wraps(command)
    def called(**given: Any) -> None:
        command(**{name: _gathered(kinds[name], given) if is_dataclass(kinds[name]) else given[name] for name in own})

    parameters: list[inspect.Parameter] = []
    for name, parameter in own.items():
        kind = kinds[name]
        whole = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=parameter.default, annotation=kind)
        parameters += _declared(kind) if is_dataclass(kind) else [whole]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called


def _declared(kind: Any) -> Iterator[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):
        if is_dataclass(hints[field.name]):
            yield from _declared(hints[field.name])
        else:
            yield inspect.Parameter(
                field.name, inspect.Parameter.KEYWORD_ONLY, default=_default(field), annotation=hints[field.name]
            )


def _default(field: Field[Any]) -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default


def _gathered(kind: Any, given: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    values = {
        field.name: _gathered(hints[field.name], given) if is_dataclass(hints[field.name]) else given[field.name]
        for field in fields(kind)
    }
    return kind(**values)
