"""The keys by which models, versions and aliases are looked at and changed, the same on every page that shows them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from tui.app.actions import verbs_at
from tui.domain.models.grants import Deed
from tui.domain.models.readiness import CHALLENGER, CHAMPION, whole_text
from tui.domain.models.values import ModelVersion, RegisteredModel, model_name_refusal
from tui.domain.places import Place, PlaceKind
from tui.domain.text import clean, named
from tui.domain.writes import plans
from tui.domain.writes.changes import ALIAS, Plan, Thing, ThingState, touching
from tui.features.models.alias_forms import Deciding
from tui.features.models.registering import Grants
from tui.services.session import Session
from tui.ui.asking import Asking, AutoRefresh, Writer, tags_title
from tui.ui.page import Page
from tui.ui.routes import (
    IncidentRoute,
    LedgerRoute,
    ModelRoute,
    RunRoute,
    ServingRoute,
    StandingRoute,
    VersionDiffRoute,
)

if TYPE_CHECKING:
    from tui.services.write_flow import Touched, WriteResult
    from tui.ui.write_parts import AliasLines

_VERBS = verbs_at("registry")
# What the interface of the open-source Unity Catalog does not have: aliases, tags, other names, copies.
_LACKING = frozenset(("move_alias", "undo", "several_aliases", "swap", "take_away", "tags", "rename", "copy_to"))
_OF_VERSION = frozenset(("take_away", "copy_to", "run"))


class RegistryPage(Page, Asking):
    """A page about models; what its keys mean, each page says. What writes asks for the grants first."""

    has_page = True  # whether the model's own page is elsewhere

    def __init__(self, session: Session, name: str = "") -> None:
        super().__init__(session)
        self.model_name = name  # of the model that the page is of, "" where it is of all
        self.model: RegisteredModel | None = None
        self._writer = Writer(self, session)
        self._grants = Grants(self, session)
        self.deciding = Deciding(self)

    # what the keys mean

    def model_here(self) -> RegisteredModel | None:
        """The model that the keys mean."""
        return self.model

    def version_here(self) -> ModelVersion | None:
        """The version that the keys mean; None where they mean the model."""
        return None

    def versions_known(self) -> list[ModelVersion]:
        """The versions that have been read, newest first."""
        return []

    def compared(self) -> tuple[ModelVersion, ...]:
        """The versions marked."""
        return ()

    def models_marked(self) -> tuple[RegisteredModel, ...]:
        """The models marked, in the order of marking, where the keys mean models."""
        return ()

    def made_or_renamed(self, name: str) -> None:
        """A model has this name since just now."""

    def gone(self, name: str) -> None:
        """A model was deleted or renamed."""
        if name == self.model_name:
            self.deck.go_home("models")

    def summary_offers(self) -> list[tuple[str, str]]:
        """The summary of the version or the model under the cursor, as it can be copied."""
        from tui.services.copies import of_model, of_version

        model, made, health = self.model_here(), self.version_here(), self.session.desk.health
        where, now_ms = self.session.where, self.session.clock.now_ms()
        if model is None:
            return []
        if made is None:
            return of_model(model, health, place=where, now_ms=now_ms).offers()
        return of_version(made, model, health, place=where, now_ms=now_ms).offers()

    def names_here(self) -> dict[str, str | tuple[str, ...]]:
        model, version = self.model_here(), self.version_here()
        names: dict[str, str | tuple[str, ...]] = {"MODEL": model.name} if model is not None else {}
        if version is not None:
            names |= {"MODEL": version.name, "VERSION": str(version.version), "RUN_ID": version.run_id or ""}
            held = model.aliases.items() if model is not None else ()
            names["ALIAS"] = next((alias for alias, number in held if number == version.version), "")
        return names

    def place_here(self) -> Place | None:
        model = self.model_here()
        return Place(PlaceKind.MODEL, model.name, model=model.name) if model is not None else None

    @property
    def _model(self) -> RegisteredModel:
        model = self.model_here()
        assert model is not None  # check_action keeps the keys away where there is none
        return model

    def _served_here(self) -> bool:
        """Whether an endpoint is known to serve the version that is meant."""
        version = self.version_here()
        if version is None or self.session.serving is None:
            return False
        return any(at.version == version.version for at in self.session.desk.health.served(version.name))

    def _with_model(self, go_on: Callable[[RegisteredModel], None]) -> None:
        """Go on with the model; one of which only a list has told, and so none of its aliases, is read before."""
        model, registry = self._model, self.session.registry
        if model.is_whole or model.unread:
            go_on(model)
        else:
            self.ask(self.session.pool, "model", lambda: registry.get_model(model.name), go_on, self.say_problem)

    def _versions_meant(self) -> tuple[ModelVersion, ...]:
        """The marked versions, or that under the cursor; none where the keys mean the model."""
        here = self.version_here()
        return (self.compared() or (here,)) if here is not None else ()

    def _models_meant(self) -> list[str]:
        """The names of the marked models, or of that under the cursor."""
        return [model.name for model in self.models_marked()] or [self._model.name]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a model there is nothing to do."""
        if action not in _VERBS or action == "ledger":
            return True
        if self.model_here() is None:
            return False
        if action in _LACKING and not self.session.capabilities.aliases:
            return False
        if action == "endpoints":
            return self.session.serving is not None
        if action == "standing":
            return self.session.catalog is not None and self.session.capabilities.grants
        if action == "model":
            return self.has_page
        version = self.version_here()
        if action == "take_away":
            return version is not None and bool(self._aliases_meant())
        if action == "query":
            return self._served_here()
        if action == "run":
            return version is not None and bool(version.run_id)
        if action == "swap":
            return CHAMPION in self._model.aliases or CHALLENGER in self._model.aliases
        return version is not None if action in _OF_VERSION else True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        if verb not in _VERBS:
            return ""
        model = self.model_here()
        if model is None:
            return "No model is under the cursor"
        if verb in _LACKING and not self.session.capabilities.aliases:
            return "The interface of the open-source Unity Catalog has no aliases, tags or renaming"
        version = self.version_here()
        called = named(model.name) if version is None else f"v{version.version}"
        return {
            "endpoints": "Serving endpoints are on Databricks, and this context is not",
            "standing": "Who may do what is told by a Unity Catalog on Databricks",
            "model": "This is the model's own page",
            "run": f"{called} names no source run" if version is not None else "A version's source run: go to its row",
            "query": f"No endpoint serves {called}, as far as is known",
            "take_away": f"No alias points to {called}" if version is not None else "Go to the version it points to",
            "swap": f"{called} has neither a champion nor a challenger",
            "copy_to": "A version is copied: go to its row",
        }.get(verb, "")

    # descriptions, tags, names

    def action_note(self) -> None:
        model, version, writes = self._model, self.version_here(), self.session.desk.writes

        def go_on() -> None:
            if version is None:
                self._writer.edit_note(Thing.MODEL, model.name, lambda: writes.model(model.name))
            else:
                called = f"{model.name} v{version.version}"
                self._writer.edit_note(Thing.VERSION, called, lambda: writes.version(model.name, version.version))

        self._grants.when_allowed(Deed.DESCRIBE, [model.name], go_on)

    def action_tags(self) -> None:
        model, writes, names = self._model.name, self.session.desk.writes, self._models_meant()
        numbers = [made.version for made in self._versions_meant()]

        def go_on() -> None:
            title = tags_title(names, "models", model, numbers)
            self._writer.edit_tags(title, lambda: writes.versions(model, numbers) if numbers else writes.models(names))

        self._grants.when_allowed(Deed.TAG, [model] if numbers else names, go_on)

    def action_rename(self) -> None:
        name, writes = self._model.name, self.session.desk.writes

        def done(told: WriteResult) -> None:
            if told.done:
                self.gone(name)
                self.made_or_renamed(told.done[0].after or "")
            self._writer.say_result(told)

        def go_on() -> None:
            self._writer.rename(Thing.MODEL, name, lambda: writes.model(name), refuse=self._name_refusal, done=done)

        self._grants.when_allowed(Deed.RENAME, [name], go_on)

    def _name_refusal(self, name: str) -> str:
        return model_name_refusal(name, catalog=self.session.desk.writes.catalog)

    def action_copy_to(self) -> None:
        from tui.services.registry_writes import line_refusal, wanted_of
        from tui.ui.dialogs.choices import AskLineModal

        version, session = self.version_here(), self.session
        if version is None or not self._writer.may_write():
            return

        def given(line: str | None) -> None:
            if line is not None:
                wanted = wanted_of(line)
                on_alias = [wanted.to] if wanted.alias else []
                self._grants.when_allowed(
                    Deed.REGISTER,
                    [wanted.to],
                    lambda: self._grants.when_allowed(Deed.ALIAS, on_alias, lambda: confirm(line)),
                )

        def confirm(line: str) -> None:
            self._writer.confirm("Copy to another model", lambda: session.promotions.plan(version, wanted_of(line)))

        def refuse(line: str) -> str:
            return line_refusal(line, catalog=session.desk.writes.catalog, serves=session.serving is not None)

        on = " on ENDPOINT" if session.serving is not None else ""
        question = (
            f"v{version.version} of {named(version.name)} is copied as a new version of this model. "
            f"More in the same plan: NAME @ALIAS{on} points the alias at the copy"
            f"{' and serves it there' if on else ''}."
        )
        self.app.push_screen(AskLineModal("Copy to another model", question, refuse=refuse), given)

    def action_delete(self) -> None:
        """Delete what is meant; what goes with it is listed, and its name or number is typed."""
        model, writes, names = self._model.name, self.session.desk.writes, self._models_meant()
        numbers = [made.version for made in self._versions_meant()]

        def make() -> Plan:
            return writes.deletion_of_versions(model, numbers) if numbers else writes.deletion_of_models(names)

        def done(told: WriteResult) -> None:
            for change in told.done:
                if change.kind is Thing.MODEL:
                    self.gone(change.id)
            self._writer.say_result(told)

        def go_on() -> None:
            self._writer.confirm("Delete versions" if numbers else "Delete models", make, done=done)

        self._grants.when_allowed(Deed.DELETE, [model] if numbers else names, go_on)

    def create_model(self) -> None:
        """Ask for a name, and create a model of it."""
        writes = self.session.desk.writes
        levels = " in three levels, catalog.schema.model" if writes.catalog else ""

        def done(told: WriteResult) -> None:
            if told.done:
                self.made_or_renamed(told.done[0].called)
            self._writer.say_result(told)

        self._writer.ask_name(
            "Create a model",
            f"Its name{levels}:",
            "",
            writes.creation,
            refuse=self._name_refusal,
            before=lambda name, go_on: self._grants.when_allowed(Deed.CREATE, [name], go_on),
            done=done,
        )

    # aliases

    def action_move_alias(self) -> None:
        from tui.ui.write_parts import OneAlias

        version, health = self.version_here(), self.session.desk.health
        known = [made.version for made in self.versions_known()]

        def move(model: RegisteredModel) -> None:
            newest = model.newest
            likely = model.aliases.get(CHALLENGER) or (newest.version if newest is not None else "")
            to = version.version if version is not None else likely

            def was(alias: str) -> str:
                return health.holding(model, alias).was or ""

            self._move(model, lambda: OneAlias(model.aliases, known, to, was))

        self._with_model(move)

    def action_several_aliases(self) -> None:
        from tui.ui.write_parts import SeveralAliases

        self._with_model(lambda model: self._move(model, SeveralAliases))

    def action_swap(self) -> None:
        model = self._model
        plan = plans.swap(model.name, model.aliases, CHAMPION, CHALLENGER)
        self.move_as(model, plan, f"Swap {CHAMPION} and {CHALLENGER} of {model.name}")

    def _aliases_meant(self) -> tuple[str, ...]:
        """The aliases of the versions that are meant."""
        return tuple(alias for made in self._versions_meant() for alias in self._model.aliases_of(made.version))

    def action_take_away(self) -> None:
        from tui.ui.write_parts import take_away

        model = self._model
        take_away(self, model, self._aliases_meant(), lambda plan, title: self.move_as(model, plan, title))

    def move_as(
        self,
        model: RegisteredModel,
        plan: plans.AliasPlan,
        title: str,
        done: Callable[[WriteResult], object] = lambda _told: None,
    ) -> None:
        """Show a plan as it is, and carry it out; ``done`` is told what became of it."""
        from tui.ui.write_parts import FixedMove

        self._move(model, lambda: FixedMove(plan, title), done)

    def _move(
        self,
        model: RegisteredModel,
        lines: Callable[[], AliasLines],
        done: Callable[[WriteResult], object] = lambda _told: None,
    ) -> None:
        from tui.features.models.alias_forms import ModelAliasForm

        def left(told: WriteResult) -> None:
            done(told)
            self._writer.say_result(told)

        def go_on() -> None:
            form = ModelAliasForm(self.session, model, lines(), self.versions_known())
            touches = touching([ThingState.of_model(model)], ALIAS)
            self._writer.confirm(form.title(), form=form, touches=touches, done=left)

        if self._writer.may_write():
            self._grants.when_allowed(Deed.ALIAS, [model.name], go_on)

    # taking back

    def action_undo(self) -> None:
        """Look up the last change in the ledger and the server's state, and show what takes it back."""
        desk, name = self.session.desk, self._model.name

        def got(found: tuple[Plan | None, RegisteredModel, str]) -> None:
            plan, model, stays = found
            if plan is None:
                kept = f"; {stays} cannot be taken back" if stays else ""
                self.deck.say(clean(f"Nothing was changed of {name} from here that could be undone{kept}"))
                return
            of_aliases = any(change.alias for change in plan.changes)
            deed = Deed.ALIAS if of_aliases else Deed.TAG if plan.changes[0].key else Deed.DESCRIBE
            # What was promoted from here is taken back of the model that it was promoted to.
            whose = sorted({change.id for change in plan.changes if change.alias}) or [name]
            self._grants.when_allowed(deed, whose, lambda: show(plan, model))

        def show(plan: Plan, model: RegisteredModel) -> None:
            if all(change.alias and change.id == model.name for change in plan.changes):
                moves = plans.AliasPlan.of_changes(plan, model.name)
                self.move_as(model, moves, f"Undo #{plan.of}: aliases of {name}")
            else:
                self._writer.confirm(f"Undo #{plan.of}", lambda: plan)

        if self._writer.may_write():
            self.ask(self.session.pool, "undo", lambda: desk.undo(name), got, self.say_problem)

    def action_proposals(self) -> None:
        self._with_model(self.deciding.show)

    def action_incident(self) -> None:
        from tui.services.incident import alias_meant

        version = self.version_here()
        alias = alias_meant(self._model, version.version if version is not None else "")
        self.deck.go(IncidentRoute(self._model.name, alias))

    def action_query(self) -> None:
        version = self.version_here()
        if version is not None:
            self.deck.go(ServingRoute(self._model.name, version.version))

    def action_standing(self) -> None:
        version = self.version_here()
        self.deck.go(StandingRoute("model", self._model.name, version=version.version if version is not None else ""))

    # what has been written

    def models_of(self, touched: Touched) -> set[str]:
        """The models of which something may have been changed, by name."""
        models = {name for sort, name in touched if sort is Thing.MODEL}
        return models | {name.rpartition("/")[0] for sort, name in touched if sort is Thing.VERSION}

    def written(self, touched: Touched) -> None:
        if any(sort is Thing.ENDPOINT for sort, _ in touched):
            self.session.desk.health.forget_served()
            self.served_elsewhere()
        for name in self.models_of(touched):
            self.changed(name)

    @abstractmethod
    def changed(self, name: str) -> None:
        """Something of a model was written: show it as it is now."""

    def served_elsewhere(self) -> None:
        """Endpoints serve something else: show where versions are served anew."""
        self.read_again()

    # looking

    def action_diff(self) -> None:
        """Champion against challenger, or the version under the cursor (or those marked) against the champion."""
        model, version = self._model, self.version_here()
        champion, challenger = model.aliases.get(CHAMPION), model.aliases.get(CHALLENGER)
        marked = [made.version for made in self.compared()]
        if len(marked) > 2:
            self.deck.say(f"Two versions are compared, and {len(marked)} are marked: U takes the marks away")
            return
        if len(marked) == 2:
            pair = [*sorted(marked, key=int)]
        elif version is not None and champion is not None and version.version != champion:
            pair = [champion, version.version]
        elif champion is not None and challenger is not None:
            pair = [champion, challenger]
        else:
            known = [made.version for made in self.versions_known()[:2]]
            pair = [champion, known[0]] if champion is not None and known and known[0] != champion else known[::-1]
        pair = [at for at in pair if at is not None]
        if len(set(pair)) < 2:
            self.deck.say("There is only one version to look at: nothing to compare it with")
            return
        self.deck.go(VersionDiffRoute(model.name, pair[0], pair[1]))

    def action_why(self) -> None:
        """What the rules find in the marked models, or in that under the cursor, in one text."""
        from tui.ui.dialogs.whole_text import WholeTextModal

        models, health = self.models_marked() or (self._model,), self.session.desk.health

        def gathered(_nothing: None) -> None:
            parts = [
                (f"{model.name}\n\n" if len(models) > 1 else "") + whole_text(health.findings(model))
                for model in models
            ]
            self.app.push_screen(WholeTextModal(f"Readiness of {names_of(models)}", "\n\n\n".join(parts)))

        self.ask(self.session.pool, "findings", lambda: health.gather(models, facts=True), gathered, self.say_problem)

    def action_ledger(self) -> None:
        model = self.model_here()
        self.deck.go(LedgerRoute(model.name if model is not None else ""))

    def action_model(self) -> None:
        self.deck.go(ModelRoute(self._model.name))

    def action_run(self) -> None:
        version = self.version_here()
        if version is not None and version.workspace:
            self.deck.say(f"The run {clean(version.run_id)} lies in workspace {clean(version.workspace)}")
        elif version is not None:
            self.deck.go(RunRoute(version.run_id))

    def action_its_traces(self) -> None:
        """What the traces of its logged model share since an alias points here, against those before."""
        from tui.domain.traces.values import TraceScope
        from tui.ui.routes import TraceGroupsRoute, TracesRoute

        version, model = self.version_here(), self.model_here()
        if version is None or not version.model_id:
            self.deck.say("This version names no logged model, so that no traces are known of it")
            return
        scope = TraceScope((), f"{version.name} v{version.version}", model_id=version.model_id)
        held = self._held_since(model, version) if model is not None else ("", 0)
        if held[1]:
            alias, since_ms = held
            self.deck.go(TraceGroupsRoute(scope, (), since_ms=since_ms, since=f"since {clean(alias)} points here"))
        else:
            self.deck.go(TracesRoute(scope))

    def _held_since(self, model: RegisteredModel, version: ModelVersion) -> tuple[str, int]:
        """The alias that came to a version last, and when; of none of them may that be known."""
        known = [
            (holding.since_ms, alias)
            for alias, at in model.aliases.items()
            if at == version.version
            for holding in [self.session.desk.holders.holding(model, alias, version)]
            if holding.since_ms is not None
        ]
        return (max(known)[1], max(known)[0]) if known else ("", 0)

    def action_endpoints(self) -> None:
        """Show the endpoints that serve the model."""
        self.deck.go(ServingRoute(self._model.name))


class NewsWatch:
    """Reads a page about models again by itself, and tells once what has changed since the session began.

    What is compared with outlives a pause: it is the session's. ``tick`` reads again what is shown.
    """

    def __init__(self, page: RegistryPage, tick: Callable[[], object]) -> None:
        self._page = page
        self.refreshing = AutoRefresh(page, page.session.launch.settings.watch_seconds, self._tick)
        self._read = tick

    def _tick(self) -> None:
        if self._page.is_seen:
            self._read()

    def tell(self, models: Iterable[RegisteredModel]) -> None:
        """Tell what has changed of models and was not told before, with the bell where that is wanted."""
        if not self.refreshing.is_on:
            return
        desk = self._page.session.desk
        news = []
        for model in models:
            clauses = desk.news.changes(model)
            before = desk.told.get(model.name, [])
            if clauses != before:
                fresh = [clause for clause in clauses if clause not in before]
                desk.told[model.name] = clauses
                if fresh:
                    news.append(f"{named(model.name)}: {', '.join(map(clean, fresh))}")
        if news:
            self._page.deck.say(news[0] + (f" and {len(news) - 1} more" if len(news) > 1 else ""))
            self._page.deck.notice("aliases", self._page.session.name, news[0])
            if desk.settings.bell:
                self._page.app.bell()


def names_of(models: Sequence[RegisteredModel]) -> str:
    """Up to three names; of more how many there are."""
    if len(models) > 3:
        return f"{len(models)} models"
    names = [model.name for model in models]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
