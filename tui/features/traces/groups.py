"""Traces by what they share: where they first failed or were slowest, session, user, version, tag; now and before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message

from tui.app.actions import bindings
from tui.domain import quantities
from tui.domain.columns import ColumnSpec, SortOrder
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.table import Tone
from tui.domain.text import clean, named
from tui.domain.traces import table
from tui.domain.traces.summary import HOUR, TraceGroup, grouped, share, tallied
from tui.domain.traces.tree import SpanTree
from tui.domain.traces.values import ERROR, TraceInfo, TraceScope
from tui.resources import style_sheets
from tui.services.session import Session
from tui.services.trace_desk import infos_of, spans_of
from tui.ui.asking import Asking
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.ui.routes import TraceGroupsRoute, TraceRoute, TracesRoute

MOST_READ = 200  # traces whose spans are read to group by them
FAILING, SLOWEST = "first failing span", "slowest span"
_PERIODS = (("hour", HOUR), ("day", 24 * HOUR), ("week", 7 * 24 * HOUR), ("30 days", 30 * 24 * HOUR))

Keys = Callable[[TraceInfo], Iterable[str]]

PLAIN: Mapping[str, Keys] = {
    "session": lambda info: (info.session,) if info.session else (),
    "user": lambda info: (info.user,) if info.user else (),
    "name": lambda info: (info.name,) if info.name else (),
    "version": lambda info: _versions(info),
    "tag": lambda info: (f"{k}={v}" for k, v in info.tags.items() if not k.startswith("mlflow.")),
}
"""What traces are grouped by that stands in their infos."""
KINDS = (FAILING, SLOWEST, *PLAIN)


def _versions(info: TraceInfo) -> tuple[str, ...]:
    """What made it: the logged model, the prompts, the commit of its source; what there is of these."""
    found = [info.model_id] if info.model_id else []
    found += [f"prompt {name} v{version}" for name, version in info.prompts]
    commit = info.metadata.get("mlflow.source.git.commit", "")
    return tuple([*found, *([commit[:12]] if commit else [])])


class GroupsPane(ListPane[TraceGroup]):
    """The groups of one kind."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("trace_groups")]
    filter_hint = "words in what they share"
    nothing_to_ask = "Traces are grouped as they are loaded"
    things = ("group", "groups")
    first_sort: SortOrder = ()

    @dataclass
    class Opened(Message):
        """The traces of a group are wanted."""

        group: TraceGroup

    @dataclass
    class Turned(Message):
        """Another kind of group, or another period, is wanted."""

        kind: int = 0
        period: int = 0

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="trace-groups", marks=False)
        self.groups: list[TraceGroup] = []
        self.kind = FAILING
        self.period = _PERIODS[0]
        self.has_before = True
        self.reading = ""
        self.said = ""

    def put(
        self,
        groups: list[TraceGroup],
        kind: str,
        period: tuple[str, int],
        said: str,
        *,
        has_before: bool = True,
        reading: str = "",
    ) -> None:
        """Show these groups; without traces of the period before, none of them can be called new."""
        self.groups, self.kind, self.period, self.said, self.has_before = groups, kind, period, said, has_before
        self.reading = reading
        self.fill()

    def rows(self) -> Sequence[TraceGroup]:
        return self.groups

    def key_of(self, row: TraceGroup) -> str:
        return row.key

    def searched(self, row: TraceGroup) -> str:
        return row.key

    def specs(self) -> Sequence[ColumnSpec[TraceGroup]]:
        glyphs, now_ms, zone, has_before = self.glyphs, self.session.clock.now_ms(), self.zone, self.has_before

        def trend(row: TraceGroup) -> tuple[str, Tone]:
            if not has_before:
                return quantities.ABSENT, "muted"
            if row.is_new:
                return "new", "bad" if row.now.errors else "accent"
            if not row.now.count:
                return "gone", "muted"
            if round(row.worse, 3) == 0:
                return "", ""
            sign = glyphs.up if row.worse > 0 else glyphs.down
            return f"{sign} {100 * abs(row.worse):.1f}", "bad" if row.worse > 0 else "good"

        def when(ms: int) -> str:
            return quantities.when(ms, now_ms, zone)

        return (
            ColumnSpec("key", self.kind, lambda row: named(row.key), frozen=True, least=16, widest=56),
            ColumnSpec("traces", "turns" if self.kind == "session" else "traces",
                       lambda row: quantities.count(row.now.count), lambda row: row.now.count, better="higher",
                       align="right"),
            ColumnSpec("before", "before", lambda row: (quantities.count(row.before.count), "muted"),
                       lambda row: row.before.count, better="higher", align="right"),
            ColumnSpec("errors", "errors", lambda row: share(row.now.error_share), lambda row: row.now.error_share,
                       better="higher", align="right"),
            ColumnSpec("trend", "change", trend, lambda row: row.worse, better="higher", align="right",
                       detail="by how many hundredths the share of errors has changed"),
            ColumnSpec("p95", "p95", lambda row: table.took(row.now.p95_ms), lambda row: row.now.p95_ms,
                       better="higher", align="right"),
            ColumnSpec("p95_before", "p95 before", lambda row: (table.took(row.before.p95_ms), "muted"),
                       lambda row: row.before.p95_ms, better="higher", align="right", default=self.kind != "session"),
            ColumnSpec("tokens", "tokens", lambda row: table.tokens(row.now.tokens), lambda row: row.now.tokens,
                       better="higher", align="right"),
            ColumnSpec("cost", "cost", lambda row: table.cost(row.now.cost), lambda row: row.now.cost,
                       better="higher", align="right"),
            ColumnSpec("users", "user", lambda row: clean(", ".join(row.users[:3])), default=self.kind == "session",
                       widest=20),
            ColumnSpec("first", "first", lambda row: (when(row.first_ms), "muted"), lambda row: row.first_ms,
                       better="higher", align="right", detail="when the earliest loaded began"),
            ColumnSpec("last", "last", lambda row: (when(row.last_ms), "muted"), lambda row: row.last_ms,
                       better="higher", align="right"),
        )  # fmt: skip

    def title_parts(self) -> Sequence[str]:
        total = tallied(info for group in self.groups for info in group.infos)
        cost = table.cost(total.cost) if total.cost is not None else ""
        when = f"this {self.period[0]} against the one before" if self.period[1] else f"{self.period[0]}, and before"
        return (f"By {self.kind}", when, cost)

    def notes(self) -> Sequence[str]:
        return (self.said,)

    def empty_words(self) -> str:
        if self.reading:
            return self.reading
        return f"No trace here has a {self.kind}." if self.kind != FAILING else "No trace here has failed."

    def open_row(self, key: str) -> None:
        group = next((one for one in self.groups if one.key == key), None)
        if group is not None:
            self.post_message(self.Opened(group))

    def action_next_tab(self) -> None:
        self.post_message(self.Turned(kind=1))

    def action_previous_tab(self) -> None:
        self.post_message(self.Turned(kind=-1))

    def action_period(self) -> None:
        self.post_message(self.Turned(period=1))


class TraceGroupsScreen(Page, Asking):
    """One list of groups; the kind is turned like a tab, the period by its key."""

    CSS_PATH = style_sheets("traces.tcss")

    def __init__(self, session: Session, route: TraceGroupsRoute) -> None:
        super().__init__(session)
        self.route = route
        self.infos: tuple[TraceInfo, ...] = route.infos
        self.only_list = self.groups = GroupsPane(session, self.deck.glyphs)
        self._kind = KINDS.index(route.kind) if route.kind in KINDS else 0
        self._period = self._fitting()
        self._paths: dict[str, dict[str, str]] = {FAILING: {}, SLOWEST: {}}

    def _fitting(self) -> int:
        """The longest period of which the loaded traces hold two."""
        now = self.session.clock.now_ms()
        oldest = min((info.started_ms for info in self.infos), default=now)
        fitting = [at for at, (_, ms) in enumerate(_PERIODS) if now - oldest >= 2 * ms]
        return fitting[-1] if fitting else 0

    def on_mount(self) -> None:
        self.set_crumbs("traces", self.route.scope.words, "groups")
        self.groups.recall()
        self.focus_pane(self.groups)
        if self.infos:
            self._show()
        else:
            self._read_infos()

    def _read_infos(self) -> None:
        """Read the traces of the scope, in every experiment where it names none."""
        traces, tracking, scope = self.session.traces, self.session.tracking, self.route.scope
        self.groups.grid.placeholder = "Reading traces …"
        self.set_freshness(self.freshness.loading())

        def work() -> tuple[TraceInfo, ...]:
            return infos_of(tracking, traces, scope)

        def got(infos: tuple[TraceInfo, ...]) -> None:
            self.infos = infos
            self._period = self._fitting()
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
            self._show()

        self.ask(self.session.pool, "infos", work, got, self._refused)

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.groups.notice.problem(problem)

    @on(GroupsPane.Turned)
    def _turned(self, event: GroupsPane.Turned) -> None:
        event.stop()
        self._kind = (self._kind + event.kind) % len(KINDS)
        self._period = (self._period + event.period) % len(_PERIODS)
        self._show()

    @on(GroupsPane.Opened)
    def _opened(self, event: GroupsPane.Opened) -> None:
        event.stop()
        group, kind = event.group, KINDS[self._kind]
        scope = self.route.scope
        if kind == "session":
            places = tuple(dict.fromkeys(info.experiment_id for info in group.infos))
            self.deck.go(TracesRoute(TraceScope(places, session=group.key)))
            return
        order = tuple(info.id for info in sorted(group.infos, key=lambda info: -info.started_ms))
        if kind in (FAILING, SLOWEST):
            failed = tuple(info.id for info in group.infos if info.state == ERROR)
            newest = max(group.infos, key=lambda info: info.started_ms)
            self.deck.go(TraceRoute(newest.id, newest, order, failed, at_failure=kind == FAILING))
        else:
            self.deck.go(TracesRoute(scope, local=_as_filter(kind, group.key)))

    def _show(self) -> None:
        kind = KINDS[self._kind]
        wanted = self._wanted(kind)
        missing = [info for info in wanted if info.id not in self._paths.get(kind, {})]
        if kind in PLAIN:
            self._put(list(self.infos), PLAIN[kind], "")
        elif missing:
            self._put([], lambda _info: (), "", reading=f"Reading the spans of {len(missing)} traces …")
            self._read_paths(kind, missing)
        else:
            paths = self._paths[kind]
            of = f"of the latest {len(wanted)}" if len(wanted) == MOST_READ else ""
            self._put(wanted, lambda info: (paths[info.id],) if paths.get(info.id) else (), of)

    def _wanted(self, kind: str) -> list[TraceInfo]:
        """The traces whose spans are looked at."""
        if kind in PLAIN:
            return []
        found = [info for info in self.infos if kind == SLOWEST or info.state == ERROR]
        return sorted(found, key=lambda info: -info.started_ms)[:MOST_READ]

    def _read_paths(self, kind: str, missing: Sequence[TraceInfo]) -> None:
        traces, batches = self.session.traces, self.session.capabilities.trace_batches
        self.set_freshness(self.freshness.loading())

        def work() -> dict[str, tuple[str, str]]:
            trees = ((trace_id, SpanTree(spans)) for trace_id, spans in spans_of(traces, missing, batches=batches))
            return {trace_id: (_path(tree, tree.failed), _path(tree, tree.slowest)) for trace_id, tree in trees}

        def got(found: dict[str, tuple[str, str]]) -> None:
            for trace_id, (failing, slowest) in found.items():
                self._paths[FAILING][trace_id] = failing
                self._paths[SLOWEST][trace_id] = slowest
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
            self._show()

        self.ask(self.session.pool, "paths", work, got, self._refused)

    def _put(self, infos: list[TraceInfo], keys: Keys, said: str, *, reading: str = "") -> None:
        now = self.session.clock.now_ms()
        period = _PERIODS[self._period]
        since, before = now - period[1], now - 2 * period[1]
        if self.route.since_ms:
            period, since, before = (self.route.since, 0), self.route.since_ms, 0
        groups = grouped(infos, keys, since, before)
        has_before = any(before <= info.started_ms < since for info in self.infos)
        others = "older ones are counted in neither" if any(info.started_ms < before for info in infos) else ""
        if not has_before and self.infos:
            others = f"none loaded of the {period[0]} before" if period[1] else "none loaded of before"
        note = " · ".join(part for part in (said, self.route.said and f"only {self.route.said}", others) if part)
        self.groups.put(groups, KINDS[self._kind], period, clean(note), has_before=has_before, reading=reading)

    def read_again(self) -> None:
        self._paths = {FAILING: {}, SLOWEST: {}}
        if self.route.infos:
            self._show()
        else:
            self._read_infos()


def _path(tree: SpanTree, numbers: Sequence[int]) -> str:
    """Where the first of some spans of a tree lies; "" where there is none."""
    return " › ".join(tree.path(numbers[0])) if numbers else ""


def _as_filter(kind: str, key: str) -> str:
    """A group as a filter of the list of traces."""
    from tui.domain.filter.nodes import quoted_value

    if kind == "tag":
        name, _, value = key.partition("=")
        return f"tags.`{name}` = {quoted_value(value)}"
    if kind == "version":
        if key.startswith("prompt "):
            name, _, version = key[len("prompt ") :].rpartition(" v")
            return f"prompt : {quoted_value(f'{name}/{version}')}"
        if key.startswith("m-"):
            return f"model = {quoted_value(key)}"
        return f"metadata.mlflow.source.git.commit : {quoted_value(key)}"
    return f"{kind} = {quoted_value(key)}"
