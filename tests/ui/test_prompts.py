"""Prompts by keys: reading, texts, differences, who used them, aliases, rules, what is hostile or lacking."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.deck import OFFLINE, World, message
from tests.support.model_shop import model_shop
from tests.support.prompts import on_support, open_prompts, prompts
from tui.app.application import DeckApp
from tui.config.model import ModelSettings, PromptSettings, Settings
from tui.domain.capabilities import Capabilities
from tui.features.prompts.text import PromptDiffScreen
from tui.ui.dialogs.whole_text import WholeTextModal
from tui.ui.routes import PromptRoute
from tui.ui.write_panel import WritePanel


@pytest.fixture
def world(tmp_path: Path) -> World:
    return model_shop(tmp_path)


async def test_the_list_tells_aliases_latest_and_what_is_wrong(world: World) -> None:
    async with world.open((170, 40)) as deck:
        await open_prompts(deck)
        assert "[4 Prompts]" in deck.lines()[0]
        support = next(line for line in deck.lines() if "support_reply" in line)
        for words in ("v2", "v3", "v4  1d", "team=care", "text"):
            assert words in support
        assert "chat" in next(line for line in deck.lines() if "triage" in line)
        assert "4 prompts · 3 with findings" in deck.text()
        prompts(deck).list.grid.move_to_column("why")
        await deck.until_text("No version is production or champion.")


async def test_models_and_prompts_are_apart(world: World) -> None:
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("2")
        await deck.until_text("fraud_score")
        assert "support_reply" not in deck.text()
        await deck.press("P")
        await deck.until_text("support_reply")
        assert "fraud_score" not in deck.text()


async def test_a_version_is_read_with_its_variables_marked_folded_to_the_pane(world: World) -> None:
    async with world.open((150, 40)) as deck:
        await on_support(deck)
        view = prompts(deck).text.view
        first = "Answer {{ name }} kindly, in {{ language }}."
        await deck.until(lambda: view.body.lines[0] == first, "the text of the latest version")
        assert [view.body.lines[0][start:end] for start, end, _ in view.body.spans[0]] == [
            "{{ name }}",
            "{{ language }}",
        ]
        assert "support_reply v2 · text · 3 variables" in deck.text()
        await deck.press("enter", "right_square_bracket")
        await deck.until_text("gpt-5-mini")
        for words in ("Say it in their language", "temperature", "response format"):
            assert words in deck.text()


async def test_a_chat_is_shown_by_its_roles(world: World) -> None:
    async with world.open((150, 40)) as deck:
        await open_prompts(deck)
        prompts(deck).list.grid.move_to("triage")
        await deck.until_text("triage · 2 versions")
        await deck.until(lambda: "system" in prompts(deck).text.view.body.lines, "the chat is shown")
        lines = prompts(deck).text.view.body.lines
        assert lines == ("system", "You sort tickets of {{ shop }} into {{ queues }}.", "", "user", "{{ ticket }}")


async def test_who_used_a_version_and_the_way_to_the_run(world: World) -> None:
    async with world.open((170, 40)) as deck:
        await on_support(deck)
        await deck.press("enter", "left_square_bracket")
        await deck.until_text("Used by 3")
        assert "agent.run" in deck.text() and "gallant-ox-12" in deck.text()
        await deck.press("enter")
        await deck.until_text("traces › tr-1")
        await deck.press("escape")
        await deck.until_text("Used by 3")
        await deck.press("G", "enter")
        await deck.until_text("[Params")


async def test_two_versions_word_by_word_in_one_text_and_beside_each_other(world: World) -> None:
    async with world.open((150, 40)) as deck:
        await on_support(deck)
        await deck.press("g", "d")
        await deck.until(lambda: isinstance(deck.app.screen, PromptDiffScreen), "the page is open")
        await deck.until_text("support_reply v2 against v4 · 1 change")
        assert (
            "[-kindly-]{+briefly+}, in [-{{ language }}-]{+their language+}." in deck.text()
            and "lost: language" in deck.text()
        )
        await deck.press("v")
        await deck.until(lambda: "│ Answer {{ name }}" in deck.text(), "they stand beside each other")
        assert "Their question: {{ question }}" in deck.text()


async def test_marked_versions_are_those_compared(world: World) -> None:
    async with world.open((150, 40)) as deck:
        await on_support(deck)
        for version in ("3", "1"):  # whichever is marked first, the older stands left
            prompts(deck).versions.grid.move_to(version)
            await deck.press("space")
        await deck.press("d")
        await deck.until_text("support_reply v1 against v3")
        await deck.press("escape")
        await deck.until(lambda: not isinstance(deck.app.screen, PromptDiffScreen), "back")
        prompts(deck).versions.grid.move_to("2")
        await deck.press("space", "d")
        await deck.until_text("Two versions are compared, and 3 are marked")


async def test_an_alias_is_moved_with_what_callers_lose_and_taken_back(world: World) -> None:
    async with world.open((150, 40)) as deck:
        await on_support(deck)
        await deck.press("g", "a")
        await deck.until(lambda: isinstance(deck.app.screen, WritePanel), "the panel is open")
        await deck.until_text("production: language is passed by callers and no longer used.")
        assert "Find the language out" in deck.text()
        await deck.press("enter", "enter")
        await deck.until(lambda: world.prompts.models["support_reply"].aliases["production"] == "4", "it is moved")
        await deck.until(lambda: "u takes it back" in message(deck), "it is told")
        await deck.until(lambda: "production" in next(x for x in deck.lines() if "v4" in x and "Find" in x), "shown")
        await deck.press("u")
        await deck.until_text("Undo #1")
        await deck.press("enter", "enter")
        await deck.until(lambda: world.prompts.models["support_reply"].aliases["production"] == "2", "it is back")
        await deck.until(lambda: not isinstance(deck.app.screen, WritePanel), "the panel is closed")
        await deck.until(lambda: any("v2     production" in line for line in deck.lines()), "it is shown")
        await deck.settle()
        await deck.press("a")
        await deck.until_text("production v2 (was v4)")
        await deck.press("escape")
    assert [entry.what for entry in world.ledger.read().entries] == ["prompt aliases", "prompt aliases"]
    assert not world.registry.called("set_alias")


async def test_a_protected_alias_wants_the_name_typed(tmp_path: Path) -> None:
    world = model_shop(tmp_path)
    world.settings = Settings(models=ModelSettings(protected_aliases=("production",)))
    async with world.open((150, 40)) as deck:
        await on_support(deck)
        await deck.press("g", "a")
        await deck.until_text("type support_reply to go on")
        await deck.press("enter", "enter")
        await deck.until_text("This move is protected")
        assert not world.prompts.called("set_alias")


async def test_why_says_what_the_rules_found(world: World) -> None:
    async with world.open((150, 40)) as deck:
        await open_prompts(deck)
        prompts(deck).list.grid.move_to("triage")
        await deck.press("f")
        await deck.until(lambda: isinstance(deck.app.screen, WholeTextModal), "it is told")
        assert "Production is v2, and no trace of the last 24 hours used it (traces: v1 12)." in deck.text()


async def test_findings_only_and_rules_that_are_ignored(tmp_path: Path) -> None:
    world = model_shop(tmp_path)
    world.settings = Settings(prompts=PromptSettings(rules={"unused-alias": "ignore", "lost-variable": "ignore"}))
    async with world.open((150, 40)) as deck:
        await open_prompts(deck)
        assert "4 prompts · 1 with findings" in deck.text()
        await deck.press("ctrl+z")
        await deck.until_text("findings only")
        assert prompts(deck).list.grid.row_count == 1
        await deck.press("escape")
        await deck.until(lambda: prompts(deck).list.grid.row_count == 4, "all are shown")


async def test_the_page_of_one_prompt_at_an_alias(world: World) -> None:
    async with world.open((150, 40)) as deck:
        await open_prompts(deck)
        assert isinstance(deck.app, DeckApp)
        deck.app.open_place("prompts:/support_reply@staging")
        await deck.until(lambda: prompts(deck).prompt_name == "support_reply", "its page is open")
        await deck.until(lambda: getattr(prompts(deck).versions.here(), "version", "") == "3", "on staging")
        deck.app.go(PromptRoute("support_reply", alias="none"))
        await deck.until(lambda: "support_reply has no alias none; it has production, staging" in message(deck), "said")
        deck.app.go(PromptRoute("gone"))
        await deck.until_text("Registered Model gone not found")


async def test_a_filter_looks_into_the_texts(world: World) -> None:
    async with world.open((150, 40)) as deck:
        await on_support(deck)
        await deck.press("slash")
        await deck.type("kindly briefly")
        await deck.until(lambda: prompts(deck).versions.grid.row_count == 1, "one version holds it")


async def test_hostile_text_is_shown_as_it_is(world: World) -> None:
    async with world.open((150, 40)) as deck:
        await open_prompts(deck)
        prompts(deck).list.grid.move_to("odd")
        await deck.until_text("odd · 1 version")
        await deck.until_text("Say \\x1b[31m[bold]{{ name }}[/bold]\\u202e and {{ odd }}")
        assert "\\x1b[7m[red]look" in deck.text()


async def test_what_cannot_be_read_is_said_and_what_was_there_stays(world: World) -> None:
    async with world.open((150, 40)) as deck:
        await open_prompts(deck)
        world.prompts.problem = OFFLINE
        await deck.press("r")
        await deck.until_text("refused the connection")
        assert "support_reply" in deck.text()


async def test_an_empty_registry_says_how_one_is_made(world: World) -> None:
    world.prompts.models.clear()
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.press("4")
        await deck.until_text("No prompt is registered here.")


async def test_a_context_without_prompts_has_no_place_for_them(world: World) -> None:
    world.can = replace(Capabilities(), prompts=False)
    async with world.open() as deck:
        await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
        await deck.until(lambda: "1 Runs" in deck.text(), "the first screen is there")
        assert "Prompts" not in deck.text()
        await deck.press("4")
        await deck.until(lambda: "There are no prompts here" in message(deck), "it is said")


async def test_narrow_one_pane_at_a_time(world: World) -> None:
    async with world.open((80, 24)) as deck:
        await on_support(deck)
        await deck.press("enter")
        await deck.until_text("Answer {{ name }} kindly")
        await deck.press("escape")
        await deck.until_text("Say it in their language")
