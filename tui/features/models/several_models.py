"""What is done to all the marked models of the board, one after another: tags, deletion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.domain.models.values import RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean
from tui.features.models.several_versions import SeveralVersions, record_words
from tui.services.models_together import Going, as_they_are, going
from tui.services.writes import Outcome, Report

if TYPE_CHECKING:
    from tui.ui.dialogs.steps_told import Answer

Again = Callable[[Sequence[RegisteredModel]], None]


class SeveralModels(SeveralVersions):
    """The part of a page by which marked models are changed together."""

    def models_marked(self) -> tuple[RegisteredModel, ...]:
        """The models marked, in the order of marking, where the keys mean models."""
        return ()

    def gone(self, name: str) -> None:
        """A model was deleted or renamed."""

    def tag_models(self, models: Sequence[RegisteredModel], key: str, value: str | None) -> None:
        """Set or take away a tag of each, once it has been shown what each has now."""
        from tui.ui.dialogs.steps_planned import Step, StepsPlannedModal

        steps = [Step(model.name, model.tags.get(key), value) for model in models]

        def answered(yes: bool | None) -> None:
            if yes:
                self._tag_models(models, key, {model.name: value for model in models})

        self.app.push_screen(StepsPlannedModal(f"Tag {key} of {names_of(models)}", "model", steps), answered)

    def _tag_models(self, models: Sequence[RegisteredModel], key: str, values: Mapping[str, str | None]) -> None:
        writes = self.session.desk.writes
        before = {model.name: model.tags.get(key) for model in models}

        def back(done: Sequence[RegisteredModel]) -> None:
            self._tag_models(done, key, {model.name: before[model.name] for model in done})

        self._write_models(
            models,
            lambda model: writes.tag_model(model, key, values[model.name]),
            f"Wrote the tag {key} of",
            lambda left: self._tag_models(left, key, values),
            put_back=back,
        )

    def delete_models(self, models: Sequence[RegisteredModel]) -> None:
        """Read what goes with each, show it, and delete them once their number has been typed."""
        from tui.features.models.delete_models import DeleteModelsModal

        registry, writes = self.session.registry, self.session.desk.writes
        names = [model.name for model in models]

        def got(found: tuple[Going, ...]) -> None:
            self.deck.say("" if found else "Those models are gone")
            for name in {*names} - {one.model.name for one in found}:
                self.gone(name)
            if found:
                self.app.push_screen(DeleteModelsModal(found), lambda yes: confirmed(found) if yes else None)

        def confirmed(found: tuple[Going, ...]) -> None:
            self._write_models([one.model for one in found], writes.delete_model, "Deleted", self.delete_models)

        self.deck.say(f"Reading what goes with {names_of(models)} …")
        self.ask(self.session.pool, "write", lambda: going(registry, names), got, self._not_written)

    def tell_faults(self, models: Sequence[RegisteredModel]) -> None:
        """What the rules find in each of these, in one text."""
        from tui.ui.dialogs.whole_text import WholeTextModal

        health = self.session.desk.health

        def gathered(_nothing: None) -> None:
            parts = []
            for model in models:
                faults = health.faults(model)
                lines = [f"{fault.severity.capitalize()}: {fault.sentence}\n{fault.remedy}" for fault in faults]
                words = "\n\n".join(lines) or "No rule found a fault in it."
                parts.append(words if len(models) == 1 else f"{model.name}\n\n{words}")
            self.app.push_screen(WholeTextModal(f"Readiness of {names_of(models)}", "\n\n\n".join(parts)))

        self.ask(self.session.pool, "faults", lambda: health.gather(models, facts=True), gathered, self._not_written)

    def _write_models(
        self,
        models: Sequence[RegisteredModel],
        write: Callable[[RegisteredModel], Report[Any]],
        said: str,
        again: Again,
        *,
        put_back: Again | None = None,
    ) -> None:
        """Write to each on a worker's thread; where a part is left, show each outcome and what can be done about it."""
        writes = self.session.desk.writes

        def done(reports: tuple[Report[Any], ...]) -> None:
            record = record_words([report.number for report in reports])
            for model in models:
                self._look_at(model.name)
            if all(report.outcome is Outcome.DONE for report in reports):
                self.deck.say(clean(f"{said} {names_of(models)}, read back, {record}"))
                return
            self._tell_models(models, reports, record, again, put_back)

        self.deck.say(f"Writing {len(models)} models …")
        self.ask(self.session.pool, "write", lambda: writes.each(models, write), done, self._not_written)

    def _tell_models(
        self,
        models: Sequence[RegisteredModel],
        reports: Sequence[Report[Any]],
        record: str,
        again: Again,
        put_back: Again | None,
    ) -> None:
        from tui.ui.dialogs.steps_told import StepsToldModal

        pairs = list(zip(models, reports, strict=True))
        left = [model.name for model, report in pairs if report.outcome is not Outcome.DONE]
        written = [model.name for model, report in pairs if report.outcome is Outcome.DONE]

        def answered(answer: Answer | None) -> None:
            if answer == "finish":
                self._begin_anew(left, again)
            elif answer == "put back" and put_back is not None:
                self._begin_anew(written, put_back)

        results = [report.results[0] for report in reports]
        names = [model.name for model in models]
        self.deck.say("Not all models were written")
        told = StepsToldModal("Models", names, results, record, puts_back=put_back is not None)
        self.app.push_screen(told, answered)

    def _look_at(self, name: str) -> None:
        """Show a model as the server has it now, or that it is gone."""
        registry = self.session.registry

        def gone(problem: Problem) -> None:
            if problem.kind is Kind.NOT_FOUND:
                self.gone(name)
            else:
                self._not_written(problem)

        self.ask(self.session.pool, f"changed {name}", lambda: registry.get_model(name), self.take_model, gone)

    def take_model(self, model: RegisteredModel) -> None:
        """A model has just been read."""

    def _begin_anew(self, names: Sequence[str], again: Again) -> None:
        """Go on with these models, from what the server says now."""
        registry = self.session.registry

        def got(there: tuple[RegisteredModel, ...]) -> None:
            if there:
                again(there)
            else:
                self.deck.say("Nothing is left: those models are gone")

        self.ask(self.session.pool, "write", lambda: as_they_are(registry, names), got, self._not_written)


def names_of(models: Sequence[RegisteredModel]) -> str:
    """Up to three names; of more how many there are."""
    if len(models) > 3:
        return f"{len(models)} models"
    names = [model.name for model in models]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
