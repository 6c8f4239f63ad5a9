"""What every list does in the same way: sort, columns, widths, order, and all of it remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.deck import World, runs_pane, shop
from tests.support.driver import Deck
from tui.domain.quantities import matches
from tui.services.session import LoggedRequest
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.widgets.grid import Grid

Pane = ListPane[object]


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path)


def pane_of(deck: Deck[int]) -> Pane:
    page = deck.app.screen
    assert isinstance(page, Page)
    pane = page.current_pane()
    assert isinstance(pane, ListPane)
    return pane


async def to_requests(deck: Deck[int], made: World) -> None:
    for number, took in enumerate((30.0, 8.0, 1234.5), 1):
        made.log.record(LoggedRequest(number, f"search_{number}", "", 1_795_442_400_000 + number, took, "ok", "", 10))
    await deck.press("at")
    await deck.until_text("Requests · 3 made")


LISTS: dict[str, tuple[Callable[[Deck[int], World], Awaitable[None]], str, list[str]]] = {
    "requests": (to_requests, "took", ["3", "1", "2"]),
}


@asynccontextmanager
async def opened(made: World, name: str) -> AsyncIterator[tuple[Deck[int], Pane]]:
    async with made.open(size=(160, 40)) as deck:
        await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
        await LISTS[name][0](deck, made)
        pane = pane_of(deck)
        await deck.until(lambda: pane.grid.row_count > 0, "there are rows")
        yield deck, pane


def keys(pane: Pane) -> list[str]:
    table = pane.grid.table
    return [table.row_key(row) for row in range(table.row_count)] if table is not None else []


def columns(pane: Pane) -> list[str]:
    return [column.key for column in pane.grid.table.columns] if pane.grid.table is not None else []


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_is_sorted_by_the_column_here_turned_round_and_left(small: World, name: str) -> None:
    async with opened(small, name) as (deck, pane):
        _, column, high = LISTS[name]
        before = keys(pane)
        pane.grid.move_to_column(column)
        await deck.press("s")
        assert keys(pane)[: len(high)] == high
        await deck.press("s")
        assert keys(pane)[-len(high) :] == high[::-1]
        await deck.press("s")
        assert keys(pane) == before


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_is_arranged_and_remembered(small: World, name: str) -> None:
    async with opened(small, name) as (deck, pane):
        column = LISTS[name][1]
        pane.grid.move_to_column(column)
        width = next(shown.width for shown in pane.grid.table.columns if shown.key == column)  # type: ignore[union-attr]
        place = columns(pane).index(column)
        await deck.press("greater_than_sign", "right_curly_bracket", "s")
        assert columns(pane).index(column) == place + 1
        await deck.until(lambda: not pane.is_asking("remember"), "it has been kept")
        kept, order = pane.arrangement, keys(pane)
    async with opened(small, name) as (_, pane):
        assert pane.arrangement == kept
        assert pane.arrangement.widths == {column: width + 2}
        assert columns(pane).index(column) == place + 1
        assert keys(pane) == order


@pytest.mark.parametrize("name", LISTS)
async def test_columns_are_taken_away_by_what_is_typed(small: World, name: str) -> None:
    async with opened(small, name) as (deck, pane):
        column = LISTS[name][1]
        await deck.press("o")
        await deck.until_text("space show/hide")
        await deck.type(column)
        await deck.until(lambda: deck.app.screen.query_one(Grid).cursor_key == column, "it is found")
        await deck.press("space", "enter")
        await deck.until(lambda: column not in columns(pane), "it is gone")


async def test_words_that_no_column_holds_are_said_to_be_held_by_none(small: World) -> None:
    async with opened(small, next(iter(LISTS))) as (deck, _pane):
        await deck.press("o")
        await deck.until_text("space show/hide")
        await deck.type("zzqq")
        await deck.until_text("Nothing here holds  zzqq")


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_that_cannot_be_remembered_says_so_once(small: World, name: str) -> None:
    async with opened(small, name) as (deck, pane):
        pane.session.views._folder = small.folder / "state.file" / "views"
        (small.folder / "state.file").write_text("no folder")
        pane.grid.move_to_column(LISTS[name][1])
        await deck.press("greater_than_sign")
        await deck.until_text("cannot be kept")
        pane.notice.clear()
        await deck.press("greater_than_sign")
        await deck.until(lambda: not pane.is_asking("remember"), "it has been tried again")
        assert not pane.notice.display, "and is not told a second time"


def test_one_match_and_two_matches() -> None:
    assert (matches(1), matches(2), matches(0)) == ("1 match", "2 matches", "0 matches")
