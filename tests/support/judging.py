"""Whether two ways of reading a store answer the same, value for value and in the same order."""

from __future__ import annotations

import dataclasses
import math
from array import array
from collections.abc import Callable, Mapping
from typing import Any

from tui.domain.problem import Problem


def plain(value: Any) -> Any:
    """A value that can be compared and read: NaN equals itself, keys are in their order, types are told apart."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else repr(value)
    if isinstance(value, array):
        return [value.typecode, *map(plain, value)]
    if isinstance(value, Mapping):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(plain, value)]
    return value


def answer(ask: Callable[[], Any]) -> Any:
    """What a request answers, or the problem that it raises, as something that can be compared."""
    try:
        return plain(ask())
    except Problem as problem:
        return f"{problem.kind.value}: {problem.title} | {problem.message} | {problem.hint} | {problem.code}"
