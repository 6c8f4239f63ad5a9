"""What a comparison says about itself: title, footnotes, and what stands where there are no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from textual.content import Content

from tui.app.actions import key_of
from tui.domain.diff.arrangement import Arranged
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.files import FileChange, FilePair
from tui.domain.diff.sheet import Subject
from tui.domain.diff.table import subject_titles
from tui.domain.diff.text_change import LEAST_BESIDE
from tui.domain.glyphs import Glyphs
from tui.domain.preview.values import Body, TableBody
from tui.domain.problem import Problem
from tui.domain.quantities import count, counted, number, size
from tui.domain.text import clean, named
from tui.gateway.ports import TrackingPort
from tui.services.compared_files import ReadPair
from tui.services.compared_runs import ComparedRuns, RunsWanted, beside, read
from tui.services.session import Session
from tui.ui.asking import Deck
from tui.ui.routes import CompareRoute

_ORDERS = {"name": "", "change": "by change from the baseline", "spread": "by spread across the runs"}


@dataclass(frozen=True)
class ComparisonAsides:
    """What a comparison is besides its values: runs not to be had, runs given twice, and which were left out."""

    missing: tuple[str, ...] = ()
    repeated: int = 0
    scope: str = ""


def title(comparison: Comparison, arranged: Arranged) -> tuple[str, ...]:
    """How many runs, against which, and how much of what differs."""
    runs = len(comparison.subjects)
    parts = [f"Compare {count(runs)} run{'s' if runs != 1 else ''}"]
    if runs > 1:
        parts.append(f"baseline {subject_titles(comparison)[arranged.baseline]}")
    for group in ("params", "metrics"):
        known = comparison.count(group)
        if known.rows and runs > 1:
            verb = " differ" if group == "params" or len(parts) == 2 else ""
            parts.append(f"{count(known.differing)} of {count(known.rows)} {group}{verb}")
    parts.append(f"tolerance {number(comparison.tolerance)}")
    return tuple(parts)


def footnotes(comparison: Comparison, arranged: Arranged, said: ComparisonAsides, glyphs: Glyphs) -> list[str]:
    """What else must be known to read the table rightly."""
    arrangement = arranged.arrangement
    notes = [*absences(said), *([said.scope] if said.scope else [])]
    if len(comparison.subjects) > 1:
        metrics = [s for s in comparison.sections if s.group == "metrics"]
        if metrics and not any(section.present.all(axis=1).any() for section in metrics):
            notes.append("no metric in common")
    notes += ["only what differs" if arrangement.only_differences else "all rows"]
    if arrangement.order != "name":
        notes.append(_ORDERS[arrangement.order])
    if arrangement.query:
        notes.append(f"filter: {clean(arrangement.query)}")
    system = comparison.count("tags").rows - comparison.count("tags", system=False).rows
    if system and not arrangement.system_tags:
        notes.append(f"{system} of MLflow's own tags out (t)")
    if any(comparison.direction(s, row).guessed for s in comparison.sections for row in range(min(len(s), 50))):
        notes.append(f"{glyphs.up}? {glyphs.down}? guessed from the name")
    return notes


def marked(metrics: int) -> list[str]:
    """How many metrics are marked, and what for."""
    return [f"{count(metrics)} metric{'s' if metrics > 1 else ''} marked (p curves)"] if metrics else []


def absences(said: ComparisonAsides) -> list[str]:
    """Runs that are not here, and why."""
    notes = []
    if said.missing:
        many = len(said.missing)
        ids = ", ".join(_shortened(run_id) for run_id in said.missing[:3]) + (" …" if many > 3 else "")
        notes.append(f"{many} run{'s are' if many > 1 else ' is'} no longer there: {ids}")
    if said.repeated:
        notes.append("a run given twice is shown once")
    return notes


def _shortened(run_id: str) -> str:
    """An id as far as it tells runs apart, after its context where it has one."""
    context, colon, own = clean(run_id).rpartition(":")
    return f"{context}{colon}{own[:8]}"


def placeholder(comparison: Comparison, arranged: Arranged) -> str:
    """What stands where there are no rows, with the next step."""
    arrangement = arranged.arrangement
    back, all_rows = key_of("app.back"), key_of("compare.differences")
    runs = len(comparison.subjects)
    if runs == 0:
        return f"None of these runs is there any more.\n{back} goes back"
    if arrangement.query:
        return f"No row holds  {clean(arrangement.query)}\n{back} clears the filter · {all_rows} shows all rows"
    if runs == 1:
        return (
            "This is one run only: there is nothing to compare it with.\n"
            f"{back} goes back; mark more runs there ({key_of('grid.mark')}), then {key_of('runs.compare')}"
            f" · {all_rows} shows what this one has"
        )
    if arrangement.only_differences:
        groups = _listed([group for group in comparison.groups if group != "overview"])
        return (
            f"Nothing differs between these {count(runs)} runs in {groups}.\n"
            f"{all_rows} shows all rows · {key_of('compare.system_tags')} adds MLflow's own tags"
        )
    return f"These runs have nothing to compare.\n{back} goes back"


def title_of_versions(name: str, comparison: Comparison, arranged: Arranged) -> tuple[str, ...]:
    """Which versions of a model, against which, and how much of what differs."""
    titles = subject_titles(comparison)
    others = [title for column, title in enumerate(titles) if column != arranged.baseline]
    rows = sum(comparison.count(group).rows for group in comparison.groups)
    differing = sum(comparison.count(group).differing for group in comparison.groups)
    return f"{named(name)} {titles[arranged.baseline]} against {', '.join(others)}", f"{differing} of {rows} differ"


def placeholder_of(things: str, comparison: Comparison, arranged: Arranged) -> str:
    """What stands where there are no rows of two versions, or of other things that are no runs."""
    if arranged.arrangement.query:
        return placeholder(comparison, arranged)
    return f"Nothing differs between these {things}.\nx shows everything that they have"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + f" or {names[-1]}" if len(names) > 1 else "".join(names)


_MOST_NOTES = 3


def heading(pair: FilePair, read: ReadPair, change: FileChange, *, narrow: bool) -> Content:
    """The name, the kind and both sizes; how much differs; and what is to be known of that.

    ``narrow``: texts were to stand beside each other, and there is no room for it.
    """
    one, other = (size(shown.size, absent="size not known") for shown in (read.first, read.second))
    sizes = one if one == other else f"{one} → {other}"
    kinds = dict.fromkeys(shown.kind.value for shown in (read.first, read.second))
    lines = [
        Content.assemble(
            (clean(pair.path), "bold"), (f"  {' → '.join(kinds)} · {sizes} · ", "$muted"), (result(read, change), "")
        )
    ]
    notes = [*change.notes, *read.notes]
    if pair.first is not None and pair.second is not None and pair.first.root.kind != pair.second.root.kind:
        notes.insert(0, "One lies among its run's artifacts, the other is of a model that its run logged.")
    if narrow:
        notes.append(f"Side by side wants a pane of {LEAST_BESIDE} columns: they stand one below the other.")
    lines += [Content.assemble((clean(note), "$muted")) for note in notes]
    return Content("\n").join(lines)


def notes(told: Sequence[str]) -> Content:
    """What is to be known of the list, a line each."""
    lines = [clean(note) for note in told[:_MOST_NOTES]]
    if len(told) > _MOST_NOTES:
        lines.append(f"And {count(len(told) - _MOST_NOTES)} more like that.")
    return Content("\n".join(lines))


def one_side(pair: FilePair, names: tuple[str, str]) -> str:
    """Why a file cannot be held against another."""
    has, lacks = names if pair.second is None else names[::-1]
    if pair.unlisted:
        return f"{pair.path} is in {has}; whether it is in {lacks} is not known: it could not be listed there."
    return f"{pair.path} is only in {has}."


def result(read: ReadPair, change: FileChange) -> str:
    """How much differs, and of what was not compared no more than that."""
    if read.same:
        return "the bytes of both are the same"
    if change.differs:
        return counted(len(change.starts), "difference")
    if read.is_asked:
        how_much = size(read.asked_bytes, absent="files of unknown size")
        more = f"{key_of('compare_files.more')} lets both travel and compares them"
        return f"not compared: {how_much} would have to travel. {more}"
    if change.whole:
        return "the bytes differ, what they say does not" if read.same is False else "what they say is the same"
    begun = (
        "the files differ, but not in what was compared here" if read.same is False else "what was compared is equal"
    )
    more, down = key_of("artifacts.more"), key_of("artifacts.download")
    return f"{begun}; the rest was not. In a run's artifacts {more} reads more of it, {down} downloads it"


def with_names(body: Body | None, names: tuple[str, str]) -> Body | None:
    """A table of differences with the runs' names above their columns."""
    if not isinstance(body, TableBody) or len(body.columns) < 3:
        return body
    first, *_, last = body.columns
    sides = [replace(column, name=named(name)) for column, name in zip(body.columns[1:3], names, strict=True)]
    return replace(body, columns=(first, *sides, last))


# Which runs a comparison is of: those of the open context and of others beside it, added, dropped and read.


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

    def reading(self, told: Callable[[int], None]) -> Callable[[], tuple[ComparedRuns, Comparison]]:
        """What reads and compares them as they are now, on a worker's thread; ``told`` hears of runs read singly."""
        tracking, wanted, settings = self._session.tracking, self._wanted, self._session.launch.settings
        elsewhere = [(name, self._sessions[name].tracking, ids) for name, ids in self._beside.items() if ids]

        now_ms = self._session.clock.now_ms()

        def work() -> tuple[ComparedRuns, Comparison]:
            compared = read(tracking, replace(wanted, now_ms=now_ms), told=told)
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
        from tui.config.launch import Options, resolve

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
