"""An agent that logs to a real server while the deck looks on: what comes, what still runs, what fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.driver import drive
from tests.support.servers import mlflow_server
from tests.support.stores import make_store
from tests.support.warm import warm_hosts
from tui.app.application import DeckApp
from tui.config.launch import Launch
from tui.config.model import Settings
from tui.features.traces.screen import TracesScreen
from tui.features.traces.trace import TraceScreen
from tui.services.session import open_session

PATIENCE = 90.0
AGENT = """
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("looked-on")
for line in sys.stdin:  # each line says what happens next
    said = line.split()
    if said[0] == "whole":
        with mlflow.start_span("agent.run") as root:
            root.set_inputs({"question": said[1]})
            with mlflow.start_span("step"):
                pass
            root.set_outputs({"answer": "there"})
    elif said[0] == "begin":
        root = mlflow.start_span_no_context("agent.run", inputs={"question": said[1]})
        mlflow.start_span_no_context("first", parent_span=root).end()
    elif said[0] == "end":
        second = mlflow.start_span_no_context("second", parent_span=root)
        second.record_exception(TimeoutError("no answer"))
        second.end(status="ERROR")
        root.end(status="ERROR")
    mlflow.flush_trace_async_logging()
    print(line, flush=True)
"""


class Agent:
    """A program of its own that traces what it is told to do."""

    def __init__(self, address: str) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-c", AGENT, address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "false"},
        )

    def do(self, said: str) -> None:
        """Tell it, and wait until it has logged that."""
        assert self._program.stdin is not None and self._program.stdout is not None
        self._program.stdin.write(f"{said}\n")
        self._program.stdin.flush()
        answer = self._program.stdout.readline()
        while answer.strip() != said:
            assert answer, "the agent has ended"
            answer = self._program.stdout.readline()

    def stop(self) -> None:
        assert self._program.stdin is not None
        self._program.stdin.close()
        self._program.wait(30)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("looked-on")
    with mlflow_server(make_store(folder).uri, folder / "artifacts") as found, warm_hosts():
        yield found


async def test_the_deck_looks_on_while_an_agent_logs(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    launch = Launch(context_name="real", tracking_uri=address, registry_uri=address, settings=Settings())
    agent = Agent(address)
    try:
        agent.do("whole parcel-1")
        session = open_session(launch, None)
        app = DeckApp(launch, lambda _launch: session, environment={}, folder=tmp_path)
        app.message_seconds = 0
        async with drive(app, (160, 40)) as deck:
            await deck.until(lambda: app.page is not None, "the context is open", patience=PATIENCE)
            await deck.until_text("looked-on", patience=PATIENCE)
            await deck.press("5")
            await deck.until_text("parcel-1", patience=PATIENCE)
            listed = app.page
            assert isinstance(listed, TracesScreen)
            pane = listed.traces

            agent.do("begin parcel-2")
            await deck.press("r")
            await deck.until(lambda: len(pane.held) == 2, "the one that runs is listed", patience=PATIENCE)
            await deck.until_text("↻")
            await deck.press("g", "enter")
            await deck.until(lambda: isinstance(app.page, TraceScreen), "its page is open")
            page = app.page
            assert isinstance(page, TraceScreen)
            await deck.until(lambda: page.trace is not None, "its spans are read", patience=PATIENCE)
            await deck.until_text("partial")
            before = page.waterfall.grid.row_count

            agent.do("end")
            await deck.until(
                lambda: page.waterfall.grid.row_count > before and not page.trace.is_partial if page.trace else False,
                "it is read again by itself until it has ended",
                patience=PATIENCE,
            )
            await deck.until_text("1 error")
            assert page.watch_pace == 0
            await deck.press("n")
            await deck.until_text("TimeoutError: no answer")
        session.close()
    finally:
        agent.stop()
