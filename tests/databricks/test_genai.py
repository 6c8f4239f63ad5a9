"""Prompts of Unity Catalog and traces in its tables, read and written by MLflow's client on a simulated workspace."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tui.demo.simulated.state import Workspace
from tui.domain.capabilities import expected
from tui.domain.models.values import RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import template_of
from tui.gateway.prompts import ClientPrompts
from tui.gateway.session import Connection
from tui.gateway.traces import ClientTraces

REPLY, TRIAGE = "prod.ml.support_reply", "dev.ml.triage"


def _all(prompts: ClientPrompts, filter_string: str = "") -> dict[str, RegisteredModel]:
    found: dict[str, RegisteredModel] = {}
    token = None
    while True:
        page = prompts.search_models(filter_string=filter_string, token=token)
        found |= {prompt.name: prompt for prompt in page.models}
        token = page.next_token
        if token is None:
            return found


def test_prompts_of_every_schema_come_with_aliases_and_their_newest_version(session: Connection) -> None:
    prompts = ClientPrompts(session)
    found = _all(prompts)
    assert sorted(found) == [TRIAGE, REPLY]
    reply = prompts.get_model(REPLY)
    assert found[REPLY] == reply and reply.aliases == {"production": "1"} and reply.is_prompt
    assert reply.newest is not None and reply.newest.version == "2" and reply.tags["owner"] == "ada"
    assert list(_all(prompts, "name LIKE 'prod.ml.%'")) == [REPLY] == list(_all(prompts, f"name = '{REPLY}'"))
    assert prompts.aliases_at(REPLY, ["production", "gone"]) == {"production": "1"}
    with pytest.raises(Problem) as gone:
        prompts.get_model("prod.ml.gone")
    assert gone.value.kind is Kind.NOT_FOUND


def test_versions_say_text_or_chat_newest_first(session: Connection) -> None:
    prompts = ClientPrompts(session)
    versions = prompts.search_versions(REPLY).versions
    assert [(made.version, made.description) for made in versions] == [("2", "Version 2"), ("1", "Version 1")]
    assert template_of(versions[0]).variables == ("name", "language", "question")
    chat = template_of(prompts.get_versions([(TRIAGE, "1"), (TRIAGE, "9")])[TRIAGE, "1"])
    assert chat.is_chat and [said.role for said in chat.messages] == ["system", "user"]


def test_aliases_and_tags_are_written_and_what_the_client_lacks_is_said(
    session: Connection, workspace: Workspace
) -> None:
    prompts = ClientPrompts(session)
    prompts.set_alias(TRIAGE, "production", "1")
    prompts.tag_model(TRIAGE, "team", "support")
    prompts.tag_version(TRIAGE, "1", "checked", "yes")
    made = workspace.prompts[TRIAGE]
    assert (made.aliases, made.tags, made.versions[1].tags) == (
        {"production": 1}, {"team": "support"}, {"checked": "yes"},
    )  # fmt: skip
    prompts.delete_alias(TRIAGE, "production")
    prompts.tag_model(TRIAGE, "team", None)
    prompts.tag_version(TRIAGE, "1", "checked", None)
    assert (made.aliases, made.tags, made.versions[1].tags) == ({}, {}, {})
    with pytest.raises(Problem, match="cannot describe a prompt") as refused:
        prompts.describe_model(TRIAGE, "New")
    assert refused.value.kind is Kind.UNSUPPORTED


def test_what_one_may_not_see_is_left_out(session: Connection, workspace: Workspace) -> None:
    workspace.fail("/api/2.0/mlflow/unity-catalog/prompts/search", 403, "PERMISSION_DENIED", "no", times=1)
    assert len(_all(ClientPrompts(session))) < 3
    assert expected(session.tracking_uri, session.registry_uri or "").prompts


def test_the_workspaces_own_registry_keeps_none(session_on: Callable[..., Connection], profile: str) -> None:
    with pytest.raises(Problem, match="keeps no prompts"):
        ClientPrompts(session_on(f"databricks://{profile}")).search_models()


def test_traces_in_tables_are_read_through_the_warehouse_that_was_chosen(
    session: Connection, workspace: Workspace
) -> None:
    traces = ClientTraces(session)
    assert {(one.id, one.sleeps) for one in traces.warehouses()} == {("w-small", True), ("w-shared", False)}
    page = traces.search(["prod.agents"], max_results=30, warehouse="w-shared")
    rest = traces.search(["prod.agents"], max_results=30, token=page.next_token, warehouse="w-shared")
    assert (len(page.infos), len(rest.infos), rest.next_token) == (30, 10, None)
    assert workspace.warehouses["w-small"] == "STOPPED"
    first = page.infos[3]
    assert first.id == "trace:/prod.agents/" + f"{4:032x}" and first.state == "ERROR" and first.session == "s-0"
    whole = traces.trace(first.id, location=first.spans_location, warehouse="w-small")
    assert [span.name for span in whole.spans] == ["agent.run", "tool:find_order"]
    assert workspace.warehouses["w-small"] == "RUNNING"
