"""The experiments of the open context: a tree by the ``/`` in their names, or a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui.actions import bindings
from tui.domain import quantities
from tui.domain.experiment_rows import FOLDER, ExperimentRows, ExperimentsSpec, experiment_rows
from tui.domain.experiments import Experiment, ExperimentPage, View
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.domain.truth import Truth
from tui.screens.base.asking import Asking
from tui.screens.base.filterable import SiftedPane
from tui.screens.panes.experiments_writing import ExperimentsWriting
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.services.starting_places import StartingPlaces
from tui.widgets.grid import Grid, messages

REST_SECONDS = 0.12  # how long the cursor rests on an experiment before its runs are read
REMEMBERED = 200  # experiments shown at once next time

_NEXT_VIEW = {View.ACTIVE: View.DELETED, View.DELETED: View.ALL, View.ALL: View.ACTIVE}


class ExperimentsPane(SiftedPane, ExperimentsWriting, Asking):
    """Loads every experiment, page after page, and tells which one the cursor has come to rest on."""

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
        self.truth = Truth()
        self.view = View.ACTIVE
        self._places = StartingPlaces(session)
        self._read_failed = False
        self.as_tree = True
        self.by_name = False
        self.folded: frozenset[str] = frozenset()
        self._experiments: dict[str, Experiment] = {}
        self._counts: dict[str, int] = {}
        self._token: str | None = None
        self._complete = False
        self._rows: ExperimentRows | None = None
        self._rest: Timer | None = None
        self._follow = True
        self._point_at: tuple[str, ...] = ()

    @property
    def under(self) -> str | None:
        """The folder whose experiments are listed; None where all are."""
        return self._places.under

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    # reading

    def start(self, *, follow: bool) -> None:
        """Show what was last seen, and read; ``follow`` lets the cursor choose the runs from the first."""
        self._follow = follow
        memory = self._session.views.get(f"{self._session.memory_key}:experiments")
        self.as_tree = memory.get("tree", True) is not False
        self.by_name = memory.get("by_name", False) is True
        folded = memory.get("folded")
        self.folded = (
            frozenset(path for path in folded if isinstance(path, str)) if isinstance(folded, list) else frozenset()
        )
        last = memory.get("last")
        if isinstance(last, str):
            self._point_at = (last,)
        self._recall()
        self.grid.placeholder = "Reading experiments …"
        self.fill()
        self.read_again()

    def _recall(self) -> None:
        kept = self._session.last_seen.get(f"{self._session.memory_key}:experiments")
        entries, as_of_ms = kept.get("experiments"), kept.get("as_of_ms")
        if not isinstance(entries, list) or not isinstance(as_of_ms, int):
            return
        remembered = [experiment for entry in entries if (experiment := _experiment(entry))]
        if remembered:
            self._experiments = {experiment.id: experiment for experiment in remembered}
            self.truth = self.truth.remembered(as_of_ms)
            self.post_message(self.TruthChanged(None))

    def read_again(self) -> None:
        """Read every experiment anew; what is shown stays until the first page has come."""
        self.truth = self.truth.loading() if self.truth.as_of_ms is None else self.truth
        self.grid.set_class(bool(self._experiments), "stale")
        self.post_message(self.TruthChanged(None))
        self._ask_page(None)

    def _ask_page(self, token: str | None) -> None:
        places, view = self._places, self.view
        self.ask(
            self._session.pool,
            "experiments",
            lambda: places.page(view, token),
            lambda page: self._got(page, first=token is None),
            self._refused,
        )

    def _got(self, page: ExperimentPage, *, first: bool) -> None:
        if first:
            self._experiments = {}
        self._experiments.update((experiment.id, experiment) for experiment in page.experiments)
        self._token, self._complete = page.next_token, page.next_token is None
        if first and self._follow and not self._point_at and self.experiment_here() is None and page.experiments:
            # Nothing is remembered: begin where something happened last, not on a folder.
            self._point_at = (page.experiments[0].id,)
        if self._read_failed:
            self.notice.clear()  # what else it tells, of a place that could not be found, is still so
            self._read_failed = False
        self.truth = self.truth.live(self._session.clock.now_ms())
        self.grid.set_class(False, "stale")
        self.fill()
        self.post_message(self.TruthChanged(None))
        tracking = self._session.tracking
        if page.next_token is not None:
            self._ask_page(page.next_token)
        else:
            self._remember_seen()
        wanted = [experiment.id for experiment in page.experiments]
        if wanted:
            self.ask(
                self._session.pool,
                f"counts from {page.experiments[0].id}",
                lambda: tracking.count_runs(wanted),
                self._got_counts,
                lambda _problem: None,  # a count is a courtesy: without it the column stays empty
                urgency=PREFETCH,
            )

    def _got_counts(self, counts: dict[str, int]) -> None:
        if counts:
            self._counts.update(counts)
            self.fill()

    def _refused(self, problem: Problem) -> None:
        self.truth, self._read_failed = self.truth.failed(problem), True
        self.grid.set_class(False, "stale")
        self.grid.placeholder = "" if self._experiments else "No experiments could be read."
        self.notice.problem(problem)
        self.fill()
        self.post_message(self.TruthChanged(problem))

    # showing

    def fill(self) -> None:
        spec = ExperimentsSpec(
            query=self.query_text,
            as_tree=self.as_tree,
            by_name=self.by_name,
            folded=self.folded,
            now_ms=self._session.clock.now_ms(),
            zone=self._session.clock.zone if self.deck_times_absolute else None,
            width=max(20, self.size.width - 4),
            with_lifecycle=self.view is View.ALL,
        )
        self._rows = experiment_rows(list(self._experiments.values()), self._counts, spec, self._glyphs)
        self._say_empty()
        self.grid.table = self._rows.table
        if self._point_at and self._experiments:
            wanted, self._point_at = self._point_at, ()
            self._reveal(wanted[0])
        count = quantities.count(len(self._experiments))
        parts = [count if self._complete else f"{count} of ? loaded" if self._experiments else ""]
        if self.query_text:
            parts.append(f"{quantities.count(self._rows.matching)} match")
        if self.view is not View.ACTIVE:
            parts.append(self.view.value)
        if self.grid.marks:
            parts.append(f"{quantities.count(len(self.marked()))} marked")
        self.set_title("Experiments", *parts)
        notes = [f"under {clean(self.under)}" if self.under else ""]
        if self.view is View.DELETED and self._experiments and not self._session.read_only:
            notes.append("X restores")
        self.set_subtitle(" · ".join(note for note in notes if note))

    @property
    def deck_times_absolute(self) -> bool:
        return bool(getattr(self.app, "absolute_times", False))

    def _say_empty(self) -> None:
        if self._experiments and self.query_text:
            self.grid.placeholder = f"No experiment matches  {clean(self.query_text)}\nesc clears the filter"
        elif self._complete:
            kind = "" if self.view is View.ALL else f"{self.view.value} "
            where = f" under {clean(self.under)}" if self.under else ""
            elsewhere = f"\n. goes on to {clean(self._places.following)}" if self._places.following else ""
            self.grid.placeholder = f"There are no {kind}experiments{where}.\ni shows active, deleted or all{elsewhere}"

    def _reveal(self, experiment_id: str) -> None:
        experiment = self._experiments.get(experiment_id)
        if experiment is None or self._rows is None:
            return
        if self._rows.table.row_of(experiment_id) is None:
            steps = [step for step in experiment.name.split("/") if step]
            above = {"/".join(steps[:depth]) for depth in range(1, len(steps) + 1)}
            self.folded = self.folded - above
            self.fill()
        self.grid.move_to(experiment_id)

    def on_resize(self) -> None:
        if self._experiments:
            self.fill()

    def retick(self) -> None:
        """Write ages anew."""
        if self._experiments:
            self.fill()

    # the cursor

    def experiment_here(self) -> Experiment | None:
        """The experiment under the cursor; None on a folder."""
        return self._experiments.get(self.grid.cursor_key or "")

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
            self._remember_view()

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
            self._remember_view()
        else:
            self.action_experiments_fold()

    @on(Grid.MarksChanged)
    def _marks_changed(self, event: messages.MarksChanged) -> None:
        event.stop()
        self.fill()

    def marked(self) -> tuple[Experiment, ...]:
        """The experiments marked; a folder's mark stands for all that is in it."""
        marks = set(self.grid.marks)
        folders = tuple(f"{key[len(FOLDER) :]}/" for key in marks if key.startswith(FOLDER))

        return tuple(
            e for e in self._experiments.values() if e.id in marks or (folders and _path(e.name).startswith(folders))
        )

    def look_at(self, experiment_id: str) -> None:
        self._point_at = (experiment_id,)

    def point_at(self, experiments: Sequence[Experiment]) -> None:
        """Put the cursor on an experiment that was come to by another way; marks them if they are several."""
        self._follow = False
        self.notice.clear()
        for experiment in experiments:
            self._experiments.setdefault(experiment.id, experiment)
        self._point_at = tuple(experiment.id for experiment in experiments[:1])
        if len(experiments) > 1:
            self.grid.marks = [experiment.id for experiment in experiments]
        self.fill()
        self._follow = True

    # what is remembered

    def _remember_view(self) -> None:
        here = self.experiment_here()
        value: dict[str, Any] = {
            "tree": self.as_tree,
            "by_name": self.by_name,
            "folded": sorted(self.folded),
            "last": here.id if here is not None else None,
        }
        views, key = self._session.views, f"{self._session.memory_key}:experiments"
        self.ask(
            self._session.pool, "remember", lambda: views.put(key, value), lambda _kept: None, lambda _problem: None
        )

    def _remember_seen(self) -> None:
        if self.view is not View.ACTIVE:
            return  # the next start begins with the active ones, and must not take these for them
        experiments = list(self._experiments.values())[:REMEMBERED]
        value = {
            "as_of_ms": self.truth.as_of_ms,
            "experiments": [[e.id, e.name, e.lifecycle, e.updated_ms] for e in experiments],
        }
        last_seen, key = self._session.last_seen, f"{self._session.memory_key}:experiments"
        self.ask(
            self._session.pool, "seen", lambda: last_seen.put(key, value), lambda _kept: None, lambda _problem: None
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

    def action_experiments_fold(self) -> None:
        key = self.grid.cursor_key
        path = self._rows.folder_of(key) if self._rows is not None and key is not None else None
        if path is None:
            return
        self.folded = self.folded - {path} if path in self.folded else self.folded | {path}
        self.fill()
        self._stay_at(path)
        self._remember_view()

    def _stay_at(self, path: str) -> None:
        """Put the cursor on a folder, or on the nearest one above it that is shown."""
        steps = path.split("/")
        for depth in range(len(steps), 0, -1):
            above = "/".join(steps[:depth])
            if self.grid.move_to(f"{FOLDER}{above}"):
                return
            named = next((e.id for e in self._experiments.values() if _path(e.name) == above), None)
            if named is not None and self.grid.move_to(named):
                return

    def action_experiments_fold_all(self) -> None:
        if self._rows is not None:
            here = self.grid.cursor_key
            path = self._rows.folder_of(here) if here is not None else None
            self.folded = frozenset() if self.folded else frozenset(self._rows.folders)
            self.fill()
            if here is not None and path and self._rows.table.row_of(here) is None:
                self._stay_at(path)
            self._remember_view()

    def action_experiments_tree(self) -> None:
        self.as_tree = not self.as_tree
        self.fill()
        self._remember_view()

    def action_experiments_sort(self) -> None:
        self.by_name = not self.by_name
        self.fill()
        self._remember_view()

    def action_experiments_lifecycle(self) -> None:
        self.view = _NEXT_VIEW[self.view]
        self._experiments = {}
        self._complete = False
        self.grid.placeholder = f"Reading {self.view.value} experiments …"
        self.fill()
        self.read_again()

    def action_experiments_everywhere(self) -> None:
        self._places.step()
        self._experiments = {}
        self._complete = False
        self.grid.placeholder = f"Reading the experiments of {clean(self.under)} …" if self.under else "Reading …"
        self.fill()
        self.read_again()

    def action_experiments_note(self) -> None:
        here = self.experiment_here()
        if here is None:
            return
        from tui.screens.modals.about_experiment import AboutExperimentModal

        words, may_edit = experiment_words(here, self._session), not self._session.read_only
        self.app.push_screen(AboutExperimentModal(here.name, words, self.edit_note_here, may_edit=may_edit))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "experiments_everywhere":
            return bool(self._places.following)
        if action in ("experiments_fold", "experiments_fold_all"):
            return self.as_tree
        if action in ("experiments_rename", "experiments_tags", "experiments_delete"):
            return bool(self._chosen()) or self._session.read_only
        if action == "experiments_undo":
            return self.can_take_back
        return True

    # the filter

    async def action_experiments_filter(self) -> None:
        await self.open_bar()


def _path(name: str) -> str:
    """A name as the path of its line in the tree."""
    return "/".join(part for part in name.split("/") if part)


def experiment_words(experiment: Experiment, session: Session) -> str:
    """An experiment's facts, tags and note, as lines of text."""
    zone = session.clock.zone
    lines = [
        f"id            {experiment.id}",
        f"lifecycle     {experiment.lifecycle}",
        f"created       {_stamp(experiment.created_ms, zone)}",
        f"last update   {_stamp(experiment.updated_ms, zone)}",
        f"artifacts at  {experiment.artifact_location}",
        "",
    ]
    tags = [(key, value) for key, value in sorted(experiment.tags.items()) if key != "mlflow.note.content"]
    lines += [f"tag  {key} = {value}" for key, value in tags] or ["no tags"]
    lines += ["", experiment.note or "no note"]
    return "\n".join(lines)


def _stamp(time_ms: int | None, zone: Any) -> str:
    return quantities.stamp(time_ms, zone) if time_ms is not None else "not known"


def _experiment(entry: object) -> Experiment | None:
    """An experiment as it was remembered; None for anything else."""
    if isinstance(entry, list) and len(entry) == 4 and all(isinstance(text, str) for text in entry[:3]):
        updated = entry[3] if isinstance(entry[3], int) else None
        return Experiment(entry[0], entry[1], entry[2], None, updated, "", {})
    return None
