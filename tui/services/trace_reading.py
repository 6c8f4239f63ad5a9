"""Reading the traces of a scope, in every experiment where it names none; it blocks."""

from __future__ import annotations

from tui.domain.traces.scope import TraceScope
from tui.domain.traces.values import TraceInfo
from tui.gateway.ports import TracesPort, TrackingPort

MOST_INFOS = 2000  # traces that are read
MOST_PLACES = 100  # experiments that are looked through, those last updated first


def infos_of(
    tracking: TrackingPort, traces: TracesPort, scope: TraceScope, *, since_ms: int = 0, most: int = MOST_INFOS
) -> tuple[TraceInfo, ...]:
    """The latest traces of a scope, without their spans; those that began before ``since_ms`` are not read on to."""
    places = scope.places or tuple(one.id for one in tracking.search_experiments(max_results=MOST_PLACES).experiments)
    found: list[TraceInfo] = []
    token: str | None = None
    while places and len(found) < most:
        page = traces.search(places, filter_string=scope.filter_string, max_results=min(500, most), token=token)
        found += page.infos
        token = page.next_token
        if token is None or (page.infos and page.infos[-1].started_ms < since_ms):
            break
    return tuple(info for info in found if info.started_ms >= since_ms)
