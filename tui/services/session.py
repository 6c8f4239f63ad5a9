"""One open context: how it is opened, its ports, its threads, the log of its requests, and what it remembers."""

from __future__ import annotations

import getpass
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tui.config.launch import Launch
from tui.domain import uris
from tui.domain.capabilities import Capabilities, expected
from tui.host.host import Host, RequestRecord
from tui.host.wire import spec_of
from tui.resources import cache_dir, state_dir, views_file
from tui.services.clock import Clock, SystemClock
from tui.services.ledger import Ledger
from tui.services.pool import Pool
from tui.services.runs_query import PageSize
from tui.services.state_files import StateFiles, ViewFile

if TYPE_CHECKING:
    from tui.domain.values import RunDetail
    from tui.domain.writes.changes import Plan
    from tui.gateway.ports import (
        ArtifactsPort,
        CatalogPort,
        DiagnosisPort,
        EvaluationsPort,
        MetricHistoryPort,
        PromptsPort,
        RegistryPort,
        ServingPort,
        StorePort,
        TracesPort,
        TraceWritesPort,
        TrackingPort,
        WritesPort,
    )
    from tui.services.housekeeping import Housekeeping
    from tui.services.prompt_desk import PromptDesk
    from tui.services.registry_desk import RegistryDesk
    from tui.services.registry_writes import Promotions
    from tui.services.serving_desk import ServingWrites
    from tui.services.trace_desk import TraceChanges
    from tui.services.watching import Watched
    from tui.services.write_flow import WriteFlow, WriteKind


# What was asked of the server, kept for the ``@`` screen and the status line.


@dataclass(frozen=True)
class LoggedRequest:
    """One request: what, when, how long, how it ended ("…" while it is under way)."""

    number: int
    operation: str
    summary: str
    started_ms: int
    took_ms: float | None
    outcome: str  # "" while under way, "ok", or the kind of the problem
    message: str = ""
    size: int = 0  # bytes that came back from the host process
    reader: str = ""  # who answered: MlflowClient, or which reader of the deck's own


class RequestLog:
    """The last requests, newest last; safe to write from any thread."""

    def __init__(self, keep: int = 1000) -> None:
        self._requests: deque[LoggedRequest] = deque(maxlen=keep)
        self._open: dict[int, LoggedRequest] = {}
        self._lock = threading.Lock()
        self.total = 0
        self.generation = 0
        self.on_record: Callable[[], object] = lambda: None  # called after each record, on the thread that records

    def record(self, request: LoggedRequest) -> None:
        """Take in a request, or a later state of one already known by its number."""
        with self._lock:
            self.generation += 1
            if not request.outcome:
                self.total += request.number not in self._open
                self._open[request.number] = request
            else:
                if self._open.pop(request.number, None) is None:
                    self.total += 1
                self._requests.append(request)
        self.on_record()

    @property
    def in_flight(self) -> int:
        return len(self._open)

    @property
    def waiting(self) -> str:
        """What a request that is under way waits for, "" where none does."""
        return next((request.message for request in tuple(self._open.values()) if request.message), "")

    @property
    def last_took_s(self) -> float:
        """How long the last request took that came to its end, in seconds; 0 where there was none."""
        took_ms = self._requests[-1].took_ms if self._requests else None
        return (took_ms or 0.0) / 1000

    @property
    def under_way(self) -> tuple[LoggedRequest, ...]:
        """The requests that have not ended, the first that was made first."""
        return tuple(sorted(tuple(self._open.values()), key=lambda request: request.number))

    def all(self) -> list[LoggedRequest]:
        """Finished requests and those under way, by number."""
        with self._lock:
            return sorted([*self._requests, *self._open.values()], key=lambda request: request.number)


@dataclass
class Session:
    """What a screen needs of the context it shows; made once for each opened context.

    ``close`` ends the context's process and never waits for a server.
    """

    launch: Launch
    store: StorePort
    tracking: TrackingPort
    writes: WritesPort
    history: MetricHistoryPort
    artifacts: ArtifactsPort
    registry: RegistryPort
    traces: TracesPort
    trace_writes: TraceWritesPort
    evaluations: EvaluationsPort
    prompts: PromptsPort
    clock: Clock
    log: RequestLog
    ledger: Ledger  # of everything written from this machine
    views: StateFiles  # columns, widths, sort: what a person arranged
    last_seen: StateFiles  # the last rows shown, to be there at once next time
    close: Callable[[], None]
    pool: Pool = field(default_factory=Pool)
    # What asks nobody must not wait for threads that a slow server holds.
    own_work: Pool = field(default_factory=lambda: Pool(2, "own-work"))
    diagnosis: DiagnosisPort | None = None
    catalog: CatalogPort | None = None  # of a Databricks workspace only
    serving: ServingPort | None = None  # likewise
    told: Callable[[], Capabilities | None] = lambda: None  # what the context's process has told of its stores
    on_told: Callable[[], object] = lambda: None  # called when it has, on a thread of the process's
    named_views: ViewFile = field(default_factory=lambda: ViewFile(None))
    chart_look: dict[str, Any] = field(default_factory=dict)  # how curves are looked at: axis, weight, log

    @cached_property
    def pace(self) -> PageSize:
        """How many runs the context's server is asked for at a time."""
        return PageSize(self.launch.timeout_s, lambda: self.log.last_took_s, grows=self._expected.long_pages)

    @property
    def capabilities(self) -> Capabilities:
        """What the context's stores can do: as told, else what their URIs let expect."""
        return self.told() or self._expected

    @cached_property
    def _expected(self) -> Capabilities:
        return expected(self.launch.tracking_uri, self.launch.registry_uri)

    def leave(self) -> None:
        """End what belongs to the context: its process, and the threads that asked it."""
        self.close()
        self.pool.close()
        self.own_work.close()

    @property
    def name(self) -> str:
        return self.launch.context_name

    @property
    def workspace(self) -> str:
        """The open workspace of an MLflow server; "" where the server has none."""
        default = uris.DEFAULT_WORKSPACE if self.capabilities.parted else ""
        return self.launch.workspace or default

    @property
    def called(self) -> str:
        """The context with its workspace, as it is named on every page."""
        return f"{self.name}/{self.workspace}" if self.workspace else self.name

    @property
    def read_only(self) -> bool:
        return self.launch.read_only

    @property
    def where(self) -> str:
        """The context and its store, as a person tells somebody else."""
        return f"{self.name} · {self.launch.place_shown}"

    def run_summary(self, run: RunDetail) -> list[tuple[str, str]]:
        """The summary of a run, as it can be copied."""
        from tui.domain.ranking import direction_of
        from tui.services.copies import of_run

        configured = self.launch.settings.metric_directions
        made = of_run(
            run, lambda metric: direction_of(metric, configured).better, place=self.where, now_ms=self.clock.now_ms()
        )
        return made.offers()

    @cached_property
    def flow(self) -> WriteFlow:
        """Everything that is written here."""
        from tui.services.write_flow import WriteFlow  # not on the way to the first frame

        kinds: dict[str, Callable[[], WriteKind]] = {
            "run": lambda: self.housekeeping,
            "experiment": lambda: self.housekeeping,
            "model": lambda: self.desk.writes,
            "version": lambda: self.desk.writes,
            "model alias": lambda: self.desk.moves,
            "prompt": lambda: self.prompt_desk.writes,
            "prompt version": lambda: self.prompt_desk.writes,
            "prompt alias": lambda: self.prompt_desk.moves,
            "endpoint": lambda: self.serving_writes,
            "trace": lambda: self.trace_changes,
            "promotion": lambda: self.promotions,
        }
        return WriteFlow(
            self.ledger, self.clock, kinds, context=self.name, read_only=self.read_only, rights=self._with_rights
        )

    def _with_rights(self, plan: Plan) -> Plan:
        """A plan with what one's own permissions on a server with sign-in do not allow of it."""
        diagnosis, tracking = self.diagnosis, self.tracking
        if diagnosis is None or not self.capabilities.tells_permissions:
            return plan
        from tui.domain.writes.changes import Thing
        from tui.services.permissions import ServerRights

        def experiment_of(kind: Thing, thing_id: str) -> str:
            traced = kind is Thing.TRACE
            return self.traces.info(thing_id).experiment_id if traced else tracking.get_run(thing_id).experiment_id

        return ServerRights(diagnosis.my_permission, experiment_of).dress(plan)

    @cached_property
    def housekeeping(self) -> Housekeeping:
        """What is read and written of this context's runs and experiments."""
        from tui.services.housekeeping import Housekeeping

        return Housekeeping(self.tracking, self.writes, self.ledger, place=self.launch.place_shown)

    @cached_property
    def trace_changes(self) -> TraceChanges:
        """What is read and written of this context's traces."""
        from tui.services.trace_desk import TraceChanges

        return TraceChanges(
            self.traces, self.trace_writes, self.evaluations, self.ledger, place=self.launch.place_shown
        )

    @cached_property
    def serving_writes(self) -> ServingWrites:
        """The changes of what endpoints serve; only where there are endpoints."""
        from tui.services.serving_desk import ServingChanges, ServingDesk, ServingWrites

        assert self.serving is not None
        made = ServingChanges(
            self.serving,
            self.ledger,
            context=self.name,
            place=self.launch.place_shown,
            read_only=self.read_only,
            registry=self.desk.moves.place,
        )
        return ServingWrites(made, ServingDesk(self.serving, self.registry), self.desk.is_protected)

    @cached_property
    def promotions(self) -> Promotions:
        """Copies of versions with what is wanted of them, as one plan."""
        from tui.services.registry_writes import Promotions

        serving = (lambda: self.serving_writes) if self.serving is not None else None
        return Promotions(self.registry, self.desk.writes, self.desk.moves, serving)

    @cached_property
    def watched(self) -> Watched:
        """The conditions that are looked for in what is read anyway."""
        from tui.services.watching import Watched

        return Watched(self.launch.settings.watch)

    @cached_property
    def desk(self) -> RegistryDesk:
        """What the screens of registered models share."""
        from tui.services.registry_desk import RegistryDesk

        return RegistryDesk(self)

    @cached_property
    def prompt_desk(self) -> PromptDesk:
        """What the screens of prompts share."""
        from tui.services.prompt_desk import PromptDesk

        return PromptDesk(self)

    @property
    def pins(self) -> dict[str, str]:
        """The places pinned in this context, and what they are called, as they were pinned."""
        kept = self.views.get(f"{self.memory_key}:pins").get("pins")
        pairs = [pair for pair in kept if isinstance(pair, list) and len(pair) == 2] if isinstance(kept, list) else []
        return {str(place): str(title) for place, title in pairs}

    @property
    def memory_key(self) -> str:
        """What this context's memories are kept under."""
        return self.launch.memory_key


# Opening a context: its host process, its ports, and the folders of what it remembers.


def actor() -> str:
    """Who writes from here, as the ledger keeps it: ``ana@bastion``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def open_session(launch: Launch, host: Host | None, clock: Clock | None = None) -> Session:
    """A session on a context; ``host`` is its process where that has been started already."""
    log = RequestLog()
    clock = clock or SystemClock()

    def record(request: RequestRecord) -> None:
        log.record(
            LoggedRequest(
                number=request.number,
                operation=request.op,
                summary=request.summary,
                started_ms=request.started_ms,
                took_ms=request.took_ms,
                outcome=request.outcome,
                message=request.message,
                size=request.bytes,
                reader=request.reader,
            )
        )

    if host is None:
        host = Host.start(spec_of(launch))
    host.on_request = record
    opened, ports, can = host, host.ports, expected(launch.tracking_uri, launch.registry_uri)
    session = Session(
        launch=launch,
        store=ports.store,
        tracking=ports.tracking,
        writes=ports.writes,
        history=ports.history,
        artifacts=ports.artifacts,
        registry=ports.registry,
        traces=ports.traces,
        trace_writes=ports.trace_writes,
        evaluations=ports.evaluations,
        prompts=ports.prompts,
        clock=clock,
        log=log,
        ledger=Ledger(state_dir() / "ledger.jsonl", clock, actor()),
        views=StateFiles(state_dir() / "views"),
        last_seen=StateFiles(cache_dir() / "last-seen" if launch.settings.cache else None),
        close=host.close,
        diagnosis=ports.diagnosis,
        catalog=ports.catalog if can.workspace else None,
        serving=ports.serving if can.serving else None,
        told=lambda: opened.capabilities,
        named_views=ViewFile(views_file(launch.settings.views_file)),
    )
    host.on_told = lambda: session.on_told()
    return session
