"""The screen of registered models in a test: opened, marked, and a write that is refused."""

from __future__ import annotations

from tests.support.deck import World
from tests.support.driver import Deck
from tests.support.fake_registry import forbidden
from tui.app.application import DeckApp
from tui.features.compare.screen import VersionDiffScreen
from tui.features.models.screen import ModelsScreen
from tui.ui.dialogs.edit_text import TagsModal
from tui.ui.write_panel import WritePanel
from tui.ui.write_words import Face


def models(deck: Deck[int]) -> ModelsScreen:
    screen = next((screen for screen in deck.app.screen_stack if isinstance(screen, ModelsScreen)), None)
    assert screen is not None
    return screen


def panel(deck: Deck[int]) -> WritePanel:
    assert isinstance(deck.app.screen, WritePanel)
    return deck.app.screen


async def open_models(deck: Deck[int]) -> int:
    """Go to the models and wait until all is judged; answers how many keys that took."""
    await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
    await deck.press("2")
    await deck.until(lambda: models(deck).board.complete, "the models are read")
    await deck.until(lambda: "with findings" in deck.text() and "so far" not in deck.text(), "they are judged")
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


async def change_tag(deck: Deck[int], title: str, key: str, value: str | None) -> None:
    """Edit a tag of what is meant, or take it away, and wait until what that writes is shown."""
    await deck.press("t")
    await deck.until_text(title)
    await deck.until(
        lambda: isinstance(deck.app.screen, TagsModal) and bool(deck.app.screen.tags.chosen), "the tags are read"
    )
    tags = deck.app.screen
    assert isinstance(tags, TagsModal)
    if value is None:
        tags.grid.move_to(key)
        await deck.press("X")
    else:
        await deck.press("a")
        await deck.until_text("Its key:")
        await deck.type(key)
        await deck.press("enter")
        await deck.until_text("Its value:")
        await deck.press("ctrl+u")
        await deck.type(value)
        await deck.press("enter")
    await deck.press("ctrl+s")
    await deck.until(
        lambda: isinstance(deck.app.screen, WritePanel) and panel(deck).face is Face.SHOWN, "what it writes is shown"
    )


async def told_in_part(deck: Deck[int], title: str) -> None:
    """Wait until the panel tells that not all was written."""
    await deck.until(
        lambda: isinstance(deck.app.screen, WritePanel) and panel(deck).face is Face.TOLD,
        "it is told what became of it",
    )
    await deck.until_text(title)


async def shown_again(deck: Deck[int]) -> None:
    """Wait until the panel shows what is left, or what takes it back."""
    await deck.until(
        lambda: isinstance(deck.app.screen, WritePanel) and panel(deck).face is Face.SHOWN, "a plan is shown"
    )
