"""Images by key and step: scrubbed with arrows, two runs in step, the small copy over a slow line."""

from __future__ import annotations

from pathlib import Path

from tests.support.artifact_files import png
from tests.support.deck import OFFLINE, World, enter_runs, experiment, run, runs_pane, world
from tests.support.driver import Deck
from tui.config.model import Settings
from tui.domain.artifact_tree import logged_image
from tui.domain.artifacts import ArtifactRoot
from tui.domain.problem import Kind, Problem
from tui.features.artifacts.images import ImagesScreen

ONE, TWO, THREE = (f"{number:032x}" for number in (1, 2, 3))


def name(key: str, step: int, *, small: bool = False) -> str:
    return f"images/{key}%step%{step}%timestamp%17{step:04d}%0a1b-2c{'%compressed.webp' if small else '.png'}"


def gallery(folder: Path, **launch: object) -> World:
    made = world(folder, [experiment(1, "churn/weekly")], [run(number) for number in (1, 2, 3)], **launch)
    one = {name("confusion", step): png(40 + step, 30) for step in (0, 10, 20)}
    made.artifacts.put(ArtifactRoot("run", ONE), {**one, name("confusion", 10, small=True): png(8, 8), "a.txt": b""})
    made.artifacts.put(ArtifactRoot("run", ONE), {name("val#roc", 20): png()})
    made.artifacts.put(ArtifactRoot("run", TWO), {name("confusion", step): png(60, 40) for step in (5, 10)})
    return made


async def opened(deck: Deck[int], *run_ids: str) -> ImagesScreen:
    if not runs_pane(deck).grid.has_focus:
        await enter_runs(deck, "run-001")
    grid = runs_pane(deck).grid
    grid.marks = run_ids
    await deck.press("J")
    await deck.until(lambda: isinstance(deck.app.screen, ImagesScreen), "the images are open")
    screen = deck.app.screen
    assert isinstance(screen, ImagesScreen)
    return screen


def shown(screen: ImagesScreen) -> list[str]:
    return [pane.view.preview.path if pane.view.preview else "" for pane in screen._panes]


def test_the_name_of_a_logged_image_says_what_it_is() -> None:
    image = logged_image(name("val#roc", 20, small=True).removeprefix("images/"))
    assert image is not None
    assert (image.key, image.step, image.time_ms, image.small) == ("val/roc", 20, 170020, True)
    newer = logged_image("val~roc+step+20+timestamp+170020+0a1b-2c.png")
    assert newer is not None and (newer.key, newer.step, newer.small) == ("val/roc", 20, False)
    assert logged_image("roc.png") is None


async def test_steps_are_scrubbed_with_arrows_and_keys_changed(tmp_path: Path) -> None:
    made = gallery(tmp_path)
    async with made.open() as deck:
        screen = await opened(deck, ONE)
        await deck.until(lambda: shown(screen) == [name("confusion", 20)], "the last step is shown")
        deck.shows("confusion, step 20 (3 of 3)")
        await deck.press("left", "left", "left")
        await deck.until(lambda: shown(screen) == [name("confusion", 0)], "the first step is shown")
        await deck.press("right")
        await deck.until(lambda: shown(screen) == [name("confusion", 10)], "the whole image, not its small copy")
        asked = made.artifacts.called("preview")
        await deck.press("left", "right")
        await deck.until(lambda: shown(screen) == [name("confusion", 10)], "the step is shown again")
        assert made.artifacts.called("preview") == asked, "what has come is kept"
        await deck.press("down")
        await deck.until(lambda: shown(screen) == [name("val#roc", 20)], "the next key")
        deck.shows("val/roc, step 20")


async def test_two_runs_are_scrubbed_in_step(tmp_path: Path) -> None:
    async with gallery(tmp_path).open() as deck:
        screen = await opened(deck, ONE, TWO, THREE)
        await deck.until(
            lambda: shown(screen) == [name("confusion", 20), name("confusion", 10)], "the last of each up to there"
        )
        deck.shows("none later")
        await deck.press("g", "right")
        await deck.until(lambda: shown(screen) == [name("confusion", 0), name("confusion", 5)], "both at step 5")
        await deck.press("left")
        await deck.until_text("This run's first confusion is of a later step.")


async def test_over_a_slow_line_the_small_copy_travels_and_what_fails_is_told(tmp_path: Path) -> None:
    made = gallery(tmp_path)
    made.settings = Settings(ssh=True)
    async with made.open() as deck:
        screen = await opened(deck, ONE)
        await deck.until(lambda: shown(screen) == [name("confusion", 20)], "there is no small one of this")
        await deck.press("left")
        await deck.until(lambda: screen._panes[0].path == name("confusion", 10, small=True), "the small one")
        await deck.press("q")
        await opened(deck, THREE)
        await deck.until_text("This run has logged no images by key and step")
        await deck.press("q")
        made.artifacts.problem = Problem(
            Kind.NOT_FOUND, "Could not list the artifacts", "images is not there any more."
        )
        await opened(deck, THREE)
        await deck.until_text("This run has logged no images by key and step")
        assert "Could not list" not in deck.text() and "stale" not in deck.text()
        await deck.press("q")
        made.artifacts.problem = OFFLINE
        await opened(deck, ONE)
        await deck.until_text("Could not read from the server")
