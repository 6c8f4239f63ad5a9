"""Places as people give them: MLflow's URIs, ids, and addresses copied out of a browser."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.places import Place, PlaceKind, parse_place
from tui.domain.problem import Kind, Problem

RUN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RUN, {"kind": PlaceKind.RUN, "run_ids": (RUN,)}),
        (RUN.upper(), {"kind": PlaceKind.RUN, "run_ids": (RUN,)}),
        (f"runs:/{RUN}", {"kind": PlaceKind.RUN, "run_ids": (RUN,)}),
        (f"runs:/{RUN}/model/MLmodel", {"kind": PlaceKind.RUN, "run_ids": (RUN,), "artifact_path": "model/MLmodel"}),
        ("experiments:/7", {"kind": PlaceKind.EXPERIMENT, "experiment": "7"}),
        ("experiments:/churn/weekly", {"kind": PlaceKind.EXPERIMENT, "experiment": "churn/weekly"}),
        ("experiments://Users/ana/churn", {"kind": PlaceKind.EXPERIMENT, "experiment": "/Users/ana/churn"}),
        ("models:/churn", {"kind": PlaceKind.MODEL, "model": "churn"}),
        ("prompts:/reply", {"kind": PlaceKind.PROMPT, "model": "reply", "version": ""}),
        ("prompts:/reply/3", {"kind": PlaceKind.PROMPT, "model": "reply", "version": "3"}),
        ("prompts:/reply@production", {"kind": PlaceKind.PROMPT, "model": "reply", "alias": "production"}),
        ("models:/prod.ml.churn@champion", {"kind": PlaceKind.MODEL, "model": "prod.ml.churn", "alias": "champion"}),
        ("models:/churn/3", {"kind": PlaceKind.MODEL, "model": "churn", "version": "3"}),
        (f"models:/m-{RUN}", {"kind": PlaceKind.LOGGED_MODEL, "model": f"m-{RUN}"}),
        (f"models:/m-{RUN}/a/b.txt", {"kind": PlaceKind.LOGGED_MODEL, "model": f"m-{RUN}", "artifact_path": "a/b.txt"}),
    ],
)
def test_mlflow_uris(text: str, expected: dict[str, object]) -> None:
    assert parse_place(text) == Place(text=text, **expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", {"kind": PlaceKind.EXPERIMENTS}),
        ("#/experiments", {"kind": PlaceKind.EXPERIMENTS}),
        ("#/experiments/1", {"kind": PlaceKind.EXPERIMENT, "experiment_ids": ("1",)}),
        ("#/experiments/1/runs", {"kind": PlaceKind.EXPERIMENT, "experiment_ids": ("1",)}),
        ("#/experiments/1/traces", {"kind": PlaceKind.TRACES, "experiment_ids": ("1",)}),
        (
            "#/experiments/1?searchFilter=metrics.auc%20%3E%200.9&orderByKey=x",
            {"kind": PlaceKind.EXPERIMENT, "experiment_ids": ("1",), "filter_string": "metrics.auc > 0.9"},
        ),
        ("#/experiments/1/runs/abc", {"kind": PlaceKind.RUN, "experiment_ids": ("1",), "run_ids": ("abc",)}),
        (
            "#/experiments/1/runs/abc/model-metrics",
            {"kind": PlaceKind.RUN, "experiment_ids": ("1",), "run_ids": ("abc",)},
        ),
        (
            "#/experiments/1/runs/abc/artifacts/model/a%20b",
            {"kind": PlaceKind.RUN, "experiment_ids": ("1",), "run_ids": ("abc",), "artifact_path": "model/a b"},
        ),
        (
            '#/compare-runs?runs=["a","b"]&experiments=["1","2"]',
            {"kind": PlaceKind.RUNS, "run_ids": ("a", "b"), "experiment_ids": ("1", "2")},
        ),
        (
            "#/compare-runs?runs=%5B%22a%22%5D&experiments=%5B%221%22%5D",
            {"kind": PlaceKind.RUN, "run_ids": ("a",), "experiment_ids": ("1",)},
        ),
        (
            '#/compare-experiments/s?experiments=["1","2"]',
            {"kind": PlaceKind.EXPERIMENT, "experiment_ids": ("1", "2")},
        ),
        ('#/metric?runs=["a"]&metric=auc', {"kind": PlaceKind.RUN, "run_ids": ("a",)}),
        ("#/models", {"kind": PlaceKind.MODELS}),
        ("#/models/m?workspace=team-a", {"kind": PlaceKind.MODEL, "model": "m", "workspace": "team-a"}),
        ("#/models/my%20model", {"kind": PlaceKind.MODEL, "model": "my model"}),
        ("#/models/a%2Fb/versions/3", {"kind": PlaceKind.MODEL, "model": "a/b", "version": "3"}),
        ("#/experiments/1/models/m-1", {"kind": PlaceKind.LOGGED_MODEL, "model": "m-1"}),
    ],
)
@pytest.mark.parametrize("server", ["http://h:5000", "https://h.example/deep/prefix"])
def test_pages_of_the_mlflow_ui(server: str, path: str, expected: dict[str, object]) -> None:
    text = f"{server}/{path}"
    assert parse_place(text) == Place(text=text, server=server, **expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ml/experiments", {"kind": PlaceKind.EXPERIMENTS}),
        ("/ml/experiments/12?o=3", {"kind": PlaceKind.EXPERIMENT, "experiment_ids": ("12",)}),
        ("/ml/experiments/12/runs/ab?o=3", {"kind": PlaceKind.RUN, "experiment_ids": ("12",), "run_ids": ("ab",)}),
        ("/#mlflow/experiments/1/runs/ab", {"kind": PlaceKind.RUN, "experiment_ids": ("1",), "run_ids": ("ab",)}),
        ("/?o=3#mlflow/experiments/1", {"kind": PlaceKind.EXPERIMENT, "experiment_ids": ("1",)}),
        ('/ml/compare-runs?runs=["a","b"]', {"kind": PlaceKind.RUNS, "run_ids": ("a", "b")}),
        (
            "/explore/data/models/cat/sch/name/version/3?o=3",
            {"kind": PlaceKind.MODEL, "model": "cat.sch.name", "version": "3"},
        ),
        ("/explore/data/models/cat/sch/name", {"kind": PlaceKind.MODEL, "model": "cat.sch.name"}),
        ("/ml/models/churn/versions/3", {"kind": PlaceKind.MODEL, "model": "churn", "version": "3"}),
        ("/ml/endpoints", {"kind": PlaceKind.ENDPOINTS}),
        ("/ml/endpoints/churn-prod", {"kind": PlaceKind.ENDPOINT, "endpoint": "churn-prod"}),
    ],
)
@pytest.mark.parametrize("server", ["https://adb-1.2.azuredatabricks.net", "https://own-name.example"])
def test_pages_of_databricks(server: str, path: str, expected: dict[str, object]) -> None:
    text = server + path
    assert parse_place(text) == Place(text=text, server=server, databricks=True, **expected)  # type: ignore[arg-type]


def test_a_password_in_an_address_does_not_become_part_of_the_server() -> None:
    assert parse_place("http://ana:secret@Host:5000/#/experiments/1").server == "http://host:5000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "churn",
        "runs:",
        "runs:/",
        "runs:abc",
        "runs:/a b",
        "models:/",
        "models:/@x",
        "models:/a@",
        "experiments:/",
        "experiments:7",
        "http://",
        "http:///#/experiments/1",
        "http://h:x/",
        "http://h:99999/",
        "http://h:0/",
        "http://[::1/",
        "http://h/#/gateway/x",
        "prompts:/",
        "prompts:/x@",
        "prompts:/x/latest/y",
        "http://h/#/compare-runs?runs=nonsense",
        "http://h/#/compare-runs?runs={}",
        "https://x.cloud.databricks.com/jobs/1",
        "ftp://h/x",
        "databricks://x",
    ],
)
def test_what_names_no_place_is_refused(text: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_place(text)
    assert caught.value.kind is Kind.CONFIG
    assert caught.value.hint


@given(st.text())
def test_any_text_is_a_place_or_a_problem(text: str) -> None:
    try:
        place = parse_place(text)
    except Problem as problem:
        assert problem.kind is Kind.CONFIG
    else:
        assert place.text == text


@given(
    st.text(),
    st.sampled_from(["http://h/", "https://h/#", "https://ws.cloud.databricks.com/ml/", "models:/", "runs:/"]),
)
def test_any_address_is_a_place_or_a_problem(rest: str, start: str) -> None:
    try:
        place = parse_place(start + rest)
    except Problem:
        return
    assert isinstance(place, Place)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda name: name.strip("/"))


@given(NAMES)
def test_a_models_page_gives_its_name_whatever_it_is(name: str) -> None:
    assert parse_place(f"http://h/#/models/{quote(name, safe='')}/versions/1").model == name


@given(st.lists(st.text("0123456789abcdef", min_size=1), min_size=2))
def test_a_comparison_gives_its_runs_in_order(runs: list[str]) -> None:
    assert parse_place(f"http://h/#/compare-runs?runs={quote(json.dumps(runs))}").run_ids == tuple(runs)


@given(NAMES.filter(lambda name: name == name.strip()))
def test_an_experiments_uri_gives_its_name_whole(name: str) -> None:
    assert parse_place(f"experiments:/{name}").experiment == name


def test_a_name_keeps_the_spaces_that_it_has() -> None:
    assert parse_place("models:/trail ").model == "trail "
    assert parse_place("  models:/trail \n").model == "trail "
    assert parse_place("models:/trail /3").model == "trail "
    assert parse_place("models:/churn/3 ").version == "3"
    assert parse_place("models:/churn@champion ").alias == "champion"
    assert parse_place("experiments:/churn ").experiment == "churn "
