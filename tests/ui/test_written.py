"""After a write every open page shows what is there now; and each write is armed, told and refused in the same way."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.contracts.shop import full_shop
from tests.support.deck import World, enter_runs, message
from tests.support.driver import Deck
from tests.support.fake_registry import cut_after, cut_before
from tests.support.model_shop import model_shop
from tests.support.models import champion, change_tag, models, open_models, panel, row, shown_again, told_in_part
from tests.support.writing import told
from tui.app.application import DeckApp
from tui.domain.places import parse_place
from tui.domain.writes.changes import Thing
from tui.features.models.model import ModelScreen
from tui.ui.dialogs.whole_text import WholeTextModal
from tui.ui.page import Page
from tui.ui.routes import (
    CompareRoute,
    CurvesRoute,
    LedgerRoute,
    ModelRoute,
    Route,
    RunRoute,
    VersionDiffRoute,
    VersionRoute,
)
from tui.ui.write_panel import WritePanel
from tui.ui.write_words import Face


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


async def closed(deck: Deck[int]) -> None:
    await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")


async def opened(deck: Deck[int]) -> None:
    await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
    await deck.until(lambda: panel(deck).face is Face.SHOWN and not panel(deck).is_asking("sides"), "all is known")


async def test_the_board_shows_an_alias_that_was_moved_on_the_page_over_it(tmp_path: Path) -> None:
    world = model_shop(tmp_path, place=parse_place("models:/churn@champion"))
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app.screen, ModelScreen), "the model's page is open")
        page = deck.app.screen
        assert isinstance(page, ModelScreen)
        await deck.until(lambda: page.versions.grid.cursor_key == "12", "the cursor is on the champion")
        await deck.press("j", "a")
        await opened(deck)
        await deck.press("enter", "enter")
        await closed(deck)
        await deck.press("escape")
        await deck.until(lambda: "v11" in row(deck, "churn"), "the board shows it")
        await deck.until(lambda: models(deck).versions.complete, "the versions are read")
        await deck.until_text("v11 ● ┊ champion · since now")


async def test_the_pages_under_a_version_s_page_show_what_was_written_there(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        app = deck.app
        assert isinstance(app, DeckApp)
        app.go(ModelRoute("churn"))
        await deck.until_text("old-prod")
        app.go(VersionRoute("churn", "11"))
        await deck.until_text("models › churn › v11")
        await deck.until_text("weekly-11")
        await deck.press("a")
        await opened(deck)
        await deck.press("enter", "enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")
        await closed(deck)
        await deck.press("escape")
        await deck.until_text("v11 ● ┊ champion · since now")


async def test_the_endpoints_beneath_show_an_alias_that_was_moved_on_a_model_s_page(tmp_path: Path) -> None:
    world = full_shop(tmp_path)
    async with world.open((200, 50)) as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await open_models(deck)
        await deck.press("3")
        await deck.until_text("champion is v12")
        app.go(ModelRoute("churn"))
        await deck.until_text("old-prod")
        await deck.press("g", "a")
        await opened(deck)
        panel(deck).query_one("#to", Input).value = "11"
        await deck.until_text("v11")
        await deck.press("enter", "enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")
        await closed(deck)
        await deck.press("escape")
        await deck.until_text("champion is v11")


async def test_a_run_shows_the_alias_that_its_version_has_now(world: World) -> None:
    async with world.open() as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await enter_runs(deck, "gallant-ox-12")
        asked = world.registry.called("registered_as")
        app.go(RunRoute(f"{1:032x}"))
        await deck.until_text("run id")
        await open_models(deck)
        await deck.press("a")
        await opened(deck)
        await deck.press("enter", "enter")
        await closed(deck)
        await deck.until(lambda: world.registry.called("registered_as") > asked + 1, "what runs are is asked anew")


async def test_enter_in_the_rows_shows_one_in_full_and_does_not_arm(world: World) -> None:
    async with world.open(size=(80, 24)) as deck:
        await open_models(deck)
        await deck.press("tab", "j", "a")
        await opened(deck)
        panel(deck).grid.focus()
        await deck.press("j", "j", "j", "j", "enter")
        await deck.until(lambda: isinstance(deck.app.screen, WholeTextModal), "the row is shown in full")
        deck.shows("weekly-12", "weekly-11")
        await deck.press("escape")
        await opened(deck)
        assert champion(world) == "12"
        panel(deck).button.focus()
        await deck.press("enter")
        await deck.until_text("enter does it")
        assert champion(world) == "12", "it is only armed"
        await deck.press("enter")
        await deck.until(lambda: champion(world) == "11", "champion is moved")


async def test_without_a_ledger_any_write_waits_for_a_yes(world: World) -> None:
    (world.folder / "state").mkdir(parents=True, exist_ok=True)
    (world.folder / "state" / "ledger.jsonl").mkdir()
    async with world.open() as deck:
        await open_models(deck)
        await change_tag(deck, "Tags of churn", "tier", "1")
        await deck.press("enter", "enter")
        # Where the lines break depends on how long the path of the test's folder is.
        wanted = ("w", "writes", "without", "record:", "nobody", "see")
        await deck.until(lambda: all(word in deck.text() for word in wanted), "it is told what can be done")
        assert "tier" not in world.registry.models["churn"].tags
        await deck.press("w")
        await told(deck, "not recorded")
        assert world.registry.models["churn"].tags["tier"] == "1"


async def test_a_lost_answer_of_a_tag_is_looked_at_again_and_put_on_record(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await change_tag(deck, "Tags of churn", "tier", "1")
        await deck.press("enter")
        world.registry.strike("tag_model", cut_after)
        world.registry.strike("get_model", cut_before, after="tag_model")
        await deck.press("enter")
        await told_in_part(deck, "It is not known whether it was written")
        await deck.press("f")
        await told(deck, "Tagged model churn: tier, read back 14:00:00, ledger #1 · u takes it back")
        assert world.ledger.read().entries[-1].outcome == "done"
        await deck.press("u")
        await deck.until_text("Take tag tier from model churn")


async def test_a_description_that_somebody_changed_meanwhile_is_not_run_over(world: World) -> None:
    async with world.open() as deck:
        await open_models(deck)
        await change_tag(deck, "Tags of churn", "owner", "ops")
        await deck.press("enter")
        world.registry.tag_model("churn", "owner", "zoe")
        await deck.press("enter")
        await told_in_part(deck, "Nothing was changed")
        deck.shows("tag owner is zoe now, not growth")
        await deck.press("f")
        await shown_again(deck)
        assert "zoe" in deck.line_with("tag owner")
        assert message(deck) == ""


RUNS = tuple(f"{number:032x}" for number in range(7, 10))
PAGES: tuple[tuple[Route, tuple[Thing, str], str], ...] = (
    (RunRoute(RUNS[0]), (Thing.RUN, RUNS[0]), "get_run"),
    (CompareRoute(RUNS), (Thing.RUN, RUNS[1]), "search_runs"),
    (CurvesRoute(RUNS, ("loss",)), (Thing.RUN, RUNS[2]), "get_run"),
    (ModelRoute("churn"), (Thing.VERSION, "churn/12"), "get_model"),
    (VersionRoute("churn", "12"), (Thing.MODEL, "churn"), "get_version"),
    (VersionDiffRoute("churn", "12", "11"), (Thing.VERSION, "churn/11"), "get_version"),
)


@pytest.mark.parametrize(("route", "thing", "asks"), PAGES, ids=[type(route).__name__ for route, _, _ in PAGES])
async def test_each_page_that_shows_a_thing_reads_it_again(
    world: World, route: Route, thing: tuple[Thing, str], asks: str
) -> None:
    async with world.open() as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await deck.until(lambda: app.begun, "the context is open")
        app.go(route)
        port = world.registry if asks in ("get_model", "get_version") else world.tracking

        def read(name: str) -> int:
            return sum(1 for called, what in port.calls if called == asks and name in str(what))

        page = app.screen
        assert isinstance(page, Page)
        await deck.until(lambda: page.freshness.as_of_ms is not None, "it is read")
        await deck.settle()
        name = thing[1].partition("/")[0]
        asked = read(name)
        page.written(frozenset({(thing[0], thing[1].replace(name, "another"))}))
        await deck.settle()
        assert not read("another"), "what it does not show is not read"
        page.written(frozenset({thing}))
        await deck.until(lambda: read(name) > asked, "what it shows is read again")


async def test_an_open_ledger_shows_what_was_written_since(world: World) -> None:
    async with world.open() as deck:
        app = deck.app
        assert isinstance(app, DeckApp)
        await deck.until(lambda: app.begun, "the context is open")
        app.go(LedgerRoute())
        await deck.until_text("Ledger")
        number = world.ledger.begin(what="run.tag", context="prod", place="here", subject="gallant-ox-12")
        world.ledger.end(number, "done", {})
        app.written(frozenset({(Thing.RUN, RUNS[0])}))
        await deck.until_text("gallant-ox-12")
