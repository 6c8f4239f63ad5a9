"""Prompts of a real MLflow: what is read of them, and each write, on SQLite and on a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mlflow
import pytest

from tests.gateway.conftest import open_session
from tests.support import servers, stores
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import template_of
from tui.gateway import dispatch
from tui.gateway.ports import PromptsPort
from tui.host.host import RemoteGateway

HELLO = "Answer {{ name }} kindly: {{ question }}"


@dataclass
class Shop:
    """Prompts through the gateway, own readers first, and MLflow's own client for the same place."""

    prompts: PromptsPort
    registry: Any
    client: Any
    run: str
    trace: str


@pytest.fixture(scope="module", params=["sqlite", "server"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("prompts")
    store = stores.make_store(folder)
    if request.param == "sqlite":
        yield _made(store.uri)
        return
    with servers.mlflow_server(store.uri, folder / "artifacts") as address:
        yield _made(address)


def _made(uri: str) -> Shop:
    session = open_session(uri)
    client = session.client()
    client.register_prompt("hello", HELLO, "First", {"by": "ana"})
    client.register_prompt(
        "hello",
        [{"role": "system", "content": "You are {{ role }}."}, {"role": "user", "content": "{{ question }}"}],
        "As a chat",
        model_config={"model_name": "gpt-5-mini", "temperature": 0.2},
        response_format={"type": "object", "title": "Answer"},
    )
    client.register_prompt("spare", "Nothing in it", "Spare")
    client.create_registered_model("model")
    client.set_prompt_alias("hello", "production", 1)
    experiment = client.create_experiment("uses")
    run = client.create_run(experiment, run_name="asks").info.run_id
    client.link_prompt_version_to_run(run, "prompts:/hello/1")
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_span("answer") as span:
        mlflow.genai.load_prompt("prompts:/hello@production")
        span.set_outputs("well")
    mlflow.flush_trace_async_logging()
    ask = dispatch.operations(session)

    def call(op: str, *args: Any, **kwargs: Any) -> Any:
        return ask[op](*args, **kwargs)

    ports: Any = RemoteGateway(call)
    return Shop(ports.prompts, ports.registry, client, run, span.trace_id)


def test_the_list_has_prompts_with_their_aliases_and_what_the_newest_says(shop: Shop) -> None:
    page = shop.prompts.search_models()
    assert [prompt.name for prompt in page.models] == ["hello", "spare"] and page.next_token is None
    hello = page.models[0]
    assert hello.is_prompt and hello.aliases["production"] == "1" and hello.created_ms
    assert hello.newest is not None and hello.newest.version == "2"
    assert template_of(hello.newest).variables == ("role", "question")
    first = shop.prompts.search_models(max_results=1)
    assert [p.name for p in first.models] == ["hello"] and first.next_token
    assert [p.name for p in shop.prompts.search_models(token=first.next_token).models] == ["spare"]
    assert "hello" not in {model.name for model in shop.registry.search_models().models}


def test_versions_say_text_settings_and_the_format_of_answers(shop: Shop) -> None:
    page = shop.prompts.search_versions("hello")
    assert [made.version for made in page.versions] == ["2", "1"]
    chat, text = map(template_of, page.versions)
    assert text.text == HELLO and not text.is_chat and text.settings is None
    assert chat.is_chat and [said.role for said in chat.messages] == ["system", "user"]
    assert chat.settings == {"model_name": "gpt-5-mini", "temperature": "0.2"} and '"Answer"' in chat.response_format
    assert page.versions[1].description == "First" and page.versions[1].tags["by"] == "ana"
    found = shop.prompts.get_versions([("hello", "1"), ("hello", "9"), ("none", "1"), ("model", "1"), ("hello", "x")])
    assert set(found) == {("hello", "1")}


def test_what_is_no_prompt_is_not_there(shop: Shop) -> None:
    asked: list[Callable[[], object]] = [
        lambda: shop.prompts.get_model("model"),
        lambda: shop.prompts.get_model("no such"),
        lambda: shop.prompts.get_model("o'brien"),
        lambda: shop.prompts.search_versions("model"),
    ]
    for ask in asked:
        with pytest.raises(Problem) as caught:
            ask()
        assert caught.value.kind is Kind.NOT_FOUND


def test_who_used_a_version(shop: Shop) -> None:
    uses = shop.prompts.uses("hello", "1")
    assert {(use.kind, use.id) for use in uses.found} == {("run", shop.run), ("trace", shop.trace)}
    assert {use.name for use in uses.found} == {"asks", "answer"} and not uses.more and not uses.unread
    assert shop.prompts.uses("hello", "2").found == ()
    assert shop.prompts.recent_uses("hello", ["1", "2"], 0) == {"1": 1, "2": 0}
    assert shop.prompts.recent_uses("hello", ["1"], 9_000_000_000_000) == {"1": 0}


def test_aliases_tags_and_descriptions_are_written(shop: Shop) -> None:
    prompts = shop.prompts
    prompts.set_alias("spare", "production", "1")
    prompts.set_alias("spare", "blue", "1")
    assert prompts.aliases_at("spare", ("production", "blue", "none")) == {"production": "1", "blue": "1"}
    prompts.delete_alias("spare", "blue")
    prompts.delete_alias("spare", "blue")  # MLflow takes that without a word
    assert dict(prompts.get_model("spare").aliases) == {"production": "1"}
    with pytest.raises(Problem):
        prompts.set_alias("spare", "production", "7")
    prompts.describe_model("spare", "What is left.")
    prompts.tag_model("spare", "team", "care")
    prompts.tag_version("spare", "1", "checked", "yes")
    spare = prompts.get_model("spare")
    assert spare.description == "What is left." and spare.tags["team"] == "care" and spare.is_prompt
    assert prompts.get_versions([("spare", "1")])["spare", "1"].tags["checked"] == "yes"
    prompts.tag_model("spare", "team", None)
    prompts.tag_version("spare", "1", "checked", None)
    assert "team" not in prompts.get_model("spare").tags
    assert "checked" not in prompts.get_versions([("spare", "1")])["spare", "1"].tags
