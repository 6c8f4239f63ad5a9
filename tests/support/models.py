"""The screen of registered models in a test: opened, marked, and a write that is refused."""

from __future__ import annotations

from tests.support.deck import World
from tests.support.driver import Deck
from tests.support.fake_registry import forbidden
from tui.app.application import DeckApp
from tui.features.compare.versions import VersionDiffScreen
from tui.features.models.plan_panel import PlanPanel
from tui.features.models.screen import ModelsScreen


def models(deck: Deck[int]) -> ModelsScreen:
    screen = next((screen for screen in deck.app.screen_stack if isinstance(screen, ModelsScreen)), None)
    assert screen is not None
    return screen


def panel(deck: Deck[int]) -> PlanPanel:
    assert isinstance(deck.app.screen, PlanPanel)
    return deck.app.screen


async def open_models(deck: Deck[int]) -> int:
    """Go to the models and wait until all is judged; answers how many keys that took."""
    await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
    await deck.press("2")
    await deck.until(lambda: models(deck).board.complete, "the models are read")
    await deck.until(lambda: "with faults" in deck.text() and "so far" not in deck.text(), "they are judged")
    await deck.until(lambda: models(deck).versions.complete, "the versions are read")
    return 1


def row(deck: Deck[int], name: str) -> str:
    """The line of the board that shows a model."""
    return next(line for line in deck.lines()[2:] if name in line)


def champion(world: World, name: str = "churn") -> str | None:
    return world.registry.models[name].aliases.get("champion")


async def open_diff(deck: Deck[int]) -> VersionDiffScreen:
    await open_models(deck)
    await deck.press("d")
    await deck.until(lambda: isinstance(deck.app.screen, VersionDiffScreen), "the page is open")
    screen = deck.app.screen
    assert isinstance(screen, VersionDiffScreen)
    await deck.until(lambda: screen.pane.laid is not None, "the rows are laid out")
    return screen


async def mark(deck: Deck[int], *versions: str) -> None:
    """Mark versions of the model under the cursor."""
    await deck.press("tab")
    for version in versions:
        models(deck).versions.grid.move_to(version)
        await deck.press("space")
    await deck.until(lambda: {made.version for made in models(deck).compared()} == set(versions), "they are marked")


def refuse_once(world: World, method: str, refused: str) -> None:
    """The server says no, once, to a write to this version or alias; what is read meanwhile is answered."""
    write = getattr(world.registry, method)
    waiting = [refused]

    def refusing(name: str, version: str, *rest: object) -> None:
        if version in waiting:
            waiting.remove(version)
            forbidden(lambda: None)
        write(name, version, *rest)

    setattr(world.registry, method, refusing)


async def mark_models(deck: Deck[int], *names: str) -> None:
    """Mark models of the board."""
    for name in names:
        models(deck).board.grid.move_to(name)
        await deck.press("space")
    await deck.until(lambda: {one.name for one in models(deck).models_marked()} == set(names), "they are marked")
    versions = models(deck).versions

    def followed() -> bool:
        here = models(deck).model_here()
        return versions.model is not None and versions.model == here and versions.complete

    await deck.until(followed, "the versions of the model under the cursor are shown")


def refuse_model(world: World, method: str, refused: str) -> None:
    """The server says no, once, to a write to this model."""
    write = getattr(world.registry, method)
    waiting = [refused]

    def refusing(name: str, *rest: object) -> None:
        if name in waiting:
            waiting.remove(name)
            forbidden(lambda: None)
        write(name, *rest)

    setattr(world.registry, method, refusing)
