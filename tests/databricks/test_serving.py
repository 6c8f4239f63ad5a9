"""Serving endpoints through the gateway and on the screen, and changes of them under guard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.driver import Deck, drive
from tests.support.fakes import FrozenClock
from tests.support.flows import carried_out
from tui.app.application import DeckApp
from tui.config.launch import Launch, Options, resolve
from tui.config.model import Settings
from tui.demo.simulated.server import NOW_MS, served
from tui.demo.simulated.server import config as config_of
from tui.demo.simulated.state import Update as Coming
from tui.demo.simulated.state import Workspace
from tui.domain.problem import Kind, Problem
from tui.domain.serving import Share, Update, to_version
from tui.domain.serving_rows import Listed, searched
from tui.features.serving.screen import ServingScreen
from tui.gateway.databricks.sdk import Sdk
from tui.gateway.databricks.serving import SdkServing
from tui.gateway.session import Connection
from tui.services.ledger import Ledger
from tui.services.serving_desk import BEGUN, UNDO, ServingChanges, ServingPlan
from tui.services.session import Session, open_session
from tui.services.write_flow import Outcome

CHURN = "prod.ml.churn"


@pytest.fixture
def serving(session: Connection) -> SdkServing:
    return SdkServing(Sdk(session))


@pytest.fixture
def changes(serving: SdkServing, tmp_path: Path) -> ServingChanges:
    ledger = Ledger(tmp_path / "ledger.jsonl", FrozenClock(), "ana@box")
    return ServingChanges(serving, ledger, context="sim", place="here", read_only=False)


def plan_to(serving: SdkServing, version: str) -> ServingPlan:
    before = serving.endpoint("churn-prod").config.split
    return ServingPlan("churn-prod", before, to_version(before, before[0].name, version))


def test_endpoints_and_what_they_serve(serving: SdkServing) -> None:
    listed = {endpoint.name: endpoint for endpoint in serving.endpoints()}
    assert listed["churn-prod"].config.entities[0].traffic is None and not listed["churn-prod"].is_whole
    live = serving.endpoint("churn-prod")
    assert live.config.split == (Share("churn-11", CHURN, "11", 90), Share("churn-10", CHURN, "10", 10))
    assert [e.workload for e in live.config.entities] == ["Small CPU", "Small CPU, to zero"]
    assert (live.state, live.may_manage) == ("ready", True)
    kinds = {name: found.config.entities[0] for name, found in listed.items() if found.config.entities}
    assert (kinds["llm-gateway"].kind, kinds["llm-gateway"].entity) == ("external", "openai/gpt-4.1")
    assert (kinds["databricks-llama-4"].kind, kinds["customer-features"].kind) == ("foundation", "features")
    assert {name: found.kind for name, found in listed.items() if found.kind != "model"} == {
        "helpdesk-agent": "agent",
        "mas-4f1c2a7e-endpoint": "agent",
        "llm-gateway": "external",
        "databricks-gte-large": "foundation",
        "databricks-llama-4": "foundation",
        "customer-features": "features",
    }
    assert {found.kind_words for found in listed.values()} == {
        "model",
        "agent",
        "agent, multi agent supervisor",
        "external model",
        "paid by the token",
        "feature function",
    }
    assert searched(Listed(listed["customer-features"])).count("feature function") == 1, "it is found by that, too"
    assert listed["databricks-llama-4"].creator == "" and "paid by the token" in listed["databricks-llama-4"].fixed
    assert listed["scores-night"].state == "stopped"
    night = serving.endpoint("scores-night")
    assert night.config.entities[0].workload == "CPU 4–32 at once, to zero"
    coming = serving.endpoint("llama-batch")
    assert coming.is_first_coming and "being made just now" in coming.fixed
    assert coming.pending is not None and "0–19000 tokens/s" in coming.pending.entities[0].workload
    failed = serving.endpoint("fraud-scoring")
    assert failed.update is Update.FAILED and "catboost" in failed.failures[0] and not failed.may_manage
    pending = serving.endpoint("churn-canary")
    assert pending.pending is not None and pending.pending.entities[0].version == "13"
    assert "Loaded version 11" in serving.server_log("churn-prod", "churn-11")
    assert "ERROR" in serving.build_log("fraud-scoring", "fraud-cards-3")
    assert [e.name for e in serving.details(["gone", "churn-prod"])] == ["churn-prod"]


def test_a_change_is_begun_followed_recorded_and_undone(changes: ServingChanges, serving: SdkServing) -> None:
    plan = plan_to(serving, "12")
    report = carried_out(changes, plan)
    assert report.outcome is Outcome.DONE
    while changes.settle(report.number, plan)[0] is None:
        assert changes.entries("churn-prod")[-1].outcome == BEGUN, "taken on is not done"
        assert changes.begun() == {"churn-prod": (report.number, plan)}
    assert changes.begun() == {}
    now = serving.endpoint("churn-prod")
    assert now.config.split == plan.after and changes.entries("churn-prod")[-1].outcome == "done"
    assert [e.workload for e in now.config.entities] == ["Small CPU", "Small CPU, to zero"]
    undo = changes.undo_plan("churn-prod")
    assert undo is not None and (undo.purpose, undo.before, undo.after) == (UNDO, plan.after, plan.before)
    report = carried_out(changes, undo)
    assert report.outcome is Outcome.DONE
    while changes.settle(report.number, undo)[0] is None:
        pass
    assert changes.undo_plan("churn-prod") is None


def test_a_change_that_does_not_come_up(changes: ServingChanges, serving: SdkServing) -> None:
    plan = plan_to(serving, "14")
    report = carried_out(changes, plan)
    while (told := changes.settle(report.number, plan))[0] is None:
        pass
    outcome, now = told
    assert outcome is Outcome.NOT_DONE and changes.entries("churn-prod")[-1].outcome == "not done"
    assert "lightgbm" in now.failures[0] and now.config.split == plan.before
    assert changes.undo_plan("churn-prod") is None


def test_nothing_is_changed_where_the_endpoint_moved_meanwhile(
    changes: ServingChanges, serving: SdkServing, workspace: Workspace
) -> None:
    plan = plan_to(serving, "12")
    workspace.endpoints["churn-prod"].config["traffic_config"]["routes"][0]["traffic_percentage"] = 80
    workspace.endpoints["churn-prod"].config["traffic_config"]["routes"][1]["traffic_percentage"] = 20
    assert carried_out(changes, plan).outcome is Outcome.CONFLICT
    with pytest.raises(Problem, match="something else by now"):
        serving.change("churn-prod", plan.before, plan.after)
    assert workspace.asked("/api/2.0/serving-endpoints/churn-prod/config", "PUT") == 0


def test_a_write_is_sent_once(changes: ServingChanges, serving: SdkServing, workspace: Workspace) -> None:
    plan = plan_to(serving, "12")
    path = "/api/2.0/serving-endpoints/churn-prod/config"
    workspace.fail(path, 429, "REQUEST_LIMIT_EXCEEDED", "Slow down.", times=9, Retry_After="1")
    report = carried_out(changes, plan)
    assert workspace.asked(path, "PUT") == 1
    assert report.outcome is Outcome.NOT_DONE and report.problem is not None
    assert report.problem.kind is Kind.THROTTLED and "wait 1 s" in report.problem.hint


def test_who_may_not(changes: ServingChanges, serving: SdkServing, workspace: Workspace, tmp_path: Path) -> None:
    refused = changes.refusal(serving.endpoint("fraud-scoring"))
    assert refused is not None and "needs CAN MANAGE on the endpoint fraud-scoring; you have CAN VIEW" in str(refused)
    busy = changes.refusal(serving.endpoint("churn-canary"))
    assert busy is not None and "being updated" in busy.message
    ledger = Ledger(tmp_path / "other.jsonl", FrozenClock(), "ana@box")
    bound = ServingChanges(serving, ledger, context="sim", place="here", read_only=True)
    with pytest.raises(Problem, match="read-only"):
        carried_out(bound, plan_to(serving, "12"), read_only=True)
    assert workspace.asked("/api/2.0/serving-endpoints/churn-prod/config", "PUT") == 0


# on the screen


@pytest.fixture
def launch(profile: str, tmp_path: Path) -> Launch:
    return resolve(Options(profile=profile), {}, tmp_path, Settings(cache=False, requests_a_second=1000))


@pytest.fixture
def opened(launch: Launch) -> Iterator[Session]:
    session = open_session(launch, None, FrozenClock(NOW_MS))
    yield session
    session.close()


async def to_serving(deck: Deck[int]) -> None:
    app = deck.app
    assert isinstance(app, DeckApp)
    await deck.until(lambda: app.begun and app.page is not None, "the context is open")
    await deck.press("3")
    await deck.until_text("1 off its alias")
    await deck.until_text("churn v11 90%")


def app_on(session: Session) -> DeckApp:
    return DeckApp(session.launch, lambda _launch: session, environment={}, folder=Path())


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screen(opened: Session, size: tuple[int, int], picture: object) -> None:
    async with drive(app_on(opened), size) as deck:
        await to_serving(deck)
        await deck.press("down", "down")
        await deck.until(lambda: "churn-prod" in deck.lines()[0], "the cursor is on it")
        await deck.until(lambda: not opened.log.in_flight, "nothing is being asked")
        await deck.until(lambda: "request" not in deck.lines()[-1], "the bottom line says so")
        await deck.settle()
        picture(deck)  # type: ignore[operator]  # a fixture


async def test_the_list_is_arranged_as_every_list(opened: Session) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_serving(deck)
        await deck.press("l", "l", "l", "l", "s")
        await deck.until_text("changed ↓")
        await deck.until(lambda: "llama-batch" in deck.lines()[3], "the last changed is the first")
        await deck.press("left_curly_bracket")
        await deck.until(lambda: deck.lines()[2].index("changed") < deck.lines()[2].index("alias"), "it has moved")
        await deck.press("greater_than_sign")
        screen = deck.app.screen
        assert isinstance(screen, ServingScreen)
        kept = screen.endpoints.arrangement
        assert kept.sort == (("changed", True),) and kept.widths["changed"] == 11
        await deck.until(lambda: screen.endpoints.memory.recall("endpoints") == kept, "it is remembered")


async def test_serving_the_version_of_an_alias_by_keys(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_serving(deck)
        await deck.press("down", "down")
        await deck.until_text("champion is v12, churn-prod serves v11 90%, v10 10%")
        await deck.press("a")
        await deck.until_text("Serve prod.ml.churn at")
        await deck.press("enter")
        await deck.until_text("v11 → v12")
        await deck.press("enter")
        await deck.until_text("enter does it")
        assert workspace.asked("/api/2.0/serving-endpoints/churn-prod/config", "PUT") == 0, "it is only armed"
        await deck.press("enter")
        await deck.until_text("churn-prod serves churn v12 90%, churn v10 10% now")
        await deck.until(lambda: "off its alias" not in deck.text(), "nothing drifts any more")
        await deck.press("L")
        await deck.until_text("build log")
        await deck.press("down", "enter")
        await deck.until_text("Pushed the image")
        await deck.press("escape", "u")
        await deck.until_text("This takes back ledger #1.")
        await deck.press("escape", "j", "j", "a")
        await deck.until_text("needs CAN MANAGE on the endpoint fraud-scoring")
    assert workspace.endpoints["churn-prod"].config["served_entities"][0]["entity_version"] == "12"


async def test_a_context_without_serving_has_no_such_screen(tmp_path: Path) -> None:
    from tests.support.deck import shop

    async with shop(tmp_path).open() as deck:
        await deck.press("3")
        await deck.until_text("Serving endpoints are on Databricks, and this context is not")
        assert "serving" not in "".join(deck.lines()[:-1]).lower()


def test_what_is_not_changed_stays_as_somebody_else_has_set_it(
    changes: ServingChanges, serving: SdkServing, workspace: Workspace
) -> None:
    plan = plan_to(serving, "12")
    config = workspace.endpoints["churn-prod"].config
    config["served_entities"][0] |= {"workload_size": "Large", "environment_vars": {"KEY": "{{secrets/s/k}}"}}
    config["auto_capture_config"] = {"catalog_name": "prod", "schema_name": "logs", "enabled": True}
    config["config_version"] = 8  # the same is served, by another config than was shown
    assert carried_out(changes, plan).outcome is Outcome.DONE
    update = workspace.endpoints["churn-prod"].update
    assert update is not None
    first = update.config["served_entities"][0]
    assert (first["entity_version"], first["workload_size"]) == ("12", "Large")
    assert first["environment_vars"] == {"KEY": "{{secrets/s/k}}"}
    assert update.config["auto_capture_config"]["schema_name"] == "logs"


async def test_what_goes_wrong_with_a_change_is_said_where_it_was_asked_for(
    opened: Session, workspace: Workspace
) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_serving(deck)
        await deck.press("down", "down", "t")
        await deck.until_text("Split the traffic of churn-prod")
        await deck.press("ctrl+u")
        await deck.type("50 40")
        await deck.press("enter")
        await deck.until_text("The shares make 90, not 100.")
        await deck.press("ctrl+u")
        await deck.type("50 50")
        await deck.press("enter")
        await deck.until_text("90% → 50%")
        endpoint = workspace.endpoints["churn-prod"]
        coming = config_of([served(CHURN, 13)], 100, version=8)
        with workspace.lock:
            endpoint.update = Coming(coming, 99, NOW_MS)
        await deck.press("enter", "enter")
        await deck.until_text("somebody else is changing it just now, to churn v13 100%")
    assert workspace.asked("/api/2.0/serving-endpoints/churn-prod/config", "PUT") == 0


def test_what_no_library_knows_goes_along_and_comes_back(
    changes: ServingChanges, serving: SdkServing, workspace: Workspace
) -> None:
    config = workspace.endpoints["churn-prod"].config
    config["served_entities"][0] |= {"workload_type": "GPU_OF_TOMORROW", "warmth": {"at_least": [1, None]}}
    config["traffic_config"]["routes"][0]["sticky"] = True
    config["mirror"] = {"to": "elsewhere"}
    plan = plan_to(serving, "12")
    carried = changes.carried(plan)
    assert not carried.refusals and "burst scaling" in carried.differences[-1]
    report = carried_out(changes, plan)
    while changes.settle(report.number, plan)[0] is None:
        pass
    undo = changes.undo_plan("churn-prod")
    assert undo is not None and carried_out(changes, undo).outcome is Outcome.DONE
    for version in ("12", "11"):
        now = workspace.endpoints["churn-prod"].config if version == "12" else None
        if now is None:
            update = workspace.endpoints["churn-prod"].update
            assert update is not None
            now = update.config
        first = now["served_entities"][0]
        assert (first["entity_version"], first["workload_type"]) == (version, "GPU_OF_TOMORROW")
        assert first["warmth"] == {"at_least": [1, None]} and now["mirror"] == {"to": "elsewhere"}
        assert now["traffic_config"]["routes"][0]["sticky"] is True
    assert all("not taken" not in entry.result for entry in changes.entries("churn-prod"))


def test_a_key_in_plain_text_is_not_lost(changes: ServingChanges, serving: SdkServing, workspace: Workspace) -> None:
    endpoint = workspace.endpoints["llm-gateway"]
    endpoint.permission = "CAN_MANAGE"
    external = endpoint.config["served_entities"][0]["external_model"]
    external["openai_config"] = {"openai_api_key_plaintext": "t0p-s3cret"}
    before = serving.endpoint("llm-gateway").config.split
    half = (before[0], Share("gpt-b", "openai/gpt-4.1", "", 0))
    carried = changes.carried(ServingPlan("llm-gateway", before, half))
    assert "plain text" in carried.refusals[0]
    with pytest.raises(Problem, match="plain text"):
        serving.change("llm-gateway", before, half)
    assert workspace.asked("/api/2.0/serving-endpoints/llm-gateway/config", "PUT") == 0


def test_what_is_not_for_people_to_change(changes: ServingChanges, serving: SdkServing) -> None:
    for name in ("databricks-llama-4", "mas-4f1c2a7e-endpoint", "llama-batch"):
        refused = changes.refusal(serving.endpoint(name))
        assert refused is not None and name in refused.message


async def test_models_paid_by_the_token_are_a_group_behind_one_row(opened: Session, workspace: Workspace) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_serving(deck)
        await deck.until_text("▸ 2 paid by the token")
        assert "databricks-llama-4" not in deck.text()
        assert workspace.asked("/api/2.0/serving-endpoints/databricks-llama-4") == 0, "what is folded is not read"
        await deck.press("slash")
        await deck.type("llama-4")
        await deck.press("enter")
        await deck.until_text("databricks-llama-4")
        await deck.press("escape", "f")
        await deck.until_text("▾ 2 paid by the token")
        await deck.press("l", "s")
        await deck.until_text("state ↑")
        names = keys_shown(deck)
        assert names[-3:] == ["paid by the token", "databricks-gte-large", "databricks-llama-4"], "last however sorted"
        await deck.press("G", "a")
        await deck.until_text("there is nothing to change")
        await deck.press("k", "k", "enter")
        await deck.until_text("▸ 2 paid by the token")
    assert workspace.asked("/api/2.0/serving-endpoints/databricks-llama-4/config", "PUT") == 0


def keys_shown(deck: Deck[int]) -> list[str]:
    """The endpoints of the list, in its order."""
    screen = deck.app.screen
    assert isinstance(screen, ServingScreen)
    table = screen.endpoints.grid.table
    assert table is not None
    return [table.row_key(number) for number in range(table.row_count)]
