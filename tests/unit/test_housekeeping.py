"""Carrying plans out: every outcome against the server's true state, the ledger's, and what can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.fake_registry import cut_after, cut_before, forbidden
from tests.support.fake_writes import FakeWrites, Trouble, flow_of
from tests.support.fakes import FakeTracking, FrozenClock, experiment, run
from tui.domain.problem import Kind, Problem
from tui.domain.writes import changes
from tui.services.housekeeping import Housekeeping
from tui.services.ledger import OPEN, Ledger
from tui.services.write_flow import Outcome

IDS = [f"{number:032x}" for number in range(1, 7)]


class House:
    """A few runs in memory and the service over them."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.tracking = FakeTracking([experiment(1, "churn")], [run(number) for number in range(1, 7)])
        self.writes = FakeWrites(self.tracking)
        self.ledger = Ledger(folder / "ledger.jsonl", FrozenClock(), "ana@bastion")
        self.keeping = Housekeeping(self.tracking, self.writes, self.ledger, place="https://h")
        self.flow = flow_of(self.keeping, self.ledger, read_only=read_only)

    def deletion(self, many: int = 3) -> changes.Plan:
        return changes.deletion(self.keeping.runs(IDS[:many], ["1"]))

    def lifecycles(self) -> list[str]:
        return [self.writes.run(run_id).lifecycle for run_id in IDS]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


OK: Trouble = None
CASES: list[tuple[list[Trouble], list[Outcome], list[str]]] = [
    ([OK, OK, OK], [Outcome.DONE] * 3, ["deleted"] * 3),
    ([OK, forbidden], [Outcome.DONE, Outcome.REFUSED, Outcome.SKIPPED], ["deleted", "active", "active"]),
    ([cut_before], [Outcome.NOT_DONE, Outcome.SKIPPED, Outcome.SKIPPED], ["active"] * 3),
    ([OK, cut_after], [Outcome.DONE] * 3, ["deleted"] * 3),
]


@pytest.mark.parametrize(("trouble", "outcomes", "truly"), CASES)
def test_a_batch_says_what_was_done_and_what_not(
    house: House, trouble: list[Trouble], outcomes: list[Outcome], truly: list[str]
) -> None:
    house.writes.trouble.extend(trouble)
    told = house.flow.carry_out(house.deletion())
    assert [result.outcome for _, result in told.rows] == outcomes
    assert house.lifecycles()[:3] == truly
    (entry,) = house.ledger.read().entries
    assert [step["outcome"] for step in entry.result["steps"]] == [outcome.value for outcome in outcomes]
    assert len(told.done) == outcomes.count(Outcome.DONE)
    assert (told.taken_back is not None) == (Outcome.DONE in outcomes)
    assert len(told.touched) == 3 - outcomes.count(Outcome.SKIPPED)


def test_a_part_is_finished_or_put_back(house: House) -> None:
    house.writes.trouble.extend([OK, forbidden])
    told = house.flow.carry_out(house.deletion())
    left = house.flow.finishing(told)
    assert [change.id for change in left.changes] == IDS[1:3] and left.purpose == changes.FINISH
    assert house.flow.carry_out(left).outcome is Outcome.DONE
    assert house.lifecycles()[:3] == ["deleted"] * 3
    assert len(house.flow.history) == 2
    back = told.taken_back
    assert back is not None
    assert house.flow.carry_out(back).outcome is Outcome.DONE
    assert house.lifecycles()[:3] == ["active", "deleted", "deleted"]
    assert [each.report.number for each in house.flow.history] == [2]


def test_taking_back_refuses_what_somebody_has_changed_since(house: House) -> None:
    told = house.flow.carry_out(changes.renaming(house.keeping.runs(IDS[:1])[0], "mine"))
    back = told.taken_back
    assert back is not None
    house.writes.change_run(IDS[0], name="theirs")
    again = house.flow.carry_out(back)
    assert again.outcome is Outcome.CONFLICT
    assert house.writes.run(IDS[0]).name == "theirs"
    assert house.flow.history == [told], "it still stands to be taken back"


def test_it_stops_when_it_is_told_to(house: House) -> None:
    seen: list[int] = []
    told = house.flow.carry_out(house.deletion(6), stopped=lambda: len(seen) == 2, progress=seen.append)
    assert [result.outcome for _, result in told.rows] == [Outcome.DONE] * 2 + [Outcome.SKIPPED] * 4
    assert house.lifecycles() == ["deleted"] * 2 + ["active"] * 4
    nothing = house.flow.carry_out(house.deletion(6), stopped=lambda: True)
    assert nothing.outcome is Outcome.SKIPPED and nothing.touched == frozenset()


def test_a_process_that_dies_in_the_middle_leaves_its_intention(house: House) -> None:
    def dies(_effect: Callable[[], None]) -> None:
        raise KeyboardInterrupt

    house.writes.trouble.extend([OK, dies])
    with pytest.raises(KeyboardInterrupt):
        house.flow.carry_out(house.deletion())
    (entry,) = house.ledger.read().entries
    assert entry.outcome == OPEN and [step["id"] for step in entry.details["steps"]] == IDS[:3]


def test_without_a_ledger_nothing_is_written_unless_that_is_said(house: House, tmp_path: Path) -> None:
    house.ledger.file = tmp_path / "file" / "ledger.jsonl"
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Problem) as caught:
        house.flow.carry_out(house.deletion())
    assert caught.value.kind is Kind.STORE_UNREADABLE
    assert house.writes.calls == []
    told = house.flow.carry_out(house.deletion(), unrecorded_ok=True)
    assert told.outcome is Outcome.DONE and told.report.unrecorded is not None
    assert told.taken_back is not None
    house.flow.carry_out(told.taken_back, unrecorded_ok=True)
    assert house.flow.history == []


def test_read_only_refuses_before_anything_is_asked(tmp_path: Path) -> None:
    house = House(tmp_path, read_only=True)
    plan = changes.deletion([changes.ThingState.of_run(house.writes.run(IDS[0]))])
    with pytest.raises(Problem, match="read-only"):
        house.flow.carry_out(plan)
    assert house.writes.calls == [] and house.tracking.calls == []
    assert not house.ledger.file.exists()


def test_a_deleted_run_cannot_be_tagged(house: House) -> None:
    known = house.keeping.runs(IDS[:1])
    house.writes.change_run(IDS[0], lifecycle="deleted")
    assert house.flow.carry_out(changes.tagging(known, {"k": "v"})).outcome is Outcome.CONFLICT
    assert house.writes.calls == []


def test_many_runs_are_read_together(house: House) -> None:
    house.tracking.calls.clear()
    assert [known.id for known in house.keeping.runs(list(reversed(IDS)), ["1"])] == list(reversed(IDS))
    assert [name for name, _ in house.tracking.calls] == ["search_runs"]
    house.tracking.filter_problem = Problem(Kind.BAD_REQUEST, "Could not read the runs", "IN is not known here.")
    assert len(house.keeping.runs(IDS, ["1"])) == 6
    assert house.tracking.called("get_run") == 6


def test_deleting_a_parent_says_how_many_descendants_stay(tmp_path: Path) -> None:
    house = House(tmp_path)
    below = [run(7, parent=IDS[0]), run(8, parent=IDS[0]), run(9, parent=f"{7:032x}"), run(10, parent=IDS[1])]
    gone = replace(run(11, parent=IDS[0]), lifecycle="deleted")
    house.tracking.runs += [*below, gone]
    house.tracking.server_filter = lambda text, one: "parentRunId" not in text or repr(one.parent_id) in text
    plan = house.keeping.deletion_of_runs(IDS[:1], ["1"])
    assert [change.id for change in plan.changes] == IDS[:1]
    assert plan.remarks == ("3 runs below it stay: only what is named is deleted.",)
    both = house.keeping.deletion_of_runs([IDS[0], f"{7:032x}"], ["1"])
    assert both.remarks == ("2 runs below them stay: only what is named is deleted.",)
    assert house.keeping.deletion_of_runs(IDS[2:3], ["1"]).remarks == ()
    asked = len(house.tracking.calls)
    house.keeping.deletion_of_runs(IDS[1:2], ["1"])
    assert len(house.tracking.calls) - asked <= 4
