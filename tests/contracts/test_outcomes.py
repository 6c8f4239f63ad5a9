"""What becomes of every write where the server or the line fails: what is told, what is on record, and what is so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.contracts.shop import full_shop
from tests.contracts.writes import ABOUT, BEST, FAILED_TRACE, NOTE, WRITES, Effect, WriteRow, never_answered
from tests.support.artifact_files import MODEL_ID
from tests.support.deck import World
from tests.support.fake_registry import cut_after, cut_before, forbidden
from tests.support.writing import OX
from tui.domain.serving import Endpoint, to_version, with_traffic
from tui.domain.writes import changes, plans
from tui.domain.writes.changes import Plan, ThingState
from tui.domain.writes.plans import AliasPlan, AliasStep
from tui.services.registry_writes import Promotion
from tui.services.serving_desk import ServingPlan
from tui.services.session import Session


def _run(session: Session) -> ThingState:
    return _there(session.housekeeping.run(OX))


def _experiment(session: Session) -> ThingState:
    return _there(session.housekeeping.experiment("1"))


def _model(session: Session) -> ThingState:
    return _there(session.desk.writes.model("churn"))


def _version(session: Session) -> ThingState:
    return _there(session.desk.writes.version("churn", "11"))


def _prompt(session: Session) -> ThingState:
    return session.prompt_desk.writes.some(["support_reply"])[0]


def _there(found: ThingState | None) -> ThingState:
    assert found is not None
    return found


def _moves(session: Session, *steps: tuple[str, str | None, str | None]) -> Plan:
    planned = AliasPlan("churn", tuple(AliasStep(alias, to, before) for alias, to, before in steps))
    return session.desk.moves.plan(planned, session.registry.get_model("churn"))


def _prompt_moves(session: Session, *steps: tuple[str, str | None, str | None]) -> Plan:
    planned = AliasPlan("support_reply", tuple(AliasStep(alias, to, before) for alias, to, before in steps))
    return session.prompt_desk.moves.plan(planned, session.prompts.get_model("support_reply"))


def _registered(session: Session, of: str) -> Plan:
    return session.desk.writes.registration(session.registry.registrable(of)[0], "ltv")


def _served(session: Session, wanted: Callable[[Endpoint], ServingPlan]) -> Plan:
    assert session.serving is not None
    return session.serving_writes.plan(wanted(session.serving.endpoint("churn-prod")))


def _at_12(endpoint: Endpoint) -> ServingPlan:
    before = endpoint.config.split
    return ServingPlan(endpoint.name, before, to_version(before, before[0].name, "12"))


def _halves(endpoint: Endpoint) -> ServingPlan:
    before = endpoint.config.split
    return ServingPlan(endpoint.name, before, with_traffic(before, {share.name: 50 for share in before}))


def _assessed(session: Session, line: str) -> Plan:
    said = plans.parsed(line, "ana")
    assert not isinstance(said, str)
    return plans.assessing(_traces(session), said)


def _traces(session: Session) -> Sequence[ThingState]:
    return session.trace_changes.states([FAILED_TRACE])


def _added(session: Session) -> Plan:
    to = session.evaluations.sets(["1"])[0]
    return plans.adding(session.trace_changes.states([FAILED_TRACE], to), to)


PLANS: dict[str, Callable[[Session], Plan]] = {
    "create an experiment": lambda _s: changes.creation("churn/nightly"),
    "rename an experiment": lambda s: changes.renaming(_experiment(s), "churn/weekly2"),
    "tag an experiment": lambda s: changes.tagging([_experiment(s)], {"tier": "gold"}),
    "note of an experiment": lambda s: changes.noting(_experiment(s), f"New. {NOTE}"),
    "delete an experiment": lambda s: s.housekeeping.deletion_of_experiments(["1"]),
    "rename a run": lambda s: changes.renaming(_run(s), "gallant-ox-123"),
    "tag a run": lambda s: changes.tagging([_run(s)], {"tier": "gold"}),
    "note of a run": lambda s: changes.noting(_run(s), f"New. {BEST}"),
    "delete a run": lambda s: s.housekeeping.deletion_of_runs([OX], []),
    "register a model of a run": lambda s: _registered(s, OX),
    "register a logged model": lambda s: _registered(s, MODEL_ID),
    "create a model": lambda s: s.desk.writes.creation("uplift"),
    "rename a model": lambda s: changes.renaming(_model(s), "churn2"),
    "tag a model": lambda s: changes.tagging([_model(s)], {"owner": "ml"}),
    "describe a model": lambda s: changes.noting(_model(s), "New. Who leaves within **30 days**."),
    "delete a model": lambda s: s.desk.writes.deletion_of_models(["churn"]),
    "tag a version": lambda s: changes.tagging([_version(s)], {"approved_by": "ana"}),
    "describe a version": lambda s: changes.noting(_version(s), "New. "),
    "delete a version": lambda s: s.desk.writes.deletion_of_versions("churn", ["11"]),
    "copy a version": lambda s: s.desk.writes.copy(s.registry.get_version("churn", "11"), "ltv"),
    "promote a version": lambda s: s.promotions.plan(
        s.registry.get_version("churn", "11"), Promotion("fraud_score", "champion", "fraud-scoring")
    ),
    "promote to another context": lambda s: s.promotions.plan(
        s.registry.get_version("churn", "12"), Promotion("dev.churn", "champion")
    ),
    "move an alias": lambda s: _moves(s, ("champion", "11", "12")),
    "move several aliases": lambda s: _moves(s, ("champion", "14", "12"), ("old-prod", "10", "11")),
    "swap aliases": lambda s: _moves(s, ("champion", "14", "12"), ("challenger", "12", "14")),
    "take an alias away": lambda s: _moves(s, ("old-prod", None, "11")),
    "serve an alias": lambda s: _served(s, _at_12),
    "split the traffic": lambda s: _served(s, _halves),
    "tag a prompt": lambda s: changes.tagging([_prompt(s)], {"tier": "gold"}),
    "describe a prompt": lambda s: changes.noting(_prompt(s), f"New. {ABOUT}"),
    "tag a prompt's version": lambda s: changes.tagging(
        s.prompt_desk.writes.versions("support_reply", ["3"]), {"checked": "yes"}
    ),
    "move a prompt's alias": lambda s: _prompt_moves(s, ("production", "3", "2")),
    "move several aliases of a prompt": lambda s: _prompt_moves(s, ("production", "3", "2"), ("blue", "1", None)),
    "take a prompt's alias away": lambda s: _prompt_moves(s, ("staging", None, "3")),
    "assess a trace": lambda s: _assessed(s, "tone = 4 # kind"),
    "overwrite an assessment": lambda s: _assessed(s, "correctness = true # it was read again"),
    "delete an assessment": lambda s: plans.unassessing(_traces(s), "correctness"),
    "tag a trace": lambda s: changes.tagging(_traces(s), {"seen": "yes"}),
    "add a trace to a dataset": _added,
}
"""How each write is planned, by its row's name; rows of other pages make the same plans."""

SAME = ("on its page", "on a version's page", "on a model's page", "among the files", "alias back", "an incident")


def _arrived_late(effect: Effect) -> None:
    effect()
    never_answered(effect)


FAULTS: dict[str, tuple[Callable[[Effect], None], str, bool]] = {
    "refused": (forbidden, "refused", False),
    "cut before": (cut_before, "not done", False),
    "cut after": (cut_after, "done", True),
    "never answered": (never_answered, "unknown", False),
    "never answered, and done": (_arrived_late, "done", True),
}
"""What happens to the first request of a write, what is told of it then, and whether it is so."""


def test_every_write_is_planned_here() -> None:
    assert PLANS.keys() == {row.name for row in WRITES if not row.name.endswith(SAME)}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("row", [row for row in WRITES if row.name in PLANS], ids=str)
def test_what_is_told_and_recorded_is_what_is_so(tmp_path: Path, row: WriteRow, fault: str) -> None:
    world, session = _opened(tmp_path)
    trouble, told_as, is_so = FAULTS[fault]
    plan = PLANS[row.name](session)
    assert row.holds(world) == row.before
    row.fails(world, trouble)
    told = session.flow.carry_out(plan)
    assert told.outcome.value == told_as
    assert row.holds(world) == (row.after if is_so else row.before)
    assert [entry.outcome for entry in world.ledger.read().entries] == [told_as]
    assert (told.report.problem is None) is is_so, "what went wrong is said, unless nothing did"
    left = {result.outcome.value for _, result in told.rows[1:]}
    assert left <= ({"done"} if is_so else {"skipped"}), "after what was not done nothing else is tried"


@pytest.mark.parametrize("row", [row for row in WRITES if row.name in PLANS], ids=str)
def test_what_somebody_else_changed_is_left_as_it_is(tmp_path: Path, row: WriteRow) -> None:
    world, session = _opened(tmp_path)
    plan = PLANS[row.name](session)
    row.crossed(world)
    theirs, sent = row.holds(world), row.written(world)
    told = session.flow.carry_out(plan)
    assert told.outcome.value == "conflict" and row.holds(world) == theirs and row.written(world) == sent
    assert [entry.outcome for entry in world.ledger.read().entries] == ["conflict"]


def _opened(folder: Path) -> tuple[World, Session]:
    world = full_shop(folder)
    return world, world.session(world.launched())
