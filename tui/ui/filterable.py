"""What has a filter bar: it opens, stays, hides and goes in the same way everywhere."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.app.actions import with_keys
from tui.widgets.pane import Pane

if TYPE_CHECKING:
    from tui.widgets.inputs import Complete, FilterBar


class Filtered(Widget):
    """Subclasses say what an edit means (``filter_edited``) and what it means to take the filter away."""

    filter_hint = ""
    nothing_to_ask = ""  # what is said where the server has nothing more to be asked for
    bar: FilterBar | None = None

    @abstractmethod
    def keys_target(self) -> Widget | None:
        """What has the keys while the bar is closed."""

    def filter_text(self) -> str:
        """The text that the bar opens with."""
        return ""

    def filter_edited(self, text: str) -> None:
        """The text has become this."""

    def filter_dropped(self) -> bool:
        """The filter is to go; False if there was none."""
        return False

    def filter_asked(self, text: str) -> None:
        """The text is to be sent to the server."""
        self.say_in_bar(with_keys(self.nothing_to_ask))

    def filter_closed(self) -> None:
        """The bar has been hidden or taken away."""

    def filter_completion(self) -> Complete | None:
        """What completes the text on ``tab``."""
        return None

    @property
    def bar_open(self) -> bool:
        return self.bar is not None and self.bar.display

    async def open_bar(self) -> None:
        """Show the bar and give it the keys; it has them when this returns."""
        from tui.widgets.inputs import FilterBar

        if self.bar is None:
            self.bar = FilterBar(
                self.filter_text(), placeholder=with_keys(self.filter_hint), complete=self.filter_completion()
            )
            await self.mount(self.bar)
        self.bar.display = True
        self.screen.set_focus(self.bar.input)

    def say_in_bar(self, text: str, tone: str = "") -> None:
        if self.bar is not None:
            self.bar.note(text, tone)

    def close_bar(self, *, keep: bool) -> None:
        """Hide the bar, or take it away with its text; the keys go back to the list."""
        bar = self.bar
        if bar is None:
            return
        if bar.input.has_focus:
            self.screen.set_focus(self.keys_target())
        if keep:
            bar.display = False
        else:
            self.bar = None
            bar.remove()
        self.filter_closed()

    def drop_filter(self) -> bool:
        """Take the filter and its bar away; False if there was neither."""
        had_bar = self.bar is not None
        self.close_bar(keep=False)
        return self.filter_dropped() or had_bar

    def on_filter_bar_edited(self, event: FilterBar.Edited) -> None:
        event.stop()
        self.filter_edited(event.text)

    def on_filter_bar_kept(self, event: FilterBar.Kept) -> None:
        event.stop()
        self.close_bar(keep=bool(event.text.strip()))

    def on_filter_bar_asked(self, event: FilterBar.Asked) -> None:
        event.stop()
        self.filter_asked(event.text)

    def on_filter_bar_dropped(self, event: FilterBar.Dropped) -> None:
        event.stop()
        self.drop_filter()


class FilterablePane(Pane, Filtered):
    """A pane with a filter bar."""

    @abstractmethod
    def keys_target(self) -> Widget | None:
        """What has the keys while the bar is closed."""


class SiftedPane(FilterablePane):
    """A pane whose rows are sifted at each key by the words in ``query_text``."""

    query_text = ""

    def fill(self) -> None:
        """Show the rows that the words leave; what shows rows says how."""

    def filter_text(self) -> str:
        return self.query_text

    def filter_edited(self, text: str) -> None:
        self.query_text = text.strip()
        self.fill()

    def filter_dropped(self) -> bool:
        had, self.query_text = bool(self.query_text), ""
        if had:
            self.fill()
        return had
