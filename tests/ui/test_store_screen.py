"""A store that may not simply be opened: what it is, what is offered, and that nothing is done unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deck import World, listed, message, shop
from tests.support.driver import Deck
from tui.domain.problem import Kind, Problem
from tui.domain.values import StoreCondition, StoreReport
from tui.features.diagnostics.store import StoreScreen
from tui.host.wire import spec_of

PLACE = "/data/mlflow.db"
KINDS = {
    StoreCondition.MISSING: Kind.STORE_MISSING,
    StoreCondition.OLDER: Kind.SCHEMA,
    StoreCondition.NEWER: Kind.SCHEMA,
    StoreCondition.NOT_A_STORE: Kind.STORE_UNREADABLE,
    StoreCondition.UNREADABLE: Kind.STORE_UNREADABLE,
    StoreCondition.LEGACY_FILES: Kind.SCHEMA,
}


@pytest.fixture
def small(tmp_path: Path) -> World:
    return shop(tmp_path, tracking_uri=f"sqlite:///{PLACE}", registry_uri=f"sqlite:///{PLACE}")


def spoil(world: World, condition: StoreCondition) -> None:
    """Make the store one that may not be opened."""
    uri = world.launched().tracking_uri
    world.store.report = StoreReport(condition, uri, PLACE, revision="1b5f0d9ad7c1", expected="c48cb773bb87")
    world.tracking.problem = Problem(KINDS[condition], "Could not open the store", "it is not ready")


def mend(world: World) -> None:
    world.tracking.problem = None


async def at_store(deck: Deck[int]) -> StoreScreen:
    await deck.until(lambda: isinstance(deck.app.screen, StoreScreen), "the store is told of")
    assert isinstance(deck.app.screen, StoreScreen)
    await deck.until_text(PLACE)
    return deck.app.screen


async def choose(deck: Deck[int], title: str) -> None:
    """Go to a way by its title and take it."""
    screen = deck.app.screen
    assert isinstance(screen, StoreScreen)
    ways = listed(deck, screen.grid)
    await deck.press("g", *["j"] * ways.index(title), "enter")


@pytest.mark.parametrize(
    ("condition", "said", "ways"),
    [
        (
            StoreCondition.MISSING,
            "There is no MLflow store at",
            ["The sample store", "Another place", "Create it", "Name your servers", "Leave"],
        ),
        (
            StoreCondition.OLDER,
            "made by an older MLflow: its schema is 1b5f0d9ad7c1",
            ["Look at a migrated copy", "Upgrade it", "Another place", "Leave"],
        ),
        (
            StoreCondition.NEWER,
            "made by a newer MLflow",
            ["Look again", "Another place", "The sample store", "Leave"],
        ),
        (
            StoreCondition.NOT_A_STORE,
            "is not an MLflow store",
            ["Look again", "Another place", "The sample store", "Leave"],
        ),
        (
            StoreCondition.UNREADABLE,
            "cannot be read",
            ["Look again", "Another place", "The sample store", "Leave"],
        ),
        (
            StoreCondition.LEGACY_FILES,
            "lies a folder of runs as files",
            ["Open it as it is", "Look at a SQLite copy", "Another place", "Leave"],
        ),
    ],
)
async def test_it_says_what_it_found_and_offers_what_can_be_done(
    small: World, condition: StoreCondition, said: str, ways: list[str]
) -> None:
    spoil(small, condition)
    async with small.open() as deck:
        screen = await at_store(deck)
        await deck.until_text(said)
        assert listed(deck, screen.grid) == ways
    assert set(small.store.asked) == {"inspect"}, "nothing is done unasked"


@pytest.mark.parametrize(
    ("condition", "absent"), [(StoreCondition.MISSING, "Create it"), (StoreCondition.OLDER, "Upgrade it")]
)
async def test_read_only_offers_nothing_that_writes(small: World, condition: StoreCondition, absent: str) -> None:
    small.launch = {**small.launch, "read_only": True}
    spoil(small, condition)
    async with small.open() as deck:
        screen = await at_store(deck)
        assert absent not in listed(deck, screen.grid)
        assert "read-only" in deck.lines()[0]


async def test_creating_a_missing_store(small: World) -> None:
    spoil(small, StoreCondition.MISSING)
    async with small.open() as deck:
        await at_store(deck)
        mend(small)
        await choose(deck, "Create it")
        await deck.until_text("Runs · churn/weekly · 12")
    assert small.store.asked.count("create") == 1


async def test_upgrading_tells_where_the_backup_is_and_goes_on(small: World) -> None:
    spoil(small, StoreCondition.OLDER)
    async with small.open() as deck:
        await at_store(deck)
        mend(small)
        await choose(deck, "Upgrade it")
        await deck.until_text("Runs · churn/weekly · 12")
        assert message(deck) == f"Upgraded; the store as it was is kept at {PLACE}.backup"


async def test_a_failed_upgrade_is_told_and_all_can_be_chosen_again(small: World) -> None:
    spoil(small, StoreCondition.OLDER)

    def fail() -> str:
        raise Problem(Kind.STORE_UNREADABLE, "Could not upgrade the store", "the disk is full", "Make room.")

    small.store.upgrade = fail  # type: ignore[method-assign]
    async with small.open() as deck:
        await at_store(deck)
        await choose(deck, "Upgrade it")
        await deck.until_text("Could not upgrade the store: the disk is full")
        await choose(deck, "Leave")
        await deck.until(lambda: not deck.app.is_running or deck.app._exit, "the deck has been left")


async def test_looking_at_a_migrated_copy_is_read_only_and_elsewhere(small: World) -> None:
    spoil(small, StoreCondition.OLDER)
    async with small.open() as deck:
        await at_store(deck)
        mend(small)
        await choose(deck, "Look at a migrated copy")
        await deck.until_text("prod (copy)")
        await deck.until_text("read-only")
    (other,) = small.opened
    assert other.read_only
    assert other.tracking_uri.endswith("/copy.db")
    assert other.tracking_uri == other.registry_uri
    assert small.closed == ["prod"]
    assert "upgrade" not in small.store.asked


@pytest.mark.parametrize("way", ["Open it as it is", "Look at a SQLite copy"])
async def test_a_folder_of_files_is_opened_as_it_is_or_as_a_copy_and_never_written(small: World, way: str) -> None:
    spoil(small, StoreCondition.LEGACY_FILES)
    async with small.open() as deck:
        await at_store(deck)
        mend(small)
        await choose(deck, way)
        await deck.until_text("read-only")
    (other,) = small.opened
    assert other.read_only
    if way == "Open it as it is":
        assert other.file_store and other.tracking_uri == small.launched().tracking_uri
        assert spec_of(other).environment == {"MLFLOW_ALLOW_FILE_STORE": "true"}
    else:
        assert not other.file_store and other.tracking_uri.endswith("/copy.db")
        assert spec_of(other).environment == {}


async def test_looking_again_once_somebody_has_mended_it(small: World) -> None:
    spoil(small, StoreCondition.UNREADABLE)
    async with small.open() as deck:
        await at_store(deck)
        await choose(deck, "Look again")
        await deck.until(lambda: small.store.asked.count("inspect") == 2, "it has been looked at")
        await deck.until_text("cannot be read")
        spoil(small, StoreCondition.READY)
        mend(small)
        await choose(deck, "Look again")
        await deck.until_text("Runs · churn/weekly · 12")


KINDS[StoreCondition.READY] = Kind.STORE_UNREADABLE


async def test_another_place(small: World) -> None:
    spoil(small, StoreCondition.MISSING)
    async with small.open() as deck:
        await at_store(deck)
        mend(small)
        await choose(deck, "Another place")
        await deck.until_text("A tracking URI")
        await deck.type("ftp://nowhere")
        await deck.press("enter")
        await deck.until_text("MLflow knows no store of the kind")
        await choose(deck, "Another place")
        await deck.until_text("A tracking URI")
        await deck.type("http://elsewhere:5000")
        await deck.press("enter")
        await deck.until_text("server ▪ http://else")
        await deck.until_text("Runs · churn/weekly · 12")
    assert [launch.tracking_uri for launch in small.opened] == ["http://elsewhere:5000"]


async def test_back_from_it_the_screen_says_what_is_wrong_and_r_comes_here_again(small: World) -> None:
    spoil(small, StoreCondition.MISSING)
    async with small.open() as deck:
        await at_store(deck)
        await deck.press("escape")
        await deck.until_text("Could not open the store")
        await deck.press("r")
        await at_store(deck)
