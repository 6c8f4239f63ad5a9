"""The gateway's ports as the deck sees them: each method is a request to the context's process.

A port is made of its name alone, so that starting a context loads none of the values that its answers consist of:
they come with the first answer, after the first frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol

_SHOWN = 60  # letters of an argument in the log of requests


class Ask(Protocol):
    """``Host.call``."""

    def __call__(self, op: str, *args: Any, **kwargs: Any) -> Any: ...


class RemoteGateway:
    """``gateway.dispatch.Gateway`` from afar: ``tracking.get_run(x)`` of it asks ``tracking.get_run``.

    Whoever makes one casts it to that class, where the ports are, with their signatures and errors.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def __getattr__(self, port: str) -> RemotePort:
        if port.startswith("_"):
            raise AttributeError(port)
        found = self.__dict__[port] = RemotePort(self._ask, port)
        return found


class RemotePort:
    """One port of it, by its name."""

    def __init__(self, ask: Ask, name: str) -> None:
        self._ask = ask
        self._name = name

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        ask, op = self._ask, f"{self._name}.{method}"

        def request(*args: Any, **kwargs: Any) -> Any:
            return ask(op, *args, **kwargs)

        self.__dict__[method] = request
        return request


def summary(args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """The arguments of a request on one short line; what is empty or left at its default is not said."""
    said = [_brief(value) for value in args if value not in ("", None)]
    said += [f"{key}={_brief(value)}" for key, value in kwargs.items() if value not in ("", None)]
    return " ".join(said)


def _brief(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (list, tuple)):
        if len(value) == 1:
            return _brief(value[0])
        return f"{len(value)} ids"
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
