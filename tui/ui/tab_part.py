"""A tab of a run that is a widget of its own, with its own keys: what a pane of tabs asks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from tui.domain.values import RunDetail


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
