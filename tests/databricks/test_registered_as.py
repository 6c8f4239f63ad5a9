"""Which versions were made from a run: what each registry can be asked, and what is said where it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.databricks.test_models_screen import app_on, opened
from tests.support.driver import drive
from tui.app.application import DeckApp
from tui.demo.simulated.state import LoggedModel, Workspace
from tui.domain.problem import Kind, Problem
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection
from tui.services.session import Session
from tui.ui.routes import RunRoute

__all__ = ["opened"]
RUN = f"{1:032x}"


def test_unity_catalog_cannot_be_asked_by_run(session: Connection) -> None:
    with pytest.raises(Problem) as caught:
        ClientRegistry(session).registered_as([RUN])
    assert caught.value.kind is Kind.UNSUPPORTED and "by run" in caught.value.message


def test_the_workspace_s_own_registry_can_also_through_a_profile(session_on: Callable[..., Connection]) -> None:
    made = ClientRegistry(session_on("databricks://sim")).registered_as([RUN])[RUN]
    assert {version.version for version in made} == {"1", "2", "3"} and made[0].model == "churn-legacy"


def logged(workspace: Workspace, *named: tuple[str, str], text: str | None = None) -> None:
    """Let the run have a logged model whose tag names these versions."""
    said = text if text is not None else json.dumps([{"name": name, "version": version} for name, version in named])
    workspace.logged_models.append(LoggedModel(f"m-{len(named):032x}", "model", RUN, {"mlflow.modelVersions": said}))


def test_a_run_s_logged_models_name_what_was_registered(session: Connection, workspace: Workspace) -> None:
    logged(workspace, ("prod.ml.churn", "12"), ("prod.ml.churn", "14"), ("dev.ml.churn", "31"), ("dev.ml.churn", "5"))
    made = ClientRegistry(session).registered_as([RUN])[RUN]
    assert [(v.model, v.version, v.aliases) for v in made] == [
        ("dev.ml.churn", "31", ("candidate",)),  # v5 has been deleted since
        ("prod.ml.churn", "14", ()),
        ("prod.ml.churn", "12", ("champion",)),
    ]


def test_what_may_not_be_seen_is_named_without_its_aliases(session: Connection, workspace: Workspace) -> None:
    logged(workspace, ("finance.risk.limits", "2"))
    (made,) = ClientRegistry(session).registered_as([RUN])[RUN]
    assert (made.model, made.version, made.aliases) == ("finance.risk.limits", "2", ())


@pytest.mark.parametrize("text", ["", "no JSON", "{}", "[1, null]", '[{"name": "a.b.c", "version": "x"}]'])
def test_a_tag_that_mlflow_did_not_write_says_nothing(session: Connection, workspace: Workspace, text: str) -> None:
    logged(workspace, text=text)
    with pytest.raises(Problem) as caught:
        ClientRegistry(session).registered_as([RUN])
    assert caught.value.kind is Kind.UNSUPPORTED


async def test_the_page_of_a_run_shows_them(opened: Session, workspace: Workspace) -> None:
    logged(workspace, ("prod.ml.churn", "12"))
    async with drive(app_on(opened), (200, 50)) as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await deck.until(lambda: app.begun and app.page is not None, "the context is open")
        app.go(RunRoute(RUN))
        await deck.until_text("prod.ml.churn v12")
        assert "@champion" in deck.line_with("prod.ml.churn v12")


async def test_it_is_said_on_the_run_and_among_the_runs(opened: Session) -> None:
    async with drive(app_on(opened), (200, 50)) as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await deck.until(lambda: app.begun and app.page is not None, "the context is open")
        await deck.until_text("churn")
        await deck.until_text("registered versions not known: the registry cannot be asked by run")
        app.go(RunRoute(RUN))
        await deck.until_text("Unity Catalog cannot be asked by run.")
