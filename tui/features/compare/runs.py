"""Which runs a comparison is of: those of the open context and of others beside it, added, dropped and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tui.domain.diff.comparison import Comparison
from tui.domain.diff.sheet import Subject
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.gateway.ports import TrackingPort
from tui.services.compared_runs import ComparedRuns, RunsWanted, beside, read
from tui.services.session import Session
from tui.ui.deck import Deck
from tui.ui.routes import CompareRoute


class RunsCompared:
    """Runs by context; a session on each other context is opened when a run of it is added, and closed at the end."""

    def __init__(self, session: Session, deck: Deck, route: CompareRoute) -> None:
        self._session = session
        self._deck = deck
        self._wanted = RunsWanted(tuple(dict.fromkeys(route.run_ids)), route.snapshot)
        self._beside: dict[str, tuple[str, ...]] = {}  # runs of other contexts, by the context's name
        self._sessions: dict[str, Session] = {}
        self._adding: tuple[str, str] | None = None  # the context and the id of a run that is being added
        self.repeated = len(route.run_ids) - len(self._wanted.run_ids)

    def __len__(self) -> int:
        return len(self._wanted.run_ids) + sum(map(len, self._beside.values()))

    def has(self, run_id: str) -> bool:
        """Whether a run of the open context is compared."""
        return run_id in self._wanted.run_ids

    def reading(self) -> Callable[[], tuple[ComparedRuns, Comparison]]:
        """What reads and compares them as they are now, on a worker's thread."""
        tracking, wanted, settings = self._session.tracking, self._wanted, self._session.launch.settings
        elsewhere = [(name, self._sessions[name].tracking, ids) for name, ids in self._beside.items() if ids]

        now_ms = self._session.clock.now_ms()

        def work() -> tuple[ComparedRuns, Comparison]:
            compared = read(tracking, replace(wanted, now_ms=now_ms))
            if elsewhere:
                compared = beside(compared, [_read_beside(*one, now_ms) for one in elsewhere])
            comparison = Comparison(compared.sheet, tolerance=settings.tolerance, directions=settings.metric_directions)
            return compared, comparison

        return work

    def anew(self, experiments: Mapping[str, str]) -> None:
        """Read every run from the server the next time; ``experiments`` are those that are known of runs."""
        self._wanted = RunsWanted(self._wanted.run_ids, None, {**self._wanted.experiments, **experiments})

    def session_of(self, context: str) -> Session:
        """The session that runs of a context are read by; "" is the open one."""
        return self._sessions[context] if context else self._session

    def close(self) -> None:
        for session in self._sessions.values():
            session.leave()

    # adding and dropping

    @property
    def others(self) -> list[str]:
        """The names of the contexts besides the open one."""
        return [name for name in self._session.launch.settings.contexts if name != self._session.name]

    def add(self, typed: str) -> str:
        """Add a run by ``CONTEXT:ID``, ``ID`` or ``runs:/ID``; answers why not, "" where it is to be read now."""
        context, run_id = _context_and_run(typed)
        context = "" if context == self._session.name else context
        if not run_id:
            return "Which run? Its id comes after the context: CONTEXT:ID"
        if run_id in (self._beside.get(context, ()) if context else self._wanted.run_ids):
            return "This run is compared already"
        if context and (refused := self._open_beside(context)):
            return refused
        self._adding = (context, run_id)
        self._change(context, lambda run_ids: (*run_ids, run_id))
        return ""

    def drop(self, subject: Subject) -> None:
        """Compare it no longer."""
        self._change(subject.context, lambda run_ids: tuple(run_id for run_id in run_ids if run_id != subject.run_id))

    def take_back(self, missing: Sequence[str] | None = None) -> str:
        """Drop the run that was just added, if it is ``missing`` or in any case; answers what was, "" if nothing."""
        adding, self._adding = self._adding, None
        if adding is None:
            return ""
        context, run_id = adding
        if missing is not None and (f"{context}:{run_id}" if context else run_id) not in missing:
            return ""
        self._change(context, lambda run_ids: tuple(one for one in run_ids if one != run_id))
        where = f"the context {clean(context)}" if context else "this context"
        return f"There is no run {clean(run_id)} in {where}: it is not compared"

    def _change(self, context: str, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        if context:
            self._beside[context] = change(self._beside.get(context, ()))
        else:
            wanted = self._wanted
            self._wanted = RunsWanted(change(wanted.run_ids), wanted.snapshot, wanted.experiments)

    def _open_beside(self, context: str) -> str:
        """Open a session on another context, unless that is open; answers why it cannot be."""
        if context in self._sessions:
            return ""
        from tui.config.choose import Options
        from tui.config.launch import resolve

        try:
            launch = resolve(
                Options(context=context), self._deck.environment, self._deck.folder, self._session.launch.settings
            )
            self._sessions[context] = self._deck.open_beside(launch)
        except Problem as problem:
            return str(problem)
        return ""


def _context_and_run(typed: str) -> tuple[str, str]:
    """The context and the id in ``CONTEXT:ID``, ``ID`` or ``runs:/ID``."""
    text = typed.strip()
    context = ""
    if ":" in text and not text.startswith("runs:/"):
        context, _, text = text.partition(":")
    return context.strip(), text.strip().removeprefix("runs:/").strip("/")


def _read_beside(context: str, tracking: TrackingPort, run_ids: tuple[str, ...], now_ms: int) -> ComparedRuns:
    """Runs of another context; a Problem names it."""
    try:
        return read(tracking, RunsWanted(run_ids, now_ms=now_ms), context=context)
    except Problem as problem:
        raise problem.in_context(context) from problem
