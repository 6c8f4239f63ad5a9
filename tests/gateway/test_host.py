"""A context's own process: it answers, it is replaced when it hangs or dies, and it dies with the deck."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tui
from tests.faults import loopback
from tests.gateway.zoo import HOSTILE, MANY, Zoo
from tests.support import stores
from tui.domain.capabilities import expected
from tui.domain.problem import Kind, Problem
from tui.domain.values import Lifecycle, StoreCondition
from tui.gateway.environment import deadline_of, share_of
from tui.gateway.session import Connection
from tui.host.child import request_seconds
from tui.host.host import WAITS, Host, HostState, RequestRecord
from tui.host.wire import HostSpec

ROOT = Path(tui.__file__).parents[1]
# How long anything may take before a test gives up on it; nothing is judged by it.
PATIENCE_S = 60.0

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc and relies on Linux's death signal")


def wait_until(what: str, holds: Callable[[], bool]) -> None:
    """Wait for a condition of another process, of which nobody sends word."""
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S:g} s for: {what}"
        pause.wait(0.01)


def is_gone(pid: int) -> bool:
    """Whether a process has ended, waited for by somebody or not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


def stop(pid: int) -> None:
    """Stop a process: until each of its threads has been told, one that reads may still answer."""
    os.kill(pid, signal.SIGSTOP)
    tasks = Path(f"/proc/{pid}/task")
    wait_until(
        "all threads to have stopped",
        lambda: all((task / "stat").read_text().rsplit(")", 1)[1].split()[0] == "T" for task in tasks.iterdir()),
    )


def has_come(server: loopback.Loopback) -> bool:
    """Whether the experiments have been asked for; what the server can do is asked beside that."""
    return any("experiments/search" in line for line in server.requests)


def is_ready(host: Host) -> None:
    wait_until("the process to be ready", lambda: host.state is HostState.READY)


class InBackground:
    """A call in a thread, and what became of it."""

    def __init__(self, ask: Callable[[], Any]) -> None:
        self.problem: Problem | None = None
        self.value: Any = None
        self._thread = threading.Thread(target=self._run, args=(ask,), daemon=True)
        self._thread.start()

    def _run(self, ask: Callable[[], Any]) -> None:
        try:
            self.value = ask()
        except Problem as problem:
            self.problem = problem

    def outcome(self) -> Problem | None:
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self.problem


@pytest.fixture(scope="module")
def records() -> list[RequestRecord]:
    return []


@pytest.fixture(scope="module")
def host(zoo: Zoo, records: list[RequestRecord]) -> Iterator[Host]:
    """A host over the zoo, shared by the tests that leave it alive."""
    spec = HostSpec(zoo.store.uri, zoo.store.uri, environment={"MLFLOW_SQLALCHEMYSTORE_ECHO": "true"}, timeout_s=60.0)
    host = Host.start(spec, on_request=records.append)
    yield host
    host.close()


def test_every_port_through_the_process(host: Host, zoo: Zoo) -> None:
    assert host.ports.store.inspect().condition is StoreCondition.READY
    names = {found.name for found in host.ports.tracking.search_experiments(Lifecycle.ALL).experiments}
    assert {"zoo", "many", "gone"} <= names
    assert host.ports.tracking.get_experiment(zoo.experiment) == host.ports.tracking.get_experiment_by_name("zoo")
    assert host.ports.tracking.count_runs([zoo.many]) == {zoo.many: MANY}
    page = host.ports.tracking.search_runs([zoo.many], max_results=1000)
    assert len(page) == 1000 and page.next_token
    assert len(host.ports.tracking.search_runs([zoo.many], token=page.next_token)) == MANY - 1000
    assert host.ports.tracking.get_run(zoo.hostile_run).name == HOSTILE
    assert len(host.ports.tracking.child_runs(zoo.parent, zoo.experiment)) == 3
    assert host.ports.registry.registered_as(zoo.children)[zoo.children[0]][0].model == "churn"
    assert host.ports.tracking.server().kind == "sqlite"
    assert (host.state, host.generation) == (HostState.READY, 1)


def test_the_process_tells_what_the_stores_can_do(host: Host) -> None:
    host.ports.diagnosis.loaded()
    wait_until("the process has told what its stores can do", lambda: host.capabilities is not None)
    assert host.capabilities == expected("sqlite:///any.db", "sqlite:///any.db")


def test_problems_come_across_whole(host: Host, zoo: Zoo) -> None:
    with pytest.raises(Problem) as caught:
        host.ports.tracking.search_runs([zoo.experiment], filter_string="acc > 1")
    assert caught.value.kind is Kind.BAD_REQUEST and "acc" in caught.value.message
    assert caught.value.code == "INVALID_PARAMETER_VALUE"


def test_what_is_not_in_the_table_cannot_be_asked(host: Host) -> None:
    for op in ("tracking.delete_run", "tracking.__class__", "os.system", ""):
        with pytest.raises(Problem) as caught:
            host.call(op, "x")
        assert caught.value.kind is Kind.INTERNAL and op in caught.value.message


def test_a_mistake_in_a_request_is_a_problem_too(host: Host) -> None:
    with pytest.raises(Problem) as caught:
        host.call("tracking.get_run", "0" * 32, no_such_argument=1)
    assert caught.value.kind is Kind.INTERNAL
    assert host.generation == 1


def test_many_in_flight(host: Host, zoo: Zoo) -> None:
    def run_of(run_id: str) -> InBackground:
        return InBackground(lambda: host.ports.tracking.get_run(run_id).run_id)

    pages = [InBackground(lambda: len(host.ports.tracking.search_runs([zoo.many], max_results=200))) for _ in range(3)]
    runs = [run_of(run_id) for run_id in zoo.many_runs[:12]]
    assert [call.outcome() for call in (*pages, *runs)] == [None] * 15
    assert [call.value for call in pages] == [200] * 3
    assert [call.value for call in runs] == list(zoo.many_runs[:12])


def test_requests_are_recorded(host: Host, zoo: Zoo, records: list[RequestRecord]) -> None:
    records.clear()
    host.ports.tracking.search_runs([zoo.experiment], filter_string="metrics.loss < 1")
    with pytest.raises(Problem):
        host.ports.tracking.get_run("0" * 32)
    # Whether a request waited for MLflow, which is being imported still, is a matter of time.
    sent, first, also_sent, second = [record for record in records if record.message != WAITS]
    assert [record.outcome for record in (sent, also_sent)] == ["", ""] and sent.took_ms is None
    assert (sent.number, also_sent.number) == (first.number, second.number)
    assert (first.op, first.outcome) == ("tracking.search_runs", "ok")
    assert "metrics.loss < 1" in first.summary and zoo.experiment in first.summary
    assert first.bytes > 100 and first.took_ms and second.number == first.number + 1
    assert abs(first.started_ms / 1000 - time.time()) < 3600
    assert second.outcome == "not_found" and "0" * 32 in second.message


def test_what_the_process_prints_is_kept_for_diagnostics(host: Host, zoo: Zoo) -> None:
    host.ports.registry.registrable(zoo.parent)
    wait_until("SQLAlchemy's echo", lambda: any("SELECT" in line for line in host.diagnostics()))


def test_a_process_that_is_killed_is_replaced_at_the_next_request(zoo: Zoo) -> None:
    with loopback.serve(loopback.silent) as server:
        host = Host.start(HostSpec(server.uri, None, timeout_s=600.0))
        try:
            is_ready(host)
            waiting = InBackground(host.ports.tracking.search_experiments)
            wait_until("the request to reach the server", lambda: has_come(server))
            assert host.pid is not None
            os.kill(host.pid, signal.SIGKILL)
            problem = waiting.outcome()
            assert problem is not None and problem.kind is Kind.HOST_LOST
            assert "SIGKILL" in problem.message and server.place in problem.title
            wait_until("the end to be noticed", lambda: host.state is HostState.LOST)
            assert (host.state, host.generation) == (HostState.LOST, 1)
            assert host.ports.store.inspect().condition is StoreCondition.READY
            assert host.generation == 2
        finally:
            host.close()


def test_a_process_that_hangs_past_its_deadline_is_replaced() -> None:
    with loopback.serve(loopback.drip) as server:
        host = Host.start(HostSpec(server.uri, None, timeout_s=600.0))
        try:
            is_ready(host)
            other = InBackground(host.ports.tracking.search_experiments)
            wait_until("the request to reach the server", lambda: has_come(server))
            with pytest.raises(Problem) as caught:
                host.call("tracking.search_experiments", timeout=0.3)
            assert caught.value.kind is Kind.TIMEOUT
            assert server.place in caught.value.message and "0.3 s" in caught.value.message
            problem = other.outcome()
            assert problem is not None and problem.kind is Kind.HOST_LOST and "hung" in problem.message
            wait_until("another to be started", lambda: host.generation == 2)
            assert host.ports.store.inspect().condition is StoreCondition.READY
        finally:
            host.close()


@linux_only
def test_a_process_that_does_not_even_read_is_replaced() -> None:
    with loopback.serve(loopback.answer_json(200, {})) as server:
        host = Host.start(HostSpec(server.uri, None, timeout_s=600.0))
        try:
            is_ready(host)
            first = host.pid
            assert first is not None
            stop(first)
            with pytest.raises(Problem) as caught:
                host.call("store.inspect", timeout=0.3)
            assert caught.value.kind is Kind.TIMEOUT
            wait_until("the stopped process to be gone", lambda: is_gone(first))
            assert host.ports.tracking.search_experiments().experiments == ()
            assert host.generation == 2
        finally:
            host.close()


def test_a_request_with_more_time_of_its_own_is_given_it() -> None:
    release = threading.Event()

    def late(connection: Any, head: bytes, over: threading.Event) -> None:
        release.wait(PATIENCE_S)
        loopback.answer_json(200, {})(connection, head, over)

    with loopback.serve(late) as server:
        host = Host.start(HostSpec(server.uri, None, timeout_s=0.4))
        try:
            is_ready(host)
            patient = InBackground(lambda: host.call("tracking.search_experiments", timeout=PATIENCE_S))
            wait_until("the request to reach the server", lambda: has_come(server))
            with pytest.raises(Problem) as caught:
                host.ports.tracking.search_experiments()
            # The server's silence is told from within, so that nothing else is lost by it.
            assert caught.value.kind is Kind.TIMEOUT and "did not answer in time" in caught.value.message
            release.set()
            assert patient.outcome() is None and patient.value.experiments == ()
            assert host.generation == 1
        finally:
            release.set()
            host.close()


def test_what_takes_long_by_nature_has_its_time_only_of_a_server_that_answers() -> None:
    assert request_seconds("registry.search_models", 60.0, 8.0, is_silent=True) == 8.0
    assert request_seconds("registry.search_models", 60.0, 8.0, is_silent=False) == share_of(60.0)
    assert request_seconds("registry.search_models", 300.0, 8.0, is_silent=True) == share_of(300.0), (
        "as it was asked for"
    )
    assert request_seconds("tracking.search_runs", deadline_of(8.0), 8.0, is_silent=False) == 8.0
    with loopback.serve(loopback.answer_json(500, {})) as server:
        connection = Connection(server.uri, server.uri, 8.0)
        before = connection.is_silent
        connection.request("/version", "GET")
        assert (before, connection.is_silent) == (True, False), "an error is an answer"
    other = Connection("sqlite:///here.db", "sqlite:///here.db", 8.0)
    assert not other.is_silent


def test_a_view_that_fails_when_it_is_told_stops_no_answers(zoo: Zoo) -> None:
    told = threading.Event()

    def fail() -> None:
        told.set()
        raise RuntimeError("there is no view any more")

    host = Host.start(HostSpec(zoo.store.uri, None))
    try:
        host.on_told = fail
        wait_until("it to be told", told.is_set)
        assert host.ports.tracking.search_experiments().experiments
    finally:
        host.close()


def test_closing_does_not_wait_for_a_hung_server() -> None:
    with loopback.serve(loopback.silent) as server:
        host = Host.start(HostSpec(server.uri, None, timeout_s=600.0))
        is_ready(host)
        waiting = InBackground(host.ports.tracking.search_experiments)
        wait_until("the request to reach the server", lambda: has_come(server))
        host.close()
        problem = waiting.outcome()
        assert problem is not None and problem.kind is Kind.CANCELLED
        assert host.state is HostState.CLOSED
        with pytest.raises(Problem) as caught:
            host.ports.tracking.search_experiments()
        assert caught.value.kind is Kind.CANCELLED
        host.close()


def test_closing_at_once_leaves_no_process(zoo: Zoo) -> None:
    hosts = [Host.start(HostSpec(zoo.store.uri, None)) for _ in range(3)]
    for host in hosts:
        host.close()
    wait_until("the processes to have been started and ended", lambda: all(host.ended for host in hosts))


def test_an_unreachable_server_is_named_before_mlflow_is_imported() -> None:
    with loopback.serve(loopback.hang_up) as server:
        uri = server.uri
    records: list[RequestRecord] = []
    host = Host.start(HostSpec(uri, None), on_request=records.append)
    try:
        with pytest.raises(Problem) as caught:
            host.ports.tracking.search_experiments()
        assert caught.value.kind is Kind.UNREACHABLE
        assert not any("waits" in record.message for record in records), "nothing waited for the import"
    finally:
        host.close()


def test_a_store_that_may_not_be_opened_is_told_and_then_migrated(tmp_path: Path) -> None:
    older = stores.make_older_store(tmp_path / "stores")
    content = older.path.read_bytes()
    host = Host.start(HostSpec(older.uri, None, timeout_s=60.0))
    try:
        assert host.ports.store.inspect().condition is StoreCondition.OLDER
        with pytest.raises(Problem) as caught:
            host.ports.tracking.search_experiments()
        assert caught.value.kind is Kind.SCHEMA
        seen: list[str] = []
        # A deadline that passes meanwhile for something else must not cut this off.
        copying = InBackground(
            lambda: host.call(
                "store.migrated_copy",
                str(tmp_path / "copies"),
                on_progress=lambda _done, _total, doing: seen.append(doing),
            )
        )
        wait_until("the copy to be migrated", lambda: "migrating the copy" in seen)
        wait_until("a deadline to pass", lambda: _passes_a_deadline(host))
        assert copying.outcome() is None
        assert host.generation == 1 and "copying" in seen
        assert older.path.read_bytes() == content
        assert stores.Store(Path(copying.value.removeprefix("sqlite:///"))).path.exists()
    finally:
        host.close()


def _passes_a_deadline(host: Host) -> bool:
    """Ask for what is given up at once, unless the answer is there by then."""
    try:
        host.call("store.inspect", timeout=-1.0)
    except Problem as problem:
        return problem.kind is Kind.TIMEOUT
    return False


def run_deck(body: str, *arguments: str, cwd: Path, **more: Any) -> subprocess.Popen[str]:
    """A process of its own that plays the deck."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(body), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **more,
    )


@linux_only
@pytest.mark.parametrize("stopped", [False, True], ids=["busy", "hung"])
def test_the_process_dies_with_a_deck_that_is_killed(tmp_path: Path, stopped: bool) -> None:
    with loopback.serve(loopback.silent) as server:
        deck = run_deck(
            """
            import sys, threading, time
            from tui.host.host import Host, HostState
            from tui.host.wire import HostSpec
            host = Host.start(HostSpec(sys.argv[1], None, timeout_s=600.0))
            while host.state is not HostState.READY:
                time.sleep(0.01)
            threading.Thread(target=host.ports.tracking.search_experiments, daemon=True).start()
            print(host.pid, flush=True)
            threading.Event().wait()
            """,
            server.uri,
            cwd=tmp_path,
        )
        try:
            assert deck.stdout is not None
            pid = int(deck.stdout.readline())
            wait_until("the request to reach the server", lambda: has_come(server))
            if stopped:
                stop(pid)
            assert not is_gone(pid)
            deck.kill()
            wait_until("the deck's child to be gone", lambda: is_gone(pid))
        finally:
            deck.kill()
            deck.communicate()


@linux_only
def test_a_process_started_by_a_thread_outlives_that_thread(zoo: Zoo) -> None:
    started: list[Host] = []
    thread = threading.Thread(target=lambda: started.append(Host.start(HostSpec(zoo.store.uri, None))))
    thread.start()
    thread.join()
    (host,) = started
    try:
        is_ready(host)
        assert host.ports.tracking.search_experiments().experiments
        assert (host.state, host.generation) == (HostState.READY, 1)
    finally:
        host.close()


def test_nothing_of_mlflow_reaches_the_decks_terminal(zoo: Zoo, tmp_path: Path) -> None:
    # A folder named like the package, where the deck happens to be started, must not be taken for it either.
    trap = tmp_path / "mlflow"
    trap.mkdir()
    (trap / "__init__.py").write_text("raise SystemExit('the wrong mlflow')")
    deck = run_deck(
        """
        import sys
        from tui.host.host import Host
        from tui.host.wire import HostSpec
        loud = {"MLFLOW_SQLALCHEMYSTORE_ECHO": "true", "MLFLOW_LOGGING_LEVEL": "DEBUG", "PYTHONWARNINGS": "always"}
        host = Host.start(HostSpec(sys.argv[1], None, environment=loud, timeout_s=60.0))
        host.ports.tracking.search_runs([sys.argv[2]])
        host.ports.registry.registrable(sys.argv[3])
        assert not {"mlflow", "pandas", "pydantic", "multiprocessing"} & set(sys.modules)
        print(len(host.diagnostics()) > 0)
        host.close()
        """,
        zoo.store.uri,
        zoo.experiment,
        zoo.parent,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
    )
    assert deck.communicate(timeout=PATIENCE_S) == ("True\n", "")
    assert deck.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow"]


def test_a_specification_keeps_its_secrets() -> None:
    spec = HostSpec("http://ada:s3cret@host:1", None, environment={"MLFLOW_TRACKING_TOKEN": "t0ken"})
    assert "s3cret" not in repr(spec) and "t0ken" not in repr(spec)
    assert spec.place == "http://ada:***@host:1"
    assert replace(spec, profile="prod").profile == "prod"
