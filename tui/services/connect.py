"""Opening a context: its host process, its ports, and the folders of what it remembers."""

from __future__ import annotations

import getpass
import socket

from tui.config.launch import Launch
from tui.config.paths import cache_dir, state_dir, views_file
from tui.domain.capabilities import expected
from tui.host import Host, RequestRecord
from tui.host.wire import spec_of
from tui.services.clock import Clock, SystemClock
from tui.services.ledger import Ledger
from tui.services.request_log import LoggedRequest, RequestLog
from tui.services.session import Session
from tui.services.state_files import StateFiles
from tui.services.view_files import ViewFile


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
    return Session(
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
