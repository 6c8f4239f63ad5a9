"""A framed part of a screen with a title, counts and a notice, a note in its place, and a line of tabs with counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from tui.domain.problem import Problem
from tui.domain.text import clean, clean_block, width

if TYPE_CHECKING:
    from textual.widgets import Markdown

    from tui.domain.values import RunDetail


class Notice(Widget):
    """A few lines under a pane's title that stay until what they tell is over.

    ``worded`` puts a person's own keys in the place of actions that a text names; the application hands it in.
    """

    worded: ClassVar[Callable[[str], str]] = staticmethod(str)

    def __init__(self) -> None:
        super().__init__(classes="notice")
        self._content = Content("")
        self.display = False

    def render(self) -> Content:
        return self._content

    def tell(self, content: Content, tone: str = "") -> None:
        """Show a content (never parsed as markup); ``tone`` is "", "warn" or "bad"."""
        self._content = content
        self.set_class(tone == "warn", "-warn")
        self.set_class(tone == "bad", "-bad")
        self.display = True
        self.refresh(layout=True)

    def problem(
        self, problem: Problem, retry: str = "{app.refresh} tries again · {app.requests} shows the request"
    ) -> None:
        """Show what was tried, what came back and what to do."""
        parts: list[Content | tuple[str, str]] = [
            (f"{clean(problem.title)}: ", "bold"),
            Content(clean(problem.message)),
        ]
        if problem.hint:
            parts.append(Content(f"  {clean(problem.hint)}"))
        if retry:
            parts.append((f"  {Notice.worded(retry)}", "dim"))
        self.tell(Content.assemble(*parts), "bad")

    def tell_warning(self, text: str) -> None:
        """Show a sentence that is no error."""
        self.tell(Content(clean(text)), "warn")

    def clear(self) -> None:
        if self.display:
            self.display = False


class Pane(Vertical):
    """A frame with a title in its border, a notice, and a body that the subclass composes in ``body``."""

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own name for it
        super().__init__(id=id, classes="pane")
        self.notice = Notice()

    def compose(self) -> ComposeResult:
        yield self.notice
        yield from self.body()

    def body(self) -> ComposeResult:
        """The widgets of the pane."""
        yield from ()

    def keys_target(self) -> Widget | None:
        """The widget of this pane that takes the keys."""
        return next((child for child in self.query("*") if child.focusable), None)

    def set_title(self, *parts: str) -> None:
        """Title and counts, parted by dots; the first is the title. Texts from outside must be clean already."""
        shown = [part for part in parts if part]
        content = Content.assemble((f" {shown[0]} ", "bold"), "".join(f"· {part} " for part in shown[1:]))
        if content != getattr(self, "_title_shown", None):
            self._title_shown = content
            self.border_title = content

    def set_subtitle(self, text: str) -> None:
        """What stands in the lower border."""
        if text != getattr(self, "_subtitle_shown", None):
            self._subtitle_shown = text
            self.border_subtitle = Content(f" {text} ") if text else None


# A person's note, rendered as Markdown, that stands where otherwise a list does.


NOTE_SHOWN = 100_000  # characters of a note that are laid out


class NoteText(VerticalScroll):
    """Scrolls a note; not on the screen before it is asked for."""

    def __init__(self) -> None:
        super().__init__(classes="note")
        self.display = False
        self._text: Markdown | None = None
        self._shown = ""

    def show(self, note: str) -> None:
        """Show another note; the same one stays as it is, scrolled to where it was."""
        if note == self._shown and self._text is not None:
            return
        self._shown = note
        text = clean_block(note[:NOTE_SHOWN])
        if self._text is None:
            from textual.widgets import Markdown

            self._text = Markdown(text, open_links=False)
            self.mount(self._text)
        else:
            self._text.update(text)


def stand_in(shown: Widget, hidden: Widget) -> None:
    """Put one widget where the other was, with the keys if that had them."""
    had_focus = hidden.has_focus
    shown.display = True
    hidden.display = False
    if had_focus:
        shown.focus()


# A line of tabs, each with its count: ``[Params 14]  Metrics 9  Tags 6``.


@dataclass(frozen=True)
class Tab:
    """One tab: an id, its title, and how many things are in it (None where counting means nothing)."""

    id: str
    title: str
    count: int | None = None

    @property
    def label(self) -> str:
        return self.title if self.count is None else f"{self.title} {self.count}"


class TabLine(Widget):
    """The tabs of a pane; the current one stands in brackets, so that it shows without colour."""

    @dataclass
    class Pressed(Message):
        """A tab was clicked."""

        id: str

    def __init__(self) -> None:
        super().__init__(classes="tab-line")
        self._tabs: tuple[Tab, ...] = ()
        self._current = ""

    def show(self, tabs: Sequence[Tab], current: str) -> None:
        if (tuple(tabs), current) != (self._tabs, self._current):
            self._tabs, self._current = tuple(tabs), current
            self.refresh()

    def _parts(self) -> list[tuple[str, str, str]]:
        parts = []
        for tab in self._tabs:
            here = tab.id == self._current
            empty = tab.count == 0
            style = "bold $accent" if here else ("$muted" if empty else "")
            parts.append((tab.id, f"[{tab.label}]" if here else f" {tab.label} ", style))
        return self._in_sight(parts)

    def _in_sight(self, parts: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """As many tabs as fit, the current one among them; a mark stands for those to the left, and to the right."""
        room = self.size.width
        if not room or sum(width(text) for _, text, _ in parts) <= room:
            return parts
        here = next((at for at, (tab, _, _) in enumerate(parts) if tab == self._current), 0)
        first, last = here, here
        while True:
            marks = (first > 0) + (last < len(parts) - 1)
            cells = sum(width(text) for _, text, _ in parts[first : last + 1])
            after = width(parts[last + 1][1]) if last + 1 < len(parts) else room
            before = width(parts[first - 1][1]) if first else room
            if cells + after + marks <= room:
                last += 1
            elif cells + before + marks <= room:
                first -= 1
            else:
                break
        left = [(parts[first - 1][0], "‹", "$accent")] if first else []
        right = [(parts[last + 1][0], "›", "$accent")] if last + 1 < len(parts) else []
        return [*left, *parts[first : last + 1], *right]

    def render(self) -> Content:
        parts = self._parts()
        cells = sum(width(text) for _, text, _ in parts)
        gap = " " if cells + len(parts) <= self.size.width else ""
        return Content.assemble(*((text + gap, style) for _, text, style in parts))

    def on_click(self, event: Click) -> None:
        parts = self._parts()
        cells = sum(width(text) for _, text, _ in parts)
        gap = 1 if cells + len(parts) <= self.size.width else 0
        start = 0
        for tab, text, _ in parts:
            start += width(text) + gap
            if event.x < start:
                self.post_message(self.Pressed(tab))
                return


# A tab of a run that is a widget of its own, with its own keys: what a pane of tabs asks of it.


class TabPart(Widget):
    """Shown in place of a pane's grid while its tab is the current one."""

    narrows = False  # whether the pane's filter narrows it

    @property
    def shown_count(self) -> int:
        """How many rows are shown."""
        return 0

    def narrow(self, query: str) -> None:
        """Show only what ``query`` leaves."""

    def show_run(self, detail: RunDetail) -> None:
        """The pane shows this run now; the same one again where it was read anew."""

    def read_again(self) -> None:
        """Refresh what is shown."""

    def retick(self) -> None:
        """Say anew how long ago things were."""

    def keys_target(self) -> Widget | None:
        """The widget of it that takes the keys."""
        return next((child for child in self.query("*") if child.focusable), None)

    def step_back(self) -> bool:
        """Go back one step inside it; False when there is none."""
        return False

    def value_here(self) -> tuple[str, str] | None:
        """What ``y`` copies: what it is called, and its text."""
        return None

    def copies_here(self) -> list[tuple[str, str]]:
        """What ``Y`` offers besides what the run itself does."""
        here = self.value_here()
        return [here] if here else []
