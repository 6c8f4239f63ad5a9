"""Writes as the product makes them: planned by their kind, and carried out by the flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from tests.support.fakes import FrozenClock
from tui.domain.models.values import RegisteredModel
from tui.domain.writes import changes
from tui.domain.writes.changes import Plan
from tui.domain.writes.plans import AliasPlan
from tui.gateway.ports import RegistryPort
from tui.services.alias_moves import AliasMoves, Rules
from tui.services.clock import Clock
from tui.services.ledger import Entry, Ledger
from tui.services.serving_desk import ServingChanges, ServingDesk, ServingPlan, ServingWrites
from tui.services.write_flow import Found, Outcome, WriteFlow, WriteReport, WriteResult


class Mover:
    """One deck's moves in one registry: a desk with the flow over it."""

    def __init__(
        self,
        registry: RegistryPort,
        ledger: Ledger,
        *,
        place: str = "https://h",
        rules: Rules | None = None,
        read_only: bool = False,
        is_protected: Callable[[Sequence[str]], bool] = lambda _aliases: False,
        clock: Clock | None = None,
    ) -> None:
        clock = clock or FrozenClock()
        self.registry = registry
        self.ledger = ledger
        self.moves = AliasMoves(registry, ledger, place=place, rules=rules, is_protected=is_protected)
        self.flow = WriteFlow(ledger, clock, {"model alias": lambda: self.moves}, context="prod", read_only=read_only)

    def state(self, model: str) -> dict[str, str]:
        return self.moves.state(model)

    def entries(self, model: str | None = None) -> list[Entry]:
        return self.moves.entries(model)

    def undo_plan(self, model: str) -> AliasPlan | None:
        return self.moves.undo_plan(model)

    def settle(self, model: str) -> list[Entry]:
        return self.moves.settle_model(model)

    def carry_out(
        self, plan: AliasPlan | Plan, why: str = "", *, unrecorded_ok: bool = False, made_ms: int | None = None
    ) -> WriteResult:
        """What becomes of a plan; ``made_ms`` is when its model was made, as far as that is known."""
        if isinstance(plan, AliasPlan):
            plan = self.moves.plan(plan, RegisteredModel(plan.model, created_ms=made_ms))
        return self.flow.carry_out(replace(plan, why=why), unrecorded_ok=unrecorded_ok)

    def finishing(self, result: WriteResult) -> Plan:
        """What is left of a plan, as ``f`` on the panel shows it."""
        return self.flow.finishing(result)


def put_back(result: WriteResult) -> Plan | None:
    """What takes back the part that was done, as ``b`` on the panel shows it."""
    return result.taken_back if result.outcome is not Outcome.DONE else None


def aliases_found(result: WriteResult) -> dict[str, str | None]:
    """Where the aliases were when they were last read."""
    found = next((step.found for step in reversed(result.report.results) if step.found is not None), None)
    return {key.removeprefix(changes.ALIAS): value for key, value in found.fields.items()} if found is not None else {}


def moved(result: WriteResult) -> tuple[str, ...]:
    """The aliases that were moved."""
    return tuple(change.alias for change in result.done)


def carried_out(made: ServingChanges, plan: ServingPlan, *, read_only: bool = False) -> WriteReport[Found]:
    """What becomes of a change of what an endpoint serves."""
    kind = ServingWrites(made, cast(ServingDesk, None), lambda _aliases: False)  # the desk tells of aliases beforehand
    flow = WriteFlow(made.ledger, FrozenClock(), {"endpoint": lambda: kind}, context="sim", read_only=read_only)
    return flow.carry_out(kind.plan(plan)).report
