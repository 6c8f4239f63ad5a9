"""Moving aliases: the only way by which an alias is written, undone and settled; and who held it since when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from tui.domain import uris
from tui.domain.models.rows import UNKNOWN, Holding, KnownMove, Tenure, mirror_tags, mirrored, mirrored_move, tenures
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.values import pages_of
from tui.domain.writes import changes, plans
from tui.domain.writes.changes import Change, Thing, ThingState
from tui.domain.writes.plans import Aliases, AliasPlan, AliasStep
from tui.services.clock import Clock
from tui.services.ledger import OPEN, UNSETTLED, Entry, Ledger
from tui.services.write_flow import Found, Outcome, Prepared, StepResult, WriteReport, WriteResult, judged

if TYPE_CHECKING:
    from tui.services.ledger import Entry
    from tui.services.session import Session


# Moves of aliases as the ledger keeps them: what an entry meant, what became of it, and what has been taken back.


_SURE = frozenset(outcome.value for outcome in Outcome) - {Outcome.UNKNOWN.value}


def steps_of(entry: Entry) -> tuple[AliasStep, ...]:
    """The steps that an entry of the ledger meant to do."""
    steps = entry.details.get("steps")
    return tuple(
        AliasStep(str(step.get("alias", "")), _version(step.get("to")), _version(step.get("from")))
        for step in (steps if isinstance(steps, list) else ())
        if isinstance(step, dict)
    )


def _version(said: Any) -> str | None:
    return None if said is None else str(said)


def outcomes_of(entry: Entry) -> tuple[str, ...]:
    """What became of each step, in their order; OPEN for those of which nothing is recorded."""
    said = entry.result.get("steps")
    outcomes = [
        str(step.get("outcome", OPEN)) if isinstance(step, dict) else OPEN
        for step in (said if isinstance(said, list) else ())
    ]
    steps = steps_of(entry)
    return tuple((*outcomes, *([OPEN] * len(steps)))[: len(steps)])


def done_steps(entry: Entry) -> tuple[AliasStep, ...]:
    """The steps that were done."""
    pairs = zip(steps_of(entry), outcomes_of(entry), strict=True)
    return tuple(step for step, outcome in pairs if outcome == Outcome.DONE.value)


def moves_in(entry: Entry) -> list[Entry]:
    """An entry that is a move, or what another one, as a promotion, moved among other things, each as such an entry."""
    if entry.what in (WHAT, OF_PROMPTS):
        return [entry]
    steps, results = entry.details.get("steps"), entry.result.get("steps")
    found = []
    for at, step in enumerate(steps if isinstance(steps, list) else ()):
        field = str(step.get("field", "")) if isinstance(step, dict) else ""
        if field.startswith(changes.ALIAS) and step.get("kind") in (Thing.MODEL.value, Thing.PROMPT.value):
            what = WHAT if step["kind"] == Thing.MODEL.value else OF_PROMPTS
            told = results[at] if isinstance(results, list) and at < len(results) else {}
            moved = {**step, "alias": field[len(changes.ALIAS) :]}
            details, result = {**entry.details, "steps": [moved]}, {**entry.result, "steps": [told]}
            found.append(replace(entry, what=what, subject=str(step.get("id", "")), details=details, result=result))
    return found


def taken_back(entries: Sequence[Entry]) -> set[tuple[int, str]]:
    """Pairs of an entry's number and an alias of which the move has been undone or put back."""
    by_number = {entry.number: entry for entry in entries}
    taken: set[tuple[int, str]] = set()
    for entry in entries:
        if entry.purpose not in (changes.UNDO, changes.PUT_BACK) or entry.of is None:
            continue
        before = by_number.get(entry.of)
        for step in done_steps(entry):
            taken.add((entry.of, step.alias))
            if before is not None and before.purpose == changes.UNDO and before.of is not None:
                # An undo that was put back: what it had undone stands again.
                taken.discard((before.of, step.alias))
    return taken


def recorded_moves(aliases: Sequence[str], results: Sequence[StepResult[Found]]) -> Mapping[str, Any]:
    """What the ledger keeps of the results: for each step its outcome, where the alias was found, and the trouble."""
    return {
        "steps": [
            {
                "alias": alias,
                "outcome": result.outcome.value,
                **({"found": result.found.fields.get(changes.ALIAS + alias)} if result.found is not None else {}),
                **({"problem": str(result.problem)} if result.problem is not None else {}),
            }
            for alias, result in zip(aliases, results, strict=True)
        ]
    }


def intended(plan: AliasPlan, made_ms: int | None) -> Mapping[str, Any]:
    """What the ledger keeps of a plan before it is begun; with when the model was made, as the server says it."""
    made = {"model_made_ms": made_ms} if made_ms is not None else {}
    return {"steps": [{"alias": step.alias, "from": step.expected, "to": step.to} for step in plan.steps], **made}


def is_of_another(entry: Entry, model: RegisteredModel) -> bool:
    """Whether an entry tells of a model that had this name before: deleted, and another one made in its place.

    Version numbers begin anew there, so that what was recorded of the first would say something wrong of the second.
    """
    said = entry.details.get("model_made_ms")
    return isinstance(said, int) and model.created_ms is not None and said != model.created_ms


def settled(entry: Entry, model: str, aliases: Aliases) -> list[StepResult[Found]]:
    """What became of each step, where that was not known as far as the aliases tell it now."""
    found = aliases_of(model, aliases)
    results: list[StepResult[Found]] = []
    for step, outcome in zip(steps_of(entry), outcomes_of(entry), strict=True):
        at = aliases.get(step.alias)
        told_now = Outcome.DONE if at == step.to else Outcome.NOT_DONE if at == step.expected else Outcome.OVERTAKEN
        results.append(StepResult(Outcome(outcome) if outcome in _SURE else told_now, found))
    return results


def aliases_of(model: str, aliases: Aliases, thing: Thing = Thing.MODEL) -> ThingState:
    """Where the aliases of a model point, as the state of what is written."""
    fields = {changes.ALIAS + alias: version for alias, version in aliases.items()}
    return ThingState(thing, model, model, changes.ACTIVE, fields=fields)


PROTECTED = "This move is protected"
WHAT, OF_PROMPTS = "aliases", "prompt aliases"
"""How moves of aliases are called in the ledger, those of models and those of prompts."""


class AliasesPort(Protocol):
    """What moves of aliases ask of a registry, of models or of prompts; as in ``gateway.ports``."""

    def get_model(self, name: str) -> RegisteredModel: ...

    def aliases_at(self, name: str, aliases: Sequence[str]) -> dict[str, str]: ...

    def get_versions(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]: ...

    def set_alias(self, name: str, alias: str, version: str) -> None: ...

    def delete_alias(self, name: str, alias: str) -> None: ...

    def tag_version(self, name: str, version: str, key: str, value: str | None) -> None: ...


@dataclass(frozen=True)
class Rules:
    """What a context demands of moves."""

    reason_required: bool = False
    mirror_tags: bool = False


class AliasMoves:
    """Moves of one context's aliases as a kind of write, and those on record; ``place`` is the registry's address.

    What should be known before a move, the panel's own lines say.
    """

    def __init__(
        self,
        registry: AliasesPort,
        ledger: Ledger,
        *,
        place: str,
        rules: Rules | None = None,
        is_protected: Callable[[Sequence[str]], bool] = lambda _aliases: False,
        of_prompts: bool = False,
    ) -> None:
        self._registry = registry
        self.ledger = ledger
        self.place = place
        self.rules = rules or Rules()
        self._is_protected = is_protected
        self._what, self._thing = (OF_PROMPTS, Thing.PROMPT) if of_prompts else (WHAT, Thing.MODEL)
        self._made: dict[str, int | None] = {}  # when models were made, as the server says it, for the ledger

    def state(self, model: str) -> dict[str, str]:
        """Where the model's aliases point now."""
        return dict(self._registry.get_model(model).aliases)

    # the kind

    def plan(self, planned: AliasPlan, model: RegisteredModel) -> changes.Plan:
        """A plan of this kind as the flow shows it and carries it out."""
        self._made[model.name] = model.created_ms
        steps = tuple(
            Change(self._thing, planned.model, planned.model, changes.ALIAS + step.alias, step.expected, step.to)
            for step in planned.steps
        )
        return changes.Plan(steps, purpose=planned.purpose, of=planned.of)

    def dress(self, plan: changes.Plan) -> changes.Plan:
        """What follows another plan asks for what that one did: the name of what is protected, and a reason."""
        asks_why = "must" if self.rules.reason_required else plan.asks_why or "may"
        if plan.typed or not self._is_protected([change.alias for change in plan.changes]):
            return replace(plan, asks_why=asks_why)
        return replace(plan, asks_why=asks_why, typed=plan.changes[0].id, guard=PROTECTED)

    def read(self, change: Change) -> ThingState:
        """The alias of a change, and none of its model's others: quick, however many versions there are."""
        return aliases_of(change.id, self._registry.aliases_at(change.id, [change.alias]), self._thing)

    def prepare(self, plan: changes.Plan) -> Prepared:
        """Each move under guard; raises Problem where a reason or a version is missing, or a name is refused.

        Only the plan's aliases are read, which is quick however many versions there are; where one is new, all of
        them once.
        """
        model = plan.changes[0].id
        steps = tuple(AliasStep(change.alias, change.after, change.before) for change in plan.changes)
        planned = AliasPlan(model, steps, plan.purpose or plans.MOVE, plan.of)
        self._refuse(planned, plan.why)
        seen: list[Aliases] = []
        is_new = any(step.expected is None for step in steps)

        def read() -> ThingState:
            whole = is_new and not seen
            seen.append(self.state(model) if whole else self._registry.aliases_at(model, planned.aliases))
            return aliases_of(model, seen[-1], self._thing)

        def whole_plan_stands(_found: Found) -> bool:
            return not plans.conflicts(planned, seen[-1]) and not plans.refusals(planned, state=seen[-1])

        guards = [
            judged(change, read, partial(self._write, model, step))
            for change, step in zip(plan.changes, steps, strict=True)
        ]
        # Before the first write, all of them must still be possible.
        guards[0] = replace(guards[0], stands=whole_plan_stands)
        return Prepared(
            what=self._what,
            place=self.place,
            subject=model,
            details=intended(planned, self._made.get(model)),
            guards=guards,
            tell=lambda results: recorded_moves(planned.aliases, results),
            purpose=planned.purpose,
            over=lambda report: self._mirror(planned, report, plan.why) if self.rules.mirror_tags else "",
        )

    def _refuse(self, plan: AliasPlan, why: str) -> None:
        title = "Nothing was moved"
        refused = plans.refusals(plan)
        if refused:
            raise Problem(Kind.BAD_REQUEST, title, " ".join(refused))
        if self.rules.reason_required and not why.strip():
            raise Problem(Kind.BAD_REQUEST, title, "This context wants a reason for each move.", "Say why.")
        wanted = {step.to for step in plan.steps if step.to is not None}
        if len(plan.steps) > 1 and wanted:
            # One step the server refuses by itself; of several, some would be done by then.
            found = self._registry.get_versions([(plan.model, version) for version in sorted(wanted)])
            if missing := plans.refusals(plan, {version for _, version in found}):
                raise Problem(Kind.BAD_REQUEST, title, " ".join(missing))

    def _write(self, model: str, step: AliasStep) -> None:
        if step.to is None:
            self._registry.delete_alias(model, step.alias)
        else:
            self._registry.set_alias(model, step.alias, step.to)

    def _mirror(self, plan: AliasPlan, report: WriteReport[Found], why: str) -> str:
        """Tell of the moves in tags of the versions; what goes wrong here leaves the moves as they are."""
        try:
            for step, result in zip(plan.steps, report.results, strict=True):
                if result.outcome is not Outcome.DONE or step.to is None:
                    continue
                at_ms = self.ledger.now_ms()
                tags = mirror_tags(step.alias, self.ledger.actor, step.expected, why.strip(), at_ms)
                for key, value in tags.items():
                    self._registry.tag_version(plan.model, step.to, key, value)
        except Problem as problem:
            return f"the tags could not be set: {problem}"
        return ""

    def settle(self, recorded_moves: WriteResult, now: changes.Now) -> None:
        self.settle_model(recorded_moves.plan.changes[0].id)

    # looking back

    def entries(self, model: str | None = None) -> list[Entry]:
        """The moves recorded for this registry, oldest first; of one model, where that is said."""
        return [
            entry
            for entry in self.ledger.read().entries
            if entry.what == self._what and entry.place == self.place and (model is None or entry.subject == model)
        ]

    def told(self, entries: Iterable[Entry], model: str | None = None) -> list[Entry]:
        """What entries tell of moves here, also of those that came with something else; ``entries`` are others' too."""
        return [
            move
            for entry in entries
            if entry.place == self.place
            for move in moves_in(entry)
            if move.what == self._what and (model is None or move.subject == model)
        ]

    def undo_plan(self, model: str, now: RegisteredModel | None = None) -> AliasPlan | None:
        """What undoes the last move of a model that has not been undone; None where there is none left.

        It expects each alias where the move left it, so that it is refused if somebody has moved it since. Open
        entries are settled first, by ``now``, the model as it has just been read.
        """
        now = now or self._registry.get_model(model)
        self._settle(now)
        entries = [entry for entry in self.entries(model) if not is_of_another(entry, now)]
        over = taken_back(entries)
        for entry in reversed(entries):
            if entry.purpose in (changes.UNDO, changes.PUT_BACK):
                continue
            steps = [step for step in done_steps(entry) if (entry.number, step.alias) not in over]
            if steps:
                return plans.undo(model, steps, entry.number)
        return None

    def settle_model(self, model: str) -> list[Entry]:
        """Look at the server for what was left unknown or open, and record what it says; answers those entries."""
        if not self._unsettled(model):
            return []
        return self._settle(self._registry.get_model(model))

    def _unsettled(self, model: str) -> list[Entry]:
        return [entry for entry in self.entries(model) if entry.outcome in UNSETTLED]

    def _settle(self, model: RegisteredModel) -> list[Entry]:
        unsettled = [entry for entry in self._unsettled(model.name) if not is_of_another(entry, model)]
        for entry in unsettled:
            results = settled(entry, model.name, model.aliases)
            report: WriteReport[Found] = WriteReport(tuple(results), entry.number)
            record = recorded_moves([step.alias for step in steps_of(entry)], results)
            self.ledger.settle(entry.number, report.outcome.value, {**record, "settled": True})
        numbers = {entry.number for entry in unsettled}
        return [entry for entry in self.entries(model.name) if entry.number in numbers]


def place_of(registry_uri: str, workspace: str = "") -> str:
    """A registry's address as the ledger keeps it: the same for everybody, with no account in it."""
    uri = uris.shown(uris.plain_sqlite_uri(registry_uri))
    scheme, divider, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return uris.in_workspace(f"{scheme}{divider}{authority.rpartition('@')[2]}{slash}{path}".rstrip("/"), workspace)


# Who holds an alias since when, and who held it before: by the ledger, the tags that others set, and what was seen.


@dataclass(frozen=True)
class _Move:
    """One move of an alias; None is no version. One that was seen happened between ``after_ms`` and ``at_ms``."""

    at_ms: int
    by: str
    was: str | None
    to: str | None
    after_ms: int = 0


class Holders:
    """One registry's aliases. ``learn`` reads the ledger and blocks; everything else answers at once."""

    def __init__(self, moves: AliasMoves, clock: Clock) -> None:
        self._moves = moves
        self._clock = clock
        self._recorded: dict[tuple[str, str], list[tuple[Entry, _Move]]] = {}
        self._seen: dict[str, tuple[int, dict[str, str]]] = {}  # by model: when it was read last, and its aliases
        self._watched: dict[tuple[str, str], _Move] = {}
        self.unread = False  # whether the ledger could not be read

    def learn(self) -> None:
        """Read what the ledger has of moves here; where it cannot be read, nothing is known from it."""
        recorded: dict[tuple[str, str], list[tuple[Entry, _Move]]] = {}
        try:
            entries = self._moves.told(self._moves.ledger.read().entries)
            self.unread = False
        except Problem:
            entries, self.unread = [], True
        for entry in entries:
            for step in done_steps(entry):
                move = _Move(entry.ended_ms or entry.at_ms, entry.actor, step.expected, step.to)
                recorded.setdefault((entry.subject, step.alias), []).append((entry, move))
        self._recorded = recorded

    def observe(self, models: Iterable[RegisteredModel]) -> None:
        """Take models as they have just been read: an alias that points elsewhere than before was moved meanwhile."""
        now_ms = self._clock.now_ms()
        for model in models:
            now = dict(model.aliases)
            last_ms, before = self._seen.get(model.name, (now_ms, now))
            self._seen[model.name] = (now_ms, now)
            for alias in {*before, *now}:
                if before.get(alias) != now.get(alias):
                    self._watched[model.name, alias] = _Move(now_ms, "", before.get(alias), now.get(alias), last_ms)

    def holding(self, model: RegisteredModel, alias: str, made: ModelVersion | None) -> Holding:
        """What is known of an alias where it points now; ``made`` is the version there, if it is known."""
        at = model.aliases.get(alias)
        if at is None:
            return UNKNOWN
        recorded = self._last(model, alias)
        seen = self._watched.get((model.name, alias))
        if seen is not None and seen.to != at:
            seen = None
        if recorded is not None and recorded.to == at and (seen is None or seen.after_ms <= recorded.at_ms):
            return Holding(recorded.at_ms, recorded.by, recorded.was or "")
        told = mirrored(alias, made.tags) if made is not None else UNKNOWN
        earliest = seen.after_ms if seen is not None else recorded.at_ms if recorded is not None else 0
        if told.since_ms is not None and told.since_ms // 1000 < earliest // 1000:
            told = UNKNOWN  # of an earlier time: it has been moved away and back since
        if seen is not None:
            return Holding(told.since_ms or seen.at_ms, told.by, seen.was or "")
        # The last that we know of it is that it was elsewhere: whoever held it then held it before.
        was = recorded.to or "" if recorded is not None and recorded.to != at else None
        return Holding(told.since_ms, told.by, told.was if told.was is not None else was)

    def _last(self, model: RegisteredModel, alias: str) -> _Move | None:
        moves = [move for entry, move in self._recorded.get((model.name, alias), ()) if not is_of_another(entry, model)]
        return moves[-1] if moves else None


def history_of(session: Session, model: RegisteredModel, alias: str) -> tuple[Tenure, ...]:
    """All that the ledgers and the tags of versions tell of an alias; reads every version, and blocks."""
    from tui.resources import state_dir
    from tui.services.ledger_rows import merged

    moves = session.desk.moves
    own, others = moves.ledger.read().entries, merged(state_dir())
    known = [
        KnownMove(entry.ended_ms or entry.at_ms, step.expected, step.to, entry.actor, entry.why, source)
        for entries, source in ((own, "ledger"), (others, "merged ledger"))
        for entry in moves.told(entries, model.name)
        if not is_of_another(entry, model)
        for step in done_steps(entry)
        if step.alias == alias
    ]
    for page in pages_of(partial(session.registry.search_versions, model.name)):
        told = (mirrored_move(alias, made.version, made.tags) for made in page.versions)
        known += [move for move in told if move is not None]
    return tenures(known, model.aliases.get(alias))
