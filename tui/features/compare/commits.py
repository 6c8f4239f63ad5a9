"""``git diff`` of the commits that two columns of a comparison were made at, where the repository is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.domain.problem import Problem
from tui.services.commits import diff
from tui.ui.asking import Asking
from tui.ui.page import Page

if TYPE_CHECKING:
    from tui.features.compare.rows import CompareRowsPane


class CommitsPage(Page, Asking):
    """A page with a comparison whose commits can be looked at."""

    def on_compare_rows_pane_commits_wanted(self, event: CompareRowsPane.CommitsWanted) -> None:
        event.stop()
        folder, old, new = self.deck.folder, event.old, event.new

        def shown(text: str) -> None:
            from tui.ui.dialogs.whole_text import WholeTextModal

            what = f"git diff {old[:10]} {new[:10]}"
            self.app.push_screen(WholeTextModal(what, text or "Nothing lies between these commits."))

        def refused(problem: Problem) -> None:
            self.deck.say(str(problem))

        self.ask(self.session.pool, "commits", lambda: diff(folder, old, new), shown, refused)
