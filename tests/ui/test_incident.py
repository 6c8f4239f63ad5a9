"""The incident page of an alias, by keys: what it tells, part by part, and what can be done from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.shop import full_shop
from tests.support.deck import World, message
from tests.support.driver import Deck
from tests.support.fakes import HOUR, NOW_MS
from tests.support.models import open_models, panel
from tests.support.traced import trace_info
from tui.domain.models.rows import mirror_tags
from tui.domain.problem import Kind, Problem
from tui.domain.traces.values import ERROR, MODEL_KEY
from tui.features.compare.screen import VersionDiffScreen
from tui.features.models.incident import IncidentScreen
from tui.features.serving.screen import ServingScreen
from tui.features.traces.groups import TraceGroupsScreen
from tui.features.traces.trace import TraceScreen
from tui.ui.dialogs.choices import ChoiceModal

MOVED_MS = NOW_MS - 2 * HOUR


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two hours ago ben moved churn's champion from v11 to v12, which fails more since."""
    world = full_shop(tmp_path)
    tags = mirror_tags("champion", "ben@bastion", "11", "INC-42", MOVED_MS)
    world.registry.change_version("churn", "12", tags=tags, model_id="m-12")
    world.registry.change_version("churn", "11", model_id="m-11")
    world.traces.infos = [
        *(trace_info(number, metadata={MODEL_KEY: "m-12"}, state=ERROR, name="score") for number in (10, 20)),
        trace_info(30, metadata={MODEL_KEY: "m-12"}),
        *(trace_info(number, metadata={MODEL_KEY: "m-11"}) for number in (200, 210)),
    ]
    world.traces.filters = lambda said, info: info.model_id in said if "m-" in said else True
    return world


async def incident(deck: Deck[int]) -> IncidentScreen:
    await open_models(deck)
    await deck.press("exclamation_mark")
    await deck.until(lambda: isinstance(deck.app.screen, IncidentScreen), "the page is open")
    screen = deck.app.screen
    assert isinstance(screen, IncidentScreen)
    await deck.until(lambda: "reading …" not in deck.text() and "v12, before it v11" in deck.text(), "all is read")
    return screen


def at(screen: IncidentScreen, words: str) -> None:
    """Put the cursor on the line that says this."""
    number = next(number for number, line in enumerate(screen.pane.lines) if words in f"{line.what} {line.said}")
    screen.pane.grid.move_to(str(number))


async def back(deck: Deck[int], screen: IncidentScreen) -> None:
    """Leave what lies over the page: a dialogue, a filter, a page."""
    for _ in range(4):
        if deck.app.screen is not screen:
            await deck.press("escape")
            await deck.settle()
    assert deck.app.screen is screen, deck.text()


async def test_what_it_tells_and_where_it_leads(world: World) -> None:
    async with world.open((160, 60)) as deck:
        screen = await incident(deck)
        deck.shows("churn@champion: v12, before it v11", "v12, registered", "ben@bastion: INC-42")
        deck.shows("v11 → v12", "packages", "commit")
        assert "auc" in deck.line_with("metrics") and "better" in deck.line_with("metrics")
        deck.shows("in tenure_days  none → double  added")
        deck.shows("champion is v12, churn-prod serves v11 90%, v10 10%", "v11 90%")
        deck.shows("3 traces, 2 failed (66.7%)", "2 traces, 0 failed (0%)", "  score  ")
        deck.shows("put champion back on v11", "split the traffic", "ask the endpoint")
        for words, page in (
            ("v11 → v12", VersionDiffScreen),
            ("churn-prod", ServingScreen),
            ("since the move", TraceGroupsScreen),
            ("failing", TraceScreen),
        ):
            at(screen, words)
            await deck.press("enter")
            await deck.until(lambda page=page: isinstance(deck.app.screen, page), f"{page} opens")  # type: ignore[misc]
            await back(deck, screen)


async def test_a_note_is_kept_with_its_time_and_copied_with_the_whole(world: World) -> None:
    async with world.open((120, 60)) as deck:
        await incident(deck)
        await deck.press("n")
        await deck.until_text("Note of churn")
        await deck.type("pager at 14:02")
        await deck.press("enter")
        await deck.until_text("pager at 14:02")
    async with world.open((120, 60)) as deck:
        screen = await incident(deck)
        deck.shows("pager at 14:02")
        await deck.press("Y")
        await deck.until(lambda: isinstance(deck.app.screen, ChoiceModal), "what can be copied is offered")
        await deck.until_text("incident, Markdown")
        called, text = screen.copies_here()[0]
        assert called == "incident, Markdown"
        assert text.startswith("# churn@champion: v12, before it v11\n")
        for said in ("## Holder", "## What changed", "## Serving", "## Traces", "## Findings", "## Notes"):
            assert said in text, text
        assert "pager at 14:02" in text and "ben@bastion" in text and "3 traces, 2 failed" in text


async def test_each_thing_to_do_is_one_key(world: World) -> None:
    async with world.open((120, 60)) as deck:
        screen = await incident(deck)
        await deck.press("b")
        await deck.until_text("Put champion of churn back on v11")
        assert panel(deck) is not None
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is screen, "nothing was written")
        await deck.press("t")
        await deck.until_text("Split the traffic of churn-")
        await back(deck, screen)
        await deck.press("exclamation_mark")
        await deck.until(lambda: "This is the incident's own page" in message(deck), "it is said")


async def test_a_part_that_cannot_be_read_leaves_the_others(world: World) -> None:
    world.traces.problem = Problem(Kind.SERVER, "Could not read traces", "The server answered 500.")
    world.registry.change_version("churn", "12", tags={})
    async with world.open((120, 60)) as deck:
        await open_models(deck)
        asked = world.registry.called("search_models")
        await deck.press("exclamation_mark")
        await deck.until_text("The server answered 500.")
        await deck.until(lambda: "reading …" not in deck.text(), "the others are read")
        deck.shows("not known; v11 is the version before it", "v11 → v12", "churn-prod")
        await deck.press("b")
        await deck.until(lambda: "who held it is not known" in message(deck), "it is said")
        # However many models the server has, none is asked for but this one.
        assert world.registry.called("search_models") == asked


async def test_without_endpoints_and_without_room(tmp_path: Path, world: World) -> None:
    world.serving = None
    async with world.open((80, 24)) as deck:
        await incident(deck)
        deck.shows("part", "what", "said", "holder", "ben@bastion")
        await deck.press("t")
        await deck.until(lambda: "This context has no serving endpoints" in message(deck), "it is said")
