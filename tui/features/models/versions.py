"""The versions of one model: loaded page by page, with what is known of their runs and files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.glyphs import Glyphs
from tui.domain.models.readiness import CHAMPION, SEVERITIES
from tui.domain.models.rows import Reading
from tui.domain.models.values import ModelVersion, RegisteredModel, VersionsPage
from tui.domain.models.versions import COLUMNS, TITLES, VersionsSpec, VersionsTable
from tui.domain.problem import Problem
from tui.domain.quantities import count
from tui.domain.text import clean, named
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.filterable import SiftedPane
from tui.widgets.grid import Grid, messages

FIRST_PAGE, PAGE = 200, 2000
ARRANGED_HERE = 2000  # versions up to which the table is laid out on the event loop
REST_SECONDS = 0.12
FACTS_AT_ONCE = 8


class VersionsPane(SiftedPane, Asking):
    """Follows a model. It tells which version is to be opened."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("versions")]
    filter_hint = "words in versions, aliases (@champion), runs, tags, notes"
    nothing_to_ask = "The server cannot search within one model's versions; ctrl+e in the list loads them all"

    @dataclass
    class Opened(Message):
        """This version's page is asked for."""

        made: ModelVersion

    @dataclass
    class TruthChanged(Message):
        """The versions were read, or could not be."""

        problem: Problem | None

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="versions")
        self._session = session
        self._desk = session.desk
        self._glyphs = glyphs
        self.grid = Grid(glyphs=glyphs)
        self.model: RegisteredModel | None = None
        self.sort: tuple[str, bool] = ("version", True)
        self.columns: tuple[str, ...] = ()
        self.versions: dict[str, ModelVersion] = {}
        self.complete = False
        self._seen: set[str] = set()  # by the reading that is under way, or was the last
        self._loaded = 0  # versions that were there when a reading was last over
        self._token: str | None = None
        self._everything = False
        self._generation = 0
        self._rest: Timer | None = None
        self._evidence: Timer | None = None
        self._point_at = ""
        self._placed = False

    def body(self) -> ComposeResult:
        yield self.grid

    def on_mount(self) -> None:
        self.set_title("Versions")

    def keys_target(self) -> Widget | None:
        return self.grid

    # following a model

    def follow(self, model: RegisteredModel | None, *, at_once: bool = False) -> None:
        """Show a model's versions as soon as the cursor has rested on it; a model known already is only redrawn."""
        if model is not None and self.model is not None and model.name == self.model.name:
            changed = model != self.model
            self.model = model
            if changed and not at_once:
                self._read(None)
            self.fill()
            if not at_once:
                return
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        if model is None or self.model is None or model.name != self.model.name:
            self.forget("versions")
            self.model, self.versions, self.complete = model, {}, False
            self._token, self._everything, self._placed = None, False, False
            self._seen, self._loaded = set(), 0
            self.query_text = ""
            self.close_bar(keep=False)
            self.grid.marks = []
            self.notice.clear()
            self.grid.placeholder = "Reading versions …" if model is not None else "No model is under the cursor."
            if model is not None:
                self.versions = {made.version: made for made in reversed(model.latest)}
            self.fill()
        if model is not None:
            if at_once:
                self._rested()
            else:
                self._rest = self.set_timer(REST_SECONDS, self._rested)

    def point_at(self, version: str) -> None:
        """Put the cursor on a version, as soon as it is here."""
        self._point_at, self._placed = version, True
        self._find()

    def _rested(self) -> None:
        self._rest = None
        self._read(None)

    def read_again(self) -> None:
        """Read the versions anew; what is shown stays until they come."""
        if self.model is not None:
            self._read(None)

    def look_for_news(self) -> None:
        """Read the newest versions again, as watching does; more pages than one stay as they are until asked for."""
        if self.model is not None and len(self.versions) <= FIRST_PAGE and not self.is_asking("versions"):
            self._read(None)

    def _read(self, token: str | None) -> None:
        model = self.model
        if model is None:
            return
        registry, name = self._session.registry, model.name
        size = FIRST_PAGE if token is None else PAGE
        self.ask(
            self._session.pool,
            "versions",
            lambda: registry.search_versions(name, max_results=size, token=token),
            lambda page: self._got(page, first=token is None),
            self._refused,
        )

    def _got(self, page: VersionsPage, *, first: bool) -> None:
        # What is shown stays until as much has been read anew; what is not among that is gone.
        if first:
            self._seen = set()
        self.versions.update((made.version, made) for made in page.versions)
        self._seen.update(made.version for made in page.versions)
        self._token = page.next_token
        over = self._token is None or (len(self._seen) >= self._loaded and not self._everything)
        if over:
            self.versions = {version: made for version, made in self.versions.items() if version in self._seen}
            self.complete, self._loaded = self._token is None, len(self._seen)
        self._desk.health.take(page.versions)
        if self.model is not None:
            self._desk.news.take_versions(self.model.name, page.versions)
        self.notice.clear()
        self.fill()
        self.post_message(self.TruthChanged(None))
        if not over:
            self._read(self._token)

    def _refused(self, problem: Problem) -> None:
        self.grid.placeholder = "" if self.versions else "The versions could not be read."
        self.notice.problem(problem)
        self.fill()
        self.post_message(self.TruthChanged(problem))

    # showing

    def _reading(self) -> Reading:
        clock = self._session.clock
        zone = clock.zone if getattr(self.app, "absolute_times", False) else None
        return Reading(clock.now_ms(), zone, self._glyphs)

    def fill(self) -> None:
        """Lay the table out anew; a large one on a worker's thread."""
        model = self.model
        self._generation += 1
        if model is None:
            self.set_title("Versions")
            self.grid.table = None
            return
        versions, generation = list(self.versions.values()), self._generation
        spec = VersionsSpec(self.query_text, self.sort, self.columns, self._reading(), self._desk.has_aliases)
        health = self._desk.health
        changed = self._desk.news.changed_versions(model, versions)

        def lay_out() -> VersionsTable:
            return VersionsTable(model, versions, health, spec, changed, generation)

        if len(versions) <= ARRANGED_HERE:
            self.forget("arranging")
            self._show(lay_out())
        elif not self.is_asking("arranging"):
            self.ask(self._session.pool, "arranging", lay_out, self._laid_out, self._refused)

    def _laid_out(self, table: VersionsTable) -> None:
        self._show(table)
        if table.generation != self._generation:
            self.fill()

    def _show(self, table: VersionsTable) -> None:
        if self.model is None or table.model.name != self.model.name:
            return
        if not self.versions and self.complete:
            self.grid.placeholder = "This model has no version yet.\nR on the page of a run registers its model"
        elif self.query_text:
            self.grid.placeholder = f"No version matches  {clean(self.query_text)}\nesc clears the filter"
        self.grid.table = table
        if not self._placed and self.complete:
            # One comes here about the champion, or about the one before it.
            self._placed = True
            self._point_at = self.model.aliases.get(CHAMPION, "")
        self._find()
        loaded = count(len(self.versions))
        parts = [
            f"{loaded} version{'' if len(self.versions) == 1 else 's'}" if self.complete else f"{loaded} of ? loaded"
        ]
        if self.query_text:
            parts.append(f"{count(table.row_count)} match")
        if self.grid.marks:
            parts.append(f"{len(self.grid.marks)} marked")
        self.set_title(named(self.model.name), *parts)
        self._tell_faults()
        if self._evidence is None and not self.is_asking("evidence"):
            self._evidence = self.set_timer(REST_SECONDS, self._ask_evidence)

    def _find(self) -> None:
        if self._point_at and self.grid.move_to(self._point_at):
            self._point_at = ""

    def _tell_faults(self) -> None:
        assert self.model is not None
        faults = self._desk.health.faults(self.model)
        parts = []
        for severity in SEVERITIES:
            number = sum(1 for fault in faults if fault.severity == severity)
            if number:
                parts.append(f"{number} {severity}{'' if number == 1 else 's'}")
        moved = self._desk.news.changes(self.model)
        said = [f"since the start: {', '.join(moved)}"] if moved else []
        self.set_subtitle(clean("  ".join([*said, f"{', '.join(parts)} · f says why" if parts else ""]).strip()))

    def retick(self) -> None:
        """Write ages anew."""
        if self.versions:
            self.fill()

    # evidence

    def _ask_evidence(self) -> None:
        self._evidence = None
        table, health = self.grid.table, self._desk.health
        if not isinstance(table, VersionsTable) or self.is_asking("evidence"):
            return
        top = self.grid.scroll_offset.y
        seen = table.versions[top : top + max(1, self.grid.size.height)]
        unknown = [made for made in seen if not health.is_made_of_known(made)]
        files = [made for made in seen if health.facts(made.name, made.version) is None][:FACTS_AT_ONCE]
        if unknown:
            self._gather(lambda: health.gather_made_of(unknown))
        elif files:
            self._gather(lambda: [health.gather_facts(made.name, made.version) for made in files])

    def _gather(self, work: Callable[[], object]) -> None:
        self.ask(
            self._session.pool,
            "evidence",
            work,
            lambda _nothing: self.fill(),
            lambda _problem: None,  # runs and files are a courtesy here; the version's own page tells what is wrong
            urgency=PREFETCH,
        )

    # the cursor

    def version_here(self) -> ModelVersion | None:
        """The version under the cursor."""
        return self.versions.get(self.grid.cursor_key or "")

    def marked(self) -> list[ModelVersion]:
        """The versions marked, in the order of marking."""
        return [self.versions[key] for key in self.grid.marks if key in self.versions]

    @on(Grid.CursorMoved)
    def _cursor_moved(self, event: messages.CursorMoved) -> None:
        event.stop()
        if self._evidence is None and self.versions:
            self._evidence = self.set_timer(REST_SECONDS, self._ask_evidence)

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        here = self.version_here()
        if here is not None:
            self.post_message(self.Opened(here))

    @on(Grid.NearEnd)
    def _near_end(self, event: messages.NearEnd) -> None:
        event.stop()
        if not self.complete and self._token is not None and not self.is_asking("versions"):
            self._read(self._token)

    @on(Grid.EndWanted)
    def _end_wanted(self, event: messages.GridMessage) -> None:
        event.stop()
        self.action_load_all()

    @on(Grid.MarksChanged)
    def _marked(self, event: messages.MarksChanged) -> None:
        event.stop()
        self.fill()

    # keys

    def action_load_all(self) -> None:
        self._everything = True
        if not self.complete and self._token is not None and not self.is_asking("versions"):
            self._read(self._token)

    def action_sort(self) -> None:
        if self.grid.cursor_column is not None:
            self._turn_sort(self.grid.cursor_column)

    @on(Grid.HeadingPressed)
    def _heading_pressed(self, event: messages.HeadingPressed) -> None:
        event.stop()
        self._turn_sort(event.key)

    def _turn_sort(self, key: str) -> None:
        first = key in ("version", "metric", "change")
        self.sort = (key, not self.sort[1] if self.sort[0] == key else first)
        self.fill()

    def action_columns(self) -> None:
        from tui.ui.dialogs.pick_columns import Pickable, PickColumnsModal, Picked

        table = self.grid.table
        if table is None:
            return

        def picked(answer: Picked | None) -> None:
            if answer is not None:
                self.columns = tuple(key for key in answer.keys if key in COLUMNS)
                self.fill()

        pickable = [Pickable(key, title, "version", "") for key, title in TITLES.items()]
        chosen = [column.key for column in table.columns]
        self.app.push_screen(PickColumnsModal(pickable, chosen, self._glyphs), picked)

    def go_back(self) -> bool:
        """Take back the filter, then the marks; False if there was neither."""
        if self.drop_filter():
            return True
        if self.grid.marks:
            self.grid.marks = []
            self.fill()
            return True
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "load_all":
            return not self.complete and self.model is not None
        return self.model is not None

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "No model is chosen" if self.model is None else "All versions are loaded" if verb == "load_all" else ""

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()
