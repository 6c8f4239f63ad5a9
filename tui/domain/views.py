"""Named views: how a list was looked at, under a name, for an experiment, a pattern of names, or everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tui.domain.columns import Arrangement, Look

OWN_TO_A_LIST = ("pinned", "hidden", "show_hidden", "last", "folded", "known")
"""What an arrangement keeps of single rows, which no view carries from one list to another."""

_NARROWING = ("filter", "server_filter", "lifecycle", "marks")
_HEAD = ("name", "of", "experiment", "default")


@dataclass(frozen=True)
class View:
    """A view of the lists of one kind, ``of`` ("runs"); ``where`` is a name or a pattern, "" everywhere.

    ``id`` and ``state`` are those of a view that MLflow's web UI keeps: its key, and all that it says.
    """

    name: str
    of: str
    look: Look
    where: str = ""
    default: bool = False
    id: str = ""
    state: Mapping[str, Any] = field(default_factory=dict)

    def holds(self, of: str, place: str) -> bool:
        """Whether it is a view of this kind of list, at this place."""
        return self.of == of and (not self.where or self.where == place or fnmatchcase(place, self.where))

    def is_same(self, other: View) -> bool:
        """Whether it stands for the same, and so takes the other's place."""
        return (self.name, self.of, self.where) == (other.name, other.of, other.where)


def default_of(views: Iterable[View], of: str, place: str) -> View | None:
    """The view that a list begins with: that of its own name, else of a pattern, else of everywhere."""
    found = [view for view in views if view.default and view.holds(of, place)]
    return max(found, key=lambda view: (view.where == place and bool(place), len(view.where)), default=None)


def carried(arrangement: Arrangement) -> Arrangement:
    """An arrangement as a view carries it: without what belongs to rows of the one list."""
    more = {key: value for key, value in arrangement.more.items() if key not in OWN_TO_A_LIST}
    return Arrangement(arrangement.columns, arrangement.widths, arrangement.sort, more)


def put_on(arrangement: Arrangement, before: Arrangement) -> Arrangement:
    """The arrangement of a view, with what the list keeps of its own rows."""
    own = {key: value for key, value in before.more.items() if key in OWN_TO_A_LIST}
    return carried(arrangement).with_more(**own)


def to_plain(view: View) -> dict[str, Any]:
    """A view as it stands in a file: what is empty is left out, a column that descends has a minus before it."""
    arrangement = view.look.arrangement
    said: dict[str, Any] = {
        "name": view.name,
        "of": view.of,
        "experiment": view.where,
        "default": view.default,
        "columns": list(arrangement.columns),
        "widths": dict(arrangement.widths),
        "sort": [f"-{key}" if descending else key for key, descending in arrangement.sort],
        **{key: value for key, value in carried(arrangement).more.items() if key not in _HEAD},
        **view.look.narrowing,
    }
    return {key: value for key, value in said.items() if value or (value is False and key != "default")}


def from_plain(entry: object) -> View | str:
    """The view that an entry of a file says, or in a few words why it is none."""
    if not isinstance(entry, dict):
        return "is no view: it has no name"
    for key in ("name", "of"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            return f"has no “{key}”"
    for key, kind, expected in (
        ("experiment", str, "a name or a pattern"),
        ("default", bool, "true or false"),
        ("columns", list, "a list of columns"),
        ("sort", list, "a list of columns, each with a minus where it descends"),
        ("widths", dict, "a width for each column"),
        ("marks", list, "a list of ids"),
    ):
        if key in entry and not isinstance(entry[key], kind):
            return f"says “{key}: {entry[key]}”, which should be {expected}"
    sort = [[str(key).removeprefix("-"), str(key).startswith("-")] for key in entry.get("sort", ())]
    more = {str(key): value for key, value in entry.items() if key not in (*_HEAD, *_NARROWING, *OWN_TO_A_LIST)}
    look = Look.from_narrowing(entry, Arrangement.from_json({**more, "sort": sort}))
    return View(
        entry["name"].strip(), entry["of"], look, str(entry.get("experiment", "")), bool(entry.get("default", False))
    )
