"""A simulated workspace for each test, asked over HTTP by MLflow's client and the Databricks SDK as they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.warm import warm_hosts
from tui.demo.simulated import server as sample
from tui.demo.simulated.server import Server, serving_on_loopback
from tui.demo.simulated.state import Workspace
from tui.gateway import environment
from tui.gateway.session import Connection

PATIENCE_S = 20.0  # of requests; nothing is judged by it


@pytest.fixture(autouse=True)
def environment_put_back() -> Iterator[None]:
    """MLflow mirrors its global URIs in the environment."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(autouse=True)
def _warm_hosts() -> Iterator[None]:
    """What is tested here is what a workspace is asked; contexts' processes need not import MLflow each."""
    with warm_hosts():
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One port for all tests; what is behind it is each test's own."""
    with serving_on_loopback(sample.workspace()) as running:
        yield running


@pytest.fixture
def workspace(server: Server) -> Workspace:
    """The sample, fresh."""
    fresh = sample.workspace()
    server.show(fresh)
    return fresh


@pytest.fixture
def profile(server: Server, workspace: Workspace, calm_environment: Path) -> str:
    """A profile that leads to the workspace."""
    file = calm_environment / ".databrickscfg"
    file.write_text(f"[sim]\nhost = {server.address}\ntoken = {workspace.token}\n")
    return "sim"


@pytest.fixture
def session_on(profile: str) -> Callable[..., Connection]:
    """A session in the environment that a host would give it."""

    def make(
        registry: str = f"databricks-uc://{profile}", *, timeout_s: float = PATIENCE_S, **extra: Any
    ) -> Connection:
        uri = f"databricks://{profile}"
        environment.prepare(tracking_uri=uri, registry_uri=registry, profile=profile, extra=extra, timeout_s=timeout_s)
        return Connection(uri, registry, timeout_s)

    return make


@pytest.fixture
def session(session_on: Callable[..., Connection]) -> Connection:
    return session_on()
