"""Every write to the registry but moves of aliases, each under guard and in the ledger. Every function blocks.

Each raises Problem where nothing was tried: read-only, a name that cannot be, no ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tui.domain.models.names import model_name_refusal, tag_key_refusal
from tui.domain.models.values import ModelVersion, RegisteredModel, Registrable
from tui.domain.problem import Kind, Problem
from tui.gateway.ports import RegistryPort
from tui.services.ledger import Ledger
from tui.services.writes import GuardedWrite, Intention, Outcome, Report, Result, carry_out

S = TypeVar("S")
_LOOKED_AT = 200  # versions of a target that are read to name its newest


class ModelWrites:
    """The writes of one context's registry; ``catalog`` is set for Unity Catalog's names of three levels."""

    def __init__(
        self,
        registry: RegistryPort,
        ledger: Ledger,
        *,
        context: str,
        place: str,
        read_only: bool = False,
        catalog: bool = False,
    ) -> None:
        self._registry = registry
        self._ledger = ledger
        self._context = context
        self._place = place
        self._read_only = read_only
        self.catalog = catalog

    def _refuse(self, *refusals: str) -> None:
        if self._read_only:
            raise Problem(
                Kind.FORBIDDEN,
                "Nothing was written",
                f"The context {self._context} is read-only.",
                "Open it with --read-write, if that is allowed to you.",
            )
        said = [refusal for refusal in refusals if refusal]
        if said:
            raise Problem(Kind.BAD_REQUEST, "Nothing was written", " ".join(said))

    def _do(
        self, what: str, subject: str, step: GuardedWrite[S], details: Mapping[str, Any], *, unrecorded_ok: bool = False
    ) -> Report[S]:
        intention = Intention(what, self._context, self._place, subject, details=details)
        return carry_out(self._ledger, intention, [step], tell=_told, unrecorded_ok=unrecorded_ok)

    def _do_all(
        self, what: str, seen: Sequence[ModelVersion], steps: Sequence[GuardedWrite[S]], details: Mapping[str, Any]
    ) -> Report[S]:
        """Several versions of one model as one plan; the ledger keeps what became of each."""
        intention = Intention(what, self._context, self._place, seen[0].name, details=details)

        def tell(results: Sequence[Result[S]]) -> Mapping[str, Any]:
            pairs = zip(seen, results, strict=True)
            return {**_told(results), "steps": [{"version": at.version, "outcome": r.outcome.value} for at, r in pairs]}

        return carry_out(self._ledger, intention, steps, tell=tell)

    # models

    def _model(self, name: str) -> RegisteredModel | None:
        try:
            return self._registry.get_model(name)
        except Problem as problem:
            if problem.kind is Kind.NOT_FOUND:
                return None
            raise

    def create_model(self, name: str, description: str = "") -> Report[RegisteredModel | None]:
        self._refuse(model_name_refusal(name, catalog=self.catalog))
        step = GuardedWrite(
            lambda: self._model(name),
            lambda model: model is None,
            lambda: self._registry.create_model(name, description),
            lambda model: model is not None,
        )
        return self._do("model.create", name, step, {})

    def rename_model(self, name: str, new_name: str) -> Report[tuple[bool, bool]]:
        """Rename; what is read is whether either name is there."""
        self._refuse(model_name_refusal(new_name, catalog=self.catalog))
        step = GuardedWrite(
            lambda: (self._model(name) is not None, self._model(new_name) is not None),
            lambda there: there == (True, False),
            lambda: self._registry.rename_model(name, new_name),
            lambda there: there == (False, True),
        )
        return self._do("model.rename", name, step, {"to": new_name})

    def describe_model(self, seen: RegisteredModel, description: str) -> Report[RegisteredModel]:
        """Describe a model as it was seen; refused where somebody else has described it since."""
        self._refuse()
        step = GuardedWrite(
            lambda: self._registry.get_model(seen.name),
            lambda model: model.description == seen.description,
            lambda: self._registry.describe_model(seen.name, description),
            lambda model: model.description == description,
        )
        return self._do("model.describe", seen.name, step, {"from": seen.description, "to": description})

    def tag_model(self, seen: RegisteredModel, key: str, value: str | None) -> Report[RegisteredModel]:
        """Set a tag of a model as it was seen, or take it away with None."""
        self._refuse(tag_key_refusal(key))
        step = GuardedWrite(
            lambda: self._registry.get_model(seen.name),
            lambda model: model.tags.get(key) == seen.tags.get(key),
            lambda: self._registry.tag_model(seen.name, key, value),
            lambda model: model.tags.get(key) == value,
        )
        return self._do("model.tag", seen.name, step, {"tag": key, "from": seen.tags.get(key), "to": value})

    def delete_model(self, seen: RegisteredModel) -> Report[RegisteredModel | None]:
        """Delete a model as it was seen, with its versions and aliases.

        Refused where an alias has moved or a version has been added since.
        """
        self._refuse()
        step = GuardedWrite(
            lambda: self._model(seen.name),
            lambda model: model is not None and _is_as_seen(model, seen),
            lambda: self._registry.delete_model(seen.name),
            lambda model: model is None,
        )
        return self._do("model.delete", seen.name, step, {"aliases": _aliases(seen.aliases)})

    def each(
        self, seen: Sequence[RegisteredModel], write: Callable[[RegisteredModel], Report[Any]]
    ) -> tuple[Report[Any], ...]:
        """Write to several models one after another, each in the ledger by itself; ends at the first not done."""
        reports: list[Report[Any]] = []
        for model in seen:
            try:
                reports.append(write(model))
            except Problem as problem:
                if not reports:
                    raise
                reports.append(Report((Result(Outcome.NOT_DONE, None, problem),)))
            if reports[-1].outcome is not Outcome.DONE:
                break
        skipped: Report[Any] = Report((Result(Outcome.SKIPPED),))
        return (*reports, *[skipped] * (len(seen) - len(reports)))

    # versions

    def register(self, name: str, source: Registrable, description: str = "") -> tuple[str, Report[tuple[str, ...]]]:
        """Make a version of a model, which is made too where it is missing; answers the version's number.

        What is read are the newest versions' numbers.
        """
        self._refuse(model_name_refusal(name, catalog=self.catalog))
        if self.catalog and source.has_signature is False:
            self._refuse("Unity Catalog refuses models without a signature, and this one has none.")
        if self._model(name) is None:
            report = self.create_model(name)
            if report.problem is not None:
                raise report.problem
        return self._new_version(
            "version.register",
            name,
            lambda: self._registry.create_version(
                name, source.uri, run_id=source.run_id, model_id=source.model_id, description=description
            ),
            {"from": source.uri, "run": source.run_id},
        )

    def copy_version(self, made: ModelVersion, to: str) -> tuple[str, Report[tuple[str, ...]]]:
        """Copy a version to another model, which is made where it is missing; answers the new version's number."""
        self._refuse(model_name_refusal(to, catalog=self.catalog))
        return self._new_version(
            "version.copy",
            to,
            lambda: self._registry.copy_version(made.name, made.version, to),
            {"from": f"models:/{made.name}/{made.version}"},
        )

    def _new_version(
        self, what: str, name: str, write: Callable[[], str], details: Mapping[str, Any]
    ) -> tuple[str, Report[tuple[str, ...]]]:
        def newest() -> tuple[str, ...]:
            try:
                page = self._registry.search_versions(name, max_results=20)
            except Problem as problem:
                if problem.kind is Kind.NOT_FOUND:
                    return ()
                raise
            return tuple(made.version for made in page.versions)

        before = newest()
        given: list[str] = []
        step = GuardedWrite(
            newest,
            lambda versions: versions == before,
            lambda: given.append(write()),
            lambda versions: bool(set(versions) - set(before)) and (not given or given[0] in versions),
        )
        report = self._do(what, name, step, details)
        found = report.results[0].found or ()
        new = given or sorted(set(found) - set(before), key=int)
        return (new[0] if new else ""), report

    def describe_version(self, seen: ModelVersion, description: str) -> Report[ModelVersion]:
        """Describe a version as it was seen; refused where somebody else has described it since."""
        self._refuse()
        step = GuardedWrite(
            lambda: self._registry.get_version(seen.name, seen.version),
            lambda made: made.description == seen.description,
            lambda: self._registry.describe_version(seen.name, seen.version, description),
            lambda made: made.description == description,
        )
        details = {"version": seen.version, "from": seen.description, "to": description}
        return self._do("version.describe", seen.name, step, details)

    def tag_version(self, seen: ModelVersion, key: str, value: str | None) -> Report[ModelVersion]:
        """Set a tag of a version as it was seen, or take it away with None."""
        self._refuse(tag_key_refusal(key))
        step = self._tagging(seen, key, value)
        details = {"version": seen.version, "tag": key, "from": seen.tags.get(key), "to": value}
        return self._do("version.tag", seen.name, step, details)

    def tag_versions(
        self, seen: Sequence[ModelVersion], key: str, values: Mapping[str, str | None]
    ) -> Report[ModelVersion]:
        """Set a tag of several versions of one model, by their numbers, or take it away; ends at the first not done."""
        self._refuse(tag_key_refusal(key))
        steps = [self._tagging(made, key, values[made.version]) for made in seen]
        details = {
            "versions": [made.version for made in seen],
            "tag": key,
            "from": [made.tags.get(key) for made in seen],
            "to": [values[made.version] for made in seen],
        }
        return self._do_all("version.tag", seen, steps, details)

    def _tagging(self, seen: ModelVersion, key: str, value: str | None) -> GuardedWrite[ModelVersion]:
        return GuardedWrite(
            lambda: self._registry.get_version(seen.name, seen.version),
            lambda made: made.tags.get(key) == seen.tags.get(key),
            lambda: self._registry.tag_version(seen.name, seen.version, key, value),
            lambda made: made.tags.get(key) == value,
        )

    def delete_versions(
        self, seen: Sequence[ModelVersion], aliases: Mapping[str, Sequence[str]]
    ) -> Report[tuple[ModelVersion | None, tuple[str, ...]]]:
        """Delete several versions of one model, whose aliases were seen by version; ends at the first not done."""
        self._refuse()
        steps = [self._deleting(made, aliases.get(made.version, ())) for made in seen]
        details = {
            "versions": [made.version for made in seen],
            "aliases": [f"{alias} v{at}" for at, those in aliases.items() for alias in those],
        }
        return self._do_all("version.delete", seen, steps, details)

    def delete_version(
        self, seen: ModelVersion, aliases: Sequence[str]
    ) -> Report[tuple[ModelVersion | None, tuple[str, ...]]]:
        """Delete a version whose aliases were seen; refused where another alias points to it by now."""
        self._refuse()
        step = self._deleting(seen, aliases)
        details = {"version": seen.version, "aliases": sorted(aliases)}
        return self._do("version.delete", seen.name, step, details)

    def _deleting(
        self, seen: ModelVersion, aliases: Sequence[str]
    ) -> GuardedWrite[tuple[ModelVersion | None, tuple[str, ...]]]:
        def read() -> tuple[ModelVersion | None, tuple[str, ...]]:
            found = self._registry.get_versions([(seen.name, seen.version)]).get((seen.name, seen.version))
            return found, self._registry.get_model(seen.name).aliases_of(seen.version)

        return GuardedWrite(
            read,
            lambda state: state[0] is not None and state[1] == tuple(sorted(aliases)),
            lambda: self._registry.delete_version(seen.name, seen.version),
            lambda state: state[0] is None,
        )


def _told(results: Sequence[Result[Any]]) -> Mapping[str, Any]:
    problem = next((result.problem for result in results if result.problem is not None), None)
    return {"problem": str(problem)} if problem is not None else {}


def _is_as_seen(model: RegisteredModel, seen: RegisteredModel) -> bool:
    """Whether the same aliases point to the same versions, and the newest version is the same where both tell it."""
    newest = {at.version for at in (model.newest, seen.newest) if at is not None}
    return dict(model.aliases) == dict(seen.aliases) and len(newest) < 2


def _aliases(aliases: Mapping[str, str]) -> list[str]:
    return [f"{alias} v{version}" for alias, version in sorted(aliases.items())]


def target_words(registry: RegistryPort, name: str) -> tuple[str, ...]:
    """What a copied version will find in the model ``name``, as sentences; blocks."""
    try:
        model = registry.get_model(name)
        page = registry.search_versions(name, max_results=_LOOKED_AT)
    except Problem as problem:
        if problem.kind is Kind.NOT_FOUND:
            return (f"{name} does not exist yet: it is created, with this as its first version.",)
        # A doubt refuses nothing: the server has the last word on the copy too.
        return (f"What {name} holds could not be read: {problem.message}",)
    numbers = [int(made.version) for made in page.versions if made.version.isdecimal()]
    newest = f"Its newest version is v{max(numbers)}." if numbers and page.next_token is None else ""
    aliases = ", ".join(f"{alias} v{version}" for alias, version in sorted(model.aliases.items()))
    stay = f"Its aliases stay where they are: {aliases}." if aliases else "It has no aliases; none is set."
    return tuple(line for line in (newest, stay) if line)
