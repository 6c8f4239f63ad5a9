"""Writes to experiments and runs in memory, which can fail at any moment and be crossed by somebody else's."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from tests.support.fakes import FakeTracking, FrozenClock, experiment
from tui.domain.problem import Kind, Problem
from tui.domain.values import Experiment, RunDetail
from tui.services.housekeeping import Housekeeping
from tui.services.ledger import Ledger
from tui.services.write_flow import WriteFlow

Trouble = Callable[[Callable[[], None]], None] | None


def flow_of(keeping: Housekeeping, ledger: Ledger, *, read_only: bool = False) -> WriteFlow:
    """The flow through which runs and experiments are written."""
    kinds = dict.fromkeys(("run", "experiment"), lambda: keeping)
    return WriteFlow(ledger, FrozenClock(), kinds, context="prod", read_only=read_only)


class FakeWrites:
    """WritesPort over a FakeTracking.

    ``trouble`` holds what happens at the next writes, one each: None lets it pass, ``cut_before`` and its like of
    ``fake_registry`` fail it. ``before`` is called with each method's name and first argument before anything else;
    ``gate`` holds writes until it is set.
    """

    def __init__(self, tracking: FakeTracking) -> None:
        self._tracking = tracking
        self.trouble: deque[Trouble] = deque()
        self.before: Callable[[str, str], None] = lambda _name, _id: None
        self.gate = threading.Event()
        self.gate.set()
        self.calls: list[tuple[str, tuple[object, ...]]] = []

    def called(self, name: str) -> int:
        """How many times a method has been called."""
        return sum(1 for called, _ in self.calls if called == name)

    # what somebody else can do as well

    def change_run(self, run_id: str, **fields: object) -> None:
        for place, one in enumerate(self._tracking.runs):
            if one.run_id == run_id:
                self._tracking.runs[place] = replace(one, **fields)  # type: ignore[arg-type]
                return
        raise Problem(Kind.NOT_FOUND, "Could not change the run", f"Run {run_id} not found.")

    def change_experiment(self, experiment_id: str, **fields: object) -> None:
        for place, one in enumerate(self._tracking.experiments):
            if one.id == experiment_id:
                self._tracking.experiments[place] = replace(one, **fields)  # type: ignore[arg-type]
                return
        raise Problem(Kind.NOT_FOUND, "Could not change it", f"No Experiment with id={experiment_id} exists.")

    def run(self, run_id: str) -> RunDetail:
        return next(one for one in self._tracking.runs if one.run_id == run_id)

    def experiment(self, experiment_id: str) -> Experiment:
        return next(one for one in self._tracking.experiments if one.id == experiment_id)

    def tag(self, run_id: str, key: str, value: str | None) -> None:
        """Somebody tags a run, or takes a tag away."""
        self.change_run(run_id, tags=_with(self.run(run_id).tags, key, value))

    # writing

    def _call(self, name: str, *what: object, effect: Callable[[], None]) -> None:
        self.calls.append((name, what))
        self.before(name, str(what[0]))
        if not self.gate.wait(timeout=30):
            raise AssertionError("the gate was never opened")
        trouble = self.trouble.popleft() if self.trouble else None
        if trouble is None:
            effect()
        else:
            trouble(effect)

    def create_experiment(self, name: str) -> str:
        number = max((int(one.id) for one in self._tracking.experiments), default=0) + 1

        def effect() -> None:
            if any(one.name == name for one in self._tracking.experiments):
                said = f"Experiment(name={name}) already exists."
                raise Problem(Kind.BAD_REQUEST, f"Could not create the experiment {name}", said)
            self._tracking.experiments.append(experiment(number, name, updated=0))

        self._call("create_experiment", name, effect=effect)
        return str(number)

    def rename_experiment(self, experiment_id: str, name: str) -> None:
        def effect() -> None:
            if any(one.name == name for one in self._tracking.experiments):
                raise Problem(Kind.BAD_REQUEST, "Could not rename it", f"Experiment(name={name}) already exists.")
            self.change_experiment(experiment_id, name=name)

        self._call("rename_experiment", experiment_id, name, effect=effect)

    def _mark_experiment(self, experiment_id: str, lifecycle: str) -> None:
        self.change_experiment(experiment_id, lifecycle=lifecycle)
        for one in list(self._tracking.runs):
            if one.experiment_id == experiment_id:
                self.change_run(one.run_id, lifecycle=lifecycle)

    def delete_experiment(self, experiment_id: str) -> None:
        self._call("delete_experiment", experiment_id, effect=lambda: self._mark_experiment(experiment_id, "deleted"))

    def restore_experiment(self, experiment_id: str) -> None:
        self._call("restore_experiment", experiment_id, effect=lambda: self._mark_experiment(experiment_id, "active"))

    def tag_experiment(self, experiment_id: str, key: str, value: str | None) -> None:
        def effect() -> None:
            self.change_experiment(experiment_id, tags=_with(self.experiment(experiment_id).tags, key, value))

        self._call("tag_experiment", experiment_id, key, value, effect=effect)

    def rename_run(self, run_id: str, name: str) -> None:
        self._call("rename_run", run_id, name, effect=lambda: self.change_run(run_id, name=name))

    def delete_run(self, run_id: str) -> None:
        self._call("delete_run", run_id, effect=lambda: self.change_run(run_id, lifecycle="deleted"))

    def restore_run(self, run_id: str) -> None:
        self._call("restore_run", run_id, effect=lambda: self.change_run(run_id, lifecycle="active"))

    def tag_run(self, run_id: str, key: str, value: str | None) -> None:
        self._call("tag_run", run_id, key, value, effect=lambda: self.tag(run_id, key, value))


def _with(tags: dict[str, str], key: str, value: str | None) -> dict[str, str]:
    kept = {known: text for known, text in tags.items() if known != key}
    return kept if value is None else {**kept, key: value}
