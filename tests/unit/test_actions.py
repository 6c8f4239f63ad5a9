"""The registry of actions, and that every widget binds what it says and has what it binds."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode

import tui.features
import tui.widgets
from tui.app.actions import ACTIONS, BY_ID, PLACES, Action, bindings, configured_keys, key_table, show_key, show_keys


def owners() -> list[type[DOMNode]]:
    """Every class of the application that declares bindings of its own."""
    for package in (tui.features, tui.widgets):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    importlib.import_module("tui.app.application")
    found: list[type[DOMNode]] = []
    waiting: list[type[DOMNode]] = [DOMNode]
    while waiting:
        known = waiting.pop()
        waiting += known.__subclasses__()
        if known.__module__.startswith("tui.") and own_bindings(known) and known not in found:
            found.append(known)
    return found


def own_bindings(owner: type[DOMNode]) -> list[Binding]:
    declared = BindingsMap(owner.__dict__.get("BINDINGS", ())).key_to_bindings
    return [binding for bindings_of_key in declared.values() for binding in bindings_of_key]


def by_id(found: Iterable[Binding]) -> dict[str | None, set[str]]:
    """The keys that are bound, by the binding's id."""
    keys: dict[str | None, set[str]] = {}
    for binding in found:
        keys.setdefault(binding.id, set()).add(binding.key)
    return keys


def keys_of(action: Action) -> set[str]:
    return set(action.keys.split(","))


def test_ids_are_unique_and_say_where() -> None:
    assert len(BY_ID) == len(ACTIONS)
    for action in ACTIONS:
        assert action.where in PLACES
        assert action.id.partition(".")[0] == action.where.replace("-", "_")
        assert action.method.isidentifier()


def test_no_key_means_two_things_in_one_place() -> None:
    for place in PLACES:
        keys = [key for action in ACTIONS if action.where == place for key in action.keys.split(",")]
        assert len(keys) == len(set(keys)), place


def test_every_action_is_said_in_a_word_or_two_and_in_a_sentence() -> None:
    for action in ACTIONS:
        assert 0 < len(action.title) <= 20, action.id
        assert action.help.endswith((".", "=")), action.id
        assert action.help[0].isupper(), action.id
        assert len(action.help) <= 90, action.id


def test_hints_of_one_place_have_an_order() -> None:
    for place in PLACES:
        ranks = [action.hint for action in ACTIONS if action.where == place and action.hint]
        assert len(ranks) == len(set(ranks)), place


def test_what_a_widget_binds_is_what_the_registry_says() -> None:
    whole: set[str] = set()
    for owner in owners():
        bound = {str(action_id): keys for action_id, keys in by_id(own_bindings(owner)).items() if action_id in BY_ID}
        for action_id, keys in bound.items():
            assert keys == keys_of(BY_ID[action_id]), (owner, action_id)
        for place in {BY_ID[action_id].where for action_id in bound}:
            if all(action.id in bound for action in ACTIONS if action.where == place):
                whole.add(place)
    assert whole == set(PLACES), "each place has a widget that binds all of it"


def test_every_action_has_its_method_where_it_is_bound() -> None:
    for owner in owners():
        for binding in own_bindings(owner):
            if binding.id is not None and binding.id in BY_ID:
                assert callable(getattr(owner, f"action_{binding.action}", None)), (owner, binding.id)


def test_bindings_are_made_for_a_keymap_to_move() -> None:
    for binding in bindings("runs"):
        assert binding.id is not None
        assert binding.tooltip == BY_ID[binding.id].help


def test_keys_are_shown_as_people_write_them() -> None:
    assert show_keys("slash, question_mark,escape") == "/ ? esc"
    assert show_key("ctrl+s") == "ctrl+s"
    assert show_key("G") == "G"


def test_a_keymap_decides_what_is_shown() -> None:
    action = BY_ID["runs.sort"]
    assert configured_keys(action, {}) == "s"
    assert configured_keys(action, {"runs.sort": "f5"}) == "f5"


def test_the_table_of_keys_has_every_action_once() -> None:
    listed = [action.id for _, actions in key_table({}) for action in actions]
    assert sorted(listed) == sorted(BY_ID)
