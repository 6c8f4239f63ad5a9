"""Serving endpoints in memory, whose changes are there at once, and can fail at any moment."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.support.fakes import HOUR, NOW_MS
from tui.domain.problem import Kind, Problem
from tui.domain.serving import Answer, Body, Carried, Endpoint, Event, Sample, ServedEntity, ServingConfig, Split


class FakeServing:
    """ServingPort in memory; ``trouble`` holds what happens at the next changes, one each."""

    def __init__(self, endpoints: Sequence[Endpoint] = ()) -> None:
        self.kept = {endpoint.name: endpoint for endpoint in endpoints}
        self.trouble: deque[Callable[[Callable[[], None]], None] | None] = deque()
        self.gate = threading.Event()
        self.gate.set()
        self.calls: list[tuple[str, tuple[object, ...]]] = []

    def _call(self, name: str, *what: object) -> None:
        self.calls.append((name, what))
        if not self.gate.wait(timeout=30):
            raise AssertionError("the gate was never opened")

    def called(self, name: str) -> int:
        """How many times a method has been called."""
        return sum(1 for called, _ in self.calls if called == name)

    def serve(self, name: str, split: Split) -> None:
        """Somebody, or the deck, serves this."""
        old = {entity.name: entity for entity in self.kept[name].config.entities}
        entities = tuple(
            replace(
                old.get(share.name) or ServedEntity(share.name, share.entity, state="ready", workload="Small CPU"),
                version=share.version,
                traffic=share.percent,
            )
            for share in split
        )
        self.kept[name] = replace(self.kept[name], config=ServingConfig(entities, version=8))

    def endpoints(self) -> tuple[Endpoint, ...]:
        self._call("endpoints")
        return tuple(self.kept.values())

    def endpoint(self, name: str) -> Endpoint:
        self._call("endpoint", name)
        if name not in self.kept:
            raise Problem(Kind.NOT_FOUND, f"Could not read {name}", "There is no such endpoint.")
        return self.kept[name]

    def details(self, names: Sequence[str]) -> tuple[Endpoint, ...]:
        self._call("details", *names)
        return tuple(self.kept[name] for name in names if name in self.kept)

    def server_log(self, endpoint: str, entity: str) -> str:
        self._call("server_log", endpoint, entity)
        return "Loaded the model\n"

    def build_log(self, endpoint: str, entity: str) -> str:
        self._call("build_log", endpoint, entity)
        return "Pushed the image\n"

    def numbers(self, endpoint: str) -> tuple[Sample, ...]:
        self._call("numbers", endpoint)
        return (Sample("request_count_total", {}, 12.0),)

    def events(self, endpoint: str) -> tuple[Event, ...]:
        self._call("events", endpoint)
        return ()

    def query(self, endpoint: str, entity: str, body: Body) -> Answer:
        self._call("query", endpoint, entity, body)
        return Answer(200, 12, '{"predictions": [1.0]}', entity)

    def carried(self, endpoint: str, wanted: Split) -> Carried:
        self._call("carried", endpoint, wanted)
        return Carried()

    def change(self, endpoint: str, expected: Split, wanted: Split) -> tuple[str, ...]:
        self._call("change", endpoint, expected, wanted)
        if self.kept[endpoint].config.split != expected:
            raise Problem(Kind.BAD_REQUEST, f"Could not change {endpoint}", "It serves something else by now.")
        trouble = self.trouble.popleft() if self.trouble else None
        if trouble is None:
            self.serve(endpoint, wanted)
        else:
            trouble(lambda: self.serve(endpoint, wanted))
        return ()


def endpoint(name: str, *served: tuple[str, str, int]) -> Endpoint:
    """A whole endpoint that serves these: model, version and per cent."""
    entities = tuple(
        ServedEntity(f"{model}-{version}", model, version, workload="Small CPU", state="ready", traffic=percent)
        for model, version, percent in served
    )
    return Endpoint(
        name,
        ServingConfig(entities, version=7),
        ready=True,
        creator="ana",
        created_ms=NOW_MS - HOUR,
        updated_ms=NOW_MS - HOUR,
        permission="CAN_MANAGE",
        is_whole=True,
    )
