"""From the runs table to curves: a metric of the marked runs, or of the one under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from tui.domain.natural import natural
from tui.ui.deck import Deck
from tui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.domain.runs.table import RunsTable
    from tui.domain.values import RunReference

_METRIC = "metrics."


class RunsCurves(Widget):
    """The part of the runs pane that opens charts."""

    grid: Grid
    view: RunsTable | None

    def action_curves(self) -> None:
        """Draw the metric of this column, or one chosen from those that are loaded."""
        deck, view, here = cast(Deck, self.app), self.view, self.grid.cursor_key
        if view is None or here is None:
            deck.say("There is no run here to draw curves of")
            return
        column = self.grid.cursor_column or ""
        names = sorted(view.snapshot.names().metrics, key=natural)
        if not names:
            deck.say("None of the runs that are loaded has a metric")
        elif column.startswith(_METRIC) and column[len(_METRIC) :] in names:
            self._draw(column[len(_METRIC) :])
        elif len(names) == 1:
            self._draw(names[0])
        else:
            self._choose(names)

    def _choose(self, names: list[str]) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._draw(choice.id)

        choices = [Choice(name, name, "") for name in names]
        title = f"Curves of {len(self.grid.marks) or 1} run{'s' if len(self.grid.marks) > 1 else ''}"
        glyphs = cast(Deck, self.app).glyphs
        self.app.push_screen(ChoiceModal(title, choices, glyphs, hint="enter draw   esc leave"), chosen)

    def _draw(self, key: str) -> None:
        from tui.ui.routes import CurvesRoute

        view, here = self.view, self.grid.cursor_key
        run_ids = self.grid.marks or ((here,) if here is not None else ())
        if view is not None and run_ids:
            known = tuple(found for run_id in run_ids if (found := _reference(view, run_id)) is not None)
            cast(Deck, self.app).go(CurvesRoute(run_ids, (key,), known))


def _reference(view: RunsTable, run_id: str) -> RunReference | None:
    from tui.domain.filter.names import Field
    from tui.domain.values import RunReference

    row = view.snapshot.row_of(run_id)
    if row is None:
        return None
    status, lifecycle = (
        view.snapshot.texts(Field("attribute", name)).at(row) or "" for name in ("status", "lifecycle")
    )
    return RunReference(run_id, view.snapshot.run_name(row), status, lifecycle or "active")
