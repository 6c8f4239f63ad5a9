"""What works from here and what does not: the checks of the open context."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.problem import Problem
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, width
from tui.resources import style_sheets
from tui.services.doctor import Check, Doctor, Surroundings, Verdict, here, summary, took_words
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.widgets.grid import Grid, PlainGrid
from tui.widgets.pane import Pane

_TONES: dict[Verdict, Tone] = {
    Verdict.OK: "good",
    Verdict.WARNING: "warn",
    Verdict.FAIL: "bad",
    Verdict.SKIPPED: "muted",
}


class DoctorPane(Pane):
    """The list of checks, and below it the words of the one under the cursor."""

    def __init__(self, grid: Grid) -> None:
        super().__init__(id="doctor")
        self.grid = grid
        self.words = Static("", id="doctor-words", markup=False)

    def body(self) -> ComposeResult:
        yield self.grid
        yield self.words

    def keys_target(self) -> Widget | None:
        return self.grid


class DoctorScreen(Page, Asking):
    """The checks as a page of its own."""

    CSS_PATH = style_sheets("diagnostics.tcss")

    def __init__(
        self,
        session: Session,
        surroundings: Surroundings | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(session)
        self._surroundings = surroundings
        self._clock = clock
        self.pane = DoctorPane(PlainGrid(glyphs=self.deck.glyphs))
        self.checks: list[Check] = []
        self._left: Iterator[Check] = iter(())
        self._is_running = False

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.set_crumbs("doctor")
        self.focus_pane(self.pane)
        self.read_again()

    # the checks

    def read_again(self) -> None:
        """Make every check anew."""
        if self._is_running:
            return
        self.checks = []
        self._is_running = True
        self.pane.grid.placeholder = "Looking …"
        around = self._surroundings or here(self.session.launch.profile)
        self._left = Doctor(self.session, around, self._clock).checks()
        self._fill()
        self._go_on()

    def _go_on(self) -> None:
        left = self._left
        self.ask(self.session.pool, "doctor", lambda: next(left, None), self._got, self._refused)

    def _got(self, check: Check | None) -> None:
        if check is None:
            self._is_running = False
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        else:
            self.checks.append(check)
            self._go_on()
        self._fill()

    def _refused(self, problem: Problem) -> None:
        self._is_running = False
        self.pane.notice.problem(problem)
        self._fill()

    def _fill(self) -> None:
        glyphs = self.deck.glyphs
        signs = {
            Verdict.OK: f"{glyphs.done} ok",
            Verdict.WARNING: f"{glyphs.warning} warning",
            Verdict.FAIL: f"{glyphs.failed} fail",
            Verdict.SKIPPED: f"{glyphs.absent} skipped",
        }
        texts = {
            "verdict": [signs[check.verdict] for check in self.checks],
            "title": [check.title for check in self.checks],
            "took": [took_words(check) for check in self.checks],
            "found": [clean(check.found) for check in self.checks],
        }
        tones = {"verdict": [_TONES[check.verdict] for check in self.checks]}
        columns = (
            Column("verdict", "", 9, frozen=True),
            Column("title", "check", 14, frozen=True),
            Column("took", "took", 9, "right"),
            Column("found", "found", max([20, *map(width, texts["found"])])),
        )
        keys = [check.id for check in self.checks]
        self.pane.grid.table = RowsTable(columns, keys, texts, tones, generation=len(self.checks))
        self.pane.set_title("Doctor", summary(self.checks), "looking …" if self._is_running else "")
        self._tell()

    @on(Grid.CursorMoved)
    def _moved(self, event: Grid.CursorMoved) -> None:
        event.stop()
        self._tell()

    def check_here(self) -> Check | None:
        """The check under the cursor."""
        key = self.pane.grid.cursor_key
        return next((check for check in self.checks if check.id == key), None)

    def _tell(self) -> None:
        check = self.check_here()
        if check is None:
            self.pane.words.update("")
            return
        parts: list[Content | tuple[str, str]] = [(f"{check.title}  ", "bold"), Content(clean(check.found))]
        if check.remedy:
            tones = {Verdict.OK: "$text-muted", Verdict.WARNING: "$warning"}
            parts.append((f"\n{clean(check.remedy)}", tones.get(check.verdict, "$error")))
        self.pane.words.update(Content.assemble(*parts))

    @on(Grid.Opened)
    def _opened(self, event: Grid.Opened) -> None:
        event.stop()
        check = self.check_here()
        if check is not None:
            from tui.ui.dialogs.whole_text import WholeTextModal

            words = "\n\n".join(part for part in (check.found, check.remedy) if part)
            self.app.push_screen(WholeTextModal(check.title, words))

    def value_here(self) -> tuple[str, str] | None:
        check = self.check_here()
        return (check.title, " ".join(part for part in (check.found, check.remedy) if part)) if check else None

    def copies_here(self) -> list[tuple[str, str]]:
        from tui.console.report import checks_json as as_json
        from tui.console.report import line

        here_now = self.value_here()
        whole = "\n".join(line(check, 100) for check in self.checks)
        return [
            *([here_now] if here_now else []),
            ("every check", whole),
            ("every check as JSON", as_json(self.session.name, self.checks)),
        ]
