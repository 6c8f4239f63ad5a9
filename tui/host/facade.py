"""The gateway's ports as the deck sees them: each method is a request to the context's process.

A port is made of its name alone, so that starting a context loads none of the values that its answers consist of:
they come with the first answer, after the first frame. tests/unit/test_ports.py holds the ports against the
gateway's methods.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol

# Seconds for what takes long by nature. Such a request is never cut off by the deadline of another one.
LIMITS_S: Mapping[str, float] = {
    "store.create": 120.0,
    "store.migrated_copy": 3600.0,
    "store.upgrade": 3600.0,
    "artifacts.list_folder": 60.0,
    # Each of these is several requests of the SDK, and its import comes before the first.
    "diagnosis.loaded": 90.0,
    "registry.search_models": 60.0,  # in Unity Catalog each model of a page is a request of its own
    "catalog.me": 30.0,
    "catalog.home_folder": 30.0,
    "catalog.metastore": 30.0,
    "catalog.catalogs": 60.0,
    "catalog.schemas": 60.0,
    "catalog.models": 60.0,
    "catalog.access": 60.0,
    "serving.endpoints": 30.0,
    "serving.endpoint": 30.0,
    "serving.details": 120.0,
    "serving.server_log": 60.0,
    "serving.build_log": 60.0,
    "serving.change": 60.0,
    "artifacts.head": 120.0,
    "artifacts.preview": 300.0,
    "artifacts.measure": 3600.0,
    "artifacts.download": 7 * 86400.0,
    # MLflow reads every version of a model for these: seconds where there are 200 000. And no write is cut off because
    # the files of some model are in a store that hangs: what became of it would not be known.
    "registry.get_model": 60.0,
    "registry.set_alias": 60.0,
    "registry.delete_alias": 60.0,
    "registry.create_model": 60.0,
    "registry.rename_model": 120.0,
    "registry.describe_model": 60.0,
    "registry.tag_model": 60.0,
    "registry.delete_model": 300.0,
    "registry.describe_version": 60.0,
    "registry.tag_version": 60.0,
    "registry.delete_version": 60.0,
    # Unity Catalog has the client itself bring the model's files from where they are to where they are to be.
    "registry.copy_version": 3600.0,
    "registry.create_version": 3600.0,
}

_SHOWN = 60  # letters of an argument in the log of requests


class Ask(Protocol):
    """``Host.call``."""

    def __call__(self, op: str, *args: Any, **kwargs: Any) -> Any: ...


class RemotePort:
    """Any port of ``gateway.ports`` by its name: ``RemotePort(ask, "tracking").get_run(x)`` asks ``tracking.get_run``.

    Whoever makes one casts it to the port's protocol, where the signatures and errors are.
    """

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
