"""Every list answers the same keys in the same way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.screen import ModalScreen
from textual.widgets import Input

from tests.contracts.lists import LISTS, ListRow, headings, opened, order, widths
from tests.contracts.shop import full_shop
from tests.support.deck import World, message, part
from tests.support.driver import Deck
from tui.app.actions import ACTIONS, Action
from tui.app.application import DeckApp
from tui.widgets.grid import Grid
from tui.widgets.pane import Pane

FIXED = {
    ("waterfall", "sorted"): "its lines stand as they are read",
    ("waterfall", "remembered"): "there is nothing to arrange",
    ("span", "sorted"): "its lines stand as they are read",
    ("span", "remembered"): "there is nothing to arrange",
    ("span", "moved"): "it has one column",
    ("span", "widened"): "it has one column, which fills the room",
}
"""By list and question, why it is another thing than rows under columns."""
EVERY_LIST = ("grid", "table", "list")  # places that a list is besides its own
PICKERS = ("columns", "sort by")
MOVES = ("up", "down", "left", "right", "page up", "page down", "half page up", "half page down", "top", "end",
         "first column", "last column", "leave the range")  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    return full_shop(tmp_path)


@asynccontextmanager
async def standing(world: World, row: ListRow) -> AsyncIterator[tuple[Deck[int], Grid]]:
    """A deck with this list, and the cursor on a column that is not the first."""
    row.prepare(world)
    async with world.open((160, 40)) as deck:
        grid = await opened(deck, row)
        grid.move_to_column(movable(grid))
        await deck.settle()
        yield deck, grid


def asked(question: str) -> list[ListRow]:
    return [row for row in LISTS if (row.name, question) not in FIXED]


def movable(grid: Grid) -> str:
    """A column that can change places with the next."""
    return next(iter(free_columns(grid)), grid.table.columns[-1].key if grid.table is not None else "")


def free_columns(grid: Grid) -> list[str]:
    return [column.key for column in grid.table.columns if not column.frozen] if grid.table is not None else []


def has_one_place(grid: Grid) -> bool:
    """Whether no column can change places with another: pairs of a value and its change move as one."""
    return len({key.lstrip("vd") for key in free_columns(grid)}) < 2


def pane_of(grid: Grid) -> Pane:
    return next(node for node in grid.ancestors if isinstance(node, Pane))


# every key that is offered


@dataclass(frozen=True)
class Seen:
    """What a person could notice of a key."""

    lines: tuple[str, ...]
    screens: int
    said: str
    focused: object
    asked: int
    clipboard: str


def seen(deck: Deck[int], world: World) -> Seen:
    return Seen(
        tuple(deck.lines()),
        len(deck.app.screen_stack),
        message(deck),
        deck.app.focused,
        len(world.tracking.calls)
        + len(world.registry.calls)
        + len(world.artifacts.calls)
        + len(world.history.calls)
        + len(world.traces.calls),
        deck.app.clipboard,
    )


def offered(deck: Deck[int], places: tuple[str, ...]) -> list[Action]:
    """What can be done now in these places, the list itself among them; how a cursor moves is the grid's own affair."""
    assert isinstance(deck.app, DeckApp) and deck.app.page is not None
    here = {action.id for action in deck.app.page.actions_here()}
    return [action for action in ACTIONS if action.id in here and action.where in places and not moves(action)]


def moves(action: Action) -> bool:
    """Whether it only moves the cursor, or ends what only it has begun."""
    return action.where == "grid" and action.title in MOVES


async def back_at(deck: Deck[int], grid: Grid) -> bool:
    """Leave what a key has opened; whether the list has the keys again."""
    if not grid.is_attached:
        return False  # another context has been opened, with pages of its own
    screens = deck.app.screen_stack
    while grid.screen in screens and deck.app.screen is not grid.screen:
        deck.app.pop_screen()
        await deck.settle()
    if grid.is_attached and deck.app.screen is grid.screen and grid.row_count > 1:
        grid.focus()
        grid.move_to_row(1)
        await deck.settle()
    return grid.is_attached and grid.has_focus and grid.row_count > 1


@pytest.mark.parametrize("row", LISTS, ids=str)
async def test_each_key_offered_changes_something_or_says_why_not(tmp_path: Path, row: ListRow) -> None:
    silent: list[str] = []
    waiting: list[str] | None = None
    number = 0
    while waiting is None or waiting:
        number += 1
        world = full_shop(tmp_path / str(number))
        row.prepare(world)
        async with world.open() as deck:
            grid = await opened(deck, row)
            grid.move_to_row(min(1, grid.row_count - 1))
            free = free_columns(grid)
            grid.move_to_column(free[1] if len(free) > 2 else movable(grid))  # with one on either side
            await deck.settle()
            if waiting is None:
                waiting = [action.id for action in offered(deck, (*row.places, *EVERY_LIST))]
            # Keys share a deck as long as what they did can be left; else the next begins anew.
            first = True
            while waiting and (first or await back_at(deck, grid)):
                first = False
                action_id = waiting.pop(0)
                found = next((a for a in offered(deck, (*row.places, *EVERY_LIST)) if a.id == action_id), None)
                if found is None:
                    continue
                before = seen(deck, world)
                await deck.press(found.keys.split(",")[0])
                await deck.settle()
                if seen(deck, world) == before:
                    silent.append(action_id)
    assert not silent, f"said nothing: {silent}"


# columns


@pytest.mark.parametrize("row", LISTS, ids=str)
async def test_columns_move_and_widen_pickers_narrow_and_rows_are_sorted(
    world: World, row: ListRow, subtests: pytest.Subtests
) -> None:
    async with standing(world, row) as (deck, grid):
        for question, answer in (("moved", moves_columns), ("widened", widens), ("sorted", sorts)):
            for title in PICKERS if question == "sorted" else ():
                with subtests.test("a picker narrows at once", title=title):
                    await narrows(deck, grid, row, title)
            if (row.name, question) not in FIXED:
                with subtests.test(question):
                    await answer(deck, grid)


async def moves_columns(deck: Deck[int], grid: Grid) -> None:
    before = headings(grid)
    await deck.press("right_curly_bracket")
    if has_one_place(grid):
        await deck.until(lambda: "no other column" in message(deck), "it is told why no column moves")
        return
    await deck.until(lambda: headings(grid) != before, "a column is moved")
    await deck.press("left_curly_bracket")
    await deck.until(lambda: headings(grid) == before, "it is moved back")


async def widens(deck: Deck[int], grid: Grid) -> None:
    before = widths(grid)
    await deck.press("greater_than_sign")
    await deck.until(lambda: widths(grid) != before, "a column is wider")
    await deck.press("less_than_sign")
    await deck.until(lambda: widths(grid) == before, "it is as wide as before")


async def sorts(deck: Deck[int], grid: Grid) -> None:
    before = order(grid)
    await deck.press("s")
    await deck.until(lambda: order(grid) != before, "the rows are sorted")


async def narrows(deck: Deck[int], grid: Grid, row: ListRow, title: str) -> None:
    """Open the picker of that title, where it is offered, type, and leave it."""
    assert isinstance(deck.app, DeckApp) and deck.app.page is not None
    offers = [a for a in deck.app.page.actions_here() if a.title == title and a.where in (*row.places, *EVERY_LIST)]
    if not offers:
        return
    await deck.press(offers[0].keys.split(",")[0])
    await deck.until(lambda: isinstance(deck.app.screen, ModalScreen), "the picker is open")
    await deck.settle()
    assert grid.table is not None
    last = grid.table.columns[-1].title
    rows = deck.app.screen.query_one(Grid)
    every = rows.row_count
    await deck.type(last[:4])
    await deck.until(lambda: 0 < rows.row_count < every, "the picker narrows at once")
    for _ in range(3):
        if isinstance(deck.app.screen, ModalScreen):
            await deck.press("escape")
    await deck.until(lambda: grid.has_focus and deck.app.screen is grid.screen, "the list has the keys")


@pytest.mark.parametrize("row", asked("remembered"), ids=str)
async def test_what_was_arranged_is_there_again_after_a_restart(world: World, row: ListRow) -> None:
    async with standing(world, row) as (deck, grid):
        untouched = headings(grid), widths(grid), order(grid)[0]
        for key in ("s", "greater_than_sign", "right_curly_bracket"):
            await deck.press(key)
            await deck.settle()
        arranged = headings(grid), widths(grid), order(grid)[0]
        start, still = arranged, has_one_place(grid)
    async with world.open((160, 40)) as deck:
        row.prepare(world)
        grid = await opened(deck, row)
        assert (headings(grid), widths(grid), order(grid)[0]) == start
    assert [now != then for now, then in zip(arranged, untouched, strict=True)] == [not still, True, True]


# filtering and choosing


@pytest.mark.parametrize("row", [row for row in LISTS if row.words], ids=str)
async def test_a_filter_leads_narrows_and_says_what_it_hides(world: World, row: ListRow) -> None:
    async with standing(world, row) as (deck, grid):

        def left() -> int:
            return len(headings(grid)) if row.names_columns else grid.row_count

        every = left()
        await deck.press("slash")
        await deck.until(lambda: isinstance(deck.app.focused, Input), "the filter has the keys")
        await deck.type(row.words)
        await deck.until(lambda: 0 < left() < every, "fewer are left")
        await deck.until(lambda: row.hidden not in "\n".join(part(deck, grid)), f"{row.hidden} is hidden")
        assert row.found in "\n".join(part(deck, grid))
        frame = "\n".join(part(deck, pane_of(grid)))
        assert re.search(r"\d of \d|\d match", frame), f"how many are left of how many is told:\n{frame}"
        await deck.press("enter")
        await deck.until(lambda: grid.has_focus, "the list has the keys")
        assert left() < every
        await deck.press("escape")
        await deck.until(lambda: left() == every, "all are there again")
