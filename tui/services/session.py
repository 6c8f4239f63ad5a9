"""One open context: its ports, its threads, the log of its requests, and what it remembers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.config.launch import Launch
from tui.services.clock import Clock
from tui.services.keepsake import Keepsake
from tui.services.ledger import Ledger
from tui.services.pool import Pool
from tui.services.request_log import RequestLog

if TYPE_CHECKING:
    from tui.gateway.ports import ArtifactsPort, MetricHistoryPort, RegistryPort, StorePort, TrackingPort, WritesPort


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
    clock: Clock
    log: RequestLog
    ledger: Ledger  # of everything written from this machine
    views: Keepsake  # columns, widths, sort: what a person arranged
    last_seen: Keepsake  # the last rows shown, to be there at once next time
    close: Callable[[], None]
    pool: Pool = field(default_factory=Pool)

    @property
    def name(self) -> str:
        return self.launch.context_name

    @property
    def read_only(self) -> bool:
        return self.launch.read_only

    @property
    def memory_key(self) -> str:
        """What this context's memories are kept under: the same for the same server by whatever name it is reached."""
        return hashlib.sha256(self.launch.tracking_uri.encode()).hexdigest()[:16]
