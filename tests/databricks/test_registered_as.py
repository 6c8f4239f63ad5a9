"""Which versions were made from a run: what each registry can be asked, and what is said where it cannot."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.databricks.test_models_screen import app_on, opened
from tests.support.driver import drive
from tui.app import DeckApp
from tui.domain.problem import Kind, Problem
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Session as Gateway
from tui.screens.base.routes import RunRoute
from tui.services.session import Session

__all__ = ["opened"]
RUN = f"{1:032x}"


def test_unity_catalog_cannot_be_asked_by_run(session: Gateway) -> None:
    with pytest.raises(Problem) as caught:
        ClientRegistry(session).registered_as([RUN])
    assert caught.value.kind is Kind.UNSUPPORTED and "by run" in caught.value.message


def test_the_workspace_s_own_registry_can_also_through_a_profile(session_on: Callable[..., Gateway]) -> None:
    made = ClientRegistry(session_on("databricks://sim")).registered_as([RUN])[RUN]
    assert {version.version for version in made} == {"1", "2", "3"} and made[0].model == "churn-legacy"


async def test_it_is_said_on_the_run_and_among_the_runs(opened: Session) -> None:
    async with drive(app_on(opened), (200, 50)) as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await deck.until(lambda: app.begun and app.page is not None, "the context is open")
        await deck.until_text("churn")
        await deck.until_text("registered versions not known: the registry cannot be asked by run")
        app.go(RunRoute(RUN))
        await deck.until_text("Unity Catalog cannot be asked by run.")
