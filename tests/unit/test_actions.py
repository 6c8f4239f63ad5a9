"""The registry of actions, and that every widget binds what it says and has what it binds."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode

from tui.actions import ACTIONS, BY_ID, PLACES, Action, bindings, configured_keys, key_table, show_key, show_keys
from tui.app import DeckApp
from tui.screens.compare import CompareScreen
from tui.screens.panes.compare_params import CompareParamsPane
from tui.screens.panes.compare_plots import ComparePlotsPane
from tui.screens.panes.compare_rows import CompareRowsPane
from tui.screens.panes.compare_sets import CompareSetsPane
from tui.screens.panes.experiments import ExperimentsPane
from tui.screens.panes.run_view import RunView
from tui.screens.panes.runs import RunsPane
from tui.screens.requests import RequestsPane
from tui.screens.run import RunScreen
from tui.widgets.filter_bar import FilterInput
from tui.widgets.grid import Grid

OWNERS: dict[str, type[DOMNode]] = {
    "app": DeckApp,
    "grid": Grid,
    "experiments": ExperimentsPane,
    "runs": RunsPane,
    "details": RunView,
    "run": RunScreen,
    "compare": CompareRowsPane,
    "compare_views": CompareScreen,
    "compare_sets": CompareSetsPane,
    "compare_params": CompareParamsPane,
    "compare_plots": ComparePlotsPane,
    "bar": FilterInput,
    "requests": RequestsPane,
}


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
        assert action.id.partition(".")[0] == action.where
        assert action.method.isidentifier()


def test_no_key_means_two_things_in_one_place() -> None:
    for place in PLACES:
        keys = [key for action in ACTIONS if action.where == place for key in action.keys.split(",")]
        assert len(keys) == len(set(keys)), place


def test_every_action_is_said_in_a_word_or_two_and_in_a_sentence() -> None:
    for action in ACTIONS:
        assert 0 < len(action.title) <= 16, action.id
        assert action.help.endswith("."), action.id
        assert action.help[0].isupper(), action.id
        assert len(action.help) <= 90, action.id


def test_hints_of_one_place_have_an_order() -> None:
    for place in PLACES:
        ranks = [action.hint for action in ACTIONS if action.where == place and action.hint]
        assert len(ranks) == len(set(ranks)), place


@pytest.mark.parametrize("place", [place for place in PLACES if place in OWNERS])
def test_a_widget_binds_what_the_registry_says(place: str) -> None:
    registered = {action.id: keys_of(action) for action in ACTIONS if action.where == place}
    bound = {key: keys for key, keys in by_id(own_bindings(OWNERS[place])).items() if key in BY_ID}
    assert bound == registered


@pytest.mark.parametrize("place", [place for place in PLACES if place in OWNERS])
def test_every_action_has_its_method_where_it_is_bound(place: str) -> None:
    for binding in own_bindings(OWNERS[place]):
        if binding.id is not None and binding.id in BY_ID:
            assert binding.action == BY_ID[binding.id].method
            assert callable(getattr(OWNERS[place], f"action_{binding.action}", None)), binding.id


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
