"""One run in tabs: facts in a grid, a note, or a widget of the tab's own; and the keys that turn and narrow them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from tui.app.actions import bindings, key_of
from tui.domain.filter.nodes import quoted_value
from tui.domain.glyphs import Glyphs
from tui.domain.places import Place, PlaceKind
from tui.domain.problem import Problem
from tui.domain.runs import run_facts
from tui.domain.runs.run_facts import SYSTEM, Facts, ParamsFolding, RunMade, model_of, version_of
from tui.domain.text import clean, named
from tui.domain.values import DatasetInput, RunDetail, RunReference
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.asking import Asking, Rest
from tui.ui.facts import TabbedFacts
from tui.ui.routes import LoggedModelRoute, VersionRoute
from tui.widgets.pane import Tab, TabPart, stand_in

# The tabs in which a run is shown: what they are called, and how much is in each.


TITLES: Mapping[str, str] = {
    "overview": "Overview",
    "params": "Params",
    "metrics": "Metrics",
    "system": "System",
    "tags": "Tags",
    "datasets": "Datasets",
    "note": "Note",
    "artifacts": "Artifacts",
}


def counts(detail: RunDetail, tabs: Sequence[str]) -> dict[str, int | None]:
    """How many things are in each tab, None where counting means nothing.

    Where system metrics have no tab of their own they are among the metrics.
    """
    system = sum(metric.key.startswith(SYSTEM) for metric in detail.metrics)
    known = {
        "params": len(detail.params),
        "metrics": len(detail.metrics) - (system if "system" in tabs else 0),
        "system": system,
        "tags": sum(key != "mlflow.note.content" for key in detail.tags),
        "datasets": len(detail.datasets),
        "note": None if detail.note else 0,
    }
    return {tab: known.get(tab) for tab in tabs}


class RunView(TabbedFacts, Asking):
    """A pane that shows one run. ``tabs`` are ids among those of ``run_tabs.TITLES``, ``parts`` their own widgets.

    ``nothing`` is what is said before there is a run to show.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("details")]
    nothing_to_ask = "Everything of this run is here already: there is nothing to ask the server"

    def __init__(
        self,
        *,
        id: str,  # noqa: A002  Textual's own name for it
        session: Session,
        glyphs: Glyphs,
        tabs: Sequence[str],
        title: str = "",
        parts: Mapping[str, TabPart] | None = None,
        nothing: str = "",
    ) -> None:
        super().__init__(session, glyphs, id=id, tabs=tabs, title=title, memory="run")
        self._parts = dict(parts or {})
        self._nothing = nothing
        self._clock = session.clock
        self._glyphs = glyphs
        self.detail: RunDetail | None = None
        self.children_known: tuple[RunReference, ...] | None = None
        self.made = RunMade()
        self.folding = ParamsFolding(glyphs)

    def on_mount(self) -> None:
        self.show_nothing(self._nothing)

    @property
    def part(self) -> TabPart | None:
        """The widget of the current tab, where that is one of its own."""
        part = self._parts.get(self.tab)
        return part if part is not None and part.is_attached and part.display else None

    def keys_target(self) -> Widget | None:
        return self.part.keys_target() if self.part is not None else super().keys_target()

    # which run

    def show_nothing(self, words: str) -> None:
        """Show no run, and say why."""
        self.detail = None
        self._facts = None
        self.notice.clear()
        self.grid.placeholder = words
        self.grid.table = None
        self.set_title(self._fixed_title or "Details")
        self.tab_line.show([Tab(tab, TITLES[tab]) for tab in self._tabs], self.tab)
        if self.note.display:
            stand_in(self.grid, self.note)

    def show_loading(self) -> None:
        """Another run is on its way: what stands here is dimmed until it comes."""
        self.grid.set_class(True, "stale")

    def show_problem(self, problem: Problem) -> None:
        self.grid.set_class(False, "stale")
        self.notice.problem(problem)

    def show_run(
        self, detail: RunDetail, children: tuple[RunReference, ...] | None = None, made: RunMade | None = None
    ) -> None:
        """Show a run; ``children`` is None while they are not known, and ``made`` while nothing is of what it made."""
        self.grid.set_class(False, "stale")
        self.notice.clear()
        self.detail, self.children_known, self.made = detail, children, made or RunMade()
        self.set_title(self._fixed_title or named(detail.name) or clean(detail.run_id))
        self.show_tab()

    def show_made(self, made: RunMade) -> None:
        """More is known of what the run made."""
        self.made = made
        self.show_tab()

    def retick(self) -> None:
        """Write ages anew."""
        if self.detail is not None:
            self.show_tab()

    # the current tab of it

    def show_tab(self) -> None:
        detail = self.detail
        if detail is None:
            return
        inside = counts(detail, self._tabs)
        self.tab_line.show([Tab(tab, TITLES[tab], inside[tab]) for tab in self._tabs], self.tab)
        if self._show_part(detail):
            return
        if self.tab == "note" and detail.note:
            self.note.show(detail.note)
            stand_in(self.note, self.grid)
            return
        stand_in(self.grid, self.note)
        if self.tab == "note":
            self._facts = None
            self.grid.placeholder = "This run has no note."
            self.grid.table = None
            return
        self.grid.remember_as(f"run.{self.tab}")
        self._facts = self._facts_of(detail)
        what = TITLES[self.tab].lower()
        if self.query_text and inside[self.tab]:
            self.grid.placeholder = (
                f"None of the {what} holds  {clean(self.query_text)}   {key_of('app.back')} clears the filter"
            )
        else:
            self.grid.placeholder = f"This run has no {what}."
        self.grid.table = self._facts.table
        self.show_found(len(self._facts.values), inside[self.tab] or 0)

    def _facts_of(self, detail: RunDetail) -> Facts:
        if self.tab == "params" and self.folding.as_tree:
            return self.folding.facts(detail, self.query_text)
        if self.tab == "params":
            return run_facts.params(detail, self.query_text)
        if self.tab == "metrics":
            return run_facts.metrics(detail, self._clock.now_ms(), self.query_text)
        if self.tab == "tags":
            return run_facts.tags(detail, self.query_text)
        if self.tab == "datasets":
            return run_facts.datasets(detail, self.query_text)
        made = self.made.rows(detail.logged_model_ids)
        now_ms, zone = self._clock.now_ms(), self._clock.zone
        return run_facts.overview(detail, now_ms, zone, self._glyphs, self.children_known, made)

    def _show_part(self, detail: RunDetail) -> bool:
        """Show the current tab's own widget and hide the others; False where it has none."""
        wanted = self._parts.get(self.tab)
        had_keys = self.has_focus_within and not self.bar_open
        for part in self._parts.values():
            if part.is_attached:
                part.display = part is wanted
        if wanted is None:
            if had_keys and not self.grid.display and not self.note.display:
                self.grid.display = True
                self.screen.set_focus(self.grid)
            return False
        if not wanted.is_attached:
            self.mount(wanted, after=self.grid)
        self.grid.display = self.note.display = False
        self.set_subtitle("")
        wanted.show_run(detail)
        if wanted.narrows:
            wanted.narrow(self.query_text)
            self.show_found(wanted.shown_count, counts(detail, self._tabs)[self.tab] or 0)
        if had_keys:
            self.call_after_refresh(lambda: self.screen.set_focus(wanted.keys_target()))
        return True

    # keys

    def open_tab(self, tab: str) -> None:
        self.tab_line.show([], tab)
        super().open_tab(tab)

    def _dataset_here(self) -> DatasetInput | None:
        """The dataset under the cursor, on the tab of datasets."""
        key = self.grid.cursor_key
        if self.tab != "datasets" or self.detail is None or key is None or not key.isdigit():
            return None
        return self.detail.datasets[int(key)] if int(key) < len(self.detail.datasets) else None

    def action_dataset_runs(self) -> None:
        """Go to every run that used the dataset here."""
        dataset = self._dataset_here()
        if dataset is not None:
            filter_string = f"dataset.name = {quoted_value(dataset.name)}"
            if dataset.digest:
                filter_string += f" AND dataset.digest = {quoted_value(dataset.digest)}"
            self.deck.go_to_place(Place(PlaceKind.EXPERIMENTS, dataset.name, filter_string=filter_string))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "tree":
            return self.tab == "params" and self.detail is not None
        if action in ("fold", "fold_all"):
            return self.tab == "params" and self.folding.as_tree
        if action == "dataset_runs":
            return self._dataset_here() is not None
        if action == "filter":
            part = self._parts.get(self.tab)
            return self.tab not in ("note", "overview") and (part is None or part.narrows)
        return super().check_action(action, parameters)

    def open_row(self, row_key: str) -> None:
        if self.tab == "params" and self.folding.as_tree and self.folding.is_folder(row_key):
            self.action_fold()
        elif not (self.tab == "overview" and self._open_made(row_key)):
            super().open_row(row_key)

    def _open_made(self, row_key: str) -> bool:
        """Open the logged model or the registered version that a row stands for; False if it is none."""
        model_id, version = model_of(row_key), version_of(row_key)
        if self.detail is not None and model_id is not None:
            known = next((model for model in self.made.models or () if model.model_id == model_id), None)
            self.deck.go(LoggedModelRoute(self.detail.run_id, model_id, known))
        elif version is not None:
            self.deck.go(VersionRoute(*version))
        return model_id is not None or version is not None

    def value_of(self, row_key: str | None) -> tuple[str, str] | None:
        found = super().value_of(row_key)
        if found is not None and row_key is not None and self.tab == "params":
            return clean(row_key), found[1]  # in the tree a row shows the last part of it only
        return found

    def value_here(self) -> tuple[str, str] | None:
        """The name and value under the cursor, or the note."""
        if self.part is not None:
            return self.part.value_here()
        if self.tab == "note" and self.detail is not None and self.detail.note:
            return "note", self.detail.note
        return self.value_of(self.grid.cursor_key)

    def copies_here(self) -> list[tuple[str, str]]:
        """What can be copied of what is under the cursor."""
        if self.part is not None:
            return self.part.copies_here()
        here = self.value_here()
        return [here] if here else []

    def step_back(self) -> bool:
        """Go back one step inside it; False when there is none."""
        if self.part is not None and self.part.step_back():
            return True
        return self.drop_filter()

    # params as a tree

    def action_tree(self) -> None:
        self.folding.as_tree = not self.folding.as_tree
        self._show_params_at(self.grid.cursor_key)
        self.screen.refresh_bindings()

    def action_fold(self) -> None:
        path = self.folding.fold(self.grid.cursor_key)
        if path is not None:
            self._show_params_at(path)

    def action_fold_all(self) -> None:
        here = self.grid.cursor_key
        self.folding.fold_all()
        self._show_params_at(here)

    def _show_params_at(self, row_key: str | None) -> None:
        """Show the params anew, the cursor on that row or on the folder that it is in."""
        self.show_tab()
        at = self.folding.row_for(row_key) if self.folding.as_tree else row_key
        if at is not None:
            self.grid.move_to(at)


# The details of the run under the cursor, read once the cursor has rested, and kept for a while.


REST_SECONDS = 0.1  # how long the cursor rests before it counts
NOTHING = "No run is under the cursor."
TABS = ("params", "metrics", "tags", "datasets", "note", "overview")
KEPT = 64  # runs whose details are kept


class RunFollower:
    """Has a pane show the run under the cursor of the runs table."""

    def __init__(self, pane: RunView, session: Session) -> None:
        self._pane = pane
        self._session = session
        self._kept: OrderedDict[str, RunDetail] = OrderedDict()
        self._neighbours: tuple[str, ...] = ()
        self._rest = Rest(pane, REST_SECONDS, lambda: self._read(self._neighbours))
        self.run_id: str | None = None

    def follow(self, run_id: str | None, neighbours: Sequence[str] = ()) -> None:
        """Show a run as soon as the cursor has rested on it; ``neighbours`` are read ahead when there is time."""
        if run_id == self.run_id and (self._pane.detail is not None or run_id is None):
            return
        self.run_id, self._neighbours = run_id, tuple(neighbours)
        self._rest.end()
        self._pane.forget("detail")
        if run_id is None:
            self._pane.show_nothing(NOTHING)
            return
        known = self._kept.get(run_id)
        if known is not None:
            self._kept.move_to_end(run_id)
            self._pane.show_run(known)
        else:
            if self._pane.detail is None:
                self._pane.show_nothing("Reading this run …")
            self._pane.show_loading()
        self._rest.begin()

    def known(self, run_id: str) -> RunDetail | None:
        """The details of a run, if they have been read."""
        return self._kept.get(run_id)

    def read_again(self) -> None:
        """Forget what is kept, and read the run under the cursor anew."""
        self._kept.clear()
        self._read(())

    def read_changed(self, run_ids: frozenset[str]) -> None:
        """Forget what is kept of these runs; the one under the cursor is read anew if it is among them."""
        for run_id in run_ids:
            self._kept.pop(run_id, None)
        if self.run_id in run_ids:
            self._read(())

    def _read(self, neighbours: tuple[str, ...]) -> None:
        run_id, tracking = self.run_id, self._session.tracking
        if run_id is None:
            return
        known = self._kept.get(run_id)
        if known is not None:
            if self._pane.detail is None or self._pane.detail.run_id != run_id:
                self._pane.show_run(known)  # it was read ahead and has come since
        else:
            self._pane.ask(self._session.pool, "detail", lambda: tracking.get_run(run_id), self._got, self._refused)
        for number, neighbour in enumerate(neighbours):
            if neighbour not in self._kept:
                self._pane.ask(
                    self._session.pool,
                    f"ahead-{number}",
                    lambda neighbour=neighbour: tracking.get_run(neighbour),  # type: ignore[misc]
                    self._keep,
                    lambda _problem: None,  # it was only read ahead: the run itself will say it when it is reached
                    urgency=PREFETCH,
                )

    def _keep(self, detail: RunDetail) -> None:
        self._kept[detail.run_id] = detail
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _got(self, detail: RunDetail) -> None:
        self._keep(detail)
        if detail.run_id == self.run_id:
            self._pane.show_run(detail)

    def _refused(self, problem: Problem) -> None:
        if self._pane.detail is not None and self._pane.detail.run_id != self.run_id:
            # What stands here is of another run.
            self._pane.show_nothing("")
        self._pane.grid.placeholder = "Nothing could be read of this run."
        self._pane.show_problem(problem)
