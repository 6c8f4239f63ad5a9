"""The board of registered models: what it reads of them, page after page, what it shows, and which one is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from tui.app.actions import bindings, key_of
from tui.domain.columns import ColumnSpec, Look, SortOrder, SpecTable, sifted
from tui.domain.glyphs import Glyphs
from tui.domain.models.board import Board, searched
from tui.domain.models.rows import Notation
from tui.domain.models.values import ModelsPage, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.quantities import count
from tui.domain.text import clean, named
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.asking import Rest, choose
from tui.ui.list_pane import HeldPane, Show
from tui.ui.routes import ModelRoute

FIRST_PAGE, PAGE = 200, 1000  # models; MLflow gives no more than a thousand at a time
LOADED_UNASKED = 3000  # models up to which pages follow each other by themselves
ARRANGED_HERE = 1000  # models up to which the table is laid out on the event loop
REST_SECONDS = 0.1
JUDGED_AT_ONCE = 25
READ_AT_ONCE = 12


class ModelsPane(HeldPane[RegisteredModel]):
    """The list of models. It tells which one the cursor is on, and which one is to be opened."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("models")]
    filter_hint = "words in names, aliases (@champion), tags, descriptions"
    nothing_to_ask = "Every model is loaded: there is nothing more to ask the server"
    things = ("model", "models")
    comes_back = True
    first_sort: SortOrder = (("name", False),)
    may_rest = False
    gives_way = True

    @dataclass
    class CreateWanted(Message):
        """A new model is to be created."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="models")
        self._desk = session.desk
        self._evidence = BoardEvidence(self)
        self.server_filter = ""
        self.findings_only = False
        self.brief: set[str] = set()  # of which a list has told little, so that they are read when they are in view
        self.counts: dict[str, int] = {}
        self._with_findings, self._judged = 0, True  # of all that are loaded
        self._token: str | None = None
        self._everything = False

    # reading: page after page, more at the end, all of them, and one as it is now

    def looked_at(self) -> Look:
        return replace(super().looked_at(), server_filter=self.server_filter)

    def come_back(self, look: Look) -> None:
        super().come_back(look)
        self.server_filter = look.server_filter

    def take_look(self, look: Look) -> None:
        super().take_look(look)
        if look.server_filter != self.server_filter:
            self.server_filter = look.server_filter
            self._read_others("Asking the server …")

    def start(self) -> None:
        """Begin to read."""
        self.recall()
        if metric := self.arrangement.text("metric"):
            self._desk.health.choose_metric(metric)
        self.grid.placeholder = "Reading registered models …"
        self.read_again()

    def read_again(self) -> None:
        """Read every model that is loaded anew; what is shown stays until then."""
        self._seen = set()
        if self.state.freshness.as_of_ms is None:
            self.state.loading()
        else:
            self.state.tell(self.state.freshness)
        self._ask_page(None)

    def _ask_page(self, token: str | None) -> None:
        registry, wanted = self.session.registry, self.server_filter
        size = FIRST_PAGE if token is None else PAGE
        self.ask(
            self.session.pool,
            "models",
            lambda: registry.search_models(filter_string=wanted, max_results=size, token=token),
            self._got,
            self._refused,
            stops=f"the {self.things[1]}",
        )

    def _got(self, page: ModelsPage) -> None:
        fresh = {model.name: model for model in page.models}
        self.brief |= {name for name, model in fresh.items() if not model.is_whole}
        # What a list does not tell of a model stays as it was last read, until it is read again.
        self._take_in(model for model in page.models if model.is_whole or model.name not in self.held)
        self._seen |= fresh.keys()
        self._token, self.complete = page.next_token, page.next_token is None
        if self.complete:
            self.drop_unseen()
        if not self.server_filter:
            self._desk.take_models(page.models, complete=self.complete)
        self._count(list(fresh))
        self.state.live()
        self.fill()
        if not self.complete and (self._everything or len(self._seen) < max(LOADED_UNASKED, len(self.held))):
            self._ask_page(self._token)

    def _take_in(self, models: Iterable[RegisteredModel]) -> None:
        for model in models:
            before = self.held.get(model.name)
            if before is not None and before != model:
                self._desk.health.forget(model.name)
            self.held[model.name] = model

    def take_whole(self, asked: Sequence[str], found: Sequence[RegisteredModel]) -> None:
        """Show models that were asked for one by one; those of them that are gone are no longer here."""
        self.brief -= set(asked)
        for name in set(asked) - {model.name for model in found}:
            self.held.pop(name, None)
        self._take_in(self.held[model.name].as_read(model) for model in found if model.name in self.held)
        if not self.server_filter:
            self._desk.take_models(found)
        here = self.here()
        if here is not None and here.name in asked:
            self.tell_followed()

    def _count(self, names: Sequence[str]) -> None:
        registry = self.session.registry
        if names:
            self.ask(
                self.session.pool,
                f"counts from {names[0]}",
                lambda: registry.count_versions(names),
                self._got_counts,
                lambda _problem: None,  # a count is a courtesy: without it the column says the most there can be
                urgency=PREFETCH,
            )

    def _got_counts(self, counts: dict[str, int]) -> None:
        if counts:
            self.counts.update(counts)
            self.fill()

    def _refused(self, problem: Problem) -> None:
        self.state.failed(problem, "No registered models could be read.")
        self.grid.set_class(bool(self.held), "stale")
        self.fill()

    def take(self, model: RegisteredModel) -> None:
        """Show a model as it has just been read; the evidence about it is asked for anew."""
        self._desk.health.forget(model.name)
        self._desk.holders.observe([model])
        self.held[model.name] = model
        self.brief.discard(model.name)
        self._seen.add(model.name)
        self._count([model.name])
        self.fill()

    def drop(self, name: str) -> None:
        """A model is no longer there."""
        self.held.pop(name, None)
        self.grid.marks = [marked for marked in self.grid.marks if marked != name]
        self.fill()

    def near_end(self) -> None:
        if not self.complete and self._token is not None and not self.is_asking("models"):
            self._ask_page(self._token)

    def end_wanted(self) -> None:
        self.action_load_all()

    def action_load_all(self) -> None:
        self._everything = True
        if not self.complete and not self.is_asking("models"):
            self._ask_page(self._token)

    def look_again(self) -> None:
        """Something may have been learnt of the models by way of their versions."""
        self._evidence.look_again()

    # what it says of itself

    def _board(self) -> Board:
        desk = self._desk
        return Board(
            list(self.held.values()),
            desk.health,
            Notation(self.session.clock.now_ms(), self.zone, self.glyphs),
            counts=dict(self.counts),
            changed=lambda model: bool(desk.news.changes(model)),
            first_aliases=desk.settings.alias_columns,
            has_aliases=desk.has_aliases,
            chosen=self.arrangement.columns,
            findings_only=self.findings_only,
        )

    def specs(self) -> Sequence[ColumnSpec[RegisteredModel]]:
        return self._board().columns()

    def rows(self) -> Sequence[RegisteredModel]:
        return sorted(self.held.values(), key=lambda model: model.name)

    def key_of(self, row: RegisteredModel) -> str:
        return row.name

    @property
    def is_large(self) -> bool:
        return len(self.held) > ARRANGED_HERE

    def laying_out(self) -> Callable[[], Show]:
        board, models, query, arrangement = self._board(), self.rows(), self.query_text, self.arrangement
        health, only, generation = self._desk.health, self.findings_only, self._generation
        room = self.room
        if only and arrangement.columns and "why" not in arrangement.columns:
            arrangement = replace(arrangement, columns=("why", *arrangement.columns))
        self._evidence.drawn_of = health.learnt

        def lay_out() -> Show:
            with_findings = {model.name for model in models if health.findings(model)}
            judged = all(health.is_complete(model) for model in models)
            kept = [model for model in sifted(models, query, searched) if not only or model.name in with_findings]
            table = SpecTable(
                kept, self.key_of, board.columns(), arrangement, sort=self.first_sort, generation=generation, room=room
            )

            def show() -> None:
                self._with_findings, self._judged = len(with_findings), judged
                self.show(table)

            return show

        return lay_out

    def shown(self) -> None:
        self.find()
        self._evidence.want()

    def count_words(self) -> str:
        parts = [self.loaded_words()]
        if self.server_filter:
            parts.append(f"server: {clean(self.server_filter)}")
        if self._with_findings:
            parts.append(f"{count(self._with_findings)} with findings{'' if self._judged else ' so far'}")
        if called := self.session.capabilities.registry_called:
            parts.append(called)
        return " · ".join(parts)

    def notes(self) -> Sequence[str]:
        if self.findings_only:
            return ("findings only", f"{key_of('models.findings_only')} shows all")
        going = self._everything and not self.complete and self.is_asking("models")
        said = self.session.capabilities.lacks or _question(self._desk.health.undecided)
        unread = f"the ledger cannot be read · {key_of('registry.ledger')}" if self._desk.holders.unread else ""
        return (self.pace_words(len(self.held), None, going=going), said, unread)

    def empty_words(self) -> str:
        if self.held and self.findings_only:
            return f"No rule found anything in any model.\n{key_of('models.findings_only')} shows all of them"
        if not self.complete or self.held:
            return ""
        if self.server_filter:
            return f"The server has no model that matches  {clean(self.server_filter)}\n{key_of('app.back')} clears it"
        if self.session.capabilities.grants:
            return (
                "There is no model here that you may see: Unity Catalog lists those that you have EXECUTE on.\n"
                f"{key_of('models.catalog')} shows the catalogs that you may use; "
                f"{key_of('models.create')} creates a model"
            )
        if self.session.capabilities.hides:
            return f"There is no model here that you may see.\n{key_of('models.create')} creates one"
        create, register = key_of("models.create"), key_of("run.register")
        return f"No model is registered here.\n{create} creates one; {register} on a run's page registers its model"

    # the cursor

    def moved(self) -> None:
        self.tell_followed()
        self._evidence.want()

    def open_row(self, key: str) -> None:
        if key in self.held:
            self.deck.go(ModelRoute(key))

    # keys

    def action_metric(self) -> None:
        health = self._desk.health
        words = {"higher": "higher is better", "lower": "lower is better"}
        choices = [("", "automatic", "the one that most versions have")]
        choices += [(key, named(key), words.get(health.better(key), "")) for key in health.metrics_known()]

        def chosen(metric: str) -> None:
            health.choose_metric(metric)
            self.rearrange(self.arrangement.with_more(metric=metric))
            self.fill()
            self.tell_followed()

        choose(self, "Metric", choices, chosen, does="enter choose")

    def action_findings_only(self) -> None:
        self.findings_only = not self.findings_only
        self.fill()
        self.grid.move_to_column("why" if self.findings_only else "name")

    def action_to_prompts(self) -> None:
        self.deck.go_home("prompts")

    def action_catalog(self) -> None:
        """Narrow the list to a catalog or a schema, as Unity Catalog itself lists them."""

        def chosen(name: str) -> None:
            quote = '"' if "'" in name else "'"
            self.server_filter = f"name LIKE {quote}{name}.%{quote}" if name else ""
            self._read_others(f"Reading the models of {named(name)} …" if name else "Reading registered models …")

        choose_schema(self, chosen)

    def _read_others(self, said: str) -> None:
        """Read what the list is of by now in place of what it was of."""
        self.held, self.counts, self.complete = {}, {}, False
        self.brief = set()
        self.grid.placeholder = said
        self.fill()
        self.read_again()

    def action_create(self) -> None:
        self.post_message(self.CreateWanted())

    def go_back(self) -> bool:
        """Take back the filter, then the marks, then what was asked of the server; False if there was none of it."""
        if super().go_back():
            return True
        if self.server_filter:
            self.server_filter = ""
            self.held, self.brief, self.complete = {}, set(), False
            self.read_again()
            return True
        if self.findings_only:
            self.action_findings_only()
            return True
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "create":
            return True
        if action == "load_all":
            return not self.complete
        if action == "to_prompts":
            return self.session.capabilities.prompts
        if action == "catalog":
            return self.session.catalog is not None and self.session.capabilities.grants
        return super().check_action(action, parameters)

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return {
            "load_all": "All models are loaded",
            "to_prompts": self.session.capabilities.no_prompts,
            "catalog": "Catalogs are Unity Catalog's, and this registry is not in one",
        }.get(verb, super().why_off(verb))

    def filter_asked(self, text: str) -> None:
        """Plain words become a pattern of the name; what holds an operator goes as it is."""
        asked = text.strip()
        if not asked:
            self.say_in_bar("Type a part of the name, or MLflow's own filter: name LIKE 'churn%', tags.team = 'red'")
            return
        if not any(sign in asked for sign in ("=", "'", '"', " LIKE ", " ILIKE ")):
            asked = f"name ILIKE '%{asked}%'"
        self.server_filter, self.query_text = asked, ""
        self.close_bar(keep=False)
        self._read_others("Asking the server …")


class BoardEvidence:
    """Gathers what the rules need of the models in view, when the cursor rests; the board is drawn anew with it."""

    def __init__(self, board: ModelsPane) -> None:
        self._board = board
        self._desk = board.session.desk
        self._rest = Rest(board, REST_SECONDS, self._ask)
        self.drawn_of = 0  # how much was known of the models when they were laid out

    def want(self) -> None:
        """Something else is in view, or may be."""
        if not self._rest.is_on and not self._board.is_asking("evidence"):
            self._rest.begin()

    def look_again(self) -> None:
        """Something may have been learnt elsewhere."""
        if self.drawn_of != self._desk.health.learnt:
            self.want()

    def _ask(self) -> None:
        board, health = self._board, self._desk.health
        if board.is_asking("evidence"):
            return
        view, everything = self._in_view(), list(board.held.values())
        for models in (view, everything) if board.findings_only else (view,):
            brief = [model.name for model in models if model.name in board.brief][:READ_AT_ONCE]
            if brief:
                self._read(brief)
                return
        near = [model for model in view if health.served_of(model.name) is None]
        if board.session.capabilities.grants:
            # Each thing known of a model is a request there: those of the one that is looked at are enough.
            here = board.here()
            view = [model for model in view if model is here]
        wanted = [model for model in view if not (health.is_complete(model) and self._is_counted(model))]
        facts = all(health.is_complete(model, facts=False) for model in wanted)
        if not wanted and board.findings_only:
            wanted = [model for model in everything if not health.is_complete(model)]
            facts = True
        wanted = wanted[:JUDGED_AT_ONCE]
        if not wanted and not near:
            if self.drawn_of != health.learnt:
                board.fill()  # somebody else has learnt something meanwhile
            return
        uncounted = [model for model in wanted if not self._is_counted(model)]

        def learn() -> None:
            # What the list needs comes first, what lies in files after it.
            health.gather_served([model.name for model in near])
            health.gather_numbers(uncounted)
            health.gather(wanted, facts=facts)

        board.ask(
            board.session.pool,
            "evidence",
            learn,
            lambda _nothing: self._learnt(wanted),
            board.notice.problem,
            urgency=PREFETCH,
        )

    def _learnt(self, models: Sequence[RegisteredModel]) -> None:
        board, health = self._board, self._desk.health
        watched, now_ms = board.session.watched, board.session.clock.now_ms()
        # As long as not all is known of a model, what the rules find in it is no news.
        known = [model for model in models if watched.wanted.findings and health.is_complete(model)]
        begun = [one for model in known for one in watched.findings(model.name, health.findings(model), now_ms)]
        board.deck.notices.begun(begun)
        board.fill()

    def _read(self, names: list[str]) -> None:
        """Read models of which a list has told little."""
        board = self._board
        registry = board.session.registry

        def got(found: tuple[RegisteredModel, ...]) -> None:
            board.take_whole(names, found)
            board.fill()

        def failed(problem: Problem) -> None:
            board.brief -= set(names)  # until they are listed again: nothing is asked for over and over
            board.notice.problem(problem)

        board.ask(board.session.pool, "evidence", lambda: registry.get_models(names), got, failed, urgency=PREFETCH)

    def _is_counted(self, model: RegisteredModel) -> bool:
        return model.name in self._board.counts or self._desk.health.is_counted(model)

    def _in_view(self) -> list[RegisteredModel]:
        grid = self._board.grid
        if not isinstance(grid.table, SpecTable):
            return []
        top = grid.scroll_offset.y
        return grid.table.rows[top : top + max(1, grid.size.height)]


def _question(names: tuple[str, ...]) -> str:
    """Asks which of several datasets counts, until one is chosen; the first does so far."""
    return (
        f"{clean(names[0])} counts, not {clean(', '.join(names[1:4]))}: {key_of('models.metric')} chooses"
        if names
        else ""
    )


# Models of a Unity Catalog by catalog and schema: each chosen from a list, as far as one may see them.


EVERYTHING = ""


def choose_schema(pane: ModelsPane, chosen: Callable[[str], None]) -> None:
    """Ask for a catalog, then for a schema of it; ``chosen`` is given ``catalog``, ``catalog.schema``, or ""."""
    session, refused = pane.session, pane.notice.problem
    catalog = session.catalog
    assert catalog is not None

    def offer(title: str, names: Sequence[str], everything: str, go_on: Callable[[str], None]) -> None:
        choose(pane, title, [(EVERYTHING, everything, ""), *((name, named(name), "") for name in names)], go_on)

    def of_catalog(name: str) -> None:
        if name == EVERYTHING:
            chosen(EVERYTHING)
            return
        pane.ask(
            session.pool,
            "schemas",
            lambda: catalog.schemas(name),
            lambda schemas: offer(
                f"Schemas of {named(name)}",
                schemas,
                "every schema",
                lambda schema: chosen(f"{name}.{schema}" if schema else name),
            ),
            refused,
        )

    pane.ask(
        session.pool,
        "catalogs",
        catalog.catalogs,
        lambda names: offer("Catalogs", names, "every catalog", of_catalog),
        refused,
    )
