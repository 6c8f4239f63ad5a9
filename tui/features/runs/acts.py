"""From the runs table onward: to comparisons, curves and params; and how runs are renamed, tagged, noted, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from tui.app.actions import key_of
from tui.domain.experiments import Lifecycle
from tui.domain.quantities import count, counted
from tui.domain.series.history import MOST_RUNS
from tui.domain.text import natural
from tui.services.pool import PREFETCH
from tui.ui.asking import Writer

if TYPE_CHECKING:
    from tui.domain.runs.table import RunsTable
    from tui.domain.values import RunReference
    from tui.features.runs.pane import RunsPane
    from tui.ui.dialogs.choices import ChoiceModal


MOST_COMPARED = 500
MOST_HELD = 5000  # runs against a metric: ranked and drawn, not set side by side
MOST_ASKED = 4  # runs that are read for where their metrics end
MOST_POINTS = 1000  # of a metric that are read to be counted, where nobody counts them
_METRIC = "metrics."


@dataclass
class CompareWanted(Message):
    """Runs are to be compared, in that order; ``said`` is to be said about it. None where they are too few.

    ``view``, ``metric`` and ``scope`` are those of a ``CompareRoute``.
    """

    run_ids: tuple[str, ...]
    said: str
    view: str = ""
    metric: str = ""
    scope: str = ""
    group_by: tuple[str, ...] = ()


class Onward:
    """Takes the marked runs, the one under the cursor, or all that are shown, to another page."""

    def __init__(self, pane: RunsPane) -> None:
        self._pane = pane

    def compare(self) -> None:
        """Compare what is marked; one marked run with the one under the cursor; none: that one with its neighbour.

        Where runs stand in groups and none is marked, the groups are compared.
        """
        groups = self._pane.groups
        if groups is not None and not self._pane.grid.marks and self._pane.run_here() is None:
            run_ids = tuple(run_id for group in groups.groups for run_id in groups.run_ids(group.key))
            by = self._pane.arrangement.texts("group_by")
            said = f"the first {MOST_COMPARED} of {count(len(run_ids))} runs are compared"
            too_many = len(run_ids) > MOST_COMPARED
            wanted = CompareWanted(run_ids[:MOST_COMPARED], said if too_many else "", "compare-groups", group_by=by)
            self._pane.post_message(wanted)
            return
        run_ids = self._runs_to_compare()
        if len(run_ids) < 2:
            self._pane.post_message(CompareWanted((), "There is only one run here: nothing to compare it with"))
            return
        said = ""
        if len(run_ids) > MOST_COMPARED:
            said = f"{count(len(run_ids))} runs are marked: the first {MOST_COMPARED} are compared"
        sorted_by = [key.removeprefix(_METRIC) for key, _ in self._pane.arrangement.sort if key.startswith(_METRIC)]
        metric = next(iter(sorted_by), "")
        self._pane.post_message(CompareWanted(run_ids[:MOST_COMPARED], said, metric=metric))

    def _runs_to_compare(self) -> tuple[str, ...]:
        marks, here, table = self._pane.grid.marks, self._pane.run_here(), self._pane.grid.table
        if len(marks) > 1 or here is None or table is None:
            return tuple(marks)
        if marks and here not in marks:
            return (*marks, here)
        row = table.row_of(marks[0] if marks else here)
        if row is None or table.row_count < 2:
            return (here,)
        return table.row_key(row), table.row_key(row + 1 if row + 1 < table.row_count else row - 1)

    def matter(self) -> None:
        """Which params matter for a metric, over every run that the filter leaves."""
        self._hold_against("compare-params")

    def plots(self) -> None:
        """Params drawn against a metric, over every run that the filter leaves."""
        self._hold_against("compare-plots")

    def _hold_against(self, view: str) -> None:
        table = self._pane.view
        run_ids = table.matching_ids() if table is not None else ()
        if table is None or len(run_ids) < 2:
            self._pane.post_message(CompareWanted((), "There are too few runs here to hold params against a metric"))
            return
        column = self._pane.grid.cursor_column or ""
        metric = column.removeprefix(_METRIC) if column.startswith(_METRIC) else ""
        scope = scope_of(len(run_ids), table.counts.loaded, complete=self._pane.loader.complete)
        self._pane.post_message(CompareWanted(run_ids[:MOST_HELD], scope, view, metric, scope))

    def curves(self) -> None:
        """Draw the metric of this column, or one chosen from those that are loaded."""
        from tui.domain.runs.table import sought_first

        deck, view, here = self._pane.deck, self._pane.view, self._pane.grid.cursor_key
        if view is None or here is None:
            deck.say("There is no run here to draw curves of")
            return
        column = self._pane.grid.cursor_column or ""
        if self._pane.groups is not None:
            from tui.domain.runs.view import column_of

            column = column_of(column)
        metrics = view.snapshot.names().metrics if self._pane.groups is not None else self._metrics_of_chosen(view)
        names = sought_first(metrics)
        if not names:
            deck.say("None of these runs has a metric")
        elif column.startswith(_METRIC) and column[len(_METRIC) :] in names:
            self._draw(column[len(_METRIC) :])
        elif len(names) == 1:
            self._draw(names[0])
        else:
            self._choose(names)

    def all_curves(self) -> None:
        """Draw every metric that one of these runs has, those of the machine after the others."""
        from tui.domain.runs.run_facts import SYSTEM  # not on the way to the first rows

        deck, view, here = self._pane.deck, self._pane.view, self._pane.grid.cursor_key
        run_ids = self._pane.chosen()
        if view is None or here is None or not run_ids:
            deck.say("There is no run here to draw curves of")
            return
        names = self._metrics_of_chosen(view)
        if not names:
            deck.say("None of these runs has a metric")
            return
        self._draw(*sorted(names, key=lambda name: (name.startswith(SYSTEM), natural(name))))

    def _metrics_of_chosen(self, view: RunsTable) -> set[str]:
        """The metrics that the run here has, or those that are marked."""
        values = (view.snapshot.values_of(run_id) for run_id in self._pane.chosen())
        return {name for found in values if found is not None for name in found.metrics}

    def images(self) -> None:
        """Look at the images of the run here, or of the two that are marked."""
        from tui.ui.routes import ImagesRoute

        deck, view, here = self._pane.deck, self._pane.view, self._pane.grid.cursor_key
        run_ids = self._pane.chosen()
        if view is None or here is None or not run_ids:
            deck.say("There is no run here to look at images of")
            return
        if len(run_ids) > 2:
            deck.say(f"The images of the first two of {count(len(run_ids))} runs are shown")
        known = tuple(found for run_id in run_ids[:2] if (found := reference(view, run_id)) is not None)
        deck.go(ImagesRoute(tuple(run_ids[:2]), known))

    def _choose(self, names: list[str]) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._draw(choice.id)

        # What one has sorted by is what one looks at.
        sorted_by = [key.removeprefix(_METRIC) for key, _ in self._pane.arrangement.sort]
        names.sort(key=lambda name: sorted_by.index(name) if name in sorted_by else len(sorted_by))
        choices = [Choice(name, name, "sorted by" if name in sorted_by else "") for name in names]
        title = f"Curves of {counted(len(self._pane.chosen()), 'run')}"
        glyphs = self._pane.deck.glyphs
        modal = ChoiceModal(title, choices, glyphs, hint="enter draw   esc leave")
        self._pane.app.push_screen(modal, chosen)
        self._count(modal, names)

    def _count(self, modal: ChoiceModal, names: Sequence[str]) -> None:
        """Tell how many points each metric has, and where nobody counts them at which step its last one is."""
        session, run_ids = self._pane.session, self._pane.chosen()

        def look() -> tuple[dict[str, str], bool]:
            if counts := session.history.count_points(run_ids):
                return {key: counted(counts.get(key, 0), "point") for key in names}, True
            last: dict[str, int] = {}
            for run_id in run_ids[:MOST_ASKED]:
                for metric in session.tracking.get_run(run_id).metrics:
                    last[metric.key] = max(metric.step, last.get(metric.key, metric.step))
            said = {key: f"last at step {count(step) if isinstance(step, int) else step}" for key, step in last.items()}
            return said, False

        def got(answer: tuple[dict[str, str], bool]) -> None:
            said, is_counted = answer
            modal.tell(said)
            if not is_counted:
                self._count_seen(modal, run_ids)

        self._pane.ask(session.pool, "points", look, got, lambda _problem: None)

    def _count_seen(self, modal: ChoiceModal, run_ids: Sequence[str]) -> None:
        """Count the points of the metrics in view by reading some of each, one metric after the other."""
        history, pane = self._pane.session.history, self._pane
        asked: set[str] = set()

        def look_on() -> None:
            key = next((key for key in modal.in_view() if key not in asked), None)
            if key is None or pane.is_asking("points"):
                return
            asked.add(key)

            def look() -> str:
                found = history.sampled(run_ids, key, points=MOST_POINTS).values()
                known = all(one.total is not None for one in found) and len(run_ids) <= MOST_RUNS
                many = sum(len(one) if one.total is None else one.total for one in found)
                return f"{counted(many, 'point')}{'' if known else ' or more'}"

            def got(said: str) -> None:
                modal.tell({key: said})
                look_on()

            pane.ask(pane.session.pool, "points", look, got, lambda _problem: None, urgency=PREFETCH)

        modal.when_seen = look_on
        look_on()

    def _draw(self, *keys: str) -> None:
        from tui.ui.routes import CurvesRoute

        view, groups, run_ids = self._pane.view, self._pane.groups, self._pane.chosen()
        if groups is not None and not self._pane.grid.marks and self._pane.run_here() is None:
            bands = tuple((group.title, groups.run_ids(group.key)) for group in groups.groups)
            every = tuple(run_id for _, of_group in bands for run_id in of_group)
            self._pane.deck.go(CurvesRoute(every, keys, groups=bands))
        elif view is not None and run_ids:
            known = tuple(found for run_id in run_ids if (found := reference(view, run_id)) is not None)
            self._pane.deck.go(CurvesRoute(run_ids, keys, known))


def scope_of(matching: int, loaded: int, *, complete: bool) -> str:
    """Which runs are held against a metric, and which are left out."""
    words = []
    if matching > MOST_HELD:
        words.append(f"the first {count(MOST_HELD)} of {count(matching)} runs, as sorted")
    elif matching < loaded:
        words.append(f"the {count(matching)} that match, of {count(loaded)} runs")
    if not complete:
        words.append(f"only the {count(loaded)} loaded: {key_of('runs.load_all')} in the runs loads all")
    return ", ".join(words)


def reference(view: RunsTable, run_id: str) -> RunReference | None:
    from tui.domain.filter.names import Field
    from tui.domain.values import RunReference

    row = view.snapshot.row_of(run_id)
    if row is None:
        return None
    status, lifecycle = (
        view.snapshot.texts(Field("attribute", name)).at(row) or "" for name in ("status", "lifecycle")
    )
    return RunReference(run_id, view.snapshot.run_name(row), status, lifecycle or "active")


# How the runs under the cursor or marked are renamed, tagged, noted, deleted and restored.


class RunsWriting:
    """What the keys of the runs table that write do. What is marked counts, else what is under the cursor."""

    def __init__(self, pane: RunsPane) -> None:
        self._pane = pane
        self.writer = Writer(pane, pane.session)

    def _name_of(self, run_id: str) -> str:
        row = self._pane.view.snapshot.row_of(run_id) if self._pane.view is not None else None
        return self._pane.view.snapshot.run_name(row) if self._pane.view is not None and row is not None else ""

    @property
    def restores(self) -> bool:
        """Whether what is shown here under the cursor is deleted, so that the key for deleting restores."""
        if self._pane.asked.view is not Lifecycle.ALL:
            return self._pane.asked.view is Lifecycle.DELETED
        return self.lifecycle_here() == "deleted"

    def lifecycle_here(self) -> str:
        """The lifecycle of the run under the cursor, as it was read; "" where none is."""
        from tui.domain.filter.names import Field  # loaded by now, as there is a view

        here = self._pane.run_here()
        row = self._pane.view.snapshot.row_of(here) if self._pane.view is not None and here is not None else None
        if self._pane.view is None or row is None:
            return ""
        return self._pane.view.snapshot.texts(Field("attribute", "lifecycle")).at(row) or ""

    def rename(self) -> None:
        from tui.domain.writes.changes import Thing

        here = self._pane.run_here()
        if self.writer.may_write() and here is not None:
            run = self._pane.session.housekeeping.run
            self.writer.rename(Thing.RUN, self._name_of(here) or here, lambda: run(here))

    def note(self) -> None:
        from tui.domain.writes.changes import Thing

        here = self._pane.run_here()
        if self.writer.may_write() and here is not None:
            run = self._pane.session.housekeeping.run
            self.writer.edit_note(Thing.RUN, self._name_of(here) or here, lambda: run(here))

    def tags(self) -> None:
        from tui.domain.text import named

        chosen, ids, housekeeping = self._pane.chosen(), self._experiment_ids, self._pane.session.housekeeping
        if self.writer.may_write() and chosen:
            one = named(self._name_of(chosen[0])) or chosen[0]
            title = f"Tags of run {one}" if len(chosen) == 1 else f"Tags of {len(chosen)} runs"
            self.writer.edit_tags(title, lambda: housekeeping.runs(chosen, ids))

    def delete(self) -> None:
        """Delete, or restore where what is here is deleted."""
        from tui.domain.writes import changes

        chosen, ids, housekeeping = self._pane.chosen(), self._experiment_ids, self._pane.session.housekeeping
        if not (self.writer.may_write() and chosen):
            return
        if self.restores:
            self.writer.confirm("Restore runs", lambda: changes.restoration(housekeeping.runs(chosen, ids)))
        else:
            self.writer.confirm("Delete runs", lambda: housekeeping.deletion_of_runs(chosen, ids))

    @property
    def _experiment_ids(self) -> tuple[str, ...]:
        return tuple(experiment.id for experiment in self._pane.experiments)
