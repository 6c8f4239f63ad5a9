"""One open context: its ports, its threads, the log of its requests, and what it remembers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tui.config.launch import Launch
from tui.domain import uris
from tui.domain.capabilities import Capabilities, expected
from tui.services.clock import Clock
from tui.services.ledger import Ledger
from tui.services.pool import Pool
from tui.services.request_log import RequestLog
from tui.services.runs_query import PageSize
from tui.services.state_files import StateFiles
from tui.services.view_files import ViewFile

if TYPE_CHECKING:
    from tui.domain.values import RunDetail
    from tui.domain.writes.changes import Plan
    from tui.gateway.databricks.ports import CatalogPort, DiagnosisPort, ServingPort
    from tui.gateway.ports import (
        ArtifactsPort,
        EvaluationsPort,
        MetricHistoryPort,
        PromptsPort,
        RegistryPort,
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
    from tui.services.trace_writes import TraceChanges
    from tui.services.write_flow import WriteFlow, WriteKind


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
    named_views: ViewFile = field(default_factory=lambda: ViewFile(None))
    chart_look: dict[str, Any] = field(default_factory=dict)  # how curves are looked at: axis, weight, log

    @cached_property
    def pace(self) -> PageSize:
        """How many runs the context's server is asked for at a time."""
        return PageSize(self.launch.timeout_s, lambda: self.log.last_took_s)

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
        from tui.domain.diff.directions import direction_of
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
        if diagnosis is None or not self.capabilities.hides:
            return plan
        from tui.services.permissions import ServerRights

        return ServerRights(diagnosis.my_permission, lambda run_id: tracking.get_run(run_id).experiment_id).dress(plan)

    @cached_property
    def housekeeping(self) -> Housekeeping:
        """What is read and written of this context's runs and experiments."""
        from tui.services.housekeeping import Housekeeping

        return Housekeeping(self.tracking, self.writes, self.ledger, place=self.launch.place_shown)

    @cached_property
    def trace_changes(self) -> TraceChanges:
        """What is read and written of this context's traces."""
        from tui.services.trace_writes import TraceChanges

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
    def memory_key(self) -> str:
        """What this context's memories are kept under: the same for the same server by whatever name it is reached."""
        server = uris.in_workspace(self.launch.tracking_uri, self.launch.apart)
        return hashlib.sha256(server.encode()).hexdigest()[:16]
