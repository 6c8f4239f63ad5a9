"""What the serving screen and those of models share: endpoints whole, the aliases of what they serve, drift."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.domain.serving import (
    Carried,
    Drift,
    Endpoint,
    ServedAt,
    Share,
    Split,
    Update,
    change_words,
    drifts,
    served,
    split_refusals,
)
from tui.domain.serving_rows import serves
from tui.domain.writes import changes
from tui.domain.writes.changes import Change, Plan, Thing, ThingState
from tui.gateway.ports import RegistryPort, ServingPort
from tui.services.ledger import UNSETTLED, Entry, Ledger
from tui.services.write_flow import (
    Found,
    GuardedWrite,
    Outcome,
    Prepared,
    StepResult,
    WriteReport,
    WriteResult,
    of_record,
    read_only_refusal,
)

WHOLE_AT_ONCE = 20  # endpoints that are read between two looks at what came
_NO_MODEL = (Kind.NOT_FOUND, Kind.FORBIDDEN, Kind.BAD_REQUEST, Kind.UNSUPPORTED)


@dataclass(frozen=True)
class ServingView:
    """What is known of what serves; ``aliases`` maps each model that is served to its aliases."""

    endpoints: tuple[Endpoint, ...] = ()
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def drifts(self, alias: str) -> dict[str, tuple[Drift, ...]]:
        """Drift by endpoint, against ``alias`` where the endpoint names none itself."""
        found: dict[str, list[Drift]] = {}
        for model, at in served(self.endpoints).items():
            for drift in drifts(model, self.aliases.get(model, {}), at, alias):
                found.setdefault(drift.endpoint, []).append(drift)
        return {endpoint: tuple(each) for endpoint, each in found.items()}

    def of_model(self, model: str) -> tuple[ServedAt, ...]:
        """Where versions of a model are served."""
        return served(self.endpoints).get(model, ())


class ServingDesk:
    """Reads what serves; every method blocks, and raises Problem as its ports do."""

    def __init__(self, serving: ServingPort, registry: RegistryPort) -> None:
        self._serving = serving
        self._registry = registry

    def whole(self, endpoints: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
        """These endpoints with traffic and workloads; one that is gone meanwhile stays as it was listed.

        So does one that could not be read, which says why.
        """
        found = {endpoint.name: endpoint for endpoint in self._serving.details([e.name for e in endpoints])}

        def grown(listed: Endpoint) -> Endpoint:
            whole = found.get(listed.name, listed)
            return replace(listed, unread=whole.unread) if whole.unread else whole

        return tuple(map(grown, endpoints))

    def aliases(self, models: Sequence[str]) -> dict[str, Mapping[str, str]]:
        """The aliases of models; those that may not be read, or are of another registry, have none."""
        found: dict[str, Mapping[str, str]] = {}
        for model in models:
            try:
                found[model] = self._registry.get_model(model).aliases
            except Problem as problem:
                if problem.kind not in _NO_MODEL:
                    raise
                found[model] = {}
        return found

    def serving(self, models: Sequence[str]) -> dict[str, tuple[ServedAt, ...]]:
        """Where versions of these models are served, with their shares of the traffic; models not served are absent."""
        wanted = set(models)
        listed = [
            endpoint
            for endpoint in self._serving.endpoints()
            if any(entity.entity in wanted for entity in endpoint.config.entities)
        ]
        return {model: at for model, at in served(self.whole(listed)).items() if model in wanted}


# Changes of what endpoints serve: the only way by which a serving config is written and undone. Every method blocks.
#
# What was served before is kept in the ledger as names, versions and shares of the traffic; sizes and environments, in
# which there may be secrets, never leave the workspace.


WHAT = "serving.config"
PROMOTED = "version.promote"  # of which a change of what an endpoint serves may be a step
BEGUN = "begun"  # in the ledger: the workspace has taken it on, and what becomes of it is not known yet
VERSION, TRAFFIC, UNDO = "version", "traffic", "undo"
_TITLE = "Nothing was changed"


@dataclass(frozen=True)
class ServingPlan:
    """From what an endpoint serves to what it is to serve; ``of`` is the ledger's number of what it undoes.

    ``is_part`` where that was a promotion, of which more was done than this.
    """

    endpoint: str
    before: Split
    after: Split
    purpose: str = VERSION
    of: int | None = None
    is_part: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """A line for each served entity."""
        if len(self.before) != len(self.after):
            return tuple(f"{share.entity} v{share.version}  {share.percent}%" for share in self.after)
        return change_words(self.before, self.after)


class ServingChanges:
    """What is known of the endpoints of one context and of their changes on record, and how a change is made."""

    def __init__(
        self,
        serving: ServingPort,
        ledger: Ledger,
        *,
        context: str,
        place: str,
        read_only: bool,
        registry: str = "",
    ) -> None:
        """``registry`` is where promotions are on record, whose endpoints are the same ones."""
        self._serving = serving
        self.ledger = ledger
        self._context = context
        self._place = place
        self._registry = registry
        self._read_only = read_only

    def refusal(self, endpoint: Endpoint) -> Problem | None:
        """Why nothing of an endpoint can be changed from here, known without trying."""
        if self._read_only:
            return read_only_refusal(self._context)
        if endpoint.fixed:
            return Problem(Kind.BAD_REQUEST, _TITLE, endpoint.fixed)
        if not endpoint.may_manage:
            have = endpoint.permission.replace("_", " ")
            return Problem(
                Kind.FORBIDDEN,
                _TITLE,
                f"It needs CAN MANAGE on the endpoint {endpoint.name}; you have {have}.",
                f"Ask {endpoint.creator or 'its creator'} for it, in the endpoint's permissions.",
            )
        if endpoint.update is Update.RUNNING:
            return Problem(
                Kind.BAD_REQUEST, _TITLE, "The endpoint is being updated just now.", "Wait until that is over."
            )
        return None

    def carried(self, plan: ServingPlan) -> Carried:
        """What of the endpoint's settings the plan would not carry along: to be shown before it is carried out."""
        return self._serving.carried(plan.endpoint, plan.after)

    def prepare(self, plan: ServingPlan) -> Prepared:
        """Begin if what was served still is, and read back; done means that the workspace has taken the change on.

        Whether it comes up shows later (``settle``).
        """
        seen: list[Endpoint] = []
        not_taken: list[str] = []

        def read() -> Found:
            seen.append(self._serving.endpoint(plan.endpoint))
            return _known(seen[-1])

        def expected(_known: Found) -> bool:
            return seen[-1].update is not Update.RUNNING and seen[-1].config.split == plan.before

        def reached(_known: Found) -> bool:
            """Whether it serves that, or is on its way there; a failed attempt of before is shown as pending too."""
            now, was = seen[-1], seen[0].pending
            pending = now.pending
            if now.config.split == plan.after:
                return True
            if pending is None or pending.split != plan.after:
                return False
            return now.update is Update.RUNNING or was is None or was.started_ms != pending.started_ms

        def write() -> None:
            not_taken.extend(self._serving.change(plan.endpoint, plan.before, plan.after))

        def tell(results: Sequence[StepResult[Found]]) -> Mapping[str, Any]:
            (result,) = results
            found = {"state": seen[-1].state} if result.found is not None else {}
            problem = {"problem": str(result.problem)} if result.problem is not None else {}
            return {**found, **problem, **({"not taken": not_taken} if not_taken else {})}

        def over(report: WriteReport[Found]) -> str:
            if report.outcome is not Outcome.DONE or report.number is None or seen[-1].config.split == plan.after:
                return ""
            try:
                self.ledger.end(report.number, BEGUN, tell(report.results))
            except Problem as problem:
                return f"the ledger takes it for done already: {problem}"
            return ""

        return Prepared(
            what=WHAT,
            place=self._place,
            subject=plan.endpoint,
            details={"before": _kept(plan.before), "after": _kept(plan.after)},
            guards=(GuardedWrite(read, expected, write, reached),),
            tell=tell,
            purpose=plan.purpose,
            over=over,
        )

    def endpoint(self, name: str) -> Endpoint:
        """An endpoint as it is now."""
        return self._serving.endpoint(name)

    def settle(self, number: int | None, plan: ServingPlan) -> tuple[Outcome | None, Endpoint]:
        """What became of a change that was taken on, recorded once it is known (None until then), and what is there.

        The endpoint is read for it: what a screen knows of it may have been read before the change.
        """
        now = self._serving.endpoint(plan.endpoint)
        if now.update is Update.RUNNING:
            return None, now
        outcome = Outcome.DONE if now.config.split == plan.after else Outcome.OVERTAKEN
        if outcome is Outcome.OVERTAKEN and now.config.split == plan.before:
            outcome = Outcome.NOT_DONE
        if number is not None:
            failures = list(now.failures) if outcome is not Outcome.DONE else []
            result: dict[str, Any] = {"state": now.state, "failures": failures}
            entry = next((entry for entry in self.entries(plan.endpoint) if entry.number == number), None)
            of_all = outcome
            if entry is not None and _step(entry) is not None:
                result["steps"] = _steps_settled(entry, outcome)
                results = tuple(StepResult[Found](Outcome(one["outcome"])) for one in result["steps"])
                of_all = WriteReport(results).outcome
            self.ledger.end(number, of_all.value, result)
        return outcome, now

    def entries(self, endpoint: str = "") -> list[Entry]:
        """The changes of an endpoint, or of every one, that are on record here, oldest first."""
        return [entry for entry in self.ledger.read().entries if (of := self._of(entry)) and endpoint in ("", of)]

    def _of(self, entry: Entry) -> str:
        """The endpoint that an entry has changed; "" for what has changed none of here."""
        if entry.what == WHAT and entry.place == self._place:
            return entry.subject
        at = _step(entry) if entry.place == self._registry else None
        return str(entry.details["steps"][at]["id"]) if at is not None else ""

    def begun(self) -> dict[str, tuple[int, ServingPlan]]:
        """By endpoint, the changes that were under way when they were last heard of; the deck may have ended since."""
        latest = {self._of(entry): entry for entry in self.entries()}
        return {
            name: (entry.number, _plan_of(entry))
            for name, entry in latest.items()
            if entry.outcome == BEGUN or _outcome(entry) in UNSETTLED
        }

    def undo_plan(self, endpoint: str) -> ServingPlan | None:
        """What takes back the last change that was done and not taken back yet; None where there is none.

        It expects what that change led to, so that it is refused if the endpoint has been changed since. What came
        with a promotion is one of them, and is taken back alone.
        """
        entries = [entry for entry in self.entries(endpoint) if _outcome(entry) == Outcome.DONE.value]
        undone: set[int | None] = set()
        undoing: dict[int, int | None] = {}
        for entry in entries:
            if entry.purpose in (UNDO, changes.PUT_BACK):
                undone.add(entry.of)
                undoing[entry.number] = entry.of
                undone.discard(undoing.get(entry.of) if entry.of is not None else None)  # put back, it stands again
        for entry in reversed(entries):
            if entry.purpose in (UNDO, changes.PUT_BACK) or entry.number in undone or entry.outcome == BEGUN:
                continue
            done = _plan_of(entry)
            return ServingPlan(endpoint, done.after, done.before, UNDO, entry.number, _step(entry) is not None)
        return None


class ServingWrites:
    """What endpoints serve as a kind of write; what is served under a protected alias is protected here too."""

    def __init__(self, made: ServingChanges, desk: ServingDesk, is_protected: Callable[[Iterable[str]], bool]) -> None:
        self.made = made
        self._desk = desk
        self._is_protected = is_protected

    def plan(self, planned: ServingPlan, remarks: Sequence[str] = ()) -> Plan:
        """A plan of this kind as the flow shows it and carries it out."""
        before, after = text_of(planned.before), text_of(planned.after)
        change = Change(Thing.ENDPOINT, planned.endpoint, planned.endpoint, changes.SERVED, before, after)
        purpose = changes.UNDO if planned.purpose == UNDO else ""
        return Plan((change,), tuple(remarks), purpose, planned.of)

    def planned(self, plan: Plan) -> ServingPlan:
        """The change of what is served that a plan of the flow means."""
        (change,) = plan.changes
        before, after = _split_of(change.before), _split_of(change.after)
        versions = [share.version for share in before] != [share.version for share in after]
        purpose = UNDO if plan.purpose == changes.UNDO else VERSION if versions else TRAFFIC
        return ServingPlan(change.id, before, after, purpose, plan.of)

    def dress(self, plan: Plan) -> Plan:
        planned = self.planned(plan)
        aliases = self._aliases_moved(planned)
        refused = split_refusals(planned.before, planned.after)
        # A config replaces the one before: what of it would not go along is shown before anything is asked for.
        carried = self.made.carried(planned) if not refused else Carried()
        refused = (*refused, *carried.refusals)
        words = tuple(line for line in (*planned.words, *carried.differences) if line not in plan.remarks)
        if not self._is_protected(aliases):
            return replace(plan, remarks=(*words, *plan.remarks), refused=refused)
        guard = "This change is protected"
        return replace(plan, remarks=(*words, *plan.remarks), refused=refused, typed=planned.endpoint, guard=guard)

    def _aliases_moved(self, planned: ServingPlan) -> list[str]:
        """The aliases of the versions that begin, end, or serve another share of the traffic."""
        moved = {*planned.before} ^ {*planned.after}
        aliases = self._desk.aliases(sorted({share.entity for share in moved if share.version}))
        at = {(share.entity, share.version) for share in moved}
        return [alias for model, of in aliases.items() for alias, version in of.items() if (model, version) in at]

    def read(self, change: Change) -> Found:
        return _known(self.made.endpoint(change.id))

    def prepare(self, plan: Plan) -> Prepared:
        planned = self.planned(plan)
        if refused := split_refusals(planned.before, planned.after):
            raise Problem(Kind.BAD_REQUEST, _TITLE, " ".join(refused))
        return self.made.prepare(planned)

    def settle(self, told: WriteResult, now: changes.Now) -> None:
        self.made.settle(told.report.number, self.planned(told.plan))


def text_of(split: Split) -> str:
    """A split as the value of an endpoint's field: a line for each served entity."""
    return "\n".join(f"{s.name}\t{s.entity}\t{s.version}\t{s.percent}" for s in split)


def _split_of(text: str | None) -> Split:
    shares = [line.split("\t") for line in (text or "").split("\n") if line]
    return tuple(Share(name, entity, version, int(percent)) for name, entity, version, percent in shares)


def _known(endpoint: Endpoint) -> ThingState:
    """An endpoint as far as it can be changed; its status says what somebody else is doing to it."""
    status = ""
    if endpoint.update is Update.RUNNING:
        to = f", to {serves(endpoint.pending)}" if endpoint.pending is not None else ""
        status = f"somebody else is changing it just now{to}"
    fields = {changes.SERVED: text_of(endpoint.config.split)}
    return ThingState(Thing.ENDPOINT, endpoint.name, endpoint.name, changes.ACTIVE, status=status, fields=fields)


def _plan_of(entry: Entry) -> ServingPlan:
    at = _step(entry)
    if at is not None:
        change = of_record(entry.details["steps"][at])
        return ServingPlan(change.id, _split_of(change.before), _split_of(change.after), entry.purpose, entry.of)
    before, after = _split(entry.details.get("before")), _split(entry.details.get("after"))
    return ServingPlan(entry.subject, before, after, entry.purpose, entry.of)


def _step(entry: Entry) -> int | None:
    """Which step of a promotion on record changes an endpoint; None for one that changes none."""
    steps = entry.details.get("steps") if entry.what == PROMOTED else None
    told = enumerate(steps if isinstance(steps, list) else ())
    return next((at for at, one in told if isinstance(one, dict) and one.get("kind") == Thing.ENDPOINT.value), None)


def _outcome(entry: Entry) -> str:
    """What became of the change of an endpoint, be it all of an entry or a step of it."""
    at = _step(entry)
    return entry.outcome if at is None else _outcomes(entry)[at]


def _outcomes(entry: Entry) -> list[str]:
    """What became of each step of a promotion; of one that was cut off that is not known."""
    told = entry.result.get("steps")
    said = [str(one.get("outcome", "")) if isinstance(one, dict) else "" for one in told] if told else []
    return [*said, *[Outcome.UNKNOWN.value] * (len(entry.details["steps"]) - len(said))]


def _steps_settled(entry: Entry, outcome: Outcome) -> list[dict[str, Any]]:
    """The steps of a promotion with what became of the endpoint's."""
    told = [dict(one) for one in entry.result.get("steps") or ()] or [
        {"id": one["id"]} for one in entry.details["steps"]
    ]
    outcomes = _outcomes(entry)
    outcomes[_step(entry) or 0] = outcome.value
    return [{**one, "outcome": said} for one, said in zip(told, outcomes, strict=True)]


def _kept(split: Split) -> list[dict[str, Any]]:
    return [{"name": s.name, "entity": s.entity, "version": s.version, "percent": s.percent} for s in split]


def _split(kept: object) -> Split:
    return tuple(
        Share(str(s.get("name", "")), str(s.get("entity", "")), str(s.get("version", "")), int(s.get("percent", 0)))
        for s in (kept if isinstance(kept, list) else ())
        if isinstance(s, dict)
    )
