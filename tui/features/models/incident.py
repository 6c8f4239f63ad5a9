"""The incident page of an alias: who holds it, what changed, how it serves and fails since, what to do, notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message

from tui.app.actions import BY_ID, bindings, configured_keys, key_of, show_key
from tui.domain.columns import ColumnSpec
from tui.domain.glyphs import Glyphs
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.table import Tone
from tui.domain.text import clean, named
from tui.domain.traces.values import TraceScope
from tui.domain.writes import plans
from tui.domain.writes.plans import shown
from tui.features.models.registry_page import RegistryPage
from tui.resources import style_sheets
from tui.services import incident
from tui.services.alias_moves import history_of
from tui.services.copies import utc
from tui.services.incident import Held, Line, Note, Notes
from tui.services.session import Session
from tui.ui.list_pane import ListPane
from tui.ui.routes import ServingRoute, TraceGroupsRoute, TraceRoute, VersionDiffRoute, VersionRoute


class IncidentPane(ListPane[tuple[int, Line]]):
    """The lines of the page, part by part."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("incident")]
    filter_hint = "words in what is told"
    nothing_to_ask = "What is told here has been read already"
    things = ("line", "lines")
    gives_way = True

    class Opened(Message):
        """What a line tells of is wanted."""

        def __init__(self, line: Line) -> None:
            super().__init__()
            self.line = line

    class Wanted(Message):
        """Something is to be done."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="incident", marks=False)
        self.lines: list[Line] = []
        self.title_words = "Incident"
        self.held: Held | None = None

    def rows(self) -> Sequence[tuple[int, Line]]:
        return list(enumerate(self.lines))

    def key_of(self, row: tuple[int, Line]) -> str:
        return str(row[0])

    def searched(self, row: tuple[int, Line]) -> str:
        line = row[1]
        return f"{line.part} {line.what} {line.said}"

    def specs(self) -> Sequence[ColumnSpec[tuple[int, Line]]]:
        return (
            ColumnSpec("part", "part", self._part, lambda row: row[0], frozen=True, least=9),
            ColumnSpec("what", "what", lambda row: (clean(row[1].what), "muted"), widest=30),
            ColumnSpec("said", "said", lambda row: (clean(row[1].said), row[1].tone), widest=400, gives=False),
        )

    def _part(self, row: tuple[int, Line]) -> tuple[str, Tone]:
        """A part is named once, on its first line."""
        at, line = row
        again = at and self.lines[at - 1].part == line.part and not self.query_text
        return "" if again else line.part, "accent"

    def title_parts(self) -> Sequence[str]:
        return (self.title_words,)

    def open_row(self, key: str) -> None:
        self.post_message(self.Opened(self.lines[int(key)]))

    def action_put_back(self) -> None:
        self.post_message(self.Wanted("put_back"))

    def action_traffic(self) -> None:
        self.post_message(self.Wanted("traffic"))

    def action_jot(self) -> None:
        self.post_message(self.Wanted("jot"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "put_back":
            return self.held is not None and bool(self.held.was)
        return self.session.serving is not None if action == "traffic" else True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        if verb == "put_back":
            if self.held is None:
                return "Who holds it has not been read"
            was = "nobody held it" if self.held.was == "" else "who held it is not known"
            return f"There is nothing to put it back on: before this, {was}; a moves it to any version"
        return "This context has no serving endpoints" if verb == "traffic" else ""


class IncidentScreen(RegistryPage):
    """The page of ``alias`` of the model ``name``."""

    CSS_PATH = style_sheets("models.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("registry")]

    def __init__(self, session: Session, name: str, alias: str) -> None:
        super().__init__(session, name)
        self.alias = alias
        self.held: Held | None = None
        self.only_list = self.pane = IncidentPane(session, self.deck.glyphs)
        self._parts: dict[str, list[Line]] = {}
        self._notes = Notes(session, name)

    def on_mount(self) -> None:
        self.set_crumbs("models", named(self.model_name), f"incident of {named(self.alias)}")
        self.pane.recall()
        self.focus_pane(self.pane)
        self.read_again()

    # reading: the holder, then every part beside the others, each shown as soon as it is there

    def read_again(self) -> None:
        self.session.desk.health.forget(self.model_name)
        self.set_freshness(self.freshness.loading())
        self.pane.grid.placeholder = "Reading who holds it …"
        work = partial(incident.held, self.session, self.model_name, self.alias)
        self.ask(self.session.pool, "holder", work, self._got, self._refused)

    def _got(self, one: Held) -> None:
        self.held = self.pane.held = one
        reading = ("history", *incident.READERS)
        self._parts = {part: [Line(part, "", "reading …", "muted")] for part in reading}
        self._parts["holder"] = incident.of_holder(one)
        self._parts["do"] = self._to_do(one)
        self._read_part("history", lambda: incident.of_history(history_of(self.session, one.model, one.alias)))
        for part, read in incident.READERS.items():
            self._read_part(part, partial(read, self.session, one))
        self._show()
        self.refresh_bindings()

    def _read_part(self, part: str, work: Callable[[], list[Line]]) -> None:
        def refused(problem: Problem) -> None:
            self._came(part, [incident.unread(part, problem)])

        self.ask(self.session.pool, part, work, partial(self._came, part), refused)

    def _came(self, part: str, lines: list[Line]) -> None:
        self._parts[part] = lines
        if not any(self.is_asking(each) for each in ("history", *incident.READERS)):
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        self._show()
        self.refresh_bindings()

    def _refused(self, problem: Problem) -> None:
        self.set_freshness(self.freshness.failed(problem))
        self.pane.state.failed(problem, "Nothing could be read of this alias.")

    def _to_do(self, one: Held) -> list[Line]:
        """What can be done, each by one key."""
        offers = [("incident.put_back", f"put {one.alias} back on {shown(one.was or None)}")] if one.was else []
        if self.session.serving is not None:
            offers += [("incident.traffic", "split the traffic of the endpoint")]
            offers += [("registry.query", "ask the endpoint")]
        offers += [("incident.jot", "take a note"), ("app.copy_as", "copy the whole as Markdown")]
        keys = [(configured_keys(BY_ID[action], self.deck.keymap).split(",")[0], said) for action, said in offers]
        return [Line("do", show_key(key), said) for key, said in keys]

    def _lines(self) -> list[Line]:
        notes = [Line("notes", utc(note.at_ms), note.text) for note in self._notes.read()]
        parts = {**self._parts, "notes": notes}
        return [line for part in incident.PARTS for line in parts.get(part, ())]

    def _show(self) -> None:
        if self.held is not None:
            self.pane.title_words = clean(self.held.title)
        self.pane.lines = self._lines()
        self.pane.fill()

    # where a line leads

    @on(IncidentPane.Opened)
    def _opened(self, event: IncidentPane.Opened) -> None:
        event.stop()
        what, _, which = event.line.opens.partition(" ")
        if what == "diff":
            self.action_diff()
        elif what == "version":
            self.deck.go(VersionRoute(self.model_name, which))
        elif what == "serving":
            self.deck.go(ServingRoute(self.model_name))
        elif what == "findings":
            self.action_why()
        elif what == "trace":
            self.deck.go(TraceRoute(which, at_failure=True))
        elif what == "traces":
            self._open_traces()
        else:
            from tui.ui.dialogs.whole_text import WholeTextModal

            self.app.push_screen(WholeTextModal(event.line.what or event.line.part, event.line.said))

    def _open_traces(self) -> None:
        one = self.held
        if one is not None and one.made is not None:
            scope = TraceScope((), f"{one.model.name} v{one.now}", model_id=one.made.model_id)
            since = f"since {clean(one.alias)} points here"
            self.deck.go(TraceGroupsRoute(scope, (), since_ms=one.holding.since_ms or 0, since=since))

    def action_diff(self) -> None:
        """The holder before against the one now."""
        pair = self.held.compared if self.held is not None else None
        if pair is None:
            self.deck.say("There is no version before it to compare it with")
        else:
            self.deck.go(VersionDiffRoute(self.model_name, *pair))

    # what is done

    @on(IncidentPane.Wanted)
    def _wanted(self, event: IncidentPane.Wanted) -> None:
        event.stop()
        if event.what == "put_back":
            self._put_back()
        elif event.what == "traffic":
            self.deck.go(ServingRoute(self.model_name, split=True))
        else:
            self._jot()

    def _put_back(self) -> None:
        one = self.held
        assert one is not None  # else it is off
        assert one.was
        plan = plans.plan(one.model.name, one.model.aliases, {one.alias: one.was})
        self.move_as(one.model, plan, f"Put {one.alias} of {one.model.name} back on v{one.was}")

    def _jot(self) -> None:
        from tui.ui.dialogs.choices import AskLineModal

        def given(text: str | None) -> None:
            if text is None:
                return
            try:
                self._notes.take(Note(self.session.clock.now_ms(), text.strip()))
            except Problem as problem:
                self.say_problem(problem)
            self._show()

        def refuse(text: str) -> str:
            return "" if text.strip() else "A note says something."

        question = f"It is kept on this machine with its time, and is in what {key_of('app.copy_as')} copies."
        self.app.push_screen(AskLineModal(f"Note of {named(self.model_name)}", question, refuse=refuse), given)

    # what the keys mean

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return False if action == "incident" else super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        return "This is the incident's own page" if verb == "incident" else super().why_off(verb)

    def model_here(self) -> RegisteredModel | None:
        return self.held.model if self.held is not None else None

    def version_here(self) -> ModelVersion | None:
        return self.held.made if self.held is not None else None

    def versions_known(self) -> list[ModelVersion]:
        one = self.held
        return [made for made in (one.made, one.before) if made is not None] if one is not None else []

    def changed(self, name: str) -> None:
        if name == self.model_name:
            self.read_again()

    def copies_here(self) -> list[tuple[str, str]]:
        here = self.pane.value_here()
        if self.held is None:
            return [here] if here else []
        lines = [line for line in self._lines() if line.part != "notes"]
        now_ms = self.session.clock.now_ms()
        whole = incident.report(self.held, lines, self._notes.read(), place=self.session.where, now_ms=now_ms)
        return [("incident, Markdown", whole), *([here] if here else []), *self.summary_offers()]
