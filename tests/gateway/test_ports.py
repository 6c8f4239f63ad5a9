"""The ports of the deck against what a context answers: the protocols' methods, with the same parameters."""

from __future__ import annotations

import inspect
from typing import get_type_hints

import pytest

from tests.support.stores import Store
from tui.gateway.dispatch import methods, operations, protocols
from tui.gateway.environment import BEFORE_READY, LIMITS_S
from tui.gateway.session import Connection

ASKED = {
    f"{port}.{name}": getattr(protocol, name) for port, protocol in protocols().items() for name in methods(protocol)
}
# What ``services`` may change in a registry, by how these begin.
WRITES = ("set_", "delete_", "create_", "rename_", "describe_", "tag_", "copy_")


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    store = Store(tmp_path_factory.mktemp("ports") / "none.db")
    return dict(operations(Connection(store.uri)))


def test_what_the_protocols_name_is_answered_and_nothing_else(answered: dict[str, object]) -> None:
    assert set(answered) == set(ASKED)
    assert len(ASKED) > 60


@pytest.mark.parametrize("name", sorted(ASKED))
def test_every_method_is_answered_with_the_same_parameters(name: str, answered: dict[str, object]) -> None:
    given = inspect.signature(answered[name]).parameters  # type: ignore[arg-type]
    takes_any = any(p.kind is p.VAR_KEYWORD for p in given.values())
    for parameter in inspect.signature(ASKED[name]).parameters:
        assert parameter == "self" or takes_any or parameter in given, parameter
    assert get_type_hints(ASKED[name]) is not None


def test_limits_are_of_requests_that_there_are() -> None:
    assert set(LIMITS_S) | BEFORE_READY <= set(ASKED)


def test_no_write_to_a_registry_is_cut_off_by_the_deadline_of_another_request() -> None:
    """Files in a store that hangs would otherwise leave the outcome of a move unknown."""
    writes = {name for name in ASKED if name.startswith(tuple(f"registry.{verb}" for verb in WRITES))}
    assert len(writes) == 12
    assert writes <= set(LIMITS_S)
