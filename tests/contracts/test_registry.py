"""Nothing that the registry of actions knows is left out of the contracts."""

from __future__ import annotations

from tests.contracts.lists import LISTS
from tests.contracts.writes import WRITES
from tui.app.actions import ACTIONS, PLACES

NO_LISTS = {
    "app": "holds everywhere",
    "grid": "is every list",
    "table": "is every list that is a part of something else",
    "list": "is every list",
    "bar": "is the filter of a list",
    "preview": "is one file",
    "logged_model": "is one model's facts",
    "compare_plots": "is a drawing",
    "curves": "is a drawing",
    "images": "is one picture, or two",
    "prompt_text": "is one text",
    "prompt_diff": "is one text",
}


def test_every_place_has_a_list_or_is_none() -> None:
    asked = {place for row in LISTS for place in row.places}
    assert asked | NO_LISTS.keys() == set(PLACES)
    assert not asked & NO_LISTS.keys()


def test_every_action_that_writes_has_a_row() -> None:
    asked = {action_id for row in WRITES for action_id in row.actions}
    assert asked <= {action.id for action in ACTIONS}
    assert {action.id for action in ACTIONS if action.writes} <= asked


def test_names_are_one_row_each() -> None:
    for rows in (LISTS, WRITES):
        names = [row.name for row in rows]
        assert len(names) == len(set(names))
