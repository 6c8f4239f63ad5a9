"""What on-call asks of an alias: who holds it and held it before, what changed, how it serves, what fails since.

Each part is read by itself and answers with lines, so that each can be shown as soon as it is there. All of it blocks,
and raises Problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.domain.export import escaped
from tui.domain.models.readiness import CHAMPION
from tui.domain.models.rows import Holding, Tenure
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.serving import drifts, health, served
from tui.domain.table import Tone
from tui.domain.text import clean
from tui.domain.traces import table
from tui.domain.traces.summary import Tally, share, tallied
from tui.domain.traces.values import ERROR, TraceScope
from tui.domain.writes.plans import shown
from tui.services.copies import utc
from tui.services.trace_desk import MOST_PLACES, infos_of

if TYPE_CHECKING:
    from tui.services.session import Session

PARTS: Mapping[str, str] = {
    "holder": "Holder",
    "history": "History",
    "changed": "What changed",
    "serving": "Serving",
    "traces": "Traces",
    "findings": "Findings",
    "do": "What to do",
    "notes": "Notes",
}
"""The parts of the page in their order, and what each is called in the report."""

_CHANGED = {
    "params": "params",
    "metrics": "metrics",
    "signature": "signature",
    "requirements": "packages",
    "datasets": "data",
    "source": "commit",
}
_MOST = 8  # rows that differ, of each group; failing traces; stretches of the history
_ENDED = (Kind.UNSUPPORTED, Kind.NOT_FOUND, Kind.FORBIDDEN)


@dataclass(frozen=True)
class Line:
    """One line of a part. ``opens`` is what enter goes to ("diff", "traces", "serving", "findings", "trace ID")."""

    part: str
    what: str
    said: str
    tone: Tone = ""
    opens: str = ""


@dataclass(frozen=True)
class Note:
    """What somebody noted, and when."""

    at_ms: int
    text: str


@dataclass(frozen=True)
class Held:
    """An alias as it stands: the model, where it points, and where it pointed before ("" nowhere, None not known)."""

    model: RegisteredModel
    alias: str
    now: str
    holding: Holding
    made: ModelVersion | None
    before: ModelVersion | None = None

    @property
    def was(self) -> str | None:
        return self.holding.was

    @property
    def compared(self) -> tuple[str, str] | None:
        """The versions that are compared: the holder before, or where nobody knows that, the version before it."""
        return (self.before.version, self.now) if self.before is not None and self.now else None

    @property
    def title(self) -> str:
        """``churn@champion: v14, before it v12``."""
        before = {None: "before it not known", "": "before it none"}.get(self.was, f"before it v{self.was}")
        return f"{self.model.name}@{self.alias}: {shown(self.now or None)}, {before}"


def alias_meant(model: RegisteredModel, version: str = "") -> str:
    """The alias that an incident is of: one of the version, the champion before others; else the model's champion."""
    aliases = sorted(model.aliases_of(version) if version else model.aliases, key=lambda one: (one != CHAMPION, one))
    return aliases[0] if aliases else CHAMPION


def held(session: Session, name: str, alias: str) -> Held:
    """Who holds an alias and who held it before: two requests."""
    model = session.registry.get_model(name)
    at, desk = model.aliases.get(alias, ""), session.desk
    desk.take_models([model])
    desk.holders.learn()
    number = int(at) if at.isdecimal() else 0
    wanted = [(name, one) for one in (at, str(number - 1) if number > 1 else "") if one]
    found = session.registry.get_versions(wanted) if wanted else {}
    desk.health.take(found.values())
    made = found.get((name, at))
    holding = desk.health.holding(model, alias) if at else Holding()
    before = found.get((name, str(number - 1))) if holding.was is None else found.get((name, holding.was))
    if holding.was and before is None:
        before = session.registry.get_versions([(name, holding.was)]).get((name, holding.was))
        desk.health.take([before] if before is not None else [])
    return Held(model, alias, at, holding, made, before)


def of_holder(one: Held) -> list[Line]:
    """The lines of who holds it."""
    if not one.now:
        return [Line("holder", "now", f"{one.alias} of {one.model.name} points nowhere", "bad")]
    made = f", registered {utc(one.made.created_ms)}" if one.made is not None else ""
    lines = [Line("holder", "now", f"v{one.now}{made}", "strong", f"version {one.now}")]
    if one.was is None:
        guess = f"; v{one.before.version} is the version before it" if one.before is not None else ""
        lines.append(Line("holder", "before", f"not known{guess}", "warn"))
    else:
        lines.append(Line("holder", "before", shown(one.was or None), opens=f"version {one.was}" if one.was else ""))
    lines.append(Line("holder", "since", utc(one.holding.since_ms)))
    lines.append(Line("holder", "who", one.holding.by or "not known"))
    return lines


def of_history(known: Sequence[Tenure]) -> list[Line]:
    """The lines of who held it from when to when, the latest first."""
    lines = []
    for tenure in list(reversed(known))[:_MOST]:
        first, *others = map(shown, tenure.held)
        by = f" by {tenure.by}" if tenure.by else ""
        why = f": {tenure.why}" if tenure.why else ""
        # Who came to the first of a gap is known; who went on from there is not.
        said = ", then ".join((f"{first}{by}{why}", *others))
        since = f"from {utc(tenure.since_ms)}" if tenure.since_ms is not None else "since when not known"
        lines.append(
            Line("history", since, f"not known: {said}", "warn") if tenure.is_gap else Line("history", since, said)
        )
    return lines


def changed(session: Session, one: Held) -> list[Line]:
    """What differs between the two holders, group by group."""
    from tui.domain.diff.arrangement import DiffArrangement, arrange
    from tui.domain.diff.comparison import Comparison
    from tui.domain.diff.table import CellWriter
    from tui.domain.export import report
    from tui.services.compared_runs import OF_RUN, version_sheet

    pair = one.compared
    if pair is None:
        return [Line("changed", "", "There is no version before it to compare it with", "muted")]
    settings = session.launch.settings
    sheet = version_sheet(session, one.model.name, pair)
    compared = Comparison(sheet, tolerance=settings.tolerance, directions=settings.metric_directions)
    arranged = arrange(compared, DiffArrangement(only_differences=True))
    rows = report(compared, arranged, CellWriter(compared, arranged.baseline)).rows
    lines = [Line("changed", "versions", f"v{pair[0]} → v{pair[1]}", opens="diff")]
    for group, called in _CHANGED.items():
        own = {row.name: [cell.whole for cell in row.cells] for row in rows if row.group == group}
        differing = [
            row
            for row in rows
            if row.group == group
            and row.differs
            # The run's values are told where they are others than those of the model that it logged.
            and not (row.name.endswith(OF_RUN) and own.get(row.name.removesuffix(OF_RUN)) == own[row.name])
        ]
        for row in differing[:_MOST]:
            before, now = (cell.shown if cell.whole is not None else "none" for cell in row.cells)
            change = row.cells[1].change
            delta = f"  {change.delta}" if change.delta else ""
            verdict = f" {change.verdict}" if change.verdict else ""
            said = f"{before} → {now}{delta}{verdict}"
            lines.append(Line("changed", called, f"{row.name}  {said}", change.tone, "diff"))
        if len(differing) > _MOST:
            lines.append(Line("changed", called, f"and {len(differing) - _MOST} more", "muted", "diff"))
        if not differing:
            count = compared.count(group).rows if group in compared.groups else 0
            lines.append(Line("changed", called, "same" if count else "nothing is told of it", "muted"))
    return lines


def serving(session: Session, one: Held) -> list[Line]:
    """Which endpoints serve the model, how they stand, and what their numbers say."""
    from tui.services.serving_desk import ServingDesk

    port = session.serving
    if port is None:
        return [Line("serving", "", "This context has no serving endpoints", "muted")]
    name = one.model.name
    listed = [each for each in port.endpoints() if any(e.entity == name for e in each.config.entities)]
    if not listed:
        return [Line("serving", "", f"No endpoint serves {name}", "warn")]
    whole = ServingDesk(port, session.registry).whole(listed)
    at = served(whole).get(name, ())
    session.desk.health.gather_served([name])
    lines = []
    off = {drift.endpoint: drift.words for drift in drifts(name, one.model.aliases, at, one.alias)}
    for endpoint in whole:
        tone: Tone = "bad" if endpoint.is_in_trouble else "good" if endpoint.ready else "muted"
        lines.append(Line("serving", endpoint.name, endpoint.state, tone, "serving"))
        for each in (each for each in at if each.endpoint == endpoint.name):
            traffic = "" if each.traffic is None else f" {each.traffic}%"
            state = f", {each.state}" if each.state else ""
            lines.append(Line("serving", endpoint.name, f"v{each.version}{traffic}{state}", opens="serving"))
        if endpoint.name in off:
            lines.append(Line("serving", endpoint.name, off[endpoint.name], "bad", "serving"))
        lines += [Line("serving", endpoint.name, said, "bad", "serving") for said in endpoint.failures]
        try:
            lines += [Line("serving", endpoint.name, f"{k}  {v}") for k, v in health(port.numbers(endpoint.name))]
        except Problem as problem:
            if problem.kind not in _ENDED:
                raise
            lines.append(Line("serving", endpoint.name, f"no numbers: {problem.message}", "muted"))
    return lines


def traces(session: Session, one: Held) -> list[Line]:
    """How the traces of the holder go since the move, against those of the one before until then."""
    made, since_ms = one.made, one.holding.since_ms
    if made is None or not made.model_id:
        return [Line("traces", "", "The version names no logged model, so that no traces are known of it", "muted")]
    if since_ms is None:
        since_ms, since = made.created_ms or 0, "since it was registered"
    else:
        since = "since the move"
    tracking, port = session.tracking, session.traces
    places = tuple(each.id for each in tracking.search_experiments(max_results=MOST_PLACES).experiments)
    own = infos_of(tracking, port, TraceScope(places, model_id=made.model_id))
    now = [info for info in own if info.started_ms >= since_ms]
    before = [info for info in own if info.started_ms < since_ms]
    called = f"v{made.version} until then"
    if one.was and one.before is not None and one.before.model_id not in ("", made.model_id):
        theirs = infos_of(tracking, port, TraceScope(places, model_id=one.before.model_id))
        before, called = [info for info in theirs if info.started_ms < since_ms], f"v{one.was} until then"
    after, earlier = tallied(now), tallied(before)
    worse = (after.error_share or 0) > (earlier.error_share or 0)
    lines = [
        Line("traces", since, _tally_words(after), "bad" if worse else "", "traces"),
        Line("traces", called, _tally_words(earlier), "muted"),
    ]
    failing = [info for info in now if info.state == ERROR]
    for info in failing[:_MOST]:
        said = f"{utc(info.started_ms)}  {info.name or info.id}  {table.took(info.took_ms)}"
        lines.append(Line("traces", "failing", said, "bad", f"trace {info.id}"))
    if len(failing) > _MOST:
        lines.append(Line("traces", "failing", f"and {len(failing) - _MOST} more", "muted", "traces"))
    return lines


def _tally_words(tally: Tally) -> str:
    if not tally.count:
        return "no traces"
    cost = f", {table.cost(tally.cost)}" if tally.cost is not None else ""
    return (
        f"{tally.count} traces, {tally.errors} failed ({share(tally.error_share)}), "
        f"p95 {table.took(tally.p95_ms)}{cost}"
    )


def findings(session: Session, one: Held) -> list[Line]:
    """What the rules of readiness find in the model."""
    desk = session.desk
    desk.health.gather([one.model], facts=True)
    lines = []
    for found in desk.health.findings(one.model):
        tone: Tone = "bad" if found.severity == "error" else "warn"
        lines.append(Line("findings", found.rule, f"{found.sentence} {found.remedy}", tone, "findings"))
    return lines or [Line("findings", "", "No rule found anything", "muted")]


def report(one: Held, lines: Iterable[Line], notes: Sequence[Note], *, place: str, now_ms: int) -> str:
    """The whole page as Markdown; what could not be read is in it as it stands on the page."""
    found = [*lines, *(Line("notes", utc(note.at_ms), note.text) for note in notes)]
    text = [f"# {escaped(one.title)}", "", f"As of {utc(now_ms)}, {escaped(place)}."]
    for part, title in PARTS.items():
        own = [line for line in found if line.part == part]
        if own and part != "do":
            text += ["", f"## {title}", ""]
            text += [f"- {f'{escaped(line.what)}: ' if line.what else ''}{escaped(line.said)}" for line in own]
    return "\n".join(text) + "\n"


class Notes:
    """The notes of an incident, kept on this machine until they are many; the oldest go first."""

    _MOST = 500

    def __init__(self, session: Session, model: str) -> None:
        self._kept = session.views
        self._name = f"incident {session.memory_key} {model}"

    def read(self) -> list[Note]:
        """The notes, the oldest first."""
        said = self._kept.get(self._name).get("notes")
        return [
            Note(at_ms, text)
            for pair in (said if isinstance(said, list) else ())
            if isinstance(pair, list) and len(pair) == 2
            for at_ms, text in [pair]
            if type(at_ms) is int and isinstance(text, str)
        ]

    def take(self, note: Note) -> None:
        """Keep one more. Raises Problem where it cannot be kept."""
        notes = [*self.read(), note][-self._MOST :]
        if not self._kept.put(self._name, {"notes": [[one.at_ms, one.text] for one in notes]}):
            raise Problem(
                Kind.INTERNAL, "The note was not kept", f"{self._kept.failure}.", "Free the disk, or copy it."
            )


def unread(part: str, problem: Problem) -> Line:
    """What stands for a part that could not be read."""
    return Line(part, "not read", clean(problem.message), "warn")


READERS: Mapping[str, Callable[[Session, Held], list[Line]]] = {
    "changed": changed,
    "serving": serving,
    "traces": traces,
    "findings": findings,
}
"""The parts that are read beside each other once the holder is known."""
