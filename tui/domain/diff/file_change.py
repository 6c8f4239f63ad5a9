"""What differs between two files, by what they are: text by line, trees by path, tables by cell, packages by name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.domain.diff.comparison import TOLERANCE
from tui.domain.diff.file_rows import RowsChange, RowsOfChange, names_packages, packages_of, rows_change
from tui.domain.diff.table_change import table_change
from tui.domain.diff.text_change import MOST_LINES, text_change
from tui.domain.preview.delimited import LONGEST_CELL
from tui.domain.preview.text import LONGEST_LINE
from tui.domain.preview.values import (
    AskBody,
    Body,
    FileKind,
    PictureBody,
    PictureLevel,
    Preview,
    TableBody,
    TextBody,
    TreeBody,
)

_SUMMED_UP = frozenset({FileKind.MLMODEL, FileKind.PICTURE, FileKind.BINARY, FileKind.MARKDOWN})
"""Kinds whose previews do not have all that is in the file."""
_GAP = 2
_ORDERED = ("inputs", "outputs")  # parts of a signature whose order is of account


@dataclass(frozen=True)
class FileChange:
    """A body that shows the differences, the rows or lines at which one begins, and sentences about them.

    ``whole`` says that all that is in either file was compared: only then does no difference mean that none is there.
    """

    body: Body | None
    starts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    whole: bool = False
    left_out: bool = False

    @property
    def differs(self) -> bool:
        return bool(self.starts)


def change_of(
    first: Preview, second: Preview, *, everything: bool = False, tolerance: float = TOLERANCE, columns: int = 0
) -> FileChange:
    """The differences of two previews of one path; ``everything`` shows what is the same as well.

    With ``columns`` two texts stand beside each other in so many columns.
    """
    change = _change(first, second, everything, tolerance, columns)
    many = any(isinstance(body, TextBody) and len(body.lines) > MOST_LINES for body in (first.body, second.body))
    whole = not change.left_out and not many and _is_uncut(first) and _is_uncut(second)
    return replace(change, whole=whole)


def _is_uncut(shown: Preview) -> bool:
    """Whether all of the file is in its preview; where a limit may have been met, the answer is no."""
    if not shown.is_whole or shown.notes or shown.kind in _SUMMED_UP:
        return False
    body = shown.body
    if isinstance(body, TextBody):
        return not any(len(line) > LONGEST_LINE for line in body.lines)
    if isinstance(body, TreeBody):
        return not any("…" in (node.name, node.value[-1:]) for node in body.nodes)
    if isinstance(body, TableBody):
        rows, columns = body.total_rows, body.total_columns
        if (rows is not None and rows > body.rows) or (columns is not None and columns > len(body.columns)):
            return False
        names = any(len(column.name) >= LONGEST_CELL for column in body.columns)
        return not names and not any("…" in cell for column in body.cells for cell in column)
    return False


def _change(first: Preview, second: Preview, everything: bool, tolerance: float, columns: int) -> FileChange:
    old, new = first.body, second.body
    if isinstance(old, TextBody) and isinstance(new, TextBody):
        if names_packages(first.path) and not columns:
            packages = _of_rows(_packages(first.path, old, new, everything))
            if packages.differs or everything:
                return packages
        text = text_change(old, new, everything=everything, columns=columns)
        return FileChange(text.body, text.starts, text.notes)
    if isinstance(old, TreeBody) and isinstance(new, TreeBody):
        return _of_rows(_trees(old, new, everything, tolerance))
    if isinstance(old, TableBody) and isinstance(new, TableBody):
        return _of_rows(table_change(old, new, everything=everything, tolerance=tolerance))
    if isinstance(old, PictureBody) and isinstance(new, PictureBody):
        return _pictures(old, new)
    if isinstance(old, AskBody) or isinstance(new, AskBody):
        return FileChange(None)
    if (first.kind is FileKind.EMPTY) != (second.kind is FileKind.EMPTY):
        return FileChange(None, (0,))
    return FileChange(None, (), ("These two are not of one kind that can be shown beside each other.",))


def _of_rows(rows: RowsChange) -> FileChange:
    return FileChange(rows.body, rows.starts, rows.notes, left_out=rows.left > 0)


def _trees(old: TreeBody, new: TreeBody, everything: bool, tolerance: float) -> RowsChange:
    """Values by path; of an MLmodel's signature also the order, which is that in which columns are given."""
    one, other = _leaves(old), _leaves(new)
    rows = RowsOfChange("path", everything=everything, tolerance=tolerance)
    for name in [*one, *(name for name in other if name not in one)]:
        rows.add(name, one.get(name), other.get(name))
    for part in _ORDERED:
        orders = [[path for path in side if path.startswith(f"{part}.")] for side in (one, other)]
        if orders[0] != orders[1] and set(orders[0]) == set(orders[1]):
            rows.add(f"order of {part}", *(", ".join(path[len(part) + 1 :] for path in order) for order in orders))
    return rows.made()


def _leaves(tree: TreeBody) -> dict[str, str]:
    found: dict[str, str] = {}
    trail: list[str] = []
    for node in tree.nodes:
        del trail[node.depth :]
        trail.append(node.name)
        if not node.below:
            path = ".".join(trail).replace(".[", "[")
            while path in found:
                path += " (again)"  # JSON allows a name twice
            found[path] = node.value
    return found


def _packages(path: str, old: TextBody, new: TextBody, everything: bool) -> RowsChange:
    any_version = "any version"
    sides = [{name: held or any_version for name, held in packages_of(path, body.lines).items()} for body in (old, new)]
    return rows_change("package", sides[0], sides[1], everything=everything, tolerance=0)


def _pictures(old: PictureBody, new: PictureBody) -> FileChange:
    """Both beside each other, at each of the sizes that both have."""
    levels = []
    for one, other in zip(old.levels, new.levels, strict=False):
        height = max(one.height, other.height)
        rows = []
        for y in range(height):
            for picture in (one, other):
                start = y * picture.width * 3
                within = y < picture.height
                rows.append(picture.pixels[start : start + picture.width * 3] if within else bytes(picture.width * 3))
                rows.append(bytes(_GAP * 3) if picture is one else b"")
        levels.append(PictureLevel(one.width + _GAP + other.width, height, b"".join(rows)))
    same = old.levels == new.levels
    words = "Left the baseline, right the other." + (" Their pixels are the same." if same else "")
    return FileChange(PictureBody(tuple(levels)), () if same else (0,), (words,))
