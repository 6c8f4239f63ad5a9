"""The requests that a context answers, by name: nothing that is not in this table can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.gateway import readers
from tui.gateway.artifacts.client import ClientArtifacts
from tui.gateway.databricks.catalog import SdkCatalog
from tui.gateway.databricks.sdk import Pace, Sdk
from tui.gateway.databricks.serving import SdkServing
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
from tui.gateway.prompts import ClientPrompts
from tui.gateway.registry import ClientRegistry
from tui.gateway.rest.tracking import RestTracking
from tui.gateway.session import Connection
from tui.gateway.store import SessionDiagnosis, SessionStore
from tui.gateway.traces import ClientEvaluations, ClientTraces, trace_writes_of
from tui.gateway.tracking import history
from tui.gateway.tracking.client import ClientTracking, writes_of

Operation = Callable[..., Any]


@dataclass(frozen=True)
class Gateway:
    """Every port of a context. A request is called by a port's name here and a method's in the port's protocol."""

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
    diagnosis: DiagnosisPort
    catalog: CatalogPort
    serving: ServingPort


def gateway(session: Connection) -> Gateway:
    """What answers for one context."""
    sdk, pace = Sdk(session), Pace(a_second=session.requests_a_second)
    return Gateway(
        store=SessionStore(session),
        tracking=tracking_of(session),
        writes=writes_of(session),
        history=history.history_of(session),
        artifacts=ClientArtifacts(session),
        registry=ClientRegistry(session, pace=pace),
        traces=ClientTraces(session),
        trace_writes=trace_writes_of(session),
        evaluations=ClientEvaluations(session),
        prompts=ClientPrompts(session, pace=pace),
        diagnosis=SessionDiagnosis(session),
        catalog=SdkCatalog(sdk),
        serving=SdkServing(sdk, pace, session),
    )


def operations(session: Connection, first: readers.FirstReads | None = None) -> Mapping[str, Operation]:
    """The table of requests for one context: the methods of its ports' protocols, and nothing else.

    ``first`` is the reader that has begun to read already, where one has.
    """
    answering = gateway(session)
    found = {
        f"{port}.{method}": getattr(getattr(answering, port), method)
        for port, protocol in protocols().items()
        for method in methods(protocol)
    }
    return readers.over(session, found, first) if session.own_readers else found


def protocols() -> Mapping[str, type]:
    """The protocol of each port, by the port's name."""
    return get_type_hints(Gateway)


def methods(protocol: type) -> tuple[str, ...]:
    """What can be asked of a port."""
    return tuple(name for name, value in vars(protocol).items() if callable(value) and name[0] != "_")


def tracking_of(session: Connection) -> TrackingPort:
    """The way in which a session's kind of store is read."""
    if session.kind in (*uris.HTTP_KINDS, "databricks"):
        return RestTracking(session)
    return ClientTracking(session)


def unknown(op: str) -> Problem:
    """The problem of a request that is not in the table."""
    return Problem(Kind.INTERNAL, "Could not ask", f"There is no request named {op}.")
