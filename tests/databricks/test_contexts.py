"""Contexts one after another: each asks its own workspace with its own token, and nothing stays behind."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.support.driver import drive
from tests.support.stores import make_store
from tui.app.application import DeckApp
from tui.config.launch import Options, resolve
from tui.config.model import ContextSettings, Settings
from tui.demo.samples import simulation
from tui.demo.simulated.server import Server, serving_on_loopback, workspace
from tui.services.session import Session, open_session


@pytest.fixture
def two(calm_environment: Path) -> Iterator[tuple[Server, Server]]:
    """Two workspaces with tokens and experiments of their own."""
    first, second = workspace(), workspace()
    second.token, second.me, second.id = "another-token", "ben@example.com", "77"
    for experiment in second.experiments.values():
        experiment.name = experiment.name.replace("churn", "pricing-only")
    with serving_on_loopback(first) as one, serving_on_loopback(second) as other:
        (calm_environment / ".databrickscfg").write_text(
            f"[one]\nhost = {one.address}\ntoken = {first.token}\n\n"
            f"[other]\nhost = {other.address}\ntoken = {second.token}\n"
        )
        yield one, other


def test_profiles_are_not_mixed(two: tuple[Server, Server], tmp_path: Path) -> None:
    one, other = two
    # What the shell has set is for neither of them.
    os.environ.update({"DATABRICKS_HOST": one.address, "DATABRICKS_TOKEN": "stray"})
    before = dict(os.environ)
    sessions: list[Session] = []
    try:
        for profile, user in (("one", "ada@example.com"), ("other", "ben@example.com"), ("one", "ada@example.com")):
            session = open_session(resolve(Options(profile=profile), {}, tmp_path, Settings(cache=False)), None)
            sessions.append(session)
            assert session.catalog is not None and session.serving is not None
            assert session.catalog.me().user == user
            names = [e.name for e in session.tracking.search_experiments().experiments]
            assert any("pricing-only" in name for name in names) == (profile == "other")
            assert session.registry.get_model("prod.ml.churn").aliases["champion"] == "12"
            assert session.serving.endpoint("churn-prod").config.entities
            session.close()
    finally:
        for session in sessions:
            session.close()
        for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN"):
            os.environ.pop(name, None)
    assert {**before} == {**os.environ, "DATABRICKS_HOST": one.address, "DATABRICKS_TOKEN": "stray"}
    refused = [path for server in two for _, path in server.workspace.requests if "403" in path]
    assert not refused and other.workspace.asked("/api/2.0/mlflow") and one.workspace.asked("/api/2.0/mlflow")


def is_open(app: DeckApp, name: str) -> bool:
    return app.session.name == name


async def test_going_from_one_context_to_the_next(two: tuple[Server, Server], tmp_path: Path) -> None:
    settings = Settings(
        cache=False,
        context="one",
        contexts={
            "one": ContextSettings("databricks", profile="one"),
            "other": ContextSettings("databricks", profile="other"),
            "local": ContextSettings(f"sqlite:///{tmp_path}/none.db"),
        },
    )
    opened: list[Session] = []

    def connect(launch: object) -> Session:
        opened.append(open_session(launch, None))  # type: ignore[arg-type]  # what the deck resolved
        return opened[-1]

    launch = resolve(Options(), {}, tmp_path, settings)
    app = DeckApp(launch, connect, environment={}, folder=tmp_path)
    try:
        async with drive(app, (120, 36)) as deck:
            await deck.until_text("churn")
            for name, shown in (
                ("other", "pricing"),
                ("one", "churn"),
                ("local", "no MLflow store"),
                ("other", "pricing"),
            ):
                await deck.press("colon")
                await deck.type(f"ctx {name}")
                await deck.press("enter")
                await deck.until(partial(is_open, app, name), f"the context {name} is open")
                await deck.until_text(shown)
            assert app.session.serving is not None
            await deck.press("3")
            await deck.until_text("churn-prod")
    finally:
        for session in opened:
            session.close()
    assert len(opened) == 5 and "none.db" not in os.listdir(tmp_path)


def test_the_simulation_of_the_demo_ends_with_it() -> None:
    with simulation() as running:
        with urllib.request.urlopen(f"{running.address}/.well-known/databricks-config") as answer:
            assert answer.status == 200
        assert os.environ["DATABRICKS_CONFIG_FILE"] == str(running.profile_file)
        assert running.profile_file.stat().st_mode & 0o077 == 0
    assert "DATABRICKS_CONFIG_FILE" not in os.environ and not running.profile_file.exists()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(running.address)


_DECK = """
import os, sys
from pathlib import Path
from tui.config.launch import Options
from tui.config.launch import resolve
from tui.config.model import Settings
from tui.services.session import open_session

folder = Path(sys.argv[1])
before = dict(os.environ)
sessions = []
for options in (Options(profile="one"), Options(profile="other"), Options(tracking_uri=f"sqlite:///{folder}/mlflow.db")):
    session = open_session(resolve(options, {}, folder, Settings(cache=False)), None)
    session.tracking.search_experiments()
    session.registry.search_models()
    sessions.append(session)
# All are open at once now; each goes on asking its own.
for session, user in zip(sessions, ("ada@example.com", "ben@example.com")):
    assert session.catalog.me().user == user, session.catalog.me().user
for session in sessions:
    session.close()
assert dict(os.environ) == before, set(os.environ.items()) ^ set(before.items())
loaded = [name for name in ("mlflow", "databricks", "databricks.sdk") if name in sys.modules]
assert not loaded, loaded
assert os.listdir(folder) == ["mlflow.db"], os.listdir(folder)
print("nothing was left behind")
"""

_CONTEXT = """
import os, sys
from tui.gateway import dispatch, environment
from tui.gateway.session import Connection

tracking, registry, profile = sys.argv[1:]
environment.prepare(tracking_uri=tracking, registry_uri=registry, profile=profile, extra={}, timeout_s=20.0)
session = Connection(tracking, registry, 20.0)
ask = dict(dispatch.operations(session))
ask["diagnosis.loaded"]()
import mlflow

def state():
    return mlflow.get_tracking_uri(), mlflow.get_registry_uri(), dict(os.environ)

before = state()
run_id = f"{1:032x}"
ask["tracking.search_experiments"]()
ask["tracking.get_run"](run_id)
ask["artifacts.logged_models"](run_id)
ask["registry.search_models"]()
ask["registry.version_facts"]("prod.ml.churn", "12")
ask["registry.registrable"](run_id)
ask["catalog.access"]("prod.ml.churn")
ask["serving.endpoint"]("churn-prod")
assert state() == before, (state()[:2], before[:2])
assert before[:2] == (tracking, registry), before[:2]
assert os.environ["MLFLOW_TRACKING_URI"] == tracking and os.environ["MLFLOW_REGISTRY_URI"] == registry
assert os.environ["DATABRICKS_CONFIG_PROFILE"] == profile and "DATABRICKS_TOKEN" not in os.environ
print("nothing has changed")
"""


def _run(script: str, *arguments: str, folder: Path) -> str:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "DATABRICKS_TOKEN": "stray"}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=folder, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_deck_s_own_process_is_as_it_was_after_several_contexts(two: tuple[Server, Server], tmp_path: Path) -> None:
    store = make_store(tmp_path / "store").uri
    folder = Path(store.removeprefix("sqlite:///")).parent
    assert _run(_DECK, str(folder), folder=tmp_path) == "nothing was left behind\n"


def test_the_process_of_a_context_keeps_its_uris_and_its_environment(
    two: tuple[Server, Server], tmp_path: Path
) -> None:
    for profile in ("one", "other"):
        said = _run(_CONTEXT, f"databricks://{profile}", f"databricks-uc://{profile}", profile, folder=tmp_path)
        assert said == "nothing has changed\n"
    assert os.listdir(tmp_path) == []
