"""What is done to all the marked versions of a model as one plan: tags, aliases taken away, deletion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.features.models.permitted import Permitted
from tui.services.writes import Outcome, Report

if TYPE_CHECKING:
    from tui.ui.dialogs.steps_told import Answer

_NAMED = 12  # versions that are named one by one


Again = Callable[[RegisteredModel, Sequence[ModelVersion]], None]


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
        """Set or take away a tag of each, once it has been shown what each has now."""
        from tui.ui.dialogs.steps_planned import Step, StepsPlannedModal

        steps = [Step(f"v{made.version}", made.tags.get(key), value) for made in versions]

        def answered(yes: bool | None) -> None:
            if yes:
                self._write_tags(model, versions, key, {made.version: value for made in versions})

        self.app.push_screen(StepsPlannedModal(f"Tag {key} of {names_of(versions)}", "version", steps), answered)

    def _write_tags(
        self, model: RegisteredModel, versions: Sequence[ModelVersion], key: str, values: Mapping[str, str | None]
    ) -> None:
        """Write a tag of each version, which may have a value of its own."""
        writes = self.session.desk.writes
        before = {made.version: made.tags.get(key) for made in versions}
        wanted = set(values.values())
        if len(wanted) > 1:
            said = f"Put {key} of {names_of(versions)} back"
        elif (value := wanted.pop()) is not None:
            said = f"Tagged {names_of(versions)}: {key}={value}"
        else:
            said = f"Took {key} of {names_of(versions)}"

        def again(model: RegisteredModel, left: Sequence[ModelVersion]) -> None:
            self._write_tags(model, left, key, {made.version: values[made.version] for made in left})

        def back(model: RegisteredModel, done: Sequence[ModelVersion]) -> None:
            self._write_tags(model, done, key, {made.version: before[made.version] for made in done})

        self._write_several(
            model, versions, lambda: writes.tag_versions(versions, key, values), said, again, put_back=back
        )

    def delete_several(self, model: RegisteredModel, versions: Sequence[ModelVersion]) -> None:
        """Delete each, once the model's name has been typed; the aliases that go are listed."""
        from tui.ui.dialogs.confirm import TypeNameModal

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
        again: Again,
        *,
        put_back: Again | None = None,
    ) -> None:
        """Do a plan on a worker's thread; where a part is left, show each outcome and what can be done about it."""

        def done(report: Report[Any]) -> None:
            self.changed(model.name)
            record = record_words([report.number])
            if report.outcome is Outcome.DONE:
                self.deck.say(clean(f"{said} of {model.name}, read back, {record}"))
                return
            from tui.ui.dialogs.steps_told import StepsToldModal

            self.deck.say(clean(f"Not all versions of {model.name} were written"))

            results = list(zip(versions, report.results, strict=True))
            left = [made for made, result in results if result.outcome is not Outcome.DONE]
            written = [made for made, result in results if result.outcome is Outcome.DONE]
            names = [f"v{made.version}" for made in versions]

            def answered(answer: Answer | None) -> None:
                if answer == "finish":
                    self._go_on(model.name, left, again)
                elif answer == "put back" and put_back is not None:
                    self._go_on(model.name, written, put_back)

            title = f"Versions of {model.name}"
            told = StepsToldModal(title, names, report.results, record, puts_back=put_back is not None)
            self.app.push_screen(told, answered)

        self.deck.say(f"Writing {len(versions)} versions …")
        self.ask(self.session.pool, "write", work, done, self._not_written)

    def _go_on(self, name: str, left: Sequence[ModelVersion], again: Again) -> None:
        """Begin anew with these versions, from what the server says now."""
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


def record_words(numbers: Sequence[int | None]) -> str:
    """Where writes were recorded: ``ledger #4``, ``ledger #4–#6``."""
    known = [number for number in numbers if number is not None]
    if not known:
        return "not in the ledger"
    first, last = min(known), max(known)
    return f"ledger #{first}" if first == last else f"ledger #{first}–#{last}"


def names_of(versions: Sequence[ModelVersion]) -> str:
    """``v3, v4 and v7``; of many only how many there are."""
    if len(versions) > _NAMED:
        return f"{len(versions)} versions"
    names = [f"v{made.version}" for made in versions]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
