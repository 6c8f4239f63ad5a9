"""Two versions of prompts held against each other, word by word."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.diff.text_change import LEAST_BESIDE
from tui.domain.models.values import ModelVersion
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import PromptDifference, difference, template_of
from tui.domain.text import named
from tui.resources import style_sheets
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.ui.routes import PromptDiffRoute
from tui.widgets.pane import Pane
from tui.widgets.preview.text_view import TextView


class PromptDiffPane(Pane):
    """The difference, in one text or beside each other."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("prompt_diff")]

    def __init__(self) -> None:
        super().__init__(id="prompt-diff")
        self.view = TextView()
        self.side_by_side = False
        self.shown: PromptDifference | None = None
        self._pair: tuple[ModelVersion, ModelVersion] | None = None
        self._cells = 0

    def body(self) -> ComposeResult:
        yield self.view

    def keys_target(self) -> Widget | None:
        return self.view

    def put(self, before: ModelVersion, after: ModelVersion) -> None:
        """Show these two."""
        self._pair = before, after
        self.draw()

    def draw(self) -> None:
        """Draw the difference as wide as there is room."""
        if self._pair is None:
            return
        before, after = self._pair
        self._cells = max(20, self.view.size.width - 1)
        beside = self.side_by_side and self._cells >= LEAST_BESIDE
        self.shown = difference(template_of(before), template_of(after), self._cells, side_by_side=beside)
        self.view.show(self.shown.body, same_place=True)
        number = len(self.shown.starts)
        other = f"{named(after.name)} " if after.name != before.name else ""
        said = f"{number} change{'' if number == 1 else 's'}" if number else "nothing differs"
        self.set_title(f"{named(before.name)} v{before.version} against {other}v{after.version}", said)
        narrow = f"side by side takes {LEAST_BESIDE} columns" if self.side_by_side and not beside else ""
        self.set_subtitle(" · ".join(note for note in (*self.shown.notes, narrow) if note))

    def on_resize(self, _event: Resize) -> None:
        self.call_after_refresh(self._fold_again)

    def _fold_again(self) -> None:
        if self.view.size.width and self.view.size.width - 1 != self._cells:
            self.draw()

    # keys

    def action_beside(self) -> None:
        self.side_by_side = not self.side_by_side
        self.draw()

    def action_next(self) -> None:
        self._go(1)

    def action_previous(self) -> None:
        self._go(-1)

    def _go(self, by: int) -> None:
        starts = self.shown.starts if self.shown is not None else ()
        top = self.view.scroll_offset.y
        beyond = [at for at in starts[::by] if (at - top) * by > 0]
        if beyond:
            self.view.scroll_to(y=beyond[0], animate=False, force=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.shown is not None

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "The versions have not been read" if self.shown is None else ""


class PromptDiffScreen(Page, Asking):
    """Reads both versions and shows what differs."""

    CSS_PATH = style_sheets("artifacts.tcss", "prompts.tcss")

    def __init__(self, session: Session, route: PromptDiffRoute) -> None:
        super().__init__(session)
        self.route = route
        self.pane = PromptDiffPane()

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        super().on_mount()
        route = self.route
        other = f"{named(route.other_name)} " if route.other_name != route.name else ""
        self.set_crumbs("prompts", named(route.name), f"v{route.baseline} against {other}v{route.other}")
        self.pane.set_title("Reading both versions …")
        self.focus_pane(self.pane)
        self.read_again()

    def read_again(self) -> None:
        self.set_freshness(self.freshness.loading())
        prompts, route = self.session.prompts, self.route
        wanted = [(route.name, route.baseline), (route.other_name, route.other)]

        def work() -> tuple[ModelVersion, ModelVersion]:
            found = prompts.get_versions(wanted)
            for name, version in wanted:
                if (name, version) not in found:
                    said = f"There is no version {version} of {name}."
                    raise Problem(Kind.NOT_FOUND, "Could not compare the versions", said)
            return found[wanted[0]], found[wanted[1]]

        self.ask(self.session.pool, "diff", work, self._got, self._refused)

    def _got(self, pair: tuple[ModelVersion, ModelVersion]) -> None:
        self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self.pane.notice.clear()
        self.pane.put(*pair)
        self.refresh_bindings()

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.pane.notice.problem(problem)

    def value_here(self) -> tuple[str, str] | None:
        shown = self.pane.shown
        return ("difference", "\n".join(shown.body.lines)) if shown is not None else None
