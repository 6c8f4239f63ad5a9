"""A tree of values that folds, in a grid: JSON, YAML, a model."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.glyphs import Glyphs
from tui.domain.preview.values import TreeBody, TreeNode
from tui.domain.table import Column, Tone
from tui.domain.text import width
from tui.widgets.grid import Grid
from tui.widgets.grid.grid import PlainGrid

_INDENT = 2
_NAME_CELLS = (12, 40)
_VALUE_CELLS = (20, 400)
_MEASURED = 3000
_TONES: dict[str, Tone] = {
    "string": "", "number": "accent", "keyword": "accent", "name": "accent", "comment": "muted", "heading": "strong",
}  # fmt: skip


class FoldedTree:
    """The lines of a tree that its folds leave; a row's key is the number of its node."""

    def __init__(self, body: TreeBody, folded: set[int], glyphs: Glyphs, generation: int) -> None:
        self._nodes = body.nodes
        self._folded = folded
        self._glyphs = glyphs
        self.generation = generation
        self._shown = list(_unfolded(body.nodes, folded))
        self._rows: dict[int, int] | None = None
        some = body.nodes[:_MEASURED]
        names = max((_INDENT * node.depth + 2 + width(node.name) for node in some), default=0)
        values = max((width(node.value) for node in some), default=0)
        self.columns = (
            Column("name", "name", max(_NAME_CELLS[0], min(_NAME_CELLS[1], names)), frozen=True),
            Column("value", "value", max(_VALUE_CELLS[0], min(_VALUE_CELLS[1], values))),
        )

    @property
    def row_count(self) -> int:
        return len(self._shown)

    def _at(self, start: int, stop: int) -> Sequence[int]:
        return self._shown[start:stop]

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        if key == "value":
            return [self._nodes[number].value for number in self._at(start, stop)]
        return [self._name(number) for number in self._at(start, stop)]

    def _name(self, number: int) -> str:
        node = self._nodes[number]
        sign = " " if not node.below else self._glyphs.folded if number in self._folded else self._glyphs.unfolded
        return f"{' ' * (_INDENT * node.depth)}{sign} {node.name}"

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        nodes = [self._nodes[number] for number in self._at(start, stop)]
        if key == "name":
            return ["strong" if node.below and not node.depth else "" for node in nodes]
        return [_tone(node) for node in nodes]

    def row_key(self, row: int) -> str:
        return str(self._shown[row])

    def row_of(self, row_key: str) -> int | None:
        if self._rows is None:
            self._rows = {number: row for row, number in enumerate(self._shown)}
        return self._rows.get(int(row_key))


def _tone(node: TreeNode) -> Tone:
    found = _TONES.get(node.tone)
    if found is not None:
        return found
    return node.tone if node.tone in ("muted", "strong", "accent", "good", "warn", "bad") else ""


def _unfolded(nodes: Sequence[TreeNode], folded: set[int]) -> list[int]:
    shown: list[int] = []
    number = 0
    while number < len(nodes):
        shown.append(number)
        number += 1 + (nodes[number].below if number in folded else 0)
    return shown


class TreeGrid(Grid):
    """A tree: enter folds and unfolds, left folds or goes to what is above, right unfolds or goes on."""

    off = PlainGrid.off

    def __init__(self, *, glyphs: Glyphs, id: str | None = None) -> None:  # noqa: A002  Textual's own name for it
        super().__init__(glyphs=glyphs, id=id)
        self._signs = glyphs
        self._body = TreeBody(())
        self._folded: set[int] = set()
        self._changes = 0

    @property
    def nodes(self) -> tuple[TreeNode, ...]:
        return self._body.nodes

    def show(self, body: TreeBody) -> None:
        """Show another tree, unfolded as deep as it asks for; the same one again stays as it is folded."""
        if body == self._body:
            return
        self._body = body
        self._folded = {at for at, node in enumerate(body.nodes) if node.below and node.depth >= body.open_depth}
        self._draw()
        self.move_to_row(0)

    def _draw(self) -> None:
        self._changes += 1
        self.table = FoldedTree(self._body, self._folded, self._signs, self._changes)

    @property
    def here(self) -> int | None:
        """The number of the node under the cursor."""
        key = self.cursor_key
        return int(key) if key is not None else None

    def path_here(self) -> str:
        """The names from the top to the node under the cursor: ``a.b[2].c``."""
        here = self.here
        if here is None:
            return ""
        names: list[str] = []
        depth = self._body.nodes[here].depth + 1
        for number in range(here, -1, -1):
            node = self._body.nodes[number]
            if node.depth < depth:
                names.append(node.name)
                depth = node.depth
        parts = [name if name.startswith("[") else f".{name}" for name in reversed(names)]
        return "".join(parts).removeprefix(".")

    def toggle(self, number: int) -> None:
        """Fold or unfold a node."""
        if self._body.nodes[number].below:
            self._folded ^= {number}
            self._draw()

    def fold_all(self) -> None:
        """Fold everything, or unfold everything where all is folded."""
        every = {number for number, node in enumerate(self._body.nodes) if node.below}
        self._folded = set() if self._folded == every else every
        self._draw()

    def reveal(self, number: int) -> None:
        """Unfold what is above a node and put the cursor on it."""
        depth = self._body.nodes[number].depth
        for above in range(number - 1, -1, -1):
            if self._body.nodes[above].depth < depth:
                depth = self._body.nodes[above].depth
                self._folded.discard(above)
        self._draw()
        self.move_to(str(number))

    def action_open(self) -> None:
        here = self.here
        if here is not None and self._body.nodes[here].below:
            self.toggle(here)
        else:
            super().action_open()

    def action_left(self) -> None:
        here = self.here
        if here is None:
            return
        if self._body.nodes[here].below and here not in self._folded:
            self.toggle(here)
            return
        depth = self._body.nodes[here].depth
        above = next((n for n in range(here - 1, -1, -1) if self._body.nodes[n].depth < depth), None)
        if above is not None:
            self.move_to(str(above))

    def action_right(self) -> None:
        here = self.here
        if here is not None and here in self._folded:
            self.toggle(here)
        else:
            self.action_down()
