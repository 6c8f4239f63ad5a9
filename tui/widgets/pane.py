"""A framed part of a screen with a title, counts and a notice; and a note in Markdown that stands in a list's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from tui.app.actions import with_keys
from tui.domain.problem import Problem
from tui.domain.text import clean, clean_block

if TYPE_CHECKING:
    from textual.widgets import Markdown


class Notice(Widget):
    """A few lines under a pane's title that stay until what they tell is over."""

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
            parts.append((f"  {with_keys(retry)}", "dim"))
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
