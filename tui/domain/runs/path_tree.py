"""Names with slashes as a tree of folders: experiments as Databricks and many teams name them, params with dots too."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from tui.domain.text import natural


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
