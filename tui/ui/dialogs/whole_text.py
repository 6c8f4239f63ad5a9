"""Texts to scroll and to copy: the whole of one value, what a command prints; and what is said while one waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.domain.quantities import count, counted, duration
from tui.domain.text import clean, clean_block
from tui.resources import BREAKPOINTS, style_sheets
from tui.services.plugins import PluginRun
from tui.ui.asking import Deck

SHOWN = 200_000  # characters: beyond that a terminal is the wrong place to read it


class WholeTextModal(ModalScreen[None]):
    """A text in full, wrapped, to scroll and to copy."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    CSS_PATH = style_sheets("dialogs.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "leave", "leave", show=False),
        Binding("y", "copy", "copy", show=False),
        Binding("j,down", "scroll('scroll_down')", show=False),
        Binding("k,up", "scroll('scroll_up')", show=False),
        Binding("ctrl+d,ctrl+f,pagedown,space", "scroll('scroll_page_down')", show=False),
        Binding("ctrl+u,ctrl+b,pageup", "scroll('scroll_page_up')", show=False),
        Binding("g,home", "scroll('scroll_home')", show=False),
        Binding("G,end", "scroll('scroll_end')", show=False),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__(classes="text-modal")
        self._title_text = title
        self._text = text

    def compose(self) -> ComposeResult:
        lines = self._text.count("\n") + 1
        size = counted(len(self._text), "character")
        if lines > 1:
            size += f", {count(lines)} lines"
        if len(self._text) > SHOWN:
            size += f"; the first {count(SHOWN)} shown"
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {clean(self._title_text)} ")
            frame.border_subtitle = Content(f" {size}   y copy   esc leave ")
            with VerticalScroll():
                self._body = Static(Content(clean_block(self._text[:SHOWN])))
                yield self._body

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, how: str) -> None:
        getattr(self.query_one(VerticalScroll), how)(animate=False)

    def action_copy(self) -> None:
        said = cast(Deck, self.app).copy_text(clean(self._title_text), self._text)
        self.query_one(".dialogue").border_subtitle = Content(f" {said}   esc leave ")

    def action_leave(self) -> None:
        self.dismiss(None)


# What a command of a person's own prints, as it prints it, and how it ended.

_DRAWN_EVERY_S = 0.2


class OutputModal(WholeTextModal):
    """The pane of one run: esc stops it and, when it has ended, leaves; ``b`` lets it go on in the background."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "close", "leave", show=False),
        Binding("b", "background", "background", show=False),
    ]

    def __init__(self, run: PluginRun, began_ms: int) -> None:
        super().__init__(run.name, "")
        self.run = run
        self._began_ms = began_ms
        self._drawn: tuple[str, int | None] = ("", 0)

    def on_mount(self) -> None:
        self.show()
        self.set_interval(_DRAWN_EVERY_S, self.show)

    @property
    def state(self) -> str:
        """How it goes, in words."""
        run = self.run
        if run.running:
            passed = cast(Deck, self.app).now_ms() - self._began_ms
            return f"{'stopping' if run.stopped else 'running'} · {duration(passed)}   esc stop   b background"
        ended = f"ended with status {run.status}" if (run.status or 0) >= 0 else f"ended by signal {-(run.status or 0)}"
        return f"{'stopped, ' if run.stopped else ''}{ended}   y copy   esc leave"

    def show(self) -> None:
        self.query_one(".dialogue").border_subtitle = Content(f" {self.state} ")
        now = self.run.printed, self.run.status
        if now == self._drawn:
            return
        scroll = self.query_one(VerticalScroll)
        follows = scroll.scroll_offset.y >= scroll.max_scroll_y
        self._drawn = now
        text = clean_block(now[0].rstrip("\n"))
        self._body.update(Content(text or ("" if self.run.running else "It printed nothing.")))
        if follows:
            scroll.scroll_end(animate=False)

    def action_copy(self) -> None:
        cast(Deck, self.app).copy_text(f"what {self.run.name} printed", self.run.printed)

    def action_background(self) -> None:
        self.dismiss(None)

    def action_close(self) -> None:
        if not self.run.running:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Stop it; leave when it has ended."""
        if self.run.running:
            self.run.stop()
            self.show()
        else:
            self.dismiss(None)


# What stands over a screen while something is asked before a write: keys typed meanwhile reach nothing beneath.


class ReadingModal(ModalScreen[bool]):
    """Says what is being read; ends with True when it has been, with False where a person leaves."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    CSS_PATH = style_sheets("dialogs.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave", show=False)]

    def __init__(self, title: str, words: str) -> None:
        super().__init__(classes="ask-modal")
        self._title_text = title
        self._words = words
        self._over = False
        self._answered = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" {self._title_text} ")
            frame.border_subtitle = Content(" esc leave ")
            yield Static(Content(self._words), classes="words")

    def end(self) -> None:
        """It has been read: go on as soon as nothing lies over this."""
        self._over = True
        if self.is_current:
            self._answer(read=True)

    def on_screen_resume(self) -> None:
        if self._over:
            self._answer(read=True)

    def action_leave(self) -> None:
        self._answer(read=False)

    def _answer(self, *, read: bool) -> None:
        """Answer once: what was read may be there before the screen is told that it is shown, or while one leaves."""
        if not self._answered:
            self._answered = True
            self.dismiss(read)


class AboutExperimentModal(WholeTextModal):
    """The text to read; ``edit`` is called once this is closed by the key for the note."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "edit", "edit the note", show=False)]

    def __init__(self, title: str, text: str, edit: Callable[[], object], *, may_edit: bool) -> None:
        super().__init__(title, text)
        self._edit = edit
        self._may_edit = may_edit

    def on_mount(self) -> None:
        if self._may_edit:
            self.query_one(".dialogue").border_subtitle = Content(" e edit the note   y copy   esc leave ")

    def action_edit(self) -> None:
        self.dismiss(None)
        self._edit()
