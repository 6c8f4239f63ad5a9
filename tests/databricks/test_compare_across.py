"""Runs of two contexts side by side: a store on this machine and a workspace, each asked through its own session."""

from __future__ import annotations

import math
from pathlib import Path

from tests.support.driver import drive
from tests.support.fakes import FrozenClock
from tests.support.stores import make_store
from tui.app.application import DeckApp
from tui.config.launch import Launch, Options, resolve
from tui.config.model import ContextSettings, Settings
from tui.demo.simulated.server import NOW_MS
from tui.demo.simulated.state import Workspace
from tui.features.compare.screen import CompareScreen
from tui.services.session import Session, open_session
from tui.ui.routes import CompareRoute

RUN = f"{1:032x}"


async def test_a_run_of_a_workspace_beside_one_of_a_store(profile: str, workspace: Workspace, tmp_path: Path) -> None:
    store = make_store(tmp_path)
    client = store.client()
    here = client.create_run("0", run_name="local-try")
    for key, value in (("depth", "5"), ("features", "v3")):
        client.log_param(here.info.run_id, key, value)
    for key, number in (("ceiling", math.inf), ("floor", -math.inf), ("unlike", math.inf)):
        client.log_metric(here.info.run_id, key, number)
    there = workspace.runs[RUN]
    there.metrics = {
        "ceiling": [(math.inf, there.start_ms, 0)],
        "floor": [(-math.inf, there.start_ms, 0)],
        "unlike": [(-math.inf, there.start_ms, 0)],
    }
    contexts = {
        "local": ContextSettings(store.uri),
        "lake": ContextSettings("databricks", profile=profile),
    }
    opened: list[Session] = []

    def connect(launch: Launch) -> Session:
        opened.append(open_session(launch, None, FrozenClock(NOW_MS)))
        return opened[-1]

    launch = resolve(Options(), {}, tmp_path, Settings(cache=False, context="local", contexts=contexts))
    app = DeckApp(launch, connect, environment={}, folder=tmp_path)
    try:
        async with drive(app, (160, 40)) as deck:
            await deck.until(lambda: app.begun and app.page is not None, "the context is open")
            app.go(CompareRoute((here.info.run_id,)))
            await deck.until(lambda: isinstance(app.screen, CompareScreen), "the comparison is open")
            await deck.until_text("This is one run only")
            await deck.press("a")
            await deck.until_text("where CONTEXT is lake")
            await deck.type(f"lake:{RUN}")
            await deck.press("enter")
            name = workspace.runs[RUN].name
            await deck.until_text(f"lake: {name}")
            screen = app.screen
            assert isinstance(screen, CompareScreen) and screen.comparison is not None
            params = screen.comparison.count("params")
            assert params.differing == 2, "depth differs, learning_rate is only there, features is the same"
            assert screen.comparison.count("metrics").differing == 1, "infinite on both sides is the same"
            assert [session.name for session in opened] == ["local", "lake"]
    finally:
        for session in opened:
            session.close()
