"""One board over the stores of every context: a row a model, a column a context, and in what they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message

from tui.app.actions import bindings
from tui.config.launch import Launch, Options, resolve
from tui.domain import quantities
from tui.domain.columns import Cell, ColumnSpec, SortOrder
from tui.domain.glyphs import Glyphs
from tui.domain.models.readiness import CHAMPION
from tui.domain.models.values import ModelsPage, RegisteredModel
from tui.domain.places import Place, PlaceKind
from tui.domain.problem import Problem
from tui.domain.table import Tone
from tui.domain.text import clean, named
from tui.domain.writes import plans
from tui.domain.writes.changes import Plan, Thing
from tui.resources import style_sheets
from tui.services import registry_desk
from tui.services.pool import PREFETCH
from tui.services.registry_desk import Store, StoreCell
from tui.services.session import Session
from tui.services.write_flow import Touched
from tui.ui.asking import NOTHING_TO_UNDO, Asking, AutoRefresh, Writer, choose
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.ui.routes import ModelRoute, VersionDiffRoute

_FACTS = ("since", "age", "metric", "findings", "serving", "read")


class StoresPane(ListPane[str]):
    """The models of all contexts, by their keys."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("stores")]
    filter_hint = "words in names and in what differs"
    nothing_to_ask = "Every context is read already: {app.refresh} reads them again"
    things = ("model", "models")
    first_sort: SortOrder = (("name", False),)
    may_rest = False

    class Wanted(Message):
        """Something is to be done with the cell under the cursor."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="stores", marks=False)
        self.stores: list[Store] = []
        self._cells: dict[tuple[str, str], StoreCell | None] = {}

    def cell(self, store: Store, key: str) -> StoreCell | None:
        """What a context says of a model, made once for each time the list is laid out."""
        at = (store.name, key)
        if at not in self._cells:
            self._cells[at] = registry_desk.cell_of(store, key, self.glyphs)
        return self._cells[at]

    def drift_of(self, key: str) -> str:
        cells = {store.name: self.cell(store, key) for store in self.stores if store.session is not None}
        whole = [store.name for store in self.stores if store.complete]
        return "; ".join(registry_desk.drift(cells, whole, registry_desk.reference(self.stores)))

    def fill(self) -> None:
        self._cells = {}
        super().fill()

    # what it says of itself

    def rows(self) -> Sequence[str]:
        return sorted({key for store in self.stores for key in store.models})

    def key_of(self, row: str) -> str:
        return row

    def searched(self, row: str) -> str:
        return f"{row} {self.drift_of(row)}"

    def specs(self) -> Sequence[ColumnSpec[str]]:
        whole = [self._whole_of(store) for store in self.stores]
        facts = [self._fact_of(store, fact) for store in self.stores for fact in _FACTS]
        return (
            ColumnSpec("name", "model", lambda key: (named(key), "strong"), lambda key: key, frozen=True, widest=32),
            *whole,
            ColumnSpec("drift", "drift", lambda key: (clean(self.drift_of(key)), "warn"), widest=90,
                       rank=lambda key: self.drift_of(key) or None),
            *facts,
        )  # fmt: skip

    def _whole_of(self, store: Store) -> ColumnSpec[str]:
        def version(key: str) -> int | None:
            made = store.champion(key)
            return made.number if made is not None else None

        title = clean(store.name) + ("" if store.problem is None else " down")
        return ColumnSpec(
            f"store.{store.name}", title, partial(self._words, store), version, widest=52, group="contexts"
        )

    def _words(self, store: Store, key: str) -> Cell:
        """``v14  3d by ana  0.9312  2 findings  churn-prod``: the champion and what is known of it."""
        cell = self.cell(store, key)
        if cell is None:
            unknown = store.problem is not None or not store.complete
            return ("?" if unknown else self.glyphs.absent), "muted"
        if not cell.version:
            return f"{self.glyphs.absent} no champion", "muted" if cell.is_stale else "warn"
        parts = [f"v{cell.version}", *(self._fact(cell, fact) for fact in ("since", "metric", "findings", "serving"))]
        if cell.is_stale:
            parts.append(f"as of {self._when(cell.read_ms)}")
        tone: Tone = "muted" if cell.is_stale else "bad" if cell.is_bad else ""
        return clean("  ".join(part for part in parts if part)), tone

    def _when(self, ms: int | None) -> str:
        if ms is None:
            return "?"
        return quantities.stamp(ms, self.zone)[:16] if self.zone else quantities.ago(ms, self.session.clock.now_ms())

    def _fact(self, cell: StoreCell, fact: str) -> str:
        if fact == "since":
            by = f" by {cell.holding.by}" if cell.holding.by else ""
            return f"{self._when(cell.holding.since_ms)}{by}" if cell.holding.since_ms is not None else ""
        if fact == "age":
            return self._when(cell.made_ms) if cell.made_ms is not None else ""
        if fact == "metric":
            return quantities.number(cell.metric) if cell.metric is not None else ""
        if fact == "findings":
            return f"{cell.findings} finding{'s' if cell.findings > 1 else ''}" if cell.findings else ""
        if fact == "read":
            return self._when(cell.read_ms)
        return cell.serving

    def _fact_of(self, store: Store, fact: str) -> ColumnSpec[str]:
        def text(key: str) -> Cell:
            cell = self.cell(store, key)
            return clean(self._fact(cell, fact)) if cell is not None else ""

        def rank(key: str) -> float | None:
            cell = self.cell(store, key)
            if cell is None:
                return None
            values = {
                "since": cell.holding.since_ms,
                "age": cell.made_ms,
                "metric": cell.metric,
                "findings": cell.findings,
                "read": cell.read_ms,
            }
            return values[fact]

        name = f"{clean(store.name)} {fact}"
        ranked = rank if fact != "serving" else None
        return ColumnSpec(f"{store.name}.{fact}", name, text, ranked, default=False, better="higher", group=store.name)

    def title_parts(self) -> Sequence[str]:
        drifting = sum(1 for key in self.rows() if self.drift_of(key))
        return (
            "Board",
            f"{len(self.stores)} contexts",
            *([f"{drifting} that drift{'s' if drifting == 1 else ''}"] if drifting else []),
        )

    def notes(self) -> Sequence[str]:
        return [store.state() for store in self.stores]

    def empty_words(self) -> str:
        if any(store.is_reading for store in self.stores):
            return "Reading every context …"
        return "No context has a model that could be read.\n" + "\n".join(store.state() for store in self.stores)

    # the cell that the keys mean

    @property
    def store_here(self) -> Store | None:
        """The context of the cell under the cursor; the open one where the cursor is in no context's column."""
        column = self.grid.cursor_column or ""
        for store in self.stores:
            if column in (f"store.{store.name}", *(f"{store.name}.{fact}" for fact in _FACTS)):
                return store
        return next((store for store in self.stores if store.name == self.session.name), None)

    def open_row(self, key: str) -> None:
        self.post_message(self.Wanted("open"))

    def action_diff(self) -> None:
        self.post_message(self.Wanted("diff"))

    def action_copy_to(self) -> None:
        self.post_message(self.Wanted("promote"))

    def action_undo(self) -> None:
        self.post_message(self.Wanted("undo"))


class StoresScreen(Page, Asking):
    """Opens every context of the configuration, each in its own process, and reads them beside each other."""

    CSS_PATH = style_sheets("models.tcss")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.only_list = self.pane = StoresPane(session, self.deck.glyphs)
        self.refreshing = AutoRefresh(self, session.launch.settings.watch_seconds, self._tick)

    def on_mount(self) -> None:
        self.set_crumbs("board")
        names = list(self.session.launch.settings.contexts)
        names += [] if self.session.name in names else [self.session.name]
        self.pane.stores = [Store(name) for name in names]
        self.pane.recall()
        self.focus_pane(self.pane)
        self.read_again()

    def on_unmount(self) -> None:
        for store in self.pane.stores:
            if store.session is not None and store.session is not self.session:
                store.session.leave()

    # reading: every context by itself, page after page, and what is known of each page's champions after it

    def read_again(self) -> None:
        for store in self.pane.stores:
            self._begin(store)
        self._tell()

    def _tick(self) -> None:
        if self.is_seen and not any(store.is_reading for store in self.pane.stores):
            self.read_again()

    def _begin(self, store: Store) -> None:
        if store.session is None:
            try:
                store.session = self.session if store.name == self.session.name else self._open(store.name)
            except Problem as problem:
                store.problem = problem
                return
        store.is_reading = True
        store.freshness = store.freshness.loading()
        self._ask_page(store, store.session, None, {})

    def _open(self, name: str) -> Session:
        return self.deck.open_beside(self._launch(name))

    def _launch(self, name: str) -> Launch:
        settings = self.session.launch.settings
        return resolve(Options(context=name), self.deck.environment, self.deck.folder, settings)

    def _ask_page(self, store: Store, session: Session, token: str | None, so_far: dict[str, RegisteredModel]) -> None:
        size = registry_desk.PAGE if token is None else registry_desk.MORE
        self.ask(
            session.pool,
            f"models of {store.name}",
            lambda: session.registry.search_models(max_results=size, token=token),
            lambda page: self._got_page(store, session, page, so_far),
            lambda problem: self._refused(store, problem),
        )

    def _got_page(self, store: Store, session: Session, page: ModelsPage, so_far: dict[str, RegisteredModel]) -> None:
        fresh = {store.key_of(model.name): model for model in page.models}
        so_far |= fresh
        for key, model in fresh.items():
            before = store.models.get(key)
            if before is not None and before != model:
                session.desk.health.forget(model.name)
        store.models |= fresh
        store.problem = None
        more = page.next_token is not None and len(so_far) < registry_desk.MOST
        if not more:
            store.complete, store.models = page.next_token is None, so_far
        self._learn(store, session, list(fresh.values()))
        if more:
            self._ask_page(store, session, page.next_token, so_far)
        self._tell()

    def _learn(self, store: Store, session: Session, models: Sequence[RegisteredModel]) -> None:
        """Learn of the champions of a page, some at a time, each time shown."""
        some, rest = models[: registry_desk.AT_ONCE], models[registry_desk.AT_ONCE :]
        if not some:
            store.is_reading = self.is_asking(f"models of {store.name}")
            if not store.is_reading:
                self._read_files()
            self._tell()
            return

        def got(found: list[RegisteredModel]) -> None:
            self._take(store, found)
            self._learn(store, session, rest)

        series = f"{store.name} from {some[0].name}"
        work = partial(registry_desk.learn, session, some)
        self.ask(session.pool, series, work, got, lambda problem: self._refused(store, problem))

    def _take(self, store: Store, found: Sequence[RegisteredModel]) -> None:
        now_ms = self.session.clock.now_ms()
        for model in found:
            key = store.key_of(model.name)
            if key in store.models:
                store.models[key] = model
                store.read_ms[key] = now_ms
        store.freshness = store.freshness.live(now_ms)
        self._tell()

    def _read_files(self) -> None:
        """Read the files of champions that several contexts have, so that their signatures can be told apart."""
        shared = [key for key in self.pane.rows() if sum(key in store.models for store in self.pane.stores) > 1]
        here = self.pane.grid.cursor_key
        for key in dict.fromkeys([*([here] if here in shared else []), *shared[: registry_desk.FILES_OF]]):
            self._read_files_of(key)

    def _read_files_of(self, key: str) -> None:
        for store in self.pane.stores:
            session, made = store.session, store.champion(key)
            if session is None or made is None or store.problem is not None:
                continue
            if session.desk.health.facts(made.name, made.version) is None:
                work = partial(session.desk.health.gather_facts, made.name, made.version)
                series = f"files of {store.name} {key}"
                ignore: Callable[[Problem], None] = lambda _problem: None  # noqa: E731  the cell says what it has
                self.ask(session.pool, series, work, lambda _facts: self._tell(), ignore, urgency=PREFETCH)

    @on(ListPane.Followed)
    def _followed(self, event: ListPane.Followed) -> None:
        event.stop()
        key = self.pane.grid.cursor_key
        if key is not None and sum(key in store.models for store in self.pane.stores) > 1:
            self._read_files_of(key)

    def _refused(self, store: Store, problem: Problem) -> None:
        store.problem, store.is_reading = problem, False
        store.freshness = store.freshness.failed(problem)
        self._tell()

    def _tell(self) -> None:
        found = self.pane.stores
        reading = [store for store in found if store.is_reading]
        if reading:
            self.set_freshness(self.freshness.loading())
        elif any(store.problem is None for store in found):
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        elif found and found[0].problem is not None:
            self.set_freshness(self.freshness.failed(found[0].problem))
        self.pane.fill()

    # from a cell

    @on(StoresPane.Wanted)
    def _wanted(self, event: StoresPane.Wanted) -> None:
        event.stop()
        store, key = self.pane.store_here, self.pane.grid.cursor_key
        if store is None or key is None or key not in store.models:
            where = f" in {clean(store.name)}" if store is not None else ""
            self.deck.say(f"There is no such model{where}: go to a context's cell with → and ←")
            return
        do = {"open": self._open_cell, "diff": self._diff, "promote": self._promote, "undo": self._undo}
        do[event.what](store, key)

    def _open_cell(self, store: Store, key: str) -> None:
        name = store.models[key].name
        if store.name == self.session.name:
            self.deck.go(ModelRoute(name))
        else:
            self.deck.open_context(self._launch(store.name), Place(PlaceKind.MODEL, name, model=name))

    def _others(self, store: Store, key: str, *, with_champion: bool) -> list[Store]:
        return [
            other
            for other in self.pane.stores
            if other is not store
            and other.session is not None
            and other.problem is None
            and (not with_champion or other.champion(key) is not None)
        ]

    def _choose(self, title: str, others: Sequence[Store], go_on: Callable[[Store], None]) -> None:
        if len(others) == 1:
            go_on(others[0])
        else:
            by_name = {other.name: other for other in others}
            choices = [(other.name, other.name, other.state()) for other in others]
            choose(self, title, choices, lambda name: go_on(by_name[name]))

    def _diff(self, store: Store, key: str) -> None:
        own, others = store.champion(key), self._others(store, key, with_champion=True)
        if own is None or not others:
            self.deck.say("A champion here and one in another context are compared, and there are not both")
            return

        def go_on(other: Store) -> None:
            theirs = other.champion(key)
            if theirs is not None:
                across = ((other.name, theirs.name), (store.name, own.name))
                self.deck.go(VersionDiffRoute(own.name, theirs.version, own.version, across))

        self._choose("Compare with the champion of", others, go_on)

    def _promote(self, store: Store, key: str) -> None:
        made, others = store.champion(key), self._others(store, key, with_champion=False)
        if made is None or store.session is None:
            self.deck.say(f"{named(key)} has no champion in {clean(store.name)} that could be promoted")
            return
        source = store.session

        def go_on(other: Store) -> None:
            target = other.session
            assert target is not None  # those that are offered are open
            from tui.services.registry_writes import wanted_of

            catalog = f"{target.launch.catalog}." if target.launch.catalog else ""
            to = f"{catalog}{key}"
            elsewhere = None
            if (target.launch.registry_uri, target.launch.apart) != (source.launch.registry_uri, source.launch.apart):
                # MLflow copies versions inside of one registry only.
                elsewhere = source.name, source.registry
            elif to == made.name:
                self.deck.say(f"{clean(other.name)} shows the same model of the same registry")
                return
            title = f"Promote v{made.version} of {named(made.name)} to {clean(other.name)}"
            wanted = wanted_of(f"{to} @{CHAMPION}")
            Writer(self, target).confirm(title, lambda: target.promotions.plan(made, wanted, elsewhere))

        if not others:
            self.deck.say("There is no other context that could be promoted to")
            return
        self._choose("Promote to", others, go_on)

    def _undo(self, store: Store, key: str) -> None:
        """Take back the last change of the model from here, in this context or else in another that has it."""
        others = [other for other in self.pane.stores if other is not store and key in other.models]
        sides = [(one.session, one.models[key].name) for one in (store, *others) if one.session is not None]

        def look() -> tuple[Session, Plan] | None:
            for session, name in sides:
                plan, model, _stays = session.desk.undo(name)
                if plan is not None and all(each.alias and each.id == model.name for each in plan.changes):
                    steps = [plans.AliasStep(each.alias, each.after, each.before) for each in plan.changes]
                    moves = plans.AliasPlan(model.name, tuple(steps), plan.purpose, plan.of)
                    absent = session.desk.learn(moves)
                    plan = session.desk.guarded(moves, model, model.aliases, absent=absent, signs={})
                if plan is not None:
                    return session, plan
            return None

        def got(found: tuple[Session, Plan] | None) -> None:
            if found is None:
                self.deck.say(f"{NOTHING_TO_UNDO}: {named(key)}")
            else:
                session, plan = found
                Writer(self, session).confirm(f"Undo #{plan.of} in {clean(session.name)}", lambda: plan)

        self.ask(self.session.pool, "undo", look, got, self.say_problem)

    def shows(self, touched: Touched) -> bool:
        return any(sort in (Thing.MODEL, Thing.VERSION, Thing.ENDPOINT) for sort, _ in touched)

    # the keys for everywhere
