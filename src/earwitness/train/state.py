"""The state of an unfinished training: one safetensors file, replaced as a whole after epochs; never a pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from earwitness.errors import StoreError
from earwitness.run.whole_files import replacing

FILE = "state.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where a training is.

    Attributes:
        now: weights after the last epoch, by name.
        best: weights after the best epoch.
        optimiser: what it remembers, by parameter and name.
        reached: the curve so far and the best epoch.
    """

    now: Mapping[str, Tensor]
    best: dict[str, Tensor]
    optimiser: Mapping[int, Mapping[str, Any]]
    reached: Mapping[str, Any]


def write_state(folder: Path, state: State) -> None:
    """Put the state in the place of the last one; a kill leaves one or the other, never a part."""
    tensors = {f"now/{name}": value for name, value in state.now.items()}
    tensors |= {f"best/{name}": value for name, value in state.best.items()}
    for place, kept in state.optimiser.items():
        tensors |= {f"optimiser/{place}/{name}": value for name, value in kept.items() if isinstance(value, Tensor)}
    # clone: tied weights share memory, which the format refuses.
    copies = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
    with replacing(folder / FILE) as part:
        save_file(copies, part, metadata={"reached": json.dumps(state.reached, allow_nan=False)})


def read_state(folder: Path) -> State | None:
    """The state that was written last, if there is one.

    Raises:
        StoreError: if it cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            reached = json.loads(file.metadata()["reached"])
    except Exception as error:  # a damaged file may make the library raise anything
        raise StoreError(f"{path} cannot be read: {error}. Delete it to train this part from its start.") from error
    optimiser: dict[int, dict[str, Any]] = {}
    for name, value in _under("optimiser/", tensors).items():
        place, _, what = name.partition("/")
        optimiser.setdefault(int(place), {})[what] = value
    return State(_under("now/", tensors), _under("best/", tensors), optimiser, reached)


def drop_state(folder: Path) -> None:
    """A finished training needs no state."""
    (folder / FILE).unlink(missing_ok=True)


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
