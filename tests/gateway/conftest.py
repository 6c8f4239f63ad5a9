"""The same questions, asked of a SQLite store and of a real server over a copy of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.gateway import zoo as zoo_module
from tests.gateway.zoo import Zoo
from tests.support import servers
from tests.support.stores import Store
from tui.gateway import dispatch, environment
from tui.gateway.ports import TrackingPort
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection

SECONDS = 60.0  # generous: these are about what is answered, not when


@dataclass(frozen=True)
class Gateway:
    """A session over the zoo and the ports on it."""

    zoo: Zoo
    session: Connection
    tracking: TrackingPort
    registry: ClientRegistry


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    """The store of everything; to be read only."""
    return zoo_module.make(tmp_path_factory.mktemp("zoo"))


@pytest.fixture(scope="session")
def server(zoo: Zoo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with --serve-artifacts over a copy of the zoo."""
    folder = tmp_path_factory.mktemp("server")
    copy = Store(folder / "mlflow.db")
    shutil.copyfile(zoo.store.path, copy.path)
    with servers.mlflow_server(copy.uri, folder / "artifacts") as address:
        yield address


@pytest.fixture(autouse=True)
def environment_put_back() -> Iterator[None]:
    """MLflow mirrors its global URIs into the environment."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def open_session(uri: str, *, timeout_s: float = SECONDS) -> Connection:
    """A session in this process, in the environment that a host would give it."""
    environment.prepare(tracking_uri=uri, registry_uri=uri, profile=None, extra={}, timeout_s=timeout_s)
    return Connection(uri, uri, timeout_s)


@pytest.fixture(params=["sqlite", "server"])
def gateway(request: pytest.FixtureRequest, zoo: Zoo) -> Gateway:
    """The gateway over the zoo, once through SQLite and once through a server."""
    uri = zoo.store.uri if request.param == "sqlite" else request.getfixturevalue("server")
    session = open_session(uri)
    return Gateway(zoo, session, dispatch.tracking_of(session), ClientRegistry(session))


@pytest.fixture
def own_zoo(zoo: Zoo, tmp_path: Path) -> Zoo:
    """A copy of the zoo that a test may change."""
    copy = Store(tmp_path / "own.db")
    shutil.copyfile(zoo.store.path, copy.path)
    return replace(zoo, store=copy)
