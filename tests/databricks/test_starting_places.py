"""Experiments begin at the person's own folder, which the workspace is asked for once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.deck import browse, world
from tests.support.driver import drive
from tests.support.fakes import experiment
from tui.app.application import DeckApp
from tui.config.launch import Launch, Options, resolve
from tui.config.model import Settings
from tui.demo.simulated.state import Workspace
from tui.domain.values import ExperimentPage, Lifecycle
from tui.features.experiments.loader import ExperimentsLoader, StartingPlaces
from tui.services.session import Session, open_session


@pytest.fixture
def launch(profile: str, tmp_path: Path) -> Launch:
    return resolve(Options(profile=profile), {}, tmp_path, Settings(cache=False))


@pytest.fixture
def deck_session(launch: Launch) -> Iterator[Session]:
    """A session as the deck opens it, with a process of its own."""
    session = open_session(launch, None)
    yield session
    session.close()


def names(places: StartingPlaces) -> list[str]:
    return [experiment.name for experiment in places.page(Lifecycle.ACTIVE, None).experiments]


def test_from_the_own_folder_to_the_others(deck_session: Session, workspace: Workspace) -> None:
    places = StartingPlaces(deck_session)
    mine = names(places)
    assert places.under == "/Users/ada@example.com/" and len(mine) == 3
    assert all(name.startswith(places.under) for name in mine)
    expected = [
        (None, 7, "/Shared/"),
        ("/Shared/", 2, "/Repos/"),
        ("/Repos/", 1, "/Users/ada@example.com/"),
        ("/Users/ada@example.com/", 3, "everywhere"),
    ]
    for under, count, following in expected:
        places.step()
        assert (places.under, len(names(places)), places.following) == (under, count, following)
    assert workspace.asked("/api/2.0/preview/scim/v2/Me") == 1


def test_a_configured_path_comes_first_and_nobody_is_asked(deck_session: Session, workspace: Workspace) -> None:
    deck_session.launch = replace(deck_session.launch, experiment_path="/Shared/fraud/")
    places = StartingPlaces(deck_session)
    assert len(names(places)) == 2 and workspace.asked("/api/2.0/preview/scim") == 0


def test_where_the_workspace_does_not_say_who_one_is_everything_is_listed(
    deck_session: Session, workspace: Workspace
) -> None:
    workspace.fail("/api/2.0/preview/scim", 403, "PERMISSION_DENIED", "SCIM is for admins.", times=9)
    places = StartingPlaces(deck_session)
    assert len(names(places)) == 7 and places.under is None


async def test_on_the_screen(launch: Launch, deck_session: Session) -> None:
    async with drive(DeckApp(launch, lambda _launch: deck_session, environment={}, folder=Path()), (120, 36)) as deck:
        await deck.until_text("under /Users/ada")
        await deck.until_text("churn")
        assert "fraud" not in deck.text()
        await deck.press("full_stop")
        await deck.until_text("fraud")
        await deck.press("full_stop")
        await deck.until_text("under /Shared/")
        assert browse(deck).experiments.under == "/Shared/"


async def test_a_store_without_folders_has_nowhere_to_go(tmp_path: Path) -> None:
    here = world(tmp_path)
    assert StartingPlaces(here.session(here.launched())).following == ""
    configured = world(tmp_path, experiment_path="churn/")
    places = StartingPlaces(configured.session(configured.launched()))
    assert (places.under, places.following) == ("churn/", "everywhere")


async def test_a_place_found_before_the_list_is_read_stays_in_it(tmp_path: Path) -> None:
    first, *others = [experiment(number, f"e{number}") for number in (1, 2, 3)]
    async with drive(world(tmp_path, [first, *others]).app(), (120, 36)) as deck:
        await deck.until(lambda: browse(deck).experiments.loader.complete, "the list is read")
        pane = browse(deck).experiments
        loader = ExperimentsLoader(pane, pane.session, lambda: None, lambda _problem: None)
        loader.know([first])
        loader._got(ExperimentPage(tuple(others), None), first=True)
        assert [one.id for one in loader.experiments.values()] == [one.id for one in (*others, first)]
        loader._got(ExperimentPage(tuple(others), None), first=True)  # read again, it is what the server lists
        assert first.id not in loader.experiments


async def test_a_place_of_another_folder_stays_when_the_list_is_read_again(tmp_path: Path) -> None:
    """It can be in no page of the folder that is listed; once it is deleted it goes."""
    here = world(tmp_path, [experiment(1, "home/e1"), experiment(2, "away/e2")], experiment_path="home/")
    async with drive(here.app(), (120, 36)) as deck:
        pane = browse(deck).experiments
        await deck.until(lambda: pane.loader.complete and set(pane.loader.experiments) == {"1"}, "the folder is read")
        pane.point_at([here.tracking.get_experiment("2")])
        for there in ({"1", "2"}, {"1"}):
            asked = len(here.tracking.calls)
            pane.loader.read()
            await deck.until(
                lambda asked=asked, there=there: (  # type: ignore[misc]  # the loop's own
                    len(here.tracking.calls) > asked and set(pane.loader.experiments) == there
                ),
                "it is read again",
            )
            here.tracking.experiments = [experiment(1, "home/e1")]


async def test_a_place_in_the_shared_folder_opens(profile: str, tmp_path: Path) -> None:
    place = "experiments:/Shared/fraud/cards"
    launch = resolve(Options(profile=profile, place=place), {}, tmp_path, Settings(cache=False))
    session = open_session(launch, None)
    try:
        assert session.tracking.get_experiment_by_name("Shared/fraud/cards").name == "/Shared/fraud/cards"
        async with drive(DeckApp(launch, lambda _launch: session, environment={}, folder=Path()), (120, 36)) as deck:
            await deck.until_text("Shared › fraud › cards › runs")
            await deck.until(lambda: browse(deck).runs.run_here() is not None, "its runs are there")
    finally:
        session.close()


async def test_the_log_of_requests_says_where_and_as_whom(launch: Launch, deck_session: Session) -> None:
    async with drive(DeckApp(launch, lambda _launch: deck_session, environment={}, folder=Path()), (120, 36)) as deck:
        await deck.until_text("under /Users/ada")
        await deck.press("at")
        await deck.until_text("profile sim · ada@example.com · account simulated-account")
        assert "127.0.0.1:" in deck.line_with("profile sim")
