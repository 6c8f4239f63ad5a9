"""Changing runs and experiments on SQLite and a real server, with somebody else's changes in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.conftest import open_session
from tests.gateway.zoo import HOSTILE
from tests.support import servers, stores
from tests.support.cutting_proxy import cutting_proxy
from tests.support.fake_writes import flow_of
from tests.support.fakes import FrozenClock
from tui.domain.problem import Kind, Problem
from tui.domain.writes import changes
from tui.domain.writes.changes import NOTE_KEY, Plan, ThingState
from tui.gateway import dispatch
from tui.gateway.ports import WritesPort
from tui.gateway.tracking.client import writes_of
from tui.services.housekeeping import Housekeeping
from tui.services.ledger import Ledger
from tui.services.write_flow import Outcome, WriteFlow, WriteResult

NAMES = ("plain", HOSTILE, "漢字 / a b", "-", "x" * 250)


@dataclass
class House:
    """A store to keep in order: the service, MLflow's own client for the same place, and the ledger."""

    keeping: Housekeeping
    flow: WriteFlow
    client: Any
    uri: str
    ledger: Ledger

    def run(self, experiment: str, name: str = "gallant-ox", **tags: str) -> str:
        return str(self.client.create_run(experiment, run_name=name, tags=tags).info.run_id)

    def read(self, run_id: str) -> ThingState:
        known = self.keeping.run(run_id)
        assert known is not None
        return known

    def does(self, plan: Plan) -> WriteResult:
        return self.flow.carry_out(plan)

    def truly(self, run_id: str) -> Any:
        return self.client.get_run(run_id)


@pytest.fixture(scope="module", params=["sqlite", "server"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("house")
    store = stores.make_store(folder)
    if request.param == "sqlite":
        yield store.uri
        return
    with servers.mlflow_server(store.uri, folder / "artifacts") as address:
        yield address


def keeping(
    uri: str, ledger: Ledger, *, timeout_s: float = 60.0, read_only: bool = False
) -> tuple[Housekeeping, WriteFlow]:
    session = open_session(uri, timeout_s=timeout_s)
    service = Housekeeping(dispatch.tracking_of(session), writes_of(session), ledger, place=session.place)
    return service, flow_of(service, ledger, read_only=read_only)


@pytest.fixture
def house(place: str, tmp_path: Path) -> House:
    ledger = Ledger(tmp_path / "ledger.jsonl", FrozenClock(), "ana@bastion")
    service = keeping(place, ledger)
    return House(*service, open_session(place).client(), place, ledger)


@pytest.fixture
def experiment(house: House, request: pytest.FixtureRequest) -> str:
    return str(house.client.create_experiment(f"house/{request.node.name}"))


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_renamed_and_named_back(house: House, experiment: str, name: str) -> None:
    run_id = house.run(experiment)
    told = house.does(changes.renaming(house.read(run_id), name)) if name.isprintable() else None
    if told is None:
        with pytest.raises(Problem) as caught:
            house.does(changes.renaming(house.read(run_id), name))
        assert caught.value.kind is Kind.BAD_REQUEST
        return
    assert told.outcome is Outcome.DONE, told.report.problem
    assert house.truly(run_id).info.run_name == name
    assert told.taken_back is not None
    assert house.does(told.taken_back).outcome is Outcome.DONE
    assert house.truly(run_id).info.run_name == "gallant-ox"
    one, two = house.ledger.read().entries
    assert (one.what, one.subject, one.outcome, two.purpose, two.of) == ("run.rename", run_id, "done", "undo", 1)
    assert one.details["steps"][0]["from"] == "gallant-ox"


@pytest.mark.parametrize("value", ["plain", "", HOSTILE, "two\nlines\r\n\ttab", "漢" * 2000])
def test_tags_are_added_changed_and_taken_away(house: House, experiment: str, value: str) -> None:
    run_id = house.run(experiment, old="1", stays="2")
    told = house.does(changes.tagging([house.read(run_id)], {"old": value, "new": value, "stays": None}))
    assert told.outcome is Outcome.DONE, told.report.problem
    tags = house.truly(run_id).data.tags
    assert (tags["old"], tags["new"], "stays" in tags) == (value, value, False)
    assert told.taken_back is not None
    assert house.does(told.taken_back).outcome is Outcome.DONE
    tags = house.truly(run_id).data.tags
    assert (tags["old"], tags["stays"], "new" in tags) == ("1", "2", False)


def test_a_note_is_written_and_taken_away(house: House, experiment: str) -> None:
    run_id = house.run(experiment)
    assert house.does(changes.noting(house.read(run_id), "# Best\n\nso far")).outcome is Outcome.DONE
    assert house.truly(run_id).data.tags[NOTE_KEY] == "# Best\n\nso far"
    assert house.does(changes.noting(house.read(run_id), "")).outcome is Outcome.DONE
    assert NOTE_KEY not in house.truly(run_id).data.tags
    known = house.keeping.experiment(experiment)
    assert known is not None
    assert house.does(changes.noting(known, "of all")).outcome is Outcome.DONE
    assert house.client.get_experiment(experiment).tags[NOTE_KEY] == "of all"


def test_a_text_that_mlflow_would_cut_is_refused(house: House, experiment: str) -> None:
    run_id = house.run(experiment)
    whole = changes.noting(house.read(run_id), "x" * 8000)
    assert house.does(whole).outcome is Outcome.DONE
    with pytest.raises(Problem, match="8 000"):
        house.does(changes.noting(house.read(run_id), "y" * 8001))
    assert house.truly(run_id).data.tags[NOTE_KEY] == "x" * 8000


def test_runs_are_deleted_and_restored(house: House, experiment: str) -> None:
    ids = [house.run(experiment, f"trial-{number}") for number in range(6)]
    house.client.delete_run(ids[5])
    known = house.keeping.runs(ids, [experiment])
    assert [one.id for one in known] == ids and known[5].is_deleted
    plan = changes.deletion(known)
    assert len(plan.changes) == 5 and plan.remarks == (
        "5 of them are still running; they go on, deleted.",
        "1 more are deleted already.",
    )
    told = house.does(plan)
    assert told.outcome is Outcome.DONE
    assert {house.truly(each).info.lifecycle_stage for each in ids} == {"deleted"}
    assert told.taken_back is not None
    assert house.does(told.taken_back).outcome is Outcome.DONE
    assert [house.truly(each).info.lifecycle_stage for each in ids] == ["active"] * 5 + ["deleted"]
    assert house.does(changes.restoration(house.keeping.runs(ids, [experiment]))).outcome is Outcome.DONE
    assert house.truly(ids[5]).info.lifecycle_stage == "active"


Meanwhile = Callable[[House, str], object]
MOVED: list[tuple[str, Meanwhile, str | None]] = [
    ("name", lambda house, run_id: house.client.update_run(run_id, name="theirs"), "theirs"),
    ("tags.k", lambda house, run_id: house.client.set_tag(run_id, "k", "theirs"), "theirs"),
    ("tags.k", lambda house, run_id: house.client.delete_tag(run_id, "k"), None),
    (f"tags.{NOTE_KEY}", lambda house, run_id: house.client.set_tag(run_id, NOTE_KEY, "theirs"), "theirs"),
    ("name", lambda house, run_id: house.client.delete_run(run_id), "gallant-ox"),
    ("lifecycle", lambda house, run_id: house.client.delete_run(run_id), "deleted"),
]


@pytest.mark.parametrize(("field", "meanwhile", "theirs"), MOVED)
def test_what_somebody_else_changed_meanwhile_is_not_run_over(
    house: House, experiment: str, field: str, meanwhile: Meanwhile, theirs: str | None
) -> None:
    run_id = house.run(experiment, k="v")
    known = house.read(run_id)
    plan = {
        "name": changes.renaming(known, "mine"),
        "tags.k": changes.tagging([known], {"k": "mine"}),
        f"tags.{NOTE_KEY}": changes.noting(known, "mine"),
        "lifecycle": changes.deletion([known]),
    }[field]
    meanwhile(house, run_id)
    told = house.does(plan)
    assert told.outcome is Outcome.CONFLICT and told.done == () and told.taken_back is None
    found = told.report.results[0].found
    assert found is not None and found.value(field) == theirs
    now = house.read(run_id)
    assert now.value(field) == theirs
    if not now.is_deleted:
        again = house.flow.finishing(told)
        assert again.changes[0].before == theirs
        assert house.does(again).outcome is Outcome.DONE
        assert house.read(run_id).value(field) == "mine"


def test_an_experiment_from_nothing_to_deleted_and_back(house: House) -> None:
    name = f"folder/{HOSTILE}".replace("\x1b", "").replace("\u202e", "").replace("\u200b", "")
    told = house.does(changes.creation(name))
    assert told.outcome is Outcome.DONE, told.report.problem
    found = told.report.results[0].found
    assert found is not None and found.name == name
    assert house.does(changes.creation(name)).outcome is Outcome.CONFLICT
    renamed = house.does(changes.renaming(found, "folder/renamed"))
    assert renamed.outcome is Outcome.DONE
    assert told.taken_back is not None
    assert house.does(told.taken_back).outcome is Outcome.DONE
    assert house.client.get_experiment(found.id).lifecycle_stage == "deleted"
    restored = house.does(house.keeping.restoration_of_experiments([found.id]))
    assert restored.outcome is Outcome.DONE
    known = house.keeping.experiment(found.id)
    assert known is not None and (known.name, known.is_deleted) == ("folder/renamed", False)
    tagged = house.does(changes.tagging([known], {"team": "red"}))
    assert tagged.outcome is Outcome.DONE and tagged.taken_back is not None
    assert house.does(tagged.taken_back).outcome is Outcome.DONE
    assert "team" not in house.client.get_experiment(found.id).tags
    house.does(changes.creation("folder/taken"))
    assert house.does(changes.renaming(known, "folder/taken")).outcome is Outcome.REFUSED


def test_taking_back_the_deletion_of_an_experiment_leaves_deleted_what_was(house: House, experiment: str) -> None:
    kept, gone = house.run(experiment, "kept"), house.run(experiment, "gone")
    house.client.delete_run(gone)
    plan = house.keeping.deletion_of_experiments([experiment])
    assert any("1 run is deleted in it already" in remark for remark in plan.remarks), plan.remarks
    told = house.does(plan)
    assert told.outcome is Outcome.DONE
    assert house.truly(kept).info.lifecycle_stage == "deleted"
    back = told.taken_back
    assert back is not None
    assert house.does(back).outcome is Outcome.DONE
    assert house.truly(kept).info.lifecycle_stage == "active"
    assert house.truly(gone).info.lifecycle_stage == "deleted", "MLflow restores every run; this one is deleted again"
    house.does(house.keeping.deletion_of_experiments([experiment]))
    assert house.keeping.restoration_of_experiments([experiment]).remarks == (
        "2 runs will become active with it, those deleted earlier by themselves included.",
    )


def test_what_is_gone_altogether_is_told(house: House, experiment: str) -> None:
    known = ThingState(changes.Thing.RUN, "0" * 32, "never", "active")
    told = house.does(changes.renaming(known, "mine"))
    assert (told.outcome, told.report.results[0].found) == (Outcome.CONFLICT, None)
    assert house.flow.finishing(told).remarks == ("No longer there: never.",)
    assert house.keeping.runs(["0" * 32], [experiment]) == []


def test_nothing_is_written_in_a_read_only_context(house: House, experiment: str) -> None:
    run_id = house.run(experiment)
    _, flow = keeping(house.uri, house.ledger, read_only=True)
    with pytest.raises(Problem, match="read-only") as caught:
        flow.carry_out(changes.deletion([house.read(run_id)]))
    assert caught.value.kind is Kind.FORBIDDEN
    assert house.truly(run_id).info.lifecycle_stage == "active"
    assert house.ledger.read().entries == ()


def test_many_runs_in_one_batch_with_progress_and_a_stop(house: House, experiment: str) -> None:
    many = 400 if house.uri.startswith("sqlite") else 40
    ids = [house.run(experiment, f"trial-{number:03d}") for number in range(many)]
    plan = changes.deletion(house.keeping.runs(ids, [experiment]))
    steps: list[int] = []
    stopped = house.flow.carry_out(plan, stopped=lambda: len(steps) >= 10, progress=steps.append)
    assert stopped.outcome is Outcome.PARTLY and len(stopped.done) == 10
    assert steps == list(range(1, many + 1))
    left = house.flow.finishing(stopped)
    assert len(left.changes) == many - 10
    assert house.does(left).outcome is Outcome.DONE
    assert {one.lifecycle for one in house.keeping.runs(ids, [experiment])} == {"deleted"}


def test_a_line_that_is_cut_in_the_middle_of_a_batch(house: House, experiment: str) -> None:
    if house.uri.startswith("sqlite"):
        pytest.skip("a file has no line to cut")
    ids = [house.run(experiment, f"trial-{number}") for number in range(5)]
    with cutting_proxy(house.uri) as proxy:
        service, flow = keeping(proxy.uri, house.ledger, timeout_s=10.0)
        plan = changes.deletion(service.runs(ids, [experiment]))
        deletes: list[str] = []

        def cut_at_the_third(line: str) -> None:
            if "/runs/delete" in line:
                deletes.append(line)
                if len(deletes) == 3:
                    proxy.fates.append("cut before")

        proxy.at_request = cut_at_the_third
        told = flow.carry_out(plan)
        assert told.outcome is Outcome.PARTLY
        assert [result.outcome for _, result in told.rows] == [
            Outcome.DONE,
            Outcome.DONE,
            Outcome.NOT_DONE,
            Outcome.SKIPPED,
            Outcome.SKIPPED,
        ]
        assert [house.truly(each).info.lifecycle_stage for each in ids] == ["deleted"] * 2 + ["active"] * 3
        entry = house.ledger.read().entries[-1]
        assert [step["outcome"] for step in entry.result["steps"]] == ["done", "done", "not done", "skipped", "skipped"]
        back = told.taken_back
        assert back is not None and back.purpose == changes.PUT_BACK
        assert flow.carry_out(back).outcome is Outcome.DONE
        assert {house.truly(each).info.lifecycle_stage for each in ids} == {"active"}

        # An answer that is lost after the server has done it: reading back finds it done.
        proxy.at_request = lambda line: proxy.fates.append("cut after") if "/runs/delete" in line else None
        assert flow.carry_out(changes.deletion(service.runs(ids[:1]))).outcome is Outcome.DONE
        assert house.truly(ids[0]).info.lifecycle_stage == "deleted"


def test_each_write_that_cannot_be_is_told(house: House) -> None:
    writes: WritesPort = writes_of(open_session(house.uri))
    for write in (
        lambda: writes.create_experiment(""),
        lambda: writes.rename_experiment("999999", "x"),
        lambda: writes.delete_experiment("999999"),
        lambda: writes.restore_experiment("999999"),
        lambda: writes.tag_experiment("999999", "k", "v"),
        lambda: writes.rename_run("0" * 32, "x"),
        lambda: writes.delete_run("0" * 32),
        lambda: writes.restore_run("0" * 32),
        lambda: writes.tag_run("0" * 32, "k", "v"),
        lambda: writes.tag_run("0" * 32, "k", None),
    ):
        with pytest.raises(Problem) as caught:
            write()
        assert caught.value.kind in (Kind.BAD_REQUEST, Kind.NOT_FOUND), caught.value
        assert "Traceback" not in str(caught.value)
