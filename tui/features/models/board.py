"""The board of registered models: what it shows of them, and which one is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.glyphs import Glyphs
from tui.domain.models.board import BoardSpec, BoardTable
from tui.domain.models.rows import Reading
from tui.domain.models.values import RegisteredModel
from tui.domain.problem import Problem
from tui.domain.quantities import count
from tui.domain.text import clean, named
from tui.domain.truth import Truth
from tui.features.models.arranging import ModelsArranging
from tui.features.models.evidence import ModelsEvidence
from tui.features.models.loading import ModelsLoading
from tui.services.session import Session
from tui.ui.filterable import FilterablePane
from tui.widgets.grid import Grid, messages

ARRANGED_HERE = 1000  # models up to which the table is laid out on the event loop


class ModelsPane(FilterablePane, ModelsArranging, ModelsLoading, ModelsEvidence):
    """The list of models. It tells which one the cursor is on, and which one is to be opened."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("models")]
    filter_hint = "words in names, aliases (@champion), tags, descriptions"
    nothing_to_ask = "Every model is loaded: there is nothing more to ask the server"

    @dataclass
    class Followed(Message):
        """The cursor is on this model, or on none."""

        model: RegisteredModel | None

    @dataclass
    class Opened(Message):
        """This model's page is asked for."""

        model: RegisteredModel

    @dataclass
    class TruthChanged(Message):
        """How true the list is has changed."""

        problem: Problem | None

    @dataclass
    class CreateWanted(Message):
        """A new model is to be created."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="models")
        self._session = session
        self._desk = session.desk
        self._glyphs = glyphs
        self.grid = Grid(glyphs=glyphs)
        self.truth = Truth()
        self.query_text = ""
        self.server_filter = ""
        self.sort: tuple[str, bool] = ("name", False)
        self.columns: tuple[str, ...] = ()
        self.faults_only = False
        self.prompts = False
        self.models: dict[str, RegisteredModel] = {}
        self.counts: dict[str, int] = {}
        self.complete = False
        self._seen: set[str] = set()
        self._token: str | None = None
        self._everything = False
        self._generation = 0
        self._drawn_of = 0  # how much was known of the models when they were laid out
        self._point_at = ""

    def body(self) -> ComposeResult:
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    # reading

    def start(self) -> None:
        """Begin to read."""
        memory = self._session.views.get(self.memory_name)
        self.columns = tuple(key for key in memory.get("columns", []) if isinstance(key, str))
        metric = memory.get("metric")
        if isinstance(metric, str) and metric:
            self._desk.health.choose_metric(metric)
        self.grid.placeholder = "Reading registered models …"
        self.read_again()

    def point_at(self, name: str) -> None:
        """Put the cursor on a model, as soon as it is here."""
        self._point_at = name
        self._find()

    def _find(self) -> None:
        if self._point_at and self.grid.move_to(self._point_at):
            self._point_at = ""

    def truth_changed(self, problem: Problem | None) -> None:
        self.post_message(self.TruthChanged(problem))

    # showing

    def _reading(self) -> Reading:
        clock = self._session.clock
        zone = clock.zone if getattr(self.app, "absolute_times", False) else None
        return Reading(clock.now_ms(), zone, self._glyphs)

    def fill(self) -> None:
        """Lay the table out anew; a large one on a worker's thread."""
        self._generation += 1
        models, generation = list(self.models.values()), self._generation
        desk = self._desk
        spec = BoardSpec(
            self.query_text,
            self.sort,
            self.columns,
            self._desk.settings.alias_columns,
            self.faults_only,
            self._reading(),
            self._desk.has_aliases,
        )
        counts = dict(self.counts)
        self._drawn_of = desk.health.learnt

        def is_changed(model: RegisteredModel) -> bool:
            return bool(desk.news.changes(model))

        def lay_out() -> BoardTable:
            return BoardTable(
                models, desk.health, spec, counts, lambda model: bool(desk.news.changes(model)), generation
            )

        if len(models) <= ARRANGED_HERE:
            self.forget("arranging")
            self._show(lay_out())
        elif not self.is_asking("arranging"):
            self.ask(self._session.pool, "arranging", lay_out, self._laid_out, self._refused)

    def _laid_out(self, table: BoardTable) -> None:
        self._show(table)
        if table.generation != self._generation:
            self.fill()  # something has changed while it was laid out

    def _show(self, table: BoardTable) -> None:
        self._say_empty()
        self.grid.table = table
        self._find()
        loaded = count(len(self.models))
        what = "prompt" if self.prompts else "model"
        what += "" if len(self.models) == 1 else "s"
        parts = [f"{loaded} {what}" if self.complete else f"{loaded} of ? loaded"]
        if self.query_text:
            parts.append(f"{count(table.row_count)} match")
        if self.server_filter:
            parts.append(f"server: {clean(self.server_filter)}")
        if table.faulty and not self.prompts:
            parts.append(f"{count(table.faulty)} with faults{'' if table.judged else ' so far'}")
        if self.grid.marks:
            parts.append(f"{len(self.grid.marks)} marked")
        can = self._session.capabilities
        if can.registry_called:
            parts.append(can.registry_called)
        self.set_title("Prompts" if self.prompts else "Models", *parts)
        said = can.lacks or _question(self._desk.health.undecided)
        self.set_subtitle("faults only · ctrl+z shows all" if self.faults_only else said)
        self._want_evidence()

    def _say_empty(self) -> None:
        if self.models and self.faults_only and not self.query_text:
            self.grid.placeholder = "No fault was found in any model.\nctrl+z shows all of them"
        elif self.models and (self.query_text or self.faults_only):
            self.grid.placeholder = f"No model matches  {clean(self.query_text)}\nesc clears the filter"
        elif self.complete and self.prompts:
            self.grid.placeholder = "There are no prompts here.\nP goes back to the models"
        elif self.complete and self.server_filter:
            self.grid.placeholder = f"The server has no model that matches  {clean(self.server_filter)}\nesc clears it"
        elif self.complete and self._session.capabilities.grants:
            self.grid.placeholder = (
                "There is no model here that you may see: Unity Catalog lists those that you have EXECUTE on.\n"
                "C shows the catalogs that you may use; + creates a model"
            )
        elif self.complete:
            self.grid.placeholder = "No model is registered here.\n+ creates one; R on a run's page registers its model"

    def retick(self) -> None:
        """Write ages anew."""
        if self.models:
            self.fill()

    def metric_chosen(self) -> None:
        self.post_message(self.Followed(self.model_here()))

    # the cursor

    def model_here(self) -> RegisteredModel | None:
        """The model under the cursor."""
        return self.models.get(self.grid.cursor_key or "")

    def marked(self) -> tuple[RegisteredModel, ...]:
        """The marked models that are here, in the order of marking."""
        return tuple(self.models[name] for name in self.grid.marks if name in self.models)

    @on(Grid.CursorMoved)
    def _cursor_moved(self, event: messages.CursorMoved) -> None:
        event.stop()
        self.post_message(self.Followed(self.model_here()))
        self._want_evidence()

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        here = self.model_here()
        if here is not None:
            self.post_message(self.Opened(here))

    @on(Grid.MarksChanged)
    def _marked(self, event: messages.MarksChanged) -> None:
        event.stop()
        self.fill()

    # keys

    def action_faults_only(self) -> None:
        self.faults_only = not self.faults_only
        self.fill()
        self.grid.move_to_column("why" if self.faults_only else "name")

    def action_prompts(self) -> None:
        self.prompts = not self.prompts
        self.models, self.counts, self.complete = {}, {}, False
        self.faults_only = False
        self.grid.placeholder = "Reading prompts …" if self.prompts else "Reading registered models …"
        self.fill()
        self.read_again()

    def action_catalog(self) -> None:
        """Narrow the list to a catalog or a schema, as Unity Catalog itself lists them."""
        from tui.features.models.catalog import choose_schema

        def chosen(name: str) -> None:
            quote = '"' if "'" in name else "'"
            self.server_filter = f"name LIKE {quote}{name}.%{quote}" if name else ""
            self.models, self.counts, self.complete = {}, {}, False
            self.grid.placeholder = f"Reading the models of {named(name)} …" if name else "Reading registered models …"
            self.fill()
            self.read_again()

        choose_schema(self, self._session, self._glyphs, chosen, self.notice.problem)

    def action_create(self) -> None:
        self.post_message(self.CreateWanted())

    def go_back(self) -> bool:
        """Take back the filter, then the marks, then what was asked of the server; False if there was none of it."""
        if self.drop_filter():
            return True
        if self.grid.marks:
            self.grid.marks = []
            self.fill()
            return True
        if self.server_filter:
            self.server_filter = ""
            self.models, self.complete = {}, False
            self.read_again()
            return True
        if self.faults_only:
            self.action_faults_only()
            return True
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "create":
            return not self.prompts
        if action == "load_all":
            return not self.complete
        if action == "prompts":
            return self._session.capabilities.prompts
        if action == "catalog":
            return self._session.catalog is not None and self._session.capabilities.grants
        if action == "faults_only":
            return not self.prompts
        return True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return {
            "create": "Prompts are not created here",
            "load_all": "All models are loaded",
            "prompts": "Unity Catalog keeps prompts elsewhere",
            "catalog": "Only Unity Catalog has catalogs",
            "faults_only": "The rules are for models, and these are prompts",
        }.get(verb, "")

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()

    def filter_text(self) -> str:
        return self.query_text

    def filter_edited(self, text: str) -> None:
        self.query_text = text.strip()
        self.fill()

    def filter_asked(self, text: str) -> None:
        """Plain words become a pattern of the name; what holds an operator goes as it is."""
        asked = text.strip()
        if not asked:
            self.say_in_bar("Type a part of the name, or MLflow's own filter: name LIKE 'churn%', tags.team = 'red'")
            return
        if not any(sign in asked for sign in ("=", "'", '"', " LIKE ", " ILIKE ")):
            asked = f"name ILIKE '%{asked}%'"
        self.server_filter, self.query_text = asked, ""
        self.models, self.complete = {}, False
        self.grid.placeholder = "Asking the server …"
        self.close_bar(keep=False)
        self.fill()
        self.read_again()

    def filter_dropped(self) -> bool:
        had, self.query_text = bool(self.query_text), ""
        if had:
            self.fill()
        return had


def _question(names: tuple[str, ...]) -> str:
    """Asks which of several datasets counts, until one is chosen; the first does so far."""
    return f"{clean(names[0])} counts, not {clean(', '.join(names[1:4]))}: m chooses" if names else ""
