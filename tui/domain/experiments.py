"""The values that the first frame needs: experiments, which of them to list, and what state a store is in."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import Enum

from tui.domain import quantities
from tui.domain.columns import Arrangement, ColumnSpec, SortOrder, SpecTable, sorted_by
from tui.domain.glyphs import Glyphs
from tui.domain.text import named, natural, width

# Names with slashes as a tree of folders: experiments as Databricks and many teams name them, params with dots too.


@dataclass(frozen=True)
class PathRow:
    """One line of the tree: a folder, an experiment (``item`` is its place among the names), or both.

    ``path`` identifies the line and is what folding goes by. ``label`` is the last part of the path as it was
    written, not cleaned; a folder with nothing else in it is joined with what is below it ("Users/ana").
    """

    path: str
    label: str
    depth: int
    item: int | None
    is_folder: bool
    folded: bool
    last: bool  # of its siblings
    context: bool  # does not match itself, and is there for what is below it
    below: int  # experiments below this line, shown or not


@dataclass
class _Node:
    label: str
    path: str
    joint: str = ""  # the separator before it
    items: list[int] = field(default_factory=list)
    children: dict[str, _Node] = field(default_factory=dict)
    below: int = 0
    kept: bool = True
    matching: bool = True


def path_tree(
    names: Sequence[str],
    *,
    folded: Collection[str] = (),
    matches: Callable[[int], bool] | None = None,
    by_name: bool = False,
    separators: str = "/",
) -> list[PathRow]:
    """Lines from top to bottom; siblings in the order in which they first occur, or ``by_name``, folders first.

    ``folded`` are paths of closed folders; ``matches`` says of a place in ``names`` whether it is wanted: then folders
    on the way to what matches are kept, and all of them are open. Slashes at the ends and double ones count once; a
    name that is empty or all slashes is an experiment at the top, as are others of the same name beside the first;
    names that differ by such slashes only are written in full.
    ``separators`` are the letters that part a name.
    """
    root = _Node("", "")
    parts = re.compile(f"([{re.escape(separators)}]*)([^{re.escape(separators)}]+)")
    for place, name in enumerate(names):
        node = root
        for before, part in parts.findall(name) or [("", name)]:
            joint = before[:1] if node is not root else ""
            known = node.children.get(joint + part)
            if known is None:
                known = node.children[joint + part] = _Node(part, f"{node.path}{joint}{part}", joint)
            node = known
        node.items.append(place)
    ordered = _below_first(root)
    for node in reversed(ordered):
        own = len(node.items)
        node.below = sum(child.below + len(child.items) for child in node.children.values())
        node.matching = matches is None or (own > 0 and any(map(matches, node.items)))
        node.kept = node.matching or any(child.kept for child in node.children.values())
    return _lines(root, names, folded if matches is None else (), matches, by_name)


def _below_first(root: _Node) -> list[_Node]:
    """Every node but the root, parents before children."""
    found: list[_Node] = []
    stack = list(root.children.values())
    while stack:
        node = stack.pop()
        found.append(node)
        stack.extend(node.children.values())
    return found


def _lines(
    root: _Node,
    names: Sequence[str],
    folded: Collection[str],
    matches: Callable[[int], bool] | None,
    by_name: bool,
) -> list[PathRow]:
    lines: list[PathRow] = []
    stack = _siblings(root, 0, by_name)
    while stack:
        node, label, depth, last = stack.pop()
        is_folder = bool(node.children)
        closed = is_folder and node.path in folded
        wanted = [item for item in node.items if matches is None or matches(item)]
        shown: list[int | None] = [*wanted] or [*node.items[:1]] or [None]
        spelled = len({names[item] for item in node.items}) > 1  # they differ by slashes only, which then are shown
        # Of several experiments of one name the last stands for the folder, so that what is in it comes below.
        for number, item in enumerate(shown, 1 - len(shown)):
            stands = number == 0
            lines.append(
                PathRow(
                    path=node.path if stands else f"{node.path}/#{item}",
                    label=names[item] if spelled and item is not None else label,
                    depth=depth,
                    item=item,
                    is_folder=stands and is_folder,
                    folded=stands and closed,
                    last=last and stands,
                    context=not node.matching,
                    below=node.below if stands else 0,
                )
            )
        if not closed:
            stack.extend(_siblings(node, depth + 1, by_name))
    return lines


def _siblings(parent: _Node, depth: int, by_name: bool) -> list[tuple[_Node, str, int, bool]]:
    """The kept children in reverse, each with its label after joining single folders, for a stack."""
    children = [child for child in parent.children.values() if child.kept]
    if by_name:
        children.sort(key=lambda child: (not child.children, natural(child.label)))
    found: list[tuple[_Node, str, int, bool]] = []
    for number, child in enumerate(children):
        labels = [child.label]
        node = child
        while not node.items and len(node.children) == 1:
            (node,) = node.children.values()
            labels += [node.joint, node.label]
        found.append((node, "".join(labels), depth, number == len(children) - 1))
    found.reverse()
    return found


class Lifecycle(str, Enum):
    """Which lifecycle stages to list."""

    ACTIVE = "active"
    DELETED = "deleted"
    ALL = "all"

    @property
    def following(self) -> Lifecycle:
        """The one that the same key goes on to."""
        views = list(Lifecycle)
        return views[(views.index(self) + 1) % len(views)]


@dataclass(frozen=True)
class Experiment:
    """One experiment."""

    id: str
    name: str
    lifecycle: str  # "active" or "deleted"
    created_ms: int | None
    updated_ms: int | None
    artifact_location: str
    tags: dict[str, str]

    @property
    def note(self) -> str:
        return self.tags.get("mlflow.note.content", "")


@dataclass(frozen=True)
class ExperimentPage:
    """Experiments in the server's order, and the token of the next page (None at the end)."""

    experiments: tuple[Experiment, ...]
    next_token: str | None


class StoreCondition(str, Enum):
    """What a look at a store's address found, before MLflow was let near it."""

    READY = "ready"  # may be opened without changing anything
    MISSING = "missing"  # nothing is there; opening would create it
    OLDER = "older"  # opening would migrate its schema
    NEWER = "newer"  # made by a newer MLflow than the one installed
    NOT_A_STORE = "not_a_store"  # a file that is no MLflow database
    UNREADABLE = "unreadable"  # there, but may not be read
    LEGACY_FILES = "legacy_files"  # an ./mlruns folder of files, which today's MLflow refuses


# Experiments as rows: a tree by the ``/`` in their names, or a list; filtered, sorted, folded.


_LEAST_NAME = 12
_GAP = 2  # cells between two columns
FOLDER = "folder:"  # how the row keys of folders begin; experiments' are their ids, which hold no colon
BY_NAME: SortOrder = (("name", False),)


@dataclass(frozen=True)
class ExperimentsSpec:
    """How to show them. ``folded`` holds paths of folders; ``zone`` is set where dates are wanted instead of ages."""

    query: str = ""
    as_tree: bool = True
    folded: frozenset[str] = frozenset()
    now_ms: int = 0
    zone: tzinfo | None = None
    width: int = 30  # cells for all columns
    with_lifecycle: bool = False
    arrangement: Arrangement = field(default_factory=Arrangement)  # by last update where it has no sort


@dataclass(frozen=True)
class ExperimentLine:
    """One row: an experiment or a folder, its name as it is drawn, and the path that folding here folds."""

    key: str
    name: str
    experiment: Experiment | None
    inside: str = ""


@dataclass(frozen=True)
class ExperimentRows:
    """The table, how many experiments match the query, and the paths of the folders that there are."""

    table: SpecTable[ExperimentLine]
    specs: Sequence[ColumnSpec[ExperimentLine]]
    matching: int
    folders: tuple[str, ...]
    as_tree: bool

    def folder_of(self, row_key: str) -> str | None:
        """The path that folding on this row folds: the folder's own, or that of the experiment's folder."""
        row = self.table.row_of(row_key)
        return self.table.rows[row].inside if self.as_tree and row is not None else None


def columns(
    lines: Sequence[ExperimentLine], counts: Mapping[str, int], spec: ExperimentsSpec, glyphs: Glyphs
) -> tuple[ColumnSpec[ExperimentLine], ...]:
    """The columns of the list; the name has what room the others leave."""

    def runs(line: ExperimentLine) -> str:
        number = counts.get(line.key)
        return quantities.count(number) if number is not None else ""

    def updated(line: ExperimentLine) -> str:
        time_ms = line.experiment.updated_ms if line.experiment is not None else None
        if time_ms is None or time_ms < 0:
            return ""
        return _date(time_ms, spec) if spec.zone is not None else quantities.ago(time_ms, spec.now_ms)

    def is_muted(line: ExperimentLine) -> bool:
        return line.experiment is None or line.experiment.lifecycle == "deleted"

    updated_wide = max([4, *(len(updated(line)) for line in lines)])
    lifecycle_wide = 7 if spec.with_lifecycle else 0
    runs_wide = max([4, *(len(runs(line)) for line in lines)]) if any(map(runs, lines)) else 0
    room = spec.width - sum(cells + _GAP for cells in (updated_wide, runs_wide, lifecycle_wide) if cells)
    has_runs = bool(runs_wide)
    if has_runs and room < _LEAST_NAME:
        room, has_runs = room + runs_wide + _GAP, False  # where there is no room for all, the counts go first
    named = max([_LEAST_NAME, *(width(line.name) for line in lines[:2000])])
    name_wide = max(_LEAST_NAME, min(named, room))
    return (
        ColumnSpec(
            "name", "experiment", lambda line: (line.name, "muted" if is_muted(line) else ""),
            lambda line: line.experiment.name.lower() if line.experiment is not None else None,
            least=name_wide, widest=name_wide,
        ),
        ColumnSpec(
            "runs", "runs", lambda line: (runs(line), "muted"), lambda line: counts.get(line.key),
            means="number", default=has_runs,
            better="higher", align="right", least=runs_wide or 4, widest=runs_wide or 4,
        ),
        ColumnSpec(
            "updated", "last", lambda line: (updated(line), "muted"),
            lambda line: line.experiment.updated_ms if line.experiment is not None else None, better="higher",
            means="time",
            align="right", least=updated_wide, widest=updated_wide,
        ),
        ColumnSpec(
            "lifecycle", "state", lambda line: (line.experiment.lifecycle if line.experiment else "", "muted"),
            default=spec.with_lifecycle, least=7, widest=7,
        ),
    )  # fmt: skip


def _date(time_ms: int, spec: ExperimentsSpec) -> str:
    """The time of day for today, else the day: there is little room."""
    zone = spec.zone
    assert zone is not None
    today = quantities.stamp(spec.now_ms, zone)[:10]
    said = quantities.stamp(time_ms, zone)
    return said[11:16] if said[:10] == today else said[:10]


def experiment_rows(
    experiments: Sequence[Experiment], counts: Mapping[str, int], spec: ExperimentsSpec, glyphs: Glyphs
) -> ExperimentRows:
    """The rows for these experiments; ``counts`` is the number of runs by experiment id, where it is known.

    Every word of the query must be in the name, whatever the case; in the tree the folders above a match stay.
    """
    words = spec.query.lower().split()

    def matches(experiment: Experiment) -> bool:
        name = experiment.name.lower()
        return all(word in name for word in words)

    def line(experiment: Experiment, name: str, inside: str = "") -> ExperimentLine:
        shown = f"{name} {glyphs.deleted}" if experiment.lifecycle == "deleted" else name
        return ExperimentLine(experiment.id, shown, experiment, inside)

    every = [line(experiment, named(experiment.name)) for experiment in sorted(experiments, key=_by_update)]
    sort = spec.arrangement.sort
    if sort == BY_NAME:
        every.sort(key=lambda one: one.experiment.name if one.experiment is not None else "")
    ordered = sorted_by(every, columns(every, counts, spec, glyphs), sort) if sort else every
    folders: list[str] = []
    if spec.as_tree:
        inside = [one.experiment for one in ordered if one.experiment is not None]
        rows = path_tree(
            [experiment.name for experiment in inside],
            folded=spec.folded,
            matches=(lambda place: matches(inside[place])) if words else None,
            by_name=sort == BY_NAME,
        )
        lines = _tree_lines(rows, inside, glyphs, line, folders)
    else:
        lines = [one for one in ordered if one.experiment is not None and matches(one.experiment)]
    specs = columns(lines, counts, spec, glyphs)
    # The lines are in their order: the tree's parents stay above their children.
    table = SpecTable(lines, lambda one: one.key, specs, spec.arrangement, in_order=True)
    matching = sum(map(matches, experiments)) if words else len(experiments)
    return ExperimentRows(table, specs, matching, tuple(folders), spec.as_tree)


def _by_update(experiment: Experiment) -> tuple[int, str]:
    return -(experiment.updated_ms or 0), experiment.name


def _tree_lines(
    rows: Sequence[PathRow],
    ordered: Sequence[Experiment],
    glyphs: Glyphs,
    line: Callable[[Experiment, str, str], ExperimentLine],
    folders: list[str],
) -> list[ExperimentLine]:
    lines: list[ExperimentLine] = []
    above: list[str] = []  # paths of the open folders that a line is in
    for row in rows:
        del above[row.depth :]
        if row.is_folder:
            folders.append(row.path)
            sign = glyphs.folded if row.folded else glyphs.unfolded
        else:
            sign = " "
        # Names can hold thousands of slashes: what is deeper than this is not drawn further to the right.
        name = f"{'  ' * min(row.depth, 12)}{sign} {named(row.label)}"
        inside = row.path if row.is_folder else (above[-1] if above else "")
        if row.item is not None:
            lines.append(line(ordered[row.item], name, inside))
        else:
            hidden = f"  {quantities.count(row.below)}" if row.folded else ""
            lines.append(ExperimentLine(f"{FOLDER}{row.path}", f"{name}/{hidden}", None, inside))
        above.append(row.path)
    return lines


def experiment_words(experiment: Experiment, zone: tzinfo) -> str:
    """An experiment's facts, tags and note, as lines of text."""
    lines = [
        f"id            {experiment.id}",
        f"lifecycle     {experiment.lifecycle}",
        f"created       {_stamp(experiment.created_ms, zone)}",
        f"last update   {_stamp(experiment.updated_ms, zone)}",
        f"artifacts at  {experiment.artifact_location}",
        "",
    ]
    tags = [(key, value) for key, value in sorted(experiment.tags.items()) if key != "mlflow.note.content"]
    lines += [f"tag  {key} = {value}" for key, value in tags] or ["no tags"]
    lines += ["", experiment.note or "no note"]
    return "\n".join(lines)


def _stamp(time_ms: int | None, zone: tzinfo) -> str:
    return quantities.stamp(time_ms, zone) if time_ms is not None else "not known"
