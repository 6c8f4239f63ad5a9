"""A run of a store here and one behind a real server, whose files are compared by keys until the server goes."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from mlflow import MlflowClient

from tests.gateway.artifact_worlds import put
from tests.support import servers, stores
from tests.support.driver import drive
from tests.support.warm import warm_hosts
from tui.app.application import DeckApp
from tui.config.launch import Launch, Options, resolve
from tui.config.model import ContextSettings, Settings
from tui.features.compare.screen import CompareScreen
from tui.services.clock import SystemClock
from tui.services.session import Session, open_session
from tui.ui.routes import CompareRoute

PATIENCE = 60.0  # both contexts start a process that imports MLflow


def close(sessions: list[Session]) -> None:
    for session in sessions:
        session.close()


async def test_files_here_and_behind_a_server_until_it_goes(tmp_path: Path) -> None:
    own, store = stores.make_store(tmp_path), stores.make_store(tmp_path, "server.db")
    folder = tmp_path / "artifacts"
    client = MlflowClient(own.uri, registry_uri=own.uri)
    here = client.create_run(client.create_experiment("e", artifact_location=(tmp_path / "own").as_uri()))
    put(
        Path(here.info.artifact_uri.removeprefix("file://")),
        {"a.txt": b"one\n", "b.json": b'{"depth": 4}', "only.txt": b"1"},
    )
    opened: list[Session] = []

    def connect(launch: Launch) -> Session:
        opened.append(open_session(launch, None, SystemClock()))
        return opened[-1]

    with contextlib.ExitStack() as stack:
        stack.enter_context(warm_hosts())
        server = stack.enter_context(contextlib.ExitStack())
        address = await asyncio.to_thread(server.enter_context, servers.mlflow_server(store.uri, folder))
        beside = MlflowClient(address).create_run(MlflowClient(address).create_experiment("e"), run_name="there")
        lies = folder / beside.info.artifact_uri.removeprefix("mlflow-artifacts:/")
        put(lies, {"a.txt": b"two\n", "b.json": b'{"depth": 8}'})
        contexts = {"local": ContextSettings(own.uri), "far": ContextSettings(address, timeout=5)}
        launch = resolve(Options(), {}, tmp_path, Settings(cache=False, context="local", contexts=contexts))
        app = DeckApp(launch, connect, environment={}, folder=tmp_path)
        stack.callback(lambda: close(opened))
        async with drive(app, (140, 40)) as deck:
            await deck.until(lambda: app.begun and app.page is not None, "the context is open", patience=PATIENCE)
            app.go(CompareRoute((here.info.run_id,)))
            await deck.until(lambda: isinstance(app.screen, CompareScreen), "the comparison is open")
            await deck.until_text("This is one run only", patience=PATIENCE)
            await deck.press("a")
            await deck.until_text("where CONTEXT is far")
            await deck.type(f"far:{beside.info.run_id}")
            await deck.press("enter")
            await deck.until_text("far: there", patience=PATIENCE)

            await deck.press("f")
            await deck.until_text("3 of 3 differ", patience=PATIENCE)
            assert "only in the baseline" in deck.line_with("only.txt")
            await deck.press("enter")
            await deck.until_text("- one")
            assert "+ two" in deck.text()
            await deck.press("escape")
            await deck.until_text("3 of 3 differ")

            (lies / "a.txt").unlink()
            await deck.press("enter")
            await deck.until_text("Could not read the file of the other run: No such artifact")
            await deck.press("escape", "down", "enter")
            await deck.until_text("+4")
            await deck.press("escape")
            await deck.until_text("3 of 3 differ")

            await asyncio.to_thread(server.close)
            await deck.press("enter")
            await deck.until_text("Could not read the file of the other run", patience=PATIENCE)
            assert "refused the connection" in " ".join(deck.text().split())
            await deck.press("escape")
            await deck.until_text("3 of 3 differ")
            assert "differs" in deck.line_with("b.json")
            # The files here are still there to be looked at, and so is all that has been read of the runs.
            await deck.press("escape")
            await deck.until_text("far: there")
