"""The files of a run as a tree that is read folder by folder, and as the table that a grid draws of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tui.domain.artifacts import ArtifactEntry, ArtifactListing, ArtifactRoot, LoggedModel
from tui.domain.glyphs import UNICODE, Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import count, counted, size
from tui.domain.table import Column, Tone
from tui.domain.text import clean, named

LOGGED_IMAGES = "images"
"""The folder that ``mlflow.log_image`` puts images with a key in."""
_LOGGED_IMAGE = re.compile(
    r"(?P<key>.+)(?P<sign>[%+])step[%+](?P<step>-?\d+)[%+]timestamp[%+](?P<time>\d+)[%+][0-9a-z-]+(?P<small>[%+]compressed)?"
    r"(?P<end>\.\w+)"
)
"""What ``mlflow.log_image`` calls a file that it is given a key and a step for.

A slash in the key is a ``~`` between plus signs, and was a ``#`` between percent signs.
"""

NAME_CELLS = 34
SIZE_CELLS = 7
INDENT = 2


@dataclass(eq=False)
class ArtifactNode:
    """A file, a folder, or a logged model. ``children`` is None until the folder has been read."""

    root: ArtifactRoot
    entry: ArtifactEntry
    depth: int
    label: str  # clean
    model: LoggedModel | None = None
    children: list[ArtifactNode] | None = None
    open: bool = False
    loading: bool = False
    problem: Problem | None = None
    note: str = ""
    _searched: str = ""

    @property
    def searched(self) -> str:
        """What a filter looks into, in lower case; made once, since it is asked at each key."""
        if not self._searched:
            self._searched = f"{self.label} {self.entry.path}".lower()
        return self._searched

    @property
    def is_folder(self) -> bool:
        return self.entry.is_folder

    @property
    def key(self) -> str:
        return node_key(self.root, self.entry.path)

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.label or clean(self.root.uri())


def model_uri(node: ArtifactNode) -> str:
    """The address of the model that a person means by a node; "" where a file is no part of one.

    Whether a folder of a run holds a model is known only once it has been looked into.
    """
    if node.root.kind == "model":
        return node.root.uri()
    path, _, name = ("/" + node.entry.path).rpartition("/")
    if node.is_folder:
        return node.root.uri(node.entry.path) if node.entry.path else ""
    return node.root.uri(path[1:]) if name == "MLmodel" and path else ""


@dataclass(frozen=True)
class LoggedImage:
    """What the name of an image says that was logged under a key."""

    key: str
    step: int
    time_ms: int
    small: bool  # whether it is the copy that the web UI shows in lists


def logged_image(name: str) -> LoggedImage | None:
    """What a file's name says, if ``mlflow.log_image`` made it for a key and a step."""
    found = _LOGGED_IMAGE.fullmatch(name)
    if found is None:
        return None
    key = found["key"].replace("~" if found["sign"] == "+" else "#", "/")
    return LoggedImage(key, int(found["step"]), int(found["time"]), bool(found["small"]))


def label_of(entry: ArtifactEntry) -> str:
    """A file's name; of an image that was logged under a key, the key, its step, and whether it is the small copy."""
    group, own = _logged(entry)
    return f"{group} {own}" if group else own


def _logged(entry: ArtifactEntry) -> tuple[str, str]:
    """The key that an image was logged under, "" for other files, and what it is called among those of that key."""
    logged = logged_image(entry.name) if not entry.is_folder else None
    if logged is None:
        return "", named(entry.name)
    small, end = " small" if logged.small else "", entry.name.rpartition(".")[2]
    return named(logged.key), clean(f"step {logged.step}{small} .{end}")


def _place(node: ArtifactNode) -> tuple[bool, str, int, int, bool]:
    """Where a file stands among logged images: by key, step and time, the small copy after its image."""
    logged = logged_image(node.entry.name)
    if logged is None:
        return (True, node.label, 0, 0, False)
    return (False, logged.key, logged.step, logged.time_ms, logged.small)


def _of_one_key(children: Sequence[ArtifactNode]) -> Iterator[TreeLine]:
    """Logged images below a line for each of their keys, which says how many steps it has; other files as they are."""
    for key, found in groupby(children, key=lambda child: _logged(child.entry)[0]):
        nodes = list(found)
        if not key:
            yield from (TreeLine(child, depth=child.depth) for child in nodes)
            continue
        steps = len({_place(child)[2] for child in nodes})
        yield TreeLine(nodes[0], f"{key} · {counted(steps, 'step')}", "strong", nodes[0].depth)
        seen: Counter[str] = Counter()
        for child in nodes:
            own = _logged(child.entry)[1]
            seen[own] += 1
            again = f" (no. {seen[own]} of this step)" if seen[own] > 1 else ""
            yield TreeLine(child, depth=child.depth + 1, label=f"{own}{again}")


def node_key(root: ArtifactRoot, path: str) -> str:
    """What tells a node from all others, in any tree."""
    return f"{root.kind}:{root.id}:{path}"


@dataclass(frozen=True)
class TreeLine:
    """A line of the tree: a node, or words below a folder in place of what is in it, or above what belongs together.

    ``label`` is what a node is called below such a line, where it is not called as anywhere else.
    """

    node: ArtifactNode
    words: str = ""
    tone: Tone = ""
    depth: int = 0
    label: str = ""

    @property
    def key(self) -> str:
        return f"{self.node.key}\0" if self.words else self.node.key


@dataclass
class ArtifactTree:
    """What has been read of a root so far. Changing it makes a new table with the next ``table()``."""

    root: ArtifactRoot
    top: ArtifactNode = field(init=False)
    models: list[ArtifactNode] = field(default_factory=list)
    again: str = "r"  # the key that reads again, for words that name it
    query: str = ""
    _nodes: dict[str, ArtifactNode] = field(default_factory=dict, repr=False)
    _generation: int = 0

    def __post_init__(self) -> None:
        self.top = ArtifactNode(self.root, ArtifactEntry("", True), -1, "", open=True)
        self._nodes[self.top.key] = self.top

    def node(self, key: str | None) -> ArtifactNode | None:
        """The node of a key, if it has been read."""
        return self._nodes.get(key) if key is not None else None

    def take(self, listing: ArtifactListing) -> None:
        """Take in a folder that has been read; what was open below it stays open, what is gone goes."""
        node = self._nodes.get(node_key(listing.root, listing.path))
        if node is None:
            return
        before = {child.entry.path: child for child in node.children or ()}
        children: list[ArtifactNode] = []
        for entry in listing.entries:
            known = before.get(entry.path)
            if known is not None and known.is_folder == entry.is_folder:
                known.entry = entry
                children.append(known)
                continue
            child = ArtifactNode(listing.root, entry, node.depth + 1, label_of(entry))
            children.append(child)
            self._nodes[child.key] = child
        node.children = sorted(children, key=_place) if listing.path == LOGGED_IMAGES else children
        node.loading, node.problem, node.note = False, None, listing.note

    def take_models(self, models: Sequence[LoggedModel]) -> None:
        """Take in the models that the run logged: each is a folder at the top, after the run's own files."""
        known = {node.root: node for node in self.models}
        nodes = []
        for model in models:
            node = known.get(model.root) or ArtifactNode(model.root, ArtifactEntry("", True), 0, "", model=model)
            node.model = model
            name = named(model.name)
            node.label = f"{name}  {clean(model.model_id)}" if name else clean(model.model_id)
            nodes.append(node)
            self._nodes[node.key] = node
        self.models = nodes

    def folders_read(self) -> list[ArtifactNode]:
        """Every folder that is open and has been read, those above before those below."""
        found: list[ArtifactNode] = []
        waiting = [self.top, *self.models]
        while waiting:
            node = waiting.pop(0)
            if node.children is not None and node.open:
                found.append(node)
                waiting += [child for child in node.children if child.is_folder]
        return found

    def parent(self, node: ArtifactNode) -> ArtifactNode | None:
        """The folder that a node is in, None for what is at the top."""
        if not node.entry.path:
            return None
        above = self._nodes.get(node_key(node.root, node.entry.path.rpartition("/")[0]))
        return None if above is self.top else above

    def reveal(self, root: ArtifactRoot, path: str) -> ArtifactNode | None:
        """Open what is above a path as far as it has been read; answers the deepest node on the way."""
        at = self._nodes.get(node_key(root, ""))
        if at is None:
            return None
        parts = path.split("/") if path else []
        for number in range(len(parts)):
            at.open = True
            below = self._nodes.get(node_key(root, "/".join(parts[: number + 1])))
            if below is None:
                break
            at = below
        return at

    def counts(self) -> tuple[int, int]:
        """How many files and folders have been read."""
        files = sum(1 for node in self._nodes.values() if not node.is_folder)
        return files, len(self._nodes) - files - 1

    def table(self, glyphs: Glyphs = UNICODE, name_cells: int = NAME_CELLS) -> ArtifactTable:
        """The tree as it stands, with what its folds and its filter leave."""
        self._generation += 1
        words = self.query.lower().split()
        lines = list(self._matching(words) if words else self._lines())
        matching = sum(all(word in line.node.searched for word in words) for line in lines) if words else len(lines)
        return ArtifactTable(lines, glyphs, self._generation, name_cells, unfolded=bool(words), matching=matching)

    def _lines(self) -> Iterator[TreeLine]:
        yield from self._below(self.top)
        for model in self.models:
            yield TreeLine(model, depth=0)
            if model.open:
                yield from self._below(model)

    def _below(self, folder: ArtifactNode) -> Iterator[TreeLine]:
        stack = [iter(self._inside(folder))]
        while stack:
            line = next(stack[-1], None)
            if line is None:
                stack.pop()
                continue
            yield line
            if not line.words and line.node.is_folder and line.node.open:
                stack.append(iter(self._inside(line.node)))

    def _inside(self, folder: ArtifactNode) -> list[TreeLine]:
        depth = folder.depth + 1
        if folder.problem is not None:
            problem = folder.problem
            return [TreeLine(folder, f"{clean(problem.message)}  {self.again} tries again", "bad", depth)]
        if folder.children is None:
            return [TreeLine(folder, "reading …", "muted", depth)]
        if not folder.children and folder is not self.top:
            return [TreeLine(folder, clean(folder.note) or "(empty)", "muted", depth)]
        if folder.entry.path == LOGGED_IMAGES:
            return list(_of_one_key(folder.children))
        return [TreeLine(child, depth=child.depth) for child in folder.children]

    def _matching(self, words: Sequence[str]) -> list[TreeLine]:
        """Files and folders whose path holds every word, below the folders that lead there, all of them open."""

        def walk(nodes: Sequence[ArtifactNode], depth: int) -> list[TreeLine]:
            lines: list[TreeLine] = []
            for node in nodes:
                inner = walk(node.children, depth + 1) if node.children else []
                path = node.searched
                if inner or all(word in path for word in words):
                    lines.append(TreeLine(node, depth=depth))
                    lines += inner
            return lines

        return walk([*(self.top.children or ()), *self.models], 0)


class ArtifactTable:
    """A table over the lines of a tree; the texts of a line are made when it comes into view."""

    def __init__(
        self,
        lines: Sequence[TreeLine],
        glyphs: Glyphs,
        generation: int,
        name_cells: int,
        *,
        unfolded: bool,
        matching: int,
    ) -> None:
        self.lines = lines
        self.generation = generation
        self.matching = matching  # lines that the filter itself leaves, without the folders that lead to them
        self.columns = (
            Column("name", "artifact", name_cells),
            Column("size", "size", SIZE_CELLS, "right"),
        )
        self._glyphs = glyphs
        self._unfolded = unfolded
        self._rows: dict[str, int] | None = None

    @property
    def row_count(self) -> int:
        return len(self.lines)

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        return [(self._name if key == "name" else _size_of)(line) for line in self.lines[start:stop]]

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        tone: Callable[[TreeLine], Tone] = _name_tone if key == "name" else lambda _line: "muted"
        return [tone(line) for line in self.lines[start:stop]]

    def values(self, key: str, start: int, stop: int) -> Sequence[Any]:
        lines = self.lines[start:stop]
        if key == "name":
            return [None if line.words else line.node.label for line in lines]
        return [None if line.words or line.node.is_folder else line.node.entry.size for line in lines]

    def levels(self) -> Sequence[int]:
        return [line.depth for line in self.lines]

    def row_key(self, row: int) -> str:
        return self.lines[row].key

    def row_of(self, row_key: str) -> int | None:
        if self._rows is None:
            self._rows = {line.key: row for row, line in enumerate(self.lines)}
        return self._rows.get(row_key)

    def _name(self, line: TreeLine) -> str:
        indent = " " * (INDENT * line.depth)
        if line.words:
            return f"{indent}  {line.words}"
        node = line.node
        if not node.is_folder:
            return f"{indent}  {line.label or node.label}"
        is_open = node.open or (self._unfolded and bool(node.children))
        sign = self._glyphs.unfolded if is_open else self._glyphs.folded
        return f"{indent}{sign} {node.label}"


def _size_of(line: TreeLine) -> str:
    if line.words:
        return ""
    node = line.node
    if node.is_folder:
        if node.loading:
            return "…"
        return count(len(node.children)) if node.children is not None else ""
    return size(node.entry.size)


def _name_tone(line: TreeLine) -> Tone:
    if line.words:
        return line.tone
    if line.node.model is not None:
        return "accent"
    return "strong" if line.node.is_folder else ""
