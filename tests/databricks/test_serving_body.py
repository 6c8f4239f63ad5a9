"""A change of what an endpoint serves loses nothing of its config: what went in comes out, known here or not."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.serving import Share, Split, to_version, with_traffic
from tui.gateway.databricks import serving

Json = dict[str, Any]

_TOLD = {
    "state": {"deployment": "DEPLOYMENT_READY", "deployment_state_message": ""},
    "creator": "ada@example.com",
    "creation_timestamp": 1,
    "type": "UC_MODEL",
}
_SPOKEN_FOR = {
    *_TOLD,
    *("name", "entity_name", "entity_version", "model_name", "model_version", "min_dbus", "max_dbus"),
    *("creator_display_name", "creator_kind", "foundation_model", "external_model"),
    *("workload_size", "max_provisioned_concurrency"),
    *("served_entities", "served_models", "traffic_config", "config_version", "start_time"),
    *("auto_capture_config", "routes", "served_model_name", "served_entity_name", "traffic_percentage"),
}
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=8)
    | st.floats(allow_nan=False, width=32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=6), inner, max_size=3),
    max_leaves=6,
).filter(lambda value: "***" not in str(value) and "redacted" not in str(value).lower())
_fields = st.dictionaries(
    st.text(min_size=1, max_size=12).filter(lambda key: key not in _SPOKEN_FOR), _values, max_size=4
)


def entity(name: str, version: str, **more: Any) -> Json:
    return {"name": name, "entity_name": "prod.ml.churn", "entity_version": version, **_TOLD, **more}


def as_told(*entities: Json, percents: tuple[int, ...] = (90, 10), **config: Any) -> Json:
    """An endpoint as GET tells it, with what is served under both names and both names in each route."""
    renamed = {"entity_name": "model_name", "entity_version": "model_version"}
    routes = [
        {"served_model_name": one["name"], "served_entity_name": one["name"], "traffic_percentage": part}
        for one, part in zip(entities, percents, strict=False)
    ]
    return {
        "name": "live",
        "state": {"ready": "READY", "config_update": "NOT_UPDATING"},
        "config": {
            "served_entities": list(entities),
            "served_models": [{renamed.get(key, key): value for key, value in one.items()} for one in entities],
            "traffic_config": {"routes": routes},
            "config_version": 7,
            **config,
        },
    }


def split_of(found: Json) -> Split:
    return serving.read_endpoint(found, whole=True).config.split


@given(_fields, _fields, _fields, _fields, _fields)
def test_what_went_in_comes_out(first: Json, second: Json, config: Json, traffic: Json, route: Json) -> None:
    found = as_told(entity("churn-11", "11", **first), entity("churn-10", "10", **second), **config)
    found["config"]["traffic_config"] |= traffic
    for one in found["config"]["traffic_config"]["routes"]:
        one |= route
    before = copy.deepcopy(found)
    wanted = with_traffic(to_version(split_of(found), "churn-11", "12"), {"churn-12": 80, "churn-10": 20})
    sent, carried = serving.config_body(found, wanted)
    assert found == before, "what was read is left as it was"
    assert not carried.refusals
    assert not [line for line in carried.differences if "not sent as it is" in line]
    expected = copy.deepcopy(found["config"])
    del expected["served_models"], expected["config_version"]
    for one in expected["served_entities"]:
        for told in _TOLD:
            del one[told]
    expected["served_entities"][0] |= {"name": "churn-12", "entity_version": "12"}
    first_route, second_route = expected["traffic_config"]["routes"]
    first_route |= {"served_model_name": "churn-12", "served_entity_name": "churn-12", "traffic_percentage": 80}
    second_route["traffic_percentage"] = 20
    assert sent == expected


def test_there_and_back_is_where_it_began() -> None:
    more = {"workload_type": "GPU_OF_TOMORROW", "workload_size": "Small", "environment_vars": {"A": "{{secrets/a/b}}"}}
    found = as_told(entity("churn-11", "11", **more), percents=(100,))
    before = split_of(found)
    there, _ = serving.config_body(found, to_version(before, "churn-11", "12"))
    back, _ = serving.config_body({**found, "config": there}, before)
    again, _ = serving.config_body(found, before)
    assert back == again and back["served_entities"][0]["workload_type"] == "GPU_OF_TOMORROW"


def test_old_configs_go_back_under_their_old_name() -> None:
    found = as_told(entity("churn-11", "11", workload_size="Small"), percents=(100,))
    del found["config"]["served_entities"]
    sent, _ = serving.config_body(found, to_version(split_of(found), "churn-11", "12"))
    assert sent["served_models"] == [
        {"name": "churn-12", "model_name": "prod.ml.churn", "model_version": "12", "workload_size": "Small"}
    ]
    assert "served_entities" not in sent


def test_traffic_that_goes_without_saying_is_left_unsaid() -> None:
    found = as_told(entity("churn-11", "11"), percents=(100,))
    del found["config"]["traffic_config"]
    assert split_of(found) == (Share("churn-11", "prod.ml.churn", "11", 100),)
    sent, carried = serving.config_body(found, to_version(split_of(found), "churn-11", "12"))
    assert "traffic_config" not in sent and not carried.refusals


def test_what_is_not_sent_is_shown() -> None:
    more = {"min_provisioned_concurrency": 4, "max_provisioned_concurrency": 8, "workload_size": "Custom"}
    found = as_told(entity("churn-11", "11", **more), percents=(100,))
    found["config"]["traffic_config"]["routes"].append({"served_model_name": "churn-9", "traffic_percentage": 0})
    sent, carried = serving.config_body(found, to_version(split_of(found), "churn-11", "12"))
    assert "workload_size" not in sent["served_entities"][0]
    said = "\n".join(carried.differences)
    assert "workload_size is told beside the range of concurrency" in said
    assert "The route to churn-9" in said
    assert "Told by the workspace alone, not sent: creation_timestamp, creator, state, type." in said
    assert "Whether burst scaling is on is not told" in said


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({"name": "live"}, "the workspace tells no config"),
        ({"name": "x", "config": {}, "tile_endpoint_metadata": {"problem_type": "KNOWLEDGE"}}, "Agent Bricks"),
        ({"name": "live", "pending_config": {"served_entities": [entity("churn-1", "1")]}}, "being made just now"),
        (
            {
                "name": "databricks-x",
                "endpoint_type": "FOUNDATION_MODEL_API",
                "config": {"served_entities": [{"name": "x", "foundation_model": {"name": "x"}}]},
            },
            "paid by the token",
        ),
        (as_told(entity("churn-11", "11", environment_vars={"KEY": "****"}), percents=(100,)), "environment_vars.KEY"),
        (
            {**as_told(entity("a-1", "1"), percents=(100,)), "config": {
                **as_told(entity("a-1", "1"), percents=(100,))["config"],
                "served_models": [{"name": "b-1", "model_name": "m", "model_version": "1"}],
            }},
            "served_models names b-1",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_is_refused(found: Json, why: str) -> None:
    sent, carried = serving.config_body(found, (Share("churn-11", "prod.ml.churn", "11", 100),))
    assert sent == {} and why in " ".join(carried.refusals)


@pytest.mark.parametrize(
    ("settings", "is_carried"),
    [
        ({"openai_config": {}}, False),
        ({}, False),
        ({"openai_config": {"openai_api_base": "https://x"}}, False),
        ({"openai_config": {"openai_api_key": "{{secrets/llm/openai}}"}}, True),
        ({"amazon_bedrock_config": {"aws_access_key_id": "{{secrets/a/id}}", "aws_region": "x"}}, False),
        (
            {
                "amazon_bedrock_config": {
                    "aws_access_key_id": "{{secrets/a/id}}",
                    "aws_secret_access_key": "{{secrets/a/key}}",
                }
            },
            True,
        ),
        ({"amazon_bedrock_config": {"instance_profile_arn": "arn:aws:iam::1:instance-profile/x"}}, True),
        ({"openai_config": {"openai_api_type": "azuread", "microsoft_entra_client_id": "id"}}, False),
    ],
)
def test_the_key_of_an_external_model(settings: Json, is_carried: bool) -> None:
    external = {"provider": "openai", "name": "gpt", "task": "llm/v1/chat", **settings}
    found = as_told({"name": "gpt", "external_model": external, **_TOLD}, percents=(100,))
    del found["config"]["served_models"]
    _sent, carried = serving.config_body(found, split_of(found))
    assert (not carried.refusals) is is_carried
    assert is_carried or "would lose it" in carried.refusals[0]


def test_an_answer_that_does_not_hold_what_was_sent() -> None:
    found = as_told(entity("churn-11", "11", workload_type="GPU_NEW", burst_scaling_enabled=False), percents=(100,))
    sent, _ = serving.config_body(found, to_version(split_of(found), "churn-11", "12"))
    taken = {"pending_config": {**copy.deepcopy(sent), "config_version": 8}}
    del taken["pending_config"]["served_entities"][0]["burst_scaling_enabled"]
    assert serving.not_taken(sent, taken) == ()
    taken["pending_config"]["served_entities"][0]["workload_type"] = "CPU"
    assert serving.not_taken(sent, taken) == ("served_entities.churn-12.workload_type",)
    assert serving.not_taken(sent, {}) == ()


def test_names_that_a_deployed_agent_has() -> None:
    split = (Share("prod-agents-helpdesk_3", "prod.agents.helpdesk", "3", 100),)
    assert to_version(split, split[0].name, "4")[0].name == "prod-agents-helpdesk_4"
    own = (Share("live", "m", "3", 100),)
    assert to_version(own, "live", "4")[0].name == "live"
