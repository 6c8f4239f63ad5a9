"""The serving endpoints of a workspace: listed at once, then read whole, then compared with what aliases say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.app.actions import bindings
from tui.domain.columns import ColumnSpec, SpecTable, sifted, sorted_by
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import count
from tui.domain.serving import Drift, Endpoint, ServedEntity, Update, served
from tui.domain.serving_rows import PENDING, Listed, columns, entities_table, facts, searched
from tui.domain.text import named
from tui.services.pool import PREFETCH
from tui.services.serving_desk import WHOLE_AT_ONCE, ServingDesk, ServingView
from tui.services.session import Session
from tui.ui.arranged_grid import ArrangedGrid
from tui.ui.list_pane import ListPane, Show
from tui.widgets.grid import Grid
from tui.widgets.pane import Pane

GROUP = "paid by the token"  # the key of the row that stands for Databricks' own models
FOLLOW_SECONDS = 2.0  # between two looks at an endpoint that is being updated


class EndpointsPane(ListPane[Listed]):
    """The list. What is shown of an endpoint grows as it is read; one that is being updated is looked at again."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("serving_list")]
    filter_hint = "words in the name, the model or the state"
    nothing_to_ask = "Every endpoint is listed here already: there is nothing to ask the server"

    @dataclass
    class Opened(Message):
        """The details of the endpoint under the cursor are wanted."""

    things = ("endpoint", "endpoints")
    first_sort = (("name", False),)

    def __init__(self, session: Session, glyphs: Glyphs, model: str = "") -> None:
        super().__init__(session, glyphs, id="endpoints", marks=False)
        assert session.serving is not None
        self._serving = session.serving
        self._desk = ServingDesk(session.serving, session.registry)
        self.query_text = model
        self._endpoints: dict[str, Endpoint] = {}
        self._aliases: dict[str, Mapping[str, str]] = {}
        self._rows: list[Listed] = []
        self.is_folded = True  # whether the models of Databricks' own are behind one row

    def on_mount(self) -> None:
        self.recall()
        self.grid.placeholder = "Reading the serving endpoints …"
        self.fill()
        self.set_interval(FOLLOW_SECONDS, self._follow_updates)
        self.read_again()

    # reading

    def read_again(self) -> None:
        """Read everything anew; what is shown stays until then."""
        self.state.loading()
        self.ask(self.session.pool, "list", self._serving.endpoints, self._got, self._refused)

    def _got(self, listed: tuple[Endpoint, ...]) -> None:
        before = self._endpoints
        # What a list does not tell stays as it was last read, until it is read again.
        self._endpoints = {e.name: _grown(before.get(e.name), e) for e in listed}
        self.state.live()
        self.fill()
        self._read_whole([one for one in listed if one.kind != "foundation" or not self.is_folded])
        self._read_aliases()

    def aliases_moved(self, models: Collection[str]) -> None:
        """Aliases of these models may point elsewhere: read them again where versions of them are served."""
        if any(model in self.view.aliases for model in models):
            self._read_aliases()

    def _read_aliases(self) -> None:
        models = sorted(served(self._endpoints.values()))
        self.ask(
            self.session.pool,
            "aliases",
            lambda: self._desk.aliases(models),
            self._got_aliases,
            lambda _problem: (
                None
            ),  # without aliases there is no drift to show, and the endpoints stay as true as before
            urgency=PREFETCH,
        )

    def _read_whole(self, left: list[Endpoint], series: str = "whole") -> None:
        some, rest = left[:WHOLE_AT_ONCE], left[WHOLE_AT_ONCE:]
        if not some:
            return

        def got(whole: tuple[Endpoint, ...]) -> None:
            self.take(whole)
            self._read_whole(rest, series)

        self.ask(self.session.pool, series, lambda: self._desk.whole(some), got, self._refused, urgency=PREFETCH)

    def _got_aliases(self, aliases: dict[str, Mapping[str, str]]) -> None:
        self._aliases = aliases
        now_ms = self.session.clock.now_ms()
        begun = self.session.watched.serving(tuple(self._endpoints.values()), aliases, now_ms)
        self.deck.notices.begun(begun)
        self.fill()

    def _refused(self, problem: Problem) -> None:
        self.state.failed(problem, "No serving endpoints could be read.")
        self.fill()

    def look_at(self, name: str) -> None:
        """Read one endpoint again, now."""
        self.ask(
            self.session.pool,
            f"endpoint {name}",
            lambda: self._serving.endpoint(name),
            lambda endpoint: self.take([endpoint]),
            self._refused,
        )

    def _follow_updates(self) -> None:
        for endpoint in self._endpoints.values():
            if endpoint.update is Update.RUNNING and not self.is_asking(f"endpoint {endpoint.name}"):
                self.look_at(endpoint.name)

    def take(self, endpoints: Sequence[Endpoint]) -> None:
        """Show what was read of these endpoints."""
        for endpoint in endpoints:
            if endpoint.name in self._endpoints:
                self._endpoints[endpoint.name] = endpoint
        self.fill()

    # showing

    @property
    def view(self) -> ServingView:
        return ServingView(tuple(self._endpoints.values()), self._aliases)

    def drifts(self) -> dict[str, tuple[Drift, ...]]:
        """Drift by endpoint."""
        columns = self.session.launch.settings.models.alias_columns
        return self.view.drifts(columns[0] if columns else "champion")

    def fill(self) -> None:
        drifts = self.drifts()
        self._rows = [Listed(endpoint, drifts.get(endpoint.name, ())) for endpoint in self._endpoints.values()]
        super().fill()

    def laying_out(self) -> Callable[[], Show]:
        """One's own endpoints first, however they are sorted; the models that Databricks serves to all come last."""
        specs, arrangement, sort = self.specs(), self.arrangement, self.arrangement.sort or self.first_sort
        found = sorted_by(sifted(self._rows, self.query_text, self.searched), specs, sort)
        own = [row for row in found if row.endpoint.kind != "foundation"]
        others = [row for row in found if row.endpoint.kind == "foundation"]
        is_folded = self.is_folded and not self.query_text
        if others and not self.query_text:
            sign = self.glyphs.folded if is_folded else self.glyphs.unfolded
            own.append(Listed(Endpoint(""), heading=f"{sign} {count(len(others))} {GROUP}"))
        rows = own if is_folded else [*own, *others]
        table = SpecTable(
            rows, self.key_of, specs, arrangement, sort=self.first_sort, generation=self._generation, in_order=True
        )
        return lambda: lambda: self.show(table)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "fold":
            return any(one.kind == "foundation" for one in self._endpoints.values())
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "There is no model of Databricks' own here to be folded" if verb == "fold" else super().why_off(verb)

    def action_fold(self) -> None:
        """Show what Databricks serves to all, or fold it behind one row."""
        self.is_folded = not self.is_folded
        self.fill()
        if not self.is_folded:
            brief = [one for one in self._endpoints.values() if one.kind == "foundation" and not one.is_whole]
            self._read_whole(brief, GROUP)

    def specs(self) -> Sequence[ColumnSpec[Listed]]:
        any_drift = any(row.drifts for row in self._rows)
        return columns(self.glyphs, now_ms=self.session.clock.now_ms(), zone=self.zone, any_drift=any_drift)

    def rows(self) -> Sequence[Listed]:
        return self._rows

    def key_of(self, row: Listed) -> str:
        return GROUP if row.heading else row.endpoint.name

    def searched(self, row: Listed) -> str:
        return searched(row)

    def open_row(self, key: str) -> None:
        if key == GROUP:
            self.action_fold()
        else:
            self.post_message(self.Opened())

    def title_parts(self) -> Sequence[str]:
        return ("Serving",)

    def count_words(self) -> str:
        drifted = sum(1 for row in self._rows if row.drifts)
        off = f"{drifted} off {'its' if drifted == 1 else 'their'} alias"
        return " · ".join([count(len(self._rows)), *([off] if drifted else [])])

    def empty_words(self) -> str:
        return "There are no serving endpoints that you may see." if self.state.freshness.as_of_ms is not None else ""

    def shown(self) -> None:
        self.tell_followed()

    def endpoint_here(self) -> Endpoint | None:
        """The endpoint under the cursor."""
        return self._endpoints.get(self.grid.cursor_key or "")

    def shown_names(self) -> frozenset[str]:
        """The endpoints that the filter leaves."""
        table = self.grid.table
        return frozenset(table.row_key(row) for row in range(table.row_count)) if table is not None else frozenset()

    @property
    def aliases(self) -> Mapping[str, Mapping[str, str]]:
        return self._aliases


def _grown(known: Endpoint | None, listed: Endpoint) -> Endpoint:
    """What a list tells now, with what is known of the rest as long as nothing has changed."""
    if known is None or not known.is_whole or known.updated_ms != listed.updated_ms:
        return listed
    return replace(
        known,
        ready=listed.ready,
        update=listed.update,
        is_stopped=listed.is_stopped,
        system_update_failed=listed.system_update_failed,
    )


# One serving endpoint: how it stands, what went wrong, and each thing that it serves.


_STYLES = {"good": "", "warn": "$warning", "bad": "$error", "muted": "$muted"}


class EntitiesPane(Pane):
    """The details of an endpoint; asks nothing itself."""

    @dataclass
    class Opened(Message):
        """A served entity is to be opened."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="entities")
        self._session = session
        self._glyphs = glyphs
        self.words = Static("", id="serving-words", markup=False)
        self.grid = ArrangedGrid(session, glyphs, name="entities")
        self._endpoint: Endpoint | None = None
        self._generation = 0

    def body(self) -> ComposeResult:
        yield self.words
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    def show(
        self, endpoint: Endpoint | None, aliases: Mapping[str, Mapping[str, str]], drifts: Sequence[Drift]
    ) -> None:
        """Show an endpoint, or none."""
        self._endpoint = endpoint
        self._generation += 1
        if endpoint is None:
            self.set_title("Endpoint")
            self.words.update("")
            self.grid.placeholder = ""
            self.grid.table = None
            return
        lines = facts(endpoint, drifts, self._session.clock.now_ms())
        self.words.update(Content("\n").join(Content.styled(text, _STYLES.get(tone, "")) for text, tone in lines))
        self.set_title(named(endpoint.name), "" if endpoint.is_whole else "reading …")
        self.grid.placeholder = "It serves nothing yet."
        self.grid.table = entities_table(endpoint, aliases, self._glyphs, generation=self._generation)

    def entity_here(self) -> ServedEntity | None:
        """The served entity under the cursor, also one that is on its way."""
        key, endpoint = self.grid.cursor_key, self._endpoint
        if key is None or endpoint is None:
            return None
        if key.startswith(PENDING):
            pending = endpoint.pending.entities if endpoint.pending is not None else ()
            return next((entity for entity in pending if PENDING + entity.name == key), None)
        return self.current_here()

    def current_here(self) -> ServedEntity | None:
        """The served entity under the cursor, if it serves now."""
        endpoint, key = self._endpoint, self.grid.cursor_key
        return next((e for e in (endpoint.config.entities if endpoint else ()) if e.name == key), None)

    @on(Grid.CursorMoved)
    def _moved(self, event: Grid.CursorMoved) -> None:
        event.stop()
        self.screen.refresh_bindings()

    @on(Grid.Opened)
    def _opened(self, event: Grid.Opened) -> None:
        event.stop()
        self.post_message(self.Opened())
