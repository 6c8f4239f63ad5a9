"""The experiments of the open context: a tree by the ``/`` in their names, or a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain import quantities
from tui.domain.experiments.rows import FOLDER, ExperimentRows, ExperimentsSpec, experiment_rows
from tui.domain.experiments.views import Experiment, View
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.domain.truth import Truth
from tui.features.experiments.folding import ExperimentsFolding, tree_path
from tui.features.experiments.loader import ExperimentsLoader
from tui.features.experiments.memory import ExperimentsView, memory_name
from tui.features.experiments.writing import ExperimentsWriting
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.filterable import SiftedPane
from tui.ui.writing import NOTHING_TO_UNDO
from tui.widgets.grid import Grid, messages

REST_SECONDS = 0.12  # how long the cursor rests on an experiment before its runs are read


class ExperimentsPane(SiftedPane, ExperimentsFolding, ExperimentsWriting, Asking):
    """Shows every experiment, and tells which one the cursor has come to rest on."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("experiments")]
    filter_hint = "words in the name"
    nothing_to_ask = "Every experiment is here already."

    @dataclass
    class Settled(Message):
        """The cursor has rested on an experiment."""

        experiments: tuple[Experiment, ...]

    @dataclass
    class Wanted(Message):
        """These experiments' runs are asked for: the one under the cursor, or those marked."""

        experiments: tuple[Experiment, ...]

    @dataclass
    class TruthChanged(Message):
        """How true the list is has changed; with the problem, if there is one."""

        problem: Problem | None

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="experiments")
        self._session = session
        self._glyphs = glyphs
        self.grid = Grid(glyphs=glyphs)
        self.loader = ExperimentsLoader(self, session, self._loaded, self._refused)
        self.arrangement = ExperimentsView()
        self.rows: ExperimentRows | None = None
        self._read_failed = False
        self._rest: Timer | None = None
        self._follow = True
        self._point_at: str | None = None  # where the cursor goes as soon as that is here

    @property
    def truth(self) -> Truth:
        return self.loader.truth

    @property
    def under(self) -> str | None:
        return self.loader.under

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    # reading

    def start(self, *, follow: bool) -> None:
        """Show what was last seen, and read; ``follow`` lets the cursor choose the runs from the first."""
        self._follow = follow
        self.arrangement = ExperimentsView.from_json(self._session.views.get(memory_name(self._session.memory_key)))
        self._point_at = self.arrangement.last
        self.loader.recall()
        self.grid.placeholder = "Reading experiments …"
        self.fill()
        self.read_again()

    def read_again(self) -> None:
        """Read every experiment anew; what is shown stays until the first page has come."""
        self.loader.read()
        self.grid.set_class(bool(self.loader.experiments), "stale")
        self.post_message(self.TruthChanged(None))

    def _loaded(self) -> None:
        if self._follow and self._point_at is None and not self.grid.row_count:
            # Nothing was remembered: begin where something happened last, not on a folder.
            self._point_at = next(iter(self.loader.experiments), None)
        if self._read_failed:
            self.notice.clear()  # what else it tells, of a place that could not be found, is still so
            self._read_failed = False
        self.grid.set_class(False, "stale")
        self.fill()
        self.post_message(self.TruthChanged(None))

    def _refused(self, problem: Problem) -> None:
        self._read_failed = True
        self.grid.set_class(False, "stale")
        self.grid.placeholder = "" if self.loader.experiments else "No experiments could be read."
        self.notice.problem(problem)
        self.fill()
        self.post_message(self.TruthChanged(problem))

    # showing

    def fill(self) -> None:
        spec = ExperimentsSpec(
            query=self.query_text,
            as_tree=self.arrangement.as_tree,
            by_name=self.arrangement.by_name,
            folded=self.arrangement.folded,
            now_ms=self._session.clock.now_ms(),
            zone=self._session.clock.zone if self.deck_times_absolute else None,
            width=max(20, self.size.width - 4),
            with_lifecycle=self.loader.view is View.ALL,
        )
        self.rows = experiment_rows(list(self.loader.experiments.values()), self.loader.counts, spec, self._glyphs)
        self._say_empty()
        self.grid.table = self.rows.table
        if self._point_at is not None and self.loader.experiments:
            wanted, self._point_at = self._point_at, None
            self._reveal(wanted)
        count = quantities.count(len(self.loader.experiments))
        parts = [count if self.loader.complete else f"{count} of ? loaded" if self.loader.experiments else ""]
        if self.query_text:
            parts.append(f"{quantities.count(self.rows.matching)} match")
        if self.loader.view is not View.ACTIVE:
            parts.append(self.loader.view.value)
        if self.grid.marks:
            parts.append(f"{quantities.count(len(self.marked()))} marked")
        self.set_title("Experiments", *parts)
        notes = [f"under {clean(self.under)}" if self.under else ""]
        if self.loader.view is View.DELETED and self.loader.experiments and not self._session.read_only:
            notes.append("X restores")
        self.set_subtitle(" · ".join(note for note in notes if note))

    @property
    def deck_times_absolute(self) -> bool:
        return bool(getattr(self.app, "absolute_times", False))

    def _say_empty(self) -> None:
        if self.loader.experiments and self.query_text:
            self.grid.placeholder = f"No experiment matches  {clean(self.query_text)}\nesc clears the filter"
        elif self.loader.complete:
            kind = "" if self.loader.view is View.ALL else f"{self.loader.view.value} "
            where = f" under {clean(self.under)}" if self.under else ""
            elsewhere = f"\n. goes on to {clean(self.loader.following)}" if self.loader.following else ""
            self.grid.placeholder = f"There are no {kind}experiments{where}.\ni shows active, deleted or all{elsewhere}"

    def _reveal(self, experiment_id: str) -> None:
        experiment = self.loader.experiments.get(experiment_id)
        if experiment is None or self.rows is None:
            return
        if self.rows.table.row_of(experiment_id) is None:
            steps = [step for step in experiment.name.split("/") if step]
            above = {"/".join(steps[:depth]) for depth in range(1, len(steps) + 1)}
            self.arrangement = replace(self.arrangement, folded=self.arrangement.folded - above)
            self.fill()
        self.grid.move_to(experiment_id)

    def on_resize(self) -> None:
        if self.loader.experiments:
            self.fill()

    def retick(self) -> None:
        """Write ages anew."""
        if self.loader.experiments:
            self.fill()

    # the cursor

    def experiment_here(self) -> Experiment | None:
        """The experiment under the cursor; None on a folder."""
        return self.loader.experiments.get(self.grid.cursor_key or "")

    @on(Grid.CursorMoved)
    def _cursor_moved(self, event: messages.CursorMoved) -> None:
        event.stop()
        self._rest_no_more()
        if self._follow and self.experiment_here() is not None:
            self._rest = self.set_timer(REST_SECONDS, self.settle)

    def _rest_no_more(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None

    def settle(self) -> None:
        """Take the experiment under the cursor as the one whose runs are to be shown."""
        self._rest = None
        self._follow = True
        here = self.experiment_here()
        if here is not None:
            self.post_message(self.Settled((here,)))
            self.remember_view()

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        self._rest_no_more()  # what was asked for is not to be replaced by what the cursor happens to rest on
        self.notice.clear()
        marked = self.marked()
        here = self.experiment_here()
        if marked:
            self.post_message(self.Wanted(marked))
        elif here is not None:
            self._follow = True
            self.post_message(self.Wanted((here,)))
            self.remember_view()
        else:
            self.action_fold()

    @on(Grid.MarksChanged)
    def _marks_changed(self, event: messages.MarksChanged) -> None:
        event.stop()
        self.fill()

    def marked(self) -> tuple[Experiment, ...]:
        """The experiments marked; a folder's mark stands for all that is in it."""
        marks = set(self.grid.marks)
        folders = tuple(f"{key[len(FOLDER) :]}/" for key in marks if key.startswith(FOLDER))
        return tuple(
            e
            for e in self.loader.experiments.values()
            if e.id in marks or (folders and tree_path(e.name).startswith(folders))
        )

    def look_at(self, experiment_id: str) -> None:
        self._point_at = experiment_id

    def point_at(self, experiments: Sequence[Experiment]) -> None:
        """Put the cursor on an experiment that was come to by another way; marks them if they are several."""
        self._follow = False
        self.notice.clear()
        self.loader.know(experiments)
        self._point_at = next((experiment.id for experiment in experiments), None)
        if len(experiments) > 1:
            self.grid.marks = [experiment.id for experiment in experiments]
        self.fill()
        self._follow = True

    def remember_view(self) -> None:
        """Keep how the list is arranged, and where the cursor is."""
        here = self.experiment_here()
        value = replace(self.arrangement, last=here.id if here is not None else None).to_json()
        views, name = self._session.views, memory_name(self._session.memory_key)
        self.ask(
            self._session.pool, "remember", lambda: views.put(name, value), lambda _kept: None, lambda _problem: None
        )

    # keys

    def go_back(self) -> bool:
        """Take back the filter, then the marks; False if there was neither."""
        if self.drop_filter():
            return True
        if self.grid.marks:
            self.grid.marks = []
            self.fill()
            return True
        return False

    def value_here(self) -> tuple[str, str] | None:
        here = self.experiment_here()
        return ("experiment name", here.name) if here is not None else None

    def action_lifecycle(self) -> None:
        self.loader.step_view()
        self._read_others(f"Reading {self.loader.view.value} experiments …")

    def action_everywhere(self) -> None:
        self.loader.step_place()
        self._read_others(f"Reading the experiments of {clean(self.under)} …" if self.under else "Reading …")

    def _read_others(self, said: str) -> None:
        self.grid.placeholder = said
        self.fill()
        self.read_again()

    def action_about(self) -> None:
        here = self.experiment_here()
        if here is None:
            return
        from tui.features.experiments.about import AboutExperimentModal, experiment_words

        words, may_edit = experiment_words(here, self._session.clock.zone), not self._session.read_only
        self.app.push_screen(AboutExperimentModal(here.name, words, self.edit_note_here, may_edit=may_edit))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "everywhere":
            return bool(self.loader.following)
        if action in ("fold", "fold_all"):
            return self.arrangement.as_tree
        if action in ("rename", "tags", "delete"):
            return bool(self._chosen())
        if action == "undo":
            return self.can_take_back
        return True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return {
            "everywhere": "Every experiment is shown",
            "fold": "Experiments stand in one list: there is nothing to fold",
            "fold_all": "Experiments stand in one list: there is nothing to fold",
            "undo": NOTHING_TO_UNDO,
        }.get(verb, "No experiment is under the cursor")

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()
