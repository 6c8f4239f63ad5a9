"""A person at the deck, inside the test's own process: presses keys, looks at the screen, waits until it says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import islice
from typing import Generic, TypeVar

from textual.app import App
from textual.pilot import Pilot

from tests.support.idle import drawn, idle, rested

Result = TypeVar("Result")
PATIENCE = 20.0  # seconds; only a test that fails waits this long


class Deck(Generic[Result]):
    """A running app as a person meets it."""

    def __init__(self, app: App[Result], pilot: Pilot[Result]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys by Textual's names, each when the one before has been dealt with."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type a text into whatever has the focus."""
        await self.pilot.press(*text)

    async def until(self, predicate: Callable[[], object], description: str, *, patience: float | None = None) -> None:
        """Let the app work until the predicate holds; fails with the description and the screen if it never does."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (PATIENCE if patience is None else patience)
        while not predicate():
            if loop.time() > deadline or not self.app.is_running:
                gone = "" if self.app.is_running else " (the app has ended)"
                raise AssertionError(f"waited in vain until {description}{gone}; the screen:\n{self.text()}")
            await idle()
            if not predicate():
                # A little real time, for what waits for a clock or for another process.
                await asyncio.sleep(0.005)

    async def until_text(self, text: str, *, patience: float | None = None) -> None:
        """Let the app work until the screen shows a text."""
        await self.until(lambda: text in self.text(), f"the screen shows “{text}”", patience=patience)

    def shows(self, *texts: str) -> None:
        """Fail with the screen unless it shows each of the texts."""
        screen = self.text()
        missing = [text for text in texts if text not in screen]
        assert not missing, f"the screen does not show {missing}:\n{screen}"

    async def settle(self) -> None:
        """Let everything that has been asked of the app so far be done and drawn, until the screen stays as it is."""
        shown = ""
        for _ in range(20):
            await self.pilot.pause()
            before, shown = shown, self.text()
            if shown == before and not await rested():
                return

    def text(self) -> str:
        """The screen as plain lines, without the blanks at their ends."""
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The screen's lines from the top."""
        height = self.app.size.height
        # export_svg and this draw from the same update, so that a picture and its text agree.
        update = drawn(self.app)
        lines = ("".join(segment.text for strip in line for segment in strip if not segment.control) for line in update)
        return [line.rstrip() for line in islice(lines, height)]

    def line_with(self, text: str) -> str:
        """The first line that shows a text; fails with the screen if none does."""
        for line in self.lines():
            if text in line:
                return line
        raise AssertionError(f"no line shows “{text}”; the screen:\n{self.text()}")


@asynccontextmanager
async def drive(app: App[Result], size: tuple[int, int] = (120, 36)) -> AsyncIterator[Deck[Result]]:
    """Run an app without a terminal, at ``size`` columns and rows, and hand over a person to drive it."""
    async with app.run_test(size=size) as pilot:
        yield Deck(app, pilot)
