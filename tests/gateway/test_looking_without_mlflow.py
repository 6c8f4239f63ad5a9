"""Looking round needs no mlflow, and what does need it waits for it and says so."""

from __future__ import annotations

import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tui
from tests.gateway.zoo import Zoo
from tui.host import wire
from tui.host.child import Child
from tui.host.host import WAITS, Host, RequestRecord
from tui.host.wire import HostSpec

ROOT = Path(tui.__file__).parents[1]

LOOKING = """
import sys
from tui.domain.values import Lifecycle
from tui.gateway import dispatch, environment
from tui.gateway.session import Connection

uri, experiment, run_id = sys.argv[1:]
environment.prepare(tracking_uri=uri, registry_uri=uri, profile=None, extra={}, timeout_s=60.0)

def refuse():
    raise AssertionError("mlflow is not to be needed")

session = Connection(uri, uri, 60.0, before_client=refuse)
ask = dispatch.operations(session)
ask["store.inspect"]()
ask["tracking.search_experiments"]()
ask["tracking.count_runs"]([experiment])
page = ask["tracking.search_runs"]([experiment], max_results=2)
ask["tracking.search_runs"]([experiment], token=page.next_token)
ask["tracking.search_runs"]([experiment], filter_string="metrics.loss < 1 AND params.lr LIKE '0%'", view=Lifecycle.ALL)
ask["registry.registered_as"](page.run_ids)
ask["tracking.get_run"](run_id)
ask["tracking.child_runs"](run_id, experiment)
ask["artifacts.logged_models"](run_id, told=True)
ask["history.sampled"]([run_id], "loss")
ask["history.page"](run_id, "loss")
ask["registry.search_models"]()
ask["registry.get_model"]("churn")
ask["registry.count_versions"](["churn"])
ask["registry.search_versions"]("churn")
ask["registry.get_version"]("churn", "1")
ask["registry.get_versions"]([("churn", "1")])
ask["registry.aliases_at"]("churn", ["champion"])
ask["registry.source_runs"]([run_id])
heavy = {"mlflow", "sqlalchemy", "pandas", "pyarrow", "databricks"} | ({"requests"} if uri[:4] != "http" else set())
loaded = heavy & sys.modules.keys()
assert not loaded, loaded
"""


@pytest.mark.parametrize("kind", ["sqlite", "server"])
def test_looking_round_imports_nothing_of_mlflow(kind: str, zoo: Zoo, request: pytest.FixtureRequest) -> None:
    uri = zoo.store.uri if kind == "sqlite" else request.getfixturevalue("server")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LOOKING), uri, zoo.experiment, zoo.children[0]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# A child ends its process when the deck's end of the socket closes, and this one lives in the tests' own.
KEPT_OPEN: list[wire.Wire] = []


class HeldBack:
    """A host's child in this process, whose import of mlflow ends when it is let go."""

    def __init__(self, zoo: Zoo, monkeypatch: pytest.MonkeyPatch) -> None:
        self.importing, self.let_go = threading.Event(), threading.Event()
        ours, theirs = socket.socketpair()
        self.link = wire.Wire(ours)
        KEPT_OPEN.append(self.link)
        child = Child(HostSpec(zoo.store.uri, zoo.store.uri, timeout_s=60.0), wire.Wire(theirs))

        def hold() -> None:
            self.importing.set()
            self.let_go.wait()

        monkeypatch.setattr(child, "_import", hold)
        monkeypatch.setattr("tui.host.child._QUIET_SECONDS", 3600.0)
        threading.Thread(target=child.run, daemon=True).start()
        assert self.heard("ready")

    def ask(self, number: int, op: str, *args: Any, **kwargs: Any) -> None:
        self.link.send((number, op, 60.0, args, kwargs))

    def heard(self, *wanted: Any) -> tuple[Any, ...]:
        """The next message, which is to begin as wanted; what the stores can do is passed over."""
        while True:
            message, _size = self.link.receive()
            if message[0] == "capabilities":
                continue
            assert message[: len(wanted)] == wanted
            return tuple(message)


@pytest.fixture
def held_back(zoo: Zoo, monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldBack]:
    held = HeldBack(zoo, monkeypatch)
    yield held
    held.let_go.set()


def test_reads_are_answered_and_a_write_waits_for_the_import_and_says_so(held_back: HeldBack, zoo: Zoo) -> None:
    held_back.ask(1, "tracking.search_runs", [zoo.experiment])
    held_back.heard("started", 1)
    assert held_back.heard("result", 1)[3] == "SQL"
    assert not held_back.importing.is_set()
    held_back.ask(2, "writes.no_such_write")
    held_back.heard("problem", 2)
    held_back.ask(3, "diagnosis.loaded")
    held_back.heard("waiting", 3)
    held_back.importing.wait()
    held_back.ask(4, "tracking.get_run", zoo.parent)
    held_back.heard("started", 4)
    held_back.heard("result", 4)
    held_back.let_go.set()
    held_back.heard("started", 3)


def test_what_a_reader_does_not_know_waits_for_the_import_too(held_back: HeldBack, zoo: Zoo) -> None:
    held_back.ask(1, "tracking.search_runs", [zoo.experiment], filter_string="params.lr = '0.1' OR x")
    held_back.heard("started", 1)
    held_back.heard("waiting", 1)
    held_back.let_go.set()
    held_back.heard("started", 1)
    held_back.heard("problem", 1)


def test_a_configuration_turns_the_readers_off(zoo: Zoo) -> None:
    records: list[RequestRecord] = []
    spec = HostSpec(zoo.store.uri, zoo.store.uri, timeout_s=60.0, own_readers=False)
    host = Host.start(spec, on_request=records.append)
    try:
        assert len(host.ports.tracking.search_runs([zoo.experiment])) == 8
    finally:
        host.close()
    assert [record.reader for record in records if record.outcome] == ["MLflow"]


def test_the_log_tells_who_answered_and_what_waited(zoo: Zoo) -> None:
    records: list[RequestRecord] = []
    host = Host.start(HostSpec(zoo.store.uri, zoo.store.uri, timeout_s=60.0), on_request=records.append)
    try:
        host.ports.tracking.search_runs([zoo.experiment])
        host.ports.diagnosis.loaded()
        host.ports.store.inspect()
    finally:
        host.close()
    ended = {record.op: record.reader for record in records if record.outcome == "ok"}
    assert ended == {"tracking.search_runs": "SQL", "diagnosis.loaded": "MLflow", "store.inspect": ""}
    assert [record.op for record in records if record.message == WAITS] == ["diagnosis.loaded"]
