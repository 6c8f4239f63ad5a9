"""What endpoints serve: drift from aliases, what a move means for them, and changes of splits."""

from __future__ import annotations

import pytest

from tui.domain.serving import (
    Endpoint,
    ServedAt,
    ServedEntity,
    ServingConfig,
    Share,
    change_words,
    drifts,
    move_consequences,
    served,
    split_refusals,
    to_version,
    with_traffic,
)

CHURN = "prod.ml.churn"
SPLIT = (Share("churn-11", CHURN, "11", 90), Share("churn-10", CHURN, "10", 10))


def at(version: str, traffic: int | None = 100, endpoint: str = "live", alias: str = "") -> ServedAt:
    return ServedAt(endpoint, f"churn-{version}", CHURN, version, traffic, "ready", alias)


def test_what_is_served_of_each_model() -> None:
    config = ServingConfig(
        (
            ServedEntity("a", CHURN, "12", traffic=60),
            ServedEntity("b", "openai/gpt", kind="external", traffic=40),
            ServedEntity("c", "prod.ml.features", kind="features"),
        )
    )
    assert served([Endpoint("live", config, tags={"alias": "challenger"})]) == {
        CHURN: (ServedAt("live", "a", CHURN, "12", 60, "", "challenger"),)
    }


def test_drift_is_where_most_traffic_goes_to_another_version_than_the_alias() -> None:
    (found,) = drifts(CHURN, {"champion": "12"}, [at("10", 10), at("11", 90)])
    assert found.words == "champion is v12, live serves v11 90%, v10 10%"
    assert not drifts(CHURN, {"champion": "12"}, [at("12", 60), at("11", 40)])
    assert drifts(CHURN, {"champion": "12"}, [at("12", 40), at("11", 60)])
    assert not drifts(CHURN, {}, [at("11")]) and not drifts(CHURN, {"champion": "12"}, [])
    # As long as the shares are not known, it is enough that it is served at all.
    assert not drifts(CHURN, {"champion": "12"}, [at("11", None), at("12", None)])
    assert drifts(CHURN, {"champion": "12"}, [at("11", None)])


def test_an_endpoint_may_name_the_alias_that_it_stands_for() -> None:
    aliases = {"champion": "12", "challenger": "13"}
    assert not drifts(CHURN, aliases, [at("13", alias="challenger")])
    (found,) = drifts(CHURN, aliases, [at("12", alias="challenger"), at("12", endpoint="other")])
    assert (found.alias, found.aliased, found.endpoint) == ("challenger", "13", "live")


def test_a_move_of_an_alias_moves_no_traffic() -> None:
    assert move_consequences("champion", "12", [at("11")]) == (
        "Endpoints pin versions, so moving champion to v12 moves no traffic: live goes on serving v11.",
    )
    assert move_consequences("champion", "12", [at("11"), at("10", endpoint="old"), at("12", endpoint="new")]) == (
        "Endpoints pin versions, so moving champion to v12 moves no traffic: live goes on serving v11, old v10.",
        "new serves v12 already.",
    )
    assert move_consequences("champion", "11", [at("11")]) == ("live serves v11 already.",)
    assert "no champion is left" in move_consequences("champion", None, [at("11")])[0]
    assert move_consequences("challenger", "12", [at("11")]) == ()


def test_another_version_takes_the_place_and_the_name() -> None:
    moved = to_version(SPLIT, "churn-11", "12")
    assert moved == (Share("churn-12", CHURN, "12", 90), SPLIT[1])
    assert change_words(SPLIT, moved) == ("prod.ml.churn  v11 → v12  90%", "prod.ml.churn  v10  10%")
    named = (Share("current", CHURN, "11", 100),)
    assert to_version(named, "current", "12") == (Share("current", CHURN, "12", 100),)
    assert not split_refusals(SPLIT, moved)


@pytest.mark.parametrize(
    ("percents", "words"),
    [
        ({"churn-11": 50}, "make 60"),
        ({"churn-11": 120, "churn-10": -20}, "between 0 and 100"),
        ({}, "nothing to do"),
    ],
)
def test_splits_that_cannot_be(percents: dict[str, int], words: str) -> None:
    assert words in " ".join(split_refusals(SPLIT, with_traffic(SPLIT, percents)))


def test_a_version_is_not_served_twice() -> None:
    twice = to_version(SPLIT, "churn-11", "10")
    assert twice[0].name == "churn-11" and "served twice" in " ".join(split_refusals(SPLIT, twice))
