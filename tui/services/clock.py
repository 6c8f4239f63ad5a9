"""The time, injected, so that no widget reads a clock or a zone."""

from __future__ import annotations

import time
from datetime import datetime, tzinfo
from typing import Protocol


class Clock(Protocol):
    """Now, in milliseconds since the epoch, and the zone to show times in."""

    @property
    def zone(self) -> tzinfo: ...

    def now_ms(self) -> int: ...


class SystemClock:
    """The machine's own clock and zone."""

    def __init__(self) -> None:
        zone = datetime.now().astimezone().tzinfo
        assert zone is not None  # astimezone() always sets one
        self.zone: tzinfo = zone

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000
