"""What is opened: defaults < file < environment < command line, and an address before what nobody named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tui.config.launch import Launch, Options, resolve
from tui.config.model import ContextSettings, Settings
from tui.domain import uris
from tui.domain.places import PlaceKind
from tui.domain.problem import Kind, Problem
from tui.host.wire import spec_of
from tui.services.alias_moves import place_of

FILE = Path("/etc/deck/config.yaml")
PROD = ContextSettings("https://mlflow.example.com", read_only=True, columns=("name",), timeout=3.0, page_size=50)
DEV = ContextSettings("http://localhost:5000")
LAKE = ContextSettings("databricks", profile="lake", registry_uri="databricks-uc", read_only=True)
BOTH = Settings(context="prod", contexts={"prod": PROD, "dev": DEV, "lake": LAKE})


def opened(
    options: Options | None = None,
    environ: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    cwd: Path = Path("/work"),
) -> Launch:
    return resolve(options or Options(), environ or {}, cwd, settings or Settings(), FILE)


def refusal(
    options: Options | None = None, environ: Mapping[str, str] | None = None, settings: Settings | None = None
) -> Problem:
    with pytest.raises(Problem) as caught:
        opened(options, environ, settings)
    return caught.value


# nothing said: MLflow's own rules


def test_with_nothing_said_it_is_the_database_in_the_working_folder(tmp_path: Path) -> None:
    launch = opened(cwd=tmp_path)
    assert launch.tracking_uri == f"sqlite:///{tmp_path}/mlflow.db"
    assert launch.registry_uri == launch.tracking_uri
    assert launch.origins["tracking_uri"] == "MLflow's default"
    assert launch.context_name == "local"
    assert not list(tmp_path.iterdir())


def test_runs_recorded_as_files_count_if_there_are_any(tmp_path: Path) -> None:
    (tmp_path / "mlruns" / "models").mkdir(parents=True)
    assert opened(cwd=tmp_path).tracking_uri.startswith("sqlite:")
    (tmp_path / "mlruns" / "0").mkdir()
    assert opened(cwd=tmp_path).tracking_uri.startswith("sqlite:")
    (tmp_path / "mlruns" / "0" / "meta.yaml").touch()
    assert opened(cwd=tmp_path).tracking_uri == (tmp_path / "mlruns").as_uri()


def test_the_environment_counts_as_for_mlflow() -> None:
    environ = {"MLFLOW_TRACKING_URI": "http://h:5000", "MLFLOW_REGISTRY_URI": "http://r"}
    launch = opened(environ=environ)
    assert (launch.tracking_uri, launch.registry_uri) == ("http://h:5000", "http://r")
    assert launch.origins["tracking_uri"] == "MLFLOW_TRACKING_URI"
    assert launch.origins["registry_uri"] == "MLFLOW_REGISTRY_URI"
    assert launch.context_name == "server"


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    assert opened(environ={"MLFLOW_TRACKING_URI": ""}, cwd=tmp_path).origins["tracking_uri"] == "MLflow's default"


@pytest.mark.parametrize(
    ("tracking", "registry"),
    [
        ("databricks", "databricks-uc"),
        ("databricks://lake", "databricks-uc://lake"),
        ("http://h", "http://h"),
        ("sqlite:////a.db", "sqlite:////a.db"),
    ],
)
def test_the_registry_follows_the_tracking_uri(tracking: str, registry: str) -> None:
    assert opened(Options(tracking_uri=tracking)).registry_uri == registry


# the file


def test_a_default_context_is_opened_with_all_its_settings() -> None:
    launch = opened(settings=BOTH)
    assert launch.context_name == "prod"
    assert (launch.tracking_uri, launch.read_only, launch.columns) == (PROD.tracking_uri, True, ("name",))
    assert (launch.timeout_s, launch.page_size) == (3.0, 50)
    assert launch.origins["tracking_uri"] == f"context prod in {FILE}"
    assert launch.origins["read_only"] == f"context prod in {FILE}"


def test_a_single_context_needs_no_naming_and_several_do(tmp_path: Path) -> None:
    assert opened(settings=Settings(contexts={"dev": DEV})).context_name == "dev"
    assert opened(settings=Settings(contexts={"dev": DEV, "prod": PROD}), cwd=tmp_path).context_name == "local"


def test_a_context_may_take_models_from_elsewhere() -> None:
    there = ContextSettings("databricks", profile="lake", registry_uri="workspace")
    assert opened(settings=Settings(contexts={"lake": there})).registry_uri == "databricks://lake"
    unity = ContextSettings("http://h", registry_uri="databricks-uc")
    assert opened(settings=Settings(contexts={"a": unity})).registry_uri == "databricks-uc"


# which wins


def test_the_environment_wins_over_the_default_context() -> None:
    launch = opened(environ={"MLFLOW_TRACKING_URI": "http://elsewhere"}, settings=BOTH)
    assert launch.tracking_uri == "http://elsewhere"
    assert not launch.read_only
    assert launch.columns == ()


def test_a_named_context_wins_over_the_environment_whole() -> None:
    environ = {"MLFLOW_TRACKING_URI": "http://elsewhere", "MLFLOW_REGISTRY_URI": "http://other"}
    launch = opened(Options(context="dev"), environ, BOTH)
    assert (launch.tracking_uri, launch.registry_uri) == (DEV.tracking_uri, DEV.tracking_uri)


def test_a_workspace_is_that_of_the_command_line_the_address_the_environment_or_the_context() -> None:
    team = Settings(contexts={"team": replace(DEV, workspace="of-file")})
    address = f"{DEV.tracking_uri}/#/experiments/1?workspace=of-address"
    there, environ = {"MLFLOW_TRACKING_URI": DEV.tracking_uri}, {"MLFLOW_WORKSPACE": "of-environment"}

    def found(options: Options | None = None, environ: Mapping[str, str] | None = None) -> tuple[str, str]:
        launch = opened(options, environ, team)
        return launch.workspace, launch.origins["workspace"]

    assert found(Options(workspace="said", place=address), environ) == ("said", "command line")
    assert found(Options(place=address), environ) == ("of-address", "the address given")
    assert found(None, {**there, **environ}) == ("of-environment", "MLFLOW_WORKSPACE")
    assert found(Options(context="team"), environ) == ("of-file", "context team"), "a context that was chosen is whole"
    assert found() == ("of-file", "context team")
    assert opened(Options(tracking_uri="http://x"), {}).workspace == ""
    assert "names one of an MLflow server" in refusal(Options(tracking_uri="sqlite:////x.db", workspace="a")).message


def test_each_workspace_but_the_default_one_is_a_place_of_its_own() -> None:
    told = {
        name: opened(Options(tracking_uri="http://x", workspace=name)).place_shown for name in ("default", "a", "b")
    }
    assert told == {"default": "http://x", "a": "http://x, workspace a", "b": "http://x, workspace b"}
    assert place_of("http://ann@x/", "a") == "http://x, workspace a" and place_of("http://x") == "http://x"
    spec = spec_of(opened(Options(tracking_uri="http://x"), {"MLFLOW_WORKSPACE": ""}))
    assert spec.environment["MLFLOW_WORKSPACE"] == "", "what the deck's own environment says does not count"


def test_the_tracking_uri_of_the_command_line_wins_over_all() -> None:
    launch = opened(Options(context="prod", tracking_uri="http://x"), {"MLFLOW_TRACKING_URI": "http://y"}, BOTH)
    assert launch.tracking_uri == "http://x"
    assert launch.origins["tracking_uri"] == "command line"
    assert launch.read_only, "the rest of the named context still counts"


@pytest.mark.parametrize(
    "uri", ["https://mlflow.example.com", "https://MLflow.example.com:443/", "https://mlflow.example.com/"]
)
def test_a_read_only_context_is_read_only_by_whatever_way_it_is_reached(uri: str) -> None:
    for launch in (
        opened(Options(tracking_uri=uri), settings=BOTH),
        opened(environ={"MLFLOW_TRACKING_URI": uri}, settings=BOTH),
        opened(Options(place=f"{uri}/#/experiments/1"), {"MLFLOW_TRACKING_URI": "http://x"}, BOTH),
    ):
        assert launch.read_only
        assert launch.context_name == "prod"


def test_of_two_contexts_of_one_server_the_read_only_one_counts() -> None:
    settings = Settings(contexts={"rw": ContextSettings("http://h"), "ro": ContextSettings("http://h", read_only=True)})
    assert opened(Options(tracking_uri="http://h"), settings=settings).context_name == "ro"
    assert opened(Options(context="rw"), settings=settings).context_name == "rw"


@pytest.mark.parametrize("said", [True, False])
def test_read_only_of_the_command_line_wins(said: bool) -> None:
    launch = opened(Options(read_only=said), settings=BOTH)
    assert launch.read_only is said
    assert launch.origins["read_only"] == "command line"


def test_ascii_mouse_and_ssh_of_the_command_line_win() -> None:
    launch = opened(Options(ascii=True, mouse=False, ssh=True))
    assert launch.settings.ascii
    assert launch.settings.ssh
    assert not launch.settings.mouse


def test_relative_stores_count_from_the_working_folder() -> None:
    assert opened(Options(tracking_uri="sqlite:///a/b.db")).tracking_uri == "sqlite:////work/a/b.db"
    assert opened(Options(tracking_uri="runs")).tracking_uri == "file:///work/runs"
    assert opened(Options(tracking_uri="sqlite:////a/b.db?x=1")).tracking_uri == "sqlite:////a/b.db?x=1"


# Databricks


def test_a_profile_alone_means_databricks() -> None:
    launch = opened(Options(profile="lake"), {"MLFLOW_TRACKING_URI": "http://h"})
    assert (launch.tracking_uri, launch.registry_uri) == ("databricks://lake", "databricks-uc://lake")
    assert launch.profile == "lake"


def test_a_profile_brings_the_context_that_has_it() -> None:
    assert opened(Options(profile="lake"), settings=BOTH).context_name == "lake"
    other = opened(Options(profile="other"), settings=Settings(contexts={"lake": LAKE}))
    assert (other.context_name, other.read_only) == ("databricks", False)


@pytest.mark.parametrize(
    "environ",
    [
        {"MLFLOW_TRACKING_URI": "databricks://lake"},
        {"MLFLOW_TRACKING_URI": "databricks", "DATABRICKS_CONFIG_PROFILE": "lake"},
    ],
)
def test_the_environments_profile_brings_the_context_that_has_it(environ: Mapping[str, str]) -> None:
    assert opened(environ=environ, settings=BOTH).read_only


def test_databricks_own_rules_choose_a_profile_that_nobody_named() -> None:
    launch = opened(Options(tracking_uri="databricks"), {"DATABRICKS_CONFIG_PROFILE": "x"})
    assert launch.tracking_uri == "databricks"
    assert launch.profile is None


def test_a_profile_without_databricks_is_refused() -> None:
    assert "knows no profiles" in refusal(Options(profile="x", tracking_uri="http://h")).message


# addresses of pages


def test_an_address_is_its_own_server_if_nothing_names_another() -> None:
    launch = opened(Options(place="http://h:5000/prefix/#/experiments/7/runs/abc"), {"MLFLOW_TRACKING_URI": "http://x"})
    assert launch.tracking_uri == "http://h:5000/prefix"
    assert launch.origins["tracking_uri"] == "the address given"
    assert launch.place is not None
    assert launch.place.kind is PlaceKind.RUN
    assert launch.place.run_ids == ("abc",)


def test_an_address_of_the_environments_server_leaves_its_uri_alone() -> None:
    environ = {"MLFLOW_TRACKING_URI": "http://ana:secret@h:5000"}
    assert opened(Options(place="http://h:5000/#/experiments/7"), environ).tracking_uri == "http://ana:secret@h:5000"


@pytest.mark.parametrize(
    "options", [Options(tracking_uri="http://other"), Options(context="dev"), Options(tracking_uri="sqlite:////a")]
)
def test_an_address_elsewhere_than_what_is_named_is_refused(options: Options) -> None:
    problem = refusal(replace(options, place="http://h/#/experiments/7"), settings=BOTH)
    assert "is a page of http://h" in problem.message


@pytest.fixture
def profiles(calm_environment: Path) -> None:
    (calm_environment / ".databrickscfg").write_text(
        "[DEFAULT]\nhost = https://one.cloud.databricks.com\ntoken = dapi1\n[two]\nhost = two.cloud.databricks.com/\n"
    )


@pytest.mark.usefixtures("profiles")
def test_an_address_of_a_workspace_finds_the_profile_that_leads_there() -> None:
    launch = opened(Options(place="https://two.cloud.databricks.com/ml/experiments/12/runs/ab?o=3"))
    assert launch.tracking_uri == "databricks://two"
    assert launch.profile == "two"
    assert opened(Options(place="https://one.cloud.databricks.com/ml/experiments/12")).tracking_uri == "databricks"


@pytest.mark.usefixtures("profiles")
def test_an_address_of_a_workspace_finds_the_context_that_leads_there() -> None:
    settings = Settings(contexts={"a": DEV, "b": ContextSettings("databricks", profile="two", read_only=True)})
    launch = opened(Options(place="https://two.cloud.databricks.com/ml/experiments/12"), settings=settings)
    assert launch.context_name == "b"
    assert launch.read_only


@pytest.mark.usefixtures("profiles")
def test_an_address_of_an_unknown_workspace_is_refused_with_the_way_in() -> None:
    problem = refusal(Options(place="https://three.cloud.databricks.com/ml/experiments/12"))
    assert "No profile" in problem.message
    assert "databricks auth login --host https://three.cloud.databricks.com" in problem.hint


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("https://ws/ml/endpoints/x", "is the page of a serving endpoint"),
        ("http://h:1/#/endpoints", "is the page of the list of serving endpoints"),
    ],
)
def test_what_the_deck_does_not_open_is_said_plainly(place: str, said: str) -> None:
    problem = refusal(Options(place=place))
    assert problem.kind is Kind.CONFIG
    assert said in problem.message
    assert "opens experiments, runs, logged and registered models, prompts and traces" in problem.message


@pytest.mark.parametrize("place", ["models:/churn", "models:/churn@champion", "models:/churn/12"])
def test_registered_models_are_opened(place: str) -> None:
    launch = resolve(Options(place=place, tracking_uri="http://h"), {}, Path("/"), Settings())
    assert launch.place is not None and launch.place.model == "churn"


# refusals


def test_an_unknown_context_names_the_nearest() -> None:
    problem = refusal(Options(context="prd"), settings=BOTH)
    assert "no context “prd”" in problem.message
    assert "“prod”" in problem.hint
    assert str(FILE) in refusal(Options(context="prd")).hint


@pytest.mark.parametrize("uri", ["databricks-uc", "uc:http://h", "ftp://h", "http://", "http://h:0", "a.db"])
def test_a_tracking_uri_that_cannot_be_used(uri: str) -> None:
    assert "--tracking-uri: " in refusal(Options(tracking_uri=uri)).message
    problem = refusal(environ={"MLFLOW_TRACKING_URI": uri})
    assert problem.kind is Kind.UNSUPPORTED
    assert "MLFLOW_TRACKING_URI: " in problem.message


def test_a_registry_uri_that_cannot_be_used() -> None:
    assert "“ftp:”" in refusal(Options(registry_uri="ftp://h")).message


# showing


@pytest.mark.parametrize(
    "uri",
    [
        "http://ana:hunter2@h/x",
        "https://hunter2@h",
        "postgresql+psycopg2://ana:hunter2@h/db",
        "http://h?token=hunter2",
        "mysql://ana:hunter2@x:y@h/db",
    ],
)
def test_no_secret_is_ever_shown(uri: str) -> None:
    launch = opened(Options(tracking_uri=uri, registry_uri=uri))
    assert "hunter2" not in launch.place_shown
    assert "hunter2" not in repr(launch)
    assert launch.tracking_uri == uri


def test_a_store_below_the_home_is_shown_short(calm_environment: Path) -> None:
    launch = opened(Options(tracking_uri=f"sqlite:///{calm_environment}/a/mlflow.db"))
    assert launch.place_shown == "~/a/mlflow.db"
    assert opened(Options(tracking_uri="sqlite:////srv/mlflow.db")).place_shown == "/srv/mlflow.db"


def test_origins_compare_as_browsers_do() -> None:
    assert uris.origin("HTTPS://Host.example:443/x") == "https://host.example"
    assert uris.origin("http://[::1]:5000") == "http://[::1]:5000"
    assert urlsplit(uris.origin("http://h:80")).port is None
