"""The registry of actions, and that every widget binds what it says and has what it binds."""

from __future__ import annotations

import contextvars
import importlib
import pkgutil
import re
from collections.abc import Iterable
from pathlib import Path

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode

import tui.features
import tui.widgets
from tui.app.actions import (
    ACTIONS,
    BY_ID,
    PLACES,
    VERBS,
    Action,
    action_of,
    actions_at,
    bindings,
    configured_keys,
    key_of,
    key_table,
    show_key,
    show_keys,
    use_keymap,
    with_keys,
)
from tui.app.uses import FIRST_VERBS, USES, use_of
from tui.config.keymap import checked


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
    return set(filter(None, action.keys.split(",")))


def test_ids_are_unique_and_say_where() -> None:
    assert len(BY_ID) == len(ACTIONS)
    for action in ACTIONS:
        assert action.where in PLACES
        assert action.id == f"{action.where}.{action.verb}"
        assert action.verb.isidentifier()


def test_a_former_id_stands_for_one_action_and_for_no_other() -> None:
    former = [old for action in ACTIONS for old in action.was.split()]
    assert len(former) == len(set(former))
    assert not {*former} & {*BY_ID}
    verbs = {verb.name for verb in VERBS}
    assert not verbs & {verb.was for verb in VERBS if verb.was}


def test_a_keymap_may_name_what_an_action_was_called() -> None:
    formerly: dict[str, list[str]] = {
        old: [action.id] for action in ACTIONS for old in action.was.split() if action.keys
    }
    for verb in VERBS:
        if verb.was:
            places = [f"{at.place}.{verb.name}" for at in verb.scopes]
            formerly |= {
                verb.was: places,
                **{f"{at.place}.{verb.was}": [f"{at.place}.{verb.name}"] for at in verb.scopes},
            }
    assert {"faults_only", "runs.matter", "compare_views.sets", "runs.constants", "app.browse"} <= {*formerly}
    for place, verb_name, is_now in (
        ("compare_sets", "filter", "compare_groups.filter"),
        ("version_diff", "next", "compare.next"),
        ("plots", "next_param", "compare_plots.next_param"),
    ):
        formerly[f"{place}.{verb_name}"] = [is_now]
    for old, now in formerly.items():
        assert checked({old: ["f9"]}, ACTIONS) == dict.fromkeys(now, "f9"), old


def test_one_key_takes_away_and_one_takes_back_in_every_place() -> None:
    """What a key does to the server is the same everywhere: X deletes, u undoes, M renames, t writes tags."""
    for key, verb in (
        ("X", "delete"),
        ("u", "undo"),
        ("M", "rename"),
        ("E", "export"),
        ("s", "sort"),
        ("o", "columns"),
    ):
        holders = {action.verb for action in ACTIONS if key in keys_of(action)}
        others = {"zoom_out", "group", "open_column"}  # where no list has columns to choose
        assert verb in holders and holders <= {verb, *others}, key
    assert {action.title for action in ACTIONS if action.verb == "undo"} == {"undo"}
    assert {action.help for action in ACTIONS if action.verb == "undo"} == {"Undo last change."}


def test_no_key_means_two_things_in_one_place() -> None:
    for place in PLACES:
        keys = [key for action in actions_at(place) for key in keys_of(action)]
        assert len(keys) == len(set(keys)), place


def test_every_action_is_said_in_a_word_or_two_and_in_a_sentence() -> None:
    for action in ACTIONS:
        assert 0 < len(action.title) <= 20, action.id
        assert action.help.endswith((".", "=")), action.id
        assert action.help[0].isupper(), action.id
        assert len(action.help) <= 90, action.id


def test_hints_of_one_place_have_an_order() -> None:
    for place in PLACES:
        ranks = [action.hint for action in actions_at(place) if action.hint]
        assert len(ranks) == len(set(ranks)), place


def test_what_a_widget_binds_is_what_the_registry_says() -> None:
    whole: set[str] = set()
    for owner in owners():
        bound = {str(action_id): keys for action_id, keys in by_id(own_bindings(owner)).items() if action_id in BY_ID}
        for action_id, keys in bound.items():
            assert keys == keys_of(BY_ID[action_id]), (owner, action_id)
        for place in {BY_ID[action_id].where for action_id in bound}:
            if all(action.id in bound for action in actions_at(place) if action.keys):
                whole.add(place)
    assert whole == set(PLACES), "each place has a widget that binds all of it"


def test_every_action_has_its_method_where_it_is_bound() -> None:
    for owner in owners():
        for binding in own_bindings(owner):
            if binding.id is not None and binding.id in BY_ID:
                assert callable(getattr(owner, f"action_{binding.action}", None)), (owner, binding.id)
                assert action_of(owner, binding.action) is BY_ID[binding.id]


def test_what_has_no_key_is_done_by_the_application() -> None:
    from tui.app.application import DeckApp

    keyless = [verb for verb in VERBS if not verb.keys]
    assert {verb.command for verb in keyless} == {
        "begin",
        "ctx",
        "doctor",
        "open",
        "pin",
        "resume",
        "runs",
        "theme",
        "workspace",
    }
    for verb in keyless:
        assert [at.place for at in verb.scopes] == ["app"]
        assert callable(getattr(DeckApp, f"action_{verb.name}"))


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
    listed = [action.id for _, actions in key_table() for action in actions]
    assert sorted(listed) == sorted(BY_ID)


def test_the_ten_that_matter_are_there_and_every_use_is_known() -> None:
    verbs = {verb.name for verb in VERBS}
    assert len(FIRST_VERBS) == 10 and set(FIRST_VERBS) <= verbs
    assert {use_of(action) for action in ACTIONS} <= set(USES)
    assert all(use_of(action) == "write" for action in ACTIONS if action.writes)


def test_words_name_a_key_as_one_has_it() -> None:
    def own() -> None:
        use_keymap({"models.findings_only": "f6,z", "curves.x_axis": ""})
        assert key_of("models.findings_only") == "f6"
        assert key_of("curves.x_axis") == ":x-axis", "one that has been left without a key is told by its name"
        assert with_keys("{models.findings_only} shows all of {these}") == "f6 shows all of {these}"
        assert with_keys("{app.refresh} reads {a.name}") == "r reads {a.name}"

    contextvars.copy_context().run(own)
    assert key_of("models.findings_only") == "ctrl+z"


def test_every_key_that_words_name_is_of_an_action() -> None:
    sources = "".join(file.read_text("utf-8") for file in Path(tui.features.__path__[0]).parent.rglob("*.py"))
    named = set(re.findall(r"""key_of\(["']([\w.]+)["']\)""", sources))
    in_braces = {"app.refresh", "app.requests", "app.watch", "models.metric"}
    in_braces |= {"bar.server", "versions.load_all", "compare.flip", "compare.differences", "compare.fold_group"}
    assert all(f"{{{name}}}" in sources for name in in_braces)
    assert {"models.findings_only", "runs.load_all", "curves.x_axis"} <= named
    assert named | in_braces <= BY_ID.keys()
