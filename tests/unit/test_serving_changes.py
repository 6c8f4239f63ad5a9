"""Changes of serving configs, read as a sceptic: each way in which one could go wrong without a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.fakes import FrozenClock
from tests.support.flows import carried_out
from tui.domain.problem import Kind, Problem
from tui.domain.serving import (
    Answer,
    Body,
    Carried,
    Endpoint,
    Event,
    Sample,
    ServedEntity,
    ServingConfig,
    Split,
    Update,
    to_version,
)
from tui.services.ledger import Ledger
from tui.services.serving_desk import BEGUN, ServingChanges, ServingPlan
from tui.services.write_flow import Outcome

NAME = "live"
TIMEOUT = Problem(Kind.TIMEOUT, "t", "It said nothing for 8 s.", "Look again.")
REFUSAL = Problem(Kind.NOT_FOUND, "t", "Model version '11' does not exist.", "")
GONE = Problem(Kind.UNREACHABLE, "t", "Nobody answers.", "")


def config(*versions: tuple[str, int], number: int = 1, started_ms: int | None = None) -> ServingConfig:
    """Versions of one model with their shares of the traffic."""
    entities = [ServedEntity(f"churn-{at}", "prod.ml.churn", at, traffic=percent) for at, percent in versions]
    return ServingConfig(tuple(entities), number, started_ms)


class Workspace:
    """One endpoint in memory; ``before_write`` is what somebody else does in between, ``answer`` what is answered."""

    def __init__(self) -> None:
        self.now = Endpoint(NAME, config(("11", 90), ("10", 10)), ready=True, is_whole=True)
        self.before_write: Callable[[], object] = lambda: None
        self.answer: Callable[[], object] = lambda: None
        self.unreadable_after_write = False
        self.takes_it_on = True
        self.written: list[Split] = []
        self._readable = True

    def endpoint(self, name: str) -> Endpoint:
        if not self._readable:
            raise GONE
        return self.now

    def carried(self, endpoint: str, wanted: Split) -> Carried:
        return Carried()

    def change(self, name: str, expected: Split, wanted: Split) -> tuple[str, ...]:
        self.before_write()
        if self.now.update is Update.RUNNING or self.now.config.split != expected:
            raise Problem(Kind.BAD_REQUEST, "t", "It serves something else by now.", "Look again.")
        self.written.append(wanted)
        self._readable = not self.unreadable_after_write
        if self.takes_it_on:
            entities = tuple(ServedEntity(s.name, s.entity, s.version, traffic=s.percent) for s in wanted)
            self.now = replace(self.now, update=Update.RUNNING, pending=ServingConfig(entities, 2, 5_000))
        self.answer()
        return ()

    def comes_up(self) -> None:
        assert self.now.pending is not None
        self.now = replace(self.now, update=Update.NONE, config=self.now.pending, pending=None)

    def fails(self) -> None:
        self.now = replace(self.now, update=Update.FAILED)

    # what is not asked for here

    def numbers(self, endpoint: str) -> tuple[Sample, ...]:
        return ()

    def events(self, endpoint: str) -> tuple[Event, ...]:
        return ()

    def query(self, endpoint: str, entity: str, body: Body) -> Answer:
        raise AssertionError("nobody is asked here")

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (self.now,)

    def details(self, names: object) -> tuple[Endpoint, ...]:
        return (self.now,)

    def server_log(self, endpoint: str, entity: str) -> str:
        return ""

    def build_log(self, endpoint: str, entity: str) -> str:
        return ""


def raising(problem: Problem) -> Callable[[], object]:
    def answer() -> object:
        raise problem

    return answer


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.fixture
def changes(workspace: Workspace, tmp_path: Path) -> ServingChanges:
    return desk(workspace, tmp_path)


def desk(workspace: Workspace, folder: Path) -> ServingChanges:
    """A deck; another one on the same folder is the one that is started next."""
    ledger = Ledger(folder / "ledger.jsonl", FrozenClock(), "ana@box")
    return ServingChanges(workspace, ledger, context="sim", place="here", read_only=False)


def plan_of(workspace: Workspace, version: str = "12") -> ServingPlan:
    before = workspace.now.config.split
    return ServingPlan(NAME, before, to_version(before, "churn-11", version))


def outcome_on_record(changes: ServingChanges) -> str:
    return changes.entries(NAME)[-1].outcome


def test_what_was_taken_on_is_not_yet_done(workspace: Workspace, changes: ServingChanges, tmp_path: Path) -> None:
    plan = plan_of(workspace)
    report = carried_out(changes, plan)
    assert report.outcome is Outcome.DONE and outcome_on_record(changes) == BEGUN
    assert changes.settle(report.number, plan)[0] is None and outcome_on_record(changes) == BEGUN
    assert changes.undo_plan(NAME) is None, "what is under way cannot be taken back yet"
    # The deck ends, and the change does not come up: the next deck takes it up and says so.
    workspace.fails()
    later = desk(workspace, tmp_path)
    ((name, (number, taken_up)),) = later.begun().items()
    assert (name, number, taken_up.after) == (NAME, report.number, plan.after)
    assert later.settle(number, taken_up)[0] is Outcome.NOT_DONE
    assert outcome_on_record(later) == "not done" and not later.begun()


def test_somebody_begins_an_update_between_the_look_and_the_write(
    workspace: Workspace, changes: ServingChanges
) -> None:
    plan = plan_of(workspace)

    def somebody_else() -> None:
        workspace.now = replace(workspace.now, update=Update.RUNNING, pending=config(("9", 100), number=2))

    workspace.before_write = somebody_else
    report = carried_out(changes, plan)
    assert report.outcome is Outcome.REFUSED and not workspace.written
    assert outcome_on_record(changes) == "refused" and changes.undo_plan(NAME) is None


def test_an_endpoint_that_is_being_updated_is_left_alone(workspace: Workspace, changes: ServingChanges) -> None:
    plan = plan_of(workspace)
    workspace.now = replace(workspace.now, update=Update.RUNNING, pending=config(("9", 100), number=2))
    report = carried_out(changes, plan)
    assert report.outcome is Outcome.CONFLICT and not workspace.written
    assert report.results[0].found is not None and "changing it just now" in report.results[0].found.status


@pytest.mark.parametrize(("takes_it_on", "outcome"), [(True, Outcome.DONE), (False, Outcome.UNKNOWN)])
def test_the_answer_to_a_write_is_lost(
    workspace: Workspace, changes: ServingChanges, takes_it_on: bool, outcome: Outcome
) -> None:
    workspace.answer, workspace.takes_it_on = raising(TIMEOUT), takes_it_on
    assert carried_out(changes, plan_of(workspace)).outcome is outcome
    assert len(workspace.written) == 1, "a write is never tried again by itself"


def test_an_earlier_attempt_that_failed_is_not_taken_for_this_one(
    workspace: Workspace, changes: ServingChanges
) -> None:
    plan = plan_of(workspace)
    entities = tuple(ServedEntity(s.name, s.entity, s.version, traffic=s.percent) for s in plan.after)
    workspace.now = replace(workspace.now, update=Update.FAILED, pending=ServingConfig(entities, 2, 1_000))
    workspace.answer, workspace.takes_it_on = raising(TIMEOUT), False
    assert carried_out(changes, plan).outcome is Outcome.UNKNOWN
    workspace.answer, workspace.takes_it_on = lambda: None, True
    assert carried_out(changes, plan).outcome is Outcome.DONE


def test_an_attempt_that_fails_at_once_is_told_as_such(workspace: Workspace, changes: ServingChanges) -> None:
    plan = plan_of(workspace)
    workspace.answer = workspace.fails
    report = carried_out(changes, plan)
    assert report.outcome is Outcome.DONE and outcome_on_record(changes) == BEGUN
    assert changes.settle(report.number, plan)[0] is Outcome.NOT_DONE


def test_nothing_can_be_read_after_the_write(workspace: Workspace, changes: ServingChanges, tmp_path: Path) -> None:
    plan = plan_of(workspace)
    workspace.unreadable_after_write = True
    report = carried_out(changes, plan)
    assert report.outcome is Outcome.UNKNOWN and outcome_on_record(changes) == "unknown"
    with pytest.raises(Problem, match="Nobody answers"):
        changes.settle(report.number, plan)
    workspace._readable = True
    workspace.comes_up()
    later = desk(workspace, tmp_path)
    number, taken_up = later.begun()[NAME]
    assert later.settle(number, taken_up)[0] is Outcome.DONE and later.undo_plan(NAME) is not None


def test_an_undo_after_somebody_else_s_change_is_refused(workspace: Workspace, changes: ServingChanges) -> None:
    plan = plan_of(workspace)
    report = carried_out(changes, plan)
    workspace.comes_up()
    assert changes.settle(report.number, plan)[0] is Outcome.DONE
    workspace.now = replace(workspace.now, config=config(("13", 100), number=3))
    undo = changes.undo_plan(NAME)
    assert undo is not None
    assert carried_out(changes, undo).outcome is Outcome.CONFLICT and len(workspace.written) == 1


def test_an_undo_that_the_workspace_refuses_leaves_the_change_to_be_undone(
    workspace: Workspace, changes: ServingChanges
) -> None:
    plan = plan_of(workspace)
    report = carried_out(changes, plan)
    workspace.comes_up()
    changes.settle(report.number, plan)
    workspace.before_write = raising(REFUSAL)
    undo = changes.undo_plan(NAME)
    assert undo is not None
    refused = carried_out(changes, undo)
    assert refused.outcome is Outcome.REFUSED and refused.problem is REFUSAL
    assert changes.undo_plan(NAME) == undo


def test_somebody_changes_it_again_before_it_is_looked_at(workspace: Workspace, changes: ServingChanges) -> None:
    plan = plan_of(workspace)
    report = carried_out(changes, plan)
    workspace.now = replace(workspace.now, update=Update.NONE, config=config(("13", 100), number=4), pending=None)
    assert changes.settle(report.number, plan)[0] is Outcome.OVERTAKEN
    assert outcome_on_record(changes) == "overtaken" and changes.undo_plan(NAME) is None
