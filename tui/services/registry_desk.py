"""What the screens of registered models share in one context: evidence, moves, writes, and what was there at first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.domain.models import measures
from tui.domain.models.board import ModelNews
from tui.domain.models.measures import GateWanted, Judgement
from tui.domain.models.readiness import CHAMPION, Finding, Judged, warnings_of_target
from tui.domain.models.values import READY, ModelVersion, RegisteredModel
from tui.domain.serving import move_consequences
from tui.domain.writes import alias_plan
from tui.domain.writes.alias_plan import AliasPlan
from tui.domain.writes.changes import Plan
from tui.services.alias_moves import PROTECTED, AliasMoves, Rules, place_of
from tui.services.holders import Holders
from tui.services.model_health import ModelHealth
from tui.services.registry_writes import RegistryWrites
from tui.services.serving_desk import ServingDesk

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
            return [Judgement("rules", "no error", f"{len(found)} findings, no error" if found else "none", True)]
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
        reasons = (refused,) if refused else alias_plan.refusals(planned, state=state)
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
