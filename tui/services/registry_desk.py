"""What the screens of registered models share in one context: evidence, moves, writes, and what was there at first."""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.domain.freshness import Freshness
from tui.domain.glyphs import Glyphs
from tui.domain.models import measures
from tui.domain.models.board import ModelNews
from tui.domain.models.measures import GateWanted, Judgement
from tui.domain.models.readiness import CHAMPION, Finding, Judged, warnings_of_target
from tui.domain.models.rows import Holding, served_cell
from tui.domain.models.values import READY, ModelVersion, RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.serving import move_consequences
from tui.domain.text import clean
from tui.domain.writes.changes import Plan
from tui.domain.writes.plans import AliasPlan, refusals
from tui.services.alias_moves import PROTECTED, AliasMoves, Holders, Rules, place_of
from tui.services.model_health import ModelHealth
from tui.services.registry_writes import RegistryWrites
from tui.services.serving_desk import ServingDesk
from tui.services.session import Session

if TYPE_CHECKING:
    from tui.services.session import Session


class RegistryDesk:
    """One for each session."""

    def __init__(self, session: Session) -> None:
        launch = session.launch
        settings = launch.settings.models
        place = place_of(launch.registry_uri, launch.apart)
        can = session.capabilities
        self.settings = settings
        self.has_aliases = can.aliases
        self.protected_context = launch.protected
        serving = ServingDesk(session.serving, session.registry) if session.serving is not None else None
        self.moves = AliasMoves(
            session.registry,
            session.ledger,
            place=place,
            rules=Rules(settings.reason_required, settings.mirror_tags),
            is_protected=self.is_protected,
        )
        self.holders = Holders(self.moves, session.clock)
        self.health = ModelHealth(
            session.registry,
            session.clock,
            settings,
            launch.settings.metric_directions,
            serving,
            capabilities=can,
            holders=self.holders,
        )
        self.writes = RegistryWrites(session.registry, session.ledger, place=place, catalog=can.three_levels)
        self._registry = session.registry
        self._session = session
        self._gate = measures.wanted_of(settings.gate)
        self._judged: dict[tuple[str, str, str], list[Judgement]] = {}  # by model, version and the one it is to follow
        self.news = ModelNews()  # since the session began
        self.told: dict[str, list[str]] = {}  # of the news of each model, what was said already

    def take_models(self, models: Sequence[RegisteredModel], *, complete: bool = False) -> None:
        """Take models as they have just been read; ``complete`` says that there are no others."""
        self.news.remember(models, complete=complete)
        self.holders.observe([model for model in models if model.is_whole])

    def is_protected(self, aliases: Iterable[str]) -> bool:
        """Whether to move one of these the model's name is typed, however an alias is written."""
        protected = {alias.casefold() for alias in self.settings.protected_aliases}
        return self.protected_context or any(alias.casefold() in protected for alias in aliases)

    # what should be known before a move

    def learn(self, planned: AliasPlan) -> set[str]:
        """Learn what is not known of the versions that a move is between; answers those that are not there. Blocks."""
        name, health = planned.model, self.health
        sides = (version for step in planned.steps for version in (step.expected, step.to))
        wanted = [version for version in dict.fromkeys(sides) if version is not None]
        missing = [(name, version) for version in wanted if health.version(name, version) is None]
        absent: set[str] = set()
        if missing:
            found = self._registry.get_versions(missing)
            health.take(found.values())
            absent = {version for key in missing if key not in found for version in key[1:]}
        known = [made for version in wanted if (made := health.version(name, version)) is not None]
        health.gather_made_of(known)
        for made in known:
            health.gather_facts(name, made.version)
        for step in planned.steps:
            other = health.version(name, step.expected or "")
            made = health.version(name, step.to or "")
            if made is not None and self._is_gated(step.alias) and (other is not None or not self._gate.compares):
                self._judged[name, made.version, step.expected or ""] = self.judged_by(self._gate, made, other)
        return absent

    def _is_gated(self, alias: str) -> bool:
        """Whether whoever is to hold an alias is judged by the conditions of the configuration."""
        return self._gate != measures.GateWanted() and (alias == CHAMPION or alias in self.settings.protected_aliases)

    def judged_by(self, wanted: GateWanted, candidate: ModelVersion, other: ModelVersion | None) -> list[Judgement]:
        """Whether a version may take another one's place, condition by condition; blocks, and raises Problem."""
        self.health.gather_made_of([one for one in (candidate, other) if one is not None])
        judged = []
        for bound in wanted.bounds:
            values = [
                found.value if made is not None and (found := self.health.measured(made, bound.metric)) else None
                for made in (candidate, other)
            ]
            judged.append(measures.judge_bound(bound, *values))
        if other is not None and wanted.same_signature:
            judged.append(self._signature(candidate, other))
        if other is not None and wanted.data_newer:
            judged.append(self._data(candidate, other))
        if wanted.rules:
            judged += self._rules(candidate)
        return judged

    def _signature(self, candidate: ModelVersion, other: ModelVersion) -> Judgement:
        facts = [self.health.gather_facts(made.name, made.version) for made in (candidate, other)]
        unread = next((one.unread for one in facts if one.unread), "")
        missing = any(one.signature is None for one in facts)
        same = not unread and not missing and facts[0].signature == facts[1].signature
        shown = [one.signature.summary if one.signature is not None else "none" for one in facts]
        found = unread or (
            "the same" if same else f"{shown[0]} against {shown[1]}" if shown[0] != shown[1] else "others"
        )
        return Judgement("signature", "the same", found, same)

    def _data(self, candidate: ModelVersion, other: ModelVersion) -> Judgement:
        wanted = "a later run, on other data"
        if not candidate.run_id or not other.run_id:
            return Judgement("data", wanted, "a version names no run", False)
        runs = [self._session.tracking.get_run(made.run_id) for made in (candidate, other)]
        data = [frozenset((one.name, one.digest) for one in run.datasets) for run in runs]
        if not data[0] or not data[1]:
            return Judgement("data", wanted, "a run recorded no data", False)
        later = (runs[0].start_ms or 0) > (runs[1].start_ms or 0)
        found = f"{'a later' if later else 'no later'} run, {'the same' if data[0] == data[1] else 'other'} data"
        return Judgement("data", wanted, found, later and data[0] != data[1])

    def _rules(self, candidate: ModelVersion) -> list[Judgement]:
        self.health.gather_facts(candidate.name, candidate.version)
        found = self.findings_of(self._registry.get_model(candidate.name), candidate)
        errors = [one for one in found if one.severity == "error"]
        if not errors:
            return [
                Judgement(
                    "rules",
                    "no error",
                    f"{len(found)} finding{'s' if len(found) > 1 else ''}, no error" if found else "none",
                    True,
                )
            ]
        return [Judgement(f"rule {one.rule}", "kept", one.sentence, False) for one in errors]

    def guarded(
        self,
        planned: AliasPlan,
        model: RegisteredModel,
        state: Mapping[str, str],
        *,
        absent: Collection[str] = (),
        refused: str = "",
        signs: Mapping[str, str],
    ) -> Plan:
        """A move as it is shown: what is known of the versions that it points to, why it is refused, what is typed.

        ``state`` is where the model's aliases are, ``absent`` are versions that were looked for and are not there,
        ``refused`` is why it is no plan at all, and ``signs`` mark findings by their severity.
        """
        targets = self._targets(planned)
        unready = [f"v{made.version}" for made in targets if made.status not in (READY, "")]
        protected = self.is_protected(planned.aliases)
        guard = PROTECTED
        if not protected and unready:
            guard = f"{' and '.join(unready)} {'is' if len(unready) == 1 else 'are'} not ready"
        missing = dict.fromkeys(step.to for step in planned.steps if step.to in absent)
        reasons = (refused,) if refused else refusals(planned, state=state)
        return replace(
            self.moves.plan(planned, model),
            remarks=tuple(self._consequences(planned, model, targets, signs)),
            refused=reasons or tuple(f"There is no version {version} of this model." for version in missing),
            typed=model.name if protected or unready else "",
            guard=guard,
            asks_why="must" if self.settings.reason_required else "may",
        )

    def _targets(self, planned: AliasPlan) -> list[ModelVersion]:
        """What is known of the versions that a move points to."""
        wanted = dict.fromkeys(step.to for step in planned.steps if step.to is not None)
        return [made for at in wanted if (made := self.health.version(planned.model, at)) is not None]

    def _consequences(
        self, planned: AliasPlan, model: RegisteredModel, targets: Sequence[ModelVersion], signs: Mapping[str, str]
    ) -> list[str]:
        """What is wrong with the versions that a move points to, and what it means for endpoints that serve it."""
        health = self.health
        findings = [finding for made in targets for finding in self.findings_of(model, made)]
        told = [f"{signs[one.severity]} {one.rule}: {one.sentence}" for one in findings if one.severity in signs]
        for step in planned.steps:
            judged = self._judged.get((planned.model, step.to or "", step.expected or ""), [])
            told += measures.lines(judged, "✓", signs.get("error", "✗"))
        at = health.served(model.name)
        steps = planned.steps if at else ()
        return told + [line for step in steps for line in move_consequences(step.alias, step.to, at, CHAMPION)]

    def findings_of(self, model: RegisteredModel, made: ModelVersion) -> tuple[Finding, ...]:
        """What is wrong with a version by itself, as far as what is known of it tells."""
        facts, run = self.health.facts(made.name, made.version), self.health.run(made.run_id)
        judged = Judged(
            model,
            {made.version: made},
            {made.run_id: run} if run is not None else {},
            {made.version: facts} if facts is not None else {},
        )
        return warnings_of_target(judged, made, self.health.settings.rules)

    def undo(self, name: str) -> tuple[Plan | None, RegisteredModel, str]:
        """What takes back the last change of a model that can be, the model, and a later one that nothing takes back.

        Aliases, tags, descriptions and names alike, from the ledger, so that it is known after a restart too; blocks.
        """
        model = self._registry.get_model(name)
        moved = self.moves.undo_plan(name, model)
        alias = self.moves.plan(moved, model) if moved is not None else None
        plans = [plan for plan in (alias, self.writes.undo(name)) if plan is not None]
        last = max(plans, key=lambda plan: plan.of or 0, default=None)
        return last, model, self.writes.last_that_stays(name)


# Moves of aliases that agents propose: kept beside the ledger, and confirmed or refused in the deck by a person.
#
# A file of JSON lines, appended to and never rewritten: a line for each proposal, and one for what became of it.


FILE = "proposals.jsonl"
MOST_OPEN = 50
"""Proposals of one registry that may wait: whoever makes more is to wait for a person first."""

_TEXTS = ("id", "place", "context", "model", "alias", "to", "why", "by")


@dataclass(frozen=True)
class Proposal:
    """An alias that is to point to version ``to``; it pointed to ``before`` (None: nowhere) when that was proposed."""

    id: str
    at_ms: int
    place: str  # the registry, as the ledger names it
    context: str
    model: str
    alias: str
    before: str | None
    to: str
    why: str
    by: str
    evidence: tuple[str, ...] = ()
    decided: str = ""  # "confirmed", "refused", "" while it waits


class Proposals:
    """The file in a folder. Every method raises Problem where it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE

    def read(self) -> list[Proposal]:
        """Every proposal, the oldest first; a line that is none is left out."""
        try:
            text = self.file.read_text(encoding="ascii")
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise self._problem("The proposals were not read", error) from None
        found: dict[str, Proposal] = {}
        for line in text.splitlines():
            try:
                said = json.loads(line)
                if "decided" in said:
                    found[said["id"]] = Proposal(**{**vars(found[said["id"]]), "decided": str(said["decided"])})
                else:
                    made = _proposal(said)
                    found[made.id] = made
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
        return list(found.values())

    def waiting(self, place: str, model: str = "") -> list[Proposal]:
        """Those of a registry, or of one model of it, that nobody has decided on."""
        return [one for one in self.read() if one.place == place and not one.decided and model in ("", one.model)]

    def propose(self, said: Proposal) -> Proposal:
        """Keep a proposal, under an id of its own; one that waits already in the same words is not made twice."""
        waiting = self.waiting(said.place)
        for one in waiting:
            if (one.model, one.alias, one.before, one.to) == (said.model, said.alias, said.before, said.to):
                return one
        if len(waiting) >= MOST_OPEN:
            words = f"{len(waiting)} proposals wait for a person already."
            raise Problem(Kind.BAD_REQUEST, "Nothing was proposed", words, "Decide on them in the deck first.")
        made = Proposal(**{**vars(said), "id": uuid.uuid4().hex[:12]})
        kept = {name: value for name, value in asdict(made).items() if name != "decided"}
        self._append(kept)
        return made

    def decide(self, proposal: Proposal, decided: str, at_ms: int) -> None:
        """Keep what became of a proposal."""
        self._append({"id": proposal.id, "decided": decided, "at_ms": at_ms})

    def _append(self, said: Mapping[str, Any]) -> None:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                os.write(handle, (json.dumps(said, ensure_ascii=True) + "\n").encode("ascii"))
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise self._problem("The proposals were not written", error) from None

    def _problem(self, title: str, error: Exception) -> Problem:
        reason = getattr(error, "strerror", None) or str(error)
        return Problem(Kind.STORE_UNREADABLE, title, f"{self.file}: {reason}.", "Free the disk, or mend its rights.")


def _proposal(said: Mapping[str, Any]) -> Proposal:
    texts = {name: str(said[name]) for name in _TEXTS}
    before, evidence, at_ms = said["before"], said["evidence"], said["at_ms"]
    if type(at_ms) is not int or not isinstance(evidence, list):
        raise ValueError("proposal")
    return Proposal(
        at_ms=at_ms,
        before=None if before is None else str(before),
        evidence=tuple(str(one) for one in evidence),
        **texts,
    )


# The registered models of many contexts beside each other: what each has as champion, and in what they differ.
#
# Each context is a store with a session and a process of its own; one that is down leaves the others.


PAGE = 200  # models asked for first; MLflow gives no more than a thousand at a time
MORE = 1000
MOST = 5000  # models of a context that are shown
AT_ONCE = 100  # models of which the champions are learnt in one go
FILES_OF = 24  # models of which files are read unasked, for their signatures


@dataclass
class Store:
    """One context and what has been read of it; models are by their key, which is the same in every context."""

    name: str
    session: Session | None = None
    problem: Problem | None = None  # why it could not be opened or read
    freshness: Freshness = field(default_factory=Freshness)
    models: dict[str, RegisteredModel] = field(default_factory=dict)
    read_ms: dict[str, int] = field(default_factory=dict)  # by key: when its champion was learnt
    complete: bool = False
    is_reading: bool = False

    def key_of(self, name: str) -> str:
        """A model's name without the catalog that the context works in: prod.ml.churn and dev.ml.churn are ml.churn."""
        catalog = self.session.launch.catalog if self.session is not None else None
        return name.removeprefix(f"{catalog}.") if catalog else name

    def champion(self, key: str) -> ModelVersion | None:
        """The version that a model's champion points to, where it is known."""
        model = self.models.get(key)
        at = model.aliases.get(CHAMPION) if model is not None else None
        if model is None or at is None or self.session is None:
            return None
        return self.session.desk.health.version(model.name, at) or ModelVersion(model.name, at)

    def state(self) -> str:
        """``prod 1000 models``, ``staging down: refused the connection``."""
        if self.problem is not None:
            shown = f", showing {len(self.models)} models from before" if self.models else ""
            return f"{clean(self.name)} down: {clean(self.problem.message)}{shown}"
        loaded = f"{len(self.models)} model{'' if len(self.models) == 1 else 's'}{'' if self.complete else ' so far'}"
        return f"{clean(self.name)} {loaded if self.session is not None else 'not opened'}"


@dataclass(frozen=True)
class StoreCell:
    """What one context says of one model. ``version`` is "" without a champion; ``findings`` are those of rules."""

    store: str
    name: str
    version: str
    holding: Holding
    made_ms: int | None
    metric: float | None
    better: str
    findings: int
    is_bad: bool
    serving: str
    run_id: str
    signature: object | None
    read_ms: int | None
    is_stale: bool


def learn(session: Session, models: Sequence[RegisteredModel], *, facts: bool = False) -> list[RegisteredModel]:
    """Read what is not known of these models; answers them whole. Blocks, and raises Problem."""
    brief = [model.name for model in models if not model.is_whole and not model.unread]
    whole = {model.name: model for model in session.registry.get_models(brief)} if brief else {}
    found = [whole.get(model.name, model) for model in models]
    session.desk.take_models(found)
    session.desk.health.gather(found, facts=facts)
    return found


def cell_of(store: Store, key: str, glyphs: Glyphs) -> StoreCell | None:
    """What a context says of a model; None where it has no such model, or has not been read."""
    model, session = store.models.get(key), store.session
    if model is None or session is None:
        return None
    health, made = session.desk.health, store.champion(key)
    measured = health.measured(made) if made is not None else None
    findings = health.findings(model)
    facts = health.facts(model.name, made.version) if made is not None else None
    served = served_cell(model, health.served(model.name), glyphs)[0] if health.served(model.name) else ""
    return StoreCell(
        store.name,
        model.name,
        made.version if made is not None else "",
        health.holding(model, CHAMPION),
        made.created_ms if made is not None else None,
        measured.value if measured is not None else None,
        health.better(measured.name) if measured is not None else "",
        len(findings),
        any(finding.severity == "error" for finding in findings),
        served,
        made.run_id if made is not None else "",
        facts.signature if facts is not None and not facts.unread else None,
        store.read_ms.get(key),
        store.problem is not None,
    )


def reference(stores: Iterable[Store]) -> str:
    """The context that the others are held against: the protected one, else one called prod, else the last read."""
    opened = [store for store in stores if store.session is not None]
    protected = [s.name for s in opened if s.session is not None and s.session.launch.protected]
    called = [store.name for store in opened if store.name.lower().startswith("prod")]
    return next(iter([*protected, *called, *(s.name for s in reversed(opened) if s.models or s.problem is None)]), "")


def drift(cells: Mapping[str, StoreCell | None], read: Iterable[str], against: str) -> list[str]:
    """In what contexts differ in a model, in words; ``read`` are those that are known whole.

    ``against`` is the context that the others are held against.
    """
    found: list[str] = []
    base = cells.get(against)
    whole = set(read)
    for name, cell in cells.items():
        if name == against or base is None:
            continue
        if base.version and name in whole and cell is None:
            found.append(f"champion of {against} absent in {name}: no such model there")
        elif base.version and cell is not None and not cell.version:
            found.append(f"champion of {against} absent in {name}")
        if cell is None or not cell.version or not base.version:
            continue
        if cell.version == base.version and cell.run_id and base.run_id and cell.run_id != base.run_id:
            found.append(f"v{cell.version} in {name} and in {against} are from other runs")
        if cell.signature is not None and base.signature is not None and cell.signature != base.signature:
            found.append(f"signature differs between {name} and {against}")
    if base is None and against in whole:
        found.append(f"not in {against}")
    return found
