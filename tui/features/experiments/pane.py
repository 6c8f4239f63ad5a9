"""The experiments of the open context: a tree by the ``/`` in their names, or a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from tui.app.actions import bindings
from tui.domain import quantities
from tui.domain.columns import Arrangement, ColumnSpec
from tui.domain.experiments import (
    FOLDER,
    Experiment,
    ExperimentLine,
    ExperimentRows,
    ExperimentsSpec,
    Lifecycle,
    experiment_rows,
    experiment_words,
)
from tui.domain.freshness import Freshness
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import matches
from tui.domain.text import clean, named
from tui.features.experiments.loader import ExperimentsLoader
from tui.services.session import Session
from tui.ui.asking import NOTHING_TO_UNDO, Rest, Writer
from tui.ui.list_pane import ListPane, Show

if TYPE_CHECKING:
    from tui.services.write_flow import WriteResult
    from tui.ui.routes import Route

MOST_OF_A_FOLDER = 200  # experiments of a folder whose runs are shown together
REST_SECONDS = 0.12  # how long the cursor rests on an experiment before its runs are read


class ExperimentsPane(ListPane[ExperimentLine]):
    """Shows every experiment, and tells which one the cursor has come to rest on."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("experiments")]
    filter_hint = "words in the name"
    nothing_to_ask = "Every experiment is here already."
    things = ("experiment", "experiments")
    comes_back = True

    @dataclass
    class Settled(Message):
        """The cursor has rested on an experiment."""

        experiments: tuple[Experiment, ...]

    @dataclass
    class Wanted(Message):
        """These experiments' runs are asked for: the one under the cursor, or those marked."""

        experiments: tuple[Experiment, ...]

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="experiments")
        self.loader = ExperimentsLoader(self, session, self._loaded, self._refused)
        self._writer = Writer(self, session)
        self.laid: ExperimentRows | None = None
        self._rest = Rest(self, REST_SECONDS, self.settle)
        self._follow = True
        self._begun = False  # whether experiments have been shown
        self.traces = ""  # where some lie, of experiments without runs, where the runs are not seen
        self._point_at: str | None = None  # where the cursor goes as soon as that is here

    @property
    def freshness(self) -> Freshness:
        return self.state.freshness

    @property
    def under(self) -> str | None:
        """The folder whose experiments are listed; None where all are."""
        return self.loader.under

    # reading

    def start(self, *, follow: bool) -> None:
        """Show what was last seen, and read; ``follow`` lets the cursor choose the runs from the first."""
        self._follow = follow
        self.recall(narrowed=follow)  # whoever was led here by a place is shown that, whatever was looked at last
        self._point_at = self.arrangement.text("last") or None
        self.loader.recall()
        self.grid.placeholder = "Reading experiments …"
        self.fill()
        self.read_again()

    def read_again(self) -> None:
        """Read every experiment anew; what is shown stays until the first page has come."""
        self.loader.read()
        self.grid.set_class(self.has_rows, "stale")
        self.state.tell(self.state.freshness)

    def _loaded(self) -> None:
        if self._follow and self._point_at is None and not self.grid.row_count:
            # Nothing was remembered: begin where something happened last, not on a folder.
            self._point_at = next(iter(self.loader.experiments), None)
        begins, self._begun = self._follow and not self._begun and not self.grid.row_count, True
        self.state.live(self.state.freshness)
        self.fill()
        if begins:
            self.settle()  # nobody is moving the cursor yet

    def _refused(self, problem: Problem) -> None:
        self.state.failed(problem, "No experiments could be read.", self.state.freshness)
        self.fill()

    # showing

    @property
    def has_rows(self) -> bool:
        return bool(self.loader.experiments)

    @property
    def as_tree(self) -> bool:
        return self.arrangement.flag("tree", default=True)

    @property
    def folded(self) -> frozenset[str]:
        """The paths of the folders that are folded."""
        return frozenset(self.arrangement.texts("folded"))

    def specs(self) -> Sequence[ColumnSpec[ExperimentLine]]:
        return self.laid.specs if self.laid is not None else ()

    def key_of(self, row: ExperimentLine) -> str:
        return row.key

    def laying_out(self) -> Callable[[], Show]:
        spec = ExperimentsSpec(
            query=self.query_text,
            as_tree=self.as_tree,
            folded=self.folded,
            now_ms=self.session.clock.now_ms(),
            zone=self.zone,
            width=max(20, self.size.width - 4),
            with_lifecycle=self.loader.view is Lifecycle.ALL,
            arrangement=self.arrangement,
        )

        def lay_out() -> Show:
            laid = experiment_rows(list(self.loader.experiments.values()), self.loader.counts, spec, self.glyphs)

            def show() -> None:
                self.laid = laid
                self.show(laid.table)

            return show

        return lay_out

    def shown(self) -> None:
        if self._point_at is not None and self.loader.experiments:
            wanted, self._point_at = self._point_at, None
            self._reveal(wanted)

    def show_words(self) -> None:
        known = quantities.count(len(self.loader.experiments))
        parts = [known if self.loader.complete else f"{known} of ? loaded" if self.has_rows else ""]
        if self.query_text and self.laid is not None:
            parts.append(matches(self.laid.matching))
        if self.loader.view is not Lifecycle.ACTIVE:
            parts.append(self.loader.view.value)
        if self.grid.marks:
            parts.append(f"{quantities.count(len(self.marked()))} marked")
        self.set_title("Experiments", *parts)
        notes = [f"under {clean(self.under)}" if self.under else ""]
        if self.loader.view is Lifecycle.DELETED and self.has_rows and not self.session.read_only:
            notes.append("X restores")
        if self.traces:
            notes.append(self.traces)
        if pins := self.session.pins:
            notes.append(f"{len(pins)} pinned (:recent)")
        here = f"here: {clean(self.query_text)}" if self.query_text and not self.bar_open else ""
        self.set_subtitle(" · ".join(note for note in (here, *notes) if note))
        self.keep_narrowing()

    def empty_words(self) -> str:
        if not self.loader.complete:
            return ""
        kind = "" if self.loader.view is Lifecycle.ALL else f"{self.loader.view.value} "
        where = f" under {clean(self.under)}" if self.under else ""
        elsewhere = f"\n. goes on to {clean(self.loader.following)}" if self.loader.following else ""
        seen = " that you may see" if self.session.capabilities.hides else ""
        begin = "" if seen else " · :begin offers first steps"
        return f"There are no {kind}experiments{where}{seen}.\ni shows active, deleted or all{begin}{elsewhere}"

    def _reveal(self, experiment_id: str) -> None:
        experiment = self.loader.experiments.get(experiment_id)
        if experiment is None:
            self.grid.move_to(experiment_id)  # of a folder, where it is still there
        if experiment is None or self.laid is None:
            return
        if self.laid.table.row_of(experiment_id) is None:
            steps = [step for step in experiment.name.split("/") if step]
            above = {"/".join(steps[:depth]) for depth in range(1, len(steps) + 1)}
            self.arrangement = self.arrangement.with_more(folded=sorted(self.folded - above))
            self.fill()
        self.grid.move_to(experiment_id)

    def on_resize(self) -> None:
        if self.has_rows:
            self.fill()

    # the cursor

    def experiment_here(self) -> Experiment | None:
        """The experiment under the cursor; None on a folder."""
        return self.loader.experiments.get(self.grid.cursor_key or "")

    def experiments_here(self) -> tuple[Experiment, ...]:
        """The experiment under the cursor, or those in the folder that is."""
        here = self.experiment_here()
        return (here,) if here is not None else self._standing_for(self.grid.cursor_key or "")[:MOST_OF_A_FOLDER]

    def known(self) -> list[Experiment]:
        """Every experiment that has been read."""
        return list(self.loader.experiments.values())

    def moved(self) -> None:
        self._rest.end()
        if self._follow and self.experiments_here():
            self._rest.begin()

    def settle(self) -> None:
        """Take what is under the cursor as that whose runs are to be shown."""
        self._follow = True
        here = self.experiments_here()
        if here:
            self.post_message(self.Settled(here))
            self.remember_view()

    def open_row(self, key: str) -> None:
        self._rest.end()  # what was asked for is not to be replaced by what the cursor happens to rest on
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

    def marked(self) -> tuple[Experiment, ...]:
        """The experiments marked; a folder's mark stands for all that is in it."""
        return self._standing_for(*self.grid.marks)

    def _standing_for(self, *keys: str) -> tuple[Experiment, ...]:
        """The experiments of these rows, in the order in which they were read."""
        marks = set(keys)
        folders = tuple(f"{key[len(FOLDER) :]}/" for key in marks if key.startswith(FOLDER))
        return tuple(
            e
            for e in self.loader.experiments.values()
            if e.id in marks or (folders and tree_path(e.name).startswith(folders))
        )

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
        """Keep where the cursor is, with how the list is arranged."""
        self.arrangement = self.arrangement.with_more(last=self.grid.cursor_key or "")
        self.memory.keep(self.memory_name, self.arrangement)

    # how it is arranged

    def rearrange(self, arrangement: Arrangement) -> None:
        super().rearrange(arrangement.with_more(last=self.grid.cursor_key or ""))

    def action_fold(self) -> None:
        path = self._folder_here()
        if path is None:
            return
        self.rearrange(self.arrangement.with_more(folded=sorted(self.folded ^ {path})))
        self._stay_at(path)

    def action_fold_all(self) -> None:
        if self.laid is None:
            return
        here, path = self.grid.cursor_key, self._folder_here()
        self.rearrange(self.arrangement.with_more(folded=[] if self.folded else sorted(self.laid.folders)))
        if here is not None and path and self.laid.table.row_of(here) is None:
            self._stay_at(path)

    def action_tree(self) -> None:
        self.rearrange(self.arrangement.with_more(tree=not self.as_tree))

    def _folder_here(self) -> str | None:
        """The folder under the cursor, or the one that what is under it is in."""
        key = self.grid.cursor_key
        return self.laid.folder_of(key) if self.laid is not None and key is not None else None

    def _stay_at(self, path: str) -> None:
        """Put the cursor on a folder, or on the nearest one above it that is shown."""
        steps = path.split("/")
        for depth in range(len(steps), 0, -1):
            above = "/".join(steps[:depth])
            if self.grid.move_to(f"{FOLDER}{above}"):
                return
            called = next((e.id for e in self.loader.experiments.values() if tree_path(e.name) == above), None)
            if called is not None and self.grid.move_to(called):
                return

    # keys

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

    def action_sweep(self) -> None:
        from tui.ui.routes import SweepRoute

        here = self.experiment_here()
        if here is not None:
            self.deck.go(SweepRoute(here.id, here.name, told=tuple(here.tags.items())))

    def action_about(self) -> None:
        here = self.experiment_here()
        if here is None:
            return
        from tui.ui.dialogs.whole_text import AboutExperimentModal

        words, may_edit = experiment_words(here, self.session.clock.zone), not self.session.read_only
        self.app.push_screen(AboutExperimentModal(here.name, words, self.edit_note, may_edit=may_edit))

    def action_standing(self) -> None:
        here = self.experiment_here()
        if here is not None:
            from tui.ui.routes import StandingRoute

            self.deck.go(StandingRoute("experiment", here.name, here.id))

    def action_evaluation(self) -> None:
        from tui.ui.routes import EvaluationsRoute

        self._go_with(EvaluationsRoute)

    def action_logged_models(self) -> None:
        from tui.ui.routes import LoggedModelsRoute

        self._go_with(LoggedModelsRoute)

    def _go_with(self, route: Callable[[tuple[str, ...], str], Route]) -> None:
        """Go on with the experiments marked, or those under the cursor."""
        if chosen := self.marked() or self.experiments_here():
            called = chosen[0].name if len(chosen) == 1 else f"{len(chosen)} experiments"
            self.deck.go(route(tuple(one.id for one in chosen), called))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("evaluation", "logged_models"):
            return bool(self.marked() or self.experiments_here())
        if action == "standing":
            return self.session.catalog is not None and self.experiment_here() is not None
        if action == "sweep":
            return self.experiment_here() is not None
        if action == "everywhere":
            return bool(self.loader.following)
        if action in ("fold", "fold_all"):
            return self.as_tree
        if action in ("rename", "tags", "delete"):
            return bool(self._written_to())
        if action == "undo":
            return self._writer.can_take_back_runs
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        if verb == "sweep" and self.experiments_here():
            return "The trials of one experiment are ranked, and this is a folder"
        return {
            "everywhere": "Every experiment is shown",
            "fold": "Experiments stand in one list: there is nothing to fold",
            "fold_all": "Experiments stand in one list: there is nothing to fold",
            "undo": NOTHING_TO_UNDO,
            "standing": "Who may do what is told by a Databricks workspace, of an experiment there",
        }.get(verb, "No experiment is under the cursor")

    # what writes: of what is marked, else of what is under the cursor

    def _written_to(self) -> tuple[Experiment, ...]:
        here = self.experiment_here()
        return self.marked() or ((here,) if here is not None else ())

    @property
    def restores(self) -> bool:
        """Whether the key for deleting restores, because what is chosen is deleted."""
        chosen = self._written_to()
        return bool(chosen) and all(experiment.lifecycle == "deleted" for experiment in chosen)

    def action_create(self) -> None:
        from tui.domain.writes.changes import creation

        here = self.experiment_here()
        folder = here.name.rpartition("/")[0] if here is not None else (self.under or "").rstrip("/")
        question = "Its name; what stands before the last / is its folder:"
        text = f"{folder}/" if folder else ""
        self._writer.ask_name("Create an experiment", question, text, creation, done=self._created)

    def _created(self, told: WriteResult) -> None:
        self._writer.say_result(told)
        found = told.report.results[0].found
        if told.done and found is not None:
            self._point_at = found.id

    def action_rename(self) -> None:
        from tui.domain.writes.changes import Thing

        here = self.experiment_here()
        if self._writer.may_write() and here is not None:
            experiment = self.session.housekeeping.experiment
            self._writer.rename(Thing.EXPERIMENT, here.name, lambda: experiment(here.id))

    def action_tags(self) -> None:
        chosen, housekeeping = self._written_to(), self.session.housekeeping
        if self._writer.may_write() and chosen:
            ids = [experiment.id for experiment in chosen]
            what = f"experiment {named(chosen[0].name)}" if len(chosen) == 1 else f"{len(chosen)} experiments"
            self._writer.edit_tags(f"Tags of {what}", lambda: housekeeping.experiments(ids))

    def edit_note(self) -> None:
        """Edit the note of the experiment under the cursor."""
        from tui.domain.writes.changes import Thing

        here = self.experiment_here()
        if here is not None:
            experiment = self.session.housekeeping.experiment
            self._writer.edit_note(Thing.EXPERIMENT, here.name, lambda: experiment(here.id))

    def action_delete(self) -> None:
        """Delete, or restore where what is chosen is deleted."""
        ids, housekeeping = [experiment.id for experiment in self._written_to()], self.session.housekeeping
        if not (self._writer.may_write() and ids):
            return
        if self.restores:
            self._writer.confirm("Restore experiments", lambda: housekeeping.restoration_of_experiments(ids))
        else:
            self._writer.confirm("Delete experiments", lambda: housekeeping.deletion_of_experiments(ids))

    def action_undo(self) -> None:
        self._writer.take_back_runs()


def tree_path(name: str) -> str:
    """A name as the path of its line in the tree."""
    return "/".join(part for part in name.split("/") if part)
