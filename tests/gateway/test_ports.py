"""The ports of the deck against what a context answers: the same names, the same parameters, nothing left over."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import get_type_hints

import pytest

from tests.support.stores import Store
from tui.gateway import ports
from tui.gateway.databricks import ports as workspace_ports
from tui.gateway.dispatch import operations
from tui.gateway.registry.writes import RegistryWrites
from tui.gateway.session import Session
from tui.host.facade import LIMITS_S
from tui.host.host import Host

HOST = Path(inspect.getsourcefile(Host) or "").read_text(encoding="utf-8")
PROTOCOLS = {
    name: value for module in (ports, workspace_ports) for name, value in vars(module).items() if name.endswith("Port")
}
NAMED = dict(re.findall(r'cast\("(\w+Port)", RemotePort\(self\.call, "(\w+)"\)\)', HOST))


def methods(port: str) -> dict[str, inspect.Signature]:
    """The methods of a protocol."""
    return {
        name: inspect.signature(value)
        for name, value in vars(PROTOCOLS[port]).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    store = Store(tmp_path_factory.mktemp("ports") / "none.db")
    return dict(operations(Session(store.uri)))


def test_every_port_of_the_host_is_a_protocol() -> None:
    assert set(NAMED) == set(PROTOCOLS)


@pytest.mark.parametrize("port", sorted(NAMED))
def test_every_method_is_answered_with_the_same_parameters(port: str, answered: dict[str, object]) -> None:
    for name, signature in methods(port).items():
        operation = answered.get(f"{NAMED[port]}.{name}")
        assert operation is not None, f"nothing answers {NAMED[port]}.{name}"
        wanted = [parameter for parameter in signature.parameters.values() if parameter.name != "self"]
        given = inspect.signature(operation).parameters  # type: ignore[arg-type]
        takes_any = any(p.kind is p.VAR_KEYWORD for p in given.values())
        for parameter in wanted:
            assert takes_any or parameter.name in given, f"{port}.{name} has {parameter.name}"
        assert get_type_hints(getattr(PROTOCOLS[port], name)) is not None


def test_nothing_is_answered_that_no_port_asks(answered: dict[str, object]) -> None:
    asked = {f"{NAMED[port]}.{name}" for port in NAMED for name in methods(port)}
    assert set(answered) - asked == set()


def test_no_write_to_a_registry_is_cut_off_by_the_deadline_of_another_request() -> None:
    """Files in a store that hangs would otherwise leave the outcome of a move unknown."""
    writes = [name for name, value in vars(RegistryWrites).items() if inspect.isfunction(value) and name[0] != "_"]
    asked = set(methods("RegistryPort"))
    assert {f"registry.{name}" for name in writes if name in asked and name != "get_version"} <= set(LIMITS_S)
