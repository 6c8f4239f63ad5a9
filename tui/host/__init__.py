"""One child process for each open context, which owns that context's gateway; this is the deck's side of it."""

from __future__ import annotations

from tui.host.host import Host, HostEvent, HostState, RequestRecord
from tui.host.wire import HostSpec

__all__ = ["Host", "HostEvent", "HostSpec", "HostState", "RequestRecord"]
