"""What is done to all the marked versions of a model as one plan: tags, aliases taken away, deletion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tui.domain.model_values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.screens.panes.permitted import Permitted
from tui.services.writes import Outcome, Report

_NAMED = 12  # versions that are named one by one


class SeveralVersions(Permitted):
    """The part of a page by which marked versions are changed together."""

    def compared(self) -> tuple[ModelVersion, ...]:
        """The versions marked."""
        return ()

    def changed(self, name: str) -> None:
        """Something of a model was written: read it again."""

    def tag_several(
        self, model: RegisteredModel, versions: Sequence[ModelVersion], key: str, value: str | None
    ) -> None:
        """Set or take away a tag of each."""
        writes = self.session.desk.writes
        said = (
            f"Tagged {names_of(versions)}: {key}={value}"
            if value is not None
            else f"Took {key} of {names_of(versions)}"
        )

        def again(_model: RegisteredModel, left: Sequence[ModelVersion]) -> None:
            self.tag_several(model, left, key, value)

        self._write_several(model, versions, lambda: writes.tag_versions(versions, key, value), said, again)

    def delete_several(self, model: RegisteredModel, versions: Sequence[ModelVersion]) -> None:
        """Delete each, once the model's name has been typed; the aliases that go are listed."""
        from tui.screens.modals.confirm import TypeNameModal

        writes = self.session.desk.writes
        aliases = {made.version: model.aliases_of(made.version) for made in versions}
        gone = ", ".join(f"{alias} (v{at})" for at, those in aliases.items() for alias in those)
        lines = [
            f"{names_of(versions)} of {model.name} are deleted for good; this cannot be undone.",
            f"These aliases go with them: {gone}." if gone else "No alias points to any of them.",
        ]

        def confirmed(yes: bool | None) -> None:
            if yes:
                said = f"Deleted {names_of(versions)}"
                self._write_several(
                    model, versions, lambda: writes.delete_versions(versions, aliases), said, self.delete_several
                )

        title = f"Delete {len(versions)} versions of {model.name}"
        self.app.push_screen(TypeNameModal(title, lines, model.name), confirmed)

    def _write_several(
        self,
        model: RegisteredModel,
        versions: Sequence[ModelVersion],
        work: Callable[[], Report[Any]],
        said: str,
        again: Callable[[RegisteredModel, Sequence[ModelVersion]], None],
    ) -> None:
        """Do a plan on a worker's thread; where a part is left, show each outcome and offer to finish."""

        def done(report: Report[Any]) -> None:
            self.changed(model.name)
            if report.outcome is Outcome.DONE:
                record = f"ledger #{report.number}" if report.number is not None else "not in the ledger"
                self.deck.say(clean(f"{said} of {model.name}, read back, {record}"))
                return
            from tui.screens.modals.steps_told import StepsToldModal

            self.deck.say(clean(f"Not all versions of {model.name} were written"))

            results = zip(versions, report.results, strict=True)
            left = [made for made, result in results if result.outcome is not Outcome.DONE]
            names = [f"v{made.version}" for made in versions]

            def answered(finish: bool | None) -> None:
                if finish:
                    self._finish(model.name, left, again)

            self.app.push_screen(StepsToldModal(f"Versions of {model.name}", names, report), answered)

        self.deck.say(f"Writing {len(versions)} versions …")
        self.ask(self.session.pool, "write", work, done, self._not_written)

    def _finish(
        self,
        name: str,
        left: Sequence[ModelVersion],
        again: Callable[[RegisteredModel, Sequence[ModelVersion]], None],
    ) -> None:
        """Begin anew with what is left, from what the server says now."""
        registry = self.session.registry

        def look() -> tuple[RegisteredModel, list[ModelVersion]]:
            found = registry.get_versions([(made.name, made.version) for made in left])
            return registry.get_model(name), [found[made.name, made.version] for made in left if _key(made) in found]

        def got(answer: tuple[RegisteredModel, list[ModelVersion]]) -> None:
            model, there = answer
            if there:
                again(model, there)
            else:
                self.deck.say("Nothing is left: those versions are gone")

        self.ask(self.session.pool, "write", look, got, self._not_written)

    def _not_written(self, problem: Problem) -> None:
        self.deck.say(clean(str(problem)))


def _key(made: ModelVersion) -> tuple[str, str]:
    return made.name, made.version


def names_of(versions: Sequence[ModelVersion]) -> str:
    """``v3, v4 and v7``; of many only how many there are."""
    if len(versions) > _NAMED:
        return f"{len(versions)} versions"
    names = [f"v{made.version}" for made in versions]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
