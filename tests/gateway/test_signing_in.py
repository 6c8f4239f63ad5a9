"""A server that somebody signs in to: what one may not see is left out, and what one may not write is said before."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.servers import mlflow_server
from tests.support.stores import make_store
from tests.support.terminal import Terminal
from tests.support.warm import warm_hosts
from tui.domain.problem import Problem
from tui.domain.writes import changes
from tui.domain.writes.changes import Change, Plan, Thing, ThingState
from tui.host.host import Host
from tui.host.wire import HostSpec
from tui.services.permissions import ServerRights

pytest.importorskip("flask_wtf", reason="MLflow's basic-auth needs Flask-WTF: pip install 'mlflow[auth]'")

ROOT = Path(__file__).parents[2]
ADMIN, SECRET = ("admin", "password-of-admin"), "password-of-ann"
# What is said stays until the next key, however long a test takes to look.
_WITH_MESSAGES_THAT_STAY = """
from tui import __main__
from tui.app import application

application.MESSAGE_SHOWS_S = 0.0
__main__.main()
"""


class SignedIn:
    """A server with an experiment and a model of each permission that ann was granted."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.ids: dict[str, str] = {}
        self.hosts: list[Host] = []
        self._post("2.0/mlflow/users/create", username="ann", password=SECRET)
        for permission in ("DENY", "READ", "EDIT", "MANAGE"):
            name = permission.lower()
            made = self._post("2.0/mlflow/experiments/create", name=name)
            self.ids[permission] = made["experiment_id"]
            self._post("2.0/mlflow/registered-models/create", name=name)
            for kind, thing in (("experiment", made["experiment_id"]), ("registered_model", name)):
                asked = {"username": "ann", "resource_type": kind, "resource_id": thing, "permission": permission}
                self._post("3.0/mlflow/users/permissions/grant", **asked)

    def _post(self, path: str, workspace: str = "default", **said: str) -> dict[str, str]:
        headers = {"X-MLFLOW-WORKSPACE": workspace}
        answer = requests.post(f"{self.address}/api/{path}", json=said, auth=ADMIN, headers=headers, timeout=60)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text[:200]}"
        return dict(answer.json()) if answer.content.startswith(b"{") else {}

    def host(self, user: str, password: str, workspace: str = "") -> Host:
        environment = {"MLFLOW_TRACKING_USERNAME": user, "MLFLOW_TRACKING_PASSWORD": password}
        environment |= {"MLFLOW_WORKSPACE": workspace}
        self.hosts.append(Host.start(HostSpec(self.address, self.address, environment=environment, timeout_s=60.0)))
        return self.hosts[-1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedIn]:
    folder = tmp_path_factory.mktemp("signed in")
    config = folder / "auth.ini"
    config.write_text(
        "[mlflow]\ndefault_permission = NO_PERMISSIONS\n"
        f"database_uri = sqlite:///{folder}/auth.db\nadmin_username = {ADMIN[0]}\nadmin_password = {ADMIN[1]}\n"
    )
    environ = {"MLFLOW_AUTH_CONFIG_PATH": str(config), "MLFLOW_FLASK_SERVER_SECRET_KEY": "deck"}
    options = ("--app-name", "basic-auth", "--enable-workspaces")
    with mlflow_server(make_store(folder).uri, folder, *options, environ=environ) as address, warm_hosts():
        signed_in = SignedIn(address)
        try:
            yield signed_in
        finally:
            for host in signed_in.hosts:
                host.close()


def test_what_one_may_not_see_is_left_out_and_that_is_known(server: SignedIn) -> None:
    ann = server.host("ann", SECRET)
    assert {one.name for one in ann.ports.tracking.search_experiments().experiments} == {"read", "edit", "manage"}
    assert [model.name for model in ann.ports.registry.search_models().models] == ["edit", "manage", "read"]
    told = ann.capabilities
    assert told is not None and told.hides


def test_ones_own_permission_is_the_effective_one(server: SignedIn) -> None:
    ann, admin = server.host("ann", SECRET), server.host(*ADMIN)
    for permission, experiment in server.ids.items():
        assert ann.ports.diagnosis.my_permission("experiment", experiment) == permission
        assert ann.ports.diagnosis.my_permission("registered_model", permission.lower()) == permission
    assert admin.ports.diagnosis.my_permission("experiment", server.ids["READ"]) == "MANAGE"


@pytest.mark.parametrize(
    ("permission", "may_tag", "may_delete"), [("READ", False, False), ("EDIT", True, False), ("MANAGE", True, True)]
)
def test_what_may_not_be_written_is_said_before(
    server: SignedIn, permission: str, may_tag: bool, may_delete: bool
) -> None:
    ports = server.host("ann", SECRET).ports
    rights = ServerRights(ports.diagnosis.my_permission, lambda _kind, _id: server.ids[permission])
    name = permission.lower()
    tag = Change(Thing.MODEL, name, name, f"{changes.TAG}owner", None, "ann")
    deletion = changes.deletion([ThingState(Thing.EXPERIMENT, server.ids[permission], name, changes.ACTIVE)])
    of_run = Plan((Change(Thing.RUN, "a" * 32, "ox", changes.NAME, "ox", "elk"),))
    assert bool(rights.dress(Plan((tag,))).refused) is not may_tag
    assert bool(rights.dress(deletion).refused) is not may_delete
    assert bool(rights.dress(of_run).remarks) is not may_tag
    if not may_tag:
        assert rights.dress(Plan((tag,))).refused == (
            "You have READ on the model read; the server wants EDIT for this.",
        )
        assert "on the experiment" in rights.dress(of_run).remarks[0]


def test_nothing_asks_for_the_list_of_others() -> None:
    asked = [file for file in ROOT.glob("tui/**/*.py") if "users/list" in file.read_text(encoding="utf-8")]
    assert asked == []


def test_workspaces_are_listed_switched_to_and_told_of_where_they_are_not_ones_own(
    server: SignedIn, tmp_path: Path
) -> None:
    for name in ("team-a", "team-b"):
        server._post("3.0/mlflow/workspaces", name=name, description=f"That of {name}")
        server._post("2.0/mlflow/experiments/create", workspace=name, name=f"of-{name}")
    admin, ann = server.host(*ADMIN), server.host("ann", SECRET)
    listed = admin.ports.diagnosis.workspaces()
    assert dict(listed)["team-a"] == "That of team-a" and {"default", "team-b"} <= {name for name, _ in listed}
    assert "team-a" not in dict(ann.ports.diagnosis.workspaces())
    assert admin.capabilities is not None and admin.capabilities.parted
    inside, outside = server.host(*ADMIN, workspace="team-a"), server.host("ann", SECRET, workspace="team-b")
    assert [one.name for one in inside.ports.tracking.search_experiments().experiments] == ["of-team-a"]
    assert [one.name for one in outside.ports.tracking.search_experiments().experiments] == []
    nowhere = server.host(*ADMIN, workspace="nope")
    with pytest.raises(Problem, match="Workspace 'nope' not found") as raised:
        nowhere.ports.tracking.search_experiments()
    assert ":workspace" in raised.value.hint and dict(nowhere.ports.diagnosis.workspaces()) == dict(listed)

    environ = {**os.environ, "MLFLOW_TRACKING_USERNAME": ADMIN[0], "MLFLOW_TRACKING_PASSWORD": ADMIN[1]}
    deck = [sys.executable, "-c", _WITH_MESSAGES_THAT_STAY, "--tracking-uri", server.address]
    with Terminal(deck, environ={**environ, "PYTHONPATH": str(ROOT)}, cwd=str(tmp_path)) as terminal:
        terminal.until("server/default")
        terminal.until("manage")
        terminal.type(":workspace\r")
        terminal.until("That of team-a")
        terminal.press("down")
        terminal.press("enter")
        terminal.until("server/team-a")
        terminal.until("of-team-a")
        terminal.press("Y")
        terminal.until("?workspace=team-a")
        terminal.press("esc")
        terminal.until_gone("?workspace=team-a")
        terminal.type(f":open {server.address}/#/experiments?workspace=team-b\r")
        terminal.until("server/team-b")
        terminal.until("of-team-b")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    environ |= {"MLFLOW_TRACKING_USERNAME": "ann", "MLFLOW_TRACKING_PASSWORD": SECRET, "PYTHONPATH": str(ROOT)}
    with Terminal([*deck, "--workspace", "team-b"], environ=environ, cwd=str(tmp_path)) as hers:
        hers.until("team-b is none of your workspaces")
        hers.until("that you may see")
        hers.type(":workspace\r")
        hers.until("parts only is not listed: :workspace NAME")
