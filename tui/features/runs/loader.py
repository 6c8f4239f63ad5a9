"""Which runs the pane shows: what is typed into its filter bar, and the pages that are loaded of the query."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from tui.domain.columns import SortOrder, sort_from_json
from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.problem import Problem
from tui.domain.quantities import pace
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.domain.text import clean
from tui.services.pool import PREFETCH
from tui.services.runs_query import RunsQuery, first_page
from tui.services.session import Session
from tui.ui.list_pane import ListPane

if TYPE_CHECKING:
    from tui.domain.filter import FilterError, Query
    from tui.domain.filter.names import Names
    from tui.services.runs_store import RunsStore, Taken


LOADED_BY_ITSELF = 8_000_000
"""Values (metrics, params and tags of all runs) up to which runs are loaded that nobody has asked for, some 300 MB."""


class RunsLoader:
    """Owns the store of the query that is open; lives on the event loop, asks through ``owner``, says how true it is.

    ``changed`` is called when there is something new to show or to say, ``refused`` when a request has failed.
    """

    def __init__(
        self, owner: ListPane[Any], session: Session, changed: Callable[[], None], refused: Callable[[Problem], None]
    ) -> None:
        self._owner = owner
        self._state = owner.state
        self._session = session
        self._changed = changed
        self._refused = refused
        self.store: RunsStore | None = None
        self.loading_all = False
        self._rest_wanted = False  # what is shown is only true of all: the rest is loaded as far as memory allows
        self.total: int | None = None  # runs that there are, where that is cheap to know and has been asked for
        self._all_from: tuple[int, int] | None = None  # when loading all began, and how many were loaded then
        self._all_cut_off = False  # whether a failure ended loading all, which goes on once runs come again
        self._looking = False  # whether what is on its way is what watching asks for
        self.registered_problem: Problem | None = None
        self._unasked: list[str] = []  # runs that have come of which is not asked yet what they are registered as
        self._figure_keys: tuple[str, ...] = ()
        self.figures_left = 0  # runs of which figures that are shown are still to be read
        self.figures_problem: Problem | None = None
        self.before = Freshness()  # how true it was before what is under way began

    @property
    def loaded(self) -> int:
        return self.store.loaded if self.store is not None else 0

    @property
    def complete(self) -> bool:
        return self.store is not None and self.store.complete

    @property
    def loading(self) -> bool:
        """Whether a page is on its way."""
        return self._owner.is_asking("page")

    @property
    def pace(self) -> str:
        """How far loading all has come, how fast, and how long the rest will take."""
        since_ms, before = self._all_from or (self._session.clock.now_ms(), self.loaded)
        return pace(self.loaded, self.total, self.loaded - before, self._session.clock.now_ms() - since_ms)

    def ask_total(self) -> None:
        """Ask how many runs there are, unless that is known, or all are loaded; the words say it when it has come."""
        store = self.store
        if store is None or store.complete or self.total is not None:
            return
        query = store.query
        if query.filter_string or query.view.value != "active":
            return  # only active runs are counted, and all of them

        def got(counts: dict[str, int]) -> None:
            if store is self.store and counts:
                self.total = sum(counts.values())
                self._changed()

        ids = query.experiment_ids
        self._owner.ask(
            self._session.pool, "total", lambda: self._session.tracking.count_runs(ids), got, lambda _problem: None
        )

    def _begin(self) -> None:
        if self._state.freshness.state is not FreshnessState.LOADING:
            self.before = self._state.freshness
        self._state.freshness = self._state.freshness.loading()

    def forget(self) -> None:
        """Let go of what is loaded: another query is to be opened."""
        self._owner.forget("page")
        self._looking = False
        self.store = None
        self.loading_all = self._all_cut_off = self._rest_wanted = False
        self.total = None
        self._unasked = []
        self.registered_problem = self.figures_problem = None
        self._state.freshness = Freshness()

    def open(
        self, query: RunsQuery, *, opened: Callable[[], None], failed: Callable[[Problem], None] | None = None
    ) -> None:
        """Load the first page of a query; what was loaded before stays in its place until that has come."""
        session = self._session
        self.loading_all = self._all_cut_off = False
        self._begin()

        def work() -> tuple[RunsStore, Taken]:
            page = first_page(query, session.tracking, session.launch.first_page, session.pace)
            # The frame's libraries are heavy: a worker loads them, mostly while the server is being waited for.
            from tui.services.runs_store import RunsStore

            store = RunsStore(query, session.tracking, session.registry, session.launch.page_size, session.pace)
            return store, store.begin(page)

        def got(answer: tuple[RunsStore, Taken]) -> None:
            self.store, taken = answer
            self.total = None
            self._unasked = []
            self.registered_problem = None
            opened()
            self._took(taken)

        self._owner.ask(session.pool, "page", work, got, failed or self._failed, stops="the runs")
        self._changed()

    def more(self) -> None:
        """Load the next page, unless one is on its way or there is none."""
        store = self.store
        if store is None or store.complete or self.loading:
            return
        work = partial(store.more, to_the_end=self.loading_all)
        self._owner.ask(self._session.pool, "page", work, self._took, self._failed)
        self._changed()

    def fill_up(self) -> None:
        """Load what a screenful, which is shown by now, lacks of a first page; not from where that takes long."""
        if self.store is not None and self.store.is_screenful and not self._session.pace.is_slow:
            self.more()

    def load_all(self, *, by_hand: bool = False) -> None:
        """Load page after page to the end; ``stop`` ends it early, and memory what nobody has asked for by hand."""
        # Also while the first page is on its way: the others follow it then.
        self._rest_wanted = self._rest_wanted and not by_hand
        self.loading_all = not self.complete if self.store is not None else self.loading
        self._all_from, self._all_cut_off = (self._session.clock.now_ms(), self.loaded), False
        self.ask_total()
        self.more()
        self._changed()

    def want_rest(self, wanted: bool) -> None:
        """Load the rest by itself, in the order or under the filter that there is now, or do not any more."""
        if self._rest_wanted and not wanted:
            self.loading_all = False
        self._rest_wanted = wanted
        self._load_rest()

    @property
    def too_many(self) -> bool:
        """Whether so much is loaded that more comes only when a person asks for it."""
        return self.store is not None and self.store.value_count >= LOADED_BY_ITSELF

    def _load_rest(self) -> None:
        store = self.store
        if self._rest_wanted and store is not None and not store.complete and not self.loading_all:
            if self.too_many:
                self.ask_total()
            elif not self.loading:
                self.load_all()

    def stop(self) -> bool:
        """Stop loading; what has come stays. False if nothing was being loaded."""
        if not self.loading_all and not (self.loading and self.store is not None):
            return False
        self.loading_all = self._all_cut_off = self._rest_wanted = False
        if self.store is None:
            self._changed()  # the first page comes all the same
            return True
        self._owner.forget("page")
        self._looking = False
        if self._state.freshness.state is FreshnessState.LOADING:
            self._state.freshness = self.before
        self._changed()
        self._ask_registered()
        return True

    def reload(self) -> None:
        """Read again as many runs as are loaded."""
        store = self.store
        if store is None:
            return
        self.loading_all, self._all_cut_off, self.figures_problem = self._all_cut_off, False, None
        self._begin()
        self._owner.ask(self._session.pool, "page", store.reload, self._took, self._failed)
        self._changed()

    def newest(self) -> None:
        """Read the latest runs again, as watching does; while the last time is not answered, nothing here is live."""
        store = self.store
        if store is None:
            return
        if self.loading:
            if self._looking:
                self._begin()
                self._changed()
            return
        self._looking = True
        self._owner.ask(self._session.pool, "page", store.newest, self._took, self._failed, urgency=PREFETCH)

    def read_changed(self, run_ids: tuple[str, ...], gone: Callable[[frozenset[str]], None]) -> None:
        """Read these runs again; ``gone`` is told which of them do not belong here any more."""
        store = self.store
        if store is None:
            return

        def took(left: frozenset[str]) -> None:
            if store is self.store:
                gone(left)
                self._changed()

        self._owner.ask(self._session.pool, "changed", lambda: store.read_changed(run_ids), took, self._failed)

    def read_registered(self, run_ids: tuple[str, ...]) -> None:
        """Read anew what runs are registered as, these among them."""
        store = self.store
        if store is not None:
            self._owner.ask(
                self._session.pool,
                "registered anew",
                lambda: store.read_registered(run_ids),
                lambda _nothing: self._changed() if store is self.store else None,
                lambda problem: self._registered_refused(store, problem),
            )

    # columns of metrics over the lives of runs

    def want_figures(self, keys: tuple[str, ...]) -> None:
        """Read what these metrics came to, of the loaded runs of which that is not known."""
        if keys != self._figure_keys:
            self._owner.forget("figures")
            self._figure_keys, self.figures_left, self.figures_problem = keys, 0, None
        store = self.store
        if not keys or store is None or self._owner.is_asking("figures") or self.figures_problem is not None:
            return
        history = self._session.history

        def read() -> int:
            return store.read_figures(keys, history) if store.lacks_figures(keys) else -1

        def got(left: int) -> None:
            self.figures_left = max(0, left)
            if left >= 0 and store is self.store:
                self._changed()  # what is laid out then asks for the rest

        def refused(problem: Problem) -> None:
            self.figures_problem = problem
            self._changed()

        self._owner.ask(self._session.pool, "figures", read, got, refused, urgency=PREFETCH)

    def _took(self, taken: Taken) -> None:
        self._looking = False
        self._state.freshness = self._state.freshness.live(self._session.clock.now_ms())
        if self.loading_all:
            if taken.complete or (self._rest_wanted and self.too_many):
                self.loading_all = False
            else:
                self.more()
        self._load_rest()
        self._changed()
        self._unasked += taken.run_ids
        # The rows come first: of all runs that are being loaded it is asked at their end, at once.
        if not self.loading_all:
            self._ask_registered()

    def _ask_registered(self) -> None:
        store, asked = self.store, tuple(self._unasked)
        if store is None or not asked:
            return
        self._unasked = []
        self._owner.ask(
            self._session.pool,
            f"registered from {asked[0]}",
            lambda: store.ask_registered(asked),
            lambda known: self._changed() if known and store is self.store else None,
            lambda problem: self._registered_refused(store, problem),
            urgency=PREFETCH,
        )

    def _registered_refused(self, store: RunsStore, problem: Problem) -> None:
        # The runs are true without it: it is said in the pane's border, not in the way of the rows.
        if store is self.store:
            self.registered_problem = problem
            self._changed()

    def _failed(self, problem: Problem) -> None:
        self._looking = False
        self._all_cut_off, self.loading_all = self.loading_all, False
        self._state.freshness = self._state.freshness.failed(problem)
        self._refused(problem)
        self._ask_registered()


# The rows last seen of a runs table, kept so that they stand there at once the next time.


SEEN_ROWS = 100
SEEN_COLUMNS = 40


class Recalled(NamedTuple):
    """The rows last seen, when they were read, and what they are sorted by, whatever has been chosen since."""

    table: RowsTable
    as_of_ms: int
    sort: SortOrder


def seen(table: Table, as_of_ms: int, sort: SortOrder) -> dict[str, Any]:
    """The first rows of a table as they are shown, to be kept with what they are sorted by."""
    columns = list(table.columns)[:SEEN_COLUMNS]
    rows = min(SEEN_ROWS, table.row_count)
    return {
        "as_of_ms": as_of_ms,
        "sort": [list(pair) for pair in sort],
        "columns": [[c.key, c.title, c.width, c.align, c.frozen, c.group, c.order] for c in columns],
        "keys": [table.row_key(row) for row in range(rows)],
        "cells": {c.key: list(table.texts(c.key, 0, rows)) for c in columns},
        "tones": {c.key: list(tones) for c in columns if (tones := table.tones(c.key, 0, rows)) is not None},
    }


def recalled(kept: Mapping[str, Any]) -> Recalled | None:
    """The rows that were kept, or None if there is nothing that fits."""
    try:
        columns = [
            Column(
                str(key),
                str(title),
                max(1, min(1000, int(width))),
                "right" if align == "right" else "left",
                bool(frozen),
                str(group),
                order if order in ("up", "down") else "",
            )
            for key, title, width, align, frozen, group, order in kept["columns"]
        ]
        keys = [str(key) for key in kept["keys"]]
        cells = {column.key: [str(text) for text in kept["cells"][column.key]] for column in columns}
        as_of_ms = int(kept["as_of_ms"])
    except (KeyError, TypeError, ValueError):
        return None
    if not keys or any(len(texts) != len(keys) for texts in cells.values()):
        return None
    table = RowsTable(columns, keys, cells, _tones(kept.get("tones"), cells, len(keys)))
    return Recalled(table, as_of_ms, sort_from_json(kept.get("sort")))


def _tones(kept: object, cells: Mapping[str, Sequence[str]], rows: int) -> dict[str, list[Tone]]:
    """The tones that were kept, as far as they are tones of these cells."""
    if not isinstance(kept, dict):
        return {}
    known = get_args(Tone)
    return {
        key: [tone if tone in known else "" for tone in tones]
        for key, tones in kept.items()
        if key in cells and isinstance(tones, list) and len(tones) == rows
    }


# What is typed into the filter bar of the runs: understood here at each key, sent to the server when asked.


@dataclass(frozen=True)
class FilterHint:
    """What the bar says under the line."""

    text: str
    tone: str = ""  # "", "warn" or "bad"


@dataclass(frozen=True)
class ServerRequest:
    """What is sent to the server, what stays to be filtered here, and what is said about that."""

    filter_string: str
    local_text: str
    word: FilterHint


class RunsFilter:
    """The local filter: its text, and the last query of it that was understood (None for none).

    The language is loaded with the first text: most sessions begin without a filter.
    """

    def __init__(self) -> None:
        self.text = ""
        self.query: Query | None = None
        self.error: FilterError | None = None

    @property
    def said(self) -> str:
        """The text without blanks around it; empty where nothing is filtered."""
        return self.text.strip()

    def fails(self, *, typing: bool) -> bool:
        """Whether an earlier text is in force; one that may only be unfinished does not count while it is typed."""
        return self.error is not None and not (typing and self.error.incomplete)

    def refuse(self, query: Query | None, error: FilterError) -> None:
        """What was understood turned out not to suit the runs; no matter if the text has changed since."""
        if query is self.query:
            self.error = error

    def edit(self, text: str, names: Names | None = None) -> FilterHint:
        """Take in the text as it is now; while it is not understood, the last query that was stays in force.

        ``names`` are the keys of the loaded runs, of which an error names the one that needs quotes.
        """
        self.text = text
        self.error = None
        if not text.strip():
            self.query = None
            return FilterHint("")
        from tui.domain.filter import FilterError, parse

        try:
            self.query = parse(text, names)
        except FilterError as error:
            self.error = error
            return word_of(error)
        return FilterHint("")

    def clear(self) -> bool:
        """Take the filter away; False if there was none."""
        had = bool(self.text.strip())
        self.edit("")
        return had

    def for_server(self, text: str, names: Names | None, now_ms: int, zone: tzinfo) -> ServerRequest | FilterHint:
        """How to ask the server for what a text means; a text that is not ours goes as it stands, as MLflow's own.

        ``names`` are the keys of the loaded runs, by which bare words are understood.
        """
        if not text.strip():
            return ServerRequest("", "", FilterHint("The server's filter is taken away"))
        from tui.domain.filter import FilterError, parse
        from tui.domain.filter.pushdown import pushdown

        try:
            query = parse(text)
        except FilterError as error:
            if error.incomplete:
                return word_of(error)
            return ServerRequest(text.strip(), "", FilterHint(f"server: {text.strip()}"))
        pushed = pushdown(query, names, now_ms=now_ms, zone=zone)
        if not pushed.filter_string:
            return FilterHint(f"MLflow's filters cannot say this: {'; '.join(pushed.left_out)}", "warn")
        if pushed.exact:
            return ServerRequest(pushed.filter_string, "", FilterHint(f"server: {pushed.filter_string}"))
        said = f"server: {pushed.filter_string}   filtered here: {'; '.join(pushed.left_out)}"
        return ServerRequest(pushed.filter_string, text, FilterHint(said))


def word_of(error: FilterError) -> FilterHint:
    """An error as the bar says it: calm while it may only be unfinished."""
    return FilterHint(clean(str(error)), "" if error.incomplete else "warn" if error.server_only else "bad")


def refusal(problem: Problem) -> FilterHint:
    """The server's refusal of a filter, in the server's own words."""
    return FilterHint(f"The server refused it: {clean(problem.message)} {clean(problem.hint)}".strip(), "bad")
