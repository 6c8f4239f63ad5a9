"""The keys by which models, versions and aliases are changed, the same on every screen that shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.app.actions import verbs_at
from tui.domain.models.grants import Deed
from tui.domain.models.names import model_name_refusal, tag_key_refusal
from tui.domain.models.readiness import CHALLENGER, CHAMPION
from tui.domain.models.values import ModelVersion
from tui.domain.text import clean
from tui.features.models.permitted import needs
from tui.features.models.registry_aliases import RegistryAliases
from tui.features.models.several_versions import names_of
from tui.services.model_writes import target_words
from tui.services.writes import Outcome, Report
from tui.ui.routes import LedgerRoute, ModelRoute, RunRoute, VersionDiffRoute

_VERBS = verbs_at("registry")
# What the interface of the open-source Unity Catalog does not have: aliases, tags, other names, copies.
_LACKING = frozenset(("move_alias", "undo", "several_aliases", "swap", "take_away", "tags", "rename", "copy_to"))
_OF_VERSION = frozenset(("take_away", "copy_to", "run"))


class RegistryActs(RegistryAliases):
    """A page about a model, and perhaps one of its versions."""

    def _several(self) -> tuple[ModelVersion, ...]:
        """The marked versions, where the keys mean more than one."""
        marked = self.compared() if self.version_here() is not None else ()
        return marked if len(marked) > 1 else ()

    def _version_meant(self) -> ModelVersion | None:
        """The one marked version, or that under the cursor."""
        here = self.version_here()
        marked = self.compared() if here is not None else ()
        return marked[0] if len(marked) == 1 else here

    def models_meant(self, deed: Deed) -> list[str]:
        marked = self.models_marked() if deed in (Deed.TAG, Deed.DELETE) else ()
        return [model.name for model in marked] or [*super().models_meant(deed)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a model there is nothing to do."""
        if action not in _VERBS:
            return True
        if action == "ledger":
            return True
        if self.model_here() is None:
            return False
        if action in _LACKING and not self.session.capabilities.aliases:
            return False
        if action == "endpoints":
            return self.session.serving is not None
        if action == "model":
            return self.has_page
        version = self.version_here()
        if action == "take_away":
            return version is not None and bool(self._aliases_meant(version))
        if action == "run":
            return version is not None and bool(version.run_id)
        if action == "swap":
            return CHAMPION in self._model.aliases or CHALLENGER in self._model.aliases
        return version is not None if action in _OF_VERSION else True

    has_page = True  # whether the model's own page is elsewhere

    # descriptions, tags, names

    @needs(Deed.DESCRIBE)
    def action_note(self) -> None:
        from tui.domain.writes.changes import Sort
        from tui.ui.dialogs.edit_text import EditTextModal

        model, version, writes = self._model, self.version_here(), self.session.desk.writes
        seen = version.description if version is not None else model.description
        what = f"{clean(model.name)} v{version.version}" if version is not None else clean(model.name)

        def edited(text: str | None) -> None:
            if text is None or text == seen:
                return
            if version is not None:
                self._write(lambda: writes.describe_version(version, text), model.name, f"Described {what}")
            else:
                self._write(lambda: writes.describe_model(model, text), model.name, f"Described {what}")

        self.app.push_screen(EditTextModal(f"Description of {what}", seen, sort=Sort.EXPERIMENT), edited)

    @needs(Deed.TAG)
    def action_tags(self) -> None:
        """A line KEY=VALUE; nothing after the sign takes the tag away."""
        from tui.ui.dialogs.ask_line import AskLineModal

        model, version, writes = self._model, self._version_meant(), self.session.desk.writes
        several, models = self._several(), self.models_marked()
        tags = version.tags if version is not None else model.tags
        what = f"{clean(model.name)} v{version.version}" if version is not None else clean(model.name)
        if several:
            tags = {key: value for key, value in tags.items() if all(made.tags.get(key) == value for made in several)}
            what = f"{names_of(several)} of {clean(model.name)}"
        elif models:
            first = models[0].tags
            tags = {key: value for key, value in first.items() if all(one.tags.get(key) == value for one in models)}
            what = f"{len(models)} models" if len(models) > 1 else clean(models[0].name)
        there = ", ".join(f"{clean(key)}={clean(value)}" for key, value in sorted(tags.items())) or "none yet"

        def refuse(line: str) -> str:
            key, sign, _ = line.partition("=")
            return tag_key_refusal(key) if sign else "Write it as KEY=VALUE; nothing after = takes the tag away."

        def given(line: str | None) -> None:
            if line is None:
                return
            key, _, value = line.partition("=")
            key = key.strip()
            new = value.strip() or None
            said = f"Tagged {what}: {clean(key)}={clean(value.strip())}" if new else f"Took {clean(key)} of {what} away"
            if several:
                self.tag_several(model, several, key, new)
            elif models:
                self.tag_models(models, key, new)
            elif version is not None:
                self._write(lambda: writes.tag_version(version, key, new), model.name, said)
            else:
                self._write(lambda: writes.tag_model(model, key, new), model.name, said)

        each = " in each" if several or len(models) > 1 else ""
        question = f"There are{each}: {there}.  KEY=VALUE sets a tag, KEY= takes it away."
        self.app.push_screen(AskLineModal(f"Tags of {what}", question, refuse=refuse), given)

    @needs(Deed.RENAME)
    def action_rename(self) -> None:
        from tui.ui.dialogs.ask_line import AskLineModal

        model, writes = self._model, self.session.desk.writes

        def given(name: str | None) -> None:
            if name is not None and name != model.name:
                self._write(lambda: writes.rename_model(model.name, name), name, "", old_name=model.name)

        question = "Whoever loads it by its old name will no longer find it. The new name:"
        self.app.push_screen(
            AskLineModal(f"Rename {clean(model.name)}", question, model.name, refuse=self._name_refusal), given
        )

    def _name_refusal(self, name: str) -> str:
        return model_name_refusal(name, catalog=self.session.desk.writes.catalog)

    def action_copy_to(self) -> None:
        from tui.ui.dialogs.ask_line import AskLineModal

        version = self.version_here()
        assert version is not None

        def given(to: str | None) -> None:
            if to is None:
                return

            self.when_allowed(Deed.REGISTER, to, lambda: self._plan_copy(version, to))

        question = f"v{version.version} of {clean(version.name)} is copied as a new version of this model:"
        self.app.push_screen(AskLineModal("Copy to another model", question, refuse=self._name_refusal), given)

    def _plan_copy(self, version: ModelVersion, to: str) -> None:
        """Read the target, show what a copy makes of it, and copy."""
        from tui.ui.dialogs.confirm import ConfirmPlanModal

        registry, writes = self.session.registry, self.session.desk.writes

        def copied(answer: tuple[str, Report[Any]]) -> None:
            self._tell_report(answer[1], to, f"Copied v{version.version} to {clean(to)} v{answer[0]}")

        def confirmed(yes: bool | None) -> None:
            if yes:
                self.ask(
                    self.session.pool, "write", lambda: writes.copy_version(version, to), copied, self._say_problem
                )

        def got(lines: tuple[str, ...]) -> None:
            plan = f"v{version.version} of {version.name} → a new version of {to}"
            self.app.push_screen(ConfirmPlanModal("Copy to another model", plan, lines), confirmed)

        self.ask(self.session.pool, "target", lambda: target_words(registry, to), got, self._say_problem)

    @needs(Deed.DELETE)
    def action_delete(self) -> None:
        """Delete the version, or the model where no version is meant; aliases that go with it are listed."""
        from tui.ui.dialogs.confirm import TypeNameModal

        model, version, writes = self._model, self._version_meant(), self.session.desk.writes
        if self._several():
            self.delete_several(model, self._several())
            return
        if models := self.models_marked():
            if len(models) > 1:
                self.delete_models(models)
                return
            model = models[0]
        if version is not None:
            aliases = model.aliases_of(version.version)
            goes = f"These aliases go with it: {', '.join(aliases)}." if aliases else "No alias points to it."
            title = f"Delete version {version.version} of {model.name}"
            lines = [f"Version {version.version} of {model.name} is deleted for good; this cannot be undone.", goes]
        else:
            named = ", ".join(f"{alias} (v{at})" for alias, at in sorted(model.aliases.items()))
            goes = (
                f"All its versions go with it, and these aliases: {named}." if named else "All its versions go with it."
            )
            title = f"Delete {model.name}"
            lines = [f"{model.name} is deleted for good; this cannot be undone.", goes]

        def confirmed(yes: bool | None) -> None:
            if not yes:
                return
            if version is not None:
                said = f"Deleted v{version.version} of {clean(model.name)}"
                self._write(lambda: writes.delete_version(version, aliases), model.name, said)
            else:
                self._write(lambda: writes.delete_model(model), "", "", old_name=model.name)

        self.app.push_screen(TypeNameModal(title, lines, model.name), confirmed)

    def create_model(self) -> None:
        """Ask for a name, and create a model of it."""
        from tui.ui.dialogs.ask_line import AskLineModal

        writes = self.session.desk.writes
        levels = " in three levels, catalog.schema.model" if writes.catalog else ""

        def given(name: str | None) -> None:
            if name is not None:

                def create() -> None:
                    self._write(lambda: writes.create_model(name), name, f"Created {clean(name)}")

                self.when_allowed(Deed.CREATE, name, create)

        self.app.push_screen(AskLineModal("Create a model", f"Its name{levels}:", refuse=self._name_refusal), given)

    # writing and telling

    def _write(self, work: Callable[[], Report[Any]], name: str, said: str, *, old_name: str = "") -> None:
        """Do a write on a worker's thread; ``name`` is read again afterwards, ``old_name`` is gone."""

        def done(report: Report[Any]) -> None:
            if report.outcome is Outcome.DONE and old_name:
                self.gone(old_name)
                words = f"Renamed {clean(old_name)} to {clean(name)}" if name else f"Deleted {clean(old_name)}"
                self._tell_report(report, name, words)
            else:
                self._tell_report(report, name or old_name, said)

        self.ask(self.session.pool, "write", work, done, self._say_problem)

    def _tell_report(self, report: Report[Any], name: str, said: str) -> None:
        record = f"ledger #{report.number}" if report.number is not None else "not in the ledger"
        problem = f": {report.problem.message}" if report.problem is not None else ""
        words = {
            Outcome.DONE: f"{said}, read back, {record}",
            Outcome.CONFLICT: "Nothing was written: it has been changed meanwhile. It is read again now",
            Outcome.UNKNOWN: f"The outcome is unknown{problem}. r reads it again; {record}",
            Outcome.OVERTAKEN: f"Written, and changed again by somebody else; {record}",
        }.get(report.outcome, f"Nothing was written{problem}")
        self.deck.say(clean(words))
        if name:
            self.changed(name)

    # looking

    def action_diff(self) -> None:
        """Champion against challenger, or the version under the cursor (or those marked) against the champion."""
        model, version = self._model, self.version_here()
        champion, challenger = model.aliases.get(CHAMPION), model.aliases.get(CHALLENGER)
        marked = [made.version for made in self.compared()]
        if len(marked) >= 2:
            pair = marked[:2]
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
        """Of the marked models, or of that under the cursor."""
        self.tell_faults(self.models_marked() or [self._model])

    def action_ledger(self) -> None:
        model = self.model_here()
        self.deck.go(LedgerRoute(model.name if model is not None else ""))

    def action_model(self) -> None:
        self.deck.go(ModelRoute(self._model.name))

    def action_run(self) -> None:
        version = self.version_here()
        if version is not None:
            self.deck.go(RunRoute(version.run_id))
