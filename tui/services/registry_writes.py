"""Models and versions as a kind of write: what is read of them, and how each change is made. Every method blocks.

Aliases are moved by ``services.alias_moves`` alone.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from tui.domain.models.measures import carried_metrics
from tui.domain.models.readiness import CHALLENGER, CHAMPION
from tui.domain.models.values import (
    COPIED_FROM,
    CarriedVersion,
    ModelVersion,
    RegisteredModel,
    Registrable,
    SourceRun,
    alias_refusal,
    model_name_refusal,
)
from tui.domain.problem import Kind, Problem
from tui.domain.serving import to_version
from tui.domain.text import named
from tui.domain.writes import changes, plans
from tui.domain.writes.changes import Change, Plan, Thing, ThingState, WriteVerb
from tui.gateway.ports import RegistryPort
from tui.services.alias_moves import AliasMoves, done_steps
from tui.services.ledger import Entry, Ledger
from tui.services.serving_desk import BEGUN, PROMOTED, ServingPlan, ServingWrites
from tui.services.write_flow import (
    ChangeByChange,
    Found,
    GuardedWrite,
    Outcome,
    Prepared,
    WriteKind,
    WriteReport,
    WriteResult,
    model_of,
    of_record,
    recorded,
    recorded_results,
    settle_steps,
    unless_gone,
)

_NEW = (changes.REGISTERED, changes.COPIED, changes.CARRIED)  # fields of changes that make a version
_CARRIED = (
    "Its files come over this machine into a run of the experiment “promotions” there, and their SHA-256 are compared "
    "before the version is made; what fails on the way is deleted there, or named. The run gets the params of "
    "the one they are of and the model's last metrics (the run's where the model has none), and neither its curves, "
    "tags and datasets nor its other artifacts."
)
STAY = "Its aliases stay where they are"  # of a copy's target
ALIASES, SERVING = "aliases", "serving.config"  # how moves of aliases, and changes of endpoints, are called on record
_COUNTED = 200  # versions of a model that are counted before it is deleted, or of a target before it gets one more
_NEWEST = 20  # versions among which a new one is looked for


def _measured_run(registry: RegistryPort, made: ModelVersion) -> SourceRun | None:
    """The run that a version's files are of, with the metrics of the model that was logged there."""
    run = registry.source_runs([made.run_id]).get(made.run_id) if made.run_id else None
    if not made.model_id:
        return run
    placed = [run.experiment_id] if run is not None and run.experiment_id else []
    try:
        model = registry.source_models([made.model_id], placed).get(made.model_id)
    except Problem as problem:
        if problem.is_connection:
            raise
        return run  # a server of before MLflow 3
    return replace(run or SourceRun(made.run_id), metrics=carried_metrics(model, run))


class RegistryWrites(ChangeByChange):
    """The writes of one context's registry; ``catalog`` is set for Unity Catalog's names of three levels."""

    def __init__(self, registry: RegistryPort, ledger: Ledger, *, place: str, catalog: bool = False) -> None:
        super().__init__(ledger, place)
        self._registry = registry
        self.catalog = catalog
        self._offers: dict[str, Registrable] = {}  # what can be registered, by its address
        self._elsewhere: dict[str, tuple[RegistryPort, ModelVersion]] = {}  # what can be carried here, by its origin

    # looking

    def model(self, name: str) -> Found:
        """A model as it is now; None where there is none."""
        return unless_gone(lambda: ThingState.of_model(self._registry.get_model(name)))

    def models(self, names: Sequence[str]) -> list[ThingState]:
        """Models as they are now; those that are gone are left out."""
        return [known for name in names if (known := self.model(name)) is not None]

    def version(self, name: str, version: str) -> Found:
        """A version as it is now, without its aliases; None where there is none."""
        return unless_gone(lambda: ThingState.of_version(self._registry.get_version(name, version), ()))

    def versions(self, name: str, versions: Sequence[str]) -> list[ThingState]:
        """Versions as they are now; those that are gone are left out."""
        found = self._registry.get_versions([(name, version) for version in versions])
        return [
            ThingState.of_version(made, ()) for version in versions if (made := found.get((name, version))) is not None
        ]

    def _holding(self, model_or_version: Change) -> Found:
        """A model with its versions and aliases, or a version with its aliases, as it goes when it is deleted."""
        change = model_or_version
        name = model_of(change)
        model = unless_gone(lambda: self._registry.get_model(name))
        if model is None:
            return None
        if change.kind is Thing.VERSION:
            number = change.id.rpartition("/")[2]
            made = self._registry.get_versions([(name, number)]).get((name, number))
            return ThingState.of_version(made, model.aliases_of(number)) if made is not None else None
        page = self._registry.search_versions(name, max_results=_COUNTED)
        many = f"{len(page.versions)}{'+' if page.next_token is not None else ''}"
        known = ThingState.of_model(model)
        return replace(known, fields={**known.fields, changes.ITSELF: _held(model, many, page.versions)})

    # plans

    def creation(self, name: str) -> Plan:
        """Make a model of that name."""
        return Plan((Change(Thing.MODEL, "", name, changes.CREATED, None, name),))

    def deletion_of_models(self, names: Sequence[str]) -> Plan:
        """Delete models with all that is theirs."""
        return self._deletion([Change(Thing.MODEL, name, name, changes.ITSELF, None, None) for name in names])

    def deletion_of_versions(self, name: str, versions: Sequence[str]) -> Plan:
        """Delete versions of one model with their aliases."""
        ids = [(f"{name}/{version}", f"{name} v{version}") for version in versions]
        return self._deletion([Change(Thing.VERSION, one, called, changes.ITSELF, None, None) for one, called in ids])

    def _deletion(self, wanted: Sequence[Change]) -> Plan:
        found = [(change, self._holding(change)) for change in wanted]
        there = [replace(change, before=change.value_in(known)) for change, known in found if known is not None]
        gone = [named(change.called) for change, known in found if known is None]
        return Plan(tuple(there), (f"No longer there: {', '.join(gone)}.",) if gone else ())

    def copy(self, made: ModelVersion, to: str) -> Plan:
        """Copy a version to another model, which is made where it is missing."""
        change = Change(Thing.VERSION, "", to, changes.COPIED, None, f"models:/{made.name}/{made.version}")
        remark = f"v{made.version} of {made.name} → a new version of {to}"
        return Plan((self._as_seen(change),), (remark,))

    def carrying(self, made: ModelVersion, to: str, origin: str, elsewhere: RegistryPort) -> Plan:
        """Carry a version of another registry here; ``origin`` is the context that it is of."""
        source = f"{origin}: models:/{made.name}/{made.version}"
        self._elsewhere[source] = elsewhere, made
        change = Change(Thing.VERSION, "", to, changes.CARRIED, None, source)
        refused = "Unity Catalog takes files from its own clients only: register the version there." * self.catalog
        return Plan((self._as_seen(change),), (_CARRIED,), refused=(refused,) if refused else ())

    def registration(self, offer: Registrable, name: str) -> Plan:
        """Make a version of a model, which is made before where it is missing."""
        self._offers[offer.uri] = offer
        change = Change(Thing.VERSION, "", name, changes.REGISTERED, None, offer.uri)
        first = self.creation(name).changes if self.model(name) is None else ()
        refused = ""
        if self.catalog and offer.has_signature is False:
            refused = "Unity Catalog refuses models without a signature, and this one has none."
        return Plan((*first, self._as_seen(change)), refused=(refused,) if refused else ())

    def _as_seen(self, change: Change) -> Change:
        return replace(change, before=change.value_in(self.read(change)))

    # the kind

    def dress(self, plan: Plan) -> Plan:
        """What goes with what is deleted and what has to be typed for it; what a copy will find; names refused."""
        verb = plan.changes[-1].verb
        if verb is WriteVerb.DELETE:
            return _deletion_dressed(plan)
        names = [
            c.after or ""
            for c in plan.changes
            if c.kind is Thing.MODEL and c.verb in (WriteVerb.CREATE, WriteVerb.RENAME)
        ]
        names += [change.called for change in plan.changes if change.makes and change.kind is Thing.VERSION]
        refused = [said for name in names if (said := model_name_refusal(name, catalog=self.catalog))]
        remarks = list(plan.remarks)
        if verb is WriteVerb.RENAME and not plan.purpose:
            remarks.append("Whoever loads it by its old name will no longer find it.")
        if verb in (WriteVerb.COPY, WriteVerb.CARRY) and not refused:
            remarks += [line for line in target_words(self._registry, plan.changes[-1].called) if line not in remarks]
        return replace(plan, remarks=tuple(remarks), refused=(*plan.refused, *dict.fromkeys(refused)))

    def read(self, change: Change) -> Found:
        """What a change is about, as it is now."""
        if change.field == changes.ITSELF:
            return self._holding(change)
        if change.field in _NEW:
            return self._newest(change)
        if change.field == changes.CREATED:
            return self.model(change.called)
        if change.kind is Thing.VERSION:
            name, _, version = change.id.rpartition("/")
            return self.version(name, version)
        if change.field != changes.NAME:
            return self.model(change.id)
        # Of a model that is renamed both names are looked for: while both are there it is as neither was shown.
        before, after = self.model(change.id), self.model(change.after or "")
        if before is not None and after is not None:
            return replace(before, name=f"{before.name} and {after.name}")
        return before or after

    def _newest(self, change: Change) -> Found:
        """A model as far as a new version of it can be told: the numbers of its newest versions, newest first."""
        page = unless_gone(lambda: self._registry.search_versions(change.called, max_results=_NEWEST))
        numbers = [made.version for made in page.versions] if page is not None else []
        called = f"{change.called} v{numbers[0]}" if numbers else change.called
        thing_id = f"{change.called}/{numbers[0]}" if numbers else change.called
        return ThingState(Thing.VERSION, thing_id, called, changes.ACTIVE, fields={change.field: ",".join(numbers)})

    def _guard(self, change: Change) -> GuardedWrite[Found]:
        if change.field in _NEW:
            return self._making(change)
        return super()._guard(change)

    def _making(self, change: Change) -> GuardedWrite[Found]:
        """A version that is made is told by its number, which the answer says, or by being new."""
        given: list[str] = []

        def numbers(state: Found) -> list[str]:
            return [number for number in (change.value_in(state) or "").split(",") if number]

        before = [number for number in (change.before or "").split(",") if number]

        def read() -> Found:
            found = self._newest(change)
            new = given or sorted(set(numbers(found)) - set(before), key=int)
            if found is None or not new:
                return found
            return replace(found, id=f"{change.called}/{new[0]}", name=f"{change.called} v{new[0]}")

        return GuardedWrite(
            read,
            lambda state: numbers(state) == before,
            lambda: given.append(self._make(change)),
            lambda state: bool(set(numbers(state)) - set(before)) and (not given or given[0] in numbers(state)),
        )

    def _make(self, change: Change) -> str:
        source = change.after or ""
        if change.field == changes.COPIED:
            name, _, version = source.removeprefix("models:/").rpartition("/")
            return self._registry.copy_version(name, version, change.called)
        if change.field == changes.CARRIED:
            return self._carry(source, change.called)
        offer = self._offers.get(source)
        run_id, model_id = (offer.run_id, offer.model_id) if offer is not None else ("", "")
        return self._registry.create_version(change.called, source, run_id=run_id, model_id=model_id)

    def _carry(self, origin: str, to: str) -> str:
        """Fetch the files into a folder of this machine, which goes afterwards, and put them where they are to be."""
        if origin not in self._elsewhere:
            said = f"The context of {origin} is not open."
            raise Problem(Kind.BAD_REQUEST, "Nothing was changed", said, "Promote it again on the board.")
        elsewhere, made = self._elsewhere[origin]
        try:
            with tempfile.TemporaryDirectory(prefix="mlflow-deck-") as folder:
                files = os.path.join(folder, "files")
                os.mkdir(files)
                hashes = elsewhere.fetch_version(made.name, made.version, files)
                params = elsewhere.source_params(made.run_id) if made.run_id else {}
                carried = CarriedVersion(origin, files, hashes, params)
                return self._registry.carry_version(to, carried, _measured_run(elsewhere, made))
        except OSError as error:
            title = f"Could not carry {origin} to {to}"
            raise Problem(Kind.CONFIG, title, f"{error}.", "Free the disk, or set TMPDIR.") from None

    def _write(self, change: Change) -> None:
        registry, verb, after = self._registry, change.verb, change.after
        if change.kind is Thing.VERSION:
            name, _, version = change.id.rpartition("/")
            if verb is WriteVerb.DELETE:
                registry.delete_version(name, version)
            elif verb is WriteVerb.DESCRIBE:
                registry.describe_version(name, version, after or "")
            else:
                registry.tag_version(name, version, change.key, after)
        elif verb is WriteVerb.CREATE:
            registry.create_model(change.called, "")
        elif verb is WriteVerb.RENAME:
            registry.rename_model(change.id, after or "")
        elif verb is WriteVerb.DELETE:
            registry.delete_model(change.id)
        elif verb is WriteVerb.DESCRIBE:
            registry.describe_model(change.id, after or "")
        else:
            registry.tag_model(change.id, change.key, after)

    # looking back

    def undo(self, name: str) -> Plan | None:
        """What takes back the last change of a model or its versions that stands and can be; None where none is left.

        It expects what that change led to, so that it is refused where somebody has changed it since.
        """
        told = self._ledger.read().entries
        entries = [entry for entry in told if entry.place == self._place]
        back = [entry for entry in told if entry.purpose in (changes.UNDO, changes.PUT_BACK)]
        # What came with a promotion may have been put back by itself: an alias, or what an endpoint serves.
        over = {
            (entry.of, entry.subject, changes.ALIAS + step.alias)
            for entry in back
            if entry.what == ALIASES and entry.place == self._place
            for step in done_steps(entry)
        }
        over |= {
            (entry.of, entry.subject, changes.SERVED)
            for entry in back
            if entry.what == SERVING and entry.outcome == Outcome.DONE.value
        }
        return undo_of([entry for entry in entries if _is_of(entry, name) or _is_from(entry, name)], over)

    def last_that_stays(self, name: str) -> str:
        """The last change of a model that nothing takes back, in a line; "" where there is none."""
        entries = [entry for entry in self._ledger.read().entries if entry.place == self._place and _is_of(entry, name)]
        last = next((entry for entry in reversed(entries) if entry.outcome == Outcome.DONE.value), None)
        stays = last is not None and _done(last) and not any(change.can_be_reversed for change in _done(last))
        return f"{last.what.replace('.', ' ')} #{last.number}" if last is not None and stays else ""


def undo_of(entries: Sequence[Entry], over: Collection[tuple[int | None, str, str]] = ()) -> Plan | None:
    """What takes back the last change that these entries, the oldest first, tell of and that stands and can be.

    ``over`` has been taken back in another way: the entry's number, the thing and its field.
    """
    back = (changes.UNDO, changes.PUT_BACK)
    over = {*over} | {(entry.of, *key) for entry in entries if entry.purpose in back for key in map(_key, _done(entry))}
    for entry in reversed(entries):
        if entry.what == "model.delete" and entry.outcome == Outcome.DONE.value:
            return None  # what has that name now is another model
        able = [change for change in _done(entry) if change.can_be_reversed]
        stands = [change for change in able if (entry.number, *_key(change)) not in over]
        if stands and entry.purpose not in back:
            plan = changes.put_back([(change, change.id) for change in stands], entry.number, changes.UNDO)
            return replace(plan, remarks=(f"This takes back ledger #{entry.number}.",))
    return None


def _key(change: Change) -> tuple[str, str]:
    return change.id if change.field != changes.NAME else "", change.field


def _is_of(entry: Entry, name: str) -> bool:
    """Whether an entry tells of a model, under the name that it has now, and in steps that can be read."""
    if entry.what.partition(".")[0] not in ("model", "version"):
        return False
    steps = entry.details.get("steps")
    told = [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
    return entry.subject == name or any(step.get("field") == changes.NAME and step.get("to") == name for step in told)


def _is_from(entry: Entry, name: str) -> bool:
    """Whether an entry tells of a promotion of one of a model's versions to another model."""
    steps = entry.details.get("steps") if entry.what == "version.promote" else None
    return any(
        isinstance(step, dict)
        and step.get("field") == changes.COPIED
        and str(step.get("to")).rpartition("/")[0] == f"models:/{name}"
        for step in (steps if isinstance(steps, list) else ())
    )


def _done(entry: Entry) -> list[Change]:
    """The changes of an entry that were made."""
    steps, results = entry.details.get("steps"), entry.result.get("steps")
    if not isinstance(steps, list) or not isinstance(results, list):
        return []
    pairs: list[tuple[Mapping[str, Any], Any]] = [pair for pair in zip(steps, results) if isinstance(pair[0], dict)]  # noqa: B905  a torn entry has fewer
    return [of_record(step) for step, told in pairs if isinstance(told, dict) and told.get("outcome") == "done"]


def _held(model: RegisteredModel, many: str, versions: Sequence[ModelVersion]) -> str:
    """What goes with a model: ``14, newest v14, champion v12, old v3``; what weighs most comes first."""
    newest = max((made.number for made in versions), default=-1)
    aliases = sorted(model.aliases.items(), key=lambda one: (one[0] != CHAMPION, one[0] != CHALLENGER, one[0]))
    counted = f"{many} version{'' if many == '1' else 's'}"
    parts = [counted, *([f"newest v{newest}"] if newest >= 0 else [])]
    return ", ".join([*parts, *(f"{alias} v{version}" for alias, version in aliases)])


def _deletion_dressed(plan: Plan) -> Plan:
    """A deletion with what has to be typed: the model's name, or how many models go."""
    models = list(dict.fromkeys(model_of(change) for change in plan.changes))
    of_versions = plan.changes[0].kind is Thing.VERSION
    typed = models[0] if len(models) == 1 else f"{len(models)} models"
    many = len(plan.changes) > 1
    whose = "" if of_versions else f", with all {'their' if many else 'its'} versions"
    remarks = [f"{'These are' if many else 'This is'} deleted for good{whose}; this cannot be undone."]
    going = [change.before for change in plan.changes if change.before]
    if of_versions:
        them = "them" if many else "it"
        said = f"These aliases go with {them}: {', '.join(going)}." if going else f"No alias points to {them}."
        remarks.append(said)
    earlier = [line for line in plan.remarks if line not in remarks]
    return replace(plan, remarks=(*remarks, *earlier), typed=typed, guard="This cannot be undone")


def target_words(registry: RegistryPort, name: str) -> tuple[str, ...]:
    """What a copied version will find in the model ``name``, as sentences; blocks."""
    try:
        model = registry.get_model(name)
        page = registry.search_versions(name, max_results=_COUNTED)
    except Problem as problem:
        if problem.kind is Kind.NOT_FOUND:
            return (f"{name} does not exist yet: it is created, with this as its first version.",)
        # A doubt refuses nothing: the server has the last word on the copy too.
        return (f"What {name} holds could not be read: {problem.message}",)
    numbers = [int(made.version) for made in page.versions if made.version.isdecimal()]
    newest = f"Its newest version is v{max(numbers)}." if numbers and page.next_token is None else ""
    aliases = ", ".join(f"{alias} v{version}" for alias, version in sorted(model.aliases.items()))
    stay = f"{STAY}: {aliases}." if aliases else f"{STAY}: it has none."
    return tuple(line for line in (newest, stay) if line)


# A version copied to another model, an alias pointed at the copy, an endpoint that serves it: as one plan.
#
# Each step is planned, judged and written by its own kind; here they are put one after the other, and the later ones
# see to it that the version they mean is the copy and not one that somebody else has made meanwhile.


_BUILDS = "The endpoint's new version is built first; until that is done, what serves now goes on serving."
_WANTED = re.compile(r"\s*(?P<to>.*?)(?:\s+@(?P<alias>\S+))?(?:\s+on\s+(?P<endpoint>\S+))?\s*")


@dataclass(frozen=True)
class Promotion:
    """What a version is copied to, which alias is to point at the copy, and which endpoint is to serve it."""

    to: str
    alias: str = ""
    endpoint: str = ""


def wanted_of(line: str) -> Promotion:
    """``prod.ml.churn @champion on churn-prod``: the alias and the endpoint may be left out."""
    found = _WANTED.fullmatch(line)
    assert found is not None  # every part of it may be empty
    return Promotion(found["to"], found["alias"] or "", found["endpoint"] or "")


def line_refusal(line: str, *, catalog: bool, serves: bool) -> str:
    """Why a line names nothing that can be done, as a sentence; "" where it does."""
    wanted = wanted_of(line)
    refused = model_name_refusal(wanted.to, catalog=catalog)
    if not refused and wanted.alias:
        refused = alias_refusal(wanted.alias)
    if not refused and wanted.endpoint and not serves:
        refused = "Serving endpoints are on Databricks, and this context is not."
    return refused


class Promotions:
    """The kind of write; ``serving`` makes the changes of endpoints, None where there are none."""

    def __init__(
        self,
        registry: RegistryPort,
        copies: RegistryWrites,
        moves: AliasMoves,
        serving: Callable[[], ServingWrites] | None,
    ) -> None:
        self._registry = registry
        self._copies = copies
        self._moves = moves
        self._serving = serving

    # plans

    def plan(self, made: ModelVersion, wanted: Promotion, elsewhere: tuple[str, RegistryPort] | None = None) -> Plan:
        """Copy a version, and what is wanted of the copy; blocks, and raises Problem where it cannot be.

        ``elsewhere`` are context and registry of a version that is not of this one.
        """
        if elsewhere is None:
            copied = self._copies.copy(made, wanted.to)
        else:
            copied = self._copies.carrying(made, wanted.to, *elsewhere)
        (copy,) = copied.changes
        if not wanted.alias and not wanted.endpoint:
            return copied
        number = str(max([0, *(int(one) for one in (copy.before or "").split(",") if one.isdecimal())]) + 1)
        steps = [copy]
        if wanted.alias:
            steps.append(self._move(wanted, number))
        if wanted.endpoint:
            steps.append(self._serve(wanted, number))
        return replace(copied, changes=tuple(steps), promotes=copy.after or "")

    def _move(self, wanted: Promotion, number: str) -> Change:
        there = unless_gone(lambda: self._registry.aliases_at(wanted.to, [wanted.alias]))
        now = there.get(wanted.alias) if there is not None else None  # the model comes with the copy
        return Change(Thing.MODEL, wanted.to, wanted.to, changes.ALIAS + wanted.alias, now, number)

    def _serve(self, wanted: Promotion, number: str) -> Change:
        title = f"Could not serve the copy on {wanted.endpoint}"
        if self._serving is None:
            raise Problem(Kind.UNSUPPORTED, title, "This context has no serving endpoints.")
        serving = self._serving()
        endpoint = serving.made.endpoint(wanted.endpoint)
        refused = serving.made.refusal(endpoint)
        if refused is not None:
            raise refused
        served = [entity for entity in endpoint.config.entities if entity.entity == wanted.to and entity.version]
        if not served:
            raise Problem(Kind.BAD_REQUEST, title, f"{wanted.endpoint} serves no version of {wanted.to}.")
        most = max(served, key=lambda entity: entity.traffic or 0)
        before = endpoint.config.split
        plan = serving.plan(ServingPlan(endpoint.name, before, to_version(before, most.name, number)))
        return plan.changes[0]

    # the kind

    def _parts(self, plan: Plan) -> Iterator[tuple[WriteKind, Plan]]:
        """The steps of each kind, one after the other, each with the kind that writes them."""
        bare = replace(plan, remarks=(), refused=(), typed="", guard="")
        for kind, steps in groupby(plan.changes, self._kind_of):
            yield kind, replace(bare, changes=tuple(steps))

    def _kind_of(self, change: Change) -> WriteKind:
        if change.kind is Thing.ENDPOINT:
            assert self._serving is not None  # where there are endpoints to be changed, there are writes of them
            return self._serving()
        return self._moves if change.alias else self._copies

    def dress(self, plan: Plan) -> Plan:
        """What each kind says of its own steps; what is to be typed is what one of them asks for."""
        remarks, refused = dict.fromkeys(plan.remarks), dict.fromkeys(plan.refused)
        typed, guard, asks_why = plan.typed, plan.guard, plan.asks_why
        for kind, part in self._parts(plan):
            dressed = kind.dress(part)
            remarks.update(dict.fromkeys(dressed.remarks))
            refused.update(dict.fromkeys(dressed.refused))
            if dressed.typed and not typed:
                typed, guard = dressed.typed, dressed.guard
            asks_why = dressed.asks_why if asks_why != "must" and dressed.asks_why else asks_why
        if any(change.alias for change in plan.changes):
            remarks = {line: None for line in remarks if not line.startswith(STAY)}
        if any(change.kind is Thing.ENDPOINT for change in plan.changes):
            remarks[_BUILDS] = None
        return replace(
            plan, remarks=tuple(remarks), refused=tuple(refused), typed=typed, guard=guard, asks_why=asks_why
        )

    def read(self, change: Change) -> Found:
        return self._kind_of(change).read(change)

    def prepare(self, plan: Plan) -> Prepared:
        """Every step under its own kind's guard; raises Problem where one of them may not even be tried."""
        guards: list[GuardedWrite[Found]] = []
        bare: list[GuardedWrite[Found]] = []
        is_forward = bool(plan.promotes) and plan.purpose not in (changes.UNDO, changes.PUT_BACK)
        for kind, part in self._parts(plan):
            purpose = part.purpose or (plans.MOVE if kind is self._moves else "")
            ready = kind.prepare(replace(part, purpose=purpose))
            bare += ready.guards
            guards += [
                self._sure(guard, plan.promotes, change) if is_forward and not change.makes else guard
                for guard, change in zip(ready.guards, part.changes, strict=True)
            ]
        guards[0] = _if_all_stand(guards[0], bare[1:])
        first = plan.changes[0]
        subject = first.called if first.makes else next((c.id for c in plan.changes if c.alias), first.id)
        return Prepared(
            what=PROMOTED,
            place=self._moves.place,
            subject=subject,
            details={"steps": [recorded(change) for change in plan.changes]},
            guards=guards,
            tell=lambda results: {"steps": recorded_results(plan, results)},
            over=lambda report: self._over(plan, report),
        )

    def _over(self, plan: Plan, report: WriteReport[Found]) -> str:
        """An endpoint that has taken its step on is followed to its end; until then the plan is but begun."""
        coming = [
            change
            for change, result in zip(plan.changes, report.results, strict=True)
            if change.kind is Thing.ENDPOINT and result.outcome is Outcome.DONE
            if change.value_in(result.found) != change.after
        ]
        if not coming or report.number is None or report.outcome is not Outcome.DONE:
            return ""
        try:
            self._moves.ledger.end(report.number, BEGUN, {"steps": recorded_results(plan, report.results)})
        except Problem as problem:
            return f"the ledger takes it for done already: {problem}"
        return ""

    def _sure(self, guard: GuardedWrite[Found], source: str, change: Change) -> GuardedWrite[Found]:
        """The same step, which is not done where the version that it means is not the copy."""
        sure: list[bool] = []

        def read() -> Found:
            if not sure:
                for name, version in _versions_meant(change):
                    made = self._registry.get_versions([(name, version)]).get((name, version))
                    of = (made.source.rstrip("/"), made.tags.get(COPIED_FROM)) if made is not None else ()
                    if source not in of:
                        said = f"v{version} of {name} is not the copy of {source.removeprefix('models:/')}."
                        raise Problem(Kind.BAD_REQUEST, "Nothing was changed", said, "Look which version is.")
                sure.append(True)
            return guard.read()

        return replace(guard, read=read)

    def settle(self, told: WriteResult, now: changes.Now) -> None:
        settle_steps(self._moves.ledger, told, now)


def _stands(step: GuardedWrite[Found]) -> bool:
    """Whether a later step is as it was shown; of a model that comes with the first there is nothing to be seen yet."""
    try:
        return step.expected(step.read())
    except Problem as problem:
        if problem.kind is Kind.NOT_FOUND:
            return True
        raise


def _if_all_stand(first: GuardedWrite[Found], others: Sequence[GuardedWrite[Found]]) -> GuardedWrite[Found]:
    """The first step, which is not done either where what a later one changes is no longer as it was shown."""
    stand: list[bool] = []

    def read() -> Found:
        if not stand:
            stand.append(all(map(_stands, others)))
        return first.read()

    return replace(first, read=read, stands=lambda state: stand[0] and first.stands(state))


def _versions_meant(change: Change) -> list[tuple[str, str]]:
    """The versions that a step brings in which were not there before: model and number."""
    if change.alias:
        return [(change.id, change.after)] if change.after is not None else []
    shares = [
        [tuple(line.split("\t")[1:3]) for line in (text or "").split("\n") if line]
        for text in (change.before, change.after)
    ]
    return [(name, version) for name, version in shares[1] if (name, version) not in shares[0] and version]
