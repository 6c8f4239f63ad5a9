"""One open context: its ports, its threads, the log of its requests, and what it remembers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tui.config.launch import Launch
from tui.domain.capabilities import Capabilities, expected
from tui.services.clock import Clock
from tui.services.keepsake import Keepsake
from tui.services.ledger import Ledger
from tui.services.pool import Pool
from tui.services.request_log import RequestLog

if TYPE_CHECKING:
    from tui.gateway.databricks.ports import CatalogPort, DiagnosisPort, ServingPort
    from tui.gateway.ports import ArtifactsPort, MetricHistoryPort, RegistryPort, StorePort, TrackingPort, WritesPort
    from tui.services.housekeeping import Housekeeping, Told
    from tui.services.registry_desk import RegistryDesk


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
    diagnosis: DiagnosisPort | None = None
    catalog: CatalogPort | None = None  # of a Databricks workspace only
    serving: ServingPort | None = None  # likewise
    told: Callable[[], Capabilities | None] = lambda: None  # what the context's process has told of its stores

    @property
    def capabilities(self) -> Capabilities:
        """What the context's stores can do: as told, else what their URIs let expect."""
        return self.told() or self._expected

    @cached_property
    def _expected(self) -> Capabilities:
        return expected(self.launch.tracking_uri, self.launch.registry_uri)

    @property
    def name(self) -> str:
        return self.launch.context_name

    @property
    def read_only(self) -> bool:
        return self.launch.read_only

    @cached_property
    def housekeeping(self) -> Housekeeping:
        """The changes of this context's runs and experiments."""
        from tui.services.housekeeping import Housekeeping  # not on the way to the first frame

        return Housekeeping(
            self.tracking,
            self.writes,
            self.ledger,
            self.clock,
            context=self.name,
            place=self.launch.place_shown,
            read_only=self.read_only,
        )

    @property
    def changes_told(self) -> Sequence[Told]:
        """What became of each plan of changes so far; what shows runs or experiments reads these again."""
        return self.housekeeping.told if "housekeeping" in vars(self) else ()

    @cached_property
    def desk(self) -> RegistryDesk:
        """What the screens of registered models share."""
        from tui.services.registry_desk import RegistryDesk

        return RegistryDesk(self)

    @property
    def memory_key(self) -> str:
        """What this context's memories are kept under: the same for the same server by whatever name it is reached."""
        return hashlib.sha256(self.launch.tracking_uri.encode()).hexdigest()[:16]
