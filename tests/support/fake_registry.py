"""A registry in memory that can fail at any moment of a write, and be written to by somebody else in between."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.fakes import DAY, NOW_MS
from tui.domain.models.values import (
    COPIED_FROM,
    MISSING,
    CarriedVersion,
    ModelFacts,
    ModelsPage,
    ModelVersion,
    RegisteredModel,
    Registrable,
    SourceModel,
    SourceRun,
    VersionsPage,
)
from tui.domain.problem import Kind, Problem
from tui.domain.values import RegisteredAs


@dataclass(frozen=True)
class Change:
    """A change of an alias that really happened."""

    by: str
    model: str
    alias: str
    to: str | None


class FakeRegistry:
    """RegistryPort in memory.

    ``trouble`` holds what happens at the next requests, one each: None lets it pass, ``cut`` and its like fail it.
    Where requests of other readers come in between, ``strike`` names the request that is meant.
    ``problem`` makes every request fail; ``gate`` holds requests until it is set.
    """

    def __init__(self, versions: dict[str, tuple[RegisteredAs, ...]] | None = None) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.models: dict[str, RegisteredModel] = {}
        self.by_model: dict[str, dict[str, ModelVersion]] = {}
        self.facts: dict[tuple[str, str], ModelFacts] = {}
        self.runs: dict[str, SourceRun] = {}
        self.logged: dict[str, SourceModel] = {}
        self.offers: dict[str, tuple[Registrable, ...]] = {}
        self.versions: dict[str, tuple[RegisteredAs, ...]] = versions or {}  # made from runs, by the run's id
        self.changes: list[Change] = []
        self.late: list[Callable[[], None]] = []
        self.trouble: deque[Callable[[Callable[[], None]], None] | None] = deque()
        self._strikes: list[tuple[str, str, int | None, Callable[[Callable[[], None]], None]]] = []
        self.problem: Problem | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self.counts = True  # whether counting is cheap, as in a SQLite file; a server does not count

    # making

    def add(self, name: str, count: int = 0, *, aliases: dict[str, str] | None = None, **fields: object) -> None:
        """A model with so many versions, the newest a day old, each a day older than the next."""
        about = {"created_ms": NOW_MS - 90 * DAY, "updated_ms": NOW_MS - DAY, **fields}
        self.models[name] = RegisteredModel(name, aliases=dict(aliases or {}), **about)  # type: ignore[arg-type]
        self.by_model[name] = {
            str(number): ModelVersion(
                name, str(number), NOW_MS - (count - number + 1) * DAY, NOW_MS - DAY, user="ana", source="s3://b/m"
            )
            for number in range(1, count + 1)
        }

    def change_version(self, name: str, version: str, **fields: object) -> None:
        self.by_model[name][version] = replace(self.by_model[name][version], **fields)  # type: ignore[arg-type]

    def move(self, model: str, alias: str, to: str | None, *, by: str = "somebody") -> None:
        """Somebody else moves an alias."""
        self._apply(Change(by, model, alias, to))

    def _apply(self, change: Change) -> None:
        model = self.models[change.model]
        aliases = dict(model.aliases)
        if change.to is None:
            aliases.pop(change.alias, None)
        else:
            aliases[change.alias] = change.to
        if aliases != dict(model.aliases):
            self.changes.append(change)
        self.models[change.model] = replace(model, aliases=aliases)

    # asking

    def _call(self, name: str, *what: object, effect: Callable[[], None] = lambda: None) -> None:
        self.calls.append((name, what))
        if not self.gate.wait(timeout=30):
            raise AssertionError("the gate was never opened")
        if self.problem is not None:
            raise self.problem
        trouble = self._struck(name) or (self.trouble.popleft() if self.trouble else None)
        if trouble is None:
            effect()
        else:
            trouble(effect)

    def strike(self, name: str, trouble: Callable[[Callable[[], None]], None], *, after: str = "") -> None:
        """Let this happen to the next request ``name``; with ``after`` to the next that its caller sends after that."""
        self._strikes.append((name, after, None, trouble))

    def _struck(self, name: str) -> Callable[[Callable[[], None]], None] | None:
        caller = threading.get_ident()
        found = next((one for one in self._strikes if one[:2] == (name, "") and one[2] in (None, caller)), None)
        if found is not None:
            self._strikes.remove(found)
        # Other readers may ask the same on threads of their own: they are not meant.
        self._strikes = [(at, "", caller, trouble) if after == name else (at, after, whose, trouble)
                         for at, after, whose, trouble in self._strikes]  # fmt: skip
        return found[3] if found is not None else None

    def called(self, name: str) -> int:
        """How many times a method has been called."""
        return sum(1 for called, _ in self.calls if called == name)

    def _model(self, name: str) -> RegisteredModel:
        if name not in self.models:
            raise Problem(Kind.NOT_FOUND, f"Could not read the model {name}", f"Registered Model {name} not found.")
        newest: dict[str, ModelVersion] = {}  # of each stage, as MLflow tells them
        for made in sorted(self.by_model[name].values(), key=lambda made: made.number):
            newest[made.stage] = made
        return replace(self.models[name], latest=tuple(newest.values()))

    def search_models(self, *, filter_string: str = "", max_results: int = 200, token: str | None = None) -> ModelsPage:
        self._call("search_models", filter_string, token)
        found = [self._model(name) for name in sorted(self.models)]
        start = int(token or 0)
        end = start + max_results
        return ModelsPage(tuple(found[start:end]), str(end) if end < len(found) else None)

    def get_model(self, name: str) -> RegisteredModel:
        self._call("get_model", name)
        return self._model(name)

    def get_models(self, names: Sequence[str]) -> tuple[RegisteredModel, ...]:
        self._call("get_models", *names)
        return tuple(self._model(name) for name in names if name in self.models)

    def aliases_at(self, name: str, aliases: Sequence[str]) -> dict[str, str]:
        self._call("aliases_at", name)
        at = self._model(name).aliases
        return {alias: at[alias] for alias in aliases if alias in at}

    def count_versions(self, names: Sequence[str]) -> dict[str, int]:
        self._call("count_versions", *names)
        if not self.counts:
            return {}
        return {name: len(self.by_model.get(name, {})) for name in names}

    def search_versions(self, name: str, *, max_results: int = 1000, token: str | None = None) -> VersionsPage:
        self._call("search_versions", name, token)
        self._model(name)
        found = sorted(self.by_model[name].values(), key=lambda made: -made.number)
        start = int(token or 0)
        end = start + max_results
        return VersionsPage(tuple(found[start:end]), str(end) if end < len(found) else None)

    def get_version(self, name: str, version: str) -> ModelVersion:
        self._call("get_version", name, version)
        return self._version(name, version)

    def _version(self, name: str, version: str) -> ModelVersion:
        found = self.by_model.get(name, {}).get(version)
        if found is None:
            said = f"Model Version (name={name}, version={version}) not found."
            raise Problem(Kind.NOT_FOUND, f"Could not read version {version} of {name}", said)
        return found

    def get_versions(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]:
        self._call("get_versions", *wanted)
        return {
            (name, version): self.by_model[name][version]
            for name, version in wanted
            if version in self.by_model.get(name, {})
        }

    def version_facts(self, name: str, version: str) -> ModelFacts:
        self._call("version_facts", name, version)
        self._version(name, version)
        return self.facts.get((name, version), ModelFacts(unread="There is no MLmodel file at s3://b/m."))

    def input_example(self, name: str, version: str) -> str:
        self._call("input_example", name, version)
        return '{"inputs": [[1.0]]}'

    def source_runs(self, run_ids: Sequence[str]) -> dict[str, SourceRun]:
        self._call("source_runs", *run_ids)
        return {run_id: self.runs.get(run_id, SourceRun(run_id, lifecycle=MISSING)) for run_id in run_ids if run_id}

    def source_models(self, model_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> dict[str, SourceModel]:
        self._call("source_models", *model_ids)
        return {one: self.logged.get(one, SourceModel(one, status=MISSING)) for one in model_ids if one}

    def registrable(self, run_id: str) -> tuple[Registrable, ...]:
        self._call("registrable", run_id)
        return self.offers.get(run_id, ())

    def registrable_at(self, uri: str) -> Registrable | None:
        self._call("registrable_at", uri)
        return next((offer for offers in self.offers.values() for offer in offers if offer.uri == uri), None)

    def registered_as(self, run_ids: Sequence[str]) -> dict[str, tuple[RegisteredAs, ...]]:
        self.asked.append(tuple(run_ids))
        self._call("registered_as", *run_ids)
        return {run_id: self.versions[run_id] for run_id in run_ids if run_id in self.versions}

    # writing

    def set_alias(self, name: str, alias: str, version: str) -> None:
        def effect() -> None:
            self._version(name, version)
            self._apply(Change("deck", name, alias, version))

        self._call("set_alias", name, alias, version, effect=effect)

    def delete_alias(self, name: str, alias: str) -> None:
        self._call("delete_alias", name, alias, effect=lambda: self._apply(Change("deck", name, alias, None)))

    def _change(self, name: str, **fields: object) -> Callable[[], None]:
        def effect() -> None:
            self._model(name)
            self.models[name] = replace(self.models[name], **fields)  # type: ignore[arg-type]

        return effect

    def create_model(self, name: str, description: str = "") -> None:
        def effect() -> None:
            if name in self.models:
                said = f"Registered Model (name={name}) already exists."
                raise Problem(Kind.BAD_REQUEST, f"Could not create the model {name}", said)
            self.add(name, description=description)

        self._call("create_model", name, description, effect=effect)

    def rename_model(self, name: str, new_name: str) -> None:
        def effect() -> None:
            self.models[new_name] = replace(self._model(name), name=new_name)
            self.by_model[new_name] = self.by_model.pop(name)
            del self.models[name]

        self._call("rename_model", name, new_name, effect=effect)

    def describe_model(self, name: str, description: str) -> None:
        self._call("describe_model", name, description, effect=self._change(name, description=description))

    def tag_model(self, name: str, key: str, value: str | None) -> None:
        tags = {**self.models[name].tags, key: value}
        kept = {key: text for key, text in tags.items() if text is not None}
        self._call("tag_model", name, key, value, effect=self._change(name, tags=kept))

    def delete_model(self, name: str) -> None:
        def effect() -> None:
            self._model(name)
            del self.models[name], self.by_model[name]

        self._call("delete_model", name, effect=effect)

    def create_version(
        self, name: str, uri: str, *, run_id: str = "", model_id: str = "", description: str = ""
    ) -> str:
        made: list[str] = []

        def effect() -> None:
            self._model(name)
            number = max((version.number for version in self.by_model[name].values()), default=0) + 1
            self.by_model[name][str(number)] = ModelVersion(
                name, str(number), NOW_MS, NOW_MS, source=uri, run_id=run_id, model_id=model_id, description=description
            )
            made.append(str(number))

        self._call("create_version", name, uri, effect=effect)
        return made[0]

    def copy_version(self, name: str, version: str, to: str) -> str:
        made: list[str] = []

        def effect() -> None:
            source = self._version(name, version)
            if to not in self.models:
                self.add(to)
            number = str(len(self.by_model[to]) + 1)
            self.by_model[to][number] = replace(source, name=to, version=number, source=f"models:/{name}/{version}")
            made.append(number)

        self._call("copy_version", name, version, to, effect=effect)
        return made[0]

    def fetch_version(self, name: str, version: str, folder: str) -> dict[str, str]:
        self._version(name, version)
        self._call("fetch_version", name, version)
        (Path(folder) / "MLmodel").write_text("flavors: {}")
        return {"MLmodel": "aa"}

    def source_params(self, run_id: str) -> dict[str, str]:
        self._call("source_params", run_id)
        return {}

    def carry_version(self, to: str, carried: CarriedVersion, source: SourceRun | None = None) -> str:
        made: list[str] = []

        def effect() -> None:
            if to not in self.models:
                self.add(to)
            number = str(len(self.by_model[to]) + 1)
            tags = {COPIED_FROM: carried.origin}
            files = f"mlflow-artifacts:/promotions/{number}"
            self.by_model[to][number] = ModelVersion(to, number, NOW_MS, NOW_MS, source=files, tags=tags)
            made.append(number)

        assert os.listdir(carried.folder) == [*carried.hashes]
        self._call("carry_version", to, carried.origin, effect=effect)
        return made[0]

    def describe_version(self, name: str, version: str, description: str) -> None:
        self._call(
            "describe_version",
            name,
            version,
            description,
            effect=lambda: self.change_version(name, version, description=description),
        )

    def tag_version(self, name: str, version: str, key: str, value: str | None) -> None:
        tags = {**self._version(name, version).tags, key: value}
        kept = {key: text for key, text in tags.items() if text is not None}
        self._call(
            "tag_version", name, version, key, value, effect=lambda: self.change_version(name, version, tags=kept)
        )

    def delete_version(self, name: str, version: str) -> None:
        def effect() -> None:
            self._version(name, version)
            del self.by_model[name][version]
            for alias in self.models[name].aliases_of(version):
                self._apply(Change("deck", name, alias, None))

        self._call("delete_version", name, version, effect=effect)


def cut_before(effect: Callable[[], None]) -> None:
    """The connection breaks before the server has done anything."""
    raise Problem(Kind.UNREACHABLE, "Could not ask", "The connection was cut.")


def cut_after(effect: Callable[[], None]) -> None:
    """The server does it, and the connection breaks before its answer comes."""
    effect()
    raise Problem(Kind.UNREACHABLE, "Could not ask", "The connection was cut.")


def forbidden(effect: Callable[[], None]) -> None:
    """The server says no."""
    raise Problem(
        Kind.FORBIDDEN, "Could not ask", "The server answered PERMISSION_DENIED: no.", code="PERMISSION_DENIED"
    )


def late_on(registry: FakeRegistry) -> Callable[[Callable[[], None]], None]:
    """The request is given up, and arrives later, when ``registry.late`` is run."""

    def trouble(effect: Callable[[], None]) -> None:
        def arrives() -> None:
            # What the server says to it then reaches nobody.
            with suppress(Problem):
                effect()

        registry.late.append(arrives)
        raise Problem(Kind.TIMEOUT, "Could not ask", "No answer came within 8 s.")

    return trouble
