"""Registered models, the second screen: the board, and under it the versions of the model under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from tui.app.actions import bindings, key_of
from tui.domain.columns import ColumnSpec, SortOrder, SpecTable, sifted
from tui.domain.glyphs import Glyphs
from tui.domain.models.readiness import CHAMPION, SEVERITIES
from tui.domain.models.rows import Notation, Versions
from tui.domain.models.values import ModelVersion, RegisteredModel, VersionsPage
from tui.domain.places import Place, PlaceKind
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean, named
from tui.features.models.board import ModelsPane
from tui.features.models.registry_page import NewsWatch, RegistryPage
from tui.resources import style_sheets
from tui.services.copies import model_copies
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.asking import Rest
from tui.ui.list_pane import HeldPane, ListPane, Show
from tui.ui.routes import ModelRoute, VersionRoute

# The versions of one model: loaded page by page, with what is known of their runs and files.


FIRST_PAGE, PAGE = 200, 2000
ARRANGED_HERE = 2000  # versions up to which the table is laid out on the event loop
REST_SECONDS = 0.12
FACTS_AT_ONCE = 8


class VersionsPane(HeldPane[ModelVersion]):
    """Follows a model."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("versions")]
    filter_hint = "words in versions, aliases (@champion), runs, tags, notes"
    nothing_to_ask = (
        "The server cannot search within one model's versions; {versions.load_all} in the list loads them all"
    )

    things = ("version", "versions")
    first_sort: SortOrder = (("version", True),)
    may_rest = False
    gives_way = True

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="versions")
        self._desk = session.desk
        self.model: RegisteredModel | None = None
        self._loaded = 0  # versions that were there when a reading was last over
        self._token: str | None = None
        self._everything = False
        self._rest = Rest(self, REST_SECONDS, self.read_again)
        self._evidence = Rest(self, REST_SECONDS, self._ask_evidence)
        self._placed = False

    def on_mount(self) -> None:
        self.set_title("Versions")
        self.recall()

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
        self._rest.end()
        if model is None or self.model is None or model.name != self.model.name:
            self.forget("versions")
            self.forget_layout()
            self.model, self.held, self.complete = model, {}, False
            self._token, self._everything, self._placed = None, False, False
            self._seen, self._loaded = set(), 0
            self.query_text = ""
            self.close_bar(keep=False)
            self.grid.marks = []
            self.notice.clear()
            self.grid.placeholder = "Reading versions …" if model is not None else "No model is under the cursor."
            if model is not None:
                self.held = {made.version: made for made in reversed(model.latest)}
            self.fill()
        if at_once:
            self.read_again()
        elif model is not None:
            self._rest.begin()

    def point_at(self, version: str) -> None:
        self._placed = True
        super().point_at(version)

    def read_again(self) -> None:
        """Read the versions anew; what is shown stays until they come."""
        if self.model is not None:
            self._read(None)

    def look_for_news(self) -> None:
        """Read the newest versions again, as watching does; more pages than one stay as they are until asked for."""
        if self.model is not None and len(self.held) <= FIRST_PAGE and not self.is_asking("versions"):
            self._read(None)

    def _read(self, token: str | None) -> None:
        model = self.model
        if model is None:
            return
        registry, name = self.session.registry, model.name
        size = FIRST_PAGE if token is None else PAGE
        self.ask(
            self.session.pool,
            "versions",
            lambda: registry.search_versions(name, max_results=size, token=token),
            lambda page: self._got(page, first=token is None),
            self._refused,
            stops="the versions",
        )

    def _got(self, page: VersionsPage, *, first: bool) -> None:
        # What is shown stays until as much has been read anew; what is not among that is gone.
        if first:
            self._seen = set()
        self.take_in(page.versions)
        self._token = page.next_token
        over = self._token is None or (len(self._seen) >= self._loaded and not self._everything)
        if over:
            self.drop_unseen()
            self.complete, self._loaded = self._token is None, len(self._seen)
        self._desk.health.take(page.versions)
        if self.model is not None:
            self._desk.news.take_versions(self.model.name, page.versions)
        self.fill()
        self.state.live()
        if not over:
            self._read(self._token)

    def _refused(self, problem: Problem) -> None:
        self.state.failed(problem, "The versions could not be read.")
        self.fill()

    # showing

    def _versions(self) -> Versions | None:
        if self.model is None:
            return None
        versions = list(self.held.values())
        return Versions(
            self.model,
            versions,
            self._desk.health,
            Notation(self.session.clock.now_ms(), self.zone, self.glyphs),
            changed=self._desk.news.changed_versions(self.model, versions),
            has_aliases=self._desk.has_aliases,
        )

    def specs(self) -> Sequence[ColumnSpec[ModelVersion]]:
        of = self._versions()
        return of.columns() if of is not None else ()

    def key_of(self, row: ModelVersion) -> str:
        return row.version

    @property
    def is_large(self) -> bool:
        return len(self.held) > ARRANGED_HERE

    def fill(self) -> None:
        if self.model is None:
            self.set_title("Versions")
            self.grid.table = None
            return
        super().fill()

    def laying_out(self) -> Callable[[], Show]:
        of, versions, query = self._versions(), self.rows(), self.query_text
        arrangement, generation, room = self.arrangement, self._generation, self.room

        def lay_out() -> Show:
            assert of is not None
            kept = sifted(versions, query, of.searched)
            table = SpecTable(
                kept, self.key_of, of.columns(), arrangement, sort=self.first_sort, generation=generation, room=room
            )

            def show() -> None:
                if self.model is not None and self.model.name == of.model.name:
                    self.show(table)

            return show

        return lay_out

    def empty_words(self) -> str:
        if not self.held and self.complete:
            return "This model has no version yet.\nR on the page of a run registers its model"
        return ""

    def shown(self) -> None:
        if not self._placed and self.complete and self.model is not None:
            # One comes here about the champion, or about the one before it.
            self._placed = True
            self._point_at = self.model.aliases.get(CHAMPION, "")
        self.find()
        if not self._evidence.is_on and not self.is_asking("evidence"):
            self._evidence.begin()

    def title_parts(self) -> Sequence[str]:
        return (named(self.model.name),) if self.model is not None else ("Versions",)

    def count_words(self) -> str:
        return self.loaded_words()

    def notes(self) -> Sequence[str]:
        if self.model is None:
            return ()
        findings = self._desk.health.findings(self.model)
        going = self._everything and not self.complete and self.is_asking("versions")
        parts = []
        for severity in SEVERITIES:
            number = sum(1 for finding in findings if finding.severity == severity)
            if number:
                parts.append(f"{number} {severity}{'' if number == 1 else 's'}")
        moved = self._desk.news.changes(self.model)
        said = [f"since the start: {', '.join(moved)}"] if moved else []
        pace = self.pace_words(len(self.held), None, going=going)
        why = f"{', '.join(parts)} · {key_of('registry.why')} says why" if parts else ""
        return (clean("  ".join(part for part in (*said, pace, why) if part)),)

    # evidence

    def _ask_evidence(self) -> None:
        table, health = self.grid.table, self._desk.health
        if not isinstance(table, SpecTable) or self.is_asking("evidence"):
            return
        top = self.grid.scroll_offset.y
        seen: list[ModelVersion] = table.rows[top : top + max(1, self.grid.size.height)]
        # What is filtered for may be what is not known yet of versions that are out of sight.
        filtered = self.query_text and not self.session.capabilities.grants
        looked_at = [*self.held.values()][:PAGE] if filtered else seen
        unknown = [made for made in looked_at if not health.is_made_of_known(made)]
        if self.session.capabilities.grants:
            # Each file of a version is several requests to a workspace: those of the one that is looked at are enough.
            here = self.here()
            seen = [made for made in seen if made is here and self.grid.has_focus]
        files = [made for made in seen if health.facts(made.name, made.version) is None][:FACTS_AT_ONCE]
        if unknown:
            self._gather(lambda: health.gather_made_of(unknown))
        elif files:
            self._gather(lambda: [health.gather_facts(made.name, made.version) for made in files])

    def _gather(self, work: Callable[[], object]) -> None:
        self.ask(
            self.session.pool,
            "evidence",
            work,
            lambda _nothing: self.fill(),
            lambda _problem: None,  # runs and files are a courtesy here; the version's own page tells what is wrong
            urgency=PREFETCH,
        )

    # the cursor

    def moved(self) -> None:
        if not self._evidence.is_on and self.held:
            self._evidence.begin()

    def open_row(self, key: str) -> None:
        if key in self.held:
            self.deck.go(VersionRoute(self.held[key].name, key))

    def near_end(self) -> None:
        if not self.complete and self._token is not None and not self.is_asking("versions"):
            self._read(self._token)

    def end_wanted(self) -> None:
        self.action_load_all()

    # keys

    def action_load_all(self) -> None:
        self._everything = True
        if not self.complete and self._token is not None and not self.is_asking("versions"):
            self._read(self._token)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "load_all":
            return not self.complete and self.model is not None
        return self.model is not None and super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return (
            "No model is chosen"
            if self.model is None
            else "All versions are loaded"
            if verb == "load_all"
            else super().why_off(verb)
        )


class ModelsScreen(RegistryPage):
    """Two panes, or one at a time where the terminal is narrow."""

    CSS_PATH = style_sheets("models.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("registry")]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        glyphs = self.deck.glyphs
        self.board = ModelsPane(session, glyphs)
        self.versions = VersionsPane(session, glyphs)
        self._placed = False
        self._news = NewsWatch(self, self._look_for_news)
        self.refreshing = self._news.refreshing

    def content(self) -> ComposeResult:
        with Horizontal(id="models-body"), Vertical(id="models-column"):
            yield self.board
            yield self.versions

    def on_mount(self) -> None:
        self.set_crumbs("models")
        self.focus_pane(self.board)
        self.board.start()
        place = self.session.launch.place
        if place is not None and not self._placed:
            self._placed = True
            self.call_after_refresh(self.open_place, place)

    # from the models to their versions

    @on(ListPane.Followed, "#models")
    def _followed(self, event: ListPane.Followed) -> None:
        event.stop()
        model = self.board.here()
        self.versions.follow(model)
        self.set_crumbs("models", *([named(model.name)] if model is not None else []))
        self.refresh_bindings()

    @on(ListPane.FreshnessChanged, "#models")
    def _freshness(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.set_freshness(self.board.state.freshness)
        self._news.tell(self.board.held.values())
        self.deciding.tell()
        if event.problem is None:
            self.versions.follow(self.board.here())

    @on(ListPane.FreshnessChanged, "#versions")
    def _versions_freshness(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.board.look_again()
        self._tell_of_followed()
        self.refresh_bindings()

    def _tell_of_followed(self) -> None:
        here = self.board.here()
        if here is not None and self.watch_pace:
            self._news.tell([here])
            self.board.fill()

    @on(ModelsPane.CreateWanted)
    def _create(self, event: ModelsPane.CreateWanted) -> None:
        event.stop()
        self.create_model()

    # what the keys mean

    def model_here(self) -> RegisteredModel | None:
        return self.board.here()

    def version_here(self) -> ModelVersion | None:
        return self.versions.here() if self.current_pane() is self.versions else None

    def versions_known(self) -> list[ModelVersion]:
        return sorted(self.versions.held.values(), key=lambda made: -made.number)

    def compared(self) -> tuple[ModelVersion, ...]:
        return tuple(self.versions.marked()) if self.current_pane() is self.versions else ()

    def models_marked(self) -> tuple[RegisteredModel, ...]:
        return tuple(self.board.marked()) if self.current_pane() is self.board else ()

    def changed(self, name: str) -> None:
        registry = self.session.registry

        def got(model: RegisteredModel) -> None:
            self.board.take(model)
            self.versions.follow(self.board.here())
            if self.versions.model is not None and self.versions.model.name == name:
                self.versions.read_again()

        def refused(problem: Problem) -> None:
            if problem.kind is Kind.NOT_FOUND:
                self.gone(name)
            else:
                self.board.notice.problem(problem)

        self.ask(self.session.pool, f"changed {name}", lambda: registry.get_model(name), got, refused)

    def made_or_renamed(self, name: str) -> None:
        self.board.point_at(name)

    def served_elsewhere(self) -> None:
        self.board.fill()
        self.versions.fill()

    def gone(self, name: str) -> None:
        self.board.drop(name)

    # watching

    def _look_for_news(self) -> None:
        if not self.board.is_asking("models"):
            self.board.read_again()
        self.versions.look_for_news()

    # places

    def open_place(self, place: Place) -> None:
        """Go to a model, to the version that an alias or a stage names, or to one version."""
        if place.kind is PlaceKind.MODEL:
            self.board.point_at(place.model)
            if place.version and place.version.isdecimal():
                self.deck.go(VersionRoute(place.model, place.version))
            elif place.version and place.version.lower() != "latest":
                self.deck.go(ModelRoute(place.model, stage=place.version))
            else:
                self.deck.go(ModelRoute(place.model, place.alias or ("latest" if place.version else "")))

    def go_to(self, what: str, name: str = "") -> None:
        """What the command ``:models NAME`` does."""
        if name:
            self.board.point_at(name)
            self.board.filter_edited(name)
            self.focus_pane(self.board)

    # the keys for everywhere

    def go_back(self) -> bool:
        if self.current_pane() is self.versions:
            if not self.versions.go_back():
                self.focus_pane(self.board)
            return True
        return self.board.go_back()

    def read_again(self) -> None:
        self.board.read_again()
        self.versions.read_again()

    def names_known(self) -> list[tuple[str, str, str]]:
        return [("model", name, f"models:/{name}") for name in self.board.held]

    def times_changed(self) -> None:
        self.board.retick()
        self.versions.retick()

    def value_here(self) -> tuple[str, str] | None:
        version, model, marked = self.version_here(), self.model_here(), self.models_marked()
        if version is not None:
            return "model URI", f"models:/{version.name}/{version.version}"
        if marked:
            return f"names of {len(marked)} models", "\n".join(one.name for one in marked)
        return ("model name", model.name) if model is not None else None

    def copies_here(self) -> list[tuple[str, str]]:
        version, model = self.version_here(), self.model_here()
        if model is None:
            return []
        uri = self.session.launch.registry_uri
        if version is not None:
            offers = model_copies(uri, model.name, version.version, model.aliases_of(version.version))
        else:
            offers = model_copies(uri, model.name, aliases=sorted(model.aliases))
        return offers + self.summary_offers()
