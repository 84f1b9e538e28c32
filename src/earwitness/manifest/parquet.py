"""The optional library behind everything that is Parquet."""

from __future__ import annotations

from typing import Any

from earwitness.errors import MissingDependencyError


def parquet_library(doing: str) -> tuple[Any, Any]:
    """``pyarrow`` and its ``parquet``, imported on use.

    Args:
        doing: what they are needed for, such as ``writing Parquet``.

    Raises:
        MissingDependencyError: if pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingDependencyError(doing, "pyarrow", "parquet") from error
    return pyarrow, parquet
