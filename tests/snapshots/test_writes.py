"""Pictures of the dialogues that write: plans, what became of them, notes, tags, names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway.zoo import HOSTILE
from tests.support.deck import World, runs_pane, world
from tests.support.driver import Deck
from tests.support.fake_registry import forbidden
from tests.support.fakes import run
from tests.support.snapshots import Picture
from tui.app.application import DeckApp
from tui.config.model import Settings
from tui.domain.values import RunDetail
from tui.domain.writes import changes
from tui.domain.writes.changes import Plan, Thing, ThingState
from tui.ui.dialogs.edit_text import EditTextModal, NoteSource, TagsModal
from tui.ui.write_panel import WritePanel
from tui.ui.write_words import Face

BY_SIZE = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
NOTE = "# Best so far\n\nWith the *new* features.\n\n- window 28d\n- seed 3\n"


def _runs(many: int = 40) -> list[RunDetail]:
    tags = {"stage": "candidate", "owner": "ana", "ticket": "ML-4711"}
    return [
        run(number, experiment_id="9", name=f"trial-{number:03d}", tags=tags, note=NOTE if number == 1 else "")
        for number in range(1, many + 1)
    ]


@pytest.fixture
def quiet(tmp_path: Path) -> World:
    """A context in whose first screen there is nothing to see, so that the pictures are of the dialogues."""
    return world(tmp_path, [], _runs())


def _known(made: World, many: int) -> list[ThingState]:
    return [ThingState.of_run(one) for one in made.tracking.runs[:many]]


async def _at_rest(deck: Deck[int]) -> None:
    """Wait for the first screen, since what lies beneath a dialogue is laid out no more."""
    await deck.until_text("There are no")
    if deck.app.size.width > 80:
        await deck.until_text("No run is under the cursor.")
    await deck.settle()


async def _panel(deck: Deck[int], plan: Plan, face: Face = Face.SHOWN) -> WritePanel:
    assert isinstance(deck.app, DeckApp)
    panel = WritePanel(deck.app.session, lambda: plan, title="Changes")
    await _at_rest(deck)
    deck.app.push_screen(panel)
    await deck.until(lambda: panel.face is face, f"the panel is {face.value}")
    await deck.settle()
    return panel


async def _done(deck: Deck[int], plan: Plan) -> None:
    panel = await _panel(deck, plan)
    await deck.press("enter", "enter")
    await deck.until(lambda: panel.face is Face.TOLD, "it is told what became of it")
    await deck.settle()


async def test_a_plan_for_a_few(quiet: World) -> None:
    async with quiet.open() as deck:
        await _panel(deck, changes.deletion(_known(quiet, 3)))
        deck.shows(
            "They can be restored until the server's owner clears what is deleted.",
            "▸  trial-001  lifecycle  active  deleted",
            "trial-003  lifecycle  active  deleted",
        )


@BY_SIZE
async def test_a_plan_for_many(quiet: World, picture: Picture, size: tuple[int, int]) -> None:
    async with quiet.open(size) as deck:
        edits = {"owner": None, "stage": "retired since the features of the week before last were wrong"}
        await _panel(deck, changes.tagging(_known(quiet, 20), edits))
        deck.shows("trial-001", "owner", "stage")
        if size[0] > 80:
            picture(deck)


async def test_another_note(quiet: World, picture: Picture) -> None:
    async with quiet.open() as deck:
        await _panel(deck, changes.noting(_known(quiet, 1)[0], NOTE.replace("28d", "14d") + "- seed 4\n"))
        picture(deck)


async def test_hostile_names(quiet: World, picture: Picture) -> None:
    async with quiet.open() as deck:
        odd = ThingState(Thing.RUN, "1" * 32, HOSTILE, "active", {HOSTILE: "old"})
        await _panel(deck, changes.tagging([odd], {HOSTILE: HOSTILE}))
        picture(deck)


async def test_a_batch_that_failed_midway(quiet: World, picture: Picture) -> None:
    async with quiet.open() as deck:
        quiet.writes.trouble.extend([None, None, forbidden])
        await _done(deck, changes.deletion(_known(quiet, 5)))
        picture(deck)


async def test_a_note_that_somebody_changed_meanwhile(quiet: World) -> None:
    async with quiet.open() as deck:
        plan = changes.noting(_known(quiet, 1)[0], "Mine\n")
        quiet.writes.tag(quiet.tracking.runs[0].run_id, changes.NOTE_KEY, "Theirs\nin two lines\n")
        await _done(deck, plan)
        deck.shows("-Theirs", "-in two lines", "+Mine")
        deck.shows("trial-001 is not as it was shown: somebody has changed it meanwhile. f shows it as it is")


async def test_in_plain_ascii(tmp_path: Path) -> None:
    plain = world(tmp_path, [], _runs(), settings=Settings(ascii=True))
    async with plain.open() as deck:
        plain.writes.trouble.extend([None, forbidden])
        await _done(deck, changes.deletion(_known(plain, 3)))
        assert deck.text().isascii(), deck.text()


async def test_the_note_editor(quiet: World, picture: Picture) -> None:
    async with quiet.open() as deck:
        assert isinstance(deck.app, DeckApp)
        await _at_rest(deck)
        title = "Note of run trial-001"
        source = NoteSource(
            deck.app.session,
            title=title,
            sort=Thing.RUN,
            read=lambda: _known(quiet, 1)[0],
            done=lambda _told: None,
        )
        note = EditTextModal(title, "", sort=Thing.RUN, source=source)
        deck.app.push_screen(note)
        await deck.until(lambda: note.is_mounted and not note.box.read_only and note.text, "the note is read")
        await deck.settle()
        picture(deck)


async def test_the_tags_editor(quiet: World, picture: Picture) -> None:
    async with quiet.open() as deck:
        assert isinstance(deck.app, DeckApp)
        await _at_rest(deck)
        tags = TagsModal(
            deck.app.session,
            title="Tags of 3 runs",
            read=lambda: _known(quiet, 3),
            done=lambda _told: None,
        )
        deck.app.push_screen(tags)
        await deck.until(lambda: tags.tags.chosen, "the tags are read")
        tags.tags = tags.tags.edited("owner", "ml-platform").edited("team", "growth").edited("ticket", None)
        tags._fill()
        await deck.settle()
        picture(deck)


async def test_a_name_that_cannot_be(quiet: World) -> None:
    async with quiet.open() as deck:
        await _at_rest(deck)
        await deck.press("plus")
        await deck.until_text("Create an experiment")
        await deck.press("enter")
        await deck.until_text("A name is needed.")
        deck.shows("Create an experiment", "Its name; what stands before the last / is its folder:")
        assert runs_pane(deck).grid.row_count == 0
