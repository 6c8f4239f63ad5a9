"""Page after page of runs from a plain server, the next one asked for while the present one is on its way.

A server's token is an offset into a list that others change meanwhile: runs that are started push the rest back, and
what is deleted pulls it forward, past the end of the last page. So each page is asked for from a little before where
the last one ended, and goes on after the runs that the last one ended with.
"""

from __future__ import annotations

import base64
import binascii
import contextvars
import json
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.domain.values import Lifecycle, RunsPage
from tui.gateway.rest.transport import Json
from tui.gateway.tracking.rest import RestTracking, columns_of

_OVERLAP = 1  # runs of a page that the last one held as well
_LOOK_BACK = 200  # runs, where that one is no longer where it was
_KNOWN = 20  # of the runs that a page ended with are named in the token of the next
_KEPT_SECONDS = 30.0

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Asked:
    """A page as it is asked of the server."""

    experiments: tuple[str, ...]
    filter_string: str
    view: Lifecycle
    offset: int
    most: int


@dataclass
class _Coming:
    """A page that is being asked for on a thread of its own; no answer where that has failed."""

    came: float | None = None  # when it was there, by the monotonic clock
    done: threading.Event = field(default_factory=threading.Event)
    answer: Json | None = None


class RestPages:
    """``TrackingPort.search_runs`` of a plain server; thread safe."""

    def __init__(self, tracking: RestTracking) -> None:
        self._tracking = tracking
        self._lock = threading.Lock()
        self._coming: dict[_Asked, _Coming] = {}

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        view: Lifecycle = Lifecycle.ACTIVE,
        max_results: int = 1000,
        token: str | None = None,
    ) -> RunsPage:
        offset, known = _read(token)
        if not known:
            found = self._tracking.runs_as_json(experiment_ids, filter_string, view, max_results, token)
            return _page(found, 0, offset + len(found.get("runs", ())))
        most = max_results + _OVERLAP
        asked = _Asked(tuple(experiment_ids), filter_string, view, offset - _OVERLAP, most)
        following = _Asked(asked.experiments, filter_string, view, asked.offset + max_results, most)
        coming = self._take(asked)
        self._begin(following)
        return self._after(asked, self._answer_of(coming, asked), known)

    def _after(self, asked: _Asked, found: Json, known: frozenset[str]) -> RunsPage:
        """What of an answer comes after the runs that the last page ended with."""
        at, offset = _end_of(found, known), asked.offset
        if at is None and offset > 0:
            # Runs before them have been deleted, so that they are earlier than they were.
            offset = max(0, offset - _LOOK_BACK)
            most = asked.most + asked.offset - offset
            found = self._ask(_Asked(asked.experiments, asked.filter_string, asked.view, offset, most))
            at = _end_of(found, known)
        return _page(found, 0 if at is None else at + 1, offset + len(found.get("runs", ())))

    def _ask(self, asked: _Asked) -> Json:
        token = _written({"offset": asked.offset}) if asked.offset else None
        return self._tracking.runs_as_json(asked.experiments, asked.filter_string, asked.view, asked.most, token)

    def _answer_of(self, coming: _Coming | None, asked: _Asked) -> Json:
        if coming is not None:
            coming.done.wait()
            if coming.answer is not None:
                return coming.answer
        return self._ask(asked)

    def _take(self, asked: _Asked) -> _Coming | None:
        with self._lock:
            now = time.monotonic()
            self._coming = {
                key: kept for key, kept in self._coming.items() if kept.came is None or now - kept.came < _KEPT_SECONDS
            }
            return self._coming.pop(asked, None)

    def _begin(self, asked: _Asked) -> None:
        coming = _Coming()
        with self._lock:
            if asked in self._coming:
                return
            self._coming[asked] = coming

        def work() -> None:
            try:
                coming.answer = self._ask(asked)
            except Exception:  # a page that nobody waits for yet: whoever does asks again, and is told
                _logger.debug("a page ahead could not be read", exc_info=True)
            coming.came = time.monotonic()
            coming.done.set()

        threading.Thread(target=contextvars.copy_context().run, args=(work,), name="page-ahead", daemon=True).start()


def _page(found: Json, first: int, offset: int) -> RunsPage:
    """The runs of an answer from ``first`` on; the list goes on at ``offset``, as far as the server says so too."""
    runs = found.get("runs", ())
    token = found.get("next_page_token")
    if token and runs and _read(token)[0] == offset:
        token = _written({"offset": offset, "known": [run["info"]["run_id"] for run in runs[-_KNOWN:]]})
    return columns_of(runs[first:]).page(token)


def _end_of(found: Json, known: frozenset[str]) -> int | None:
    """The place of the last run of an answer that the page before held."""
    runs = found.get("runs", ())
    return next((at for at in range(len(runs) - 1, -1, -1) if runs[at]["info"]["run_id"] in known), None)


def _written(said: dict[str, object]) -> str:
    return base64.b64encode(json.dumps(said).encode()).decode()


def _read(token: str | None) -> tuple[int, frozenset[str]]:
    """The offset that a token holds, 0 where it holds none, and the runs that the page before it ended with."""
    try:
        said = json.loads(base64.b64decode(token or ""))
    except (ValueError, binascii.Error):
        return 0, frozenset()
    offset = said.get("offset") if isinstance(said, dict) else None
    if not isinstance(offset, int) or offset <= 0:
        return 0, frozenset()
    known = said.get("known")
    return offset, frozenset(map(str, known)) if isinstance(known, list) else frozenset()
