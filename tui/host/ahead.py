"""What the deck asks first of all, read before it asks: its process is there while the screens are still loaded.

Nothing else is asked than what is asked anyway. An answer is given once, to the very request that it answers, and only
while it is fresh; whatever fails in a way that is not for the deck to be told is asked again by the request itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.domain.experiments import Lifecycle
from tui.domain.problem import Problem
from tui.gateway.environment import deadline_of
from tui.gateway.problems import Elsewhere
from tui.gateway.readers import FirstReads, answered_by
from tui.gateway.session import Connection
from tui.host.wire import Opening

LIST, PAGE = "tracking.search_experiments", "tracking.search_runs"
FRESH_SECONDS = 5.0
_PROBLEM_SECONDS = 1.0  # in which a failure stands for whoever asks; after that the world is looked at again
_SLOW = 0.5  # of a request's time: after a longer one the deck asks for fewer runs (``services.runs_query``)

_logger = logging.getLogger(__name__)


Arguments = tuple[tuple[Any, ...], Mapping[str, Any]]


def list_asked(filter_string: str) -> Arguments:
    """How the deck asks for the first experiments."""
    return (Lifecycle.ACTIVE,), {"token": None, "filter_string": filter_string}


def page_asked(experiment_id: str, runs: int) -> Arguments:
    """How the deck asks for the first runs."""
    return ((experiment_id,),), {"filter_string": "", "view": Lifecycle.ACTIVE, "max_results": runs}


@dataclass(eq=False)
class _Coming:
    """An answer on its way, and the arguments that it belongs to."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    done: threading.Event = field(default_factory=threading.Event)
    came: float = 0.0  # by the monotonic clock
    has_answer: bool = False
    value: Any = None
    problem: Problem | None = None

    @property
    def fresh(self) -> bool:
        kept = FRESH_SECONDS if self.has_answer else _PROBLEM_SECONDS if self.problem is not None else 0.0
        return time.monotonic() - self.came < kept


class ReadAhead:
    """The first list of experiments and the first page of runs; thread safe."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._coming: dict[str, _Coming] = {}
        self._reads: FirstReads | None = None
        self._left = 0
        self.done = threading.Event()

    def begin(self, opening: Opening, reads: FirstReads) -> None:
        """Read on threads of their own; ``done`` is set when everything has been read."""
        self._reads = reads
        self._left = 1 + (opening.runs_of is not None)
        listed = self._announce(LIST, *list_asked(opening.experiments))
        if opening.runs_of:
            self._begin_page(opening.runs_of, opening.runs)

        def chosen(page: Any, took_s: float) -> None:
            """Go on to the runs, before the list is given to the deck, which asks for them next."""
            if page is None:
                with self._lock:
                    self._coming.pop(PAGE, None)  # what is wrong is told of the list, and may be mended before the runs
            if opening.runs_of != "":
                return
            if page is not None and page.experiments and took_s < self._session.timeout_s * _SLOW:
                self._begin_page(page.experiments[0].id, opening.runs)
            else:
                self._ended()

        self._start(listed, reads.search_experiments, chosen)

    def has(self, op: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether this very request is being read ahead, or has been."""
        with self._lock:
            coming = self._coming.get(op)
        return coming is not None and coming.args == args and coming.kwargs == kwargs

    def answer(self, op: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], ask: Callable[..., Any]) -> Any:
        """What a request is answered with: what has been read for it, else what ``ask`` answers. Raises Problem."""
        with self._lock:
            coming = self._coming.pop(op, None)
        if coming is None or coming.args != args or coming.kwargs != kwargs:
            return ask(*args, **kwargs)
        coming.done.wait()
        if not coming.fresh:
            return ask(*args, **kwargs)
        if coming.problem is not None:
            raise coming.problem
        assert self._reads is not None
        answered_by.set(self._reads.by)
        return coming.value

    def _begin_page(self, experiment_id: str, runs: int) -> None:
        assert self._reads is not None
        self._start(self._announce(PAGE, *page_asked(experiment_id, runs)), self._reads.search_runs)

    def _announce(self, op: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Coming:
        coming = _Coming(args, kwargs)
        with self._lock:
            self._coming[op] = coming
        return coming

    def _start(
        self, coming: _Coming, read: Callable[..., Any], then: Callable[[Any, float], None] = lambda _page, _took: None
    ) -> None:
        session = self._session

        def work() -> None:
            began = time.monotonic()
            try:
                with session.within(session.timeout_s, deadline_of(session.timeout_s)):
                    session.require_open()
                    coming.value = read(*coming.args, **coming.kwargs)
                coming.has_answer = True
            except Problem as problem:
                coming.problem = problem
            except Elsewhere:
                _logger.debug("what comes first is not for a reader of our own")
            except Exception:  # a worker that nobody waits for yet: whoever asks is told
                _logger.debug("what comes first could not be read", exc_info=True)
            coming.came = time.monotonic()
            then(coming.value, coming.came - began)
            coming.done.set()
            self._ended()

        threading.Thread(target=work, name="read-ahead", daemon=True).start()

    def _ended(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left <= 0:
                self.done.set()
